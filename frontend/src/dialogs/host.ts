import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { CommandError, codeCommand, command, errorText } from "../api";
import { SeamHost } from "../context";
import { FocusKeeper } from "../focus";
import { formatTime } from "../logic/formats";
import {
  backupsOf,
  deletableExpired,
  type Entry,
  elsewhere,
  label,
  mayWork,
} from "../logic/groups";
import { addDays, toLocal, toMoment } from "../logic/times";
import { type ActionDetail, staysNote } from "../parts";
import type { Code, Lock, Stays } from "../types";
import type { BatchDetail } from "../views/found";
import "./backup";
import type { SeamDialog } from "./dialog";
import "./batch";
import { type Confirmation, type Done, doneText } from "./confirm";
import "./guest";
import "./stays";

const TOAST_MILLISECONDS = 5000;
/** Longer than Home Assistant takes to restart. */
const LEFT_MILLISECONDS = 600_000;

interface Toast {
  text: string;
  /** Whether it only says what is going on, so that what comes of it replaces it. */
  isProgress: boolean;
}

/** What can be done with a code on several locks, and the texts for it. */
const CHANGES = {
  extend: {
    title: "extend_title",
    text: "extend_text",
    confirm: "extend",
    done: "extended",
  },
  end: { title: "end_title", text: "end_text", confirm: "end_now", done: "end_done" },
  release: {
    title: "release_title",
    text: "release_text",
    confirm: "release",
    done: "release_done",
    pending: "release_pending",
  },
  delete: {
    title: "delete_title",
    text: "delete_text",
    confirm: "delete",
    done: "delete_done",
    pending: "delete_pending",
  },
  allow_changes: {
    title: "allow_title",
    text: "allow_text",
    confirm: "remedy_allow_changes",
    done: "allow_done",
  },
} as const;
type Change = keyof typeof CHANGES;

/** The form that was open when Home Assistant removed its page, and the address.
 *
 * It removes the panel when it restarts, and then creates another one.
 */
let left: { form: SeamDialog; host: HTMLElement; path: string } | undefined;

/** The base of panel and card: carries out what their elements ask for. */
export abstract class SeamActions extends SeamHost {
  @state() private dialog: (() => TemplateResult) | undefined;
  @state() private toasts: readonly Toast[] = [];
  /** What was announced while a dialog is open, behind which nobody would notice it. */
  private readonly unshown: Toast[] = [];
  private readonly focusKeeper = new FocusKeeper(this);

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

  override connectedCallback(): void {
    super.connectedCallback();
    const { form, host, path } = left ?? {};
    left = undefined;
    if (!form?.isOpen || host === this || host?.localName !== this.localName) return;
    if (path === location.pathname) this.takeOver(form);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    const form = this.renderRoot.querySelector<SeamDialog>("seam-guest-dialog");
    if (!form) return;
    const own = { form, host: this, path: location.pathname };
    left = own;
    // Somebody may have typed a PIN into it.
    window.setTimeout(() => {
      if (left === own) left = undefined;
    }, LEFT_MILLISECONDS);
  }

  private takeOver(form: SeamDialog): void {
    form.addEventListener("seam-closed", this.closed);
    this.dialog = () => {
      const { context, snapshot, announce } = this;
      Object.assign(form, { context, announce }, snapshot && { snapshot });
      return html`${form}`;
    };
  }

  protected override willUpdate(changes: PropertyValues): void {
    super.willUpdate(changes);
    this.focusKeeper.note();
  }

  protected override updated(changes: PropertyValues): void {
    super.updated(changes);
    // The elements inside render after this one.
    requestAnimationFrame(() => {
      // Without a connection, most buttons are disabled for a while.
      if (!this.dialog && this.context.connected) this.focusKeeper.check();
    });
  }

  private readonly announce = (text: string, isProgress = false): void => {
    this.unshown.push({ text, isProgress });
    this.showToasts();
  };

  private showToasts(): void {
    // Screen readers ignore what happens behind a dialog that is about to close.
    window.setTimeout(() => {
      if (this.dialog || this.unshown.length === 0) return;
      const shown = this.unshown.splice(0);
      this.toasts = [...this.toasts, ...shown].filter(
        ({ text, isProgress }, index, all) => {
          const later = all.slice(index + 1);
          return isProgress
            ? later.length === 0
            : !later.some((other) => other.text === text);
        },
      );
      window.setTimeout(() => {
        this.toasts = this.toasts.filter((toast) => !shown.includes(toast));
      }, TOAST_MILLISECONDS);
    }, 100);
  }

  private readonly closed = (): void => {
    this.dialog = undefined;
    this.showToasts();
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

  private previewStays(stays: Stays): void {
    this.dialog = () => html`<seam-stays-dialog
      .context=${this.context}
      .snapshot=${this.snapshot}
      .announce=${this.announce}
      .stays=${stays}
      @seam-closed=${this.closed}
    ></seam-stays-dialog>`;
  }

  protected act({ action, lock, code, locks, stays }: ActionDetail): void {
    if (action === "add") this.openGuest(lock);
    else if (stays) this.previewStays(stays);
    else if (lock && action === "refresh_lock") void this.refresh(locks ?? [lock]);
    else if (lock && action === "delete_expired") {
      this.openBatch("delete", deletableExpired(lock));
    } else if (lock && code) this.actOn(action, lock, code);
  }

  private actOn(action: ActionDetail["action"], lock: Lock, code: Code): void {
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
      case "end":
      case "release":
      case "delete":
      case "allow_changes":
        this.change(action, { lock, code });
        break;
    }
  }

  /** Change a code and those of the same person on other locks, after a question. */
  private change(action: Change, entry: Entry): void {
    const { t, hass } = this.context;
    const { lock, code } = entry;
    const texts = CHANGES[action];
    const values = { name: label(code), lock: lock.name };
    const { locks = [], stays = [] } = this.snapshot ?? {};
    const others = action === "allow_changes" ? [] : elsewhere(locks, entry, stays);
    // The guest knows the PINs of these, too. They end by being deleted.
    const isLast = action === "delete" || action === "end";
    const backups = isLast ? backupsOf([entry, ...others]) : new Map<Entry, Entry>();
    others.push(...backups.keys());
    const run = (of: Entry) => this.run(backups.has(of) ? "delete" : action, of);
    const time = (of: Entry) => formatTime(hass, this.dayLater(of.code), new Date());
    if (action === "extend" && others.length === 0) {
      this.announce(t("saving"), true);
      void this.attempt(async () =>
        this.doneText([{ lock: lock.name, done: await run(entry) }]),
      );
      return;
    }
    this.confirm({
      title: t(texts.title, values),
      text:
        action === "delete" && ![entry, ...others].some(({ code }) => mayWork(code))
          ? t("delete_idle_text", { count: 1 })
          : t(texts.text, { ...values, time: action === "extend" ? time(entry) : "" }),
      note: staysNote(this.context, stays, code, action),
      confirm: t(texts.confirm),
      isDangerous: action === "end" || action === "delete",
      action: action === "allow_changes" ? "update" : action,
      entry,
      others,
      backups,
      // The codes of a person may have different ends.
      hint: (of) =>
        action === "extend"
          ? t("until", { time: time(of) })
          : action === "end" && backups.has(of)
            ? t("delete")
            : "",
      run,
    });
  }

  /** Change a code, and return what to say about it. */
  private async run(action: Change, { lock, code }: Entry): Promise<Done> {
    const { hass } = this.context;
    const name = label(code);
    if (action === "extend") {
      const end = this.dayLater(code);
      const row = await codeCommand(hass, "update", lock, code, { ends_at: end });
      const time = formatTime(hass, row.ends_at ?? end, new Date());
      return { key: CHANGES[action].done, values: { name, time } };
    }
    if (action === "end") {
      await codeCommand(hass, "end", lock, code);
      return { key: CHANGES[action].done, values: { name } };
    }
    if (action === "allow_changes") {
      await codeCommand(hass, "update", lock, code, {
        allow_external_modification: true,
      });
      return { key: CHANGES[action].done, values: { name } };
    }
    const { outcome, reason } = await codeCommand(hass, action, lock, code);
    if (outcome === "failed") throw new CommandError(reason ?? "");
    const { done, pending } = CHANGES[action];
    return { key: outcome === "pending" ? pending : done, values: { name } };
  }

  /** Return the end of a code, a day later. */
  private dayLater({ ends_at }: Code): string {
    // The clocks at the lock count, wherever the user is.
    const zone = this.context.hass.config.time_zone;
    const local = addDays(toLocal(new Date(ends_at ?? 0), zone), 1);
    return toMoment(local, zone, new Date()).toISOString();
  }

  private doneText(results: Parameters<typeof doneText>[2]): string {
    const { hass, t } = this.context;
    return doneText(hass.locale.language, t, results);
  }

  private async refresh(locks: readonly Lock[]): Promise<void> {
    const { t, hass } = this.context;
    this.announce(t("refreshing"), true);
    await this.attempt(async () => {
      const rows = await command(hass, "lock/refresh", {
        entity_ids: locks.map((lock) => lock.entity_id),
      });
      return this.doneText(
        locks.map((lock) => {
          const { error, online } = rows[lock.entity_id] ?? {};
          if (error) return { lock: lock.name, error };
          const key = online === false ? "still_offline" : "refreshed";
          return { lock: lock.name, done: { key, values: {} } };
        }),
      );
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

  /** The open dialog, and the last announcements. */
  protected overlay(): TemplateResult {
    return html`
      ${this.dialog?.() ?? nothing}
      <div
        class="toast"
        role="status"
        aria-live="polite"
        aria-atomic="false"
        ?data-shown=${this.toasts.length > 0}
      >
        ${repeat(
          this.toasts,
          (toast) => toast,
          ({ text }) => html`<p>${text}</p>`,
        )}
      </div>
    `;
  }
}
