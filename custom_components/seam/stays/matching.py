"""Recognizes stays whose keys the calendar has changed."""

from collections import deque
from collections.abc import Iterable

from .bookings import Stays
from .links import Link


def renamed_stays(links: Iterable[Link], stays: Stays) -> dict[str, str]:
    """Return the new keys of stays, by the old ones.

    Without its key, a booking is recognized by its name, times and description. A new
    guest must not get the code of one who has cancelled.
    """
    links = list(links)
    present = stays.keys
    known = {link.key for link in links}
    new: dict[tuple[object, ...], deque[str]] = {}
    for key, stay in stays.coming.items():
        if key not in known:
            identity = stay.details, stay.span.starts_at, stay.span.ends_at
            new.setdefault(identity, deque()).append(key)
    renamed: dict[str, str] = {}
    for link in links:
        if link.key not in present and link.key not in renamed:
            asked = link.asked
            found = new.get((link.details, asked.starts_at, asked.ends_at))
            if found:
                renamed[link.key] = found.popleft()
    return renamed
