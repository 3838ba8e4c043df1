"""How codes and their problems look in attributes and in the answers of actions.

Never with the PIN: whoever may have it gets it from an action of its own.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType

from .advice import async_advice
from .api import AccessCode, SeamProblem
from .sync.snapshot import LockData

type JsonObject = dict[str, JsonValueType]


@callback
def async_code_lists(
    hass: HomeAssistant, lock: LockData, codes: Iterable[AccessCode]
) -> JsonObject:
    """Return the codes, and all their errors and warnings as flat lists."""
    codes = list(codes)
    return {
        "access_codes": [async_code(hass, lock, code) for code in codes],
        "errors": [
            {"access_code_id": code.access_code_id, "name": code.name, **problem}
            for code in codes
            for problem in code_problems(hass, code.errors, "error_code")
        ],
        "warnings": [
            {"access_code_id": code.access_code_id, "name": code.name, **problem}
            for code in codes
            for problem in code_problems(hass, code.warnings, "warning_code")
        ],
    }


@callback
def async_code(hass: HomeAssistant, lock: LockData, code: AccessCode) -> JsonObject:
    """Return what there is to know of a code but its PIN."""
    code_response: JsonObject = {
        "access_code_id": code.access_code_id,
        "name": code.name,
        "type": code.type,
        "status": code.status_at(dt_util.utcnow()).value,
        "display_status": code.display_status,
        "starts_at": local_time(code.starts_at),
        "ends_at": local_time(code.ends_at),
        "is_scheduled_on_device": code.is_scheduled_on_device,
        "is_backup": code.is_backup,
        "is_offline_access_code": code.is_offline_access_code,
        "is_one_time_use": code.is_one_time_use,
        "is_external_modification_allowed": code.is_external_modification_allowed,
        "common_code_key": code.common_code_key,
        "created_at": local_time(code.created_at),
        "pending": [
            mutation.mutation_code for mutation in code.pending_mutations or ()
        ],
        "errors": code_problems(hass, code.errors, "error_code"),
        "warnings": code_problems(hass, code.warnings, "warning_code"),
        "same_pin_as": [
            other.access_code_id
            for other in lock.codes
            if other is not code and other.code and other.code == code.code
        ],
    }
    if not code.is_managed:
        code_response["can_convert"] = can_convert(lock, code)
        code_response["can_delete"] = not code.cannot_delete_unmanaged_access_code
    return code_response


def can_convert(lock: LockData, code: AccessCode) -> bool:
    """Return whether an unmanaged code can be made managed."""
    return lock.device.can_convert_codes and not code.cannot_be_managed


def code_problems(
    hass: HomeAssistant,
    problems: Iterable[SeamProblem],
    key: Literal["error_code", "warning_code"],
) -> list[Any]:
    """Return errors or warnings, each with Seam's words and our advice."""
    return [
        {
            key: problem.code,
            "message": problem.message,
            "created_at": local_time(problem.created_at),
            "advice": async_advice(hass, problem),
        }
        for problem in problems
    ]


def label(code: AccessCode) -> str:
    """Return what to call a code, which need not have a name."""
    return code.name or code.access_code_id


def local_time(moment: datetime | None) -> str | None:
    """Return a time of Seam's as the house reads its clock."""
    return None if moment is None else as_local(moment).isoformat()


def as_local(moment: datetime) -> datetime:
    """Return a time of Seam's in the time zone of the house."""
    try:
        return dt_util.as_local(moment)
    except OverflowError:
        # "For ever" may be the last moment there is, which other zones do not have.
        return moment
