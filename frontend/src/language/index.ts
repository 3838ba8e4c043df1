import en from "./en.json";

export type Texts = typeof en;
export type Key = keyof Texts;
type Values = Record<string, string | number>;

export type Translate = (key: Key, values?: Values) => string;

/** The languages; another one is a file beside `en.json` and a line here. */
const LANGUAGES: Record<string, () => Promise<Partial<Texts>>> = {};

const loaded = new Map<string, Translate>();
const listeners = new Map<string, Set<() => void>>();

function translator(language: string, texts: Partial<Texts>): Translate {
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  return (key, values = {}) => {
    const entry: string | Record<string, string> = texts[key] ?? en[key];
    const text =
      typeof entry === "string"
        ? entry
        : (entry[plural.select(Number(values.count))] ?? entry.other ?? "");
    return text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      return typeof value === "number" ? number.format(value) : (value ?? "");
    });
  };
}

const english = translator("en", en);

/** Return the texts of a language; English until it is loaded. */
export function translate(language: string, onLoad: () => void): Translate {
  const known = loaded.get(language);
  const load = LANGUAGES[language];
  if (known || !load) return known ?? english;
  const waiting = listeners.get(language);
  if (waiting) {
    waiting.add(onLoad);
    return english;
  }
  const all = new Set([onLoad]);
  listeners.set(language, all);
  load().then(
    (texts) => {
      loaded.set(language, translator(language, texts));
      for (const listener of all) listener();
    },
    // English it stays, until the page is opened again.
    () => loaded.set(language, english),
  );
  return english;
}
