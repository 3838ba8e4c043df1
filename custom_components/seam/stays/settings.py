"""The settings of stays, as their subentry stores them."""

from collections.abc import Iterable, Mapping
from datetime import timedelta, tzinfo
from typing import Any, Final

from homeassistant.util import dt as dt_util

from ..const import CONF_CHECK_IN, CONF_CHECK_OUT
from .bookings import PinRule, Rules

SUBENTRY_STAYS: Final = "stays"

CONF_AFTER: Final = "minutes_after"
CONF_ARRIVE_BY: Final = "arrive_by"
CONF_BACKUP: Final = "use_backup_codes"
CONF_BEFORE: Final = "minutes_before"
CONF_CALENDAR: Final = "calendar"
CONF_CALENDAR_ID: Final = "calendar_id"
CONF_CONTAINS: Final = "contains"
CONF_EXCLUDES: Final = "excludes"
CONF_HORIZON: Final = "days_ahead"
CONF_LOCKS: Final = "locks"
CONF_NAME_TEMPLATE: Final = "name_template"
CONF_PIN_RULE: Final = "pin_rule"


def rules_of(settings: Mapping[str, Any], time_zone: tzinfo) -> Rules:
    """Return the rules for these settings. Only calendar and locks are required."""
    return Rules(
        device_ids=tuple(settings[CONF_LOCKS]),
        time_zone=time_zone,
        contains=_texts(settings.get(CONF_CONTAINS, ())),
        excludes=_texts(settings.get(CONF_EXCLUDES, ())),
        check_in=dt_util.parse_time(settings.get(CONF_CHECK_IN, "")),
        check_out=dt_util.parse_time(settings.get(CONF_CHECK_OUT, "")),
        before=timedelta(minutes=settings.get(CONF_BEFORE, 0)),
        after=timedelta(minutes=settings.get(CONF_AFTER, 0)),
        name_template=settings.get(CONF_NAME_TEMPLATE, "{summary}"),
        pin_rule=PinRule(settings.get(CONF_PIN_RULE, PinRule.SEAM)),
        horizon=timedelta(days=settings.get(CONF_HORIZON, 30)),
    )


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the texts that are not blank. The form adds a blank one with each row."""
    return tuple(filter(None, map(str.strip, texts)))
