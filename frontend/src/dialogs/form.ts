/** Parts of the form for a guest. */

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Context } from "../context";
import type { Key, Translate } from "../language";
import { type GuestForm, offeredOptions } from "../logic/guest";
import { commonLengths, constraintTexts } from "../logic/pin";
import type { Lock } from "../types";

/** Show a choice of which all options are visible. */
export function choice<T extends string>(
  t: Translate,
  legend: string,
  name: string,
  value: T,
  choices: readonly (readonly [T, Key])[],
  change: (value: T) => void,
): TemplateResult {
  return html`<div class="segments" role="radiogroup" aria-label=${legend}>
    ${choices.map(
      ([choice, key]) => html`<label>
        <input
          type="radio"
          name=${name}
          value=${choice}
          .checked=${live(value === choice)}
          @change=${() => change(choice)}
        />
        <span>${t(key)}</span>
      </label>`,
    )}
  </div>`;
}

/** Return which PINs the locks accept. */
export function pinHint({ t, hass }: Context, locks: readonly Lock[]): string {
  const lengths = commonLengths(locks);
  const list = new Intl.ListFormat(hass.locale.language, { type: "disjunction" });
  return [
    lengths.length === 0
      ? t("pin_no_length")
      : t("pin_hint", {
          count: lengths.at(-1) ?? 0,
          lengths:
            lengths.length > 2 &&
            lengths.length === (lengths.at(-1) ?? 0) - (lengths[0] ?? 0) + 1
              ? `${lengths[0]}–${lengths.at(-1)}`
              : list.format(lengths.map(String)),
        }),
    ...constraintTexts(locks),
  ].join(" ");
}

/** Show the options that few need. Most are only for a new code on the selected locks. */
export function moreOptions(
  t: Translate,
  form: GuestForm,
  locks: readonly Lock[] | undefined,
  set: (change: Partial<GuestForm>) => void,
): TemplateResult {
  const offered = locks && offeredOptions(form, locks);
  const lengths = offered?.lengths ?? [];
  const option = (key: "external" | "backup" | "offline") => html`<label class="check">
    <input
      type="checkbox"
      .checked=${live(form[key])}
      @change=${(event: Event) =>
        set({ [key]: (event.target as HTMLInputElement).checked })}
    />
    <span>
      ${t(`option_${key}`)}
      <small>${t(`option_${key}_hint`)}</small>
    </span>
  </label>`;
  return html`<details>
    <summary>${t("more_options")}</summary>
    <div class="checks">
      ${option("external")} ${offered?.backup ? option("backup") : nothing}
      ${offered?.offline ? option("offline") : nothing}
      ${
        lengths.length > 0
          ? html`<label class="length">
              ${t("option_length")}
              <select
                @change=${(event: Event) => {
                  const { value } = event.target as HTMLSelectElement;
                  set({ length: value ? Number(value) : undefined });
                }}
              >
                <option value="">${t("option_length_any")}</option>
                ${lengths.map(
                  (length) =>
                    html`<option value=${length} ?selected=${form.length === length}>
                      ${length}
                    </option>`,
                )}
              </select>
            </label>`
          : nothing
      }
    </div>
  </details>`;
}
