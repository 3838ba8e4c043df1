"""What the entities of a lock have in common."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .coordinator import SeamConfigEntry, SeamCoordinator
from .sync import Lock


class SeamLockEntity(CoordinatorEntity[SeamCoordinator]):
    """An entity of a lock. It reads the picture and keeps nothing of it."""

    _attr_has_entity_name = True

    def __init__(
        self,
        coordinator: SeamCoordinator,
        device_id: str,
        description: EntityDescription,
    ) -> None:
        """Take the lock's id and what kind of entity this is."""
        super().__init__(coordinator)
        self.entity_description = description
        self.device_id = device_id
        self._attr_unique_id = f"{device_id}_{description.key}"
        device = self.seam_lock.device
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, device_id)},
            name=device.name,
            manufacturer=device.manufacturer,
            model=device.model,
            serial_number=device.properties.serial_number,
        )

    @property
    def seam_lock(self) -> Lock:
        """The lock, as last heard of."""
        return self.coordinator.data.locks[self.device_id]

    @property
    @override
    def available(self) -> bool:
        """Return whether Seam answers and has the lock."""
        return super().available and self.device_id in self.coordinator.data.locks


def async_add_lock_entities[D: EntityDescription](
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entity_class: Callable[[SeamCoordinator, str, D], SeamLockEntity],
    descriptions: Iterable[D],
    exists: Callable[[D, Lock], bool],
) -> None:
    """Add the entities of all locks, and of those that appear or learn more later."""
    coordinator = entry.runtime_data
    known: set[tuple[str, str]] = set()

    @callback
    def add_new() -> None:
        new: list[SeamLockEntity] = []
        for device_id, lock in coordinator.data.locks.items():
            for description in descriptions:
                pair = (device_id, description.key)
                if pair in known or not exists(description, lock):
                    continue
                known.add(pair)
                entity = entity_class(coordinator, device_id, description)
                # A lock that was removed gets new entities if it comes back.
                entity.async_on_remove(partial(known.discard, pair))
                new.append(entity)
        if new:
            async_add_entities(new)

    add_new()
    entry.async_on_unload(coordinator.async_add_listener(add_new))
