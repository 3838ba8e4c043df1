"""Who else can enter during coming stays."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from ..sync.code_state import CodeState, code_state
from ..sync.occupancy import Span, is_of_guest, span_of
from ..sync.snapshot import LockData
from .bookings import Stay
from .plan import Kind, Plan


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlap:
    """A time in which another guest can enter during a stay."""

    stay: str
    other: str
    """The name of the other stay or code, or the ID of a code without a name."""
    span: Span
    lock: LockData | None = None
    """The lock of the code, None if the other one is a stay of the same calendar."""


def find_overlaps(
    stays: Mapping[str, Stay],
    device_ids: Iterable[str],
    plan: Plan,
    locks: Mapping[str, LockData],
    now: datetime,
) -> tuple[Overlap, ...]:
    """Return the overlaps that are left after a plan is carried out, by time.

    The stays are by key, soonest first.
    """
    coming = list(stays.values())
    found = list(_between(coming))
    starts = [stay.span.starts_at for stay in coming]
    # When all stays up to one are over.
    ends = list(accumulate((stay.span.ends_at for stay in coming), max))
    owners = {
        link.code_id: stay for link in plan.links if (stay := stays.get(link.key))
    }
    edited = {step.code_id for step in plan.steps if step.kind is Kind.EDITED}
    deleted = {step.code_id for step in plan.steps if step.is_deletion}
    # Those that will be as the stays ask for, or gone.
    expected = (owners.keys() - edited) | deleted
    for device_id in device_ids:
        if (lock := locks.get(device_id)) is None:
            continue
        for code in lock.codes:
            if not is_of_guest(code) or code.access_code_id in expected:
                continue
            if code_state(lock, code, now) in (CodeState.EXPIRED, CodeState.REMOVING):
                continue
            span, owner = span_of(code), owners.get(code.access_code_id)
            first = bisect_right(ends, span.starts_at)
            for stay in coming[first : bisect_left(starts, span.ends_at)]:
                # If the bookings overlap, that has been found already.
                is_found = owner is not None and owner.span.overlaps(stay.span)
                if stay.span.overlaps(span) and not is_found:
                    found.append(
                        Overlap(
                            stay=stay.name,
                            other=code.name or code.access_code_id,
                            span=stay.span.shared_with(span),
                            lock=lock,
                        )
                    )
    return tuple(sorted(found, key=lambda overlap: overlap.span.starts_at))


def _between(stays: Iterable[Stay]) -> Iterator[Overlap]:
    """Yield the overlaps of stays with the one before that ends last."""
    last: Stay | None = None
    for stay in stays:
        if last and last.span.overlaps(stay.span):
            span = last.span.shared_with(stay.span)
            yield Overlap(stay=last.name, other=stay.name, span=span)
        if last is None or stay.span.ends_at > last.span.ends_at:
            last = stay


def is_full(lock: LockData, span: Span, planned: Iterable[Span]) -> bool:
    """Return whether a lock has no room for another code at some time."""
    if (slots := lock.device.properties.max_active_codes_supported) is None:
        return False
    others = [
        other for other in (*map(span_of, lock.codes), *planned) if other.overlaps(span)
    ]
    starts = (max(other.starts_at, span.starts_at) for other in others)
    return any(
        sum(other.starts_at <= moment < other.ends_at for other in others) >= slots
        for moment in starts
    )
