"""What the entities of a lock have in common."""

from collections.abc import Callable, Iterable
from typing import override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import CONSOLE_URL, DOMAIN
from .coordinator import SeamConfigEntry, SeamCoordinator
from .sync.snapshot import LockData


class SeamLockEntity(CoordinatorEntity[SeamCoordinator]):
    """An entity of a lock. It reads the picture, and keeps only which one it shows."""

    _attr_has_entity_name = True
    _shown: tuple[LockData | None, bool] | None = None

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
    def seam_lock(self) -> LockData:
        """The lock, as last heard of."""
        return self.coordinator.data.locks[self.device_id]

    @property
    @override
    def available(self) -> bool:
        """Return whether Seam answers and has the lock."""
        return super().available and self.device_id in self.coordinator.data.locks

    @override
    async def async_added_to_hass(self) -> None:
        """Remember what is shown from the beginning."""
        await super().async_added_to_hass()
        self._shown = self._to_show()

    def _to_show(self) -> tuple[LockData | None, bool]:
        coordinator = self.coordinator
        return (
            coordinator.data.locks.get(self.device_id),
            coordinator.last_update_success,
        )

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state, unless nothing about this lock is new.

        In a large house every lock would be written for each change of one.
        """
        shown = self._to_show()
        if self._shown is None or any(
            new is not old for new, old in zip(shown, self._shown, strict=True)
        ):
            self._shown = shown
            super()._handle_coordinator_update()


class SeamWorkspaceEntity(CoordinatorEntity[SeamCoordinator]):
    """An entity of the workspace itself."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: SeamCoordinator, description: EntityDescription
    ) -> None:
        """Take what kind of entity this is."""
        super().__init__(coordinator)
        self.entity_description = description
        workspace = coordinator.workspace
        self._attr_unique_id = f"{workspace.workspace_id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, workspace.workspace_id)},
            entry_type=DeviceEntryType.SERVICE,
            name=workspace.name,
            manufacturer="Seam",
            model="Workspace",
            configuration_url=CONSOLE_URL,
        )


def async_add_lock_entities[D: EntityDescription](
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entity_class: Callable[[SeamCoordinator, str, D], SeamLockEntity],
    descriptions: Iterable[D],
    exists: Callable[[D, LockData], bool],
) -> None:
    """Add the entities of all locks, and of those that appear or learn more later."""
    coordinator = entry.runtime_data
    known: set[tuple[str, str]] = set()

    @callback
    def add_new() -> None:
        locks = coordinator.data.locks
        # A lock that was removed gets new entities if it comes back.
        known.intersection_update({pair for pair in known if pair[0] in locks})
        new: list[SeamLockEntity] = []
        for device_id, lock in locks.items():
            for description in descriptions:
                pair = (device_id, description.key)
                if pair in known or not exists(description, lock):
                    continue
                known.add(pair)
                new.append(entity_class(coordinator, device_id, description))
        if new:
            async_add_entities(new)

    add_new()
    entry.async_on_unload(coordinator.async_add_listener(add_new))
