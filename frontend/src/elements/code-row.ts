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
import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { property, query, state } from "lit/decorators.js";
import { codeCommand, errorText } from "../api";
import { copy } from "../clipboard";
import type { Context } from "../context";
import { element } from "../element";
import { label, ownProblems } from "../logic/groups";
import {
  type ActionDetail,
  announce,
  ask,
  icon,
  problems,
  stateChip,
  timesText,
} from "../parts";
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

/** Return the names of the other codes on the lock with the same PIN. */
export function samePinAs(lock: Lock, { same_pin_as }: Code): string {
  return same_pin_as
    .flatMap(
      (id) => lock.codes.find(({ access_code_id }) => access_code_id === id) ?? [],
    )
    .map(label)
    .join(", ");
}

/** A code with its state and its menu. */
@element("seam-code-row")
export class SeamCodeRow extends LitElement {
  @property({ attribute: false }) context!: Context;
  @property({ attribute: false }) code!: Code;
  /** It is a new object with each change of any code of the lock. */
  @property({ attribute: false, hasChanged: isShownDifferently }) lock!: Lock;
  /** The names of the codes with the same PIN. */
  @property({ attribute: false }) samePinAs = "";
  /** Shown instead of the times. */
  @property({ attribute: false }) note = "";
  /** Why the code needs attention, if a problem that is shown elsewhere is the reason. */
  @property({ attribute: false }) reason = "";
  /** Whether to say which lock this is about. */
  @property({ type: Boolean }) withLock = false;
  @property({ type: Boolean }) withProblems = false;
  @state() private pin: string | undefined;
  @state() private isBusy = false;
  @state() private isMenuOpen = false;
  @query(".more") private more!: HTMLButtonElement | null;
  @query("seam-menu") private menu!: SeamMenu | null;
  private timer = 0;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.hide();
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

  protected override render() {
    const { code, context, lock } = this;
    const { t } = context;
    const name = label(code);
    const own = this.withProblems ? ownProblems(code, lock) : [];
    return html`
      <div class="row">
        <div class="text">
          <div class="cut" title=${name}><bdi>${name}</bdi></div>
          <div class="secondary times">
            ${this.note || timesText(context, code)}
            ${
              this.withLock
                ? html`·
                    <a class="link" href="/seam/codes/${code.access_code_id}"
                      ><bdi>${lock.name}</bdi></a
                    >`
                : nothing
            }
          </div>
          ${this.reason ? html`<div class="secondary"><bdi>${this.reason}</bdi></div>` : nothing}
          ${
            this.samePinAs
              ? html`<div class="secondary">
                  ${t("same_pin", { names: this.samePinAs })}
                </div>`
              : nothing
          }
        </div>
        ${
          this.pin
            ? html`<output class="pin" aria-label=${t("pin_of", { name })}
                >${this.pin}</output
              >`
            : nothing
        }
        <div class="chips">
          ${code.is_backup ? html`<span class="chip plain">${t("backup")}</span>` : nothing}
          ${
            code.is_one_time_use
              ? html`<span class="chip plain">${t("one_time")}</span>`
              : nothing
          }
          ${
            code.is_offline_access_code
              ? html`<span class="chip plain">${t("offline_code")}</span>`
              : nothing
          }
          ${stateChip(context, code.state)}
        </div>
        ${
          context.isAdmin
            ? html`<button
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
                }`
            : nothing
        }
      </div>
      ${
        own.length > 0
          ? html`<div class="problems">
              ${problems(this, context, lock, own, code)}
            </div>`
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
        items.push(
          item("extend", t("extend"), mdiCalendarPlus, asking("extend")),
          item("end", t("end_now"), mdiClockEnd, asking("end")),
        );
        if (code.is_backup_access_code_available) {
          items.push(
            item("pull_backup", t("use_backup"), mdiLifebuoy, asking("pull_backup")),
          );
        }
      }
      items.push(item("release", t("release"), mdiLinkOff, asking("release")));
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

  private async reveal(): Promise<string | undefined> {
    if (this.isBusy) return undefined;
    this.isBusy = true;
    try {
      const row = await codeCommand(this.context.hass, "reveal", this.lock, this.code);
      return row.code ?? undefined;
    } catch (error) {
      announce(this, errorText(error, this.context.t));
      return undefined;
    } finally {
      this.isBusy = false;
    }
  }

  private async show(): Promise<void> {
    const pin = await this.reveal();
    if (pin) this.display(pin);
  }

  private display(pin: string): void {
    if (!this.isConnected) return;
    this.pin = pin;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.hide(), PIN_MILLISECONDS);
  }

  private hide(): void {
    window.clearTimeout(this.timer);
    this.pin = undefined;
  }

  private async copy(): Promise<void> {
    const { t } = this.context;
    const revealed = this.pin ? Promise.resolve(this.pin) : this.reveal();
    const isCopied = await copy(revealed, this);
    const pin = await revealed;
    if (!pin) return;
    if (!isCopied) this.display(pin);
    announce(this, t(isCopied ? "copied" : "copy_failed"));
  }

  static override styles = [
    shared,
    css`
      :host {
        display: block;
        container-type: inline-size;
      }
      .row {
        display: flex;
        align-items: center;
        gap: 4px 12px;
        padding-block: 8px;
        padding-inline: 16px 4px;
        min-height: 56px;
      }
      :host(:not([admin])) .row {
        padding-inline-end: 16px;
      }
      :host([selected]) .row {
        background: color-mix(in srgb, var(--primary-color) 12%, transparent);
      }
      .text {
        flex: 1;
        min-width: 0;
      }
      .chips {
        display: flex;
        gap: 6px;
        flex-wrap: wrap;
        justify-content: flex-end;
      }
      .pin {
        font-size: 1.25rem;
        font-weight: 500;
        letter-spacing: 0.12em;
        font-variant-numeric: tabular-nums;
        user-select: all;
      }
      .problems {
        display: grid;
        gap: 8px;
        padding: 0 16px 12px;
      }
      .more {
        margin-inline-start: -8px;
      }
      @container (max-width: 480px) {
        .row {
          display: grid;
          grid-template-columns: minmax(0, 1fr) auto auto;
          gap: 2px 0;
        }
        .text {
          grid-area: 1 / 1;
        }
        .chips {
          grid-area: 2 / 1;
          justify-content: flex-start;
        }
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
