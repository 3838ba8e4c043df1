"""Which events to ask for, and which of an answer were not heard of yet. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from .api import Event
from .api.client import EVENTS_LIMIT

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


class EventFeed:
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
        self._seen: dict[str, None] = {}

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
        if len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return True
