"""What it costs to compare the bookings of a calendar with codes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from statistics import median
from typing import Final

from custom_components.seam.api import AccessCode
from custom_components.seam.stays.bookings import Answer, Booking, Rules
from custom_components.seam.stays.compare import compare
from custom_components.seam.stays.links import Link
from custom_components.seam.stays.plan import Plan as StaysPlan, Step
from custom_components.seam.sync.snapshot import LockData

from .cost import Cost

BOOKINGS: Final = 1000
# As many as are asked for.
_DAYS: Final = 460


def quiet_comparison(
    locks: Mapping[str, LockData], now: datetime, rounds: int
) -> dict[str, float]:
    """Compare the bookings of a long time with codes that were made for them."""
    answer, rules = Answer(bookings=_bookings(now), read_at=now), _rules(locks)
    links: tuple[Link, ...] = ()

    def plan() -> StaysPlan:
        return compare(
            answer, rules, links, locks, now, accepts=lambda *_: True, pins={}
        )

    links, locks = _made(plan().steps, locks)
    costs = []
    for _ in range(rounds):
        with Cost() as cost:
            found = plan()
        costs.append(cost.cpu)
    return {
        "stays_compare_ms": 1000 * median(costs),
        "stays_codes": len(links),
        "stays_steps": len(found.steps),
    }


def alike_bookings(
    locks: Mapping[str, LockData], now: datetime, rounds: int
) -> dict[str, float]:
    """Plan the first codes of a lock for bookings with one title, and with others."""
    one = dict(list(locks.items())[:1])
    costs: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(rounds):
        for is_alike, of_kind in costs.items():
            answer = Answer(bookings=_bookings(now, is_alike=is_alike), read_at=now)
            rules = replace(_rules(one), horizon=timedelta(days=_DAYS))
            with Cost() as cost:
                compare(answer, rules, (), one, now, accepts=lambda *_: True, pins={})
            of_kind.append(cost.cpu)
    return {"stays_alike_to_others": median(costs[True]) / median(costs[False])}


def _bookings(now: datetime, *, is_alike: bool = False) -> list[Booking]:
    """Return bookings of two nights, of which several overlap."""
    first, step = now - timedelta(days=60), timedelta(days=_DAYS) / BOOKINGS
    return [
        Booking(
            uid=f"{number}@example.com",
            start=(start := (first + number * step).replace(microsecond=0)),
            end=start + timedelta(days=2),
            summary="Reserved" if is_alike else f"Guest {number}",
        )
        for number in range(BOOKINGS)
    ]


def _rules(locks: Mapping[str, LockData]) -> Rules:
    return Rules(device_ids=tuple(locks), time_zone=UTC)


def _made(
    steps: tuple[Step, ...], locks: Mapping[str, LockData]
) -> tuple[tuple[Link, ...], dict[str, LockData]]:
    """Return the links and locks with the codes that the steps create."""
    links: list[Link] = []
    codes: dict[str, list[AccessCode]] = {device_id: [] for device_id in locks}
    numbers = count(1)
    for step in steps:
        assert step.device_id
        assert step.link
        assert step.span
        code = AccessCode(
            access_code_id=f"stay {next(numbers)}",
            device_id=step.device_id,
            is_managed=True,
            name=step.name,
            starts_at=step.span.starts_at,
            ends_at=step.span.ends_at,
        )
        codes[step.device_id].append(code)
        links.append(step.link.confirmed(code))
    return tuple(links), {
        device_id: replace(lock, managed=(*lock.managed, *codes[device_id]))
        for device_id, lock in locks.items()
    }
