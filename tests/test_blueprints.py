"""Tests of the blueprints, as automations."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial
import logging
from pathlib import Path
from typing import Final
from urllib.parse import quote

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.components.blueprint import DOMAIN as BLUEPRINT_DOMAIN
from homeassistant.components.recorder import Recorder
from homeassistant.const import SERVICE_TURN_OFF, Platform
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
    async_mock_service,
)
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.test_util.aiohttp import AiohttpClientMocker
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.seam.api import AccessCode
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import (
    APARTMENT_1,
    CODE_APARTMENT_1_CLEANER,
    CODE_APARTMENT_1_GUEST,
    CODE_CLEANER,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
)

from .blueprints import (
    BLUEPRINTS,
    ODD_NAMES,
    add_automation,
    device_of,
    import_blueprints,
    imported_blueprint,
    messages,
)
from .clock import START, async_step
from .conftest import Poll
from .documentation import PAGES, ROOT, examples, parsed
from .pins import count_pins, recorded_texts

SOURCE: Final = "https://github.com/ha-seam/ha-seam/blob/main/"
IMPORT: Final = "https://my.home-assistant.io/redirect/blueprint_import/?blueprint_url="
RAW: Final = "https://raw.githubusercontent.com/ha-seam/ha-seam/main/"

[RECORDER_CONFIG] = (
    parsed(example)["recorder"] for example in examples("blueprints", "recorder:")
)

FRONT: Final = "lock.front_door"
FLAT: Final = "lock.apartment_1"

pytestmark = pytest.mark.usefixtures("frozen_clock")

type Add = Callable[..., Awaitable[list[ServiceCall]]]
type Book = Callable[[str, float, float], Awaitable[AccessCode]]
type Wait = Callable[[int], Awaitable[None]]


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the entities that the blueprints listen to."""
    return [Platform.CALENDAR, Platform.EVENT, Platform.LOCK, Platform.SENSOR]


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Put the blueprints into a folder of the test."""
    import_blueprints(hass_tmp_config_dir)
    return hass_tmp_config_dir


@pytest.fixture
async def add(hass: HomeAssistant, coordinator: SeamCoordinator) -> AsyncIterator[Add]:
    """Return a function that makes an automation, and returns its notifications."""
    yield partial(add_automation, hass)
    await hass.services.async_call(
        AUTOMATION_DOMAIN, SERVICE_TURN_OFF, {"entity_id": "all"}, blocking=True
    )


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
async def test_blueprint_can_be_imported(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    aioclient_mock: AiohttpClientMocker,
    path: Path,
) -> None:
    """Home Assistant saves what the other tests run, and inputs say what they are for."""
    name = path.relative_to(ROOT).as_posix()
    aioclient_mock.get(RAW + name, text=BLUEPRINTS[path])
    assert await async_setup_component(hass, AUTOMATION_DOMAIN, {})
    assert await async_setup_component(hass, BLUEPRINT_DOMAIN, {})
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "blueprint/import", "url": SOURCE + name})
    answer = (await client.receive_json())["result"]
    assert answer["validation_errors"] is None
    assert answer["suggested_filename"] == f"ha-seam/{path.stem}"
    metadata = answer["blueprint"]["metadata"]
    assert metadata["source_url"] == SOURCE + name
    assert metadata["homeassistant"] == {"min_version": "2026.10.0"}
    for text in (metadata, *metadata["input"].values()):
        assert text["name"]
        assert text["description"]
    before = imported_blueprint(hass, path)
    message = {"type": "blueprint/save", "domain": AUTOMATION_DOMAIN}
    message |= {"path": answer["suggested_filename"], "yaml": answer["raw_data"]}
    await client.send_json_auto_id(message | {"allow_override": True})
    assert (await client.receive_json())["result"] == {"overrides_existing": True}
    assert imported_blueprint(hass, path) == before


@pytest.mark.parametrize("path", BLUEPRINTS, ids=lambda path: path.stem)
def test_page_links_to_blueprint(path: Path) -> None:
    """It has a link that imports it, and a section with its name."""
    source = quote(SOURCE + path.relative_to(ROOT).as_posix(), safe="")
    page = PAGES["blueprints"]
    assert f"{IMPORT}{source})" in page
    blueprint = parsed(BLUEPRINTS[path])
    assert f"\n## {blueprint['blueprint']['name']}\n" in page


async def test_code_used(simulator: Simulator, add: Add, poll: Poll) -> None:
    """Unlocking with a code notifies, and nothing else does."""
    calls = await add("code_used")
    front = simulator.state.devices[FRONT_DOOR]
    simulator.control.use_code(CODE_CLEANER)
    simulator.backend.events.lock("locked", front, access_code_id=CODE_CLEANER)
    simulator.control.turn_lock("Front Door", locked=False)
    await poll()
    assert [call.data for call in calls] == [
        {
            "title": "Front Door was unlocked",
            "message": "Front Door was unlocked with the code Cleaner at 01:30.",
        }
    ]


async def test_code_used_on_chosen_lock_by_chosen_name(
    simulator: Simulator, add: Add, poll: Poll
) -> None:
    """Other locks and names do not notify."""
    calls = await add("code_used", locks={"entity_id": FRONT}, names=["cleaner"])
    for code in (CODE_APARTMENT_1_CLEANER, CODE_OWNER, CODE_CLEANER):
        simulator.control.use_code(code)
    await poll()
    assert messages(calls) == [
        "Front Door was unlocked with the code Cleaner at 01:30."
    ]


@pytest.mark.parametrize(
    ("after", "before", "notifies"),
    [
        ("00:00:00", "00:00:00", True),
        ("01:30:00", "01:31:00", True),
        ("01:00:00", "01:30:00", False),
        ("22:00:00", "06:00:00", True),
        ("22:00:00", "01:30:00", False),
        ("02:00:00", "00:00:00", False),
    ],
)
async def test_code_used_in_chosen_hours(
    simulator: Simulator,
    add: Add,
    poll: Poll,
    after: str,
    before: str,
    notifies: bool,
) -> None:
    """The hours may pass midnight."""
    calls = await add("code_used", after=after, before=before)
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    assert bool(calls) is notifies


@pytest.mark.parametrize("name", ["code_problem", "code_used", "unmanaged_code"])
async def test_odd_names(
    hass: HomeAssistant,
    simulator: Simulator,
    add: Add,
    poll: Poll,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
    name: str,
) -> None:
    """Names are shown as they are."""
    calls = await add(name)
    simulator.control.clear_code_problems(CODE_OWNER)
    for odd in ODD_NAMES:
        simulator.state.access_codes[CODE_OWNER].name = odd
        await reconcile()
        simulator.control.code_error(CODE_OWNER, "failed_to_set_on_device", "Full.")
        simulator.control.use_code(CODE_OWNER)
        simulator.control.add_unmanaged_code("Front Door", odd, None)
        await poll()
    assert len(calls) == len(ODD_NAMES)
    for odd, message in zip(ODD_NAMES, messages(calls), strict=True):
        assert f" {odd}" in message
    assert "ERROR" not in caplog.text


async def test_code_problem(simulator: Simulator, add: Add, poll: Poll) -> None:
    """The message has the error and the advice."""
    calls = await add("code_problem")
    simulator.control.code_error(CODE_OWNER, "failed_to_set_on_device", "Full.")
    await poll()
    [call] = calls
    assert call.data["title"] == "Access code problem on Front Door"
    start = "Code Owner: Failed to set. Full. The code is on the lock, but"
    assert call.data["message"].startswith(start)


async def test_code_problem_without_error(
    simulator: Simulator, add: Add, poll: Poll
) -> None:
    """The message says at least what has failed."""
    calls = await add("code_problem", names=["Cleaner"])
    simulator.control.code_error(CODE_OWNER, "failed_to_set_on_device", "Full.")
    simulator.backend.events.code(
        "failed_to_update", simulator.state.access_codes[CODE_CLEANER]
    )
    await poll()
    assert messages(calls) == ["Code Cleaner: Failed to update."]


async def test_unmanaged_code(simulator: Simulator, add: Add, poll: Poll) -> None:
    """Only new codes that Seam does not manage notify."""
    calls = await add("unmanaged_code", locks={"entity_id": FRONT})
    simulator.control.use_code(UNMANAGED_NEIGHBOUR)
    simulator.control.add_unmanaged_code("Apartment 1", "Tenant", "8629")
    simulator.control.add_unmanaged_code("Front Door", None, "862913")
    await poll()
    assert [call.data for call in calls] == [
        {
            "title": "Unmanaged access code on Front Door",
            "message": (
                "Seam does not manage the code without a name on Front Door. To "
                "convert or delete it, open Access codes in the sidebar."
            ),
        }
    ]


async def test_own_notification(
    hass: HomeAssistant, simulator: Simulator, add: Add, poll: Poll
) -> None:
    """Any action can notify."""
    sent = async_mock_service(hass, "notify", "phone")
    await add(
        "code_used",
        notification=[{"action": "notify.phone", "data": {"message": "{{ message }}"}}],
    )
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    assert messages(sent) == ["Front Door was unlocked with the code Cleaner at 01:30."]


@pytest.fixture
def front(hass: HomeAssistant, coordinator: SeamCoordinator) -> str:
    """Return the ID of the front door's device."""
    return device_of(hass, FRONT)


@pytest.fixture
def pass_time(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> Wait:
    """Return a function that lets minutes pass while automations wait, and polls."""

    async def run(minutes: int) -> None:
        step = timedelta(minutes=minutes)
        simulator.clock.advance(step.total_seconds())
        freezer.tick(step)
        async_fire_time_changed(hass)
        await coordinator.async_refresh()
        for _ in range(100):
            await asyncio.sleep(0)

    return run


async def test_cleaner_locks_door(
    simulator: Simulator, add: Add, front: str, pass_time: Wait
) -> None:
    """Locking by hand ends a visit, and the next use starts another one."""
    calls = await add("cleaner", locks=[front])
    control = simulator.control
    control.use_code(CODE_OWNER)
    control.use_code(CODE_APARTMENT_1_CLEANER)
    await pass_time(0)
    assert calls == []
    control.use_code(CODE_CLEANER)
    control.turn_lock("Front Door", locked=True, method="automatic")
    await pass_time(60)
    assert [call.data for call in calls] == [
        {
            "title": "Arrival at Front Door",
            "message": "Front Door was unlocked with the code Cleaner at 01:30.",
        }
    ]
    control.use_code(CODE_CLEANER)
    control.turn_lock("Front Door", locked=True, method="automatic")
    await pass_time(70)
    assert len(calls) == 1
    control.turn_lock("Front Door", locked=False)
    control.turn_lock("Front Door", locked=True)
    await pass_time(1)
    assert calls[1].data == {
        "title": "Visit ended at Front Door",
        "message": "Cleaner's visit to Front Door ended at 03:40 after 2 h 10 min.",
    }
    control.use_code(CODE_CLEANER)
    await pass_time(1)
    assert messages(calls[2:]) == [
        "Front Door was unlocked with the code Cleaner at 03:41."
    ]


async def test_cleaner_locks_with_code(
    simulator: Simulator, add: Add, front: str, pass_time: Wait
) -> None:
    """It counts as leaving, even if it arrives together with the arrival."""
    calls = await add("cleaner", locks=[front])
    device = simulator.state.devices[FRONT_DOOR]
    simulator.control.use_code(CODE_CLEANER)
    simulator.clock.advance(600)
    simulator.backend.events.lock(
        "locked", device, access_code_id=CODE_CLEANER, method="keycode"
    )
    await pass_time(1)
    assert messages(calls) == [
        "Front Door was unlocked with the code Cleaner at 01:30.",
        "Cleaner's visit to Front Door ended at 01:40 after 0 h 10 min.",
    ]


async def test_cleaner_does_not_use_lock(
    simulator: Simulator, add: Add, front: str, pass_time: Wait
) -> None:
    """The visit ended with the last use."""
    calls = await add(
        "cleaner", locks=[front], locking_ends_visit=False, quiet_time={"hours": 1}
    )
    simulator.control.use_code(CODE_CLEANER)
    await pass_time(45)
    simulator.control.turn_lock("Front Door", locked=True)
    await pass_time(1)
    await pass_time(58)
    assert len(calls) == 1
    await pass_time(3)
    assert messages(calls[1:]) == [
        "Cleaner's visit to Front Door ended at 02:15 after 0 h 45 min."
    ]


async def test_cleaner_uses_lock_once(
    simulator: Simulator, add: Add, front: str, pass_time: Wait
) -> None:
    """Nobody knows how long the visit was."""
    calls = await add("cleaner", locks=[front], quiet_time={"hours": 1})
    simulator.control.use_code(CODE_CLEANER)
    await pass_time(63)
    assert messages(calls[1:]) == [
        (
            "Cleaner's visit to Front Door might have ended. "
            "Nobody has used the lock since 01:30."
        )
    ]


@pytest.fixture
async def sent(
    hass: HomeAssistant,
    add: Add,
    front: str,
) -> list[ServiceCall]:
    """Send guests their PIN a day before, and return the messages."""
    calls: list[ServiceCall] = async_mock_service(hass, "notify", "guest")
    action = {"action": "notify.guest", "data": {"message": "{{ message }}"}}
    await add(
        "message_to_guest", locks=[front, device_of(hass, FLAT)], notification=[action]
    )
    return calls


@pytest.fixture
def wait(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, simulator: Simulator
) -> Wait:
    """Return a function that lets minutes pass in steps of a quarter of an hour."""

    async def run(minutes: int) -> None:
        for _ in range(0, minutes, 15):
            step = timedelta(minutes=min(15, minutes))
            await async_step(hass, freezer, simulator, step)

    return run


@pytest.fixture
def book(coordinator: SeamCoordinator) -> Book:
    """Return a function that creates a code for some hours after the start."""

    async def run(name: str, starts_in: float, ends_in: float) -> AccessCode:
        code, _ = await coordinator.client.create_access_code(
            APARTMENT_1,
            name=name,
            starts_at=START + timedelta(hours=starts_in),
            ends_at=START + timedelta(hours=ends_in),
        )
        return code

    return run


async def test_message_to_guest(
    sent: list[ServiceCall], simulator: Simulator, wait: Wait
) -> None:
    """Each guest gets one message a day before."""
    simulator.state.access_codes[CODE_APARTMENT_1_GUEST].code = "048213"
    await wait(23 * 60 + 15)
    assert sent == []
    await wait(30)
    message = (
        "Hello Weekend guest, your PIN for Apartment 1 is 048213. "
        "It works from 2026-11-22 01:00 until 2026-11-25 01:00."
    )
    assert messages(sent) == [message]
    await wait(2 * 60)
    assert messages(sent) == [message]


@pytest.mark.parametrize("hours", [-1, 23, 24.1, 24.5, 24.6, 25])
async def test_message_about_late_booking(
    book: Book,
    sent: list[ServiceCall],
    wait: Wait,
    hours: float,
) -> None:
    """The guest gets it once, however late the code is created."""
    await wait(5)
    code = await book("{{ 1 }}", hours, 50)
    await wait(15)
    assert len(sent) == (hours < 24.6)
    await wait(2 * 60)
    [message] = messages(sent)
    assert f"Hello {{{{ 1 }}}}, your PIN for Apartment 1 is {code.code}." in message


async def test_no_message_about_ongoing_code(
    coordinator: SeamCoordinator, sent: list[ServiceCall], wait: Wait
) -> None:
    """Only codes with a start and an end are for guests."""
    await coordinator.client.create_access_code(APARTMENT_1, name="Baker")
    await wait(60)
    assert sent == []


async def test_message_after_change(
    coordinator: SeamCoordinator, book: Book, sent: list[ServiceCall], wait: Wait
) -> None:
    """A guest who comes earlier gets a message, and one who does not come gets none."""
    client = coordinator.client
    earlier, gone = await book("Early", 30, 40), await book("Gone", 30, 40)
    await wait(60)
    assert sent == []
    await client.delete_access_code(gone.access_code_id)
    await client.update_access_code(
        earlier.access_code_id,
        starts_at=START + timedelta(hours=10),
        ends_at=START + timedelta(hours=40),
    )
    await wait(60)
    assert len(sent) == 1
    assert "Hello Early, " in messages(sent)[0]
    await wait(8 * 60)
    assert len(sent) == 1


async def test_message_after_seam_was_down_at_start(
    hass: HomeAssistant,
    coordinator: SeamCoordinator,
    book: Book,
    sent: list[ServiceCall],
    wait: Wait,
) -> None:
    """The calendars may come later than the automation."""
    await book("Guest", 25, 30)
    entry_id = coordinator.config_entry.entry_id
    await hass.config_entries.async_unload(entry_id)
    await hass.services.async_call(AUTOMATION_DOMAIN, "turn_off", {"entity_id": "all"})
    await hass.services.async_call(AUTOMATION_DOMAIN, "turn_on", {"entity_id": "all"})
    await hass.async_block_till_done()
    await hass.config_entries.async_setup(entry_id)
    await hass.async_block_till_done()
    await wait(2 * 60)
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("recorder_config", "recorded"), [(None, 1), (RECORDER_CONFIG, 0)]
)
async def test_message_leaves_no_pin(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    simulator: Simulator,
    sent: list[ServiceCall],
    book: Book,
    poll: Poll,
    caplog: pytest.LogCaptureFixture,
    recorded: int,
) -> None:
    """It is in no state, log and trace, and not in the database if set up as we say."""
    # They quote what is recorded.
    caplog.set_level(logging.WARNING, "homeassistant.components.recorder")
    caplog.set_level(logging.WARNING, "sqlalchemy")
    await book("Late", 0, 1)
    await poll()
    assert count_pins(str(messages(sent)), simulator.state) == 1
    shown = [(state.state, state.attributes) for state in hass.states.async_all()]
    assert count_pins(str(shown), simulator.state) == 0
    assert count_pins(caplog.text, simulator.state) == 0
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "trace/list", "domain": "automation"})
    assert (await client.receive_json())["result"] == []
    await async_wait_recording_done(hass)
    stored = await hass.async_add_executor_job(recorded_texts, hass)
    assert "Apartment 1" in stored
    assert count_pins(stored, simulator.state) == recorded


async def test_other_blueprints_have_traces(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    simulator: Simulator,
    add: Add,
    poll: Poll,
) -> None:
    """They help to find out why a notification was sent."""
    await add("code_used")
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "trace/list", "domain": "automation"})
    [trace] = (await client.receive_json())["result"]
    assert trace["script_execution"] == "finished"
