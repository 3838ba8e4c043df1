/** What Home Assistant has recorded of our event entities. */

import type { Translate } from "../language";
import type { HistoryMessage, HomeAssistant, Lock } from "../types";

export interface Activity {
  key: string;
  /** The lock's `device_id`. */
  lockId: string;
  entityId: string;
  /** In milliseconds. */
  recordedAt: number;
  /** When it happened, in Home Assistant's time zone. */
  at: string;
  type: string;
  name: string | null;
  codeId: string | null;
  method: string | null;
  /** Why access was denied. */
  reason: string | null;
  /** What happened, if it is of a type that Seam has added since. */
  other: string | null;
}

/** How somebody locked or unlocked; Seam may add others, and has "unknown". */
const METHODS = [
  "keycode",
  "manual",
  "automatic",
  "remote",
  "card",
  "mobile_key",
  "seamapi",
] as const;

/** Return how somebody locked or unlocked, if it is known. */
export function methodText(t: Translate, method: string | null): string | undefined {
  const known = METHODS.find((name) => name === method);
  return known && t(`method_${known}`);
}

/** Return the event entities of each lock. */
export function sources(
  { entities }: HomeAssistant,
  locks: readonly Lock[],
): Map<string, Lock> {
  const byDevice = new Map(
    locks.flatMap((lock) => {
      const device = entities[lock.entity_id]?.device_id;
      return device ? [[device, lock] as const] : [];
    }),
  );
  return new Map(
    Object.entries(entities).flatMap(([entityId, { platform, device_id }]) => {
      const lock = byDevice.get(device_id ?? "");
      return lock && platform === "seam" && entityId.startsWith("event.")
        ? [[entityId, lock] as const]
        : [];
    }),
  );
}

/** Return a word of Seam's as text. */
function readable(word: string): string {
  const text = word.replaceAll(/[_.]/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Return the events of a message that Home Assistant's activity log has, too. */
export function activities(
  { states }: HistoryMessage,
  locks: ReadonlyMap<string, Lock>,
): Activity[] {
  return Object.entries(states).flatMap(([entityId, rows]) => {
    const lock = locks.get(entityId);
    if (!lock) return [];
    return rows.flatMap(({ s, a }) => {
      const text = (name: string) => (typeof a[name] === "string" ? a[name] : null);
      const type = text("event_type");
      const at = text("occurred_at") ?? s;
      // Of the states "unknown" and "unavailable", and of others, there is no event.
      const recordedAt = Date.parse(s);
      if (!type || !a.is_logged || Number.isNaN(recordedAt)) return [];
      const codeId = text("access_code_id");
      const reasonCode = text("reason_code");
      return [
        {
          // A restart and newly masked PINs write the same event again.
          key: [entityId, s, type, codeId, at].join(),
          lockId: lock.device_id,
          entityId,
          recordedAt,
          at,
          type,
          name: text("access_code_name"),
          codeId,
          method: text("method"),
          // Seam's message says again that access was denied.
          reason: reasonCode ? readable(reasonCode) : text("reason_message"),
          other:
            type === "other"
              ? readable(text("seam_event_type")?.replace(/^\w+\./, "") ?? "")
              : null,
        },
      ];
    });
  });
}

/** Return those that match and were recorded since a moment, the latest first. */
export function matching(
  all: Iterable<Activity>,
  search: string,
  onlyLock: string,
  since: number,
): Activity[] {
  const wanted = search.trim().toLocaleLowerCase();
  return (
    [...all]
      .filter(
        ({ lockId, name, recordedAt }) =>
          recordedAt >= since &&
          (!onlyLock || lockId === onlyLock) &&
          (name ?? "").toLocaleLowerCase().includes(wanted),
      )
      .map((activity) => ({ activity, time: Date.parse(activity.at) }))
      // Of several at the same moment, the last one comes last.
      .reverse()
      .sort((a, b) => b.time - a.time)
      .map(({ activity }) => activity)
  );
}

/** Return a file for spreadsheets, which must not take texts for formulas. */
export function csv(rows: readonly (readonly (string | null)[])[]): string {
  const cell = (value: string | null) => {
    const text = (value ?? "").replace(/^(?=\s*[=+\-@]|[\t\r])/, "'");
    return `"${text.replaceAll('"', '""')}"`;
  };
  // Without the mark, Excel does not read it as UTF-8.
  return `\uFEFF${rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
}
