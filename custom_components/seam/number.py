"""Number platform for Seam."""

from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
)
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .actions.device import (
    async_configure_auto_lock,
    async_read_device,
    auto_lock_in_turn,
)
from .const import MAX_AUTO_LOCK_DELAY
from .coordinator import SeamConfigEntry
from .entity import SeamAutoLockEntity, async_add_lock_entities
from .errors import refusal

# Seam limits the requests for each lock itself.
PARALLEL_UPDATES = 0

AUTO_LOCK_DELAY = NumberEntityDescription(
    key="auto_lock_delay",
    translation_key="auto_lock_delay",
    device_class=NumberDeviceClass.DURATION,
    entity_category=EntityCategory.CONFIG,
    native_max_value=MAX_AUTO_LOCK_DELAY,
    native_min_value=1,
    native_step=1,
    native_unit_of_measurement=UnitOfTime.SECONDS,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the numbers of all locks in a workspace."""
    async_add_lock_entities(
        entry,
        async_add_entities,
        SeamAutoLockDelay,
        [AUTO_LOCK_DELAY],
        lambda _description, lock: lock.device.can_configure_auto_lock is not None,
    )


class SeamAutoLockDelay(SeamAutoLockEntity, NumberEntity):
    """How long a lock waits before it locks itself."""

    @property
    @override
    def native_value(self) -> int | None:
        """Return the delay in seconds, None if Seam does not know it."""
        return self.seam_lock.device.properties.auto_lock_delay_seconds

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set the delay, unless that would turn on auto-lock."""
        async with auto_lock_in_turn(self):
            device = await async_read_device(self)
            if not device.properties.auto_lock_enabled:
                raise refusal("auto_lock_off", lock=device.name)
            await async_configure_auto_lock(
                self, auto_lock_enabled=True, auto_lock_delay_seconds=round(value)
            )
