import { describe, expect, test } from "vitest";
import { code, home, lock, problem } from "../dev/fake";
import {
  backupsOf,
  elsewhere,
  entriesOf,
  found,
  grouped,
  groupOf,
  matches,
  matchingLocks,
  mayWork,
  ownProblems,
  people,
  reasonOfLock,
  summary,
} from "../src/logic/groups";
import { linkedCodes } from "../src/logic/guest";
import { HOUR } from "../src/logic/times";
import type { Code, CodeState, Lock, Problem, Stay, Stays } from "../src/types";

const names = (codes: { name: string | null }[] | undefined) =>
  codes?.map((c) => c.name);

test("the summary of a lock counts its codes, or else its problems", () => {
  const codes = [
    code("A", "active"),
    code("B", "scheduled"),
    code("C", "active", { is_managed: false }),
    code("Last week", "expired"),
    code("Backup", "active", { is_backup: true }),
  ];
  const failed = code("D", "failed");
  const summaryOf = (own: typeof codes, more = {}) => summary(lock("Door", own, more));
  expect(summaryOf(codes)).toEqual({ status: "ok", count: 3 });
  expect(summaryOf([])).toEqual({ status: "ok", count: 0 });
  expect(summaryOf([...codes, failed])).toEqual({ status: "problem", count: 1 });
  expect(summaryOf([failed], { problems: [problem("Jammed.")] }).count).toBe(2);
  expect(summaryOf([failed], { online: false }).status).toBe("offline");
  expect(summaryOf([], { codes_known: false }).status).toBe("unknown");
  expect(summary(undefined).status).toBe("unknown");
});

test("a code without a problem of its own has that of its lock as its reason", () => {
  const failed = problem("Failed.");
  const account = problem("Sign in again.", { scope: "connected_account" });
  const weak = problem("Weak signal.", { scope: "device" });
  const { error_code: warning_code = "", ...rest } = weak;
  const warning = { ...rest, warning_code };
  const guest = code("Ada", "at_risk");
  const broken = code("Bob", "failed", { errors: [failed] });
  const reason = (of: Code, more: Partial<Lock>) =>
    reasonOfLock({ lock: lock("Door", [of], more), code: of });
  expect(reason(guest, { online: false, problems: [account] })).toBe("offline");
  expect(reason(guest, { online: false })).toBe("offline");
  expect(reason(guest, { problems: [warning, account] })).toBe(account);
  expect(reason(guest, { problems: [warning] })).toBe(warning);
  expect(reason(guest, {})).toBeUndefined();
  expect(reason(broken, { online: false })).toBeUndefined();
});

describe("a search", () => {
  test("ignores case and spaces around it", () => {
    expect(matches(" ADA ", "Ada Lovelace")).toBe(true);
    expect(matches("ada", null, "Front Door")).toBe(false);
    expect(matches("  ", null)).toBe(true);
  });

  test("finds locks by name, area and guest", () => {
    const locks = [
      lock("Front Door", [code("Ada", "active"), code("Bob", "expired")]),
      lock("Back Door", [code("Adam", "scheduled")], { area: "Garden" }),
      lock("Shed", []),
    ];
    const found = (search: string) =>
      matchingLocks(locks, search).map(({ lock: { name }, names: of }) => [
        name,
        ...of,
      ]);
    expect(found("door")).toEqual([["Front Door"], ["Back Door"]]);
    expect(found("garden")).toEqual([["Back Door"]]);
    expect(found("ada")).toEqual([
      ["Front Door", "Ada"],
      ["Back Door", "Adam"],
    ]);
    expect(found("bob")).toEqual([]);
    expect(found("")).toHaveLength(3);
  });
});

test("only codes that are on their lock, or may be, can work", () => {
  const all = ["active", "scheduled", "setting", "failed", "at_risk"] as const;
  const rest = ["removing", "expired", "disabled", "unknown"] as const;
  const working = [...all, ...rest].filter((state) => mayWork(code("Ada", state)));
  expect(working).toEqual(["active", "setting", "removing", "unknown"]);
});

describe("the group of a code", () => {
  test.each<[CodeState, string]>([
    ["active", "active"],
    ["setting", "active"],
    ["removing", "active"],
    ["disabled", "attention"],
    ["unknown", "active"],
    ["scheduled", "scheduled"],
    ["failed", "attention"],
    ["at_risk", "attention"],
    ["expired", "expired"],
  ])("%s is in %s", (state, group) => {
    expect(groupOf(code("Guest", state))).toBe(group);
  });

  test("a code that is removed before it starts is scheduled", () => {
    const starts = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString();
    const removing = (hours: number) =>
      groupOf(code("A", "removing", { starts_at: starts(hours) }));
    expect(removing(1)).toBe("scheduled");
    expect(removing(-1)).toBe("active");
  });

  test("an unmanaged code is not managed, unless it is expired", () => {
    expect(groupOf(code("A", "active", { is_managed: false }))).toBe("unmanaged");
    expect(groupOf(code("A", "failed", { is_managed: false }))).toBe("unmanaged");
    expect(groupOf(code("A", "expired", { is_managed: false }))).toBe("expired");
  });

  test("only errors of its own need attention", () => {
    const own = code("A", "active", { errors: [problem("Edited elsewhere.")] });
    const ofLock = code("A", "active", {
      errors: [problem("Off.", { scope: "device" })],
    });
    expect(groupOf(own)).toBe("attention");
    expect(groupOf(ofLock)).toBe("active");
  });
});

test.each([
  "being_deleted",
  "delay_in_removing_from_device",
  "failed_to_delete",
  "failed_to_expire",
  "failed_to_remove_from_device",
  "kwikset_unable_to_confirm_deletion",
])(
  "of a code that is being removed, %s matters, but no other problem",
  (error_code) => {
    const [unset, stuck] = [
      problem("Not set."),
      problem("Not removed.", { error_code }),
    ];
    const on = (errors: Problem[]) => {
      const guest = code("Ada", "removing", { errors });
      return { group: groupOf(guest), own: ownProblems(guest, lock("Door", [guest])) };
    };
    expect(on([unset])).toEqual({ group: "active", own: [] });
    expect(on([unset, stuck])).toEqual({ group: "attention", own: [stuck] });
  },
);

test("a problem of the lock is not shown again with each code", () => {
  const offline = problem("Offline.", { scope: "device" });
  const own = problem("Not set.");
  const again = { ...offline, message: "The lock of this code is offline." };
  const guest = code("Ada", "at_risk", { errors: [offline, again, own] });
  expect(ownProblems(guest, lock("Door", [guest], { problems: [offline] }))).toEqual([
    own,
  ]);
  expect(ownProblems(guest, lock("Door", [guest]))).toEqual([offline, again, own]);
});

describe("the codes of a lock", () => {
  const codes = [
    code("Guest 10", "active", { ends_at: "2026-12-09T10:00:00Z" }),
    code("Guest 2", "active"),
    code("guest 1", "active", { ends_at: "2026-12-08T10:00:00Z" }),
    code("Old", "expired", { ends_at: "2026-01-08T10:00:00Z" }),
    code("Older", "expired", { ends_at: "2025-01-08T10:00:00Z" }),
  ];

  test("are sorted by their end; those without one come last", () => {
    const groups = grouped(codes, "", "time");
    expect(names(groups.get("active"))).toEqual(["guest 1", "Guest 10", "Guest 2"]);
    expect(names(groups.get("expired"))).toEqual(["Old", "Older"]);
  });

  test("are sorted by name with numbers in their order", () => {
    const groups = grouped(codes, "", "name");
    expect(names(groups.get("active"))).toEqual(["guest 1", "Guest 2", "Guest 10"]);
  });

  test("are found by a part of their name", () => {
    const groups = grouped(codes, " GUEST 1 ", "name");
    expect(names(groups.get("active"))).toEqual(["guest 1", "Guest 10"]);
    expect(groups.get("expired")).toEqual([]);
  });
});

test("codes of the same name, end, and day of arrival are one person", () => {
  const times = { starts_at: "2026-12-04T15:00:00Z", ends_at: "2026-12-05T11:00:00Z" };
  const entry = (name: string | null, lockName: string, more = {}) => ({
    lock: lock(lockName, []),
    code: code(name ?? "", "active", { name, ...more }),
  });
  // The lock could only be reached when the guest stood at the door.
  const later = { ...times, starts_at: "2026-12-04T15:25:00Z" };
  const ada = [entry("Ada", "Front", times), entry("Ada", "Back", later)];
  const others = [
    entry("Ada", "Front"),
    entry("Ada", "Back", { ...times, starts_at: "2026-12-03T15:00:00Z" }),
    entry("Ada", "Back", { ...later, ends_at: "2026-12-05T12:00:00Z" }),
    entry(null, "Front"),
    entry(null, "Back"),
  ];
  const all = [...ada, ...others];
  expect(people(all, [])).toEqual([ada, ...others.map((other) => [other])]);
  const locks = all.map(({ lock, code }) => ({ ...lock, codes: [code] }));
  const linked = all.map(({ lock, code }) => elsewhere(locks, { lock, code }, []));
  expect(linked.flat().map(({ code }) => code)).toEqual([ada[1]?.code, ada[0]?.code]);
});

test("the backup of a code is known by its ID, until it can no longer be used", () => {
  const states = ["active", "setting", "expired", "removing"] as const;
  const shown = states.map((state) => {
    const ada = code("Ada", "active", { pulled_backup_access_code_id: "Spare" });
    const spare = code("Spare", state, { access_code_id: "Spare" });
    const door = lock("Door", [ada, spare, code("Other", "active")]);
    return [...backupsOf([{ lock: door, code: ada }]).keys()].map(
      ({ code }) => code.name,
    );
  });
  expect(shown).toEqual([["Spare"], ["Spare"], [], []]);
});

test("the codes of a person elsewhere have the same name and times, or the same key", () => {
  const ada = code("Ada", "active", { common_code_key: "key" });
  const others = [
    code("Ada", "scheduled"),
    code("Ada Lovelace", "active", { common_code_key: "key", ends_at: "2026-12-05" }),
  ];
  const strangers = [
    code("Ada", "active", { ends_at: "2026-12-05" }),
    code("Ada", "active", { is_managed: false }),
    code("Ada", "active", { is_backup: true }),
    code("Ada", "expired"),
    code("Ada", "removing"),
  ];
  const front = lock("Front", [ada, code("Ada", "active")]);
  const locks = [front, lock("Back", [...others, ...strangers])];
  const of = (entry: { code: Code }) => entry.code;
  expect(elsewhere(locks, { lock: front, code: ada }, []).map(of)).toEqual(others);
  const slot = code("Slot 1", "active", { is_managed: false });
  const found = [front, lock("Back", [{ ...slot, is_managed: true }])];
  expect(elsewhere(found, { lock: front, code: slot }, [])).toEqual([]);
});

describe("guests whose bookings are all called the same", () => {
  const times = { starts_at: "2026-12-04T15:00:00Z", ends_at: "2026-12-05T11:00:00Z" };
  const reserved = (id: string, more: Partial<Code> = {}) =>
    code("Reserved", "scheduled", { ...times, access_code_id: id, ...more });
  const stay = (...ids: string[]) => booked(ids.join(), ...ids);
  const booked = (booking: string, ...ids: string[]): Stay => ({
    ...times,
    booking,
    name: "Reserved",
    verdict: "ready",
    has_arrived: false,
    locks: ids.map((id) => ({
      device_id: id,
      access_code_id: id,
      verdict: "ready",
      reason: null,
    })),
  });
  const flat = (
    title: string,
    ids: string[],
    stays: Stay[] | null,
    calendar: string | null = `calendar.${title.toLowerCase()}`,
  ): Stays => ({
    entry_id: "entry",
    subentry_id: title,
    title,
    is_calendar_lost: false,
    kept: 0,
    calendar,
    access_code_ids: ids,
    stays,
  });
  const HOUSE = "calendar.house";
  const late = { ends_at: "2026-12-05T12:00:00Z" };
  const [a, b] = [reserved("A"), reserved("B")];

  test.each<[string, Code[], Stays[], string[][], string[]?]>([
    [
      "of two flats",
      [a, b],
      [flat("A", ["A"], [stay("A")]), flat("B", ["B"], [stay("B")])],
      [["A"], ["B"]],
    ],
    [
      "of two flats, before their stays are known",
      [a, b],
      [flat("A", ["A"], null), flat("B", ["B"], null)],
      [["A"], ["B"]],
    ],
    [
      "of two flats, for those who are no administrators",
      [a, b],
      [flat("A", [], [stay("A")], null), flat("B", [], [stay("B")], null)],
      [["A"], ["B"]],
    ],
    [
      "of one booking, with locks of two workspaces",
      [a, b],
      [
        flat("1", ["A"], [stay("A")], HOUSE),
        flat("2", ["B"], [booked("A", "B")], HOUSE),
      ],
      [["A", "B"]],
    ],
    [
      "of one booking, with locks of two workspaces, before their stays are known",
      [a, b],
      [flat("1", ["A"], null, HOUSE), flat("2", ["B"], null, HOUSE)],
      [["A", "B"]],
    ],
    [
      "of one booking, with locks of two workspaces, for those who are no administrators",
      [a, b],
      [flat("1", [], [stay("A")], null), flat("2", [], [booked("A", "B")], null)],
      [["A", "B"]],
    ],
    [
      "of two bookings, with locks of two workspaces",
      [a, b],
      [flat("1", ["A"], [stay("A")], HOUSE), flat("2", ["B"], [stay("B")], HOUSE)],
      [["A"], ["B"]],
    ],
    [
      "of a flat and a guest who has no booking",
      [a, b],
      [flat("A", ["A"], [stay("A")])],
      [["A"], ["B"]],
    ],
    [
      "of one calendar",
      [a, b, reserved("C"), reserved("D")],
      [flat("House", ["A", "B", "C", "D"], [stay("A", "C"), stay("D", "B")])],
      [
        ["A", "C"],
        ["B", "D"],
      ],
    ],
    [
      "who leave, and are no longer listed",
      [a, b, reserved("C", late)],
      [flat("House", ["A", "B", "C"], [])],
      [["A", "B"], ["C"]],
    ],
    [
      "and one of whose locks rounds times",
      [a, reserved("C", late)],
      [flat("House", ["A", "C"], [stay("A", "C")])],
      [["A"], ["C"]],
      ["A", "C"],
    ],
  ])("are one person only if they are of one booking: %s", (...row) => {
    const [, codes, stays, expected, linked = expected[0]] = row;
    const locks = codes.map((one) => lock(one.access_code_id, [one]));
    const ids = (entries: { code: Code }[]) =>
      entries.map((entry) => entry.code.access_code_id);
    expect(people(entriesOf(locks), stays).map(ids)).toEqual(expected);
    const [entry] = entriesOf(locks);
    if (!entry) throw new Error();
    expect(ids([entry, ...elsewhere(locks, entry, stays)])).toEqual(linked);
    expect(ids(linkedCodes(locks, entry, stays))).toEqual(linked);
  });
});

test("found codes are the unmanaged ones, with the codes that have the same PIN", () => {
  const copy = code("Copy", "active", { is_managed: false });
  const original = code("Original", "active");
  copy.same_pin_as = [original.access_code_id];
  const [entry, ...more] = found([lock("Door", [original, copy])]);
  expect(more).toEqual([]);
  expect(entry?.code).toBe(copy);
  expect(entry?.sameAs).toEqual([original]);
  expect(names(found(home()).map((e) => e.code))).toContain("Factory code");
});
