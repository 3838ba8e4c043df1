"""Follows the calendar of a subentry."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Final

from homeassistant.components.calendar import CalendarEntity
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.event import (
    async_track_entity_registry_updated_event,
    async_track_state_change_event,
    async_track_time_interval,
)
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..coordinator import SeamConfigEntry
from ..issues import as_placeholders, stays_issue_prefix
from .bookings import Answer
from .reading import (
    async_identify_calendar,
    async_read_bookings,
    async_update_calendar,
    calendar_entity,
)
from .settings import CONF_CALENDAR, CONF_CALENDAR_ID, rules_of

_LOGGER = logging.getLogger(__name__)

# Home Assistant updates it only once a day, but guests may book for the same day.
_REMOTE_CALENDAR: Final = "remote_calendar"
_UPDATE_INTERVAL: Final = timedelta(minutes=30)
_MAX_FAILED_READS: Final = 2
_LOST_AFTER: Final = timedelta(hours=1)
# An entity may not exist yet while Home Assistant starts.
_GONE_AFTER: Final = timedelta(minutes=10)
# Stays end up to two days after their events, because of the check-out time and the
# minutes after it. They start up to two days before them.
_MARGIN: Final = timedelta(days=2)


class BookingSource:
    """Reads the calendar, tells when it changes, and when it is lost."""

    def __init__(
        self, hass: HomeAssistant, entry: SeamConfigEntry, subentry: ConfigSubentry
    ) -> None:
        """Initialize the source of a subentry."""
        self._hass = hass
        self._entry = entry
        self._subentry = subentry
        self.entity_id: str = subentry.data[CONF_CALENDAR]
        self._on_change: Callable[[], None] | None = None
        self._subscribed: tuple[CalendarEntity, datetime] | None = None
        self._unsubscribe: CALLBACK_TYPE | None = None
        self._events: object = None
        self._failed_reads = 0
        self._failed_since: datetime | None = None
        self._updated_at: datetime | None = None

    @callback
    def async_start(self, on_change: Callable[[], None]) -> None:
        """Call a function whenever the bookings may have changed."""

        @callback
        def changed(_event: object) -> None:
            on_change()

        self._on_change = on_change
        for stop in (
            async_track_state_change_event(self._hass, self.entity_id, changed),
            async_track_entity_registry_updated_event(
                self._hass, self.entity_id, self._async_registry_updated
            ),
            async_track_time_interval(
                self._hass, self._async_update_remote, _UPDATE_INTERVAL
            ),
            self._async_stop,
        ):
            self._entry.async_on_unload(stop)

    @callback
    def _async_stop(self) -> None:
        self._on_change = None
        if self._unsubscribe:
            self._unsubscribe()
        self._async_delete_issue(keep_ignored=True)

    @callback
    def _async_registry_updated(
        self, event: Event[er.EventEntityRegistryUpdatedData]
    ) -> None:
        """Follow the calendar when its entity ID changes, which reloads."""
        if event.data["action"] == "update" and "old_entity_id" in event.data:
            self._hass.config_entries.async_update_subentry(
                self._entry,
                self._subentry,
                data=async_identify_calendar(self._hass, self._subentry.data),
            )

    async def async_update(self) -> None:
        """Have the calendar read its source again. Some keep an answer for a day."""
        began_at = await async_update_calendar(self._hass, self._subentry.data)
        self._updated_at = began_at or self._updated_at

    async def _async_update_remote(self, _now: datetime) -> None:
        """Have a remote calendar read again, even if it is not available."""
        entity = calendar_entity(self._hass, self._subentry.data)
        if entity and entity.platform.platform_name == _REMOTE_CALENDAR:
            await self.async_update()

    async def async_read(self) -> Answer | None:
        """Return all bookings, None if the calendar cannot be read."""
        self._async_subscribe()
        now = dt_util.utcnow()
        updated_at = self._updated_at
        answer = await async_read_bookings(self._hass, self._subentry.data, now)
        self._note_read(now, is_good=answer is not None)
        return answer and replace(answer, updated_at=updated_at)

    @property
    def is_lost(self) -> bool:
        """Whether the calendar cannot be read. Once may be while it starts."""
        return self._failed_reads >= _MAX_FAILED_READS

    def _note_read(self, now: datetime, *, is_good: bool) -> None:
        """Say once that the calendar cannot be read, and once that it can be again."""
        was_lost = self.is_lost
        if is_good:
            self._failed_reads, self._failed_since = 0, None
            self._async_delete_issue()
            if was_lost:
                _LOGGER.info(
                    "Access codes follow the bookings of %s again", self.entity_id
                )
            return
        self._failed_reads += 1
        self._failed_since = self._failed_since or now
        if self.is_lost and not was_lost:
            _LOGGER.warning(
                "Could not read %s. Access codes no longer follow its bookings",
                self.entity_id,
            )
        limit = _LOST_AFTER if self._is_known else _GONE_AFTER
        if self._on_change and self.is_lost and now - self._failed_since >= limit:
            self._async_create_issue()

    @property
    def _is_known(self) -> bool:
        """Whether Home Assistant has the calendar, even if it does not work."""
        settings = self._subentry.data
        if calendar_id := settings.get(CONF_CALENDAR_ID):
            return er.async_get(self._hass).async_get(calendar_id) is not None
        return self._hass.states.get(self.entity_id) is not None

    @property
    def _issue_id(self) -> str:
        prefix = stays_issue_prefix(self._entry, self._subentry.subentry_id)
        return f"{prefix}calendar"

    @callback
    def _async_create_issue(self) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id,
            is_fixable=False,
            learn_more_url=f"homeassistant://config/integrations/integration/{DOMAIN}",
            severity=ir.IssueSeverity.ERROR,
            translation_key="calendar_lost",
            translation_placeholders=as_placeholders(
                name=self._subentry.title, calendar=self.entity_id
            ),
        )

    @callback
    def _async_delete_issue(self, *, keep_ignored: bool = False) -> None:
        issue = ir.async_get(self._hass).async_get_issue(DOMAIN, self._issue_id)
        if issue and not (keep_ignored and issue.dismissed_version):
            ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)

    @callback
    def _async_subscribe(self) -> None:
        """Subscribe to changes of the calendar, also after it was reloaded."""
        entity = calendar_entity(self._hass, self._subentry.data)
        # Calendars read a period only once for all who subscribe to it.
        today = dt_util.start_of_local_day()
        if (
            self._on_change is None
            or entity is None
            or not entity.available
            or self._subscribed == (entity, today)
        ):
            return
        if self._unsubscribe:
            self._unsubscribe()

        @callback
        def receive(events: object) -> None:
            # Calendars write their state every minute.
            before, self._events = self._events, events
            if events != before and self._on_change:
                self._on_change()

        rules = rules_of(self._subentry.data, dt_util.get_default_time_zone())
        self._subscribed = entity, today
        self._unsubscribe = entity.async_subscribe_events(
            today - _MARGIN,
            today + rules.horizon + _MARGIN + timedelta(days=1),
            receive,
        )
