"""Describe activity events for the activity log."""

from collections.abc import Callable

from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_ENTITY_ID, ATTR_NAME
from homeassistant.core import Event, HomeAssistant, callback

from .activity import ATTR_MESSAGE, EVENT_ACTIVITY
from .const import DOMAIN


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, str]]], None],
) -> None:
    """Describe activity events."""

    @callback
    def describe(event: Event) -> dict[str, str]:
        # The recorder drops the data of an event that it cannot store.
        entry = {
            LOGBOOK_ENTRY_NAME: event.data.get(ATTR_NAME, "Seam"),
            LOGBOOK_ENTRY_MESSAGE: event.data.get(ATTR_MESSAGE, "reported an event"),
        }
        if entity_id := event.data.get(ATTR_ENTITY_ID):
            entry[LOGBOOK_ENTRY_ENTITY_ID] = entity_id
        return entry

    async_describe_event(DOMAIN, EVENT_ACTIVITY, describe)
