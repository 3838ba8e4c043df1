import { mdiArrowLeft, mdiPlus } from "@mdi/js";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { navigate } from "./api";
import { SeamActions } from "./dialogs/host";
import { element } from "./element";
import type { Key } from "./language";
import { namedZone } from "./logic/formats";
import { countFound } from "./logic/groups";
import { banners, icon } from "./parts";
import { lacksLocks, type State } from "./store";
import { shared } from "./styles";
import type { Lock, Route } from "./types";
import "./views/activity";
import "./views/conversion";
import "./views/found";
import "./views/lock-page";
import "./views/locks";
import "./views/stays";
import "./views/timeline";
import "./views/today";

const PATH = "/seam";
const TABS: readonly (readonly [path: string, key: Key])[] = [
  ["", "today"],
  ["locks", "locks"],
  ["timeline", "timeline"],
  ["stays", "stays"],
  ["found", "found_codes"],
  ["activity", "activity"],
];

/** Return a part of the address, which anybody may have typed. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The panel in the sidebar. */
@element("seam-panel")
export class SeamPanel extends SeamActions {
  @property({ attribute: false }) narrow = false;
  @property({ attribute: false }) route: Route = { prefix: PATH, path: "" };
  /** How far each page was scrolled when it was left. */
  private readonly positions = new Map<string, number>();
  private isBack = false;
  /** The address of the page that the user is on. */
  private address = location.pathname;
  /** The lock of the code in the address, which may since be gone. */
  private lockOfCode: { codeId: string; deviceId: string } | undefined;

  protected override render() {
    const { context, snapshot } = this;
    const { t, isAdmin, connected } = context;
    const [tab = "", id = ""] = this.route.path.split("/").filter(Boolean).map(decoded);
    const { lock, codeId } = this.target(tab, id);
    const zone = namedZone(context.hass, [this.now]);
    const isPage = tab === "lock" || tab === "codes";
    const canAdd =
      isAdmin &&
      Boolean(lock ? lock.can.create === true : snapshot?.locks.length) &&
      tab !== "found" &&
      tab !== "stays" &&
      tab !== "activity";
    return html`
      <header>
        <div class="bar">
          ${
            isPage
              ? html`<button
                  class="icon back"
                  aria-label=${t("back")}
                  @click=${this.goBack}
                >
                  ${icon(mdiArrowLeft)}
                </button>`
              : html`<ha-menu-button
                  .hass=${this.hass}
                  .narrow=${this.narrow}
                ></ha-menu-button>`
          }
          <h1 class="cut" tabindex="-1"><bdi>${isPage && lock ? lock.name : t("title")}</bdi></h1>
          ${
            canAdd
              ? html`<button
                  class="add"
                  ?disabled=${!connected}
                  @click=${() => this.act(lock ? { action: "add", lock } : { action: "add" })}
                >
                  ${icon(mdiPlus)}<span>${t("add_guest")}</span>
                </button>`
              : nothing
          }
        </div>
        ${
          isPage
            ? nothing
            : html`<nav aria-label=${t("sections")}>
                ${TABS.filter(
                  // Only administrators can add some.
                  ([path]) => path !== "stays" || isAdmin || snapshot?.stays.length,
                ).map(
                  ([path, key]) => html`<a
                    href=${path ? `${PATH}/${path}` : PATH}
                    aria-current=${path === tab ? "page" : nothing}
                    >${t(key)}${
                      key === "found_codes" ? this.badge(snapshot) : nothing
                    }</a
                  >`,
                )}
              </nav>`
        }
      </header>
      <main>
        <div class="content">
          ${banners(context, snapshot)}
          ${snapshot ? this.page(snapshot, tab, lock, codeId) : this.waiting()}
          ${zone ? html`<p class="secondary zone">${t("time_zone", { zone })}</p>` : nothing}
        </div>
      </main>
      ${this.overlay()}
    `;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("popstate", this.rememberBack);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("popstate", this.rememberBack);
  }

  private readonly rememberBack = (): void => {
    // A dialog that closes goes back, too, but stays on the page.
    this.isBack = location.pathname !== this.address;
  };

  protected override willUpdate(changes: PropertyValues): void {
    super.willUpdate(changes);
    const before = changes.get("route") as Route | undefined;
    if (before) this.positions.set(before.path, this.main?.scrollTop ?? 0);
  }

  protected override updated(changes: PropertyValues): void {
    super.updated(changes);
    const before = changes.get("route") as Route | undefined;
    const hasMoved = changes.has("route") && before?.path !== this.route.path;
    // On a narrow screen, not all tabs are visible. The count of found codes comes later.
    if (hasMoved || this.hasOtherTabs(changes)) {
      this.shadowRoot
        ?.querySelector("nav [aria-current]")
        ?.scrollIntoView({ block: "nearest", inline: "center" });
    }
    if (!hasMoved) return;
    if (before) void this.arrive();
  }

  /** Return whether the tabs need more or less room than before. */
  private hasOtherTabs(changes: PropertyValues): boolean {
    if (!changes.has("snapshot")) return false;
    const before = changes.get("snapshot") as State | undefined;
    if (!before || !this.snapshot) return true;
    return countFound(before.locks) !== countFound(this.snapshot.locks);
  }

  /** Start a page at its top, or where it was left, with the focus on its title. */
  private async arrive(): Promise<void> {
    const { route } = this;
    // The page renders after the panel, and Home Assistant may be told first of Back.
    await new Promise(requestAnimationFrame);
    this.address = location.pathname;
    if (route !== this.route) return;
    const { isBack } = this;
    this.isBack = false;
    if (this.main) {
      this.main.scrollTop = isBack ? (this.positions.get(route.path) ?? 0) : 0;
    }
    // What was clicked may be gone with its page.
    if (!this.shadowRoot?.activeElement) this.shadowRoot?.querySelector("h1")?.focus();
  }

  private get main(): HTMLElement | null | undefined {
    return this.shadowRoot?.querySelector("main");
  }

  private goBack(): void {
    if (history.length > 1) history.back();
    else navigate(`${PATH}/locks`);
  }

  private badge(snapshot: State | undefined): TemplateResult | typeof nothing {
    const count = snapshot ? countFound(snapshot.locks) : 0;
    return count > 0 ? html` <span class="badge">${count}</span>` : nothing;
  }

  /** Return the lock and the code that the address is about. */
  private target(tab: string, id: string): { lock?: Lock; codeId?: string } {
    const locks = this.snapshot?.locks ?? [];
    if (tab === "lock") {
      const lock = locks.find(({ device_id }) => device_id === id);
      return lock ? { lock } : {};
    }
    if (tab === "codes") {
      const known = this.lockOfCode?.codeId === id ? this.lockOfCode.deviceId : "";
      const lock =
        locks.find(({ codes }) =>
          codes.some(({ access_code_id }) => access_code_id === id),
        ) ?? locks.find(({ device_id }) => device_id === known);
      if (!lock) return { codeId: id };
      this.lockOfCode = { codeId: id, deviceId: lock.device_id };
      return { lock, codeId: id };
    }
    return {};
  }

  private waiting(): TemplateResult {
    const { t } = this.context;
    return this.failed
      ? html`<p class="note" role="status">${t("not_set_up")}</p>`
      : html`<p class="note" role="status">
          <span class="spinner"></span> ${t("loading")}
        </p>`;
  }

  private page(
    snapshot: State,
    tab: string,
    lock: Lock | undefined,
    codeId: string | undefined,
  ): TemplateResult {
    const { context } = this;
    const { t } = context;
    const { locks } = snapshot;
    if (tab === "lock" || tab === "codes") {
      if (!lock) {
        const reason = tab === "lock" ? "no_such_lock" : "no_such_code";
        return html`<p class="note">
          ${t(lacksLocks(snapshot) ? "not_set_up" : reason)}
        </p>`;
      }
      return html`<seam-lock-page
        .context=${context}
        .lock=${lock}
        .stays=${snapshot.stays}
        .selected=${codeId}
      ></seam-lock-page>`;
    }
    if (locks.length === 0) {
      return html`<p class="note">${t(this.reasonForNoLocks(snapshot))}</p>`;
    }
    switch (tab) {
      case "locks":
        return html`<seam-locks .context=${context} .locks=${locks}></seam-locks>`;
      case "timeline":
        return html`<seam-timeline
          .context=${context}
          .locks=${locks}
          .stays=${snapshot.stays}
          .now=${this.now}
        ></seam-timeline>`;
      case "stays":
        return html`<seam-stays
          .context=${context}
          .locks=${locks}
          .stays=${snapshot.stays}
          .now=${this.now}
        ></seam-stays>`;
      case "activity":
        return html`<seam-activity
          .context=${context}
          .hass=${this.hass}
          .locks=${locks}
        ></seam-activity>`;
      case "found":
        return html`<seam-found
          .context=${context}
          .locks=${locks}
          .workspaces=${snapshot.entries}
        ></seam-found>`;
      default:
        return html`<seam-today
          .context=${context}
          .snapshot=${snapshot}
          .now=${this.now}
        ></seam-today>`;
    }
  }

  private reasonForNoLocks(snapshot: State): Key {
    if (lacksLocks(snapshot)) return "not_set_up";
    if (!this.context.isAdmin) return "no_access";
    return snapshot.entries.length > 0 ? "no_locks" : "not_set_up";
  }

  static override styles = [
    shared,
    SeamActions.overlayStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        height: 100vh;
        height: 100dvh;
        background: var(--primary-background-color);
        font-family: var(--ha-font-family-body, Roboto, sans-serif);
        line-height: 1.5;
      }
      header {
        padding-top: var(--safe-area-inset-top, env(safe-area-inset-top, 0px));
        background: var(--app-header-background-color, var(--primary-color));
        color: var(--app-header-text-color, #fff);
        border-bottom: var(--app-header-border-bottom, none);
        flex: none;
      }
      .bar {
        display: flex;
        align-items: center;
        gap: 8px;
        height: var(--header-height, 56px);
        padding-inline: 8px 12px;
      }
      h1:focus {
        outline: none;
      }
      h1 {
        flex: 1;
        font-weight: 400;
        font-size: 1.25rem;
        margin-inline-start: 8px;
      }
      .bar button {
        color: inherit;
      }
      .back:dir(rtl) svg {
        scale: -1 1;
      }
      .add {
        background: color-mix(in srgb, currentcolor 14%, transparent);
      }
      header :focus-visible {
        outline-color: currentcolor;
        outline-offset: -3px;
      }
      nav {
        display: flex;
        padding-inline: 8px;
        overflow-x: auto;
        scrollbar-width: none;
      }
      /* What cannot be seen fades, until the end is reached. */
      @supports (animation-timeline: scroll()) {
        nav {
          mask: linear-gradient(to left, transparent, #000 48px) left /
            calc(100% + 48px) no-repeat;
          animation: end linear;
          animation-timeline: scroll(self inline);
        }
        nav:dir(rtl) {
          mask-image: linear-gradient(to right, transparent, #000 48px);
          mask-position: right;
          animation-direction: reverse;
        }
      }
      @keyframes end {
        from {
          mask-position: right;
        }
        to {
          mask-position: left;
        }
      }
      nav a {
        padding: 12px 16px;
        color: inherit;
        text-decoration: none;
        font-weight: 500;
        font-size: 0.9375rem;
        white-space: nowrap;
        border-bottom: 3px solid transparent;
      }
      nav a[aria-current] {
        border-bottom-color: currentcolor;
      }
      .badge {
        display: inline-block;
        min-width: 20px;
        padding: 0 6px;
        margin-inline-start: 4px;
        border-radius: 10px;
        font-size: 0.75rem;
        line-height: 20px;
        text-align: center;
        background: color-mix(in srgb, currentcolor 18%, transparent);
      }
      main {
        flex: 1;
        overflow-y: auto;
      }
      .content {
        max-width: 1040px;
        margin-inline: auto;
        padding: 16px 16px calc(88px + env(safe-area-inset-bottom, 0px));
        display: grid;
        gap: var(--seam-gap);
      }
      .zone {
        text-align: center;
      }
      .note {
        display: flex;
        justify-content: center;
        gap: 12px;
        padding: 48px 16px;
        text-align: center;
        color: var(--secondary-text-color);
      }
      @media (max-width: 600px) {
        .content {
          padding-inline: 8px;
          padding-block-start: 8px;
          --seam-gap: 12px;
        }
        nav a {
          padding-inline: 12px;
        }
        .add {
          position: fixed;
          z-index: 2;
          inset-inline-end: 16px;
          inset-block-end: calc(16px + env(safe-area-inset-bottom, 0px));
          min-height: 56px;
          border-radius: 16px;
          background: var(--seam-filled, #0b6b8f);
          color: #fff !important;
          box-shadow: 0 3px 10px rgb(0 0 0 / 35%);
        }
        .add:hover {
          background: var(--seam-filled, #0b6b8f) !important;
        }
      }
    `,
  ];
}
