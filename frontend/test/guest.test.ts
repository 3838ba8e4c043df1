import { describe, expect, test } from "vitest";
import rules from "../../tests/rules.json";
import { code, lock, problem } from "../dev/fake";
import {
  createData,
  fieldOf,
  formErrors,
  type GuestForm,
  knownGuest,
  linkedCodes,
  nameError,
  newGuest,
  nights,
  overlappingStays,
  updateData,
  withEnd,
  withFutureStart,
  withStart,
} from "../src/logic/guest";
import type { HomeAssistant, Lock } from "../src/types";

const ZONE = "America/New_York";
const hass = {
  locale: { time_zone: "server" },
  config: { time_zone: ZONE },
} as HomeAssistant;
const OPTIONS = { check_in: "15:00", check_out: "11:00" };
const MORNING = new Date("2026-12-04T14:00:00Z"); // 9:00 in New York
const door = lock("Door", []);

const form = (change: Partial<GuestForm> = {}): GuestForm => ({
  ...newGuest([door], undefined, OPTIONS, MORNING, hass),
  name: "Ada",
  ...change,
});

test.each([
  ["2026-12-05T15:00", "2026-12-06T11:00", ["Eve"]],
  ["2026-12-05T15:00", "2026-12-05T15:00", []],
  ["2026-12-05T15:00", "2026-12-05T11:00", []],
  ["2026-12-05T15:00", "", []],
  ["2026-12-01T15:00", "2026-12-04T08:00", []],
])("a stay from %s to %j overlaps with %j if it is possible", (start, end, names) => {
  const times = { starts_at: "2026-11-01T12:00:00Z", ends_at: "2026-12-31T12:00:00Z" };
  const other = lock("Door", [code("Eve", "active", times)]);
  const found = overlappingStays(form({ start, end }), [other], [], MORNING, ZONE);
  expect(found.map((entry) => entry.code.name)).toEqual(names);
});

describe("a new guest", () => {
  test("stays from check-in to check-out of the next day, in Home Assistant's zone", () => {
    expect(form()).toMatchObject({
      kind: "stay",
      start: "2026-12-04T15:00",
      end: "2026-12-05T11:00",
      deviceIds: [door.device_id],
    });
  });

  test.each([
    ["18:30:00", "18:35"],
    ["18:32:00", "18:35"],
    ["18:34:00", "18:35"],
    ["18:34:01", "18:40"],
  ])("who is late, at %s, comes within minutes", (time, start) => {
    const now = new Date(`2026-12-04T${time}-05:00`);
    const late = newGuest([door, lock("Gate", [])], undefined, OPTIONS, now, hass);
    expect(late).toMatchObject({
      start: `2026-12-04T${start}`,
      end: "2026-12-05T11:00",
      deviceIds: [],
    });
  });

  test("starts later if a lock that needs a start in the future is tried again", () => {
    const again = (change: Partial<GuestForm>) =>
      withFutureStart(form(change), new Date(MORNING.getTime() + 1), ZONE).start;
    expect(again({ start: "2026-12-04T08:55" })).toBe("2026-12-04T09:05");
    expect(again({ start: "2026-12-04T09:00" })).toBe("2026-12-04T09:05");
    expect(again({ start: "2026-12-04T09:01" })).toBe("2026-12-04T09:01");
    expect(again({ start: "", kind: "permanent" })).toBe("");
  });

  test("keeps the length of the stay when the check-in moves", () => {
    const stay = form({ end: "2026-12-07T11:00" });
    expect(nights(stay)).toBe(3);
    expect(withStart(stay, "2026-12-10T20:00").end).toBe("2026-12-13T11:00");
  });

  test.each<[string, string[], string]>([
    ["a day, erased first", ["", "2026-12-01T15:00", "2026-12-10T15:00"], "2026-12-12"],
    [
      "a year",
      ["0002-12-24T15:00", "0020-12-24T15:00", "2027-12-24T15:00"],
      "2027-12-26",
    ],
    ["a year of five digits", ["20261-12-24T15:00", "2026-12-24T15:00"], "2026-12-26"],
    ["nothing in the end", ["2026-12-01T15:00", ""], "2026-12-26"],
  ])("leaves when the whole check-in says, however one types %s", (_, typed, end) => {
    let stay = form({ start: "2026-12-24T15:00", end: "2026-12-26T11:00" });
    for (const start of typed) stay = { ...stay, ...withStart(stay, start) };
    expect(stay.end).toBe(`${end}T11:00`);
  });

  test("keeps a check-out that was chosen for an unknown check-in", () => {
    let stay = form({ start: "2026-12-24T15:00", end: "2026-12-26T11:00" });
    stay = { ...stay, ...withStart(stay, "") };
    stay = { ...stay, ...withEnd(stay, "2026-12-30T11:00") };
    for (const start of ["2026-12-02T15:00", "2026-12-28T15:00"]) {
      stay = { ...stay, ...withStart(stay, start) };
      expect(stay.end).toBe("2026-12-30T11:00");
    }
    stay = { ...stay, ...withEnd(stay, "2026-12-31T11:00") };
    stay = { ...stay, ...withStart(stay, "2026-12-27T15:00") };
    expect(stay.end).toBe("2026-12-30T11:00");
    stay = { ...stay, ...withEnd(stay, "") };
    expect(withStart(stay, "2026-12-20T15:00").end).toBe("");
  });
});

describe("the form", () => {
  const keys = (change: Partial<GuestForm>, locks = [door]) =>
    formErrors(form(change), undefined, locks, MORNING, ZONE);

  test("is good", () => {
    expect(keys({})).toEqual({});
    expect(keys({ kind: "permanent", start: "", end: "" })).toEqual({});
  });

  test.each<[Partial<GuestForm>, string, string]>([
    [{ name: "  " }, "name", "name_missing"],
    [{ name: "a".repeat(101) }, "name", "name_too_long"],
    [{ start: "" }, "start", "time_missing"],
    [{ end: "" }, "end", "time_missing"],
    [{ end: "12026-12-05T11:00" }, "end", "time_missing"],
    [{ start: "2026-12-03T10:00", end: "2026-12-04T08:59" }, "end", "end_in_past"],
    [{ end: "2026-12-04T15:00" }, "end", "end_before_start"],
  ])("says what is wrong with %o", (change, field, key) => {
    expect(keys(change)).toMatchObject({ [field]: { key } });
  });

  test("says how many digits a PIN has", () => {
    expect(keys({ pin: "own", ownPin: "12" })).toEqual({
      pin: { lengths: [4, 5, 6] },
    });
  });

  const error = (name: string, more: Partial<Lock> = {}) => {
    const message = nameError(name, [lock("Door", [code("Grace", "active")], more)]);
    return message && "key" in message ? message.key : message;
  };

  test.each(rules.names.accepted)("accepts the name %j", (name) => {
    expect(error(name)).toBeUndefined();
  });

  test.each(rules.names.refused)("refuses the name %j", (name) => {
    expect(error(name)).toMatch(/^name_(missing|invisible)$/);
  });

  test("refuses names that a lock does not accept", () => {
    expect(error("Grace")).toBe("name_taken");
    const limits = { ...door.rules, name_min: 3, name_max: 4 };
    expect(error("👩👩", { rules: limits })).toBe("name_too_short");
    expect(error("👩👩👩👩👩", { rules: limits })).toBe("name_too_long");
    expect(error("👩👩👩", { rules: limits })).toBeUndefined();
  });

  test("needs a lock that accepts it", () => {
    expect(keys({}, [])).toEqual({ locks: { key: "locks_missing" } });
    const reason = "Door only accepts codes with times.";
    const strict = lock("Door", [], { can: { ...door.can, create_ongoing: reason } });
    expect(keys({ kind: "permanent" }, [strict])).toEqual({ locks: { text: reason } });
  });

  test("shows an error of the integration at its field", () => {
    expect(fieldOf("new_name")).toBe("name");
    expect(fieldOf("code")).toBe("pin");
    expect(fieldOf("something_else")).toBeUndefined();
  });
});

describe("a new code", () => {
  const data = (change: Partial<GuestForm>, locks = [door]) =>
    createData(form(change), locks, MORNING, ZONE);
  const stay = {
    name: "Ada",
    starts_at: "2026-12-04T20:00:00.000Z",
    ends_at: "2026-12-05T16:00:00.000Z",
  };

  test("sends only what was chosen", () => {
    expect(data({ name: " Ada " })).toEqual(stay);
    expect(data({ kind: "permanent", pin: "own", ownPin: "0482" })).toEqual({
      name: "Ada",
      ongoing: true,
      code: "0482",
    });
  });

  const can = { ...door.can, backup: "No", create_offline: "No" };
  const without = lock("Gate", [], { can, rules: { ...door.rules, lengths: [4] } });

  test.each<[string, Partial<GuestForm>, Partial<GuestForm>, (typeof door)[]]>([
    ["backup", { backup: true }, {}, [door, without]],
    ["backup", { backup: true }, { kind: "permanent" }, [door]],
    ["offline", { offline: true }, {}, [door, lock("Gate", [])]],
    ["offline", { offline: true }, { pin: "own", ownPin: "0482" }, [door]],
    ["length", { length: 6 }, {}, [door, without]],
    ["length", { length: 6 }, { pin: "own", ownPin: "0482" }, [door]],
  ])(
    "does not send the option %s once it is not offered",
    (_, option, change, locks) => {
      expect(data(option)).not.toEqual(data({}));
      expect(data({ ...option, ...change }, locks)).toEqual(data(change, locks));
    },
  );
});

describe("a change", () => {
  const key = "one-key";
  const guest = code("Ada", "active", {
    starts_at: "2026-12-01T20:00:00Z",
    ends_at: "2026-12-06T16:00:00Z",
    is_external_modification_allowed: true,
    common_code_key: key,
  });
  const other = code("Ada", "active", { common_code_key: key });
  const front = lock("Door", [guest]);
  const locks = [front, lock("Gate", [other])];
  const entry = { lock: front, code: guest };
  const known = knownGuest(
    guest,
    linkedCodes(locks, entry, []),
    OPTIONS,
    MORNING,
    hass,
  );

  test("starts with what the code has, on all of its locks", () => {
    expect(known).toMatchObject({
      name: "Ada",
      start: "2026-12-01T15:00",
      end: "2026-12-06T11:00",
      pin: "keep",
      deviceIds: locks.map(({ device_id }) => device_id),
    });
    expect(changes({})).toEqual({});
  });

  const changes = (change: Partial<GuestForm>, of = guest, pin?: string) =>
    updateData({ ...known, ...change }, known, of, pin, MORNING, ZONE);

  // The other code has no times and allows no changes.
  test.each<[Partial<GuestForm>, Record<string, unknown>]>([
    [{ name: "Ada L." }, { new_name: "Ada L." }],
    [{ kind: "permanent" }, { ongoing: true }],
    [{ external: false }, { allow_external_modification: false }],
  ])("sends what was edited, %o, to all codes", (change, data) => {
    expect(changes(change)).toEqual(data);
    expect(changes(change, other)).toEqual(data);
    expect(changes(change, other, "482913")).toEqual({ ...data, code: "482913" });
  });

  test("sends a code that needs attention again if nothing was edited", () => {
    const errors = [problem("It was not set.")];
    const allows = (allow_external_modification: boolean) => ({
      allow_external_modification,
    });
    expect(changes({}, { ...guest, errors })).toEqual(allows(true));
    expect(changes({}, { ...other, state: "failed" })).toEqual(allows(false));
    const name = { new_name: "Mia" };
    expect(changes({ name: "Mia" }, { ...guest, errors })).toEqual(name);
    expect(changes({}, { ...guest, warnings: errors })).toEqual({});
  });

  test("sends the time that was edited", () => {
    const end = { ends_at: "2026-12-07T16:00:00.000Z" };
    const start = { starts_at: "2026-12-01T21:00:00.000Z" };
    expect(changes({ end: "2026-12-07T11:00" })).toEqual(end);
    expect(changes({ start: "2026-12-01T16:00" })).toEqual(start);
    expect(changes({ end: "2026-12-07T11:00" }, other)).toEqual({
      starts_at: "2026-12-01T20:00:00.000Z",
      ...end,
    });
  });

  test("is not refused for what was not edited", () => {
    const late = new Date("2027-01-01T00:00:00Z");
    const strict = lock("Door", [guest], {
      can: { ...front.can, create_ongoing: "No permanent codes." },
      rules: { ...front.rules, name_max: 2 },
    });
    const errors = (change: Partial<GuestForm>, of = known) =>
      Object.keys(formErrors({ ...of, ...change }, of, [strict], late, ZONE));
    expect(errors({ external: false })).toEqual([]);
    expect(errors({ name: "Ada Lovelace" })).toEqual(["name"]);
    expect(errors({ start: "2026-12-01T16:00" })).toEqual(["end"]);
    expect(errors({ kind: "permanent" })).toEqual(["locks"]);
    const permanent = knownGuest(other, [], OPTIONS, MORNING, hass);
    expect(errors({ pin: "auto" }, permanent)).toEqual([]);
    expect(errors({ kind: "stay" }, permanent)).toEqual(["end"]);
  });
});
