import { closest } from "./language";
import { compareTexts } from "./logic/groups";
import { loadTexts, localized } from "./texts";
import type {
  Code,
  Connection,
  Entry,
  HomeAssistant,
  Lock,
  Options,
  Stays,
  SubscriptionEvent,
} from "./types";

export const RETRY_MILLISECONDS = 3000;

/** Return whether a page has loaded this module before the integration was updated. */
export function isOutdated(url: string, version: string): boolean {
  const [, loaded] = /\/seam_frontend\/([^/]+)\/[^/]+$/.exec(url) ?? [];
  return loaded !== undefined && loaded !== version;
}

export interface State {
  readonly entries: readonly Entry[];
  readonly locks: readonly Lock[];
  /** The IDs of locks from before a restart, of entries that are not loaded yet. */
  readonly kept: ReadonlySet<string>;
  readonly stays: readonly Stays[];
  readonly options: Options;
  readonly isAdmin: boolean;
}

/** Return the IDs of the entries whose locks may have changed since they were read. */
export function unavailableIds(entries: readonly Entry[]): ReadonlySet<string> {
  return new Set(
    entries.filter(({ available }) => !available).map(({ entry_id }) => entry_id),
  );
}

/** Return whether there may be locks that are not known yet, as while Home Assistant starts. */
export function lacksLocks({ entries, locks }: State): boolean {
  const known = new Set(locks.map(({ entry_id }) => entry_id));
  return [...unavailableIds(entries)].some((id) => !known.has(id));
}

/** Return a list whose unchanged codes are the previous objects. */
function keepUnchanged(previous: Lock | undefined, lock: Lock): Lock {
  if (!previous) return lock;
  const known = new Map(previous.codes.map((code) => [code.access_code_id, code]));
  const codes = lock.codes.map((code): Code => {
    const old = known.get(code.access_code_id);
    return old && JSON.stringify(old) === JSON.stringify(code) ? old : code;
  });
  return { ...lock, codes };
}

/** Return the stays after an event, the same list if none of them has changed. */
function changedStays(
  previous: readonly Stays[],
  changed: readonly Stays[] = [],
  removed: readonly string[] = [],
): readonly Stays[] {
  if (changed.length + removed.length === 0) return previous;
  const rows = new Map(previous.map((row) => [row.subentry_id, row]));
  for (const row of withKnown(previous, changed)) rows.set(row.subentry_id, row);
  for (const id of removed) rows.delete(id);
  return [...rows.values()];
}

/** Return rows with the stays known before. After a restart, they are not sent at once. */
function withKnown(previous: readonly Stays[], rows: readonly Stays[]): Stays[] {
  const known = new Map(previous.map((row) => [row.subentry_id, row.stays]));
  return rows.map((row) => ({
    ...row,
    stays: row.stays ?? known.get(row.subentry_id) ?? null,
  }));
}

/** Return the locks of entries that are not loaded: all locks of one are sent at once. */
function stillWaiting(
  locks: Iterable<Lock>,
  sent: readonly Lock[],
  entries: readonly Entry[],
): Lock[] {
  const waiting = new Set(unavailableIds(entries));
  for (const { entry_id } of sent) waiting.delete(entry_id);
  return [...locks].filter(({ entry_id }) => waiting.has(entry_id));
}

/** Return the state after an event. */
export function reduce(
  state: State | undefined,
  event: SubscriptionEvent,
): State | undefined {
  const previous = new Map(state?.locks.map((lock) => [lock.device_id, lock]));
  const sorted = (locks: Iterable<Lock>) =>
    [...locks].sort((a, b) => compareTexts(a.name, b.name));
  if (event.type === "all") {
    const locks = new Map(
      event.locks.map((lock) => [
        lock.device_id,
        keepUnchanged(previous.get(lock.device_id), lock),
      ]),
    );
    const kept = stillWaiting(previous.values(), event.locks, event.entries);
    for (const lock of kept) locks.set(lock.device_id, lock);
    return {
      entries: event.entries,
      locks: sorted(locks.values()),
      kept: new Set(kept.map(({ device_id }) => device_id)),
      stays: withKnown(state?.stays ?? [], event.stays),
      options: event.options,
      isAdmin: event.is_admin,
    };
  }
  if (!state) return undefined;
  const entries = event.entries ?? state.entries;
  const locks = new Map(previous);
  const old = state.locks.filter(({ device_id }) => state.kept.has(device_id));
  const kept = new Set(
    stillWaiting(old, event.locks, entries).map(({ device_id }) => device_id),
  );
  // Home Assistant has not sent them since, so it does not say if they are removed.
  for (const { device_id } of old) if (!kept.has(device_id)) locks.delete(device_id);
  for (const id of event.removed) locks.delete(id);
  for (const lock of event.locks) {
    locks.set(lock.device_id, keepUnchanged(previous.get(lock.device_id), lock));
  }
  return {
    ...state,
    entries,
    kept,
    options: event.options ?? state.options,
    stays: changedStays(state.stays, event.stays, event.removed_stays),
    locks: sorted(locks.values()),
  };
}

/** The subscription that all elements of a page share. */
export class Store {
  state: State | undefined;
  connected = true;
  /** Whether Home Assistant does not know the command, as Seam is not set up. */
  failed = false;
  outdated = false;

  private readonly listeners = new Set<() => void>();
  private unsubscribe: (() => Promise<void>) | undefined;
  private attempt = 0;

  constructor(
    private readonly connection: Connection,
    private language = "en",
  ) {}

  /** Use another language from now on. */
  speak(language: string): void {
    if (language === this.language) return;
    this.language = language;
    if (this.listeners.size === 0) return;
    this.stop();
    this.start();
  }

  /** Call a listener on every change; return how to stop that. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.start();
    return () => {
      if (this.listeners.delete(listener) && this.listeners.size === 0) this.stop();
    };
  }

  private start(): void {
    this.connection.addEventListener("ready", this.subscribe);
    this.connection.addEventListener("disconnected", this.disconnected);
    this.connected = this.connection.connected;
    if (this.connected) void this.subscribe();
  }

  private stop(): void {
    this.connection.removeEventListener("ready", this.subscribe);
    this.connection.removeEventListener("disconnected", this.disconnected);
    this.attempt += 1;
    this.unsubscribe?.().catch(() => {});
    this.unsubscribe = undefined;
  }

  // The connection would resubscribe by itself, but only once. After a restart, Home
  // Assistant accepts connections before the integration is set up.
  private readonly subscribe = async (): Promise<void> => {
    this.attempt += 1;
    const attempt = this.attempt;
    this.connected = true;
    const { connection, language } = this;
    const isCurrent = () => attempt === this.attempt;
    // Without them, there is little to say, but everything can be done.
    const texts = loadTexts(connection, language, isCurrent).catch(() => {});
    try {
      const unsubscribe = await connection.subscribeMessage<SubscriptionEvent>(
        async (message) => {
          // Messages stay in order.
          await texts;
          if (!isCurrent()) return;
          const event = localized(connection, message);
          this.failed = false;
          if (event.type === "all") {
            this.outdated = isOutdated(import.meta.url, event.version);
          }
          try {
            this.state = reduce(this.state, event);
          } finally {
            // Another version may send what this one does not understand.
            this.notify();
          }
        },
        { type: "seam/subscribe" },
        { resubscribe: false },
      );
      if (!isCurrent()) unsubscribe().catch(() => {});
      else this.unsubscribe = unsubscribe;
    } catch {
      if (!isCurrent()) return;
      this.failed = true;
      setTimeout(() => {
        if (isCurrent()) void this.subscribe();
      }, RETRY_MILLISECONDS);
    }
    this.notify();
  };

  private readonly disconnected = (): void => {
    this.attempt += 1;
    this.connected = false;
    this.unsubscribe = undefined;
    this.notify();
  };

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}

const stores = new WeakMap<Connection, Store>();

/** Return the store of a connection, in the language of the user. */
export function storeOf({ connection, language }: HomeAssistant): Store {
  let store = stores.get(connection);
  if (!store) {
    store = new Store(connection, closest(language));
    stores.set(connection, store);
  }
  store.speak(closest(language));
  return store;
}
