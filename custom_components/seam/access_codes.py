"""What can be done with the codes of a lock: the work behind the actions.

Each function refuses bad input before it asks Seam for anything, and leaves the
picture up to date.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from homeassistant.util import dt as dt_util

from .api import AccessCode, ActionAttempt, ActionAttemptStatus
from .attempts import async_wait_for_attempt
from .constraints import (
    check_name,
    check_pin,
    check_preferred_length,
    check_start,
    check_times,
)
from .coordinator import SeamCoordinator
from .errors import refusal, translated_errors
from .picture import Lock
from .presentation import JsonObject, local_time


@dataclass(frozen=True, kw_only=True)
class CodeRequest:
    """A code to be made. What is None is left to Seam."""

    name: str
    code: str | None = field(default=None, repr=False)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    preferred_code_length: int | None = None
    is_external_modification_allowed: bool | None = None
    prefer_native_scheduling: bool | None = None
    use_backup_access_code_pool: bool | None = None
    attempt_for_offline_device: bool | None = None
    is_offline_access_code: bool | None = None
    is_one_time_use: bool | None = None
    max_time_rounding: str | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """What was chosen, by Seam's names."""
        return {
            name: value for name, value in asdict(self).items() if value is not None
        }


# What `/access_codes/create_multiple` cannot do.
_FOR_ONE_LOCK = ("is_offline_access_code", "is_one_time_use", "max_time_rounding")


def find_code(
    coordinator: SeamCoordinator,
    lock: Lock,
    codes: Sequence[AccessCode],
    *,
    access_code_id: str | None,
    name: str | None,
) -> AccessCode:
    """Return the one code of a lock that an id or a name picks."""
    if access_code_id is not None:
        for code in codes:
            if code.access_code_id == access_code_id:
                return code
        for other in coordinator.data.locks.values():
            if any(code.access_code_id == access_code_id for code in other.codes):
                raise refusal(
                    "code_of_other_kind"
                    if other.device_id == lock.device_id
                    else "code_on_other_lock",
                    lock=lock.device.name,
                    other=other.device.name,
                    code=access_code_id,
                )
        raise refusal(
            "unknown_code",
            lock=lock.device.name,
            code=coordinator.secrets.mask(access_code_id),
            candidates=_candidates(codes),
        )
    wanted = name or ""
    found = [code for code in codes if code.name == wanted] or [
        code for code in codes if (code.name or "").casefold() == wanted.casefold()
    ]
    if len(found) == 1:
        return found[0]
    raise refusal(
        "ambiguous_code" if found else "unknown_code",
        lock=lock.device.name,
        # Somebody may have taken the field for the PIN's.
        code=coordinator.secrets.mask(wanted),
        candidates=_candidates(found or codes),
    )


def _candidates(codes: Iterable[AccessCode]) -> str:
    return ", ".join(f"{code.name} ({code.access_code_id})" for code in codes) or "–"


def check_request(locks: Iterable[Lock], request: CodeRequest) -> None:
    """Refuse a code that one of the locks cannot have."""
    now = dt_util.utcnow()
    check_times(request.starts_at, request.ends_at, now)
    if request.code is not None:
        # Names are shown everywhere, to everybody.
        if request.code in request.name:
            raise refusal("name_contains_code")
        if request.is_offline_access_code:
            raise refusal("offline_with_code")
        if request.preferred_code_length is not None:
            raise refusal("code_and_length")
    if request.is_one_time_use and not request.is_offline_access_code:
        raise refusal("one_time_without_offline")
    if request.use_backup_access_code_pool and request.starts_at is None:
        raise refusal("backup_without_times")
    for lock in locks:
        device = lock.device
        if not device.has_access_codes or (
            request.is_offline_access_code
            and device.can_program_offline_access_codes is None
        ):
            raise refusal(
                "no_offline_access_codes"
                if request.is_offline_access_code
                else "no_access_codes",
                lock=device.name,
            )
        if (
            request.use_backup_access_code_pool
            and device.properties.supports_backup_access_code_pool is False
        ):
            raise refusal("no_backup_pool", lock=device.name)
        check_name(lock, request.name)
        check_start(lock, request.starts_at, now)
        if request.code is not None:
            check_pin(lock, request.code)
        if request.preferred_code_length is not None:
            check_preferred_length(lock, request.preferred_code_length)


async def async_create(
    coordinator: SeamCoordinator,
    lock: Lock,
    request: CodeRequest,
    *,
    common_code_key: str | None = None,
) -> JsonObject:
    """Create a code on one lock; return it with its PIN."""
    client = coordinator.client
    try:
        with translated_errors(coordinator):
            code, attempt = await client.create_access_code(
                lock.device_id, common_code_key=common_code_key, **request.parameters
            )
        coordinator.async_code_created(code)
        attempt = await async_wait_for_attempt(coordinator, lock.device_id, attempt)
    finally:
        await coordinator.async_refresh_locks([lock.device_id])
    return _created(coordinator, code, attempt)


async def async_create_shared(
    coordinator: SeamCoordinator, locks: Sequence[Lock], request: CodeRequest
) -> dict[str, JsonObject]:
    """Create one code with a PIN that Seam chooses on several locks.

    All or nothing: Seam refuses where the locks cannot share a PIN. The answer is by
    device id.
    """
    parameters = request.parameters
    for name in _FOR_ONE_LOCK:
        if parameters.pop(name, None):
            raise refusal("only_one_lock", field=name)
    device_ids = [lock.device_id for lock in locks]
    try:
        with translated_errors(coordinator):
            codes = await coordinator.client.create_multiple_access_codes(
                device_ids,
                behavior_when_code_cannot_be_shared="throw",
                **parameters,
            )
        for code in codes:
            coordinator.async_code_created(code)
    finally:
        await coordinator.async_refresh_locks(device_ids)
    return {code.device_id: _created(coordinator, code, None) for code in codes}


def new_common_code_key() -> str:
    """Return a key that links the codes of one request with a PIN of one's own."""
    return uuid4().hex


def _created(
    coordinator: SeamCoordinator, code: AccessCode, attempt: ActionAttempt | None
) -> JsonObject:
    """Describe a new code, as the lock's codes have it by now if they do."""
    lock = coordinator.data.locks.get(code.device_id)
    for current in lock.codes if lock else ():
        if current.access_code_id == code.access_code_id:
            code = current
    pending = attempt is not None and attempt.status is ActionAttemptStatus.PENDING
    return {"outcome": "pending" if pending else "success", **_with_pin(code)}


def _with_pin(code: AccessCode) -> JsonObject:
    return {
        "access_code_id": code.access_code_id,
        "name": code.name,
        "code": code.code,
        "status": code.status_at(dt_util.utcnow()).value,
        "type": code.type,
        "starts_at": local_time(code.starts_at),
        "ends_at": local_time(code.ends_at),
        "common_code_key": code.common_code_key,
    }


async def async_delete(
    coordinator: SeamCoordinator, lock: Lock, code: AccessCode
) -> JsonObject:
    """Delete a code, managed or not; return whether it is gone or under way."""
    code_id = code.access_code_id
    if code.is_offline_access_code:
        raise refusal("offline_code_fixed", lock=lock.device.name, name=label(code))
    if code.cannot_delete_unmanaged_access_code:
        raise refusal("cannot_delete", lock=lock.device.name, name=label(code))
    delete = (
        coordinator.client.delete_access_code
        if code.is_managed
        else coordinator.client.delete_unmanaged_access_code
    )
    try:
        with translated_errors(coordinator):
            attempt = await delete(code_id)
        coordinator.async_codes_removed([code_id])
        await async_wait_for_attempt(coordinator, lock.device_id, attempt)
    finally:
        await coordinator.async_refresh_locks([lock.device_id])
    now = coordinator.data.locks.get(lock.device_id)
    is_there = now is not None and any(c.access_code_id == code_id for c in now.codes)
    return {
        "access_code_id": code_id,
        "name": code.name,
        "outcome": "pending" if is_there else "deleted",
    }


async def async_reveal(
    coordinator: SeamCoordinator,
    lock: Lock,
    *,
    access_code_id: str | None,
    name: str | None,
) -> JsonObject:
    """Return a code with its PIN, as fresh as Seam can be asked for it."""
    await coordinator.async_refresh_locks([lock.device_id])
    lock = coordinator.data.locks.get(lock.device_id, lock)
    if not lock.has_codes:
        raise refusal("codes_unknown", lock=lock.device.name)
    code = find_code(
        coordinator, lock, lock.codes, access_code_id=access_code_id, name=name
    )
    if code.code is None:
        raise refusal("pin_unknown", lock=lock.device.name, name=label(code))
    return _with_pin(code)


def label(code: AccessCode) -> str:
    """Return what to call a code, which need not have a name."""
    return code.name or code.access_code_id
