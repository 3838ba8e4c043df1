"""The time-bound codes of a lock as a calendar: who may come in when."""

from datetime import UTC, datetime, timedelta
from typing import Final, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .attributes import label
from .coordinator import SeamConfigEntry
from .entity import SeamLockEntity, async_add_lock_entities

# The coordinator does the talking.
PARALLEL_UPDATES = 0

ACCESS_CODES = CalendarEntityDescription(
    key="access_codes", translation_key="access_codes"
)

# "For ever" may be the last moment there is, which other zones do not have.
_FIRST: Final = datetime.min.replace(tzinfo=UTC) + timedelta(days=2)
_LAST: Final = datetime.max.replace(tzinfo=UTC) - timedelta(days=2)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the calendars of a workspace's locks."""
    async_add_lock_entities(
        entry,
        async_add_entities,
        SeamCalendar,
        [ACCESS_CODES],
        lambda _description, lock: lock.device.has_access_codes,
    )


class SeamCalendar(SeamLockEntity, CalendarEntity):
    """The codes with a start and an end, by name."""

    @property
    @override
    def available(self) -> bool:
        """Return whether the codes are known."""
        return super().available and self.seam_lock.has_codes

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the code that is valid now, or else the next one."""
        now = dt_util.utcnow()
        coming = [event for event in self._events() if event.end > now]
        return min(coming, key=lambda event: event.start, default=None)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the codes that are valid at some time in between."""
        return sorted(
            (
                event
                for event in self._events()
                if event.start < end_date and event.end > start_date
            ),
            key=lambda event: event.start,
        )

    def _events(self) -> list[CalendarEvent]:
        """Return all codes with a start and an end, never with their PINs."""
        return [
            CalendarEvent(
                start=_local(code.starts_at),
                end=_local(code.ends_at),
                summary=label(code),
                uid=code.access_code_id,
            )
            for code in self.seam_lock.codes
            # A calendar takes no event that ends before it begins.
            if code.starts_at and code.ends_at and code.starts_at < code.ends_at
        ]


def _local(moment: datetime) -> datetime:
    """Return a time by the house's clock, which does not go as far as Seam's times."""
    return dt_util.as_local(min(max(moment, _FIRST), _LAST))
