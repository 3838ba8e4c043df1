"""The action that returns who can enter when."""

from datetime import timedelta
from typing import Any, Final

from homeassistant.core import ServiceCall
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..api import AccessCode
from ..attributes import MAY_BE_OUTDATED, JsonObject, local_time
from ..errors import refusal
from ..sync.code_state import code_state
from ..sync.occupancy import ALWAYS, Span, occupancy
from .fields import TIME, ActionSchema, Data, requested_time
from .targets import Answers, Target, async_each
from .validation import check_codes_known

ATTR_AT: Final = "at"
ATTR_FROM: Final = "from"
ATTR_UNTIL: Final = "until"

SCHEMA: Final = ActionSchema(
    {
        vol.Optional(ATTR_AT): TIME,
        vol.Optional(ATTR_FROM): TIME,
        vol.Optional(ATTR_UNTIL): TIME,
    }
)


async def async_get_access(call: ServiceCall, targets: list[Target]) -> Answers:
    """Return who can enter each lock in a period."""
    period = _requested_period(call.data)
    now = dt_util.utcnow()

    async def get(target: Target) -> JsonObject:
        lock = target.lock
        check_codes_known(lock, with_unmanaged=True)
        found = occupancy(lock.codes, period)
        return {
            "access_codes": [
                _reference(code)
                | {
                    "is_managed": code.is_managed,
                    "state": code_state(lock, code, now).value,
                    "starts_at": local_time(code.starts_at),
                    "ends_at": local_time(code.ends_at),
                }
                for code in found.codes
            ],
            "overlaps": [
                _times(overlap.span)
                | {"access_codes": [_reference(code) for code in overlap.codes]}
                for overlap in found.overlaps
            ],
            "gaps": [_times(gap) for gap in found.gaps],
            "without_end": [
                _reference(code) for code in found.codes if code.ends_at is None
            ],
            MAY_BE_OUTDATED: target.coordinator.data.may_be_outdated(lock),
        }

    return await async_each(targets, get)


def _requested_period(data: Data) -> Span:
    """Return the period of a call, which is a second if it asks for a moment."""
    at, start, end = (
        requested_time(data, field) for field in (ATTR_AT, ATTR_FROM, ATTR_UNTIL)
    )
    if at and not start and not end:
        return Span(at, at + timedelta(seconds=1))
    if at or not start or not end:
        raise refusal("at_or_period")
    if end <= start:
        raise refusal("end_before_start")
    return Span(start, end)


def _reference(code: AccessCode) -> dict[str, Any]:
    return {"access_code_id": code.access_code_id, "name": code.name}


def _times(span: Span) -> dict[str, Any]:
    return {
        "starts_at": None if span.starts_at == ALWAYS else local_time(span.starts_at),
        "ends_at": local_time(span.ends_at),
    }
