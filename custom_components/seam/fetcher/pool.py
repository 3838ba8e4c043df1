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
# How many of these polls may use, so that there is always room to ask whether Seam is
# down.
_MAX_OF_POLLS = 10
# How many of these are reserved for polls, so that frequent events do not hold them up.
_MIN_OF_POLLS = 2
# Seconds. A request that takes longer is slow.
SLOW = 2
# Seconds. Those of polls displace each other if there was no answer for so long. If Seam
# takes ten seconds for each, they must not be canceled forever.
_MAX_AGE = 20
# Seconds. Nothing waits for requests of which none has started, or had an answer, for so
# long.
PATIENCE = 5

type CreateTask = Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]
type _Task = asyncio.Task[SeamError | None]


class Priority(IntEnum):
    """Whose requests start first."""

    GENERAL = 0
    """Requests whose answer says whether Seam is down, so none is displaced."""
    ACTION = 1
    EVENT = 2
    POLL = 3
    BACKGROUND = 4
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
    progress_at: float
    is_displaced: bool = False


class RequestPool[T]:
    """Run the requests of all callers so that slow ones hold up no others."""

    def __init__(
        self,
        create_task: CreateTask,
        send: Callable[[T], Coroutine[Any, Any, SeamError | None]],
        *,
        ended: Callable[[T, SeamError | None], None],
        displaced: Callable[[T, float], None],
    ) -> None:
        """Initialize the pool.

        `send` returns its error. `ended` is called for requests that nothing waits for,
        and those after an event, and `displaced` for those that others have displaced,
        with the time of the loop when they were sent.
        """
        self._create_task = create_task
        self._send = send
        self._ended = ended
        self._displaced = displaced
        # Oldest first.
        self._running: dict[_Task, _Running[T]] = {}
        self._batches: list[_Batch[T]] = []
        self._turn = 0
        self._timer: asyncio.TimerHandle | None = None

    def running(self, request: T, since: float = 0) -> list[_Task]:
        """Return what runs for requests like this that were sent since a time."""
        return [
            task
            for task, other in self._running.items()
            if other.request == request and other.started >= since
        ]

    def is_next(self, request: T) -> bool:
        """Return whether a request like this is the next one to start."""
        return any(request in batch.upcoming for batch in self._batches)

    def note_answer(self) -> None:
        """Note that the request of the current task has had one of its answers."""
        task = asyncio.current_task()
        if task and (running := self._running.get(task)):
            running.progress_at = asyncio.get_running_loop().time()
            running.batch.progress_at = running.progress_at

    async def async_wait_for_turn(self, request: T, since: float) -> None:
        """Wait until a request like this that is running has ended, or is slow.

        If two of them are slow, the newer one is displaced. The older one goes on, as
        those of a slow lock must not be canceled forever.
        """
        if tasks := self.running(request, since):
            await asyncio.wait(tasks, timeout=SLOW, return_when=asyncio.FIRST_COMPLETED)
        newer = self.running(request, since)[1:]
        if newer and self._running[newer[-1]].priority >= Priority.EVENT:
            self._cancel(newer[-1])
            await asyncio.wait(newer[-1:])

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
                self._running[task].priority = Priority.BACKGROUND
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
        self._running[task] = _Running(request, batch, batch.priority, now, now)
        task.add_done_callback(self._finish)
        batch.tasks[task] = request
        batch.running += 1
        if batch.priority < Priority.POLL:
            batch.progress_at = now
        batch.turn = self._turn = self._turn + 1
        return True

    def _has_room(self, priority: Priority, now: float) -> bool:
        """Return whether a request may start, and make room for it if it may soon."""
        if len(self._running) < _MAX_QUICK:
            return True
        others: Collection[_Running[T]] = self._running.values()
        kept = max(0, _MIN_OF_POLLS - self._count_of_polls())
        limit = _MAX_RUNNING
        if priority < Priority.POLL:
            # Polls do not hold up actions and events.
            others = [other for other in others if other.priority <= priority]
            if priority is Priority.EVENT:
                limit -= kept
        elif kept:
            others = ()
        else:
            limit = _MAX_OF_POLLS
        if sum(other.started > now - SLOW for other in others) >= _MAX_QUICK:
            return False
        if len(self._running) < limit:
            return True
        if not any(other.is_displaced for other in self._running.values()):
            self._displace(priority, now)
        return False

    def _count_of_polls(self) -> int:
        """Return how many requests of polls, or of what they have left, are running."""
        return sum(
            other.batch.priority >= Priority.POLL for other in self._running.values()
        )

    def _displace(self, priority: Priority, now: float) -> None:
        """Cancel the oldest request that may be displaced, whose end starts another."""
        are_polls_few = (
            priority is Priority.EVENT and self._count_of_polls() <= _MIN_OF_POLLS
        )
        for task, other in self._running.items():
            is_kept = are_polls_few and other.batch.priority >= Priority.POLL
            max_age = _MAX_AGE if is_kept else _max_age(other.priority, priority)
            if other.progress_at <= now - max_age:
                self._cancel(task)
                return

    def _cancel(self, task: _Task) -> None:
        self._running[task].is_displaced = True
        task.cancel()

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
            self._displaced(running.request, running.started)
        elif running.priority in (Priority.EVENT, Priority.BACKGROUND) and not (
            # The batch raises it.
            batch in self._batches and task.exception()
        ):
            self._ended(running.request, task.result())

    def _set_timer(self) -> None:
        """Try again soon, as those that run may be slow by then."""
        if not any(batch.take_next() for batch in self._batches):
            if self._timer:
                self._timer.cancel()
                self._timer = None
        elif not self._timer:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(SLOW / 4, self._start_after_a_while)

    def _start_after_a_while(self) -> None:
        self._timer = None
        self._start_requests()


def _max_age(running: Priority, waiting: Priority) -> float:
    """Return after how many seconds a waiting request displaces a running one."""
    if running >= Priority.POLL and waiting >= Priority.POLL:
        return _MAX_AGE
    if running is Priority.GENERAL or running < waiting:
        return math.inf
    return PATIENCE if running is waiting else SLOW


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


def taken[T](queue: dict[T, None]) -> Iterator[T]:
    """Remove and yield requests when it is their turn."""
    while queue:
        request = next(iter(queue))
        del queue[request]
        yield request
