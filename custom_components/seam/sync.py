"""What to fetch next, and how answers and events change the picture.

Pure: no I/O, no Home Assistant, no clock of its own. The coordinator begins a poll,
fetches what is due until nothing is, hands in answers and failures, and finishes with
a new picture. A quiet poll is one request, whatever the number of locks and codes: only
the locks that events, our own actions or unsettled codes name are fetched again.
"""

from collections.abc import Iterable, Mapping
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
from .api.client import EVENTS_LIMIT
from .picture import Lock, Picture, masked

# How far back the first question goes: far enough for clocks that differ.
_FIRST_LOOK: Final = timedelta(hours=1)
# Events may show up late; what is later still is left to the next reconcile.
_OVERLAP: Final = timedelta(minutes=5)
# Events are told apart by their ids; a webhook may repeat one after a day.
_REMEMBERED_EVENTS: Final = 10_000

# Two requests for each lock, at most 20 a minute on average.
_RECONCILE_AT_LEAST: Final = timedelta(minutes=15)
_RECONCILE_PER_LOCK: Final = timedelta(seconds=6)

# Unsettled codes are looked at after 1, 2, 4 … minutes, until reconciles do it.
_FIRST_RECHECK: Final = timedelta(minutes=1)

# For so long, what our own actions did outweighs what Seam's lists say.
_OWN_CHANGE: Final = timedelta(minutes=2)

# So many failures in a row are not the fault of single locks.
_HOPELESS: Final = 3

_UNSETTLED: Final = (CodeStatus.SETTING, CodeStatus.REMOVING, CodeStatus.UNKNOWN)
_USE_EVENTS: Final = ("lock.locked", "lock.unlocked")
_CODE_GONE_EVENTS: Final = ("access_code.deleted", "access_code.unmanaged.removed")
_DEVICE_GONE_EVENTS: Final = (
    "device.converted_to_unmanaged",
    "device.deleted",
    "device.removed",
)


@dataclass(frozen=True, slots=True)
class FetchEvents:
    """Ask what has happened since then."""

    since: datetime


@dataclass(frozen=True, slots=True)
class FetchDevices:
    """Ask for the devices with these ids, or for all."""

    device_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class FetchCodes:
    """Ask for the managed and the unmanaged codes of a device."""

    device_id: str


type Fetch = FetchEvents | FetchDevices | FetchCodes


@dataclass(frozen=True, slots=True)
class News:
    """An event that nobody was told of yet, with the name of its code."""

    event: Event
    code_name: str | None


@dataclass(frozen=True, slots=True)
class _Recheck:
    """When to look again at a lock with unsettled codes."""

    codes: frozenset[tuple[str, CodeStatus]]
    gap: timedelta
    at: datetime


@dataclass(frozen=True, slots=True)
class _OwnChange:
    """What an action did to a code, until Seam's lists say so, too."""

    fields: Mapping[str, Any]
    until: datetime


class Sync:
    """Keeps the picture."""

    def __init__(
        self, known_devices: Iterable[str] = (), *, jitter: float = 0.0
    ) -> None:
        """Start with the ids of devices that there were before.

        `jitter`, 0 to 1, spreads the reconciles of many houses.
        """
        self.picture = Picture()
        self.reconciled_at: datetime | None = None
        self._jitter = 1 + jitter / 10
        self._locks: dict[str, Lock] = {}
        self._is_changed = False
        self._known_devices = set(known_devices)
        self._absent_devices: set[str] = set()
        self._gone_devices: set[str] = set()
        self._due: dict[Fetch, None] = {}
        self._postponed: list[Fetch] = []
        self._failures: list[tuple[Fetch, SeamError]] = []
        self._failures_in_a_row = 0
        self._got_codes = False
        self._reconcile_at: datetime | None = None
        self._rechecks: dict[str, _Recheck] = {}
        self._own_changes: dict[str, _OwnChange] = {}
        self._gone_codes: set[str] = set()
        self._cursor: datetime | None = None
        self._has_bearings = False
        self._seen_events: dict[str, None] = {}
        self._happened: list[tuple[Event, str | None, bool]] = []
        self._news: list[News] = []

    # What to do

    def begin_poll(self, now: datetime) -> None:
        """Decide what a poll asks for: what has happened, and what is unsettled."""
        if self._cursor is None:
            self._cursor = now - _FIRST_LOOK
        self._due[FetchEvents(self._cursor - _OVERLAP)] = None
        for fetch in self._postponed:
            self._due[fetch] = None
        self._postponed.clear()
        if self._is_due(self._reconcile_at, now, self._reconcile_interval):
            self.request_all()
            return
        for device_id, recheck in self._rechecks.items():
            if self._is_due(recheck.at, now, recheck.gap):
                self._due[FetchCodes(device_id)] = None

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
        if (lock := self._locks.get(code.device_id)) is None:
            return
        self._own_changes[code.access_code_id] = _OwnChange({}, now + _OWN_CHANGE)
        if lock.code(code.access_code_id) is None:
            self._put(lock, (*lock.codes, code), lock.missing)

    def code_changed(
        self, access_code_id: str, fields: Mapping[str, Any], now: datetime
    ) -> None:
        """Show what was changed of a code, also while Seam's lists lag behind."""
        self._own_changes[access_code_id] = _OwnChange(fields, now + _OWN_CHANGE)

    def codes_removed(self, access_code_ids: Iterable[str], now: datetime) -> None:
        """Show codes as being removed, and believe it as soon as they are missing."""
        for access_code_id in access_code_ids:
            self._gone_codes.add(access_code_id)
            self.code_changed(access_code_id, {"status": CodeStatus.REMOVING}, now)

    def codes_converted(self, access_code_ids: Iterable[str]) -> None:
        """Believe it when unmanaged codes are missing: Seam may give them new ids."""
        self._gone_codes.update(access_code_ids)

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
        events = sorted(events, key=lambda event: event.created_at)
        if is_cut := len(events) >= EVENTS_LIMIT:
            self.request_all()
        for event in events:
            # One from a wrong clock's future must not hide what comes before it.
            if is_cut or event.created_at <= now + _OVERLAP:
                self._cursor = max(self._cursor or event.created_at, event.created_at)
            self.receive_event(event)
        self._has_bearings = True

    def receive_event(self, event: Event) -> None:
        """Take in one event, once. The first answer is a bearing, not news."""
        if event.event_id in self._seen_events:
            return
        self._seen_events[event.event_id] = None
        if len(self._seen_events) > _REMEMBERED_EVENTS:
            del self._seen_events[next(iter(self._seen_events))]
        # Its name may be gone once the lists are fetched.
        self._happened.append((event, self._code_name(event), self._has_bearings))
        if self._has_bearings:
            self._make_due(event)

    def receive_devices(
        self, fetch: FetchDevices, devices: Iterable[Device], now: datetime
    ) -> None:
        """Take in devices; those that are no locks are left aside."""
        self._failures_in_a_row = 0
        if fetch.device_ids is not None:
            asked = set(fetch.device_ids)
        else:
            asked = self._known_devices | self._locks.keys()
            self._reconcile_at = now + self._reconcile_interval
            self.reconciled_at = now
        found = {device.device_id: device for device in devices if device.is_lock}
        for device_id, device in found.items():
            known = self._locks.get(device_id)
            if known is None or not device.has_access_codes:
                # Codes that nobody can ask for any more must not stay for ever.
                lock = Lock(device=device)
            else:
                lock = masked(replace(known, device=device))
            if lock != known:
                self._set(lock)
            if device.has_access_codes and (known is None or fetch.device_ids is None):
                self._due[FetchCodes(device_id)] = None
        self._absent_devices -= found.keys()
        self._known_devices |= found.keys()
        for device_id in asked - found.keys():
            if device_id in self._absent_devices:
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
    ) -> None:
        """Take in all codes of a lock.

        One that is missing is kept until the next answer misses it too, as Seam has
        been seen to drop a code from one answer; unless its end was to be expected.
        """
        self._failures_in_a_row = 0
        self._got_codes = True
        if (lock := self._locks.get(fetch.device_id)) is None:
            return
        codes = {
            code.access_code_id: self._with_own_change(code, now)
            for code in chain(unmanaged, managed)
        }
        old = {code.access_code_id for code in lock.managed}
        new_pins = {
            code.code
            for code in codes.values()
            if code.is_managed and code.code and code.access_code_id not in old
        }
        missing = set()
        for code in lock.codes:
            code_id = code.access_code_id
            if code_id in codes:
                continue
            if code_id not in self._gone_codes and (
                self._is_own(code_id, now)
                or (
                    code_id not in lock.missing
                    and code.status_at(now) is not CodeStatus.REMOVING
                    and not code.is_expired(now)
                    # Seam may manage it now, under another id.
                    and (code.is_managed or code.code not in new_pins)
                )
            ):
                codes[code_id] = code
                missing.add(code_id)
            else:
                self._gone_codes.discard(code_id)
                self._own_changes.pop(code_id, None)
        self._put(lock, codes.values(), frozenset(missing))
        self._plan_recheck(fetch.device_id, now)

    def receive_failure(self, fetch: Fetch, error: SeamError, now: datetime) -> None:
        """Note that something could not be had; it stays due."""
        self._failures_in_a_row += 1
        if isinstance(fetch, FetchEvents) and not isinstance(
            error,
            SeamAuthError | SeamRateLimitError | SeamServerError | SeamUnreachableError,
        ):
            # Seam refuses the question itself: perhaps it is about too long ago.
            self._cursor = now - _OVERLAP
            self.request_all()
            return
        self._failures.append((fetch, error))
        if not isinstance(fetch, FetchEvents):
            self._postponed.append(fetch)

    def finish(self) -> SeamError | None:
        """End a round: renew the picture; return the error if it failed as a whole."""
        failures, got_codes = self._failures, self._got_codes
        self._failures, self._got_codes, self._failures_in_a_row = [], False, 0
        error = _whole_failure(failures, got_codes)
        if error is None:
            for fetch, _ in failures:
                if isinstance(fetch, FetchCodes) and fetch.device_id in self._locks:
                    self._set(replace(self._locks[fetch.device_id], has_codes=False))
        elif not isinstance(error, SeamRateLimitError):
            # After an outage nothing is taken for granted.
            self._reconcile_at = None
        self._tell()
        self._publish()
        return error

    def take_news(self) -> list[News]:
        """Return what has happened and is to be told, oldest first."""
        news, self._news = self._news, []
        return news

    def take_gone_devices(self) -> set[str]:
        """Return the ids of devices that Seam no longer has."""
        gone, self._gone_devices = self._gone_devices, set()
        return gone

    # How

    @property
    def _reconcile_interval(self) -> timedelta:
        return self._jitter * max(
            _RECONCILE_AT_LEAST, len(self._locks) * _RECONCILE_PER_LOCK
        )

    @staticmethod
    def _is_due(at: datetime | None, now: datetime, gap: timedelta) -> bool:
        """Return whether a moment, planned a gap ahead, has come.

        Further ahead than it was planned, the clock was set back.
        """
        return at is None or now >= at or at - now > gap

    def _make_due(self, event: Event) -> None:
        """Have fetched what an event may have changed."""
        kind, device_id = event.event_type, event.device_id
        if kind in _CODE_GONE_EVENTS and event.access_code_id:
            self._gone_codes.add(event.access_code_id)
        if device_id is None:
            # Trouble of an account is told at each of its devices and codes.
            if kind.startswith("connected_account."):
                self.request_all()
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
        self._rechecks.pop(device_id, None)
        self._absent_devices.discard(device_id)
        self._known_devices.discard(device_id)
        self._gone_devices.add(device_id)

    def _put(
        self, lock: Lock, codes: Iterable[AccessCode], missing: frozenset[str]
    ) -> None:
        """Give a lock its codes; an unchanged lock stays the same object."""
        ordered = sorted(codes, key=_by_name)
        new = masked(
            replace(
                lock,
                managed=tuple(code for code in ordered if code.is_managed),
                unmanaged=tuple(code for code in ordered if not code.is_managed),
                has_codes=True,
                missing=missing,
            )
        )
        if new != lock:
            self._set(new)

    def _is_own(self, access_code_id: str, now: datetime) -> bool:
        change = self._own_changes.get(access_code_id)
        return change is not None and now < change.until

    def _with_own_change(self, code: AccessCode, now: datetime) -> AccessCode:
        """Return the code as our action left it, unless Seam says so already."""
        if (change := self._own_changes.get(code.access_code_id)) is None:
            return code
        changed = replace(code, **change.fields)
        if changed == code or now >= change.until:
            del self._own_changes[code.access_code_id]
            return code
        return changed

    def _plan_recheck(self, device_id: str, now: datetime) -> None:
        """Look again at unsettled codes, less and less often while nothing changes."""
        codes = frozenset(
            (code.access_code_id, code.status_at(now))
            for code in self._locks[device_id].codes
            if code.status_at(now) in _UNSETTLED
            or self._is_own(code.access_code_id, now)
        )
        last = self._rechecks.pop(device_id, None)
        gap = _FIRST_RECHECK
        if last is not None and last.codes == codes:
            gap = 2 * last.gap if now >= last.at else last.gap
        gap = min(gap, self._reconcile_interval)
        if codes:
            self._rechecks[device_id] = _Recheck(codes, gap, now + gap)

    def _tell(self) -> None:
        """Turn what has happened into news, with names as they are now."""
        for event, name, is_news in self._happened:
            name = self._code_name(event) or name
            lock = self._locks.get(event.device_id or "")
            if lock is not None and event.event_type in _USE_EVENTS:
                changed_by = name or event.method
                if lock.changed_by != changed_by:
                    self._set(replace(lock, changed_by=changed_by))
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


def _whole_failure(
    failures: list[tuple[Fetch, SeamError]], got_codes: bool
) -> SeamError | None:
    """Return why a round failed as a whole; single locks may fail without that."""
    for _, error in failures:
        if isinstance(error, SeamAuthError | SeamRateLimitError):
            return error
    for fetch, error in failures:
        if not isinstance(fetch, FetchCodes):
            return error
    if len(failures) > 1 and not got_codes:
        return failures[0][1]
    return None


def _by_name(code: AccessCode) -> tuple[str, str]:
    return (code.name or "").casefold(), code.access_code_id
