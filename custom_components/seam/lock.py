"""Lock platform for Seam."""

from collections.abc import Awaitable, Callable
from typing import Any, override

from homeassistant.components.lock import LockEntity, LockEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .actions.device import async_change_device
from .api import ActionAttempt
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
    def changed_by(self) -> str | None:
        """Return the code that last locked or unlocked it, or else the method."""
        return self.seam_lock.changed_by

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """Lock the door."""
        self._check_supported(self.seam_lock.device.can_remotely_lock, "lock")
        await self._async_move(self.coordinator.client.lock_door, locked=True)

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Unlock the door."""
        self._check_supported(self.seam_lock.device.can_remotely_unlock, "unlock")
        await self._async_move(self.coordinator.client.unlock_door, locked=False)

    async def _async_move(
        self,
        request: Callable[[str], Awaitable[ActionAttempt | None]],
        *,
        locked: bool,
    ) -> None:
        """Lock or unlock the door, and show that while it is the latest request."""
        self._attr_is_locking, self._attr_is_unlocking = locked, not locked
        self.async_write_ha_state()
        try:
            await async_change_device(
                self, lambda: request(self.device_id), locked=locked
            )
        finally:
            if self.latest_change is None:
                self._attr_is_locking = self._attr_is_unlocking = False
            self.async_write_ha_state()

    def _check_supported(self, supported: bool | None, verb: str) -> None:
        if not supported:
            reason = "not_now" if supported is False else "never"
            raise refusal(f"cannot_{verb}_{reason}", lock=self.seam_lock.device.name)
