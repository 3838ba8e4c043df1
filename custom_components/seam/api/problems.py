"""Errors and warnings of access codes, devices and connected accounts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import Any, Final

# Times near the limits of datetime cannot be converted to another time zone.
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)


def _aware(value: Any) -> datetime:
    if not isinstance(value, str):
        raise TypeError(f"expected a time, got {type(value).__name__}")
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_limited_time(value: Any) -> datetime:
    """Return an aware datetime, moved into the years 2000 to 9000.

    Raise TypeError or ValueError if it is not valid.
    """
    moment = _aware(value)
    if moment.year < _EARLIEST.year:
        return _EARLIEST
    return moment if moment.year < _LATEST.year else _LATEST


def read_time(value: Any) -> datetime:
    """Return an aware datetime between the years 2000 and 9000.

    Raise TypeError or ValueError if it is not valid.
    """
    moment = _aware(value)
    if not _EARLIEST.year <= moment.year < _LATEST.year:
        raise ValueError("the time is out of range")
    return moment


class Scope(StrEnum):
    """What an error or warning is about."""

    CODE = "access_code"
    DEVICE = "device"
    ACCOUNT = "connected_account"
    BRIDGE = "bridge"


# Several flags may be set. The first counts.
_SCOPE_BY_FLAG: Final = {
    "is_bridge_error": Scope.BRIDGE,
    "is_connected_account_error": Scope.ACCOUNT,
    "is_device_error": Scope.DEVICE,
    "is_access_code_error": Scope.CODE,
}
# Older responses have no scope flags.
_SCOPE_BY_ERROR: Mapping[str, Scope] = {
    **dict.fromkeys(
        (
            "device_offline",
            "device_disconnected",
            "device_removed",
            "hub_disconnected",
            "august_lock_missing_bridge",
            "lockly_missing_wifi_bridge",
            "ttlock_lock_not_paired_to_gateway",
            "august_lock_not_authorized",
            "missing_device_credentials",
            "empty_backup_access_code_pool",
            "subscription_required",
            "auxiliary_heat_running",
        ),
        Scope.DEVICE,
    ),
    **dict.fromkeys(
        (
            "account_disconnected",
            "invalid_credentials",
            "insufficient_permissions",
            "salto_ks_subscription_limit_exceeded",
            "dormakaba_sites_disconnected",
        ),
        Scope.ACCOUNT,
    ),
    "bridge_disconnected": Scope.BRIDGE,
}


# How many errors or warnings of one object are kept. Seam sends a few.
_MAX_PROBLEMS: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class SeamProblem:
    """An error or a warning, with Seam's code and message."""

    code: str
    # The message may quote a PIN.
    message: str = field(default="", repr=False)
    created_at: datetime | None = None
    scope: Scope = Scope.CODE
    is_warning: bool = False
    """Whether it is a warning. A warning may have the same code as an error."""
    other_access_code_id: str | None = None
    """The access code that this one conflicts with."""
    change_type: str | None = None
    """How the access code was changed outside Seam."""
    modified_fields: tuple[str, ...] = ()
    """The names of the fields that were changed outside Seam, without their values."""


def _problem(
    code: Any, data: Mapping[str, Any], default: Scope, *, is_warning: bool
) -> SeamProblem:
    name = code if isinstance(code, str) and code else "unknown"
    message = data.get("message")
    other = data.get("unmanaged_access_code_id") or data.get("managed_access_code_id")
    change_type, modified = data.get("change_type"), data.get("modified_fields")
    try:
        created_at = read_time(data["created_at"])
    except KeyError, TypeError, ValueError:
        # The problem matters more than its date.
        created_at = None
    flagged = (scope for flag, scope in _SCOPE_BY_FLAG.items() if data.get(flag))
    scope = next(flagged, _SCOPE_BY_ERROR.get(name, default))
    return SeamProblem(
        code=name,
        message=message if isinstance(message, str) else "",
        created_at=created_at,
        scope=scope,
        is_warning=is_warning,
        other_access_code_id=other if isinstance(other, str) else None,
        change_type=change_type if isinstance(change_type, str) else None,
        modified_fields=tuple(
            change["field"]
            for change in (
                modified[:_MAX_PROBLEMS] if isinstance(modified, list) else ()
            )
            if isinstance(change, dict) and isinstance(change.get("field"), str)
        ),
    )


def read_problems(
    value: Any, default: Scope = Scope.CODE, *, is_warning: bool = False
) -> tuple[SeamProblem, ...]:
    """Return the errors or warnings of a list, or of the older dict keyed by code.

    `default` is the scope of those that have neither a flag nor a known code.
    """
    if not value:
        return ()
    if isinstance(value, dict):
        return tuple(
            _problem(
                code,
                data if isinstance(data, dict) else {"message": data},
                default,
                is_warning=is_warning,
            )
            for code, data in islice(value.items(), _MAX_PROBLEMS)
        )
    return tuple(
        _problem(
            item.get("error_code") or item.get("warning_code"),
            item,
            default,
            is_warning=is_warning,
        )
        for item in islice(value, _MAX_PROBLEMS)
        if isinstance(item, dict)
    )
