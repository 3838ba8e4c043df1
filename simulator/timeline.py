"""What will happen, in the order in which it will."""

from collections.abc import Callable
from datetime import datetime, timedelta
import heapq
from typing import Any

from .clock import Clock
from .state import State, Transition

type Handler = Callable[..., None]


class Timeline:
    """A queue of transitions, applied in order of time.

    A transition is a name and plain arguments, not a closure, so that a saved world
    goes on where it stopped.
    """

    def __init__(self, state: State, clock: Clock) -> None:
        """Work on the world's queue."""
        self._state = state
        self._clock = clock
        self._handlers: dict[str, Handler] = {}
        self._number = max((t.number for t in state.transitions), default=0)
        self._moment: datetime | None = None
        self.on_schedule: Callable[[], None] | None = None

    def now(self) -> datetime:
        """Return the moment of the transition being applied, else the present."""
        return self._moment or self._clock.now()

    def handle(self, kind: str, handler: Handler) -> None:
        """Say what applies transitions of a kind."""
        self._handlers[kind] = handler

    def schedule(
        self,
        kind: str,
        *,
        at: datetime | None = None,
        after: float = 0,
        **arguments: Any,
    ) -> None:
        """Plan a transition at a moment, or some seconds from now."""
        self._number += 1
        moment = (at or self.now()) + timedelta(seconds=after)
        transition = Transition(moment, self._number, kind, arguments)
        heapq.heappush(self._state.transitions, transition)
        if self.on_schedule is not None:
            self.on_schedule()

    def next_at(self) -> datetime | None:
        """Return when the next transition falls due."""
        queue = self._state.transitions
        return queue[0].at if queue else None

    def run_due(self) -> int:
        """Apply everything that has fallen due; return how much that was."""
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
