"""Lock platform for Seam."""

from typing import Any, override

from homeassistant.components.lock import LockEntity, LockEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .actions.device import async_change_device
from .coordinator import SeamConfigEntry
from .entity import SeamLockEntity, async_add_lock_entities
from .errors import refusal

# Seam limits the requests for each lock itself.
PARALLEL_UPDATES = 0

LOCK = LockEntityDescription(key="lock", name=None)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the locks of a workspace."""
    async_add_lock_entities(
        entry, async_add_entities, SeamLock, [LOCK], lambda _description, _lock: True
    )


class SeamLock(SeamLockEntity, LockEntity):
    """A lock, which may be just a keypad."""

    @property
    @override
    def available(self) -> bool:
        """Return whether Seam reaches the lock."""
        return (
            super().available and self.seam_lock.device.properties.online is not False
        )

    @property
    @override
    def is_locked(self) -> bool | None:
        """Return whether it is locked, or None if Seam does not know."""
        return self.seam_lock.device.properties.locked

    @property
    @override
    def is_locking(self) -> bool:
        """Return whether it is being locked."""
        return self._is_moving(locked=True)

    @property
    @override
    def is_unlocking(self) -> bool:
        """Return whether it is being unlocked."""
        return self._is_moving(locked=False)

    def _is_moving(self, *, locked: bool) -> bool:
        change = self.latest_change
        return change is not None and change.properties["locked"] is locked

    @property
    @override
    def changed_by(self) -> str | None:
        """Return the code that last locked or unlocked it, or else the method."""
        return self.seam_lock.changed_by

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """Lock the door."""
        self._check_supported(self.seam_lock.device.can_remotely_lock, "lock")
        client = self.coordinator.client
        await async_change_device(
            self, lambda: client.lock_door(self.device_id), locked=True
        )

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Unlock the door."""
        self._check_supported(self.seam_lock.device.can_remotely_unlock, "unlock")
        client = self.coordinator.client
        await async_change_device(
            self, lambda: client.unlock_door(self.device_id), locked=False
        )

    def _check_supported(self, supported: bool | None, verb: str) -> None:
        if not supported:
            reason = "not_now" if supported is False else "never"
            raise refusal(f"cannot_{verb}_{reason}", lock=self.seam_lock.device.name)
