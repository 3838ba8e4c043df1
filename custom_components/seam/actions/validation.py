"""The rules that a lock sets for PINs, names and times, checked before any request.

A rule whose type is not here is left to Seam; so is `pin_code_matches_existing_set`,
as only the maker knows that set.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Final
import unicodedata

from ..api.redact import Secrets, is_invisible
from ..attributes import label
from ..errors import refusal
from ..sync.snapshot import LockData

_PIN_LENGTHS: Final = range(4, 13)
# Seam and its makers set no limit that holds for all. Ours leaves room for the name of
# the lock in the ids of the codes' sensors, which Home Assistant cuts at 255 letters.
_LONGEST_NAME: Final = 100
# Nothing of a name can be seen where all is of these categories (by first letter) or
# is one of these, which count as letters, signs or marks.
_BLANK: Final = frozenset("CZM")
_BLANKS: Final = "\u115f\u1160\u2800\u3164\uffa0"


def _longest_run(pin: str, step: int) -> int:
    """Return how many digits in a row differ by the step from the one before."""
    longest = run = 1
    for digit, following in pairwise(map(int, pin)):
        run = run + 1 if following - digit == step else 1
        longest = max(longest, run)
    return longest


# Whether a PIN breaks a rule, by the rule's type.
_BROKEN_BY: Final[Mapping[str, Callable[[str], bool]]] = {
    "no_zeros": lambda pin: "0" in pin,
    "cannot_start_with_12": lambda pin: pin.startswith("12"),
    "no_triple_consecutive_ints": lambda pin: (
        max(_longest_run(pin, step) for step in (-1, 0, 1)) > 3
    ),
    "cannot_specify_pin_code": lambda _pin: True,
    "no_ascending_or_descending_sequence": lambda pin: (
        max(_longest_run(pin, step) for step in (-1, 1)) == len(pin)
    ),
    "at_least_three_unique_digits": lambda pin: len(set(pin)) < 3,
    "cannot_contain_089": lambda pin: not set(pin).isdisjoint("089"),
    "cannot_contain_0789": lambda pin: not set(pin).isdisjoint("0789"),
    "no_all_same_digits": lambda pin: len(set(pin)) == 1,
}

PIN_CONSTRAINTS: Final = frozenset(_BROKEN_BY)


def checked_pin(value: object) -> str:
    """Return the PIN as text; refuse what is not 4 to 12 digits.

    Templates turn digits into a number, which is accepted: they leave text alone
    that begins with zero.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if (
        not isinstance(value, str)
        or not (value.isascii() and value.isdecimal())
        or len(value) not in _PIN_LENGTHS
    ):
        raise refusal("code_not_digits")
    return value


def check_pin(lock: LockData, pin: str, *, replaces: str | None = None) -> None:
    """Refuse a PIN that the lock does not take.

    `replaces` is the id of the code whose PIN it becomes, if there is one.
    """
    check_length(lock, len(pin))
    for constraint in lock.device.properties.code_constraints:
        kind = constraint.constraint_type
        if kind in _BROKEN_BY and _BROKEN_BY[kind](pin):
            raise refusal(f"code_constraint_{kind}", lock=lock.device.name)
        if kind == "unique_first_four_digits":
            for code in lock.codes:
                if (
                    code.code
                    and code.code[:4] == pin[:4]
                    and code.access_code_id != replaces
                ):
                    raise refusal(
                        "code_constraint_unique_first_four_digits",
                        lock=lock.device.name,
                        name=label(code),
                    )


def check_own_pin(lock: LockData) -> None:
    """Refuse any PIN where the maker alone chooses it."""
    for constraint in lock.device.properties.code_constraints:
        if constraint.constraint_type == "cannot_specify_pin_code":
            raise refusal(
                f"code_constraint_{constraint.constraint_type}", lock=lock.device.name
            )


def check_common_length(locks: Iterable[LockData]) -> None:
    """Refuse locks of which no PIN has a length that all of them take."""
    known = {
        lock.device.name: lengths
        for lock in locks
        if (lengths := lock.device.properties.supported_code_lengths)
    }
    if known and not set.intersection(*map(set, known.values())):
        raise refusal(
            "no_common_length",
            lengths="; ".join(
                f"{name}: {_listed(lengths)}" for name, lengths in known.items()
            ),
        )


def check_length(lock: LockData, length: int) -> None:
    """Refuse a number of digits that the lock does not take."""
    lengths = lock.device.properties.supported_code_lengths
    if lengths and length not in lengths:
        raise refusal(
            "code_length",
            lock=lock.device.name,
            lengths=_listed(lengths),
        )


def _listed(lengths: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(lengths)))


def check_name(
    lock: LockData, name: str, secrets: Secrets, *, replaces: str | None = None
) -> None:
    """Refuse a name that the lock does not take."""
    for constraint in lock.device.properties.code_constraints:
        if constraint.constraint_type == "name_length":
            shortest = constraint.min_length or 1
            longest = constraint.max_length
            if len(name) < shortest or (longest is not None and len(name) > longest):
                raise refusal(
                    "name_length",
                    lock=lock.device.name,
                    shortest=str(shortest),
                    longest="∞" if longest is None else str(longest),
                )
        elif constraint.constraint_type == "name_must_be_unique":
            for code in lock.codes:
                if code.unmasked_name == name and code.access_code_id != replaces:
                    raise refusal(
                        "name_must_be_unique", lock=lock.device.name, name=label(code)
                    )


def check_new_name(name: str, field: str) -> None:
    """Refuse a name that is no line of text, or is too long to be shown.

    What turns the direction of writing, or cannot be seen, can make a name look like
    another.
    """
    if len(name) > _LONGEST_NAME:
        raise refusal(
            "name_too_long",
            field=field,
            length=str(len(name)),
            longest=str(_LONGEST_NAME),
        )
    for character in name:
        if is_invisible(character):
            raise refusal(
                "name_characters", field=field, character=f"U+{ord(character):04X}"
            )
    if name and all(
        unicodedata.category(character)[0] in _BLANK or character in _BLANKS
        for character in name
    ):
        raise refusal("name_characters", field=field, character=f"U+{ord(name[0]):04X}")


def check_end(ends_at: datetime, now: datetime) -> None:
    """Refuse an end that has passed."""
    if ends_at <= now:
        raise refusal("end_in_past")


def check_times(
    starts_at: datetime | None, ends_at: datetime | None, now: datetime
) -> None:
    """Refuse one time without the other, and a time frame that is over or upside down."""
    if (starts_at is None) is not (ends_at is None):
        raise refusal("one_time_only")
    if starts_at is None or ends_at is None:
        return
    check_end(ends_at, now)
    if ends_at <= starts_at:
        raise refusal("end_before_start")


def check_start(lock: LockData, starts_at: datetime | None, now: datetime) -> None:
    """Refuse a start in the past where the lock does not take it."""
    if starts_at is not None and starts_at <= now:
        for constraint in lock.device.properties.code_constraints:
            if constraint.constraint_type == "start_date_in_future":
                raise refusal("start_date_in_future", lock=lock.device.name)
