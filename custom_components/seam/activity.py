"""Fire what happens on locks, for event entities, triggers and the activity log."""

from collections.abc import Iterable, Mapping, Set as AbstractSet
from typing import Final

from homeassistant.components.event import ATTR_EVENT_TYPE, DOMAIN as EVENT_DOMAIN
from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.const import ATTR_ENTITY_ID, ATTR_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.translation import async_translate_state_attr
from homeassistant.util import dt as dt_util
from homeassistant.util.signal_type import SignalType

from .api import Event
from .const import DOMAIN
from .sync.code_state import CodeState, code_state
from .sync.events import Occurrence
from .sync.snapshot import LockData

EVENT_ACTIVITY: Final = f"{DOMAIN}_activity"
SIGNAL_OCCURRENCE: Final[SignalType[LockData, Occurrence]] = SignalType(
    f"{DOMAIN}_occurrence"
)
ATTR_MESSAGE: Final = "message"
ATTR_IS_LOGGED: Final = "is_logged"

ACCESS_CODE_EVENTS: Final = "access_code."
ACCESS_CODE_ACTIVITY_KEY: Final = "access_code_activity"

_OPERATIONS: Final = {
    "device.tampered": "was tampered with",
    "lock.locked": "was locked",
    "lock.unlocked": "was unlocked",
    "lock.access_denied": "denied access",
}
# They announce or repeat what other events say.
_NOT_LOGGED: Final = ("access_code.changed", "access_code.mutations_requested")
_METHODS: Final = {
    "automatic": "automatically",
    "card": "with a card",
    "keycode": "with a code",
    "manual": "manually",
    "mobile_key": "with a phone",
    "remote": "remotely",
    "seamapi": "remotely",
}


def occurrence_signal(device_id: str) -> str:
    """Return the dispatcher signal for occurrences on a lock."""
    return f"{DOMAIN}_occurrence_{device_id}"


class ActivityDispatcher:
    """Fire occurrences once the entities of their lock exist."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize the dispatcher."""
        self._hass = hass
        self._waiting: list[Occurrence] = []
        self._ready: AbstractSet[str] = frozenset()
        self._is_started = False

    @callback
    def async_start(self, locks: Mapping[str, LockData]) -> None:
        """Fire what has waited for the platforms, which are set up now."""
        self._is_started = True
        self.async_fire((), locks)

    @callback
    def async_fire(
        self, occurrences: Iterable[Occurrence], locks: Mapping[str, LockData]
    ) -> None:
        """Fire occurrences for the activity log, the event entities and triggers."""
        pending = [*self._waiting, *occurrences]
        self._waiting = []
        for occurrence in pending:
            if (lock := locks.get(occurrence.event.device_id or "")) is None:
                continue
            if not self._is_started or lock.device_id not in self._ready:
                self._waiting.append(occurrence)
                continue
            _async_fire_activity(self._hass, lock, occurrence)
            async_dispatcher_send(
                self._hass, occurrence_signal(lock.device_id), occurrence
            )
            # Automations find the new states of the event entities.
            async_dispatcher_send(self._hass, SIGNAL_OCCURRENCE, lock, occurrence)
        self._ready = locks.keys()


@callback
def _async_fire_activity(
    hass: HomeAssistant, lock: LockData, occurrence: Occurrence
) -> None:
    """Fire the event that the activity log shows as a line."""
    if not is_logged(lock, occurrence.event):
        return
    data = {
        ATTR_NAME: lock_name(hass, lock),
        ATTR_MESSAGE: async_message(hass, occurrence),
    }
    # All lines belong to the lock, so users can hide the lines that Home Assistant adds
    # for the event entities. The user may have removed the entity.
    if entity_id := er.async_get(hass).async_get_entity_id(
        LOCK_DOMAIN, DOMAIN, f"{lock.device_id}_lock"
    ):
        data[ATTR_ENTITY_ID] = entity_id
    # Polls are a minute apart, and the log shows when an event was fired.
    at = min(occurrence.event.time, dt_util.utcnow())
    hass.bus.async_fire(EVENT_ACTIVITY, data, time_fired=at.timestamp())


@callback
def async_message(hass: HomeAssistant, occurrence: Occurrence) -> str | None:
    """Return what has happened on a lock as the end of a sentence about it."""
    event_type = occurrence.event.event_type
    if event_type in _OPERATIONS:
        return _operation_message(occurrence)
    if event_type.startswith(ACCESS_CODE_EVENTS):
        return _code_message(hass, occurrence)
    return None


def is_logged(lock: LockData, event: Event) -> bool:
    """Return whether the activity log and the panel show an event."""
    event_type = event.event_type
    if event_type == "access_code.removed_from_device":
        # A code that is deleted has another event for that.
        code = lock.code(event.access_code_id)
        return (
            code is not None
            and code_state(lock, code, dt_util.utcnow()) is not CodeState.REMOVING
        )
    return event_type in _OPERATIONS or (
        event_type.startswith(ACCESS_CODE_EVENTS) and event_type not in _NOT_LOGGED
    )


def lock_name(hass: HomeAssistant, lock: LockData) -> str:
    """Return the name of the lock, preferably the one given in Home Assistant."""
    devices = dr.async_get(hass).async_get_devices(
        identifiers={(DOMAIN, lock.device_id)}
    )
    names = (device.name_by_user for device in devices)
    return next(filter(None, names), lock.device.name)


def event_kind(event_type: str) -> str:
    """Return the event type of an event entity for a type of Seam's."""
    return event_type.partition(".")[2].replace(".", "_")


def _operation_message(occurrence: Occurrence) -> str:
    event = occurrence.event
    message = _OPERATIONS[event.event_type]
    if occurrence.code_name:
        message += f" with the code {occurrence.code_name}"
    elif how := _METHODS.get(event.method or ""):
        message += f" {how}"
    # Reason codes are readable, so they need no translation table.
    if reason := (event.reason_code or "").replace("_", " ") or event.reason_message:
        message += f": {reason}"
    return message


def _code_message(hass: HomeAssistant, occurrence: Occurrence) -> str:
    kind = event_kind(occurrence.event.event_type)
    what = async_translate_state_attr(
        hass,
        kind,
        EVENT_DOMAIN,
        DOMAIN,
        ACCESS_CODE_ACTIVITY_KEY,
        None,
        ATTR_EVENT_TYPE,
    )
    code = f"Code {occurrence.code_name}" if occurrence.code_name else "A code"
    # Event types that Seam adds later have no translation.
    return f"{code}: {what.replace('_', ' ')}"
