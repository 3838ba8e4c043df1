"""How many codes a lock holds and how they do, and the charge of its batteries."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfRatio
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .api import AccessCode, CodeStatus
from .attributes import async_code_lists, label
from .const import CONF_CODE_SENSORS
from .coordinator import SeamConfigEntry, SeamCoordinator
from .entity import SeamLockEntity, async_add_lock_entities
from .sync.snapshot import LockData

# The coordinator does the talking.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SeamSensorDescription(SensorEntityDescription):
    """A number that a device tells."""

    value_fn: Callable[[LockData], int | datetime | None]
    exists_fn: Callable[[LockData], bool]
    known_fn: Callable[[LockData], bool] = lambda _lock: True


@dataclass(frozen=True, kw_only=True)
class SeamCodesDescription(SensorEntityDescription):
    """One kind of codes."""

    codes_fn: Callable[[LockData], tuple[AccessCode, ...]]


def _next_change(lock: LockData) -> datetime | None:
    """Return when the next code of the lock starts or ends."""
    now = dt_util.utcnow()
    moments = (
        moment for code in lock.codes for moment in (code.starts_at, code.ends_at)
    )
    return min((moment for moment in moments if moment and moment > now), default=None)


def _percent(level: float | None) -> int | None:
    return None if level is None else round(level * 100)


SENSORS = (
    SeamSensorDescription(
        key="battery",
        device_class=SensorDeviceClass.BATTERY,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda lock: _percent(lock.device.battery_level),
        exists_fn=lambda lock: lock.device.battery_level is not None,
    ),
    SeamSensorDescription(
        key="keypad_battery",
        translation_key="keypad_battery",
        device_class=SensorDeviceClass.BATTERY,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda lock: _percent(lock.device.keypad_battery_level),
        exists_fn=lambda lock: lock.device.keypad_battery_level is not None,
    ),
    SeamSensorDescription(
        key="free_code_slots",
        translation_key="free_code_slots",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda lock: lock.free_slots_at(dt_util.utcnow()),
        exists_fn=lambda lock: (
            lock.device.properties.max_active_codes_supported is not None
        ),
        known_fn=lambda lock: lock.has_codes,
    ),
    SeamSensorDescription(
        key="next_code_change",
        translation_key="next_code_change",
        device_class=SensorDeviceClass.TIMESTAMP,
        # The calendar tells the same, and more.
        entity_registry_enabled_default=False,
        value_fn=_next_change,
        exists_fn=lambda lock: lock.device.has_access_codes,
        known_fn=lambda lock: lock.has_codes,
    ),
)
CODE = SensorEntityDescription(
    key="access_code",
    translation_key="access_code",
    device_class=SensorDeviceClass.ENUM,
    options=[status.value for status in CodeStatus],
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
    _async_keep_code_sensors(hass, entry, async_add_entities)


@callback
def _async_keep_code_sensors(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Have a sensor for each code if that is wanted, and none for codes that are gone."""
    coordinator = entry.runtime_data
    is_wanted = entry.options.get(CONF_CODE_SENSORS, False)
    known: set[str] = set()

    @callback
    def update() -> None:
        wanted = {
            code_sensor_id(code): code
            for lock in coordinator.data.locks.values()
            for code in lock.codes
            if is_wanted
        }
        registry = er.async_get(hass)
        for registered in er.async_entries_for_config_entry(registry, entry.entry_id):
            if (
                registered.translation_key == CODE.translation_key
                and registered.unique_id not in wanted
                and not (is_wanted and _are_codes_unknown(coordinator, registered))
            ):
                registry.async_remove(registered.entity_id)
        known.intersection_update(wanted)
        if new := wanted.keys() - known:
            known.update(new)
            async_add_entities(
                SeamCodeSensor(coordinator, wanted[unique_id])
                for unique_id in sorted(new)
            )

    update()
    if is_wanted:
        entry.async_on_unload(coordinator.async_add_listener(update))


def _are_codes_unknown(
    coordinator: SeamCoordinator, registered: er.RegistryEntry
) -> bool:
    """Return whether Seam could not tell the codes of the lock of a code's sensor.

    Nor can it where an answer lacks the lock: if that is gone, its device is removed,
    and the sensors with it.
    """
    return not any(
        registered.unique_id.startswith(f"{lock.device_id}_") and lock.has_codes
        for lock in coordinator.data.locks.values()
    )


class SeamSensor(SeamLockEntity, SensorEntity):
    """A number that a device tells."""

    entity_description: SeamSensorDescription

    @property
    @override
    def available(self) -> bool:
        """Return whether what it tells is known."""
        return super().available and self.entity_description.known_fn(self.seam_lock)

    @property
    @override
    def native_value(self) -> int | datetime | None:
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


def code_sensor_id(code: AccessCode) -> str:
    """Return the unique id of a code's own sensor."""
    return f"{code.device_id}_{code.access_code_id}"


class SeamCodeSensor(SeamLockEntity, SensorEntity):
    """Whether one code is on its lock. It keeps its id when the code is renamed."""

    def __init__(self, coordinator: SeamCoordinator, code: AccessCode) -> None:
        """Take the code."""
        super().__init__(coordinator, code.device_id, CODE)
        self._access_code_id = code.access_code_id
        self._attr_unique_id = code_sensor_id(code)
        self._attr_name = label(code)

    @property
    def _code(self) -> AccessCode | None:
        lock = self.coordinator.data.locks.get(self.device_id)
        return lock.code(self._access_code_id) if lock else None

    @property
    @override
    def available(self) -> bool:
        """Return whether the code is known."""
        return super().available and self.seam_lock.has_codes and self._code is not None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Follow the code's name."""
        if code := self._code:
            self._attr_name = label(code)
        super()._handle_coordinator_update()

    @property
    @override
    def native_value(self) -> str | None:
        """Return whether it is on the lock."""
        return self._code.status_at(dt_util.utcnow()).value if self._code else None
