import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { translate } from "../src/language";
import en from "../src/language/en.json";

const t = translate("en", () => {});
const SOURCES = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => readFileSync(`src/${name}`, "utf8"))
  .join("\n");

test("texts have values and a plural", () => {
  expect(t("headline_attention", { count: 1 })).toBe("1 code needs attention");
  expect(t("headline_attention", { count: 2 })).toBe("2 codes need attention");
  expect(t("delete_title", { name: "{name} <b>" })).toBe("Delete “{name} <b>”?");
});

test("every text is used", () => {
  const unused = Object.keys(en).filter((key) => {
    const start = key.slice(0, key.indexOf("_") + 1);
    // An attribute in a template, as in `type="search"`, is no use.
    const isNamed = new RegExp(`(?<!=)"${key}"`).test(SOURCES);
    return !isNamed && !(start && SOURCES.includes(`\`${start}\${`));
  });
  expect(unused).toEqual([]);
});
