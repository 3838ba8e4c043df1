import { expect, test } from "vitest";
import { lock } from "../dev/fake";
import { translate } from "../src/language";
import { activities, csv, matching, methodText, sources } from "../src/logic/activity";
import type { HomeAssistant } from "../src/types";

const front = lock("Front", []);
const back = lock("Back", []);
const locks = new Map([
  ["event.front", front],
  ["event.back", back],
]);
const event = (at: string, more: Record<string, unknown> = {}) => ({
  s: at,
  a: {
    event_type: "unlocked",
    access_code_name: "Ada",
    occurred_at: at,
    is_logged: true,
    ...more,
  },
});
const since = Date.parse("2026-12-01T00:00:00Z");
const read = (states: Parameters<typeof activities>[0]["states"]) =>
  activities({ states }, locks);

const shown = (states: Parameters<typeof read>[0]) =>
  matching(read(states), "", "", since);

test("the event entities of the locks are found by their device", () => {
  const entities = {
    "lock.front": { platform: "seam", device_id: "1" },
    "event.front": { platform: "seam", device_id: "1" },
    "event.doorbell": { platform: "other", device_id: "1" },
    "sensor.front": { platform: "seam", device_id: "1" },
    "event.elsewhere": { platform: "seam", device_id: "2" },
    "event.without_device": { platform: "seam" },
  };
  const found = sources({ entities } as unknown as HomeAssistant, [front, back]);
  expect([...found]).toEqual([["event.front", front]]);
});

test("states that are no event, or from before the period, are left out", () => {
  expect(
    shown({
      "event.front": [
        { s: "unavailable", a: {} },
        { s: "unknown", a: { event_type: null } },
        event("2026-11-30T23:59:59Z"),
        event("2026-12-02T10:00:00Z"),
      ],
      "event.unknown": [event("2026-12-02T10:00:00Z")],
    }).map(({ at, lockId }) => [at, lockId]),
  ).toEqual([["2026-12-02T10:00:00Z", front.device_id]]);
});

test("what Home Assistant's activity log leaves out is left out", () => {
  const at = "2026-12-02T10:00:00Z";
  expect(
    shown({
      "event.front": [
        event(at, { event_type: "changed", is_logged: false }),
        event(at, { event_type: "other", is_logged: false }),
        event(at, { event_type: "created" }),
      ],
    }).map(({ type }) => type),
  ).toEqual(["created"]);
});

test("a new type of event is shown as Seam calls it", () => {
  const [row] = read({
    "event.front": [
      event("2026-12-02T10:00:00Z", {
        event_type: "other",
        seam_event_type: "access_code.enchanted.at_night",
      }),
    ],
  });
  expect(row?.other).toBe("Enchanted at night");
});

test("the reason for a denied entry is not said twice", () => {
  const reasons = [
    { reason_code: "unknown_code", reason_message: "Access was denied: unknown code." },
    { reason_message: "It is over." },
    {},
  ].map((reason) => {
    const states = [
      event("2026-12-02T10:00:00Z", { event_type: "access_denied", ...reason }),
    ];
    return read({ "event.front": states })[0]?.reason;
  });
  expect(reasons).toEqual(["Unknown code", "It is over.", null]);
});

test("an event that is written again, with a masked name, is the same event", () => {
  const [first, again, other] = read({
    "event.front": [
      event("2026-12-02T10:00:00Z", { access_code_name: "Ada 4821" }),
      event("2026-12-02T10:00:00Z", { access_code_name: "Ada ••••" }),
      event("2026-12-02T10:00:00Z", { access_code_id: "other" }),
    ],
  });
  expect(again?.key).toBe(first?.key);
  expect(other?.key).not.toBe(first?.key);
});

test("activity is filtered by name and lock, and the latest comes first", () => {
  const all = read({
    "event.front": [
      event("2026-12-02T10:00:00Z"),
      // Earlier than the one before, although it looks later.
      event("2026-12-02T10:30:00+02:00"),
      event("2026-12-03T10:00:00Z", { access_code_name: null }),
    ],
    "event.back": [event("2026-12-04T10:00:00Z")],
  });
  const times = (search: string, lockId: string) =>
    matching(all, search, lockId, since).map(({ at }) => at);
  expect(times("", "")[0]).toBe("2026-12-04T10:00:00Z");
  expect(times(" ada ", front.device_id)).toEqual([
    "2026-12-02T10:00:00Z",
    "2026-12-02T10:30:00+02:00",
  ]);
});

test.each([
  ["=HYPERLINK(1)", `"'=HYPERLINK(1)"`],
  ["+1", `"'+1"`],
  ["-1", `"'-1"`],
  ["@SUM(1)", `"'@SUM(1)"`],
  ["  =1", `"'  =1"`],
  ["\t=1", `"'\t=1"`],
  ["\r=1", `"'\r=1"`],
  ['Ada "the first", Countess\nof L.', '"Ada ""the first"", Countess\nof L."'],
  ["a=b", '"a=b"'],
  [null, '""'],
])("a spreadsheet shows %j as text", (value, cell) => {
  expect(csv([[value, "x"]])).toBe(`\uFEFF${cell},"x"\r\n`);
});

test("says how somebody unlocked, as far as it is known", () => {
  const t = translate("en", () => {});
  expect(methodText(t, "manual")).toBe("Manually");
  expect(methodText(t, "mobile_key")).toBe("With a phone");
  expect(methodText(t, "unknown")).toBeUndefined();
  expect(methodText(t, "Ada")).toBeUndefined();
  expect(methodText(t, null)).toBeUndefined();
});
