/** Small templates that several elements use. */

import { mdiAlertCircleOutline, mdiAlertOutline, mdiMagnify } from "@mdi/js";
import { html, nothing, type TemplateResult } from "lit";
import type { Context } from "./context";
import type { Translate } from "./language";
import { formatPeriod, formatTime } from "./logic/formats";
import { label, MANY, people } from "./logic/groups";
import { origins } from "./logic/stays";
import type { Overlap } from "./logic/timeline";
import { type State, unavailableIds } from "./store";
import type { Code, CodeState, Lock, Problem, Remedy, Stays, Verdict } from "./types";

const CONSOLE_URL = "https://console.seam.co";
const OVERLAPS_SHOWN = 3;

const TONES: Record<CodeState, string> = {
  active: "good",
  scheduled: "info",
  setting: "info",
  failed: "bad",
  at_risk: "warn",
  removing: "warn",
  expired: "",
  disabled: "",
  unknown: "",
};

/** The states from the one that needs most attention. */
const SEVERITY: readonly CodeState[] = [
  "failed",
  "at_risk",
  "unknown",
  "disabled",
  "setting",
  "removing",
  "scheduled",
  "active",
];

/** Return the state that needs most attention. */
export function worstState(codes: readonly Code[]): CodeState {
  return (
    SEVERITY.find((state) => codes.some((code) => code.state === state)) ?? "expired"
  );
}

export function icon(path: string): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${path}></path></svg>`;
}

/** Say what concerns the whole page. */
export function banner(
  text: string,
  action: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  return html`<div class="banner" role="status">
    ${icon(mdiAlertOutline)}
    <div class="text"><p>${text}</p>${action}</div>
  </div>`;
}

/** Say that codes are kept as the calendar has no events, and what deletes them. */
export function keptBanner(
  { t, isAdmin }: Context,
  { title, kept }: Stays,
): TemplateResult | typeof nothing {
  return kept > 0
    ? banner(
        t("stays_kept", { name: title, count: kept }),
        isAdmin ? html`<p>${t("stays_kept_hint")}</p>` : nothing,
      )
    : nothing;
}

/** Say why what is shown may not be true, of the entry of a lock or of all. */
export function banners(
  context: Context,
  snapshot: State | undefined,
  entryId?: string,
): TemplateResult {
  const { t, connected, isCurrent, isAdmin } = context;
  // Without any lock, there is no last state.
  const entries = (snapshot?.entries ?? []).filter(
    ({ error }) => (error && isAdmin) || snapshot?.locks.length,
  );
  const unavailable = unavailableIds(entries);
  return html`
    ${connected ? nothing : banner(t("connection_lost"))}
    ${outdatedBanner(context)}
    ${connected && !isCurrent && snapshot ? banner(t("not_set_up")) : nothing}
    ${entries
      .filter(({ entry_id: id }) => unavailable.has(id) && (!entryId || id === entryId))
      .map(({ title, error }) =>
        banner(
          // Only administrators can enter a new key.
          error && isAdmin
            ? `${title}: ${error}`
            : t("workspace_unavailable", { name: title }),
          error
            ? html`<p>
                ${isAdmin ? t("key_refused_hint", { name: title }) : t("ask_admin")}
              </p>`
            : nothing,
        ),
      )}
  `;
}

/** Offer to reload the page if the integration was updated since it was loaded. */
function outdatedBanner({ t, outdated }: Context): TemplateResult | typeof nothing {
  if (!outdated) return nothing;
  return banner(
    t("outdated"),
    html`<p>
      <button class="tonal" @click=${() => location.reload()}>${t("reload")}</button>
    </p>`,
  );
}

/** Return the class that gives a state its color. */
export function tone(state: CodeState): string {
  return TONES[state] ?? "";
}

/** Return the text of a state, also of one that only a later release knows. */
export function stateText({ t }: Context, state: CodeState): string {
  return t(`state_${state in TONES ? state : "unknown"}`);
}

export function stateChip(context: Context, state: CodeState): TemplateResult {
  return html`<span class="chip ${tone(state)}">${stateText(context, state)}</span>`;
}

/** Show whether a guest will get in. */
export function verdictChip(context: Context, verdict: Verdict): TemplateResult {
  return verdict === "ready"
    ? html`<span class="chip good">${context.t("verdict_ready")}</span>`
    : stateChip(context, verdict);
}

/** Return when a code works. */
export function timesText(context: Context, code: Code): string {
  const { t, hass } = context;
  const time = (iso: string) => formatTime(hass, iso, new Date());
  if (!code.ends_at) {
    return code.starts_at && code.state === "scheduled"
      ? t("arrives", { time: time(code.starts_at) })
      : t("never_ends");
  }
  if (code.state === "expired") return t("ended", { time: time(code.ends_at) });
  if (code.starts_at && Date.parse(code.starts_at) > Date.now()) {
    return t("from_to", { start: time(code.starts_at), end: time(code.ends_at) });
  }
  return t("until", { time: time(code.ends_at) });
}

/** Return which other stays are on the same locks at the same time, and when. */
export function overlapHint(
  { t, hass }: Context,
  others: readonly Overlap[],
  stays: readonly Stays[],
): string {
  if (others.length === 0) return "";
  const list = new Intl.ListFormat(hass.locale.language);
  const guests = people(others, stays).map((entries) => {
    // Those of a person on other locks hardly ever start at another time of the day.
    const [{ code, start, end }] = entries as [Overlap];
    return t("overlap", {
      name: label(code),
      locks: list.format(entries.map(({ lock }) => lock.name)),
      times: formatPeriod(hass, start, end),
    });
  });
  const count = guests.length - OVERLAPS_SHOWN;
  return t("overlaps", {
    stays: list.format([
      ...guests.slice(0, OVERLAPS_SHOWN),
      ...(count > 0 ? [t("overlaps_more", { count })] : []),
    ]),
  });
}

/** Say that stays leave a code alone that somebody changes, releases, or deletes. */
export function staysNote(
  { t }: Context,
  stays: readonly Stays[],
  code: Code,
  action: ActionDetail["action"],
): string {
  const name = origins(stays).get(code.access_code_id);
  if (!name || code.state === "expired") return "";
  switch (action) {
    case "edit":
    case "extend":
    case "end":
      return t("from_stays_edit", { name });
    case "release":
      return t("from_stays_release", { name });
    case "delete":
      return t("from_stays_delete", { name });
    default:
      return "";
  }
}

/** An action that an element asks the panel or card to carry out. */
export interface ActionDetail {
  action:
    | "add"
    | "edit"
    | "extend"
    | "end"
    | "delete"
    | "convert"
    | "release"
    | "pull_backup"
    | "allow_changes"
    | "delete_expired"
    | "new_pin"
    | "refresh_lock"
    | "preview_stays";
  stays?: Stays;
  lock?: Lock;
  code?: Code;
  /** All locks that have the problem. */
  locks?: readonly Lock[];
}

/** Ask the panel or card to carry out an action. */
export function ask(element: HTMLElement, detail: ActionDetail): void {
  element.dispatchEvent(
    new CustomEvent<ActionDetail>("seam-action", {
      detail,
      bubbles: true,
      composed: true,
    }),
  );
}

/** Tell the user something, also those who cannot see the screen. */
export function announce(element: HTMLElement, message: string): void {
  element.dispatchEvent(
    new CustomEvent("seam-announce", {
      detail: message,
      bubbles: true,
      composed: true,
    }),
  );
}

/** Show problems, each with its advice and the remedies that fit. */
export function problems(
  element: HTMLElement,
  context: Context,
  lock: Lock,
  list: readonly Problem[],
  code?: Code,
  locks: readonly Lock[] = [lock],
): TemplateResult[] {
  return list.map(
    (problem) => html`
      <div class="banner ${problem.error_code ? "bad" : ""}">
        ${icon(problem.error_code ? mdiAlertCircleOutline : mdiAlertOutline)}
        <div class="text">
          <p><bdi>${problem.message}</bdi></p>
          ${problem.advice ? html`<p class="secondary">${problem.advice}</p>` : nothing}
          ${remedies(element, context, lock, problem, code, locks)}
        </div>
      </div>
    `,
  );
}

/** Tell others than administrators, once for all problems, who can follow the advice. */
export function adminNote(
  { t, isAdmin }: Context,
  problems: readonly Problem[],
): TemplateResult | typeof nothing {
  // Anybody can look after the lock itself.
  const isPhysical = ({ scope, remedies }: Problem) =>
    (scope === "device" || scope === "bridge") &&
    remedies.every((remedy) => remedy === "refresh_lock");
  if (isAdmin || problems.every(isPhysical)) return nothing;
  return html`<p class="secondary ask-admin">${t("ask_admin")}</p>`;
}

/** The remedies that only lead to another page. */
const LINKS: Partial<Record<Remedy, string>> = {
  found_codes: "/seam/found",
  reconnect_account: CONSOLE_URL,
};

function remedies(
  element: HTMLElement,
  { t, hass, isAdmin, connected }: Context,
  lock: Lock,
  problem: Problem,
  code: Code | undefined,
  locks: readonly Lock[],
): TemplateResult | typeof nothing {
  if (!isAdmin) return nothing;
  const other = lock.codes.find(
    ({ access_code_id }) => access_code_id === problem.other_access_code_id,
  );
  const details: Partial<Record<Remedy, ActionDetail | undefined | false>> = {
    add: { action: "add", lock },
    allow_changes: code && { action: "allow_changes", lock, code },
    convert_other: other &&
      !other.is_managed && { action: "convert", lock, code: other },
    delete: code && { action: "delete", lock, code },
    delete_expired: { action: "delete_expired", lock },
    delete_other: other && { action: "delete", lock, code: other },
    edit: code && { action: "edit", lock, code },
    new_pin: code && { action: "new_pin", lock, code },
    pull_backup: code && { action: "pull_backup", lock, code },
    refresh_lock: { action: "refresh_lock", lock, locks },
  };
  const buttons = problem.remedies.flatMap((remedy) => {
    const link = LINKS[remedy];
    if (link === CONSOLE_URL) {
      return html`<a class="button tonal" href=${link} target="_blank" rel="noreferrer"
        >${t(`remedy_${remedy}`)}</a
      >`;
    }
    if (link) {
      // Users may have removed the panel, and still have the card.
      return "seam" in hass.panels
        ? html`<a class="button tonal" href=${link}>${t(`remedy_${remedy}`)}</a>`
        : [];
    }
    const detail = details[remedy];
    // After an upgrade, a browser may still have this module, and not know a new remedy.
    if (!detail) return [];
    return html`<button
      class="tonal"
      ?disabled=${!connected}
      @click=${() => ask(element, detail)}
    >
      ${t(`remedy_${remedy}`, { name: other ? label(other) : "" })}
    </button>`;
  });
  return buttons.length > 0 ? html`<p class="remedies">${buttons}</p>` : nothing;
}

/** Show the search of a list that is long, or that was when somebody typed into it. */
export function listSearch(
  count: number,
  label: string,
  value: string,
  changed: (text: string) => void,
): TemplateResult | typeof nothing {
  if (count < MANY && !value) return nothing;
  return html`<div class="tools">${searchField(label, value, changed)}</div>`;
}

/** Say what a search did not find, also to those who cannot see the list. */
export function noMatch(text: string): TemplateResult {
  return html`<p class="box empty" role="status">${text}</p>`;
}

/** Show the button for the rows of a long list that are left out, if there are any. */
export function showMore(
  t: Translate,
  hasMore: boolean,
  more: () => void,
): TemplateResult | typeof nothing {
  return hasMore ? html`<button @click=${more}>${t("show_more")}</button>` : nothing;
}

/** A field that searches while one types. */
export function searchField(
  label: string,
  value: string,
  changed: (text: string) => void,
): TemplateResult {
  return html`<label class="search">
    ${icon(mdiMagnify)}
    <span class="visually-hidden">${label}</span>
    <input
      type="search"
      placeholder=${label}
      autocomplete="off"
      .value=${value}
      @input=${(event: Event) => changed((event.target as HTMLInputElement).value)}
    />
  </label>`;
}
