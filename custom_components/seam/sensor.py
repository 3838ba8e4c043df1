"""Sensors for access codes and batteries of locks."""

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

from .api import AccessCode
from .attributes import MAY_BE_OUTDATED, async_code_lists, async_codes, label
from .const import CONF_CODE_SENSORS
from .coordinator import SeamConfigEntry, SeamCoordinator
from .entity import SeamLockEntity, async_add_in_batches, async_add_lock_entities
from .stays.entity import SeamStaysVerdictEntity, async_add_stays_entities
from .sync.code_state import CodeState, code_state
from .sync.snapshot import LockData

# Coordinator is used to centralize the data updates
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SeamSensorEntityDescription(SensorEntityDescription):
    """Describes a sensor for one value of a lock."""

    value_fn: Callable[[LockData], int | datetime | None]
    exists_fn: Callable[[LockData], bool]
    known_fn: Callable[[LockData], bool] = lambda _lock: True


@dataclass(frozen=True, kw_only=True)
class SeamCodeCountEntityDescription(SensorEntityDescription):
    """Describes a sensor that counts the managed or the unmanaged codes of a lock."""

    codes_fn: Callable[[LockData], tuple[AccessCode, ...]]
    known_fn: Callable[[LockData], bool]


def _next_change(lock: LockData) -> datetime | None:
    """Return when the next code of a lock starts or ends."""
    now = dt_util.utcnow()
    moments = (
        moment for code in lock.codes for moment in (code.starts_at, code.ends_at)
    )
    return min((moment for moment in moments if moment and moment > now), default=None)


def _percent(level: float | None) -> int | None:
    return None if level is None else round(level * 100)


SENSORS = (
    SeamSensorEntityDescription(
        key="battery",
        device_class=SensorDeviceClass.BATTERY,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda lock: _percent(lock.device.battery_level),
        exists_fn=lambda lock: lock.device.battery_level is not None,
    ),
    SeamSensorEntityDescription(
        key="keypad_battery",
        translation_key="keypad_battery",
        device_class=SensorDeviceClass.BATTERY,
        entity_category=EntityCategory.DIAGNOSTIC,
        native_unit_of_measurement=UnitOfRatio.PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda lock: _percent(lock.device.keypad_battery_level),
        exists_fn=lambda lock: lock.device.keypad_battery_level is not None,
    ),
    SeamSensorEntityDescription(
        key="free_code_slots",
        translation_key="free_code_slots",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda lock: lock.free_slots_at(dt_util.utcnow()),
        exists_fn=lambda lock: (
            lock.device.properties.max_active_codes_supported is not None
        ),
        known_fn=lambda lock: lock.has_all_codes,
    ),
    SeamSensorEntityDescription(
        key="next_code_change",
        translation_key="next_code_change",
        device_class=SensorDeviceClass.TIMESTAMP,
        # The calendar shows the same and more.
        entity_registry_enabled_default=False,
        value_fn=_next_change,
        exists_fn=lambda lock: lock.device.has_access_codes,
        known_fn=lambda lock: lock.has_all_codes,
    ),
)
CODE_SENSOR = SensorEntityDescription(
    key="access_code",
    translation_key="access_code",
    device_class=SensorDeviceClass.ENUM,
    options=[state.value for state in CodeState],
)
CODE_ATTRIBUTES = frozenset(
    {"access_code_id", "starts_at", "ends_at", "scheduled_at", "errors", "warnings"}
)
CODE_COUNT_SENSORS = (
    SeamCodeCountEntityDescription(
        key="managed_access_codes",
        translation_key="managed_access_codes",
        state_class=SensorStateClass.MEASUREMENT,
        codes_fn=lambda lock: lock.managed,
        known_fn=lambda lock: lock.has_codes,
    ),
    SeamCodeCountEntityDescription(
        key="unmanaged_access_codes",
        translation_key="unmanaged_access_codes",
        state_class=SensorStateClass.MEASUREMENT,
        codes_fn=lambda lock: lock.unmanaged,
        known_fn=lambda lock: lock.has_all_codes,
    ),
)

NEXT_ARRIVAL = SensorEntityDescription(
    key="next_arrival",
    translation_key="next_arrival",
    device_class=SensorDeviceClass.TIMESTAMP,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sensors of all locks in a workspace."""
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
        SeamCodeCountSensor,
        CODE_COUNT_SENSORS,
        lambda _description, lock: lock.device.has_access_codes,
    )
    _async_manage_code_sensors(hass, entry, async_add_entities)
    async_add_stays_entities(
        hass, entry, async_add_entities, SeamNextArrival, NEXT_ARRIVAL
    )


@callback
def _async_manage_code_sensors(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a sensor for each code if the option is on, and remove all others."""
    coordinator = entry.runtime_data
    is_enabled = entry.options.get(CONF_CODE_SENSORS, False)
    known: set[str] = set()

    @callback
    def update() -> None:
        wanted = {
            code_sensor_id(code): code
            for lock in coordinator.data.locks.values()
            for code in lock.codes
            if is_enabled
        }
        registry = er.async_get(hass)
        for registered in er.async_entries_for_config_entry(registry, entry.entry_id):
            if (
                registered.translation_key == CODE_SENSOR.translation_key
                and registered.unique_id not in wanted
                and (not is_enabled or _are_codes_known(coordinator, registered))
            ):
                registry.async_remove(registered.entity_id)
        known.intersection_update(wanted)
        if new := wanted.keys() - known:
            known.update(new)
            async_add_in_batches(
                entry,
                async_add_entities,
                (
                    SeamCodeSensor(coordinator, wanted[unique_id])
                    for unique_id in sorted(new)
                    # It may have been removed in the meantime.
                    if unique_id in known
                ),
            )

    update()
    if is_enabled:
        entry.async_on_unload(coordinator.async_add_listener(update))


def _are_codes_known(
    coordinator: SeamCoordinator, registered: er.RegistryEntry
) -> bool:
    """Return whether the codes of the lock that a code's sensor belongs to are known.

    They are not known for a lock that is missing from an answer. The sensors of a lock
    that is gone are removed with its device.
    """
    return any(
        registered.unique_id.startswith(f"{lock.device_id}_") and lock.has_all_codes
        for lock in coordinator.data.locks.values()
    )


class SeamSensor(SeamLockEntity, SensorEntity):
    """Sensor for one value of a lock."""

    entity_description: SeamSensorEntityDescription

    @property
    @override
    def available(self) -> bool:
        """Return whether the value is known."""
        return super().available and self.entity_description.known_fn(self.seam_lock)

    @property
    @override
    def native_value(self) -> int | datetime | None:
        """Return the value, None while the lock does not report it."""
        return self.entity_description.value_fn(self.seam_lock)


class SeamCodeCountSensor(SeamLockEntity, SensorEntity):
    """Number of managed or unmanaged codes, with their details but no PINs."""

    entity_description: SeamCodeCountEntityDescription

    # Keep the names of guests out of the database.
    _unrecorded_attributes = frozenset({"access_codes", "errors", "warnings"})

    @property
    @override
    def available(self) -> bool:
        """Return whether the codes are known."""
        return super().available and self.entity_description.known_fn(self.seam_lock)

    @property
    @override
    def native_value(self) -> int:
        """Return the number of codes."""
        return len(self.entity_description.codes_fn(self.seam_lock))

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return the codes with their errors and warnings."""
        lock = self.seam_lock
        codes = self.entity_description.codes_fn(lock)
        return async_code_lists(self.hass, lock, codes, self.seam_account) | {
            MAY_BE_OUTDATED: self.coordinator.data.may_be_outdated(lock)
        }


def code_sensor_id(code: AccessCode) -> str:
    """Return the unique ID of a code's own sensor."""
    return f"{code.device_id}_{code.access_code_id}"


class SeamCodeSensor(SeamLockEntity, SensorEntity):
    """State of one code. It keeps its entity ID when the code is renamed."""

    _unrecorded_attributes = CODE_ATTRIBUTES

    def __init__(self, coordinator: SeamCoordinator, code: AccessCode) -> None:
        """Initialize the sensor."""
        super().__init__(coordinator, code.device_id, CODE_SENSOR)
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
        if not super().available or (code := self._code) is None:
            return False
        return self.seam_lock.knows(code)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Update the name, which may change with the code's."""
        if code := self._code:
            self._attr_name = label(code)
        super()._handle_coordinator_update()

    @property
    @override
    def native_value(self) -> str | None:
        """Return the state of the code."""
        if (code := self._code) is None:
            return None
        return code_state(self.seam_lock, code, dt_util.utcnow()).value

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return the times, errors, and warnings of the code."""
        if (code := self._code) is None:
            return None
        [row] = async_codes(self.hass, self.seam_lock, [code], self.seam_account)
        return {key: row[key] for key in CODE_ATTRIBUTES}


class SeamNextArrival(SeamStaysVerdictEntity, SensorEntity):
    """Sensor for when the next guest arrives."""

    _unrecorded_attributes = frozenset(
        {"name", "starts_at", "ends_at", "verdict", "reason", "advice", "locks"}
    )

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return the time, None while nobody is expected."""
        arrival = self.watch.next()
        return arrival.span.starts_at if arrival else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return who arrives, where, and whether they will get in."""
        arrival = self.watch.next()
        return self.arrival_attributes(arrival) if arrival else None
