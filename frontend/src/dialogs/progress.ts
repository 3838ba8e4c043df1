import { mdiAlertCircleOutline, mdiAlertOutline, mdiCheckCircle } from "@mdi/js";
import { css, html, nothing, type TemplateResult } from "lit";
import { type Revealed, revealPin } from "../api";
import type { Context } from "../context";
import { formatTime } from "../logic/formats";
import { isMissing, needsAttention } from "../logic/groups";
import type { Field } from "../logic/guest";
import { shareText } from "../logic/share";
import { icon, stateChip, stateText, worstState } from "../parts";
import type { State } from "../store";
import type { Code, CodeState, Lock } from "../types";
import "../elements/pin";

/** What came of the code on one lock. */
export interface Progress {
  lock: Lock;
  codeId?: string;
  /** Whether the code was on the list, so that it is gone if it no longer is. */
  wasListed?: boolean;
  pin?: string | undefined;
  error?: string;
  /** Whether the code may exist all the same, so that it must not be sent again. */
  isUncertain?: boolean;
  /** The field of the form that the error is about. */
  field?: Field | undefined;
}

/** Return the progress with what came of the code on some of the locks later. */
export function merged(
  before: readonly Progress[] | undefined,
  later: Progress[],
): Progress[] {
  return (
    before?.map(
      (old) => later.find(({ lock }) => lock.device_id === old.lock.device_id) ?? old,
    ) ?? later
  );
}

/** Return whether it may help to send the same again. */
export function isRepeatable({ error, isUncertain, field }: Progress): boolean {
  return Boolean(error) && !isUncertain && (!field || field === "locks");
}

/** Return the code on each lock as it is now. */
function codesOf(
  { locks }: State,
  progress: readonly Progress[],
): (Code | undefined)[] {
  return progress.map(({ lock, codeId }) =>
    locks
      .find(({ device_id }) => device_id === lock.device_id)
      ?.codes.find(({ access_code_id }) => access_code_id === codeId),
  );
}

/** Return the progress with the codes marked that are on the list now. */
export function withListed(snapshot: State, progress: Progress[]): Progress[] {
  const codes = codesOf(snapshot, progress);
  return progress.some(({ wasListed }, index) => codes[index] && !wasListed)
    ? progress.map((row, index) => (codes[index] ? { ...row, wasListed: true } : row))
    : progress;
}

/** Return on which locks something is missing, as text; empty if nothing is. */
export function missingText(
  { t, hass }: Context,
  snapshot: State,
  progress: readonly Progress[],
): string {
  const codes = codesOf(snapshot, progress);
  const list = new Intl.ListFormat(hass.locale.language);
  const missing = (
    key: "no_code_on" | "not_changed_on" | "not_confirmed_on",
    isMissing: (row: Progress, code: Code | undefined) => unknown,
  ) => {
    const rows = progress.filter((row, index) => isMissing(row, codes[index]));
    const locks = list.format(rows.map(({ lock }) => lock.name));
    return locks && t(key, { locks });
  };
  return [
    missing("no_code_on", (row, code) =>
      row.error
        ? !row.isUncertain && !row.codeId
        : code?.state === "failed" || (!code && row.wasListed),
    ),
    missing("not_changed_on", (row) => row.error && !row.isUncertain && row.codeId),
    missing("not_confirmed_on", (row) => row.error && row.isUncertain),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Return from when and until when a code works, if there are such times. */
function worksText({ t, hass }: Context, { starts_at, ends_at }: Code): string {
  const now = new Date();
  const start =
    starts_at && Date.parse(starts_at) > now.getTime()
      ? formatTime(hass, starts_at, now)
      : "";
  const end = ends_at ? formatTime(hass, ends_at, now) : "";
  if (start && end) return t("works_from_until", { start, end });
  if (start) return t("works_from", { start });
  return end && t("works_until", { end });
}

/** Return whether a code that is on its lock may still be the one of before. */
function hasError(code: Code): boolean {
  return (
    (code.state === "active" || code.state === "scheduled") && needsAttention(code)
  );
}

/** Ask for the PIN of codes that have the same. */
async function readPin(
  { hass }: Context,
  rows: readonly Progress[],
): Promise<Revealed> {
  const [row] = rows.filter(({ codeId }) => codeId);
  if (!row?.codeId) return { pin: rows[0]?.pin, isFresh: true };
  return revealPin(hass, row.lock, { access_code_id: row.codeId });
}

/** Show whether the code of a guest works, and its PIN. */
export function renderProgress(
  context: Context,
  snapshot: State,
  name: string,
  progress: readonly Progress[],
): TemplateResult {
  const { t } = context;
  const list = new Intl.ListFormat(context.hass.locale.language);
  const codes = codesOf(snapshot, progress);
  const count = progress.length;
  const inState = (state: CodeState) =>
    progress.filter(({ error }, index) => {
      const code = codes[index];
      return !error && code?.state === state && !hasError(code);
    }).length;
  const ready = inState("active") + inState("scheduled");
  const isDelayed = inState("at_risk") > 0;
  const isBeingSet = progress.some(
    ({ error }, index) => !error && (codes[index]?.state ?? "setting") === "setting",
  );
  const isWaiting = isBeingSet && !isDelayed;
  const missing = missingText(context, snapshot, progress);
  const headline =
    missing ||
    (ready === count
      ? t(inState("active") === count ? "works_on_all" : "ready_on_all", { count })
      : ready > 0
        ? t("ready_on_some", { ready, count })
        : isDelayed
          ? t("works_delayed", { count })
          : isWaiting
            ? t("works_waiting")
            : codes.some((code) => code && hasError(code))
              ? t("needs_attention")
              : stateText(context, worstState(codes.flatMap((code) => code ?? []))));
  const pins = new Map<string, Progress[]>();
  for (const row of progress) {
    if (row.pin) pins.set(row.pin, [...(pins.get(row.pin) ?? []), row]);
  }
  const sent = codes.find((code) => code);
  const times =
    sent && (ready > 0 || isBeingSet || isDelayed) && worksText(context, sent);
  return html`
      ${[...pins].map(
        ([pin, rows]) => html`<seam-pin
          .context=${context}
          .pin=${pin}
          .label=${t("pin_for", { locks: list.format(rows.map(({ lock }) => lock.name)) })}
          .message=${(shown: string) =>
            shareText(
              context,
              name,
              rows.map(({ lock }) => lock),
              shown,
              sent ?? {},
            )}
          .read=${() => readPin(context, rows)}
        ></seam-pin>`,
      )}
      <div role="status" class="headline" tabindex="-1">
        ${
          missing
            ? html`<span class="bad">${icon(mdiAlertCircleOutline)}</span>`
            : ready === count
              ? html`<span class="good">${icon(mdiCheckCircle)}</span>`
              : isWaiting
                ? html`<span class="spinner"></span>`
                : icon(mdiAlertOutline)
        }
        <div>
          <p><bdi>${headline}</bdi></p>
          ${
            isWaiting && !missing
              ? html`<p class="secondary">${t("works_waiting_hint")}</p>`
              : nothing
          }
          ${times && !missing ? html`<p class="secondary">${times}</p>` : nothing}
        </div>
      </div>
      <ul>
        ${progress.map(({ lock, error, isUncertain, wasListed }, index) => {
          const code = codes[index];
          const isGone = !error && !code && wasListed;
          const state = error
            ? isUncertain
              ? "unknown"
              : "failed"
            : (code?.state ?? "setting");
          const reason =
            error ??
            (code && (isMissing(code) || hasError(code))
              ? (
                  code.errors.find(({ scope }) => scope === "access_code") ??
                  code.errors[0]
                )?.message
              : isGone
                ? t("no_such_code")
                : undefined);
          return html`<li>
            <span class="lock"><bdi>${lock.name}</bdi></span>
            ${isGone ? nothing : stateChip(context, state)}
            ${reason ? html`<p class="secondary"><bdi>${reason}</bdi></p>` : nothing}
          </li>`;
        })}
      </ul>
    `;
}

export const progressStyles = css`
  .headline {
    display: flex;
    align-items: center;
    gap: 12px;
    font-size: 1.125rem;
  }
  .headline .good {
    color: var(--success-color, #43a047);
  }
  .headline .bad {
    color: var(--error-color);
  }
  li {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 12px;
    padding: 10px 0;
  }
  li + li {
    border-top: 1px solid var(--divider-color);
  }
  .lock {
    flex: 1;
  }
  li p {
    width: 100%;
  }
`;
