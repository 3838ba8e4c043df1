import {
  html,
  type LitElement,
  nothing,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import { property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { CommandError, errorText } from "../api";
import { element } from "../element";
import type { Key } from "../language";
import type { Entry } from "../logic/groups";
import { label } from "../logic/groups";
import {
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
  overlappingStays,
  pinError,
} from "../logic/guest";
import { pinCannotBeChosen } from "../logic/pin";
import { otherZone } from "../logic/times";
import type { Code, Lock } from "../types";
import { SeamDialog } from "./dialog";
import { choice, messageText, moreOptions, overlapHint, pinHint } from "./form";
import { formStyles } from "./form-styles";
import {
  isRepeatable,
  merged,
  missingText,
  type Progress,
  progressStyles,
  renderProgress,
} from "./progress";
import { changeCodes, createCodes } from "./save";

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
  /** The locks that did not accept the PIN, while the form asks for another one. */
  @state() private remaining: Lock[] | undefined;
  private linked: Entry[] = [];
  /** What the form of an existing code started with. */
  private known: GuestForm | undefined;

  constructor() {
    super();
    this.addEventListener("seam-closed", () => {
      const { context, snapshot, progress } = this;
      const missing = progress && missingText(context, snapshot, progress);
      if (missing) this.announce(missing);
    });
  }

  protected override willUpdate(changes: PropertyValues): void {
    super.willUpdate(changes);
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
    if (this.remaining) return this.remaining;
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
    const { form, known, selected, timeZone, linked } = this;
    return formErrors(form, known, selected, new Date(), timeZone, linked);
  }

  private readonly set = (change: Partial<GuestForm>): void => {
    this.form = { ...this.form, ...change };
  };

  protected override get showsPin(): boolean {
    return this.progress?.some(({ pin }) => pin) ?? false;
  }

  protected override render() {
    const { progress, remaining } = this;
    return progress && !remaining ? this.renderSaved(progress) : this.renderForm();
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
          ${moreOptions(t, form, code ? undefined : this.selected, this.set)}
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
    return messageText(this.context, message);
  }

  private renderError(field: Field): TemplateResult {
    const message = this.errors[field];
    return html`<p class="error ${message ? "" : "none"}" id="${field}-error" aria-live="polite">
      ${message ? this.text(message) : nothing}
    </p>`;
  }

  private renderLocks(): TemplateResult | typeof nothing {
    const { t } = this.context;
    const { form, code } = this;
    const locks = code
      ? this.locks.filter(({ device_id }) => device_id !== this.lock?.device_id)
      : this.locks;
    if (locks.length === 0) return nothing;
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
          return html`<label class="check">
            <input
              type="checkbox"
              name="locks"
              .checked=${live(form.deviceIds.includes(lock.device_id))}
              ?disabled=${isBlocked}
              @change=${(event: Event) => {
                const { checked } = event.target as HTMLInputElement;
                const others = form.deviceIds.filter((id) => id !== lock.device_id);
                this.set({ deviceIds: checked ? [...others, lock.device_id] : others });
              }}
            />
            <span>
              <bdi>${lock.name}</bdi>
              ${lock.online === false ? html`<span class="offline">· ${t("offline")}</span>` : nothing}
              ${isBlocked ? html`<small>${reason}</small>` : nothing}
            </span>
          </label>`;
        })}
      </div>
      ${this.renderError("locks")}
    </fieldset>`;
  }

  private renderTimes(): TemplateResult {
    const { t } = this.context;
    const { form } = this;
    const count = nights(form);
    const overlaps = overlapHint(
      this.context,
      overlappingStays(form, this.selected, this.linked, new Date(), this.timeZone),
    );
    const zone = otherZone(this.context.hass, new Date());
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
      ${choice(
        t,
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
                ${count > 0 && zone ? "·" : nothing}
                ${zone ? t("time_zone", { zone }) : nothing}
              </p>`
      }
      <p class="hint" aria-live="polite">${overlaps ? html`<bdi>${overlaps}</bdi>` : nothing}</p>
    `;
  }

  private renderPin(): TemplateResult {
    const { t } = this.context;
    const { form, selected } = this;
    const live_ = form.ownPin.length >= 4 ? pinError(form, selected) : undefined;
    const message = this.errors.pin ?? (form.pin === "own" ? live_ : undefined);
    const error = message ? this.text(message) : "";
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
                  aria-describedby="pin-error pin-hint"
                  .value=${live(form.ownPin)}
                  @input=${(event: InputEvent) =>
                    this.set({
                      ownPin: (event.target as HTMLInputElement).value.replace(
                        /\D/g,
                        "",
                      ),
                    })}
                />`
            : nothing
        }
        <p class="error ${message ? "" : "none"}" id="pin-error" aria-live="polite">
          ${error}
        </p>
        ${
          form.pin === "own"
            ? html`<p class="secondary" id="pin-hint">${pinHint(this.context, selected, error)}</p>`
            : form.pin === "auto"
              ? html`<p class="secondary">${blocked ?? t("pin_auto_hint")}</p>`
              : nothing
        }
      </div>
    `;
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
      await this.focusError();
      return;
    }
    this.isBusy = true;
    try {
      const { context, form, known, selected } = this;
      const linked = this.linked.filter(({ lock }) => selected.includes(lock));
      const made = known
        ? await changeCodes(context, form, known, linked)
        : await createCodes(context, form, selected);
      this.progress = merged(this.progress, made);
      this.remaining = undefined;
      if (this.isShown) {
        await this.focusResult();
      } else {
        const failed = made.find(({ error }) => error);
        this.announce(failed?.error ?? context.t("saved", { name: form.name }));
      }
    } catch (error) {
      this.showError(error);
    } finally {
      this.isBusy = false;
    }
  }

  /** Move the focus, as what had it is gone: to the PIN, for copying it. */
  private async focusResult(): Promise<void> {
    await this.updateComplete;
    const pin = this.renderRoot.querySelector<LitElement>("seam-pin");
    await pin?.updateComplete;
    (pin ?? this.renderRoot.querySelector<HTMLElement>(".headline"))?.focus();
  }

  /** Return whether an error can be shown at a field. */
  private hasField(field: Field): boolean {
    return this.renderRoot.querySelector(`#${field}-error`) !== null;
  }

  /** Show an error at the field that it is about. */
  protected override showError(error: unknown): void {
    const field = error instanceof CommandError ? fieldOf(error.field) : undefined;
    if (field && this.isShown && this.hasField(field)) {
      const text = errorText(error, this.context.t);
      this.errors = { ...this.errors, [field]: { text } };
    } else {
      super.showError(error);
    }
    if (this.isShown) void this.focusError();
  }

  /** Move the focus to the first field with an error, and show what is wrong. */
  private async focusError(): Promise<void> {
    await this.updateComplete;
    const error = this.renderRoot.querySelector(".error:not(.none)");
    const field = error?.closest(".field, fieldset");
    const control = ["[aria-invalid]", ":checked", "input:enabled"]
      .map((selector) => field?.querySelector<HTMLElement>(selector))
      .find((found) => found);
    control?.focus();
    const shown = error ?? this.renderRoot.querySelector("[role='alert']");
    shown?.scrollIntoView({ block: "nearest" });
  }

  // A new PIN must be seen. A change of a code may take a minute.
  protected override get mustStay(): boolean {
    return this.isBusy && !this.code;
  }

  private readonly retry = async (): Promise<void> => {
    const { progress } = this;
    if (!progress || this.isBusy) return;
    const failed = progress.filter(isRepeatable);
    const pin = progress.find((made) => made.pin)?.pin;
    const { context, form, selected } = this;
    this.isBusy = true;
    this.error = "";
    try {
      const again = await createCodes(
        context,
        pin ? { ...form, pin: "own", ownPin: pin } : form,
        selected,
        failed.map(({ lock }) => lock),
      );
      this.progress = merged(progress, again);
      await this.focusResult();
    } catch (error) {
      this.showError(error);
    } finally {
      this.isBusy = false;
    }
  };

  /** Ask for another PIN for the locks that did not accept it. */
  private readonly changePin = async (): Promise<void> => {
    const refused = this.progress?.filter(({ field }) => field === "pin") ?? [];
    this.remaining = refused.map(({ lock }) => lock);
    this.set({
      deviceIds: this.remaining.map(({ device_id }) => device_id),
      pin: "own",
      ownPin: "",
    });
    await this.updateComplete;
    const [first] = refused;
    if (first?.error) this.errors = { pin: { text: first.error } };
    await this.focusError();
  };

  private renderSaved(progress: Progress[]): TemplateResult {
    const { context, form, snapshot } = this;
    const { t } = context;
    const canRetry = !this.code && progress.some(isRepeatable);
    const canChangePin = progress.some(({ field }) => field === "pin");
    return this.frame(
      form.name,
      renderProgress(context, snapshot, form.name, progress),
      html`
        ${
          canRetry
            ? html`<button
                ?disabled=${this.isBusy || !context.connected}
                @click=${this.retry}
              >
                ${t("retry")}
              </button>`
            : nothing
        }
        ${
          canChangePin
            ? html`<button
                ?disabled=${this.isBusy || !context.connected}
                @click=${this.changePin}
              >
                ${t("change_pin")}
              </button>`
            : nothing
        }
        <button class="filled" @click=${this.close}>${t("done")}</button>
      `,
    );
  }

  static override styles = [...SeamDialog.styles, formStyles, progressStyles];
}
