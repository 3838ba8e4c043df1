import { describe, expect, test } from "vitest";
import rules from "../../tests/rules.json";
import { lock } from "../dev/fake";
import { commonLengths, constraintTexts, pinProblem } from "../src/logic/pin";

const withRules = (lengths: number[], ...constraints: string[]) =>
  lock("Door", [], {
    rules: {
      lengths,
      constraints: Object.fromEntries(constraints.map((type) => [type, `Not ${type}`])),
      name_min: null,
      name_max: null,
    },
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
  expect(constraintTexts(locks)).toEqual(["Not no_zeros"]);
});
