import en from "./en.json";

export type Texts = typeof en;
export type Key = keyof Texts;
type Values = Record<string, string | number>;

export type Translate = (key: Key, values?: Values) => string;

/** The languages; another one is a file beside `en.json` and a line here. */
const LANGUAGES: Record<string, () => Promise<Partial<Texts>>> = {};

const loaded = new Map<string, Translate>();

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
  if (known) return known;
  loaded.set(language, english);
  void LANGUAGES[language]?.().then((texts) => {
    loaded.set(language, translator(language, texts));
    onLoad();
  });
  return english;
}
