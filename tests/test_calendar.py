"""Tests of the calendar of access codes."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import (
    CODE_GUEST_NEXT,
    CODE_GUEST_NOW,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
)

from .clock import START, async_step
from .conftest import CheckPlatform, Poll

CALENDAR = "calendar.front_door_access_codes"
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the entities that the tests look at."""
    return [Platform.CALENDAR, Platform.LOCK]


@pytest.fixture
async def client(
    coordinator: SeamCoordinator, hass_client: ClientSessionGenerator
) -> TestClient:
    """Return a client as the frontend has it."""
    client: TestClient = await hass_client()
    return client


async def _listed(
    client: TestClient, start: datetime, end: datetime
) -> list[dict[str, Any]]:
    query = urlencode({"start": start.isoformat(), "end": end.isoformat()})
    response = await client.get(f"/api/calendars/{CALENDAR}?{query}")
    assert response.status == HTTPStatus.OK
    events: list[dict[str, Any]] = await response.json()
    return events


def _names(events: list[dict[str, Any]]) -> list[str]:
    return [event["summary"] for event in events]


def _state(hass: HomeAssistant) -> tuple[str, str | None]:
    state = hass.states.get(CALENDAR)
    assert state is not None
    return state.state, state.attributes.get("message")


async def test_calendars(check_platform: CheckPlatform) -> None:
    """All calendars of the rental match the snapshot."""
    await check_platform(Platform.CALENDAR)


async def test_calendar_lists_time_bound_codes(
    simulator: Simulator, client: TestClient
) -> None:
    """Events have name, times, and no PIN. Ongoing codes are left out."""
    events = await _listed(client, START - 30 * DAY, START + 30 * DAY)
    assert _names(events) == ["Guest this week", "Guest next week"]
    codes = simulator.state.access_codes
    for event, code_id in zip(events, (CODE_GUEST_NOW, CODE_GUEST_NEXT), strict=True):
        code = codes[code_id]
        assert event["uid"] == code_id
        assert event["location"] == "Front Door"
        assert datetime.fromisoformat(event["start"]["dateTime"]) == code.starts_at
        assert datetime.fromisoformat(event["end"]["dateTime"]) == code.ends_at
        assert str(code.code) not in repr(event)


async def test_calendar_range(simulator: Simulator, client: TestClient) -> None:
    """Events that overlap the range are listed, those that only touch it are not."""
    code = simulator.state.access_codes[CODE_GUEST_NOW]
    assert code.starts_at and code.ends_at
    second = timedelta(seconds=1)
    for start, end, is_listed in (
        (code.starts_at - DAY, code.starts_at, False),
        (code.starts_at - DAY, code.starts_at + second, True),
        (code.starts_at + DAY, code.ends_at - DAY, True),
        (code.ends_at - second, code.ends_at + DAY, True),
        (code.ends_at, code.ends_at + DAY, False),
    ):
        assert ("Guest this week" in _names(await _listed(client, start, end))) is (
            is_listed
        )


async def test_calendar_lists_overlapping_codes_in_order(
    simulator: Simulator, client: TestClient, reconcile: Poll
) -> None:
    """Unmanaged codes with times are listed, too."""
    codes = simulator.state.access_codes
    for code_id, start, end in (
        (CODE_OWNER, -1, 20),
        (UNMANAGED_NEIGHBOUR, -5, 1),
    ):
        codes[code_id].starts_at = START + start * DAY
        codes[code_id].ends_at = START + end * DAY
    await reconcile()
    events = await _listed(client, START, START + 30 * DAY)
    assert _names(events) == [
        "Neighbour",
        "Guest this week",
        "Owner",
        "Guest next week",
    ]


async def test_calendar_state(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """The calendar is on while a code is valid, and shows the next one otherwise."""
    assert _state(hass) == (STATE_ON, "Guest this week")
    await async_step(hass, freezer, simulator, 3 * DAY)
    assert _state(hass) == (STATE_OFF, "Guest next week")
    await async_step(hass, freezer, simulator, 3 * DAY)
    assert _state(hass) == (STATE_ON, "Guest next week")
    await async_step(hass, freezer, simulator, 4 * DAY)
    assert _state(hass) == (STATE_OFF, None)


async def test_calendar_event_of_code_without_name(
    simulator: Simulator, client: TestClient, reconcile: Poll
) -> None:
    """The ID of the code is used instead."""
    simulator.state.access_codes[CODE_GUEST_NOW].name = None
    await reconcile()
    events = await _listed(client, START, START + DAY)
    assert _names(events) == [CODE_GUEST_NOW]


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
async def test_calendar_with_first_and_last_possible_times(
    hass: HomeAssistant,
    simulator: Simulator,
    client: TestClient,
    reconcile: Poll,
    zone: str,
) -> None:
    """Times that do not exist in every time zone are moved."""
    await hass.config.async_set_time_zone(zone)
    code = simulator.state.access_codes[CODE_GUEST_NOW]
    code.starts_at = datetime(1, 1, 1, tzinfo=UTC)
    code.ends_at = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    await reconcile()
    assert _state(hass) == (STATE_ON, "Guest this week")
    assert "Guest this week" in _names(await _listed(client, START, START + DAY))


@pytest.mark.parametrize(
    ("starts", "ends", "seconds"),
    [
        # From 02:30 to the second 02:15, and from 02:15 to the second 02:15. No local
        # time before 03:00 would do for the end.
        ("2027-10-31T00:30Z", "2027-10-31T01:15Z", 45 * 60 + 3600),
        ("2027-10-31T00:15Z", "2027-10-31T01:15Z", 2 * 3600),
        # These are right in local time.
        ("2027-10-31T00:10Z", "2027-10-31T00:20Z", 600),
        ("2027-10-31T01:10Z", "2027-10-31T01:20Z", 600),
        ("2027-10-30T12:00Z", "2027-10-31T12:00Z", 24 * 3600),
        ("2027-03-28T00:30Z", "2027-03-28T01:30Z", 3600),
    ],
)
async def test_calendar_in_hour_that_comes_twice(
    hass: HomeAssistant,
    simulator: Simulator,
    client: TestClient,
    entry: MockConfigEntry,
    starts: str,
    ends: str,
    seconds: int,
) -> None:
    """A code within the hour that clocks are set back breaks no calendar."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    now = simulator.state.access_codes[CODE_GUEST_NOW]
    now.starts_at = now.ends_at = None
    code = simulator.state.access_codes[CODE_GUEST_NEXT]
    code.starts_at = datetime.fromisoformat(starts)
    code.ends_at = datetime.fromisoformat(ends)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert _state(hass) == (STATE_OFF, "Guest next week")
    [event] = await _listed(client, code.starts_at - DAY, code.ends_at + DAY)
    start = datetime.fromisoformat(event["start"]["dateTime"])
    assert start == code.starts_at
    end = datetime.fromisoformat(event["end"]["dateTime"])
    assert (end - start).total_seconds() == seconds


async def test_calendar_leaves_out_code_that_ends_before_start(
    simulator: Simulator, client: TestClient, reconcile: Poll
) -> None:
    """The other codes are still listed."""
    code = simulator.state.access_codes[CODE_GUEST_NOW]
    code.starts_at, code.ends_at = code.ends_at, code.starts_at
    await reconcile()
    events = await _listed(client, START - 30 * DAY, START + 30 * DAY)
    assert _names(events) == ["Guest next week"]


async def test_calendar_is_unavailable_while_codes_are_unknown(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Codes that cannot be fetched do not look like a free calendar."""
    fault = simulator.faults.add(
        "status", path="/access_codes", device_id=FRONT_DOOR, status=400
    )
    await reconcile()
    assert _state(hass) == (STATE_UNAVAILABLE, None)
    simulator.faults.clear(fault_id=fault.fault_id)
    await reconcile()
    assert _state(hass) == (STATE_ON, "Guest this week")
