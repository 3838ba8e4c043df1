import { describe, expect, test } from "vitest";
import table from "../../tests/occupancy.json";
import { code, lock } from "../dev/fake";
import { entriesOf } from "../src/logic/groups";
import {
  type Days,
  daysFrom,
  matchesBar,
  matchingRows,
  rowsByLock,
  rowsByPerson,
} from "../src/logic/timeline";
import { HOUR } from "../src/logic/times";
import type { Code, Stays } from "../src/types";

const days = daysFrom("2026-12-04", 0, "UTC");
const at = (day: number, hour: number) => new Date(Date.UTC(2026, 11, day, hour));
const stay = (name: string, start: Date, end: Date | null, more: Partial<Code> = {}) =>
  code(name, "scheduled", {
    starts_at: start.toISOString(),
    ends_at: end?.toISOString() ?? null,
    ...more,
  });
const rowOf = (codes: Code[], shown = days) => {
  const locks = [lock("Door", codes)];
  const [row] = rowsByLock(locks, entriesOf(locks), shown);
  if (!row) throw new Error("no row");
  return row;
};
const lengths = ({ days, end }: Days) =>
  days.map(({ start }, index) => ((days[index + 1]?.start ?? end) - start) / HOUR);

describe("the days", () => {
  test.each([
    ["Europe/Berlin", "2026-10-20", 5, 25],
    ["Europe/Berlin", "2026-03-25", 4, 23],
    // There, midnight does not exist, and here it comes twice.
    ["America/Santiago", "2026-09-01", 5, 23],
    ["America/Havana", "2026-10-28", 4, 25],
  ])("of %s from %s are as long as they are", (zone, date, index, hours) => {
    const all = lengths(daysFrom(date, 0, zone));
    expect(all).toHaveLength(14);
    expect(all[index]).toBe(hours);
    expect(all.filter((length) => length !== 24)).toHaveLength(1);
  });

  test("start some days before or after a date", () => {
    expect(daysFrom("2026-12-04", -90, "UTC").days[0]?.date).toBe("2026-09-05");
    expect(days.start).toBe(Date.UTC(2026, 11, 4));
    expect(days.end).toBe(Date.UTC(2026, 11, 18));
  });
});

test("an hour that comes twice is two hours long", () => {
  const berlin = daysFrom("2026-10-20", 0, "Europe/Berlin");
  const [bar] = rowOf(
    [
      code("Ada", "scheduled", {
        starts_at: "2026-10-25T02:30:00+02:00",
        ends_at: "2026-10-25T02:30:00+01:00",
      }),
    ],
    berlin,
  ).bars;
  expect(bar && bar.end - bar.start).toBe(HOUR);
});

test("bars end with the days that are shown, and say whether the codes go on", () => {
  const row = rowOf([
    stay("Before", at(1, 0), at(4, 0)),
    stay("Across", at(1, 0), at(30, 0)),
    code("Always", "active"),
  ]);
  expect(
    row.bars.map((bar) => [
      bar.entry.code.name,
      bar.isEarlier,
      bar.isLater,
      bar.isEndless,
    ]),
  ).toEqual([
    ["Across", true, true, false],
    ["Always", true, true, true],
  ]);
  expect(row.bars.every((b) => b.start === days.start && b.end === days.end)).toBe(
    true,
  );
});

test("stays that overlap are marked and have lanes of their own", () => {
  const row = rowOf([
    stay("Ada", at(4, 15), at(6, 11)),
    stay("Grace", at(6, 10), at(8, 11)),
    stay("Next", at(8, 11), at(9, 11)),
    code("Always", "active"),
  ]);
  expect(row.overlaps).toEqual([{ start: +at(6, 10), end: +at(6, 11) }]);
  expect(
    row.bars.map(({ entry, lane, overlaps }) => [
      entry.code.name,
      lane,
      overlaps.map((other) => other.code.name),
    ]),
  ).toEqual([
    ["Ada", 0, ["Grace"]],
    ["Grace", 1, ["Ada"]],
    ["Next", 0, []],
    ["Always", 2, []],
  ]);
});

// The action "Get access" is tested with the same cases.
test.each(table.cases)("$title", ({ codes, shown, overlaps, gaps }) => {
  const row = rowOf(
    codes.map(({ name, ...times }) => code(name, "scheduled", times)),
    days,
  );
  const spans = (expected: { starts_at: string; ends_at: string }[]) =>
    expected.map(({ starts_at, ends_at }) => ({
      start: Date.parse(starts_at),
      end: Date.parse(ends_at),
    }));
  expect(spans([table.period])).toEqual([{ start: days.start, end: days.end }]);
  expect(row.bars.map(({ entry }) => entry.code.name).sort()).toEqual(
    [...shown].sort(),
  );
  expect(row.overlaps).toEqual(spans(overlaps));
  expect(row.gaps).toEqual(spans(gaps));
});

test("gaps are the times between guests, in full", () => {
  const row = rowOf([
    stay("Left", at(1, 15), at(3, 11)),
    stay("Ada", at(5, 15), at(6, 11)),
    stay("Grace", at(6, 15), at(7, 11)),
    code("Always", "active"),
  ]);
  expect(row.gaps).toEqual([
    { start: +at(3, 11), end: +at(5, 15) },
    { start: +at(6, 11), end: +at(6, 15) },
  ]);
  expect(row.bars.map(({ gap }) => gap && gap.end - gap.start)).toEqual([
    4 * HOUR,
    undefined,
    undefined,
  ]);
});

test("a person has one row for all stays and locks, a lock has one without codes", () => {
  const locks = [
    lock("Front", [stay("Ada", at(4, 15), at(6, 11)), code("", "active")]),
    lock("Back", [
      stay("Ada", at(8, 15), at(9, 11)),
      code("", "active"),
      stay("Gone", at(1, 0), at(2, 0)),
    ]),
    lock("Empty", []),
  ];
  const entries = entriesOf(locks);
  const people = rowsByPerson(entries, days, []);
  expect(people).toHaveLength(3);
  expect(people.find(({ name }) => name === "Ada")?.bars).toHaveLength(2);
  expect(rowsByLock(locks, entries, days).map(({ name }) => name)).toEqual([
    "Front",
    "Back",
    "Empty",
  ]);
});

test("guests have rows of their own if their bookings are called the same", () => {
  const locks = ["Front", "Back", "Gate"].map((name) =>
    lock(name, [stay("Reserved", at(4, 15), at(6, 11), { access_code_id: name })]),
  );
  const stays = [["Front", "Gate"], ["Back"]].map((ids) => ({
    booking: ids.join(),
    locks: ids.map((access_code_id) => ({ access_code_id })),
  }));
  const bookings = { calendar: "calendar.bookings", access_code_ids: [], stays };
  const rows = rowsByPerson(entriesOf(locks), days, [bookings as unknown as Stays]);
  expect(
    rows.map(({ bars }) => bars.map(({ entry }) => entry.lock.name).sort()),
  ).toEqual([["Front", "Gate"], ["Back"]]);
});

test("a search keeps whole rows, so that overlaps stay visible", () => {
  const front = lock("Front", [
    stay("Ada", at(4, 0), at(6, 0)),
    stay("Bob", at(5, 0), at(7, 0)),
  ]);
  const back = lock("Back", []);
  const rows = rowsByLock([front, back], entriesOf([front, back]), days);
  const found = (search: string) =>
    matchingRows(rows, search).map(({ name, bars }) => [name, bars.length]);
  expect(found("ada")).toEqual([["Front", 2]]);
  expect(found("back")).toEqual([["Back", 0]]);
  expect(found("")).toHaveLength(2);
  const bars = rows.flatMap((row) => row.bars);
  expect(bars.filter((bar) => matchesBar(bar, "ada"))).toHaveLength(1);
  expect(bars.filter((bar) => matchesBar(bar, "front"))).toHaveLength(2);
});
