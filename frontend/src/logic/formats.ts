/** Dates, times, and numbers as the user's profile in Home Assistant asks for them. */

import type { HomeAssistant, Locale } from "../types";
import {
  cached,
  comesTwice,
  DAY,
  dateTimeFormat,
  HOUR,
  MINUTE,
  toLocal,
} from "./times";

type Settings = Pick<HomeAssistant, "locale" | "config">;

/** Return the time zone in which times are shown and typed: the user's or Home Assistant's. */
export function zoneOf({ locale, config }: Settings): string {
  return locale.time_zone === "local" ? browserZone() : config.time_zone;
}

/** Return that time zone if people might expect times in another one.
 *
 * Clocks that agree now may not agree at another time of the year.
 */
export function namedZone(
  hass: Settings,
  moments: readonly Date[],
): string | undefined {
  const differ = moments.some(
    (moment) =>
      toLocal(moment, browserZone()) !== toLocal(moment, hass.config.time_zone),
  );
  return differ ? zoneOf(hass) : undefined;
}

function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Return the format of a date, without its time of day. */
export function dateFormat(
  hass: Settings,
  options: Intl.DateTimeFormatOptions,
  timeZone = zoneOf(hass),
): Intl.DateTimeFormat {
  return dateTimeFormat(dateLanguage(hass.locale), { timeZone, ...options });
}

/** Return the language of dates. Of a language, countries may order day and month differently. */
function dateLanguage({ language, date_format }: Locale): string {
  const chosen = {
    DMY: "en-GB",
    MDY: "en-US",
    system: Intl.DateTimeFormat().resolvedOptions().locale,
  }[date_format];
  const base = (tag: string) => tag.split("-")[0];
  return chosen && base(chosen) === base(language) ? chosen : language;
}

/** Return a date with time, short and without the current year. */
export function formatTime(
  hass: Settings,
  iso: string,
  now: Date,
  timeZone = zoneOf(hass),
): string {
  const moment = new Date(iso);
  const [day, today] = [moment, now].map((m) => toLocal(m, timeZone).slice(0, 10)) as [
    string,
    string,
  ];
  const time = formatClock(hass, moment, timeZone);
  const distance = Math.round((Date.parse(day) - Date.parse(today)) / DAY);
  if (Math.abs(distance) <= 1) {
    const name = new Intl.RelativeTimeFormat(hass.locale.language, {
      numeric: "auto",
    }).format(distance, "day");
    return `${name}, ${time}`;
  }
  const options: Intl.DateTimeFormatOptions = {
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(day.slice(0, 4) === today.slice(0, 4) ? {} : { year: "numeric" }),
  };
  return `${dateFormat(hass, options, timeZone).format(moment)}, ${time}`;
}

function clockOptions({ locale }: Settings): Intl.DateTimeFormatOptions {
  const hasTwelve = hasTwelveHours(locale);
  return {
    hour: hasTwelve ? "numeric" : "2-digit",
    minute: "2-digit",
    hourCycle: hasTwelve ? "h12" : "h23",
  };
}

function formatClock(hass: Settings, moment: Date, timeZone: string): string {
  return dateTimeFormat(hass.locale.language, {
    timeZone,
    ...clockOptions(hass),
    ...(comesTwice(moment, timeZone) ? { timeZoneName: "short" } : {}),
  }).format(moment);
}

function hasTwelveHours({ language, time_format }: Locale): boolean {
  if (time_format === "12") return true;
  if (time_format === "24") return false;
  const chosen = time_format === "system" ? undefined : language;
  return dateTimeFormat(chosen, { hour: "numeric" }).resolvedOptions().hour12 === true;
}

/** Return the day on which weeks start, as `Date.getUTCDay` has it. */
export function firstWeekday({ language, first_weekday }: Locale): number {
  const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
  const chosen = days.indexOf(first_weekday.slice(0, 3));
  if (chosen >= 0) return chosen;
  // Some browsers have the property, others the method, and a few neither.
  const locale = new Intl.Locale(language) as Intl.Locale & {
    weekInfo?: { firstDay: number };
    getWeekInfo?: () => { firstDay: number };
  };
  return ((locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1) % 7;
}

/** Languages that write numbers as the setting says, as Home Assistant chooses them. */
const NUMBERS: Record<string, string> = {
  comma_decimal: "en-US",
  decimal_comma: "de",
  space_comma: "fr",
  quote_decimal: "de-CH",
  none: "en-US",
};

const numberFormat = cached(Intl.NumberFormat);

/** Return a number with the user's separators, and its unit in the user's language. */
export function formatNumber(
  { language, number_format }: Pick<Locale, "language" | "number_format">,
  value: number,
  options: Intl.NumberFormatOptions = {},
): string {
  const chosen =
    number_format === "system" ? undefined : (NUMBERS[number_format] ?? language);
  const separators = new Map(
    numberFormat(chosen, {})
      .formatToParts(12345.6)
      .map(({ type, value }) => [type, value]),
  );
  return numberFormat(language, {
    ...options,
    ...(number_format === "none" ? { useGrouping: false } : {}),
  })
    .formatToParts(value)
    .map(({ type, value }) =>
      type === "group" || type === "decimal" ? separators.get(type) : value,
    )
    .join("");
}

/** Return when something starts and ends, such as "Dec 4, 15:00 – Dec 6, 11:00". */
export function formatPeriod(hass: Settings, start: number, end: number): string {
  return dateFormat(hass, {
    day: "numeric",
    month: "short",
    ...clockOptions(hass),
  }).formatRange(start, end);
}

/** Return how long ago or ahead a moment is. */
export function formatDistance(hass: Settings, iso: string, now: Date): string {
  const milliseconds = Date.parse(iso) - now.getTime();
  const format = new Intl.RelativeTimeFormat(hass.locale.language, { numeric: "auto" });
  for (const [unit, size] of [
    ["day", DAY],
    ["hour", HOUR],
    ["minute", MINUTE],
  ] as const) {
    if (Math.abs(milliseconds) >= size) {
      return format.format(Math.round(milliseconds / size), unit);
    }
  }
  return format.format(0, "minute");
}

/** Return a duration in its largest units, such as "3 days 10 hr" or "4 hours". */
export function formatDuration({ locale }: Settings, milliseconds: number): string {
  const minutes = Math.round(milliseconds / MINUTE);
  const [unit, part, size] =
    minutes * MINUTE >= DAY
      ? (["day", "hour", DAY / HOUR] as const)
      : (["hour", "minute", HOUR / MINUTE] as const);
  const count = unit === "day" ? Math.round((minutes * MINUTE) / HOUR) : minutes;
  const [whole, rest] = [Math.floor(count / size), count % size];
  const format = (value: number, unit: string, unitDisplay: "long" | "short") =>
    formatNumber(locale, value, { style: "unit", unit, unitDisplay });
  return new Intl.ListFormat(locale.language, { type: "unit", style: "narrow" }).format(
    [
      ...(whole > 0 ? [format(whole, unit, "long")] : []),
      ...(rest > 0 || whole === 0
        ? [format(rest, part, whole > 0 ? "short" : "long")]
        : []),
    ],
  );
}
