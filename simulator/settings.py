"""Durations, and settings for the next requests."""

from dataclasses import dataclass, field

from .state import AccessCode, Json

PROGRAMMING_SECONDS = 5.0
CONVERSION_SECONDS = 3.0
ACTION_SECONDS = 2.0
OFFLINE_WARNING_SECONDS = 60.0
RESTORE_SECONDS = 60.0
RETRY_SECONDS = 600.0
NATIVE_LEAD_SECONDS = 72 * 3600.0
LEAD_SECONDS = 3600.0


@dataclass(slots=True)
class Failure:
    """A failure that is to happen."""

    error_code: str
    message: str


@dataclass(slots=True)
class Settings:
    """What the control commands have arranged."""

    action_failures: list[Failure] = field(default_factory=list)
    actions_never_ending: int = 0
    actions_unconfirmed: int = 0
    programming_failures: list[Failure] = field(default_factory=list)
    conversion_failures: list[Failure] = field(default_factory=list)
    conversion_gives_new_id: bool = False
    conversion_returns_attempt: bool = False
    codes_found_by_sync: list[AccessCode] = field(default_factory=list, repr=False)
    """Codes that Seam finds when it reads their account again."""
    old_shapes: bool = False
    row_overrides: dict[str, Json | None] = field(default_factory=dict, repr=False)
    """What is sent instead of the fields of a device or code, by its ID."""
    dropped_codes: dict[str, int] = field(default_factory=dict, repr=False)
    """How many more lists omit a code, by its ID."""
    listed_after: float = 0
    """How many seconds lists omit a new code."""
