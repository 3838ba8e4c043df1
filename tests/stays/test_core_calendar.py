"""Tests of stays with a calendar entity of Home Assistant itself."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.calendar import DATA_COMPONENT, CalendarEvent
from homeassistant.components.demo.calendar import DemoCalendar, calendar_data_future
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam.stays.settings import CONF_CALENDAR
from simulator import Simulator
from tests.clock import START, async_step

from .conftest import with_stays

CALENDAR = "calendar.calendar_1"

pytestmark = pytest.mark.usefixtures("frozen_clock", "no_waits")


@pytest.fixture
def entry(entry: MockConfigEntry) -> MockConfigEntry:
    """Return an entry with stays for the calendar of the demo."""
    return with_stays(entry, "Demo", **{CONF_CALENDAR: CALENDAR})


async def test_codes_follow_calendar_of_the_demo(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    entry: MockConfigEntry,
) -> None:
    """It comes after the start, and its events have no UID."""

    async def wait() -> None:
        step = timedelta(minutes=1)
        await hass.async_block_till_done(wait_background_tasks=True)
        await async_step(hass, freezer, simulator, step)

    def starts() -> list[timedelta]:
        return [
            code.starts_at - START
            for code in simulator.state.access_codes.values()
            if str(code.name).startswith("Future Event") and code.starts_at
        ]

    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await wait()
    assert not starts()
    calendar = DemoCalendar(calendar_data_future(), "Calendar 1")
    await hass.data[DATA_COMPONENT].async_add_entities([calendar])
    assert calendar.entity_id == CALENDAR
    await wait()
    [start] = starts()
    event = calendar.event
    calendar._event = CalendarEvent(
        start=event.start + timedelta(hours=3),
        end=event.end + timedelta(hours=9),
        summary=event.summary,
        description=event.description,
    )
    calendar.async_write_ha_state()
    for _ in range(3):
        await wait()
    assert starts() == [start + timedelta(hours=3)]
    await calendar.async_remove()
    for _ in range(3):
        await wait()
    assert len(starts()) == 1
