"""Calendar of the time-bound access codes of a lock."""

from collections.abc import Coroutine, Mapping
from contextvars import ContextVar
from datetime import date, datetime
from typing import Any, override

from homeassistant.components.calendar import (
    EVENT_DESCRIPTION,
    EVENT_END,
    EVENT_LOCATION,
    EVENT_RRULE,
    EVENT_START,
    EVENT_SUMMARY,
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEntityFeature,
    CalendarEvent,
)
from homeassistant.components.websocket_api import current_connection
from homeassistant.const import ATTR_NAME
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .actions import ACTIONS, SCHEDULE_WITHOUT_WAITING, Action, async_run_on_lock
from .actions.fields import ATTR_ACCESS_CODE_ID, ATTR_ENDS_AT, ATTR_STARTS_AT
from .actions.update import ATTR_NEW_NAME
from .api import AccessCode
from .attributes import label
from .coordinator import SeamConfigEntry
from .entity import SeamLockEntity, async_add_lock_entities
from .errors import refusal

# Coordinator is used to centralize the data updates
PARALLEL_UPDATES = 0

ACCESS_CODES = CalendarEntityDescription(
    key="access_codes", translation_key="access_codes"
)

_IS_ACTION = ContextVar("seam_calendar_action", default=False)


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

    _attr_supported_features = (
        CalendarEntityFeature.CREATE_EVENT
        | CalendarEntityFeature.DELETE_EVENT
        | CalendarEntityFeature.UPDATE_EVENT
    )

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

    @override
    async def async_request_call[T](self, coro: Coroutine[Any, Any, T]) -> T:
        """Run an action of Home Assistant, which has a context unlike the dialog."""
        token = _IS_ACTION.set(True)
        try:
            return await super().async_request_call(coro)
        finally:
            _IS_ACTION.reset(token)

    @override
    async def async_create_event(self, **kwargs: Any) -> None:
        """Schedule a code. Seam chooses its PIN."""
        self._check_event(kwargs)
        await self._async_run(
            SCHEDULE_WITHOUT_WAITING,
            {
                ATTR_NAME: kwargs[EVENT_SUMMARY],
                ATTR_STARTS_AT: _moment(kwargs[EVENT_START]),
                ATTR_ENDS_AT: _moment(kwargs[EVENT_END]),
            },
        )

    @override
    async def async_update_event(
        self,
        uid: str,
        event: dict[str, Any],
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Change the name and the times of a code, if they differ from those shown."""
        self._check_event(event)
        new = {
            ATTR_NEW_NAME: event[EVENT_SUMMARY],
            ATTR_STARTS_AT: _moment(event[EVENT_START]),
            ATTR_ENDS_AT: _moment(event[EVENT_END]),
        }
        if shown := next((one for one in self._events() if one.uid == uid), None):
            old = {
                ATTR_NEW_NAME: shown.summary,
                ATTR_STARTS_AT: shown.start,
                ATTR_ENDS_AT: shown.end,
            }
            new = dict(new.items() - old.items())
        if new:
            await self._async_run(
                ACTIONS["update_access_code"], {ATTR_ACCESS_CODE_ID: uid, **new}
            )

    @override
    async def async_delete_event(
        self,
        uid: str,
        recurrence_id: str | None = None,
        recurrence_range: str | None = None,
    ) -> None:
        """Delete a code."""
        await self._async_run(ACTIONS["delete_access_code"], {ATTR_ACCESS_CODE_ID: uid})

    def _check_event(self, event: Mapping[str, Any]) -> None:
        """Refuse what a code cannot have."""
        if event.get(EVENT_RRULE):
            raise refusal("event_repeats")
        if event.get(EVENT_DESCRIPTION):
            raise refusal("event_description")
        name = self.seam_lock.device.name
        if event.get(EVENT_LOCATION) not in (None, "", name):
            raise refusal("event_location", lock=name)

    async def _async_run(self, action: Action, data: dict[str, Any]) -> None:
        """Run an action on the lock, as the user who changes the calendar."""
        context = self._context if _IS_ACTION.get() else None
        if context is None and (connection := current_connection.get()):
            context = Context(user_id=connection.user.id)
        await async_run_on_lock(
            self.hass, action, self.device_id, data, context or Context()
        )

    def _events(self) -> list[CalendarEvent]:
        """Return an event for each code with a start and an end, without its PIN."""
        return [
            self._event(code, code.starts_at, code.ends_at)
            for code in self.seam_lock.codes
            # Calendar events must not end before they start.
            if code.starts_at and code.ends_at and code.starts_at < code.ends_at
            # Backups have the times of codes for which they stand in.
            if not code.is_backup
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


def _moment(when: date) -> datetime:
    """Return the start of an event that lasts whole days, or its time."""
    return when if isinstance(when, datetime) else dt_util.start_of_local_day(when)
