/** The commands that the form for a guest sends. */

import { CommandError, codeCommand, command, errorText, rowOf } from "../api";
import type { Context } from "../context";
import { zoneOf } from "../logic/formats";
import type { Entry } from "../logic/groups";
import {
  createData,
  type Field,
  fieldOf,
  type GuestForm,
  offeredOptions,
  updateData,
} from "../logic/guest";
import { pinProblem } from "../logic/pin";
import type { Lock } from "../types";
import type { Progress } from "./progress";

/** How often Home Assistant is asked for a PIN that all locks accept. */
const MAX_PINS = 5;

/** Return the field of the form that an error of a command is about. */
export function fieldOfError(error: unknown): Field | undefined {
  return error instanceof CommandError ? fieldOf(error.field) : undefined;
}

/** Create the code of a form on the selected locks, or again on those that failed. */
export async function createCodes(
  context: Context,
  filled: GuestForm,
  selected: readonly Lock[],
  locks = selected,
): Promise<Progress[]> {
  const { hass } = context;
  let form = filled;
  // Seam only chooses a PIN for locks of the same workspace.
  if (form.pin === "auto" && new Set(locks.map(({ entry_id }) => entry_id)).size > 1) {
    form = { ...form, pin: "own", ownPin: await generatePin(context, form, locks) };
  }
  const rows = await command(hass, "code/create", {
    entity_ids: locks.map((lock) => lock.entity_id),
    ...createData(form, selected, new Date(), zoneOf(hass)),
  });
  const progress = locks.map((lock): Progress => {
    const { error, field, is_uncertain, access_code_id, code } =
      rows[lock.entity_id] ?? {};
    if (error) {
      const isUncertain = is_uncertain ?? false;
      // Other locks must get the PIN that this one may have.
      const maybe = isUncertain && form.pin === "own" ? { pin: form.ownPin } : {};
      return { lock, error, isUncertain, field: fieldOf(field), ...maybe };
    }
    return {
      lock,
      ...(access_code_id ? { codeId: access_code_id } : {}),
      pin: code ?? undefined,
    };
  });
  if (
    locks === selected &&
    !progress.some(({ codeId, isUncertain }) => codeId || isUncertain)
  ) {
    // It can be put right in the form.
    for (const lock of locks) rowOf(rows, lock);
  }
  return progress;
}

/** Return a PIN that all locks accept. */
async function generatePin(
  { hass, t }: Context,
  form: GuestForm,
  locks: readonly Lock[],
): Promise<string> {
  const length = offeredOptions(form, locks).lengths.find((one) => one === form.length);
  for (let i = 0; i < MAX_PINS; i++) {
    const rows = await command(hass, "code/generate", {
      entity_ids: locks.map((lock) => lock.entity_id),
    });
    const pins = locks.map((lock) => rowOf(rows, lock).code);
    const fitting = pins.find(
      (pin) =>
        pin && (!length || pin.length === length) && !pinProblem(pin, locks, form.name),
    );
    if (fitting) return fitting;
  }
  throw new CommandError(t("pin_none_fits"), "code");
}

/** Change a code and those that are linked with it, as far as there is something to send. */
export async function changeCodes(
  context: Context,
  form: GuestForm,
  known: GuestForm,
  entries: readonly Entry[],
): Promise<Progress[]> {
  const { hass, t } = context;
  const progress: Progress[] = [];
  let pin = form.pin === "own" ? form.ownPin : undefined;
  if (form.pin === "auto") {
    const locks = entries.map(({ lock }) => lock);
    pin = await generatePin(context, form, locks);
  }
  for (const { lock, code } of entries) {
    try {
      const data = updateData(form, known, code, pin, new Date(), zoneOf(hass));
      if (Object.keys(data).length === 0) continue;
      await codeCommand(hass, "update", lock, code, data);
      progress.push({ lock, codeId: code.access_code_id, wasListed: true, pin });
    } catch (error) {
      const isUncertain = error instanceof CommandError && error.isUncertain;
      // Nothing has changed yet: it can be put right in the form.
      if (progress.length === 0 && !isUncertain) throw error;
      progress.push({
        lock,
        codeId: code.access_code_id,
        error: errorText(error, t),
        isUncertain,
        field: fieldOfError(error),
        // The lock may have the new PIN, which nobody has seen.
        ...(isUncertain ? { pin } : {}),
      });
    }
  }
  return progress;
}
