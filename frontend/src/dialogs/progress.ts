import { mdiAlertCircleOutline, mdiCheckCircle } from "@mdi/js";
import { css, html, nothing, type TemplateResult } from "lit";
import type { Context } from "../context";
import { shareText } from "../logic/share";
import { icon, stateChip } from "../parts";
import type { State } from "../store";
import type { Code, Lock } from "../types";
import "../elements/pin";

/** What came of the code on one lock. */
export interface Progress {
  lock: Lock;
  codeId?: string;
  pin?: string | undefined;
  error?: string;
  /** Whether the code may exist all the same, so that it must not be sent again. */
  isUncertain?: boolean;
}

/** Show whether the code of a guest works, and its PIN. */
export function renderProgress(
  context: Context,
  { locks }: State,
  name: string,
  progress: readonly Progress[],
): TemplateResult {
  const { t } = context;
  const codes = progress.map(({ lock, codeId }) =>
    locks
      .find(({ device_id }) => device_id === lock.device_id)
      ?.codes.find(({ access_code_id }) => access_code_id === codeId),
  );
  const count = progress.length;
  const isReady = (code: Code | undefined) =>
    code?.state === "active" || code?.state === "scheduled";
  const isBad = (code: Code | undefined) =>
    code?.state === "failed" || code?.state === "at_risk";
  const ready = codes.filter(isReady).length;
  const hasFailed = progress.some(({ error }, index) => error || isBad(codes[index]));
  const headline =
    ready === count
      ? t("works_on_all", { count })
      : ready > 0
        ? t("works_on_some", { ready, count })
        : t(hasFailed ? "works_failed" : "works_waiting");
  const pins = new Map<string, Lock[]>();
  for (const { lock, pin } of progress) {
    if (pin) pins.set(pin, [...(pins.get(pin) ?? []), lock]);
  }
  const sent = codes.find((code) => code);
  return html`
      ${[...pins].map(
        ([pin, locks]) => html`<seam-pin
          .context=${context}
          .pin=${pin}
          .label=${t("pin_for", { lock: locks.map((lock) => lock.name).join(", ") })}
          .message=${shareText(context, name, locks, pin, sent ?? {})}
        ></seam-pin>`,
      )}
      <div role="status" class="headline">
        ${
          ready === count
            ? html`<span class="good">${icon(mdiCheckCircle)}</span>`
            : hasFailed
              ? html`<span class="bad">${icon(mdiAlertCircleOutline)}</span>`
              : html`<span class="spinner"></span>`
        }
        <div>
          <p>${headline}</p>
          ${
            ready < count && !hasFailed
              ? html`<p class="secondary">${t("works_waiting_hint")}</p>`
              : nothing
          }
        </div>
      </div>
      <ul>
        ${progress.map(({ lock, error }, index) => {
          const code = codes[index];
          const reason = error ?? (isBad(code) ? code?.errors[0]?.message : undefined);
          return html`<li>
            <span class="lock"><bdi>${lock.name}</bdi></span>
            ${stateChip(context, error ? "failed" : (code?.state ?? "setting"))}
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
