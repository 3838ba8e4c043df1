import { describe, expect, test } from "vitest";
import {
  addDays,
  formatDistance,
  formatDuration,
  formatTime,
  HOUR,
  otherZone,
  toLocal,
  toMoment,
} from "../src/logic/times";
import type { HomeAssistant } from "../src/types";

const hass = {
  language: "en",
  locale: { language: "en-GB", time_format: "24" },
  config: { time_zone: "America/New_York" },
} as HomeAssistant;

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

test("a time is shown in Home Assistant's time zone, not the browser's", () => {
  const now = new Date("2026-12-04T12:00:00Z");
  expect(formatTime(hass, "2026-12-05T02:30:00Z", now)).toBe("today, 21:30");
  expect(formatTime(hass, "2026-12-05T15:00:00Z", now)).toBe("tomorrow, 10:00");
  expect(formatTime(hass, "2026-12-11T15:00:00Z", now)).toBe("Fri 11 Dec, 10:00");
  expect(formatTime(hass, "2027-01-11T15:00:00Z", now)).toBe("Mon, 11 Jan 2027, 10:00");
});

test.each([
  ["en-GB", "language", "15:05"],
  ["en-US", "language", "3:05 PM"],
  ["en-GB", "12", "3:05 pm"],
  ["en-US", "24", "15:05"],
  ["de", "24", "15:05"],
  ["en-US", "24", "00:05", "2026-12-05T05:05:00Z"],
])(
  "a clock in %s with the setting %s",
  (language, time_format, clock, at = "2026-12-04T20:05:00Z") => {
    const settings = { ...hass, locale: { language, time_format } };
    const text = formatTime(settings, at, new Date(at));
    expect(text.split(/, /)[1]?.replace(" ", " ")).toBe(clock);
  },
);

test("the clock of the system follows the browser's language", () => {
  const at = "2026-12-04T20:05:00Z";
  const of = (language: string) =>
    formatTime(
      { ...hass, locale: { language, time_format: "system" } },
      at,
      new Date(at),
    );
  const isTwelve = new Intl.DateTimeFormat(undefined, {
    hour: "numeric",
  }).resolvedOptions().hour12;
  expect(of("en-GB").includes("15:05")).toBe(!isTwelve);
});

test("the zone is named where the browser's clock shows another time", () => {
  const now = new Date("2026-12-04T12:00:00Z");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  expect(otherZone({ ...hass, config: { time_zone: here } }, now)).toBeUndefined();
  const zones = ["America/New_York", "Asia/Kathmandu"].filter((zone) => zone !== here);
  expect(otherZone({ ...hass, config: { time_zone: zones[0] ?? "" } }, now)).toBe(
    zones[0],
  );
});

test("a time that comes twice has its time zone", () => {
  const now = new Date("2026-10-30T12:00:00Z");
  expect(formatTime(hass, "2026-11-01T05:30:00Z", now)).toBe("Sun 1 Nov, 01:30 GMT-4");
  expect(formatTime(hass, "2026-11-01T06:30:00Z", now)).toBe("Sun 1 Nov, 01:30 GMT-5");
  expect(formatTime(hass, "2026-11-01T20:30:00Z", now)).toBe("Sun 1 Nov, 15:30");
});

test("a duration uses the largest unit", () => {
  expect(formatDuration(hass, 4 * HOUR)).toBe("4 hours");
  expect(formatDuration(hass, 30 * HOUR)).toBe("1.3 days");
  expect(formatDuration(hass, HOUR / 2)).toBe("30 minutes");
});

test("a distance uses the largest unit", () => {
  const now = new Date("2026-12-04T12:00:00Z");
  expect(formatDistance(hass, "2026-12-04T11:59:40Z", now)).toBe("this minute");
  expect(formatDistance(hass, "2026-12-04T11:15:00Z", now)).toBe("45 minutes ago");
  expect(formatDistance(hass, "2026-12-02T11:15:00Z", now)).toBe("2 days ago");
});
