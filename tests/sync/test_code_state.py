"""Tests of the state of access codes: one row for each case."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
import pytest

from custom_components.seam.api import AccessCode, Device
from custom_components.seam.sync.code_state import (
    CodeState,
    code_state,
    next_state_change,
    next_state_changes,
)
from custom_components.seam.sync.snapshot import LockData
from tests.api.garbage import CODE, mutated

from .support import make_code, make_device

NOW = datetime(2031, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MOMENT = timedelta(milliseconds=1)

type Row = dict[str, Any]


def times(start: timedelta, end: timedelta = 240 * HOUR) -> Row:
    """Return times relative to now."""
    return {
        "starts_at": (NOW + start).isoformat(),
        "ends_at": (NOW + end).isoformat(),
    }


def pending(*mutations: str) -> Row:
    """Return pending mutations."""
    return {"pending_mutations": [{"mutation_code": name} for name in mutations]}


def error(error_code: str, scope: str = "access_code") -> Row:
    """Return an error of the code, or of what the scope says."""
    return {"errors": [{"error_code": error_code, f"is_{scope}_error": True}]}


def warning(warning_code: str) -> Row:
    """Return a warning of the code."""
    return {"warnings": [{"warning_code": warning_code}]}


SET = {"status": "set", **pending()}
UNSET = {"status": "unset", **pending()}
CREATING = {"status": "setting", **pending("creating")}
DEFERRED = {"status": "unset", **pending("deferring_creation")}
ON_DEVICE = {"status": "unset", "is_scheduled_on_device": True, **pending()}
WAITING = {"status": "unset", "is_waiting_for_code_assignment": True, **pending()}
OFFLINE_CODE = {"is_offline_access_code": True, "code": "482639", **UNSET}
UNMANAGED_SET = {"is_managed": False, "status": "set"}
UNMANAGED_UNSET = {"is_managed": False, "status": "unset"}

STARTED = times(-HOUR)
SOON = times(24 * HOUR)
LATER = times(24 * HOUR + MOMENT)
ENDED = times(-48 * HOUR, timedelta())

OFFLINE: Row = {"properties": {"online": False}}
ACCOUNT_DOWN = error("account_disconnected", "connected_account")
BRIDGE_DOWN = error("bridge_disconnected", "bridge")
NO_KEYPAD: Row = {"can_program_online_access_codes": False}
EMPTY_POOL = error("empty_backup_access_code_pool", "device")

CASES: list[tuple[str, Row, Row, str]] = [
    # On the lock
    ("an ongoing code that is set is active", SET, {}, "active"),
    ("a code that is set is active inside its times", SET | STARTED, {}, "active"),
    ("a code is active from its very start", SET | times(0 * HOUR), {}, "active"),
    ("a code on an offline lock stays active", SET | STARTED, OFFLINE, "active"),
    ("a set code stays active without its account", SET, ACCOUNT_DOWN, "active"),
    (
        "a set code stays active with an account error of its own",
        SET | ACCOUNT_DOWN,
        {},
        "active",
    ),
    (
        "failed_to_set_on_device on a set code without mutation leaves it active",
        SET | error("failed_to_set_on_device"),
        {},
        "active",
    ),
    (
        "a code that was edited elsewhere is active while it is set",
        SET | error("conflicting_external_modification"),
        {},
        "active",
    ),
    (
        "a stale delay leaves a set code active",
        SET | warning("delay_in_setting_on_device"),
        {},
        "active",
    ),
    ("without a status a code with nothing pending is active", pending(), {}, "active"),
    (
        "without any list of mutations a set code is active",
        {"status": "set"},
        {},
        "active",
    ),
    (
        "a code that the lock itself schedules is active from its start",
        ON_DEVICE | STARTED,
        OFFLINE,
        "active",
    ),
    (
        "an offline code works without a connection",
        OFFLINE_CODE | STARTED,
        OFFLINE,
        "active",
    ),
    (
        "a code that is renamed stays active",
        {"status": "setting", **pending("updating_name")},
        OFFLINE,
        "active",
    ),
    ("an unmanaged code that is set is active", UNMANAGED_SET, OFFLINE, "active"),
    # Before its start
    ("a code that is deferred is scheduled", DEFERRED | SOON, {}, "scheduled"),
    (
        "a deferred code is scheduled even if its status lags",
        DEFERRED | SOON | {"status": "setting"},
        {},
        "scheduled",
    ),
    (
        "a code for later is scheduled with an offline lock",
        DEFERRED | LATER,
        OFFLINE,
        "scheduled",
    ),
    (
        "a code being created for later is scheduled with an offline lock",
        CREATING | LATER,
        OFFLINE,
        "scheduled",
    ),
    (
        "a code for later is scheduled in spite of a delay",
        UNSET | LATER | warning("delay_in_setting_on_device"),
        {},
        "scheduled",
    ),
    (
        "a code that the lock itself schedules is not at risk",
        ON_DEVICE | SOON,
        OFFLINE,
        "scheduled",
    ),
    (
        "a code that is set is scheduled before its start",
        SET | SOON,
        OFFLINE,
        "scheduled",
    ),
    (
        "an unmanaged code that is set is scheduled before its start",
        UNMANAGED_SET | SOON,
        OFFLINE,
        "scheduled",
    ),
    (
        "an unmanaged code is not Seam's to program",
        UNMANAGED_UNSET | SOON,
        OFFLINE,
        "scheduled",
    ),
    ("an offline code is not at risk", OFFLINE_CODE | SOON, OFFLINE, "scheduled"),
    ("a code of which only the start is known is scheduled", SOON, {}, "scheduled"),
    (
        "an unknown status says nothing before the start",
        {"status": "unknown", **SOON},
        {},
        "scheduled",
    ),
    (
        "an empty backup pool is no risk",
        DEFERRED | SOON | EMPTY_POOL,
        EMPTY_POOL,
        "scheduled",
    ),
    # At risk
    (
        "a code is at risk 24 hours ahead if its lock is offline",
        DEFERRED | SOON,
        OFFLINE,
        "at_risk",
    ),
    (
        "a code is at risk if its account is disconnected",
        DEFERRED | SOON,
        ACCOUNT_DOWN,
        "at_risk",
    ),
    (
        "a code is at risk if its bridge is disconnected",
        DEFERRED | SOON,
        BRIDGE_DOWN,
        "at_risk",
    ),
    (
        "an account error on the code alone puts it at risk",
        DEFERRED | SOON | ACCOUNT_DOWN,
        {},
        "at_risk",
    ),
    (
        "a code is at risk while its keypad is gone",
        DEFERRED | SOON,
        NO_KEYPAD,
        "at_risk",
    ),
    (
        "a code is at risk if Seam reports a delay",
        DEFERRED | SOON | warning("delay_in_setting_on_device"),
        {},
        "at_risk",
    ),
    (
        "a code is at risk if issuing is delayed",
        CREATING | warning("delay_in_issuing"),
        {},
        "at_risk",
    ),
    (
        "a code is at risk if programming is slow",
        CREATING | warning("august_device_programming_delay"),
        {},
        "at_risk",
    ),
    (
        "a delay that is reported as an error is no failure",
        CREATING | error("august_device_programming_delay"),
        {},
        "at_risk",
    ),
    (
        "a code is at risk if its bridge is reported on the code",
        CREATING | error("igloohome_bridge_offline"),
        {},
        "at_risk",
    ),
    (
        "a code is at risk if a warning says that it was not set",
        CREATING | warning("smartthings_failed_to_set_access_code"),
        {},
        "at_risk",
    ),
    ("a code being set on an offline lock is at risk", CREATING, OFFLINE, "at_risk"),
    (
        "a code that missed its start is at risk on an offline lock",
        DEFERRED | STARTED,
        OFFLINE,
        "at_risk",
    ),
    (
        "a code that is off the lock inside its times is at risk on an offline lock",
        UNSET | STARTED,
        OFFLINE,
        "at_risk",
    ),
    (
        "a new PIN that an offline lock does not know is at risk",
        {"status": "set", **pending("updating_code")},
        OFFLINE,
        "at_risk",
    ),
    (
        "a code that waits for its PIN is at risk on an offline lock",
        WAITING | SOON,
        OFFLINE,
        "at_risk",
    ),
    (
        "a code with an unknown status is at risk before its start",
        {"status": "unknown", **SOON},
        ACCOUNT_DOWN,
        "at_risk",
    ),
    # Setting
    ("a code being created is setting", CREATING, {}, "setting"),
    (
        "a code being created before its start is setting",
        CREATING | SOON,
        {},
        "setting",
    ),
    (
        "a new PIN is setting",
        {"status": "set", **pending("updating_code")},
        {},
        "setting",
    ),
    (
        "new times are setting",
        {"status": "set", **pending("updating_time_frame", "updating_name")},
        {},
        "setting",
    ),
    (
        "a mutation that is not known is setting",
        {"status": "set", **pending("invented_later")},
        {},
        "setting",
    ),
    (
        "the status setting is setting without mutations",
        {"status": "setting"},
        {},
        "setting",
    ),
    ("a deferred code that has started is setting", DEFERRED | STARTED, {}, "setting"),
    ("a code that waits for its PIN is setting", WAITING, {}, "setting"),
    (
        "a code that waits for its PIN shortly before its start is setting",
        WAITING | SOON,
        {},
        "setting",
    ),
    # Failed
    (
        "a code that is not set and has an error has failed",
        UNSET | error("failed_to_set_on_device"),
        {},
        "failed",
    ),
    (
        "a code that Seam keeps trying to set has failed",
        CREATING | error("duplicate_code_on_device"),
        {},
        "failed",
    ),
    (
        "a code that was refused has failed before its start",
        DEFERRED | LATER | error("code_constraints_violated"),
        OFFLINE,
        "failed",
    ),
    (
        "a new PIN that was refused has failed",
        {"status": "set", **pending("updating_code"), **error("failed_to_update")},
        {},
        "failed",
    ),
    (
        "an error that is not known counts, too",
        UNSET | error("invented_later"),
        {},
        "failed",
    ),
    (
        "an offline code that was not issued has failed",
        OFFLINE_CODE | SOON | {"code": None} | error("failed_to_issue"),
        {},
        "failed",
    ),
    (
        "without a status an error says that a code is not set",
        pending() | error("failed_to_set_on_device"),
        {},
        "failed",
    ),
    (
        "an unmanaged code that is not set can have failed",
        UNMANAGED_UNSET | error("provider_issue"),
        {},
        "failed",
    ),
    # Removing
    (
        "a code being deleted is removing",
        {"status": "set", **pending("deleting")},
        {},
        "removing",
    ),
    (
        "whatever else is pending, a code being deleted is removing",
        pending("creating", "deleting"),
        {},
        "removing",
    ),
    ("the status removing is removing", {"status": "removing"}, OFFLINE, "removing"),
    (
        "a code that could not be removed is removing",
        SET | error("failed_to_remove_from_device"),
        {},
        "removing",
    ),
    (
        "a code that could not be removed is removing after its end",
        SET | ENDED | error("failed_to_expire"),
        {},
        "removing",
    ),
    (
        "a delayed removal is removing",
        SET | ENDED | warning("delay_in_removing_from_device"),
        {},
        "removing",
    ),
    (
        "a code that a warning says is being deleted is removing",
        UNMANAGED_SET | warning("being_deleted"),
        {},
        "removing",
    ),
    (
        "a removal that was called off is not removing",
        CREATING | warning("delay_in_removing_from_device"),
        {},
        "setting",
    ),
    (
        "a code is removing while it is taken off after its end",
        {"status": "removing", **ENDED},
        {},
        "removing",
    ),
    # Expired
    ("a code has expired at its very end", SET | ENDED, OFFLINE, "expired"),
    (
        "a code that never got onto its lock has expired, too",
        CREATING | ENDED | error("failed_to_set_on_device"),
        OFFLINE,
        "expired",
    ),
    # Disabled
    (
        "an inactive code is disabled",
        SET | error("access_code_inactive"),
        {},
        "disabled",
    ),
    (
        "an inactive code is disabled before its start",
        UNSET | LATER | error("access_code_inactive"),
        {},
        "disabled",
    ),
    (
        "a code that a warning says is disabled is disabled",
        SET | warning("ultraloq_access_code_disabled"),
        {},
        "disabled",
    ),
    (
        "a code that is off the lock inside its times for no reason is disabled",
        UNSET | STARTED,
        {},
        "disabled",
    ),
    (
        "an unmanaged code that is not set is disabled",
        UNMANAGED_UNSET,
        OFFLINE,
        "disabled",
    ),
    # Unknown
    ("nothing known is unknown", {}, {}, "unknown"),
    (
        "an unknown status is unknown",
        {"status": "unknown", **pending()},
        ACCOUNT_DOWN,
        "unknown",
    ),
    (
        "a status that is not known is unknown",
        {"status": "invented later"},
        {},
        "unknown",
    ),
    (
        "an error that is not known says nothing about an unknown status",
        {"status": "unknown", **pending(), **error("invented_later")},
        {},
        "unknown",
    ),
]


@pytest.mark.parametrize(
    ("row", "device", "expected"),
    [pytest.param(*case, id=sentence) for sentence, *case in CASES],
)
def test_code_state(row: Row, device: Row, expected: str) -> None:
    """Every combination that means something different has its own row."""
    code = AccessCode.from_dict(
        {"access_code_id": "a", "device_id": "lock", "is_managed": True} | row
    )
    lock = LockData(
        device=Device.from_dict({"device_id": "lock", "properties": {}} | device)
    )
    assert code_state(lock, code, NOW) == expected


@pytest.mark.parametrize("moment", [0 * HOUR, -24 * HOUR, 240 * HOUR])
@pytest.mark.parametrize("state_row", [DEFERRED, ON_DEVICE, CREATING, SET])
def test_code_state_changes_only_at_next_state_change(
    moment: timedelta, state_row: Row
) -> None:
    """Time alone changes a state at the moments that are offered, and at no other."""
    row = {"access_code_id": "a", "device_id": "lock", "is_managed": True}
    code = AccessCode.from_dict(row | state_row | times(0 * HOUR))
    lock = LockData(device=Device.from_dict({"device_id": "lock"} | OFFLINE))
    before = NOW + moment - HOUR
    assert next_state_change(code, before) == NOW + moment
    states = {code_state(lock, code, at) for at in (before, NOW + moment - MOMENT)}
    assert len(states) == 1


def test_next_state_change_without_times() -> None:
    """An ongoing code does not change by time, nor does one that has ended."""
    for row in ({}, ENDED):
        code = AccessCode.from_dict(
            {"access_code_id": "a", "device_id": "lock", "is_managed": True} | row
        )
        assert next_state_change(code, NOW) is None


@given(row=mutated(CODE))
def test_code_state_of_any_row(row: Row) -> None:
    """Whatever a row holds, its code has a state at any time."""
    try:
        code = AccessCode.from_dict(row)
    except AttributeError, TypeError, ValueError, LookupError:
        return
    lock = LockData(device=Device(device_id="lock"))
    for now in (NOW, NOW - timedelta(days=3650), datetime.max.replace(tzinfo=UTC)):
        assert code_state(lock, code, now) in set(CodeState)
        moment = next_state_change(code, now)
        assert moment is None or moment > now


def test_next_state_changes() -> None:
    """Past times do not count, and locks with the same time are returned together."""
    codes = {
        "door": (
            make_code("past", starts_at=NOW - 2 * HOUR, ends_at=NOW),
            make_code("later", starts_at=NOW + 2 * HOUR, ends_at=NOW + 3 * HOUR),
            make_code("now", starts_at=NOW - HOUR, ends_at=NOW + HOUR),
        ),
        "gate": (make_code("gate", starts_at=NOW + HOUR),),
    }
    locks = {
        device_id: LockData(device=make_device(device_id), managed=managed)
        for device_id, managed in codes.items()
    }
    assert next_state_changes(locks, NOW) == (NOW + HOUR, {"door", "gate"})
    assert next_state_changes(locks, NOW + HOUR) == (NOW + 2 * HOUR, {"door"})
    assert next_state_changes(locks, NOW + 3 * HOUR) is None
