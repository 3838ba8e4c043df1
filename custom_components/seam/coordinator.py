"""Data update coordinator for a Seam workspace."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
import logging
import random
from typing import Any, Concatenate, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .activity import ActivityDispatcher
from .api import (
    Event,
    SeamAuthError,
    SeamClient,
    SeamError,
    SeamRateLimitError,
    Workspace,
)
from .const import DOMAIN
from .fetcher import Fetcher
from .sync.code_state import next_state_changes
from .sync.engine import SyncEngine
from .sync.schedule import FetchDevices
from .sync.snapshot import LockData, Snapshot
from .sync.state import WebhookStatus

_LOGGER = logging.getLogger(__name__)

# Seam itself polls most manufacturers only every ten minutes.
_POLL_INTERVAL = timedelta(seconds=60)
# While the webhook delivers, polls only pick up events that got lost.
_POLL_INTERVAL_WEBHOOK = timedelta(minutes=10)
# Events come in bursts, and most of a burst are about the same lock.
_EVENT_DEBOUNCE_SECONDS = 0.05
# Seconds. Clocks also differ a little because they run at different speeds.
_CLOCK_CHANGE = 10

type SeamConfigEntry = ConfigEntry[SeamCoordinator]


def seam_device_id(device: dr.DeviceEntry) -> str | None:
    """Return Seam's ID of a registered device."""
    return next((key for domain, key in device.identifiers if domain == DOMAIN), None)


class SeamCoordinator(DataUpdateCoordinator[Snapshot]):
    """Decide when to fetch, and notify the entities of changes."""

    config_entry: SeamConfigEntry
    workspace: Workspace

    def __init__(
        self, hass: HomeAssistant, entry: SeamConfigEntry, client: SeamClient
    ) -> None:
        """Initialize the coordinator."""
        super().__init__(
            hass,
            _LOGGER,
            config_entry=entry,
            name=entry.title,
            update_interval=_POLL_INTERVAL,
            always_update=False,
        )
        self.client = client
        self.confirmed_at: datetime | None = None
        """When a poll last succeeded."""
        self.webhook_status = WebhookStatus()
        self.data = Snapshot()
        self.secrets = client.secrets
        self.postponed_by: SeamRateLimitError | None = None
        """A rate limit that left something out of the last poll."""
        self.engine = SyncEngine(
            self._registered_locks(),
            jitter=random.random(),
            secrets=self.secrets,
        )
        self.fetcher = Fetcher(
            client,
            self.engine,
            lambda fetching: entry.async_create_background_task(
                hass, fetching, f"{DOMAIN} fetch"
            ),
            self._async_publish_and_retry,
        )
        self._failing: set[str] = set()
        self.activity = ActivityDispatcher(hass)
        self._last_shown: Snapshot | None = None
        self._clock_offset = 0.0
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._event_task: asyncio.Task[None] | None = None
        self._event_devices: set[str] = set()
        entry.async_on_unload(self._async_stop_timer)

    @override
    async def _async_setup(self) -> None:
        """Fetch the workspace, which also validates the API key."""
        try:
            self.workspace = await self.client.get_workspace()
        except SeamError as err:
            raise _update_error(err) from err
        if self.workspace.is_suspended:
            raise UpdateFailed(
                translation_domain=DOMAIN, translation_key="workspace_suspended"
            )

    @override
    async def _async_update_data(self) -> Snapshot:
        """Fetch new events, and what they have changed."""
        before, self.postponed_by = self.postponed_by, None
        self._check_clock()
        try:
            if error := await self.fetcher.async_run(
                self.engine.begin_poll,
                # Setup does not wait for the codes.
                includes_codes=self.confirmed_at is not None,
            ):
                raise error
        except SeamRateLimitError as err:
            if not self.engine.snapshot.locks or not self.last_update_success:
                raise _update_error(err) from err
            self.postponed_by = err
            self.update_interval = max(
                self._next_poll_interval(), timedelta(seconds=err.retry_after)
            )
            level = logging.DEBUG if before else logging.WARNING
            _LOGGER.log(level, "Polling again in %s: %s", self.update_interval, err)
        except SeamError as err:
            if self._shutdown_requested:
                return self.data
            # A longer interval after a rate limit no longer applies.
            self.update_interval = _POLL_INTERVAL
            raise _update_error(err) from err
        else:
            self.confirmed_at = dt_util.utcnow()
            self.postponed_by = self.engine.failures.first_rate_limit(self.confirmed_at)
            self.update_interval = self._next_poll_interval()
        self._async_prepare(self.engine.snapshot)
        return self.engine.snapshot

    def _check_clock(self) -> None:
        """Republish all locks if the system clock jumped. The loop's never does."""
        offset = dt_util.utcnow().timestamp() - self.hass.loop.time()
        if abs(offset - self._clock_offset) > _CLOCK_CHANGE:
            self.engine.republish(self.engine.snapshot.locks)
        self._clock_offset = offset

    def _next_poll_interval(self) -> timedelta:
        """Return the time until the next poll, which is longer while webhooks work.

        Only a poll fetches again what failed, and codes that are not settled.
        """
        if self.engine.take_undelivered() and self.webhook_status.is_trusted:
            _LOGGER.debug("Polling more often because the webhook missed an event")
            self.webhook_status.is_trusted = False
        has_postponed = self.postponed_by or self.engine.state.postponed
        if not self.webhook_status.is_trusted or has_postponed:
            return _POLL_INTERVAL
        schedule, now = self.engine.schedule, dt_util.utcnow()
        recheck_at = schedule.next_recheck_at or now + _POLL_INTERVAL_WEBHOOK
        return min(max(_POLL_INTERVAL, recheck_at - now), _POLL_INTERVAL_WEBHOOK)

    @callback
    def async_stop_trusting_webhook(self) -> None:
        """Poll every minute, as the webhook at Seam is gone."""
        self.webhook_status.is_trusted = False
        self._async_publish_and_retry(None)

    @callback
    def async_receive_event(self, event: Event) -> None:
        """Handle an event from the webhook, and fetch what it has changed."""
        if self._shutdown_requested:
            return
        self.webhook_status.accepted += 1
        self.webhook_status.last_accepted = dt_util.utcnow()
        self.webhook_status.is_trusted = True
        self.engine.receive_event(event, dt_util.utcnow())
        if event.device_id:
            self._event_devices.add(event.device_id)
        if self._event_task is None or self._event_task.done():
            self._event_task = self.config_entry.async_create_background_task(
                self.hass, self._async_fetch_after_events(), f"{DOMAIN} events"
            )

    async def _async_fetch_after_events(self) -> None:
        await asyncio.sleep(_EVENT_DEBOUNCE_SECONDS)
        # Events that arrive from now on need a fetch of their own.
        self._event_task = None
        device_ids, self._event_devices = self._event_devices, set()
        await self.fetcher.async_fetch_due_locks(device_ids)
        await self._async_fetch_due()

    @callback
    def async_fetch_codes(self) -> None:
        """Start to fetch the codes of all locks, for which setup does not wait."""
        self.config_entry.async_create_background_task(
            self.hass, self._async_fetch_due(), f"{DOMAIN} codes"
        )

    async def _async_fetch_due(self) -> None:
        self._async_publish_and_retry(await self.fetcher.async_run())

    @override
    async def _async_refresh(self, *args: Any, **kwargs: Any) -> None:
        """Refresh the data, and fire activity after the states have been written."""
        before = None if self.last_update_success else type(self.last_exception)
        await super()._async_refresh(*args, **kwargs)
        has_new_error = before and before is not type(self.last_exception)
        if self._last_shown is not self.data or has_new_error:
            # It equals the data before the poll, but not what was shown during it. Or
            # the key is refused after an outage.
            self.async_update_listeners()
        self._async_fire_activity()

    @override
    @callback
    def async_update_listeners(self) -> None:
        """Update all listeners."""
        self._last_shown = self.data
        super().async_update_listeners()

    async def async_reconcile(self) -> None:
        """Fetch everything."""
        self.engine.request_all()
        await self.async_refresh()

    @callback
    def async_apply[**P](
        self,
        change: Callable[Concatenate[datetime, P], None],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Apply what an action has changed, and update the listeners.

        `change` is a method of `engine` that takes the current time first.
        """
        change(dt_util.utcnow(), *args, **kwargs)
        self._async_publish()

    async def async_refresh_locks(
        self, device_ids: Iterable[str], *, with_codes: bool = True
    ) -> Mapping[str, SeamError]:
        """Fetch locks now. Return the errors by device ID; the next poll retries."""
        return await self.fetcher.async_fetch_locks(device_ids, with_codes=with_codes)

    @callback
    def async_fetch_at_next_poll(self, device_id: str) -> None:
        """Fetch a lock without its codes at the next poll."""
        self.engine.schedule.retry(FetchDevices.of(device_id))
        self._async_publish_and_retry(None)

    @callback
    def _async_publish_and_retry(self, error: SeamError | None) -> None:
        """Publish what was fetched between polls, and have the next poll retry it."""
        if error:
            _LOGGER.debug("Could not fetch locks between polls: %s", error)
        self._async_publish()
        # Nothing is asked for sooner than Seam allows.
        if self._shutdown_requested or self.postponed_by:
            return
        interval = _POLL_INTERVAL if error else self._next_poll_interval()
        if self.update_interval is None or interval < self.update_interval:
            self.update_interval = interval
            self._schedule_refresh()

    @callback
    def _async_publish(self) -> None:
        """Publish a snapshot that was made between polls."""
        self._check_clock()
        snapshot = self.engine.snapshot
        if snapshot is not self.data:
            self._async_prepare(snapshot)
            self.data = snapshot
            self.async_update_listeners()
        self._async_fire_activity()

    @callback
    def _async_fire_activity(self) -> None:
        self.activity.async_fire(self.engine.take_occurrences(), self.data.locks)

    @callback
    def _async_prepare(self, snapshot: Snapshot) -> None:
        """Update the device registry, the log and the timer for a new snapshot."""
        self._log_code_availability(snapshot)
        removed = self.engine.take_removed_devices()
        if not removed and snapshot is self.data:
            return
        self._async_update_devices(snapshot.locks, removed)
        self._async_start_timer(snapshot)

    @callback
    def _async_update_devices(
        self, locks: Mapping[str, LockData], removed: Collection[str]
    ) -> None:
        """Remove devices that Seam no longer has, and rename those renamed at Seam."""
        renamed = {
            device_id
            for device_id, lock in self.data.locks.items()
            if device_id in locks and locks[device_id].device.name != lock.device.name
        }
        if not removed and not renamed:
            return
        registry = dr.async_get(self.hass)
        for device_id, device in self._registered_locks().items():
            if device_id in removed:
                registry.async_remove_device(device.id)
            elif device_id in renamed:
                name = locks[device_id].device.name
                registry.async_update_device(device.id, name=name)

    def _registered_locks(self) -> dict[str, dr.DeviceEntry]:
        """Return the registered locks of the workspace by Seam's device ID."""
        devices = dr.async_entries_for_config_entry(
            dr.async_get(self.hass), self.config_entry.entry_id
        )
        return {
            device_id: device
            for device in devices
            if device.entry_type is not dr.DeviceEntryType.SERVICE
            and (device_id := seam_device_id(device))
        }

    def _log_code_availability(self, snapshot: Snapshot) -> None:
        """Log once when the codes of a lock become unavailable, and when they return."""
        errors = self.engine.failures.code_errors
        for device_id in self._failing.symmetric_difference(errors):
            if (lock := snapshot.locks.get(device_id)) is None:
                self._failing.discard(device_id)
            elif lock.lacks_some_codes and device_id in errors:
                self._failing.add(device_id)
                error, name = errors[device_id], lock.device.name
                kind = "unmanaged access codes" if lock.has_codes else "access codes"
                _LOGGER.warning("Could not fetch the %s on %s: %s", kind, name, error)
            elif lock.has_all_codes and device_id in self._failing:
                self._failing.discard(device_id)
                _LOGGER.info(
                    "The access codes on %s are available again", lock.device.name
                )

    @callback
    def _async_start_timer(self, snapshot: Snapshot) -> None:
        """Fetch locks again when time changes the state of a code."""
        self._async_stop_timer()
        # A fetch may end after the entry was unloaded.
        if self._shutdown_requested:
            return
        if (moment := next_state_changes(snapshot.locks, dt_util.utcnow())) is None:
            return
        when, device_ids = moment

        async def refresh(_now: datetime) -> None:
            self._cancel_timer = None
            # States depend on the time, even if Seam's data stays the same.
            self.engine.republish(device_ids)
            self._async_publish()
            # Other moments change how a code looks, but nothing at Seam.
            if boundary := {
                device_id
                for device_id in device_ids
                for code in snapshot.locks[device_id].codes
                if when in (code.starts_at, code.ends_at)
            }:
                await self.async_refresh_locks(boundary)

        self._cancel_timer = async_track_point_in_utc_time(self.hass, refresh, when)

    @callback
    def _async_stop_timer(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None


def _update_error(err: SeamError) -> Exception:
    """Return the exception that a coordinator has to raise for an error."""
    if isinstance(err, SeamAuthError):
        return ConfigEntryAuthFailed(
            translation_domain=DOMAIN,
            translation_key="invalid_auth",
            translation_placeholders={"error": str(err)},
        )
    return UpdateFailed(
        translation_domain=DOMAIN,
        translation_key="cannot_connect",
        translation_placeholders={"error": str(err)},
        # Home Assistant would poll at once, and again, if there is nothing to wait for.
        retry_after=max(err.retry_after, _POLL_INTERVAL.total_seconds())
        if isinstance(err, SeamRateLimitError)
        else None,
    )
