"""What our own actions did to codes, until Seam's lists say so, too. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from ..api import AccessCode, Device

# For so long, what our actions did outweighs what lists say: some lag behind.
_LASTS: Final = timedelta(minutes=2)
# Locks take a minute as a rule, and much longer where the connection is poor.
_REMOVAL_LASTS: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class _Change:
    fields: Mapping[str, Any]
    until: datetime


class OptimisticUpdates:
    """Keeps changes by the ids of their codes."""

    def __init__(self) -> None:
        """Start with none."""
        self._changes: dict[str, _Change] = {}
        self._gone: dict[str, datetime] = {}
        self._turned: dict[str, tuple[bool, datetime]] = {}

    def note(
        self, access_code_id: str, fields: Mapping[str, Any], now: datetime
    ) -> None:
        """Remember what was changed of a code; nothing, if it was made."""
        known = self._changes.get(access_code_id)
        merged = {**known.fields, **fields} if known else fields
        self._changes[access_code_id] = _Change(merged, now + _LASTS)

    def expect_gone(self, access_code_ids: Iterable[str], now: datetime) -> None:
        """Remember codes whose absence from a list will be true for a while.

        Not for good: a removal may fail.
        """
        self._gone = {key: until for key, until in self._gone.items() if now < until}
        self._gone.update(dict.fromkeys(access_code_ids, now + _REMOVAL_LASTS))

    def is_gone(self, access_code_id: str, now: datetime) -> bool:
        """Return whether a code may be believed to be gone when a list lacks it."""
        return access_code_id in self._gone and now < self._gone[access_code_id]

    def holds(self, access_code_id: str, now: datetime) -> bool:
        """Return whether a change still outweighs the lists."""
        change = self._changes.get(access_code_id)
        return change is not None and now < change.until

    def overrides(self, codes: Iterable[AccessCode], now: datetime) -> bool:
        """Return whether any of these codes is other than a list has just said."""
        return bool(self._changes) and any(
            self.holds(code.access_code_id, now) for code in codes
        )

    def applied(self, code: AccessCode, now: datetime) -> AccessCode:
        """Return a list's code as our action left it, unless the list says so already."""
        if (change := self._changes.get(code.access_code_id)) is None:
            return code
        changed = replace(code, **change.fields)
        if changed == code or now >= change.until:
            del self._changes[code.access_code_id]
            return code
        return changed

    def note_turned(self, device_id: str, locked: bool, now: datetime) -> None:
        """Remember how an action left a lock."""
        self._turned[device_id] = locked, now + _LASTS

    def turned(self, device: Device, now: datetime) -> Device:
        """Return a device as our action left it, unless it says so already."""
        if (own := self._turned.get(device.device_id)) is None:
            return device
        locked, until = own
        if device.properties.locked == locked or now >= until:
            del self._turned[device.device_id]
            return device
        return replace(device, properties=replace(device.properties, locked=locked))

    def forget_turned(self, device_id: str) -> None:
        """Forget how an action left a lock, as somebody has turned it since."""
        self._turned.pop(device_id, None)

    def forget(self, access_code_id: str) -> None:
        """Forget a code that is gone."""
        self._changes.pop(access_code_id, None)
        self._gone.pop(access_code_id, None)
