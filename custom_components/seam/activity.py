"""What happens at the locks, as a line that people can read."""

from typing import Final

from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.const import ATTR_ENTITY_ID, ATTR_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN
from .news import News
from .picture import Lock

EVENT_ACTIVITY: Final = f"{DOMAIN}_activity"
ATTR_MESSAGE: Final = "message"

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
    data = {ATTR_NAME: lock.device.name, ATTR_MESSAGE: f"{done} {how}".strip()}
    # Somebody may have removed the lock's entity.
    if entity_id is not None:
        data[ATTR_ENTITY_ID] = entity_id
    hass.bus.async_fire(EVENT_ACTIVITY, data)
