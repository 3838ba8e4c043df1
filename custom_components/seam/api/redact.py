"""Masking of PINs and keys in texts that Seam, manufacturers and guests write."""

from collections.abc import Iterable
import re
from typing import Final, override
from weakref import WeakSet

from .bounded import BoundedDict
from .readable import MAX_NAME_LENGTH, MAX_READ, MAX_TEXT_LENGTH, cut, visible
from .row_pins import SHORTEST_PIN, digits_of, read_pin

MASK: Final = "••••"
# Digits in UUIDs, dates and times of day are a PIN by chance only.
_UUID: Final = r"\b(?i:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\b"
_TIME: Final = r"(?:19|20)\d\d-[01]\d-[0-3]\d|[0-2]\d:[0-5]\d(?::[0-5]\d)?"
_OTHER: Final = rf"(?P<other>{_UUID}|(?<!\d)(?:{_TIME})(?!\d))"
_NUMBER: Final = re.compile(rf"{_OTHER}|\d+")
_SEPARATED: Final = re.compile(rf"{_OTHER}|\d+(?:[\W_]\d+)*")
# Texts are wrapped and aligned with any number of spaces.
_SPACED: Final = re.compile(rf"{_OTHER}|\d+(?:[\s\u200c\u200d]+\d+)*")
_MAYBE_PIN: Final = re.compile(rf"(?P<other>{_UUID})|\d(?:[\W_]*\d){{3,}}")
_MAX_REMEMBERED: Final = 50_000


def mask_numbers(text: str, mask: str = MASK) -> str:
    """Return the text with all masked that may be a PIN, known or not."""
    return _MAYBE_PIN.sub(lambda match: match["other"] or mask, text)


class Secrets:
    """The API key and every PIN seen so far, as Seam may set an older one again."""

    def __init__(self, *secrets: str) -> None:
        """Initialize with the given secrets."""
        self.pins: set[str] = set()
        self.keys: list[str] = []
        self._add_keys(
            _joined(secret) for secret in secrets if any(map(str.isalpha, secret))
        )
        # Whether there may be codes whose PINs are not known.
        self.lacks_pins = True
        self._has_late_secret = False
        # Numbers in masked texts, any of which may turn out to be a PIN.
        self._numbers: set[str] = set()
        # Texts without secrets: most come again with every answer.
        self._clean: BoundedDict[str, None] = BoundedDict(_MAX_REMEMBERED)
        self.add(secrets)

    def add(self, secrets: Iterable[str | None]) -> None:
        """Add PINs and keys, but no texts that are too short or have no digit."""
        keys: set[str] = set()
        for secret in secrets:
            if not secret or secret in self.pins:
                continue
            if (pin := read_pin(secret)) is not None:
                if pin in self._numbers and pin not in self.pins:
                    self._note_late_secret()
                self.pins.add(pin)
            elif sum(map(str.isalnum, secret)) >= SHORTEST_PIN and digits_of(secret):
                keys.add(_joined(secret))
        if keys.difference(self.keys):
            self._add_keys(keys)
            self._note_late_secret()

    def _add_keys(self, keys: Iterable[str]) -> None:
        """Add keys. The longest comes first, as one may be part of another."""
        self.keys = sorted({*self.keys, *keys}, key=len, reverse=True)

    def _note_late_secret(self) -> None:
        self._has_late_secret = True
        self._clean.clear()

    def pop_has_late_secret(self) -> bool:
        """Return, once, whether masked texts may hold a secret that was added later."""
        has_late_secret, self._has_late_secret = self._has_late_secret, False
        if has_late_secret:
            self._numbers.clear()
            self._clean.clear()
        return has_late_secret

    def mask(self, text: str, longest: int = MAX_TEXT_LENGTH) -> str:
        """Return the readable text with every known secret masked.

        PINs are masked where they stand alone, with single separators or white space
        between their digits, and keys anywhere. A clean text stays the same object.
        """
        if text in self._clean and len(text) <= longest:
            return text
        masked = visible(cut(text, MAX_READ))
        joined = _joined(masked)
        for key in self.keys:
            if key in joined:
                # A line break may be anywhere in it.
                masked = re.sub(r"\s*".join(map(re.escape, key)), MASK, masked)
        for numbers in (_NUMBER, _SEPARATED, _SPACED):
            masked = numbers.sub(self._mask_pin, masked)
        masked = cut(masked, longest)
        if len(self._numbers) > _MAX_REMEMBERED:
            # Any PIN added later may then be in a masked text.
            self._numbers.clear()
            self._note_late_secret()
        elif masked == text:
            self._clean[text] = None
        return text if masked == text else masked

    def mask_message(self, text: str) -> str:
        """Return the text masked, with all numbers masked while PINs are unknown."""
        masked = self.mask(text)
        return mask_numbers(masked) if self.lacks_pins else masked

    def mask_all(self, text: str) -> str:
        """Return the text masked, with all masked that may be a PIN, known or not."""
        return mask_numbers(self.mask(text))

    def mask_name(self, name: str) -> str:
        """Return the readable name with every known secret masked."""
        return self.mask(name, MAX_NAME_LENGTH)

    def _mask_pin(self, match: re.Match[str]) -> str:
        if match["other"]:
            return match[0]
        number = digits_of(match[0])
        if number in self.pins:
            return MASK
        self._numbers.add(number)
        return match[0]


class SharedSecrets(Secrets):
    """Secrets that all workspaces mask, as people use a PIN in more than one."""

    def __init__(self, group: WeakSet[Secrets], api_key: str) -> None:
        """Initialize with what the other workspaces know."""
        self._group = group
        known = [(*other.pins, *other.keys) for other in group]
        group.add(self)
        super().__init__(api_key)
        for secrets in known:
            super().add(secrets)

    @override
    def add(self, secrets: Iterable[str | None]) -> None:
        """Add PINs and keys for all workspaces."""
        # PINs that one of them knows are known to all.
        if new := [secret for secret in secrets if secret and secret not in self.pins]:
            for one in self._group:
                Secrets.add(one, new)


def _joined(text: str) -> str:
    return "".join(text.split())
