/** Who can enter which door when. */

import type { Stays } from "../types";
import {
  byName,
  type Entry,
  label,
  matches,
  needsAttention,
  sourcesOf,
} from "./groups";
import { addDays, DAY, startOfDay } from "./times";

/** How many days the timeline shows at once, and how far it goes either way. */
export const DAYS_SHOWN = 14;
export const DAYS_MAX = 90;

export interface Days {
  /** The local dates, and the moments at which they start. */
  days: { date: string; start: number }[];
  start: number;
  end: number;
}

/** Return the days from a number of days after a date on. */
export function daysFrom(date: string, offset: number, timeZone: string): Days {
  const days = Array.from({ length: DAYS_SHOWN + 1 }, (_, index) => {
    const day = addDays(`${date}T00:00`, offset + index).slice(0, 10);
    return { date: day, start: startOfDay(day, timeZone) };
  });
  const end = days.pop()?.start ?? 0;
  return { days, start: days[0]?.start ?? 0, end };
}

export interface Bar {
  entry: Entry;
  /** The part of the code's time that is shown. */
  start: number;
  end: number;
  /** Whether the code works before or after the days that are shown. */
  isEarlier: boolean;
  isLater: boolean;
  isEndless: boolean;
  lane: number;
  /** The stays on the same lock at the same time. */
  overlaps: Entry[];
  /** The time until the next guest. */
  gap: Span | undefined;
}

export interface Span {
  start: number;
  end: number;
}

/** A stay, and when it is at the same time as another. */
export interface Overlap extends Entry, Span {}

export interface TimelineRow {
  key: string;
  name: string;
  bars: Bar[];
  lanes: number;
  /** When the same two or more guests can enter. */
  overlaps: Span[];
  /** The times between two guests. */
  gaps: Span[];
}

/** Return a row for each lock, also for those without codes. */
export function rowsByLock(
  locks: readonly Entry["lock"][],
  entries: readonly Entry[],
  days: Days,
): TimelineRow[] {
  const byLock = groupBy(entries, ({ lock }) => lock.device_id);
  return locks.map((lock) =>
    row(lock.device_id, lock.name, byLock.get(lock.device_id) ?? [], days, true),
  );
}

/** Return a row for each person who can enter on these days. */
export function rowsByPerson(
  entries: readonly Entry[],
  days: Days,
  stays: readonly Stays[],
): TimelineRow[] {
  const sources = sourcesOf(stays);
  const byPerson = groupBy(
    entries.filter(({ code }) => isWithin(code, days)),
    // Codes without a name are people whom nobody knows.
    ({ code: { access_code_id: id, name } }) =>
      JSON.stringify(name ? [name, sources.get(id)] : id),
  );
  return [...byPerson]
    .flatMap(([key, of]) => (of[0] ? [{ key, code: of[0].code, of }] : []))
    .sort((a, b) => byName(a.code, b.code))
    .map(({ key, code, of }) => row(key, label(code), of, days, false));
}

/** Return the rows that match by name, or in which a bar does. Rows stay whole. */
export function matchingRows(
  rows: readonly TimelineRow[],
  search: string,
): TimelineRow[] {
  return rows.filter(
    ({ name, bars }) =>
      matches(search, name) || bars.some((bar) => matchesBar(bar, search)),
  );
}

export function matchesBar({ entry }: Bar, search: string): boolean {
  return matches(search, entry.lock.name, label(entry.code));
}

function groupBy(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string,
): Map<string, Entry[]> {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const known = groups.get(key);
    if (known) known.push(entry);
    else groups.set(key, [entry]);
  }
  return groups;
}

function startOf({ starts_at }: Entry["code"]): number {
  return starts_at ? Date.parse(starts_at) : -Infinity;
}

function endOf({ ends_at }: Entry["code"]): number {
  return ends_at ? Date.parse(ends_at) : Infinity;
}

function isWithin(code: Entry["code"], { start, end }: Span): boolean {
  return startOf(code) < end && endOf(code) > start;
}

/** Return the stays during a time, with the part of it that they share. */
export function staysWithin(entries: readonly Entry[], span: Span): Overlap[] {
  return entries
    .filter(
      ({ code }) =>
        code.ends_at &&
        !code.is_backup &&
        code.state !== "expired" &&
        code.state !== "removing" &&
        isWithin(code, span),
    )
    .map((entry) => ({
      ...entry,
      start: Math.max(startOf(entry.code), span.start),
      end: Math.min(endOf(entry.code), span.end),
    }));
}

function row(
  key: string,
  name: string,
  entries: readonly Entry[],
  days: Days,
  isLock: boolean,
): TimelineRow {
  const bars = entries
    .filter(({ code }) => isWithin(code, days))
    .map((entry): Bar => {
      const [start, end] = [startOf(entry.code), endOf(entry.code)];
      return {
        entry,
        start: Math.max(start, days.start),
        end: Math.min(end, days.end),
        isEarlier: start < days.start,
        isLater: end > days.end,
        isEndless: end === Infinity,
        lane: 0,
        overlaps: [],
        gap: undefined,
      };
    })
    // Guests come first, and codes that always work last.
    .sort(
      (a, b) =>
        Number(a.isEndless) - Number(b.isEndless) ||
        (a.isEndless &&
          Number(needsAttention(b.entry.code)) -
            Number(needsAttention(a.entry.code))) ||
        a.start - b.start ||
        byName(a.entry.code, b.entry.code),
    );
  const lanes = arrange(bars);
  const stays = isLock ? bars.filter(({ isEndless }) => !isEndless) : [];
  for (const bar of stays) {
    bar.overlaps = stays
      .filter(
        (other) => other !== bar && other.start < bar.end && other.end > bar.start,
      )
      .map(({ entry }) => entry);
  }
  const gaps = gapsBetween(isLock ? entries : [], days);
  for (const bar of stays) {
    bar.gap = gaps.find(({ start }) => start === endOf(bar.entry.code));
  }
  return { key, name, bars, lanes, overlaps: overlapsOf(stays), gaps };
}

/** Give each bar the first lane that is free, and return the number of lanes. */
function arrange(bars: readonly Bar[]): number {
  const ends: number[] = [];
  for (const bar of bars) {
    const free = ends.findIndex((end) => end <= bar.start);
    bar.lane = free < 0 ? ends.length : free;
    // Shorter bars are drawn as wide as a day, so that everyone can hit them.
    ends[bar.lane] = Math.max(bar.end, bar.start + DAY);
  }
  return ends.length;
}

/** Return when several guests can enter, for each change of who they are. */
function overlapsOf(stays: readonly Span[]): Span[] {
  const times = new Set(stays.flatMap(({ start, end }) => [start, end]));
  const sorted = [...times].sort((a, b) => a - b);
  return sorted
    .map((start, index) => ({ start, end: sorted[index + 1] ?? start }))
    .filter(
      ({ start, end }) =>
        stays.filter((stay) => stay.start < end && stay.end > start).length > 1,
    );
}

/** Return when nobody can enter between two guests. */
function gapsBetween(entries: readonly Entry[], days: Span): Span[] {
  const gaps: Span[] = [];
  const sorted = entries
    .map(({ code }) => ({ start: startOf(code), end: endOf(code) }))
    .filter(({ end }) => end !== Infinity)
    .sort((a, b) => a.start - b.start);
  let last = -Infinity;
  for (const { start, end } of sorted) {
    if (last !== -Infinity && start > last) gaps.push({ start: last, end: start });
    last = Math.max(last, end);
  }
  // A gap has its full length, wherever the days that are shown start.
  return gaps.filter(({ start, end }) => start < days.end && end > days.start);
}
