"""Taking secrets out of texts that come from outside."""

from collections.abc import Iterable
import re

MASK = "••••"


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
