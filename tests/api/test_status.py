"""Tests of the status of access codes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
import pytest

from custom_components.seam.api import AccessCode, CodeStatus
from custom_components.seam.api.problems import Scope
from tests.api.garbage import CODE, mutated

NOW = datetime(2031, 5, 4, 12, tzinfo=UTC)
BEFORE, AFTER = "2031-05-04T11:59:59.999Z", "2031-05-04T12:00:00.001Z"
EXACTLY = "2031-05-04T12:00:00Z"


def code(**more: Any) -> AccessCode:
    """Return a code with the fields given and the required ones."""
    row = {"access_code_id": "a", "device_id": "lock", "is_managed": True}
    return AccessCode.read(row | more)


def pending(*mutations: str) -> dict[str, Any]:
    """Return pending mutations."""
    return {"pending_mutations": [{"mutation_code": name} for name in mutations]}


def error(name: str, **more: Any) -> dict[str, Any]:
    """Return an error of the code itself, or of what the flags say."""
    return {
        "errors": [{"error_code": name, **(more or {"is_access_code_error": True})}]
    }


DEVICE = {"is_device_error": True}
NONE: dict[str, Any] = {"pending_mutations": []}
SET = {"status": "set", **NONE}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # Nothing is known.
        ({}, "unknown"),
        ({"status": None, "pending_mutations": None}, "unknown"),
        # Without mutations, the status decides.
        ({"status": "unset"}, "unset"),
        ({"status": "setting"}, "setting"),
        ({"status": "set"}, "set"),
        ({"status": "removing"}, "removing"),
        ({"status": "unknown"}, "unknown"),
        ({"status": "invented later"}, "unknown"),
        ({"status": 5}, "unknown"),
        # Nothing is pending or wrong, with or without `status`.
        (NONE, "set"),
        (SET, "set"),
        # Mutations come before the status.
        ({"status": "set", **pending("creating")}, "setting"),
        ({"status": "setting", **pending("deferring_creation")}, "unset"),
        ({"status": "set", **pending("deleting")}, "removing"),
        ({"status": "set", **pending("updating_code")}, "setting"),
        ({"status": "set", **pending("updating_name")}, "setting"),
        ({"status": "set", **pending("updating_time_frame")}, "setting"),
        ({"status": "set", **pending("invented_later")}, "setting"),
        ({"status": "set", "pending_mutations": [{}]}, "setting"),
        # They also come before times and errors.
        ({"ends_at": BEFORE, **pending("deleting")}, "removing"),
        ({"starts_at": AFTER, **pending("creating")}, "setting"),
        (pending("creating") | error("failed_to_set_on_device"), "setting"),
        # A code that is being deleted is removed, whatever else is pending.
        (pending("updating_name", "deleting"), "removing"),
        (pending("creating", "deleting"), "removing"),
        # Errors of the code itself.
        (NONE | error("failed_to_set_on_device"), "unset"),
        (NONE | error("failed_to_issue"), "unset"),
        (NONE | error("code_constraints_violated"), "unset"),
        (NONE | error("no_space_for_access_code_on_device"), "unset"),
        (SET | error("access_code_inactive"), "unset"),
        # A code that is set has them because of a change of it.
        (SET | error("failed_to_set_on_device"), "set"),
        (SET | error("failed_to_issue"), "set"),
        (SET | error("code_constraints_violated"), "set"),
        (SET | error("no_space_for_access_code_on_device"), "set"),
        (SET | error("failed_to_set_on_device") | pending("creating"), "setting"),
        (SET | error("failed_to_remove_from_device"), "removing"),
        (SET | error("failed_to_delete"), "removing"),
        (SET | error("kwikset_unable_to_confirm_deletion"), "removing"),
        (SET | error("conflicting_external_modification"), "set"),
        (SET | error("invented_later"), "set"),
        (NONE | error("invented_later"), "unknown"),
        # Errors of the lock or account say nothing about the code.
        (NONE | error("device_offline", **DEVICE), "set"),
        (NONE | error("failed_to_set_on_device", **DEVICE), "set"),
        (NONE | error("account_disconnected", is_connected_account_error=True), "set"),
        # Times.
        (SET | {"starts_at": AFTER}, "unset"),
        (SET | {"starts_at": AFTER, "is_managed": False}, "set"),
        ({"status": "unset", "starts_at": AFTER, "is_managed": False}, "unset"),
        (SET | {"starts_at": EXACTLY}, "set"),
        (SET | {"starts_at": BEFORE, "ends_at": AFTER}, "set"),
        (SET | {"ends_at": EXACTLY}, "unset"),
        (SET | {"ends_at": BEFORE}, "unset"),
        ({"status": "setting", "ends_at": BEFORE}, "unset"),
        ({"status": "removing", "ends_at": BEFORE}, "removing"),
        ({"starts_at": AFTER}, "unset"),
        ({"ends_at": BEFORE}, "unset"),
        ({"starts_at": BEFORE}, "unknown"),
        (SET | {"starts_at": "2031-05-04T13:30:00+02:00"}, "set"),
        (SET | {"starts_at": "2031-05-04T12:30:00"}, "unset"),
    ],
)
def test_code_status(row: dict[str, Any], expected: str) -> None:
    """Mutations come first, then errors, times and the status."""
    assert code(**row).status_at(NOW) == expected


@pytest.mark.parametrize(
    ("ends_at", "expired"),
    [(None, False), (AFTER, False), (EXACTLY, True), (BEFORE, True)],
)
def test_code_is_expired(ends_at: str | None, expired: bool) -> None:
    """A code expires at its end."""
    assert code(ends_at=ends_at).is_expired(NOW) is expired


def test_code_own_errors() -> None:
    """Only errors of the code itself are included."""
    scopes = {
        "a": {"is_access_code_error": True},
        "b": {"is_device_error": True},
        "c": {"is_connected_account_error": True, "is_device_error": False},
        "d": {"is_bridge_error": True},
        "e": {},
    }
    errors = [{"error_code": name, **flags} for name, flags in scopes.items()]
    subject = code(errors=errors)
    assert [e.code for e in subject.own_errors] == ["a", "e"]
    assert {e.scope for e in subject.errors} == set(Scope)


@given(row=mutated(CODE))
def test_any_row_has_status(row: dict[str, Any]) -> None:
    """Any row has one of the five statuses at any time."""
    try:
        subject = AccessCode.read(row)
    except AttributeError, TypeError, ValueError, LookupError:
        return
    for now in (NOW, NOW - timedelta(days=3650), datetime.max.replace(tzinfo=UTC)):
        assert subject.status_at(now) in set(CodeStatus)
