"""Store from which snapshots are made."""

from collections.abc import Callable, Collection, Container, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from ..api import AccessCode, CodeStatus, ConnectedAccount
from ..api.bounded import BoundedDict
from ..api.redact import Secrets
from .optimistic import OptimisticUpdates
from .snapshot import LockData, Snapshot, masked, masked_account

# Events about a code may arrive after it is gone.
_MAX_FORMER_NAMES: Final = 1000

type IdCheck = Callable[[str], bool]
NEVER: Final[IdCheck] = frozenset[str]().__contains__
# What an answer is about: managed codes, unmanaged ones, or both.
ALL_KINDS: Final = (True, False)


class SnapshotStore:
    """Collect the locks as Seam returns them, and publish them in a snapshot.

    Texts in here may hold PINs, those in a snapshot never do.
    """

    def __init__(self, secrets: Secrets) -> None:
        """Initialize with an empty snapshot."""
        self.snapshot = Snapshot()
        self._secrets = secrets
        self._locks: dict[str, LockData] = {}
        self._accounts: dict[str, ConnectedAccount] = {}
        self._are_accounts_known = self._are_accounts_new = False
        self._changed: set[str] = set()
        self._renewed: set[str] = set()
        self._former_names: BoundedDict[str, str] = BoundedDict(_MAX_FORMER_NAMES)

    @property
    def locks(self) -> Mapping[str, LockData]:
        """All locks by device ID."""
        return self._locks

    def put(self, lock: LockData) -> None:
        """Add or replace a lock."""
        self._locks[lock.device_id] = lock
        self._changed.add(lock.device_id)

    def put_accounts(
        self, accounts: Iterable[ConnectedAccount] | None, may_lack: IdCheck
    ) -> None:
        """Replace the connected accounts, except those that the answer may lack.

        They stay as they are if they are not known any more.
        """
        self._are_accounts_known = accounts is not None
        self._are_accounts_new = True
        if accounts is not None:
            kept = {key: item for key, item in self._accounts.items() if may_lack(key)}
            self._accounts = kept | {
                item.connected_account_id: item for item in accounts
            }

    def put_codes(
        self, lock: LockData, codes: Iterable[AccessCode], missing: frozenset[str]
    ) -> LockData:
        """Replace the codes of a lock, and return the new lock."""
        ordered = sorted(codes, key=_by_name)
        self._remember_former_names(lock, ordered)
        new = replace(
            lock,
            managed=tuple([code for code in ordered if code.is_managed]),
            unmanaged=tuple([code for code in ordered if not code.is_managed]),
            missing=missing,
        )
        if new != self._locks.get(lock.device_id):
            self.put(new)
        return new

    def put_codes_unknown(
        self, device_ids: Iterable[str], managed_known: Container[str]
    ) -> None:
        """Note that the codes of locks, or only the unmanaged ones, are not known."""
        for device_id in device_ids:
            if lock := self._locks.get(device_id):
                has_codes = lock.has_codes and device_id in managed_known
                new = replace(
                    lock, has_codes=has_codes, has_all_codes=False, has_failed=True
                )
                if new != lock:
                    self.put(new)

    def code(self, access_code_id: str) -> AccessCode | None:
        """Return the code with this ID."""
        codes = (lock.code(access_code_id) for lock in self._locks.values())
        return next(filter(None, codes), None)

    def put_code(self, code: AccessCode) -> None:
        """Add or replace a code, and publish it."""
        if lock := self._locks.get(code.device_id):
            others = (
                other
                for other in lock.codes
                if other.access_code_id != code.access_code_id
            )
            self.put_codes(lock, (*others, code), lock.missing)
            self.publish((lock.device_id,))

    def former_name(self, access_code_id: str | None) -> str | None:
        """Return the name of a code that is gone, None if unknown."""
        return self._former_names.get(access_code_id or "")

    def _remember_former_names(
        self, lock: LockData, codes: Iterable[AccessCode]
    ) -> None:
        if not lock.codes:
            return
        former = {code.access_code_id: code.name for code in lock.codes if code.name}
        for code in codes:
            former.pop(code.access_code_id, None)
        for code_id, name in former.items():
            self._former_names[code_id] = name

    def remove(self, device_id: str) -> None:
        """Remove a lock."""
        if self._locks.pop(device_id, None):
            self._changed.add(device_id)

    def renew(self, device_ids: Iterable[str]) -> None:
        """Publish these locks as new objects, even if they stay equal."""
        self._renewed.update(self._locks.keys() & device_ids)

    def publish(self, device_ids: Iterable[str] | None = None) -> None:
        """Make a snapshot that brings all locks up to date, or only these.

        Locks that have not changed stay the same objects.
        """
        has_late_secret = self._secrets.pop_has_late_secret()
        if has_late_secret:
            # Older texts may hold a PIN that has only now become known.
            self._changed.update(self._locks)
        wanted = self._changed | self._renewed
        if device_ids is not None:
            wanted &= frozenset(device_ids)
        if not (wanted or has_late_secret or self._are_accounts_new):
            return
        self._are_accounts_new = False
        published = self.snapshot.locks
        locks = dict(published)
        if has_late_secret:
            locks = {key: masked(lock, self._secrets) for key, lock in locks.items()}
        for device_id in wanted - self._locks.keys():
            locks.pop(device_id, None)
        for device_id in [key for key in self._locks if key in wanted]:
            raw = self._locks[device_id]
            old = locks.get(device_id)
            lock = masked(raw, self._secrets, published=old)
            if old is not None and old == lock:
                lock = replace(old) if device_id in self._renewed else old
            locks[device_id] = lock
            # Once its codes are known, fewer numbers have to be masked.
            if not raw.lacks_some_codes:
                self._locks[device_id] = lock
        lacks_codes = any(lock.lacks_some_codes for lock in locks.values())
        self._secrets.lacks_pins = lacks_codes
        accounts: dict[str, ConnectedAccount] = {}
        for key, item in self._accounts.items():
            account = masked_account(item, self._secrets, hide_numbers=lacks_codes)
            old_account = self.snapshot.accounts.get(key)
            # Unchanged ones stay the same object, as entities compare by identity.
            accounts[key] = (
                old_account if old_account and old_account == account else account
            )
        self._changed -= wanted
        self._renewed -= wanted
        # Entities keep texts of their own, which may hold a PIN that was learnt late.
        if (
            has_late_secret
            or accounts != self.snapshot.accounts
            or self._are_accounts_known is not self.snapshot.are_accounts_known
            or len(locks) != len(published)
            or any(
                lock is not published.get(device_id)
                for device_id, lock in locks.items()
            )
        ):
            self.snapshot = Snapshot(
                locks=MappingProxyType(locks),
                accounts=MappingProxyType(accounts),
                are_accounts_known=self._are_accounts_known,
            )


def _by_name(code: AccessCode) -> tuple[str, str]:
    # By the unmasked name, as codes that are new are not masked yet.
    return (code.unmasked_name or "").casefold(), code.access_code_id


def merge_codes(
    lock: LockData,
    answer: Iterable[AccessCode],
    optimistic: OptimisticUpdates,
    now: datetime,
    may_lack: IdCheck,
    kinds: Collection[bool] = ALL_KINDS,
) -> tuple[list[AccessCode], frozenset[str]]:
    """Return the codes of a lock, and the IDs of those that the answer lacks.

    Seam has been seen to drop a code from a single answer. So a code is kept until two
    answers in a row lack it, unless it was expected to go. If the answer has a code
    twice, the last one counts. Codes of a kind that it is not about stay as they are.
    """
    if True not in kinds:
        # A code may be in both lists while it is converted.
        converted = {code.access_code_id for code in lock.managed} - lock.missing
        answer = [code for code in answer if code.access_code_id not in converted]
    codes = {
        code.access_code_id: optimistic.apply_to_code(code, now) for code in answer
    }
    optimistic.note_listed(codes, now)
    missing: set[str] = set()
    absent = [code for code in lock.codes if code.access_code_id not in codes]
    new_pins = _new_pins(lock, codes.values()) if absent else set()
    for code in absent:
        code_id = code.access_code_id
        if code.is_managed not in kinds:
            codes[code_id] = code
            missing |= lock.missing & {code_id}
        elif may_lack(code_id):
            codes[code_id] = code
        elif not optimistic.is_removal_expected(code_id, now) and (
            optimistic.overrides_code(code_id, now)
            or (
                code_id not in lock.missing
                and code.status_at(now) is not CodeStatus.REMOVING
                and not code.is_expired(now)
                # A converted code may have a new ID.
                and (code.is_managed or code.code not in new_pins)
            )
        ):
            codes[code_id] = code
            missing.add(code_id)
        else:
            optimistic.forget_code(code_id)
    return list(codes.values()), frozenset(missing)


def _new_pins(lock: LockData, codes: Iterable[AccessCode]) -> set[str]:
    """Return the PINs of managed codes that are new on the lock."""
    old = {code.access_code_id for code in lock.managed}
    return {
        code.code
        for code in codes
        if code.is_managed and code.code and code.access_code_id not in old
    }
