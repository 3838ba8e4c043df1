"""How the activity log reads our event."""

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
    """Tell the activity log how to read it."""

    @callback
    def describe(event: Event) -> dict[str, str]:
        # The recorder keeps events without their data where it cannot store that.
        code_response = {
            LOGBOOK_ENTRY_NAME: event.data.get(ATTR_NAME, "Seam"),
            LOGBOOK_ENTRY_MESSAGE: event.data.get(ATTR_MESSAGE, "told of something"),
        }
        if entity_id := event.data.get(ATTR_ENTITY_ID):
            code_response[LOGBOOK_ENTRY_ENTITY_ID] = entity_id
        return code_response

    async_describe_event(DOMAIN, EVENT_ACTIVITY, describe)
