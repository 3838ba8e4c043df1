"""Fetch from Seam what the sync engine asks for."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import datetime
import logging
from typing import Any

from homeassistant.util import dt as dt_util

from .api import AccessCode, SeamClient, SeamError, SeamUnreachableError
from .api.redact import Secrets
from .sync.engine import SyncEngine
from .sync.schedule import Fetch, FetchCodes, FetchDevices, FetchEvents
from .sync.snapshot import LockData

_LOGGER = logging.getLogger(__name__)

_MAX_CONCURRENT_REQUESTS = 8

# Events, devices, codes, and one to spare. What is still due then is left to the next
# refresh, as events might never end.
_MAX_PASSES = 4

type CreateTask = Callable[[Coroutine[Any, Any, SeamError | None]], asyncio.Task[Any]]


class Fetcher:
    """Run one refresh at a time, each until nothing is due."""

    def __init__(
        self,
        client: SeamClient,
        engine: SyncEngine,
        secrets: Secrets,
        create_task: CreateTask,
    ) -> None:
        """Initialize the fetcher."""
        self._client = client
        self._engine = engine
        self._secrets = secrets
        self._create_task = create_task
        self._lock = asyncio.Lock()
        self._is_refused = False

    async def async_run(
        self, request: Callable[[datetime], None], device_ids: Iterable[str] = ()
    ) -> SeamError | None:
        """Run a refresh, and return the error if it or one of these locks failed.

        It runs in a task of its own, as it also fetches what others have requested and
        must not end because one caller is cancelled.
        """
        task = self._create_task(self._async_run(request, device_ids))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if not task.cancelled() or (caller and caller.cancelling()):
                raise
            # The entry was unloaded, but the caller was not cancelled.
            return SeamUnreachableError("The integration was stopped meanwhile")

    async def _async_run(
        self, request: Callable[[datetime], None], device_ids: Iterable[str]
    ) -> SeamError | None:
        async with self._lock:
            request(dt_util.utcnow())
            try:
                for _ in range(_MAX_PASSES):
                    if not (due := self._engine.take_due()):
                        break
                    await self._async_fetch_all(due)
            except Exception:
                # A bug: nobody knows which answers it has lost.
                self._engine.request_all()
                self._engine.finish()
                raise
            if error := self._engine.finish():
                return error
            self._log_event_refusal()
            return self._engine.unreachable_error(device_ids)

    def _log_event_refusal(self) -> None:
        """Log once when Seam starts to reject event queries, and when it stops."""
        refusal = self._engine.state.events_refusal
        if refusal and not self._is_refused:
            _LOGGER.warning(
                "Seam rejected the event query; fetching everything instead: %s",
                refusal,
            )
        elif self._is_refused and not refusal:
            _LOGGER.info("Seam accepts the event query again")
        self._is_refused = refusal is not None

    async def _async_fetch_all(self, due: Sequence[Fetch]) -> None:
        fetches = iter(due)

        async def fetch_next() -> None:
            for fetch in fetches:
                await self._async_fetch(fetch)

        async with asyncio.TaskGroup() as workers:
            for _ in range(min(_MAX_CONCURRENT_REQUESTS, len(due))):
                workers.create_task(fetch_next())

    async def _async_fetch(self, fetch: Fetch) -> None:
        try:
            if isinstance(fetch, FetchEvents):
                await self._async_fetch_events(fetch)
            elif isinstance(fetch, FetchDevices):
                await self._async_fetch_devices(fetch)
            else:
                await self._async_fetch_codes(fetch)
        except SeamError as err:
            err.redact(self._secrets.mask)
            self._engine.receive_failure(fetch, err, dt_util.utcnow())

    async def _async_fetch_events(self, fetch: FetchEvents) -> None:
        events = await self._client.list_events(fetch.since)
        self._engine.receive_events(events, dt_util.utcnow())

    async def _async_fetch_devices(self, fetch: FetchDevices) -> None:
        devices = await self._client.list_devices(fetch.device_ids)
        self._engine.receive_devices(
            fetch, devices, dt_util.utcnow(), may_lack=devices.may_lack
        )

    async def _async_fetch_codes(self, fetch: FetchCodes) -> None:
        if error := self._engine.fatal_error:
            raise error
        managed = await self._client.list_access_codes(fetch.device_id)
        unmanaged = await self._client.list_unmanaged_access_codes(fetch.device_id)
        self._engine.receive_codes(
            fetch,
            managed,
            unmanaged,
            dt_util.utcnow(),
            may_lack=lambda code_id: (
                managed.may_lack(code_id) or unmanaged.may_lack(code_id)
            ),
            is_complete=managed.is_complete and not managed.unreadable,
        )

    async def async_read_code(self, code: AccessCode) -> AccessCode:
        """Return a code as Seam has it now, which lists may not show yet.

        Endpoints: `/access_codes/get`, `/access_codes/unmanaged/get`.
        """
        read = (
            self._client.get_access_code
            if code.is_managed
            else self._client.get_unmanaged_access_code
        )
        fresh = await read(code.access_code_id)
        self._secrets.add(fresh.pins)
        return fresh


def log_code_availability(
    old: Mapping[str, LockData], new: Mapping[str, LockData]
) -> None:
    """Log once when the codes of a lock become unavailable, and when they return."""
    for device_id, lock in new.items():
        before = old.get(device_id)
        was_unavailable = before is not None and before.lacks_codes
        if lock.lacks_codes and not was_unavailable:
            _LOGGER.warning("Could not fetch the access codes of %s", lock.device.name)
        elif was_unavailable and not lock.lacks_codes:
            _LOGGER.info("The access codes of %s are available again", lock.device.name)
