import { LitElement, type PropertyValues } from "lit";
import { property, state } from "lit/decorators.js";
import { type Translate, translate } from "./language";
import { zoneOf } from "./logic/formats";
import { toLocal } from "./logic/times";
import { type State, type Store, storeOf } from "./store";
import type { HomeAssistant } from "./types";

/** What all elements need. It only changes when all of them have to render again. */
export interface Context {
  readonly hass: HomeAssistant;
  readonly t: Translate;
  readonly isAdmin: boolean;
  readonly connected: boolean;
  /** Whether what is shown may be true now: Home Assistant says what changes. */
  readonly isCurrent: boolean;
  /** Whether the page has to be reloaded, as the integration was updated. */
  readonly outdated: boolean;
  /** The current date in the time zone that is shown. */
  readonly date: string;
}

/** An element that Home Assistant creates, and to which it keeps assigning a new `hass`. */
export class SeamHost extends LitElement {
  @property({ attribute: false }) hass!: HomeAssistant;
  @state() protected snapshot: State | undefined;
  @state() protected failed = false;
  @state() protected context!: Context;
  /** Changes every minute. */
  @state() protected now = new Date();

  private store: Store | undefined;
  private stopListening: (() => void) | undefined;
  private timer = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = window.setInterval(() => {
      this.now = new Date();
      this.changed();
    }, 60_000);
    if (this.hass) this.listen();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.clearInterval(this.timer);
    this.stopListening?.();
    this.stopListening = undefined;
    this.store = undefined;
  }

  private listen(): void {
    // Home Assistant goes on updating cards that it has hidden.
    if (!this.isConnected) return;
    const store = storeOf(this.hass);
    if (store === this.store) return;
    this.stopListening?.();
    this.store = store;
    this.stopListening = store.listen(() => this.changed());
    this.changed();
  }

  private changed(): void {
    if (!this.store) return;
    this.snapshot = this.store.state;
    this.failed = this.store.failed;
    const { hass } = this;
    const next: Context = {
      hass,
      t: translate(hass.language, () => this.changed(), hass.locale.number_format),
      isAdmin: this.snapshot?.isAdmin ?? false,
      connected: this.store.connected,
      isCurrent: this.store.connected && !this.failed,
      outdated: this.store.outdated,
      date: toLocal(new Date(), zoneOf(hass)).slice(0, 10),
    };
    // For the pickers of dates and times.
    this.style.colorScheme = hass.themes.darkMode ? "dark" : "light";
    const old = this.context;
    if (
      old?.t !== next.t ||
      old.isAdmin !== next.isAdmin ||
      old.connected !== next.connected ||
      old.isCurrent !== next.isCurrent ||
      old.outdated !== next.outdated ||
      old.date !== next.date ||
      old.hass.locale !== hass.locale ||
      old.hass.entities !== hass.entities ||
      old.hass.config.time_zone !== hass.config.time_zone ||
      old.hass.connection !== hass.connection
    ) {
      this.context = next;
    }
  }

  protected override shouldUpdate(changes: PropertyValues): boolean {
    if (changes.has("hass")) {
      this.listen();
      this.changed();
    }
    const before: HomeAssistant | undefined = changes.get("hass");
    return (
      Boolean(this.context) &&
      ([...changes.keys()].some((key) => key !== "hass") ||
        // It is another function after texts or entities have changed.
        before?.formatEntityAttributeValue !== this.hass.formatEntityAttributeValue)
    );
  }
}
