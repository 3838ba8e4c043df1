"""Reads the bookings from a calendar entity."""

import asyncio
from datetime import datetime, timedelta
import logging
from typing import Final

from homeassistant.components.calendar import (
    DATA_COMPONENT,
    CalendarEntity,
    CalendarEvent,
)
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .bookings import Answer, Booking

_LOGGER = logging.getLogger(__name__)

# So long that a calendar in use is hardly ever empty.
_PAST: Final = timedelta(days=60)
_FUTURE: Final = timedelta(days=400)
_TIMEOUT: Final = 60


def calendar_entity(hass: HomeAssistant, entity_id: str) -> CalendarEntity | None:
    """Return a calendar, None if it is not set up or not available."""
    component = hass.data.get(DATA_COMPONENT)
    entity = component.get_entity(entity_id) if component else None
    return entity if entity and entity.available else None


async def async_read_bookings(
    hass: HomeAssistant, entity_id: str, now: datetime
) -> Answer | None:
    """Return all bookings of a calendar, None if it cannot be read."""
    if (entity := calendar_entity(hass, entity_id)) is None:
        return None
    local = dt_util.as_local(now)
    try:
        async with asyncio.timeout(_TIMEOUT):
            events = await entity.async_get_events(hass, local - _PAST, local + _FUTURE)
    except Exception as err:  # noqa: BLE001 # Calendars raise what their libraries raise.
        # The text may quote a booking.
        _LOGGER.debug("Could not read %s: %s", entity_id, type(err).__name__)
        return None
    return Answer(bookings=[_booking(event) for event in events], read_at=now)


def _booking(event: CalendarEvent) -> Booking:
    return Booking(
        uid=event.uid,
        recurrence_id=event.recurrence_id,
        start=event.start,
        end=event.end,
        summary=event.summary,
        description=event.description or "",
    )
