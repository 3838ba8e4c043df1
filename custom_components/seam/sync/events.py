"""Events: which to ask for, which are new, and what has happened."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from ..api import AccessCode, Event
from ..api.bounded import BoundedDict
from ..api.client import EVENTS_LIMIT
from ..api.redact import Secrets
from ..api.rows import Rows
from .snapshot import masked_event
from .store import IdCheck, SnapshotStore

# The first query goes far enough back for clocks that differ.
_FIRST_QUERY: Final = timedelta(hours=1)
# Events may appear late. What is even later is left to the next reconcile.
_OVERLAP: Final = timedelta(minutes=5)
# Events dated further ahead are wrong, rather than our clock.
_MAX_CLOCK_ERROR: Final = timedelta(days=3650)
# A webhook may repeat an event after a day.
_MAX_SEEN: Final = 10_000

OPERATION_EVENTS: Final = ("lock.locked", "lock.unlocked")


@dataclass(frozen=True, slots=True)
class NewEvents:
    """The new events of an answer, oldest first, each with whether it fires."""

    events: list[tuple[Event, bool]]
    is_complete: bool
    """Whether nothing was left out between them and the events before."""


class EventCursor:
    """Follow the events of a workspace by Seam's own clock."""

    def __init__(self) -> None:
        """Initialize without events."""
        self.cursor: datetime | None = None
        """When the newest event was created, or where to start."""
        self._start: datetime | None = None
        self._failed_at: datetime | None = None
        self._is_initialized = False
        self._is_behind = False
        self._is_guess = False
        self._was_full = False
        self._period = _FIRST_QUERY
        self._seen: BoundedDict[str, None] = BoundedDict(_MAX_SEEN)

    def since(self, now: datetime) -> datetime:
        """Return since when to ask for events. It moves only when events come."""
        if self._is_guess and self.cursor is not None and now < self.cursor:
            # Our clock was ahead at the start.
            self.cursor, self._is_initialized, self._start = None, False, None
        if self.cursor is None:
            self.cursor, self._is_guess = now - self._period, True
        # After a full answer the overlap would return the same events forever.
        since = self.cursor if self._was_full else self.cursor - _OVERLAP
        self._start = self._start or since
        return since

    def note_failure(self, seam_time: datetime) -> None:
        """Note that a query has failed, after which events fire even if it was the first.

        Seam's own clock is the one of the events.
        """
        # The date of a response has no fraction of a second.
        self._failed_at = self._failed_at or seam_time + timedelta(seconds=1)

    def restart(self) -> None:
        """Ask as if for the first time, and for a shorter period each time.

        Events still fire only once.
        """
        self.cursor = None
        self._period = max(self._period / 2, _OVERLAP)

    def receive(self, events: Rows[Event], now: datetime) -> NewEvents:
        """Return the new events of an answer, which may come in any order."""
        self._period = _FIRST_QUERY
        ordered = sorted(events, key=lambda event: event.created_at)
        # There are no pages, so a full answer may have left out others.
        is_full = events.row_count >= EVENTS_LIMIT
        # A single event with a wrong date in the future must not hide those before it.
        dates = [event.created_at for event in ordered]
        if past := [date for date in dates if date <= now + _OVERLAP]:
            self._move_to(past[-1])
        elif is_full and dates[-1] <= now + _MAX_CLOCK_ERROR:
            # Then it is our clock that is wrong.
            self._move_to(dates[-1])
        # The events that follow a full first answer are from before the start as well.
        is_complete = not is_full and not self._is_behind
        new = [(event, self.fires(event)) for event in ordered if self.remember(event)]
        if is_full and self._was_full and not new and self.cursor is not None:
            # More events at one moment than fit into an answer: step past it.
            self.cursor += timedelta(milliseconds=1)
        self._was_full = is_full
        self._is_behind = is_full and not self._is_initialized
        self._is_initialized |= not is_full
        return NewEvents(new, is_complete)

    def _move_to(self, date: datetime) -> None:
        self.cursor = date if self._is_guess else max(self.cursor or date, date)
        self._is_guess = False

    def fires(self, event: Event) -> bool:
        """Return whether an event is to fire, as it happened after the start."""
        if self._is_initialized:
            return self._start is None or event.created_at > self._start
        return self._failed_at is not None and event.created_at > self._failed_at

    def remember(self, event: Event) -> bool:
        """Remember an event, and return whether it is new."""
        if event.event_id in self._seen:
            return False
        self._seen[event.event_id] = None
        return True


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An event that fires, without secrets, and the name of its code."""

    event: Event
    code_name: str | None


@dataclass(frozen=True, slots=True)
class _Pending:
    event: Event
    # It is not masked yet.
    code_name: str | None = field(repr=False)
    fires: bool
    received_at: datetime


class PendingEvents:
    """Hold events back until the snapshot shows what they have changed."""

    def __init__(self, store: SnapshotStore, secrets: Secrets) -> None:
        """Initialize without events."""
        self._store = store
        self._secrets = secrets
        self._pending: list[_Pending] = []
        self._occurrences: list[Occurrence] = []

    def add(self, event: Event, now: datetime, *, fires: bool) -> None:
        """Add an event with the name of its code, which may be gone soon."""
        self._secrets.add(event.pins)
        self._pending.append(_Pending(event, self._code_name(event), fires, now))

    def concern(self, device_id: str) -> bool:
        """Return whether a pending event may be why a lock has changed."""
        # Events without a device are about an account, and so about all its devices.
        return any(
            pending.event.device_id in (device_id, None) for pending in self._pending
        )

    def resolve(self, is_waiting: IdCheck) -> None:
        """Turn pending events into occurrences, with the names as they are now.

        Events of locks that are waiting for their codes stay pending.
        """
        pending_events, self._pending = self._pending, []
        for pending in pending_events:
            event = pending.event
            if is_waiting(event.device_id or ""):
                self._pending.append(pending)
                continue
            name = self._code_name(event) or pending.code_name
            name = name and self._secrets.mask_name(name)
            self._note_operation(pending, name)
            if pending.fires:
                if event.access_code_id is None and (code := self._code(event)):
                    event = replace(
                        event,
                        access_code_id=code.access_code_id,
                        access_code_is_managed=code.is_managed,
                    )
                event = masked_event(event, self._secrets)
                self._occurrences.append(Occurrence(event, name))

    def take(self) -> list[Occurrence]:
        """Return the occurrences since the last call, oldest first."""
        occurrences, self._occurrences = self._occurrences, []
        return occurrences

    def _note_operation(self, pending: _Pending, name: str | None) -> None:
        """Note who operated a lock, unless the event is older than what is known."""
        event = pending.event
        lock = self._store.locks.get(event.device_id or "")
        if lock is None or event.event_type not in OPERATION_EVENTS:
            return
        at = event.time
        if at > pending.received_at + _OVERLAP:
            # A date in the future must not hide the operations that follow.
            at = pending.received_at
        if lock.changed_at is None or at >= lock.changed_at:
            self._store.put(
                replace(lock, changed_by=name or event.method, changed_at=at)
            )

    def _code_name(self, event: Event) -> str | None:
        """Return the name of an event's code, which may be gone."""
        if code := self._code(event):
            return code.name
        return self._store.former_name(event.access_code_id)

    def _code(self, event: Event) -> AccessCode | None:
        """Return the code of an event, which some events have only as a PIN."""
        if (lock := self._store.locks.get(event.device_id or "")) is None:
            return None
        if code := lock.code(event.access_code_id):
            return code
        # A code that is gone may have had the same PIN as another one.
        if not event.code or self._store.former_name(event.access_code_id):
            return None
        return next((code for code in lock.codes if code.code == event.code), None)
