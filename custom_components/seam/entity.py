"""Base classes for Seam entities."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import batched
from typing import Any, Final, override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .api import ConnectedAccount
from .const import CONF_PANEL, CONSOLE_URL, DOMAIN, PANEL
from .coordinator import SeamConfigEntry, SeamCoordinator
from .sync.snapshot import LockData

_BATCH: Final = 10


def panel_url(entry: SeamConfigEntry, device_id: str) -> str | None:
    """Return the link to a lock in the panel, None if the panel is turned off."""
    if not entry.options.get(CONF_PANEL, True):
        return None
    return f"homeassistant://{PANEL}/lock/{device_id}"


@dataclass(eq=False)
class RunningChange:
    """A change of a device that an entity waits for."""

    properties: Mapping[str, Any]
    is_refused: bool = False
    """Whether the device stays as it is."""


class SeamLockEntity(CoordinatorEntity[SeamCoordinator]):
    """Base class for entities of a lock."""

    _attr_has_entity_name = True
    _written: tuple[object, ...] | None = None

    def __init__(
        self,
        coordinator: SeamCoordinator,
        device_id: str,
        description: EntityDescription,
    ) -> None:
        """Initialize the entity."""
        super().__init__(coordinator)
        self.entity_description = description
        self.device_id = device_id
        # The latest last.
        self._changes: list[RunningChange] = []
        self._attr_unique_id = f"{device_id}_{description.key}"
        device = self.seam_lock.device
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, device_id)},
            name=device.name,
            manufacturer=device.manufacturer,
            model=device.model,
            serial_number=device.properties.serial_number,
            # Removes a link from before the panel was turned off.
            configuration_url=panel_url(coordinator.config_entry, device_id),
        )

    @property
    def seam_lock(self) -> LockData:
        """The current data of the lock."""
        return self.coordinator.data.locks[self.device_id]

    @property
    def seam_account(self) -> ConnectedAccount | None:
        """The current data of the account of the lock, None if it is unknown."""
        return self.coordinator.data.account_of(self.seam_lock)

    @property
    @override
    def available(self) -> bool:
        """Return whether the last update succeeded and the lock exists."""
        return super().available and self.device_id in self.coordinator.data.locks

    @override
    async def async_added_to_hass(self) -> None:
        """Remember the data of the first state."""
        await super().async_added_to_hass()
        self._written = self._state_source()

    @property
    def latest_change(self) -> RunningChange | None:
        """The latest change that is running. The results of others are not shown."""
        return self._changes[-1] if self._changes else None

    @contextmanager
    def changing(self, properties: Mapping[str, Any]) -> Iterator[RunningChange]:
        """Make a change the latest one, and show that it is running.

        The one before counts again if this one is refused.
        """
        self._changes.append(change := RunningChange(properties))
        self.async_write_ha_state()
        try:
            yield change
        finally:
            if change in self._changes:
                first = self._changes.index(change) if change.is_refused else 0
                del self._changes[first : self._changes.index(change) + 1]
            self.async_write_ha_state()

    def _state_source(self) -> tuple[object, ...]:
        """Return the objects that the state depends on."""
        coordinator = self.coordinator
        lock = coordinator.data.locks.get(self.device_id)
        return (
            lock,
            lock and coordinator.data.account_of(lock),
            coordinator.last_update_success,
        )

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state only if the data of this lock has changed.

        Otherwise one change would write the states of all locks.
        """
        source = self._state_source()
        if self._written is None or any(
            new is not old for new, old in zip(source, self._written, strict=True)
        ):
            self._written = source
            super()._handle_coordinator_update()


class SeamAutoLockEntity(SeamLockEntity):
    """Base class for settings of a lock's auto-lock."""

    @property
    @override
    def available(self) -> bool:
        """Return whether auto-lock can currently be configured."""
        if not super().available:
            return False
        device = self.seam_lock.device
        return bool(device.can_configure_auto_lock) and (
            device.properties.online is not False
        )


class SeamWorkspaceEntity(CoordinatorEntity[SeamCoordinator]):
    """Base class for entities of a workspace."""

    _attr_has_entity_name = True

    def __init__(
        self, coordinator: SeamCoordinator, description: EntityDescription
    ) -> None:
        """Initialize the entity."""
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
    """Add the entities of all locks, and keep adding those that appear later."""
    coordinator = entry.runtime_data
    known: set[tuple[str, str]] = set()

    @callback
    def add_new() -> None:
        locks = coordinator.data.locks
        # A removed lock gets its entities again if it comes back.
        known.difference_update([pair for pair in known if pair[0] not in locks])
        new: list[tuple[str, D]] = []
        for device_id, lock in locks.items():
            for description in descriptions:
                pair = (device_id, description.key)
                if pair in known or not exists(description, lock):
                    continue
                known.add(pair)
                new.append((device_id, description))
        if new:
            async_add_in_batches(
                entry,
                async_add_entities,
                (
                    entity_class(coordinator, device_id, description)
                    for device_id, description in new
                    if device_id in coordinator.data.locks
                ),
            )

    add_new()
    entry.async_on_unload(coordinator.async_add_listener(add_new))


@callback
def async_add_in_batches(
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entities: Iterable[Entity],
) -> None:
    """Add entities little by little.

    Home Assistant sends several messages about each entity to all browsers, and
    disconnects those for which too many are waiting.
    """

    async def add() -> None:
        for batch in batched(entities, _BATCH, strict=False):
            async_add_entities(batch)
            await asyncio.sleep(0)

    entry.async_create_task(entry.runtime_data.hass, add())
