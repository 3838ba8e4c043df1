import { html } from "lit";
import { property } from "lit/decorators.js";
import { element } from "../element";
import { SeamDialog } from "./dialog";

export interface Confirmation {
  title: string;
  text: string;
  confirm: string;
  isDangerous?: boolean;
  /** What to do; the dialog shows its error. */
  run: () => Promise<void>;
}

/** Asks before something is done. */
@element("seam-confirm-dialog")
export class SeamConfirmDialog extends SeamDialog {
  @property({ attribute: false }) confirmation!: Confirmation;

  // Some locks take a minute.
  protected override get mustStay(): boolean {
    return false;
  }

  protected override render() {
    const { t, connected } = this.context;
    const { title, text, confirm, isDangerous } = this.confirmation;
    return this.frame(
      title,
      html`<p>${text}</p>`,
      html`
        <button @click=${this.close}>${t(this.isBusy ? "close" : "cancel")}</button>
        <button
          class="filled ${isDangerous ? "danger" : ""}"
          ?disabled=${this.isBusy || !connected}
          @click=${this.run}
        >
          ${this.isBusy ? html`<span class="spinner"></span>` : ""} ${confirm}
        </button>
      `,
    );
  }

  private async run(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.error = "";
    try {
      await this.confirmation.run();
      if (this.isShown) this.close();
    } catch (error) {
      this.showError(error);
    } finally {
      this.isBusy = false;
    }
  }
}
