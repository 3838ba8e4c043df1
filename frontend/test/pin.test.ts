import { describe, expect, test } from "vitest";
import rules from "../../tests/rules.json";
import { lock } from "../dev/fake";
import type { Context } from "../src/context";
import { pinHint } from "../src/dialogs/form";
import { translate } from "../src/language";
import { commonLengths, pinProblem, pinRules, typedPin } from "../src/logic/pin";

const withRules = (lengths: number[], ...constraints: string[]) =>
  lock("Door", [], {
    rules: {
      lengths,
      constraints: Object.fromEntries(constraints.map((type) => [type, `Not ${type}`])),
      name_min: null,
      name_max: null,
    },
  });

test.each([
  ["4711", "4711"],
  ["４７１１", "4711"],
  ["٤٧١٢", "4712"],
  ["۴۷۱۲", "4712"],
  ["४७१२", "4712"],
  ["𝟜𝟟𝟙𝟘", "4710"],
  ["47 11-22", "471122"],
  ["47a#", "47a#"],
])("what is typed as %s is the PIN %s", (text, pin) => {
  expect(typedPin(text)).toBe(pin);
});

describe("a PIN", () => {
  test.each(rules.pins.refused)("%s is not digits", (pin) => {
    expect(pinProblem(pin, [withRules([])], "Ada")).toEqual({ kind: "digits" });
  });

  test.each(rules.pins.accepted)("%s is good", (pin) => {
    expect(pinProblem(pin, [withRules([])], "Ada")).toBeUndefined();
  });

  test("must have a length that every lock accepts", () => {
    const strict = withRules([6]);
    expect(pinProblem("4829", [withRules([]), strict], "Ada")).toEqual({
      kind: "digits",
    });
    expect(pinProblem("482913", [withRules([]), strict], "Ada")).toBeUndefined();
  });

  test.each(rules.names_with_pins as [string, string, boolean][])(
    "in the name %s, which everyone can see: %s, %s",
    (name, pin, isIn) => {
      const problem = pinProblem(pin, [withRules([])], name);
      expect(problem).toEqual(isIn ? { kind: "name" } : undefined);
    },
  );

  test.each(rules.constraints as [string, string, string][])(
    "breaks %s: %s does, %s does not",
    (type, broken, good) => {
      const door = withRules([], type);
      expect(pinProblem(broken, [door], "Ada")).toEqual({
        kind: "constraint",
        text: `Not ${type}`,
      });
      expect(pinProblem(good, [door], "Ada")).toBeUndefined();
    },
  );

  test("a rule of a later release is left to Seam", () => {
    expect(pinProblem("4829", [withRules([], "new_rule")], "Ada")).toBeUndefined();
  });
});

test("locks have lengths and rules in common", () => {
  const locks = [withRules([4, 5, 6], "no_zeros"), withRules([6, 7], "no_zeros")];
  expect(commonLengths(locks)).toEqual([6]);
  expect(commonLengths([withRules([4]), withRules([6])])).toEqual([]);
  expect(commonLengths([])).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(pinRules(locks)).toEqual(["no_zeros"]);
});

describe("the hint", () => {
  const context = {
    hass: { locale: { language: "en" } },
    t: translate("en", () => {}),
  } as Context;
  const types = [...new Set(rules.constraints.map(([type]) => type as string))];

  test("is one line", () => {
    const door = withRules(
      [4, 5, 6],
      "no_ascending_or_descending_sequence",
      "at_least_three_unique_digits",
    );
    expect(pinHint(context, [door], "")).toBe(
      "4 to 6 digits, not a sequence such as 1234, at least three different digits.",
    );
    expect(pinHint(context, [door, door], "Enter 4 to 6 digits.")).toBe(
      "Not a sequence such as 1234, at least three different digits.",
    );
  });

  test.each(types)("has a short phrase for %s", (type) => {
    const hint = pinHint(context, [withRules([4], type)], "");
    expect(hint).toMatch(/^4 digits, [a-z][^.]{3,40}[.]$/);
  });

  test("is the reason why no PIN can be entered, unless the error says it", () => {
    const none = [withRules([4]), withRules([6])];
    const reason = pinHint(context, none, "");
    expect(reason).toContain("no PIN length in common");
    expect(pinHint(context, none, reason)).toBe("");
    const chosen = withRules([4], "cannot_specify_pin_code");
    expect(pinHint(context, [chosen], "")).toBe("Not cannot_specify_pin_code");
  });
});
