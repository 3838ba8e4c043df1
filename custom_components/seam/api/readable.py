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
# A text is blank if all its characters are in these categories (by first letter) or
# are one of these, which look blank although they count as letters, signs or marks.
_BLANK_CATEGORIES: Final = frozenset("CZM")
_BLANK_CHARACTERS: Final = "\u115f\u1160\u2800\u3164\uffa0"


def is_invisible(character: str) -> bool:
    """Return whether a character is not shown, but may change how others are."""
    return unicodedata.category(character) in _INVISIBLE and character not in _JOINERS


def is_blank(text: str) -> bool:
    """Return whether nothing of a text can be seen."""
    return all(
        unicodedata.category(character)[0] in _BLANK_CATEGORIES
        or character in _BLANK_CHARACTERS
        for character in text
    )


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
