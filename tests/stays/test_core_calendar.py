"""Tests of stays with the calendars that users add to Home Assistant."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, override

from aiohttp import web
from aiohttp.test_utils import TestServer
from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.calendar import DATA_COMPONENT
from homeassistant.config_entries import SOURCE_USER, ConfigSubentry
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.seam.const import DOMAIN
from custom_components.seam.stays.settings import (
    CONF_CALENDAR,
    CONF_EXCLUDES,
    SUBENTRY_STAYS,
)
from simulator import Simulator
from tests.clock import START, async_step, wait_until
from tests.states import state_of

from .conftest import with_stays

DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("frozen_clock", "no_waits")

type Shown = list[tuple[str | None, datetime | None, datetime | None]]
type Codes = Callable[[], Shown]
type Wait = Callable[[], Awaitable[None]]


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Let the local calendar store its file in a folder of the test."""
    (Path(hass_tmp_config_dir) / ".storage").mkdir()
    return hass_tmp_config_dir


class UserCalendar(ABC):
    """A calendar that was added with its form."""

    domain: str
    entity_id: Final = "calendar.bookings"

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize the calendar."""
        self.hass = hass

    async def add(self, **data: Any) -> None:
        """Fill in the form."""
        flows = self.hass.config_entries.flow
        form = await flows.async_init(self.domain, context={"source": SOURCE_USER})
        result = await flows.async_configure(
            form["flow_id"], {"calendar_name": "Bookings", **data}
        )
        assert result["type"] is FlowResultType.CREATE_ENTRY
        await self.hass.async_block_till_done()
        assert state_of(self.hass, self.entity_id) == "off"

    @abstractmethod
    async def start(self) -> None:
        """Add the calendar, with days that nobody can book."""

    @abstractmethod
    async def book(self, summary: str, start: datetime, end: datetime) -> None:
        """Add a booking."""

    @abstractmethod
    async def move(self, summary: str, start: datetime, end: datetime) -> None:
        """Let a booking start and end at other times."""

    @abstractmethod
    async def cancel(self, summary: str) -> None:
        """Remove a booking."""


class LocalCalendar(UserCalendar):
    """The local calendar, which is edited in Home Assistant."""

    domain = "local_calendar"

    def __init__(self, hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> None:
        """Initialize the calendar."""
        super().__init__(hass)
        self._hass_ws_client = hass_ws_client

    @override
    async def start(self) -> None:
        await self.add()
        await self.book("Not available", START + 20 * DAY, START + 21 * DAY)

    async def _send(self, kind: str, **fields: Any) -> None:
        """Send what the dialog of the calendar sends."""
        client = await self._hass_ws_client(self.hass)
        message = {"type": f"calendar/event/{kind}", ATTR_ENTITY_ID: self.entity_id}
        await client.send_json_auto_id(message | fields)
        assert (await client.receive_json())["success"]

    async def _uid(self, summary: str) -> str | None:
        entity = self.hass.data[DATA_COMPONENT].get_entity(self.entity_id)
        assert entity
        now = dt_util.now()
        [uid] = [
            event.uid
            for event in await entity.async_get_events(self.hass, now, now + 30 * DAY)
            if event.summary == summary
        ]
        return uid

    @staticmethod
    def _event(summary: str, start: datetime, end: datetime) -> dict[str, str]:
        return {
            "summary": summary,
            "dtstart": start.isoformat(),
            "dtend": end.isoformat(),
        }

    @override
    async def book(self, summary: str, start: datetime, end: datetime) -> None:
        await self._send("create", event=self._event(summary, start, end))

    @override
    async def move(self, summary: str, start: datetime, end: datetime) -> None:
        event = self._event(summary, start, end)
        await self._send("update", uid=await self._uid(summary), event=event)

    @override
    async def cancel(self, summary: str) -> None:
        await self._send("delete", uid=await self._uid(summary))


class RemoteCalendar(UserCalendar):
    """The remote calendar, which reads a file from a server once a day."""

    domain = "remote_calendar"

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize the server with days that nobody can book."""
        super().__init__(hass)
        self.bookings = {"Not available": (START + 20 * DAY, START + 21 * DAY)}
        self.has_uids = True
        self.text: str | None = None
        self.status = 200
        self.reads = 0
        self.is_slow = False
        self._released = asyncio.Event()
        app = web.Application()
        app.router.add_get("/bookings.ics", self._serve)
        self.server = TestServer(app)

    async def _serve(self, _request: web.Request) -> web.Response:
        self.reads += 1
        if self.is_slow:
            await self._released.wait()
        text = self._file() if self.text is None else self.text
        return web.Response(text=text, content_type="text/calendar", status=self.status)

    def _file(self) -> str:
        """Return lines as a platform for bookings writes them."""
        lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Rentals//Hosting//EN"]
        for summary, (start, end) in self.bookings.items():
            lines += [
                "BEGIN:VEVENT",
                f"DTSTAMP:{START:%Y%m%dT%H%M%SZ}",
                f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
                f"DTEND:{end:%Y%m%dT%H%M%SZ}",
                f"SUMMARY:{summary}",
                *([f"UID:{summary.casefold()}@rentals.example"] * self.has_uids),
                "DESCRIPTION:Reservation: https://rentals.example/hosting/reservations/",
                " details\\nPhone Number (Last 4 Digits): 7391",
                "END:VEVENT",
            ]
        return "\r\n".join([*lines, "END:VCALENDAR", ""])

    def release(self) -> None:
        """Let the server answer what it was asked for."""
        self.is_slow = False
        self._released.set()

    async def refresh(self) -> None:
        """Read the file again before the day is over."""
        await self.hass.services.async_call(
            "homeassistant",
            "update_entity",
            {ATTR_ENTITY_ID: self.entity_id},
            blocking=True,
        )

    @override
    async def start(self) -> None:
        await self.server.start_server()
        await self.add(url=str(self.server.make_url("/bookings.ics")), verify_ssl=True)

    @override
    async def book(self, summary: str, start: datetime, end: datetime) -> None:
        self.bookings[summary] = start, end
        await self.refresh()

    @override
    async def move(self, summary: str, start: datetime, end: datetime) -> None:
        await self.book(summary, start, end)

    @override
    async def cancel(self, summary: str) -> None:
        del self.bookings[summary]
        await self.refresh()


@pytest.fixture
async def local(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, simulator: Simulator
) -> LocalCalendar:
    """Add a local calendar."""
    # Its web pages cannot be added once a client is connected.
    assert await async_setup_component(hass, DOMAIN, {})
    calendar = LocalCalendar(hass, hass_ws_client)
    await calendar.start()
    return calendar


@pytest.fixture
async def remote(
    hass: HomeAssistant, simulator: Simulator
) -> AsyncIterator[RemoteCalendar]:
    """Add a remote calendar, and its server."""
    assert await async_setup_component(hass, "homeassistant", {})
    calendar = RemoteCalendar(hass)
    await calendar.start()
    yield calendar
    calendar.release()
    await calendar.server.close()


@pytest.fixture
def entry(entry: MockConfigEntry) -> MockConfigEntry:
    """Return an entry with stays for the calendar."""
    settings = {
        CONF_CALENDAR: UserCalendar.entity_id,
        CONF_EXCLUDES: ["not available"],
    }
    return with_stays(entry, "Bookings", **settings)


@pytest.fixture
def codes(simulator: Simulator) -> Codes:
    """Return a function that returns names and times of the new codes."""
    before = set(simulator.state.access_codes)

    def run() -> Shown:
        return [
            (code.name, code.starts_at, code.ends_at)
            for key, code in simulator.state.access_codes.items()
            if key not in before
        ]

    return run


@pytest.fixture
def wait(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, simulator: Simulator
) -> Wait:
    """Return a function that lets a minute pass."""

    async def run() -> None:
        await hass.async_block_till_done(wait_background_tasks=True)
        # Calendars tell of a change after a second, a missing booking is looked for
        # again after half a minute, and locks need some seconds to remove a code.
        for seconds in (2, 30, 28):
            await async_step(hass, freezer, simulator, timedelta(seconds=seconds))

    return run


@pytest.fixture
def start(hass: HomeAssistant, entry: MockConfigEntry) -> Wait:
    """Return a function that starts the integration."""

    async def run() -> None:
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)

    return run


@pytest.fixture(params=["local", "remote"])
def calendar(request: pytest.FixtureRequest) -> UserCalendar:
    """Add a calendar of either kind."""
    calendar: UserCalendar = request.getfixturevalue(request.param)
    return calendar


async def test_codes_follow_calendar(
    calendar: UserCalendar, start: Wait, codes: Codes, wait: Wait
) -> None:
    """A minute after a change of a booking, the code has changed, too."""
    await start()
    assert codes() == []
    first = START + 3 * DAY, START + 5 * DAY
    other = START + 8 * DAY, START + 9 * DAY
    await calendar.book("Ada", *first)
    await wait()
    assert codes() == [("Ada", *first)]
    # The state of the calendar is about the first booking only.
    await calendar.book("Eve", *other)
    await wait()
    assert codes() == [("Ada", *first), ("Eve", *other)]
    other = START + 7 * DAY, START + 9 * DAY
    await calendar.move("Eve", *other)
    await wait()
    assert codes() == [("Ada", *first), ("Eve", *other)]
    first = first[0] + HOUR, first[1]
    await calendar.move("Ada", *first)
    await wait()
    assert codes() == [("Ada", *first), ("Eve", *other)]
    await calendar.cancel("Eve")
    await wait()
    assert codes() == [("Ada", *first)]
    await calendar.cancel("Ada")
    await wait()
    assert codes() == []


async def test_codes_follow_calendar_that_comes_later(
    hass: HomeAssistant, calendar: UserCalendar, start: Wait, codes: Codes, wait: Wait
) -> None:
    """Calendars may need longer to start, and may be reloaded."""
    first = START + 3 * DAY, START + 5 * DAY
    await calendar.book("Ada", *first)
    [entry] = hass.config_entries.async_entries(calendar.domain)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(entry.entry_id)
    await start()
    await wait()
    assert codes() == []
    assert await hass.config_entries.async_setup(entry.entry_id)
    await wait()
    assert codes() == [("Ada", *first)]
    assert await hass.config_entries.async_reload(entry.entry_id)
    other = START + 8 * DAY, START + 9 * DAY
    await calendar.book("Eve", *other)
    await wait()
    assert codes() == [("Ada", *first), ("Eve", *other)]


async def test_codes_follow_file_without_uids(
    remote: RemoteCalendar,
    simulator: Simulator,
    start: Wait,
    codes: Codes,
    wait: Wait,
) -> None:
    """Home Assistant gives its events new UIDs whenever it reads the file."""
    remote.has_uids = False
    first, other = (
        (START + 3 * DAY, START + 5 * DAY),
        (START + 8 * DAY, START + 9 * DAY),
    )
    await remote.book("Ada", *first)
    await start()
    await wait()
    assert codes() == [("Ada", *first)]
    ids = set(simulator.state.access_codes)
    await remote.book("Eve", *other)
    await wait()
    await wait()
    assert codes() == [("Ada", *first), ("Eve", *other)]
    assert ids < set(simulator.state.access_codes)
    await remote.cancel("Eve")
    await wait()
    assert codes() == [("Ada", *first)]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 200),
        ("<html><body>Maintenance</body></html>", 200),
        ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nEND:VCALENDAR\r\n", 200),
        ("Service unavailable", 503),
    ],
    ids=["nothing", "page", "no events", "error"],
)
async def test_broken_file_deletes_nothing(
    remote: RemoteCalendar,
    start: Wait,
    codes: Codes,
    wait: Wait,
    text: str,
    status: int,
) -> None:
    """Bookings are cancelled one by one, not by a server that has a bad day."""
    first = START + 3 * DAY, START + 5 * DAY
    await remote.book("Ada", *first)
    await start()
    await wait()
    remote.text, remote.status = text, status
    for _ in range(3):
        await remote.refresh()
        await wait()
    assert codes() == [("Ada", *first)]
    remote.text, remote.status = None, 200
    await remote.cancel("Ada")
    await wait()
    await wait()
    assert codes() == []


async def test_remote_calendar_is_read_every_half_an_hour(
    hass: HomeAssistant,
    remote: RemoteCalendar,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    entry: MockConfigEntry,
    start: Wait,
    codes: Codes,
    wait: Wait,
) -> None:
    """A guest who books for tonight gets a code. Home Assistant reads it once a day."""
    await start()
    await wait()
    remote.bookings["Ada"] = tonight = START + 6 * HOUR, START + DAY
    await async_step(hass, freezer, simulator, timedelta(minutes=20))
    assert codes() == []
    await async_step(hass, freezer, simulator, timedelta(minutes=10))
    await wait()
    assert codes() == [("Ada", *tonight)]

    await hass.config_entries.async_unload(entry.entry_id)
    reads = remote.reads
    await async_step(hass, freezer, simulator, HOUR)
    assert remote.reads == reads


async def test_slow_server_of_remote_calendar_holds_up_nothing(
    hass: HomeAssistant,
    remote: RemoteCalendar,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    entry: MockConfigEntry,
    start: Wait,
    wait: Wait,
) -> None:
    """The integration stops meanwhile, and the calendar is available afterwards."""
    await start()
    await wait()
    remote.is_slow, reads = True, remote.reads
    freezer.tick(timedelta(minutes=30))
    async_fire_time_changed(hass)
    await wait_until(lambda: remote.reads > reads)
    assert await hass.config_entries.async_unload(entry.entry_id)
    remote.release()
    await hass.async_block_till_done(wait_background_tasks=True)
    entity = hass.data[DATA_COMPONENT].get_entity(remote.entity_id)
    assert entity
    assert entity.available


@pytest.mark.parametrize(
    ("minutes", "steps", "is_alone"),
    [(28.75, (15, 16), True), (10, (31,), False)],
    ids=["half-hourly", "of other stays"],
)
async def test_update_under_way_is_no_second_answer(
    hass: HomeAssistant,
    remote: RemoteCalendar,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    entry: MockConfigEntry,
    start: Wait,
    codes: Codes,
    wait: Wait,
    minutes: float,
    steps: tuple[int, ...],
    is_alone: bool,
) -> None:
    """A file that lacks a booking once cancels nothing, however slow the next one is."""
    await remote.book("Ada", START + 3 * DAY, START + 5 * DAY)
    await start()
    if not is_alone:
        [first] = entry.subentries.values()
        subentry = ConfigSubentry(
            data=MappingProxyType(dict(first.data)),
            subentry_type=SUBENTRY_STAYS,
            title="Others",
            unique_id=None,
        )
        hass.config_entries.async_add_subentry(entry, subentry)
    await wait()
    created = codes()
    assert len(created) == len(entry.subentries)
    await async_step(hass, freezer, simulator, timedelta(minutes=minutes))
    times = remote.bookings["Ada"]
    await remote.cancel("Ada")
    # Calendars tell of a change after a second.
    await async_step(hass, freezer, simulator, timedelta(seconds=2))
    remote.is_slow, reads = True, remote.reads
    for seconds in steps:
        simulator.clock.advance(seconds)
        freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(hass)
        # Nothing announces that nothing happens, and both servers are in this loop.
        for _ in range(2000):
            await asyncio.sleep(0)
    assert remote.reads == reads + 1
    assert codes() == created
    remote.bookings["Ada"] = times
    remote.release()
    for _ in range(6):
        await wait()
    assert codes() == created
