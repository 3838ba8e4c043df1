/** Data and answers like those of Home Assistant, to look at the panel without one. */

import { entriesOf, people } from "../src/logic/groups";
import type {
  Code,
  CodeState,
  Connection,
  HistoryMessage,
  HomeAssistant,
  Lock,
  Problem,
  StayLock,
  Stays,
  SubscriptionEvent,
} from "../src/types";

const HOUR = 3_600_000;

const at = (hours: number) =>
  new Date(Math.round(Date.now() / HOUR) * HOUR + hours * HOUR).toISOString();

let count = 0;

export function code(name: string, state: CodeState, more: Partial<Code> = {}): Code {
  count += 1;
  const isManaged = more.is_managed ?? true;
  return {
    access_code_id: `code-${count}`,
    name,
    type: more.ends_at ? "time_bound" : "ongoing",
    state,
    starts_at: null,
    ends_at: null,
    scheduled_at: null,
    is_managed: isManaged,
    is_backup: false,
    is_backup_access_code_available: false,
    pulled_backup_access_code_id: null,
    is_offline_access_code: false,
    is_one_time_use: false,
    is_external_modification_allowed: false,
    common_code_key: null,
    errors: [],
    warnings: [],
    same_pin_as: [],
    can: {
      reveal: true,
      update: isManaged || "Seam does not manage this code. Convert it first.",
      extend: isManaged || "Seam does not manage this code. Convert it first.",
      end: state === "active" || "The code has not started yet.",
      delete: state !== "removing" || "The code is already being removed.",
      convert: !isManaged || "Seam already manages this code.",
      release: true,
      pull_backup: true,
    },
    ...more,
  };
}

export function problem(message: string, more: Partial<Problem> = {}): Problem {
  return {
    error_code: "failed_to_set_on_device",
    message,
    advice: "Seam keeps trying. Check the lock's connection.",
    scope: "access_code",
    created_at: at(-1),
    remedies: [],
    ...more,
  };
}

export function lock(name: string, codes: Code[], more: Partial<Lock> = {}): Lock {
  const id = name.toLowerCase().replace(/\W+/g, "_");
  return {
    entry_id: "entry",
    device_id: `device-${id}`,
    entity_id: `lock.${id}`,
    name,
    area: "Entrance",
    state: "locked",
    online: true,
    battery: 82,
    codes_known: true,
    unmanaged_known: true,
    may_be_outdated: false,
    free_slots: null,
    last_used: null,
    problems: [],
    rules: { lengths: [4, 5, 6], constraints: {}, name_min: null, name_max: null },
    can: { create: true, create_ongoing: true, create_offline: true, backup: true },
    codes,
    ...more,
  };
}

export function home(): Lock[] {
  const other = code("Old tenant", "active", { is_managed: false });
  const tenant = code("Tenant", "failed", {
    same_pin_as: [other.access_code_id],
    errors: [
      problem("Another code on this lock already has this PIN.", {
        error_code: "duplicate_code_on_device",
        advice: "Convert or delete the other code, or choose a new PIN for this one.",
        other_access_code_id: other.access_code_id,
        other_access_code_name: other.name,
        remedies: ["new_pin", "convert_other", "delete_other"],
      }),
    ],
  });
  const linked = { common_code_key: "key", starts_at: at(20), ends_at: at(90) };
  const offline = problem("This lock is offline.", {
    error_code: "device_offline",
    advice: "Check its power supply, Wi-Fi connection, and hub.",
    scope: "device",
    remedies: ["refresh_lock"],
  });
  return [
    lock(
      "Front Door",
      [
        tenant,
        other,
        code("Ada Lovelace", "active", { starts_at: at(-30), ends_at: at(18) }),
        code("Cleaner", "active"),
        code("Grace Hopper & family", "scheduled", linked),
        code("Backup 1", "active", { is_backup: true, ends_at: at(200) }),
        code("<img src=x onerror=alert(1)>", "active"),
        code("דירה 4 – משפחת כהן", "active", { ends_at: at(300) }),
        code("Name of a very long kind ".repeat(8), "scheduled", {
          starts_at: at(40),
          ends_at: at(160),
        }),
        code("Guest of last week", "expired", {
          starts_at: at(-300),
          ends_at: at(-100),
        }),
      ],
      { free_slots: 12, last_used: { name: "Ada Lovelace", at: at(-1) } },
    ),
    lock(
      "Back Door",
      [
        code("Grace Hopper & family", "at_risk", {
          ...linked,
          is_backup_access_code_available: true,
          errors: [
            problem("Seam could not set the code on the lock.", {
              advice: "Seam keeps trying. Meanwhile, use a backup code.",
              remedies: ["pull_backup", "refresh_lock"],
            }),
          ],
        }),
        code("Neighbour 🌻", "active", { is_managed: false }),
        code("Factory code", "active", {
          is_managed: false,
          can: {
            ...code("", "active", { is_managed: false }).can,
            convert: "Back Door does not let Seam manage this code.",
            delete: "Back Door does not let Seam delete this code.",
          },
        }),
      ],
      {
        online: false,
        state: null,
        battery: null,
        problems: [offline],
        rules: {
          lengths: [4, 6],
          constraints: { no_zeros: "PINs of Back Door must not contain a zero." },
          name_min: null,
          name_max: 32,
        },
        last_used: { name: "Neighbour 🌻", at: at(-50) },
      },
    ),
    lock("Garage", [], { battery: 12, area: null, state: "unlocked", free_slots: 0 }),
  ];
}

export function many(): Lock[] {
  const states: CodeState[] = ["active", "scheduled", "setting", "expired"];
  return [
    lock(
      "Hotel",
      Array.from({ length: 300 }, (_, i) =>
        code(`Guest ${i + 1}`, states[i % 4] ?? "active", {
          ...(i % 2 ? { starts_at: at(i - 200), ends_at: at(i) } : {}),
        }),
      ),
    ),
    ...Array.from({ length: 100 }, (_, i) =>
      lock(`Room ${i + 1}`, [code("Guest", "active")]),
    ),
  ];
}

/** Return the stays of guests with codes that end. */
function staysOf(locks: readonly Lock[]): Stays {
  return {
    entry_id: "entry",
    subentry_id: "stays",
    title: "Bookings",
    is_calendar_lost: false,
    kept: 0,
    calendar: "calendar.bookings",
    access_code_ids: locks.flatMap(({ codes }) =>
      codes.flatMap(({ access_code_id, ends_at }) => (ends_at ? access_code_id : [])),
    ),
    stays: people(entriesOf(locks), []).flatMap((entries) => {
      const { name, starts_at, ends_at, state } = entries[0]?.code ?? {};
      if (!starts_at || !ends_at || Date.parse(ends_at) < Date.now()) return [];
      const places = entries.map(({ lock, code }): StayLock => {
        const isGood = code.state === "active" || code.state === "scheduled";
        return {
          device_id: lock.device_id,
          access_code_id: code.access_code_id,
          verdict: isGood ? "ready" : "at_risk",
          reason: isGood ? null : "The access code could not be set on the lock.",
          ...(isGood ? {} : { reason_key: "selector.stay_reason.options.code_failed" }),
        };
      });
      const isReady = places.every(({ verdict }) => verdict === "ready");
      return {
        booking: places[0]?.access_code_id ?? "",
        name: name ?? "",
        starts_at,
        ends_at,
        verdict: isReady ? "ready" : "at_risk",
        has_arrived: state === "active",
        locks: places,
      };
    }),
  };
}

const eventOf = (entityId: string) => entityId.replace("lock.", "event.");

/** Return what Home Assistant has recorded. */
function history(locks: readonly Lock[]): HistoryMessage {
  return {
    states: Object.fromEntries(
      locks.map(({ entity_id, codes }, index) => [
        eventOf(entity_id),
        codes.map(({ access_code_id, name }, i) => ({
          s: at(-index - i * 5),
          a: {
            is_logged: true,
            event_type: ["unlocked", "access_denied", "set_on_device"][i % 3],
            access_code_id,
            access_code_name: name,
            occurred_at: at(-index - i * 5),
            ...(i % 3 === 1 ? { reason_message: "The PIN has expired." } : {}),
          },
        })),
      ]),
    ),
  };
}

/** Return a `hass` with these locks, and a function that changes them. */
export function fakeHass(locks: Lock[], isAdmin: boolean, language: string) {
  let callback: (event: SubscriptionEvent) => void = () => {};
  let current = locks;
  const listeners: Record<string, Set<() => void>> = {
    ready: new Set(),
    disconnected: new Set(),
  };
  const change = (deviceId: string, codes: (codes: Code[]) => Code[]) => {
    current = current.map((l) =>
      l.device_id === deviceId ? { ...l, codes: codes(l.codes) } : l,
    );
    const changed = structuredClone(current.filter((l) => l.device_id === deviceId));
    callback({ type: "changed", locks: changed, removed: [] });
  };
  const connection: Connection & { connected: boolean } = {
    connected: true,
    sendMessagePromise: async <T>() => ({ resources: {} }) as T,
    subscribeMessage: async (listener, { type }) => {
      if (type === "history/stream") {
        (listener as (message: HistoryMessage) => void)(history(current));
        return async () => {};
      }
      callback = listener as typeof callback;
      callback({
        type: "all",
        entries: [
          {
            entry_id: "entry",
            title: "Home",
            available: true,
            error: null,
            conversion: null,
          },
        ],
        locks: structuredClone(current),
        stays: [staysOf(current)],
        options: { check_in: "15:00", check_out: "11:00" },
        is_admin: isAdmin,
        version: "",
      });
      return async () => {};
    },
    addEventListener: (type, listener) => listeners[type]?.add(listener),
    removeEventListener: (type, listener) => listeners[type]?.delete(listener),
  };
  const calls: Record<string, unknown>[] = [];
  const answer = async (message: Record<string, unknown>): Promise<unknown> => {
    calls.push(message);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const entity = message.entity_id as string;
    const id = message.access_code_id as string;
    const of = (entityId: string) => current.find((l) => l.entity_id === entityId);
    switch (message.type) {
      case "seam/code/create": {
        const results: Record<string, unknown> = {};
        for (const entityId of message.entity_ids as string[]) {
          const target = of(entityId);
          if (!target) continue;
          const created = code(String(message.name), "setting", {
            ends_at: message.ends_at
              ? new Date(String(message.ends_at)).toISOString()
              : null,
          });
          const pin = message.code ?? "4821";
          results[entityId] = {
            outcome: "pending",
            access_code_id: created.access_code_id,
            name: created.name,
            code: pin,
          };
          change(target.device_id, (codes) => [...codes, created]);
          setTimeout(() => {
            change(target.device_id, (codes) =>
              codes.map((c) =>
                c.access_code_id === created.access_code_id
                  ? { ...c, state: "active" }
                  : c,
              ),
            );
          }, 1500);
        }
        return { results };
      }
      case "seam/code/reveal":
        return { results: { [entity]: { code: "4821" } } };
      case "seam/code/generate":
        return {
          results: Object.fromEntries(
            (message.entity_ids as string[]).map((id) => [id, { code: "593217" }]),
          ),
        };
      case "seam/code/pull_backup":
        return { results: { [entity]: { code: "770412" } } };
      case "seam/code/delete":
        change(of(entity)?.device_id ?? "", (codes) =>
          codes.filter((c) => c.access_code_id !== id),
        );
        return { results: { [entity]: { outcome: "deleted" } } };
      case "seam/code/convert":
        change(of(entity)?.device_id ?? "", (codes) =>
          codes.map((c) => (c.access_code_id === id ? { ...c, is_managed: true } : c)),
        );
        return { results: { [entity]: { outcome: "converted" } } };
      case "seam/preview":
        return {
          results: Object.fromEntries(
            (message.entity_ids as string[]).map((entityId) => [
              entityId,
              {
                access_codes: of(entityId)
                  ?.codes.filter((c) => !c.is_managed)
                  .map((c) => ({
                    access_code_id: c.access_code_id,
                    name: c.name,
                    outcome: "would_convert",
                  })),
              },
            ]),
          ),
        };
      default:
        return { results: { [entity]: { outcome: "success" } } };
    }
  };
  const hass = {
    connection,
    language,
    locale: {
      language,
      number_format: "language",
      time_format: "language",
      date_format: "language",
      time_zone: "server",
      first_weekday: "language",
    },
    config: { time_zone: "Europe/Berlin" },
    entities: Object.fromEntries(
      locks.flatMap(({ entity_id, device_id }) =>
        [entity_id, eventOf(entity_id)].map((id) => [
          id,
          { platform: "seam", device_id },
        ]),
      ),
    ),
    panels: { seam: {} },
    formatEntityAttributeValue: (_, __, value) => value,
    themes: { darkMode: document.documentElement.classList.contains("dark") },
    callWS: answer,
  } as HomeAssistant;
  const connect = (connected: boolean) => {
    connection.connected = connected;
    for (const listener of listeners[connected ? "ready" : "disconnected"] ?? [])
      listener();
  };
  return { hass, change, connect, calls };
}
