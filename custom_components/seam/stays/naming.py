"""Names of codes, which differ from those of all other codes on their locks."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, count, islice
from typing import Final

from ..sync.snapshot import LockData
from .bookings import Stay, digest
from .links import Link

_LONGEST_NAME: Final = 100
_LONG_ENOUGH_FOR_DATE: Final = 20
# More bookings of one name and day are not expected.
_TRIED: Final = 20


def choose_names(
    stays: Mapping[str, Stay],
    links: Iterable[Link],
    locks: Iterable[LockData],
    now: datetime,
) -> dict[str, str]:
    """Return a name for each stay that no other code on its locks has.

    Names do not change because another code comes or goes.
    """
    locks = list(locks)
    longest = _longest_name(locks)
    present = {code.access_code_id for lock in locks for code in lock.managed}
    asked: dict[str, set[str]] = {}
    owners: dict[str, str] = {}
    requested: dict[str, set[str]] = {}
    for link in links:
        if link.code_id in present:
            asked.setdefault(link.key, set()).add(link.asked.name)
            owners[link.code_id] = link.key
        elif link.is_pending:
            # Seam may list this code only when the name has been chosen.
            requested.setdefault(link.asked.name, set()).add(link.key)
    names = {
        key: name
        for key, digests in asked.items()
        if key in stays
        and (
            name := next(
                (
                    name
                    for name in islice(possible_names(stays[key], longest), _TRIED)
                    if digest(name) in digests
                ),
                None,
            )
        )
    }
    if names.keys() == stays.keys():
        return names
    used = {name: key for key, name in names.items()}
    taken: dict[str, set[str]] = {}
    for lock in locks:
        for code in lock.managed:
            if code.unmasked_name and not code.is_backup and not code.is_expired(now):
                owner = owners.get(code.access_code_id, "")
                taken.setdefault(code.unmasked_name, set()).add(owner)
    for key, stay in stays.items():
        if key not in names:
            names[key] = next(
                name
                for name in possible_names(stay, longest)
                if name not in used
                and taken.get(name, {key}) <= {key}
                and requested.get(digest(name), {key}) <= {key}
            )
            used[names[key]] = key
    return names


def possible_names(stay: Stay, longest: int = _LONGEST_NAME) -> Iterator[str]:
    """Yield names for the code of a stay, the best first."""
    date = f" {stay.span.starts_at:%Y-%m-%d}"
    if stay.is_moving or longest < _LONG_ENOUGH_FOR_DATE:
        date = ""
    ends = chain([""], [date] if date else [], (f"{date} {n}" for n in count(2)))
    return (stay.name[: longest - len(end)].rstrip() + end for end in ends)


def _longest_name(locks: Iterable[LockData]) -> int:
    """Return how long a name may be for all locks."""
    return min(
        (
            constraint.max_length
            for lock in locks
            for constraint in lock.device.properties.code_constraints
            if constraint.constraint_type == "name_length" and constraint.max_length
        ),
        default=_LONGEST_NAME,
    )
