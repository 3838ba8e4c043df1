import { describe, expect, test } from "vitest";
import { command, errorText, rowOf } from "../src/api";
import en from "../src/language/en.json";
import type { HomeAssistant, Lock } from "../src/types";

const t = (key: string) => (en as Record<string, unknown>)[key] as string;

/** Return the text of the error with which Home Assistant's library rejects. */
async function textOf(rejection: unknown, type = "code/create"): Promise<string> {
  const hass = {
    connection: {},
    callWS: () => Promise.reject(rejection),
  } as unknown as HomeAssistant;
  try {
    await command(hass, type, {});
  } catch (error) {
    return errorText(error, t);
  }
  return "";
}

// The connection is lost while the command runs, or is already lost.
const LOST = [
  { type: "result", success: false, error: { code: 3, message: "Connection lost" } },
  3,
];

describe("an error of a command", () => {
  test.each(LOST)("is an uncertain change if the connection is lost: %j", async (e) => {
    expect(await textOf(e)).toBe(t("connection_uncertain"));
  });

  test.each(["code/reveal", "code/generate", "lock/refresh", "preview"])(
    "says nothing about changes if %s loses the connection",
    async (type) => {
      for (const rejection of LOST) {
        expect(await textOf(rejection, type)).toBe(t("connection_failed"));
      }
    },
  );

  test("has the message of Home Assistant", async () => {
    const message = "This lock is not loaded.";
    expect(await textOf({ code: "not_loaded", message })).toBe(message);
  });

  test("is in English if its text could not be loaded", async () => {
    // A name may look like a placeholder.
    const message = "{lock} accepts only 4 digits";
    const error = {
      code: "code_length",
      message,
      translation_domain: "seam",
      translation_key: "code_length",
      translation_placeholders: { lock: "{lock}", lengths: "4" },
    };
    expect(await textOf(error)).toBe(`${message}.`);
  });

  test.each([{}, undefined, 1, new Error(), "text"])(
    "is a sentence whatever it is: %o",
    async (rejection) => {
      expect(await textOf(rejection)).toBe(t("unexpected_error"));
    },
  );
});

test.each([
  ["Convert “Owner”", "Convert “Owner”."],
  ["Is it on?", "Is it on?"],
  ["Done.", "Done."],
  ["完了しました。", "完了しました。"],
  ["Άναψε;", "Άναψε;"],
])("every text of an answer is a sentence: %s", async (text, whole) => {
  const answer = { error: text, reason: text, access_codes: [{ reason: text }] };
  const results = { "lock.door": answer, "lock.gate": {} };
  const hass = { callWS: async () => ({ results }) } as unknown as HomeAssistant;
  const rows = await command(hass, "preview", {});
  expect(rows).toEqual({
    "lock.door": { error: whole, reason: whole, access_codes: [{ reason: whole }] },
    "lock.gate": {},
  });
  expect(() => rowOf(rows, { entity_id: "lock.door" } as Lock)).toThrow(whole);
  expect(await textOf({ code: "refused", message: text })).toBe(whole);
});
