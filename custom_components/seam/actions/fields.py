"""Fields that several actions share: names, validators and values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from homeassistant.const import ATTR_CODE, ATTR_NAME
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .validation import checked_pin

ATTR_ACCESS_CODE_ID: Final = "access_code_id"
ATTR_ALLOW_EXTERNAL_MODIFICATION: Final = "allow_external_modification"
ATTR_DRY_RUN: Final = "dry_run"
ATTR_ENDS_AT: Final = "ends_at"
ATTR_ONGOING: Final = "ongoing"
ATTR_STARTS_AT: Final = "starts_at"

NAME: Final = vol.All(cv.string, vol.Strip, vol.Length(min=1))
# Checked by the actions, as voluptuous quotes invalid values in its errors.
PIN: Final = object

CODE_FIELDS: Final = {
    vol.Optional(ATTR_ACCESS_CODE_ID): cv.string,
    vol.Optional(ATTR_NAME): cv.string,
}
CODE_SCHEMA: Final = cv.make_entity_service_schema(CODE_FIELDS)
LOCK_SCHEMA: Final = cv.make_entity_service_schema({})

type Data = Mapping[str, Any]


def requested_pin(data: Data) -> str | None:
    """Return the PIN of a call; forms send an empty text for none."""
    pin = data.get(ATTR_CODE)
    return None if pin is None or pin == "" else checked_pin(pin)


def requested_time(data: Data, field: str) -> datetime | None:
    """Return a time of a call in UTC, without microseconds, which Seam drops."""
    time: datetime | None = data.get(field)
    return time and dt_util.as_utc(time).replace(microsecond=0)
