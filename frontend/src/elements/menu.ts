import { css, html, LitElement, nothing } from "lit";
import { property, query } from "lit/decorators.js";
import { element } from "../element";
import { icon } from "../parts";
import { shared } from "../styles";

export interface MenuItem {
  text: string;
  icon: string;
  /** The reason if this is not possible now. */
  disabled?: string | undefined;
  isDangerous?: boolean;
  run: () => void;
}

/** A menu that is open from when it is added until it reports that it closed. */
@element("seam-menu")
export class SeamMenu extends LitElement {
  @property({ attribute: false }) label = "";
  @property({ attribute: false }) items: readonly MenuItem[] = [];
  /** The button that opened it. */
  @property({ attribute: false }) anchor!: HTMLElement;
  @query("[popover]") private popup!: HTMLElement;
  private isClosed = false;

  protected override render() {
    return html`
      <div
        popover="auto"
        role="menu"
        aria-label=${this.label}
        @toggle=${this.toggled}
        @keydown=${this.move}
      >
        ${this.items.map(
          (item, index) => html`
            <button
              role="menuitem"
              tabindex="-1"
              class=${item.isDangerous ? "danger" : ""}
              aria-disabled=${item.disabled ? "true" : nothing}
              aria-describedby=${item.disabled ? `reason-${index}` : nothing}
              @click=${() => this.choose(item)}
            >
              ${icon(item.icon)}
              <span>
                ${item.text}
                ${
                  item.disabled
                    ? html`<small id="reason-${index}">${item.disabled}</small>`
                    : nothing
                }
              </span>
            </button>
          `,
        )}
      </div>
    `;
  }

  protected override firstUpdated(): void {
    const { popup } = this;
    popup.showPopover();
    const anchor = this.anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = popup;
    const isRtl = getComputedStyle(this).direction === "rtl";
    const left = isRtl ? anchor.left : anchor.right - width;
    const fitsBelow = anchor.bottom + height <= window.innerHeight - 8;
    const top = fitsBelow ? anchor.bottom : Math.max(8, anchor.top - height);
    popup.style.left = `${Math.max(8, Math.min(left, window.innerWidth - width - 8))}px`;
    popup.style.top = `${Math.max(8, Math.min(top, window.innerHeight - height - 8))}px`;
    this.entries[0]?.focus();
  }

  close(): void {
    this.popup.hidePopover();
    this.report();
  }

  private get entries(): HTMLElement[] {
    return [...this.popup.querySelectorAll<HTMLElement>("[role=menuitem]")];
  }

  private toggled(event: ToggleEvent): void {
    if (event.newState === "closed") this.report();
  }

  // The event of the popup comes late, when the next key may have opened another menu.
  private report(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.dispatchEvent(new Event("seam-closed"));
  }

  private choose(item: MenuItem): void {
    if (item.disabled) return;
    this.close();
    // Dialogs return the focus to where it was when they opened.
    this.anchor.focus();
    item.run();
  }

  private move(event: KeyboardEvent): void {
    const { entries } = this;
    const current = entries.indexOf(this.shadowRoot?.activeElement as HTMLElement);
    const target = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      Home: 0,
      End: entries.length - 1,
    }[event.key];
    if (target !== undefined) {
      event.preventDefault();
      entries.at(target % entries.length)?.focus();
    } else if (event.key === "Tab") {
      this.close();
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
      this.anchor.focus();
    }
  }

  static override styles = [
    shared,
    css`
      :host {
        display: contents;
      }
      [popover] {
        position: fixed;
        inset: auto;
        margin: 0;
        padding: 8px 0;
        border: 0;
        border-radius: 12px;
        min-width: 220px;
        max-width: min(340px, calc(100vw - 16px));
        max-height: calc(100vh - 16px);
        overflow-y: auto;
        background: var(--card-background-color);
        color: var(--primary-text-color);
        box-shadow: 0 4px 16px rgb(0 0 0 / 30%);
      }
      [role="menuitem"] {
        display: flex;
        justify-content: flex-start;
        width: 100%;
        gap: 16px;
        padding: 8px 16px;
        border-radius: 0;
        font-weight: 400;
        text-align: start;
      }
      [role="menuitem"]:focus-visible {
        outline-offset: -2px;
      }
      [role="menuitem"] svg {
        color: var(--secondary-text-color);
      }
      .danger,
      .danger svg {
        color: var(--seam-error-text) !important;
      }
      [aria-disabled="true"] {
        cursor: default;
        color: var(--secondary-text-color);
      }
      [aria-disabled="true"] svg {
        opacity: 0.5;
      }
      small {
        display: block;
        font-size: 0.875rem;
        color: var(--secondary-text-color);
      }
    `,
  ];
}
