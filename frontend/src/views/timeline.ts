import { mdiChevronLeft, mdiChevronRight, mdiSwapHorizontal } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { styleMap } from "lit/directives/style-map.js";
import type { Context } from "../context";
import { element } from "../element";
import { entriesOf, label } from "../logic/groups";
import {
  type Bar,
  DAYS_MAX,
  DAYS_SHOWN,
  type Days,
  daysFrom,
  rowsByLock,
  rowsByPerson,
  type Span,
  type TimelineRow,
} from "../logic/timeline";
import { formatDuration } from "../logic/times";
import { icon, stateChip, stateText, timesText, tone } from "../parts";
import { shared } from "../styles";
import type { Lock } from "../types";

const VIEWS = ["lock", "person", "table"] as const;
const STEP = DAYS_SHOWN / 2;
/** More are shown on demand. */
const LANES = 6;
const ROWS = 150;

/** Who can enter which door when. */
@element("seam-timeline")
export class SeamTimeline extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) locks: readonly Lock[] = [];
  @property({ attribute: false }) now = new Date();
  /** How many days after today the first day is. */
  @state() private offset = 0;
  @state() private view: (typeof VIEWS)[number] = "lock";
  @state() private limit = ROWS;
  @state() private unfolded: ReadonlySet<string> = new Set();

  protected override render() {
    const { context, offset, view } = this;
    const { t, hass } = context;
    const days = daysFrom(context.date, offset, hass.config.time_zone);
    const entries = entriesOf(this.locks).filter(({ code }) => !code.is_backup);
    const rows =
      view === "person"
        ? rowsByPerson(entries, days)
        : rowsByLock(this.locks, entries, days);
    const isEmpty = rows.every(({ bars }) => bars.length === 0);
    const move = (by: number) => {
      this.offset = Math.max(-DAYS_MAX, Math.min(DAYS_MAX - DAYS_SHOWN, offset + by));
    };
    const date = new Intl.DateTimeFormat(hass.locale.language, {
      timeZone: hass.config.time_zone,
      day: "numeric",
      month: "short",
      year: "numeric",
    });
    return html`
      <div class="tools">
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
          ? html`<p class="box empty">${t("timeline_none")}</p>`
          : view === "table"
            ? this.table(rows)
            : this.chart(rows, days)
      }
      ${
        rows.length > this.limit && !(isEmpty || view === "table")
          ? html`<button
              @click=${() => {
                this.limit = Infinity;
              }}
            >
              ${t("show_all", { count: rows.length })}
            </button>`
          : nothing
      }
    `;
  }

  private chart(rows: readonly TimelineRow[], days: Days) {
    const { locale, config } = this.context.hass;
    const format = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat(locale.language, {
        timeZone: config.time_zone,
        ...options,
      });
    const weekday = format({ weekday: "short" });
    const day = format({ day: "numeric" });
    const now = this.now.getTime();
    return html`<section class="box chart">
      <div class="days" aria-hidden="true">
        ${days.days.map(({ date, start }, index) => {
          const end = days.days[index + 1]?.start ?? days.end;
          return html`<span
            class=${date === this.context.date ? "today" : ""}
            style=${place({ start, end }, days)}
            ><span class="weekday">${weekday.format(start)}</span> ${day.format(start)}</span
          >`;
        })}
        ${
          now > days.start && now < days.end
            ? html`<i style=${place({ start: now, end: now }, days)}></i>`
            : nothing
        }
      </div>
      <ul>
        ${repeat(
          rows.slice(0, this.limit),
          ({ key }) => key,
          (row) => this.row(row, days),
        )}
      </ul>
    </section>`;
  }

  private row(row: TimelineRow, days: Days) {
    const { t } = this.context;
    const isLock = this.view === "lock";
    const isUnfolded = this.unfolded.has(row.key);
    const lanes = isUnfolded ? row.lanes : Math.min(row.lanes, LANES);
    const height = `${Math.max(lanes, 1) * 32 + 4}px`;
    return html`<li>
      <h3 class="cut">
        ${
          isLock
            ? html`<a href="/seam/lock/${row.key}"><bdi>${row.name}</bdi></a>`
            : html`<bdi>${row.name}</bdi>`
        }
      </h3>
      <div class="track" style=${styleMap({ height })}>
        ${row.overlaps.map(
          (span) => html`<span class="overlap" style=${place(span, days)}></span>`,
        )}
        ${row.gaps.map(
          (gap) => html`<span
            class="gap"
            aria-hidden="true"
            style=${place(clip(gap, days), days)}
            ><span>${this.duration(gap)}</span></span
          >`,
        )}
        ${row.bars
          .filter(({ lane }) => lane < lanes)
          .map((bar) => this.bar(bar, days, isLock))}
      </div>
      ${
        row.lanes > LANES
          ? html`<button
              class="more"
              aria-expanded=${isUnfolded}
              @click=${() => {
                const unfolded = new Set(this.unfolded);
                if (!unfolded.delete(row.key)) unfolded.add(row.key);
                this.unfolded = unfolded;
              }}
            >
              ${isUnfolded ? t("fewer") : t("show_all", { count: row.bars.length })}
            </button>`
          : nothing
      }
    </li>`;
  }

  private bar(bar: Bar, days: Days, isLock: boolean) {
    const { context } = this;
    const { code, lock } = bar.entry;
    const { t } = context;
    const name = label(code);
    const text = [
      t("timeline_bar", {
        name,
        lock: lock.name,
        times: timesText(context, code),
        state: stateText(context, code.state),
      }),
      ...this.notes(bar),
    ].join(". ");
    return html`<a
      class="bar ${tone(code.state)} ${bar.isEarlier ? "earlier" : ""} ${
        bar.isLater ? "later" : ""
      } ${bar.isEndless ? "endless" : ""}"
      href="/seam/codes/${code.access_code_id}"
      aria-label=${text}
      title=${text}
      style=${place(bar, days, { top: `${bar.lane * 32 + 4}px` })}
      >${bar.overlaps.length > 0 ? icon(mdiSwapHorizontal) : nothing}<span class="cut name"><bdi>${isLock ? name : lock.name}</bdi></span>${bar.isEndless ? html`<span>∞</span>` : nothing}</a
    >`;
  }

  private notes({ gap, overlaps }: Bar): string[] {
    const { t } = this.context;
    const names = overlaps.map(({ code }) => label(code)).join(", ");
    return [
      ...(names ? [t("overlaps_with", { names })] : []),
      ...(gap ? [t("then_free", { duration: this.duration(gap) })] : []),
    ];
  }

  private duration({ start, end }: Span): string {
    return formatDuration(this.context.hass, end - start);
  }

  private table(rows: readonly TimelineRow[]) {
    const { context } = this;
    const { t } = context;
    const bars = rows.flatMap(({ bars }) => bars);
    return html`<section class="box scroll" tabindex="0" aria-label=${t("timeline")}>
      <table>
        <thead>
          <tr>
            ${(["lock", "person", "times", "state", "notes"] as const).map(
              (key) => html`<th scope="col">${t(key)}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${bars.map(
            (bar) => html`<tr>
              <td><bdi>${bar.entry.lock.name}</bdi></td>
              <td>
                <a href="/seam/codes/${bar.entry.code.access_code_id}"
                  ><bdi>${label(bar.entry.code)}</bdi></a
                >
              </td>
              <td>${timesText(context, bar.entry.code)}</td>
              <td>${stateChip(context, bar.entry.code.state)}</td>
              <td>${this.notes(bar).join(". ")}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </section>`;
  }

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: 12px;
        --name: 168px;
      }
      .tools {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px;
      }
      .tools label {
        margin-inline-start: auto;
      }
      .tools svg:dir(rtl) {
        scale: -1 1;
      }
      select {
        height: 40px;
        border: 1px solid var(--divider-color);
        border-radius: 20px;
        background: var(--card-background-color);
        padding: 0 12px;
      }
      .empty {
        padding: 24px 16px;
        text-align: center;
      }
      .chart {
        position: relative;
        /* The days stay at the top. */
        overflow: visible;
      }
      .days {
        position: sticky;
        top: 0;
        z-index: 1;
        height: 44px;
        margin-inline-start: var(--name);
        pointer-events: none;
        background: var(--ha-card-background, var(--card-background-color));
        font-size: 0.75rem;
        line-height: 1.4;
        border-start-end-radius: var(--seam-radius);
      }
      /* Covers the names that scroll past. */
      .days::before {
        content: "";
        position: absolute;
        inset-block: 0;
        inset-inline-end: 100%;
        inline-size: var(--name);
        background: inherit;
        border-start-start-radius: var(--seam-radius);
      }
      .days > span {
        position: absolute;
        inset-block: 0;
        display: grid;
        place-content: center;
        text-align: center;
        color: var(--secondary-text-color);
        border-inline-start: 1px solid var(--divider-color);
        overflow: hidden;
      }
      .days .weekday {
        display: block;
      }
      .days .today {
        font-weight: 700;
        color: var(--primary-text-color);
      }
      .days i {
        position: absolute;
        bottom: 0;
        height: 8px;
        border-inline-start: 2px solid var(--error-color, #db4437);
      }
      li {
        display: grid;
        grid-template-columns: var(--name) minmax(0, 1fr);
        align-items: start;
        border-top: 1px solid var(--divider-color);
        content-visibility: auto;
        contain-intrinsic-size: auto 37px;
      }
      h3 {
        padding: 7px 12px 0 16px;
        font-size: 0.875rem;
        font-weight: 500;
      }
      h3 a,
      td a {
        color: inherit;
      }
      .track {
        position: relative;
        overflow: hidden;
        border-inline-start: 1px solid var(--divider-color);
      }
      .bar,
      .gap,
      .overlap {
        position: absolute;
        height: 28px;
        font-size: 0.8125rem;
        line-height: 28px;
      }
      .bar {
        display: flex;
        align-items: center;
        gap: 4px;
        min-width: 24px;
        padding-inline: 8px;
        border-radius: 6px;
        overflow: hidden;
        color: var(--primary-text-color);
        text-decoration: none;
        --tone: var(--disabled-text-color, #888);
        --card: var(--ha-card-background, var(--card-background-color));
        background: color-mix(in srgb, var(--tone) 24%, var(--card));
        border: 1px solid color-mix(in srgb, var(--tone) 60%, var(--card));
        line-height: 26px;
      }
      .bar.good {
        --tone: var(--success-color, #43a047);
      }
      .bar.info {
        --tone: var(--info-color, #039be5);
      }
      .bar.warn {
        --tone: var(--warning-color, #ffa600);
      }
      .bar.bad {
        --tone: var(--error-color, #db4437);
      }
      .name {
        flex: 1;
      }
      .bar svg {
        width: 16px;
        height: 16px;
      }
      .bar:focus-visible {
        outline-offset: -2px;
      }
      .earlier {
        border-start-start-radius: 0;
        border-end-start-radius: 0;
        border-inline-start-width: 0;
      }
      .later {
        border-start-end-radius: 0;
        border-end-end-radius: 0;
        border-inline-end-width: 0;
      }
      .endless {
        border-style: dashed;
      }
      .gap {
        top: 4px;
        display: grid;
        place-items: center;
        container-type: inline-size;
        color: var(--secondary-text-color);
        background: repeating-linear-gradient(
            90deg,
            var(--secondary-text-color) 0 2px,
            transparent 2px 6px
          )
          center / 100% 1px no-repeat;
      }
      .gap span {
        padding: 0 6px;
        white-space: nowrap;
        background: var(--ha-card-background, var(--card-background-color));
        font-size: 0.75rem;
      }
      @container (max-width: 72px) {
        .gap span {
          display: none;
        }
      }
      .overlap {
        inset-block: 0;
        height: auto;
        background: repeating-linear-gradient(
          135deg,
          color-mix(in srgb, var(--warning-color, #ffa600) 40%, transparent) 0 4px,
          transparent 4px 8px
        );
      }
      .more {
        grid-column: 2;
        min-height: 32px;
        padding-block: 4px;
        justify-self: start;
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
      @media (max-width: 700px) {
        :host {
          --name: 0px;
        }
        li {
          grid-template-columns: minmax(0, 1fr);
        }
        .more {
          grid-column: 1;
        }
        .bar {
          padding-inline: 4px;
        }
        .track {
          border: 0;
        }
      }
    `,
  ];
}

function clip({ start, end }: Span, days: Span): Span {
  return { start: Math.max(start, days.start), end: Math.min(end, days.end) };
}

/** Return the style of something between two moments; also from right to left. */
function place({ start, end }: Span, days: Span, more: Record<string, string> = {}) {
  const percent = (distance: number) =>
    `${((distance / (days.end - days.start)) * 100).toFixed(3)}%`;
  return styleMap({
    insetInlineStart: percent(start - days.start),
    inlineSize: percent(end - start),
    ...more,
  });
}
