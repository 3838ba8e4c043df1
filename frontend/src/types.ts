/**
 * What `seam/subscribe` and the commands send, with texts in the language of the user; see
 * docs/websocket.md.
 */

export type CodeState =
  | "active"
  | "scheduled"
  | "setting"
  | "failed"
  | "at_risk"
  | "removing"
  | "expired"
  | "disabled"
  | "unknown";

export type Remedy =
  | "add"
  | "allow_changes"
  | "convert_other"
  | "delete"
  | "delete_expired"
  | "delete_other"
  | "edit"
  | "found_codes"
  | "new_pin"
  | "pull_backup"
  | "refresh_lock"
  | "reconnect_account";

/** Whether something is possible; otherwise the reason why not. */
export type Can = true | string;

export interface Problem {
  error_code?: string;
  warning_code?: string;
  message: string;
  advice: string;
  scope: string;
  created_at: string | null;
  other_access_code_id?: string;
  other_access_code_name?: string | null;
  remedies: Remedy[];
}

export type CodeAction =
  | "reveal"
  | "update"
  | "extend"
  | "end"
  | "delete"
  | "convert"
  | "release"
  | "pull_backup";

export interface Code {
  access_code_id: string;
  name: string | null;
  type: "ongoing" | "time_bound";
  state: CodeState;
  starts_at: string | null;
  ends_at: string | null;
  scheduled_at: string | null;
  is_managed: boolean;
  is_backup: boolean;
  is_backup_access_code_available: boolean;
  pulled_backup_access_code_id: string | null;
  is_offline_access_code: boolean;
  is_one_time_use: boolean;
  is_external_modification_allowed: boolean;
  common_code_key: string | null;
  errors: Problem[];
  warnings: Problem[];
  same_pin_as: string[];
  can: Record<CodeAction, Can>;
}

export interface PinRules {
  /** Empty: 4 to 12 digits. */
  lengths: number[];
  /** Texts by Seam's `constraint_type`. */
  constraints: Record<string, string>;
  name_min: number | null;
  name_max: number | null;
}

export interface Lock {
  entry_id: string;
  device_id: string;
  entity_id: string;
  name: string;
  area: string | null;
  state: string | null;
  online: boolean | null;
  battery: number | null;
  codes_known: boolean;
  unmanaged_known: boolean;
  may_be_outdated: boolean;
  free_slots: number | null;
  last_used: { name: string; at: string | null } | null;
  problems: Problem[];
  rules: PinRules;
  can: Record<"create" | "create_ongoing" | "create_offline" | "backup", Can>;
  codes: Code[];
}

export interface SelectedCode {
  entity_id: string;
  access_code_id: string;
}

/** How far the conversion of unmanaged codes is. */
export interface Conversion {
  state: "running" | "watching" | "stopped" | "done";
  canary: SelectedCode;
  /** The lock that it works on, or did last. */
  entity_id: string;
  /** The names of the locks by entity ID, as some may be gone. */
  locks: Record<string, string>;
  done: SelectedCode[];
  failed: (SelectedCode & { error: string | null })[];
  /** Those whose conversion was requested but is not confirmed. */
  uncertain: SelectedCode[];
  left: SelectedCode[];
  reason:
    | "failed"
    | "interrupted"
    | "new_error"
    | "stopped"
    | "unconfirmed"
    | "unreachable"
    | null;
  error: string | null;
}

export interface Entry {
  entry_id: string;
  title: string;
  available: boolean;
  error: string | null;
  conversion: Conversion | null;
}

export interface Options {
  check_in: string;
  check_out: string;
}

export type Verdict = "ready" | "setting" | "unknown" | "at_risk";

/** Whether a guest will be able to open a lock. */
export interface StayLock {
  device_id: string;
  access_code_id: string | null;
  verdict: Verdict;
  reason: string | null;
  /** Its key, if it is a text of the integration. */
  reason_key?: string;
}

export interface Stay {
  /** The same in all stays with the same calendar, and in no others. */
  booking: string;
  name: string;
  starts_at: string;
  ends_at: string;
  /** That of the lock that is most likely to stay closed. */
  verdict: Verdict;
  has_arrived: boolean;
  locks: StayLock[];
}

/** The stays of a calendar, null while they are not known. */
export interface Stays {
  entry_id: string;
  subentry_id: string;
  title: string;
  is_calendar_lost: boolean;
  /** How many stays have codes although the calendar has no events. */
  kept: number;
  /** Its entity ID, which only administrators are sent, and so are the codes. */
  calendar: string | null;
  /** The codes that were made for them. */
  access_code_ids: string[];
  stays: Stay[] | null;
}

export interface PreviewRow {
  name: string | null;
  lock: string | null;
  starts_at: string | null;
  ends_at: string | null;
  reason: string | null;
}

/** The time that a stay shares with another guest. */
export interface PreviewOverlap {
  stay: string;
  other: string;
  /** That of the other code, null for two bookings of the calendar. */
  lock: string | null;
  starts_at: string;
  ends_at: string;
}

/** What would be done about the codes of stays. */
export type Preview = Record<
  "created" | "moved" | "renamed" | "deleted" | "not_possible" | "left",
  PreviewRow[]
> & { overlaps: PreviewOverlap[] };

export type SubscriptionEvent =
  | {
      type: "all";
      entries: Entry[];
      locks: Lock[];
      stays: Stays[];
      options: Options;
      is_admin: boolean;
      version: string;
    }
  | {
      type: "changed";
      locks: Lock[];
      removed: string[];
      stays?: Stays[];
      removed_stays?: string[];
      entries?: Entry[];
      options?: Options;
    };

/** The answer of a command for one lock. */
export interface Row {
  error?: string;
  is_uncertain?: boolean;
  field?: string;
  outcome?: string;
  reason?: string;
  online?: boolean | null;
  access_code_id?: string;
  name?: string | null;
  code?: string | null;
  /** Whether a PIN is from Seam just now, and not the last one known. */
  is_fresh?: boolean;
  starts_at?: string | null;
  ends_at?: string | null;
  access_codes?: {
    access_code_id: string;
    name: string | null;
    outcome: string;
    reason?: string;
  }[];
}

export type Rows = Record<string, Row>;

/** What `history/stream` sends: states and attributes by entity ID. */
export interface HistoryMessage {
  states: Record<string, { s: string; a: Record<string, unknown> }[]>;
}

/** The part of Home Assistant's websocket connection that is used here. */
export interface Connection {
  readonly connected: boolean;
  sendMessagePromise<T>(
    message: { type: string } & Record<string, unknown>,
  ): Promise<T>;
  subscribeMessage<T>(
    callback: (message: T) => void,
    message: { type: string } & Record<string, unknown>,
    options?: { resubscribe?: boolean },
  ): Promise<() => Promise<void>>;
  addEventListener(type: "ready" | "disconnected", listener: () => void): void;
  removeEventListener(type: "ready" | "disconnected", listener: () => void): void;
}

/** The formats in the user's profile. A later release may add others. */
export interface Locale {
  language: string;
  /** language, system, comma_decimal, decimal_comma, quote_decimal, space_comma, none */
  number_format: string;
  /** language, system, 12, 24 */
  time_format: string;
  /** language, system, DMY, MDY, YMD */
  date_format: string;
  /** local, server */
  time_zone: string;
  /** language, monday, ... */
  first_weekday: string;
}

/** The part of Home Assistant's `hass` object that is used here. */
export interface HomeAssistant {
  connection: Connection;
  language: string;
  locale: Locale;
  config: { time_zone: string };
  themes: { darkMode: boolean };
  entities: Record<string, { platform: string; device_id?: string | null }>;
  panels: Record<string, unknown>;
  formatEntityAttributeValue(entity: object, attribute: string, value: string): string;
  callWS<T>(message: { type: string } & Record<string, unknown>): Promise<T>;
}

export interface Route {
  prefix: string;
  path: string;
}
