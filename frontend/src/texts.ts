/** Texts that Home Assistant sends by their translation keys. */

import type { Connection } from "./types";

type Texts = Record<string, string>;

const PREFIX = "component.seam.";
const CATEGORIES = ["exceptions", "selector"];

const loaded = new WeakMap<Connection, Texts>();

/** Load the texts of a language, if it is still that of the user when they arrive. */
export async function loadTexts(
  connection: Connection,
  language: string,
  isCurrent: () => boolean,
): Promise<void> {
  // Home Assistant fills gaps with English.
  const answers = await Promise.all(
    CATEGORIES.map((category) =>
      connection.sendMessagePromise<{ resources: Texts }>({
        type: "frontend/get_translations",
        language,
        category,
        integration: ["seam"],
      }),
    ),
  );
  if (!isCurrent()) return;
  loaded.set(
    connection,
    Object.assign({}, ...answers.map(({ resources }) => resources)),
  );
}

/** Return what Home Assistant has sent with its texts in the language of the user. */
export function localized<T>(connection: Connection, value: T): T {
  const visit = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(visit);
    if (typeof item !== "object" || item === null) return item;
    if (isText(item)) {
      const { translation_key, translation_placeholders } = item;
      return textOf(connection, translation_key, translation_placeholders);
    }
    return Object.fromEntries(
      Object.entries(item).flatMap(([key, part]) => [
        [key, visit(part)],
        // What else is shown depends on the reason.
        ...(key === "reason" && isText(part)
          ? [["reason_key", part.translation_key]]
          : []),
      ]),
    );
  };
  return visit(value) as T;
}

interface Text {
  translation_key: string;
  translation_placeholders: Record<string, string>;
}

function isText(item: unknown): item is Text {
  return typeof item === "object" && item !== null && "translation_key" in item;
}

/** Return a text of the integration, or else its fallback. */
export function textOf(
  connection: Connection,
  key: string,
  values: Record<string, string> = {},
  fallback = key,
): string {
  const text = loaded.get(connection)?.[PREFIX + key];
  if (text === undefined) return fallback;
  return text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}
