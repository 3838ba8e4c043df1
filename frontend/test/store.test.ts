import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { code, home, lock } from "../dev/fake";
import { reduce, Store } from "../src/store";
import { textOf } from "../src/texts";
import type { Connection, SubscriptionEvent } from "../src/types";

const all = (locks = home()): SubscriptionEvent => ({
  type: "all",
  entries: [],
  locks: structuredClone(locks),
  stays: [],
  options: { check_in: "15:00", check_out: "11:00" },
  is_admin: true,
  version: "1.0.0",
});

describe("the snapshot", () => {
  test("keeps the objects of unchanged codes, so that only changed rows render", () => {
    const setting = code("B", "setting");
    const door = lock("Door", [code("A", "active"), setting]);
    const before = reduce(undefined, all([door]));
    setting.state = "active";
    const changed = structuredClone(door);
    const after = reduce(before, { type: "changed", locks: [changed], removed: [] });
    const [old, now] = [before, after].map((state) => state?.locks[0]?.codes);
    expect(now?.[0]).toBe(old?.[0]);
    expect(now?.[1]).not.toBe(old?.[1]);
    expect(now?.[1]?.state).toBe("active");
  });

  test("adds and removes locks, in the order of their names", () => {
    const before = reduce(undefined, all([lock("Room 10", []), lock("Room 2", [])]));
    const after = reduce(before, {
      type: "changed",
      locks: [lock("Attic", [])],
      removed: ["device-room_10"],
    });
    expect(before?.locks.map(({ name }) => name)).toEqual(["Room 2", "Room 10"]);
    expect(after?.locks.map(({ name }) => name)).toEqual(["Attic", "Room 2"]);
  });
});

describe("after a restart", () => {
  const [door, gate] = [lock("Door", []), lock("Gate", [])];
  const boat = lock("Boat", [], { entry_id: "boats" });
  const entries = (...available: [flats: boolean, boats: boolean]) =>
    [door, boat].map(({ entry_id }, i) => ({
      entry_id,
      title: entry_id,
      error: null,
      conversion: null,
      available: available[i] ?? false,
    }));
  type Rows = (typeof door)[];
  const first = (locks: Rows, ...available: [boolean, boolean]) =>
    ({ ...all(locks), entries: entries(...available) }) as SubscriptionEvent;
  const later = (locks: Rows, ...available: [boolean, boolean]): SubscriptionEvent => ({
    type: "changed",
    locks,
    removed: [],
    entries: entries(...available),
  });
  const shown = (...events: SubscriptionEvent[]) =>
    [first([door, gate, boat], true, true), ...events]
      .reduce(reduce, undefined as ReturnType<typeof reduce>)
      ?.locks.map(({ name }) => name);

  test.each<[string, SubscriptionEvent[], string[]]>([
    ["nothing is loaded", [first([], false, false)], ["Boat", "Door", "Gate"]],
    [
      "all is loaded, without a lock",
      [first([door, boat], true, true)],
      ["Boat", "Door"],
    ],
    [
      "an entry is loaded that Seam does not answer",
      [first([door], false, true)],
      ["Door"],
    ],
    [
      "entries are loaded later, one of them without a lock",
      [first([], false, false), later([door], true, false)],
      ["Boat", "Door"],
    ],
    [
      "an entry is loaded later that Seam does not answer",
      [first([], false, false), later([gate], false, false)],
      ["Boat", "Gate"],
    ],
    [
      "an entry has no lock any more",
      [first([], false, false), later([], true, false)],
      ["Boat"],
    ],
    [
      "a lock changes while another entry starts",
      [
        first([door, gate], true, false),
        later([door], true, false),
        later([door], true, false),
      ],
      ["Boat", "Door", "Gate"],
    ],
    ["an entry is gone", [first([door, gate], true, true)], ["Door", "Gate"]],
  ])("shows the locks that exist as far as known: %s", (_, events, names) => {
    expect(shown(...events)).toEqual(names);
  });
});

describe("the subscription", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  class FakeConnection implements Connection {
    connected = true;
    refuse = false;
    callbacks: ((event: SubscriptionEvent) => void)[] = [];
    languages: unknown[] = [];
    unsubscribed = 0;
    listeners = { ready: new Set<() => void>(), disconnected: new Set<() => void>() };

    sendMessagePromise = async <T>({ category, language }: Record<string, unknown>) => {
      if (category === "selector") this.languages.push(language);
      const resources = {
        "component.seam.selector.advice.options.wait": `{name}: wait (${language})`,
      };
      return { resources: category === "selector" ? resources : {} } as T;
    };
    subscribeMessage = async <T>(callback: (message: T) => void) => {
      if (this.refuse) throw { code: "unknown_command" };
      this.callbacks.push(callback as (event: SubscriptionEvent) => void);
      callback(all() as T);
      return async () => {
        this.unsubscribed += 1;
      };
    };
    addEventListener = (type: "ready" | "disconnected", listener: () => void) => {
      this.listeners[type].add(listener);
    };
    removeEventListener = (type: "ready" | "disconnected", listener: () => void) => {
      this.listeners[type].delete(listener);
    };
    fire(type: "ready" | "disconnected") {
      for (const listener of this.listeners[type]) listener();
    }
  }

  test("is shared, and ends with the last listener", async () => {
    const connection = new FakeConnection();
    const store = new Store(connection);
    const stops = [store.listen(() => {}), store.listen(() => {})];
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.callbacks).toHaveLength(1);
    for (const stop of stops) stop();
    expect(connection.unsubscribed).toBe(1);
    expect(connection.listeners.ready.size).toBe(0);
  });

  test("keeps what it knows while the connection is lost, and starts again", async () => {
    const connection = new FakeConnection();
    const store = new Store(connection);
    store.listen(() => {});
    await vi.advanceTimersByTimeAsync(0);
    connection.fire("disconnected");
    expect(store.connected).toBe(false);
    expect(store.state?.locks).toHaveLength(3);
    connection.fire("ready");
    await vi.advanceTimersByTimeAsync(0);
    expect(store.connected).toBe(true);
    expect(connection.callbacks).toHaveLength(2);
  });

  test("has the texts of the language of the user", async () => {
    const advice = {
      translation_key: "selector.advice.options.wait",
      // A name may look like a placeholder.
      translation_placeholders: { name: "{name}" },
    };
    const connection = new FakeConnection();
    const store = new Store(connection, "de");
    const seen: unknown[] = [];
    store.listen(() => seen.push(store.state?.locks[0]?.problems));
    await vi.advanceTimersByTimeAsync(0);
    const door = { ...lock("Door", []), problems: [{ advice }] };
    const sent = { ...all([]), locks: [door] } as unknown as SubscriptionEvent;
    connection.callbacks[0]?.(sent);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.at(-1)).toEqual([{ advice: "{name}: wait (de)" }]);
    store.speak("de");
    store.speak("fr");
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.languages).toEqual(["de", "fr"]);
    expect(connection.unsubscribed).toBe(1);
    connection.callbacks[1]?.(sent);
    await vi.advanceTimersByTimeAsync(0);
    expect(seen.at(-1)).toEqual([{ advice: "{name}: wait (fr)" }]);
  });

  test("ignores late texts of another language", async () => {
    const wait = "selector.advice.options.wait";
    const connection = new FakeConnection();
    const store = new Store(connection, "de");
    const answers: (() => void)[] = [];
    const send = connection.sendMessagePromise;
    connection.sendMessagePromise = async <T>(message: Record<string, unknown>) => {
      await new Promise<void>((resolve) => answers.push(resolve));
      return send<T>(message);
    };
    store.listen(() => {});
    store.speak("fr");
    for (const answer of answers.splice(2)) answer();
    await vi.advanceTimersByTimeAsync(0);
    for (const answer of answers) answer();
    await vi.advanceTimersByTimeAsync(0);
    expect(connection.languages).toEqual(["fr", "de"]);
    expect(textOf(connection, wait, { name: "Ada" })).toBe("Ada: wait (fr)");
  });

  test("is tried again until Seam is set up", async () => {
    const connection = new FakeConnection();
    connection.refuse = true;
    const store = new Store(connection);
    store.listen(() => {});
    await vi.advanceTimersByTimeAsync(4000);
    expect(store.failed).toBe(true);
    connection.refuse = false;
    await vi.advanceTimersByTimeAsync(4000);
    expect(store.failed).toBe(false);
    expect(store.state?.isAdmin).toBe(true);
  });
});
