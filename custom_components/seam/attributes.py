"""Access codes and their problems as attributes and action responses, without PINs."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType

from .advice import async_advice
from .api import AccessCode, SeamProblem
from .sync.code_state import code_state
from .sync.snapshot import LockData

type JsonObject = dict[str, JsonValueType]
type ProblemKey = Literal["error_code", "warning_code"]


@callback
def async_code_lists(
    hass: HomeAssistant, lock: LockData, codes: Sequence[AccessCode]
) -> JsonObject:
    """Return the codes, and flat lists of all their errors and warnings."""
    return {
        "access_codes": [async_code(hass, lock, code) for code in codes],
        "errors": async_flat_problems(
            hass, ((code, code.errors) for code in codes), "error_code"
        ),
        "warnings": async_flat_problems(
            hass, ((code, code.warnings) for code in codes), "warning_code"
        ),
    }


@callback
def async_code(hass: HomeAssistant, lock: LockData, code: AccessCode) -> JsonObject:
    """Return all that is known about a code, except its PIN."""
    now = dt_util.utcnow()
    attributes: JsonObject = {
        "access_code_id": code.access_code_id,
        "name": code.name,
        "type": code.type,
        "state": code_state(lock, code, now).value,
        "status": code.status_at(now).value,
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
        attributes["can_convert"] = can_convert(lock, code)
        attributes["can_delete"] = not code.cannot_delete_unmanaged_access_code
    return attributes


def can_convert(lock: LockData, code: AccessCode) -> bool:
    """Return whether an unmanaged code can be converted to a managed one."""
    return lock.device.can_convert_codes and not code.cannot_be_managed


@callback
def code_problems(
    hass: HomeAssistant, problems: Iterable[SeamProblem], key: ProblemKey
) -> list[Any]:
    """Return errors or warnings with Seam's message and our advice."""
    return [
        {
            key: problem.code,
            "message": problem.message,
            "created_at": local_time(problem.created_at),
            "advice": async_advice(hass, problem),
        }
        for problem in problems
    ]


@callback
def async_flat_problems(
    hass: HomeAssistant,
    problems: Iterable[tuple[AccessCode, Iterable[SeamProblem]]],
    key: ProblemKey,
) -> list[Any]:
    """Return the errors or warnings of several codes, each with its code."""
    return [
        {"access_code_id": code.access_code_id, "name": code.name, **problem}
        for code, of_code in problems
        for problem in code_problems(hass, of_code, key)
    ]


def label(code: AccessCode) -> str:
    """Return the name of a code, or its id if it has none."""
    return code.name or code.access_code_id


def local_time(moment: datetime | None) -> str | None:
    """Return a time as ISO 8601 in Home Assistant's time zone."""
    return None if moment is None else as_local(moment).isoformat()


def as_local(moment: datetime) -> datetime:
    """Return a time in Home Assistant's time zone."""
    try:
        return dt_util.as_local(moment)
    except OverflowError:
        # A code without an end may end at the last moment there is, in Seam's zone.
        return moment
