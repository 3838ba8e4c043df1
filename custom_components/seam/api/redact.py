"""Taking secrets out of texts that come from outside."""

from collections.abc import Iterable
from itertools import chain
import re
from typing import Final
import unicodedata

MASK: Final = "••••"

# As long as Home Assistant lets states and names be; of a message people read no more.
LONGEST_NAME: Final = 255
LONGEST_TEXT: Final = 1000
_CUT: Final = "…"

# Digits with a few signs between them: PINs are written "12-34" and "1, 2, 3, 4", too.
_LONGEST_GAP: Final = 3
_NUMBERS = re.compile(rf"\d+(?:[\W_]{{1,{_LONGEST_GAP}}}\d+)*")
_DIGITS = re.compile(r"\d+")
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?!\d)"
)
_TIME = re.compile(r"(?<!\d)(?<!\d:)([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?!:?\d)")
# Seam's ids, in nearly every message of its, are drawn by lot.
_ID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
# What locks take. Fewer digits with signs between them are ordinary numbers.
_SHORTEST_PIN: Final = 4
_LONGEST_PIN: Final = 20
# Dots tell whoever wrote a text which of its numbers are PINs: it may not try out many.
# Messages rarely hold more, such as a PIN, the number of a device and a date.
_MOST_NUMBERS: Final = 3
# Messages may hold numbers that never come again, such as the time of each attempt.
_MOST_HARMLESS: Final = 50_000
# Quick to find only while all names of a large house are among them.
_MOST_CLEAN: Final = 50_000

# Control characters, formats such as the direction of writing, halves of characters,
# and ends of lines and paragraphs.
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# Emoji and the scripts of many languages are written with them.
_JOINERS: Final = "\u200c\u200d"


def is_invisible(character: str) -> bool:
    """Return whether a character is no sign, but does something to those around it."""
    return unicodedata.category(character) in _INVISIBLE and character not in _JOINERS


def readable(text: str, longest: int = LONGEST_TEXT) -> str:
    """Return the text as one line that is not too long, and shows all that is in it."""
    return _cut(_without_invisible(text), longest)


class Secrets:
    """All that must not be shown: the key, and every PIN that was ever heard of.

    A PIN stays secret when its code gets another, or goes: Seam may set the code again
    as it was, and the PIN may be that of a code on another lock, or of nobody's door.
    """

    def __init__(self, *texts: str) -> None:
        """Start with some."""
        self._pins: set[str] = set()
        # The longest first, as one may be part of another.
        self._others: tuple[str, ...] = ()
        # Digits in texts, while they were no PIN; None when there are too many to know.
        self._harmless: set[str] | None = set()
        # Texts without any, since the last of them came: most come again and again.
        self._clean: set[str] = set()
        self._are_late = False
        self.add(texts)

    def add(self, secrets: Iterable[str | None]) -> None:
        """Take in more of them."""
        for secret in secrets:
            if not secret or secret in self._pins:
                continue
            self._clean.clear()
            if secret.isdecimal():
                secret = _in_plain_digits(secret)
                self._pins.add(secret)
                self._are_late |= self._harmless is None or secret in self._harmless
            elif secret not in self._others:
                self._others = tuple(
                    sorted((*self._others, secret), key=len, reverse=True)
                )
                self._are_late = True

    def take_late(self) -> bool:
        """Return whether a secret came after a text that may hold it, since last asked.

        Then all texts have to be looked through again.
        """
        are_late, self._are_late = self._are_late, False
        if are_late:
            # Those that still are in texts are found again.
            self._harmless = set()
            self._clean.clear()
        return are_late

    def mask(self, text: str, longest: int = LONGEST_TEXT) -> str:
        """Return the text as it may be shown: readable, and with each secret masked.

        A PIN counts where it stands alone, in whatever digits, in one piece or with
        signs between: digits inside a longer number are not it. A key counts anywhere.
        A text with more numbers than a few loses them all. One that may be shown as it
        is, as nearly all may, is found out quickly and stays the same object.
        """
        if text in self._clean and len(text) <= longest:
            return text
        masked = _without_invisible(text)
        for secret in self._others:
            masked = masked.replace(secret, MASK)
        # Looking for PINs takes its time. Dots may be longer than what they are for.
        masked = _cut(self._without_pins(_cut(masked, longest)), longest)
        if masked == text:
            self._note_clean(text)
            return text
        return masked

    def mask_name(self, name: str) -> str:
        """Return a name as it may be shown."""
        return self.mask(name, LONGEST_NAME)

    def _without_pins(self, text: str) -> str:
        plain = _in_plain_digits(text)
        if not (numbers := _NUMBERS.findall(plain)):
            return text
        if _has_many_numbers(plain, numbers):
            text = mask_numbers(text)
            plain = _in_plain_digits(text)
            numbers = _NUMBERS.findall(plain)
        if all(map(str.isdecimal, numbers)):
            found = set(numbers)
        else:
            found = {pin for number in numbers for _, _, pin in _readings(number)}
        pins = found & self._pins
        self._note_harmless(found - pins if pins else found)
        if not pins:
            return text
        return _replaced(
            text,
            (
                (match.start() + start, match.start() + end)
                for match in _NUMBERS.finditer(plain)
                for start, end, digits in _readings(match[0])
                if digits in pins
            ),
        )

    def _note_harmless(self, found: set[str]) -> None:
        if self._harmless is not None:
            self._harmless |= found
            if len(self._harmless) > _MOST_HARMLESS:
                self._harmless = None

    def _note_clean(self, text: str) -> None:
        if len(self._clean) >= _MOST_CLEAN:
            self._clean.clear()
        self._clean.add(text)


def mask_numbers(text: str) -> str:
    """Return the text with all masked that may be a PIN, known or not."""
    return _replaced(
        text,
        (
            match.span()
            for match in _NUMBERS.finditer(_in_plain_digits(text))
            if sum(map(str.isdecimal, match[0])) >= _SHORTEST_PIN
        ),
    )


def _replaced(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return the text with dots there, where the spans come by their start."""
    shown, done = "", 0
    for start, end in spans:
        # Where two PINs overlap, nothing of either may stay.
        if start >= done:
            shown += text[done:start] + MASK
        done = max(done, end)
    return shown + text[done:]


def _without_invisible(text: str) -> str:
    # Quick, and false for a few more, such as the no-break space.
    if text.isprintable():
        return text
    return "".join(
        (" " if character.isspace() else "") if is_invisible(character) else character
        for character in text
    )


def _cut(text: str, longest: int) -> str:
    """Return the text cut, but never inside a number: what is left may be half a PIN."""
    if len(text) <= longest:
        return text
    start = text[: longest - len(_CUT)]
    end = len(start) + _LONGEST_GAP + 1
    for number in _NUMBERS.finditer(_in_plain_digits(text[:end])):
        if number.end() > len(start):
            return text[: min(number.start(), len(start))] + _CUT
    return start + _CUT


def _in_plain_digits(text: str) -> str:
    """Return the text, as long as before, with ASCII for the digits of all scripts.

    Those of ids are left out.
    """
    if not text.isascii():
        text = "".join(
            character
            if (digit := unicodedata.digit(character, None)) is None
            else str(digit)
            for character in text
        )
    return _ID.sub(lambda found: "x" * len(found[0]), text) if "-" in text else text


def _has_many_numbers(text: str, numbers: Iterable[str]) -> bool:
    """Return whether so many numbers may be PINs that they look tried out."""
    # There is no room for them.
    if sum(map(len, numbers)) <= _MOST_NUMBERS * _SHORTEST_PIN:
        return False
    dates = {match[0] for match in _DATE.finditer(text)}
    digits = _DIGITS.findall(_TIME.sub(":", _DATE.sub("-", text)))
    long = {number for number in digits if len(number) >= _SHORTEST_PIN}
    # Those that are shorter may be pieces of one.
    pieces = sum(len(number) for number in digits if len(number) < _SHORTEST_PIN)
    return len(dates) + len(long) + pieces // _SHORTEST_PIN > _MOST_NUMBERS


def _readings(number: str) -> list[tuple[int, int, str]]:
    """Return the PINs that a number may be or hold, each with where it begins and ends.

    Part of a date or a time is one only where it stands alone, such as the year, and a
    time is none.
    """
    if number.isdecimal():
        return [(0, len(number), number)]
    groups = [(*found.span(), found[0]) for found in _DIGITS.finditer(number)]
    times = {found.span() for found in _TIME.finditer(number)}
    # Where the parts of dates and times end and begin.
    cuts = {
        place
        for pattern in (_DATE, _TIME)
        for found in pattern.finditer(number)
        for place in chain.from_iterable(map(found.span, (1, 2, 3)))
        if place not in (-1, *found.span())
    }
    readings = []
    for first, (start, end, digits) in enumerate(groups):
        readings.append((start, end, digits))
        if start in cuts:
            continue
        for _, end, more in groups[first + 1 : first + _LONGEST_PIN]:
            digits += more
            if len(digits) > _LONGEST_PIN:
                break
            if (
                len(digits) >= _SHORTEST_PIN
                and end not in cuts
                and (start, end) not in times
            ):
                readings.append((start, end, digits))
    return readings
