"""Running of many requests, a few at a time."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from time import monotonic
from typing import Any

from .errors import SeamError, SeamUnreachableError

# How many run at a time, not counting those that are slow.
_MAX_QUICK = 8
# Seconds. A request that takes longer is slow.
_SLOW = 2
# How many run at a time, with slow ones.
_MAX_RUNNING = 16
# Seconds. A slow one that takes longer gives way to others.
_MAX_AGE = 10
# Seconds. Then nothing waits for slow ones, which go on.
PATIENCE = 5
# After so many slow ones, no others start.
_MAX_SLOW = 16

type CreateTask = Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]
type _Task = asyncio.Task[SeamError | None]


class RequestPool[T]:
    """Run requests so that slow ones hold up no others."""

    def __init__(
        self,
        create_task: CreateTask,
        send: Callable[[T], Coroutine[Any, Any, SeamError | None]],
        *,
        ended: Callable[[T], None],
        given_up: Callable[[T, SeamError], None],
    ) -> None:
        """Initialize the pool.

        `send` returns its error. `ended` is called when a slow request has ended, and
        `given_up` when one was cancelled because others have to start.
        """
        self._create_task = create_task
        self._send = send
        self._ended = ended
        self._given_up = given_up
        # Slow requests and when they started, oldest first.
        self._slow: dict[_Task, tuple[T, float]] = {}

    def is_slow(self, request: T) -> bool:
        """Return whether a slow request like this is running."""
        return any(request == other for other, _ in self._slow.values())

    async def async_wait_for_room(self) -> None:
        """Wait until a background request may start."""
        if len(self._slow) >= _MAX_RUNNING:
            _, started = next(iter(self._slow.values()))
            await asyncio.wait(
                self._slow,
                timeout=max(0, started + _MAX_AGE - monotonic()),
                return_when=asyncio.FIRST_COMPLETED,
            )

    async def async_run(
        self,
        requests: Iterable[T],
        skip: Callable[[T], bool] | None = None,
        *,
        is_patient: bool = False,
    ) -> tuple[list[tuple[T, SeamError]], list[T]]:
        """Return the errors, and the requests that slow ones have kept from starting.

        If it is patient, it waits for all requests, however slow. With `skip`, which
        may leave out requests, it runs in the background: it lets others run in between
        when something is wrong, and does not displace slow ones before their time.
        """
        waiting = deque(requests)
        tasks: dict[_Task, T] = {}
        quick: dict[_Task, float] = {}
        slow: list[_Task] = []
        end = 0.0
        is_wrong = False
        last_start = monotonic() + PATIENCE - _SLOW
        while waiting or quick:
            while waiting and len(quick) < _MAX_QUICK and len(slow) < _MAX_SLOW:
                if skip and skip(waiting[0]):
                    waiting.popleft()
                    continue
                if skip and is_wrong and monotonic() > last_start:
                    break
                if not self._make_room(len(quick), at_once=skip is None):
                    break
                request = waiting.popleft()
                task = self._create_task(self._send(request))
                tasks[task] = request
                quick[task] = monotonic()
            if not quick:
                break
            oldest, started = next(iter(quick.items()))
            done, _ = await asyncio.wait(
                quick,
                timeout=None if is_patient else max(0, started + _SLOW - monotonic()),
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                del quick[task]
                is_wrong = is_wrong or _has_failed(task)
            if not done:
                del quick[oldest]
                is_wrong = True
                end = end or started + PATIENCE
                slow.append(oldest)
                self._slow[oldest] = tasks[oldest], started
                oldest.add_done_callback(self._finish_slow)
        if slow:
            await asyncio.wait(slow, timeout=max(0, end - monotonic()))
        return _errors(tasks), list(waiting)

    def _make_room(self, quick: int, *, at_once: bool) -> bool:
        """Return whether a request may start, for which the oldest slow one is given up."""
        if not self._slow or len(self._slow) + quick < _MAX_RUNNING:
            return True
        task, (request, started) = next(iter(self._slow.items()))
        if not at_once and monotonic() < started + _MAX_AGE:
            return False
        del self._slow[task]
        task.cancel()
        self._given_up(request, too_slow())
        return True

    def _finish_slow(self, task: _Task) -> None:
        if (item := self._slow.pop(task, None)) and not task.cancelled():
            self._ended(item[0])


def _has_failed(task: _Task) -> bool:
    return task.cancelled() or bool(task.exception() or task.result())


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
