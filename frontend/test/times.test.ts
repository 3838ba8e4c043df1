import { describe, expect, test } from "vitest";
import { addDays, toLocal, toMoment } from "../src/logic/times";

describe("local times", () => {
  test.each([
    ["Europe/Berlin", "2026-07-01T13:00:00Z", "2026-07-01T15:00"],
    ["America/New_York", "2026-12-31T23:30:00Z", "2026-12-31T18:30"],
    ["Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01T05:45"],
    ["Pacific/Auckland", "2026-01-01T11:00:00Z", "2026-01-02T00:00"],
  ])("are those of %s", (zone, moment, local) => {
    expect(toLocal(new Date(moment), zone)).toBe(local);
  });

  test.each([
    ["2026-07-01T15:00", "2026-07-01T19:00:00.000Z"],
    ["2026-12-31T18:30", "2026-12-31T23:30:00.000Z"],
    // The clocks are put forward.
    ["2026-03-08T01:59", "2026-03-08T06:59:00.000Z"],
    ["2026-03-08T02:30", "2026-03-08T07:30:00.000Z"],
    ["2026-03-08T03:00", "2026-03-08T07:00:00.000Z"],
    // They are put back: the first of both that is to come.
    ["2026-11-01T01:10", "2026-11-01T06:10:00.000Z"],
    ["2026-11-01T01:30", "2026-11-01T05:30:00.000Z"],
    ["2026-11-01T02:00", "2026-11-01T07:00:00.000Z"],
  ])("%s is one moment", (local, moment) => {
    const now = new Date("2026-11-01T05:20:00Z");
    expect(toMoment(local, "America/New_York", now).toISOString()).toBe(moment);
  });

  test("stay the same time of day some days later, whatever the clocks do", () => {
    expect(addDays("2026-10-24T11:00", 1)).toBe("2026-10-25T11:00");
  });
});
