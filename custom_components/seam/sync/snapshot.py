"""Immutable data of a workspace, and how secrets are masked in it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
import re
from types import MappingProxyType
from typing import Any, Final, Self

from ..api import (
    AccessCode,
    Appearance,
    CodeStatus,
    ConnectedAccount,
    Device,
    Event,
    Scope,
    SeamProblem,
)
from ..api.access_codes import MUTATION_CODES, PendingMutation
from ..api.readable import MAX_NAME_LENGTH, readable
from ..api.redact import Secrets

_TYPES: Final = frozenset({"ongoing", "time_bound"})
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Errors of an account that do not keep Seam from reading its locks.
_READABLE_DESPITE: Final = frozenset({"salto_ks_subscription_limit_exceeded"})
_UNREADABLE_WARNINGS: Final = frozenset({"provider_service_unavailable"})
# With these errors Seam cannot reach a lock, even if it reports the lock as online.
UNREACHABLE_ERRORS: Final = frozenset(
    {
        "account_disconnected",
        "august_lock_missing_bridge",
        "bridge_disconnected",
        "device_disconnected",
        "device_offline",
        "device_removed",
        "dormakaba_sites_disconnected",
        "hub_disconnected",
        "igloohome_bridge_offline",
        "invalid_credentials",
        "lockly_missing_wifi_bridge",
        "ttlock_lock_not_paired_to_gateway",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class LockData:
    """A lock with its codes."""

    device: Device
    managed: tuple[AccessCode, ...] = ()
    unmanaged: tuple[AccessCode, ...] = ()
    has_codes: bool = False
    """Whether the managed codes are known; if not, they are what was last known."""
    has_all_codes: bool = False
    """Whether the unmanaged codes are known, too."""
    has_failed: bool = False
    """Whether codes could not be fetched since the managed ones last were."""
    is_complete: bool = True
    """Whether the last list of managed codes had all of them."""
    missing: frozenset[str] = frozenset()
    """IDs of codes that the last answer lacked, and that are kept until the next."""
    changed_by: str | None = None
    """The name of the code that last operated the lock, or else the method."""
    changed_at: datetime | None = None

    @property
    def device_id(self) -> str:
        """Seam's ID of the device."""
        return self.device.device_id

    @property
    def codes(self) -> tuple[AccessCode, ...]:
        """All codes, the managed ones first."""
        return self.managed + self.unmanaged

    @property
    def lacks_codes(self) -> bool:
        """Whether the lock can have codes, but they could not be fetched."""
        return self.device.has_access_codes and not self.has_codes

    @property
    def lacks_some_codes(self) -> bool:
        """Whether the lock can have codes, but not all of them could be fetched."""
        return self.device.has_access_codes and not self.has_all_codes

    def read(self, kinds: Collection[bool], is_complete: bool | None) -> Self:
        """Return the lock after an answer with managed (True) or unmanaged codes.

        `is_complete` is None if the answer does not say whether it had all managed ones.
        """
        has_codes = self.has_codes or True in kinds
        return replace(
            self,
            has_codes=has_codes,
            has_all_codes=self.has_all_codes or (has_codes and False in kinds),
            has_failed=self.has_failed and True not in kinds,
            is_complete=self.is_complete if is_complete is None else is_complete,
        )

    def knows(self, code: AccessCode) -> bool:
        """Return whether a code of the lock is current, not only what was last known."""
        return self.has_codes if code.is_managed else self.has_all_codes

    def used_slots_at(self, now: datetime) -> int:
        """Return how many codes are on the lock, or about to be."""
        return sum(
            code.is_scheduled_on_device or code.status_at(now) is not CodeStatus.UNSET
            for code in self.codes
        )

    def free_slots_at(self, now: datetime) -> int | None:
        """Return how many more codes the lock can take, None if unknown."""
        slots = self.device.properties.max_active_codes_supported
        return None if slots is None else max(0, slots - self.used_slots_at(now))

    def code(self, access_code_id: str | None) -> AccessCode | None:
        """Return the code with this ID."""
        return next(
            (code for code in self.codes if code.access_code_id == access_code_id), None
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """All locks by device ID, and their connected accounts by ID."""

    locks: Mapping[str, LockData] = field(default_factory=lambda: MappingProxyType({}))
    accounts: Mapping[str, ConnectedAccount] = field(
        default_factory=lambda: MappingProxyType({})
    )
    are_accounts_known: bool = False
    """Whether the accounts were read, and Seam has not refused that since."""

    def account_of(self, lock: LockData) -> ConnectedAccount | None:
        """Return the account of a lock, None if it is unknown."""
        return self.accounts.get(lock.device.connected_account_id or "")

    def may_be_outdated(self, lock: LockData) -> bool:
        """Return whether Seam may be unable to read the lock because of its account."""
        return makes_outdated(self._connection_problems_of(lock))

    def is_reachable(self, lock: LockData) -> bool | None:
        """Return whether Seam can reach the lock, None if unknown."""
        if any(
            problem.code in UNREACHABLE_ERRORS and not problem.is_warning
            for problem in self._connection_problems_of(lock)
        ):
            return False
        return lock.device.properties.online

    def problems_of(self, lock: LockData) -> list[SeamProblem]:
        """Return the errors and warnings of a lock, its account, and its bridge."""
        problems = [*lock.device.errors, *lock.device.warnings]
        if account := self.account_of(lock):
            # The device repeats those of its account, but not all of them.
            known = {(problem.code, problem.is_warning) for problem in problems}
            problems += (
                problem
                for problem in account.errors + account.warnings
                if (problem.code, problem.is_warning) not in known
            )
        return problems

    def _connection_problems_of(self, lock: LockData) -> Iterable[SeamProblem]:
        """Return the errors of a lock, and the problems of its account."""
        account = self.account_of(lock)
        return chain(
            # Errors of the account are repeated here, and may be newer.
            lock.device.errors,
            *((account.errors, account.warnings) if account else ()),
        )

    def account_problems(self) -> dict[str, list[SeamProblem]]:
        """Return the problems of each account that has any."""
        found = {
            account_id: {problem.code: problem for problem in problems}
            for account_id, account in self.accounts.items()
            if (problems := account.errors + account.warnings)
        }
        # Every lock of the account repeats its errors, and may be newer.
        for lock in self.locks.values():
            for problem in lock.device.errors:
                if problem.scope in (Scope.ACCOUNT, Scope.BRIDGE):
                    account_id = lock.device.connected_account_id or ""
                    found.setdefault(account_id, {}).setdefault(problem.code, problem)
        return {key: list(problems.values()) for key, problems in found.items()}


def makes_outdated(problems: Iterable[SeamProblem]) -> bool:
    """Return whether Seam may be unable to read an account with these problems."""
    return any(
        problem.code in _UNREADABLE_WARNINGS
        if problem.is_warning
        else problem.scope in (Scope.ACCOUNT, Scope.BRIDGE)
        and problem.code not in _READABLE_DESPITE
        for problem in problems
    )


def masked(
    lock: LockData, secrets: Secrets, published: LockData | None = None
) -> LockData:
    """Return the lock with secrets masked in all texts that are shown.

    Seam, manufacturers and guests write these texts. They may hold a PIN, invisible
    characters, or be very long. What needs no masking stays the same object.
    While some codes are unknown, any number in a message may be the PIN of one.
    The codes of `published`, which is masked already, are not masked again.
    """

    def masked_codes(codes: tuple[AccessCode, ...]) -> tuple[AccessCode, ...]:
        if published and (codes is published.managed or codes is published.unmanaged):
            return codes
        return tuple([masked_code(code, secrets) for code in codes])

    return _changed(
        lock,
        device=_masked_device(lock.device, secrets, hide_numbers=lock.lacks_some_codes),
        managed=masked_codes(lock.managed),
        unmanaged=masked_codes(lock.unmanaged),
        changed_by=lock.changed_by and secrets.mask_name(lock.changed_by),
    )


def _masked_device(device: Device, secrets: Secrets, *, hide_numbers: bool) -> Device:
    """Return the device with secrets masked in its texts, but not in its name."""
    return _changed(
        device,
        display_name=device.display_name
        and readable(device.display_name, MAX_NAME_LENGTH),
        nickname=device.nickname and readable(device.nickname, MAX_NAME_LENGTH),
        errors=_masked_problems(device.errors, secrets, hide_numbers),
        warnings=_masked_problems(device.warnings, secrets, hide_numbers),
    )


def masked_account(
    account: ConnectedAccount, secrets: Secrets, *, hide_numbers: bool
) -> ConnectedAccount:
    """Return the account with secrets masked in its texts."""
    return _changed(
        account,
        display_name=account.display_name and secrets.mask_name(account.display_name),
        errors=_masked_problems(account.errors, secrets, hide_numbers),
        warnings=_masked_problems(account.warnings, secrets, hide_numbers),
    )


def masked_code(code: AccessCode, secrets: Secrets) -> AccessCode:
    """Return the code with secrets masked in its texts.

    A full sync masks thousands of codes, nearly all of which stay as they are.
    """
    name = code.name and secrets.mask_name(code.name)
    key = code.common_code_key and secrets.mask(code.common_code_key)
    status = code.display_status and secrets.mask(code.display_status)
    type_ = code.type if code.type in _TYPES else secrets.mask(code.type)
    pulled = code.pulled_backup_access_code_id
    pulled = pulled and secrets.mask(pulled)
    mutations = code.pending_mutations and _masked_mutations(
        code.pending_mutations, secrets
    )
    appearance = code.appearance and _masked_appearance(code.appearance, secrets)
    errors = code.errors and _masked_problems(code.errors, secrets)
    warnings = code.warnings and _masked_problems(code.warnings, secrets)
    if (
        name is code.name
        and key is code.common_code_key
        and status is code.display_status
        and type_ is code.type
        and pulled is code.pulled_backup_access_code_id
        and mutations is code.pending_mutations
        and appearance is code.appearance
        and errors is code.errors
        and warnings is code.warnings
    ):
        return code
    return replace(
        code,
        name=name,
        true_name=None if name == code.unmasked_name else code.unmasked_name,
        appearance=appearance,
        common_code_key=key,
        true_key=None if key == code.unmasked_key else code.unmasked_key,
        display_status=status,
        type=type_,
        pulled_backup_access_code_id=pulled,
        pending_mutations=mutations,
        errors=errors,
        warnings=warnings,
    )


def _changed[T: (LockData, Device, ConnectedAccount, Appearance)](
    item: T, **fields: Any
) -> T:
    """Return the item with these fields, or the same object if they are equal."""
    if all(getattr(item, key) == value for key, value in fields.items()):
        return item
    return replace(item, **fields)


def masked_event(event: Event, secrets: Secrets) -> Event:
    """Return the event without its PINs, and with secrets masked in its texts."""

    def mask(text: str | None) -> str | None:
        return text and secrets.mask(text)

    def mask_typed(text: str | None) -> str | None:
        # What somebody typed may be a PIN with one wrong digit.
        return text and secrets.mask_all(text)

    def mask_id(text: str | None) -> str | None:
        # The digits of Seam's IDs are random, so a PIN in one is a coincidence.
        return text if text and _ID.fullmatch(text) else mask(text)

    return replace(
        event,
        event_type=secrets.mask(event.event_type),
        code=None,
        other_pins=(),
        method=mask(event.method),
        user_identity_id=mask_id(event.user_identity_id),
        backup_access_code_id=mask_id(event.backup_access_code_id),
        reason_code=mask_typed(event.reason_code),
        reason_message=mask_typed(event.reason_message),
        change_reason=mask(event.change_reason),
        former_name=event.former_name and secrets.mask_name(event.former_name),
        changed_properties=tuple(map(secrets.mask, event.changed_properties)),
        requested_mutations=tuple(map(secrets.mask, event.requested_mutations)),
    )


def _masked_appearance(appearance: Appearance, secrets: Secrets) -> Appearance:
    def mask(text: str | None) -> str | None:
        return text and secrets.mask_name(text)

    return _changed(
        appearance,
        name=mask(appearance.name),
        first_name=mask(appearance.first_name),
        last_name=mask(appearance.last_name),
    )


def _masked_mutations(
    mutations: tuple[PendingMutation, ...], secrets: Secrets
) -> tuple[PendingMutation, ...]:
    if all(mutation.mutation_code in MUTATION_CODES for mutation in mutations):
        return mutations
    shown = tuple(
        replace(mutation, mutation_code=secrets.mask(mutation.mutation_code))
        for mutation in mutations
    )
    return mutations if shown == mutations else shown


def _masked_problems(
    problems: tuple[SeamProblem, ...], secrets: Secrets, hide_numbers: bool = False
) -> tuple[SeamProblem, ...]:
    mask = secrets.mask_all if hide_numbers else secrets.mask

    shown = tuple(
        replace(
            problem,
            code=secrets.mask(problem.code),
            message=mask(problem.message),
            change_type=problem.change_type and secrets.mask(problem.change_type),
            modified_fields=tuple(map(secrets.mask, problem.modified_fields)),
        )
        for problem in problems
    )
    return problems if shown == problems else shown
