"""Requests to Seam whose answers go to the sync engine."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
import logging
from typing import Final

from homeassistant.util import dt as dt_util

from ..api import (
    AccessCode,
    Device,
    SeamAuthError,
    SeamClient,
    SeamError,
    SeamNotFoundError,
    SeamUnreadableError,
)
from ..api.client import EVENTS_LIMIT
from ..api.rows import Rows
from ..sync.engine import SyncEngine
from ..sync.failures import would_fail_again
from ..sync.schedule import Fetch, FetchCodes, FetchDevices, FetchEvents
from .pool import SLOW

_LOGGER = logging.getLogger(__name__)

# What is logged when these fail, and when they succeed again.
_EVENTS: Final = (
    "The event query failed; fetching the devices instead: %s",
    "Event queries are working again",
)
_ACCOUNTS: Final = (
    "Could not fetch the connected accounts: %s",
    "The connected accounts can be fetched again",
)


@dataclass(frozen=True, slots=True)
class FetchAccounts:
    """Fetch the connected accounts."""


@dataclass(eq=False, slots=True)
class CheckCode:
    """Ask for a code that a list lacks."""

    code: AccessCode
    is_gone: bool = False
    error: SeamError | None = None


type Request = Fetch | FetchAccounts | CheckCode


class Sender:
    """Send requests, and hand their answers to the sync engine."""

    def __init__(
        self,
        client: SeamClient,
        engine: SyncEngine,
        note_answer: Callable[[], None],
        publish: Callable[[Request], None],
    ) -> None:
        """Initialize the sender.

        `note_answer` is called after each answer to a request but the last, and
        `publish` when a part of the answer should not wait for the rest.
        """
        self._client = client
        self._engine = engine
        self._note_answer = note_answer
        self._publish = publish
        self._secrets = client.secrets
        self._numbers = count()
        self._accounts_from = -1
        self._logged: set[str] = set()
        self._had_accounts_error = False
        # The number of the request that the current data of a lock is from.
        self._devices_from: dict[str, int] = {}
        # The same for its managed (True) and unmanaged codes, and when it was sent, by
        # the time of the loop.
        self._codes_from: dict[str, dict[bool, tuple[int, float]]] = {}

    async def async_send(self, request: Request) -> SeamError | None:
        """Send a request, and return its error."""
        try:
            if isinstance(request, FetchAccounts):
                await self._async_fetch_accounts()
                return None
            if isinstance(request, CheckCode):
                return await self._async_check_code(request)
            return await self._async_fetch(request)
        except Exception:
            # A bug: nobody knows which answers it has lost.
            self._engine.request_all()
            raise

    async def _async_fetch(self, fetch: Fetch) -> SeamError | None:
        now = dt_util.utcnow()
        if error := self._engine.failures.rate_limit(fetch, now):
            if isinstance(fetch, FetchEvents):
                # Each poll requests them. Until then, the devices say if Seam is down.
                self._engine.receive_failure(fetch, error, now)
            else:
                self._engine.schedule.retry(fetch)
            return error
        number = next(self._numbers)
        try:
            if isinstance(fetch, FetchEvents):
                await self._async_fetch_events(fetch)
            elif isinstance(fetch, FetchDevices):
                await self.async_fetch_devices(fetch)
            else:
                await self._async_fetch_codes(fetch, number)
        except SeamError as err:
            self._redact(fetch, err)
            if (
                not isinstance(fetch, FetchCodes)
                or isinstance(err, SeamAuthError)
                or self._is_newest(fetch, number, is_managed=True)
            ):
                self._engine.receive_failure(
                    fetch, err, dt_util.utcnow(), self._client.last_date
                )
            return err
        return None

    async def _async_fetch_events(self, fetch: FetchEvents) -> None:
        events = await self._client.list_events(fetch.since)
        if events.has_no_valid_row and (
            # Later they would look new, and fire.
            not self._engine.failures.has_had_events
            # The same query would return the same events forever.
            or events.row_count >= EVENTS_LIMIT
        ):
            raise SeamUnreadableError("None of the events could be read")
        self._engine.receive_events(events, dt_util.utcnow())

    async def async_fetch_devices(self, fetch: FetchDevices) -> list[Device]:
        """Return devices, after handing them to the engine."""
        number = next(self._numbers)
        devices = await self._client.list_devices(fetch.device_ids)
        if devices.has_no_valid_row:
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
        schedule, failures = self._engine.schedule, self._engine.failures
        schedule.are_accounts_due = failures.has_limited_accounts(dt_util.utcnow())
        if schedule.are_accounts_due:
            return
        number = next(self._numbers)
        try:
            accounts = await self._client.list_connected_accounts()
            if accounts.has_no_valid_row:
                raise SeamUnreadableError("None of the accounts could be read")
        except SeamError as err:
            err.redact(self._secrets.mask_message)
            _drop_tracebacks(err)
            # The next reconcile asks again for what would fail again now.
            schedule.are_accounts_due = not would_fail_again(err)
            failures.add_accounts(err, dt_util.utcnow())
            if not schedule.are_accounts_due:
                self._engine.receive_accounts(None)
            return
        failures.accounts_error = None
        self._log_once(_ACCOUNTS, None)
        if number > self._accounts_from:
            self._accounts_from = number
            self._engine.receive_accounts(accounts, accounts.may_lack)

    def log_errors(self) -> None:
        """Log once what fails although Seam is not down, and when it works again.

        The accounts are logged as soon as they are fetched again.
        """
        failures = self._engine.failures
        self._log_once(_EVENTS, failures.query_error)
        # Polls notice the end of an outage before the accounts are fetched again.
        had_error, self._had_accounts_error = (
            self._had_accounts_error,
            failures.accounts_error is not None,
        )
        if had_error and failures.accounts_error:
            self._log_once(_ACCOUNTS, failures.accounts_error)

    def _log_once(self, texts: tuple[str, str], error: SeamError | None) -> None:
        failed, succeeded = texts
        if error and failed not in self._logged:
            self._logged.add(failed)
            _LOGGER.warning(failed, error)
        elif not error and failed in self._logged:
            self._logged.remove(failed)
            _LOGGER.info(succeeded)

    async def _async_fetch_codes(self, fetch: FetchCodes, number: int) -> None:
        """Fetch the codes of a lock. A slow list of unmanaged ones keeps none waiting."""
        sent = number, asyncio.get_running_loop().time()
        managed = await self._client.list_access_codes(fetch.device_id)
        self._note_answer()
        if managed.has_no_valid_row:
            raise SeamUnreadableError("None of the access codes could be read")
        failures, now = self._engine.failures, dt_util.utcnow()
        is_limited = failures.has_unmanaged_limit(fetch.device_id, now)
        if is_limited or failures.has_many_unmanaged_limits:
            # The lock may be gone.
            if self._engine.lock_fetches((fetch.device_id,)):
                failures.skip_unmanaged(fetch.device_id)
            self._receive_codes(fetch, sent, managed)
            if self._is_newest(fetch, number, is_managed=False):
                self._codes_from[fetch.device_id][False] = sent
            return
        async with asyncio.TaskGroup() as group:
            listing = group.create_task(self._async_list_unmanaged(fetch.device_id))
            await asyncio.wait((listing,), timeout=SLOW)
            if not listing.done():
                self._receive_codes(fetch, sent, managed)
                self._publish(fetch)
        unmanaged = listing.result()
        if isinstance(unmanaged, SeamAuthError):
            raise unmanaged
        if isinstance(unmanaged, Rows):
            self._receive_codes(fetch, sent, managed, unmanaged)
        elif self._is_newest(fetch, number, is_managed=False):
            self._receive_codes(fetch, sent, managed)
            self._codes_from[fetch.device_id][False] = sent
            self._redact(fetch, unmanaged)
            self._engine.receive_failure(
                fetch, unmanaged, dt_util.utcnow(), is_managed_known=True
            )

    def _receive_codes(
        self,
        fetch: FetchCodes,
        sent: tuple[int, float],
        managed: Rows[AccessCode],
        unmanaged: Rows[AccessCode] | None = None,
    ) -> None:
        """Hand lists of codes to the engine.

        A later list, or the same one, may have been received already.
        """
        lists = {False: unmanaged, True: managed}
        new = {
            is_managed: rows
            for is_managed, rows in lists.items()
            if rows is not None
            and self._is_newest(fetch, sent[0], is_managed=is_managed)
        }
        if not new:
            return
        answers = self._codes_from.setdefault(fetch.device_id, {})
        answers.update(dict.fromkeys(new, sent))
        is_complete: bool | None = None
        strays: list[AccessCode] = []
        if answers.get(True) == sent:
            # The lists contradict each other if the other one lacks these.
            strays = [code for code in managed if not code.is_managed]
            if unmanaged is not None:
                listed = {code.access_code_id for code in unmanaged}
                is_complete = managed.all_rows_read and listed.issuperset(
                    code.access_code_id for code in strays
                )
            elif not (strays and managed.all_rows_read):
                is_complete = managed.all_rows_read
        self._engine.receive_codes(
            fetch,
            # A code may be in both lists while it is converted.
            [*new.get(False, ()), *new.get(True, strays)],
            dt_util.utcnow(),
            may_lack=lambda code_id: any(
                rows.may_lack(code_id) for rows in new.values()
            ),
            kinds=new.keys(),
            is_complete=is_complete,
        )

    async def _async_list_unmanaged(
        self, device_id: str
    ) -> Rows[AccessCode] | SeamError:
        """Return the unmanaged codes of a lock, or why they are not known."""
        try:
            codes = await self._client.list_unmanaged_access_codes(device_id)
        except SeamError as err:
            return err
        if codes.has_no_valid_row:
            return SeamUnreadableError("None of the access codes could be read")
        return codes

    def _redact(self, fetch: Fetch, err: SeamError) -> None:
        # A code that cannot be fetched may have a PIN that is not known yet.
        err.redact(
            self._secrets.mask_all
            if isinstance(fetch, FetchCodes)
            else self._secrets.mask_message
        )
        _drop_tracebacks(err)

    def answered_at(self, request: Request, *, is_managed: bool = False) -> float:
        """Return when the last request for these codes that had an answer was sent.

        It is a time of the loop, and in the past if there was none. The unmanaged codes
        are the last to be answered.
        """
        if isinstance(request, FetchCodes):
            answers = self._codes_from.get(request.device_id, {})
            return answers.get(is_managed, (-1, -1))[1]
        return -1

    def _is_newest(self, fetch: FetchCodes, number: int, *, is_managed: bool) -> bool:
        """Return whether no later request for these codes has been answered."""
        answers = self._codes_from.get(fetch.device_id, {})
        return number > answers.get(is_managed, (-1, -1))[0]

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

    async def _async_check_code(self, check: CheckCode) -> SeamError | None:
        try:
            await self.async_read_code(check.code)
        except SeamNotFoundError:
            check.is_gone = True
        except SeamError as err:
            check.error = err
        return check.error


def _drop_tracebacks(error: BaseException | None) -> None:
    """Release the frames of a request, as errors are kept and would keep its rows."""
    while error:
        error.with_traceback(None)
        error = error.__context__


def device_ids_of(request: Request) -> frozenset[str]:
    """Return the locks that a request is about, none if it is not about single ones."""
    if isinstance(request, FetchCodes):
        return frozenset((request.device_id,))
    return (isinstance(request, FetchDevices) and request.device_ids) or frozenset()
