"""Which events to ask for, and which of an answer were not heard of yet. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ..api import Event
from ..api.bounded import BoundedDict
from ..api.client import EVENTS_LIMIT
from ..api.redact import Secrets
from .snapshot import masked_event
from .store import SnapshotStore

# How far back the first question goes: far enough for clocks that differ.
_FIRST_LOOK: Final = timedelta(hours=1)
# Events may show up late; what is later still is left to the next reconcile.
_OVERLAP: Final = timedelta(minutes=5)
# Events are told apart by their ids; a webhook may repeat one after a day.
_REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Fresh:
    """The new events of an answer, oldest first, and whether it held all there were."""

    events: list[Event]
    is_complete: bool


class EventCursor:
    """Follows the events of a workspace by Seam's own clock."""

    def __init__(self) -> None:
        """Start with nothing heard of."""
        self.has_bearings = False
        self._is_behind = False
        self._was_full = False
        self._is_guess = False
        self.cursor: datetime | None = None
        """The date of the newest event, or where to begin."""
        self._began: datetime | None = None
        self._seen: BoundedDict[str, None] = BoundedDict(_REMEMBERED)

    def since(self, now: datetime) -> datetime:
        """Return from when on to ask. It moves only when events come."""
        if self._is_guess and self.cursor is not None and now < self.cursor:
            # Our clock was ahead when we began: begin again.
            self.cursor, self.has_bearings, self._began = None, False, None
        if self.cursor is None:
            self.cursor, self._is_guess = now - _FIRST_LOOK, True
        # After a full answer the overlap would bring the same events for ever.
        since = self.cursor if self._was_full else self.cursor - _OVERLAP
        self._began = self._began or since
        return since

    def start_over(self) -> None:
        """Ask again as if for the first time, but tell nothing twice."""
        self.cursor = None

    def take_in(self, events: Iterable[Event], now: datetime) -> Fresh:
        """Take in an answer, which may come in any order and repeat itself."""
        ordered = sorted(events, key=lambda event: event.created_at)
        # There are no pages: a full answer may have left out others.
        is_full = len(ordered) >= EVENTS_LIMIT
        # One from a wrong clock's future must not hide what comes before it.
        dates = [event.created_at for event in ordered]
        if present := [date for date in dates if date <= now + _OVERLAP]:
            self._move_to(present[-1])
        elif is_full:
            # Then the wrong clock is ours.
            self._move_to(dates[-1])
        # What follows a full first answer is as old: no news, but perhaps changes.
        is_complete = not is_full and not self._is_behind
        fresh = [event for event in ordered if self.is_fresh(event)]
        if is_full and self._was_full and not fresh and self.cursor is not None:
            # So many at one moment cannot be told apart by time: step past them.
            self.cursor += timedelta(milliseconds=1)
        self._was_full = is_full
        self._is_behind = is_full and not self.has_bearings
        self.has_bearings |= not is_full
        return Fresh(fresh, is_complete)

    def _move_to(self, date: datetime) -> None:
        self.cursor = date if self._is_guess else max(self.cursor or date, date)
        self._is_guess = False

    def is_news(self, event: Event) -> bool:
        """Return whether people are to be told of an event: not of all before the start."""
        return self.has_bearings and not self.is_old(event)

    def is_old(self, event: Event) -> bool:
        """Return whether an event is of before the start: some come a day late."""
        return self._began is not None and event.created_at <= self._began

    def is_fresh(self, event: Event) -> bool:
        """Return whether an event was not heard of yet, and remember it."""
        if event.event_id in self._seen:
            return False
        self._seen[event.event_id] = None
        return True


USE_EVENTS: Final = ("lock.locked", "lock.unlocked")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event that nobody was told of yet, with the name of its code."""

    event: Event
    code_name: str | None


@dataclass(frozen=True, slots=True)
class _Happened:
    event: Event
    code_name: str | None
    is_news: bool


class PendingEvents:
    """Keeps events until the picture shows what came of them."""

    def __init__(self, draft: SnapshotStore, secrets: Secrets) -> None:
        """Take where the names of codes are, and what must not be in them."""
        self._store = draft
        self._secrets = secrets
        self._happened: list[_Happened] = []
        self._news: list[Occurrence] = []

    def note(self, event: Event, *, is_news: bool) -> None:
        """Remember an event, with its code's name: both may be gone soon."""
        self._secrets.add(event.pins)
        self._happened.append(_Happened(event, self._code_name(event), is_news))

    def explains(self, device_id: str) -> bool:
        """Return whether an event of this round may be why a lock has changed."""
        # One without a device is about an account, and so about all of its.
        return any(
            happened.event.device_id in (device_id, None) for happened in self._happened
        )

    def tell(self) -> None:
        """Turn what has happened into news, with names as they are now."""
        for happened in self._happened:
            event = happened.event
            name = self._code_name(event) or happened.code_name
            name = name and self._secrets.mask_name(name)
            self._note_use(event, name)
            if happened.is_news:
                self._news.append(Occurrence(masked_event(event, self._secrets), name))
        self._happened.clear()

    def take(self) -> list[Occurrence]:
        """Return the news that nobody has taken yet, oldest first."""
        news, self._news = self._news, []
        return news

    def _note_use(self, event: Event, name: str | None) -> None:
        """Note who turned a lock last; events may come late."""
        lock = self._store.locks.get(event.device_id or "")
        if lock is None or event.event_type not in USE_EVENTS:
            return
        at = event.occurred_at or event.created_at
        if lock.changed_at is None or at >= lock.changed_at:
            self._store.put(
                replace(lock, changed_by=name or event.method, changed_at=at)
            )

    def _code_name(self, event: Event) -> str | None:
        """Return the name of an event's code, which some makers tell only by its PIN."""
        if (lock := self._store.locks.get(event.device_id or "")) is None:
            return None
        code = lock.code(event.access_code_id)
        if code is None and event.code is not None:
            code = next(
                (other for other in lock.codes if other.code == event.code), None
            )
        return code.name if code else self._store.former_name(event.access_code_id)
