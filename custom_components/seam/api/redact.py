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
        self._others: set[str] = set()
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
            if secret:
                (self._pins if secret.isdecimal() else self._others).add(secret)

    def mask(self, text: str) -> str:
        """Return the text with each secret masked, however many there are.

        As with `redact`, but that would try each PIN in turn.
        """
        return _DIGITS.sub(
            lambda found: MASK if found[0] in self._pins else found[0],
            redact(text, self._others),
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
