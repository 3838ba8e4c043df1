"""What can be done with the codes of a lock: the work behind the actions.

Each function refuses bad input before it asks Seam for anything, and leaves the
picture up to date.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
import logging
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from ..api import AccessCode, SeamAuthError, SeamError, SeamNotFoundError
from ..api.redact import MASK, Secrets
from ..attributes import JsonObject, label, local_time
from ..const import DOMAIN
from ..coordinator import SeamCoordinator
from ..errors import refusal, translated_errors
from ..sync.code_state import CodeState, code_state
from ..sync.snapshot import LockData, masked_code
from .targets import Target, current_lock
from .validation import (
    check_length,
    check_name,
    check_own_pin,
    check_pin,
    check_start,
    check_times,
)
from .waiting import async_wait_until_set

_LOGGER = logging.getLogger(__name__)


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


def check_codes_known(lock: LockData) -> None:
    """Refuse a lock that has no codes, or of which they cannot be had at present."""
    if not lock.device.has_access_codes:
        raise refusal("no_access_codes", lock=lock.device.name)
    if not lock.has_codes:
        raise refusal("codes_unknown", lock=lock.device.name)


def find_code(
    coordinator: SeamCoordinator,
    lock: LockData,
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
            candidates=candidates(codes),
        )
    wanted = name or ""
    found = _by_name(codes, wanted)
    if len(found) == 1:
        return found[0]
    raise refusal(
        "ambiguous_code" if found else "unknown_code",
        lock=lock.device.name,
        # Somebody may have taken the field for the PIN's.
        code=coordinator.secrets.mask(wanted),
        candidates=candidates(found or codes),
    )


def find_managed_code(
    coordinator: SeamCoordinator,
    lock: LockData,
    *,
    access_code_id: str | None,
    name: str | None,
) -> AccessCode:
    """Return the one managed code of a lock that an id or a name picks."""
    if access_code_id is not None:
        others = [
            code for code in lock.unmanaged if code.access_code_id == access_code_id
        ]
    elif _by_name(lock.managed, name or ""):
        others = []
    else:
        others = _by_name(lock.unmanaged, name or "")
    if others:
        raise refusal("unmanaged_code", lock=lock.device.name, name=label(others[0]))
    return find_code(
        coordinator, lock, lock.managed, access_code_id=access_code_id, name=name
    )


def _by_name(codes: Sequence[AccessCode], name: str) -> list[AccessCode]:
    """Return the codes of a name, or else those that spell it in other letters."""
    return (
        [code for code in codes if code.unmasked_name == name]
        or [c for c in codes if (c.unmasked_name or "").casefold() == name.casefold()]
        # As it is shown, where it holds a PIN.
        or [code for code in codes if MASK in name and code.name == name]
    )


def candidates(codes: Iterable[AccessCode]) -> str:
    """Return the names and ids of codes, to choose one from."""
    return ", ".join(f"{code.name} ({code.access_code_id})" for code in codes) or "–"


def name_contains_pin(name: str, pin: str) -> bool:
    """Return whether a name holds a PIN, also in pieces: names are shown to everybody."""
    return pin in name or Secrets(pin).mask(name) != Secrets().mask(name)


def check_request(targets: Iterable[Target], request: CodeRequest) -> None:
    """Refuse a code that one of the locks cannot have."""
    now = dt_util.utcnow()
    check_times(request.starts_at, request.ends_at, now)
    if request.code is not None:
        if name_contains_pin(request.name, request.code):
            raise refusal("name_contains_code")
        if request.is_offline_access_code:
            raise refusal("offline_with_code")
        if request.preferred_code_length is not None:
            raise refusal("code_and_length")
    if request.is_one_time_use and not request.is_offline_access_code:
        raise refusal("one_time_without_offline")
    if request.use_backup_access_code_pool and request.starts_at is None:
        raise refusal("backup_without_times")
    for target in targets:
        lock, device = target.lock, target.lock.device
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
        check_name(lock, request.name, target.coordinator.secrets)
        check_start(lock, request.starts_at, now)
        if request.code is not None:
            check_pin(lock, request.code)
        if request.preferred_code_length is not None:
            check_length(lock, request.preferred_code_length)


async def async_create(
    coordinator: SeamCoordinator,
    lock: LockData,
    request: CodeRequest,
    *,
    common_code_key: str | None = None,
) -> JsonObject:
    """Create a code on one lock; return it with its PIN."""
    unseen: SeamError | None = None
    try:
        try:
            with translated_errors(coordinator):
                code, attempt = await coordinator.client.create_access_code(
                    lock.device_id,
                    common_code_key=common_code_key,
                    **request.parameters,
                )
            coordinator.async_apply(coordinator.engine.code_created, code)
            progress = await async_wait_until_set(
                coordinator, code, attempt, is_new=True
            )
        finally:
            unseen = await coordinator.async_refresh_locks([lock.device_id])
    except HomeAssistantError as err:
        if uncertain := uncertain_creation(coordinator, lock, request, err, unseen):
            raise uncertain from err
        raise
    return code_response(coordinator, code, progress)


def uncertain_creation(
    coordinator: SeamCoordinator,
    before: LockData,
    request: CodeRequest,
    err: HomeAssistantError,
    unseen: SeamError | None,
) -> HomeAssistantError | None:
    """Return what to tell if nobody knows whether Seam has made a code.

    A managed code of that very name which the lock had not before is in all likelihood
    the one. `unseen` is why the lock could not be looked at since, if so.
    """
    if err.translation_key not in ("change_uncertain", "no_answer_for_lock"):
        return None
    now = coordinator.data.locks.get(before.device_id, before)
    known = {code.access_code_id for code in before.codes}
    found = [
        code
        for code in now.managed
        if code.unmasked_name == request.name and code.access_code_id not in known
    ]
    if found:
        key = "create_uncertain_found"
    else:
        key = "create_uncertain_unseen" if unseen else "create_uncertain"
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={
            "error": str(err.__cause__ or ""),
            "lock": before.device.name,
            "name": coordinator.secrets.mask(request.name),
            "candidates": candidates(found),
        },
    )


def code_response(
    coordinator: SeamCoordinator, code: AccessCode, progress: JsonObject
) -> JsonObject:
    """Return a code with its PIN, as the lock's codes have it by now if they do.

    And what became of it, such as the `outcome`, with the `reason` where there is one.
    """
    lock = coordinator.data.locks.get(code.device_id)
    current = lock.code(code.access_code_id) if lock else None
    return {**progress, **_with_pin(lock, current or code)}


def _with_pin(lock: LockData | None, code: AccessCode) -> JsonObject:
    now = dt_util.utcnow()
    return {
        "access_code_id": code.access_code_id,
        "name": code.name,
        "code": code.code,
        "state": (code_state(lock, code, now) if lock else CodeState.UNKNOWN).value,
        "status": code.status_at(now).value,
        "type": code.type,
        "starts_at": local_time(code.starts_at),
        "ends_at": local_time(code.ends_at),
        "common_code_key": code.common_code_key,
    }


async def async_reveal(
    target: Target, *, access_code_id: str | None, name: str | None
) -> JsonObject:
    """Return a code with its PIN, as fresh as Seam can be asked for it.

    Somebody may stand at the door while Seam is down: then the last known PIN is
    better than none, as long as the answer says so.
    """
    coordinator, was_known = target.coordinator, target.lock.has_codes
    error = await coordinator.async_refresh_locks([target.lock.device_id])
    lock = current_lock(target)
    try:
        known = find_code(
            coordinator, lock, lock.codes, access_code_id=access_code_id, name=name
        )
    except ServiceValidationError:
        # While the codes cannot be had, nobody can say that this one does not exist.
        check_codes_known(lock)
        raise
    with translated_errors(coordinator, changes=False):
        if isinstance(error, SeamAuthError):
            raise error
        code = await _async_read(coordinator, known)
    as_of: datetime | None = dt_util.utcnow()
    if code is None:
        as_of = (
            coordinator.confirmed_at
            if was_known
            else coordinator.engine.codes_read_at(lock.device_id)
        )
    shown = masked_code(code or known, coordinator.secrets)
    if shown.code is None:
        raise refusal("pin_unknown", lock=lock.device.name, name=label(shown))
    return {
        **_with_pin(lock, shown),
        "is_fresh": code is not None,
        "as_of": local_time(as_of),
    }


async def _async_read(
    coordinator: SeamCoordinator, code: AccessCode
) -> AccessCode | None:
    """Return the code as Seam has it now, None while Seam cannot tell.

    Lists do not do: a code that one of them lacks, or has in a row that cannot be
    read, is kept as it was.
    """
    try:
        return await coordinator.fetcher.async_read_code(code)
    except SeamAuthError:
        raise
    except SeamNotFoundError:
        coordinator.async_apply(
            coordinator.engine.codes_not_found, (code.access_code_id,)
        )
        await coordinator.async_refresh_locks([code.device_id])
        raise
    except SeamError as err:
        err.redact(coordinator.secrets.mask)
        _LOGGER.debug("Could not read a code: %s", err)
        return None


async def async_generate(coordinator: SeamCoordinator, lock: LockData) -> JsonObject:
    """Return a PIN that the lock would take. Nothing is created."""
    if not lock.device.has_access_codes:
        raise refusal("no_access_codes", lock=lock.device.name)
    check_own_pin(lock)
    with translated_errors(coordinator, changes=False):
        return {"code": await coordinator.client.generate_code(lock.device_id)}


async def async_pull_backup(
    coordinator: SeamCoordinator, lock: LockData, code: AccessCode
) -> JsonObject:
    """Return the backup of a code with its PIN; from now on it works, too."""
    if code.ends_at is None:
        raise refusal("backup_of_ongoing", lock=lock.device.name, name=label(code))
    if (
        not code.is_backup_access_code_available
        and code.pulled_backup_access_code_id is None
    ):
        raise refusal("no_backup_code", lock=lock.device.name, name=label(code))
    try:
        with translated_errors(coordinator):
            backup = await coordinator.client.pull_backup_access_code(
                code.access_code_id
            )
        coordinator.async_apply(coordinator.engine.code_created, backup)
    finally:
        await coordinator.async_refresh_locks([lock.device_id])
    return code_response(coordinator, backup, {"backup_of": code.access_code_id})


async def async_simulate_unmanaged(
    coordinator: SeamCoordinator, lock: LockData, *, name: str, pin: str
) -> JsonObject:
    """Let a sandbox find a code on a lock; return its id."""
    try:
        with translated_errors(coordinator):
            code = await coordinator.client.simulate_unmanaged_access_code(
                lock.device_id, name=name, code=pin
            )
        coordinator.async_apply(coordinator.engine.code_created, code)
    finally:
        await coordinator.async_refresh_locks([lock.device_id])
    return {
        "access_code_id": code.access_code_id,
        # It comes fresh from Seam.
        "name": coordinator.secrets.mask(code.name or name),
    }
