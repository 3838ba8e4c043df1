"""What the websocket commands send. Only answers of commands contain PINs."""

from typing import Any, Literal, TypedDict

type Row = dict[str, Any]
"""A code or a problem, with what can be done about it."""
type Remedy = Literal[
    "add",
    "allow_changes",
    "convert_other",
    "delete",
    "delete_expired",
    "delete_other",
    "edit",
    "found_codes",
    "new_pin",
    "pull_backup",
    "reconnect_account",
    "refresh_lock",
]


class Text(TypedDict):
    """A text in the translations, without the prefix of the integration."""

    translation_key: str
    translation_placeholders: dict[str, str]


type Possible = Literal[True] | Text | str
"""True, or why something is not possible."""


class SelectedCode(TypedDict):
    """A code that is to be converted, by the ID that it had before."""

    entity_id: str
    access_code_id: str


class FailedCode(SelectedCode):
    """A code that could not be converted; why is not kept over a restart."""

    error: Text | str | None


type StopReason = Literal[
    "failed", "interrupted", "new_error", "stopped", "unconfirmed", "unreachable"
]


class Conversion(TypedDict):
    """How far the conversion of unmanaged codes is, with names of locks by entity ID."""

    state: Literal["running", "watching", "stopped", "done"]
    canary: SelectedCode
    entity_id: str
    locks: dict[str, str]
    done: list[SelectedCode]
    failed: list[FailedCode]
    uncertain: list[SelectedCode]
    left: list[SelectedCode]
    reason: StopReason | None
    error: Text | str | None


class Entry(TypedDict):
    """A config entry, which is a workspace. Only administrators get the conversion."""

    entry_id: str
    title: str
    available: bool
    error: Text | str | None
    conversion: Conversion | None


class Options(TypedDict):
    """Defaults for new codes."""

    check_in: str
    check_out: str


class LastUsed(TypedDict):
    """Who or what last operated a lock."""

    name: str
    at: str | None


class Rules(TypedDict):
    """What a lock requires of PINs and names, with the texts of errors."""

    lengths: list[int]
    constraints: dict[str, Text | str]
    name_min: int | None
    name_max: int | None


class LockCan(TypedDict):
    """Which kinds of codes a lock can have."""

    create: Possible
    create_ongoing: Possible
    create_offline: Possible
    backup: Possible


class CodeCan(TypedDict):
    """What can be done with a code."""

    reveal: Possible
    update: Possible
    extend: Possible
    end: Possible
    delete: Possible
    convert: Possible
    release: Possible
    pull_backup: Possible


class Lock(TypedDict):
    """A lock with its codes."""

    entry_id: str
    device_id: str
    entity_id: str
    name: str
    area: str | None
    state: Literal["locked", "unlocked"] | None
    online: bool | None
    battery: int | None
    codes_known: bool
    unmanaged_known: bool
    may_be_outdated: bool
    free_slots: int | None
    last_used: LastUsed | None
    problems: list[Row]
    rules: Rules
    can: LockCan
    codes: list[Row]


class StayLock(TypedDict):
    """Whether a guest will be able to open a lock."""

    device_id: str
    access_code_id: str | None
    verdict: str
    reason: Text | str | None


class Stay(TypedDict):
    """A stay that has not ended, and whether its guest will get in."""

    booking: str
    """The same in all stays with the same calendar, and in no others."""
    name: str
    starts_at: str | None
    ends_at: str | None
    verdict: str
    has_arrived: bool
    locks: list[StayLock]


class Stays(TypedDict):
    """The stays of a subentry, None while they are not known."""

    entry_id: str
    subentry_id: str
    title: str
    is_calendar_lost: bool
    kept: int
    """How many stays have codes although the calendar has no events."""
    calendar: str | None
    """The entity ID. Only administrators are sent it, and the codes."""
    access_code_ids: list[str]
    """The codes that were made for them."""
    stays: list[Stay] | None


class AllMessage(TypedDict):
    """The first event of a subscription."""

    type: Literal["all"]
    entries: list[Entry]
    locks: list[Lock]
    stays: list[Stays]
    options: Options
    is_admin: bool
    version: str


class ChangedMessage(TypedDict, total=False):
    """A later event, with the locks that have changed."""

    type: Literal["changed"]
    locks: list[Lock]
    removed: list[str]
    stays: list[Stays]
    removed_stays: list[str]
    entries: list[Entry]
    options: Options
