/** Who arrives, and whether they get in. */

import type { Code, Lock, Problem, Stay, StayLock, Stays } from "../types";
import { entriesOf, matches, problemsOf } from "./groups";
import { type Overlap, staysWithin } from "./timeline";

export interface Place extends StayLock {
  /** Nothing if Seam no longer has it. */
  lock: Lock | undefined;
  code: Code | undefined;
}

export interface Arrival {
  key: string;
  stays: Stays;
  stay: Stay;
  places: Place[];
}

/** Return the stays that match, by arrival. */
export function arrivals(
  all: readonly Stays[],
  locks: readonly Lock[],
  search: string,
): Arrival[] {
  const byId = new Map(locks.map((lock) => [lock.device_id, lock]));
  const used = new Map<string, number>();
  const found = all.flatMap((stays) =>
    (stays.stays ?? []).map((stay): Arrival => {
      const identity = JSON.stringify([stays.subentry_id, stay.name, stay.starts_at]);
      // Two bookings may be alike.
      const count = used.get(identity) ?? 0;
      used.set(identity, count + 1);
      return {
        key: `${identity}${count}`,
        stays,
        stay,
        places: stay.locks.map((place) => placeOf(place, byId.get(place.device_id))),
      };
    }),
  );
  return found
    .filter(({ stay, stays, places }) =>
      matches(
        search,
        stay.name,
        stays.title,
        ...places.map(({ lock }) => lock?.name ?? null),
      ),
    )
    .sort((a, b) => Date.parse(a.stay.starts_at) - Date.parse(b.stay.starts_at));
}

function placeOf(place: StayLock, lock: Lock | undefined): Place {
  const code = lock?.codes.find(
    ({ access_code_id }) => access_code_id === place.access_code_id,
  );
  return { ...place, lock, code };
}

/** Return the locks that a guest who has not arrived may not be able to open. */
export function placesAtRisk({ stay, places }: Arrival): Place[] {
  return stay.has_arrived ? [] : places.filter(({ verdict }) => verdict === "at_risk");
}

/** Return the locks about which there is something to say, also if a code works. */
export function placesToExplain({ stay, places }: Arrival): Place[] {
  if (stay.has_arrived) return [];
  return places.filter(({ verdict, reason }) => verdict === "at_risk" || reason);
}

/** Return the titles of the stays that codes were made for, by the IDs of the codes. */
export function origins(all: readonly Stays[]): ReadonlyMap<string, string> {
  return new Map(
    all.flatMap(({ access_code_ids, title }) =>
      access_code_ids.map((id): [string, string] => [id, title]),
    ),
  );
}

/** Return the other guests who can open one of the locks during the stay. */
export function overlapping({ stay, places }: Arrival): Overlap[] {
  const span = { start: Date.parse(stay.starts_at), end: Date.parse(stay.ends_at) };
  return places.flatMap(({ lock, access_code_id }) =>
    lock
      ? staysWithin(entriesOf([lock]), span).filter(
          ({ code }) => code.access_code_id !== access_code_id,
        )
      : [],
  );
}

const REASONS = "selector.stay_reason.options.";
/** The reasons that are the state of a code. */
const OF_CODE = `${REASONS}code_`;
/** The reasons that a lock or its account may be the cause of. */
const OF_LOCK = ["exceptions.", `${REASONS}codes_unknown`, `${REASONS}refused`];

/** Return the problem that keeps a guest out, as far as Seam reports one. */
export function problemOf({ lock, code, reason_key = "" }: Place): Problem | undefined {
  const problems = lock?.problems ?? [];
  if (reason_key.startsWith(OF_CODE)) {
    const own = code ? problemsOf(code) : [];
    return code?.state === "removing" ? own[0] : [...own, ...problems][0];
  }
  // The advice for a low battery does not help if the calendar is wrong.
  return OF_LOCK.some((start) => reason_key.startsWith(start))
    ? problems.find(({ scope, error_code }) => scope !== "device" || error_code)
    : undefined;
}
