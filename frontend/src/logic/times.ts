/** Times in Home Assistant's time zone, as texts like "2026-12-04T15:00". */

import type { HomeAssistant } from "../types";

const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Making a format takes much longer than using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** Return a format that is made once. */
export function dateFormat(
  language: string | undefined,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = JSON.stringify([language, options]);
  let format = formats.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(language, options);
    formats.set(key, format);
  }
  return format;
}

/** Return a moment as local time, as date and time inputs have it. */
export function toLocal(moment: Date, timeZone: string): string {
  // In Swedish, a time is "2026-12-04 15:00".
  const format = dateFormat("sv", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  return format.format(moment).replace(" ", "T");
}

/** Return the moment of a local time. Of two moments, take the first that is to come. */
export function toMoment(local: string, timeZone: string, now: Date): Date {
  const utc = Date.parse(`${local}Z`);
  const moments = [-DAY, DAY].map((distance) => {
    const near = utc + distance;
    const offset = Date.parse(`${toLocal(new Date(near), timeZone)}Z`) - near;
    return new Date(utc - offset);
  });
  const exact = moments.filter((moment) => toLocal(moment, timeZone) === local);
  // The clocks skip some times.
  return (exact.find((moment) => moment > now) ?? exact[0] ?? moments[0]) as Date;
}

/** Return a local time some days later, at the same time of day. */
export function addDays(local: string, days: number): string {
  return new Date(Date.parse(`${local}Z`) + days * DAY).toISOString().slice(0, 16);
}

/** Return the moment at which a local date starts, which need not be midnight. */
export function startOfDay(date: string, timeZone: string): number {
  const midnight = Date.parse(`${date}T00:00Z`);
  // Clocks are at most 14 hours ahead of or behind UTC.
  let before = midnight - 15 * HOUR;
  let after = midnight + 15 * HOUR;
  while (after - before > MINUTE) {
    const middle = before + Math.floor((after - before) / 2 / MINUTE) * MINUTE;
    if (toLocal(new Date(middle), timeZone) < date) before = middle;
    else after = middle;
  }
  return after;
}

/** Return whether the clocks show the same time an hour earlier or later. */
function comesTwice(moment: Date, timeZone: string): boolean {
  const local = toLocal(moment, timeZone);
  return [-HOUR, HOUR].some(
    (distance) => toLocal(new Date(moment.getTime() + distance), timeZone) === local,
  );
}

/** Return a date with time, short and without the current year. */
export function formatTime(hass: HomeAssistant, iso: string, now: Date): string {
  const moment = new Date(iso);
  const timeZone = hass.config.time_zone;
  const [day, today] = [moment, now].map((m) => toLocal(m, timeZone).slice(0, 10)) as [
    string,
    string,
  ];
  const time = formatClock(hass, moment);
  const distance = Math.round((Date.parse(day) - Date.parse(today)) / DAY);
  if (Math.abs(distance) <= 1) {
    const name = new Intl.RelativeTimeFormat(hass.locale.language, {
      numeric: "auto",
    }).format(distance, "day");
    return `${name}, ${time}`;
  }
  const date = dateFormat(hass.locale.language, {
    timeZone,
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(day.slice(0, 4) === today.slice(0, 4) ? {} : { year: "numeric" }),
  }).format(moment);
  return `${date}, ${time}`;
}

/** Return the dates of two local times, such as "Dec 4 – 6". */
export function formatDates(hass: HomeAssistant, start: string, end: string): string {
  const [from, to] = [start, end].map((local) => new Date(`${local}Z`)) as [Date, Date];
  return dateFormat(hass.locale.language, {
    timeZone: "UTC",
    day: "numeric",
    month: "short",
  }).formatRange(from, to);
}

function formatClock(hass: HomeAssistant, moment: Date): string {
  return dateFormat(hass.locale.language, {
    timeZone: hass.config.time_zone,
    hour: "numeric",
    minute: "2-digit",
    hourCycle: hasTwelveHours(hass) ? "h12" : "h23",
    ...(comesTwice(moment, hass.config.time_zone) ? { timeZoneName: "short" } : {}),
  }).format(moment);
}

/** Return whether the user's profile asks for a clock with twelve hours. */
function hasTwelveHours({ locale }: HomeAssistant): boolean {
  if (locale.time_format === "12") return true;
  if (locale.time_format === "24") return false;
  const language = locale.time_format === "system" ? undefined : locale.language;
  const { hour12 } = dateFormat(language, { hour: "numeric" }).resolvedOptions();
  return hour12 === true;
}

/** Return Home Assistant's time zone if the clock beside this browser shows another time. */
export function otherZone(hass: HomeAssistant, now: Date): string | undefined {
  const { time_zone: zone } = hass.config;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return toLocal(now, zone) === toLocal(now, here) ? undefined : zone;
}

/** Return how long ago or ahead a moment is. */
export function formatDistance(hass: HomeAssistant, iso: string, now: Date): string {
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

/** Return a duration in its largest unit, such as "3 days" or "4 hours". */
export function formatDuration(hass: HomeAssistant, milliseconds: number): string {
  const [unit, size] = (
    [
      ["day", DAY],
      ["hour", HOUR],
    ] as const
  ).find(([, size]) => milliseconds >= size) ?? ["minute", MINUTE];
  return new Intl.NumberFormat(hass.locale.language, {
    style: "unit",
    unit,
    unitDisplay: "long",
    maximumFractionDigits: 1,
  }).format(milliseconds / size);
}
