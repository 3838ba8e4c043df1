"""Tests of the blueprints with access codes that were made for stays."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from homeassistant.components.automation import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.const import SERVICE_TURN_OFF, Platform
from homeassistant.core import HomeAssistant, ServiceCall
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.seam.stays.settings import CONF_BACKUP
from simulator.seed import FRONT_DOOR
from tests.actions.support import FRONT
from tests.blueprints import (
    ODD_NAMES,
    add_automation,
    device_of,
    import_blueprints,
    messages,
)
from tests.pins import count_pins

from .conftest import Stays
from .test_arrivals import go_offline, set_up_with

HOUR = 1 / 24

pytestmark = pytest.mark.usefixtures("frozen_clock", "no_waits")

type Add = Callable[..., Awaitable[list[ServiceCall]]]


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the entities that the blueprints listen to."""
    return [Platform.CALENDAR, Platform.EVENT, Platform.LOCK]


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Put the blueprints into a folder of the test."""
    import_blueprints(hass_tmp_config_dir)
    return hass_tmp_config_dir


@pytest.fixture
async def add(stays: Stays) -> AsyncIterator[Add]:
    """Return a function that makes an automation, and returns its notifications."""

    async def run(name: str, **inputs: Any) -> list[ServiceCall]:
        return await add_automation(stays.hass, name, **inputs)

    yield run
    await stays.hass.services.async_call(
        AUTOMATION_DOMAIN, SERVICE_TURN_OFF, {"entity_id": "all"}, blocking=True
    )


async def wait(stays: Stays, hours: float) -> None:
    """Let hours pass in steps of a quarter of an hour."""
    for _ in range(int(hours * 4)):
        await stays.wait(15)


@pytest.fixture
async def sent(hass: HomeAssistant, stays: Stays, add: Add) -> list[ServiceCall]:
    """Send guests their PIN three hours before, and return the messages."""
    calls: list[ServiceCall] = async_mock_service(hass, "notify", "guest")
    await add(
        "message_to_guest",
        locks=[device_of(hass, FRONT)],
        before={"hours": 3},
        notification=[{"action": "notify.guest", "data": {"message": "{{ message }}"}}],
    )
    return calls


async def test_message_to_guest_follows_booking(
    stays: Stays, sent: list[ServiceCall]
) -> None:
    """It comes at the new time if the booking was moved, and not if cancelled."""
    for name in ("Ada", "Eve", "Mary"):
        stays.book(name, start=6 * HOUR, end=30 * HOUR)
    await wait(stays, 2)
    assert sent == []
    assert len(stays.codes) == 3
    stays.book("Ada", start=9 * HOUR, end=30 * HOUR)
    stays.calendar.cancel("Eve")
    await wait(stays, 1.5)
    pins = {code.name: code.code for code in stays.codes}
    assert pins.keys() == {"Ada", "Mary"}
    mary, ada = (
        (
            f"Hello {name}, your PIN for Front Door is {pins[name]}. "
            f"It works from 2026-11-20 {start} until 2026-11-21 07:30."
        )
        for name, start in (("Mary", "07:30"), ("Ada", "10:30"))
    )
    assert messages(sent) == [mary]
    await wait(stays, 2)
    assert messages(sent) == [mary]
    await wait(stays, 3)
    assert messages(sent) == [mary, ada]


async def test_message_about_moved_booking_has_the_new_time(
    stays: Stays, sent: list[ServiceCall]
) -> None:
    """A guest who was told the old time is told the new one."""
    stays.book("Ada", start=2 * HOUR, end=30 * HOUR)
    await stays.wait()
    stays.book("Ada", start=1 * HOUR, end=30 * HOUR)
    await wait(stays, 0.5)
    [code] = stays.codes
    assert [message.split(". ")[0] for message in messages(sent)] == (
        [f"Hello Ada, your PIN for Front Door is {code.code}"] * 2
    )
    assert "from 2026-11-20 03:30 until" in messages(sent)[0]
    assert "from 2026-11-20 02:30 until" in messages(sent)[1]


async def test_message_shows_odd_titles_of_bookings_as_they_are(
    stays: Stays, sent: list[ServiceCall]
) -> None:
    """Strangers write them."""
    for number, name in enumerate(ODD_NAMES):
        stays.book(str(number), start=1 * HOUR, end=2 * HOUR, summary=name)
    await wait(stays, 0.5)
    greetings = {message.split(", your PIN")[0] for message in messages(sent)}
    assert greetings == {f"Hello {name}" for name in ODD_NAMES}


@pytest.mark.parametrize("title", ["Ada", *ODD_NAMES])
async def test_guest_might_not_get_in(stays: Stays, add: Add, title: str) -> None:
    """The message says who, where, when, why, and what to do."""
    stays.simulator.state.devices[FRONT_DOOR].schedules_natively = False
    calls = await add("arrival_problem")
    stays.book("1", start=20 * HOUR, end=30 * HOUR, summary=title)
    await stays.wait()
    assert calls == []
    await go_offline(stays)
    await stays.wait()
    assert [call.data for call in calls] == [
        {
            "title": f"{title} might not get in",
            "message": (
                f"The stay of {title} starts at 2026-11-20 21:30. Their access code "
                "might not work on Front Door. The access code cannot be set on the "
                "lock at the moment. Check the lock's power supply, Wi-Fi connection, "
                "and hub. Codes that are already on the lock keep working."
            ),
        }
    ]


async def test_guest_might_not_get_in_without_code(stays: Stays, add: Add) -> None:
    """A code that cannot be created has no events that other blueprints could use."""
    device = stays.simulator.state.devices[FRONT_DOOR]
    device.properties["max_active_codes_supported"] = 1
    await stays.entry.runtime_data.async_reconcile()
    calls = await add("arrival_problem")
    stays.book("Ada", start=2 * HOUR)
    await stays.wait()
    [message] = messages(calls)
    assert "The lock has no room" in message


async def test_guest_needs_new_pin(stays: Stays, add: Add) -> None:
    """The message says where to find it."""
    device = stays.simulator.state.devices[FRONT_DOOR]
    device.schedules_natively = False
    device.backup_codes = 3
    device.properties["supports_backup_access_code_pool"] = True
    await set_up_with(stays, **{CONF_BACKUP: True})
    calls = await add("arrival_problem")
    await go_offline(stays)
    stays.book("Ada", start=HOUR)
    await stays.wait()
    for _ in range(4):
        await stays.wait(15)
    assert [call.data["title"] for call in calls] == [
        "Ada might not get in",
        "Ada needs a new PIN",
    ]
    assert messages(calls)[1] == (
        "The stay of Ada starts at 2026-11-20 02:30. A backup access code was activated "
        "on Front Door. Send its PIN to your guest. To show the PIN, open Access codes "
        "in the sidebar."
    )
    assert count_pins(str(messages(calls)), stays.simulator.state) == 0


@pytest.mark.parametrize("is_chosen", [True, False])
async def test_guests_of_some_stays(stays: Stays, add: Add, is_chosen: bool) -> None:
    """The automation can be limited to them."""
    stays.simulator.state.devices[FRONT_DOOR].schedules_natively = False
    device = device_of(stays.hass, "event.bookings_activity" if is_chosen else FRONT)
    calls = await add("arrival_problem", stays=[device])
    await go_offline(stays)
    stays.book("Ada", start=20 * HOUR, end=30 * HOUR)
    await stays.wait()
    assert len(calls) == is_chosen
