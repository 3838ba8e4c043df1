"""Finding an access code of a lock, and returning it with its PIN."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches

from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..api import AccessCode, CodeStatus
from ..api.redact import MASK
from ..attributes import JsonObject, label, local_time
from ..errors import DuplicateCodeError, refusal
from ..sync.code_state import CodeState, code_state
from ..sync.snapshot import LockData, masked_code
from .fields import CodeSelection
from .outcomes import Result
from .targets import Target
from .validation import check_codes_known


def current_codes(lock: LockData, name: str) -> list[AccessCode]:
    """Return the managed codes of a lock with exactly this name that have a future."""
    now = dt_util.utcnow()
    return [
        code
        for code in lock.managed
        if code.unmasked_name == name
        and not code.is_backup
        and not code.is_expired(now)
        and code.status_at(now) is not CodeStatus.REMOVING
    ]


def check_name_free(lock: LockData, name: str) -> None:
    """Refuse the name of another code, as actions could not tell the two apart."""
    if found := current_codes(lock, name):
        raise refusal("name_taken", lock=lock.device.name, name=label(found[0]))


def check_pin_free(lock: LockData, pin: str, *, replaces: str | None = None) -> None:
    """Refuse the PIN of another code, whenever that works: a lock has each PIN once."""
    now = dt_util.utcnow()
    for code in lock.codes:
        if (
            code.code == pin
            and code.access_code_id != replaces
            and not code.is_expired(now)
            and code.status_at(now) is not CodeStatus.REMOVING
        ):
            raise refusal(
                "duplicate_access_code_named", lock=lock.device.name, name=label(code)
            )


def creation_keys(targets: Iterable[Target], name: str) -> set[object]:
    """Return the keys of `in_turn` for creating a code with this name."""
    keys: set[object] = set()
    for target in targets:
        keys.add((target.lock.device_id, name))
        keys |= {code.access_code_id for code in current_codes(target.lock, name)}
    return keys


def find_code(
    target: Target, codes: Sequence[AccessCode], selection: CodeSelection
) -> AccessCode:
    """Return the selected one of these codes of a lock."""
    found = matching_codes(codes, selection)
    if len(found) == 1:
        return found[0]
    lock, code_id = target.lock, selection.access_code_id
    # Somebody may have entered a PIN.
    given = target.coordinator.secrets.mask_all(code_id or selection.name or "")
    details = {"lock": lock.device.name, "code": given}
    if found:
        raise refusal("ambiguous_code", **details, candidates=candidates(found))
    # Only conversions look for unmanaged codes alone.
    if managed := matching_codes(lock.managed, selection):
        name = label(managed[0])
        raise refusal("already_managed", lock=lock.device.name, name=name)
    for other in target.coordinator.data.locks.values() if code_id else ():
        if other.code(code_id):
            raise refusal("code_on_other_lock", **details, other=other.device.name)
    if similar := _similar(codes, selection.name):
        raise refusal("unknown_code_similar", **details, similar=similar)
    raise refusal("unknown_code", **details)


def find_any_code(target: Target, selection: CodeSelection) -> AccessCode:
    """Return the selected code of a lock, perhaps as it was last known."""
    try:
        return find_code(target, target.lock.codes, selection)
    except ServiceValidationError:
        # If some codes are unknown, this one may exist all the same.
        check_codes_known(target.lock, with_unmanaged=True)
        raise


def find_managed_code(target: Target, selection: CodeSelection) -> AccessCode:
    """Return the selected managed code of a lock."""
    lock = target.lock
    if not matching_codes(lock.managed, selection):
        if unmanaged := matching_codes(lock.unmanaged, selection):
            check_managed(lock, unmanaged[0])
    return find_code(target, lock.managed, selection)


def check_managed(lock: LockData, code: AccessCode) -> None:
    """Refuse an unmanaged code."""
    if not code.is_managed:
        raise refusal("unmanaged_code", lock=lock.device.name, name=label(code))


def check_changeable(lock: LockData, code: AccessCode) -> None:
    """Refuse a code that cannot be changed."""
    name, now = lock.device.name, dt_util.utcnow()
    if code.is_offline_access_code:
        raise refusal("offline_code_unchangeable", lock=name, name=label(code))
    # A code that has just expired may get a later end.
    if code.status_at(now) is CodeStatus.REMOVING and not code.is_expired(now):
        raise refusal("code_being_removed", lock=name, name=label(code))


def matching_codes(
    codes: Sequence[AccessCode], selection: CodeSelection
) -> list[AccessCode]:
    """Return the codes with this id or name.

    Names that differ only in case or outer spaces count if no name matches exactly.
    """
    code_id, name = selection.access_code_id, selection.name or ""
    if code_id is not None:
        return [code for code in codes if code.access_code_id == code_id][:1]
    return (
        [code for code in codes if code.unmasked_name == name]
        or [code for code in codes if _is_same(code.unmasked_name, name)]
        # Names that contain a PIN are shown masked, and may be entered like that.
        or [code for code in codes if MASK in name and code.name == name]
    )


def _is_same(known: str | None, name: str) -> bool:
    # No name selects a code that has none.
    return bool(known and known.strip().casefold() == name.strip().casefold())


def _similar(codes: Sequence[AccessCode], name: str | None) -> str:
    """Return the names of codes that are similar to a name as text."""
    shown = {
        code.unmasked_name.casefold(): code for code in codes if code.unmasked_name
    }
    similar = get_close_matches((name or "").casefold(), shown)
    return ", ".join(f"“{shown[key].name}”" for key in similar)


@contextmanager
def naming_duplicate(target: Target, pin: str | None) -> Iterator[None]:
    """Name the other code of the lock in the error for a duplicate PIN."""
    try:
        yield
    except DuplicateCodeError as err:
        lock = target.current_lock or target.lock
        for other in lock.codes:
            if pin and other.code == pin:
                raise DuplicateCodeError(
                    "duplicate_access_code_named",
                    lock=lock.device.name,
                    name=label(other),
                ) from err
        raise


def candidates(codes: Iterable[AccessCode]) -> str:
    """Return the names and ids of codes as text."""
    return ", ".join(f"{code.name} ({code.access_code_id})" for code in codes) or "–"


def code_response(
    target: Target, code: AccessCode, result: Result | None = None
) -> JsonObject:
    """Return a code with its PIN, and the result of the action.

    The code of the snapshot is preferred, as it may be newer than the given one. But if
    the action has waited for the code, the snapshot may lag behind what it has read.
    Some locks do not report PINs, so that only the given code has it.
    """
    lock = target.current_lock
    current = lock.code(code.access_code_id) if lock else None
    if result and result.code:
        current = masked_code(result.code, target.coordinator.secrets)
    if current and current.code is None:
        current = replace(current, code=code.code)
    return {
        **(result.as_dict() if result else {}),
        **code_with_pin(lock, current or code),
    }


def code_with_pin(lock: LockData | None, code: AccessCode) -> JsonObject:
    """Return a code with its PIN, for answers that only administrators get."""
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
