"""Taking secrets out of texts that come from outside."""

from collections.abc import Iterable, Iterator
import re

MASK = "••••"

_DIGITS = re.compile(r"\d+")


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
        # Digits in texts, while they were no PIN.
        self._harmless: set[str] = set()
        self._are_late = False
        self.add(texts)

    def __iter__(self) -> Iterator[str]:
        """Go through all of them."""
        yield from self._others
        yield from self._pins

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._others) + len(self._pins)

    def add(self, secrets: Iterable[str | None]) -> None:
        """Take in more of them."""
        for secret in secrets:
            if not secret or secret in self._pins:
                continue
            if secret.isdecimal():
                self._pins.add(secret)
                self._are_late |= secret in self._harmless
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
        return are_late

    def mask(self, text: str) -> str:
        """Return the text with each secret masked, however many there are.

        As with `redact`, but that would try each PIN in turn. A text without any, as
        nearly all are, is found out quickly and stays the same object.
        """
        for secret in self._others:
            text = text.replace(secret, MASK)
        digits = _DIGITS.findall(text)
        if self._pins.isdisjoint(digits):
            self._harmless.update(digits)
            return text
        self._harmless.update(set(digits) - self._pins)
        return _DIGITS.sub(
            lambda found: MASK if found[0] in self._pins else found[0], text
        )


def secret_pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """Return a pattern that finds any of the secrets, None where there is none.

    A PIN counts where it stands alone: digits inside a longer number are not it. A key
    counts anywhere.
    """
    known = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
    if not known:
        return None
    return re.compile("|".join(map(_pattern, known)))


def _pattern(secret: str) -> str:
    text = re.escape(secret)
    return rf"(?<!\d){text}(?!\d)" if secret.isdecimal() else text


def redact(text: str, secrets: Iterable[str]) -> str:
    """Return the text with each secret masked."""
    pattern = secret_pattern(secrets)
    return pattern.sub(MASK, text) if pattern else text
