import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { closest, translate, translator } from "../src/language";
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

test.each([
  ["de", "de"],
  ["de-CH", "de"],
  ["es-419", "es"],
  ["pt", "pt"],
  ["pt-BR", "pt-BR"],
  ["pt-PT", "pt"],
  ["nb", "nb"],
  ["nn", "nb"],
  ["nn-NO", "nb"],
  ["zh-Hans", "zh-Hans"],
  ["zh-Hans-SG", "zh-Hans"],
  ["zh-Hant", "en"],
  ["en-GB", "en"],
  ["fy", "en"],
  ["", "en"],
])("users with %j get %s", (user, language) => {
  expect(closest(user, ["de", "es", "nb", "pt", "pt-BR", "zh-Hans"])).toBe(language);
});

test("plurals follow the rules of the language", () => {
  const polish = translator("pl", {
    selected: { one: "one", few: "few", many: "many", other: "other" },
  });
  const counts = [1, 2, 5, 22, 1.5];
  expect(counts.map((count) => polish("selected", { count }))).toEqual([
    "one",
    "few",
    "many",
    "few",
    "other",
  ]);
  const japanese = translator("ja", { selected: { other: "{count} 件" } });
  expect(japanese("selected", { count: 1 })).toBe("1 件");
  // A million has a category of its own there.
  const french = translator("fr", { selected: { one: "un", other: "beaucoup" } });
  expect(french("selected", { count: 1_000_000 })).toBe("beaucoup");
});

test("missing text is English, with the plurals of English", () => {
  const japanese = translator("ja", { title: "アクセスコード" });
  expect(japanese("title")).toBe("アクセスコード");
  expect(japanese("selected", { count: 1 })).toBe("1 selected");
  expect(japanese("headline_attention", { count: 1 })).toBe("1 code needs attention");
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
