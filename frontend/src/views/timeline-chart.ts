import { mdiSwapHorizontal } from "@mdi/js";
import { html, LitElement, nothing } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { styleMap } from "lit/directives/style-map.js";
import type { Context } from "../context";
import { element } from "../element";
import { dateFormat, firstWeekday, formatDuration } from "../logic/formats";
import { label } from "../logic/groups";
import type { Bar, Days, Span, TimelineRow } from "../logic/timeline";
import { icon, stateText, timesText, tone } from "../parts";
import { shared } from "../styles";
import { timelineStyles } from "./timeline-styles";

/** More are shown on demand. */
const LANES = 6;

/** Return what else there is to say about a bar. */
export function barNotes(
  context: Context,
  { gap, overlaps }: Bar,
  now: Date,
): string[] {
  const { t } = context;
  const names = overlaps.map(({ code }) => label(code)).join(", ");
  return [
    ...(names ? [t("overlaps_with", { names })] : []),
    ...(gap
      ? [
          t(isNow(gap, now) ? "free_for" : "then_free", {
            duration: duration(context, gap, now),
          }),
        ]
      : []),
  ];
}

function isNow({ start, end }: Span, now: Date): boolean {
  return start <= now.getTime() && now.getTime() < end;
}

/** Return for how long a door is free, or still free. */
function duration({ hass }: Context, gap: Span, now: Date): string {
  return formatDuration(hass, gap.end - (isNow(gap, now) ? now.getTime() : gap.start));
}

/** The bars of who can enter when, a row for each lock or person. */
@element("seam-timeline-chart")
export class SeamTimelineChart extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) rows: readonly TimelineRow[] = [];
  @property({ attribute: false }) days!: Days;
  @property({ attribute: false }) now = new Date();
  @property({ type: Boolean }) isByLock = false;
  @state() private unfolded: ReadonlySet<string> = new Set();

  protected override render() {
    const { days } = this;
    const { hass } = this.context;
    const format = (options: Intl.DateTimeFormatOptions) => dateFormat(hass, options);
    // In some languages, the short names are too long for a column.
    const short = format({ weekday: "short" });
    const isLong = days.days.some(({ start }) => short.format(start).length > 4);
    const weekday = isLong ? format({ weekday: "narrow" }) : short;
    const day = format({ day: "numeric" });
    const first = firstWeekday(hass.locale);
    const now = this.now.getTime();
    return html`<section class="box chart">
      <div class="days" aria-hidden="true">
        ${days.days.map(({ date, start }, index) => {
          const end = days.days[index + 1]?.start ?? days.end;
          const isFirst = index > 0 && new Date(date).getUTCDay() === first;
          return html`<span
            class="${date === this.context.date ? "today" : ""} ${isFirst ? "week" : ""}"
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
          this.rows,
          ({ key }) => key,
          (row) => this.row(row, days),
        )}
      </ul>
    </section>`;
  }

  private row(row: TimelineRow, days: Days) {
    const { t } = this.context;
    const isLock = this.isByLock;
    const isUnfolded = this.unfolded.has(row.key);
    const lanes = isUnfolded ? row.lanes : Math.min(row.lanes, LANES);
    const height = lane(Math.max(lanes, 1));
    return html`<li>
      <h3 class="cut">
        ${
          isLock
            ? html`<a class="link" href="/seam/lock/${row.key}"><bdi>${row.name}</bdi></a>`
            : html`<bdi>${row.name}</bdi>`
        }
      </h3>
      <div class="track" style=${styleMap({ height })}>
        ${row.overlaps.map(
          (span) => html`<span class="overlap" style=${place(span, days)}></span>`,
        )}
        ${row.gaps.map((gap) => {
          const text = duration(this.context, gap, this.now);
          return html`<span
            class="gap"
            aria-hidden="true"
            title=${t("free_for", { duration: text })}
            style=${place(clip(gap, days), days)}
            ><span class="cut">${text}</span></span
          >`;
        })}
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
      ...barNotes(context, bar, this.now),
    ].join(" · ");
    return html`<a
      class="bar ${tone(code.state)} ${bar.isEarlier ? "earlier" : ""} ${
        bar.isLater ? "later" : ""
      } ${bar.isEndless ? "endless" : ""}"
      href="/seam/codes/${code.access_code_id}"
      aria-label=${text}
      title=${text}
      style=${place(bar, days, { top: lane(bar.lane) })}
      >${bar.overlaps.length > 0 ? icon(mdiSwapHorizontal) : nothing}<span class="cut name"><bdi>${isLock ? name : lock.name}</bdi></span>${bar.isEndless ? html`<span>∞</span>` : nothing}</a
    >`;
  }

  static override styles = [shared, timelineStyles];
}

/** Return where a lane starts. */
function lane(index: number): string {
  return `calc(${index} * var(--lane) + 4px)`;
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
