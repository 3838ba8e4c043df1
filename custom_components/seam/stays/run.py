"""Takes the steps of a plan, one after the other, and remembers them."""

from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from ..api import AccessCode
from .links import Link
from .plan import Kind, Plan, Step

_MINUTE: Final = timedelta(minutes=1)
# Seam allows 10, 10 and 20. People may want to make changes at the same time.
_PER_MINUTE: Final = {Kind.CREATE: 8, Kind.MOVE: 8, Kind.RENAME: 8, Kind.DELETE: 16}
_UPDATES: Final = (Kind.MOVE, Kind.RENAME)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Nothing has changed."""

    error: str
    is_temporary: bool = False
    """Whether that had nothing to do with the code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Uncertain:
    """The change may or may not have been made."""

    error: str


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
    errors: dict[Step, str]
    is_postponed: bool
    """Whether Seam would not have allowed more changes within the minute."""


async def async_follow(
    make_plan: Callable[[], Plan],
    async_do: Callable[[Step], Awaitable[Outcome]],
    memory: Memory,
    budget: Budget,
    get_now: Callable[[], datetime],
) -> Report:
    """Take all steps of the plan, which is made anew after each."""
    tried: set[tuple[Kind, str, str | None]] = set()
    errors: dict[Step, str] = {}
    while True:
        plan = make_plan()
        if plan.links != memory.links:
            await memory.async_save(plan.links)
        is_postponed = False
        for step in plan.steps:
            identity = (step.kind, step.key, step.device_id)
            if step.kind not in _PER_MINUTE or identity in tried:
                continue
            if budget.take(step, get_now()):
                tried.add(identity)
                break
            is_postponed = True
        else:
            return Report(plan=plan, errors=errors, is_postponed=is_postponed)
        assert step.link
        # Before Seam is asked, so that a restart does not create the code twice.
        await memory.async_save(_with(memory.links, step.link))
        outcome = await async_do(step)
        if isinstance(outcome, AccessCode):
            # Somebody may have used the code in the meantime.
            link = replace(step.link, used_for=_used_for(memory.links, step.link))
            await memory.async_save(_with(memory.links, link.confirmed(outcome)))
        elif outcome is not None:
            errors[step] = outcome.error
            if isinstance(outcome, Refused) and (
                step.kind is Kind.CREATE
                or (not outcome.is_temporary and _has_ended(step, get_now()))
            ):
                await memory.async_save(_without(memory.links, step.link))


def _has_ended(step: Step, now: datetime) -> bool:
    """Return whether a code has ended, which Seam may not let anybody move."""
    seen = step.link and step.link.seen
    return bool(seen and seen.ends_at and seen.ends_at <= now)


def _used_for(links: Iterable[Link], old: Link) -> datetime | None:
    """Return the start of the last stay for which somebody has used the code."""
    return next(
        link.used_for
        for link in links
        if (link.key, link.device_id) == (old.key, old.device_id)
    )


def _without(links: Iterable[Link], old: Link) -> tuple[Link, ...]:
    return tuple(
        link for link in links if (link.key, link.device_id) != (old.key, old.device_id)
    )


def _with(links: Iterable[Link], new: Link) -> tuple[Link, ...]:
    return (*_without(links, new), new)
