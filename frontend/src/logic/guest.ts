/** The form for a new code or for changes of a code, and its rules. */

import type { Key } from "../language";
import type { Code, HomeAssistant, Lock, Options, Stays } from "../types";
import { zoneOf } from "./formats";
import { type Entry, elsewhere, entriesOf, needsAttention } from "./groups";
import { commonLengths, pinCannotBeChosen, pinProblem } from "./pin";
import { type Overlap, staysWithin } from "./timeline";
import { addDays, toLocal, toMoment } from "./times";

export interface GuestForm {
  name: string;
  deviceIds: readonly string[];
  kind: "stay" | "permanent";
  /** Local times, in the time zone that is shown. */
  start: string;
  end: string;
  /** The times when the end was last chosen. Together with it, a new start moves that end. */
  chosen?: { start: string; end: string };
  pin: "keep" | "auto" | "own";
  ownPin: string;
  external: boolean;
  backup: boolean;
  offline: boolean;
  length: number | undefined;
}

export type Field = "name" | "locks" | "start" | "end" | "pin";
export type Message =
  | { key: Key; values?: Record<string, string | number> }
  | { lengths: number[] }
  | { text: string };
export type Errors = Partial<Record<Field, Message>>;

/** The longest name that the integration accepts. */
const NAME_MAX = 100;
// The same as in `actions/validation.py`. The letters look blank.
const BLANK = /^[\p{C}\p{Z}\p{M}\u115f\u1160\u2800\u3164\uffa0]*$/u;
const INVISIBLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
/** Of the years that inputs accept, the integration only knows these. */
const TIME = /^\d{4}-/;

/** The fields of the form, by those of the commands. */
const FIELDS: Record<string, Field> = {
  name: "name",
  new_name: "name",
  entity_ids: "locks",
  starts_at: "start",
  ends_at: "end",
  ongoing: "end",
  code: "pin",
  preferred_code_length: "pin",
};

export function fieldOf(name: string | undefined): Field | undefined {
  return name === undefined ? undefined : FIELDS[name];
}

/** Return a start that is soon. Some locks only accept one in the future. */
function soon(now: Date): Date {
  return new Date(Math.ceil((now.getTime() + 60_000) / 300_000) * 300_000);
}

/** Return the form for a new code. */
export function newGuest(
  locks: readonly Lock[],
  lock: Lock | undefined,
  { check_in, check_out }: Options,
  now: Date,
  hass: Pick<HomeAssistant, "locale" | "config">,
): GuestForm {
  // The usual times are those of the clocks at the lock, wherever the user is.
  const { time_zone: home } = hass.config;
  const at = (date: Date, days: number, time: string) => {
    const day = addDays(toLocal(date, home), days).slice(0, 10);
    return toMoment(`${day}T${time}`, home, now);
  };
  const usual = at(now, 0, check_in);
  // A guest who is added after the time of check-in may stand at the door.
  const start = usual > now ? usual : soon(now);
  const local = (moment: Date) => toLocal(moment, zoneOf(hass));
  const possible = locks.filter((other) => other.can.create === true);
  const only = possible.length === 1 ? possible : [];
  return {
    name: "",
    deviceIds: (lock ? [lock] : only).map(({ device_id }) => device_id),
    kind: "stay",
    start: local(start),
    end: local(at(start, 1, check_out)),
    pin: "auto",
    ownPin: "",
    external: false,
    backup: false,
    offline: false,
    length: undefined,
  };
}

/** Return the form for an existing code and the codes that are linked with it. */
export function knownGuest(
  code: Code,
  linked: readonly Entry[],
  options: Options,
  now: Date,
  hass: Pick<HomeAssistant, "locale" | "config">,
): GuestForm {
  const form = newGuest([], undefined, options, now, hass);
  const local = (iso: string) => toLocal(new Date(iso), zoneOf(hass));
  return {
    ...form,
    name: code.name ?? "",
    deviceIds: linked.map(({ lock }) => lock.device_id),
    kind: code.ends_at ? "stay" : "permanent",
    start: code.starts_at ? local(code.starts_at) : form.start,
    end: code.ends_at ? local(code.ends_at) : form.end,
    pin: "keep",
    external: code.is_external_modification_allowed,
  };
}

/** Return the code and those of the same person on other locks. */
export function linkedCodes(
  locks: readonly Lock[],
  entry: Entry,
  stays: readonly Stays[],
): Entry[] {
  const others = elsewhere(locks, entry, stays);
  return [entry, ...others.filter(({ code }) => code.can.update === true)];
}

/** Return the change of the form for a new start: the stay keeps its length.
 *
 * Browsers send a start several times while somebody types it, and an empty one.
 */
export function withStart(form: GuestForm, start: string): Partial<GuestForm> {
  const { start: from, end } = form.chosen ?? form;
  const days = nights({ start: from, end: start });
  const canMove = end && TIME.test(start) && Number.isFinite(days);
  return {
    start,
    end: canMove ? addDays(end, days) : end,
    chosen: { start: from, end },
  };
}

/** Return the form with a start in the future. */
export function withFutureStart(form: GuestForm, now: Date, zone: string): GuestForm {
  const start = stayTimes(form, now, zone)?.start;
  return start && start <= now ? { ...form, start: toLocal(soon(now), zone) } : form;
}

/** Return the change of the form for an end that somebody chose. */
export function withEnd({ start }: GuestForm, end: string): Partial<GuestForm> {
  return { end, chosen: { start, end } };
}

/** Return the moments that a stay starts and ends at, if both are complete. */
export function stayTimes(
  { kind, start, end }: GuestForm,
  now: Date,
  timeZone: string,
): { start: Date; end: Date } | undefined {
  if (kind !== "stay" || !TIME.test(start) || !TIME.test(end)) return undefined;
  const moment = (local: string) => toMoment(local, timeZone, now);
  return { start: moment(start), end: moment(end) };
}

/** Return the other stays on the locks during the stay of the form, if that is possible. */
export function overlappingStays(
  form: GuestForm,
  locks: readonly Lock[],
  linked: readonly Entry[],
  now: Date,
  timeZone: string,
): Overlap[] {
  const times = stayTimes(form, now, timeZone);
  if (!times || times.end <= times.start || times.end <= now) return [];
  const [start, end] = [times.start.getTime(), times.end.getTime()];
  const own = linked.map(({ code }) => code.access_code_id);
  return staysWithin(entriesOf(locks), { start, end }).filter(
    ({ code }) => !own.includes(code.access_code_id),
  );
}

/** Return the number of nights of a stay. */
export function nights({ start, end }: Pick<GuestForm, "start" | "end">): number {
  const date = (local: string) => Date.parse(`${local.slice(0, 10)}T00:00Z`);
  return Math.round((date(end) - date(start)) / 86_400_000);
}

/** Return what is wrong with the form. What a code has already is not checked. */
export function formErrors(
  form: GuestForm,
  known: GuestForm | undefined,
  locks: readonly Lock[],
  now: Date,
  timeZone: string,
  linked: readonly Entry[] = [],
): Errors {
  const errors: Errors = {};
  const isEdited = edited(form, known);
  const name = isEdited("name")
    ? nameError(form.name.trim(), locks, linked)
    : undefined;
  if (name) errors.name = name;
  if (locks.length === 0) errors.locks = { key: "locks_missing" };
  if (form.kind === "permanent") {
    const reason = locks
      .map((lock) => lock.can.create_ongoing)
      .find((can) => can !== true);
    if (reason && isEdited("kind")) errors.locks = { text: String(reason) };
  } else if (isEdited("kind", "start", "end")) {
    const [start, end] = [form.start, form.end].map((local) =>
      TIME.test(local) ? toMoment(local, timeZone, now) : undefined,
    );
    if (!start) errors.start = { key: "time_missing" };
    if (!end) errors.end = { key: "time_missing" };
    else if (end <= now) errors.end = { key: "end_in_past" };
    else if (start && end <= start) errors.end = { key: "end_before_start" };
  }
  const pin = pinError(form, locks);
  if (pin) errors.pin = pin;
  return errors;
}

/** Return what is wrong with a new name of codes. */
export function nameError(
  name: string,
  locks: readonly Lock[],
  linked: readonly Entry[] = [],
): Message | undefined {
  if (BLANK.test(name)) return { key: "name_missing" };
  if (INVISIBLE.test(name)) return { key: "name_invisible" };
  const length = [...name].length;
  const longest = Math.min(
    NAME_MAX,
    ...locks.map(({ rules }) => rules.name_max ?? NAME_MAX),
  );
  if (length > longest) return { key: "name_too_long", values: { count: longest } };
  const shortest = Math.max(1, ...locks.map(({ rules }) => rules.name_min ?? 1));
  if (length < shortest) return { key: "name_too_short", values: { count: shortest } };
  const own = linked.map(({ code }) => code.access_code_id);
  const taken = locks.find(({ codes }) =>
    codes.some(
      (code) =>
        code.name === name &&
        code.is_managed &&
        !code.is_backup &&
        code.state !== "expired" &&
        code.state !== "removing" &&
        !own.includes(code.access_code_id),
    ),
  );
  return taken && { key: "name_taken", values: { lock: taken.name } };
}

/** Return a function that says whether one of the fields differs from those of a code. */
function edited(form: GuestForm, known: GuestForm | undefined) {
  return (...fields: ("name" | "kind" | "start" | "end" | "external")[]): boolean =>
    !known || fields.some((field) => form[field] !== known[field]);
}

/** Return what is wrong with the PIN. */
export function pinError(form: GuestForm, locks: readonly Lock[]): Message | undefined {
  const lengths = commonLengths(locks);
  if (form.pin === "auto") {
    return locks.length > 1 && lengths.length === 0
      ? { key: "pin_no_length" }
      : undefined;
  }
  if (form.pin === "keep") return undefined;
  const reason = pinCannotBeChosen(locks);
  if (reason) return { text: reason };
  const problem = pinProblem(form.ownPin, locks, form.name);
  switch (problem?.kind) {
    case "digits":
      return lengths.length === 0 ? { key: "pin_no_length" } : { lengths };
    case "name":
      return { key: "pin_in_name" };
    case "constraint":
      return { text: problem.text };
    default:
      return undefined;
  }
}

/** Return which options fit the locks and the rest of the form of a new code. */
export function offeredOptions(
  form: GuestForm,
  locks: readonly Lock[],
): { backup: boolean; offline: boolean; lengths: number[] } {
  const lengths = form.pin === "auto" ? commonLengths(locks) : [];
  return {
    backup:
      form.kind === "stay" &&
      locks.length > 0 &&
      locks.every((lock) => lock.can.backup === true),
    offline:
      locks.length === 1 && locks[0]?.can.create_offline === true && form.pin !== "own",
    lengths: lengths.length > 1 ? lengths : [],
  };
}

/** Return the data of the command that creates the code on the selected locks. */
export function createData(
  form: GuestForm,
  locks: readonly Lock[],
  now: Date,
  timeZone: string,
): Record<string, unknown> {
  const { backup, offline, lengths } = offeredOptions(form, locks);
  const moment = (local: string) => toMoment(local, timeZone, now).toISOString();
  return {
    name: form.name.trim(),
    ...(form.kind === "stay"
      ? { starts_at: moment(form.start), ends_at: moment(form.end) }
      : { ongoing: true }),
    ...(form.pin === "own" ? { code: form.ownPin } : {}),
    ...(form.length && lengths.includes(form.length)
      ? { preferred_code_length: form.length }
      : {}),
    ...(form.external ? { allow_external_modification: true } : {}),
    ...(form.backup && backup ? { use_backup_access_code_pool: true } : {}),
    ...(form.offline && offline ? { is_offline_access_code: true } : {}),
  };
}

/** Return the data of the command that changes a code: what the user has edited.
 *
 * A linked code may have other values, which the form does not show. If nothing was
 * edited, a code that needs attention is sent as it is, so that Seam sets it again. Home
 * Assistant adds its times: those that are shown may be outdated.
 */
export function updateData(
  form: GuestForm,
  known: GuestForm,
  code: Code,
  pin: string | undefined,
  now: Date,
  timeZone: string,
): Record<string, unknown> {
  const isEdited = edited(form, known);
  const isStay = form.kind === "stay";
  // A code that has no times needs both.
  const needsBoth =
    isEdited("kind") ||
    ((!code.starts_at || !code.ends_at) && isEdited("start", "end"));
  const moment = (local: string) => toMoment(local, timeZone, now).toISOString();
  const data = {
    ...(isEdited("name") ? { new_name: form.name.trim() } : {}),
    ...(isStay && (needsBoth || isEdited("start"))
      ? { starts_at: moment(form.start) }
      : {}),
    ...(isStay && (needsBoth || isEdited("end")) ? { ends_at: moment(form.end) } : {}),
    ...(!isStay && isEdited("kind") ? { ongoing: true } : {}),
    ...(pin ? { code: pin } : {}),
    ...(isEdited("external") ? { allow_external_modification: form.external } : {}),
  };
  if (Object.keys(data).length > 0 || !needsAttention(code)) return data;
  return { allow_external_modification: code.is_external_modification_allowed };
}
