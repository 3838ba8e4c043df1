"""Failures of fetches."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from ..api import (
    SeamAuthError,
    SeamError,
    SeamRateLimitError,
    SeamServerError,
    SeamUnreachableError,
    SeamUnreadableError,
)
from ..api.errors import MAX_RETRY_AFTER
from .schedule import Fetch, FetchCodes, FetchDevices, FetchEvents, is_due

# Rate limits that last longer, or that follow each other for longer, make the codes of
# a lock outdated. With many locks, each may be limited several times in turn.
_SHORT_RATE_LIMIT: Final = timedelta(minutes=1)
_SHORT_RATE_LIMITS: Final = timedelta(minutes=5)
_MAX_RATE_LIMIT: Final = timedelta(seconds=MAX_RETRY_AFTER)
_ACCOUNTS: Final = "accounts"
_EVENTS: Final = "events"
_UNMANAGED: Final = "unmanaged"
type _Key = str | FetchDevices | tuple[str, str]
# A poll that waits for the end of a rate limit may start a little early.
_EARLY: Final = timedelta(seconds=1)
# After so many rate limits in a row, the rest is left to the next poll.
_MAX_RATE_LIMITS: Final = 8
_TEMPORARY_ERRORS: Final = (
    SeamAuthError,
    SeamRateLimitError,
    SeamServerError,
    SeamUnreachableError,
)


def would_fail_again(error: SeamError) -> bool:
    """Return whether an error is about the request itself."""
    return isinstance(error, SeamUnreadableError) or not isinstance(
        error, _TEMPORARY_ERRORS
    )


class Failures:
    """Failures of the current refresh, and of the codes of locks."""

    def __init__(self) -> None:
        """Initialize without failures."""
        self._error: SeamError | None = None
        self._events_error: SeamError | None = None
        self.has_had_events = False
        """Whether events were fetched since the start."""
        self._has_devices = False
        self.failed_polls = 0
        """How many polls in a row have failed, except for rate limits."""
        self.query_error: SeamError | None = None
        """Why events cannot be fetched although Seam is not down, None if they can."""
        self.accounts_error: SeamError | None = None
        """Why accounts cannot be fetched, None if they can."""
        # By the device ID for codes, by the fetch for devices, or by the other names.
        self._rate_limits: dict[_Key, tuple[SeamRateLimitError, datetime]] = {}
        # Of requests for managed (True) and for unmanaged codes.
        self._rate_limits_in_a_row = {True: 0, False: 0}
        # Limits for codes may be short, but follow each other.
        self._limited_since: dict[_Key, datetime] = {}
        self._unmanaged_skipped: set[str] = set()
        self.code_errors: dict[str, SeamError] = {}
        """Why the codes of locks could not be fetched, by device ID."""
        self.managed_known: set[str] = set()
        """IDs of locks whose managed codes were fetched since all of them last were."""

    @property
    def fatal_error(self) -> SeamError | None:
        """The error after which fetching more is pointless."""
        if self._error is None and self._rate_limits_in_a_row[True] >= _MAX_RATE_LIMITS:
            return next(reversed(self._rate_limits.values()))[0]
        return self._error

    @property
    def may_be_down(self) -> bool:
        """Whether the list of all devices has to say if Seam as a whole is down."""
        return (
            self._error is None
            and not self._has_devices
            and isinstance(self._events_error, _TEMPORARY_ERRORS)
        )

    @property
    def is_query_wrong(self) -> bool:
        """Whether the same event query would fail again."""
        return self._events_error is not None and would_fail_again(self._events_error)

    def rate_limit(self, fetch: Fetch, now: datetime) -> SeamRateLimitError | None:
        """Return the rate limit for events or single locks that is still in effect."""
        match fetch:
            case FetchEvents():
                return self._rate_limit(_EVENTS, now)
            case FetchCodes():
                return self._rate_limit(fetch.device_id, now)
        return self._rate_limit(fetch, now)

    @property
    def has_many_unmanaged_limits(self) -> bool:
        """Whether to ask for no other unmanaged codes in this refresh."""
        return self._rate_limits_in_a_row[False] >= _MAX_RATE_LIMITS

    def has_unmanaged_limit(self, device_id: str, now: datetime) -> bool:
        """Return whether a rate limit for the unmanaged codes of a lock is in effect."""
        return self._rate_limit(_codes_key(device_id, False), now) is not None

    @property
    def unmanaged_left(self) -> list[str]:
        """The IDs of locks whose unmanaged codes were not asked for, or refused."""
        limited = [key[1] for key in self._rate_limits if isinstance(key, tuple)]
        # Others come first, so that each of them has its turn.
        return [*self._unmanaged_skipped.difference(limited), *limited]

    def unmanaged_due(self, now: datetime) -> list[str]:
        """Return the IDs of those that can be asked for again, in this order."""
        return [
            key for key in self.unmanaged_left if not self.has_unmanaged_limit(key, now)
        ]

    def skip_unmanaged(self, device_id: str) -> None:
        """Note that the unmanaged codes of a lock are left to the next poll."""
        self._unmanaged_skipped.add(device_id)

    def _rate_limit(self, key: _Key, now: datetime) -> SeamRateLimitError | None:
        error, until = self._rate_limits.get(key, (None, now))
        if error is None or is_due(until - _EARLY, now, _MAX_RATE_LIMIT):
            return None
        error.retry_after = (until - now).total_seconds()
        return error

    def first_rate_limit(self, now: datetime) -> SeamRateLimitError | None:
        """Return a rate limit for only a part of Seam that is still in effect.

        Forget those for devices that are over, as nothing else does.
        """
        errors = {
            key: self._rate_limit(key, now)
            for key in self._rate_limits
            if key != _ACCOUNTS
        }
        for key, error in errors.items():
            if error is None and isinstance(key, FetchDevices):
                del self._rate_limits[key]
        return next(filter(None, errors.values()), None)

    def has_limited_accounts(self, now: datetime) -> bool:
        """Return whether a rate limit for the accounts is still in effect."""
        return self._rate_limit(_ACCOUNTS, now) is not None

    def add_accounts(self, error: SeamError, now: datetime) -> None:
        """Add a failure to fetch the accounts."""
        self.accounts_error = error
        if isinstance(error, SeamRateLimitError):
            self._add_rate_limit(_ACCOUNTS, error, now)

    def has(self, device_id: str) -> bool:
        """Return whether the codes of a lock could not be fetched."""
        return (
            device_id in self.code_errors
            or device_id in self._rate_limits
            or device_id in self._unmanaged_skipped
            or _codes_key(device_id, False) in self._rate_limits
        )

    def receive_codes(self, device_id: str, kinds: Collection[bool]) -> None:
        """Note that the managed codes of a lock, the unmanaged ones, or all are known."""
        for is_managed in kinds:
            self._rate_limits_in_a_row[is_managed] = 0
            self._forget_limit(_codes_key(device_id, is_managed))
        if False in kinds:
            self._unmanaged_skipped.discard(device_id)
        if True in kinds:
            self.managed_known.add(device_id)
        if False in kinds and device_id in self.managed_known:
            self.code_errors.pop(device_id, None)
            self.managed_known.remove(device_id)

    def forget(self, device_id: str) -> None:
        """Forget the failures of a lock."""
        self.code_errors.pop(device_id, None)
        self.managed_known.discard(device_id)
        self._unmanaged_skipped.discard(device_id)
        for is_managed in (True, False):
            self._forget_limit(_codes_key(device_id, is_managed))

    def _forget_limit(self, key: _Key) -> None:
        self._rate_limits.pop(key, None)
        self._limited_since.pop(key, None)

    def take_error(self, *, is_poll: bool) -> SeamError | None:
        """Return the error of the refresh as a whole, which ends."""
        error = self._events_error if self.may_be_down else self._error
        # Seam is not down if it asks to wait, nor does that say that it is back.
        if is_poll and not isinstance(error, SeamRateLimitError):
            self.failed_polls = self.failed_polls + 1 if error else 0
        if error is None:
            self.query_error = self._events_error or self.query_error
        else:
            # Seam as a whole is down.
            self.accounts_error = None
        self._error = self._events_error = None
        self._has_devices = False
        self._rate_limits_in_a_row = {True: 0, False: 0}
        return error

    def receive_events(self) -> None:
        """Note that events were fetched."""
        self.has_had_events = True
        self._events_error = self.query_error = None
        self._rate_limits.pop(_EVENTS, None)

    def receive_devices(self) -> None:
        """Note that all devices were fetched, so that Seam is not down."""
        self._has_devices = True

    def add(
        self,
        fetch: Fetch,
        error: SeamError,
        now: datetime,
        *,
        is_managed_known: bool = False,
    ) -> None:
        """Add a failure. Perhaps only the unmanaged codes of a lock are not known.

        The list of all devices shows whether Seam as a whole is down. What fails for
        single locks says nothing about others.
        """
        if isinstance(error, SeamAuthError):
            self._error = error
        elif isinstance(fetch, FetchCodes):
            self._add_codes(fetch.device_id, error, now, is_managed_known)
        elif isinstance(fetch, FetchEvents):
            self._events_error = error
            if isinstance(error, SeamRateLimitError):
                self._add_rate_limit(_EVENTS, error, now)
        elif not isinstance(fetch, FetchDevices) or fetch.device_ids is None:
            self._error = self._error or error
        elif isinstance(error, SeamRateLimitError):
            self._add_rate_limit(fetch, error, now)

    def _add_codes(
        self, device_id: str, error: SeamError, now: datetime, is_managed_known: bool
    ) -> None:
        if is_managed_known:
            self.managed_known.add(device_id)
        if isinstance(error, SeamRateLimitError):
            key = _codes_key(device_id, not is_managed_known)
            self._rate_limits_in_a_row[not is_managed_known] += 1
            self._add_rate_limit(key, error, now)
            since = self._limited_since.setdefault(key, now)
            _, until = self._rate_limits[key]
            if until - now <= _SHORT_RATE_LIMIT and until - since <= _SHORT_RATE_LIMITS:
                return
        if not is_managed_known:
            self.managed_known.discard(device_id)
        self.code_errors[device_id] = error

    def _add_rate_limit(
        self, key: _Key, error: SeamRateLimitError, now: datetime
    ) -> None:
        """Add a rate limit, the latest last."""
        self._rate_limits.pop(key, None)
        self._rate_limits[key] = error, now + timedelta(seconds=error.retry_after)


def _codes_key(device_id: str, is_managed: bool) -> _Key:
    return device_id if is_managed else (_UNMANAGED, device_id)
