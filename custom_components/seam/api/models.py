"""Base class of the models, and the models without a module of their own.

Seam may add fields and values, send null or leave fields out at any time, so nearly
all fields are optional. PINs, and messages that may quote them, are in no `repr`.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final, Self, dataclass_transform, override

from mashumaro import DataClassDictMixin
from mashumaro.config import BaseConfig
from mashumaro.exceptions import InvalidFieldValue

from .problems import Scope, SeamProblem, read_problems, read_time

# What JavaScript can count to.
_LARGEST_INTEGER: Final = 2**53


def as_dict(value: Any) -> dict[Any, Any]:
    """Return the value if it is a dictionary, else an empty one."""
    return value if isinstance(value, dict) else {}


def dicts_in(value: Any) -> list[dict[Any, Any]]:
    """Return the dictionaries in a list; none if the value is not a list."""
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]


def read_text(value: Any) -> str:
    """Return a text; ids and PINs may be sent as numbers."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"expected a string, got {type(value).__name__}")


def read_flag(value: Any) -> bool:
    """Return a boolean."""
    if value is True or value is False:
        return value
    raise TypeError(f"expected a boolean, got {type(value).__name__}")


def _number(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise TypeError(f"expected a number, got {type(value).__name__}")


def read_whole(value: Any) -> int:
    """Return a whole number."""
    if abs(number := _number(value)) > _LARGEST_INTEGER:
        raise ValueError("the number is too large")
    return int(number)


def _is_optional(model: Any, name: str) -> bool:
    found = model.__dataclass_fields__[name]
    has_default = found.default is not MISSING or found.default_factory is not MISSING
    return has_default and "must_be_valid" not in found.metadata


def _without_invalid(row: Any, error: InvalidFieldValue) -> Any:
    """Return the row without the innermost optional field that is not valid.

    Raise the error if the field is required, or not in the row under its name.
    """
    path: list[str] = []
    optional = 0
    node: Any = row
    cause: BaseException | None = error
    while isinstance(cause, InvalidFieldValue) and cause.field_name in as_dict(node):
        path.append(cause.field_name)
        if _is_optional(cause.holder_class, cause.field_name):
            optional = len(path)
        node, cause = node[cause.field_name], cause.__context__
    if not optional:
        raise error
    copy = node = dict(row)
    for name in path[: optional - 1]:
        node[name] = node = dict(node[name])
    del node[path[optional - 1]]
    return copy


INVALID_ROW: Final = (AttributeError, TypeError, ValueError, LookupError)


class Model(DataClassDictMixin):
    """Base of the models; null is the same as missing, and types are checked."""

    class Config(BaseConfig):
        """How mashumaro reads Seam's JSON."""

        lazy_compilation = True
        serialization_strategy = {
            str: {"deserialize": read_text},
            bool: {"deserialize": read_flag},
            float: {"deserialize": _number},
            int: {"deserialize": read_whole},
            datetime: {"deserialize": read_time},
        }

    @classmethod
    @override
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Drop nulls so that the defaults apply."""
        return {key: value for key, value in d.items() if value is not None}

    @classmethod
    def read(cls, row: Any) -> Self:
        """Return the model of a row, without the optional fields that are not valid.

        Raise one of `INVALID_ROW` if a required field is missing or not valid, or a
        field that must be valid is not.
        """
        while True:
            try:
                return cls.from_dict(row)
            except InvalidFieldValue as err:
                row = _without_invalid(row, err)


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(field,)
)
def frozen_for_type_checkers[T](cls: type[T]) -> type[T]:
    """Make a dataclass that only mypy keeps from being changed.

    A full sync creates thousands of them, and freezing each triples the time.
    """
    return dataclass(kw_only=True, slots=True, unsafe_hash=True)(cls)


_ACCOUNT_ERRORS: Mapping[str, Any] = {
    "deserialize": partial(read_problems, default=Scope.ACCOUNT)
}
_ACCOUNT_WARNINGS: Mapping[str, Any] = {
    "deserialize": partial(read_problems, default=Scope.ACCOUNT, is_warning=True)
}


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionAttemptError(Model):
    """Why an action attempt failed."""

    type: str = "unknown"
    message: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionAttemptResult(Model):
    """The result of a successful attempt to lock or unlock."""

    was_confirmed_by_device: bool | None = None


class ActionAttemptStatus(StrEnum):
    """Status of an action attempt."""

    PENDING = "pending"
    SUCCESS = "success"
    ERROR = "error"

    @classmethod
    @override
    def _missing_(cls, value: object) -> ActionAttemptStatus:
        """Take an unknown status for pending."""
        return cls.PENDING


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionAttempt(Model):
    """An action on a device, which takes time."""

    action_attempt_id: str
    status: ActionAttemptStatus = ActionAttemptStatus.PENDING
    result: ActionAttemptResult | None = None
    error: ActionAttemptError | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook(Model):
    """A URL that Seam sends events to."""

    webhook_id: str
    url: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace(Model):
    """The workspace that an API key belongs to."""

    workspace_id: str
    name: str = "Seam"
    is_sandbox: bool = False
    is_suspended: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectedAccount(Model):
    """An account at a manufacturer that is connected to Seam."""

    connected_account_id: str
    account_type_display_name: str | None = None
    display_name: str | None = None
    errors: tuple[SeamProblem, ...] = field(default=(), metadata=_ACCOUNT_ERRORS)
    warnings: tuple[SeamProblem, ...] = field(default=(), metadata=_ACCOUNT_WARNINGS)
