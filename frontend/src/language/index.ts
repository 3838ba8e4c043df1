import { formatNumber } from "../logic/formats";
import en from "./en.json";

export type Key = keyof typeof en;
/** A text, or one for each plural category that the language has. */
type Entry = string | Partial<Record<Intl.LDMLPluralRule, string>>;
type Texts = Partial<Record<Key, Entry>>;
type Values = Record<string, string | number>;

export type Translate = (key: Key, values?: Values) => string;

/** The files beside `en.json`, each of which is built into a file of its own. */
const FILES = import.meta.glob<Texts>(["./*.json", "!./en.json"], {
  import: "default",
});
const LANGUAGES = Object.keys(FILES).map((path) => path.slice(2, -5));

/** Languages that are close to one that there is. */
const SIMILAR: Record<string, string> = { nn: "nb", no: "nb" };

/** Return the language that is closest to that of a user, English if there is none. */
export function closest(
  language: string,
  languages: readonly string[] = LANGUAGES,
): string {
  for (let tag = language; tag; tag = tag.slice(0, Math.max(tag.lastIndexOf("-"), 0))) {
    const found = [tag, SIMILAR[tag]].find((one) => one && languages.includes(one));
    if (found) return found;
  }
  return "en";
}

/** Return the function for texts that may lack some, which are then in English. */
export function translator(
  language: string,
  texts: Texts,
  number_format = "language",
): Translate {
  const plural = new Intl.PluralRules(language);
  const locale = { language, number_format };
  return (key, values = {}) => {
    const entry = texts[key];
    if (entry === undefined) return inEnglish(number_format)(key, values);
    const text =
      typeof entry === "string"
        ? entry
        : (entry[plural.select(Number(values.count))] ?? entry.other ?? "");
    return text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      return typeof value === "number" ? formatNumber(locale, value) : (value ?? "");
    });
  };
}

const loaded = new Map<string, Texts>([["en", en]]);
const translators = new Map<string, Translate>();
const listeners = new Map<string, Set<() => void>>();

/** Return the same function each time, as elements render again with another one. */
function known(language: string, texts: Texts, number_format: string): Translate {
  const key = `${language} ${number_format}`;
  const translate = translators.get(key) ?? translator(language, texts, number_format);
  translators.set(key, translate);
  return translate;
}

function inEnglish(number_format: string): Translate {
  return known("en", en, number_format);
}

/** Return the texts of the language of a user; English until it is loaded. */
export function translate(
  userLanguage: string,
  onLoad: () => void,
  number_format = "language",
): Translate {
  const language = closest(userLanguage);
  const texts = loaded.get(language);
  if (texts) return known(language, texts, number_format);
  const load = FILES[`./${language}.json`];
  const waiting = listeners.get(language);
  if (waiting) waiting.add(onLoad);
  else if (load) {
    const all = new Set([onLoad]);
    listeners.set(language, all);
    load().then(
      (texts) => {
        loaded.set(language, texts);
        for (const listener of all) listener();
      },
      // English it stays, until the page is opened again.
      () => loaded.set(language, {}),
    );
  }
  return inEnglish(number_format);
}

/** Return the texts in the language of the page, for what Home Assistant shows itself. */
export function pageTexts(): Translate {
  return translate(document.documentElement.lang, () => {});
}
