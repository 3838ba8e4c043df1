"""Calendar of the time-bound access codes of a lock."""

from datetime import datetime
from typing import override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .api import AccessCode
from .attributes import label
from .coordinator import SeamConfigEntry
from .entity import SeamLockEntity, async_add_lock_entities

# Coordinator is used to centralize the data updates
PARALLEL_UPDATES = 0

ACCESS_CODES = CalendarEntityDescription(
    key="access_codes", translation_key="access_codes"
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the calendars of all locks in a workspace."""
    async_add_lock_entities(
        entry,
        async_add_entities,
        SeamCalendar,
        [ACCESS_CODES],
        lambda _description, lock: lock.device.has_access_codes,
    )


class SeamCalendar(SeamLockEntity, CalendarEntity):
    """Calendar with an event for each code that has a start and an end."""

    @property
    @override
    def suggested_object_id(self) -> str:
        """Return the object ID, without repeating “calendar”."""
        return "Access codes"

    @property
    @override
    def available(self) -> bool:
        """Return whether the codes are known."""
        return super().available and self.seam_lock.has_codes

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the code that is valid now, or the next one."""
        now = dt_util.utcnow()
        return min(
            (event for event in self._events() if event.end > now),
            key=lambda event: event.start,
            default=None,
        )

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the codes that are valid at some time between two dates."""
        return sorted(
            (
                event
                for event in self._events()
                if event.start < end_date and event.end > start_date
            ),
            key=lambda event: event.start,
        )

    def _events(self) -> list[CalendarEvent]:
        """Return an event for each code with a start and an end, without its PIN."""
        return [
            self._event(code, code.starts_at, code.ends_at)
            for code in self.seam_lock.codes
            # Calendar events must not end before they start.
            if code.starts_at and code.ends_at and code.starts_at < code.ends_at
        ]

    def _event(
        self, code: AccessCode, starts_at: datetime, ends_at: datetime
    ) -> CalendarEvent:
        start, end = dt_util.as_local(starts_at), dt_util.as_local(ends_at)
        # Home Assistant compares local times. In the hour that comes twice in autumn,
        # an event may end before it starts, which would break the whole calendar.
        if end <= start:
            end = start + (ends_at - starts_at)
        return CalendarEvent(
            start=start,
            end=end,
            summary=label(code),
            location=self.seam_lock.device.name,
            uid=code.access_code_id,
        )
