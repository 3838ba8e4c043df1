import type { Translate } from "./language";
import type { Code, HomeAssistant, Lock, Row, Rows } from "./types";

/** An error of a command, with the field of the form that it is about. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly field?: string,
    /** Whether the connection was lost before the answer. */
    readonly isLost = false,
  ) {
    super(message);
  }
}

/** Send a command; return the answers by entity ID. */
export async function command(
  hass: HomeAssistant,
  type: string,
  data: Record<string, unknown>,
): Promise<Rows> {
  let answer: { results: Rows };
  try {
    answer = await hass.callWS({ type: `seam/${type}`, ...data });
  } catch (error) {
    // The number of a lost connection, or an error message of Home Assistant.
    if (typeof error === "number") throw new CommandError("", undefined, true);
    const { message, translation_placeholders } = error as {
      message?: string;
      translation_placeholders?: { field?: string };
    };
    throw new CommandError(message || String(error), translation_placeholders?.field);
  }
  return answer.results;
}

/** Send a command about one code, and return its answer. */
export async function codeCommand(
  hass: HomeAssistant,
  type: string,
  lock: Lock,
  code: Code,
  data: Record<string, unknown> = {},
): Promise<Row> {
  const rows = await command(hass, `code/${type}`, {
    entity_id: lock.entity_id,
    access_code_id: code.access_code_id,
    ...data,
  });
  return rowOf(rows, lock);
}

/** Return the answer for a lock; throw its error. */
export function rowOf(rows: Rows, lock: Lock): Row {
  const row = rows[lock.entity_id] ?? {};
  if (row.error) throw new CommandError(row.error, row.field);
  return row;
}

/** Return the text of an error for the user. */
export function errorText(error: unknown, t: Translate): string {
  if (error instanceof CommandError && error.isLost) return t("connection_uncertain");
  return (error instanceof CommandError && error.message) || t("unexpected_error");
}

/** Open a path of Home Assistant's frontend. */
export function navigate(path: string, replace = false): void {
  history[replace ? "replaceState" : "pushState"](null, "", path);
  window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace } }));
}
