"""Names of codes, which differ from those of all other codes on their locks."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from functools import partial
from itertools import chain, count
from typing import Final, NamedTuple

from ..sync.snapshot import LockData
from .bookings import Stay, digest
from .links import Link

_LONGEST_NAME: Final = 100
_LONG_ENOUGH_FOR_DATE: Final = 20
_DATE_LENGTH: Final = len(" 2026-11-20")
# So many more bookings may have had the same name and day before.
_TRIED: Final = 20


class _Limits(NamedTuple):
    """How long names must and may be for all locks."""

    shortest: int
    longest: int


def choose_names(
    stays: Mapping[str, Stay],
    links: Iterable[Link],
    locks: Iterable[LockData],
    now: datetime,
    time_zone: tzinfo,
) -> dict[str, str]:
    """Return a name for each stay that no other code on its locks has.

    Names do not change because another code comes or goes.
    """
    locks = list(locks)
    incomplete = {lock.device_id for lock in locks if not lock.is_complete}
    present = {code.access_code_id for lock in locks for code in lock.managed}
    asked: dict[str, set[str]] = {}
    owners: dict[str, str] = {}
    requested: dict[str, set[str]] = {}
    for link in links:
        if link.code_id in present:
            asked.setdefault(link.key, set()).add(link.asked.name)
            owners[link.code_id] = link.key
        elif link.is_pending or link.device_id in incomplete:
            # This code may be readable, or listed, only when the name has been chosen.
            requested.setdefault(link.asked.name, set()).add(link.key)
    candidates = _candidates(stays.values(), _limits(locks), time_zone)
    names = {
        key: name
        for key, digests in asked.items()
        if key in stays and (name := candidates[key].find(digests))
    }
    if names.keys() == stays.keys():
        return names
    used = {*names.values()}
    taken: dict[str, set[str]] = {}
    for lock in locks:
        for code in lock.managed:
            if code.unmasked_name and not code.is_backup and not code.is_expired(now):
                owner = owners.get(code.access_code_id, "")
                taken.setdefault(code.unmasked_name, set()).add(owner)

    def is_free(name: str, key: str) -> bool:
        return (
            name not in used
            and taken.get(name, {key}) <= {key}
            and requested.get(digest(name), {key}) <= {key}
        )

    # Before others, which would pass over these names.
    for name_digest, keys in requested.items():
        for key in keys & (stays.keys() - names.keys()):
            name = candidates[key].find({name_digest})
            if name and is_free(name, key):
                names[key] = name
                used.add(name)
    for key in stays:
        if key not in names:
            names[key] = candidates[key].next(partial(is_free, key=key))
            used.add(names[key])
    return names


class _Candidates:
    """Names for the codes of stays that are alike, the best first."""

    def __init__(self, names: Iterator[str]) -> None:
        """Initialize with all names that are possible."""
        self._names = names
        self._known: list[str] = []
        self._numbers: dict[str, int] = {}
        self._passed = 0
        self.tried = _TRIED

    def find(self, digests: Collection[str]) -> str | None:
        """Return the name with one of these digests."""
        found = [self._numbers[one] for one in digests if one in self._numbers]
        if found:
            return self._known[min(found)]
        while len(self._known) < self.tried:
            if digest(name := self._make()) in digests:
                return name
        return None

    def next(self, is_free: Callable[[str], bool]) -> str:
        """Return the next name that is free. Those before are not looked at again."""
        while True:
            number = self._passed
            self._passed += 1
            name = self._known[number] if number < len(self._known) else self._make()
            if is_free(name):
                return name

    def _make(self) -> str:
        name = next(self._names)
        self._numbers[digest(name)] = len(self._known)
        self._known.append(name)
        return name


def _candidates(
    stays: Iterable[Stay], limits: _Limits, time_zone: tzinfo
) -> dict[str, _Candidates]:
    """Return the possible names by the keys of stays."""
    alike: dict[tuple[str, date | None], _Candidates] = {}
    by_key: dict[str, _Candidates] = {}
    for stay in stays:
        name = stay.name[: limits.longest]
        has_date = not stay.is_moving and (
            limits.longest >= _LONG_ENOUGH_FOR_DATE
            or len(name) < limits.shortest <= limits.longest - _DATE_LENGTH
        )
        day = stay.span.starts_at.astimezone(time_zone).date() if has_date else None
        if (candidates := alike.get((name, day))) is None:
            candidates = _Candidates(_possible_names(name, day, limits))
            alike[name, day] = candidates
        candidates.tried += 1
        by_key[stay.key] = candidates
    return by_key


def _possible_names(name: str, day: date | None, limits: _Limits) -> Iterator[str]:
    """Yield names, the best first."""
    dated = "" if day is None else f" {day}"
    ends = chain(
        [""] if len(name) >= limits.shortest else [],
        [dated] if dated else [],
        (f"{dated} {number}" for number in count(2)),
    )
    return (name[: max(limits.longest - len(end), 0)].rstrip() + end for end in ends)


def _limits(locks: Iterable[LockData]) -> _Limits:
    """Return the limits of all locks."""
    limits = [
        constraint
        for lock in locks
        for constraint in lock.device.properties.code_constraints
        if constraint.constraint_type == "name_length"
    ]
    return _Limits(
        shortest=max((limit.min_length or 0 for limit in limits), default=0),
        longest=min(
            (limit.max_length for limit in limits if limit.max_length),
            default=_LONGEST_NAME,
        ),
    )
