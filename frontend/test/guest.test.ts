import { describe, expect, test } from "vitest";
import { code, lock } from "../dev/fake";
import {
  createData,
  fieldOf,
  formErrors,
  type GuestForm,
  knownGuest,
  linkedCodes,
  movedEnd,
  newGuest,
  nights,
  updateData,
} from "../src/logic/guest";

const ZONE = "America/New_York";
const OPTIONS = { check_in: "15:00", check_out: "11:00" };
const MORNING = new Date("2026-12-04T14:00:00Z"); // 9:00 in New York
const EVENING = new Date("2026-12-04T23:32:00Z"); // 18:32 in New York
const door = lock("Door", []);

const form = (change: Partial<GuestForm> = {}): GuestForm => ({
  ...newGuest([door], undefined, OPTIONS, MORNING, ZONE),
  name: "Ada",
  ...change,
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

  test("who is late comes within minutes", () => {
    const late = newGuest([door, lock("Gate", [])], undefined, OPTIONS, EVENING, ZONE);
    expect(late).toMatchObject({
      start: "2026-12-04T18:40",
      end: "2026-12-05T11:00",
      deviceIds: [],
    });
  });

  test("keeps the length of the stay when the check-in moves", () => {
    const stay = form({ end: "2026-12-07T11:00" });
    expect(nights(stay)).toBe(3);
    expect(movedEnd(stay, "2026-12-10T20:00")).toBe("2026-12-13T11:00");
  });
});

describe("the form", () => {
  const now = "2026-12-04T09:00";
  const keys = (change: Partial<GuestForm>, locks = [door]) =>
    formErrors(form(change), locks, now);

  test("is good", () => {
    expect(keys({})).toEqual({});
    expect(keys({ kind: "permanent", start: "", end: "" })).toEqual({});
  });

  test.each<[Partial<GuestForm>, string, string]>([
    [{ name: "  " }, "name", "name_missing"],
    [{ name: "a".repeat(101) }, "name", "name_too_long"],
    [{ start: "" }, "start", "time_missing"],
    [{ end: "" }, "end", "time_missing"],
    [{ start: "2026-12-03T10:00", end: "2026-12-04T08:59" }, "end", "end_in_past"],
    [{ end: "2026-12-04T15:00" }, "end", "end_before_start"],
    [{ pin: "own", ownPin: "12" }, "pin", "pin_digits"],
  ])("says what is wrong with %o", (change, field, key) => {
    expect(keys(change)).toMatchObject({ [field]: { key } });
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

test("a new code sends only what was chosen", () => {
  expect(createData(form({ name: " Ada " }))).toEqual({
    name: "Ada",
    starts_at: "2026-12-04T15:00:00",
    ends_at: "2026-12-05T11:00:00",
  });
  expect(
    createData(form({ kind: "permanent", pin: "own", ownPin: "0482", backup: true })),
  ).toEqual({ name: "Ada", ongoing: true, code: "0482" });
});

describe("a change", () => {
  const key = "one-key";
  const guest = code("Ada", "active", {
    starts_at: "2026-12-01T20:00:00Z",
    ends_at: "2026-12-06T16:00:00Z",
    common_code_key: key,
  });
  const other = code("Ada", "active", { common_code_key: key });
  const front = lock("Door", [guest]);
  const locks = [front, lock("Gate", [other])];
  const entry = { lock: front, code: guest };
  const known = knownGuest(guest, linkedCodes(locks, entry), OPTIONS, MORNING, ZONE);

  test("starts with what the code has, on all of its locks", () => {
    expect(known).toMatchObject({
      name: "Ada",
      start: "2026-12-01T15:00",
      end: "2026-12-06T11:00",
      pin: "keep",
      deviceIds: locks.map(({ device_id }) => device_id),
    });
    expect(updateData(known, guest, undefined, ZONE)).toEqual({});
  });

  test("sends only what is different", () => {
    expect(updateData({ ...known, name: "Ada L." }, guest, undefined, ZONE)).toEqual({
      new_name: "Ada L.",
    });
    expect(updateData({ ...known, kind: "permanent" }, guest, "482913", ZONE)).toEqual({
      ongoing: true,
      code: "482913",
    });
    expect(
      updateData({ ...known, end: "2026-12-07T11:00" }, guest, undefined, ZONE),
    ).toEqual({
      starts_at: "2026-12-01T15:00:00",
      ends_at: "2026-12-07T11:00:00",
    });
  });
});
