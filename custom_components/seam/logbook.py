"""Readable lines in the activity log."""

from collections.abc import Callable
from typing import Final

from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.components.logbook import (
    LOGBOOK_ENTRY_ENTITY_ID,
    LOGBOOK_ENTRY_MESSAGE,
    LOGBOOK_ENTRY_NAME,
)
from homeassistant.const import ATTR_ENTITY_ID, ATTR_NAME
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .picture import Lock
from .sync import News

EVENT_ACTIVITY: Final = f"{DOMAIN}_activity"

_DONE: Final = {
    "lock.locked": "was locked",
    "lock.unlocked": "was unlocked",
    "lock.access_denied": "denied access",
}
_HOW: Final = {
    "automatic": "by itself",
    "card": "with a card",
    "keycode": "with a code",
    "manual": "by hand",
    "mobile_key": "with a phone",
    "remote": "from afar",
    "seamapi": "from afar",
}


@callback
def async_fire_activity(hass: HomeAssistant, lock: Lock, news: News) -> None:
    """Have the activity log say what happened at a lock."""
    if (done := _DONE.get(news.event.event_type)) is None:
        return
    if news.code_name:
        how = f"with the code {news.code_name}"
    else:
        how = _HOW.get(news.event.method or "", "")
    entity_id = er.async_get(hass).async_get_entity_id(
        LOCK_DOMAIN, DOMAIN, f"{lock.device_id}_lock"
    )
    hass.bus.async_fire(
        EVENT_ACTIVITY,
        {
            ATTR_ENTITY_ID: entity_id,
            ATTR_NAME: lock.device.name,
            "message": f"{done} {how}".strip(),
        },
    )


@callback
def async_describe_events(
    hass: HomeAssistant,
    async_describe_event: Callable[[str, str, Callable[[Event], dict[str, str]]], None],
) -> None:
    """Tell the activity log how to read the event."""

    @callback
    def describe(event: Event) -> dict[str, str]:
        return {
            LOGBOOK_ENTRY_NAME: event.data[ATTR_NAME],
            LOGBOOK_ENTRY_MESSAGE: event.data["message"],
            LOGBOOK_ENTRY_ENTITY_ID: event.data[ATTR_ENTITY_ID],
        }

    async_describe_event(DOMAIN, EVENT_ACTIVITY, describe)
