"""Carries out what the sync says is to be fetched."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime
from typing import Any

from homeassistant.util import dt as dt_util

from .api import SeamClient, SeamError, SeamUnreachableError
from .api.redact import Secrets
from .sync.engine import SyncEngine
from .sync.schedule import Fetch, FetchCodes, FetchDevices, FetchEvents

# Requests at a time: a large house should not look like an attack.
_CONCURRENCY = 8

# Events, devices, codes, and once more: where events never end, the rest comes later.
_PASSES = 4

type CreateTask = Callable[[Coroutine[Any, Any, SeamError | None]], asyncio.Task[Any]]


class Fetcher:
    """Fetches in rounds, one at a time."""

    def __init__(
        self,
        client: SeamClient,
        sync: SyncEngine,
        secrets: Secrets,
        create_task: CreateTask,
    ) -> None:
        """Take whom to ask, whom to tell, and how to run a task."""
        self._client = client
        self._sync = sync
        self._secrets = secrets
        self._create_task = create_task
        self._turn = asyncio.Lock()

    async def async_run(
        self, request: Callable[[datetime], None], wanted: Iterable[str] = ()
    ) -> SeamError | None:
        """Carry out a round; return the error if it failed, or for one of the wanted.

        It is a task of its own: whoever waits for it may be cancelled, and what others
        have had made due must not get lost with that.
        """
        task = self._create_task(self._async_run(request, wanted))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            waiting = asyncio.current_task()
            if not task.cancelled() or (waiting and waiting.cancelling()):
                raise
            # The entry was unloaded. Whoever waits has more to do than to ask.
            return SeamUnreachableError("The integration was stopped meanwhile")

    async def _async_run(
        self, request: Callable[[datetime], None], wanted: Iterable[str]
    ) -> SeamError | None:
        """Fetch what is due, one round at a time, each with its own requests."""
        async with self._turn:
            request(dt_util.utcnow())
            try:
                for _ in range(_PASSES):
                    if not (due := self._sync.take_due()):
                        break
                    await self._async_fetch_all(due)
            except Exception:
                # A fault of ours: what it has cost is not known.
                self._sync.request_all()
                self._sync.finish()
                raise
            return self._sync.finish() or self._sync.unreached(wanted)

    async def _async_fetch_all(self, due: Sequence[Fetch]) -> None:
        """Fetch some things at a time, each as soon as another one is done."""
        fetches = iter(due)

        async def fetch_next() -> None:
            for fetch in fetches:
                await self._async_fetch(fetch)

        async with asyncio.TaskGroup() as workers:
            for _ in range(min(_CONCURRENCY, len(due))):
                workers.create_task(fetch_next())

    async def _async_fetch(self, fetch: Fetch) -> None:
        """Fetch one thing and hand in what came of it."""
        try:
            if isinstance(fetch, FetchEvents):
                await self._async_fetch_events(fetch)
            elif isinstance(fetch, FetchDevices):
                await self._async_fetch_devices(fetch)
            else:
                await self._async_fetch_codes(fetch)
        except SeamError as err:
            err.redact(self._secrets.mask)
            self._sync.receive_failure(fetch, err, dt_util.utcnow())

    async def _async_fetch_events(self, fetch: FetchEvents) -> None:
        events = await self._client.list_events(fetch.since)
        self._sync.receive_events(events, dt_util.utcnow())

    async def _async_fetch_devices(self, fetch: FetchDevices) -> None:
        devices = await self._client.list_devices(fetch.device_ids)
        self._sync.receive_devices(
            fetch, devices, dt_util.utcnow(), may_lack=devices.may_lack
        )

    async def _async_fetch_codes(self, fetch: FetchCodes) -> None:
        if error := self._sync.fatal_error:
            raise error
        managed = await self._client.list_access_codes(fetch.device_id)
        unmanaged = await self._client.list_unmanaged_access_codes(fetch.device_id)
        self._sync.receive_codes(
            fetch,
            managed,
            unmanaged,
            dt_util.utcnow(),
            may_lack=lambda code_id: (
                managed.may_lack(code_id) or unmanaged.may_lack(code_id)
            ),
        )
