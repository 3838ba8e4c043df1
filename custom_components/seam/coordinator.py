"""Runs the sync against the client. The only owner of the data."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
import random
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_API_KEY
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .activity import async_fire_activity
from .api import (
    AccessCode,
    Event,
    SeamAuthError,
    SeamClient,
    SeamError,
    SeamRateLimitError,
    Workspace,
)
from .api.redact import Secrets
from .const import DOMAIN
from .fetcher import Fetcher
from .sync.engine import SyncEngine, SyncState
from .sync.events import Occurrence
from .sync.snapshot import Snapshot

_LOGGER = logging.getLogger(__name__)

# Seam itself asks most makers every ten minutes; asking it more often gains nothing.
_POLL_INTERVAL = timedelta(seconds=60)
# While Seam sends events by itself, asking is only for what got lost.
_POLL_INTERVAL_PUSHED = timedelta(minutes=10)
# Events come in bursts; each would have the same locks fetched.
_GATHER_SECONDS = 0.05

type SeamConfigEntry = ConfigEntry[SeamCoordinator]


@dataclass(kw_only=True)
class WebhookStatus:
    """How Seam's sending by itself goes."""

    accepted: int = 0
    refused: int = 0
    ignored: int = 0
    last_accepted: datetime | None = None
    is_trusted: bool = False
    """Whether all that happens is sent: posts come, and nothing was found missing."""


class SeamCoordinator(DataUpdateCoordinator[Snapshot]):
    """Keeps the picture of one workspace in step with Seam."""

    config_entry: SeamConfigEntry
    workspace: Workspace

    def __init__(
        self, hass: HomeAssistant, entry: SeamConfigEntry, client: SeamClient
    ) -> None:
        """Take the client to ask."""
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
        """When Seam last told that nothing else had happened."""
        self.push = WebhookStatus()
        self.data = Snapshot()
        self.secrets = Secrets(entry.data[CONF_API_KEY])
        self.postponed_by: SeamRateLimitError | None = None
        """Why what was last asked for has to wait, if so: that alone is no failure."""
        self._sync = SyncEngine(
            self._registered_locks(), jitter=random.random(), secrets=self.secrets
        )
        self._fetcher = Fetcher(
            client,
            self._sync,
            self.secrets,
            lambda fetching: entry.async_create_background_task(
                hass, fetching, f"{DOMAIN} round"
            ),
        )
        self._troubled: set[str] = set()
        self._told: Snapshot | None = None
        self._is_refused_events = False
        self._held_occurrences: list[Occurrence] = []
        self._shown_locks: AbstractSet[str] = frozenset()
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._gathering: asyncio.Task[None] | None = None
        entry.async_on_unload(self._async_stop_timer)

    @property
    def reconciled_at(self) -> datetime | None:
        """When everything was last fetched."""
        return self._sync.state.reconciled_at

    def codes_read_at(self, device_id: str) -> datetime | None:
        """Return when the codes of a lock were last fetched."""
        return self._sync.codes_read_at(device_id)

    @property
    def sync_state(self) -> SyncState:
        """How the sync is doing."""
        return self._sync.state

    @override
    async def _async_setup(self) -> None:
        """Read the workspace, which also checks the key."""
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
        """Ask what has happened, and fetch what that changed."""
        self.postponed_by = None
        try:
            if error := await self._fetcher.async_run(self._sync.begin_poll):
                raise error
        except SeamRateLimitError as err:
            if not self._sync.snapshot.locks or not self.last_update_success:
                raise _update_error(err) from err
            # What is known stays true enough until Seam may be asked again.
            self.postponed_by = err
            self.update_interval = max(
                self._next_poll_interval(), timedelta(seconds=err.retry_after)
            )
            _LOGGER.debug("Seam asks to wait for %s", self.update_interval)
        except SeamError as err:
            if self._shutdown_requested:
                return self.data
            # A long wait that Seam once asked for is over.
            self.update_interval = _POLL_INTERVAL
            raise _update_error(err) from err
        else:
            self.confirmed_at = dt_util.utcnow()
            self.update_interval = self._next_poll_interval()
        self._async_follow(self._sync.snapshot)
        return self._sync.snapshot

    def _next_poll_interval(self) -> timedelta:
        """Return when to ask next; one event that was not sent ends the trust."""
        if self._sync.take_unannounced() and self.push.is_trusted:
            _LOGGER.debug("Seam did not send all that happened: asking more often")
            self.push.is_trusted = False
        # What could not be had is asked for again by a poll.
        if self.push.is_trusted and not self._sync.state.postponed:
            return _POLL_INTERVAL_PUSHED
        return _POLL_INTERVAL

    @callback
    def async_receive(self, event: Event) -> None:
        """Take in an event that Seam sent, and fetch what it changed a moment later."""
        if self._shutdown_requested:
            return
        self.push.accepted += 1
        self.push.last_accepted = dt_util.utcnow()
        self.push.is_trusted = True
        self._sync.receive_event(event, dt_util.utcnow())
        if self._gathering is None or self._gathering.done():
            self._gathering = self.config_entry.async_create_background_task(
                self.hass, self._async_follow_events(), f"{DOMAIN} events"
            )

    async def _async_follow_events(self) -> None:
        """Fetch what sent events changed; the next poll tries again if it fails."""
        await asyncio.sleep(_GATHER_SECONDS)
        # What arrives from now on is for the next time.
        self._gathering = None
        await self.async_refresh_locks(())

    @override
    async def _async_refresh(self, *args: Any, **kwargs: Any) -> None:
        """Refresh, and tell what has happened once the states show what came of it."""
        await super()._async_refresh(*args, **kwargs)
        if self._told is not self.data:
            # As good as what there was before, but not as what was shown meanwhile.
            self.async_update_listeners()
        self._async_tell_news()

    @override
    @callback
    def async_update_listeners(self) -> None:
        """Have the entities look at the picture."""
        self._told = self.data
        super().async_update_listeners()

    async def async_reconcile(self) -> None:
        """Fetch everything anew."""
        self._sync.request_all()
        await self.async_refresh()

    async def async_read_code(self, code: AccessCode) -> AccessCode:
        """Return a code as Seam has it now, whatever lists say; its PIN is learnt.

        Endpoints: `/access_codes/get`, `/access_codes/unmanaged/get`.
        """
        client = self.client
        read = (
            client.get_access_code
            if code.is_managed
            else client.get_unmanaged_access_code
        )
        fresh = await read(code.access_code_id)
        self._sync.learn((fresh,))
        return fresh

    @callback
    def async_code_created(self, code: AccessCode) -> None:
        """Note a code that an action made."""
        self._sync.code_created(code, dt_util.utcnow())
        self._async_show()

    @callback
    def async_code_changed(
        self, access_code_id: str, fields: Mapping[str, Any]
    ) -> None:
        """Note what an action changed of a code."""
        self._sync.code_changed(access_code_id, fields, dt_util.utcnow())
        self._async_show()

    @callback
    def async_codes_removed(self, access_code_ids: Iterable[str]) -> None:
        """Note codes that an action had removed."""
        self._sync.codes_removed(access_code_ids, dt_util.utcnow())
        self._async_show()

    @callback
    def async_codes_gone(self, access_code_ids: Collection[str]) -> None:
        """Note codes that Seam does not know any more."""
        self._sync.codes_gone(access_code_ids, dt_util.utcnow())

    @callback
    def async_lock_turned(self, device_id: str, *, locked: bool) -> None:
        """Note how an action left a lock."""
        self._sync.lock_turned(device_id, locked=locked, now=dt_util.utcnow())
        self._async_show()

    @callback
    def async_codes_converted(self, access_code_ids: Iterable[str]) -> None:
        """Note unmanaged codes that an action made managed."""
        self._sync.codes_converted(access_code_ids, dt_util.utcnow())

    async def async_refresh_locks(self, device_ids: Iterable[str]) -> SeamError | None:
        """Fetch locks again that an action has just changed.

        A failure here is not one of the action, and is returned; the next poll tries
        again.
        """
        wanted = frozenset(device_ids)
        error = await self._fetcher.async_run(
            lambda _now: self._sync.request_locks(wanted), wanted
        )
        if error:
            _LOGGER.debug("Could not fetch locks between polls: %s", error)
        self._async_show()
        if (
            (error or self._sync.state.postponed)
            and self.update_interval == _POLL_INTERVAL_PUSHED
            and not self._shutdown_requested
        ):
            self.update_interval = _POLL_INTERVAL
            self._schedule_refresh()
        return error

    @callback
    def _async_show(self) -> None:
        """Show a picture that came about between polls."""
        snapshot = self._sync.snapshot
        if snapshot is not self.data:
            self._async_follow(snapshot)
            self.data = snapshot
            self.async_update_listeners()
        self._async_tell_news()

    @callback
    def _async_tell_news(self) -> None:
        """Tell what has happened, once there are entities that can hear it."""
        happened = [*self._held_occurrences, *self._sync.take_occurrences()]
        self._held_occurrences = []
        for news in happened:
            # Of a lock that is gone there is nobody left to tell.
            if (lock := self.data.locks.get(news.event.device_id or "")) is None:
                continue
            if lock.device_id not in self._shown_locks:
                self._held_occurrences.append(news)
                continue
            async_fire_activity(self.hass, lock, news)
            async_dispatcher_send(self.hass, occurrence_signal(lock.device_id), news)
        self._shown_locks = self.data.locks.keys()

    @callback
    def _async_follow(self, snapshot: Snapshot) -> None:
        """Keep log, device registry and timer in line with a new picture."""
        self._async_remove_devices(self._sync.take_gone_devices())
        self._async_log_refusal()
        if snapshot is self.data:
            return
        self._async_log_trouble(snapshot)
        self._async_rename_devices(snapshot)
        self._async_start_timer()

    @callback
    def _async_log_refusal(self) -> None:
        """Say once when Seam does not tell what happens, and once when it does again."""
        refusal = self._sync.state.events_refusal
        if refusal and not self._is_refused_events:
            _LOGGER.warning(
                "Seam does not tell what happens, so everything is fetched anew: %s",
                refusal,
            )
        elif self._is_refused_events and not refusal:
            _LOGGER.info("Seam tells what happens again")
        self._is_refused_events = refusal is not None

    @callback
    def _async_log_trouble(self, snapshot: Snapshot) -> None:
        """Say once when a lock's codes cannot be had, and once when they can again."""
        for device_id, lock in snapshot.locks.items():
            is_troubled = lock.device.has_access_codes and not lock.has_codes
            if is_troubled and device_id not in self._troubled:
                self._troubled.add(device_id)
                _LOGGER.warning("Cannot fetch the codes of %s", lock.device.name)
            elif not is_troubled and device_id in self._troubled:
                self._troubled.discard(device_id)
                _LOGGER.info("The codes of %s can be fetched again", lock.device.name)

    @callback
    def _async_rename_devices(self, snapshot: Snapshot) -> None:
        """Give devices the names that they have at Seam now."""
        names = {
            device_id: lock.device.name
            for device_id, lock in snapshot.locks.items()
            if (old := self.data.locks.get(device_id))
            and old.device.name != lock.device.name
        }
        registered = self._registered_locks() if names else {}
        for device_id in names.keys() & registered.keys():
            dr.async_get(self.hass).async_update_device(
                registered[device_id].id, name=names[device_id]
            )

    @callback
    def _async_remove_devices(self, device_ids: set[str]) -> None:
        """Remove devices that Seam no longer has, with their entities."""
        registered = self._registered_locks() if device_ids else {}
        for device_id in registered.keys() & device_ids:
            dr.async_get(self.hass).async_remove_device(registered[device_id].id)

    def _registered_locks(self) -> dict[str, dr.DeviceEntry]:
        """Return the devices of locks by Seam's ids, without that of the workspace."""
        devices = dr.async_entries_for_config_entry(
            dr.async_get(self.hass), self.config_entry.entry_id
        )
        return {
            device_id: device
            for device in devices
            if device.entry_type is not dr.DeviceEntryType.SERVICE
            and (device_id := seam_device_id(device))
        }

    @callback
    def _async_start_timer(self) -> None:
        """Wake up when the next code starts or ends: its lock and status change then."""
        self._async_stop_timer()
        # What is still being fetched when the entry is unloaded must not wind it up again.
        if self._shutdown_requested:
            return
        if (moment := self._sync.next_moment(dt_util.utcnow())) is None:
            return
        when, device_ids = moment

        async def refresh(_now: datetime) -> None:
            self._cancel_timer = None
            # The passing of the moment is news, whether or not Seam has any.
            self._sync.touch(device_ids)
            self._async_show()
            await self.async_refresh_locks(device_ids)

        self._cancel_timer = async_track_point_in_utc_time(self.hass, refresh, when)

    @callback
    def _async_stop_timer(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None


def occurrence_signal(device_id: str) -> str:
    """Return the dispatcher's signal for what happens on a lock."""
    return f"{DOMAIN}_news_{device_id}"


def seam_device_id(device: dr.DeviceEntry) -> str | None:
    """Return Seam's id of a device in the registry."""
    return next(
        (value for domain, value in device.identifiers if domain == DOMAIN), None
    )


def _update_error(err: SeamError) -> Exception:
    """Return the error that tells Home Assistant why there is no data."""
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
        retry_after=err.retry_after if isinstance(err, SeamRateLimitError) else None,
    )
