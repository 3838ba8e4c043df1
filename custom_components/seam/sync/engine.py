"""What to fetch next, and how answers and events change the picture.

Pure: no I/O, no Home Assistant, no clock of its own. The coordinator begins a poll,
fetches what is due until nothing is, hands in answers and failures, and finishes with
a new picture. A quiet poll is one request, whatever the number of locks and codes: only
the locks that events, our own actions or unsettled codes name are fetched again.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from ..api import (
    AccessCode,
    CodeStatus,
    Device,
    Event,
    SeamAuthError,
    SeamError,
    SeamRateLimitError,
    SeamServerError,
    SeamUnreachableError,
)
from ..api.redact import Secrets
from .code_state import next_state_change
from .devices import DeviceTracker
from .events import USE_EVENTS, EventCursor, Occurrence, PendingEvents
from .failures import Failures
from .optimistic import OptimisticUpdates
from .schedule import (
    Fetch,
    FetchCodes,
    FetchDevices,
    FetchEvents,
    FetchSchedule,
    Rechecks,
)
from .snapshot import LockData, Snapshot
from .store import SnapshotStore, merged_codes

# An event that is older and was not sent by itself will not be.
_SENDING_TAKES: Final = timedelta(minutes=1)

_CODE_GONE_EVENTS: Final = ("access_code.deleted", "access_code.unmanaged.removed")
_DEVICE_GONE_EVENTS: Final = (
    "device.converted_to_unmanaged",
    "device.deleted",
    "device.removed",
)
# Failures to be asked again; any other is about the question itself.
_PASSING: Final = (
    SeamAuthError,
    SeamRateLimitError,
    SeamServerError,
    SeamUnreachableError,
)


@dataclass(frozen=True, slots=True)
class SyncState:
    """How the sync is doing, for whoever looks for a fault."""

    events_cursor: datetime | None
    reconciled_at: datetime | None
    reconcile_at: datetime | None
    failed_polls: int
    """How many in a row until now."""
    events_refusal: str | None
    """Why Seam does not tell what happens, if so: then everything is fetched instead."""
    rechecks: int
    """How many locks have codes that are not settled."""
    postponed: int
    """How many questions the next poll asks again."""


def _lacks_nothing(_row_id: str) -> bool:
    return False


class SyncEngine:
    """Keeps the picture."""

    def __init__(
        self,
        known_devices: Iterable[str] = (),
        *,
        jitter: float = 0.0,
        secrets: Secrets | None = None,
    ) -> None:
        """Start with the ids of devices that there were before.

        `jitter`, 0 to 1, spreads the reconciles of many houses. To the `secrets` come
        the PINs of all codes.
        """
        self._secrets = Secrets() if secrets is None else secrets
        self._schedule = FetchSchedule(jitter)
        self._store = SnapshotStore(self._secrets)
        self._failures = Failures()
        self._cursor = EventCursor()
        self._pending_events = PendingEvents(self._store, self._secrets)
        self._optimistic = OptimisticUpdates()
        self._rechecks = Rechecks()
        self._device_tracker = DeviceTracker(known_devices)
        self._events_refusal: SeamError | None = None
        self._failed_polls = 0
        self._is_poll = False
        self._is_unannounced = False
        self._unreached: dict[str, SeamError] = {}
        self._codes_read_at: dict[str, datetime] = {}

    @property
    def snapshot(self) -> Snapshot:
        """The picture as of the last round."""
        return self._store.snapshot

    @property
    def state(self) -> SyncState:
        """How it is doing."""
        return SyncState(
            events_cursor=self._cursor.cursor,
            reconciled_at=self._schedule.reconciled_at,
            reconcile_at=self._schedule.reconcile_at,
            failed_polls=self._failed_polls,
            events_refusal=str(self._events_refusal) if self._events_refusal else None,
            rechecks=len(self._rechecks),
            postponed=self._schedule.postponed,
        )

    # What to do

    def begin_poll(self, now: datetime) -> None:
        """Decide what a poll asks for: what has happened, and what is unsettled."""
        self._is_poll = True
        self._schedule.ask(FetchEvents(self._cursor.since(now)))
        self._schedule.resume()
        if self._schedule.is_reconcile_due(now, len(self._locks)):
            self.request_all()
        else:
            self._schedule.ask_for_codes(self._rechecks.due(now))

    def request_all(self) -> None:
        """Have everything fetched: a reconcile."""
        self._schedule.ask_for_all()

    def request_locks(self, device_ids: Iterable[str]) -> None:
        """Have these locks and their codes fetched, after something changed them."""
        for device_id in self._locks.keys() & device_ids:
            self._schedule.ask_for_device(device_id)
            self._schedule.ask_for_codes((device_id,))

    def take_due(self) -> tuple[Fetch, ...]:
        """Return what to fetch now. Answers may make more due."""
        return self._schedule.take_due()

    def next_moment(self, now: datetime) -> tuple[datetime, frozenset[str]] | None:
        """Return when time alone next changes the state of a code, and on which locks."""
        first: datetime | None = None
        device_ids: set[str] = set()
        for device_id, lock in self._locks.items():
            for code in lock.codes:
                if (moment := next_state_change(code, now)) is None:
                    continue
                if first is None or moment < first:
                    first, device_ids = moment, set()
                if moment == first:
                    device_ids.add(device_id)
        return None if first is None else (first, frozenset(device_ids))

    # What our own actions did

    def code_created(self, now: datetime, code: AccessCode) -> None:
        """Show a new code at once, and not forget it while Seam's lists lack it."""
        self._secrets.add(code.pins)
        self._optimistic.note(code.access_code_id, {}, now)
        lock = self._locks.get(code.device_id)
        if lock and lock.has_codes and lock.code(code.access_code_id) is None:
            self._store.put_codes(lock, (*lock.codes, code), lock.missing)
            self._store.publish((code.device_id,))

    def code_changed(
        self, now: datetime, access_code_id: str, fields: Mapping[str, Any]
    ) -> None:
        """Show at once what was changed of a code, also while lists lag behind."""
        if "name" in fields:
            fields = {**fields, "true_name": None}
        self._optimistic.note(access_code_id, fields, now)
        self._secrets.add((fields.get("code"),))
        for lock in list(self._locks.values()):
            if lock.has_codes and lock.code(access_code_id):
                codes = [self._optimistic.applied(code, now) for code in lock.codes]
                self._store.put_codes(lock, codes, lock.missing)
                self._store.publish((lock.device_id,))

    def code_deleted(self, now: datetime, access_code_id: str) -> None:
        """Show a code as being removed, and drop it once a list lacks it."""
        self._optimistic.expect_gone((access_code_id,), now)
        self.code_changed(now, access_code_id, {"status": CodeStatus.REMOVING})

    def codes_not_found(self, now: datetime, access_code_ids: Collection[str]) -> None:
        """Believe the next list without these codes: Seam itself says they are gone."""
        for access_code_id in access_code_ids:
            self._optimistic.forget(access_code_id)
        self._optimistic.expect_gone(access_code_ids, now)

    def codes_converted(self, now: datetime, access_code_ids: Iterable[str]) -> None:
        """Believe it when unmanaged codes are missing: Seam may give them new ids."""
        self._optimistic.expect_gone(access_code_ids, now)

    def lock_changed(self, now: datetime, device_id: str, *, locked: bool) -> None:
        """Show at once how an action left a lock, also while lists lag behind."""
        self._optimistic.note_turned(device_id, locked, now)
        if lock := self._locks.get(device_id):
            device = self._optimistic.turned(lock.device, now)
            self._store.put(replace(lock, device=device))
            self._store.publish((device_id,))

    def republish(self, device_ids: Iterable[str]) -> None:
        """Make these locks new objects, as time alone has changed how they look."""
        device_ids = frozenset(device_ids)
        self._store.touch(device_ids)
        self._store.publish(device_ids)

    # What came of it

    @property
    def fatal_error(self) -> SeamError | None:
        """Why the rest of the round need not be tried, if so."""
        return self._failures.fatal_error

    def receive_events(self, events: Iterable[Event], now: datetime) -> None:
        """Take in what has happened, in any order, some of it known already."""
        self._failures.answered()
        self._events_refusal = None
        # The first answer is a bearing: what it tells is in the lists that follow.
        had_bearings = self._cursor.has_bearings
        fresh = self._cursor.take_in(events, now)
        for event in fresh.events:
            is_news = had_bearings and not self._cursor.is_old(event)
            self._take_in(event, now, is_news=is_news)
            if is_news and event.created_at < now - _SENDING_TAKES:
                self._is_unannounced = True
        if not fresh.is_complete:
            self._schedule.ask(FetchEvents(self._cursor.since(now)))
            self._schedule.reconcile_soon(now, len(self._locks))

    def receive_event(self, event: Event, now: datetime) -> None:
        """Take in one event that Seam sent by itself."""
        if self._cursor.is_fresh(event):
            self._take_in(event, now, is_news=self._cursor.is_news(event))

    def receive_devices(
        self,
        fetch: FetchDevices,
        devices: Iterable[Device],
        now: datetime,
        *,
        may_lack: Callable[[str], bool] = _lacks_nothing,
    ) -> None:
        """Take in devices; those that are no locks are left aside.

        `may_lack` tells of which ids the answer may have left out the row.
        """
        self._failures.answered()
        is_all = fetch.device_ids is None
        asked = (
            self._device_tracker.known if fetch.device_ids is None else fetch.device_ids
        )
        shown = frozenset(self._locks)
        others: set[str] = set()
        found: set[str] = set()
        for device in devices:
            if device.is_lock:
                found.add(device.device_id)
                self._receive_device(device, now, is_all=is_all)
            else:
                others.add(device.device_id)
        if is_all:
            # By now it is known how many locks there are.
            self._schedule.reconciled(now, len(self._locks))
        gone, unsure = self._device_tracker.answered(
            asked, found, others, shown=shown, may_lack=may_lack
        )
        for device_id in gone:
            self._store.remove(device_id)
            self._rechecks.forget(device_id)
            self._codes_read_at.pop(device_id, None)
        for device_id in unsure:
            self._schedule.ask_later(FetchDevices(frozenset((device_id,))))

    def _receive_device(self, device: Device, now: datetime, *, is_all: bool) -> None:
        device_id = device.device_id
        known = self._locks.get(device_id)
        device = self._optimistic.turned(device, now)
        lock = replace(known or LockData(device=device), device=device)
        if not device.has_access_codes:
            # Codes that nobody can ask for any more must not stay for ever.
            lock = LockData(
                device=device, changed_by=lock.changed_by, changed_at=lock.changed_at
            )
        elif known is None or is_all:
            self._schedule.ask_for_codes((device_id,))
        self._store.put(lock)

    def receive_codes(
        self,
        fetch: FetchCodes,
        managed: Iterable[AccessCode],
        unmanaged: Iterable[AccessCode],
        now: datetime,
        *,
        may_lack: Callable[[str], bool] = _lacks_nothing,
    ) -> None:
        """Take in all codes of a lock."""
        self._failures.answered()
        if (lock := self._locks.get(fetch.device_id)) is None:
            return
        self._codes_read_at[fetch.device_id] = now
        # Of a code that is in both lists the managed one comes last, and counts.
        rows = [*unmanaged, *managed]
        self._secrets.add(pin for code in rows for pin in code.pins)
        codes, missing = merged_codes(lock, rows, self._optimistic, now, may_lack)
        if missing or self._optimistic.overrides(codes, now):
            self._schedule.ask_later(fetch)
        new = self._store.put_codes(lock, codes, missing)
        # A reconcile shows what an event should have told.
        if self._schedule.is_reconcile and lock.has_codes and _is_other(lock, new):
            self._is_unannounced |= not self._pending_events.explains(lock.device_id)
        self._rechecks.plan(
            fetch.device_id,
            codes,
            now,
            longest=self._schedule.interval(len(self._locks)),
        )

    def receive_failure(self, fetch: Fetch, error: SeamError, now: datetime) -> None:
        """Note that something could not be had; it stays due."""
        if not isinstance(fetch, FetchEvents):
            self._schedule.ask_later(fetch)
        elif not isinstance(error, _PASSING):
            # Seam refuses the question itself: perhaps it is about too long ago.
            self._events_refusal = error
            self._cursor.start_over()
            self._schedule.reconcile_soon(now, len(self._locks))
            return
        self._failures.note(fetch, error)

    def finish(self) -> SeamError | None:
        """End a round: renew the picture; return the error if it failed as a whole."""
        error = self._failures.whole(is_reconcile=self._schedule.is_reconcile)
        if self._is_poll:
            self._failed_polls = self._failed_polls + 1 if error else 0
        troubled = self._failures.of_locks
        if error is None:
            for device_id in self._locks.keys() & troubled.keys():
                self._store.put(replace(self._locks[device_id], has_codes=False))
        elif not isinstance(error, SeamRateLimitError):
            self._schedule.reconcile_next()
        self._unreached = {
            device_id: failure
            for device_id, failure in troubled.items()
            if isinstance(failure, SeamUnreachableError)
        }
        self._failures = Failures()
        self._is_poll = self._schedule.is_reconcile = False
        self._pending_events.tell()
        self._store.publish()
        return error

    def unreachable_error(self, device_ids: Iterable[str]) -> SeamError | None:
        """Return why Seam could not be asked for one of these locks in the last round."""
        return next(
            (self._unreached[key] for key in device_ids if key in self._unreached), None
        )

    def codes_read_at(self, device_id: str) -> datetime | None:
        """Return when the codes of a lock were last fetched."""
        return self._codes_read_at.get(device_id)

    def take_undelivered(self) -> bool:
        """Return whether something had happened that Seam had not sent by itself."""
        is_unannounced, self._is_unannounced = self._is_unannounced, False
        return is_unannounced

    def take_occurrences(self) -> list[Occurrence]:
        """Return what has happened and is to be told, oldest first."""
        return self._pending_events.take()

    def take_removed_devices(self) -> set[str]:
        """Return the ids of devices that Seam no longer has."""
        return self._device_tracker.take_gone()

    # How

    @property
    def _locks(self) -> Mapping[str, LockData]:
        return self._store.locks

    def _take_in(self, event: Event, now: datetime, *, is_news: bool) -> None:
        """Remember an event until the round ends, and fetch what it may have changed."""
        self._pending_events.note(event, is_news=is_news)
        if is_news:
            self._fetch_what_changed(event, now)

    def _fetch_what_changed(self, event: Event, now: datetime) -> None:
        kind, device_id = event.event_type, event.device_id
        if kind in _CODE_GONE_EVENTS and event.access_code_id:
            self._optimistic.expect_gone((event.access_code_id,), now)
        if device_id is None:
            # Trouble of an account is told at each of its devices and codes.
            if kind.startswith("connected_account."):
                self.request_all()
            return
        if kind in USE_EVENTS:
            self._optimistic.forget_turned(device_id)
        if self._device_tracker.is_other(device_id) and not kind.startswith("device."):
            return
        if kind in _DEVICE_GONE_EVENTS:
            self._device_tracker.expect_gone(device_id)
        if not kind.startswith("access_code."):
            self._schedule.ask_for_device(device_id)
        if device_id in self._locks and not kind.startswith(
            ("lock.", "action_attempt.")
        ):
            self._schedule.ask_for_codes((device_id,))


def _is_other(old: LockData, new: LockData) -> bool:
    """Return whether something differs that does not change without an event."""
    return old.codes != new.codes and _outline(old) != _outline(new)


def _outline(lock: LockData) -> list[tuple[object, ...]]:
    return [
        (
            code.access_code_id,
            code.unmasked_name,
            code.code,
            code.starts_at,
            code.ends_at,
        )
        for code in lock.codes
    ]
