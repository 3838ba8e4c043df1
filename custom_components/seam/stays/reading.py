"""Reads the bookings from a calendar entity."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.components.calendar import (
    DATA_COMPONENT,
    CalendarEntity,
    CalendarEvent,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from .bookings import Answer, Booking
from .settings import CONF_CALENDAR, CONF_CALENDAR_ID

_LOGGER = logging.getLogger(__name__)

# So long that a calendar in use is hardly ever empty.
_PAST: Final = timedelta(days=60)
_FUTURE: Final = timedelta(days=400)
_TIMEOUT: Final = 60

_UPDATES: Final[HassKey[dict[CalendarEntity, asyncio.Task[datetime | None]]]] = HassKey(
    f"{DOMAIN}_calendar_updates"
)
"""The updates that are running. One that hangs ends with its entity."""


@callback
def async_identify_calendar(
    hass: HomeAssistant, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return settings with the calendar's registry ID and its current entity ID.

    After a rename, the entity ID may belong to another calendar.
    """
    found = er.async_get(hass).async_get(
        settings.get(CONF_CALENDAR_ID) or settings[CONF_CALENDAR]
    )
    if found is None:
        return dict(settings)
    return {**settings, CONF_CALENDAR: found.entity_id, CONF_CALENDAR_ID: found.id}


def calendar_entity(
    hass: HomeAssistant, settings: Mapping[str, Any]
) -> CalendarEntity | None:
    """Return the calendar of stays, None if it is not set up, was removed, or is ours."""
    entity_id = er.async_resolve_entity_id(
        er.async_get(hass), settings.get(CONF_CALENDAR_ID) or settings[CONF_CALENDAR]
    )
    component = hass.data.get(DATA_COMPONENT)
    entity = component.get_entity(entity_id) if component and entity_id else None
    # Codes would be made of codes.
    return None if entity and entity.platform.platform_name == DOMAIN else entity


async def async_update_calendar(
    hass: HomeAssistant, settings: Mapping[str, Any]
) -> datetime | None:
    """Have a calendar read its source again; return when that began.

    All who ask meanwhile share the update. Without a new answer, nothing is returned.
    """
    if (entity := calendar_entity(hass, settings)) is None:
        return None
    updates = hass.data.setdefault(_UPDATES, {})
    if (task := updates.get(entity)) is None:
        task = updates[entity] = hass.async_create_background_task(
            _async_update(hass, entity), f"{DOMAIN} calendar update"
        )
        task.add_done_callback(lambda _: updates.pop(entity))
    # If an entry canceled it, a remote calendar would not be available for a day.
    done, _ = await asyncio.wait({task}, timeout=_TIMEOUT)
    return task.result() if done else None


async def _async_update(hass: HomeAssistant, entity: CalendarEntity) -> datetime | None:
    began_at = dt_util.utcnow()
    try:
        if isinstance(entity, CoordinatorEntity):
            # The entity's own update returns at once while another one is running.
            await entity.coordinator.async_refresh()
            if not entity.coordinator.last_update_success:
                return None
        elif entity._update_staged:  # noqa: SLF001 # Nothing else shows that.
            return None
        else:
            # Unlike Home Assistant's helper, this raises if it fails.
            await entity.async_device_update()
        if hass.data[DATA_COMPONENT].get_entity(entity.entity_id) is not entity:
            # It was removed or reloaded, and would start its timers again.
            return None
        entity.async_write_ha_state()
    except Exception as err:  # noqa: BLE001 # As for reads.
        _LOGGER.debug("Could not update %s: %s", entity.entity_id, type(err).__name__)
        return None
    return began_at


async def async_read_bookings(
    hass: HomeAssistant, settings: Mapping[str, Any], now: datetime
) -> Answer | None:
    """Return all bookings of a calendar, None if it cannot be read."""
    entity = calendar_entity(hass, settings)
    if entity is None or not entity.available:
        return None
    local = dt_util.as_local(now)
    try:
        async with asyncio.timeout(_TIMEOUT):
            events = await entity.async_get_events(hass, local - _PAST, local + _FUTURE)
        bookings = [_booking(event) for event in events if _has_times(event)]
    except Exception as err:  # noqa: BLE001 # Calendars raise what their libraries raise.
        # The text may quote a booking.
        _LOGGER.debug("Could not read %s: %s", entity.entity_id, type(err).__name__)
        return None
    return Answer(bookings=bookings, read_at=now)


def _has_times(event: CalendarEvent) -> bool:
    """Return whether an event has times. Home Assistant only checks new events."""
    return isinstance(event.start, date) and isinstance(event.end, date)


def _booking(event: CalendarEvent) -> Booking:
    """Return an event with the types that the comparison relies on."""
    return Booking(
        uid=_text(event.uid),
        recurrence_id=_text(event.recurrence_id),
        start=event.start,
        end=event.end,
        summary=_text(event.summary) or "",
        description=_text(event.description) or "",
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
