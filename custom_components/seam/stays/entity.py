"""Base class for entities of stays."""

from collections.abc import Callable
from typing import override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from ..attributes import JsonObject
from ..const import DOMAIN
from ..coordinator import SeamConfigEntry
from .arrivals import Arrival
from .describe import arrival_attributes
from .watch import StaysWatch, async_stays


class SeamStaysEntity(Entity):
    """Base class for entities of a subentry."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(self, watch: StaysWatch, description: EntityDescription) -> None:
        """Initialize the entity."""
        self.watch = watch
        self.entity_description = description
        subentry = watch.runner.subentry
        self._attr_unique_id = f"{subentry.subentry_id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, subentry.subentry_id)},
            entry_type=DeviceEntryType.SERVICE,
            name=subentry.title,
            manufacturer="Seam",
            model="Stays",
        )

    @override
    async def async_added_to_hass(self) -> None:
        """Write the state when the verdicts may have changed."""
        await super().async_added_to_hass()
        self.async_on_remove(self.watch.async_add_listener(self.async_write_ha_state))


class SeamStaysVerdictEntity(SeamStaysEntity):
    """Base class for entities that show verdicts."""

    @property
    @override
    def available(self) -> bool:
        """Return whether the calendar and the codes are known."""
        runner = self.watch.runner
        return (
            runner.entry.runtime_data.last_update_success
            and self.watch.arrivals is not None
            and not runner.is_calendar_lost
        )

    def arrival_attributes(self, arrival: Arrival) -> JsonObject:
        """Return who arrives where and when, and whether they will get in."""
        return arrival_attributes(self.hass, self.watch.runner.entry, arrival)


@callback
def async_add_stays_entities[D: EntityDescription](
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    entity_class: Callable[[StaysWatch, D], SeamStaysEntity],
    description: D,
) -> None:
    """Add an entity for each subentry."""
    for watch in async_stays(hass, entry):
        async_add_entities(
            [entity_class(watch, description)],
            config_subentry_id=watch.runner.subentry.subentry_id,
        )
