import type { Context } from "../context";
import type { Lock } from "../types";
import { formatTime } from "./formats";

/** Return the message that a guest gets. */
export function shareText(
  { t, hass }: Context,
  name: string,
  locks: readonly Lock[],
  pin: string,
  times: { starts_at?: string | null; ends_at?: string | null },
): string {
  const values = {
    name,
    pin,
    locks: new Intl.ListFormat(hass.locale.language).format(
      locks.map((lock) => lock.name),
    ),
  };
  const { starts_at: start, ends_at: end } = times;
  if (!start || !end) return t("share_text", values);
  // The guest reads it on another day: no "today" or "tomorrow".
  const longAgo = new Date(0);
  // And reads it there: the user may be in another time zone.
  const time = (iso: string) => formatTime(hass, iso, longAgo, hass.config.time_zone);
  return t("share_text_stay", {
    ...values,
    start: time(start),
    end: time(end),
  });
}
