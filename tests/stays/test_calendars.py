"""Tests of which calendar is read, and of what calendars answer."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
import itertools
import logging
from typing import Any
from zoneinfo import ZoneInfo

from homeassistant.components.calendar import DATA_COMPONENT, CalendarEvent
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.seam.const import DOMAIN
from custom_components.seam.stays.bookings import Answer, Booking, Rules, stays_of
from custom_components.seam.stays.settings import CONF_CALENDAR, CONF_CALENDAR_ID
from tests.clock import START, wait_until
from tests.websocket.conftest import async_connect

from .calendar import BookingCalendar
from .conftest import CALENDAR, DAY, Stays
from .test_flow import FORM, preview, start, submit
from .test_runner import changes, set_up_with

type AddCalendar = Callable[[str], Awaitable[None]]

pytestmark = pytest.mark.usefixtures("frozen_clock", "no_waits")

DELETE = "/access_codes/delete"
ZONES = ("Pacific/Kiritimati", "Asia/Tokyo", "Europe/Berlin", "UTC", "America/New_York")
ODD_TIMES: dict[str, tuple[date, date]] = {
    "from year 1": (date(1, 1, 1), date(2026, 12, 31)),
    "from year 1 with times": (
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(2026, 12, 31, tzinfo=UTC),
    ),
    "from the past": (date(1900, 1, 1), date(2026, 12, 31)),
    "until the end": (date(2026, 11, 1), date(9999, 12, 31)),
    "until the end with times": (
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ),
    "from year 1 until the end": (date(1, 1, 1), date(9999, 12, 31)),
}


@pytest.fixture
async def add_calendar(stays: Stays) -> AsyncIterator[AddCalendar]:
    """Return a function that adds the private calendar of somebody."""
    other = BookingCalendar()

    async def add(entity_id: str) -> None:
        other.entity_id, other._attr_unique_id = entity_id, "private"
        await stays.hass.data[DATA_COMPONENT].async_add_entities([other])
        assert other.entity_id == entity_id
        other.book("Dentist", START + 3 * DAY, START + 3.1 * DAY)

    yield add
    await other.async_remove()


def rename(stays: Stays, *entity_ids: str) -> None:
    """Rename one entity after the other."""
    registry = er.async_get(stays.hass)
    for old, new in itertools.pairwise(entity_ids):
        registry.async_update_entity(old, new_entity_id=new)


async def replace_while_unloaded(stays: Stays, add_calendar: AddCalendar) -> None:
    """Give the entity ID to another calendar while the entry is not loaded."""
    await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    rename(stays, CALENDAR, "calendar.rentals")
    await add_calendar(CALENDAR)
    await stays.hass.config_entries.async_setup(stays.entry.entry_id)


async def swap(stays: Stays, add_calendar: AddCalendar) -> None:
    """Swap the entity IDs of two calendars while the entry is loaded."""
    await add_calendar("calendar.rentals")
    rename(stays, "calendar.rentals", "calendar.temporary")
    rename(stays, CALENDAR, "calendar.rentals")
    rename(stays, "calendar.temporary", CALENDAR)


async def swap_the_other_way(stays: Stays, add_calendar: AddCalendar) -> None:
    """Rename the calendar of the stays first."""
    await add_calendar("calendar.rentals")
    rename(stays, CALENDAR, "calendar.temporary")
    rename(stays, "calendar.rentals", CALENDAR)
    rename(stays, "calendar.temporary", "calendar.rentals")


@pytest.mark.parametrize("change", [replace_while_unloaded, swap, swap_the_other_way])
async def test_stays_follow_their_calendar_and_no_other(
    stays: Stays,
    add_calendar: AddCalendar,
    change: Callable[[Stays, AddCalendar], Awaitable[None]],
) -> None:
    """Appointments of others never become codes, whatever their calendar is called."""
    stays.book("Ada")
    await stays.wait()
    await change(stays, add_calendar)
    for _ in range(3):
        await stays.wait()
    [subentry] = stays.entry.subentries.values()
    assert subentry.data[CONF_CALENDAR] == "calendar.rentals"
    stays.book("Ada", end=5)
    for _ in range(3):
        await stays.wait()
    assert stays.shown == [("Ada", START + 2 * DAY, START + 5 * DAY)]


async def test_other_calendar_does_not_take_the_place_of_removed_one(
    stays: Stays, add_calendar: AddCalendar
) -> None:
    """Only the user knows whether it has the same bookings."""
    stays.book("Ada")
    await stays.wait()
    await stays.calendar.async_remove()
    er.async_get(stays.hass).async_remove(CALENDAR)
    await add_calendar(CALENDAR)
    await stays.restart()
    for _ in range(3):
        await stays.wait(16)
    assert [code.name for code in stays.codes] == ["Ada"]
    issues = ir.async_get(stays.hass).issues
    assert "calendar_lost" in {issue.translation_key for issue in issues.values()}
    [subentry_id] = stays.entry.subentries
    result = await stays.entry.start_subentry_reconfigure_flow(stays.hass, subentry_id)
    await submit(stays, await submit(stays, result, FORM), {})
    await stays.wait()
    assert "Dentist" in [code.name for code in stays.codes]


async def test_calendar_without_registry_entry_is_followed_by_entity_id(
    stays: Stays, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calendars in YAML files may have no unique ID."""
    plain = BookingCalendar()
    plain.entity_id = "calendar.plain"
    monkeypatch.setattr(plain, "_attr_unique_id", None)
    await stays.hass.data[DATA_COMPONENT].async_add_entities([plain])
    result = await start(stays)
    form = FORM | {CONF_CALENDAR: plain.entity_id}
    await submit(stays, await submit(stays, result, form), {})
    await stays.settle()
    _, added = stays.entry.subentries.values()
    assert added.data[CONF_CALENDAR] == plain.entity_id
    assert CONF_CALENDAR_ID not in added.data
    plain.book("Ada", START + DAY, START + 2 * DAY)
    await stays.wait()
    assert [code.name for code in stays.codes] == ["Ada"]
    await plain.async_remove()


@pytest.mark.parametrize(
    "fixed", [{}, {"check_in": "15:00:00", "check_out": "11:00:00"}]
)
@pytest.mark.parametrize("zone", ZONES)
async def test_odd_times_do_not_stop_other_stays(
    stays: Stays,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    zone: str,
    fixed: dict[str, str],
) -> None:
    """A code for all time is not created, but one for somebody who stays till New Year."""
    await stays.hass.config.async_set_time_zone(zone)
    await set_up_with(stays, minutes_before=60, minutes_after=60, **fixed)
    odd: dict[str, CalendarEvent] = {}
    for name, (start_at, end_at) in ODD_TIMES.items():
        # Home Assistant itself refuses some of them.
        with suppress(HomeAssistantError, OverflowError):
            odd[name] = CalendarEvent(
                uid=name, start=start_at, end=end_at, summary=name
            )
    read = stays.calendar.async_get_events

    async def async_get_events(*period: Any) -> list[CalendarEvent]:
        return [*await read(*period), *odd.values()]

    monkeypatch.setattr(stays.calendar, "async_get_events", async_get_events)
    stays.book("Ada")
    await stays.wait()
    await stays.wait(16)
    names = {code.name for code in stays.codes}
    assert names == {"Ada", *(name for name in odd if "the end" not in name)}
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]
    found = await preview(stays)
    reasons = {row["name"]: row["reason_key"] for row in found["not_possible"]}
    assert reasons == {name: "too_far_ahead" for name in odd if "the end" in name}


@pytest.mark.parametrize("zone", ZONES)
def test_all_years_are_possible(zone: str) -> None:
    """No time that Python knows raises an error in any rules."""
    years = (1, 2, 1899, 1999, 2000, 2026, 2027, 9000, 9001, 9998, 9999)
    days = [date(y, m, d) for y in years for m, d in ((1, 1), (12, 31))]
    times: list[date] = [
        *days,
        *(
            datetime(day.year, day.month, day.day, hour, tzinfo=tz)
            for day in days
            for hour in (0, 23)
            for tz in (UTC, ZoneInfo(zone))
        ),
    ]
    bookings = [
        Booking(uid=f"{start!r} {end!r}", start=start, end=end)
        for start, end in itertools.product(times, times)
    ]
    for buffer in (timedelta(), DAY):
        rules = Rules(
            device_ids=("lock",),
            time_zone=ZoneInfo(zone),
            before=buffer,
            after=buffer,
        )
        found = stays_of(Answer(bookings=bookings, read_at=START), rules, START)
        assert all(stay.span.ends_at.year <= 9001 for stay in found.coming.values())
        assert found.impossible


def _set(**fields: Any) -> Callable[[CalendarEvent], object]:
    def change(event: CalendarEvent) -> CalendarEvent:
        for name, value in fields.items():
            # Home Assistant checks them only when an event is made.
            setattr(event, name, value)
        return event

    return change


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (_set(summary=None), ["Ada", "Booking"]),
        (_set(summary=5), ["5", "Ada"]),
        (_set(description=5, uid=5, recurrence_id=5), ["Ada", "Eve"]),
        (_set(start=None), ["Ada"]),
        (_set(end="2026-12-01"), ["Ada"]),
    ],
)
async def test_bad_event_does_not_stop_other_stays(
    stays: Stays,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[CalendarEvent], object],
    names: list[str],
) -> None:
    """Calendars of other integrations may send anything."""
    bad = CalendarEvent(
        uid="Eve", start=START + DAY, end=START + 2 * DAY, summary="Eve"
    )
    change(bad)

    read = stays.calendar.async_get_events

    async def async_get_events(*period: Any) -> list[CalendarEvent]:
        return [bad, *await read(*period)]

    monkeypatch.setattr(stays.calendar, "async_get_events", async_get_events)
    stays.book("Ada")
    for _ in range(2):
        await stays.wait()
    assert sorted(str(code.name) for code in stays.codes) == names


@pytest.mark.parametrize("answer", [None, 5, [None], [{"summary": "Eve"}]])
async def test_bad_answer_is_a_failed_one(
    stays: Stays,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    answer: Any,
) -> None:
    """Nothing is deleted, and it is said once."""
    stays.book("Ada")
    await stays.wait()

    async def async_get_events(*_: Any) -> Any:
        return answer

    monkeypatch.setattr(stays.calendar, "async_get_events", async_get_events)
    for _ in range(4):
        await stays.wait(16)
    assert [code.name for code in stays.codes] == ["Ada"]
    records = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert len([r for r in records if "Could not read" in r.getMessage()]) == 1
    assert not [r for r in records if r.exc_info and "seam" in r.name]


@pytest.mark.parametrize("way", ["state", "reload", "failed update"])
async def test_booking_is_missing_only_after_the_calendar_was_updated(
    stays: Stays, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Many calendars keep an answer, and give it again whenever they are read."""
    if way == "failed update":

        async def async_update() -> None:
            raise TimeoutError

        monkeypatch.setattr(stays.calendar, "async_update", async_update)
    stays.book("Ada")
    stays.book("Eve", start=5, end=6)
    await stays.wait()
    await stays.wait()
    # The server has sent only half of its file.
    half = stays.calendar.bookings.pop("Ada")
    stays.calendar.async_write_ha_state()
    await stays.wait(2 / 60)
    await stays.wait(21 / 60)
    if way == "state":
        # Its current event has changed.
        stays.calendar.bookings["blocked"] = stays.calendar.bookings.pop("blocked")
        stays.calendar.async_write_ha_state()
        await stays.wait(3 / 60)
    elif way == "reload":
        await stays.restart()
    else:
        for _ in range(2):
            await stays.wait(16)
    assert stays.calendar.updates == 0
    assert DELETE not in changes(stays.simulator)
    stays.calendar.bookings["Ada"] = half
    for _ in range(3):
        await stays.wait(16)
    assert DELETE not in changes(stays.simulator)


@pytest.mark.parametrize("is_reloaded", [False, True])
@pytest.mark.parametrize("way", ["action", "panel", "form"])
async def test_unload_during_preview_is_refused(
    stays: Stays,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    is_reloaded: bool,
) -> None:
    """A calendar may take a minute to answer."""
    asked, answered = asyncio.Event(), asyncio.Event()
    read = stays.calendar.async_get_events

    async def async_get_events(*period: Any) -> list[CalendarEvent]:
        asked.set()
        await answered.wait()
        return await read(*period)

    [subentry_id] = stays.entry.subentries
    panel = await async_connect(hass, hass_ws_client)
    result = await start(stays)
    monkeypatch.setattr(stays.calendar, "async_get_events", async_get_events)
    if way == "action":
        task = asyncio.create_task(preview(stays))
    elif way == "panel":
        task = asyncio.create_task(
            panel.refused("seam/stays/preview", subentry_id=subentry_id)
        )
    else:
        task = asyncio.create_task(submit(stays, result, FORM))
    await wait_until(asked.is_set)
    monkeypatch.setattr(stays.calendar, "async_get_events", read)
    await hass.config_entries.async_unload(stays.entry.entry_id)
    if is_reloaded:
        await hass.config_entries.async_setup(stays.entry.entry_id)
        assert stays.entry.state is ConfigEntryState.LOADED
    answered.set()
    if way == "action":
        with pytest.raises(ServiceValidationError) as refused:
            await task
        assert refused.value.translation_key == "stays_unknown"
    elif way == "panel":
        assert (await task)["translation_key"] == "stays_unknown"
    else:
        step = await task
        assert step["type"] is FlowResultType.ABORT
        assert step["reason"] == "entry_not_loaded"


async def test_ignored_issues_go_with_their_stays(
    stays: Stays, hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """Also if the stays are removed while the entry is not loaded."""
    registry = ir.async_get(hass)

    def issues() -> list[str]:
        # The simulated locks have issues, too.
        return [key for _, key in registry.issues if ".stays." in key]

    [subentry_id] = stays.entry.subentries
    prefix = f"{entry.entry_id}.stays.{subentry_id}."
    stays.calendar.set_available(False)
    for _ in range(8):
        await stays.wait(16)
    assert issues() == [f"{prefix}calendar"]
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{prefix}arrival.1",
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key="arrival_at_risk",
    )
    for issue_id in issues():
        registry.async_ignore(DOMAIN, issue_id, ignore=True)
    await stays.restart()
    assert len(issues()) == 2
    await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_remove_subentry(entry, subentry_id)
    await hass.config_entries.async_setup(entry.entry_id)
    assert not issues()
