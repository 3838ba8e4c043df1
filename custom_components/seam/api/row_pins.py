"""PINs in the rows of responses."""

import re
from typing import Any, Final

SHORTEST_PIN: Final = 4
_LONGEST_PIN: Final = 12
_PIN: Final = re.compile(r"[\W_]*\d(?:[\W_]*\d){3,}[\W_]*")
_NUMBER: Final = re.compile(r"\d+")
_PIN_KEYS: Final = frozenset({"code", "from", "to"})
# A name may be the number of a room.
_NO_PIN_KEYS: Final = frozenset({"name", "first_name", "last_name"})


def pins_in(row: Any) -> list[str]:
    """Return the PINs in a row, also those before and after a change.

    Other fields that have changed may be there, too, so only numbers count. A PIN may
    be nested in objects and lists.
    """
    found: list[str] = []
    left: list[tuple[Any, Any]] = [("", row)]
    while left:
        key, value = left.pop()
        if isinstance(value, dict):
            inner = _PIN_KEYS | _NO_PIN_KEYS if key in _PIN_KEYS else value.keys()
            left.extend((k if k in inner else key, v) for k, v in value.items())
        elif isinstance(value, list):
            left.extend((key, item) for item in value)
        elif key in _PIN_KEYS:
            if type(value) is float and value.is_integer():
                value = int(value)
            if pin := read_pin(value):
                found.append(pin)
            elif key == "code" and isinstance(value, str):
                numbers = (digits_of(value), *map(digits_of, _NUMBER.findall(value)))
                found += {n for n in numbers if SHORTEST_PIN <= len(n) <= _LONGEST_PIN}
    return found


def read_pin(value: Any) -> str | None:
    """Return the digits of a PIN, which may be written with separators."""
    text = str(value) if type(value) is int else value
    if not isinstance(text, str):
        return None
    if text.isascii() and text.isdecimal():
        return text if len(text) >= SHORTEST_PIN else None
    return digits_of(text) if _PIN.fullmatch(text) else None


def digits_of(text: str) -> str:
    """Return the digits in the text, those of any script as ASCII."""
    if text.isascii() and text.isdecimal():
        return text
    return "".join(str(int(character)) for character in text if character.isdecimal())
