"""Tests of the problems of codes, of connections and of doors."""

from collections.abc import AsyncIterator
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import (
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.makers import AUGUST
from simulator.seed import APARTMENT_1, APARTMENT_2, CODE_CLEANER

from .conftest import Poll
from .still import START, still_simulator

PROBLEM = "binary_sensor.{}_access_code_problem"


@pytest.fixture
async def simulator(freezer: FrozenDateTimeFactory) -> AsyncIterator[Simulator]:
    """Return the small rental, in which time stands still."""
    freezer.move_to(START)
    async with still_simulator() as running:
        yield running


def _state(hass: HomeAssistant, entity_id: str) -> str:
    state = hass.states.get(entity_id)
    assert state is not None
    return state.state


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
