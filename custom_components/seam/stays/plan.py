"""What is done about the codes of stays, and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from ..sync.occupancy import Span
from ..sync.snapshot import LockData
from .bookings import Stay
from .links import Link

type PinTest = Callable[[LockData, str, str], bool]
"""Whether a lock accepts a new code of this name with this PIN."""
type Pins = Mapping[tuple[str, str], str]
"""The PINs of codes, by stay and lock, which are never stored."""

_SOON: Final = timedelta(minutes=1)


class Kind(StrEnum):
    """What is done about a code."""

    DELETE = "delete"
    MOVE = "move"
    RENAME = "rename"
    CREATE = "create"
    LEAVE = "leave"
    BLOCKED = "blocked"
    EDITED = "edited"


CHANGES: Final = (Kind.DELETE, Kind.MOVE, Kind.RENAME, Kind.CREATE)


class Reason(StrEnum):
    """Why something is done, or is not."""

    BEING_DELETED = "being_deleted"
    CALENDAR_EMPTY = "calendar_empty"
    CALENDAR_FAILED = "calendar_failed"
    CANCELLED = "cancelled"
    CHANGED_BY_HAND = "changed_by_hand"
    CODES_UNKNOWN = "codes_unknown"
    DELETED_BY_HAND = "deleted_by_hand"
    ENDED = "ended"
    IMPOSSIBLE_TIMES = "impossible_times"
    LOCK_FULL = "lock_full"
    LOCK_GONE = "lock_gone"
    LOCK_NOT_SELECTED = "lock_not_selected"
    MISSING_ONCE = "missing_once"
    NO_TELEPHONE = "no_telephone"
    OTHER_PIN = "other_pin"
    REFUSED = "refused"
    STARTED = "started"
    TELEPHONE_DIFFERS = "telephone_differs"
    TOO_FAR_AHEAD = "too_far_ahead"
    UNCONFIRMED = "unconfirmed"


IMPOSSIBLE: Final = (Reason.IMPOSSIBLE_TIMES, Reason.TOO_FAR_AHEAD)


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Something that is done about a code on a lock, or is not."""

    kind: Kind
    key: str
    device_id: str | None = None
    code_id: str | None = None
    name: str | None = None
    span: Span | None = None
    reason: Reason | None = None
    pin: str | None = field(default=None, repr=False)
    """The PIN for a new code, None if Seam chooses it."""
    link: Link | None = None
    """To be stored before Seam is asked, so that a restart does not lose the code."""
    before: Link | None = None
    """What was known of the code, which is true again if Seam refuses the change."""

    @classmethod
    def about(cls, kind: Kind, link: Link, reason: Reason | None) -> Self:
        """Return a step about a code for which nothing else is known."""
        starts_at, ends_at = link.asked.starts_at, link.asked.ends_at
        return cls(
            kind=kind,
            key=link.key,
            device_id=link.device_id,
            code_id=link.code_id,
            span=Span(starts_at, ends_at) if starts_at and ends_at else None,
            reason=reason,
        )

    @classmethod
    def impossible(cls, stay: Stay) -> Self:
        """Return a step about a stay for which there can be no code."""
        far = stay.is_too_far_ahead
        reason = Reason.TOO_FAR_AHEAD if far else Reason.IMPOSSIBLE_TIMES
        return cls(kind=Kind.BLOCKED, key=stay.key, reason=reason)

    @property
    def is_deletion(self) -> bool:
        """Whether the code is deleted, or will be if the next answer lacks it, too."""
        return self.kind is Kind.DELETE or self.reason is Reason.MISSING_ONCE


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What has to be done, in this order, and what is known of the codes."""

    steps: tuple[Step, ...]
    links: tuple[Link, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)
    """The new keys of stays that the calendar has given other ones."""
    is_answered: bool = True
    """Whether the calendar has said what has to be done."""


def accepted_start(
    lock: LockData, code_id: str | None, span: Span, now: datetime
) -> datetime:
    """Return the start to ask for, as some locks refuse one in the past."""
    if (
        span.starts_at > now
        or "start_date_in_future" not in lock.device.constraint_types
    ):
        return span.starts_at
    code = lock.code(code_id)
    if code and code.starts_at and code.starts_at <= now:
        return code.starts_at
    return now + _SOON
