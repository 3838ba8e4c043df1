"""Models of access codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from sys import intern
from typing import Any, Final, override

from mashumaro.exceptions import MissingField

from .models import INVALID_ROW, Model, frozen_for_type_checkers, read_text
from .problems import Scope, SeamProblem, read_limited_time, read_problems
from .row_pins import pins_in

_ERRORS: Mapping[str, Any] = {"deserialize": read_problems}
_WARNINGS: Mapping[str, Any] = {"deserialize": partial(read_problems, is_warning=True)}
_NAMES: Final = ("name", "first_name", "last_name")
_CHANGES: Final = ("pending_mutations", "errors", "warnings")
# Other fields are the same as missing if they are null, false or empty.
_CHECKED: Final = frozenset({"is_managed", "starts_at", "ends_at", "pending_mutations"})


def _shared_text(value: Any) -> str:
    """Return one object for all texts that are equal, as there are few of them."""
    return intern(value if type(value) is str else read_text(value))


# The PINs in the row of an invalid field would be lost with it, so these two are None.
def _code(value: Any) -> str | None:
    if type(value) is int:
        return str(value)
    return value if isinstance(value, str) else None


def _mutations(value: Any) -> tuple[PendingMutation, ...] | None:
    return tuple(map(_mutation, value)) if isinstance(value, list) else None


def _mutation(value: Any) -> PendingMutation:
    try:
        return PendingMutation.read(value)
    except INVALID_ROW:
        # Something is pending, whatever it is.
        return PendingMutation()


def _appearance(value: Any) -> Appearance:
    name, first_name, last_name = map(value.get, _NAMES)
    return Appearance(
        name=name and read_text(name),
        first_name=first_name and read_text(first_name),
        last_name=last_name and read_text(last_name),
    )


# Without its end, a code that expires would look permanent.
_LIMITED_TIME: Mapping[str, Any] = {
    "deserialize": read_limited_time,
    "must_be_valid": True,
}


class CodeStatus(StrEnum):
    """Whether an access code is on its lock."""

    UNSET = "unset"
    SETTING = "setting"
    SET = "set"
    REMOVING = "removing"
    UNKNOWN = "unknown"


# Calling the enum would take a tenth of the time for a row.
_STATUSES: Final = {status.value: status for status in CodeStatus}


def _status(value: Any) -> CodeStatus:
    is_listed = isinstance(value, str) and value in _STATUSES
    return _STATUSES[value] if is_listed else CodeStatus.UNKNOWN


@frozen_for_type_checkers
class PendingMutation(Model):
    """A pending change of an access code, without the PINs in `from` and `to`."""

    mutation_code: str = "unknown"
    created_at: datetime | None = None
    scheduled_at: datetime | None = None
    message: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Appearance:
    """The name of an access code as the lock shows it, if that differs."""

    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None


MUTATION_CODES: Final = frozenset(
    {
        "creating",
        "deferring_creation",
        "deleting",
        "updating_code",
        "updating_name",
        "updating_time_frame",
        "unknown",
    }
)
# The first that is pending counts; with any other, the code is being set.
_STATUS_BY_MUTATION: Mapping[str, CodeStatus] = {
    "deleting": CodeStatus.REMOVING,
    "creating": CodeStatus.SETTING,
    "deferring_creation": CodeStatus.UNSET,
}
# With any of these, a code that is set keeps working: the error is about a change of it.
_ERRORS_OF_SETTING: Final = frozenset(
    {
        "failed_to_set_on_device",
        "failed_to_issue",
        "code_constraints_violated",
        "no_space_for_access_code_on_device",
    }
)
_STATUS_BY_ERROR: Mapping[str, CodeStatus] = {
    **dict.fromkeys(
        (
            "failed_to_remove_from_device",
            "failed_to_delete",
            "failed_to_expire",
            "kwikset_unable_to_confirm_deletion",
        ),
        CodeStatus.REMOVING,
    ),
    **dict.fromkeys((*_ERRORS_OF_SETTING, "access_code_inactive"), CodeStatus.UNSET),
}


@frozen_for_type_checkers
class AccessCode(Model):
    """An access code on a lock, managed or unmanaged."""

    access_code_id: str
    device_id: str
    is_managed: bool
    # Without its name, a code that exists would be created again.
    name: str | None = field(default=None, metadata={"must_be_valid": True})
    code: str | None = field(default=None, repr=False, metadata={"deserialize": _code})
    type: str = field(default="ongoing", metadata={"deserialize": _shared_text})
    starts_at: datetime | None = field(default=None, metadata=_LIMITED_TIME)
    ends_at: datetime | None = field(default=None, metadata=_LIMITED_TIME)
    created_at: datetime | None = None
    status: CodeStatus | None = field(default=None, metadata={"deserialize": _status})
    display_status: str | None = field(
        default=None, metadata={"deserialize": _shared_text}
    )
    is_scheduled_on_device: bool = False
    is_waiting_for_code_assignment: bool = False
    is_external_modification_allowed: bool = False
    is_one_time_use: bool = False
    is_offline_access_code: bool = False
    is_backup: bool = False
    is_backup_access_code_available: bool = False
    pulled_backup_access_code_id: str | None = None
    # Free text, which may be the PIN.
    common_code_key: str | None = field(default=None, repr=False)
    appearance: Appearance | None = field(
        default=None, metadata={"deserialize": _appearance}
    )
    pending_mutations: tuple[PendingMutation, ...] | None = field(
        default=None, metadata={"deserialize": _mutations}
    )
    """None if Seam did not send a list, so that pending changes are unknown."""
    errors: tuple[SeamProblem, ...] = field(default=(), metadata=_ERRORS)
    warnings: tuple[SeamProblem, ...] = field(default=(), metadata=_WARNINGS)
    cannot_be_managed: bool = False
    cannot_delete_unmanaged_access_code: bool = False
    true_name: str | None = field(default=None, repr=False)
    """The real name if `name` is masked because it holds a PIN. Must not be shown."""
    true_key: str | None = field(default=None, repr=False)
    """The real `common_code_key` if that is masked. Must not be shown."""
    other_pins: tuple[str, ...] = field(default=(), repr=False)
    """Former and future PINs, which messages may quote. Must not be shown."""

    @classmethod
    @override
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Drop what is the same as missing, and add the PINs of changes.

        Raise MissingField if a managed code expires, but its end is missing.
        """
        row = {key: value for key, value in d.items() if value or key in _CHECKED}
        if "appearance" in row and row["appearance"] == {"name": row.get("name")}:
            del row["appearance"]
        if row.get("ends_at") is not None:
            row.setdefault("type", "time_bound")
        elif (
            row.get("type") == "time_bound"
            # Codes for one use may have no end, and unmanaged ones lack the flag.
            and row.get("is_one_time_use") is not True
            and row.get("is_managed") is not False
        ):
            raise MissingField("ends_at", datetime, cls)
        code = row.get("code", "0")
        is_odd = not (type(code) is str and code.isdecimal())
        # Nearly all rows have none of them.
        if (
            row.get("pending_mutations")
            or "errors" in row
            or "warnings" in row
            or is_odd
        ):
            searched = {key: row.get(key) for key in _CHANGES}
            row["other_pins"] = pins_in(
                searched | {"code": code} if is_odd else searched
            )
        return row

    @property
    def pins(self) -> tuple[str, ...]:
        """All PINs that must be masked in texts."""
        return (self.code, *self.other_pins) if self.code else self.other_pins

    @property
    def unmasked_name(self) -> str | None:
        """The real name, to compare with. It must not be shown."""
        return self.true_name or self.name

    @property
    def unmasked_key(self) -> str | None:
        """The real common code key, to send to Seam. It must not be shown."""
        return self.true_key or self.common_code_key

    @property
    def own_errors(self) -> tuple[SeamProblem, ...]:
        """The errors of the access code itself, not of its lock, account or bridge."""
        return self.errors and tuple(
            error for error in self.errors if error.scope is Scope.CODE
        )

    def is_expired(self, now: datetime) -> bool:
        """Return whether the end of the access code has passed."""
        return self.ends_at is not None and self.ends_at <= now

    def status_at(self, now: datetime) -> CodeStatus:
        """Return whether the access code is on its lock.

        Pending changes, errors and times come before `status`, which Seam deprecated
        and which may lag behind.
        """
        if self.pending_mutations:
            pending = {change.mutation_code for change in self.pending_mutations}
            for mutation_code, status in _STATUS_BY_MUTATION.items():
                if mutation_code in pending:
                    return status
            return CodeStatus.SETTING
        for error in self.own_errors:
            if self.status is CodeStatus.SET and error.code in _ERRORS_OF_SETTING:
                continue
            if (known := _STATUS_BY_ERROR.get(error.code)) is not None:
                return known
        if self.starts_at is not None and now < self.starts_at:
            # Whoever set an unmanaged code may have set it before its start.
            is_set = not self.is_managed and self.status is CodeStatus.SET
            return CodeStatus.SET if is_set else CodeStatus.UNSET
        if self.is_expired(now):
            return (
                CodeStatus.REMOVING
                if self.status is CodeStatus.REMOVING
                else CodeStatus.UNSET
            )
        if self.status is not None:
            return self.status
        # Nothing is pending or wrong, and the code is within its times.
        return (
            CodeStatus.UNKNOWN
            if self.pending_mutations is None or self.own_errors
            else CodeStatus.SET
        )
