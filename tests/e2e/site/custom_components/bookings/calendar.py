"""Calendar that keeps its events in memory."""

from datetime import datetime
from itertools import count
from typing import Any, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityFeature,
    CalendarEvent,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util


async def async_setup_entry(
    hass: HomeAssistant,
    entry: ConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the calendar."""
    async_add_entities([Bookings()])


class Bookings(CalendarEntity):
    """Calendar to which events can be added in the user interface."""

    _attr_name = "Bookings"
    _attr_unique_id = "bookings"
    _attr_supported_features = (
        CalendarEntityFeature.CREATE_EVENT
        | CalendarEntityFeature.DELETE_EVENT
        | CalendarEntityFeature.UPDATE_EVENT
    )

    def __init__(self) -> None:
        """Initialize without events."""
        self._events: dict[str, CalendarEvent] = {}
        self._numbers = count()

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the current or next event."""
        now = dt_util.now()
        coming = [e for e in self._events.values() if e.end_datetime_local > now]
        return min(coming, key=lambda e: e.start_datetime_local, default=None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the events of a period."""
        return [
            event
            for event in self._events.values()
            if event.start_datetime_local < end_date
            and event.end_datetime_local > start_date
        ]

    @override
    async def async_create_event(self, **kwargs: Any) -> None:
        """Add an event."""
        self._save(f"{next(self._numbers)}@example.com", kwargs)

    @override
    async def async_update_event(
        self,
        uid: str,
        event: dict[str, Any],
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Change an event."""
        self._save(uid, event)

    @override
    async def async_delete_event(
        self,
        uid: str,
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Remove an event."""
        del self._events[uid]
        self._async_changed()

    def _save(self, uid: str, data: dict[str, Any]) -> None:
        self._events[uid] = CalendarEvent(
            uid=uid,
            start=data["dtstart"],
            end=data["dtend"],
            summary=data["summary"],
            description=data.get("description"),
        )
        self._async_changed()

    def _async_changed(self) -> None:
        self.async_write_ha_state()
        self.async_update_event_listeners()
