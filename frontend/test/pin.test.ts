import { describe, expect, test } from "vitest";
import { lock } from "../dev/fake";
import { commonLengths, constraintTexts, pinProblem } from "../src/logic/pin";

const withRules = (lengths: number[], ...constraints: string[]) =>
  lock("Door", [], {
    rules: {
      lengths,
      constraints: Object.fromEntries(constraints.map((type) => [type, `Not ${type}`])),
      name_max: null,
    },
  });

describe("a PIN", () => {
  test.each(["", "123", "1234567890123", "12a4", "١٢٣٤"])("%s is not digits", (pin) => {
    expect(pinProblem(pin, [withRules([])], "Ada")).toEqual({ kind: "digits" });
  });

  test("must have a length that every lock accepts", () => {
    const strict = withRules([6]);
    expect(pinProblem("4829", [withRules([]), strict], "Ada")).toEqual({
      kind: "length",
      lock: strict,
    });
    expect(pinProblem("482913", [withRules([]), strict], "Ada")).toBeUndefined();
  });

  test("must not be in the name, which everyone can see", () => {
    expect(pinProblem("4829", [withRules([])], "Ada 4829")).toEqual({ kind: "name" });
  });

  test.each([
    ["no_zeros", "4029", "4829"],
    ["cannot_start_with_12", "1293", "2193"],
    ["no_triple_consecutive_ints", "1234", "1235"],
    ["no_triple_consecutive_ints", "77771", "77712"],
    ["no_triple_consecutive_ints", "98761", "98712"],
    ["no_ascending_or_descending_sequence", "4567", "4568"],
    ["no_ascending_or_descending_sequence", "7654", "7644"],
    ["at_least_three_unique_digits", "4545", "4546"],
    ["cannot_contain_089", "1238", "1237"],
    ["cannot_contain_0789", "1237", "1236"],
    ["no_all_same_digits", "5555", "5556"],
  ])("breaks %s: %s does, %s does not", (type, broken, good) => {
    const door = withRules([], type);
    expect(pinProblem(broken, [door], "Ada")).toEqual({
      kind: "constraint",
      text: `Not ${type}`,
    });
    expect(pinProblem(good, [door], "Ada")).toBeUndefined();
  });

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
