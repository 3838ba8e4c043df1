"""The fields of the actions: their names, and what they mean in a call."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from homeassistant.const import ATTR_CODE, ATTR_NAME
from homeassistant.util import dt as dt_util

from ..errors import refusal
from .codes import CodeRequest, name_contains_pin
from .update import CodeChange
from .validation import check_end, check_new_name, checked_pin

ATTR_ACCESS_CODE_ID: Final = "access_code_id"
ATTR_ALL: Final = "all"
ATTR_ALLOW_EXTERNAL_MODIFICATION: Final = "allow_external_modification"
ATTR_ATTEMPT_FOR_OFFLINE_DEVICE: Final = "attempt_for_offline_device"
ATTR_DRY_RUN: Final = "dry_run"
ATTR_ENDS_AT: Final = "ends_at"
ATTR_FORCE: Final = "force"
ATTR_INCLUDE: Final = "include"
ATTR_INCLUDE_UNMANAGED: Final = "include_unmanaged"
ATTR_IS_OFFLINE: Final = "is_offline_access_code"
ATTR_IS_ONE_TIME: Final = "is_one_time_use"
ATTR_LINKED: Final = "linked"
ATTR_MAX_LENGTH: Final = "max_code_length"
ATTR_MAX_TIME_ROUNDING: Final = "max_time_rounding"
ATTR_MIN_LENGTH: Final = "min_code_length"
ATTR_NEW_NAME: Final = "new_name"
ATTR_OLDER_THAN: Final = "older_than"
ATTR_ONGOING: Final = "ongoing"
ATTR_PREFERRED_LENGTH: Final = "preferred_code_length"
ATTR_PREFER_NATIVE: Final = "prefer_native_scheduling"
ATTR_STARTS_AT: Final = "starts_at"
ATTR_SUPPORTED_LENGTHS: Final = "supported_code_lengths"
ATTR_USE_BACKUP_POOL: Final = "use_backup_access_code_pool"

type Data = Mapping[str, Any]


def picked_code(data: Data) -> dict[str, str | None]:
    """Return which code a call is about: by id or by name, not both."""
    access_code_id, name = data.get(ATTR_ACCESS_CODE_ID), data.get(ATTR_NAME)
    if (access_code_id is None) is (name is None):
        raise refusal("id_or_name")
    return {"access_code_id": access_code_id, "name": name}


def requested_code(data: Data) -> CodeRequest:
    """Return the code that a call asks for."""
    check_new_name(data[ATTR_NAME], ATTR_NAME)
    return CodeRequest(
        name=data[ATTR_NAME],
        code=_pin(data),
        starts_at=_moment(data, ATTR_STARTS_AT),
        ends_at=_moment(data, ATTR_ENDS_AT),
        preferred_code_length=data.get(ATTR_PREFERRED_LENGTH),
        is_external_modification_allowed=data.get(ATTR_ALLOW_EXTERNAL_MODIFICATION),
        prefer_native_scheduling=data.get(ATTR_PREFER_NATIVE),
        use_backup_access_code_pool=data.get(ATTR_USE_BACKUP_POOL),
        attempt_for_offline_device=data.get(ATTR_ATTEMPT_FOR_OFFLINE_DEVICE),
        is_offline_access_code=data.get(ATTR_IS_OFFLINE),
        is_one_time_use=data.get(ATTR_IS_ONE_TIME),
        max_time_rounding=data.get(ATTR_MAX_TIME_ROUNDING),
    )


def requested_change(data: Data) -> CodeChange:
    """Return what a call wants to change of a code."""
    change = CodeChange(
        name=data.get(ATTR_NEW_NAME),
        code=_pin(data),
        starts_at=_moment(data, ATTR_STARTS_AT),
        ends_at=_moment(data, ATTR_ENDS_AT),
        is_ongoing=data.get(ATTR_ONGOING, False),
        is_external_modification_allowed=data.get(ATTR_ALLOW_EXTERNAL_MODIFICATION),
    )
    if change == CodeChange():
        raise refusal("nothing_to_change")
    if change.name is not None:
        check_new_name(change.name, ATTR_NEW_NAME)
    if change.ends_at is not None:
        check_end(change.ends_at, dt_util.utcnow())
    if change.is_ongoing and (change.starts_at or change.ends_at):
        raise refusal("ongoing_with_times")
    if data.get(ATTR_LINKED):
        for field, value in (
            (ATTR_CODE, change.code),
            (ATTR_ONGOING, change.is_ongoing or None),
            (
                ATTR_ALLOW_EXTERNAL_MODIFICATION,
                change.is_external_modification_allowed,
            ),
        ):
            if value is not None:
                raise refusal("not_for_linked", field=field)
    return change


def simulated_pin(data: Data) -> str:
    """Return the PIN of a code that a sandbox is to find on a lock."""
    check_new_name(data[ATTR_NAME], ATTR_NAME)
    pin = checked_pin(data[ATTR_CODE])
    if len(pin) > 8:
        raise refusal("simulated_code_length")
    if name_contains_pin(data[ATTR_NAME], pin):
        raise refusal("name_contains_code")
    return pin


def reported_lengths(data: Data) -> dict[str, Any]:
    """Return the lengths of PINs that a call reports, by Seam's names."""
    lengths = data.get(ATTR_SUPPORTED_LENGTHS)
    shortest, longest = data.get(ATTR_MIN_LENGTH), data.get(ATTR_MAX_LENGTH)
    if lengths is not None:
        if shortest is not None or longest is not None:
            raise refusal("lengths_or_range")
        return {"supported_code_lengths": sorted(set(lengths))}
    if shortest is None or longest is None:
        raise refusal("lengths_or_range")
    if shortest > longest:
        raise refusal("min_above_max")
    return {"min_code_length": shortest, "max_code_length": longest}


def _pin(data: Data) -> str | None:
    # An empty field of a form is none.
    code = data.get(ATTR_CODE)
    return None if code is None or code == "" else checked_pin(code)


def _moment(data: Data, field: str) -> datetime | None:
    """Return a time; one without an offset is the house's.

    Whole seconds: what templates calculate from the present would never be equal to
    what Seam has.
    """
    moment = data.get(field)
    return moment and dt_util.as_utc(moment).replace(microsecond=0)
