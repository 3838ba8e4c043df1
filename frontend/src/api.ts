import type { Key, Translate } from "./language";
import { localized, textOf } from "./texts";
import type {
  Code,
  Connection,
  HomeAssistant,
  Lock,
  Preview,
  Row,
  Rows,
} from "./types";

/** An error of a command, with the field of the form that it is about. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly field?: string,
    /** The text if the connection was lost before the answer. */
    readonly lost?: Key,
    /** Whether the change may have been made all the same. */
    readonly isUncertain = lost === "connection_uncertain",
  ) {
    super(message);
  }
}

/** What Home Assistant's library rejects with, or the code of its error. */
const CONNECTION_LOST = 3;
/** The commands that change nothing. */
const READS: readonly string[] = [
  "code/generate",
  "code/reveal",
  "lock/refresh",
  "preview",
  "stays/preview",
];

interface Failure {
  code?: number | string;
  message?: string;
  translation_key?: string;
  translation_domain?: string;
  translation_placeholders?: Record<string, string>;
}

function commandError(
  connection: Connection,
  rejection: unknown,
  type: string,
): CommandError {
  // A command that was running is rejected with the whole message.
  const { error, ...rest } = Object(rejection) as Failure & { error?: Failure };
  const failure = error ?? rest;
  const { code, translation_key, translation_domain, translation_placeholders } =
    failure;
  // In English, as Home Assistant does not know the language of the user.
  const english = failure.message ?? "";
  const message =
    translation_key && translation_domain === "seam"
      ? textOf(
          connection,
          `exceptions.${translation_key}.message`,
          translation_placeholders,
          english,
        )
      : english;
  if (code !== CONNECTION_LOST && rejection !== CONNECTION_LOST) {
    return new CommandError(
      message && sentence(message),
      translation_placeholders?.field,
    );
  }
  const text = READS.includes(type) ? "connection_failed" : "connection_uncertain";
  return new CommandError(message, undefined, text);
}

async function send<T>(
  hass: HomeAssistant,
  type: string,
  data: Record<string, unknown>,
): Promise<T> {
  try {
    const answer = await hass.callWS<T>({ type: `seam/${type}`, ...data });
    return localized(hass.connection, answer);
  } catch (error) {
    throw commandError(hass.connection, error, type);
  }
}

/** Return what would be done about the codes of stays. */
export function previewStays(
  hass: HomeAssistant,
  subentryId: string,
): Promise<Preview> {
  return send(hass, "stays/preview", { subentry_id: subentryId });
}

/** Send a command; return the answers by entity ID. */
export async function command(
  hass: HomeAssistant,
  type: string,
  data: Record<string, unknown>,
): Promise<Rows> {
  const { results } = await send<{ results: Rows }>(hass, type, data);
  return Object.fromEntries(
    Object.entries(results).map(([id, row]) => [id, inSentences(row)]),
  );
}

/** Return a message with the final period that Home Assistant removes. */
export function sentence(message: string): string {
  // Other scripts have other periods, and a Greek question ends with a semicolon.
  return /[\p{Sentence_Terminal};]$/u.test(message) ? message : `${message}.`;
}

function inSentences<T extends Pick<Row, "error" | "reason" | "access_codes">>(
  row: T,
): T {
  const { error, reason, access_codes } = row;
  return {
    ...row,
    ...(error ? { error: sentence(error) } : {}),
    ...(reason ? { reason: sentence(reason) } : {}),
    ...(access_codes ? { access_codes: access_codes.map(inSentences) } : {}),
  };
}

/** Send a command about one code, and return its answer. */
export async function codeCommand(
  hass: HomeAssistant,
  type: string,
  lock: Lock,
  code: Pick<Code, "access_code_id">,
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
  const { error, field, is_uncertain } = row;
  if (error) throw new CommandError(error, field, undefined, is_uncertain);
  return row;
}

/** A PIN, and whether Seam has answered, so that it is not just the last one known. */
export interface Revealed {
  pin: string | undefined;
  isFresh: boolean;
}

/** Read the PIN of a code. */
export async function revealPin(
  hass: HomeAssistant,
  lock: Lock,
  code: Pick<Code, "access_code_id">,
): Promise<Revealed> {
  const row = await codeCommand(hass, "reveal", lock, code);
  return { pin: row.code ?? undefined, isFresh: row.is_fresh !== false };
}

/** Return the text of an error for the user. */
export function errorText(error: unknown, t: Translate): string {
  if (!(error instanceof CommandError)) return t("unexpected_error");
  return error.lost ? t(error.lost) : error.message || t("unexpected_error");
}

/** Open a path of Home Assistant's frontend. */
export function navigate(path: string, replace = false): void {
  history[replace ? "replaceState" : "pushState"](null, "", path);
  window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace } }));
}
