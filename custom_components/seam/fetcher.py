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
from .api.pool import CreateTask, RequestPool, too_slow
from .sync.engine import SyncEngine
from .sync.schedule import Fetch, FetchCodes, FetchDevices, FetchEvents

_LOGGER = logging.getLogger(__name__)

# Events, devices, codes, and one to spare. What is still due then is left to the next
# refresh, as events might never end.
_MAX_PASSES = 4


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
        self._pool = RequestPool(
            create_task,
            self._async_fetch,
            ended=self._finish_late,
            given_up=self._give_up,
        )
        self._numbers = count()
        self._accounts_from = -1
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

    async def async_fetch_due_locks(self) -> None:
        """Fetch single locks that are due, whatever else is being fetched."""
        await self._async_finish(self._async_fetch_due_locks(), lambda _: None)

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
            rest: Sequence[Fetch] = ()
            try:
                for _ in range(_MAX_PASSES):
                    due = self._engine.take_due(includes_codes=includes_codes)
                    if not due or (rest := await self._async_fetch_due(due)):
                        break
            except Exception:
                # A bug: nobody knows which answers it has lost.
                self._engine.request_all()
                self._engine.finish()
                raise
            error = self._engine.finish()
            self._engine.schedule.request(*rest)
            if error:
                return error
            self._log_events_error()
            if rest:
                self._create_task(self._async_fetch_rest())
            return None

    async def _async_fetch_rest(self) -> None:
        """Fetch what a refresh has left, once there is room."""
        await self._pool.async_wait_for_room()
        await self._async_run(None, includes_codes=True)
        self._publish()

    async def _async_fetch_due_locks(self) -> None:
        for _ in range(_MAX_PASSES):
            if not (due := self._engine.schedule.take_due_locks()):
                return
            try:
                rest = await self._async_poll_locks(due)
            except Exception:
                self._engine.request_all()
                raise
            self._engine.schedule.request(*rest)
            device_ids = frozenset[str]().union(*map(_device_ids, due))
            self._engine.finish_locks(device_ids, has_failed=False)
            self._publish()

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

    async def _async_fetch_due(self, due: Sequence[Fetch]) -> Sequence[Fetch]:
        """Fetch what says whether Seam answers, and then what is about single locks.

        Return what is left because too much is slow.
        """
        general = [fetch for fetch in due if not _device_ids(fetch)]
        if FetchDevices() in general or self._engine.schedule.are_accounts_due:
            # Nothing waits for the accounts.
            self._create_task(self._async_fetch_accounts())
        await self._pool.async_run(general, is_patient=True)
        single = [fetch for fetch in due if _device_ids(fetch)]
        if self._engine.failures.may_be_down:
            self._engine.schedule.request(*single)
            return ()
        return await self._async_poll_locks(single)

    async def _async_fetch_locks(
        self, device_ids: frozenset[str], with_codes: bool
    ) -> dict[str, SeamError]:
        fetches = self._engine.lock_fetches(device_ids, with_codes=with_codes)
        try:
            errors, rest = await self._pool.async_run(
                sorted(fetches, key=self._has_failed), is_patient=len(device_ids) == 1
            )
        except Exception:
            self._engine.request_all()
            raise
        for fetch in rest:
            self._engine.schedule.retry(fetch)
            errors.append((fetch, too_slow()))
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

    async def _async_poll_locks(self, fetches: Sequence[Fetch]) -> Sequence[Fetch]:
        """Fetch single locks, and return what has to wait as others are slow."""
        # Those that may fail again come last.
        ordered = sorted(fetches, key=self._has_failed)
        _, rest = await self._pool.async_run(ordered, self._is_postponed)
        return rest

    def _has_failed(self, fetch: Fetch) -> bool:
        return isinstance(fetch, FetchCodes) and self._engine.failures.has(
            fetch.device_id
        )

    def _is_postponed(self, fetch: Fetch) -> bool:
        """Leave a fetch to the next poll if it is pointless, or still running."""
        if self._engine.failures.fatal_error or self._pool.is_slow(fetch):
            self._engine.schedule.retry(fetch)
            return True
        return False

    def _give_up(self, fetch: Fetch, error: SeamError) -> None:
        self._engine.receive_failure(fetch, error, dt_util.utcnow())
        self._engine.finish_locks(_device_ids(fetch), has_failed=False)

    def _finish_late(self, fetch: Fetch) -> None:
        self._engine.finish_locks(_device_ids(fetch), has_failed=False)
        self._publish()

    async def _async_fetch(self, fetch: Fetch) -> SeamError | None:
        if error := self._engine.failures.rate_limit(fetch, dt_util.utcnow()):
            self._engine.schedule.retry(fetch)
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
        devices = await self._client.list_devices(fetch.device_ids)
        if devices.is_unknown:
            raise SeamUnreadableError("None of the devices could be read")
        newer = {key for key, other in self._devices_from.items() if other > number}
        self._devices_from.update(
            (device.device_id, number)
            for device in devices
            if device.device_id not in newer
        )
        if fetch.device_ids is None and devices.is_complete:
            # The others are gone.
            self._devices_from = {
                key: other
                for key, other in self._devices_from.items()
                if other >= number
            }
            for key in self._codes_from.keys() - self._devices_from.keys():
                del self._codes_from[key]
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
        self._engine.schedule.are_accounts_due = False
        number = next(self._numbers)
        try:
            accounts = await self._client.list_connected_accounts()
            if accounts.is_unknown:
                raise SeamUnreadableError("None of the accounts could be read")
        except SeamError as err:
            err.redact(self._secrets.mask_message)
            _LOGGER.debug("Could not fetch the connected accounts: %s", err)
            self._engine.schedule.are_accounts_due = True
            return
        if number > self._accounts_from:
            self._accounts_from = number
            self._engine.receive_accounts(accounts, accounts.may_lack)
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
