/** Rules for PINs; the same as in `actions/validation.py`. */

import type { Lock } from "../types";

/** Return what somebody typed as a PIN, with the digits of all scripts as 0 to 9. */
export function typedPin(text: string): string {
  const isDigit = (point: number) => /\p{Nd}/u.test(String.fromCodePoint(point));
  return text
    .normalize("NFKC")
    .replace(/[\s\p{Pd}\p{Cf}]/gu, "")
    .replace(/\p{Nd}/gu, (digit) => {
      const point = digit.codePointAt(0) ?? 0;
      let before = point;
      // Digits of a script follow each other, from its zero on.
      while (isDigit(before - 1)) before -= 1;
      return String((point - before) % 10);
    });
}

function longestRun(pin: string, step: number): number {
  let longest = 1;
  let run = 1;
  for (let i = 1; i < pin.length; i++) {
    run = Number(pin[i]) - Number(pin[i - 1]) === step ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

const BROKEN_BY = {
  no_zeros: (pin) => pin.includes("0"),
  cannot_start_with_12: (pin) => pin.startsWith("12"),
  no_triple_consecutive_ints: (pin) =>
    Math.max(...[-1, 0, 1].map((step) => longestRun(pin, step))) > 3,
  no_ascending_or_descending_sequence: (pin) =>
    Math.max(...[-1, 1].map((step) => longestRun(pin, step))) === pin.length,
  at_least_three_unique_digits: (pin) => new Set(pin).size < 3,
  cannot_contain_089: (pin) => /[089]/.test(pin),
  cannot_contain_0789: (pin) => /[0789]/.test(pin),
  no_all_same_digits: (pin) => new Set(pin).size === 1,
} satisfies Record<string, (pin: string) => boolean>;

type PinRule = keyof typeof BROKEN_BY;
const RULES = Object.keys(BROKEN_BY) as PinRule[];

// Dates and times of day are a PIN by chance only.
const TIME = String.raw`(?<time>(?<!\d)(?:(?:19|20)\d\d-[01]\d-[0-3]\d|[0-2]\d:[0-5]\d)(?!\d))`;
const NUMBERS = [String.raw`[^\p{L}\p{M}\p{N}]`, String.raw`\s+`].map(
  (separator) => new RegExp(String.raw`${TIME}|\d+(?:${separator}\d+)*`, "gu"),
);

/** Return the reason why a lock lets nobody choose a PIN, if so. */
export function pinCannotBeChosen(locks: readonly Lock[]): string | undefined {
  return locks
    .map((lock) => lock.rules.constraints.cannot_specify_pin_code)
    .find((reason) => reason);
}

/** Return the numbers of digits that all locks accept. */
export function commonLengths(locks: readonly Lock[]): number[] {
  return Array.from({ length: 9 }, (_, i) => i + 4).filter((length) =>
    locks.every(
      ({ rules: { lengths } }) => lengths.length === 0 || lengths.includes(length),
    ),
  );
}

/** Return the rules of all locks, each once. */
export function pinRules(locks: readonly Lock[]): PinRule[] {
  return RULES.filter((rule) => locks.some((lock) => rule in lock.rules.constraints));
}

export type PinProblem =
  | { kind: "digits" }
  | { kind: "name" }
  | { kind: "constraint"; text: string };

/** Return why a PIN cannot be used on the locks, or undefined. */
export function pinProblem(
  pin: string,
  locks: readonly Lock[],
  name: string,
): PinProblem | undefined {
  if (!/^\d{4,12}$/.test(pin)) return { kind: "digits" };
  for (const lock of locks) {
    const { lengths, constraints } = lock.rules;
    if (lengths.length > 0 && !lengths.includes(pin.length)) {
      return { kind: "digits" };
    }
    for (const rule of RULES) {
      const text = constraints[rule];
      if (text && BROKEN_BY[rule](pin)) return { kind: "constraint", text };
    }
  }
  return containsPin(name, pin) ? { kind: "name" } : undefined;
}

/** Return whether a name contains a PIN, also with separators between its digits. */
function containsPin(name: string, pin: string): boolean {
  const isPin = ([number]: RegExpMatchArray) => number.replace(/\D/g, "") === pin;
  return (
    name.includes(pin) ||
    NUMBERS.some((numbers) =>
      [...name.matchAll(numbers)].some(
        (match) => match.groups?.time === undefined && isPin(match),
      ),
    )
  );
}
