"""Switch platform for Seam."""

from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .actions.device import (
    async_change_device,
    async_configure_auto_lock,
    async_read_device,
    auto_lock_in_turn,
)
from .const import MAX_AUTO_LOCK_DELAY
from .coordinator import SeamConfigEntry
from .entity import SeamAutoLockEntity, SeamLockEntity, async_add_lock_entities

# Seam limits the requests for each lock itself.
PARALLEL_UPDATES = 0

AUTO_LOCK = SwitchEntityDescription(
    key="auto_lock",
    translation_key="auto_lock",
    entity_category=EntityCategory.CONFIG,
)
BACKUP_POOL = SwitchEntityDescription(
    key="backup_access_code_pool",
    translation_key="backup_access_code_pool",
    entity_category=EntityCategory.CONFIG,
)

# For a lock that does not report its delay, as Seam requires one.
_DEFAULT_DELAY: Final = 30


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches of all locks in a workspace."""
    async_add_lock_entities(
        entry,
        async_add_entities,
        SeamAutoLock,
        [AUTO_LOCK],
        lambda _description, lock: lock.device.can_configure_auto_lock is not None,
    )
    async_add_lock_entities(
        entry,
        async_add_entities,
        SeamBackupPool,
        [BACKUP_POOL],
        lambda _description, lock: bool(
            lock.device.properties.supports_backup_access_code_pool
        ),
    )


class SeamAutoLock(SeamAutoLockEntity, SwitchEntity):
    """Whether a lock locks itself."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether auto-lock is on, None if Seam does not know."""
        return self.seam_lock.device.properties.auto_lock_enabled

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn on auto-lock with the delay that the lock has."""
        async with auto_lock_in_turn(self):
            device = await async_read_device(self)
            delay = device.properties.auto_lock_delay_seconds or _DEFAULT_DELAY
            await async_configure_auto_lock(
                self,
                auto_lock_enabled=True,
                auto_lock_delay_seconds=min(delay, MAX_AUTO_LOCK_DELAY),
            )

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn off auto-lock."""
        async with auto_lock_in_turn(self):
            await async_configure_auto_lock(self, auto_lock_enabled=False)


class SeamBackupPool(SeamLockEntity, SwitchEntity):
    """Whether Seam keeps backup codes ready on a lock."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the pool is on."""
        lock = self.seam_lock
        is_on = lock.device.properties.backup_access_code_pool_enabled
        if is_on is not None:
            return is_on
        # Seam may not report a pool that was never turned on.
        return any(code.is_backup_access_code_available for code in lock.managed)

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Turn on the pool."""
        await self._async_set(is_on=True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Turn off the pool, which removes the backup codes that nobody has pulled."""
        await self._async_set(is_on=False)

    async def _async_set(self, *, is_on: bool) -> None:
        await async_change_device(
            self,
            lambda: self.coordinator.client.update_device(
                self.device_id, backup_access_code_pool_enabled=is_on
            ),
            changes_codes=True,
            backup_access_code_pool_enabled=is_on,
        )
