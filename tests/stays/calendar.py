"""A calendar that fails on demand, in which tests make bookings."""

from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util


class BookingCalendar(CalendarEntity):
    """A calendar like those that read a feed."""

    _attr_should_poll = False
    _attr_name = "Bookings"
    _attr_unique_id = "bookings"
    entity_id = "calendar.bookings"

    def __init__(self) -> None:
        """Initialize without bookings."""
        self.bookings: dict[str, CalendarEvent] = {}
        self.error: Exception | None = None
        self.reads: list[timedelta] = []
        """How many days were asked for."""
        self.updates = 0

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the first booking."""
        return next(iter(self.bookings.values()), None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the bookings, or fail."""
        self.reads.append(end_date - start_date)
        if self.error:
            raise self.error
        return [
            event
            for event in self.bookings.values()
            if event.start_datetime_local < end_date
            and event.end_datetime_local > start_date
        ]

    async def async_update(self) -> None:
        """Count how often a new answer is asked for."""
        self.updates += 1

    def book(self, uid: str, start: datetime, end: datetime, **fields: Any) -> None:
        """Add or change a booking."""
        fields = {"summary": uid} | fields
        self.bookings[uid] = CalendarEvent(
            uid=uid, start=dt_util.as_local(start), end=dt_util.as_local(end), **fields
        )
        self.async_write_ha_state()

    def cancel(self, uid: str) -> None:
        """Remove a booking."""
        del self.bookings[uid]
        self.async_write_ha_state()

    def set_available(self, is_available: bool) -> None:
        """Become available or not."""
        self._attr_available = is_available
        self.async_write_ha_state()
