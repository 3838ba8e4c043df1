/** The fields of the guest dialog. */

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import type { Context } from "../context";
import type { Key } from "../language";
import { formatTime, namedZone, zoneOf } from "../logic/formats";
import { type Entry, matches } from "../logic/groups";
import {
  type Errors,
  type Field,
  type GuestForm,
  nights,
  offeredOptions,
  overlappingStays,
  pinError,
  stayTimes,
  withEnd,
  withStart,
} from "../logic/guest";
import { pinCannotBeChosen, typedPin } from "../logic/pin";
import { listSearch, overlapHint } from "../parts";
import type { Lock, Stays } from "../types";
import { choice, messageText, pinHint } from "./form";

export interface Fields {
  context: Context;
  form: GuestForm;
  errors: Errors;
  isNew: boolean;
  /** Whether only the PIN of a code is changed. */
  isPinOnly: boolean;
  /** The locks that are shown. */
  locks: readonly Lock[];
  selected: Lock[];
  /** The codes that the form changes. */
  linked: readonly Entry[];
  stays: readonly Stays[];
  set(change: Partial<GuestForm>): void;
}

/** Return the place for the error of a field. */
function errorOf({ context, errors }: Fields, field: Field): TemplateResult {
  const message = errors[field];
  return html`<p class="error ${message ? "" : "none"}" id="${field}-error" aria-live="polite">
    ${message ? messageText(context, message) : nothing}
  </p>`;
}

/** Return the field for the name. */
export function nameField(fields: Fields): TemplateResult {
  const { context, form, errors, set } = fields;
  return html`<div class="field">
    <label for="name">${context.t("name")}</label>
    <input
      id="name"
      dir="auto"
      autofocus
      .value=${live(form.name)}
      aria-invalid=${errors.name ? "true" : nothing}
      aria-describedby="name-error"
      @input=${(event: InputEvent) =>
        set({ name: (event.target as HTMLInputElement).value })}
    />
    ${errorOf(fields, "name")}
  </div>`;
}

/** Return the checkboxes for the locks, of a code those other than its own. */
export function lockFields(
  fields: Fields,
  own: Lock | undefined,
  search: string,
  searched: (text: string) => void,
): TemplateResult | typeof nothing {
  const { form, isNew, set } = fields;
  const { t } = fields.context;
  const locks = isNew
    ? fields.locks
    : fields.locks.filter(({ device_id }) => device_id !== own?.device_id);
  if (locks.length === 0) return nothing;
  const isOffline = form.offline && offeredOptions(form, fields.selected).offline;
  const found = locks.filter((lock) => matches(search, lock.name, lock.area));
  // Nobody must add a guest to a lock that is selected but not in view.
  const shown = locks.filter(
    (lock) => found.includes(lock) || form.deviceIds.includes(lock.device_id),
  );
  return html`<fieldset aria-describedby="locks-error">
    <legend>${t(isNew ? "locks" : "also_on")}</legend>
    ${listSearch(locks.length, t("search_locks"), search, searched)}
    <p class="hint" role="status">${found.length === 0 ? t("no_match_lock_names") : nothing}</p>
    <div class="checks ${locks.length > 6 ? "many" : ""}" ?hidden=${shown.length === 0}>
      ${repeat(
        shown,
        ({ device_id }) => device_id,
        (lock) => {
          const possible = isOffline ? lock.can.create_offline : lock.can.create;
          const reason = isNew ? possible : true;
          const isBlocked = reason !== true;
          const isSelected = form.deviceIds.includes(lock.device_id);
          return html`<label class="check">
          <input
            type="checkbox"
            name="locks"
            .checked=${live(isSelected)}
            ?disabled=${isBlocked && !isSelected}
            @change=${(event: Event) => {
              const { checked } = event.target as HTMLInputElement;
              const others = form.deviceIds.filter((id) => id !== lock.device_id);
              set({ deviceIds: checked ? [...others, lock.device_id] : others });
            }}
          />
          <span>
            <bdi>${lock.name}</bdi>
            ${lock.online === false ? html`<span class="offline">· ${t("offline")}</span>` : nothing}
            ${isBlocked ? html`<small>${reason}</small>` : nothing}
          </span>
        </label>`;
        },
      )}
    </div>
    ${errorOf(fields, "locks")}
  </fieldset>`;
}

/** Return the fields for when the code works. */
export function timeFields(fields: Fields): TemplateResult {
  const { context, form, errors, set } = fields;
  const { t, hass } = context;
  const now = new Date();
  const { start, end } = stayTimes(form, now, zoneOf(hass)) ?? {};
  const zone = namedZone(
    hass,
    [now, start, end].filter((moment) => moment !== undefined),
  );
  const time = (field: "start" | "end", key: Key, change: (value: string) => void) =>
    html`<div class="field">
      <label for=${field}>${t(key)}</label>
      <input
        id=${field}
        type="datetime-local"
        .value=${live(form[field])}
        aria-invalid=${errors[field] ? "true" : nothing}
        aria-describedby="${field}-error when"
        @change=${(event: Event) => change((event.target as HTMLInputElement).value)}
      />
      ${errorOf(fields, field)}
    </div>`;
  return html`
    ${choice(
      t,
      t("kind"),
      "kind",
      form.kind,
      [
        ["stay", "stay"],
        ["permanent", "permanent"],
      ],
      (kind) => set({ kind }),
    )}
    ${
      form.kind === "permanent"
        ? html`<p class="secondary">${t("permanent_hint")}</p>`
        : html`<div class="inputs">
              ${time("start", "check_in", (start) => set(withStart(form, start)))}
              ${time("end", "check_out", (end) => set(withEnd(form, end)))}
            </div>
            <p class="secondary times" id="when">
              ${[
                ...whenTexts(context, form, now),
                ...(zone ? [t("time_zone", { zone })] : []),
              ].join(" · ")}
            </p>`
    }
  `;
}

/** Return when a stay is, as the user's profile asks for times: inputs follow the browser. */
function whenTexts({ t, hass }: Context, form: GuestForm, now: Date): string[] {
  const times = stayTimes(form, now, zoneOf(hass));
  if (!times) return [];
  const [start, end] = [times.start, times.end].map((moment) =>
    formatTime(hass, moment.toISOString(), now),
  ) as [string, string];
  const count = nights(form);
  return [t("from_to", { start, end }), ...(count > 0 ? [t("nights", { count })] : [])];
}

/** Return a warning of other stays at the same time. */
export function overlapWarning({
  context,
  form,
  selected,
  linked,
  stays,
}: Fields): TemplateResult | typeof nothing {
  const zone = zoneOf(context.hass);
  const others = overlappingStays(form, selected, linked, new Date(), zone);
  if (others.length === 0) return nothing;
  return html`<p><bdi>${overlapHint(context, others, stays)}</bdi></p>`;
}

/** Return the choice of the PIN. */
export function pinField({
  context,
  form,
  errors,
  selected,
  isNew,
  isPinOnly,
  set,
}: Fields): TemplateResult {
  const { t } = context;
  const early = /^\d{0,3}$/.test(form.ownPin) ? undefined : pinError(form, selected);
  const message = errors.pin ?? (form.pin === "own" ? early : undefined);
  const error = message ? messageText(context, message) : "";
  const [only] = selected;
  const hint =
    selected.length === 1 && only
      ? t("pin_auto_hint_one", { lock: only.name })
      : t("pin_auto_hint");
  const blocked = pinCannotBeChosen(selected);
  return html`
    <div class="field">
      <span class="label" aria-hidden="true">${t("pin")}</span>
      ${choice(
        t,
        t("pin"),
        "pin",
        form.pin,
        [
          ...(isNew || isPinOnly ? [] : ([["keep", "pin_keep"]] as const)),
          ["auto", "pin_auto"],
          ["own", "pin_own"],
        ],
        (pin) => set({ pin, ownPin: "" }),
      )}
      ${
        form.pin === "own"
          ? html`<input
                class="pin"
                inputmode="numeric"
                autocomplete="off"
                maxlength="12"
                dir="ltr"
                aria-label=${t("pin_input")}
                aria-invalid=${message ? "true" : nothing}
                aria-describedby="pin-error pin-hint"
                .value=${live(form.ownPin)}
                @input=${(event: InputEvent) => {
                  const { value } = event.target as HTMLInputElement;
                  // What an input method composes must not change before it has.
                  set({ ownPin: event.isComposing ? value : typedPin(value) });
                }}
                @compositionend=${(event: CompositionEvent) =>
                  set({ ownPin: typedPin((event.target as HTMLInputElement).value) })}
              />`
          : nothing
      }
      <p class="error ${message ? "" : "none"}" id="pin-error" aria-live="polite">
        ${error}
      </p>
      ${
        form.pin === "own"
          ? html`<p class="secondary" id="pin-hint">${pinHint(context, selected, error)}</p>`
          : form.pin === "auto"
            ? html`<p class="secondary">${blocked ?? hint}</p>`
            : nothing
      }
    </div>
  `;
}
