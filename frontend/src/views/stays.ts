import { mdiPlus } from "@mdi/js";
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Context } from "../context";
import { element } from "../element";
import { formatTime } from "../logic/formats";
import {
  type Arrival,
  arrivals,
  overlapping,
  type Place,
  placesAtRisk,
  placesToExplain,
  problemOf,
} from "../logic/stays";
import {
  adminNote,
  ask,
  banner,
  icon,
  keptBanner,
  listSearch,
  noMatch,
  overlapHint,
  problems,
  showMore,
  verdictChip,
} from "../parts";
import { shared, tools } from "../styles";
import "../elements/code-controls";
import type { Lock, Stays } from "../types";

const SETTINGS = "/config/integrations/integration/seam";
/** How many rows are shown before one asks for more. */
const ROWS = 50;

/** Who arrives, and whether they get in. */
@element("seam-stays")
export class SeamStays extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) locks: readonly Lock[] = [];
  @property({ attribute: false }) stays: readonly Stays[] = [];
  @property({ attribute: false }) now = new Date();
  @state() private search = "";
  @state() private limit = ROWS;

  protected override render() {
    const { stays, locks, context } = this;
    const { t, isAdmin } = context;
    const count = stays.reduce((sum, row) => sum + (row.stays?.length ?? 0), 0);
    const shown = arrivals(stays, locks, this.search);
    const attention = shown.filter((arrival) => placesAtRisk(arrival).length > 0);
    const coming = shown.filter((arrival) => placesAtRisk(arrival).length === 0);
    return html`
      ${stays.map((row) =>
        row.is_calendar_lost ? banner(t("stays_lost", { name: row.title })) : nothing,
      )}
      ${stays.map((row) => keptBanner(context, row))}
      ${listSearch(count, t("search_stays"), this.search, (text) => {
        this.search = text;
      })}
      ${
        attention.length > 0
          ? this.list(
              t("needs_attention"),
              attention,
              attention.length,
              adminNote(
                context,
                attention.flatMap((row) =>
                  placesAtRisk(row).flatMap((place) => problemOf(place) ?? []),
                ),
              ),
            )
          : nothing
      }
      ${
        coming.length > 0
          ? this.list(t("stays_coming"), coming.slice(0, this.limit), coming.length)
          : nothing
      }
      ${showMore(t, coming.length > this.limit, () => {
        this.limit += ROWS;
      })}
      ${shown.length === 0 && this.search ? noMatch(t("no_match_stays")) : nothing}
      ${
        stays.length > 0 && count === 0
          ? html`<p class="box empty">
              ${t(stays.every((row) => row.stays) ? "stays_none" : "stays_not_known")}
            </p>`
          : nothing
      }
      ${isAdmin ? this.calendars() : nothing}
    `;
  }

  private list(
    title: string,
    rows: Arrival[],
    count = rows.length,
    note: TemplateResult | typeof nothing = nothing,
  ): TemplateResult {
    return html`<section class="box" aria-label=${title}>
      <div class="section">
        <h2>${title}</h2>
        <span class="secondary">${count}</span>
      </div>
      ${note}
      <ul>
        ${repeat(
          rows,
          ({ key }) => key,
          (row) => html`<li>${this.row(row)}</li>`,
        )}
      </ul>
    </section>`;
  }

  private row(arrival: Arrival): TemplateResult {
    const { context } = this;
    const { t, hass } = context;
    const { stay, stays, places } = arrival;
    const where = places.flatMap((place) => this.link(place) ?? []);
    const time = (iso: string) => formatTime(hass, iso, this.now);
    const hasStarted = Date.parse(stay.starts_at) <= this.now.getTime();
    const overlaps = overlapHint(context, overlapping(arrival), this.stays);
    return html`
      <div class="row stay">
        <div class="text">
          <div class="cut" title=${stay.name}><bdi>${stay.name}</bdi></div>
          <div class="secondary times">
            ${
              hasStarted
                ? t("until", { time: time(stay.ends_at) })
                : t("from_to", { start: time(stay.starts_at), end: time(stay.ends_at) })
            }
          </div>
          <div class="secondary">
            ${where.map((link, index) => html`${index ? ", " : ""}${link}`)}
            ${where.length > 0 && this.stays.length > 1 ? "·" : nothing}
            ${this.stays.length > 1 ? html`<bdi>${stays.title}</bdi>` : nothing}
          </div>
          ${overlaps ? html`<div class="secondary"><bdi>${overlaps}</bdi></div>` : nothing}
        </div>
        ${
          stay.has_arrived
            ? html`<span class="chip good">${t("arrived")}</span>`
            : verdictChip(context, stay.verdict)
        }
        ${this.controls(arrival)}
      </div>
      ${placesToExplain(arrival).map((place) => this.reason(place, places.length > 1))}
    `;
  }

  /** Show the PIN and the menu of the codes, for administrators. */
  private controls({ places }: Arrival): TemplateResult | typeof nothing {
    const entries = places.flatMap(({ lock, code }) =>
      lock && code ? { lock, code } : [],
    );
    const revealable = entries.filter(({ code }) => code.can.reveal === true);
    const first = revealable[0] ?? entries[0];
    if (!first || !this.context.isAdmin) return nothing;
    return html`<seam-stay-controls
      .context=${this.context}
      .lock=${first.lock}
      .code=${first.code}
      .entries=${revealable}
    ></seam-stay-controls>`;
  }

  private link({ lock, code }: Place): TemplateResult | undefined {
    if (!lock) return undefined;
    const path = code ? `codes/${code.access_code_id}` : `lock/${lock.device_id}`;
    return html`<a class="link" href="/seam/${path}"><bdi>${lock.name}</bdi></a>`;
  }

  /** Say what there is to know about a lock, and what to do. */
  private reason(place: Place, withLock: boolean): TemplateResult {
    const { lock, code, reason } = place;
    const problem = problemOf(place);
    return html`<div class="reason">
      ${
        reason
          ? html`<p>
              ${withLock && lock ? html`<bdi>${lock.name}</bdi>: ` : nothing}<bdi
                >${reason}</bdi
              >
            </p>`
          : nothing
      }
      ${lock && problem ? problems(this, this.context, lock, [problem], code) : nothing}
    </div>`;
  }

  /** Show the stays themselves, for administrators. */
  private calendars(): TemplateResult {
    const { stays, context } = this;
    const { t, connected } = context;
    return html`<section class="box" aria-label=${t("stays_calendars")}>
      <div class="section"><h2>${t("stays_calendars")}</h2></div>
      ${
        stays.length === 0
          ? html`<p class="empty">${t("stays_hint")}</p>
              <p class="empty">${t("stays_hint_calendar")}</p>`
          : nothing
      }
      <ul>
        ${stays.map(
          (row) => html`<li class="row">
            <span class="text cut"><bdi>${row.title}</bdi></span>
            <a
              class="button"
              href="${SETTINGS}#config_entry=${row.entry_id}"
              aria-label=${t("stays_edit", { name: row.title })}
              >${t("edit")}</a
            >
            <button
              class="tonal"
              aria-label="${t("stays_preview")}: ${row.title}"
              ?disabled=${!connected}
              @click=${() => ask(this, { action: "preview_stays", stays: row })}
            >
              ${t("stays_preview")}
            </button>
          </li>`,
        )}
      </ul>
      <p class="add">
        <a class="button" href=${SETTINGS}>${icon(mdiPlus)} ${t("stays_add")}</a>
        <span class="secondary">${t("opens_settings", { action: t("stays_add") })}</span>
      </p>
    </section>`;
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
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 12px;
        padding: 8px 16px;
        min-height: 56px;
      }
      .text {
        flex: 1;
        min-width: 0;
      }
      .stay:has(seam-stay-controls) {
        padding-inline-end: 4px;
      }
      li + li {
        border-top: 1px solid var(--divider-color);
      }
      .box:not(:last-child) li {
        content-visibility: auto;
        contain-intrinsic-size: auto 76px;
      }
      .reason {
        display: grid;
        gap: 8px;
        padding: 0 16px 12px;
        overflow-wrap: anywhere;
      }
      .add {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 8px;
        padding: 4px 8px 8px;
      }
      .add .secondary {
        padding-inline: 8px;
      }
      @media (max-width: 480px) {
        .text {
          flex-basis: 100%;
        }
        .stay {
          display: grid;
          grid-template-columns: minmax(0, 1fr) auto auto;
          gap: 2px 0;
        }
        .stay .text {
          grid-area: 1 / 1;
        }
        .stay .chip {
          grid-area: 2 / 1;
          justify-self: start;
        }
      }
    `,
  ];
}
