"""Constraints of locks on PINs, names and starts, and generation of PINs."""

from collections.abc import Callable
from datetime import datetime
from itertools import pairwise

from .errors import ApiError, invalid_input
from .ids import Ids
from .state import AccessCode, Device, Json, State

_DEFAULT_LENGTHS = (4, 5, 6, 7, 8)


def _runs(digits: str, step: int) -> int:
    """Return the length of the longest run in which each digit differs by `step`."""
    longest = run = 1
    for before, after in pairwise(digits):
        run = run + 1 if int(after) - int(before) == step else 1
        longest = max(longest, run)
    return longest


_BROKEN: dict[str, Callable[[str], bool]] = {
    "no_zeros": lambda pin: "0" in pin,
    "cannot_start_with_12": lambda pin: pin.startswith("12"),
    "no_triple_consecutive_ints": lambda pin: (
        max(_runs(pin, 1), _runs(pin, -1), _runs(pin, 0)) > 3
    ),
    "no_ascending_or_descending_sequence": lambda pin: (
        max(_runs(pin, 1), _runs(pin, -1)) == len(pin)
    ),
    "at_least_three_unique_digits": lambda pin: len(set(pin)) < 3,
    "cannot_contain_089": lambda pin: not {"0", "8", "9"}.isdisjoint(pin),
    "cannot_contain_0789": lambda pin: not {"0", "7", "8", "9"}.isdisjoint(pin),
    "no_all_same_digits": lambda pin: len(set(pin)) == 1,
    "cannot_specify_pin_code": lambda _: True,
    "unique_first_four_digits": lambda pin: len(set(pin[:4])) < 4,
}


def _constraints(device: Device) -> dict[str, Json]:
    return {
        c["constraint_type"]: c for c in device.properties.get("code_constraints", [])
    }


def lengths(device: Device) -> list[int]:
    """Return the PIN lengths that a lock supports."""
    return list(device.properties.get("supported_code_lengths") or _DEFAULT_LENGTHS)


def _pin_problem(
    state: State, device: Device, pin: str, exclude: AccessCode | None
) -> str | None:
    if len(pin) not in lengths(device):
        supported = ", ".join(map(str, lengths(device)))
        return f"Code length must be one of: {supported}"
    constraints = _constraints(device)
    for constraint in constraints:
        check = _BROKEN.get(constraint)
        if check is not None and check(pin):
            return f"Code violates the constraint {constraint} of the device"
    if "unique_first_four_digits" in constraints:
        for other in state.codes_of(device.device_id):
            if other is exclude or other.code is None or other.code == pin:
                continue
            if other.code[:4] == pin[:4]:
                return "Code violates the constraint unique_first_four_digits of the device"
    return None


def check_pin(
    state: State, device: Device, pin: str, *, exclude: AccessCode | None = None
) -> None:
    """Raise if the lock does not accept a PIN."""
    if problem := _pin_problem(state, device, pin, exclude):
        raise invalid_input(problem, "code")
    # It applies to PINs of users only, as Seam knows the PINs of the account.
    if "pin_code_matches_existing_set" in _constraints(device) and not any(
        code.code == pin
        for other in state.devices_of(device.workspace_id)
        if other.connected_account_id == device.connected_account_id
        for code in state.codes_of(other.device_id)
    ):
        raise invalid_input("Code must match an existing code of the account", "code")
    for other in state.codes_of(device.device_id):
        if other is not exclude and other.code == pin:
            raise ApiError(
                409,
                "duplicate_access_code",
                "An access code with this code already exists on this device.",
                data={"access_code_id": other.access_code_id},
            )


def check_start(device: Device, starts_at: datetime | None, now: datetime) -> None:
    """Raise if the lock does not accept a start."""
    if (
        "start_date_in_future" in _constraints(device)
        and starts_at is not None
        and starts_at <= now
    ):
        raise invalid_input("starts_at must be in the future", "starts_at")


def check_name(
    state: State, device: Device, name: str, *, exclude: AccessCode | None = None
) -> None:
    """Raise if the lock does not accept a name."""
    constraints = _constraints(device)
    if (limits := constraints.get("name_length")) is not None:
        low, high = limits.get("min_length", 0), limits.get("max_length", 1000)
        if not low <= len(name) <= high:
            raise invalid_input(
                f"Name must be between {low} and {high} characters long", "name"
            )
    if "name_must_be_unique" in constraints:
        for other in state.codes_of(device.device_id):
            if other is not exclude and other.name == name:
                raise invalid_input("Name must be unique on this device", "name")


def generate_pin(
    state: State,
    devices: list[Device],
    ids: Ids,
    *,
    preferred_length: int | None = None,
) -> str | None:
    """Return a PIN that all these locks accept, None if there is none."""
    shared = set.intersection(*(set(lengths(device)) for device in devices))
    if not shared:
        return None
    length = preferred_length if preferred_length in shared else min(shared)
    for _ in range(2000):
        pin = ids.digits(length)
        if all(_is_free(state, device, pin) for device in devices):
            return pin
    return None


def _is_free(state: State, device: Device, pin: str) -> bool:
    # Seam itself may choose a PIN where users may not.
    problem = _pin_problem(state, device, pin, None)
    if problem is not None and "cannot_specify_pin_code" not in problem:
        return False
    return all(other.code != pin for other in state.codes_of(device.device_id))


def device_error(state: State, code: AccessCode) -> Json | None:
    """Return the error with which a device rejects a code."""
    for other in state.codes_of(code.device_id):
        if other is code or code.code is None or other.code != code.code:
            continue
        if other.is_on_device:
            kind = "managed" if other.is_managed else "unmanaged"
            return {
                "error_code": "duplicate_code_on_device",
                "message": "There is already another access code with the same PIN on this device.",
                f"{kind}_access_code_id": other.access_code_id,
            }
    device = state.devices[code.device_id]
    slots = device.properties.get("max_active_codes_supported")
    if slots is None or code.is_on_device:
        return None
    used = sum(c.is_on_device for c in state.codes_of(code.device_id))
    if used < slots:
        return None
    return {
        "error_code": "no_space_for_access_code_on_device",
        "message": f"The device already holds {slots} access codes, which is as many as it can.",
    }
