"""Schemas of actions, and fields that several of them share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
import math
from typing import Any, Final, NamedTuple

from homeassistant.const import ATTR_CODE, ATTR_NAME
from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..api.redact import mask_numbers
from ..errors import refusal
from .validation import checked_pin

ATTR_ACCESS_CODE_ID: Final = "access_code_id"
ATTR_ALLOW_EXTERNAL_MODIFICATION: Final = "allow_external_modification"
ATTR_ATTEMPT_FOR_OFFLINE_DEVICE: Final = "attempt_for_offline_device"
ATTR_DRY_RUN: Final = "dry_run"
ATTR_ENDS_AT: Final = "ends_at"
ATTR_ONGOING: Final = "ongoing"
ATTR_STARTS_AT: Final = "starts_at"

_YEARS: Final = range(2000, 9001)


@dataclass(frozen=True)
class DescribedValidator:
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


def _text(value: Any) -> str:
    """Return a text; numbers are accepted, as templates make them of digits."""
    if type(value) is bool or (type(value) is float and not math.isfinite(value)):
        raise vol.Invalid("not a string")
    return cv.string(value)


def _time(value: Any) -> datetime:
    """Return a valid time, which every time zone can express."""
    time: datetime = cv.datetime(value)
    if time.year not in _YEARS:
        raise vol.Invalid("year out of range")
    return time


def _duration(value: Any) -> timedelta:
    """Return a valid duration."""
    if type(value) is bool:
        raise vol.Invalid("not a duration")
    duration: timedelta = cv.positive_time_period(value)
    return duration


def _boolean(value: Any) -> bool:
    """Return a valid boolean."""
    if not isinstance(value, str) and value not in (0, 1):
        raise vol.Invalid("not a boolean")
    return cv.boolean(value)


def _whole(value: Any) -> int:
    """Return a whole number; forms send texts or floats."""
    number = int(value)
    if type(value) is bool or (type(value) is float and value != number):
        raise vol.Invalid("not a whole number")
    return number


def integer(lowest: int, highest: int) -> DescribedValidator:
    """Return a validator for whole numbers in a range."""
    validator = vol.All(_whole, vol.Range(min=lowest, max=highest))
    return DescribedValidator(validator, f"{lowest}–{highest}")


BOOLEAN: Final = DescribedValidator(_boolean, "true, false")
NAME: Final = vol.All(_text, vol.Strip, vol.Length(min=1))
# Checked by the actions, which know more rules.
PIN: Final = vol.Coerce(Pin)
TEXT: Final = _text
TIME: Final = _time
DURATION: Final = _duration

# These validators accept too much to list it, so each has an error of its own.
_RULES: Final[Mapping[Any, str]] = {
    NAME: "invalid_text",
    TEXT: "invalid_text",
    TIME: "invalid_time",
    DURATION: "invalid_duration",
}


# What validators raise for huge or infinite numbers and for wrong types. Those of Home
# Assistant for targets do so, too.
_UNEXPECTED: Final = (ArithmeticError, AttributeError, TypeError, ValueError)


def _guarded(validator: Any) -> Callable[[Any], Any]:
    """Return a validator that only raises vol.Invalid."""
    schema = vol.Schema(validator)

    def validate(value: Any) -> Any:
        try:
            return schema(value)
        except _UNEXPECTED as err:
            raise vol.Invalid("not valid") from err

    return validate


class ActionSchema:
    """A schema of an action on locks, the errors of which quote no values.

    What voluptuous finds wrong, Home Assistant shows and logs with the whole call.
    """

    def __init__(self, fields: Mapping[vol.Marker, Any]) -> None:
        """Initialize the schema."""
        self.schema = cv.make_entity_service_schema(
            {marker: _guarded(validator) for marker, validator in fields.items()}
        )
        self.validators = {str(marker): fields[marker] for marker in fields}

    def __call__(self, data: Any) -> Any:
        """Return the valid data, or raise ServiceValidationError."""
        try:
            return self.schema(data)
        except vol.Invalid as err:
            error = err.errors[0] if isinstance(err, vol.MultipleInvalid) else err
            path = error.path
        except _UNEXPECTED:
            path = [next(name for name in cv.ENTITY_SERVICE_FIELDS if name in data)]
        if not path:
            raise refusal("no_target")
        name = str(path[0]) if isinstance(path[0], str | vol.Marker) else "–"
        if path[0] not in data:
            raise refusal("field_missing", field=name)
        if name in self.validators:
            validator = self.validators[name]
            raise refusal(
                _RULES.get(validator, "invalid_value"),
                field=name,
                accepted=validator.accepted
                if isinstance(validator, DescribedValidator)
                else "",
            )
        if name in cv.ENTITY_SERVICE_FIELDS:
            raise refusal("invalid_target", field=name)
        raise refusal(
            "field_unknown",
            # Somebody may have entered a PIN.
            field=mask_numbers(name),
            fields=", ".join(self.validators) or "–",
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


def code_selection(data: Data, none_key: str = "no_code_selected") -> CodeSelection:
    """Return which code a call names; refuse both an id and a name, and neither."""
    # Forms send an empty text for a field that is ticked and left empty.
    code_id, name = (
        text if (text := data.get(field)) and text.strip() else None
        for field in (ATTR_ACCESS_CODE_ID, ATTR_NAME)
    )
    selection = CodeSelection(code_id, name)
    if selection == (None, None):
        raise refusal(none_key)
    if None not in selection:
        raise refusal("id_or_name")
    return selection


def check_dry_run(call: ServiceCall) -> None:
    """Refuse a dry run without a response, as it would show nothing."""
    if call.data[ATTR_DRY_RUN] and not call.return_response:
        raise refusal("dry_run_without_response")


def requested_pin(data: Data) -> str | None:
    """Return the PIN of a call; forms send an empty text for none."""
    pin = data[ATTR_CODE].value if ATTR_CODE in data else None
    return None if pin is None or pin == "" else checked_pin(pin)


def requested_time(data: Data, field: str) -> datetime | None:
    """Return a time of a call in UTC, without microseconds, which Seam drops."""
    time: datetime | None = data.get(field)
    return time and dt_util.as_utc(time).replace(microsecond=0)
