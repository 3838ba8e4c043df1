"""Fetch from Seam what the sync engine asks for."""

import asyncio
from collections.abc import (
    Callable,
    Collection,
    Coroutine,
    Iterable,
    Iterator,
    Sequence,
)
from datetime import datetime
import logging
from typing import Any

from homeassistant.util import dt as dt_util

from ..api import (
    AccessCode,
    Device,
    SeamAuthError,
    SeamClient,
    SeamClosedError,
    SeamError,
    SeamRateLimitError,
    SeamUnreachableError,
)
from ..sync.engine import SyncEngine
from ..sync.schedule import Fetch, FetchCodes, FetchDevices
from .pool import CreateTask, Priority, RequestPool, taken, too_slow
from .sender import CheckCode, FetchAccounts, Request, Sender, device_ids_of

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
        publish: Callable[[SeamError | None], None],
    ) -> None:
        """Initialize the fetcher.

        `publish` is called when locks were fetched independently of a poll, with an
        error if the next poll should not be late.
        """
        self._client = client
        self._engine = engine
        self._sender = Sender(
            client,
            engine,
            self._note_answer,
            lambda request: self._finish_lock(request, None),
        )
        self._create_task = create_task
        self._publish = publish
        self._lock = asyncio.Lock()
        self._pool = RequestPool[Request](
            create_task,
            self._sender.async_send,
            ended=self._finish_lock,
            displaced=self._handle_displaced,
        )
        # What polls and events have not sent yet.
        self._queues: list[dict[Request, None]] = []
        # Fetches that wait for an identical running request, which may predate the last
        # event.
        self._followers: set[Request] = set()
        # What is sent once there is room. Nothing waits for it.
        self._background: dict[Request, None] = {}
        self._background_task: asyncio.Task[None] | None = None
        # When requests were sent that others have displaced.
        self._displaced: dict[FetchCodes, float] = {}

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

    async def async_fetch_due_locks(self, device_ids: Collection[str]) -> None:
        """Fetch these locks if they are due, whatever else is being fetched."""
        await self._async_finish(
            self._async_fetch_due_locks(device_ids), lambda _: None
        )

    async def async_fetch_locks(
        self,
        device_ids: Iterable[str],
        *,
        with_codes: bool = True,
        is_patient: bool = True,
    ) -> dict[str, SeamError]:
        """Fetch locks and their codes now, whatever else is being fetched.

        Return the errors of those that could not be fetched, by device ID. If it is
        patient, it waits for a single lock however long that takes, but not for several.
        """
        wanted = frozenset(device_ids)
        return await self._async_finish(
            self._async_fetch_locks(wanted, with_codes, is_patient),
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
                self._engine.finish(self.is_fetching)
                raise
            error = self._engine.finish(self.is_fetching)
            if error is None:
                self._sender.log_errors()
            return error

    async def _async_fetch_due_locks(self, device_ids: Collection[str]) -> None:
        for _ in range(_MAX_PASSES):
            if not (due := self._engine.schedule.take_due_locks(device_ids)):
                return
            new = [fetch for fetch in due if not self._follow(fetch)]
            # Those that may fail again keep no others waiting.
            self._send_in_background(filter(self._has_failed, new))
            await self._async_fetch_single(
                [fetch for fetch in new if not self._has_failed(fetch)], Priority.EVENT
            )

    def _follow(self, fetch: Fetch) -> bool:
        """Return whether a request waits for one like it that was sent before."""
        if fetch not in self._followers:
            if not self._running(fetch):
                return False
            self._followers.add(fetch)
            self._create_task(self._async_follow(fetch))
        return True

    async def _async_follow(self, fetch: Fetch) -> None:
        await self._pool.async_wait_for_turn(fetch, self._sender.answered_at(fetch))
        self._followers.remove(fetch)
        await self._async_fetch_single((fetch,), Priority.EVENT)
        # The lock may be new.
        await self._async_fetch_due_locks(device_ids_of(fetch))

    async def _async_fetch_due(self, due: Sequence[Fetch]) -> None:
        """Fetch what says whether Seam answers, and then what is about single locks."""
        general = [fetch for fetch in due if not device_ids_of(fetch)]
        if FetchDevices() in general or self._engine.schedule.are_accounts_due:
            # Nothing waits for the accounts.
            self._send_in_background((FetchAccounts(),))
        await self._pool.async_run(general, Priority.GENERAL, is_patient=True)
        single = [fetch for fetch in due if device_ids_of(fetch)]
        if self._engine.failures.may_be_down:
            self._engine.schedule.request(*single)
        elif single:
            await self._async_fetch_single(single, Priority.POLL)

    async def _async_fetch_locks(
        self, device_ids: frozenset[str], with_codes: bool, is_patient: bool
    ) -> dict[str, SeamError]:
        began_at = asyncio.get_running_loop().time()
        fetches = self._engine.lock_fetches(device_ids, with_codes=with_codes)
        is_patient = is_patient and len(device_ids) == 1
        errors = await self._async_fetch_now(
            sorted(fetches, key=self._has_failed), is_patient
        )
        # One lock can make the request for all of them fail.
        is_down = len(errors) == len(fetches)
        if shared := [item for item in errors if _may_be_about_one(*item, is_down)]:
            single = [
                FetchDevices.of(device_id)
                for fetch, _ in shared
                for device_id in sorted(device_ids_of(fetch))
            ]
            errors = [item for item in errors if item not in shared]
            errors += await self._async_fetch_now(single, is_patient)
        # Whatever else fails, a key that was revoked has to be replaced.
        errors.sort(key=lambda item: isinstance(item[1], SeamAuthError))
        found: dict[str, SeamError] = {}
        kept: set[str] = set()
        for fetch, error in errors:
            if not isinstance(fetch, FetchCodes) or isinstance(
                error, SeamAuthError | SeamRateLimitError
            ):
                kept |= device_ids_of(fetch)
            elif self._sender.answered_at(fetch, is_managed=True) >= began_at or not (
                isinstance(error, SeamUnreachableError)
                or self._engine.failures.failed_polls
            ):
                # That some codes of this lock are unknown, or slow, says enough.
                continue
            found |= dict.fromkeys(device_ids_of(fetch), error)
        self._engine.finish_locks(device_ids - kept, self.is_fetching, has_failed=False)
        self._engine.finish_locks(kept, self.is_fetching, has_failed=True)
        self._publish(next(iter(found.values()), None))
        return found

    async def _async_fetch_now(
        self, fetches: Sequence[Fetch], is_patient: bool
    ) -> list[tuple[Request, SeamError]]:
        """Fetch locks for an action, and return what has failed or was too slow."""
        errors, rest = await self._pool.async_run(
            fetches, Priority.ACTION, is_patient=is_patient
        )
        self._send_in_background(rest)
        return errors + [(fetch, too_slow()) for fetch in rest]

    async def _async_fetch_single(
        self, fetches: Sequence[Request], priority: Priority
    ) -> None:
        """Fetch single locks, in the background if they wait for others that are slow."""
        queues = self._queues if priority is Priority.EVENT else []
        for queue in (self._background, *queues):
            for fetch in fetches:
                queue.pop(fetch, None)
        queue = dict.fromkeys(sorted(fetches, key=self._has_failed))
        self._queues.append(queue)
        try:
            _, rest = await self._pool.async_run(
                self._worthwhile(taken(queue)), priority
            )
        finally:
            self._queues.remove(queue)
        self._send_in_background(rest)

    def _send_in_background(self, requests: Iterable[Request]) -> None:
        """Send requests once there is room. Nothing waits for them."""
        self._background.update(dict.fromkeys(requests))
        is_running = self._background_task and not self._background_task.done()
        if self._background and not is_running and not self._client.is_closed:
            self._background_task = self._create_task(self._async_fetch_background())

    async def _async_fetch_background(self) -> None:
        while self._background:
            _, rest = await self._pool.async_run(
                self._worthwhile(self._take_background()), Priority.BACKGROUND
            )
            self._background.update(dict.fromkeys(rest))
            if self._engine.failures.fatal_error:
                self._publish(await self._async_run(None, includes_codes=True))

    def _take_background(self) -> Iterator[Request]:
        """Yield requests when it is their turn; those that may fail again come last."""
        while self._background:
            request = min(self._background, key=self._has_failed)
            del self._background[request]
            yield request

    def _worthwhile(self, requests: Iterable[Request]) -> Iterator[Request]:
        """Leave requests to the next poll if they are pointless, or two are running."""
        for request in requests:
            if self._engine.failures.fatal_error or len(self._running(request)) > 1:
                self._retry(request)
            else:
                yield request

    def _retry(self, request: Request) -> None:
        if isinstance(request, FetchAccounts):
            self._engine.schedule.are_accounts_due = True
        elif not isinstance(request, CheckCode):
            self._engine.schedule.retry(request)

    def _has_failed(self, request: Request) -> bool:
        if not isinstance(request, FetchCodes):
            return False
        return self._engine.failures.has(request.device_id) or (
            (sent_at := self._displaced.get(request)) is not None
            and self._sender.answered_at(request) < sent_at
        )

    def _running(self, request: Request) -> list[asyncio.Task[Any]]:
        """Return what runs for requests like this, but not what is out of date."""
        return self._pool.running(request, self._sender.answered_at(request))

    def is_fetching(self, device_id: str) -> bool:
        """Return whether the codes of a lock are being fetched, or will be soon."""
        fetch = FetchCodes(device_id)
        return (
            fetch in self._background
            or fetch in self._followers
            or any(fetch in queue for queue in self._queues)
            or self._pool.is_next(fetch)
            or bool(self._running(fetch))
        )

    def _handle_displaced(self, request: Request, sent_at: float) -> None:
        """Send a request for codes again, and take it for failed the second time."""
        if request in self._followers:
            return
        error = too_slow()
        if isinstance(request, FetchCodes):
            answered_at = self._sender.answered_at(request)
            first = self._displaced.pop(request, sent_at)
            if answered_at >= sent_at:
                self._finish_lock(request, None)
                return
            if first == sent_at or answered_at >= first:
                self._displaced[request] = sent_at
                self._send_in_background((request,))
                return
            self._engine.receive_failure(
                request,
                error,
                dt_util.utcnow(),
                is_managed_known=(
                    self._sender.answered_at(request, is_managed=True) >= first
                ),
            )
        else:
            self._retry(request)
        self._finish_lock(request, error)

    def _note_answer(self) -> None:
        self._pool.note_answer()

    def _finish_lock(self, request: Request, error: SeamError | None) -> None:
        """Publish a lock that was fetched independently of a poll."""
        self._engine.finish_locks(
            device_ids_of(request), self.is_fetching, has_failed=False
        )
        self._publish(error)

    async def async_read_device(self, device_id: str) -> Device | None:
        """Return a device as Seam has it now, without changes that override lists."""
        fetch = FetchDevices.of(device_id)
        devices = await self._sender.async_fetch_devices(fetch)
        self._finish_lock(fetch, None)
        return next(iter(devices), None)

    async def async_read_code(self, code: AccessCode) -> AccessCode:
        """Return a code as Seam has it now, which lists may not show yet."""
        return await self._sender.async_read_code(code)

    async def async_gone(self, codes: Iterable[AccessCode]) -> list[str]:
        """Return the IDs of those codes that Seam does not have any more.

        Raise the first error, after which no others are asked for.
        """
        checks = list(map(CheckCode, codes))
        error = await self._async_finish(self._async_check(checks), lambda error: error)
        if error:
            raise error
        return [check.code.access_code_id for check in checks if check.is_gone]

    async def _async_check(self, checks: Sequence[CheckCode]) -> SeamError | None:
        wanted = (check for check in checks if not any(other.error for other in checks))
        errors, rest = await self._pool.async_run(wanted, Priority.ACTION)
        if rest:
            return too_slow()
        return errors[0][1] if errors else None


def _may_be_about_one(request: Request, error: SeamError, is_down: bool) -> bool:
    """Return whether a request for several locks may succeed for some of them."""
    final = SeamAuthError | SeamRateLimitError
    return len(device_ids_of(request)) > 1 and not isinstance(
        error, final | SeamUnreachableError if is_down else final
    )
