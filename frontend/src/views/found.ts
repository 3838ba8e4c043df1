import { mdiCheckDecagramOutline, mdiDeleteOutline } from "@mdi/js";
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import type { Context } from "../context";
import { element } from "../element";
import { type Entry, found, label, matches } from "../logic/groups";
import { icon, listSearch, noMatch, showMore, stateChip, timesText } from "../parts";
import { shared, tools } from "../styles";
import type { Lock, Entry as Workspace } from "../types";
import { isRunning } from "./conversion";

export interface BatchDetail {
  kind: "convert" | "delete";
  entries: Entry[];
}

const ROWS = 150;

/** The unmanaged codes of all locks. */
@element("seam-found")
export class SeamFound extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) locks: readonly Lock[] = [];
  @property({ attribute: false }) workspaces: readonly Workspace[] = [];
  @state() private selected: ReadonlySet<string> = new Set();
  @state() private limit = ROWS;
  @state() private search = "";
  /** How many codes there have been, as the search must not vanish after a change. */
  private most = 0;
  private codes: ReturnType<typeof found> = [];

  protected override willUpdate(changes: PropertyValues): void {
    if (changes.has("locks")) this.codes = found(this.locks);
    this.most = Math.max(this.most, this.codes.length);
  }

  protected override render() {
    const { codes } = this;
    const { t, isAdmin, connected } = this.context;
    const conversions = this.workspaces.map(
      (workspace) => html`<seam-conversion
        .context=${this.context}
        .workspace=${workspace}
        .locks=${this.locks}
        ?hidden=${!workspace.conversion}
      ></seam-conversion>`,
    );
    const unknown = this.locks.filter((lock) => !lock.unmanaged_known);
    const note =
      unknown.length > 0
        ? html`<p class="box none">
            <bdi>${unknown.map(({ name }) => name).join(", ")}</bdi>:
            ${t("unmanaged_unknown")}
          </p>`
        : nothing;
    if (codes.length === 0) {
      return html`${conversions}
      ${note === nothing ? html`<p class="box none">${t("found_none")}</p>` : note}`;
    }
    const isConverting = this.workspaces.some(({ conversion }) =>
      isRunning(conversion),
    );
    const shown = codes.filter(({ lock, code }) =>
      matches(this.search, label(code), lock.name),
    );
    const isSelectable = ({ code }: Entry) =>
      code.can.convert === true || code.can.delete === true;
    const isSelected = ({ code }: Entry) => this.selected.has(code.access_code_id);
    // A search does not end what was selected before it.
    const chosen = codes.filter((entry) => isSelectable(entry) && isSelected(entry));
    const selectable = shown.filter(isSelectable);
    const count = selectable.filter(isSelected).length;
    const start = (kind: BatchDetail["kind"]) => {
      const detail: BatchDetail = { kind, entries: chosen };
      this.dispatchEvent(
        new CustomEvent("seam-batch", { detail, bubbles: true, composed: true }),
      );
    };
    const possible = (kind: BatchDetail["kind"]) =>
      chosen.filter(({ code }) => code.can[kind] === true).length;
    return html`
      ${conversions} ${note}
      <p class="secondary hint">
        ${t("found_hint")} ${isAdmin ? t("found_hint_convert") : nothing}
      </p>
      ${listSearch(this.most, t("search_all"), this.search, (text) => {
        this.search = text;
      })}
      <section class="box">
        ${
          isAdmin
            ? html`<div class="bar">
                <div class="selection">
                  <label>
                    <input
                      type="checkbox"
                      .checked=${live(count === selectable.length && count > 0)}
                      .indeterminate=${live(count > 0 && count < selectable.length)}
                      ?disabled=${selectable.length === 0}
                      @change=${(event: Event) => {
                        const { checked } = event.target as HTMLInputElement;
                        const selected = new Set(this.selected);
                        for (const { code } of selectable) {
                          if (checked) selected.add(code.access_code_id);
                          else selected.delete(code.access_code_id);
                        }
                        this.selected = selected;
                      }}
                    />
                    ${t("select_all")}
                  </label>
                  <span role="status" class="secondary"
                    >${
                      chosen.length > 0
                        ? t("selected", { count: chosen.length })
                        : nothing
                    }</span
                  >
                </div>
                <button
                  class="tonal"
                  ?disabled=${possible("convert") === 0 || !connected || isConverting}
                  @click=${() => start("convert")}
                >
                  ${
                    isConverting
                      ? html`<span class="spinner"></span> ${t("converting")}`
                      : html`${icon(mdiCheckDecagramOutline)} ${t("convert")}`
                  }
                </button>
                <button
                  ?disabled=${possible("delete") === 0 || !connected}
                  @click=${() => start("delete")}
                >
                  ${icon(mdiDeleteOutline)} ${t("delete")}
                </button>
              </div>`
            : nothing
        }
        <ul>
          ${repeat(
            shown.slice(0, this.limit),
            ({ code }) => code.access_code_id,
            (entry) => this.row(entry),
          )}
        </ul>
      </section>
      ${shown.length === 0 ? noMatch(t("no_match")) : nothing}
      ${showMore(t, shown.length > this.limit, () => {
        this.limit += ROWS;
      })}
    `;
  }

  private row({ lock, code, sameAs }: ReturnType<typeof found>[number]) {
    const { context } = this;
    const { t } = context;
    const id = code.access_code_id;
    const refusals = [code.can.convert, code.can.delete].filter((can) => can !== true);
    const reasons = new Set(refusals);
    // One of them advises to do what the other one says is not possible.
    const shown = reasons.size > 1 ? [t("found_fixed")] : [...reasons];
    return html`<li>
      <label>
        ${
          context.isAdmin
            ? html`<input
                type="checkbox"
                aria-label=${t("select", { name: label(code) })}
                .checked=${live(this.selected.has(id))}
                ?disabled=${refusals.length === 2}
                @change=${(event: Event) => {
                  const selected = new Set(this.selected);
                  if ((event.target as HTMLInputElement).checked) selected.add(id);
                  else selected.delete(id);
                  this.selected = selected;
                }}
              />`
            : nothing
        }
        <span class="text">
          <span class="cut"><bdi>${label(code)}</bdi></span>
          <span class="secondary"
            ><bdi>${lock.name}</bdi> · ${timesText(context, code)}</span
          >
          ${(context.isAdmin ? shown : []).map((reason) => html`<span class="secondary">${reason}</span>`)}
        </span>
        <span class="chips">
          ${
            sameAs.length > 0
              ? html`<span class="chip warn"
                  >${t("duplicate_of", { names: sameAs.map(label).join(", ") })}</span
                >`
              : nothing
          }
          ${stateChip(context, code.state)}
        </span>
      </label>
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
      .none {
        padding: 24px 16px;
        text-align: center;
        color: var(--secondary-text-color);
      }
      .hint {
        padding-inline: 16px;
      }
      .bar {
        position: sticky;
        top: 0;
        z-index: 1;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 8px;
        padding: 8px 16px;
        background: var(--ha-card-background, var(--card-background-color));
        border-bottom: 1px solid var(--divider-color);
      }
      .box {
        overflow: clip;
      }
      label {
        display: flex;
        align-items: center;
        gap: 16px;
      }
      .selection {
        flex: 1;
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 16px;
      }
      .bar label {
        min-height: 44px;
      }
      li label {
        padding: 10px 16px;
      }
      li + li {
        border-top: 1px solid var(--divider-color);
      }
      [type="checkbox"] {
        width: 20px;
        height: 20px;
        margin: 0;
        flex: none;
        accent-color: var(--primary-color);
      }
      .text {
        flex: 1;
        min-width: 0;
        display: grid;
      }
      .chips {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: 4px;
        max-width: 50%;
      }
      .chip {
        overflow: hidden;
        max-width: 100%;
        text-overflow: ellipsis;
      }
      @media (max-width: 480px) {
        .selection {
          flex-basis: 100%;
        }
        li label {
          flex-wrap: wrap;
          gap: 4px 16px;
        }
        .chips {
          width: 100%;
          max-width: none;
          justify-content: flex-start;
          padding-inline-start: 36px;
        }
      }
    `,
  ];
}
