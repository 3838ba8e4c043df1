/** Times in a time zone, as texts like "2026-12-04T15:00". */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Return a function that makes each format once, as that takes much longer than using it. */
export function cached<Options, Format>(
  Format: new (language: string | undefined, options: Options) => Format,
): (language: string | undefined, options: Options) => Format {
  const formats = new Map<string, Format>();
  return (language, options) => {
    const key = JSON.stringify([language, options]);
    const format = formats.get(key) ?? new Format(language, options);
    formats.set(key, format);
    return format;
  };
}

export const dateTimeFormat = cached(Intl.DateTimeFormat);

/** Return a moment as local time, as date and time inputs have it. */
export function toLocal(moment: Date, timeZone: string): string {
  // In Swedish, a time is "2026-12-04 15:00".
  const format = dateTimeFormat("sv", {
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
export function comesTwice(moment: Date, timeZone: string): boolean {
  const local = toLocal(moment, timeZone);
  return [-HOUR, HOUR].some(
    (distance) => toLocal(new Date(moment.getTime() + distance), timeZone) === local,
  );
}
