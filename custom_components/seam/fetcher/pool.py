"""Running of many requests, a few at a time."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import islice
import math
from typing import Any

from ..api import SeamError, SeamUnreachableError

# How many run at a time, not counting those that are slow.
_MAX_QUICK = 8
# How many run at a time, with slow ones. A list can take 7 MiB.
_MAX_RUNNING = 12
# How many of these requests polls send, so that they can always ask if Seam is down.
_MAX_BACKGROUND = 10
# Seconds. A request that takes longer is slow.
_SLOW = 2
# Seconds. A slow one that nothing waits for gives way to others after that. If Seam
# takes ten seconds for each, they must not be canceled forever.
_MAX_AGE = 20
# Seconds. Nothing waits for requests of which none has started or ended for so long.
PATIENCE = 5

type CreateTask = Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]
type _Task = asyncio.Task[SeamError | None]


class Priority(IntEnum):
    """Whose requests start first."""

    GENERAL = 0
    """Requests whose answer says whether Seam is down, so that they are never given up."""
    ACTION = 1
    EVENT = 2
    POLL = 3
    REST = 4
    """Requests that nothing waits for."""


@dataclass(eq=False, slots=True)
class _Batch[T]:
    """Requests of one caller."""

    requests: Iterator[T]
    priority: Priority
    ended: asyncio.Future[None]
    progress_at: float
    turn: int = 0
    running: int = 0
    tasks: dict[_Task, T] = field(default_factory=dict)
    upcoming: deque[T] = field(default_factory=deque)

    def take_next(self) -> bool:
        """Make the next request upcoming if none is, and return whether there is one."""
        if not self.upcoming:
            self.upcoming.extend(islice(self.requests, 1))
        return bool(self.upcoming)


@dataclass(eq=False, slots=True)
class _Running[T]:
    """A request that has been sent."""

    request: T
    batch: _Batch[T]
    priority: Priority
    started: float
    is_displaced: bool = False


class RequestPool[T]:
    """Run the requests of all callers so that slow ones hold up no others."""

    def __init__(
        self,
        create_task: CreateTask,
        send: Callable[[T], Coroutine[Any, Any, SeamError | None]],
        *,
        ended: Callable[[T, SeamError | None], None],
        given_up: Callable[[T, float], None],
    ) -> None:
        """Initialize the pool.

        `send` returns its error. `ended` is called for requests that nothing waits for,
        and those after an event, and `given_up` for those that had to give way, with the
        time of the loop when they were sent.
        """
        self._create_task = create_task
        self._send = send
        self._ended = ended
        self._given_up = given_up
        # Oldest first.
        self._running: dict[_Task, _Running[T]] = {}
        self._batches: list[_Batch[T]] = []
        self._turn = 0
        self._timer: asyncio.TimerHandle | None = None

    def is_running(self, request: T, seconds: float = 0) -> bool:
        """Return whether a request like this has been running for some seconds."""
        latest = asyncio.get_running_loop().time() - seconds
        return any(
            other.request == request and other.started <= latest
            for other in self._running.values()
        )

    def has(self, request: T) -> bool:
        """Return whether a request like this is running, or is the next one to start."""
        return self.is_running(request) or any(
            request in batch.upcoming for batch in self._batches
        )

    def is_slow(self, request: T) -> bool:
        """Return whether a slow request like this is running."""
        return self.is_running(request, _SLOW)

    async def async_run(
        self, requests: Iterable[T], priority: Priority, *, is_patient: bool = False
    ) -> tuple[list[tuple[T, SeamError]], list[T]]:
        """Return the errors, and the requests that slow ones have kept from starting.

        Requests that have not ended by then go on. If it is patient, it waits for all
        of them, however slow.
        """
        loop = asyncio.get_running_loop()
        batch = _Batch(iter(requests), priority, loop.create_future(), loop.time())
        self._batches.append(batch)
        try:
            self._start_requests()
            while not batch.ended.done():
                left = batch.progress_at + PATIENCE - loop.time()
                if not is_patient and left <= 0:
                    break
                await asyncio.wait((batch.ended,), timeout=None if is_patient else left)
        finally:
            self._batches.remove(batch)
            for task in batch.tasks.keys() & self._running.keys():
                self._running[task].priority = Priority.REST
            self._set_timer()
        return _errors(batch.tasks), [*batch.upcoming, *batch.requests]

    def _start_requests(self) -> None:
        """Start what there is room for, in turns if it is equally urgent."""
        now = asyncio.get_running_loop().time()
        is_starting = True
        while is_starting:
            self._batches.sort(key=lambda batch: (batch.priority, batch.turn))
            is_starting = any(self._start_next(batch, now) for batch in self._batches)
        self._set_timer()

    def _start_next(self, batch: _Batch[T], now: float) -> bool:
        """Start the next request of a batch, and return whether that was possible."""
        if not batch.take_next():
            if not batch.running and not batch.ended.done():
                batch.ended.set_result(None)
            return False
        if not self._has_room(batch.priority, now):
            return False
        request = batch.upcoming.pop()
        task = self._create_task(self._send(request))
        self._running[task] = _Running(request, batch, batch.priority, now)
        task.add_done_callback(self._finish)
        batch.tasks[task] = request
        batch.running += 1
        if batch.priority < Priority.POLL:
            batch.progress_at = now
        batch.turn = self._turn = self._turn + 1
        return True

    def _has_room(self, priority: Priority, now: float) -> bool:
        """Return whether a request may start, and make room for it if it may soon."""
        others: Collection[_Running[T]] = self._running.values()
        limit = _MAX_BACKGROUND
        if priority < Priority.POLL:
            # Polls do not hold up actions and events.
            others = [other for other in others if other.priority <= priority]
            limit = _MAX_RUNNING
        if (
            len(others) >= _MAX_QUICK
            and sum(other.started > now - _SLOW for other in others) >= _MAX_QUICK
        ):
            return False
        if len(self._running) < limit:
            return True
        if not any(other.is_displaced for other in self._running.values()):
            self._displace(priority, now)
        return False

    def _displace(self, priority: Priority, now: float) -> None:
        """Cancel the oldest request that has to give way, whose end starts another."""
        for task, other in self._running.items():
            if other.started <= now - _max_age(other.priority, priority):
                other.is_displaced = True
                task.cancel()
                return

    def _finish(self, task: _Task) -> None:
        running = self._running.pop(task)
        batch = running.batch
        if task.cancelled():
            if not running.is_displaced:
                # The entry is being unloaded.
                return
        elif not (task.exception() or task.result()):
            batch.progress_at = asyncio.get_running_loop().time()
        batch.running -= 1
        self._start_requests()
        if task.cancelled():
            self._given_up(running.request, running.started)
        elif running.priority in (Priority.EVENT, Priority.REST) and not (
            # The batch raises it.
            batch in self._batches and task.exception()
        ):
            self._ended(running.request, task.result())

    def _set_timer(self) -> None:
        """Try again when the next request becomes slow, or has to give way."""
        if not any(batch.take_next() for batch in self._batches):
            if self._timer:
                self._timer.cancel()
                self._timer = None
            return
        if self._timer:
            # No request that has started since then will be slow before that.
            return
        loop = asyncio.get_running_loop()
        moments = [
            moment
            for other in self._running.values()
            for seconds in (_SLOW, PATIENCE, _MAX_AGE)
            if (moment := other.started + seconds) > loop.time()
        ]
        if moments:
            at = min(*moments, loop.time() + _SLOW)
            self._timer = loop.call_at(at, self._start_after_a_while)

    def _start_after_a_while(self) -> None:
        self._timer = None
        self._start_requests()


def _max_age(running: Priority, waiting: Priority) -> float:
    """Return after how many seconds a running request gives way to a waiting one."""
    if running >= Priority.POLL and waiting >= Priority.POLL:
        return _MAX_AGE
    if running is Priority.GENERAL or running < waiting:
        return math.inf
    return PATIENCE if running is waiting else _SLOW


def _errors[T](tasks: dict[_Task, T]) -> list[tuple[T, SeamError]]:
    """Return the errors of requests, some of which are still running."""
    bugs: list[Exception] = []
    errors: list[tuple[T, SeamError]] = []
    for task, request in tasks.items():
        if not task.done() or task.cancelled():
            errors.append((request, too_slow()))
        elif isinstance(bug := task.exception(), Exception):
            bugs.append(bug)
        elif error := task.result():
            errors.append((request, error))
    if bugs:
        raise ExceptionGroup("unhandled errors in a refresh", bugs)
    return errors


def too_slow() -> SeamError:
    """Return the error of a request that nothing waits for any more."""
    return SeamUnreachableError("Seam did not respond in time")
