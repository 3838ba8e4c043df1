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
        self, client: SeamClient, engine: SyncEngine, note_answer: Callable[[], None]
    ) -> None:
        """Initialize the sender.

        `note_answer` is called after each answer to a request but the last.
        """
        self._client = client
        self._engine = engine
        self._note_answer = note_answer
        self._secrets = client.secrets
        self._numbers = count()
        self._accounts_from = -1
        self._logged: set[str] = set()
        self._had_accounts_error = False
        # The number of the request that the current data of a lock, and of its codes,
        # is from.
        self._devices_from: dict[str, int] = {}
        self._codes_from: dict[str, int] = {}
        # When that request for codes was sent, by the time of the loop.
        self._codes_at: dict[str, float] = {}

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
            if not isinstance(fetch, FetchCodes) or self._is_newest(fetch, number):
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
                self._codes_at.pop(key, None)
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
        sent_at = asyncio.get_running_loop().time()
        managed = await self._client.list_access_codes(fetch.device_id)
        self._note_answer()
        unmanaged, error = await self._async_list_unmanaged(fetch)
        if not self._is_newest(fetch, number):
            return
        if managed.has_no_valid_row:
            raise SeamUnreadableError("None of the access codes could be read")
        self._codes_from[fetch.device_id] = number
        self._codes_at[fetch.device_id] = sent_at
        # The lists contradict each other if the other one lacks these.
        strays = {code.access_code_id for code in managed if not code.is_managed}
        if strays:
            strays.difference_update(code.access_code_id for code in unmanaged or ())
        self._engine.receive_codes(
            fetch,
            # A code may be in both lists while it is converted.
            [*(unmanaged or ()), *managed],
            dt_util.utcnow(),
            may_lack=lambda code_id: any(
                rows is not None and rows.may_lack(code_id)
                for rows in (managed, unmanaged)
            ),
            has_all=unmanaged is not None,
            is_complete=managed.all_rows_read and not strays,
        )
        if error:
            self._redact(fetch, error)
            self._engine.receive_failure(
                fetch, error, dt_util.utcnow(), is_managed_known=True
            )

    async def _async_list_unmanaged(
        self, fetch: FetchCodes
    ) -> tuple[Rows[AccessCode] | None, SeamError | None]:
        """Return the unmanaged codes of a lock, or else why they are not known."""
        failures, device_id = self._engine.failures, fetch.device_id
        if error := failures.unmanaged_rate_limit(device_id, dt_util.utcnow()):
            return None, error
        try:
            codes = await self._client.list_unmanaged_access_codes(device_id)
        except SeamAuthError:
            raise
        except SeamError as err:
            return None, err
        if codes.has_no_valid_row:
            return None, SeamUnreadableError("None of the access codes could be read")
        return codes, None

    def _redact(self, fetch: Fetch, err: SeamError) -> None:
        # A code that cannot be fetched may have a PIN that is not known yet.
        err.redact(
            self._secrets.mask_all
            if isinstance(fetch, FetchCodes)
            else self._secrets.mask_message
        )
        _drop_tracebacks(err)

    def answered_at(self, request: Request) -> float:
        """Return when the last request for these codes that succeeded was sent.

        It is a time of the loop, and in the past if there was none.
        """
        if isinstance(request, FetchCodes):
            return self._codes_at.get(request.device_id, -1)
        return -1

    def _is_newest(self, fetch: FetchCodes, number: int) -> bool:
        """Return whether no later request for these codes has been answered."""
        return number > self._codes_from.get(fetch.device_id, -1)

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
