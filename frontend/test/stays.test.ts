import { expect, test } from "vitest";
import en from "../../custom_components/seam/translations/en.json";
import { code, lock, problem } from "../dev/fake";
import {
  arrivals,
  origins,
  overlapping,
  placesAtRisk,
  placesToExplain,
  problemOf,
} from "../src/logic/stays";
import { reduce } from "../src/store";
import { localized } from "../src/texts";
import type {
  Connection,
  Lock,
  Problem,
  Stay,
  Stays,
  SubscriptionEvent,
  Verdict,
} from "../src/types";

const stay = (name: string, day: number, locks: Lock[], verdict: Verdict = "ready") =>
  ({
    booking: `${name} ${day}`,
    name,
    starts_at: `2026-11-${10 + day}T15:00:00+01:00`,
    ends_at: `2026-11-${11 + day}T11:00:00+01:00`,
    verdict,
    has_arrived: false,
    locks: locks.map(({ device_id, codes }) => ({
      device_id,
      access_code_id: codes[0]?.access_code_id ?? null,
      verdict,
      reason: null,
    })),
  }) satisfies Stay;

const stays = (
  title: string,
  all: Stay[] | null,
  more: Partial<Stays> = {},
): Stays => ({
  entry_id: "entry",
  subentry_id: title,
  title,
  is_calendar_lost: false,
  kept: 0,
  calendar: "calendar.bookings",
  access_code_ids: [],
  stays: all,
  ...more,
});

const names = (found: ReturnType<typeof arrivals>) => found.map((a) => a.stay.name);

test("stays of all calendars are in the order of arrival", () => {
  const door = lock("Door", [code("Ada", "scheduled")]);
  const gate = lock("Gate", []);
  const all = [
    stays("Flat", [stay("Ada", 3, [door]), stay("Eve", 5, [door])]),
    stays("House", [stay("Bob", 1, [gate]), stay("Cem", 4, [door, gate])]),
    stays("New", null),
  ];
  const found = arrivals(all, [door, gate], "");
  expect(names(found)).toEqual(["Bob", "Ada", "Cem", "Eve"]);
  expect(found[1]?.places[0]).toMatchObject({ lock: door, code: door.codes[0] });
  expect(names(arrivals(all, [door, gate], " gate"))).toEqual(["Bob", "Cem"]);
  expect(names(arrivals(all, [door, gate], "flat"))).toEqual(["Ada", "Eve"]);
  expect(names(arrivals(all, [door, gate], "CEM"))).toEqual(["Cem"]);
});

test("codes have the titles of the stays that they were made for", () => {
  const found = origins([
    stays("Flat", null, { access_code_ids: ["1", "2"] }),
    stays("House", [], { access_code_ids: ["3"] }),
    stays("New", []),
  ]);
  expect([...found]).toEqual([
    ["1", "Flat"],
    ["2", "Flat"],
    ["3", "House"],
  ]);
});

test("bookings that are alike have rows of their own", () => {
  const twins = [stay("Reserved", 1, []), stay("Reserved", 1, [])];
  const keys = arrivals([stays("Flat", twins)], [], "").map(({ key }) => key);
  expect(new Set(keys).size).toBe(2);
});

const REASON = "selector.stay_reason.options.";

test("the problem is that of the code, or else that of its lock", () => {
  const failed = problem("The lock did not answer.");
  const offline = problem("The lock is offline.", { scope: "device" });
  const door = lock("Door", [code("Ada", "failed", { errors: [failed] })], {
    problems: [offline],
  });
  const gate = lock("Gate", [code("Ada", "at_risk")], { problems: [offline] });
  const gone = lock("Gone", []);
  const all = [stays("Flat", [stay("Ada", 1, [door, gate, gone], "at_risk")])];
  const [arrival] = arrivals(all, [door, gate], "");
  if (!arrival) throw new Error();
  for (const place of arrival.places) place.reason_key = `${REASON}code_failed`;
  expect(placesAtRisk(arrival).map(problemOf)).toEqual([failed, offline, undefined]);
  arrival.stay.has_arrived = true;
  expect(placesAtRisk(arrival)).toEqual([]);
});

test("a guest whose code works is told about, too, if there is a reason", () => {
  const door = lock("Door", [code("Ada", "active")]);
  const gate = lock("Gate", [code("Ada", "active")]);
  const all = [stays("Flat", [stay("Ada", 1, [door, gate], "ready")])];
  const [arrival] = arrivals(all, [door, gate], "");
  if (!arrival?.places[1]) throw new Error();
  arrival.places[1].reason = "Another code already has this PIN.";
  expect(placesToExplain(arrival)).toEqual([arrival.places[1]]);
  arrival.stay.has_arrived = true;
  expect(placesToExplain(arrival)).toEqual([]);
});

type Shown = "all" | "causes" | "none";
const shownFor = (key: string): Shown =>
  key.startsWith("code_")
    ? "all"
    : ["codes_unknown", "refused"].includes(key)
      ? "causes"
      : "none";

test.each<[unknown, Shown]>([
  ...Object.keys(en.selector.stay_reason.options).map((key): [unknown, Shown] => [
    { translation_key: REASON + key },
    shownFor(key),
  ]),
  [{ translation_key: "exceptions.refused.message" }, "causes"],
  ["Seam is down.", "none"],
  [null, "none"],
])("problems of a lock are shown where they are the cause: %j, %s", (reason, shown) => {
  const warning = {
    error_code: undefined,
    warning_code: "w",
  } as unknown as Partial<Problem>;
  const battery = problem("The battery is low.", { ...warning, scope: "device" });
  const offline = problem("The lock is offline.", { scope: "device" });
  const account = problem("The account is slow.", {
    ...warning,
    scope: "connected_account",
  });
  const bridge = problem("The bridge is offline.", { scope: "bridge" });
  for (const cause of [offline, account, bridge]) {
    const problems = [battery, cause];
    const door = lock("Door", [code("Ada", "failed")], { problems });
    const flat = stays("Flat", [stay("Ada", 1, [door], "at_risk")]);
    for (const place of flat.stays?.[0]?.locks ?? []) Object.assign(place, { reason });
    const [arrival] = arrivals(localized({} as Connection, [flat]), [door], "");
    const expected = { all: battery, causes: cause, none: undefined }[shown];
    expect(arrival?.places.map(problemOf)).toEqual([expected]);
  }
});

test("a guest whose code is being removed has no problem that one could solve", () => {
  const errors = [problem("Not set.")];
  const problems = [problem("The lock is offline.", { scope: "device" })];
  const door = lock("Door", [code("Ada", "removing", { errors })], { problems });
  const reason = { translation_key: `${REASON}code_removing` };
  const flat = stays("Flat", [stay("Ada", 1, [door], "at_risk")]);
  for (const place of flat.stays?.[0]?.locks ?? []) Object.assign(place, { reason });
  const [arrival] = arrivals(localized({} as Connection, [flat]), [door], "");
  expect(arrival?.places.map(problemOf)).toEqual([undefined]);
});

test("only the stays that were sent change, and those of a restart stay", () => {
  const first: SubscriptionEvent = {
    type: "all",
    entries: [],
    locks: [],
    stays: [stays("Flat", [stay("Ada", 1, [])]), stays("House", [])],
    options: { check_in: "", check_out: "" },
    is_admin: true,
    version: "",
  };
  const before = reduce(undefined, first);
  const changed = reduce(before, {
    type: "changed",
    locks: [],
    removed: [],
    stays: [stays("House", [stay("Bob", 1, [])])],
  });
  expect(changed?.stays[0]).toBe(before?.stays[0]);
  expect(changed?.stays[1]?.stays?.[0]?.name).toBe("Bob");
  const other = reduce(changed, { type: "changed", locks: [], removed: ["x"] });
  expect(other?.stays).toBe(changed?.stays);
  const starting = [stays("Flat", null), stays("House", null)];
  const restarted = reduce(other, { ...first, stays: starting });
  expect(restarted?.stays).toEqual(changed?.stays);
  // That is known before the stays are.
  const lost = [stays("Flat", null, { is_calendar_lost: true }), stays("House", null)];
  const change: SubscriptionEvent = {
    type: "changed",
    locks: [],
    removed: [],
    stays: lost,
  };
  for (const after of [
    reduce(other, { ...first, stays: lost }),
    reduce(restarted, change),
  ]) {
    expect(after?.stays.map((row) => row.is_calendar_lost)).toEqual([true, false]);
    expect(after?.stays.map((row) => row.stays)).toEqual(
      changed?.stays.map((row) => row.stays),
    );
  }
  const without = reduce(restarted, {
    type: "changed",
    locks: [],
    removed: [],
    removed_stays: ["Flat"],
  });
  expect(without?.stays.map(({ title }) => title)).toEqual(["House"]);
});

test("a stay overlaps with other codes on its locks that end, but not at a turnover", () => {
  const at = (day: number, hour = 11) => `2026-11-${10 + day}T${hour}:00:00+01:00`;
  const guest = (name: string, from: string | null, to: string | null, more = {}) =>
    code(name, "scheduled", { starts_at: from, ends_at: to, ...more });
  const own = guest("Ada", at(3, 15), at(4));
  const sameName = guest("Ada", at(2), at(4));
  const door = lock("Door", [
    own,
    sameName,
    guest("Long stay", null, at(9)),
    guest("Early", at(4, 10), at(5)),
    guest("Leaves", at(1), at(3, 15)),
    guest("Arrives", at(4), at(5)),
    guest("Owner", null, null),
    guest("Backup", at(1), at(9), { is_backup: true }),
    guest("Removed", at(1), at(9), { state: "removing" }),
    guest("Ended", at(1), at(9), { state: "expired" }),
  ]);
  const gate = lock("Gate", [guest("Long stay", null, at(9))]);
  const other = lock("Other", [guest("Elsewhere", at(1), at(9))]);
  const [arrival] = arrivals(
    [stays("Flat", [stay("Ada", 3, [door, lock("Gone", [])])])],
    [door, gate, other],
    "",
  );
  if (!arrival) throw new Error();
  const shared = { start: Date.parse(at(3, 15)), end: Date.parse(at(4)) };
  const early = { start: Date.parse(at(4, 10)), end: Date.parse(at(4)) };
  expect(overlapping(arrival)).toEqual([
    { lock: door, code: sameName, ...shared },
    { lock: door, code: door.codes[2], ...shared },
    { lock: door, code: door.codes[3], ...early },
  ]);
  // There is no code yet on the second lock.
  arrival.places.push({
    device_id: gate.device_id,
    access_code_id: null,
    verdict: "setting",
    reason: null,
    lock: gate,
    code: undefined,
  });
  expect(overlapping(arrival).map((entry) => entry.lock.name)).toEqual([
    "Door",
    "Door",
    "Door",
    "Gate",
  ]);
});
