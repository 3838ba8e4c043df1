import { mdiAlertOutline, mdiRefresh } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { property } from "lit/decorators.js";
import type { Context } from "../context";
import { element } from "../element";
import { lockButton, lockFacts } from "../lock-facts";
import { groupOf, ownProblems } from "../logic/groups";
import { adminNote, ask, icon, problems } from "../parts";
import { shared } from "../styles";
import type { Lock, Stays } from "../types";
import "../elements/code-list";

/** All about a lock. Also the content of the card. */
@element("seam-lock-page")
export class SeamLockPage extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) lock!: Lock;
  @property({ attribute: false }) stays: readonly Stays[] = [];
  @property({ attribute: false }) selected: string | undefined;

  protected override render() {
    const { context, lock } = this;
    const { t } = context;
    const isMissing =
      this.selected &&
      lock.codes_known &&
      lock.unmanaged_known &&
      !lock.codes.some((code) => code.access_code_id === this.selected);
    return html`
      <div class="facts">
        <div>${lockFacts(context, lock, lockButton(this, context, lock))}</div>
        ${
          context.isAdmin
            ? html`<button
                class="icon"
                aria-label=${t("refresh")}
                title=${t("refresh")}
                ?disabled=${!context.connected}
                @click=${() => ask(this, { action: "refresh_lock", lock })}
              >
                ${icon(mdiRefresh)}
              </button>`
            : nothing
        }
      </div>
      ${adminNote(context, [
        ...lock.problems,
        ...lock.codes.flatMap((code) =>
          groupOf(code) === "expired" ? [] : ownProblems(code, lock),
        ),
      ])}
      ${problems(this, context, lock, lock.problems)}
      ${
        lock.may_be_outdated && lock.codes_known
          ? html`<div class="banner">
              ${icon(mdiAlertOutline)}
              <p class="text">${t("codes_outdated")}</p>
            </div>`
          : nothing
      }
      ${
        lock.codes_known && !lock.unmanaged_known
          ? html`<div class="banner">
              ${icon(mdiAlertOutline)}
              <p class="text">${t("unmanaged_unknown")}</p>
            </div>`
          : nothing
      }
      ${
        isMissing
          ? html`<div class="banner" role="status">
              ${icon(mdiAlertOutline)}
              <p class="text">${t("no_such_code")}</p>
            </div>`
          : nothing
      }
      <seam-code-list
        .context=${context}
        .lock=${lock}
        .stays=${this.stays}
        .selected=${this.selected}
      ></seam-code-list>
    `;
  }

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--seam-gap);
      }
      .facts {
        display: flex;
        align-items: center;
        justify-content: space-between;
        padding-inline: 4px;
        color: var(--secondary-text-color);
      }
      .facts div {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 16px;
      }
      .facts .fact {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        font-size: 0.875rem;
      }
      .facts .fact svg {
        width: 20px;
        height: 20px;
      }
      .fact.bad {
        color: var(--seam-error-text);
      }
    `,
  ];
}
