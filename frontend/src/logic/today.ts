/** What the first page shows: whether all guests get in, and who comes and goes. */

import { type State, unavailableIds } from "../store";
import type { Code, Lock, Problem } from "../types";
import {
  byName,
  type Entry,
  entriesOf,
  hasLowBattery,
  needsAttention,
  problemKey,
} from "./groups";
import { type Arrival, arrivals, type Place, placesAtRisk } from "./stays";
import { DAY } from "./times";

const SOON = 2 * DAY;

export interface Today {
  attention: Entry[];
  /** Guests who may not get in for another reason than a code that needs attention. */
  stays: { arrival: Arrival; place: Place }[];
  /** Whether a code may or may not work. */
  isUncertain: boolean;
  now: Entry[];
  arriving: Entry[];
  leaving: Entry[];
  /** Problems of whole locks. Those of an account or bridge are the same on all of its locks. */
  problems: { problem: Problem; locks: Lock[] }[];
  /**
   * Locks whose battery is low, that are offline without a problem that says so, or whose
   * codes are not known while those of others are.
   */
  locks: Lock[];
}

/** Return what the first page shows. A banner says which entries are unavailable. */
export function today(
  { locks, stays, entries }: Pick<State, "locks" | "stays" | "entries">,
  now: Date,
): Today {
  const unavailable = unavailableIds(entries);
  const result: Today = {
    attention: [],
    stays: [],
    isUncertain: false,
    now: [],
    arriving: [],
    leaving: [],
    problems: [],
    locks: locks.filter(
      (lock) =>
        hasLowBattery(lock) ||
        (lock.online === false && lock.problems.length === 0) ||
        (!lock.codes_known &&
          !unavailable.has(lock.entry_id) &&
          locks.some((other) => other.codes_known)),
    ),
  };
  // That takes a minute, and is only late once the guest may be at the door.
  const isBeingSet = (state: string, { starts_at }: Pick<Code, "starts_at">) =>
    state === "setting" && (!starts_at || Date.parse(starts_at) <= now.getTime());
  const soon = (iso: string | null) => {
    const distance = iso ? Date.parse(iso) - now.getTime() : -1;
    return distance >= 0 && distance <= SOON;
  };
  for (const entry of entriesOf(locks)) {
    const { code } = entry;
    if (code.is_backup) continue;
    if (needsAttention(code)) result.attention.push(entry);
    if (code.is_managed && (code.state === "unknown" || isBeingSet(code.state, code))) {
      result.isUncertain = true;
    }
    if (code.state === "expired") continue;
    // A code that failed lets nobody in, but its guest arrives nevertheless.
    if (soon(code.starts_at)) result.arriving.push(entry);
    if (soon(code.ends_at)) result.leaving.push(entry);
    if (code.state === "active") result.now.push(entry);
  }
  const time = (iso: string | null) => (iso ? Date.parse(iso) : Infinity);
  result.arriving.sort((a, b) => time(a.code.starts_at) - time(b.code.starts_at));
  result.leaving.sort((a, b) => time(a.code.ends_at) - time(b.code.ends_at));
  result.now.sort((a, b) => byName(a.code, b.code));
  result.attention.sort(
    (a, b) => time(a.code.starts_at) - time(b.code.starts_at) || byName(a.code, b.code),
  );
  const listed = new Set(result.attention.map(({ code }) => code.access_code_id));
  for (const arrival of arrivals(stays, locks, "")) {
    for (const place of placesAtRisk(arrival)) {
      if (!listed.has(place.access_code_id ?? ""))
        result.stays.push({ arrival, place });
    }
    const { has_arrived, verdict, ...times } = arrival.stay;
    if (!has_arrived && (verdict === "unknown" || isBeingSet(verdict, times))) {
      result.isUncertain = true;
    }
  }
  const shared = new Map<string, Today["problems"][number]>();
  for (const lock of locks) {
    for (const problem of lock.problems) {
      const key = lock.entry_id + problemKey(problem);
      const known = shared.get(key);
      if (known) known.locks.push(lock);
      else shared.set(key, { problem, locks: [lock] });
    }
  }
  result.problems = [...shared.values()];
  return result;
}
