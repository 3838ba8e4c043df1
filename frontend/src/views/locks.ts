import { mdiChevronRight } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Context } from "../context";
import { element } from "../element";
import { lockFacts, lockIcon } from "../lock-facts";
import { groupOf, matchingLocks } from "../logic/groups";
import { icon, listSearch, noMatch } from "../parts";
import { shared, tools } from "../styles";
import type { Lock } from "../types";

/** A row for each lock. */
@element("seam-locks")
export class SeamLocks extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) locks: readonly Lock[] = [];
  @state() private search = "";

  protected override render() {
    const { t } = this.context;
    const found = matchingLocks(this.locks, this.search);
    return html`
      ${listSearch(this.locks.length, t("search_all"), this.search, (text) => {
        this.search = text;
      })}
      ${
        found.length === 0
          ? noMatch(t("no_match_locks"))
          : html`<ul class="box">
              ${repeat(
                found,
                ({ lock }) => lock.device_id,
                ({ lock, names }) => this.row(lock, names),
              )}
            </ul>`
      }
    `;
  }

  private row(lock: Lock, names: readonly string[]) {
    const { t } = this.context;
    const counts = { attention: 0, active: 0, scheduled: 0, unmanaged: 0, expired: 0 };
    for (const code of lock.codes) counts[groupOf(code)] += 1;
    const texts = (["active", "scheduled", "unmanaged"] as const)
      .filter((group) => counts[group] > 0)
      .map((group) => t(`count_${group}`, { count: counts[group] }));
    const hasProblem = counts.attention > 0 || lock.problems.length > 0;
    return html`<li>
      <a href="/seam/lock/${lock.device_id}">
        <span class="symbol ${lock.online === false ? "offline" : ""}"
          >${lockIcon(lock)}</span
        >
        <span class="text">
          <span class="cut"><bdi>${lock.name}</bdi></span>
          ${
            names.length > 0
              ? html`<span class="cut"><bdi>${names.join(", ")}</bdi></span>`
              : nothing
          }
          <span class="secondary codes">
            ${
              lock.codes_known
                ? texts.join(" · ") ||
                  (
                    counts.attention > 0
                      ? ""
                      : t(lock.unmanaged_known ? "count_none" : "unmanaged_unknown")
                  )
                : t("codes_unknown")
            }
            ${
              counts.attention > 0
                ? html`<span class="chip bad"
                    >${t("count_attention", { count: counts.attention })}</span
                  >`
                : hasProblem && lock.online !== false
                  ? html`<span class="chip warn">${t("needs_attention")}</span>`
                  : nothing
            }
          </span>
          <span class="facts secondary">
            ${lock.area ? html`<span class="fact"><bdi>${lock.area}</bdi></span>` : nothing}
            ${lockFacts(this.context, lock)}
          </span>
        </span>
        ${icon(mdiChevronRight)}
      </a>
    </li>`;
  }

  static override styles = [
    shared,
    tools,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 12px;
      }
      li + li {
        border-top: 1px solid var(--divider-color);
      }
      a {
        display: flex;
        align-items: center;
        gap: 16px;
        padding: 12px 16px;
        color: inherit;
        text-decoration: none;
      }
      a:hover {
        background: color-mix(in srgb, var(--primary-text-color) 4%, transparent);
      }
      a:focus-visible {
        outline-offset: -2px;
      }
      a > svg {
        color: var(--secondary-text-color);
      }
      a > svg:dir(rtl) {
        scale: -1 1;
      }
      .symbol {
        width: 40px;
        height: 40px;
        border-radius: 50%;
        display: grid;
        place-items: center;
        flex: none;
        background: color-mix(in srgb, var(--primary-color) 16%, transparent);
      }
      .symbol.offline {
        background: color-mix(in srgb, var(--error-color) 16%, transparent);
      }
      .text {
        flex: 1;
        min-width: 0;
        display: grid;
        gap: 2px;
      }
      .codes {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 2px 8px;
      }
      .chip {
        color: var(--primary-text-color);
      }
      .facts {
        display: flex;
        flex-wrap: wrap;
        gap: 0 12px;
        font-size: 0.875rem;
      }
      .fact {
        display: inline-flex;
        align-items: center;
        gap: 4px;
      }
      .fact svg {
        width: 16px;
        height: 16px;
      }
      .fact.bad {
        color: var(--seam-error-text);
      }
    `,
  ];
}
