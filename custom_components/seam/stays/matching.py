"""Recognizes stays whose keys the calendar has changed."""

from collections.abc import Collection
from itertools import islice

from .bookings import Stays, digest
from .links import Link
from .naming import possible_names


def renamed_stays(links: Collection[Link], stays: Stays) -> dict[str, str]:
    """Return the new keys of stays, by the old ones.

    Without its key, a booking is recognized by its name, times and description. A new
    guest must not get the code of one who has cancelled.
    """
    present = stays.coming.keys() | stays.over | stays.impossible.keys()
    known = {link.key for link in links}
    new: dict[tuple[object, ...], str] = {
        (digest(name), stay.span.starts_at, stay.span.ends_at, stay.details): key
        for key, stay in stays.coming.items()
        if key not in known
        for name in islice(possible_names(stay), 2)
    }
    renamed: dict[str, str] = {}
    for link in links:
        if link.key not in present and link.key not in renamed:
            asked = link.asked
            found = new.get((asked.name, asked.starts_at, asked.ends_at, link.details))
            if found is not None and found not in renamed.values():
                renamed[link.key] = found
    return renamed
