import { mdiContentCopy, mdiShareVariantOutline } from "@mdi/js";
import { css, html, LitElement, nothing } from "lit";
import { property, state } from "lit/decorators.js";
import { copy } from "../clipboard";
import type { Context } from "../context";
import { element } from "../element";
import { icon } from "../parts";
import { shared } from "../styles";

/** A PIN, large, to copy and to share. */
@element("seam-pin")
export class SeamPin extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) pin = "";
  @property({ attribute: false }) label = "";
  /** The message for the guest. */
  @property({ attribute: false }) message = "";
  @state() private note = "";

  protected override render() {
    const { t } = this.context;
    return html`
      <p class="secondary"><bdi>${this.label}</bdi></p>
      <output aria-label=${this.label}>${this.pin}</output>
      <div class="buttons">
        <button class="tonal" @click=${this.copy}>
          ${icon(mdiContentCopy)} ${t("copy")}
        </button>
        ${
          "share" in navigator
            ? html`<button class="tonal" @click=${this.share}>
                ${icon(mdiShareVariantOutline)} ${t("share")}
              </button>`
            : nothing
        }
      </div>
      <p class="secondary" role="status">${this.note}</p>
    `;
  }

  override focus(): void {
    this.renderRoot.querySelector("button")?.focus();
  }

  private async copy(): Promise<void> {
    const { t } = this.context;
    this.note = "";
    await this.updateComplete;
    this.note = t((await copy(this.pin, this)) ? "copied" : "copy_failed");
  }

  private share(): void {
    // Rejected when the user closes the system's dialog.
    navigator.share({ text: this.message }).catch(() => {});
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
      output {
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
        gap: 8px;
      }
      [role="status"]:empty {
        display: none;
      }
    `,
  ];
}
