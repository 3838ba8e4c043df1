"""Tests of the problems of codes, of connections and of doors."""

from pathlib import Path
from typing import Any
from unittest.mock import patch

from homeassistant.components.automation import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.const import (
    EVENT_STATE_CHANGED,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_mock_service,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.makers import AUGUST
from simulator.seed import (
    APARTMENT_1,
    APARTMENT_2,
    CODE_APARTMENT_1_FAILED,
    CODE_CLEANER,
    CODE_HANDYMAN,
    CODE_OWNER,
    UNMANAGED_NEIGHBOUR,
)

from .conftest import Poll

README = (Path(__file__).resolve().parents[1] / "README.md").read_text()
PROBLEM = "binary_sensor.{}_access_code_problem"
WORKSPACE_PROBLEM = PROBLEM.format("harbour_street_rentals")
CONNECTIVITY = "binary_sensor.front_door_connectivity"

pytestmark = pytest.mark.usefixtures("frozen_clock")


def _state(hass: HomeAssistant, entity_id: str) -> str:
    state = hass.states.get(entity_id)
    assert state is not None
    return state.state


def _attributes(hass: HomeAssistant, entity_id: str) -> Any:
    state = hass.states.get(entity_id)
    assert state is not None
    return state.attributes


async def test_binary_sensors(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """All binary sensors of the rental are as they were."""
    entry.add_to_hass(hass)
    with patch("custom_components.seam.PLATFORMS", [Platform.BINARY_SENSOR]):
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


async def test_only_errors_of_a_code_itself_are_a_problem_of_codes(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Neither warnings nor the errors of lock and account count."""
    entity_id = PROBLEM.format("apartment_2")
    assert _state(hass, entity_id) == STATE_OFF
    simulator.control.device_error(APARTMENT_2, "device_offline")
    simulator.control.account_error(APARTMENT_2)
    simulator.control.code_warning("Cleaner", "schlage_detected_duplicate")
    await reconcile()
    assert _state(hass, entity_id) == STATE_OFF
    simulator.control.code_error("Cleaner", "provider_issue", device=APARTMENT_2)
    await reconcile()
    assert _state(hass, entity_id) == STATE_ON
    simulator.control.clear_code_problems("Cleaner", device=APARTMENT_2)
    await reconcile()
    assert _state(hass, entity_id) == STATE_OFF


async def test_an_unmanaged_code_can_have_a_problem(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Codes that Seam only found count, too."""
    entity_id = PROBLEM.format("front_door")
    simulator.control.clear_code_problems("Handyman")
    await reconcile()
    assert _state(hass, entity_id) == STATE_OFF
    simulator.control.code_error("Neighbour", "an_error_of_next_year")
    await reconcile()
    assert _state(hass, entity_id) == STATE_ON


async def test_a_lock_that_loses_its_connection_says_so(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Connectivity goes off and stays available, its door becomes unknown."""
    assert _state(hass, "binary_sensor.front_door_connectivity") == STATE_ON
    assert _state(hass, "binary_sensor.front_door_door") == STATE_OFF
    simulator.control.lock_offline("Front Door")
    await reconcile()
    assert _state(hass, "binary_sensor.front_door_connectivity") == STATE_OFF
    assert _state(hass, "binary_sensor.front_door_door") == STATE_UNKNOWN
    assert _state(hass, PROBLEM.format("front_door")) == STATE_ON
    simulator.control.lock_online("Front Door")
    simulator.control.move_door("Front Door", is_open=True)
    await reconcile()
    assert _state(hass, "binary_sensor.front_door_connectivity") == STATE_ON
    assert _state(hass, "binary_sensor.front_door_door") == STATE_ON


async def test_a_door_sensor_that_turns_up_later_gets_its_entity(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """What a lock tells only later is added then, once."""
    assert hass.states.get("binary_sensor.apartment_1_door") is None
    simulator.control.set_device(APARTMENT_1, door_open=True)
    await reconcile()
    assert _state(hass, "binary_sensor.apartment_1_door") == STATE_ON
    simulator.control.set_device(APARTMENT_1, door_open=False)
    await reconcile()
    assert _state(hass, "binary_sensor.apartment_1_door") == STATE_OFF


async def test_a_lock_without_codes_has_no_problem_of_codes(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Where there can be no codes, there is nothing that tells about them."""
    lock = simulator.control.add_lock("Shutter", AUGUST)
    for flag in (
        "can_program_online_access_codes",
        "can_unlock_with_code",
    ):
        del lock.flags[flag]
    lock.capabilities_supported.remove("access_code")
    await reconcile()
    assert _state(hass, "lock.shutter") != STATE_UNAVAILABLE
    assert hass.states.get(PROBLEM.format("shutter")) is None
    assert hass.states.get("sensor.shutter_managed_access_codes") is None


async def test_problems_are_not_known_while_the_codes_are_not(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    reconcile: Poll,
) -> None:
    """No news of the codes is not good news."""
    simulator.faults.add(
        "status", path="/access_codes", device_id=APARTMENT_1, status=400
    )
    await reconcile()
    assert coordinator.last_update_success
    assert _state(hass, PROBLEM.format("apartment_1")) == STATE_UNAVAILABLE
    assert _state(hass, "binary_sensor.apartment_1_connectivity") == STATE_ON
    simulator.faults.clear()
    simulator.control.code_error(CODE_CLEANER, "provider_issue")
    await reconcile()
    assert _state(hass, PROBLEM.format("apartment_1")) == STATE_ON


async def test_a_problem_says_which_codes_have_it(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Of both kinds, each with its own errors: what concerns the lock is elsewhere."""
    simulator.control.code_error(UNMANAGED_NEIGHBOUR, "provider_issue", "It is odd.")
    simulator.control.device_error("Front Door", "hub_disconnected")
    await reconcile()
    errors = _attributes(hass, PROBLEM.format("front_door"))["errors"]
    assert [error["access_code_id"] for error in errors] == [
        CODE_HANDYMAN,
        UNMANAGED_NEIGHBOUR,
    ]
    assert errors[1].pop("created_at")
    assert errors[1] == {
        "access_code_id": UNMANAGED_NEIGHBOUR,
        "name": "Neighbour",
        "error_code": "provider_issue",
        "message": "It is odd.",
        "advice": "Read Seam's message; it says what the maker reported.",
    }
    simulator.control.clear_code_problems(CODE_HANDYMAN)
    simulator.control.clear_code_problems(UNMANAGED_NEIGHBOUR)
    await reconcile()
    assert _attributes(hass, PROBLEM.format("front_door"))["errors"] == []


async def test_what_is_wrong_with_a_lock_stands_at_its_connectivity(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """Its errors and warnings and its account's, with advice and without any PIN."""
    pin = simulator.world.access_codes[CODE_OWNER].code
    assert _attributes(hass, CONNECTIVITY)["errors"] == []
    simulator.control.device_error("Front Door", "hub_disconnected", f"No hub, {pin}.")
    simulator.control.account_error("Front Door")
    simulator.control.device_warning("Front Door", "accessory_keypad_low_battery")
    simulator.control.device_warning("Front Door", "a_warning_of_next_year", str(pin))
    await poll()
    attributes = _attributes(hass, CONNECTIVITY)
    assert attributes["errors"][0].pop("created_at")
    assert attributes["errors"][0] == {
        "error_code": "hub_disconnected",
        "message": "No hub, ••••.",
        "advice": "Check the power, the Wi-Fi and the hub of the lock.",
    }
    assert attributes["errors"][1]["error_code"] == "account_disconnected"
    low, new = attributes["warnings"]
    assert low["warning_code"] == "accessory_keypad_low_battery"
    assert low["advice"] == "Change the batteries of the keypad."
    assert new["message"] == "••••"
    assert new["advice"].endswith("look at the lock in the maker's app.")
    # Lost connections must not hide why.
    simulator.control.lock_offline("Front Door")
    await poll()
    assert _state(hass, CONNECTIVITY) == STATE_OFF
    codes = [error["error_code"] for error in _attributes(hass, CONNECTIVITY)["errors"]]
    assert codes == ["hub_disconnected", "device_offline", "account_disconnected"]
    simulator.control.lock_online("Front Door")
    simulator.control.clear_device_problems("Front Door")
    simulator.control.clear_account_problems("Front Door")
    await poll()
    attributes = _attributes(hass, CONNECTIVITY)
    assert (attributes["errors"], attributes["warnings"]) == ([], [])


async def test_nothing_is_written_while_nothing_happens(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll, poll: Poll
) -> None:
    """Problems that stay are no news."""
    simulator.control.device_error("Front Door", "hub_disconnected")
    simulator.control.account_error("Front Door")
    await reconcile()
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    await poll()
    await reconcile()
    assert not changes


async def test_a_lock_that_does_not_tell_whether_it_is_online(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """It has no connectivity, until there is something wrong to be shown there."""
    entity_id = "binary_sensor.shutter_connectivity"
    simulator.control.add_lock("Shutter", AUGUST)
    simulator.control.set_device("Shutter", online=None)
    await reconcile()
    assert hass.states.get("lock.shutter") is not None
    assert hass.states.get(entity_id) is None
    simulator.control.device_warning("Shutter", "privacy_mode")
    await reconcile()
    assert _state(hass, entity_id) == STATE_UNKNOWN
    [warning] = _attributes(hass, entity_id)["warnings"]
    assert warning["warning_code"] == "privacy_mode"
    simulator.control.clear_device_problems("Shutter")
    await reconcile()
    assert _attributes(hass, entity_id)["warnings"] == []


async def test_trouble_of_an_account_is_told_once_at_the_workspace(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """With the locks that it concerns; it is not a problem of codes."""
    for code_id in (CODE_HANDYMAN, CODE_APARTMENT_1_FAILED):
        simulator.control.clear_code_problems(code_id)
    simulator.control.add_lock("Side Door", AUGUST)
    await reconcile()
    assert _state(hass, WORKSPACE_PROBLEM) == STATE_OFF
    assert _attributes(hass, WORKSPACE_PROBLEM)["account_errors"] == []
    simulator.control.account_error("Side Door")
    simulator.control.device_error("Side Door", "hub_disconnected")
    await reconcile()
    assert _state(hass, WORKSPACE_PROBLEM) == STATE_OFF
    [error] = _attributes(hass, WORKSPACE_PROBLEM)["account_errors"]
    assert error["error_code"] == "account_disconnected"
    assert error["advice"] == "Connect the maker's account to Seam again."
    world = simulator.world
    [side_door] = [
        one for one in world.devices.values() if one.display_name == "Side Door"
    ]
    assert error["locks"] == sorted(
        one.display_name
        for one in world.devices.values()
        if one.connected_account_id == side_door.connected_account_id
    )
    assert len(error["locks"]) > 1


async def test_the_workspace_says_which_locks_have_a_problem(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """And does not say that all is well while it does not know."""
    assert _state(hass, WORKSPACE_PROBLEM) == STATE_ON
    locks = ["Apartment 1", "Front Door"]
    assert _attributes(hass, WORKSPACE_PROBLEM)["locks"] == locks
    simulator.control.clear_code_problems(CODE_HANDYMAN)
    simulator.faults.add(
        "status", path="/access_codes", device_id=APARTMENT_1, status=400
    )
    await reconcile()
    assert _state(hass, PROBLEM.format("apartment_1")) == STATE_UNAVAILABLE
    assert _state(hass, WORKSPACE_PROBLEM) == STATE_UNKNOWN
    assert _attributes(hass, WORKSPACE_PROBLEM)["locks"] == []
    simulator.faults.clear()
    simulator.control.clear_code_problems(CODE_APARTMENT_1_FAILED)
    await reconcile()
    assert _state(hass, WORKSPACE_PROBLEM) == STATE_OFF


async def test_the_example_of_the_readme(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """Pasted, it tells once of each code that has a problem, and of nothing else."""
    [example] = [
        block.split("```")[0]
        for block in README.split("```yaml\n")[1:]
        if "_access_code_problem" in block.split("```")[0]
    ]
    simulator.control.clear_code_problems(CODE_HANDYMAN)
    await poll()
    told = async_mock_service(hass, "notify", "notify")
    assert await async_setup_component(
        hass, AUTOMATION_DOMAIN, {AUTOMATION_DOMAIN: [parse_yaml(example)]}
    )
    await hass.async_block_till_done()
    simulator.control.device_error("Front Door", "hub_disconnected", "No hub.")
    await poll()
    assert not told
    simulator.control.code_error(CODE_OWNER, "code_constraints_violated", "Too short.")
    simulator.control.code_error(UNMANAGED_NEIGHBOUR, "provider_issue", "It is odd.")
    await poll()
    simulator.faults.add("outage")
    await poll()
    simulator.faults.clear()
    await poll()
    [call] = told
    lines = map(str.strip, call.data["message"].splitlines())
    assert [line for line in lines if line] == [
        (
            "Owner: Too short. The lock does not accept this PIN or name. Change it: "
            "it is not tried again until you do."
        ),
        "Neighbour: It is odd. Read Seam's message; it says what the maker reported.",
    ]
