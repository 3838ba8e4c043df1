"""A calendar of bookings, and an entry whose stays follow it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.calendar import DATA_COMPONENT
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam.actions import waiting
from custom_components.seam.const import DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.stays.settings import (
    CONF_CALENDAR,
    CONF_EXCLUDES,
    CONF_LOCKS,
    SUBENTRY_STAYS,
)
from simulator import Simulator
from simulator.seed import FRONT_DOOR
from simulator.state import AccessCode
from tests.clock import START, async_step
from tests.conftest import remove_unsettled

from .calendar import BookingCalendar

CALENDAR: Final = "calendar.bookings"
DAY: Final = timedelta(days=1)


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up locks, and an entity for the device of the stays."""
    return [Platform.EVENT, Platform.LOCK]


@pytest.fixture
def simulator(simulator: Simulator) -> Simulator:
    """Leave no codes that are fetched again at each step, as few tests look at them."""
    remove_unsettled(simulator)
    return simulator


@pytest.fixture
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at a change without waiting, as time does not pass by itself."""
    monkeypatch.setattr(waiting, "WAIT_STEPS", (0, 0))


@pytest.fixture
async def calendar(
    hass: HomeAssistant, simulator: Simulator
) -> AsyncIterator[BookingCalendar]:
    """Set up a calendar with days that nobody can book."""
    assert await async_setup_component(hass, "calendar", {})
    entity = BookingCalendar()
    await hass.data[DATA_COMPONENT].async_add_entities([entity])
    entity.book("blocked", START, START + DAY, summary="Not available")
    yield entity
    await entity.async_remove()


def with_stays(entry: MockConfigEntry, title: str, **settings: Any) -> MockConfigEntry:
    """Return an entry with stays at the front door."""
    return MockConfigEntry(
        domain=DOMAIN,
        title=entry.title,
        unique_id=entry.unique_id,
        data=entry.data,
        subentries_data=[
            ConfigSubentryData(
                data={CONF_LOCKS: [FRONT_DOOR], **settings},
                subentry_type=SUBENTRY_STAYS,
                title=title,
                unique_id=None,
            )
        ],
    )


@pytest.fixture
def entry(entry: MockConfigEntry) -> MockConfigEntry:
    """Return an entry with stays that leave out blocked days."""
    settings = {CONF_CALENDAR: CALENDAR, CONF_EXCLUDES: ["not available"]}
    return with_stays(entry, "Bookings", **settings)


class Stays:
    """The calendar, and the codes that follow from it."""

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        simulator: Simulator,
        calendar: BookingCalendar,
        entry: MockConfigEntry,
    ) -> None:
        """Initialize with what there was before."""
        self.hass = hass
        self.freezer = freezer
        self.simulator = simulator
        self.calendar = calendar
        self.entry = entry
        self.before = dict(simulator.state.access_codes)

    def book(self, uid: str, start: float = 2, end: float = 4, **fields: Any) -> None:
        """Add or change a booking."""
        self.calendar.book(uid, START + start * DAY, START + end * DAY, **fields)

    async def settle(self) -> None:
        """Let what has begun end."""
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def wait(self, minutes: float = 1) -> None:
        """Let what has begun end, and time pass."""
        await self.settle()
        await async_step(
            self.hass, self.freezer, self.simulator, timedelta(minutes=minutes)
        )

    async def restart(self) -> None:
        """Stop the integration and start it again."""
        await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.hass.async_block_till_done(wait_background_tasks=True)

    @property
    def codes(self) -> list[AccessCode]:
        """The new codes at Seam."""
        codes = self.simulator.state.access_codes
        return sorted(
            (code for key, code in codes.items() if key not in self.before),
            key=lambda code: str(code.starts_at),
        )

    @property
    def shown(self) -> list[tuple[str | None, datetime | None, datetime | None]]:
        """Names and times of the new codes."""
        return [(code.name, code.starts_at, code.ends_at) for code in self.codes]


@pytest.fixture
async def stays(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    calendar: BookingCalendar,
    coordinator: SeamCoordinator,
    entry: MockConfigEntry,
) -> Stays:
    """Return stays that have run once."""
    await hass.async_block_till_done(wait_background_tasks=True)
    return Stays(hass, freezer, simulator, calendar, entry)
