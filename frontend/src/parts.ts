/** Small templates that several elements use. */

import { mdiAlertCircleOutline, mdiAlertOutline } from "@mdi/js";
import { html, nothing, type TemplateResult } from "lit";
import type { Context } from "./context";
import { label } from "./logic/groups";
import { formatTime } from "./logic/times";
import type { Code, CodeState, Lock, Problem } from "./types";

const CONSOLE_URL = "https://console.seam.co";

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
    | "new_pin"
    | "refresh_lock";
  lock?: Lock;
  code?: Code;
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

/** Show problems, each with its advice and the remedy that fits. */
export function problems(
  element: HTMLElement,
  context: Context,
  lock: Lock,
  list: readonly Problem[],
  code?: Code,
): TemplateResult[] {
  return list.map(
    (problem) => html`
      <div class="banner ${problem.error_code ? "bad" : ""}">
        ${icon(problem.error_code ? mdiAlertCircleOutline : mdiAlertOutline)}
        <div class="text">
          <p><bdi>${problem.message}</bdi></p>
          ${problem.advice ? html`<p class="secondary">${problem.advice}</p>` : nothing}
          ${remedy(element, context, lock, problem, code)}
        </div>
      </div>
    `,
  );
}

function remedy(
  element: HTMLElement,
  { t, isAdmin, connected }: Context,
  lock: Lock,
  problem: Problem,
  code?: Code,
): TemplateResult | typeof nothing {
  if (!isAdmin || !problem.remedy) return nothing;
  const { remedy } = problem;
  if (remedy === "reconnect_account") {
    return html`<p>
      <a class="button tonal" href=${CONSOLE_URL} target="_blank" rel="noreferrer"
        >${t("remedy_reconnect_account")}</a
      >
    </p>`;
  }
  const other = lock.codes.find(
    ({ access_code_id }) => access_code_id === problem.other_access_code_id,
  );
  const detail: ActionDetail | undefined = {
    convert_other: other && ({ action: "convert", lock, code: other } as const),
    delete_other: other && ({ action: "delete", lock, code: other } as const),
    new_pin: code && ({ action: "new_pin", lock, code } as const),
    pull_backup: code && ({ action: "pull_backup", lock, code } as const),
    refresh_lock: { action: "refresh_lock", lock } as const,
  }[remedy];
  // After an upgrade, a browser may still have this module, and not know a new remedy.
  if (!detail) return nothing;
  const text = t(`remedy_${remedy}`, { name: other ? label(other) : "" });
  return html`<p>
    <button class="tonal" ?disabled=${!connected} @click=${() => ask(element, detail)}>
      ${text}
    </button>
  </p>`;
}
