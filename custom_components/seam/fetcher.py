"""Fetch from Seam what the sync engine asks for."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime
from itertools import count
import logging
from typing import Any

from homeassistant.util import dt as dt_util

from .api import (
    AccessCode,
    Device,
    SeamAuthError,
    SeamClient,
    SeamClosedError,
    SeamError,
    SeamRateLimitError,
    SeamUnreachableError,
    SeamUnreadableError,
)
from .sync.engine import SyncEngine
from .sync.schedule import Fetch, FetchCodes, FetchDevices, FetchEvents

_LOGGER = logging.getLogger(__name__)

_MAX_CONCURRENT_REQUESTS = 8
# Seconds. If none of them is answered, others start nevertheless.
_SLOW = 2
# Seconds. Then a refresh ends without the requests for single locks that go on.
_PATIENCE = 5

# Events, devices, codes, and one to spare. What is still due then is left to the next
# refresh, as events might never end.
_MAX_PASSES = 4

type CreateTask = Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]


class Fetcher:
    """Fetch what is due, and single locks independently of that."""

    def __init__(
        self,
        client: SeamClient,
        engine: SyncEngine,
        create_task: CreateTask,
        publish: Callable[[], None],
    ) -> None:
        """Initialize the fetcher.

        `publish` is called when locks were fetched independently of a poll.
        """
        self._client = client
        self._engine = engine
        self._secrets = client.secrets
        self._create_task = create_task
        self._publish = publish
        self._lock = asyncio.Lock()
        self._has_events_error = False
        self._late: dict[asyncio.Task[Any], Fetch] = {}
        self._numbers = count()
        # The number of the request that the current data of a lock, and of its codes,
        # is from.
        self._devices_from: dict[str, int] = {}
        self._codes_from: dict[str, int] = {}

    async def async_run(
        self,
        request: Callable[[datetime], None] | None = None,
        *,
        includes_codes: bool = True,
    ) -> SeamError | None:
        """Fetch what is due until nothing is, and return the error if that failed.

        One such refresh runs at a time.
        """
        return await self._async_finish(
            self._async_run(request, includes_codes), lambda error: error
        )

    async def async_fetch_locks(
        self, device_ids: Iterable[str], *, with_codes: bool = True
    ) -> dict[str, SeamError]:
        """Fetch locks and their codes now, whatever else is being fetched.

        Return the errors of those that could not be fetched, by device ID.
        """
        wanted = frozenset(device_ids)
        return await self._async_finish(
            self._async_fetch_locks(wanted, with_codes),
            lambda error: dict.fromkeys(wanted, error),
        )

    async def _async_finish[T](
        self, fetching: Coroutine[Any, Any, T], failed: Callable[[SeamError], T]
    ) -> T:
        """Return the result of a task that does not end if the caller is cancelled."""
        if self._client.is_closed:
            fetching.close()
            return failed(SeamClosedError("The client is closed"))
        task = self._create_task(fetching)
        try:
            result: T = await asyncio.shield(task)
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if not task.cancelled() or (caller and caller.cancelling()):
                raise
            # The entry was unloaded, but the caller was not cancelled.
            return failed(SeamClosedError("The client is closed"))
        return result

    async def _async_run(
        self, request: Callable[[datetime], None] | None, includes_codes: bool
    ) -> SeamError | None:
        async with self._lock:
            if request:
                request(dt_util.utcnow())
            try:
                for _ in range(_MAX_PASSES):
                    due = self._engine.take_due(includes_codes=includes_codes)
                    if not due:
                        break
                    await self._async_fetch_due(due)
            except Exception:
                # A bug: nobody knows which answers it has lost.
                self._engine.request_all()
                self._engine.finish()
                raise
            if error := self._engine.finish():
                return error
            self._log_events_error()
            return None

    def _log_events_error(self) -> None:
        """Log once when only the event query fails, and when it succeeds again."""
        error = self._engine.failures.query_error
        if error and not self._has_events_error:
            _LOGGER.warning(
                "The event query failed, fetching everything instead: %s", error
            )
        elif self._has_events_error and not error:
            _LOGGER.info("Event queries are working again")
        self._has_events_error = error is not None

    async def _async_fetch_due(self, due: Sequence[Fetch]) -> None:
        """Fetch what says whether Seam answers, and then what is about single locks."""
        general = [fetch for fetch in due if not _device_ids(fetch)]
        await self._async_fetch_all(general)
        single = [fetch for fetch in due if _device_ids(fetch)]
        if self._engine.failures.may_be_down:
            self._engine.request(*single)
            return
        await self._async_fetch_all(single, patience=_PATIENCE, is_poll=True)

    async def _async_fetch_locks(
        self, device_ids: frozenset[str], with_codes: bool
    ) -> dict[str, SeamError]:
        fetches = self._engine.lock_fetches(device_ids, with_codes=with_codes)
        try:
            errors = await self._async_fetch_all(
                fetches, patience=_PATIENCE if len(device_ids) > 1 else None
            )
        except Exception:
            self._engine.request_all()
            raise
        # Whatever else fails, a key that was revoked has to be replaced.
        errors.sort(key=lambda item: isinstance(item[1], SeamAuthError))
        found: dict[str, SeamError] = {}
        kept: set[str] = set()
        for fetch, error in errors:
            if not isinstance(fetch, FetchCodes) or isinstance(
                error, SeamAuthError | SeamRateLimitError
            ):
                kept |= _device_ids(fetch)
            elif not isinstance(error, SeamUnreachableError):
                # The codes of this lock are unknown, which says enough.
                continue
            found |= dict.fromkeys(_device_ids(fetch), error)
        self._engine.finish_locks(device_ids - kept, has_failed=False)
        self._engine.finish_locks(kept, has_failed=True)
        self._publish()
        return found

    async def _async_fetch_all(
        self,
        fetches: Sequence[Fetch],
        *,
        patience: float | None = None,
        is_poll: bool = False,
    ) -> list[tuple[Fetch, SeamError]]:
        """Return the errors of those that end within the patience; the others go on.

        A poll leaves out what an earlier one still waits for.
        """
        tasks: dict[asyncio.Task[Any], Fetch] = {}
        running: set[asyncio.Task[Any]] = set()
        for fetch in fetches:
            if len(running) >= _MAX_CONCURRENT_REQUESTS:
                done, running = await asyncio.wait(
                    running, timeout=_SLOW, return_when=asyncio.FIRST_COMPLETED
                )
                if not done:
                    running = set()
            if is_poll and (
                self._engine.failures.fatal_error or fetch in self._late.values()
            ):
                self._engine.postpone(fetch)
                continue
            task = self._create_task(self._async_fetch(fetch))
            tasks[task] = fetch
            running.add(task)
        if not tasks:
            return []
        done, late = await asyncio.wait(tasks, timeout=patience)
        for task in late:
            self._late[task] = tasks[task]
            task.add_done_callback(self._finish_late)
        errors = [task.exception() for task in done if not task.cancelled()]
        if bugs := [error for error in errors if isinstance(error, Exception)]:
            raise ExceptionGroup("unhandled errors in a refresh", bugs)
        slow = SeamUnreachableError("Seam did not respond in time")
        return [(tasks[task], slow) for task in late] + [
            (tasks[task], error)
            for task in tasks
            if task in done and not task.cancelled() and (error := task.result())
        ]

    def _finish_late(self, task: asyncio.Task[Any]) -> None:
        fetch = self._late.pop(task)
        if not task.cancelled():
            self._engine.finish_locks(_device_ids(fetch), has_failed=False)
            self._publish()

    async def _async_fetch(self, fetch: Fetch) -> SeamError | None:
        if isinstance(fetch, FetchCodes) and (
            error := self._engine.failures.rate_limit(fetch.device_id, dt_util.utcnow())
        ):
            self._engine.postpone(fetch)
            return error
        number = next(self._numbers)
        try:
            if isinstance(fetch, FetchEvents):
                await self._async_fetch_events(fetch)
            elif isinstance(fetch, FetchDevices):
                await self._async_fetch_devices(fetch, number)
            else:
                await self._async_fetch_codes(fetch, number)
        except SeamError as err:
            # A code that cannot be fetched may have a PIN that is not known yet.
            err.redact(
                self._secrets.mask_all
                if isinstance(fetch, FetchCodes)
                else self._secrets.mask_message
            )
            _drop_tracebacks(err)
            if not isinstance(fetch, FetchCodes) or self._is_newest(fetch, number):
                self._engine.receive_failure(fetch, err, dt_util.utcnow())
            return err
        return None

    async def _async_fetch_events(self, fetch: FetchEvents) -> None:
        events = await self._client.list_events(fetch.since)
        if events.is_unknown and not self._engine.failures.has_had_events:
            # Later they would look new, and fire.
            raise SeamUnreadableError("None of the events could be read")
        self._engine.receive_events(events, dt_util.utcnow())

    async def _async_fetch_devices(
        self, fetch: FetchDevices, number: int
    ) -> list[Device]:
        if fetch == FetchDevices():
            # Nothing waits for the accounts.
            self._create_task(self._async_fetch_accounts())
        devices = await self._client.list_devices(fetch.device_ids)
        if devices.is_unknown:
            raise SeamUnreadableError("None of the devices could be read")
        newer = {key for key, other in self._devices_from.items() if other > number}
        self._devices_from.update(
            (device.device_id, number)
            for device in devices
            if device.device_id not in newer
        )
        self._engine.receive_devices(
            fetch,
            devices.where(lambda device: device.device_id not in newer),
            dt_util.utcnow(),
            may_lack=lambda device_id: (
                device_id in newer or devices.may_lack(device_id)
            ),
        )
        return devices

    async def _async_fetch_accounts(self) -> None:
        """Fetch the connected accounts. They stay as they are if that fails."""
        try:
            accounts = await self._client.list_connected_accounts()
        except SeamError as err:
            err.redact(self._secrets.mask_message)
            _LOGGER.debug("Could not fetch the connected accounts: %s", err)
            return
        self._engine.receive_accounts(accounts)
        self._publish()

    async def _async_fetch_codes(self, fetch: FetchCodes, number: int) -> None:
        managed = await self._client.list_access_codes(fetch.device_id)
        unmanaged = await self._client.list_unmanaged_access_codes(fetch.device_id)
        if not self._is_newest(fetch, number):
            return
        if managed.is_unknown or unmanaged.is_unknown:
            raise SeamUnreadableError("None of them could be read")
        self._codes_from[fetch.device_id] = number
        self._engine.receive_codes(
            fetch,
            managed,
            unmanaged,
            dt_util.utcnow(),
            may_lack=lambda code_id: (
                managed.may_lack(code_id) or unmanaged.may_lack(code_id)
            ),
            is_complete=managed.is_whole,
        )

    def _is_newest(self, fetch: FetchCodes, number: int) -> bool:
        """Return whether no later request for these codes has been answered."""
        return number > self._codes_from.get(fetch.device_id, -1)

    async def async_read_device(self, device_id: str) -> Device | None:
        """Return a device as Seam has it now, without changes that override lists."""
        fetch = FetchDevices.of(device_id)
        devices = await self._async_fetch_devices(fetch, next(self._numbers))
        self._engine.finish_locks((device_id,), has_failed=False)
        self._publish()
        return next(iter(devices), None)

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


def _drop_tracebacks(error: BaseException | None) -> None:
    """Release the frames of a request, as errors are kept and would keep its rows."""
    while error:
        error.with_traceback(None)
        error = error.__context__


def _device_ids(fetch: Fetch) -> frozenset[str]:
    """Return the locks that a fetch is about, none if it is not about single ones."""
    if isinstance(fetch, FetchCodes):
        return frozenset((fetch.device_id,))
    return (isinstance(fetch, FetchDevices) and fetch.device_ids) or frozenset()
