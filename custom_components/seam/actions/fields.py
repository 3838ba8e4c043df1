"""Schemas of actions, and fields that several of them share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import re
from typing import Any, Final, NamedTuple

from homeassistant.const import ATTR_CODE, ATTR_NAME
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..errors import refusal
from .validation import checked_pin

ATTR_ACCESS_CODE_ID: Final = "access_code_id"
ATTR_ALLOW_EXTERNAL_MODIFICATION: Final = "allow_external_modification"
ATTR_DRY_RUN: Final = "dry_run"
ATTR_ENDS_AT: Final = "ends_at"
ATTR_ONGOING: Final = "ongoing"
ATTR_STARTS_AT: Final = "starts_at"

_YEARS: Final = range(2000, 9001)


@dataclass(frozen=True)
class Limited:
    """A validator, and what it accepts as text."""

    validator: Callable[[Any], Any]
    accepted: str

    def __call__(self, value: Any) -> Any:
        """Return the valid value."""
        return self.validator(value)


@dataclass(frozen=True)
class Pin:
    """A PIN as it was entered. Home Assistant logs the fields of calls that fail."""

    value: object = field(repr=False)


def _time(value: Any) -> datetime:
    """Return a valid time, which every time zone can express."""
    time: datetime = cv.datetime(value)
    if time.year not in _YEARS:
        raise vol.Invalid("year out of range")
    return time


def _duration(value: Any) -> timedelta:
    """Return a valid duration."""
    try:
        duration: timedelta = cv.positive_time_period(value)
    except OverflowError as err:
        raise vol.Invalid("duration too long") from err
    return duration


def integer(lowest: int, highest: int) -> Limited:
    """Return a validator for whole numbers in a range."""
    validator = vol.All(vol.Coerce(int), vol.Range(min=lowest, max=highest))
    return Limited(validator, f"{lowest}–{highest}")


BOOLEAN: Final = Limited(cv.boolean, "true, false")
NAME: Final = vol.All(cv.string, vol.Strip, vol.Length(min=1))
# Checked by the actions, which know more rules.
PIN: Final = vol.Coerce(Pin)
TEXT: Final = cv.string
TIME: Final = _time
DURATION: Final = _duration

# The errors of validators that are not limited to certain values.
_RULES: Final[Mapping[Any, str]] = {
    NAME: "invalid_text",
    TEXT: "invalid_text",
    TIME: "invalid_time",
    DURATION: "invalid_duration",
}


class ActionSchema:
    """A schema of an action on locks, the errors of which quote no values.

    What voluptuous finds wrong, Home Assistant shows and logs with the whole call.
    """

    def __init__(self, fields: Mapping[vol.Marker, Any]) -> None:
        """Initialize the schema."""
        self.schema = cv.make_entity_service_schema(dict(fields))
        self._validators = {str(marker): fields[marker] for marker in fields}

    def __call__(self, data: Any) -> Any:
        """Return the valid data, or raise ServiceValidationError."""
        try:
            return self.schema(data)
        except vol.Invalid as err:
            error = err.errors[0] if isinstance(err, vol.MultipleInvalid) else err
            path = error.path
        if not path:
            raise refusal("no_target")
        name = str(path[0])
        if path[0] not in data:
            raise refusal("field_missing", field=name)
        if name in self._validators:
            validator = self._validators[name]
            raise refusal(
                _RULES.get(validator, "invalid_value"),
                field=name,
                accepted=validator.accepted if isinstance(validator, Limited) else "",
            )
        if name in cv.ENTITY_SERVICE_FIELDS:
            raise refusal("invalid_target", field=name)
        raise refusal(
            "field_unknown",
            # Somebody may have entered a PIN.
            field=re.sub(r"\d", "•", name),
            fields=", ".join(self._validators) or "–",
        )


CODE_FIELDS: Final[Mapping[vol.Marker, Any]] = {
    vol.Optional(ATTR_ACCESS_CODE_ID): TEXT,
    vol.Optional(ATTR_NAME): TEXT,
}
CODE_SCHEMA: Final = ActionSchema(CODE_FIELDS)
LOCK_SCHEMA: Final = ActionSchema({})

type Data = Mapping[str, Any]


class CodeSelection(NamedTuple):
    """The access code that a call names, by id or by name."""

    access_code_id: str | None
    name: str | None


def selected_code(data: Data, none_key: str = "no_code_selected") -> CodeSelection:
    """Return which code a call names; refuse both an id and a name, and neither."""
    selection = CodeSelection(data.get(ATTR_ACCESS_CODE_ID), data.get(ATTR_NAME))
    if selection.access_code_id is None and selection.name is None:
        raise refusal(none_key)
    if selection.access_code_id is not None and selection.name is not None:
        raise refusal("id_or_name")
    return selection


def requested_pin(data: Data) -> str | None:
    """Return the PIN of a call; forms send an empty text for none."""
    pin = data[ATTR_CODE].value if ATTR_CODE in data else None
    return None if pin is None or pin == "" else checked_pin(pin)


def requested_time(data: Data, field: str) -> datetime | None:
    """Return a time of a call in UTC, without microseconds, which Seam drops."""
    time: datetime | None = data.get(field)
    return time and dt_util.as_utc(time).replace(microsecond=0)
