"""When to look again, if that is before the next quarter of an hour."""

from datetime import datetime, timedelta
from typing import Final

from ..api import SeamRateLimitError, SeamServerError, SeamUnreachableError
from .compare import LISTED_WITHIN
from .plan import Reason, Step
from .run import Report

# Until a calendar that lacks a booking is read again, and until Seam allows more.
_NEXT_LOOK: Final = timedelta(seconds=30)
# Until Seam is asked again, unless it says when, and if the guest arrives soon.
_RETRY: Final = timedelta(minutes=5)
_FIRST_RETRY: Final = timedelta(minutes=1)
_LAST_RETRY: Final = timedelta(minutes=15)
_NEAR: Final = timedelta(hours=1)


def missed_at(report: Report) -> datetime | None:
    """Return when the calendar was first read without a booking that it may lack."""
    moments = (
        step.link.missed_at
        for step in report.plan.steps
        if step.reason is Reason.MISSING_ONCE and step.link
    )
    return max(filter(None, moments), default=None)


def next_look(report: Report, now: datetime) -> datetime | None:
    """Return when more can be done, or is known of what was done."""
    delays = (_delay(step, error, now) for step, error in report.errors.items())
    moments = [
        now + min(max(delay, _FIRST_RETRY), _LAST_RETRY)
        for delay in delays
        if delay is not None
    ]
    if report.is_postponed:
        moments.append(now + _NEXT_LOOK)
    if (missed := missed_at(report)) is not None:
        # The calendar could not be updated if it is asked again.
        is_new = missed + _NEXT_LOOK > now
        moments.append(now + (_NEXT_LOOK if is_new else _RETRY))
    unconfirmed = {
        (step.key, step.device_id)
        for step in report.plan.steps
        if step.reason is Reason.UNCONFIRMED
    }
    moments += (
        link.asked_at + LISTED_WITHIN
        for link in report.plan.links
        if (link.is_pending and link.code_id is None)
        or (link.key, link.device_id) in unconfirmed
    )
    return min((moment for moment in moments if moment > now), default=None)


def _delay(step: Step, error: Exception | None, now: datetime) -> timedelta | None:
    """Return when to try again, None if that would not make a difference."""
    match error and error.__cause__:
        case SeamRateLimitError() as cause:
            return timedelta(seconds=cause.retry_after)
        case SeamServerError() | SeamUnreachableError():
            is_near = step.span is not None and step.span.starts_at <= now + _NEAR
            return _FIRST_RETRY if is_near else _RETRY
    return None
