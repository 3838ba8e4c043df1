"""Tests that a booking is missing only if an update of the calendar has ended."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
import logging
from types import MappingProxyType
from typing import override

from homeassistant.components.calendar import DATA_COMPONENT, CalendarEvent
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.update_coordinator import (
    CoordinatorEntity,
    DataUpdateCoordinator,
    UpdateFailed,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.seam.stays.reading import async_update_calendar
from custom_components.seam.stays.settings import CONF_CALENDAR, SUBENTRY_STAYS
from simulator import Simulator
from tests.clock import START, wait_until

from .calendar import BookingCalendar
from .conftest import DAY, Stays
from .test_runner import changes

pytestmark = pytest.mark.usefixtures("frozen_clock", "no_waits")

DELETE = "/access_codes/delete"
FEED = DataUpdateCoordinator[list[CalendarEvent]]


class Feed:
    """A server that can be slow, or out of order."""

    def __init__(self) -> None:
        """Initialize without bookings."""
        self.bookings: dict[str, CalendarEvent] = {}
        self.requests = 0
        self.is_down = False
        self.is_open = asyncio.Event()
        self.is_open.set()

    async def async_fetch(self) -> list[CalendarEvent]:
        """Return the bookings."""
        self.requests += 1
        await self.is_open.wait()
        if self.is_down:
            raise UpdateFailed
        return list(self.bookings.values())


class PolledCalendar(BookingCalendar):
    """A calendar that keeps what its last update has fetched."""

    def __init__(self, feed: Feed) -> None:
        """Initialize without an update."""
        super().__init__()
        self.feed = feed
        self.bookings = feed.bookings
        self.shown: list[CalendarEvent] = []

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        return list(self.shown)

    @override
    async def async_update(self) -> None:
        self.shown = await self.feed.async_fetch()


class CoordinatorCalendar(CoordinatorEntity[FEED], PolledCalendar):
    """A calendar that stays available when its coordinator fails."""

    def __init__(self, hass: HomeAssistant, feed: Feed) -> None:
        """Initialize without an update."""
        PolledCalendar.__init__(self, feed)
        coordinator = FEED(
            hass,
            logging.getLogger(__name__),
            config_entry=None,
            name="Feed",
            update_method=feed.async_fetch,
        )
        CoordinatorEntity.__init__(self, coordinator)

    @property
    @override
    def available(self) -> bool:
        return True

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        return list(self.coordinator.data or ())

    @override
    async def async_update(self) -> None:
        await CoordinatorEntity.async_update(self)


@pytest.fixture
def feed() -> Feed:
    """Return the server of the calendar."""
    return Feed()


@pytest.fixture(params=["polled", "coordinator"])
async def calendar(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    simulator: Simulator,
    feed: Feed,
) -> AsyncIterator[PolledCalendar]:
    """Set up a calendar that fetches its bookings."""
    assert await async_setup_component(hass, "calendar", {})
    is_polled = request.param == "polled"
    entity = PolledCalendar(feed) if is_polled else CoordinatorCalendar(hass, feed)
    await hass.data[DATA_COMPONENT].async_add_entities([entity])
    entity.book("blocked", START, START + DAY, summary="Not available")
    await async_update(entity)
    yield entity
    feed.is_open.set()
    await entity.async_remove()
    if isinstance(entity, CoordinatorCalendar):
        await entity.coordinator.async_shutdown()


async def async_update(calendar: PolledCalendar) -> None:
    """Have the calendar fetch its bookings now, as others may do."""
    if isinstance(calendar, CoordinatorCalendar):
        await calendar.coordinator.async_refresh()
    else:
        await calendar.async_device_update()
    calendar.async_write_ha_state()


async def move_clock(stays: Stays, seconds: float) -> None:
    """Let time pass, and let all run that does not wait for the server."""
    step = timedelta(seconds=seconds)
    stays.simulator.clock.advance(seconds)
    stays.freezer.tick(step)
    async_fire_time_changed(stays.hass)
    # Nothing announces that nothing happens, and all servers are in this loop.
    for _ in range(2000):
        await asyncio.sleep(0)


async def miss(stays: Stays, feed: Feed) -> CalendarEvent:
    """Let one answer of the server lack a booking."""
    stays.book("Ada")
    assert isinstance(stays.calendar, PolledCalendar)
    await async_update(stays.calendar)
    await stays.wait()
    assert {code.name for code in stays.codes} == {"Ada", *_others(stays)}
    half = feed.bookings.pop("Ada")
    await async_update(stays.calendar)
    # Calendars tell of a change after a second.
    await stays.wait(2 / 60)
    return half


def _others(stays: Stays) -> list[str]:
    """Return the names of the codes that other stays have for the same booking."""
    return ["Ada 2026-11-22"] * (len(stays.entry.subentries) - 1)


@pytest.mark.parametrize(
    "way", ["other stays", "other update", "failure", "reload", "new calendar"]
)
@pytest.mark.parametrize("is_missing", [False, True])
async def test_code_is_deleted_after_second_answer(
    stays: Stays, feed: Feed, calendar: PolledCalendar, way: str, is_missing: bool
) -> None:
    """Neither an update that others have begun nor one that fails is an answer."""
    if way == "other stays":
        [first] = stays.entry.subentries.values()
        subentry = ConfigSubentry(
            data=MappingProxyType(dict(first.data)),
            subentry_type=SUBENTRY_STAYS,
            title="Others",
            unique_id=None,
        )
        stays.hass.config_entries.async_add_subentry(stays.entry, subentry)
        await stays.wait()
    half = await miss(stays, feed)
    feed.is_open.clear()
    feed.is_down = way == "failure"
    requests = feed.requests
    if way == "other update":
        await move_clock(stays, 15)
        stays.hass.async_create_task(async_update(calendar))
        await wait_until(lambda: feed.requests > requests)
        await move_clock(stays, 16)
    else:
        await move_clock(stays, 31)
        await wait_until(lambda: feed.requests > requests)
    if way == "failure":
        feed.is_open.set()
        await move_clock(stays, 1)
        await move_clock(stays, 31)
    elif way == "reload":
        await stays.hass.config_entries.async_reload(stays.entry.entry_id)
        await move_clock(stays, 1)
        await move_clock(stays, 31)
    elif way == "new calendar":
        await stays.hass.data[DATA_COMPONENT].async_remove_entity(calendar.entity_id)
        await move_clock(stays, 1)
    else:
        # Home Assistant may read a calendar at any time.
        calendar.async_write_ha_state()
        await move_clock(stays, 1)
    assert DELETE not in changes(stays.simulator)
    if way == "other stays":
        assert feed.requests == requests + 1

    if not is_missing:
        feed.bookings["Ada"] = half
    feed.is_down = False
    feed.is_open.set()
    if way == "new calendar":
        await stays.settle()
        again: PolledCalendar = (
            CoordinatorCalendar(stays.hass, feed)
            if isinstance(calendar, CoordinatorCalendar)
            else PolledCalendar(feed)
        )
        await stays.hass.data[DATA_COMPONENT].async_add_entities([again])
        await async_update(again)
    for _ in range(4):
        await stays.wait(5)
    assert bool(stays.codes) is not is_missing
    if way == "new calendar":
        await again.async_remove()


async def test_update_that_hangs_ends_with_its_calendar(
    stays: Stays, feed: Feed, calendar: PolledCalendar
) -> None:
    """A calendar that was loaded again is updated, although its ID is the same."""
    feed.is_open.clear()
    hanging = asyncio.create_task(
        async_update_calendar(stays.hass, {CONF_CALENDAR: calendar.entity_id})
    )
    await wait_until(lambda: feed.requests > 1)
    await calendar.async_remove()
    again = PolledCalendar(Feed())
    await stays.hass.data[DATA_COMPONENT].async_add_entities([again])
    assert again.entity_id == calendar.entity_id
    assert await async_update_calendar(stays.hass, {CONF_CALENDAR: again.entity_id})
    assert again.feed.requests
    feed.is_open.set()
    assert await hanging is None
    await again.async_remove()
