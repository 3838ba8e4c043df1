"""Rules for PINs, names and times, checked before any request.

Rules that are unknown here are left to Seam. So are `pin_code_matches_existing_set` and
`unique_first_four_digits`, as only the manufacturer knows what they mean for a lock.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Final

from homeassistant.exceptions import ServiceValidationError

from ..api import AccessCode
from ..api.readable import is_blank, is_invisible
from ..api.redact import Secrets
from ..attributes import label
from ..errors import refusal
from ..sync.snapshot import LockData

_PIN_LENGTHS: Final = range(4, 13)
# Seam has no limit. This one leaves room for the name of the lock in the entity ids of
# code sensors, which Home Assistant cuts at 255 characters.
_MAX_NAME_LENGTH: Final = 100


def check_has_codes(lock: LockData) -> None:
    """Refuse a lock without access codes."""
    if not lock.device.has_access_codes:
        raise refusal("no_access_codes", lock=lock.device.name)


def check_backup_pool(lock: LockData) -> None:
    """Refuse a lock without backup codes."""
    if lock.device.properties.supports_backup_access_code_pool is False:
        raise refusal("no_backup_pool", lock=lock.device.name)


def check_codes_known(lock: LockData, *, with_unmanaged: bool = False) -> None:
    """Refuse a lock without access codes, or whose codes are currently unknown."""
    check_has_codes(lock)
    if not lock.has_codes:
        raise refusal("codes_unknown", lock=lock.device.name)
    if with_unmanaged and not lock.has_all_codes:
        raise refusal("unmanaged_codes_unknown", lock=lock.device.name)


def check_code_known(lock: LockData, code: AccessCode) -> None:
    """Refuse a code that may have changed or be gone since it was fetched."""
    check_codes_known(lock, with_unmanaged=not code.is_managed)


def _longest_run(pin: str, step: int) -> int:
    """Return the longest run of digits that each differ from the previous by `step`."""
    longest = run = 1
    for digit, following in pairwise(map(int, pin)):
        run = run + 1 if following - digit == step else 1
        longest = max(longest, run)
    return longest


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
    """Return a PIN as text; refuse anything but 4 to 12 digits.

    Integers are accepted, as templates turn digits into a number unless they start
    with zero.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if type(value) is int and 0 <= value < 10 ** max(_PIN_LENGTHS):
        value = str(value)
    if (
        not isinstance(value, str)
        or not (value.isascii() and value.isdecimal())
        or len(value) not in _PIN_LENGTHS
    ):
        raise refusal("code_number" if is_number else "code_not_digits")
    return value


def check_pin(lock: LockData, pin: str) -> None:
    """Refuse a PIN that the lock does not accept."""
    check_length(lock, len(pin))
    for constraint in lock.device.properties.code_constraints:
        kind = constraint.constraint_type
        if kind in _BROKEN_BY and _BROKEN_BY[kind](pin):
            raise refusal(f"code_constraint_{kind}", lock=lock.device.name)


def accepts_pin(lock: LockData, name: str, pin: str) -> bool:
    """Return whether the lock accepts the PIN for a new code of this name."""
    if any(code.code == pin for code in lock.codes):
        return False
    try:
        check_name_without_pin(name, pin)
        check_pin(lock, pin)
    except ServiceValidationError:
        return False
    return True


def check_pin_can_be_chosen(lock: LockData) -> None:
    """Refuse a lock whose manufacturer chooses all PINs."""
    if (rule := "cannot_specify_pin_code") in lock.device.constraint_types:
        raise refusal(f"code_constraint_{rule}", lock=lock.device.name)


def check_common_length(locks: Iterable[LockData]) -> None:
    """Refuse locks that have no length of PINs in common."""
    known = {
        lock.device.name: lengths
        for lock in locks
        if (lengths := lock.device.properties.supported_code_lengths)
    }
    if known and not set.intersection(*map(set, known.values())):
        raise refusal(
            "no_common_length",
            lengths="; ".join(
                f"{name}: {joined(lengths)}" for name, lengths in known.items()
            ),
        )


def check_length(lock: LockData, length: int) -> None:
    """Refuse a number of digits that the lock does not accept."""
    lengths = lock.device.properties.supported_code_lengths
    if lengths and length not in lengths:
        raise refusal("code_length", lock=lock.device.name, lengths=joined(lengths))


def joined(lengths: Iterable[int]) -> str:
    """Return lengths as text."""
    known = sorted(lengths)
    if len(known) > 2 and known[-1] - known[0] == len(known) - 1:
        return f"{known[0]}–{known[-1]}"
    return ", ".join(map(str, known))


def check_name(lock: LockData, name: str, *, replaces: str | None = None) -> None:
    """Refuse a name that the lock does not accept."""
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
    """Refuse a name that is too long, blank or not a single line of visible text.

    Invisible characters, and those that change the direction of writing, could make a
    name look like another.
    """
    if len(name) > _MAX_NAME_LENGTH:
        raise refusal(
            "name_too_long",
            field=field,
            length=str(len(name)),
            longest=str(_MAX_NAME_LENGTH),
        )
    invalid = next(filter(is_invisible, name), None)
    if invalid is None and is_blank(name):
        invalid = name[:1]
    if invalid:
        raise refusal("name_characters", field=field, character=f"U+{ord(invalid):04X}")


def check_name_without_pin(name: str, pin: str) -> None:
    """Refuse a name that contains the PIN, also in parts, as everybody sees names."""
    if pin in name or Secrets(pin).mask(name) != Secrets().mask(name):
        raise refusal("name_contains_code")


def check_end(ends_at: datetime, now: datetime) -> None:
    """Refuse an end that has passed."""
    if ends_at <= now:
        raise refusal("end_in_past")


def check_times(
    starts_at: datetime | None, ends_at: datetime | None, now: datetime
) -> None:
    """Refuse a start without an end or vice versa, and an end in the past or too early."""
    # Forms leave out dates that are ticked but empty.
    if starts_at is None and ends_at is not None:
        raise refusal("start_missing")
    if ends_at is None and starts_at is not None:
        raise refusal("end_missing")
    if starts_at is None or ends_at is None:
        return
    check_end(ends_at, now)
    if ends_at <= starts_at:
        raise refusal("end_before_start")


def check_start(lock: LockData, starts_at: datetime | None, now: datetime) -> None:
    """Refuse a start in the past if the lock does not accept that."""
    rule = "start_date_in_future"
    if starts_at and starts_at <= now and rule in lock.device.constraint_types:
        raise refusal(rule, lock=lock.device.name)
