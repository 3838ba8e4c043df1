import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { code } from "../dev/fake";
import type { Context } from "../src/context";
import { translator } from "../src/language";
import {
  dateFormat,
  firstWeekday,
  formatDistance,
  formatDuration,
  formatNumber,
  formatPeriod,
  formatTime,
  namedZone,
  zoneOf,
} from "../src/logic/formats";
import { createData, knownGuest, newGuest } from "../src/logic/guest";
import { shareText } from "../src/logic/share";
import { daysFrom } from "../src/logic/timeline";
import { DAY, HOUR, MINUTE, toLocal } from "../src/logic/times";
import type { HomeAssistant, Locale } from "../src/types";

const HERE = Intl.DateTimeFormat().resolvedOptions();
const LOCALE: Locale = {
  language: "en-GB",
  number_format: "language",
  time_format: "24",
  date_format: "language",
  time_zone: "server",
  first_weekday: "language",
};
const withLocale = (locale: Partial<Locale>, time_zone = "America/New_York") =>
  ({
    language: "en",
    locale: { ...LOCALE, ...locale },
    config: { time_zone },
  }) as HomeAssistant;
const hass = withLocale({});

test("a time is shown in Home Assistant's time zone, not the browser's", () => {
  const now = new Date("2026-12-04T12:00:00Z");
  expect(formatTime(hass, "2026-12-05T02:30:00Z", now)).toBe("today, 21:30");
  expect(formatTime(hass, "2026-12-05T15:00:00Z", now)).toBe("tomorrow, 10:00");
  expect(formatTime(hass, "2026-12-11T15:00:00Z", now)).toBe("Fri 11 Dec, 10:00");
  expect(formatTime(hass, "2027-01-11T15:00:00Z", now)).toBe("Mon, 11 Jan 2027, 10:00");
});

test.each([
  ["en-GB", "language", "15:05"],
  ["en-US", "language", "3:05 PM"],
  ["en-GB", "12", "3:05 pm"],
  ["en-US", "24", "15:05"],
  ["de", "24", "15:05"],
  ["en-US", "24", "00:05", "2026-12-05T05:05:00Z"],
  ["ja", "24", "09:05", "2026-12-04T14:05:00Z"],
])(
  "a clock in %s with the setting %s shows %s",
  (language, time_format, clock, at = "2026-12-04T20:05:00Z") => {
    const text = formatTime(withLocale({ language, time_format }), at, new Date(at));
    expect(text.split(/, /)[1]?.replace("\u202f", " ")).toBe(clock);
  },
);

test("the clock of the system follows the browser's language", () => {
  const at = "2026-12-04T20:05:00Z";
  const text = formatTime(withLocale({ time_format: "system" }), at, new Date(at));
  const { hour12 } = new Intl.DateTimeFormat(HERE.locale, {
    hour: "numeric",
  }).resolvedOptions();
  expect(text.includes("15:05")).toBe(!hour12);
});

test.each([
  ["en", "language", "Fri, Dec 11", "Dec4,15:00–Dec11,11:00"],
  ["en", "DMY", "Fri 11 Dec", "4Dec,15:00–11Dec,11:00"],
  ["en", "MDY", "Fri, Dec 11", "Dec4,15:00–Dec11,11:00"],
  ["en-GB", "MDY", "Fri, Dec 11", "Dec4,15:00–Dec11,11:00"],
  // A date with the name of its month has no other order in these languages.
  ["de", "MDY", "Fr., 11. Dez.", "4.Dez.,15:00–11.Dez.,11:00"],
  ["en-GB", "YMD", "Fri 11 Dec", "4Dec,15:00–11Dec,11:00"],
])("a date in %s with the setting %s is %s", (language, date_format, date, dates) => {
  const settings = withLocale({ language, date_format });
  const text = formatTime(settings, "2026-12-11T20:05:00Z", new Date("2026-12-01"));
  expect(text).toBe(`${date}, 15:05`);
  const range = formatPeriod(
    settings,
    Date.parse("2026-12-04T20:00:00Z"),
    Date.parse("2026-12-11T16:00:00Z"),
  );
  expect(range.replaceAll(/\s/g, "")).toBe(dates);
});

test.each([
  ["12", "Dec4,3:00–4:30PM"],
  ["24", "Dec4,15:00–16:30"],
])("a period within a day with a clock of %s hours is %s", (time_format, text) => {
  const settings = withLocale({ language: "en", time_format });
  const start = Date.parse("2026-12-04T20:00:00Z");
  const period = formatPeriod(settings, start, start + 90 * MINUTE);
  expect(period.replaceAll(/\s/g, "")).toBe(text);
});

test.each([
  ["language", "1,234.5"],
  ["comma_decimal", "1,234.5"],
  ["decimal_comma", "1.234,5"],
  ["space_comma", "1 234,5"],
  ["quote_decimal", "1’234.5"],
  ["none", "1234.5"],
])("a number with the setting %s is %s", (number_format, text) => {
  const settings = withLocale({ number_format });
  const number = formatNumber(settings.locale, 1234.5);
  expect(number.replace("\u202f", " ").replace("'", "’")).toBe(text);
  const t = translator("en", {}, number_format);
  expect(t("show_all", { count: 1234 })).toBe(
    `Show all ${formatNumber(settings.locale, 1234)}`,
  );
});

test.each([
  ["de", "language", 1],
  ["en-US", "language", 0],
  ["en-US", "monday", 1],
  ["de", "saturday", 6],
  ["de", "sunday", 0],
])(
  "weeks in %s with the setting %s start on day %d",
  (language, first_weekday, day) => {
    expect(firstWeekday({ ...LOCALE, language, first_weekday })).toBe(day);
  },
);

describe.each([
  ["server", "America/New_York", "15:05"],
  ["local", "Asia/Tokyo", "05:05"],
])("with the time zone of the setting %s", (time_zone, zone, clock) => {
  const settings = withLocale({ time_zone });
  const now = new Date("2026-12-04T12:00:00Z");
  const at = "2026-12-10T20:05:00.000Z";
  beforeEach(() => {
    vi.stubEnv("TZ", "Asia/Tokyo");
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("times and days are those of its clocks", () => {
    expect(zoneOf(settings)).toBe(zone);
    expect(formatTime(settings, at, now)).toContain(clock);
    const date = toLocal(new Date(at), zoneOf(settings)).slice(0, 10);
    const { start, end } = daysFrom(date, 0, zoneOf(settings)).days.map(
      ({ start }, index, all) => ({ start, end: all[index + 1]?.start ?? 0 }),
    )[0] as { start: number; end: number };
    expect(start).toBeLessThanOrEqual(Date.parse(at));
    expect(end).toBeGreaterThan(Date.parse(at));
    const heading = dateFormat(settings, { day: "numeric" }).format(start);
    expect(heading).toBe(String(Number(date.slice(8))));
  });

  test("what is typed is what is shown", () => {
    const options = { check_in: "15:00", check_out: "11:00" };
    const stay = code("Ada", "scheduled", { starts_at: at, ends_at: at });
    const form = knownGuest(stay, [], options, now, settings);
    expect(form.start.slice(11)).toBe(clock);
    expect(createData(form, [], now, zoneOf(settings))).toMatchObject({
      starts_at: at,
      ends_at: at,
    });
  });

  test("the usual times and the message for the guest are those at the lock", () => {
    const options = { check_in: "15:00", check_out: "11:00" };
    const form = newGuest([], undefined, options, now, settings);
    const { starts_at, ends_at } = createData(form, [], now, zoneOf(settings)) as {
      starts_at: string;
      ends_at: string;
    };
    expect(starts_at).toBe("2026-12-04T20:00:00.000Z");
    expect(ends_at).toBe("2026-12-05T16:00:00.000Z");
    const context = { hass: settings, t: translator("en", {}) } as Context;
    const message = shareText(context, "Ada", [], "1234", { starts_at, ends_at });
    expect(message).toContain("15:00");
    expect(message).toContain("11:00");
  });

  test("the zone is named, as somebody may think of the other one", () => {
    expect(namedZone(settings, [now])).toBe(zone);
    const near = withLocale({ time_zone }, "Asia/Tokyo");
    expect(namedZone(near, [now])).toBeUndefined();
  });

  test("the zone is named if the clocks differ at one of the times", () => {
    vi.stubEnv("TZ", "America/Phoenix");
    const home = withLocale({ time_zone }, "America/Los_Angeles");
    const [summer, winter] = ["2026-07-01T18:00Z", "2026-12-04T18:00Z"].map(
      (iso) => new Date(iso),
    ) as [Date, Date];
    expect(namedZone(home, [summer])).toBeUndefined();
    expect(namedZone(home, [summer, winter])).toBe(zoneOf(home));
  });
});

test("a time that comes twice has its time zone", () => {
  const now = new Date("2026-10-30T12:00:00Z");
  expect(formatTime(hass, "2026-11-01T05:30:00Z", now)).toBe("Sun 1 Nov, 01:30 GMT-4");
  expect(formatTime(hass, "2026-11-01T06:30:00Z", now)).toBe("Sun 1 Nov, 01:30 GMT-5");
  expect(formatTime(hass, "2026-11-01T20:30:00Z", now)).toBe("Sun 1 Nov, 15:30");
});

test.each([
  [4 * HOUR, "4 hours"],
  [30 * HOUR, "1 day 6 hr"],
  [3 * DAY, "3 days"],
  [3 * DAY - 1000, "3 days"],
  [DAY + 1000, "1 day"],
  [4.5 * HOUR, "4 hours 30 min"],
  [HOUR / 2, "30 minutes"],
  [0, "0 minutes"],
])("a duration of %d uses the largest units: %s", (milliseconds, text) => {
  expect(formatDuration(withLocale({ language: "en" }), milliseconds)).toBe(text);
});

test("a duration has the units of the language", () => {
  const settings = withLocale({ language: "de" });
  expect(formatDuration(settings, 82 * HOUR)).toBe("3 Tage, 10 Std.");
});

test("a distance uses the largest unit", () => {
  const now = new Date("2026-12-04T12:00:00Z");
  expect(formatDistance(hass, "2026-12-04T11:59:40Z", now)).toBe("this minute");
  expect(formatDistance(hass, "2026-12-04T11:15:00Z", now)).toBe("45 minutes ago");
  expect(formatDistance(hass, "2026-12-02T11:15:00Z", now)).toBe("2 days ago");
});
