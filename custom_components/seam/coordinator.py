"""Runs the sync against the client. The only owner of the data."""

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
import logging
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .api import SeamAuthError, SeamClient, SeamError, SeamRateLimitError, Workspace
from .const import DOMAIN
from .sync import Fetch, FetchDevices, Picture, Sync

_LOGGER = logging.getLogger(__name__)

# Seam itself asks most makers every ten minutes; asking it more often gains nothing.
_POLL_INTERVAL = timedelta(seconds=60)

# Requests at a time: a large house should not look like an attack.
_CONCURRENCY = 8

type SeamConfigEntry = ConfigEntry[SeamCoordinator]


class SeamCoordinator(DataUpdateCoordinator[Picture]):
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
        self.data = Picture()
        self._sync = Sync()
        self._round = asyncio.Lock()
        self._slots = asyncio.Semaphore(_CONCURRENCY)
        self._absent: set[str] = set()
        self._cancel_timer: CALLBACK_TYPE | None = None
        entry.async_on_unload(self._async_stop_timer)

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
    async def _async_update_data(self) -> Picture:
        """Fetch everything anew."""
        self._sync.request_all()
        try:
            await self._async_run_round()
        except SeamRateLimitError as err:
            if self._sync.picture == Picture():
                raise _update_error(err) from err
            # What is known stays true enough until Seam may be asked again.
            self.update_interval = max(
                _POLL_INTERVAL, timedelta(seconds=err.retry_after)
            )
            _LOGGER.debug("Seam asks to wait for %s", self.update_interval)
        except SeamError as err:
            raise _update_error(err) from err
        else:
            self.update_interval = _POLL_INTERVAL
        self._async_log_troubled_locks()
        self._async_update_devices()
        self._async_start_timer()
        return self._sync.picture

    async def async_refresh_locks(
        self, device_ids: Iterable[str], *, gone: Iterable[str] = ()
    ) -> None:
        """Fetch locks again that an action has just changed.

        `gone` are the codes that it had removed. A failure here is not one of the
        action; the next poll tries again.
        """
        self._sync.expect_gone(gone)
        self._sync.request_locks(device_ids)
        try:
            await self._async_run_round()
        except SeamError as err:
            _LOGGER.debug("Could not fetch locks after an action: %s", err)
            return
        self._async_start_timer()
        if self.data != self._sync.picture:
            self.data = self._sync.picture
            self.async_update_listeners()

    async def _async_run_round(self) -> None:
        """Carry out what is due, one round at a time, and raise if all of it failed."""
        async with self._round:
            while due := self._sync.take_due():
                await asyncio.gather(*(self._async_fetch(fetch) for fetch in due))
            if error := self._sync.finish():
                raise error

    async def _async_fetch(self, fetch: Fetch) -> None:
        """Fetch one thing and hand in what came of it."""
        try:
            if isinstance(fetch, FetchDevices):
                async with self._slots:
                    devices = await self.client.list_devices(fetch.device_ids)
                self._sync.receive_devices(fetch, devices)
                return
            async with self._slots:
                managed = await self.client.list_access_codes(fetch.device_id)
            async with self._slots:
                unmanaged = await self.client.list_unmanaged_access_codes(
                    fetch.device_id
                )
            self._sync.receive_codes(fetch, managed, unmanaged, dt_util.utcnow())
        except SeamError as err:
            self._sync.receive_failure(fetch, err)

    @callback
    def _async_log_troubled_locks(self) -> None:
        """Say once when a lock's codes cannot be had, and once when they can again."""
        for device_id, lock in self._sync.picture.locks.items():
            known = self.data.locks.get(device_id)
            had_codes = known.has_codes if known else lock.device.has_access_codes
            if had_codes and not lock.has_codes:
                _LOGGER.warning("Cannot fetch the codes of %s", lock.device.name)
            elif known and not had_codes and lock.has_codes:
                _LOGGER.info("The codes of %s can be fetched again", lock.device.name)

    @callback
    def _async_update_devices(self) -> None:
        """Follow new names, and remove devices that two answers in a row missed."""
        registry = dr.async_get(self.hass)
        locks = self._sync.picture.locks
        absent: set[str] = set()
        for device in dr.async_entries_for_config_entry(
            registry, self.config_entry.entry_id
        ):
            device_id = seam_device_id(device)
            if lock := locks.get(device_id or ""):
                if device.name != lock.device.name:
                    registry.async_update_device(device.id, name=lock.device.name)
            elif device.id in self._absent:
                registry.async_remove_device(device.id)
            else:
                absent.add(device.id)
        self._absent = absent

    @callback
    def _async_start_timer(self) -> None:
        """Wake up when the next code starts or ends: its lock and status change then."""
        self._async_stop_timer()
        if (moment := self._sync.next_moment(dt_util.utcnow())) is None:
            return
        when, device_ids = moment

        async def refresh(_now: datetime) -> None:
            self._cancel_timer = None
            # The passing of the moment is news, whether or not Seam has any.
            self.async_update_listeners()
            await self.async_refresh_locks(device_ids)
            self._async_start_timer()

        self._cancel_timer = async_track_point_in_utc_time(self.hass, refresh, when)

    @callback
    def _async_stop_timer(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None


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
