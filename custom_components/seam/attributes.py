"""Access codes and their problems as attributes and action responses, without PINs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType

from .advice import async_advice, conflicting_code
from .api import AccessCode, ConnectedAccount, SeamProblem
from .sync.code_state import can_convert, code_state
from .sync.events import Occurrence
from .sync.snapshot import LockData

MAY_BE_OUTDATED: Final = "may_be_outdated"

# More would only be there by mistake.
_MAX_SAME_PIN: Final = 20

type JsonObject = dict[str, JsonValueType]


@callback
def async_code_lists(
    hass: HomeAssistant,
    lock: LockData,
    codes: Sequence[AccessCode],
    account: ConnectedAccount | None,
) -> JsonObject:
    """Return the codes, and flat lists of all their errors and warnings."""
    return {
        "access_codes": async_codes(hass, lock, codes, account),
        "errors": async_flat_problems(
            hass, lock, ((code, code.errors) for code in codes), account
        ),
        "warnings": async_flat_problems(
            hass, lock, ((code, code.warnings) for code in codes), account
        ),
    }


@callback
def async_codes(
    hass: HomeAssistant,
    lock: LockData,
    codes: Iterable[AccessCode],
    account: ConnectedAccount | None,
) -> list[Any]:
    """Return all that is known about codes of a lock, except their PINs."""
    # Comparing each code with each other one would take long.
    by_pin: defaultdict[str | None, list[str]] = defaultdict(list)
    for code in lock.codes:
        by_pin[code.code].append(code.access_code_id)
    return [
        _code(hass, lock, code, account, by_pin[code.code][:_MAX_SAME_PIN])
        for code in codes
    ]


def _code(
    hass: HomeAssistant,
    lock: LockData,
    code: AccessCode,
    account: ConnectedAccount | None,
    same_pin: Iterable[str],
) -> JsonObject:
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
        "scheduled_at": next(
            (
                local_time(mutation.scheduled_at)
                for mutation in code.pending_mutations or ()
                if mutation.scheduled_at
            ),
            None,
        ),
        "is_scheduled_on_device": code.is_scheduled_on_device,
        "is_waiting_for_code_assignment": code.is_waiting_for_code_assignment,
        "is_backup": code.is_backup,
        "is_backup_access_code_available": code.is_backup_access_code_available,
        "pulled_backup_access_code_id": code.pulled_backup_access_code_id,
        "is_offline_access_code": code.is_offline_access_code,
        "is_one_time_use": code.is_one_time_use,
        "is_external_modification_allowed": code.is_external_modification_allowed,
        "common_code_key": code.common_code_key,
        "created_at": local_time(code.created_at),
        "pending": [
            mutation.mutation_code for mutation in code.pending_mutations or ()
        ],
        "errors": async_problems(hass, code.errors, lock, account, code),
        "warnings": async_problems(hass, code.warnings, lock, account, code),
        "same_pin_as": [
            access_code_id
            for access_code_id in same_pin
            if code.code and access_code_id != code.access_code_id
        ],
    }
    if code.appearance:
        attributes["appearance"] = {
            key: text for key, text in asdict(code.appearance).items() if text
        }
    if not code.is_managed:
        attributes["can_convert"] = can_convert(lock, code)
        attributes["can_delete"] = not code.cannot_delete_unmanaged_access_code
    return attributes


@callback
def async_problems(
    hass: HomeAssistant,
    problems: Iterable[SeamProblem],
    lock: LockData | None,
    account: ConnectedAccount | None,
    code: AccessCode | None = None,
) -> list[Any]:
    """Return errors or warnings of a lock or a code, with advice."""
    return [_problem(hass, problem, lock, account, code) for problem in problems]


def _problem(
    hass: HomeAssistant,
    problem: SeamProblem,
    lock: LockData | None,
    account: ConnectedAccount | None,
    code: AccessCode | None,
) -> JsonObject:
    row: JsonObject = {
        "warning_code" if problem.is_warning else "error_code": problem.code,
        "message": problem.message,
        "advice": async_advice(hass, problem, lock, account, code),
        "scope": problem.scope.value,
        "created_at": local_time(problem.created_at),
    }
    if lock and code and (other := conflicting_code(lock, code, problem)):
        row["other_access_code_id"] = other.access_code_id
        row["other_access_code_name"] = other.name
    elif problem.other_access_code_id:
        row["other_access_code_id"] = problem.other_access_code_id
    if problem.change_type:
        row["change_type"] = problem.change_type
    if problem.modified_fields:
        row["modified_fields"] = list(problem.modified_fields)
    return row


@callback
def async_flat_problems(
    hass: HomeAssistant,
    lock: LockData,
    problems: Iterable[tuple[AccessCode, Iterable[SeamProblem]]],
    account: ConnectedAccount | None,
) -> list[Any]:
    """Return the errors or warnings of several codes of a lock, each with its code."""
    return [
        {"access_code_id": code.access_code_id, "name": code.name, **row}
        for code, of_code in problems
        for row in async_problems(hass, of_code, lock, account, code)
    ]


def occurrence_attributes(occurrence: Occurrence) -> dict[str, str | None]:
    """Return the access code and the time of an event."""
    event = occurrence.event
    return {
        "access_code_id": event.access_code_id,
        "access_code_name": occurrence.code_name,
        "occurred_at": local_time(event.time),
        # Lets automations use types that Seam adds before we know them.
        "seam_event_type": event.event_type,
    }


def label(code: AccessCode) -> str:
    """Return the name of a code, or its id if it has none."""
    return code.name or code.access_code_id


def local_time(moment: datetime | None) -> str | None:
    """Return a time as ISO 8601 in Home Assistant's time zone."""
    return None if moment is None else dt_util.as_local(moment).isoformat()
