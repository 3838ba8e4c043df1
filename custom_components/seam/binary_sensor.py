"""Whether a lock's codes have problems, whether it is online, and its door."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SeamConfigEntry
from .entity import SeamLockEntity, SeamWorkspaceEntity, async_add_lock_entities
from .picture import Lock

# The coordinator does the talking.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SeamBinarySensorDescription(BinarySensorEntityDescription):
    """Something about a lock that is or is not so."""

    value_fn: Callable[[Lock], bool | None]
    exists_fn: Callable[[Lock], bool]
    known_fn: Callable[[Lock], bool] = lambda _lock: True


BINARY_SENSORS = (
    SeamBinarySensorDescription(
        key="access_code_problem",
        translation_key="access_code_problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        value_fn=lambda lock: any(code.own_errors for code in lock.codes),
        exists_fn=lambda lock: lock.device.has_access_codes,
        known_fn=lambda lock: lock.has_codes,
    ),
    SeamBinarySensorDescription(
        key="connectivity",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda lock: lock.device.properties.online,
        exists_fn=lambda lock: lock.device.properties.online is not None,
    ),
    SeamBinarySensorDescription(
        key="door",
        device_class=BinarySensorDeviceClass.DOOR,
        value_fn=lambda lock: lock.device.properties.door_open,
        exists_fn=lambda lock: lock.device.properties.door_open is not None,
    ),
)

WORKSPACE_PROBLEM = BinarySensorEntityDescription(
    key="access_code_problem",
    translation_key="access_code_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of a workspace and of its locks."""
    async_add_entities([SeamWorkspaceProblem(entry.runtime_data, WORKSPACE_PROBLEM)])
    async_add_lock_entities(
        entry,
        async_add_entities,
        SeamBinarySensor,
        BINARY_SENSORS,
        lambda description, lock: description.exists_fn(lock),
    )


class SeamBinarySensor(SeamLockEntity, BinarySensorEntity):
    """Something about a lock that is or is not so."""

    entity_description: SeamBinarySensorDescription

    @property
    @override
    def available(self) -> bool:
        """Return whether what it tells about is known."""
        return super().available and self.entity_description.known_fn(self.seam_lock)

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether it is so, None while the device does not tell."""
        return self.entity_description.value_fn(self.seam_lock)


class SeamWorkspaceProblem(SeamWorkspaceEntity, BinarySensorEntity):
    """Whether a code on any lock has an error of its own."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether there is one."""
        return any(
            code.own_errors
            for lock in self.coordinator.data.locks.values()
            for code in lock.codes
        )
