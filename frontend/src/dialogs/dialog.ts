import { mdiClose } from "@mdi/js";
import {
  css,
  html,
  LitElement,
  nothing,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import { property, query, state } from "lit/decorators.js";
import { CommandError, errorText } from "../api";
import type { Context } from "../context";
import { focusedElement, isLost } from "../focus";
import type { Key, Translate } from "../language";
import { icon } from "../parts";
import type { State } from "../store";
import { shared } from "../styles";

const HISTORY_KEY = "seamDialog";

/** What came of a change of a code, and why if it was not made. */
export interface Outcome {
  key: Key;
  tone: "" | "good" | "info" | "bad";
  reason?: string | undefined;
}

/** Return whether the request for a change is still to be sent. */
export function isWaiting({ key }: Outcome): boolean {
  return key === "outcome_waiting";
}

/** Return what came of a change for which there is an error. It may have been made. */
export function outcomeOfError(error: unknown, t: Translate): Outcome {
  const reason = errorText(error, t);
  return error instanceof CommandError && error.isUncertain
    ? { key: "outcome_uncertain", tone: "", reason }
    : { key: "outcome_failed", tone: "bad", reason };
}

/** A dialog that is in the page only while it is open. */
export abstract class SeamDialog extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) snapshot!: State;
  /** Says what came of a request if the dialog is already closed. */
  @property({ attribute: false }) announce!: (text: string) => void;
  @state() protected isBusy = false;
  @state() protected error = "";
  @query("dialog") protected dialog!: HTMLDialogElement;
  private isClosed = false;
  /** What had the focus when a request was sent. Until the answer, it is disabled. */
  private sender: HTMLElement | null = null;
  /** Tells its entry in the history from those that other dialogs left there. */
  private readonly historyId = Math.random();

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("popstate", this.goneBack);
    if (!this.hasUpdated) return;
    // Out of the page, a dialog is no longer modal.
    this.dialog.open = false;
    this.dialog.showModal();
  }

  /** Home Assistant takes the page out when it is in the background. */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("popstate", this.goneBack);
    if (this.showsPin) this.closed();
  }

  protected override firstUpdated(): void {
    this.dialog.showModal();
    this.addToHistory();
  }

  protected override willUpdate(changes: PropertyValues): void {
    if (changes.has("isBusy") && this.isBusy) this.sender = focusedElement();
  }

  protected override updated(changes: PropertyValues): void {
    if (!changes.has("isBusy") || this.isBusy || !this.isShown) return;
    const invalid = this.renderRoot.querySelector<HTMLElement>("[aria-invalid]");
    if (invalid) invalid.focus();
    else if (isLost(focusedElement())) this.sender?.focus();
  }

  /** Add an entry to the history, so that Back closes the dialog and stays on the page. */
  private addToHistory(): void {
    history.pushState({ [HISTORY_KEY]: this.historyId }, "");
  }

  private get isInHistory(): boolean {
    return history.state?.[HISTORY_KEY] === this.historyId;
  }

  /** Send several requests. The browser asks before the page is left meanwhile. */
  protected async sendAll<T>(send: () => Promise<T>): Promise<T> {
    const ask = (event: Event) => {
      if (this.hasWaiting) event.preventDefault();
    };
    window.addEventListener("beforeunload", ask);
    this.isBusy = true;
    try {
      return await send();
    } finally {
      this.isBusy = false;
      window.removeEventListener("beforeunload", ask);
    }
  }

  /** Whether there are requests that would be lost with the page. */
  protected get hasWaiting(): boolean {
    return false;
  }

  protected renderKeepOpen(): TemplateResult | typeof nothing {
    return this.hasWaiting ? html`<p>${this.context.t("keep_open")}</p>` : nothing;
  }

  /** Whether the dialog must not be shown again to whoever comes back to the page. */
  protected get showsPin(): boolean {
    return false;
  }

  private readonly goneBack = (): void => {
    if (this.isInHistory) return;
    if (this.mustStay) this.addToHistory();
    else this.close();
  };

  /** Whether the dialog must stay open until there is an answer. */
  protected get mustStay(): boolean {
    return this.isBusy;
  }

  /** Whether it was not closed, although it may have left the page. */
  get isOpen(): boolean {
    return !this.isClosed;
  }

  /** Whether the user can see the dialog. It leaves the page a moment after it closes. */
  protected get isShown(): boolean {
    return this.isConnected && this.dialog.open;
  }

  protected showError(error: unknown): void {
    const text = errorText(error, this.context.t);
    if (this.isShown) this.error = text;
    else this.announce(text);
  }

  protected close(): void {
    this.dialog.close();
  }

  /** Remove everything that was typed or shown. */
  private closed(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    if (this.isInHistory) history.back();
    this.dispatchEvent(new CustomEvent("seam-closed"));
  }

  protected frame(
    title: string,
    content: TemplateResult,
    actions: TemplateResult,
  ): TemplateResult {
    const { t, connected, outdated } = this.context;
    return html`
      <dialog
        aria-labelledby="title"
        @close=${this.closed}
        @cancel=${(event: Event) => {
          if (this.mustStay) event.preventDefault();
        }}
      >
        <div class="top">
          <h1 id="title"><bdi>${title}</bdi></h1>
          <button
            class="icon"
            aria-label=${t("close")}
            ?disabled=${this.mustStay}
            @click=${this.close}
          >
            ${icon(mdiClose)}
          </button>
        </div>
        <div class="content">
          <div role="alert">
            ${connected ? "" : html`<p class="banner">${t("connection_lost")}</p>`}
            ${outdated ? html`<p class="banner">${t("outdated")}</p>` : ""}
            ${this.error ? html`<p class="banner bad"><bdi>${this.error}</bdi></p>` : ""}
          </div>
          ${content}
        </div>
        <div class="bottom">${actions}</div>
      </dialog>
    `;
  }

  static override styles = [
    shared,
    css`
      dialog {
        width: min(560px, 100vw - 32px);
        max-height: min(100dvh - 48px, 900px);
        padding: 0;
        border: 0;
        border-radius: 24px;
        background: var(--ha-card-background, var(--card-background-color));
        color: var(--primary-text-color);
        font-family: var(--ha-font-family-body, inherit);
      }
      dialog[open] {
        display: flex;
        flex-direction: column;
        overflow: hidden;
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 45%);
      }
      .top {
        display: flex;
        align-items: center;
        gap: 8px;
        padding: 16px 16px 8px 24px;
        padding-inline: 24px 16px;
      }
      h1 {
        flex: 1;
        font-size: 1.375rem;
        font-weight: 400;
        overflow-wrap: anywhere;
        display: -webkit-box;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 3;
        overflow: hidden;
      }
      .content {
        display: grid;
        gap: 16px;
        padding: 4px 24px 16px;
        overflow-y: auto;
        overflow-wrap: anywhere;
      }
      [role="alert"] {
        display: grid;
        gap: 8px;
      }
      [role="alert"]:not(:has(p)) {
        position: absolute;
      }
      .bottom {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: 8px;
        padding: 12px 24px 20px;
      }
      @media (max-width: 480px) {
        dialog {
          width: 100vw;
          max-width: 100vw;
          max-height: calc(100dvh - 24px);
          margin-block-end: 0;
          border-end-start-radius: 0;
          border-end-end-radius: 0;
        }
        .bottom {
          padding-block-end: max(16px, env(safe-area-inset-bottom));
        }
      }
    `,
  ];
}
