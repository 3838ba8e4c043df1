"""Takes the steps of a plan, one after the other on each lock, and remembers them."""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from ..api import AccessCode
from .links import Fingerprint, Link
from .plan import Kind, Plan, Step

_MINUTE: Final = timedelta(minutes=1)
# Seam allows 10, 10 and 20. People may want to make changes at the same time.
_PER_MINUTE: Final = {Kind.CREATE: 8, Kind.MOVE: 8, Kind.RENAME: 8, Kind.DELETE: 16}
# Polls and people need requests, too.
_MAX_LOCKS: Final = 8
# A guest who is about to arrive needs a code on the locks that work.
_PIN_PATIENCE: Final = timedelta(seconds=10)
_UPDATES: Final = (Kind.MOVE, Kind.RENAME)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Nothing has changed."""

    error: Exception
    is_temporary: bool = False
    """Whether that had nothing to do with the code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Uncertain:
    """The change may or may not have been made."""

    error: Exception | None


type _Identity = tuple[Kind, str, str | None, Fingerprint | None, str | None]
type Outcome = AccessCode | Refused | Uncertain | None
"""The code that was created or changed, None if it was deleted."""


class Budget:
    """How many more changes Seam allows on each lock within a minute."""

    def __init__(self) -> None:
        """Initialize without any changes."""
        self._sent: dict[tuple[str | None, Kind], deque[datetime]] = {}

    def take(self, step: Step, now: datetime) -> bool:
        """Return whether a change is allowed now, and count it."""
        kind = Kind.MOVE if step.kind in _UPDATES else step.kind
        sent = self._sent.setdefault((step.device_id, kind), deque())
        # The clock may have been set.
        while sent and not timedelta() <= now - sent[0] < _MINUTE:
            sent.popleft()
        if len(sent) >= _PER_MINUTE[kind]:
            return False
        sent.append(now)
        return True


class Memory(Protocol):
    """Where the links are kept."""

    @property
    def links(self) -> tuple[Link, ...]:
        """The links."""

    async def async_save(self, links: Iterable[Link]) -> None:
        """Keep the links, even if Home Assistant is stopped immediately."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What is left to do, and what went wrong."""

    plan: Plan
    errors: dict[Step, Exception | None]
    """Those of earlier runs, too, if the step is still to be taken."""
    is_postponed: bool
    """Whether Seam would not have allowed more changes within the minute."""


class Follower:
    """Takes the steps of plans, one at a time on each lock.

    A lock that takes long to change a code does not hold up the others.
    """

    def __init__(
        self,
        start: Callable[[Step], asyncio.Task[Outcome]],
        memory: Memory,
        budget: Budget,
        get_now: Callable[[], datetime],
    ) -> None:
        """Initialize without steps. Those that are started have a task each."""
        self._start = start
        self._memory = memory
        self._get_now = get_now
        self._budget = budget
        self._running: dict[asyncio.Task[Outcome], Step] = {}
        self._errors: dict[Step, Exception | None] = {}
        self._wake = asyncio.Event()

    @property
    def busy(self) -> set[str | None]:
        """The IDs of the locks that take a step now."""
        return {step.device_id for step in self._running.values()}

    def wake(self) -> None:
        """Look now whether a step has ended, or another plan is due."""
        self._wake.set()

    async def async_follow(
        self, make_plan: Callable[[], Plan], is_due: Callable[[], bool]
    ) -> Report:
        """Take all steps of the plan, which is made again after each.

        If another plan is due, the steps under way end while that one is followed.
        """
        tried: set[_Identity] = set()
        has_plan = False
        while True:
            self._wake.clear()
            await self._async_collect()
            plan = make_plan()
            links = self._with_running(plan)
            self._forget_errors(plan)
            tried.update(map(_identity, self._running.values()))
            planned = () if has_plan and is_due() else plan.steps
            has_plan = True
            steps, is_postponed = self._next_steps(planned, tried)
            # Before Seam is asked, so that a restart does not create codes twice.
            new = (step.link for step in steps if step.link)
            await self._async_save(_with(links, *new))
            for step in steps:
                tried.add(_identity(step))
                task = self._start(step)
                task.add_done_callback(lambda _: self.wake())
                self._running[task] = step
            if not self._running or is_due():
                errors = dict(self._errors)
                return Report(plan=plan, errors=errors, is_postponed=is_postponed)
            with suppress(TimeoutError):
                async with asyncio.timeout(_PIN_PATIENCE.total_seconds()):
                    await self._wake.wait()

    def _with_running(self, plan: Plan) -> tuple[Link, ...]:
        """Return what is known, without what changes on the locks that take a step."""

        def renamed[T: (Link, Step)](one: T) -> T:
            return replace(one, key=plan.renamed.get(one.key, one.key))

        self._running = {
            task: replace(renamed(step), link=step.link and renamed(step.link))
            for task, step in self._running.items()
        }
        self._errors = {renamed(step): error for step, error in self._errors.items()}
        busy = self.busy
        return (
            *(link for link in plan.links if link.device_id not in busy),
            *(renamed(link) for link in self._memory.links if link.device_id in busy),
        )

    def _forget_errors(self, plan: Plan) -> None:
        """Forget errors about what does not have to be done any more."""
        if plan.is_answered:
            planned = {
                _place(step)
                for step in (*plan.steps, *self._running.values())
                if step.kind is not Kind.EDITED
            }
            self._errors = {
                step: error
                for step, error in self._errors.items()
                if _place(step) in planned
            }

    def _next_steps(
        self, planned: Iterable[Step], tried: Collection[_Identity]
    ) -> tuple[list[Step], bool]:
        """Return the steps to take now, and whether Seam does not allow more of them."""
        steps: list[Step] = []
        is_postponed = False
        busy = self.busy
        now = self._get_now()
        for step in planned:
            if (
                step.kind not in _PER_MINUTE
                or step.device_id in busy
                or _identity(step) in tried
                or _waits_for_pin(step, (*self._running.values(), *steps), now)
            ):
                continue
            if len(busy) >= _MAX_LOCKS:
                break
            if self._budget.take(step, now):
                busy.add(step.device_id)
                steps.append(step)
            else:
                is_postponed = True
        return steps, is_postponed

    async def _async_collect(self) -> None:
        """Remember what came of the steps that have ended."""
        for task in [task for task in self._running if task.done()]:
            step = self._running.pop(task)
            outcome = task.result()
            for other in list(self._errors):
                if _place(other) == _place(step):
                    del self._errors[other]
            if isinstance(outcome, Refused | Uncertain):
                self._errors[step] = outcome.error
            await self._async_save(
                _links_after(step, outcome, self._memory.links, self._get_now())
            )

    async def _async_save(self, links: tuple[Link, ...]) -> None:
        if links != self._memory.links:
            await self._memory.async_save(links)


def _identity(step: Step) -> _Identity:
    """Return what says whether a step is the same as one of an earlier plan."""
    asked = step.link.asked if step.link else None
    return step.kind, step.key, step.device_id, asked, step.pin


def _place(step: Step) -> tuple[str, str | None]:
    """Return which code a step is about."""
    return step.key, step.device_id


def _waits_for_pin(step: Step, others: Iterable[Step], now: datetime) -> bool:
    """Return whether one of the others is to choose the PIN of the same stay first."""
    return step.kind is Kind.CREATE and any(
        other.kind is Kind.CREATE
        and other.key == step.key
        and (step.pin is None or step.pin != other.pin)
        and other.link is not None
        # The clock may have been set.
        and abs(now - other.link.asked_at) < _PIN_PATIENCE
        for other in others
    )


def _links_after(
    step: Step, outcome: Outcome, links: tuple[Link, ...], now: datetime
) -> tuple[Link, ...]:
    """Return what is remembered after a step."""
    assert step.link
    if isinstance(outcome, AccessCode):
        link = _up_to_date(step.link, links)
        return _with(links, link.confirmed(outcome))
    if isinstance(outcome, Refused):
        # Seam may not let anybody move a code that has ended.
        is_over = step.kind is Kind.CREATE or step.link.has_ended(now)
        if step.before is None or (is_over and not outcome.is_temporary):
            if step.kind is Kind.CREATE and step.before and step.before.backup:
                # The backup of the code that is gone is still on the lock.
                kept = replace(step.before, key=step.link.key, is_deleting=True)
                return _with(links, _up_to_date(kept, links))
            return _without(links, step.link)
        link = replace(step.before, key=step.link.key)
        return _with(links, _up_to_date(link, links))
    return links


def _up_to_date(old: Link, links: Iterable[Link]) -> Link:
    """Return a link with what has become known of its code during a step."""
    return next(
        (
            replace(old, used_for=link.used_for, backup=link.backup)
            for link in links
            if (link.key, link.device_id) == (old.key, old.device_id)
        ),
        replace(old, used_for=None),
    )


def _without(links: Iterable[Link], *old: Link) -> tuple[Link, ...]:
    keys = {(link.key, link.device_id) for link in old}
    return tuple(link for link in links if (link.key, link.device_id) not in keys)


def _with(links: Iterable[Link], *new: Link) -> tuple[Link, ...]:
    return (*_without(links, *new), *new)
