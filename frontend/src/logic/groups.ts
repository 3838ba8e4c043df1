/** Which codes belong together, and in which order. */

import type { Code, CodeState, Lock, Problem, Stays } from "../types";

export type Group = "attention" | "active" | "scheduled" | "unmanaged" | "expired";
export type Order = "time" | "name";

export const GROUPS: readonly Group[] = [
  "attention",
  "active",
  "scheduled",
  "unmanaged",
  "expired",
];
/** From this number of entries on, a list has a search. */
export const MANY = 8;
/** In percent. */
const LOW_BATTERY = 20;

export interface Entry {
  lock: Lock;
  code: Code;
}

/** What is about the removal of a code. */
const OF_REMOVAL: ReadonlySet<string | undefined> = new Set([
  "being_deleted",
  "delay_in_removing_from_device",
  "failed_to_delete",
  "failed_to_expire",
  "failed_to_remove_from_device",
  "kwikset_unable_to_confirm_deletion",
]);

/** Return whether a problem of a code matters: once it is being removed, only few do. */
function matters({ state }: Code, { error_code, warning_code }: Problem): boolean {
  return state !== "removing" || OF_REMOVAL.has(error_code ?? warning_code);
}

/** Return the problems of a code that matter. */
export function problemsOf(code: Code): Problem[] {
  return [...code.errors, ...code.warnings].filter((problem) => matters(code, problem));
}

/** Return the problems of the code, without those that are shown with the lock. */
export function ownProblems(code: Code, lock: Lock): Problem[] {
  // The message of the same problem may differ from one code to the next.
  const keyOf = (problem: Problem) => problemKey({ ...problem, message: "" });
  const shown = new Set(lock.problems.map(keyOf));
  return problemsOf(code).filter(
    (problem) => problem.scope === "access_code" || !shown.has(keyOf(problem)),
  );
}

/** Return why a code without a problem of its own needs attention: that of its lock. */
export function reasonOfLock({ lock, code }: Entry): "offline" | Problem | undefined {
  if (ownProblems(code, lock).length > 0) return undefined;
  if (lock.online === false) return "offline";
  return lock.problems.find(({ error_code }) => error_code) ?? lock.problems[0];
}

export function problemKey({
  scope,
  error_code,
  warning_code,
  message,
}: Problem): string {
  return JSON.stringify([scope, error_code, warning_code, message]);
}

/** Return whether somebody has to do something, or the code may not work. */
export function needsAttention(code: Code): boolean {
  if (code.state === "expired") return false;
  if (isMissing(code) || code.state === "disabled") return code.is_managed;
  return (
    code.is_managed &&
    code.errors.some((error) => error.scope === "access_code" && matters(code, error))
  );
}

const NOT_WORKING: readonly CodeState[] = [
  "at_risk",
  "disabled",
  "expired",
  "failed",
  "scheduled",
];

/** Return whether a code may open its lock now. */
export function mayWork({ state }: Code): boolean {
  return !NOT_WORKING.includes(state);
}

/** Return whether a code should be on its lock, but is not. */
export function isMissing({ state }: Code): boolean {
  return state === "failed" || state === "at_risk";
}

/** Return the group of a code. */
export function groupOf(code: Code): Group {
  if (needsAttention(code)) return "attention";
  if (code.state === "expired") return "expired";
  if (!code.is_managed) return "unmanaged";
  return code.state === "scheduled" || isRemovedBeforeStart(code)
    ? "scheduled"
    : "active";
}

function isRemovedBeforeStart({ state, starts_at }: Code): boolean {
  return (
    state === "removing" && starts_at !== null && Date.parse(starts_at) > Date.now()
  );
}

export function hasLowBattery({ battery }: Lock): boolean {
  return battery !== null && battery <= LOW_BATTERY;
}

export type Status = "ok" | "problem" | "offline" | "unknown";

/** Return whether the codes of a lock are OK, and how many codes or problems it has. */
export function summary(lock: Lock | undefined): { status: Status; count: number } {
  if (lock?.online === false) return { status: "offline", count: 0 };
  if (!lock?.codes_known) return { status: "unknown", count: 0 };
  const problems = lock.codes.filter(needsAttention).length + lock.problems.length;
  if (problems > 0) return { status: "problem", count: problems };
  const codes = lock.codes.filter(
    ({ state, is_backup }) => state !== "expired" && !is_backup,
  );
  return { status: "ok", count: codes.length };
}

/** Return the name of a code, or its ID if it has none. */
export function label(code: Code): string {
  return code.name || code.access_code_id;
}

/** Return whether one of the texts contains what somebody searches for. */
export function matches(search: string, ...texts: (string | null)[]): boolean {
  const wanted = search.trim().toLocaleLowerCase();
  return (
    !wanted || texts.some((text) => text?.toLocaleLowerCase().includes(wanted) === true)
  );
}

/** Return the locks that match by name or area, or the names of their codes that do. */
export function matchingLocks(
  locks: readonly Lock[],
  search: string,
): { lock: Lock; names: string[] }[] {
  return locks.flatMap((lock) => {
    if (matches(search, lock.name, lock.area)) return [{ lock, names: [] }];
    const codes = lock.codes.filter(
      (code) => code.state !== "expired" && matches(search, label(code)),
    );
    return codes.length > 0 ? [{ lock, names: codes.sort(byName).map(label) }] : [];
  });
}

/** Return the codes by group, filtered and sorted. */
export function grouped(
  codes: readonly Code[],
  search: string,
  order: Order,
): Map<Group, Code[]> {
  const groups = new Map<Group, Code[]>(GROUPS.map((group) => [group, []]));
  for (const code of codes) {
    if (matches(search, label(code))) groups.get(groupOf(code))?.push(code);
  }
  for (const [group, members] of groups) {
    members.sort(
      (a, b) => (order === "name" ? 0 : byTime(group, a, b)) || byName(a, b),
    );
  }
  return groups;
}

function byTime(group: Group, a: Code, b: Code): number {
  const time = (code: Code) => {
    const iso = group === "scheduled" ? code.starts_at : code.ends_at;
    // Codes that never end come last.
    return iso ? Date.parse(iso) : Number.MAX_SAFE_INTEGER;
  };
  return group === "expired" ? time(b) - time(a) : time(a) - time(b);
}

/** Compare texts as people do: "Room 2" comes before "Room 10". */
export const { compare: compareTexts } = new Intl.Collator(undefined, {
  numeric: true,
});

export function byName(a: Code, b: Code): number {
  return compareTexts(label(a), label(b));
}

/** Return the codes of all locks. */
export function entriesOf(locks: readonly Lock[]): Entry[] {
  return locks.flatMap((lock) => lock.codes.map((code) => ({ lock, code })));
}

/** What a code was made for, if it was made for stays. */
interface Source {
  calendar: string | null;
  /** Nothing if the stay has ended, or is not known yet. */
  booking?: string;
}
type Sources = ReadonlyMap<string, Source>;

/** Return what codes were made for, by their IDs. */
export function sourcesOf(all: readonly Stays[]): Sources {
  const found = new Map<string, Source>();
  for (const { calendar, access_code_ids, stays } of all) {
    for (const id of access_code_ids) found.set(id, { calendar });
    for (const { booking, locks } of stays ?? []) {
      for (const { access_code_id: id } of locks)
        if (id) found.set(id, { calendar, booking });
    }
  }
  return found;
}

/** Return the codes of the same guest on several locks as one person. */
export function people<T extends Entry>(
  entries: readonly T[],
  stays: readonly Stays[],
): T[][] {
  const byPerson = new Map<string, T[]>();
  const sources = sourcesOf(stays);
  for (const entry of entries) {
    const key = personOf(entry.code, sources);
    const known = byPerson.get(key);
    if (known) known.push(entry);
    else byPerson.set(key, [entry]);
  }
  return [...byPerson.values()];
}

function personOf(
  { access_code_id: id, name, starts_at, ends_at }: Code,
  sources: Sources,
): string {
  // A lock that is tried again while the guest waits may need a later start.
  const day = starts_at && new Date(starts_at).toDateString();
  // Many calendars call all bookings the same, and their times are those of the house.
  return JSON.stringify(name ? [name, day, ends_at, sources.get(id)] : id);
}

/** Return the codes of the same person on other locks. */
export function elsewhere(
  locks: readonly Lock[],
  { lock, code }: Entry,
  stays: readonly Stays[],
): Entry[] {
  // Codes that Seam does not manage often have the same name by chance, such as "Slot 1".
  if (!code.is_managed) return [];
  const { common_code_key: key } = code;
  const sources = sourcesOf(stays);
  const bookingOf = ({ access_code_id: id }: Code) => sources.get(id)?.booking;
  const booking = bookingOf(code);
  return entriesOf(locks).filter(
    (other) =>
      other.lock.device_id !== lock.device_id &&
      other.code.is_managed &&
      !other.code.is_backup &&
      other.code.state !== "expired" &&
      other.code.state !== "removing" &&
      ((key && other.code.common_code_key === key) ||
        (booking && bookingOf(other.code) === booking) ||
        personOf(other.code, sources) === personOf(code, sources)),
  );
}

/** Return the backups that were activated for codes and may still work, with the codes. */
export function backupsOf(entries: readonly Entry[]): Map<Entry, Entry> {
  return new Map(
    entries.flatMap((entry) =>
      entriesOf([entry.lock])
        .filter(
          ({ code: { access_code_id: id, state } }) =>
            id === entry.code.pulled_backup_access_code_id &&
            state !== "expired" &&
            state !== "removing",
        )
        .map((backup): [Entry, Entry] => [backup, entry]),
    ),
  );
}

/** Return the expired codes of a lock that can be deleted. */
export function deletableExpired(lock: Lock): Entry[] {
  return entriesOf([lock]).filter(
    ({ code }) => code.state === "expired" && code.can.delete === true,
  );
}

/** Return how many unmanaged codes all locks have. */
export function countFound(locks: readonly Lock[]): number {
  let count = 0;
  for (const { codes } of locks)
    for (const code of codes) if (!code.is_managed) count++;
  return count;
}

/** Return the unmanaged codes of all locks; duplicates are on the same lock. */
export function found(locks: readonly Lock[]): (Entry & { sameAs: Code[] })[] {
  return locks.flatMap((lock) => {
    const byId = new Map(lock.codes.map((code) => [code.access_code_id, code]));
    return lock.codes
      .filter((code) => !code.is_managed)
      .sort(byName)
      .map((code) => ({
        lock,
        code,
        sameAs: code.same_pin_as.flatMap((id) => byId.get(id) ?? []),
      }));
  });
}
