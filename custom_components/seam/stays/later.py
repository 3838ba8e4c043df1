"""When to look again, if that is before the next quarter of an hour."""

from collections.abc import Iterable, Iterator
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


def retry_at(
    step: Step, error: BaseException | None, now: datetime
) -> Iterator[datetime]:
    """Yield when to try a step again, unless the error will not go away by itself."""
    if isinstance(error, SeamRateLimitError):
        delay = timedelta(seconds=error.retry_after)
    elif not isinstance(error, SeamServerError | SeamUnreachableError):
        return
    elif step.span and step.span.starts_at <= now + _NEAR:
        delay = _FIRST_RETRY
    else:
        delay = _RETRY
    yield now + min(max(delay, _FIRST_RETRY), _LAST_RETRY)


def missed_at(report: Report) -> datetime | None:
    """Return when the calendar was first read without a booking that it may lack."""
    moments = (
        step.link.missed_at
        for step in report.plan.steps
        if step.reason is Reason.MISSING_ONCE and step.link
    )
    return max(filter(None, moments), default=None)


def next_look(
    report: Report, retries: Iterable[datetime], now: datetime
) -> datetime | None:
    """Return when more can be done, or is known of what was done."""
    moments = list(retries)
    if report.is_postponed:
        moments.append(now + _NEXT_LOOK)
    if (missed := missed_at(report)) is not None:
        # The calendar could not be updated if it is asked again.
        is_new = missed + _NEXT_LOOK > now
        moments.append(now + (_NEXT_LOOK if is_new else _RETRY))
    moments += (
        link.asked_at + LISTED_WITHIN
        for link in report.plan.links
        if link.is_pending and link.code_id is None
    )
    return min((moment for moment in moments if moment > now), default=None)
