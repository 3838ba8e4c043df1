import {
  mdiAccountClockOutline,
  mdiAlertCircleOutline,
  mdiCheckCircleOutline,
  mdiChevronDown,
  mdiHelpCircleOutline,
} from "@mdi/js";
import { html, LitElement, nothing, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import type { Context } from "../context";
import { element } from "../element";
import { samePinAs } from "../elements/code-row";
import { power } from "../lock-facts";
import { methodText } from "../logic/activity";
import { formatDistance, formatTime } from "../logic/formats";
import { type Entry, label, ownProblems, people, reasonOfLock } from "../logic/groups";
import { type Today, today } from "../logic/today";
import {
  adminNote,
  icon,
  problems,
  stateChip,
  timesText,
  verdictChip,
  worstState,
} from "../parts";
import { type State, unavailableIds } from "../store";
import { shared } from "../styles";
import type { Lock } from "../types";
import { todayStyles } from "./today-styles";

/** How many active codes are shown before one asks for more. */
const FEW = 6;

interface Headline {
  tone?: "good" | "bad";
  path: string;
  text: string;
  hint: string;
}

/** Whether all guests get in, and who comes and goes. */
@element("seam-today")
export class SeamToday extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) snapshot!: State;
  @property({ attribute: false }) now = new Date();
  @state() private isAllShown = false;

  protected override render() {
    const { t, isAdmin } = this.context;
    const { locks } = this.snapshot;
    const found = today(this.snapshot, this.now);
    const { attention } = found;
    const used = locks
      .flatMap(({ name: lock, last_used }) =>
        last_used?.at ? [{ lock, name: last_used.name, at: last_used.at }] : [],
      )
      .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
      .slice(0, 5);
    return html`
      ${this.headline(found)}
      ${
        attention.length +
          found.stays.length +
          found.problems.length +
          found.locks.length >
        0
          ? html`<section class="box wide" aria-label=${t("needs_attention")}>
              <div class="section"><h2>${t("needs_attention")}</h2></div>
              ${adminNote(this.context, [
                ...found.problems.map(({ problem }) => problem),
                ...attention.flatMap(({ lock, code }) => ownProblems(code, lock)),
              ])}
              ${found.problems.map((shared) => this.sharedProblem(shared))}
              <ul>
                ${found.locks.map(
                  (lock) => html`<li class="power">
                    <a class="link" href="/seam/lock/${lock.device_id}"><bdi>${lock.name}</bdi></a>
                    ${power(this.context, lock)}
                    ${
                      lock.codes_known
                        ? nothing
                        : html`<span class="secondary">${t("codes_unknown")}</span>`
                    }
                  </li>`,
                )}
                ${found.stays.map((row) => this.stay(row))}
                ${repeat(
                  attention,
                  ({ code }) => code.access_code_id,
                  (entry) => html`<li>
                    ${this.row(entry, true, "", this.reason(entry))}
                  </li>`,
                )}
              </ul>
            </section>`
          : nothing
      }
      ${this.group(t("active_now"), found.now, t("nobody_in"), FEW)}
      <div class="column">
        ${this.group(
          t("arriving"),
          found.arriving,
          t("nobody_arriving"),
          Infinity,
          (entry) => this.timed("arrives", entry.code.starts_at),
        )}
        ${this.group(
          t("leaving"),
          found.leaving,
          t("nobody_leaving"),
          Infinity,
          (entry) => this.timed("leaves", entry.code.ends_at),
        )}
        ${used.length > 0 ? this.lastUsed(used) : nothing}
      </div>
      ${isAdmin ? nothing : html`<p class="secondary wide">${t("read_only")}</p>`}
    `;
  }

  private timed(key: "arrives" | "leaves", iso: string | null): string {
    const { hass, t } = this.context;
    return iso ? t(key, { time: formatTime(hass, iso, this.now) }) : "";
  }

  private headline(found: Today): TemplateResult {
    const { tone = "", path, text, hint } = this.summary(found);
    return html`<header class="headline ${tone}">
      ${icon(path)}
      <div>
        <h2>${text}</h2>
        ${hint ? html`<p class="secondary">${hint}</p>` : nothing}
      </div>
    </header>`;
  }

  private summary({
    attention,
    stays,
    problems,
    locks: others,
    now,
    isUncertain,
  }: Today): Headline {
    const { t, isAdmin, isCurrent } = this.context;
    const { locks, entries } = this.snapshot;
    const count = attention.length + stays.length;
    const affected = new Set([...others, ...problems.flatMap(({ locks }) => locks)])
      .size;
    const aboutLocks = affected > 0 ? t("headline_locks", { count: affected }) : "";
    if (count > 0) {
      return {
        tone: "bad",
        path: mdiAlertCircleOutline,
        text: t("headline_attention", { count }),
        hint: aboutLocks,
      };
    }
    if (
      isUncertain ||
      !isCurrent ||
      !locks.every((lock) => lock.codes_known) ||
      unavailableIds(entries).size > 0
    ) {
      return {
        path: mdiHelpCircleOutline,
        text: t("headline_unknown"),
        hint: aboutLocks,
      };
    }
    if (locks.every((lock) => lock.codes.length === 0)) {
      return {
        path: mdiAccountClockOutline,
        text: t("headline_none"),
        hint: isAdmin ? t("headline_none_hint") : "",
      };
    }
    return {
      tone: "good",
      path: mdiCheckCircleOutline,
      text: t("headline_good"),
      hint: aboutLocks || t("headline_good_hint", { count: now.length }),
    };
  }

  private stay({ arrival: { stay }, place }: Today["stays"][number]): TemplateResult {
    const { hass, t } = this.context;
    const { reason, lock, verdict } = place;
    const time = (iso: string) => formatTime(hass, iso, this.now);
    return html`<li class="power stay">
      <span class="text">
        <a class="link" href="/seam/stays"><bdi>${stay.name}</bdi></a>
        <span class="secondary">
          ${t("from_to", { start: time(stay.starts_at), end: time(stay.ends_at) })}${
            lock ? html` · <bdi>${lock.name}</bdi>` : nothing
          }
        </span>
        ${reason ? html`<span class="secondary"><bdi>${reason}</bdi></span>` : nothing}
      </span>
      ${verdictChip(this.context, verdict)}
    </li>`;
  }

  private sharedProblem({ problem, locks }: Today["problems"][number]): TemplateResult {
    const [first, ...more] = locks as [Lock, ...Lock[]];
    return html`<div class="problem">
      <p>
        <a class="link" href="/seam/lock/${first.device_id}"><bdi>${first.name}</bdi></a>${more.map(
          (lock) =>
            html`, <a class="link" href="/seam/lock/${lock.device_id}"><bdi>${lock.name}</bdi></a>`,
        )}
      </p>
      ${problems(this, this.context, first, [problem], undefined, locks)}
    </div>`;
  }

  private group(
    title: string,
    entries: Entry[],
    empty: string,
    limit: number,
    note?: (entry: Entry) => string,
  ): TemplateResult {
    const { t } = this.context;
    const all = people(entries, this.snapshot.stays);
    const shown = this.isAllShown ? all : all.slice(0, limit);
    return html`<section class="box" aria-label=${title}>
      <div class="section">
        <h2>${title}</h2>
        ${
          note
            ? html`<span class="secondary">${t("next_48_hours")}</span>`
            : html`<span class="secondary">${all.length || ""}</span>`
        }
      </div>
      ${
        all.length === 0
          ? html`<p class="empty">${empty}</p>`
          : html`<ul>
              ${repeat(
                shown,
                ([entry]) => entry?.code.access_code_id,
                (person) => html`<li>${this.person(person, note)}</li>`,
              )}
            </ul>`
      }
      ${
        shown.length < all.length
          ? html`<button
              class="more"
              @click=${() => {
                this.isAllShown = true;
              }}
            >
              ${t("show_all", { count: all.length })}
            </button>`
          : nothing
      }
    </section>`;
  }

  /** Show a code, or one line for those of the same person on several locks. */
  private person(entries: Entry[], note?: (entry: Entry) => string): TemplateResult {
    const { context } = this;
    const [first] = entries as [Entry];
    if (entries.length === 1) return this.row(first, false, note?.(first));
    const locks = new Intl.ListFormat(context.hass.locale.language).format(
      entries.map(({ lock }) => lock.name),
    );
    return html`<details>
      <summary>
        <span class="text">
          <span class="cut"><bdi>${label(first.code)}</bdi></span>
          <span class="secondary times"
            >${note?.(first) ?? timesText(context, first.code)}</span
          >
          <span class="secondary cut"><bdi>${locks}</bdi></span>
        </span>
        ${stateChip(context, worstState(entries.map(({ code }) => code)))}
        ${icon(mdiChevronDown)}
      </summary>
      <ul>
        ${repeat(
          entries,
          ({ code }) => code.access_code_id,
          (entry) => html`<li>${this.row(entry, false, entry.lock.name)}</li>`,
        )}
      </ul>
    </details>`;
  }

  /** Say in short why a code needs attention if its lock is the reason. */
  private reason(entry: Entry): string {
    const reason = reasonOfLock(entry);
    return reason === "offline"
      ? this.context.t("is_offline", { lock: entry.lock.name })
      : (reason?.message ?? "");
  }

  private row(
    entry: Entry,
    withProblems: boolean,
    note = "",
    reason = "",
  ): TemplateResult {
    const { context } = this;
    return html`<seam-code-row
      .context=${context}
      .lock=${entry.lock}
      .code=${entry.code}
      .samePinAs=${samePinAs(entry.lock, entry.code)}
      .note=${note}
      .reason=${reason}
      .withProblems=${withProblems}
      ?admin=${context.isAdmin}
      ?withLock=${note !== entry.lock.name}
    ></seam-code-row>`;
  }

  private lastUsed(uses: { lock: string; name: string; at: string }[]): TemplateResult {
    const { t, hass } = this.context;
    return html`<section class="box" aria-label=${t("last_used")}>
      <div class="section"><h2>${t("last_used")}</h2></div>
      <ul>
        ${uses.map(
          ({ lock, name, at }) => html`<li class="used">
            <span class="cut">
              <bdi>${methodText(t, name) ?? name}</bdi>
              <span class="secondary">· <bdi>${lock}</bdi></span>
            </span>
            <time
              class="secondary"
              datetime=${at}
              title=${formatTime(hass, at, this.now)}
              >${formatDistance(hass, at, this.now)}</time
            >
          </li>`,
        )}
      </ul>
    </section>`;
  }

  static override styles = [shared, todayStyles];
}
