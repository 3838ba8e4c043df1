"""Engine that decides what to fetch, and merges the answers into a snapshot.

A quiet poll is one request: only locks that something names are fetched again.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final

from ..api import (
    AccessCode,
    CodeStatus,
    ConnectedAccount,
    Device,
    Event,
    SeamAuthError,
    SeamError,
    SeamRateLimitError,
)
from ..api.redact import Secrets
from ..api.rows import Rows
from .devices import DeviceTracker
from .events import OPERATION_EVENTS, EventCursor, Occurrence, PendingEvents
from .failures import Failures
from .optimistic import OptimisticUpdates
from .schedule import Fetch, FetchCodes, FetchDevices, FetchEvents, FetchSchedule
from .snapshot import LockData, Snapshot
from .state import SyncState
from .store import ALL_KINDS, NEVER, IdCheck, SnapshotStore, merge_codes

# An event this old should have arrived by webhook already.
_DELIVERY_TIME: Final = timedelta(minutes=1)
_CODE_REMOVED_EVENTS: Final = ("access_code.deleted", "access_code.unmanaged.removed")
_DEVICE_REMOVED_EVENTS: Final = (
    "device.converted_to_unmanaged",
    "device.deleted",
    "device.removed",
)
# Fields of a code that never change without an event.
_REPORTED: Final = attrgetter(
    "access_code_id", "unmasked_name", "code", "starts_at", "ends_at"
)


class SyncEngine:
    """Decide what to fetch, and keep the snapshot of a workspace."""

    def __init__(
        self,
        known_devices: Iterable[str] = (),
        *,
        jitter: float = 0.0,
        secrets: Secrets | None = None,
    ) -> None:
        """Initialize the engine with the IDs of the registered locks.

        `jitter`, 0 to 1, spreads reconciles. `secrets` learns the PINs of all codes.
        """
        self._secrets = Secrets() if secrets is None else secrets
        self.schedule = FetchSchedule(jitter)
        self._store = SnapshotStore(self._secrets)
        self._locks = self._store.locks
        self.failures = Failures()
        self._cursor = EventCursor()
        self._pending_events = PendingEvents(self._store, self._secrets)
        self.optimistic = OptimisticUpdates()
        self._device_tracker = DeviceTracker(known_devices)
        self._is_poll = self._has_undelivered = False
        self._codes_read_at: dict[str, dict[bool, datetime]] = {}

    @property
    def snapshot(self) -> Snapshot:
        """The current snapshot."""
        return self._store.snapshot

    @property
    def state(self) -> SyncState:
        """The state of the sync."""
        return SyncState(
            events_cursor=self._cursor.cursor,
            reconciled_at=self.schedule.reconciled_at,
            reconcile_at=self.schedule.reconcile_at,
            failed_polls=self.failures.failed_polls,
            events_error=str(error) if (error := self.failures.query_error) else None,
            rechecks=self.schedule.recheck_count,
            postponed=self.schedule.retry_count + len(self.failures.unmanaged_left),
        )

    # What to fetch

    def begin_poll(self, now: datetime) -> None:
        """Request new events, and what is due by time."""
        self._is_poll = True
        self.schedule.request(FetchEvents(self._cursor.since(now)))
        self.schedule.begin_poll(now, len(self._locks))
        self.schedule.request(*map(FetchCodes, self.failures.unmanaged_due(now)))

    def request_all(self) -> None:
        """Request everything: a reconcile."""
        self.schedule.request(FetchDevices())

    def lock_fetches(
        self, device_ids: Iterable[str], *, with_codes: bool = True
    ) -> tuple[Fetch, ...]:
        """Return what to fetch for locks, independently of polls."""
        known = frozenset(self._locks.keys() & device_ids)
        codes = map(FetchCodes, known if with_codes else ())
        return (FetchDevices(known), *codes) if known else ()

    def take_due(self, *, includes_codes: bool = True) -> tuple[Fetch, ...]:
        """Return what to fetch now. The answers may request more."""
        if self.failures.may_be_down:
            self.schedule.list_devices()
        return self.schedule.take_due(includes_codes=includes_codes)

    # What actions have changed

    def code_created(self, now: datetime, code: AccessCode) -> None:
        """Show a new code, and keep it while lists lack it."""
        self._secrets.add(code.pins)
        self.optimistic.change_code(code.access_code_id, code, {}, now)
        if self._store.code(code.access_code_id) is None:
            self._store.put_code(code)

    def code_changed(
        self, now: datetime, access_code_id: str, fields: Mapping[str, Any]
    ) -> None:
        """Show changed fields of a code, and keep them while lists lag behind."""
        if "name" in fields:
            fields = {**fields, "true_name": None}
        self._secrets.add((fields.get("code"),))
        code = self._store.code(access_code_id)
        self.optimistic.change_code(access_code_id, code, fields, now)
        if code:
            self._store.put_code(replace(code, **fields))

    def change_failed(self, _: datetime, code_id: str, names: Collection[str]) -> None:
        """Show a code without changes of these fields, which Seam could not make."""
        if code := self.optimistic.undo_change(code_id, names):
            self._store.put_code(code)

    def code_deleted(self, now: datetime, access_code_id: str) -> None:
        """Show a code as being removed, and drop it once a list lacks it."""
        self.optimistic.expect_removal((access_code_id,), now)
        self.code_changed(now, access_code_id, {"status": CodeStatus.REMOVING})

    def codes_not_found(self, now: datetime, access_code_ids: Collection[str]) -> None:
        """Drop codes that Seam does not have any more once a list lacks them."""
        for access_code_id in access_code_ids:
            self.optimistic.forget_code(access_code_id)
        self.optimistic.expect_removal(access_code_ids, now)

    def codes_moved(self, now: datetime, access_code_ids: Iterable[str]) -> None:
        """Drop codes once a list lacks them, as they may get new IDs."""
        self.optimistic.expect_removal(access_code_ids, now)

    def device_changed(
        self, now: datetime, device_id: str, properties: Mapping[str, Any]
    ) -> None:
        """Show what an action has changed, and keep it while lists lag behind."""
        self.optimistic.change_device(device_id, properties, now)
        if lock := self._locks.get(device_id):
            device = self.optimistic.apply_to_device(lock.device, now)
            self._store.put(replace(lock, device=device))
            self._store.publish((device_id,))

    def republish(self, device_ids: Collection[str]) -> None:
        """Publish locks as new objects, as their state depends on the time."""
        self._store.renew(device_ids)
        self._store.publish(device_ids)

    # Answers

    def receive_events(self, events: Rows[Event], now: datetime) -> None:
        """Handle an answer with events, some of which may be known already."""
        self.failures.receive_events()
        new = self._cursor.receive(events, now)
        for event, fires in new.events:
            self._pending_events.add(event, now, fires=fires)
            if fires:
                self._request_changed(event, now)
                if event.created_at < now - _DELIVERY_TIME:
                    self._has_undelivered = True
        if not new.is_complete:
            self.schedule.request(FetchEvents(self._cursor.since(now)))
            self.schedule.reconcile_soon(now, len(self._locks))

    def receive_event(self, event: Event, now: datetime) -> None:
        """Handle an event from the webhook."""
        if self._cursor.remember(event):
            self._pending_events.add(event, now, fires=self._cursor.fires(event))
            self._request_changed(event, now)

    def receive_devices(
        self,
        fetch: FetchDevices,
        devices: Iterable[Device],
        now: datetime,
        *,
        may_lack: IdCheck = NEVER,
    ) -> None:
        """Handle an answer with devices, of which only locks are kept.

        `may_lack` says whether the answer may have had an unreadable row for an ID.
        """
        known = self._device_tracker.known
        requested = known if fetch.device_ids is None else fetch.device_ids
        current = frozenset(self._locks)
        locks: set[str] = set()
        not_locks: set[str] = set()
        for device in devices:
            # What says that it is a lock may be missing while it is offline.
            if device.is_lock or (
                device.properties.online is False and device.device_id in known
            ):
                locks.add(device.device_id)
                self._receive_lock(device, now, with_codes=fetch == FetchDevices())
            else:
                not_locks.add(device.device_id)
        if fetch.device_ids is None:
            self.failures.receive_devices()
        if fetch == FetchDevices():
            # After the loop, as the interval depends on the number of locks.
            self.schedule.plan_reconcile(now, len(self._locks))
        removed, unsure = self._device_tracker.receive(
            requested, locks, not_locks, current=current, may_lack=may_lack
        )
        for device_id in removed:
            self._store.remove(device_id)
            self.schedule.remove(device_id)
            self._codes_read_at.pop(device_id, None)
            self.failures.forget(device_id)
        for device_id in unsure:
            self.schedule.retry(FetchDevices.of(device_id))

    def receive_accounts(
        self, accounts: Iterable[ConnectedAccount] | None, may_lack: IdCheck = NEVER
    ) -> None:
        """Publish the accounts, and keep those the answer may lack; None if unknown."""
        self._store.put_accounts(accounts, may_lack)
        self._store.publish(())

    def _receive_lock(self, device: Device, now: datetime, *, with_codes: bool) -> None:
        known = self._locks.get(device.device_id)
        device = self.optimistic.apply_to_device(device, now)
        if self.optimistic.overrides_device(device.device_id):
            self.schedule.retry(FetchDevices.of(device.device_id))
        lock = replace(known or LockData(device=device), device=device)
        if not device.has_access_codes:
            # Nobody would ever fetch, and so remove, the codes it had.
            lock = LockData(
                device=device, changed_by=lock.changed_by, changed_at=lock.changed_at
            )
        elif with_codes or not (known and known.device.has_access_codes):
            self.schedule.request(FetchCodes(device.device_id))
        if lock != known:
            self._store.put(lock)

    def receive_codes(
        self,
        fetch: FetchCodes,
        rows: Collection[AccessCode],
        now: datetime,
        *,
        may_lack: IdCheck = NEVER,
        kinds: Collection[bool] = ALL_KINDS,
        is_complete: bool | None = True,
    ) -> None:
        """Handle the codes of a lock, or only the (un)managed ones; later rows count."""
        if (lock := self._locks.get(fetch.device_id)) is None:
            return
        self.failures.receive_codes(fetch.device_id, kinds)
        read_at = self._codes_read_at.setdefault(fetch.device_id, {})
        read_at |= dict.fromkeys(kinds, now)
        self._secrets.add(pin for code in rows for pin in code.pins)
        codes, missing = merge_codes(lock, rows, self.optimistic, now, may_lack, kinds)
        if missing or self.optimistic.overrides(codes, now):
            self.schedule.retry(fetch)
        new = self._store.put_codes(lock.read(kinds, is_complete), codes, missing)
        if (
            self.schedule.is_reconcile
            and lock.has_all_codes
            and lock.codes != new.codes
            and list(map(_REPORTED, lock.codes)) != list(map(_REPORTED, new.codes))
            and not self._pending_events.concern(lock.device_id)
        ):
            self._has_undelivered = True
        self.schedule.plan_recheck(fetch.device_id, codes, now, len(self._locks))

    def receive_failure(
        self,
        fetch: Fetch,
        error: SeamError,
        now: datetime,
        seam_time: datetime | None = None,
        *,
        is_managed_known: bool = False,
    ) -> None:
        """Handle an error, and retry the fetch at the next poll."""
        if isinstance(fetch, FetchCodes) and fetch.device_id not in self._locks:
            return
        self.failures.add(fetch, error, now, is_managed_known=is_managed_known)
        if isinstance(fetch, FetchEvents):
            self._cursor.note_failure(seam_time or now)
            # The next query makes up for one that Seam has only postponed.
            is_missed = not isinstance(error, SeamAuthError | SeamRateLimitError)
        else:
            # The next poll asks for unmanaged codes when that is allowed again.
            if not (is_managed_known and isinstance(error, SeamRateLimitError)):
                self.schedule.retry(fetch)
            # Other locks that the request has named must not wait for this one.
            is_missed = isinstance(fetch, FetchDevices) and fetch.device_ids is not None
        if is_missed:
            self.schedule.reconcile_soon(now, len(self._locks))

    def finish(self, is_fetching: IdCheck = NEVER) -> SeamError | None:
        """Publish a snapshot, and return the error if the refresh as a whole failed."""
        is_query_wrong = self.failures.is_query_wrong
        error = self.failures.take_error(is_poll=self._is_poll)
        if is_query_wrong and error is None:
            # Perhaps it goes back too far, or an event makes the answer unreadable.
            self._cursor.restart()
        if error is None:
            self._mark_failed(self.failures.code_errors)
        elif not isinstance(error, SeamRateLimitError):
            self.schedule.reconcile_at_next_poll()
        self._is_poll = self.schedule.is_reconcile = False
        self._pending_events.resolve(lambda key: self._awaits_codes(key, is_fetching))
        self._store.publish()
        return error

    def finish_locks(
        self, device_ids: Collection[str], is_fetching: IdCheck, *, has_failed: bool
    ) -> None:
        """Publish locks that were fetched independently of polls."""
        if not has_failed:
            self._mark_failed(self.failures.code_errors.keys() & device_ids)
        self._pending_events.resolve(
            lambda key: key not in device_ids or self._awaits_codes(key, is_fetching)
        )
        self._store.publish(device_ids)

    def _mark_failed(self, device_ids: Iterable[str]) -> None:
        # While Seam as a whole is down, no failure is about a lock.
        if not self.failures.failed_polls:
            self._store.put_codes_unknown(device_ids, self.failures.managed_known)

    def _awaits_codes(self, device_id: str, is_fetching: IdCheck) -> bool:
        lock = self._locks.get(device_id)
        return is_fetching(device_id) or bool(
            lock and lock.lacks_some_codes and not self.failures.has(device_id)
        )

    # Results

    def read_at(self, code: AccessCode) -> datetime | None:
        """Return when the managed or unmanaged codes of its lock were last fetched."""
        return self._codes_read_at.get(code.device_id, {}).get(code.is_managed)

    def take_undelivered(self) -> bool:
        """Return whether the webhook has missed an event since the last call."""
        has_undelivered, self._has_undelivered = self._has_undelivered, False
        return has_undelivered

    def take_occurrences(self) -> list[Occurrence]:
        """Return what has happened since the last call, oldest first."""
        return self._pending_events.take()

    def take_removed_devices(self) -> set[str]:
        """Return the IDs of devices that have been removed since the last call."""
        return self._device_tracker.take_removed()

    def _request_changed(self, event: Event, now: datetime) -> None:
        """Request what an event may have changed."""
        event_type, device_id = event.event_type, event.device_id
        if event_type in _CODE_REMOVED_EVENTS and event.access_code_id:
            self.optimistic.expect_removal((event.access_code_id,), now)
        if device_id is None:
            # An error of an account is also an error of each of its devices and codes.
            if event_type.startswith("connected_account."):
                self.schedule.request_accounts(now, len(self._locks))
            return
        if event_type in OPERATION_EVENTS:
            self.optimistic.forget_locked(device_id)
        is_not_lock = self._device_tracker.is_not_lock(device_id)
        if is_not_lock and not event_type.startswith("device."):
            return
        if event_type in _DEVICE_REMOVED_EVENTS:
            self._device_tracker.expect_removal(device_id)
        if not event_type.startswith("access_code."):
            self.schedule.request(FetchDevices.of(device_id))
        if device_id in self._locks and not event_type.startswith(
            ("lock.", "action_attempt.")
        ):
            self.schedule.request(FetchCodes(device_id))
