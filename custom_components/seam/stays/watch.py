"""Says whether guests will get in and what happens during their stays."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from homeassistant.core import CALLBACK_TYPE, CoreState, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..activity import SIGNAL_OCCURRENCE
from ..api import AccessCode
from ..const import DOMAIN
from ..coordinator import SeamConfigEntry
from ..sync.events import Occurrence
from ..sync.occupancy import Span, span_of
from ..sync.snapshot import LockData
from .arrivals import Arrival, Verdict, backup_of, find_arrivals
from .events import async_fire, async_fire_arrival
from .links import Backup, Link
from .plan import Kind, Reason, Step
from .preview import async_reason
from .rescue import Rescue
from .runner import StaysRunner
from .settings import CONF_ARRIVE_BY, CONF_BEFORE, CONF_LOCKS
from .verdicts import new_verdicts

WATCHES: HassKey[dict[str, StaysWatch]] = HassKey(f"{DOMAIN}_stays")
"""By subentry ID."""

_UNLOCKED: Final = "lock.unlocked"
_USES: Final = (_UNLOCKED, "lock.access_denied")
_CHANGES: Final = {
    Kind.CREATE: "code_created",
    Kind.MOVE: "changed",
    Kind.RENAME: "changed",
}


@callback
def async_stays(hass: HomeAssistant, entry: SeamConfigEntry) -> list[StaysWatch]:
    """Return the stays of a config entry that is set up."""
    watches = hass.data.get(WATCHES, {}).values()
    return [watch for watch in watches if watch.runner.entry is entry]


class StaysWatch:
    """The verdicts on the coming stays of a subentry, and what happens during them."""

    def __init__(self, hass: HomeAssistant, runner: StaysRunner) -> None:
        """Initialize the watch without verdicts."""
        self._hass = hass
        self.runner = runner
        self.arrivals: tuple[Arrival, ...] | None = None
        """The coming stays, None while they are not known."""
        self._staying: list[Arrival] = []
        """Those whose time is over, but not that of their codes."""
        self._looked_at: datetime | None = None
        self.device_ids: tuple[str, ...] = tuple(runner.settings[CONF_LOCKS])
        self._seen: list[LockData | None] = [None] * len(self.device_ids)
        self._rescue = Rescue(hass, runner, self._async_look)
        self._listeners: list[Callable[[], None]] = []
        self._cancel_timer: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Look now, and whenever something may have changed."""
        entry = self.runner.entry
        entry.async_on_unload(
            entry.runtime_data.async_add_listener(self._async_updated)
        )
        entry.async_on_unload(
            async_dispatcher_connect(
                self._hass, SIGNAL_OCCURRENCE, self._async_occurred
            )
        )
        entry.async_on_unload(self._async_stop)

        @callback
        def look(_hass: HomeAssistant) -> None:
            self._async_look()

        entry.async_on_unload(async_at_started(self._hass, look))
        self.runner.async_start(self._async_look, self._async_changed)

    @callback
    def _async_stop(self) -> None:
        self._async_stop_timer()
        self._rescue.async_stop()

    @callback
    def async_add_listener(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call a listener when the verdicts may have changed."""
        self._listeners.append(listener)
        return partial(self._listeners.remove, listener)

    def soon(self) -> list[Arrival] | None:
        """Return those who arrive within a day, and those who should have."""
        if self.arrivals is None:
            return None
        now = dt_util.utcnow()
        return [arrival for arrival in self.arrivals if arrival.is_soon(now)]

    def next(self) -> Arrival | None:
        """Return the next one whose stay starts."""
        now = dt_util.utcnow()
        coming = (a for a in self.arrivals or () if a.span.starts_at > now)
        return min(coming, key=lambda arrival: arrival.span.starts_at, default=None)

    @callback
    def _async_updated(self) -> None:
        """Look if one of the locks has changed."""
        locks = self._locks()
        if any(new is not old for new, old in zip(locks, self._seen, strict=True)):
            self._async_look()
        else:
            # Whether data is available may have changed.
            self._async_notify_listeners()

    def _locks(self) -> list[LockData | None]:
        locks = self.runner.entry.runtime_data.data.locks
        return [locks.get(key) for key in self.device_ids]

    @callback
    def _async_notify_listeners(self) -> None:
        for listener in list(self._listeners):
            listener()

    @callback
    def _async_look(self) -> None:
        """Renew the verdicts, and say and do what follows from them."""
        runner, now = self.runner, dt_util.utcnow()
        if runner.stays is None or runner.report is None:
            # Whether the calendar is lost may have changed.
            self._async_notify_listeners()
            return
        self._seen = self._locks()
        before = self.arrivals or ()
        self.arrivals = find_arrivals(
            runner.stays,
            self.device_ids,
            runner.report,
            runner.memory.links,
            runner.entry.runtime_data.data.locks,
            now,
        )
        self._async_fire_times(before, now)
        self._async_fire_backups(now)
        self._async_fire_verdicts(now)
        self._rescue.async_update(self.soon() or (), now)
        self._async_start_timer(now)
        self._looked_at = now
        self._async_notify_listeners()

    @callback
    def _async_fire_times(self, before: Iterable[Arrival], now: datetime) -> None:
        """Fire events for stays that have ended, and for guests who are late."""
        if self._looked_at is None:
            return
        coming = {arrival.identity for arrival in self.arrivals or ()}
        over = [
            arrival
            for arrival in (*self._staying, *map(self._shortened, before))
            if arrival.span.ends_at <= now and arrival.identity not in coming
        ]
        self._staying = [arrival for arrival in over if self._ends_at(arrival) > now]
        for arrival in over:
            if arrival not in self._staying:
                async_fire_arrival(self._hass, self.runner, "ended", arrival)
        for arrival in self.arrivals or ():
            late_at = self._late_at(arrival)
            if late_at and not arrival.has_arrived and self._looked_at < late_at <= now:
                async_fire_arrival(self._hass, self.runner, "not_arrived", arrival)

    def _shortened(self, arrival: Arrival) -> Arrival:
        """Return a stay with the end that it now has, if that has passed."""
        starts_at = arrival.span.starts_at
        ends_at = self.runner.ended.get(arrival.booking)
        if ends_at is None or not starts_at < ends_at < arrival.span.ends_at:
            return arrival
        return replace(arrival, span=Span(starts_at, ends_at))

    def _ends_at(self, arrival: Arrival) -> datetime:
        """Return when a stay ends, later if somebody has extended a code by hand."""
        locks = self.runner.entry.runtime_data.data.locks
        backups = {
            link.code_id: link.backup.code_id
            for link in self.runner.memory.links
            if link.backup and link.code_id
        }
        codes = (
            lock.code(code_id)
            for place in arrival.places
            if (lock := locks.get(place.device_id))
            for code_id in (place.code_id, backups.get(place.code_id or ""))
        )
        # A code may be that of the next stay of the same person already.
        ends = (
            code.ends_at
            for code in codes
            if code and code.ends_at and span_of(code).overlaps(arrival.span)
        )
        return max((arrival.span.ends_at, *ends))

    def _late_at(self, arrival: Arrival) -> datetime | None:
        """Return from when a guest has not arrived in time, None if that is not set."""
        at = dt_util.parse_time(self.runner.settings.get(CONF_ARRIVE_BY, ""))
        if at is None:
            return None
        before = timedelta(minutes=self.runner.settings.get(CONF_BEFORE, 0))
        local = dt_util.as_local(arrival.span.starts_at + before)
        late_at = datetime.combine(local.date(), at, local.tzinfo)
        if late_at <= local:
            # It is after midnight.
            late_at += timedelta(days=1)
        return dt_util.as_utc(late_at)

    @callback
    def _async_fire_verdicts(self, now: datetime) -> None:
        """Fire events for verdicts that have changed, also while Home Assistant was off."""
        if self._hass.state is not CoreState.running:
            # Automations do not listen yet.
            return
        memory = self.runner.memory
        news, reported = new_verdicts(self.arrivals or (), memory.verdicts, now)
        for arrival in news:
            if arrival.verdict is Verdict.READY:
                async_fire_arrival(self._hass, self.runner, "code_ready", arrival)
            elif arrival.verdict is Verdict.AT_RISK:
                async_fire_arrival(self._hass, self.runner, "at_risk", arrival)
        if reported != memory.verdicts:
            self.runner.entry.async_create_task(
                self._hass, memory.async_save_verdicts(reported)
            )

    @callback
    def _async_fire_backups(self, now: datetime) -> None:
        """Fire events for new backups, whoever has pulled them, also after a restart.

        Seam may have activated one although its answer was lost.
        """
        if self._hass.state is not CoreState.running:
            # Automations do not listen yet.
            return
        locks = self.runner.entry.runtime_data.data.locks
        links: list[Link] = []
        for link in self.runner.memory.links:
            lock = locks.get(link.device_id)
            code = lock.code(link.code_id) if lock else None
            backup = backup_of(lock, code) if lock and code else None
            known = link.backup and link.backup.code_id
            if code and backup and backup.access_code_id != known:
                if not backup.is_expired(now):
                    self._async_fire_of("backup_pulled", link, code.name)
                new = Backup(code_id=backup.access_code_id, ends_at=backup.ends_at)
                link = replace(link, backup=new)
            links.append(link)
        self._async_save(links)

    @callback
    def _async_changed(self, step: Step, code: AccessCode | None) -> None:
        """Fire an event for what was done about a code."""
        event_type = _CHANGES.get(step.kind)
        if step.kind is Kind.DELETE and step.reason is Reason.CANCELLED:
            event_type = "cancelled"
        # Why the PIN is not the one that the guest may expect.
        reason = step.reason if step.kind is Kind.CREATE else None
        if event_type and step.device_id:
            code_id = code.access_code_id if code else step.code_id
            async_fire(
                self._hass,
                self.runner,
                event_type,
                step.name or "",
                step.span,
                [(step.device_id, code_id)],
                {"reason": reason and async_reason(self._hass, reason)},
            )

    @callback
    def _async_occurred(self, lock: LockData, occurrence: Occurrence) -> None:
        """Fire an event when a guest arrives, or comes back after the end."""
        event = occurrence.event
        if event.event_type not in _USES or event.access_code_id is None:
            return
        for link in self.runner.memory.links:
            if link.device_id == lock.device_id and link.code_id is not None:
                ids = {link.code_id, link.backup and link.backup.code_id}
                if event.access_code_id in ids:
                    self._async_used(link, lock, occurrence)
                    return

    @callback
    def _async_used(self, link: Link, lock: LockData, occurrence: Occurrence) -> None:
        event, code = occurrence.event, lock.code(link.code_id)
        name = (code and code.name) or occurrence.code_name
        if link.is_deleting:
            # The booking may have been shortened into the past.
            ends = [self.runner.ended.get(link.booking or "", link.asked.ends_at)]
        else:
            # Somebody may have extended the code by hand.
            ends = [link.asked.ends_at, code.ends_at if code else None]
        if any(ends) and event.time >= max(filter(None, ends)):
            self._async_fire_of("used_after_end", link, name)
            return
        if event.event_type != _UNLOCKED or link.is_used:
            return
        links = self.runner.memory.links
        is_first = not any(other.is_used for other in links if other.key == link.key)
        # The check-in time may be changed during the stay.
        used = replace(link, used_for=link.begins_at or link.asked.starts_at)
        self._async_save([used if other is link else other for other in links])
        if is_first:
            self._async_fire_of("arrived", link, name)
        self._async_look()

    @callback
    def _async_save(self, links: Iterable[Link]) -> None:
        """Remember what has become known of codes."""
        if (links := tuple(links)) != self.runner.memory.links:
            self.runner.entry.async_create_task(
                self._hass, self.runner.memory.async_save(links)
            )

    @callback
    def _async_fire_of(self, event_type: str, link: Link, name: str | None) -> None:
        """Fire an event about the stay that a code was last asked for."""
        starts_at, ends_at = link.asked.starts_at, link.asked.ends_at
        async_fire(
            self._hass,
            self.runner,
            event_type,
            name or "",
            Span(starts_at, ends_at) if starts_at and ends_at else None,
            [(link.device_id, link.code_id)],
        )

    @callback
    def _async_start_timer(self, now: datetime) -> None:
        """Look again when time alone changes what has to be said."""
        self._async_stop_timer()
        moments = [
            moment
            for arrival in self.arrivals or ()
            for moment in (*arrival.moments(), self._late_at(arrival))
            if moment and moment > now
        ]
        moments += map(self._ends_at, self._staying)
        if not moments:
            return

        @callback
        def look(_now: datetime) -> None:
            self._cancel_timer = None
            self._async_look()

        self._cancel_timer = async_track_point_in_utc_time(
            self._hass, look, min(moments)
        )

    @callback
    def _async_stop_timer(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None
