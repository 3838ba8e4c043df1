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
import { icon } from "./parts";
import type { Lock } from "./types";

const LOW_BATTERY = 20;

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

/** Show the state of the bolt, and whatever is known about power and connection. */
export function lockFacts({ t, hass }: Context, lock: Lock): TemplateResult {
  const { battery } = lock;
  const percent = new Intl.NumberFormat(hass.locale.language, { style: "percent" });
  return html`
    <span class="fact">${lockIcon(lock)} ${t(`lock_${knownState(lock)}`)}</span>
    ${
      lock.online === false
        ? html`<span class="fact bad">${icon(mdiWifiOff)} ${t("offline")}</span>`
        : nothing
    }
    ${
      battery === null
        ? nothing
        : html`<span class="fact ${battery <= LOW_BATTERY ? "bad" : ""}">
            ${icon(
              battery <= 10
                ? mdiBatteryAlertVariantOutline
                : battery <= LOW_BATTERY
                  ? mdiBattery20
                  : battery <= 60
                    ? mdiBattery50
                    : mdiBattery,
            )}
            ${t("battery", { percent: percent.format(battery / 100) })}
          </span>`
    }
    ${
      lock.free_slots === null
        ? nothing
        : html`<span class="fact ${lock.free_slots === 0 ? "bad" : ""}">
            ${icon(mdiNumeric)} ${t("free_slots", { count: lock.free_slots })}
          </span>`
    }
  `;
}
