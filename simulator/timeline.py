"""Scheduled transitions."""

from collections.abc import Callable
from datetime import datetime, timedelta
import heapq
from typing import Any

from .clock import Clock
from .state import State, Transition

type Handler = Callable[..., None]


class Timeline:
    """A queue of transitions, applied in order of time.

    A transition is a kind and plain arguments, not a function, so that it can be saved.
    """

    def __init__(self, state: State, clock: Clock) -> None:
        """Initialize the timeline."""
        self._state = state
        self._clock = clock
        self._handlers: dict[str, Handler] = {}
        self._number = max((t.number for t in state.transitions), default=0)
        self._moment: datetime | None = None
        self.on_schedule: Callable[[], None] | None = None

    def now(self) -> datetime:
        """Return the time of the transition being applied, otherwise the current time."""
        return self._moment or self._clock.now()

    def handle(self, kind: str, handler: Handler) -> None:
        """Register the handler of a kind of transition."""
        self._handlers[kind] = handler

    def schedule(
        self,
        kind: str,
        *,
        at: datetime | None = None,
        after: float = 0,
        **arguments: Any,
    ) -> None:
        """Schedule a transition at a time, or some seconds from now."""
        self._number += 1
        moment = (at or self.now()) + timedelta(seconds=after)
        transition = Transition(moment, self._number, kind, arguments)
        heapq.heappush(self._state.transitions, transition)
        if self.on_schedule is not None:
            self.on_schedule()

    def next_at(self) -> datetime | None:
        """Return when the next transition is due."""
        queue = self._state.transitions
        return queue[0].at if queue else None

    def run_due(self) -> int:
        """Apply the transitions that are due; return how many."""
        if self._moment is not None:
            return 0
        count = 0
        queue = self._state.transitions
        until = self._clock.now()
        while queue and queue[0].at <= until:
            transition = heapq.heappop(queue)
            self._moment = transition.at
            try:
                self._handlers[transition.kind](**transition.arguments)
            finally:
                self._moment = None
            count += 1
        return count
