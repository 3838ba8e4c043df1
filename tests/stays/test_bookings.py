"""Tests of what bookings ask for."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from custom_components.seam.stays.bookings import (
    Answer,
    Booking,
    PinRule,
    Rules,
    code_name,
    counts,
    span_of,
    stays_of,
    title_of,
)
from custom_components.seam.sync.occupancy import Span

from .support import BERLIN, DAY, HOUR, NOW, booking

MORNING = time(11)
AFTERNOON = time(15)


def rules(**fields: Any) -> Rules:
    """Return rules for one lock."""
    values: dict[str, Any] = {"device_ids": ("door",), "time_zone": BERLIN}
    return Rules(**values | fields)


def local(*parts: int) -> datetime:
    """Return a time in Berlin."""
    return datetime(*parts, tzinfo=BERLIN)  # type: ignore[arg-type, misc] # a date has three


def span(start: Any, end: Any, **fields: Any) -> Span | None:
    """Return when a guest may enter."""
    return span_of(Booking(uid="1", start=start, end=end), rules(**fields))


def test_event_times_are_used_unless_there_are_fixed_ones() -> None:
    """Buffers are added to either."""
    start, end = local(2026, 11, 24, 9), local(2026, 11, 26, 18)
    assert span(start, end) == Span(start, end)
    assert span(start, end, check_in=AFTERNOON, check_out=MORNING) == Span(
        local(2026, 11, 24, 15), local(2026, 11, 26, 11)
    )
    assert span(start, end, before=HOUR, after=2 * HOUR) == Span(
        start - HOUR, end + 2 * HOUR
    )


def test_all_day_event_ends_on_day_of_departure() -> None:
    """Its end is the day after the last night."""
    days = date(2026, 11, 24), date(2026, 11, 26)
    assert span(*days, check_in=AFTERNOON, check_out=MORNING) == Span(
        local(2026, 11, 24, 15), local(2026, 11, 26, 11)
    )
    assert span(*days) == Span(local(2026, 11, 24), local(2026, 11, 26))


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 10, 24)])
def test_fixed_times_stay_the_same_when_clocks_change(day: date) -> None:
    """A night in which clocks change is an hour shorter or longer."""
    found = span(day, day + DAY, check_in=AFTERNOON, check_out=MORNING)
    assert found
    assert found.starts_at.astimezone(BERLIN).hour == 15
    assert found.ends_at.astimezone(BERLIN).hour == 11


@pytest.mark.parametrize(
    ("day", "starts_at", "ends_at"),
    [
        # 02:30 comes twice.
        (
            date(2026, 10, 25),
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        ),
        # 02:30 does not come at all.
        (
            date(2026, 3, 29),
            datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        ),
    ],
)
def test_nobody_is_locked_out_when_clocks_change(
    day: date, starts_at: datetime, ends_at: datetime
) -> None:
    """Of the times that 02:30 can mean, the start is the first and the end the last."""
    night = time(2, 30)
    assert span(day, day, check_in=night, check_out=night) == Span(starts_at, ends_at)


def test_booking_that_ends_before_it_starts_is_impossible() -> None:
    """Such as one for a few hours, with fixed times for nights."""
    hours = booking("Ada", length=0.1)
    found = stays_of(
        Answer(bookings=[hours], read_at=NOW),
        rules(check_in=AFTERNOON, check_out=MORNING),
        NOW,
    )
    assert not found.coming
    [impossible] = found.impossible.values()
    assert impossible.span == Span(NOW + 2 * DAY, NOW + 2.1 * DAY)


def test_next_impossible_booking_of_person_counts() -> None:
    """Not one of the past, however the calendar sorts them."""
    same = rules(check_in=AFTERNOON, check_out=MORNING, pin_rule=PinRule.SAME)
    times = [booking("Ada", uid=f"{n}", start=n, length=0.1) for n in (4, -9, 2, -2)]
    found = stays_of(Answer(bookings=times, read_at=NOW), same, NOW)
    [impossible] = found.impossible.values()
    assert impossible.span.starts_at == NOW + 2 * DAY


def test_filter_leaves_out_blocked_days() -> None:
    """Texts are compared without regard to case."""
    filters = rules(contains=("reserved",), excludes=("not available",))
    assert counts(booking("Reserved - Ada"), filters)
    assert not counts(booking("Reserved (Not Available)"), filters)
    assert not counts(booking("Cleaning"), filters)
    assert counts(booking("Cleaning"), rules())


@pytest.mark.parametrize(
    ("template", "summary", "description", "name"),
    [
        ("{summary}", "Reserved - Ada", "", "Reserved - Ada"),
        ("{guest}", "Reserved - Ada", "", "Ada"),
        ("{guest}", "Reserved", "Guest: Ada Lovelace\nAdults: 2", "Ada Lovelace"),
        ("{guest}", "Reserved - Ada", "\n Guest:\r\nPhone: +49 30 1234", "Ada"),
        ("{guest}", "Reserved", "\n\n \tGast : Ada\n", "Ada"),
        ("Stay {uid}", "Ada", "", "Stay uid-1"),
        ("{summary} {other} {0}", "{uid}", "", "{uid} {other} {0}"),
        ("{summary}", " Ada\n\u202eB ", "", "Ada B"),
        ("{summary} {uid}", "Ada 0171 2345678, room 12", "", "Ada , room 12 uid-1"),
        ("{summary}", "4711x0815x1 2-3_4", "", "xx"),
        ("{summary}", "4711", "", "Booking"),
        ("{summary}", "", "", "Booking"),
        ("{summary}", " \u200b ", "", "Booking"),
        ("{summary}", "\u200d", "", "Booking"),
        ("{summary}", "\u2800 \u0301", "", "Booking"),
    ],
)
def test_name_follows_template(
    template: str, summary: str, description: str, name: str
) -> None:
    """Unknown fields stay, and what a guest wrote is not read as a template."""
    one = booking(summary, uid="uid-1", description=description)
    assert code_name(title_of(one, rules(name_template=template))) == name


def test_long_description_is_read() -> None:
    """Anybody who books can write one. A quadratic search would take minutes."""
    one = booking("Ada", description="\n" * 200_000)
    assert code_name(title_of(one, rules(name_template="{guest}"))) == "Ada"


def test_booking_without_uid_is_known_by_start_and_summary() -> None:
    """Events that share a UID as well."""
    answer = [
        booking("Ada", uid=None),
        booking("Bob", uid=None),
        booking("Eve", uid="same"),
        booking("Eve", uid="same", start=9),
    ]
    keys = stays_of(Answer(bookings=answer, read_at=NOW), rules(), NOW).coming.keys()
    assert len(keys) == 4


def test_person_has_one_code_for_current_or_next_time() -> None:
    """Times that follow each other without a gap are one."""
    times = [
        booking("Cleaner", start=n, length=1, recurrence_id=str(n)) for n in (1, 2, 7)
    ]
    same = rules(pin_rule=PinRule.SAME)
    answer = Answer(bookings=times, read_at=NOW)
    [stay] = stays_of(answer, same, NOW).coming.values()
    assert stay.span == Span(NOW + DAY, NOW + 3 * DAY)
    [stay] = stays_of(answer, same, NOW + 3 * DAY).coming.values()
    assert stay.span == Span(NOW + 7 * DAY, NOW + 8 * DAY)
    assert not stays_of(answer, same, NOW + 8 * DAY).coming
    assert len(stays_of(answer, rules(), NOW).coming) == 3


def test_time_zone_of_rules_counts_not_of_event() -> None:
    """A fixed time is local to the lock."""
    tokyo = ZoneInfo("Asia/Tokyo")
    start = datetime(2026, 11, 25, 6, tzinfo=tokyo)
    found = span(start, start + timedelta(days=2), check_in=AFTERNOON)
    assert found
    assert found.starts_at == local(2026, 11, 24, 15)
