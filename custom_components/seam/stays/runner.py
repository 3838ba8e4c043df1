"""Keeps the codes of a subentry in step with its calendar."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import ATTR_CODE, ATTR_NAME
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.event import async_call_later, async_track_time_interval
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..actions import ACTIONS, SCHEDULE_WITHOUT_WAITING, Action, async_run_on_lock
from ..actions.fields import ATTR_ACCESS_CODE_ID, ATTR_ENDS_AT, ATTR_STARTS_AT
from ..actions.targets import lock_entity_id
from ..actions.update import ATTR_NEW_NAME
from ..actions.validation import accepts_pin
from ..api import AccessCode, SeamError
from ..const import DOMAIN
from ..coordinator import SeamConfigEntry
from ..errors import (
    ChangeUncertainError,
    UnreachableError,
    WorkspaceRefusedError,
    refusal,
    translated,
)
from ..sync.snapshot import LockData
from .arrivals import stays_to_watch
from .bookings import Answer, Stay, stays_of
from .compare import compare
from .later import missed_at, next_look
from .links import differ
from .pins import RefusedPins
from .plan import CHANGES, Kind, Plan, Step, accepted_start
from .preview import Preview, async_preview
from .run import Budget, Follower, Outcome, Refused, Report, Uncertain
from .settings import CONF_BACKUP, rules_of
from .source import BookingSource
from .store import StaysMemory
from .uncertain import UncertainSteps, changed_code, is_changed

_LOGGER = logging.getLogger(__name__)

EMPTY_CONFIRMED: Final[HassKey[set[str]]] = HassKey(f"{DOMAIN}_stays_empty")
"""The subentries whose next runner deletes the codes of an empty calendar."""

_INTERVAL: Final = timedelta(minutes=15)


class StaysRunner:
    """Runs whenever the calendar changes, and every quarter of an hour."""

    _on_run: Callable[[], None]
    _on_change: Callable[[Step, AccessCode | None], None]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SeamConfigEntry,
        subentry: ConfigSubentry,
        memory: StaysMemory,
        budget: Budget,
    ) -> None:
        """Initialize the runner of a subentry, which shares a budget with others."""
        self._hass = hass
        self.entry = entry
        self.subentry = subentry
        self.settings = subentry.data
        self._source = BookingSource(hass, entry, subentry)
        self.memory = memory
        self._follower = Follower(self._start, memory, budget, dt_util.utcnow)
        self._pins: dict[tuple[str, str], str] = {}
        self._refused_pins = RefusedPins()
        self._uncertain = UncertainSteps()
        self._outdated: Mapping[str, SeamError] = {}
        self._logged: set[tuple[str | None, ...]] = set()
        self._task: asyncio.Task[None] | None = None
        self._is_due = False
        self._is_empty_confirmed = False
        self._is_stopped = False
        self._next_look: datetime | None = None
        self._cancel_next_look: CALLBACK_TYPE | None = None
        self._locks = entry.runtime_data.data.locks
        self.is_calendar_empty = False
        """Whether codes are kept because an empty calendar may be a fault."""
        self.report: Report | None = None
        self.stays: tuple[Stay, ...] | None = None
        """Those that have not ended, None until there is a good answer."""
        self.ended: Mapping[str, datetime] = {}
        """When the others have ended, by event."""

    @property
    def calendar(self) -> str:
        """The entity ID of the calendar."""
        return self._source.entity_id

    @property
    def is_calendar_lost(self) -> bool:
        """Whether the calendar cannot be read."""
        return self._source.is_lost

    @callback
    def async_start(
        self,
        on_run: Callable[[], None],
        on_change: Callable[[Step, AccessCode | None], None],
    ) -> None:
        """Run now, and whenever something may have changed.

        `on_change` is called with each step that was taken, and the code that it has
        changed.
        """
        self._on_run, self._on_change = on_run, on_change

        @callback
        def changed(_event: object) -> None:
            self.async_request()

        for stop in (
            async_track_time_interval(self._hass, changed, _INTERVAL),
            self.entry.runtime_data.async_add_listener(self._on_update),
            self._async_stop,
        ):
            self.entry.async_on_unload(stop)
        self._source.async_start(self.async_request)
        confirmed = self._hass.data.get(EMPTY_CONFIRMED, set())
        if self.subentry.subentry_id in confirmed:
            confirmed.remove(self.subentry.subentry_id)
            self._is_empty_confirmed = True
        self.async_request()

    @callback
    def _async_stop(self) -> None:
        self._is_stopped = True
        if self._cancel_next_look:
            self._cancel_next_look()

    @callback
    def async_request(self) -> None:
        """Run as soon as possible. Changes that are under way go on."""
        if self._is_stopped:
            # The next runner has other links in its memory.
            return
        self._is_due = True
        self._follower.wake()
        if self._task is None or self._task.done():
            self._task = self.entry.async_create_background_task(
                self._hass, self._async_run_while_due(), f"{DOMAIN} stays"
            )

    @callback
    def async_confirm_empty(self) -> None:
        """Delete the codes of a calendar that somebody knows to be empty."""
        self._is_empty_confirmed = True
        self.async_request()

    @callback
    def _on_update(self) -> None:
        """Run when codes have become known, or somebody else has changed them."""
        before, self._locks = self._locks, self.entry.runtime_data.data.locks
        busy = self._follower.busy
        links = (link for link in self.memory.links if link.device_id not in busy)
        if differ(links, before, self._locks):
            self.async_request()

    async def _async_run_while_due(self) -> None:
        while self._is_due:
            self._is_due = False
            await self._async_run()

    async def _async_run(self) -> None:
        coordinator = self.entry.runtime_data
        self._refused_pins.start({link.key for link in self.memory.links})
        answer = await self._source.async_read()
        if answer and answer.bookings:
            self._is_empty_confirmed = False
        # The codes may be a minute old. Nothing is asked if nothing has to be done.
        changing = {
            step.device_id
            for step in self._plan(answer).steps
            if step.kind in CHANGES and step.device_id
        }
        self._outdated = (
            await coordinator.async_refresh_locks(changing) if changing else {}
        )
        report = await self._follower.async_follow(
            lambda: self._next_plan(answer), lambda: self._is_due
        )
        self.is_calendar_empty = answer is not None and not report.plan.is_answered
        if self.report and not report.plan.is_answered:
            # What had to be done still has to be, and guests may be at risk.
            report = replace(report, plan=self.report.plan)
        self.report = report
        # Codes that are kept would be no problem without their stays.
        has_codes = any(
            link.asked.ends_at and link.asked.ends_at > dt_util.utcnow()
            for link in self.memory.links
        )
        is_first = self.stays is None and not has_codes
        if answer and (answer.bookings or self._is_empty_confirmed or is_first):
            rules = rules_of(self.settings, dt_util.get_default_time_zone())
            now = dt_util.utcnow()
            found = stays_of(answer, rules, now)
            self.ended = found.ended
            self.stays = stays_to_watch(found, report.plan, self.stays or (), now)
        self._on_run()
        before, self._logged = self._logged, set()
        for step, err in report.errors.items():
            error = str(err or "")
            cause = err and err.__cause__
            # The text contains the ID of the request, which differs each time.
            why = cause.message if isinstance(cause, SeamError) else error
            self._logged.add(message := (step.kind, step.key, step.device_id, why))
            if message not in before:
                _LOGGER.warning(
                    "Could not %s the access code for a stay in %s: %s",
                    step.kind,
                    self.calendar,
                    error,
                )
        self._async_look_again(self.report, dt_util.utcnow())

    @callback
    def _async_look_again(self, report: Report, now: datetime) -> None:
        """Run again when more can be done, or is known of what was done."""
        when = next_look(report, now)
        if when is None or self._is_stopped:
            return
        if self._cancel_next_look:
            if self._next_look and self._next_look <= when:
                return
            self._cancel_next_look()

        async def look(_now: datetime) -> None:
            self._cancel_next_look = None
            if self.report and missed_at(self.report):
                await self._source.async_update()
            self.async_request()

        self._next_look = when
        self._cancel_next_look = async_call_later(self._hass, when - now, look)

    async def async_preview(self, settings: Mapping[str, Any]) -> Preview | None:
        """Return what would be done with these settings now."""
        return await async_preview(
            self._hass,
            self.entry,
            settings,
            lambda answer: self._plan(answer, settings),
        )

    def _next_plan(self, answer: Answer | None) -> Plan:
        """Return what has to be done now, and tell what a lost answer has changed."""
        plan = self._plan(answer)
        locks = self.entry.runtime_data.data.locks
        for step, code in self._uncertain.take_made(plan.links, locks):
            self._on_change(step, code)
        return plan

    def _plan(
        self, answer: Answer | None, settings: Mapping[str, Any] | None = None
    ) -> Plan:
        """Return what has to be done now, or with other settings."""
        settings = settings or self.settings
        locks = self.entry.runtime_data.data.locks
        for link in self.memory.links:
            lock = locks.get(link.device_id)
            code = lock.code(link.code_id) if lock else None
            if code and code.code:
                self._pins[link.key, link.device_id] = code.code
        return compare(
            answer,
            rules_of(settings, dt_util.get_default_time_zone()),
            self.memory.links,
            locks,
            dt_util.utcnow(),
            accepts=self._accepts_pin,
            pins=self._pins,
            taken=self.memory.taken,
            # The runner with other settings knows nothing of it.
            is_empty_confirmed=self._is_empty_confirmed and settings == self.settings,
            seam_time=self.entry.runtime_data.client.last_date,
        )

    def _accepts_pin(self, lock: LockData, name: str, pin: str) -> bool:
        """Return whether a lock accepts a PIN, as far as that is known."""
        is_refused = self._refused_pins.has(lock.device_id, pin)
        return not is_refused and accepts_pin(lock, name, pin)

    @callback
    def _start(self, step: Step) -> asyncio.Task[Outcome]:
        return self.entry.async_create_background_task(
            self._hass,
            self._uncertain.async_take(step, self._async_do),
            f"{DOMAIN} stays step",
        )

    async def _async_do(self, step: Step) -> Outcome:
        """Take a step by the functions that the actions use."""
        assert step.device_id
        assert step.link
        try:
            lock = self._refreshed_lock(step.device_id)
        except HomeAssistantError as err:
            return Refused(error=err, is_temporary=True)
        error: HomeAssistantError | None = None
        try:
            code_id = await self._async_change(step, lock)
        except ServiceValidationError as err:
            # Nothing was sent. A code as the wanted one is somebody else's.
            self._refused_pins.suspect(step)
            return Refused(error=err)
        except HomeAssistantError as err:
            error, code_id = err, step.code_id
        if step.kind is not Kind.DELETE:
            # A code that was created or changed may have an error, too.
            lock = self.entry.runtime_data.data.locks.get(step.device_id, lock)
            if code := changed_code(step, code_id, lock, self._linked()):
                has_changed = is_changed(step, code)
                if has_changed:
                    self._on_change(step, code)
                if has_changed or error is None:
                    self._refused_pins.confirm(step)
                    return await self._async_as_made(step, code)
        elif error is None:
            self._on_change(step, None)
            return None
        if error is None or isinstance(error, ChangeUncertainError):
            return Uncertain(error=error)
        is_temporary = isinstance(error, UnreachableError | WorkspaceRefusedError)
        if not is_temporary:
            # Seam chooses one, as only Seam knows whether it was because of the PIN.
            self._refused_pins.suspect(step)
        return Refused(error=error, is_temporary=is_temporary)

    def _linked(self) -> set[str | None]:
        """Return the IDs of all codes that were made for stays."""
        return {*self.memory.taken, *(link.code_id for link in self.memory.links)}

    def _refreshed_lock(self, device_id: str) -> LockData:
        """Return a lock whose codes were fetched just now."""
        coordinator = self.entry.runtime_data
        if error := self._outdated.get(device_id):
            raise translated(coordinator, error, is_change=False) from error
        if (lock := coordinator.data.locks.get(device_id)) is None:
            raise refusal("lock_gone", entity=lock_entity_id(self._hass, device_id))
        return lock

    async def _async_as_made(self, step: Step, code: AccessCode) -> AccessCode:
        """Return a code as Seam has made it, which may have rounded its times."""
        if step.kind is not Kind.CREATE:
            # Changes are shown as they were asked for, until a list has them.
            with suppress(SeamError):
                return await self.entry.runtime_data.fetcher.async_read_code(code)
        return code

    async def _async_change(self, step: Step, lock: LockData) -> str | None:
        """Change a code; return its ID."""
        data: dict[str, Any] = {}
        action: Action = SCHEDULE_WITHOUT_WAITING
        if step.kind is Kind.DELETE:
            action = ACTIONS["delete_access_code"]
            data |= {ATTR_ACCESS_CODE_ID: step.code_id}
        else:
            assert step.span
            data |= {
                ATTR_STARTS_AT: accepted_start(
                    lock, step.code_id, step.span, dt_util.utcnow()
                ),
                ATTR_ENDS_AT: step.span.ends_at,
            }
            if step.kind is Kind.CREATE:
                data[ATTR_NAME] = step.name
                if step.pin:
                    data[ATTR_CODE] = step.pin
                has_pool = lock.device.properties.supports_backup_access_code_pool
                if self.settings.get(CONF_BACKUP) and has_pool is not False:
                    data["use_backup_access_code_pool"] = True
            else:
                action = ACTIONS["update_access_code"]
                data |= {ATTR_ACCESS_CODE_ID: step.code_id, ATTR_NEW_NAME: step.name}
        answer = await async_run_on_lock(
            self._hass, action, lock.device_id, data, Context()
        )
        code_id = answer.get("access_code_id")
        return code_id if isinstance(code_id, str) else None
