import { mdiChevronDown } from "@mdi/js";
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Context } from "../context";
import { element } from "../element";
import {
  GROUPS,
  type Group,
  grouped,
  groupOf,
  MANY,
  type Order,
} from "../logic/groups";
import { origins } from "../logic/stays";
import { icon, noMatch, searchField } from "../parts";
import { shared, tools } from "../styles";
import type { Code, Lock, Stays } from "../types";
import { type SeamCodeRow, samePinAs } from "./code-row";

/** How many more rows each frame renders, so that no frame takes long. */
const ROWS_PER_FRAME = 20;

/** The codes of a lock, by group. */
@element("seam-code-list")
export class SeamCodeList extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) lock!: Lock;
  @property({ attribute: false }) stays: readonly Stays[] = [];
  /** The code that a link leads to. */
  @property({ attribute: false }) selected: string | undefined;
  @state() private search = "";
  @state() private order: Order = "time";
  @state() private isExpiredOpen = false;
  @state() private limit = ROWS_PER_FRAME;
  private hasScrolled = false;

  private groups = new Map<Group, Code[]>();
  private origins: ReadonlyMap<string, string> = new Map();

  protected override willUpdate(changes: PropertyValues): void {
    const before: Lock | undefined = changes.get("lock");
    if (before && before.device_id !== this.lock.device_id) {
      this.limit = ROWS_PER_FRAME;
      this.search = "";
    }
    if (changes.has("stays")) this.origins = origins(this.stays);
    if (changes.has("selected")) {
      this.hasScrolled = false;
      const code = this.lock.codes.find((c) => c.access_code_id === this.selected);
      if (code && groupOf(code) === "expired") this.isExpiredOpen = true;
    }
    if (changes.has("lock") || changes.has("search") || changes.has("order")) {
      this.groups = grouped(this.lock.codes, this.search, this.order);
    }
  }

  protected override updated(): void {
    if (this.limit < this.lock.codes.length) {
      requestAnimationFrame(() => {
        this.limit += ROWS_PER_FRAME;
      });
    } else if (this.selected && !this.hasScrolled) {
      this.hasScrolled = true;
      void this.scrollToSelected();
    }
  }

  /** Scroll when the rows above have their heights. */
  private async scrollToSelected(): Promise<void> {
    const rows = [
      ...(this.shadowRoot?.querySelectorAll<SeamCodeRow>("seam-code-row") ?? []),
    ];
    await Promise.all(rows.map((row) => row.updateComplete));
    const selected = rows.find((row) => row.hasAttribute("selected"));
    requestAnimationFrame(() => selected?.scrollIntoView({ block: "center" }));
  }

  protected override render() {
    const { context, lock, groups } = this;
    const { t } = context;
    if (!lock.codes_known) return html`<p class="empty box">${t("codes_unknown")}</p>`;
    if (lock.codes.length === 0) {
      // Otherwise, the page says that the unmanaged codes are not known.
      return lock.unmanaged_known
        ? html`<p class="empty box">${t("no_codes")}</p>`
        : nothing;
    }
    const count = [...groups.values()].reduce((sum, codes) => sum + codes.length, 0);
    let left = this.limit;
    return html`
      ${lock.codes.length >= MANY || this.search ? this.tools() : nothing}
      ${count === 0 ? noMatch(t("no_match")) : nothing}
      ${GROUPS.map((group) => {
        const codes = groups.get(group) ?? [];
        if (codes.length === 0) return nothing;
        const shown = codes.slice(0, Math.max(0, left));
        const isFolded = group === "expired" && !this.isExpiredOpen && !this.search;
        if (!isFolded) left -= codes.length;
        return this.group(group, codes.length, isFolded ? undefined : shown);
      })}
    `;
  }

  private tools() {
    const { t } = this.context;
    return html`
      <div class="tools">
        ${searchField(t("search_codes"), this.search, (text) => {
          this.search = text;
        })}
        <label>
          <span class="visually-hidden">${t("order")}</span>
          <select
            @change=${(event: Event) => {
              this.order = (event.target as HTMLSelectElement).value as Order;
            }}
          >
            <option value="time" ?selected=${this.order === "time"}>${t("order_time")}</option>
            <option value="name" ?selected=${this.order === "name"}>${t("order_name")}</option>
          </select>
        </label>
      </div>
    `;
  }

  private group(group: Group, count: number, codes: Code[] | undefined) {
    const { context, lock } = this;
    const { t } = context;
    const title = t(`group_${group}`);
    return html`
      <section class="box" aria-label=${title}>
        ${
          group === "expired"
            ? html`<button
                class="fold"
                aria-expanded=${codes ? "true" : "false"}
                @click=${() => {
                  this.isExpiredOpen = !this.isExpiredOpen;
                }}
              >
                <h2>${title}</h2>
                <span class="secondary">${count}</span>
                ${icon(mdiChevronDown)}
              </button>`
            : html`<div class="section">
                  <h2>${title}</h2>
                  <span class="secondary">${count}</span>
                </div>
                ${
                  group === "unmanaged"
                    ? html`<p class="secondary hint">
                        ${t("unmanaged_hint")}
                        ${context.isAdmin ? t("unmanaged_hint_convert") : nothing}
                      </p>`
                    : nothing
                }`
        }
        ${
          codes
            ? html`<ul>
                ${repeat(
                  codes,
                  (code) => code.access_code_id,
                  (code) => html`<li>
                    <seam-code-row
                      .context=${context}
                      .lock=${lock}
                      .code=${code}
                      .origin=${this.origins.get(code.access_code_id) ?? ""}
                      .samePinAs=${samePinAs(lock, code)}
                      .withProblems=${group !== "expired"}
                      ?admin=${context.isAdmin}
                      ?selected=${code.access_code_id === this.selected}
                    ></seam-code-row>
                  </li>`,
                )}
              </ul>`
            : nothing
        }
      </section>
    `;
  }

  static override styles = [
    shared,
    tools,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--seam-gap);
      }
      .hint {
        padding: 0 16px 4px;
      }
      .tools {
        display: flex;
        gap: 8px;
      }
      .fold {
        width: 100%;
        min-height: 52px;
        border-radius: 0;
        justify-content: flex-start;
      }
      .fold h2 {
        flex: 1;
        text-align: start;
      }
      .fold svg {
        color: var(--secondary-text-color);
        transition: rotate 150ms;
      }
      .fold[aria-expanded="true"] svg {
        rotate: 180deg;
      }
      .fold:focus-visible {
        outline-offset: -2px;
      }
      li + li {
        border-top: 1px solid var(--divider-color);
      }
      li {
        content-visibility: auto;
        contain-intrinsic-size: auto 60px;
      }
    `,
  ];
}
