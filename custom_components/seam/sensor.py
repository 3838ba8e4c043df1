"""How many codes a lock holds and how they do, and the charge of its batteries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import AccessCode
from .coordinator import SeamConfigEntry
from .entity import SeamLockEntity, async_add_lock_entities
from .presentation import async_code_lists
from .sync import Lock

# The coordinator does the talking.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SeamSensorDescription(SensorEntityDescription):
    """A number that a device tells."""

    value_fn: Callable[[Lock], int | None]
    exists_fn: Callable[[Lock], bool]


@dataclass(frozen=True, kw_only=True)
class SeamCodesDescription(SensorEntityDescription):
    """One kind of codes."""

    codes_fn: Callable[[Lock], tuple[AccessCode, ...]]


SENSORS = (
    SeamSensorDescription(
        key="battery",
        device_class=SensorDeviceClass.BATTERY,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda lock: _percent(lock.device.battery_level),
        exists_fn=lambda lock: lock.device.battery_level is not None,
    ),
    SeamSensorDescription(
        key="keypad_battery",
        translation_key="keypad_battery",
        device_class=SensorDeviceClass.BATTERY,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda lock: _percent(lock.device.keypad_battery_level),
        exists_fn=lambda lock: lock.device.keypad_battery_level is not None,
    ),
)
CODE_SENSORS = (
    SeamCodesDescription(
        key="managed_access_codes",
        translation_key="managed_access_codes",
        state_class=SensorStateClass.MEASUREMENT,
        codes_fn=lambda lock: lock.managed,
    ),
    SeamCodesDescription(
        key="unmanaged_access_codes",
        translation_key="unmanaged_access_codes",
        state_class=SensorStateClass.MEASUREMENT,
        codes_fn=lambda lock: lock.unmanaged,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of a workspace's locks."""
    async_add_lock_entities(
        entry,
        async_add_entities,
        SeamSensor,
        SENSORS,
        lambda description, lock: description.exists_fn(lock),
    )
    async_add_lock_entities(
        entry,
        async_add_entities,
        SeamCodesSensor,
        CODE_SENSORS,
        lambda _description, lock: lock.device.has_access_codes,
    )


class SeamSensor(SeamLockEntity, SensorEntity):
    """A number that a device tells."""

    entity_description: SeamSensorDescription

    @property
    @override
    def native_value(self) -> int | None:
        """Return the number, None while the device does not tell it."""
        return self.entity_description.value_fn(self.seam_lock)


class SeamCodesSensor(SeamLockEntity, SensorEntity):
    """The number of codes of one kind, and all about them but the PINs."""

    entity_description: SeamCodesDescription

    # They are for looking at now: in the database they would only be names of guests.
    _unrecorded_attributes = frozenset({"access_codes", "errors", "warnings"})

    @property
    @override
    def available(self) -> bool:
        """Return whether the codes are known."""
        return super().available and self.seam_lock.has_codes

    @property
    @override
    def native_value(self) -> int:
        """Return how many there are."""
        return len(self.entity_description.codes_fn(self.seam_lock))

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return the codes with their errors and warnings."""
        lock = self.seam_lock
        return async_code_lists(self.hass, lock, self.entity_description.codes_fn(lock))


def _percent(level: float | None) -> int | None:
    return None if level is None else round(level * 100)
