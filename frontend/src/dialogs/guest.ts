import { mdiAlertCircleOutline, mdiCheckCircle } from "@mdi/js";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { CommandError, codeCommand, command, errorText, rowOf } from "../api";
import { element } from "../element";
import type { Key } from "../language";
import type { Entry } from "../logic/groups";
import { label } from "../logic/groups";
import {
  createData,
  type Errors,
  type Field,
  fieldOf,
  formErrors,
  type GuestForm,
  knownGuest,
  linkedCodes,
  type Message,
  movedEnd,
  newGuest,
  nights,
  offeredOptions,
  pinError,
  updateData,
} from "../logic/guest";
import {
  commonLengths,
  constraintTexts,
  pinCannotBeChosen,
  pinProblem,
} from "../logic/pin";
import { shareText } from "../logic/share";
import { icon, stateChip } from "../parts";
import type { Code, Lock } from "../types";
import "../elements/pin";
import { SeamDialog } from "./dialog";

/** How often Home Assistant is asked for a PIN that all locks accept. */
const MAX_PINS = 5;

/** What came of the code on one lock. */
interface Progress {
  lock: Lock;
  codeId?: string;
  pin?: string | undefined;
  error?: string;
  /** Whether the code may exist all the same, so that it must not be sent again. */
  isUncertain?: boolean;
}

/** Adds a guest or changes one, and then shows whether the code works. */
@element("seam-guest-dialog")
export class SeamGuestDialog extends SeamDialog {
  /** The lock that a new guest is added to. */
  @property({ attribute: false }) lock: Lock | undefined;
  /** The code to change. */
  @property({ attribute: false }) code: Code | undefined;
  @property({ attribute: false }) withNewPin = false;
  @state() private form!: GuestForm;
  @state() private errors: Errors = {};
  @state() private wasSubmitted = false;
  @state() private progress: Progress[] | undefined;
  private linked: Entry[] = [];
  /** What the form of an existing code started with. */
  private known: GuestForm | undefined;

  protected override willUpdate(changes: PropertyValues): void {
    if (this.form) {
      if (changes.has("form") && this.wasSubmitted) this.errors = this.check();
      return;
    }
    const { options, locks } = this.snapshot;
    const now = new Date();
    if (this.code && this.lock) {
      const entry = { lock: this.lock, code: this.code };
      this.linked = linkedCodes(locks, entry);
      this.known = knownGuest(this.code, this.linked, options, now, this.timeZone);
      this.form = { ...this.known, ...(this.withNewPin ? { pin: "auto" } : {}) };
    } else {
      this.form = newGuest(locks, this.lock, options, now, this.timeZone);
    }
  }

  private get timeZone(): string {
    return this.context.hass.config.time_zone;
  }

  /** The locks that can be selected. */
  private get locks(): readonly Lock[] {
    return this.code
      ? this.linked.map(({ lock }) => lock)
      : this.snapshot.locks.filter(
          (lock) => lock.codes_known || lock.can.create === true,
        );
  }

  private get selected(): Lock[] {
    const { deviceIds } = this.form;
    return this.locks.filter((lock) => deviceIds.includes(lock.device_id));
  }

  private check(): Errors {
    const { form, known, selected, timeZone } = this;
    return formErrors(form, known, selected, new Date(), timeZone);
  }

  private set(change: Partial<GuestForm>): void {
    this.form = { ...this.form, ...change };
  }

  protected override get showsPin(): boolean {
    return this.progress?.some(({ pin }) => pin) ?? false;
  }

  protected override render() {
    return this.progress ? this.renderProgress(this.progress) : this.renderForm();
  }

  private renderForm(): TemplateResult {
    const { t, connected } = this.context;
    const { form, code } = this;
    return this.frame(
      code ? t("guest_edit", { name: label(code) }) : t("guest_new"),
      html`
        <form id="form" novalidate autocomplete="off" @submit=${this.submit}>
          <div class="field">
            <label for="name">${t("name")}</label>
            <input
              id="name"
              dir="auto"
              autofocus
              .value=${live(form.name)}
              aria-invalid=${this.errors.name ? "true" : nothing}
              aria-describedby="name-error"
              @input=${(event: InputEvent) =>
                this.set({ name: (event.target as HTMLInputElement).value })}
            />
            ${this.renderError("name")}
          </div>
          ${this.renderLocks()} ${this.renderTimes()} ${this.renderPin()}
          ${this.renderMore()}
          <input type="submit" hidden />
        </form>
      `,
      html`
        <button type="button" ?disabled=${this.mustStay} @click=${this.close}>
          ${t(this.isBusy ? "close" : "cancel")}
        </button>
        <button
          class="filled"
          type="submit"
          form="form"
          ?disabled=${this.isBusy || !connected}
        >
          ${this.isBusy ? html`<span class="spinner"></span>` : nothing}
          ${t(code ? "save" : "add_guest")}
        </button>
      `,
    );
  }

  private text(message: Message): string {
    return "text" in message
      ? message.text
      : this.context.t(message.key, message.values);
  }

  private renderError(field: Field): TemplateResult {
    const message = this.errors[field];
    return html`<p class="error ${message ? "" : "none"}" id="${field}-error" aria-live="polite">
      ${message ? this.text(message) : nothing}
    </p>`;
  }

  private renderLocks(): TemplateResult | typeof nothing {
    const { t } = this.context;
    const { form, code, locks } = this;
    if (code && locks.length === 1) return nothing;
    const isOffline = form.offline && offeredOptions(form, this.selected).offline;
    return html`<fieldset aria-describedby="locks-error">
      <legend>${t(code ? "also_on" : "locks")}</legend>
      <div class="checks ${locks.length > 6 ? "many" : ""}">
        ${locks.map((lock) => {
          const reason = code
            ? undefined
            : isOffline
              ? lock.can.create_offline
              : lock.can.create;
          const isBlocked = reason !== undefined && reason !== true;
          const isOwn = code !== undefined && lock.device_id === this.lock?.device_id;
          return html`<label class="check">
            <input
              type="checkbox"
              name="locks"
              .checked=${live(form.deviceIds.includes(lock.device_id))}
              ?disabled=${isBlocked || isOwn}
              @change=${(event: Event) => {
                const { checked } = event.target as HTMLInputElement;
                const others = form.deviceIds.filter((id) => id !== lock.device_id);
                this.set({ deviceIds: checked ? [...others, lock.device_id] : others });
              }}
            />
            <span>
              <bdi>${lock.name}</bdi>
              ${isBlocked ? html`<small>${reason}</small>` : nothing}
            </span>
          </label>`;
        })}
      </div>
      ${this.renderError("locks")}
    </fieldset>`;
  }

  private choice<T extends string>(
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
          <span>${this.context.t(key)}</span>
        </label>`,
      )}
    </div>`;
  }

  private renderTimes(): TemplateResult {
    const { t } = this.context;
    const { form } = this;
    const count = nights(form);
    const isElsewhere =
      Intl.DateTimeFormat().resolvedOptions().timeZone !== this.timeZone;
    const time = (field: "start" | "end", key: Key, change: (value: string) => void) =>
      html`<div class="field">
        <label for=${field}>${t(key)}</label>
        <input
          id=${field}
          type="datetime-local"
          .value=${live(form[field])}
          aria-invalid=${this.errors[field] ? "true" : nothing}
          aria-describedby="${field}-error"
          @change=${(event: Event) => change((event.target as HTMLInputElement).value)}
        />
        ${this.renderError(field)}
      </div>`;
    return html`
      ${this.choice(
        t("kind"),
        "kind",
        form.kind,
        [
          ["stay", "stay"],
          ["permanent", "permanent"],
        ],
        (kind) => this.set({ kind }),
      )}
      ${
        form.kind === "permanent"
          ? html`<p class="secondary">${t("permanent_hint")}</p>`
          : html`<div class="times">
                ${time("start", "check_in", (start) =>
                  this.set({ start, ...(start ? { end: movedEnd(form, start) } : {}) }),
                )}
                ${time("end", "check_out", (end) => this.set({ end }))}
              </div>
              <p class="secondary">
                ${count > 0 ? t("nights", { count }) : nothing}
                ${count > 0 && isElsewhere ? "·" : nothing}
                ${isElsewhere ? t("time_zone", { zone: this.timeZone }) : nothing}
              </p>`
      }
    `;
  }

  private renderPin(): TemplateResult {
    const { t, hass } = this.context;
    const { form, selected } = this;
    const lengths = commonLengths(selected);
    const live_ = form.ownPin.length >= 4 ? pinError(form, selected) : undefined;
    const list = new Intl.ListFormat(hass.locale.language, { type: "disjunction" });
    const hint = [
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
      ...constraintTexts(selected),
    ].join(" ");
    const message = this.errors.pin ?? (form.pin === "own" ? live_ : undefined);
    const blocked = pinCannotBeChosen(selected);
    return html`
      <div class="field">
        <span class="label" aria-hidden="true">${t("pin")}</span>
        ${this.choice(
          t("pin"),
          "pin",
          form.pin,
          [
            ...(this.code ? ([["keep", "pin_keep"]] as const) : []),
            ["auto", "pin_auto"],
            ["own", "pin_own"],
          ],
          (pin) => this.set({ pin, ownPin: "" }),
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
                  aria-describedby="pin-hint pin-error"
                  .value=${live(form.ownPin)}
                  @input=${(event: InputEvent) =>
                    this.set({
                      ownPin: (event.target as HTMLInputElement).value.replace(
                        /\D/g,
                        "",
                      ),
                    })}
                />
                <p class="secondary" id="pin-hint">${hint}</p>`
            : form.pin === "auto"
              ? html`<p class="secondary">${blocked ?? t("pin_auto_hint")}</p>`
              : nothing
        }
        <p class="error ${message ? "" : "none"}" id="pin-error" aria-live="polite">
          ${message ? this.text(message) : nothing}
        </p>
      </div>
    `;
  }

  private renderMore(): TemplateResult {
    const { t } = this.context;
    const { form, code } = this;
    const { backup, offline, lengths } = offeredOptions(form, this.selected);
    const option = (
      key: "external" | "backup" | "offline",
    ) => html`<label class="check">
      <input
        type="checkbox"
        .checked=${live(form[key])}
        @change=${(event: Event) =>
          this.set({ [key]: (event.target as HTMLInputElement).checked })}
      />
      <span>
        ${t(`option_${key}`)}
        <small>${t(`option_${key}_hint`)}</small>
      </span>
    </label>`;
    return html`<details>
      <summary>${t("more_options")}</summary>
      <div class="checks">
        ${option("external")} ${!code && backup ? option("backup") : nothing}
        ${!code && offline ? option("offline") : nothing}
        ${
          !code && lengths.length > 0
            ? html`<label class="length">
                ${t("option_length")}
                <select
                  @change=${(event: Event) => {
                    const { value } = event.target as HTMLSelectElement;
                    this.set({ length: value ? Number(value) : undefined });
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

  private async submit(event: Event): Promise<void> {
    event.preventDefault();
    if (this.isBusy || !this.context.connected) return;
    this.wasSubmitted = true;
    this.error = "";
    this.errors = this.check();
    const errors = Object.entries(this.errors) as [Field, Message][];
    if (errors.length > 0) {
      await this.updateComplete;
      const hidden = errors.find(([field]) => !this.hasField(field));
      if (hidden) this.error = this.text(hidden[1]);
      this.shadowRoot?.querySelector<HTMLElement>("[aria-invalid]")?.focus();
      return;
    }
    this.isBusy = true;
    try {
      const progress = this.known
        ? await this.change(this.known)
        : await this.create(this.selected);
      if (progress.some(({ codeId, isUncertain }) => codeId || isUncertain)) {
        this.progress = progress;
        if (!this.isConnected) {
          const failed = progress.find(({ error }) => error);
          this.announce(
            failed?.error ?? this.context.t("saved", { name: this.form.name }),
          );
        }
      }
    } catch (error) {
      this.showError(error);
    } finally {
      this.isBusy = false;
    }
  }

  /** Return whether an error can be shown at a field. */
  private hasField(field: Field): boolean {
    return this.renderRoot.querySelector(`#${field}-error`) !== null;
  }

  /** Show an error at the field that it is about. */
  protected override showError(error: unknown): void {
    const field = error instanceof CommandError ? fieldOf(error.field) : undefined;
    if (field && this.isConnected && this.hasField(field)) {
      const text = errorText(error, this.context.t);
      this.errors = { ...this.errors, [field]: { text } };
    } else {
      super.showError(error);
    }
  }

  // A new PIN must be seen. A change of a code may take a minute.
  protected override get mustStay(): boolean {
    return this.isBusy && !this.code;
  }

  private async create(locks: readonly Lock[], pin?: string): Promise<Progress[]> {
    const rows = await command(this.context.hass, "code/create", {
      entity_ids: locks.map((lock) => lock.entity_id),
      ...createData(
        pin ? { ...this.form, pin: "own", ownPin: pin } : this.form,
        this.selected,
        new Date(),
        this.timeZone,
      ),
    });
    const progress = locks.map((lock): Progress => {
      const row = rows[lock.entity_id] ?? {};
      return row.error
        ? {
            lock,
            error: row.error,
            isUncertain: row.error_key?.includes("uncertain") ?? false,
          }
        : {
            lock,
            ...(row.access_code_id ? { codeId: row.access_code_id } : {}),
            pin: row.code ?? undefined,
          };
    });
    const first = locks.map((lock) => rows[lock.entity_id]).find((row) => row?.error);
    if (first?.error && progress.every(({ codeId }) => !codeId)) {
      this.showError(new CommandError(first.error, first.field));
    }
    return progress;
  }

  /** Return a PIN that all selected locks accept. */
  private async generate(): Promise<string> {
    const { hass, t } = this.context;
    const locks = this.selected;
    for (let i = 0; i < MAX_PINS; i++) {
      const rows = await command(hass, "code/generate", {
        entity_ids: locks.map((lock) => lock.entity_id),
      });
      const pins = locks.map((lock) => rowOf(rows, lock).code);
      const fitting = pins.find(
        (pin) => pin && !pinProblem(pin, locks, this.form.name),
      );
      if (fitting) return fitting;
    }
    throw new CommandError(t("pin_none_fits"), "code");
  }

  private async change(known: GuestForm): Promise<Progress[]> {
    const { hass } = this.context;
    const { form, timeZone } = this;
    const progress: Progress[] = [];
    const pin =
      form.pin === "own"
        ? form.ownPin
        : form.pin === "auto"
          ? await this.generate()
          : undefined;
    for (const { lock, code } of this.linked) {
      if (!form.deviceIds.includes(lock.device_id)) continue;
      try {
        const data = updateData(form, known, code, pin, new Date(), timeZone);
        if (Object.keys(data).length > 0)
          await codeCommand(hass, "update", lock, code, data);
        progress.push({ lock, codeId: code.access_code_id, pin });
      } catch (error) {
        // Nothing has changed yet: it can be put right in the form.
        if (progress.length === 0) throw error;
        progress.push({ lock, error: errorText(error, this.context.t) });
      }
    }
    return progress;
  }

  private readonly retry = async (): Promise<void> => {
    const { progress } = this;
    if (!progress || this.isBusy) return;
    const failed = progress.filter(({ error, isUncertain }) => error && !isUncertain);
    this.isBusy = true;
    try {
      const again = await this.create(
        failed.map(({ lock }) => lock),
        progress.find(({ pin }) => pin)?.pin,
      );
      this.progress = progress.map(
        (old) => again.find(({ lock }) => lock.device_id === old.lock.device_id) ?? old,
      );
    } catch (error) {
      this.showError(error);
    } finally {
      this.isBusy = false;
    }
  };

  private renderProgress(progress: Progress[]): TemplateResult {
    const { context, form } = this;
    const { t } = context;
    const codes = progress.map(({ lock, codeId }) =>
      this.snapshot.locks
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
    return this.frame(
      form.name,
      html`
        ${[...pins].map(
          ([pin, locks]) => html`<seam-pin
            .context=${context}
            .pin=${pin}
            .label=${t("pin_for", { lock: locks.map((lock) => lock.name).join(", ") })}
            .message=${shareText(context, form.name, locks, pin, sent ?? {})}
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
            const reason =
              error ?? (isBad(code) ? code?.errors[0]?.message : undefined);
            return html`<li>
              <span class="lock"><bdi>${lock.name}</bdi></span>
              ${stateChip(context, error ? "failed" : (code?.state ?? "setting"))}
              ${reason ? html`<p class="secondary"><bdi>${reason}</bdi></p>` : nothing}
            </li>`;
          })}
        </ul>
      `,
      html`
        ${
          !this.code && progress.some(({ error, isUncertain }) => error && !isUncertain)
            ? html`<button
                ?disabled=${this.isBusy || !context.connected}
                @click=${this.retry}
              >
                ${t("retry")}
              </button>`
            : nothing
        }
        <button class="filled" @click=${this.close}>${t("done")}</button>
      `,
    );
  }

  static override styles = [
    ...SeamDialog.styles,
    css`
      form {
        display: grid;
        gap: 16px;
      }
      .field {
        display: grid;
        gap: 6px;
        min-width: 0;
      }
      label,
      legend,
      .label {
        font-size: 0.875rem;
        padding: 0;
      }
      fieldset {
        border: 0;
        margin: 0;
        padding: 0;
        min-width: 0;
      }
      legend {
        margin-block-end: 6px;
      }
      input:not([type="checkbox"], [type="radio"]),
      select {
        width: 100%;
        min-height: 48px;
        padding: 8px 12px;
        border: 1px solid
          var(--outline-color, color-mix(in srgb, currentcolor 45%, transparent));
        border-radius: 8px;
        background: transparent;
      }
      [aria-invalid="true"] {
        border-color: var(--error-color) !important;
      }
      .error {
        font-size: 0.875rem;
        color: var(--seam-error-text);
      }
      /* Screen readers only announce texts in elements that were there before. */
      .error.none {
        position: absolute;
      }
      .pin {
        font-size: 1.25rem;
        letter-spacing: 0.12em;
        font-variant-numeric: tabular-nums;
      }
      .times {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 12px;
      }
      .times + p:empty {
        display: none;
      }
      .checks {
        display: grid;
      }
      .checks.many {
        max-height: 220px;
        overflow-y: auto;
        border: 1px solid var(--divider-color);
        border-radius: 8px;
        padding: 0 12px;
      }
      .check {
        display: flex;
        gap: 12px;
        align-items: flex-start;
        padding: 8px 0;
        font-size: 1rem;
        cursor: pointer;
      }
      .check input {
        width: 20px;
        height: 20px;
        margin: 2px 0;
        flex: none;
        accent-color: var(--primary-color);
      }
      small {
        display: block;
        font-size: 0.875rem;
        color: var(--secondary-text-color);
      }
      .segments {
        display: flex;
        border: 1px solid
          var(--outline-color, color-mix(in srgb, currentcolor 45%, transparent));
        border-radius: 22px;
        overflow: hidden;
      }
      .segments label {
        flex: 1;
        position: relative;
        display: grid;
        text-align: center;
        cursor: pointer;
      }
      .segments input {
        position: absolute;
        inset: 0;
        opacity: 0;
        margin: 0;
        cursor: pointer;
      }
      .segments span {
        padding: 10px 8px;
        display: grid;
        place-items: center;
        line-height: 1.2;
      }
      .segments label + label span {
        border-inline-start: 1px solid
          var(--outline-color, color-mix(in srgb, currentcolor 45%, transparent));
      }
      .segments :checked + span {
        background: color-mix(in srgb, var(--primary-color) 22%, transparent);
        font-weight: 500;
      }
      .segments :focus-visible + span {
        outline: 2px solid var(--primary-color);
        outline-offset: -3px;
        border-radius: 20px;
      }
      summary {
        cursor: pointer;
        padding: 8px 0;
        font-weight: 500;
      }
      .length {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 16px;
        font-size: 1rem;
        padding: 8px 0;
      }
      .length select {
        width: auto;
      }
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
      @media (max-width: 420px) {
        .times {
          grid-template-columns: 1fr;
        }
      }
    `,
  ];
}
