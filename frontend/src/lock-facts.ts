import {
  mdiBattery,
  mdiBattery20,
  mdiBattery50,
  mdiBatteryAlertVariantOutline,
  mdiLock,
  mdiLockAlert,
  mdiLockOpenVariant,
  mdiLockQuestion,
  mdiNumeric,
  mdiWifiOff,
} from "@mdi/js";
import { html, nothing, type TemplateResult } from "lit";
import type { Context } from "./context";
import { formatNumber } from "./logic/formats";
import { hasLowBattery } from "./logic/groups";
import { icon } from "./parts";
import type { Lock } from "./types";

const LOCK_ICONS = {
  locked: mdiLock,
  locking: mdiLock,
  unlocked: mdiLockOpenVariant,
  unlocking: mdiLockOpenVariant,
  jammed: mdiLockAlert,
};

function knownState({ state }: Lock): keyof typeof LOCK_ICONS | "unknown" {
  return state && state in LOCK_ICONS ? (state as keyof typeof LOCK_ICONS) : "unknown";
}

export function lockIcon(lock: Lock): TemplateResult {
  const state = knownState(lock);
  return icon(state === "unknown" ? mdiLockQuestion : LOCK_ICONS[state]);
}

/** Show the state of the bolt as a button that opens Home Assistant's dialog of the lock. */
export function lockButton(
  element: HTMLElement,
  { t, hass }: Context,
  lock: Lock,
): TemplateResult | undefined {
  const { entity_id: entityId, name } = lock;
  // Home Assistant does not list entities that are disabled.
  if (!(entityId in hass.entities)) return undefined;
  const state = t(`lock_${knownState(lock)}`);
  return html`<button
    class="tonal"
    aria-haspopup="dialog"
    aria-label="${name}: ${state}"
    @click=${() =>
      element.dispatchEvent(
        new CustomEvent("hass-more-info", {
          detail: { entityId },
          bubbles: true,
          composed: true,
        }),
      )}
  >
    ${lockIcon(lock)} ${state}
  </button>`;
}

/** Show the state of the bolt, and whatever is known about power and connection. */
export function lockFacts(
  context: Context,
  lock: Lock,
  button?: TemplateResult,
): TemplateResult {
  const { t } = context;
  return html`
    ${
      button ??
      html`<span class="fact">${lockIcon(lock)} ${t(`lock_${knownState(lock)}`)}</span>`
    }
    ${power(context, lock)}
    ${
      lock.free_slots === null
        ? nothing
        : html`<span class="fact ${lock.free_slots === 0 ? "bad" : ""}">
            ${icon(mdiNumeric)} ${t("free_slots", { count: lock.free_slots })}
          </span>`
    }
  `;
}

/** Show whether a lock is offline, and how full its battery is. */
export function power({ t, hass }: Context, lock: Lock): TemplateResult {
  const { battery } = lock;
  const percent = formatNumber(hass.locale, (battery ?? 0) / 100, { style: "percent" });
  const text = t("battery", { percent });
  return html`
    ${
      lock.online === false
        ? html`<span class="fact bad">${icon(mdiWifiOff)} ${t("offline")}</span>`
        : nothing
    }
    ${
      battery === null
        ? nothing
        : html`<span
            class="fact ${hasLowBattery(lock) ? "bad" : ""}"
            role="img"
            aria-label=${text}
            title=${text}
          >
            ${icon(
              battery <= 10
                ? mdiBatteryAlertVariantOutline
                : hasLowBattery(lock)
                  ? mdiBattery20
                  : battery <= 60
                    ? mdiBattery50
                    : mdiBattery,
            )}
            ${percent}
          </span>`
    }
  `;
}
