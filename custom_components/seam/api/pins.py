"""PINs in the rows of responses."""

import re
from typing import Any, Final

SHORTEST_PIN: Final = 4
_PIN: Final = re.compile(r"[\W_]*\d(?:[\W_]*\d){3,}[\W_]*")
_PIN_KEYS: Final = frozenset({"code", "from", "to"})


def pins_in(row: Any) -> list[str]:
    """Return the PINs in a row, also those before and after a change.

    Other fields that have changed may be there, too, so only numbers count.
    """
    found: list[str] = []
    left: list[tuple[Any, Any]] = [("", row)]
    while left:
        key, value = left.pop()
        if isinstance(value, dict):
            left.extend(value.items())
        elif isinstance(value, list):
            left.extend((key, item) for item in value)
        elif key in _PIN_KEYS and (pin := read_pin(value)):
            found.append(pin)
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
