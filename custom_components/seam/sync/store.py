"""The next picture, while answers are still coming in. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from ..api import AccessCode, CodeStatus
from ..api.bounded import BoundedDict
from ..api.redact import Secrets
from .optimistic import OptimisticUpdates
from .snapshot import LockData, Snapshot, masked

# Names of codes that are gone, of which Seam may yet have something to tell.
_MOST_FORMER: Final = 1000


class SnapshotStore:
    """Holds locks as Seam tells of them, and makes pictures that people may see.

    Texts here may hold PINs; those of a picture never do.
    """

    def __init__(self, secrets: Secrets) -> None:
        """Start with an empty picture."""
        self.snapshot = Snapshot()
        self._secrets = secrets
        self._locks: dict[str, LockData] = {}
        self._changed: set[str] = set()
        self._touched: set[str] = set()
        self._former_names: BoundedDict[str, str] = BoundedDict(_MOST_FORMER)

    @property
    def locks(self) -> Mapping[str, LockData]:
        """All locks by device id."""
        return self._locks

    def put(self, lock: LockData) -> None:
        """Take in a lock."""
        self._locks[lock.device_id] = lock
        self._changed.add(lock.device_id)

    def put_codes(
        self, lock: LockData, codes: Iterable[AccessCode], missing: frozenset[str]
    ) -> LockData:
        """Give a lock its codes, and return it with them."""
        ordered = sorted(codes, key=_by_name)
        self._note_former(lock, ordered)
        new = replace(
            lock,
            managed=tuple([code for code in ordered if code.is_managed]),
            unmanaged=tuple([code for code in ordered if not code.is_managed]),
            has_codes=True,
            missing=missing,
        )
        if new != lock:
            self.put(new)
        return new

    def former_name(self, access_code_id: str | None) -> str | None:
        """Return the name of a code that is gone, as far as it is remembered."""
        return self._former_names.get(access_code_id or "")

    def _note_former(self, lock: LockData, codes: Iterable[AccessCode]) -> None:
        if not lock.codes:
            return
        former = {code.access_code_id: code.name for code in lock.codes if code.name}
        for code in codes:
            former.pop(code.access_code_id, None)
        for code_id, name in former.items():
            self._former_names[code_id] = name

    def remove(self, device_id: str) -> None:
        """Leave out a lock."""
        if self._locks.pop(device_id, None):
            self._changed.add(device_id)

    def touch(self, device_ids: Iterable[str]) -> None:
        """Have these locks count as new, as time alone has changed how they look."""
        self._touched.update(self._locks.keys() & device_ids)

    def publish(self, device_ids: Iterable[str] | None = None) -> None:
        """Make the picture, of all locks or with these alone brought up to date.

        What has not changed stays the same object in it.
        """
        shown = self.snapshot.locks
        locks = dict(shown)
        if self._secrets.take_late():
            # A PIN that is new may be in texts that are older.
            self._changed.update(self._locks)
            locks = {key: masked(lock, self._secrets) for key, lock in shown.items()}
        wanted = self._changed | self._touched
        if device_ids is not None:
            wanted &= frozenset(device_ids)
        for device_id in wanted - self._locks.keys():
            locks.pop(device_id, None)
        for device_id in [key for key in self._locks if key in wanted]:
            lock, old = (
                masked(self._locks[device_id], self._secrets),
                locks.get(device_id),
            )
            if old is not None and old == lock:
                lock = replace(old) if device_id in self._touched else old
            self._locks[device_id] = locks[device_id] = lock
        self._changed -= wanted
        self._touched -= wanted
        if len(locks) != len(shown) or any(
            lock is not shown.get(device_id) for device_id, lock in locks.items()
        ):
            self.snapshot = Snapshot(locks=MappingProxyType(locks))


def _by_name(code: AccessCode) -> tuple[str, str]:
    # As it really is: kept codes are masked, new ones are not yet.
    return (code.true_name or code.name or "").casefold(), code.access_code_id


def merged_codes(
    lock: LockData,
    answer: Iterable[AccessCode],
    optimistic: OptimisticUpdates,
    now: datetime,
    may_lack: Callable[[str], bool],
) -> tuple[list[AccessCode], frozenset[str]]:
    """Return the codes of a lock, and the ids of those that the answer lacks.

    Of a code that is in the answer twice the last one counts. One that is missing is
    kept until the next answer misses it too, as Seam has been seen to drop a code from
    one answer; unless its end was to be expected.
    """
    codes = {code.access_code_id: optimistic.applied(code, now) for code in answer}
    missing: set[str] = set()
    absent = [code for code in lock.codes if code.access_code_id not in codes]
    new_pins = _new_pins(lock, codes.values()) if absent else set()
    for code in absent:
        code_id = code.access_code_id
        if may_lack(code_id):
            codes[code_id] = code
        elif not optimistic.is_gone(code_id, now) and (
            optimistic.holds(code_id, now)
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
            optimistic.forget(code_id)
    return list(codes.values()), frozenset(missing)


def _new_pins(lock: LockData, codes: Iterable[AccessCode]) -> set[str]:
    """Return the PINs of managed codes that the lock did not have."""
    old = {code.access_code_id for code in lock.managed}
    return {
        code.code
        for code in codes
        if code.is_managed and code.code and code.access_code_id not in old
    }
