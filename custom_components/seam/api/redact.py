"""Taking secrets out of texts that come from outside."""

from collections.abc import Iterable
import re
from typing import Final

MASK: Final = "••••"

# Digits, with at most one sign between them: PINs are written "12-34" and "1 2 3 4", too.
_NUMBERS = re.compile(r"\d+(?:[ \u00a0.-]\d+)*")
_DIGITS = re.compile(r"\d+")
_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?!\d)"
)
# What locks take. Fewer digits with signs between them are ordinary numbers.
_SHORTEST_PIN: Final = 4
_LONGEST_PIN: Final = 20
# Messages may hold numbers that never come again, such as the time of each attempt.
_MOST_HARMLESS: Final = 50_000
_MOST_CLEAN: Final = 10_000


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

    def mask(self, text: str) -> str:
        """Return the text with each secret masked, however many there are.

        A PIN counts where it stands alone, in one piece or with signs between its
        digits: digits inside a longer number are not it. A key counts anywhere. A text
        without any, as nearly all are, is found out quickly and stays the same object.
        """
        if text in self._clean:
            return text
        masked = text
        for secret in self._others:
            masked = masked.replace(secret, MASK)
        if numbers := _NUMBERS.findall(masked):
            if all(map(str.isdecimal, numbers)):
                found = set(numbers)
            else:
                found = {pin for number in numbers for _, _, pin in _readings(number)}
            pins = found & self._pins
            self._note_harmless(found - pins if pins else found)
            if pins:
                return _NUMBERS.sub(self._masked, masked)
        if masked is text:
            self._note_clean(text)
        return masked

    def _masked(self, found: re.Match[str]) -> str:
        number, shown, done = found[0], "", 0
        for start, end, digits in _readings(number):
            if digits in self._pins:
                # Where two PINs overlap, nothing of either may stay.
                if start >= done:
                    shown += number[done:start] + MASK
                done = max(done, end)
        return shown + number[done:]

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
    return _NUMBERS.sub(
        lambda found: (
            MASK if sum(map(str.isdecimal, found[0])) >= _SHORTEST_PIN else found[0]
        ),
        text,
    )


def _readings(number: str) -> list[tuple[int, int, str]]:
    """Return the PINs that a number may be or hold, each with where it begins and ends.

    Part of a date is one only where it stands alone, such as the year.
    """
    if number.isdecimal():
        return [(0, len(number), number)]
    groups = [(*found.span(), found[0]) for found in _DIGITS.finditer(number)]
    # Where the parts of dates end and begin.
    cuts = {
        found.start() + offset
        for found in _DATE.finditer(number)
        for offset in (4, 5, 7, 8)
    }
    readings = []
    for first, (start, end, digits) in enumerate(groups):
        readings.append((start, end, digits))
        for _, end, more in groups[first + 1 : first + _LONGEST_PIN]:
            digits += more
            if len(digits) > _LONGEST_PIN:
                break
            if len(digits) >= _SHORTEST_PIN and start not in cuts and end not in cuts:
                readings.append((start, end, digits))
    return readings
