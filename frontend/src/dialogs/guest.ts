import {
  html,
  type LitElement,
  nothing,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import { property, state } from "lit/decorators.js";
import { errorText } from "../api";
import { element } from "../element";
import { zoneOf } from "../logic/formats";
import type { Entry } from "../logic/groups";
import { label } from "../logic/groups";
import {
  type Errors,
  type Field,
  formErrors,
  type GuestForm,
  knownGuest,
  linkedCodes,
  type Message,
  newGuest,
  withFutureStart,
} from "../logic/guest";
import { staysNote } from "../parts";
import { tools } from "../styles";
import type { Code, Lock } from "../types";
import { SeamDialog } from "./dialog";
import { messageText, moreOptions } from "./form";
import { formStyles } from "./form-styles";
import {
  type Fields,
  lockFields,
  nameField,
  overlapWarning,
  pinField,
  timeFields,
} from "./guest-fields";
import {
  isRepeatable,
  merged,
  missingText,
  type Progress,
  progressStyles,
  renderProgress,
  withListed,
} from "./progress";
import { changeCodes, createCodes, fieldOfError } from "./save";

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
  @state() private search = "";
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

  protected override firstUpdated(): void {
    super.firstUpdated();
    if (!this.withNewPin) return;
    this.renderRoot.querySelector<HTMLElement>("[name=pin]:checked")?.focus();
  }

  protected override willUpdate(changes: PropertyValues): void {
    super.willUpdate(changes);
    if (this.progress) this.progress = withListed(this.snapshot, this.progress);
    if (this.form) {
      if (changes.has("form") && this.wasSubmitted) this.errors = this.check();
      return;
    }
    const { options, locks, stays } = this.snapshot;
    const { hass } = this.context;
    const now = new Date();
    if (this.code && this.lock) {
      const entry = { lock: this.lock, code: this.code };
      this.linked = linkedCodes(locks, entry, stays);
      this.known = knownGuest(this.code, this.linked, options, now, hass);
      this.form = { ...this.known, ...(this.withNewPin ? { pin: "auto" } : {}) };
    } else {
      this.form = newGuest(locks, this.lock, options, now, hass);
    }
  }

  private get timeZone(): string {
    return zoneOf(this.context.hass);
  }

  /** The locks that are shown. */
  private get locks(): readonly Lock[] {
    if (this.remaining) return this.remaining;
    if (this.code) return this.linked.map(({ lock }) => lock);
    // Those that cannot get a code now are shown last, with the reason.
    const { locks } = this.snapshot;
    const isBlocked = ({ can }: Lock) => can.create !== true;
    return [...locks.filter((lock) => !isBlocked(lock)), ...locks.filter(isBlocked)];
  }

  private get selected(): Lock[] {
    const { deviceIds } = this.form;
    return this.locks.filter((lock) => deviceIds.includes(lock.device_id));
  }

  /** What the fields of the form show. */
  private get fields(): Fields {
    const { context, form, errors, locks, selected, linked, set } = this;
    const { stays } = this.snapshot;
    const [isNew, isPinOnly] = [!this.code, this.withNewPin];
    const about = { stays, isNew, isPinOnly };
    return { context, form, errors, locks, selected, linked, set, ...about };
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
    const { form, code, fields, withNewPin } = this;
    const { stays } = this.snapshot;
    const note =
      code && !withNewPin ? staysNote(this.context, stays, code, "edit") : "";
    return this.frame(
      code
        ? t(withNewPin ? "guest_new_pin" : "guest_edit", { name: label(code) })
        : t("guest_new"),
      html`
        <form
          id="form"
          novalidate
          autocomplete="off"
          @submit=${this.submit}
          @keydown=${this.ignoreEnter}
        >
          ${note ? html`<p class="secondary"><bdi>${note}</bdi></p>` : nothing}
          ${withNewPin ? nothing : nameField(fields)}
          ${lockFields(fields, this.lock, this.search, (text) => {
            this.search = text;
          })}
          ${withNewPin ? nothing : timeFields(fields)} ${pinField(fields)}
          ${
            withNewPin
              ? nothing
              : moreOptions(t, form, code ? undefined : this.selected, this.set)
          }
          <input type="submit" hidden />
        </form>
      `,
      html`
        <div class="hint" aria-live="polite">${this.hint()}</div>
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

  /** Say what happens, or what to know before it does, where the form is sent. */
  private hint(): TemplateResult | typeof nothing {
    const { t } = this.context;
    if (this.isBusy && this.code) {
      return html`<p>${t("works_waiting")}</p>
        <p class="secondary">
          ${t(this.hasWaiting ? "keep_open" : "works_waiting_hint")}
        </p>`;
    }
    return this.withNewPin ? nothing : overlapWarning(this.fields);
  }

  /** Enter in the search must not send the form. */
  private ignoreEnter(event: KeyboardEvent): void {
    const { type } = event.target as HTMLInputElement;
    if (event.key === "Enter" && type === "search") event.preventDefault();
  }

  private text(message: Message): string {
    return messageText(this.context, message);
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
    await this.sendAll(() => this.send());
  }

  /** Whether the codes on several locks are being changed, one after the other. */
  protected override get hasWaiting(): boolean {
    return this.isBusy && this.known !== undefined && this.selected.length > 1;
  }

  private async send(): Promise<void> {
    try {
      const { context, form, known, selected } = this;
      const linked = this.linked.filter(({ lock }) => selected.includes(lock));
      const made = known
        ? await changeCodes(context, form, known, linked)
        : await createCodes(context, form, selected);
      if (made.length > 0) {
        await this.show(made);
      } else {
        this.close();
        this.announce(context.t("saved", { name: form.name }));
      }
    } catch (error) {
      this.showError(error);
    }
  }

  /** Show what came of the form, or announce it if the dialog is closed. */
  private async show(made: Progress[]): Promise<void> {
    const { context, form } = this;
    // What comes after the dialog is closed is announced below, and not on closing.
    if (this.dialog.open) this.progress = merged(this.progress, made);
    this.remaining = undefined;
    if (this.isShown) {
      await this.focusResult();
    } else {
      const failed = made.find(({ error }) => error);
      this.announce(failed?.error ?? context.t("saved", { name: form.name }));
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
    const field = fieldOfError(error);
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
    const { context, selected, timeZone } = this;
    const form: GuestForm = pin ? { ...this.form, pin: "own", ownPin: pin } : this.form;
    const locks = failed.map(({ lock }) => lock);
    this.isBusy = true;
    this.error = "";
    try {
      const again = await createCodes(context, form, selected, locks).catch((error) => {
        if (fieldOfError(error) !== "start") throw error;
        // One of the locks needs a later start, so that none of them has been asked yet.
        const later = withFutureStart(form, new Date(), timeZone);
        return createCodes(context, later, selected, locks);
      });
      await this.show(again);
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

  static override styles = [...SeamDialog.styles, tools, formStyles, progressStyles];
}
