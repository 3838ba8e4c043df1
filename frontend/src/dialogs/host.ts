import { css, html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { CommandError, codeCommand, command, errorText, rowOf } from "../api";
import { SeamHost } from "../context";
import { type Entry, label } from "../logic/groups";
import { addDays, formatTime, toLocal, toMoment } from "../logic/times";
import type { ActionDetail } from "../parts";
import type { Code, Lock } from "../types";
import type { BatchDetail } from "../views/found";
import "./backup";
import "./batch";
import type { Confirmation } from "./confirm";
import "./confirm";
import "./guest";

const TOAST_MILLISECONDS = 5000;

/** The base of panel and card: carries out what their elements ask for. */
export abstract class SeamActions extends SeamHost {
  @state() private dialog: (() => TemplateResult) | undefined;
  @state() private toast = "";
  private toastTimer = 0;

  constructor() {
    super();
    this.addEventListener("seam-action", (event) => {
      event.stopPropagation();
      this.act((event as CustomEvent<ActionDetail>).detail);
    });
    this.addEventListener("seam-batch", (event) => {
      event.stopPropagation();
      const { kind, entries } = (event as CustomEvent<BatchDetail>).detail;
      this.openBatch(kind, entries);
    });
    this.addEventListener("seam-announce", (event) => {
      event.stopPropagation();
      this.announce((event as CustomEvent<string>).detail);
    });
  }

  private readonly announce = (text: string): void => {
    const show = (shown: string, after: number) => {
      window.clearTimeout(this.toastTimer);
      this.toastTimer = window.setTimeout(() => {
        this.toast = shown;
        if (shown) show("", TOAST_MILLISECONDS);
      }, after);
    };
    this.toast = "";
    // Screen readers ignore what happens behind a dialog that is about to close.
    show(text, 100);
  };

  private readonly closed = (): void => {
    this.dialog = undefined;
  };

  private openBatch(kind: BatchDetail["kind"], entries: readonly Entry[]): void {
    this.dialog = () => html`<seam-batch-dialog
      .context=${this.context}
      .snapshot=${this.snapshot}
      .announce=${this.announce}
      .kind=${kind}
      .entries=${entries}
      @seam-closed=${this.closed}
    ></seam-batch-dialog>`;
  }

  private openGuest(lock?: Lock, code?: Code, withNewPin = false): void {
    this.dialog = () => html`<seam-guest-dialog
      .context=${this.context}
      .snapshot=${this.snapshot}
      .announce=${this.announce}
      .lock=${lock}
      .code=${code}
      .withNewPin=${withNewPin}
      @seam-closed=${this.closed}
    ></seam-guest-dialog>`;
  }

  private confirm(confirmation: Confirmation): void {
    this.dialog = () => html`<seam-confirm-dialog
      .context=${this.context}
      .snapshot=${this.snapshot}
      .announce=${this.announce}
      .confirmation=${confirmation}
      @seam-closed=${this.closed}
    ></seam-confirm-dialog>`;
  }

  protected act({ action, lock, code }: ActionDetail): void {
    if (action === "add") this.openGuest(lock);
    else if (lock && action === "refresh_lock") void this.refresh(lock);
    else if (lock && code) this.actOn(action, lock, code);
  }

  private actOn(action: ActionDetail["action"], lock: Lock, code: Code): void {
    const { t, hass } = this.context;
    const values = { name: label(code), lock: lock.name };
    switch (action) {
      case "edit":
      case "new_pin":
        this.openGuest(lock, code, action === "new_pin");
        break;
      case "convert":
        this.openBatch("convert", [{ lock, code }]);
        break;
      case "pull_backup":
        this.dialog = () => html`<seam-backup-dialog
          .context=${this.context}
          .snapshot=${this.snapshot}
          .announce=${this.announce}
          .lock=${lock}
          .code=${code}
          @seam-closed=${this.closed}
        ></seam-backup-dialog>`;
        break;
      case "extend":
        void this.extend(lock, code);
        break;
      case "end":
        this.confirm({
          title: t("end_title", values),
          text: t("end_text", values),
          confirm: t("end_now"),
          isDangerous: true,
          run: async () => {
            // Seam refuses an end that has passed.
            const end = new Date(Date.now() + 120_000).toISOString();
            await codeCommand(hass, "update", lock, code, { ends_at: end });
            this.announce(t("end_done", values));
          },
        });
        break;
      case "release":
        this.confirm({
          title: t("release_title", values),
          text: t("release_text", values),
          confirm: t("release"),
          run: async () => {
            const { outcome, reason } = await codeCommand(hass, "release", lock, code);
            if (outcome === "failed") throw new CommandError(reason ?? "");
            this.announce(t("release_done", values));
          },
        });
        break;
      case "delete":
        this.confirm({
          title: t("delete_title", values),
          text: t("delete_text", values),
          confirm: t("delete"),
          isDangerous: true,
          run: async () => {
            const { outcome, reason } = await codeCommand(hass, "delete", lock, code);
            if (outcome === "failed") throw new CommandError(reason ?? "");
            this.announce(
              t(outcome === "pending" ? "delete_pending" : "delete_done", values),
            );
          },
        });
        break;
    }
  }

  private async extend(lock: Lock, code: Code): Promise<void> {
    const { t, hass } = this.context;
    if (!code.ends_at) return;
    const zone = hass.config.time_zone;
    const local = addDays(toLocal(new Date(code.ends_at), zone), 1);
    const end = toMoment(local, zone, new Date()).toISOString();
    this.announce(t("saving"));
    await this.attempt(async () => {
      const row = await codeCommand(hass, "update", lock, code, {
        ends_at: end,
      });
      const time = formatTime(hass, row.ends_at ?? end, new Date());
      return t("extended", { name: label(code), time });
    });
  }

  private async refresh(lock: Lock): Promise<void> {
    const { t, hass } = this.context;
    this.announce(t("refreshing"));
    await this.attempt(async () => {
      rowOf(await command(hass, "lock/refresh", { entity_id: lock.entity_id }), lock);
      return t("refreshed", { lock: lock.name });
    });
  }

  /** Do something that has no dialog, and say what came of it. */
  private async attempt(run: () => Promise<string>): Promise<void> {
    try {
      this.announce(await run());
    } catch (error) {
      this.announce(errorText(error, this.context.t));
    }
  }

  /** The open dialog, and the last announcement. */
  protected overlay(): TemplateResult {
    return html`
      ${this.dialog?.() ?? nothing}
      <div class="toast" role="status" aria-live="polite" ?data-shown=${this.toast !== ""}>
        ${this.toast}
      </div>
    `;
  }

  static overlayStyles = css`
    .toast {
      position: fixed;
      z-index: 10;
      inset-block-end: calc(24px + env(safe-area-inset-bottom, 0px));
      inset-inline: 16px;
      margin-inline: auto;
      width: fit-content;
      max-width: 560px;
      padding: 14px 20px;
      border-radius: 12px;
      background: #323232;
      color: #fff;
      overflow-wrap: anywhere;
      visibility: hidden;
      opacity: 0;
      transition: opacity 150ms;
      box-shadow: 0 4px 12px rgb(0 0 0 / 30%);
    }
    .toast[data-shown] {
      visibility: visible;
      opacity: 1;
    }
  `;
}
