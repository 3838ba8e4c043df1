import { css, html, nothing } from "lit";
import { property } from "lit/decorators.js";
import { element } from "../element";
import { label, ownProblems } from "../logic/groups";
import { problems, stateChip, timesText } from "../parts";
import { shared } from "../styles";
import type { Code, Lock } from "../types";
import { CodeControls } from "./code-controls";

/** Return the names of the other codes on the lock with the same PIN. */
export function samePinAs(lock: Lock, { same_pin_as }: Code): string {
  return same_pin_as
    .flatMap(
      (id) => lock.codes.find(({ access_code_id }) => access_code_id === id) ?? [],
    )
    .map(label)
    .join(", ");
}

/** A code with its state and its menu. */
@element("seam-code-row")
export class SeamCodeRow extends CodeControls {
  /** The names of the codes with the same PIN. */
  @property({ attribute: false }) samePinAs = "";
  /** The title of the stays that the code was made for. */
  @property({ attribute: false }) origin = "";
  /** Shown instead of the times. */
  @property({ attribute: false }) note = "";
  /** Why the code needs attention, if a problem that is shown elsewhere is the reason. */
  @property({ attribute: false }) reason = "";
  /** Whether to say which lock this is about. */
  @property({ type: Boolean }) withLock = false;
  @property({ type: Boolean }) withProblems = false;

  protected override render() {
    const { code, context, lock } = this;
    const { t } = context;
    const name = label(code);
    const own = this.withProblems ? ownProblems(code, lock) : [];
    return html`
      <div class="row">
        <div class="text">
          <div class="cut" title=${name}><bdi>${name}</bdi></div>
          <div class="secondary times">
            ${this.note || timesText(context, code)}
            ${
              this.withLock
                ? html`·
                    <a class="link" href="/seam/codes/${code.access_code_id}"
                      ><bdi>${lock.name}</bdi></a
                    >`
                : nothing
            }
          </div>
          ${this.reason ? html`<div class="secondary"><bdi>${this.reason}</bdi></div>` : nothing}
          ${
            this.origin
              ? html`<div class="secondary">
                  <bdi>${t("from_stays", { name: this.origin })}</bdi>
                </div>`
              : nothing
          }
          ${
            this.samePinAs
              ? html`<div class="secondary">
                  ${t("same_pin", { names: this.samePinAs })}
                </div>`
              : nothing
          }
        </div>
        ${this.pinOutput()}
        <div class="chips">
          ${code.is_backup ? html`<span class="chip plain">${t("backup")}</span>` : nothing}
          ${
            code.is_one_time_use
              ? html`<span class="chip plain">${t("one_time")}</span>`
              : nothing
          }
          ${
            code.is_offline_access_code
              ? html`<span class="chip plain">${t("offline_code")}</span>`
              : nothing
          }
          ${stateChip(context, code.state)}
        </div>
        ${this.buttons()}
      </div>
      ${
        own.length > 0
          ? html`<div class="problems">
              ${problems(this, context, lock, own, code)}
            </div>`
          : nothing
      }
    `;
  }

  static override styles = [
    shared,
    CodeControls.controlStyles,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      .row {
        display: flex;
        align-items: center;
        gap: 4px 12px;
        padding-block: 8px;
        padding-inline: 16px 4px;
        min-height: 56px;
      }
      :host(:not([admin])) .row {
        padding-inline-end: 16px;
      }
      :host([selected]) .row {
        background: color-mix(in srgb, var(--primary-color) 12%, transparent);
      }
      .text {
        flex: 1;
        min-width: 0;
      }
      .chips {
        display: flex;
        gap: 6px;
        flex-wrap: wrap;
        justify-content: flex-end;
      }
      .problems {
        display: grid;
        gap: 8px;
        padding: 0 16px 12px;
      }
      @container (max-width: 480px) {
        .row {
          display: grid;
          grid-template-columns: minmax(0, 1fr) auto auto;
          gap: 2px 0;
        }
        .text {
          grid-area: 1 / 1;
        }
        .chips {
          grid-area: 2 / 1;
          justify-content: flex-start;
        }
        .pin {
          grid-area: 3 / 1;
        }
        .reveal {
          grid-area: 1 / 2 / span 2;
        }
        .more {
          grid-area: 1 / 3 / span 2;
        }
      }
    `,
  ];
}
