import { mdiChevronLeft, mdiChevronRight } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { property, state } from "lit/decorators.js";
import type { Context } from "../context";
import { element } from "../element";
import { dateFormat, zoneOf } from "../logic/formats";
import { entriesOf, label } from "../logic/groups";
import {
  type Bar,
  DAYS_MAX,
  DAYS_SHOWN,
  daysFrom,
  matchesBar,
  matchingRows,
  rowsByLock,
  rowsByPerson,
} from "../logic/timeline";
import { icon, listSearch, noMatch, stateChip, timesText } from "../parts";
import { shared, tools } from "../styles";
import type { Lock, Stays } from "../types";
import { barNotes } from "./timeline-chart";

const VIEWS = ["lock", "person", "table"] as const;
const STEP = DAYS_SHOWN / 2;
/** More are shown on demand. */
const ROWS = 150;

/** Who can enter which door when. */
@element("seam-timeline")
export class SeamTimeline extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) locks: readonly Lock[] = [];
  @property({ attribute: false }) stays: readonly Stays[] = [];
  @property({ attribute: false }) now = new Date();
  /** How many days after today the first day is. */
  @state() private offset = 0;
  @state() private view: (typeof VIEWS)[number] = "lock";
  @state() private limit = ROWS;
  @state() private search = "";

  protected override render() {
    const { context, offset, search, view } = this;
    const { t, hass } = context;
    const days = daysFrom(context.date, offset, zoneOf(hass));
    const entries = entriesOf(this.locks).filter(({ code }) => !code.is_backup);
    const all =
      view === "person"
        ? rowsByPerson(entries, days, this.stays)
        : rowsByLock(this.locks, entries, days);
    const rows = matchingRows(all, search);
    const bars = rows
      .flatMap(({ bars }) => bars)
      .filter((bar) => matchesBar(bar, search));
    const isEmpty = bars.length === 0;
    const count = view === "table" ? bars.length : rows.length;
    const move = (by: number) => {
      this.offset = Math.max(-DAYS_MAX, Math.min(DAYS_MAX - DAYS_SHOWN, offset + by));
    };
    const date = dateFormat(hass, {
      day: "numeric",
      month: "short",
      year: "numeric",
    });
    return html`
      ${listSearch(
        Math.max(this.locks.length, entries.length),
        t("search_all"),
        search,
        (text) => {
          this.search = text;
        },
      )}
      <div class="choices">
        <button
          class="icon"
          aria-label=${t("earlier")}
          ?disabled=${offset <= -DAYS_MAX}
          @click=${() => move(-STEP)}
        >
          ${icon(mdiChevronLeft)}
        </button>
        <h2><bdi role="status">${date.formatRange(days.start, days.end - 1)}</bdi></h2>
        <button
          class="icon"
          aria-label=${t("later")}
          ?disabled=${offset >= DAYS_MAX - DAYS_SHOWN}
          @click=${() => move(STEP)}
        >
          ${icon(mdiChevronRight)}
        </button>
        <button ?disabled=${offset === 0} @click=${() => move(-offset)}>
          ${t("today")}
        </button>
        <label>
          <span class="visually-hidden">${t("rows")}</span>
          <select
            @change=${(event: Event) => {
              this.view = (event.target as HTMLSelectElement).value as typeof view;
            }}
          >
            ${VIEWS.map(
              (value) => html`<option value=${value} ?selected=${value === view}>
                ${t(`rows_${value}`)}
              </option>`,
            )}
          </select>
        </label>
      </div>
      ${
        isEmpty
          ? search
            ? noMatch(t("no_match_timeline"))
            : html`<p class="box empty">${t("timeline_none")}</p>`
          : view === "table"
            ? this.table(bars.slice(0, this.limit))
            : html`<seam-timeline-chart
                .context=${context}
                .rows=${rows.slice(0, this.limit)}
                .days=${days}
                .now=${this.now}
                ?isByLock=${view === "lock"}
              ></seam-timeline-chart>`
      }
      ${
        count > this.limit && !isEmpty
          ? html`<button
              @click=${() => {
                this.limit = Infinity;
              }}
            >
              ${t("show_all", { count })}
            </button>`
          : nothing
      }
    `;
  }

  private table(bars: readonly Bar[]) {
    const { context } = this;
    const { t } = context;
    return html`<section class="box scroll" tabindex="0" aria-label=${t("timeline")}>
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">
            ${(["lock", "person", "times", "state", "notes"] as const).map(
              (key) => html`<th scope="col" role="columnheader">${t(key)}</th>`,
            )}
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${bars.map(
            (bar) => html`<tr role="row">
              <td role="cell" class="lock"><bdi>${bar.entry.lock.name}</bdi></td>
              <td role="cell" class="person">
                <a class="link" href="/seam/codes/${bar.entry.code.access_code_id}"
                  ><bdi>${label(bar.entry.code)}</bdi></a
                >
              </td>
              <td role="cell" class="times">${timesText(context, bar.entry.code)}</td>
              <td role="cell" class="state">${stateChip(context, bar.entry.code.state)}</td>
              <td role="cell" class="notes">${barNotes(context, bar, this.now).join(" · ")}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </section>`;
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
      .choices {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px;
      }
      .choices label {
        margin-inline-start: auto;
      }
      .choices svg:dir(rtl) {
        scale: -1 1;
      }
      select {
        height: 44px;
        border: 1px solid var(--divider-color);
        border-radius: 22px;
        background: var(--card-background-color);
        padding: 0 12px;
      }
      /* What moves the days in the first line, and the rest in the second. */
      @media (max-width: 480px) {
        h2 {
          flex: 1 0 calc(100% - 96px);
          text-align: center;
        }
      }
      .empty {
        padding: 24px 16px;
        text-align: center;
      }
      .scroll {
        overflow-x: auto;
      }
      table {
        width: 100%;
        border-collapse: collapse;
        font-size: 0.875rem;
      }
      th,
      td {
        padding: 8px 16px;
        text-align: start;
        vertical-align: top;
        overflow-wrap: anywhere;
        min-width: 96px;
        border-bottom: 1px solid var(--divider-color);
      }
      tr:last-child td {
        border-bottom: 0;
      }
      /* A block for each code. The roles stay those of a table. */
      @media (max-width: 600px) {
        thead {
          position: absolute;
          width: 1px;
          height: 1px;
          overflow: hidden;
          clip-path: inset(50%);
        }
        table,
        tbody,
        tr,
        td {
          display: block;
        }
        tr {
          display: grid;
          grid-template-columns: minmax(0, 1fr) auto;
          gap: 2px 12px;
          padding: 12px 16px;
          border-bottom: 1px solid var(--divider-color);
        }
        tr:last-child {
          border-bottom: 0;
        }
        td {
          padding: 0;
          border: 0;
          min-width: 0;
        }
        .person {
          grid-area: 1 / 1;
          font-weight: 500;
        }
        .state {
          grid-area: 1 / 2;
        }
        .lock,
        .times,
        .notes {
          grid-column: 1 / -1;
          color: var(--secondary-text-color);
        }
      }
    `,
  ];
}
