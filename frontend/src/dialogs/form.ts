/** Parts of the form for a guest. */

import { html, nothing, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import type { Context } from "../context";
import type { Key, Translate } from "../language";
import { type GuestForm, type Message, offeredOptions } from "../logic/guest";
import { commonLengths, pinCannotBeChosen, pinRules } from "../logic/pin";
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

/** Return the text of what is wrong with a field. */
export function messageText(context: Context, message: Message): string {
  const { t } = context;
  if ("text" in message) return message.text;
  if ("key" in message) return t(message.key, message.values);
  return t("pin_digits", { lengths: lengthsText(context, message.lengths) });
}

function lengthsText({ t, hass }: Context, lengths: readonly number[]): string {
  const [from = 0, to = 0] = [lengths[0], lengths.at(-1)];
  const list = new Intl.ListFormat(hass.locale.language, { type: "disjunction" });
  return lengths.length > 2 && lengths.length === to - from + 1
    ? t("pin_range", { from, to })
    : list.format(lengths.map(String));
}

/** Return which PINs the locks accept, or why none, without what an error says already. */
export function pinHint(
  context: Context,
  locks: readonly Lock[],
  error: string,
): string {
  const { t, hass } = context;
  const lengths = commonLengths(locks);
  const reason =
    pinCannotBeChosen(locks) ?? (lengths.length === 0 ? t("pin_no_length") : undefined);
  if (reason) return reason === error ? "" : reason;
  const rules = new Intl.ListFormat(hass.locale.language, { type: "unit" }).format([
    ...(messageText(context, { lengths }) === error
      ? []
      : [t("pin_lengths", { lengths: lengthsText(context, lengths) })]),
    ...pinRules(locks).map((rule) => t(`rule_${rule}`)),
  ]);
  return (
    rules && t("pin_hint", { rules: rules.charAt(0).toUpperCase() + rules.slice(1) })
  );
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
  // On most screens, there is no room left below.
  const toggled = ({ currentTarget }: Event) => {
    const details = currentTarget as HTMLDetailsElement;
    if (details.open) details.scrollIntoView({ block: "nearest" });
  };
  return html`<details @toggle=${toggled}>
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
