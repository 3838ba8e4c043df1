import { describe, expect, test } from "vitest";
import { code, lock, problem } from "../dev/fake";
import { today } from "../src/logic/today";
import type { CodeState, Lock, Stays, Verdict } from "../src/types";

const names = (locks: { name: string | null }[] | undefined) =>
  locks?.map(({ name }) => name);

describe("today", () => {
  const now = new Date("2026-12-04T12:00:00Z");
  const on = (locks: Lock[], stays: Stays[] = [], available = true) => {
    const entry = { title: "Flats", error: null, conversion: null, available };
    const entries = [{ ...entry, entry_id: lock("", []).entry_id }];
    return today({ locks, stays, entries }, now);
  };

  test("sorts codes into those that need attention, arrive, leave, and are in", () => {
    const codes = [
      code("Arriving", "scheduled", { starts_at: "2026-12-05T12:00:00Z" }),
      code("Brief", "scheduled", {
        starts_at: "2026-12-05T13:00:00Z",
        ends_at: "2026-12-06T10:00:00Z",
      }),
      code("Late", "scheduled", { starts_at: "2026-12-07T12:00:00Z" }),
      code("Leaving", "active", { ends_at: "2026-12-04T13:00:00Z" }),
      code("Broken", "failed", { starts_at: "2026-12-04T13:00:00Z" }),
      code("Backup", "active", { is_backup: true }),
      code("Gone", "expired", { ends_at: "2026-12-04T11:00:00Z" }),
    ];
    const result = on([lock("Door", codes)]);
    const of = (entries: { code: { name: string | null } }[]) =>
      entries.map((entry) => entry.code.name);
    expect(of(result.arriving)).toEqual(["Broken", "Arriving", "Brief"]);
    expect(of(result.leaving)).toEqual(["Leaving", "Brief"]);
    expect(of(result.now)).toEqual(["Leaving"]);
    expect(of(result.attention)).toEqual(["Broken"]);
  });

  test("shows a problem of an account once for all of its locks", () => {
    const account = problem("Disconnected.", { scope: "connected_account" });
    const locks = ["Front", "Back"].map((name) =>
      lock(name, [], { problems: [account] }),
    );
    const { problems } = on(locks);
    expect(problems).toHaveLength(1);
    expect(names(problems[0]?.locks)).toEqual(["Front", "Back"]);
  });

  test("shows locks whose codes are not known, but not while none are", () => {
    const unknown = lock("Front", [], { codes_known: false });
    const empty = lock("Back", []);
    expect(names(on([unknown, empty]).locks)).toEqual(["Front"]);
    expect(on([unknown, { ...unknown, name: "Side" }]).locks).toEqual([]);
    expect(on([unknown, empty], [], false).locks).toEqual([]);
  });

  const PAST = "2026-12-04T11:00:00Z";
  const FUTURE = "2026-12-05T11:00:00Z";

  test.each<[CodeState, string | null, boolean, "bad" | "uncertain" | "good"]>([
    ["active", null, true, "good"],
    ["scheduled", FUTURE, true, "good"],
    ["setting", FUTURE, true, "good"],
    ["setting", PAST, true, "uncertain"],
    ["setting", null, true, "uncertain"],
    ["unknown", PAST, true, "uncertain"],
    ["disabled", PAST, true, "bad"],
    ["failed", PAST, true, "bad"],
    ["at_risk", PAST, true, "bad"],
    ["removing", PAST, true, "good"],
    ["expired", PAST, true, "good"],
    ["setting", null, false, "good"],
    ["unknown", null, false, "good"],
    ["disabled", null, false, "good"],
  ])("takes a code that is %s, from %s on, managed: %s, as %s", (...row) => {
    const [state, starts_at, is_managed, expected] = row;
    const { attention, isUncertain } = on([
      lock("Door", [code("Ada", state, { starts_at, is_managed })]),
    ]);
    expect(attention).toHaveLength(expected === "bad" ? 1 : 0);
    expect(isUncertain).toBe(expected === "uncertain");
  });

  test.each<[Verdict, boolean, string | null, "bad" | "uncertain" | "good"]>([
    ["at_risk", false, null, "bad"],
    ["at_risk", false, "good", "bad"],
    // The code itself is listed.
    ["at_risk", false, "failed", "good"],
    ["at_risk", true, null, "good"],
    ["setting", false, null, "uncertain"],
    ["setting", true, null, "good"],
    ["unknown", false, null, "uncertain"],
    ["ready", false, "good", "good"],
  ])("takes a stay that is %s, arrived: %s, with code: %s, as %s", (...row) => {
    const [verdict, has_arrived, access_code_id, expected] = row;
    const door = lock("Door", [
      code("Ada", "active", { access_code_id: "good" }),
      code("Bob", "failed", { access_code_id: "failed" }),
    ]);
    const stays = {
      entry_id: door.entry_id,
      subentry_id: "stays",
      title: "Bookings",
      is_calendar_lost: false,
      kept: 0,
      calendar: "calendar.bookings",
      access_code_ids: [],
      stays: [
        {
          booking: "1",
          name: "Grace",
          starts_at: PAST,
          ends_at: FUTURE,
          verdict,
          has_arrived,
          locks: [
            { device_id: door.device_id, access_code_id, verdict, reason: "Full." },
          ],
        },
      ],
    };
    const result = on([door], [stays]);
    expect(result.stays.map(({ place }) => place.reason)).toEqual(
      expected === "bad" ? ["Full."] : [],
    );
    expect(result.isUncertain).toBe(expected === "uncertain");
    expect(result.attention).toHaveLength(1);
  });
});
