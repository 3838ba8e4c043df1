"""Schedule of what to fetch from Seam."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final, Self

from ..api import AccessCode, CodeStatus


@dataclass(frozen=True, slots=True)
class FetchEvents:
    """Fetch the events since a time."""

    since: datetime


@dataclass(frozen=True, slots=True)
class FetchDevices:
    """Fetch the devices with these IDs, or all devices."""

    device_ids: frozenset[str] | None = None
    with_codes: bool = True
    """Whether the codes of all devices are fetched as well."""

    @classmethod
    def of(cls, device_id: str) -> Self:
        """Return the fetch of one device."""
        return cls(frozenset((device_id,)))


@dataclass(frozen=True, slots=True)
class FetchCodes:
    """Fetch the managed and the unmanaged codes of a device."""

    device_id: str


type Fetch = FetchEvents | FetchDevices | FetchCodes

LIST_DEVICES: Final = FetchDevices(with_codes=False)

# A reconcile takes two requests per lock: at most 20 a minute on average.
_RECONCILE_INTERVAL: Final = timedelta(minutes=15)
_RECONCILE_INTERVAL_PER_LOCK: Final = timedelta(seconds=6)

_ACCOUNTS_GAP: Final = timedelta(seconds=10)

# Doubles up to the reconcile interval while nothing changes, as a code may be stuck for
# days.
_FIRST_RECHECK: Final = timedelta(minutes=1)

_UNSETTLED: Final = (CodeStatus.SETTING, CodeStatus.REMOVING, CodeStatus.UNKNOWN)
# Seam keeps trying until the end of the code, even if it reports no pending change.
RETRIED_ERRORS: Final = frozenset(
    {
        "failed_to_issue",
        "failed_to_set_on_device",
        "failed_to_update",
        "smartthings_failed_to_set_access_code",
    }
)


def is_due(at: datetime | None, now: datetime, interval: timedelta) -> bool:
    """Return whether a time has come that was set at most one interval ahead.

    If it is further ahead than that, the clock has been set back.
    """
    return at is None or now >= at or at - now > interval


def _joined(fetches: Iterable[Fetch]) -> tuple[Fetch, ...]:
    """Return the fetches with all devices in one request."""
    others: list[Fetch] = []
    requested: list[frozenset[str] | None] = []
    for fetch in fetches:
        if isinstance(fetch, FetchDevices):
            requested.append(fetch.device_ids)
        else:
            others.append(fetch)
    if not requested:
        return tuple(others)
    device_ids = frozenset(chain.from_iterable(ids for ids in requested if ids))
    devices = LIST_DEVICES if None in requested else FetchDevices(device_ids)
    return *others, devices


@dataclass(frozen=True, slots=True)
class _Recheck:
    unsettled: frozenset[tuple[str, CodeStatus]]
    interval: timedelta
    at: datetime


class FetchSchedule:
    """What is due now or at the next poll, and when to fetch again without events."""

    def __init__(self, jitter: float) -> None:
        """Initialize the schedule.

        `jitter`, 0 to 1, lengthens the reconcile interval by up to a tenth, so that
        installations do not reconcile at the same time.
        """
        self._jitter = 1 + jitter / 10
        self._due: dict[Fetch, None] = {}
        self._retries: dict[Fetch, None] = {}
        self._rechecks: dict[str, _Recheck] = {}
        self.are_accounts_due = False
        """Whether the accounts are fetched without a reconcile, which includes them."""
        self._accounts_requested_at: datetime | None = None
        self.is_reconcile = False
        """Whether the current refresh fetches everything."""
        self.reconciled_at: datetime | None = None
        self.reconcile_at: datetime | None = None

    @property
    def retry_count(self) -> int:
        """How many fetches the next poll repeats."""
        return len(self._retries) + self.are_accounts_due

    @property
    def recheck_count(self) -> int:
        """How many locks have codes that are not settled."""
        return len(self._rechecks)

    @property
    def next_recheck_at(self) -> datetime | None:
        """When the codes of a lock are fetched again because they are not settled."""
        return min((recheck.at for recheck in self._rechecks.values()), default=None)

    def begin_poll(self, now: datetime, lock_count: int) -> None:
        """Request what failed before, and what is due by time."""
        self.request(*self._retries)
        self._retries.clear()
        if is_due(self.reconcile_at, now, self._interval(lock_count)):
            self.request(FetchDevices())
            return
        for device_id, recheck in self._rechecks.items():
            if is_due(recheck.at, now, recheck.interval):
                self.request(FetchCodes(device_id))

    def request(self, *fetches: Fetch) -> None:
        """Fetch something in this refresh, once however often it is requested."""
        self._due.update(dict.fromkeys(fetches))

    def request_accounts(self, now: datetime, lock_count: int) -> None:
        """Fetch the accounts and all devices, and soon everything.

        Events of accounts come in bursts, most of which are left to the next poll.
        """
        at = self._accounts_requested_at
        if at is None or is_due(at + _ACCOUNTS_GAP, now, _ACCOUNTS_GAP):
            self._accounts_requested_at = now
            self.request(LIST_DEVICES)
        else:
            self.retry(LIST_DEVICES)
        self.are_accounts_due = True
        self.reconcile_soon(now, lock_count)

    def list_devices(self) -> None:
        """Fetch all devices, but the codes of new ones only."""
        self.request(LIST_DEVICES)

    def retry(self, fetch: Fetch) -> None:
        """Fetch something at the next poll."""
        self._retries[fetch] = None

    def take_due(self, *, includes_codes: bool) -> tuple[Fetch, ...]:
        """Return what to fetch now, with all devices in one request."""
        due, self._due = self._due, {}
        if not includes_codes:
            later = [fetch for fetch in due if isinstance(fetch, FetchCodes)]
            self.request(*later)
            due = {fetch: None for fetch in due if fetch not in self._due}
        if FetchDevices() in due:
            self.is_reconcile = True
            # Its answer requests the codes of all locks.
            return (
                *(fetch for fetch in due if isinstance(fetch, FetchEvents)),
                FetchDevices(),
            )
        return _joined(due)

    def take_due_locks(self, device_ids: Collection[str]) -> tuple[Fetch, ...]:
        """Return what to fetch now for these locks; the rest stays due."""
        possible = (
            fetch
            for device_id in device_ids
            for fetch in (FetchDevices.of(device_id), FetchCodes(device_id))
        )
        due = [fetch for fetch in possible if fetch in self._due]
        for fetch in due:
            del self._due[fetch]
        return _joined(due)

    def plan_recheck(
        self,
        device_id: str,
        codes: Iterable[AccessCode],
        now: datetime,
        lock_count: int,
    ) -> None:
        """Plan when to fetch the codes of a lock again while some are not settled."""
        unsettled = frozenset(
            (code.access_code_id, status)
            for code in codes
            if (status := code.status_at(now)) in _UNSETTLED
            or (
                code.errors
                and not code.is_expired(now)
                and any(error.code in RETRIED_ERRORS for error in code.own_errors)
            )
        )
        last = self._rechecks.pop(device_id, None)
        if not unsettled:
            return
        interval = _FIRST_RECHECK
        if last is not None and last.unsettled == unsettled:
            doubled = 2 * last.interval if now >= last.at else last.interval
            interval = min(self._interval(lock_count), doubled)
        self._rechecks[device_id] = _Recheck(unsettled, interval, now + interval)

    def remove(self, device_id: str) -> None:
        """Remove a lock."""
        self._rechecks.pop(device_id, None)
        for fetches in (self._due, self._retries):
            fetches.pop(FetchCodes(device_id), None)
            fetches.pop(FetchDevices.of(device_id), None)

    def _interval(self, lock_count: int) -> timedelta:
        interval = max(_RECONCILE_INTERVAL, lock_count * _RECONCILE_INTERVAL_PER_LOCK)
        return self._jitter * interval

    def plan_reconcile(self, now: datetime, lock_count: int) -> None:
        """Plan the next reconcile, as all devices have just been fetched."""
        self.reconciled_at = now
        self.reconcile_at = now + self._interval(lock_count)

    def reconcile_soon(self, now: datetime, lock_count: int) -> None:
        """Reconcile as soon as the average request rate allows."""
        gap = lock_count * _RECONCILE_INTERVAL_PER_LOCK
        if self.reconciled_at is None or is_due(self.reconciled_at + gap, now, gap):
            self.request(FetchDevices())
        elif self.reconcile_at is not None:
            self.reconcile_at = min(self.reconcile_at, self.reconciled_at + gap)

    def reconcile_at_next_poll(self) -> None:
        """Reconcile at the next poll, as events may be lost in an outage."""
        self.reconcile_at = None
