import {
  mdiCalendarPlus,
  mdiCheckDecagramOutline,
  mdiClockEnd,
  mdiContentCopy,
  mdiDeleteOutline,
  mdiDotsVertical,
  mdiEyeOffOutline,
  mdiEyeOutline,
  mdiLifebuoy,
  mdiLinkOff,
  mdiPencilOutline,
} from "@mdi/js";
import {
  css,
  html,
  LitElement,
  nothing,
  type PropertyValues,
  type TemplateResult,
} from "lit";
import { property, query, state } from "lit/decorators.js";
import { errorText, type Revealed, revealPin } from "../api";
import { copy } from "../clipboard";
import type { Context } from "../context";
import { element } from "../element";
import { type Entry, isMissing, label } from "../logic/groups";
import { type ActionDetail, announce, ask, icon } from "../parts";
import { shared } from "../styles";
import type { Code, CodeAction, Lock } from "../types";
import "./menu";
import type { MenuItem, SeamMenu } from "./menu";

const PIN_MILLISECONDS = 15_000;

/** Return whether rows show something else of the lock. */
function isShownDifferently(lock: Lock, old: Lock | undefined): boolean {
  const codesOf = ({ problems }: Lock) =>
    problems.map(({ error_code, warning_code }) => error_code ?? warning_code).join();
  return (
    lock.device_id !== old?.device_id ||
    lock.name !== old.name ||
    codesOf(lock) !== codesOf(old)
  );
}

/** What shows the PIN of a code and has its menu. */
export abstract class CodeControls extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) code!: Code;
  /** It is a new object with each change of any code of the lock. */
  @property({ attribute: false, hasChanged: isShownDifferently }) lock!: Lock;
  @state() private pin: string | undefined;
  @state() private isBusy = false;
  /** Whether Seam has confirmed the PIN that was read last. */
  private isFresh = true;
  @state() private isMenuOpen = false;
  @query(".more") private more!: HTMLButtonElement | null;
  @query("seam-menu") private menu!: SeamMenu | null;
  private revealing: Promise<string | undefined> | undefined;
  private timer = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.isMenuOpen = false;
    // A list takes a row out for a moment to move it.
    queueMicrotask(() => {
      if (!this.isConnected) this.hide();
    });
  }

  /** Focus the button of the menu, which only administrators have. */
  override focus(): void {
    this.more?.focus();
  }

  protected override willUpdate(changes: PropertyValues<this>): void {
    const before = changes.get("code");
    // The PIN must not appear beside another code, which a list may show in this row.
    if (before && before.access_code_id !== this.code.access_code_id) this.hide();
  }

  protected pinOutput(): TemplateResult | typeof nothing {
    const name = label(this.code);
    return this.pin
      ? html`<output class="pin" aria-label=${this.context.t("pin_of", { name })}
          >${this.pin}</output
        >`
      : nothing;
  }

  protected buttons(): TemplateResult | typeof nothing {
    const { code, context } = this;
    const { t } = context;
    const name = label(code);
    if (!context.isAdmin) return nothing;
    return html`
      <button
        class="icon reveal"
        aria-label="${t(this.pin ? "hide_pin" : "show_pin")}: ${name}"
        title=${
          code.can.reveal === true
            ? t(this.pin ? "hide_pin" : "show_pin")
            : code.can.reveal
        }
        ?disabled=${code.can.reveal !== true || !context.connected}
        @click=${() => (this.pin ? this.hide() : this.show())}
      >
        ${
          this.isBusy
            ? html`<span class="spinner"></span>`
            : icon(this.pin ? mdiEyeOffOutline : mdiEyeOutline)
        }
      </button>
      <button
        class="icon more"
        aria-haspopup="menu"
        aria-expanded=${this.isMenuOpen ? "true" : "false"}
        aria-label=${t("actions_for", { name })}
        title=${t("actions_for", { name })}
        @click=${this.toggleMenu}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === "ArrowDown" && !this.isMenuOpen) {
            event.preventDefault();
            this.toggleMenu();
          }
        }}
      >
        ${icon(mdiDotsVertical)}
      </button>
      ${
        this.isMenuOpen
          ? html`<seam-menu
              .label=${t("actions_for", { name })}
              .items=${this.items()}
              .anchor=${this.more}
              @seam-closed=${() => {
                this.isMenuOpen = false;
              }}
            ></seam-menu>`
          : nothing
      }
    `;
  }

  // Most menus never open, and an element for each would slow down long lists.
  private toggleMenu(): void {
    if (this.isMenuOpen) this.menu?.close();
    else this.isMenuOpen = true;
  }

  private items(): MenuItem[] {
    const { code, lock, context } = this;
    const { t } = context;
    const item = (
      key: CodeAction,
      text: string,
      path: string,
      run: () => void,
    ): MenuItem => ({
      text,
      icon: path,
      disabled: !context.connected
        ? t("connection_lost")
        : code.can[key] === true
          ? undefined
          : code.can[key],
      run,
    });
    const asking = (action: ActionDetail["action"]) => () =>
      ask(this, { action, lock, code });
    const items = [
      item("reveal", t("show_pin"), mdiEyeOutline, () => void this.show()),
      item("reveal", t("copy_pin"), mdiContentCopy, () => void this.copy()),
    ];
    if (code.is_managed) {
      items.push(item("update", t("edit"), mdiPencilOutline, asking("edit")));
      if (code.ends_at) {
        items.push(item("extend", t("extend"), mdiCalendarPlus, asking("extend")));
        if (!isMissing(code)) {
          items.push(item("end", t("end_now"), mdiClockEnd, asking("end")));
        }
        if (code.is_backup_access_code_available) {
          items.push(
            item("pull_backup", t("use_backup"), mdiLifebuoy, asking("pull_backup")),
          );
        }
      }
      if (!isMissing(code)) {
        items.push(item("release", t("release"), mdiLinkOff, asking("release")));
      }
    } else {
      items.push(
        item("convert", t("convert"), mdiCheckDecagramOutline, asking("convert")),
      );
    }
    items.push({
      ...item("delete", t("delete"), mdiDeleteOutline, asking("delete")),
      isDangerous: true,
    });
    return items;
  }

  protected readPin(): Promise<Revealed> {
    return revealPin(this.context.hass, this.lock, this.code);
  }

  /** Read the PIN, or wait until it is read. */
  private reveal(): Promise<string | undefined> {
    this.revealing ??= this.read().finally(() => {
      this.revealing = undefined;
    });
    return this.revealing;
  }

  /** Read the PIN, and set whether it is fresh. */
  private async read(): Promise<string | undefined> {
    this.isBusy = true;
    try {
      const { pin, isFresh } = await this.readPin();
      this.isFresh = isFresh;
      return pin;
    } catch (error) {
      announce(this, errorText(error, this.context.t));
      return undefined;
    } finally {
      this.isBusy = false;
    }
  }

  private async show(): Promise<void> {
    const { code } = this;
    const pin = await this.reveal();
    if (!pin) return;
    this.display(pin, code);
    if (!this.isFresh) announce(this, this.context.t("pin_not_fresh"));
  }

  private display(pin: string, { access_code_id }: Code): void {
    // The list may show another code in this row by now.
    if (!this.isConnected || this.code.access_code_id !== access_code_id) return;
    this.pin = pin;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.hide(), PIN_MILLISECONDS);
  }

  private hide(): void {
    window.clearTimeout(this.timer);
    this.pin = undefined;
  }

  private async copy(): Promise<void> {
    const { code, context } = this;
    const { t } = context;
    const revealed = this.pin ? Promise.resolve(this.pin) : this.reveal();
    const isCopied = await copy(revealed, this);
    const pin = await revealed;
    if (!pin) return;
    if (!isCopied) this.display(pin, code);
    const done = t(isCopied ? "copied" : "copy_failed");
    announce(this, this.isFresh ? done : [done, t("pin_not_fresh")].join(" · "));
  }

  static controlStyles = css`
    .pin {
      font-size: 1.25rem;
      font-weight: 500;
      letter-spacing: 0.12em;
      font-variant-numeric: tabular-nums;
      user-select: all;
    }
    .more {
      margin-inline-start: -8px;
    }
  `;
}

/** Shows the PIN of a stay, and has the menu of its first code. */
@element("seam-stay-controls")
export class SeamStayControls extends CodeControls {
  /** The codes of the stay on all locks. */
  @property({ attribute: false }) entries: readonly Entry[] = [];

  protected override render() {
    return html`${this.pinOutput()}${this.buttons()}`;
  }

  protected override async readPin(): Promise<Revealed> {
    const { entries, context } = this;
    const results = await Promise.allSettled(
      entries.map(({ lock, code }) => revealPin(context.hass, lock, code)),
    );
    const revealed = results.flatMap((result) =>
      result.status === "fulfilled" ? result.value : [],
    );
    const errors = results.flatMap((result) =>
      result.status === "rejected" ? [result.reason] : [],
    );
    const pins = results.map((result) =>
      result.status === "fulfilled" ? result.value.pin : undefined,
    );
    if (errors.length > 0 && !pins.some((pin) => pin)) throw errors[0];
    for (const text of new Set(errors.map((error) => errorText(error, context.t))))
      announce(this, text);
    const isFresh = revealed.every((one) => one.isFresh);
    if (new Set(pins).size < 2) return { pin: pins[0], isFresh };
    const named = pins.map((pin, i) => `${entries[i]?.lock.name}: ${pin ?? "–"}`);
    return { pin: named.join(", "), isFresh };
  }

  static override styles = [
    shared,
    CodeControls.controlStyles,
    css`
      :host {
        display: contents;
      }
      .pin {
        overflow-wrap: anywhere;
      }
      @media (max-width: 480px) {
        .pin {
          grid-area: 3 / 1;
        }
        .reveal {
          grid-area: 1 / 2 / span 2;
        }
        .more {
          grid-area: 1 / 3 / span 2;
        }
      }
    `,
  ];
}
