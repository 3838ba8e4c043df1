"""Changes by actions that Seam's lists may not show yet."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from ..api import AccessCode, CodeStatus, Device
from .schedule import is_due

# How long a change overrides the lists, some of which lag behind.
_OVERRIDE_FOR: Final = timedelta(minutes=2)
# Removing takes most locks a minute, and much longer with a poor connection.
_EXPECT_REMOVAL_FOR: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class _Change:
    # As it was last listed, None if unknown.
    listed: AccessCode | None = field(repr=False)
    # A new PIN may be among them.
    fields: Mapping[str, Any] = field(repr=False)
    until: datetime


class OptimisticUpdates:
    """Override Seam's lists with what actions have changed, for a while."""

    def __init__(self) -> None:
        """Initialize without changes."""
        self._codes: dict[str, _Change] = {}
        self._expected_removals: dict[str, datetime] = {}
        self._devices: dict[str, dict[str, tuple[Any, datetime]]] = {}

    def change_code(
        self,
        access_code_id: str,
        listed: AccessCode | None,
        fields: Mapping[str, Any],
        now: datetime,
    ) -> None:
        """Remember the changed fields of a code, which are none if it is new."""
        if known := self._codes.get(access_code_id):
            listed, fields = known.listed, {**known.fields, **fields}
        self._codes[access_code_id] = _Change(listed, fields, now + _OVERRIDE_FOR)

    def undo_change(
        self, access_code_id: str, names: Collection[str]
    ) -> AccessCode | None:
        """Return a code without changes that have failed, None if lists show it so.

        Lists that lack the code still do not drop it.
        """
        if "status" in names:
            # It should have been deleted.
            self._expected_removals.pop(access_code_id, None)
        if (change := self._codes.get(access_code_id)) is None:
            return None
        failed = {*names, "true_name"} if "name" in names else names
        fields = {k: v for k, v in change.fields.items() if k not in failed}
        self._codes[access_code_id] = replace(change, fields=fields)
        return change.listed and replace(change.listed, **fields)

    def expect_removal(self, access_code_ids: Iterable[str], now: datetime) -> None:
        """Drop codes as soon as one list lacks them.

        This ends after a while, as Seam may fail to remove them.
        """
        self._expected_removals = {
            key: until
            for key, until in self._expected_removals.items()
            if not is_due(until, now, _EXPECT_REMOVAL_FOR)
        }
        self._expected_removals.update(
            dict.fromkeys(access_code_ids, now + _EXPECT_REMOVAL_FOR)
        )

    def note_listed(self, codes: Mapping[str, AccessCode], now: datetime) -> None:
        """Stop expecting the removal of codes that a list has, and not as being removed.

        Lists may lag behind for a while.
        """
        for access_code_id in self._expected_removals.keys() & codes.keys():
            expected_at = self._expected_removals[access_code_id] - _EXPECT_REMOVAL_FOR
            is_removing = codes[access_code_id].status_at(now) is CodeStatus.REMOVING
            if not is_removing and now >= expected_at + _OVERRIDE_FOR:
                del self._expected_removals[access_code_id]

    def is_removal_expected(self, access_code_id: str, now: datetime) -> bool:
        """Return whether to drop a code that a list lacks."""
        until = self._expected_removals.get(access_code_id)
        return not is_due(until, now, _EXPECT_REMOVAL_FOR)

    def overrides_code(self, access_code_id: str, now: datetime) -> bool:
        """Return whether a change still overrides the lists."""
        change = self._codes.get(access_code_id)
        return change is not None and not is_due(change.until, now, _OVERRIDE_FOR)

    def overrides(self, codes: Iterable[AccessCode], now: datetime) -> bool:
        """Return whether a change still overrides the lists for one of these codes."""
        return bool(self._codes) and any(
            self.overrides_code(code.access_code_id, now) for code in codes
        )

    def apply_to_code(self, code: AccessCode, now: datetime) -> AccessCode:
        """Return a listed code with its changes, which end once the list has them."""
        if (change := self._codes.get(code.access_code_id)) is None:
            return code
        changed = replace(code, **change.fields)
        if changed == code or is_due(change.until, now, _OVERRIDE_FOR):
            del self._codes[code.access_code_id]
            return code
        self._codes[code.access_code_id] = replace(change, listed=code)
        return changed

    def apply_to_read(self, code: AccessCode, now: datetime) -> AccessCode:
        """Return a code that was just read with changes that Seam does not return yet.

        Any other value than before a change is what Seam has made of it, or is newer.
        """
        if not self.overrides_code(code.access_code_id, now):
            return code
        change = self._codes[code.access_code_id]
        if (listed := change.listed) is None:
            return code
        awaited = {
            name: value
            for name, value in change.fields.items()
            if getattr(code, name) == getattr(listed, name)
        }
        return replace(code, **awaited)

    def forget_code(self, access_code_id: str) -> None:
        """Forget a code that is gone."""
        self._codes.pop(access_code_id, None)
        self._expected_removals.pop(access_code_id, None)

    def change_device(
        self, device_id: str, properties: Mapping[str, Any], now: datetime
    ) -> None:
        """Remember the properties of a device that an action has changed."""
        until = now + _OVERRIDE_FOR
        self._devices.setdefault(device_id, {}).update(
            {name: (value, until) for name, value in properties.items()}
        )

    def apply_to_device(self, device: Device, now: datetime) -> Device:
        """Return a listed device with its changes, which end once the list has them."""
        changes = {
            name: (value, until)
            for name, (value, until) in self._devices.pop(device.device_id, {}).items()
            if getattr(device.properties, name) != value
            and not is_due(until, now, _OVERRIDE_FOR)
        }
        if not changes:
            return device
        self._devices[device.device_id] = changes
        changed = {name: value for name, (value, _) in changes.items()}
        return replace(device, properties=replace(device.properties, **changed))

    def overrides_device(self, device_id: str) -> bool:
        """Return whether a change overrides what the last list had of a device."""
        return bool(self._devices.get(device_id))

    def forget_locked(self, device_id: str) -> None:
        """Forget how an action has left a lock, as it was operated since."""
        self._devices.get(device_id, {}).pop("locked", None)
