"""The events of stays, for the event entity and the trigger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util.signal_type import SignalType

from ..attributes import local_time
from ..const import DOMAIN
from ..sync.occupancy import Span
from .arrivals import Arrival
from .describe import advice_of, lock_names, reason_of
from .runner import StaysRunner

EVENT_TYPES: Final = [
    "code_created",
    "code_ready",
    "changed",
    "cancelled",
    "at_risk",
    "arrived",
    "not_arrived",
    "used_after_end",
    "ended",
    "backup_pulled",
]


@dataclass(frozen=True, kw_only=True)
class StayEvent:
    """Something that happened, for the event entity and the trigger."""

    subentry_id: str
    event_type: str
    attributes: dict[str, Any] = field(repr=False)


SIGNAL_STAY_EVENT: Final[SignalType[StayEvent]] = SignalType(f"{DOMAIN}_stay_event")


@callback
def async_fire(
    hass: HomeAssistant,
    runner: StaysRunner,
    event_type: str,
    name: str,
    span: Span | None,
    places: Iterable[tuple[str, str | None]],
    why: Mapping[str, str | None] | None = None,
) -> None:
    """Fire an event with everything but the PIN."""
    places = list(places)
    attributes = {
        "name": runner.entry.runtime_data.secrets.mask_name(name),
        "locks": lock_names(runner.entry, [device_id for device_id, _ in places]),
        "starts_at": span and local_time(span.starts_at),
        "ends_at": span and local_time(span.ends_at),
        "access_code_ids": [code_id for _, code_id in places if code_id],
        **(why or {}),
    }
    event = StayEvent(
        subentry_id=runner.subentry.subentry_id,
        event_type=event_type,
        attributes={
            key: value for key, value in attributes.items() if value is not None
        },
    )
    async_dispatcher_send(hass, SIGNAL_STAY_EVENT, event)


@callback
def async_fire_arrival(
    hass: HomeAssistant, runner: StaysRunner, event_type: str, arrival: Arrival
) -> None:
    """Fire an event about a stay, with reason and advice if its guest is at risk."""
    why = None
    if event_type == "at_risk":
        why = {
            "reason": reason_of(hass, runner.entry, arrival),
            "advice": advice_of(hass, runner.entry, arrival),
        }
    async_fire(
        hass,
        runner,
        event_type,
        arrival.name,
        arrival.span,
        [(place.device_id, place.code_id) for place in arrival.places],
        why,
    )
