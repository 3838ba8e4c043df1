"""The state of an access code, from all that Seam says about it and its lock."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ..api import AccessCode, CodeStatus
from .snapshot import LockData

# From this long before its start a code that cannot be programmed is at risk.
_AT_RISK_BEFORE_START: Final = timedelta(hours=24)

_REMOVAL_WARNINGS: Final = frozenset({"being_deleted", "delay_in_removing_from_device"})
DISABLED_ERRORS: Final = frozenset(
    {"access_code_inactive", "ultraloq_access_code_disabled"}
)

# Seam reports some of these as errors, too: they delay a code without failing it.
DELAYS: Final = frozenset(
    {
        "august_device_programming_delay",
        "august_lock_temporarily_offline",
        "delay_in_issuing",
        "delay_in_setting_on_device",
        "hubitat_device_programming_delay",
        "igloohome_bridge_offline",
        "igloohome_bridge_too_many_pending_jobs",
        "schlage_creation_outage",
    }
)
_OBSTRUCTING_WARNINGS: Final = DELAYS | {
    "kwikset_unable_to_confirm_code",
    "smartthings_failed_to_set_access_code",
}
# Errors of a device or account with which codes can be programmed all the same.
_HARMLESS_TO_PROGRAMMING: Final = frozenset(
    {"auxiliary_heat_running", "empty_backup_access_code_pool"}
)


class CodeState(StrEnum):
    """State of an access code as people are shown it."""

    ACTIVE = "active"
    SCHEDULED = "scheduled"
    SETTING = "setting"
    FAILED = "failed"
    AT_RISK = "at_risk"
    REMOVING = "removing"
    EXPIRED = "expired"
    DISABLED = "disabled"
    UNKNOWN = "unknown"


def code_state(lock: LockData, code: AccessCode, now: datetime) -> CodeState:
    """Return the state of a code on this lock.

    A code that is on its lock stays active or scheduled whatever happens to the lock's
    connection, as locks check PINs themselves.
    """
    code = _without_renaming(code)
    if _is_being_removed(code, now):
        return CodeState.REMOVING
    if code.is_expired(now):
        return CodeState.EXPIRED
    if any(
        problem.code in DISABLED_ERRORS for problem in code.own_errors + code.warnings
    ):
        return CodeState.DISABLED
    is_before_start = code.starts_at is not None and now < code.starts_at
    if _is_on_lock(code, now):
        return CodeState.SCHEDULED if is_before_start else CodeState.ACTIVE
    # Mutations, errors, and times stand in for a status that Seam does not send.
    status = code.status
    if status in (None, CodeStatus.UNKNOWN):
        status = code.status_at(now)
    if status is CodeStatus.UNKNOWN and not code.is_waiting_for_code_assignment:
        return CodeState.UNKNOWN
    if any(error.code not in DELAYS for error in code.own_errors):
        return CodeState.FAILED
    # Seam programs managed codes only.
    if code.is_managed and _is_obstructed(lock, code):
        return (
            CodeState.SCHEDULED
            if code.starts_at is not None
            and code.starts_at - now > _AT_RISK_BEFORE_START
            else CodeState.AT_RISK
        )
    pending = {mutation.mutation_code for mutation in code.pending_mutations or ()}
    if (
        pending - {"deferring_creation"}
        or code.is_waiting_for_code_assignment
        or (not pending and status is CodeStatus.SETTING)
    ):
        return CodeState.SETTING
    if is_before_start:
        return CodeState.SCHEDULED
    # Seam programs every code by its start, unless it is switched off on the lock.
    return CodeState.SETTING if pending else CodeState.DISABLED


def can_convert(lock: LockData, code: AccessCode) -> bool:
    """Return whether an unmanaged code can be converted to a managed one."""
    return lock.device.can_convert_codes and not code.cannot_be_managed


def next_state_change(code: AccessCode, now: datetime) -> datetime | None:
    """Return when time alone may next change the state of a code."""
    starts_at, ends_at = code.starts_at, code.ends_at
    if starts_at is None or starts_at <= now:
        return ends_at if ends_at is not None and ends_at > now else None
    moments = (starts_at - _AT_RISK_BEFORE_START, starts_at, ends_at or starts_at)
    return min(moment for moment in moments if moment > now)


def next_state_changes(
    locks: Mapping[str, LockData], now: datetime
) -> tuple[datetime, set[str]] | None:
    """Return when time alone next changes the state of a code, and on which locks."""
    first: datetime | None = None
    device_ids: set[str] = set()
    for device_id, lock in locks.items():
        for code in lock.codes:
            if (moment := next_state_change(code, now)) is None:
                continue
            if first is None or moment < first:
                first, device_ids = moment, set()
            if moment == first:
                device_ids.add(device_id)
    return None if first is None else (first, device_ids)


def _without_renaming(code: AccessCode) -> AccessCode:
    """Return the code without pending new names, which do not affect its PIN or times."""
    mutations = code.pending_mutations or ()
    others = tuple(m for m in mutations if m.mutation_code != "updating_name")
    if len(others) == len(mutations):
        return code
    status = code.status
    if not others and status is CodeStatus.SETTING:
        status = CodeStatus.SET
    return replace(code, pending_mutations=others, status=status)


def _is_being_removed(code: AccessCode, now: datetime) -> bool:
    return (
        CodeStatus.REMOVING in (code.status, code.status_at(now))
        # Beside another change such a warning is about a removal that was called off.
        or (
            not code.pending_mutations
            and any(warning.code in _REMOVAL_WARNINGS for warning in code.warnings)
        )
    )


def _is_on_lock(code: AccessCode, now: datetime) -> bool:
    """Return whether the PIN works within its times without reaching the lock again."""
    if code.pending_mutations or code.is_waiting_for_code_assignment:
        return False
    if code.is_scheduled_on_device or code.status is CodeStatus.SET:
        return True
    # An offline code is computed, not programmed: the lock knows it without a connection.
    if code.is_offline_access_code and code.code is not None:
        return True
    return code.status is None and code.status_at(now) is CodeStatus.SET


def _is_obstructed(lock: LockData, code: AccessCode) -> bool:
    """Return whether something prevents Seam from programming a code that has not failed."""
    device = lock.device
    errors = {error.code for error in device.errors + code.errors}
    return (
        device.properties.online is False
        or device.can_program_online_access_codes is False
        or not errors <= _HARMLESS_TO_PROGRAMMING
        or any(warning.code in _OBSTRUCTING_WARNINGS for warning in code.warnings)
    )
