import { html } from "lit";
import { property, state } from "lit/decorators.js";
import { codeCommand, type Revealed, revealPin } from "../api";
import { element } from "../element";
import { label } from "../logic/groups";
import type { Code, Lock } from "../types";
import "../elements/pin";
import { shareText } from "../logic/share";
import { SeamDialog } from "./dialog";

/** Pulls a backup code, and shows its PIN. */
@element("seam-backup-dialog")
export class SeamBackupDialog extends SeamDialog {
  @property({ attribute: false }) lock!: Lock;
  @property({ attribute: false }) code!: Code;
  @state() private pin: string | undefined;
  /** The ID of the backup code. */
  private backupId = "";

  protected override get showsPin(): boolean {
    return this.pin !== undefined;
  }

  protected override render() {
    const { context, lock, code, pin } = this;
    const { t } = context;
    const values = { name: label(code), lock: lock.name };
    if (pin) {
      return this.frame(
        label(code),
        html`<seam-pin
          .context=${context}
          .pin=${pin}
          .label=${t("backup_done", values)}
          .message=${(shown: string) => shareText(context, label(code), [lock], shown, code)}
          .read=${this.read}
        ></seam-pin>`,
        html`<button class="filled" @click=${this.close}>${t("done")}</button>`,
      );
    }
    return this.frame(
      t("backup_title", values),
      html`<p>${t("backup_text", values)}</p>`,
      html`
        <button ?disabled=${this.isBusy} @click=${this.close}>${t("cancel")}</button>
        <button
          class="filled"
          ?disabled=${this.isBusy || !context.connected}
          @click=${this.pull}
        >
          ${this.isBusy ? html`<span class="spinner"></span>` : ""} ${t("use_backup")}
        </button>
      `,
    );
  }

  private async pull(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.error = "";
    const { hass, t } = this.context;
    try {
      const row = await codeCommand(hass, "pull_backup", this.lock, this.code);
      this.pin = row.code ?? undefined;
      this.backupId = row.access_code_id ?? "";
      if (!this.pin) this.error = row.reason ?? t("unexpected_error");
    } catch (error) {
      this.showError(error);
    } finally {
      this.isBusy = false;
    }
  }

  private readonly read = (): Promise<Revealed> =>
    revealPin(this.context.hass, this.lock, { access_code_id: this.backupId });
}
