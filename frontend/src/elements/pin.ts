import {
  mdiContentCopy,
  mdiEyeOutline,
  mdiMessageTextOutline,
  mdiShareVariantOutline,
} from "@mdi/js";
import { css, html, LitElement, type PropertyValues } from "lit";
import { property, state } from "lit/decorators.js";
import { errorText, type Revealed } from "../api";
import { copy } from "../clipboard";
import type { Context } from "../context";
import { element } from "../element";
import type { Key } from "../language";
import { icon } from "../parts";
import { shared } from "../styles";

/** Long enough to copy it into a message, but not to leave it on the screen. */
const SHOWN_MILLISECONDS = 120_000;

/** A PIN, large, to copy and to share. */
@element("seam-pin")
export class SeamPin extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) pin = "";
  @property({ attribute: false }) label = "";
  /** Return the message for the guest with a PIN, which may be another one than before. */
  @property({ attribute: false, hasChanged: () => false })
  message!: (pin: string) => string;
  /** Ask Home Assistant for the PIN again. */
  @property({ attribute: false, hasChanged: () => false })
  read!: () => Promise<Revealed>;
  @state() private note = "";
  @state() private isShown = true;
  @state() private isBusy = false;
  private timer = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearTimeout(this.timer);
    this.isShown = false;
  }

  protected override willUpdate(changes: PropertyValues): void {
    if (changes.has("pin")) this.show();
  }

  protected override render() {
    const { t, connected } = this.context;
    return html`
      <p class="secondary"><bdi>${this.label}</bdi></p>
      ${
        this.isShown
          ? html`<output aria-label=${this.label}>${this.pin}</output>
              <div class="buttons">
                <button class="tonal" @click=${() => this.copy(this.pin, "copied")}>
                  ${icon(mdiContentCopy)} ${t("copy")}
                </button>
                ${
                  "share" in navigator
                    ? html`<button class="tonal" @click=${this.share}>
                        ${icon(mdiShareVariantOutline)} ${t("share")}
                      </button>`
                    : html`<button class="tonal" @click=${() => this.copy(this.message(this.pin), "message_copied")}>
                        ${icon(mdiMessageTextOutline)} ${t("copy_message")}
                      </button>`
                }
              </div>`
          : html`<span class="digits" aria-hidden="true">••••</span>
              <button
                class="tonal"
                ?disabled=${this.isBusy || !connected}
                @click=${this.reveal}
              >
                ${icon(mdiEyeOutline)} ${t("show_pin")}
              </button>`
      }
      <p class="secondary" role="status">${this.note}</p>
    `;
  }

  override focus(): void {
    this.renderRoot.querySelector("button")?.focus();
  }

  private show(): void {
    this.isShown = true;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.hide(), SHOWN_MILLISECONDS);
  }

  private async hide(): Promise<void> {
    const hadFocus = this.shadowRoot?.activeElement;
    this.isShown = false;
    this.note = "";
    await this.updateComplete;
    if (hadFocus) this.focus();
  }

  private async reveal(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.note = "";
    try {
      const { pin, isFresh } = await this.read();
      if (pin) {
        this.pin = pin;
        this.show();
        if (!isFresh) this.note = this.context.t("pin_not_fresh");
      }
    } catch (error) {
      this.note = errorText(error, this.context.t);
    } finally {
      this.isBusy = false;
    }
    await this.updateComplete;
    this.focus();
  }

  private async copy(text: string, done: Key): Promise<void> {
    const { t } = this.context;
    this.note = "";
    await this.updateComplete;
    this.note = t((await copy(text, this)) ? done : "copy_failed");
  }

  private share(): void {
    // Rejected when the user closes the system's dialog.
    navigator.share({ text: this.message(this.pin) }).catch(() => {});
  }

  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        justify-items: center;
        gap: 8px;
        padding: 16px;
        border-radius: 16px;
        text-align: center;
        background: color-mix(in srgb, var(--primary-color) 10%, transparent);
      }
      output,
      .digits {
        font-size: 2.25rem;
        font-weight: 500;
        letter-spacing: 0.15em;
        margin-inline-end: -0.15em;
        font-variant-numeric: tabular-nums;
        user-select: all;
        direction: ltr;
      }
      .buttons {
        display: flex;
        flex-wrap: wrap;
        justify-content: center;
        gap: 8px;
      }
    `,
  ];
}
