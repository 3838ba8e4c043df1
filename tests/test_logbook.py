"""Tests of the activity log, read as the frontend reads it."""

from datetime import timedelta
import json
from typing import Any

from homeassistant.components.logbook import DOMAIN as LOGBOOK_DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.seam.activity import EVENT_ACTIVITY
from custom_components.seam.const import DOMAIN
from simulator import Simulator
from simulator.seed import CODE_CLEANER, FRONT_DOOR

from .conftest import Poll
from .documentation import examples, parsed


async def _read_all(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, **more: Any
) -> list[dict[str, Any]]:
    """Return all lines from the database."""
    await async_wait_recording_done(hass)
    client = await hass_ws_client()
    await client.send_json_auto_id(
        {
            "type": "logbook/get_events",
            "start_time": (dt_util.utcnow() - timedelta(hours=1)).isoformat(),
            **more,
        }
    )
    answer = await client.receive_json()
    assert answer["success"], answer
    lines: list[dict[str, Any]] = answer["result"]
    return lines


async def _read(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, **more: Any
) -> list[dict[str, Any]]:
    """Return our lines from the database."""
    lines = await _read_all(hass, hass_ws_client, **more)
    return [line for line in lines if line.get("domain") == DOMAIN]


@pytest.mark.usefixtures("recorder_mock")
async def test_lines_of_events(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    simulator: Simulator,
    poll: Poll,
) -> None:
    """They say who did what on which lock, in order, and hold no PIN."""
    assert await async_setup_component(hass, LOGBOOK_DOMAIN, {})
    await hass.async_block_till_done()
    front_door = simulator.state.devices[FRONT_DOOR]
    cleaner = simulator.state.access_codes[CODE_CLEANER]
    events = simulator.backend.events
    simulator.control.use_code(CODE_CLEANER)
    events.lock("unlocked", front_door, method="keycode", code=cleaner.code)
    events.lock("unlocked", front_door, method="keycode", code="908172")
    simulator.control.turn_lock("Apartment 1", locked=True, method="automatic")
    events.lock("unlocked", front_door, method="telepathy")
    simulator.control.deny_access("Front Door")
    events.lock("flew_away", front_door)
    simulator.control.code_error(CODE_CLEANER, "failed_to_set_on_device")
    await poll()
    lines = await _read(hass, hass_ws_client)
    assert [(line["name"], line["message"]) for line in lines] == [
        ("Front Door", "was unlocked with the code Cleaner"),
        ("Front Door", "was unlocked with the code Cleaner"),
        ("Front Door", "was unlocked with a code"),
        ("Apartment 1", "was locked automatically"),
        ("Front Door", "was unlocked"),
        ("Front Door", "denied access: unknown code"),
        ("Front Door", "Code Cleaner: Failed to set"),
    ]
    assert {line["entity_id"] for line in lines} == {
        "lock.front_door",
        "lock.apartment_1",
    }
    text = json.dumps(lines)
    assert "908172" not in text
    assert str(cleaner.code) not in text
    # The dialog of the lock requests only its lines.
    lines = await _read(hass, hass_ws_client, entity_ids=["lock.apartment_1"])
    assert [line["message"] for line in lines] == ["was locked automatically"]


@pytest.mark.usefixtures("recorder_mock")
async def test_one_line_for_each_event(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    simulator: Simulator,
    poll: Poll,
) -> None:
    """With the documented configuration, each event has one line, at its own time."""
    [config] = examples("events", "logbook:\n")
    assert await async_setup_component(hass, LOGBOOK_DOMAIN, parsed(config))
    await hass.async_block_till_done()
    cleaner = simulator.state.access_codes[CODE_CLEANER]
    before = dt_util.utcnow() - timedelta(minutes=30)
    simulator.backend.events.lock(
        "unlocked",
        simulator.state.devices[FRONT_DOOR],
        access_code_id=CODE_CLEANER,
        occurred_at=before.isoformat(),
    )
    simulator.backend.events.code("set_on_device", cleaner)
    await poll()
    lines = await _read_all(hass, hass_ws_client)
    unlocked, was_set = [line for line in lines if line.get("domain") == DOMAIN]
    assert unlocked["message"] == "was unlocked with the code Cleaner"
    assert abs(unlocked["when"] - before.timestamp()) < 1
    assert was_set["message"] == "Code Cleaner: Set on the lock"
    assert not [line for line in lines if line["entity_id"].startswith("event.")]


@pytest.mark.usefixtures("recorder_mock")
async def test_lines_without_entities(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    entity_registry: er.EntityRegistry,
    simulator: Simulator,
    entry: MockConfigEntry,
    poll: Poll,
) -> None:
    """Lines are shown even if the event entity is disabled or the lock removed."""
    assert await async_setup_component(hass, LOGBOOK_DOMAIN, {})
    entity_registry.async_update_entity(
        "event.front_door_lock_activity",
        disabled_by=er.RegistryEntryDisabler.USER,
    )
    entity_registry.async_remove("lock.front_door")
    await hass.async_block_till_done()
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    [line] = await _read(hass, hass_ws_client)
    assert line["message"] == "was unlocked with the code Cleaner"
    assert "entity_id" not in line


@pytest.mark.usefixtures("recorder_mock")
async def test_long_names_are_stored(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    simulator: Simulator,
    poll: Poll,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither the line nor the event gets too long for the database."""
    assert await async_setup_component(hass, LOGBOOK_DOMAIN, {})
    await hass.async_block_till_done()
    simulator.state.access_codes[CODE_CLEANER].name = "x" * 60_000
    front_door = simulator.state.devices[FRONT_DOOR]
    front_door.properties["name"] = front_door.display_name = "y" * 60_000
    await reconcile()
    simulator.control.use_code(CODE_CLEANER)
    simulator.backend.events.lock(
        "access_denied", front_door, reason={"message": "z" * 60_000}
    )
    await poll()
    used, denied = await _read(hass, hass_ws_client)
    assert used["message"] == f"was unlocked with the code {'x' * 254}…"
    assert denied["message"] == f"denied access: {'z' * 999}…"
    assert "maximum size" not in caplog.text


@pytest.mark.usefixtures("recorder_mock")
async def test_line_without_data(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    poll: Poll,
) -> None:
    """It is shown with default texts."""
    assert await async_setup_component(hass, LOGBOOK_DOMAIN, {})
    await hass.async_block_till_done()
    hass.bus.async_fire(EVENT_ACTIVITY, {"name": "x" * 60_000, "message": "odd"})
    hass.bus.async_fire(EVENT_ACTIVITY, {"name": "Front Door", "message": "is well"})
    lines = await _read(hass, hass_ws_client)
    assert [(line["name"], line["message"]) for line in lines] == [
        ("Seam", "reported an event"),
        ("Front Door", "is well"),
    ]
