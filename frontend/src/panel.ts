import { mdiArrowLeft, mdiPlus } from "@mdi/js";
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { property } from "lit/decorators.js";
import { navigate } from "./api";
import { SeamActions } from "./dialogs/host";
import { element } from "./element";
import type { Key } from "./language";
import { namedZone } from "./logic/formats";
import { countFound } from "./logic/groups";
import { panelStyles } from "./panel-styles";
import { banners, icon } from "./parts";
import { lacksLocks, type State } from "./store";
import { shared, toastStyles } from "./styles";
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

  static override styles = [shared, toastStyles, panelStyles];
}
