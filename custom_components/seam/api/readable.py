"""Texts from outside as one line of limited length."""

import re
from typing import Final
import unicodedata

# Home Assistant's limit for states and names.
MAX_NAME_LENGTH: Final = 255
MAX_TEXT_LENGTH: Final = 1000
MAX_READ: Final = 20_000
_UP_TO_LETTER: Final = re.compile(r"(?s:.*)[^\W\d_]")

# Control and format characters, surrogates, line and paragraph separators.
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Emoji and the scripts of many languages are written with them.
_JOINERS: Final = "\u200c\u200d"


def is_invisible(character: str) -> bool:
    """Return whether a character is not shown, but may change how others are."""
    return unicodedata.category(character) in _INVISIBLE and character not in _JOINERS


def readable(text: str, longest: int = MAX_TEXT_LENGTH) -> str:
    """Return the text as one line without invisible characters, cut to a length."""
    return cut(visible(cut(text, MAX_READ)), longest)


def visible(text: str) -> str:
    """Return the text as one line without invisible characters."""
    if text.isprintable():
        return text
    return "".join(
        (" " if character.isspace() else "") if is_invisible(character) else character
        for character in text
    )


def cut(text: str, longest: int) -> str:
    """Return the text cut after a letter, as half a PIN would not be recognized."""
    if len(text) <= longest:
        return text
    start = _UP_TO_LETTER.match(text[: longest - 1])
    return f"{start[0] if start else ''}…"
