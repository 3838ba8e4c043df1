"""What to fetch next, and how answers and events change the picture.

Pure: no I/O, no Home Assistant, no clock of its own. The coordinator begins a poll,
fetches what is due until nothing is, hands in answers and failures, and finishes with
a new picture. A quiet poll is one request, whatever the number of locks and codes: only
the locks that events, our own actions or unsettled codes name are fetched again.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

from .api import (
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
from .api.redact import Secrets
from .feed import EventFeed
from .fetches import Fetch, FetchCodes, FetchDevices, FetchEvents
from .merging import merged_codes
from .own_changes import OwnChanges
from .picture import Lock, Picture, masked, masked_code, masked_device
from .rechecks import Rechecks, is_due

# Two requests for each lock, at most 20 a minute on average.
_RECONCILE_AT_LEAST: Final = timedelta(minutes=15)
_RECONCILE_PER_LOCK: Final = timedelta(seconds=6)

# An event that is older and was not sent by itself will not be.
_SENDING_TAKES: Final = timedelta(minutes=1)

# So many failures in a row are not the fault of single locks.
_HOPELESS: Final = 3

_USE_EVENTS: Final = ("lock.locked", "lock.unlocked")
_CODE_GONE_EVENTS: Final = ("access_code.deleted", "access_code.unmanaged.removed")
_DEVICE_GONE_EVENTS: Final = (
    "device.converted_to_unmanaged",
    "device.deleted",
    "device.removed",
)


@dataclass(frozen=True, slots=True)
class News:
    """An event that nobody was told of yet, with the name of its code."""

    event: Event
    code_name: str | None


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


class Sync:
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
        self.picture = Picture()
        self._secrets = Secrets() if secrets is None else secrets
        self.reconciled_at: datetime | None = None
        self._jitter = 1 + jitter / 10
        self._locks: dict[str, Lock] = {}
        self._is_changed = False
        self._known_devices = set(known_devices)
        self._other_devices: set[str] = set()
        self._absent_devices: set[str] = set()
        self._gone_devices: set[str] = set()
        self._due: dict[Fetch, None] = {}
        self._postponed: list[Fetch] = []
        self._failures: list[tuple[Fetch, SeamError]] = []
        self._failures_in_a_row = 0
        self._unreached: dict[str, SeamError] = {}
        self._failed_polls = 0
        self._is_poll = False
        self._is_reconcile = False
        self._events_refusal: SeamError | None = None
        self._is_unannounced = False
        self._reconcile_at: datetime | None = None
        self._rechecks = Rechecks()
        self._own_changes = OwnChanges()
        self._feed = EventFeed()
        self._happened: list[tuple[Event, str | None, bool]] = []
        self._news: list[News] = []

    @property
    def state(self) -> SyncState:
        """How it is doing."""
        return SyncState(
            events_cursor=self._feed.cursor,
            reconciled_at=self.reconciled_at,
            reconcile_at=self._reconcile_at,
            failed_polls=self._failed_polls,
            events_refusal=str(self._events_refusal) if self._events_refusal else None,
            rechecks=len(self._rechecks),
            postponed=len(self._postponed),
        )

    # What to do

    def begin_poll(self, now: datetime) -> None:
        """Decide what a poll asks for: what has happened, and what is unsettled."""
        self._is_poll = True
        self._due[FetchEvents(self._feed.since(now))] = None
        for fetch in self._postponed:
            self._due[fetch] = None
        self._postponed.clear()
        if is_due(self._reconcile_at, now, self._reconcile_interval):
            self.request_all()
        else:
            self._due.update(
                (FetchCodes(device_id), None) for device_id in self._rechecks.due(now)
            )

    def request_all(self) -> None:
        """Have everything fetched: a reconcile."""
        self._due[FetchDevices()] = None

    def request_locks(self, device_ids: Iterable[str]) -> None:
        """Have these locks and their codes fetched, after something changed them."""
        for device_id in self._locks.keys() & device_ids:
            self._due[FetchDevices(frozenset((device_id,)))] = None
            self._due[FetchCodes(device_id)] = None

    def take_due(self) -> tuple[Fetch, ...]:
        """Return what to fetch now, one question for all devices.

        Answers may make more due.
        """
        due, self._due = self._due, {}
        if FetchDevices() in due:
            self._is_reconcile = True
            # It brings every device, and makes the codes of every lock due.
            return (
                *(fetch for fetch in due if isinstance(fetch, FetchEvents)),
                FetchDevices(),
            )
        asked = [fetch.device_ids for fetch in due if isinstance(fetch, FetchDevices)]
        device_ids = frozenset(chain.from_iterable(ids for ids in asked if ids))
        return (
            *(fetch for fetch in due if not isinstance(fetch, FetchDevices)),
            *((FetchDevices(device_ids),) if device_ids else ()),
        )

    def next_moment(self, now: datetime) -> tuple[datetime, frozenset[str]] | None:
        """Return when the next code starts or ends, and on which locks."""
        moments: dict[datetime, set[str]] = {}
        for lock in self._locks.values():
            for code in lock.codes:
                for moment in (code.starts_at, code.ends_at):
                    if moment is not None and moment > now:
                        moments.setdefault(moment, set()).add(lock.device_id)
        if not moments:
            return None
        first = min(moments)
        return first, frozenset(moments[first])

    # What our own actions did

    def code_created(self, code: AccessCode, now: datetime) -> None:
        """Show a new code at once, and not forget it while Seam's lists lack it."""
        self._secrets.add((code.code,))
        self._own_changes.note(code.access_code_id, {}, now)
        lock = self._locks.get(code.device_id)
        if lock and lock.has_codes and lock.code(code.access_code_id) is None:
            self._put(lock, (*lock.codes, code), lock.missing)

    def code_changed(
        self, access_code_id: str, fields: Mapping[str, Any], now: datetime
    ) -> None:
        """Show at once what was changed of a code, also while lists lag behind."""
        if "name" in fields:
            fields = {**fields, "true_name": None}
        self._own_changes.note(access_code_id, fields, now)
        self._secrets.add((fields.get("code"),))
        for lock in list(self._locks.values()):
            if lock.has_codes and lock.code(access_code_id):
                codes = [self._own_changes.applied(code, now) for code in lock.codes]
                self._put(lock, codes, lock.missing)

    def codes_removed(self, access_code_ids: Iterable[str], now: datetime) -> None:
        """Show codes as being removed, and believe it as soon as they are missing."""
        for access_code_id in access_code_ids:
            self._own_changes.expect_gone((access_code_id,), now)
            self.code_changed(access_code_id, {"status": CodeStatus.REMOVING}, now)

    def codes_converted(self, access_code_ids: Iterable[str], now: datetime) -> None:
        """Believe it when unmanaged codes are missing: Seam may give them new ids."""
        self._own_changes.expect_gone(access_code_ids, now)

    def lock_turned(self, device_id: str, *, locked: bool, now: datetime) -> None:
        """Show at once how an action left a lock, also while lists lag behind."""
        self._own_changes.note_turned(device_id, locked, now)
        if lock := self._locks.get(device_id):
            device = self._own_changes.turned(lock.device, now)
            if device != lock.device:
                self._set(replace(lock, device=device))

    def touch(self, device_ids: Iterable[str]) -> None:
        """Make these locks new objects, as time alone has changed how they look."""
        for device_id in self._locks.keys() & device_ids:
            self._set(replace(self._locks[device_id]))
        self._publish()

    # What came of it

    @property
    def is_hopeless(self) -> SeamError | None:
        """Why the rest of the round need not be tried, if so."""
        if not self._failures:
            return None
        error = self._failures[-1][1]
        if (
            isinstance(error, SeamAuthError | SeamRateLimitError)
            or self._failures_in_a_row >= _HOPELESS
        ):
            return error
        return None

    def receive_events(
        self, fetch: FetchEvents, events: Iterable[Event], now: datetime
    ) -> None:
        """Take in what has happened, in any order, some of it known already."""
        self._failures_in_a_row = 0
        self._events_refusal = None
        # The first answer is a bearing: what it tells is in the lists that follow.
        is_news = self._feed.has_bearings
        fresh = self._feed.take_in(events, now)
        for event in fresh.events:
            self._happen(event, now, is_news=is_news)
            if is_news and event.created_at < now - _SENDING_TAKES:
                self._is_unannounced = True
        if not fresh.is_complete:
            self._due[FetchEvents(self._feed.since(now))] = None
            self._reconcile_soon(now)

    def receive_event(self, event: Event, now: datetime) -> None:
        """Take in one event that Seam sent by itself."""
        if self._feed.is_fresh(event):
            self._happen(event, now, is_news=self._feed.is_news(event))

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
        self._failures_in_a_row = 0
        if fetch.device_ids is not None:
            asked = set(fetch.device_ids)
        else:
            asked = self._known_devices | self._locks.keys()
            self.reconciled_at = now
        answered = {device.device_id: device for device in devices}
        found = {key: device for key, device in answered.items() if device.is_lock}
        self._other_devices -= asked | found.keys()
        self._other_devices |= answered.keys() - found.keys()
        for device_id, device in found.items():
            known = self._locks.get(device_id)
            device = self._own_changes.turned(masked_device(device, self._secrets), now)
            lock = replace(known or Lock(device=device), device=device)
            if not device.has_access_codes:
                # Codes that nobody can ask for any more must not stay for ever.
                lock = replace(
                    lock,
                    managed=(),
                    unmanaged=(),
                    has_codes=False,
                    missing=frozenset(),
                )
            if lock != known:
                self._set(lock)
            if device.has_access_codes and (known is None or fetch.device_ids is None):
                self._due[FetchCodes(device_id)] = None
        if fetch.device_ids is None:
            # By now it is known how many locks there are.
            self._reconcile_at = now + self._reconcile_interval
        self._absent_devices -= found.keys()
        self._known_devices |= found.keys()
        for device_id in asked - found.keys():
            if may_lack(device_id):
                continue
            if device_id in self._absent_devices or (
                device_id in answered and device_id not in self._locks
            ):
                self._forget(device_id)
            else:
                # Absence from one answer is not removal: ask for it again.
                self._absent_devices.add(device_id)
                self._postponed.append(FetchDevices(frozenset((device_id,))))

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
        self._failures_in_a_row = 0
        if (lock := self._locks.get(fetch.device_id)) is None:
            return
        codes, missing = merged_codes(
            lock, chain(unmanaged, managed), self._own_changes, now, may_lack
        )
        if missing:
            self._postponed.append(fetch)
        self._put(lock, codes, missing)
        self._rechecks.plan(
            fetch.device_id, codes, now, longest=self._reconcile_interval
        )

    def receive_failure(self, fetch: Fetch, error: SeamError, now: datetime) -> None:
        """Note that something could not be had; it stays due."""
        # An answer, even a bad one about one lock, says nothing about the others.
        if isinstance(error, SeamUnreachableError):
            self._failures_in_a_row += 1
        if isinstance(fetch, FetchEvents) and not isinstance(
            error,
            SeamAuthError | SeamRateLimitError | SeamServerError | SeamUnreachableError,
        ):
            # Seam refuses the question itself: perhaps it is about too long ago.
            self._events_refusal = error
            self._feed.start_over()
            self._reconcile_soon(now)
            return
        self._failures.append((fetch, error))
        if not isinstance(fetch, FetchEvents):
            self._postponed.append(fetch)

    def finish(self) -> SeamError | None:
        """End a round: renew the picture; return the error if it failed as a whole."""
        error = self._whole_failure()
        if self._is_poll:
            self._failed_polls = self._failed_polls + 1 if error else 0
        if error is None:
            for fetch, _ in self._failures:
                if isinstance(fetch, FetchCodes) and fetch.device_id in self._locks:
                    self._set(replace(self._locks[fetch.device_id], has_codes=False))
        elif not isinstance(error, SeamRateLimitError):
            # After an outage nothing is taken for granted.
            self._reconcile_at = None
        self._unreached = {
            fetch.device_id: failure
            for fetch, failure in self._failures
            if isinstance(fetch, FetchCodes)
            and isinstance(failure, SeamUnreachableError)
        }
        self._failures, self._failures_in_a_row = [], 0
        self._is_poll = self._is_reconcile = False
        self._mask()
        self._tell()
        self._publish()
        return error

    def unreached(self, device_ids: Iterable[str]) -> SeamError | None:
        """Return why Seam could not be asked for one of these locks in the last round."""
        return next(
            (self._unreached[key] for key in device_ids if key in self._unreached), None
        )

    def take_unannounced(self) -> bool:
        """Return whether something had happened that Seam had not sent by itself."""
        is_unannounced, self._is_unannounced = self._is_unannounced, False
        return is_unannounced

    def take_news(self) -> list[News]:
        """Return what has happened and is to be told, oldest first."""
        news, self._news = self._news, []
        return news

    def take_gone_devices(self) -> set[str]:
        """Return the ids of devices that Seam no longer has."""
        gone, self._gone_devices = self._gone_devices, set()
        return gone

    # How

    def _whole_failure(self) -> SeamError | None:
        """Return why the round failed as a whole; single locks may fail without that."""
        for _, error in self._failures:
            if isinstance(error, SeamAuthError | SeamRateLimitError):
                return error
        for fetch, error in self._failures:
            if not isinstance(fetch, FetchCodes):
                return error
        # Where Seam answers other questions, it is the locks that are troubled.
        if self._is_reconcile and self._failures_in_a_row >= _HOPELESS:
            return self._failures[-1][1]
        return None

    @property
    def _reconcile_interval(self) -> timedelta:
        return self._jitter * max(
            _RECONCILE_AT_LEAST, len(self._locks) * _RECONCILE_PER_LOCK
        )

    def _reconcile_soon(self, now: datetime) -> None:
        """Reconcile now, or as soon as it does not make too many requests."""
        gap = len(self._locks) * _RECONCILE_PER_LOCK
        if self.reconciled_at is None or is_due(self.reconciled_at + gap, now, gap):
            self.request_all()
        elif self._reconcile_at is not None:
            self._reconcile_at = min(self._reconcile_at, self.reconciled_at + gap)

    def _happen(self, event: Event, now: datetime, *, is_news: bool) -> None:
        """Remember an event until the round ends, and fetch what it may have changed."""
        # Its code's name may be gone once the lists are fetched.
        self._happened.append((event, self._code_name(event), is_news))
        if is_news:
            self._make_due(event, now)

    def _make_due(self, event: Event, now: datetime) -> None:
        """Have fetched what an event may have changed."""
        kind, device_id = event.event_type, event.device_id
        if kind in _USE_EVENTS and device_id:
            self._own_changes.forget_turned(device_id)
        if kind in _CODE_GONE_EVENTS and event.access_code_id:
            self._own_changes.expect_gone((event.access_code_id,), now)
        if device_id is None:
            # Trouble of an account is told at each of its devices and codes.
            if kind.startswith("connected_account."):
                self.request_all()
            return
        if device_id in self._other_devices and not kind.startswith("device."):
            return
        if kind in _DEVICE_GONE_EVENTS:
            self._absent_devices.add(device_id)
        if not kind.startswith("access_code."):
            self._due[FetchDevices(frozenset((device_id,)))] = None
        if not kind.startswith(("lock.", "action_attempt.")):
            if device_id in self._locks:
                self._due[FetchCodes(device_id)] = None

    def _forget(self, device_id: str) -> None:
        self._locks.pop(device_id, None)
        self._is_changed = True
        self._rechecks.forget(device_id)
        self._absent_devices.discard(device_id)
        self._known_devices.discard(device_id)
        self._gone_devices.add(device_id)

    def _put(
        self, lock: Lock, codes: Iterable[AccessCode], missing: frozenset[str]
    ) -> None:
        """Give a lock its codes; an unchanged lock stays the same object."""
        codes = list(codes)
        self._secrets.add(
            pin for code in codes for pin in (code.code, *code.other_pins)
        )
        known = {code.access_code_id: code for code in lock.codes}

        def shown(code: AccessCode) -> AccessCode:
            # What is known was masked before: unchanged, it need not be again.
            old = known.get(code.access_code_id)
            return old if old == code else masked_code(code, self._secrets)

        ordered = sorted(map(shown, codes), key=_by_name)
        new = replace(
            lock,
            managed=tuple(code for code in ordered if code.is_managed),
            unmanaged=tuple(code for code in ordered if not code.is_managed),
            has_codes=True,
            missing=missing,
        )
        if new != lock:
            self._note_unannounced(lock, new)
            self._set(new)

    def _note_unannounced(self, old: Lock, new: Lock) -> None:
        """Find out whether a reconcile shows what an event should have told."""
        if self._is_reconcile and old.has_codes and _outline(old) != _outline(new):
            # An event without a device is about an account, and so about all of its.
            self._is_unannounced |= all(
                event.device_id not in (new.device_id, None)
                for event, _, _ in self._happened
            )

    def _mask(self) -> None:
        """Look for the PINs that are new in the texts that are older."""
        if not self._secrets.take_late():
            return
        for lock in list(self._locks.values()):
            if (new := masked(lock, self._secrets)) is not lock:
                self._set(new)

    def _tell(self) -> None:
        """Turn what has happened into news, with names as they are now."""
        for event, name, is_news in self._happened:
            name = self._code_name(event) or (name and self._secrets.mask(name))
            lock = self._locks.get(event.device_id or "")
            at = event.occurred_at or event.created_at
            if (
                lock is not None
                and event.event_type in _USE_EVENTS
                # Events may come late.
                and (lock.changed_at is None or at >= lock.changed_at)
            ):
                self._set(replace(lock, changed_by=name or event.method, changed_at=at))
            if is_news:
                self._news.append(News(replace(event, code=None), name))
        self._happened.clear()

    def _code_name(self, event: Event) -> str | None:
        """Return the name of an event's code, which some makers tell only by its PIN."""
        if (lock := self._locks.get(event.device_id or "")) is None:
            return None
        code = lock.code(event.access_code_id)
        if code is None and event.code is not None:
            code = next(
                (other for other in lock.codes if other.code == event.code), None
            )
        return code.name if code else None

    def _set(self, lock: Lock) -> None:
        self._locks[lock.device_id] = lock
        self._is_changed = True

    def _publish(self) -> None:
        if self._is_changed:
            self.picture = Picture(locks=MappingProxyType(dict(self._locks)))
            self._is_changed = False


def _outline(lock: Lock) -> list[tuple[object, ...]]:
    """Return what of a lock's codes does not change without an event."""
    return [
        (code.access_code_id, code.name, code.code, code.starts_at, code.ends_at)
        for code in lock.codes
    ]


def _by_name(code: AccessCode) -> tuple[str, str]:
    return (code.name or "").casefold(), code.access_code_id
