"""The action `get_lock_capabilities`."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest

from simulator import Simulator
from simulator.seed import APARTMENT_1, FRONT_DOOR
from tests.conftest import Poll

from .support import FLAT_1, FLAT_2, FRONT, GARDEN, KEYPAD, SHED, Actions

CAPABILITIES = "get_lock_capabilities"


@pytest.mark.platforms(Platform.SENSOR)
async def test_capabilities(
    hass: HomeAssistant, simulator: Simulator, actions: Actions
) -> None:
    """The capabilities are returned without a request."""
    before = len(simulator.requests)

    answer = await actions.answer(CAPABILITIES, FLAT_1)

    assert answer == {
        "can_remotely_lock": True,
        "can_remotely_unlock": True,
        "can_configure_auto_lock": None,
        "can_unlock_with_code": True,
        "can_program_online_access_codes": True,
        "can_program_offline_access_codes": None,
        "can_convert_access_codes": True,
        "has_backup_access_code_pool": True,
        "supported_code_lengths": [4, 5, 6, 7, 8],
        "code_constraints": [
            {"constraint_type": "name_length", "min_length": 1, "max_length": 14},
            {"constraint_type": "unique_first_four_digits"},
        ],
        # Cleaner, weekend guest, tenant and plumber, but not the guest who has left.
        "code_slots_used": 4,
        "code_slots_free": 26,
        "code_slots_max": 30,
    }
    assert len(simulator.requests) == before
    state = hass.states.get("sensor.apartment_1_free_code_slots")
    assert state is not None
    assert int(state.state) == 26


@pytest.mark.platforms(Platform.SENSOR)
@pytest.mark.parametrize("entity_id", [FRONT, FLAT_1, FLAT_2, GARDEN, KEYPAD])
async def test_capabilities_slots_match_sensor(
    hass: HomeAssistant, actions: Actions, entity_id: str
) -> None:
    """The sensor counts slots in the same way."""
    answer = await actions.answer(CAPABILITIES, entity_id)
    state = hass.states.get(f"sensor.{entity_id[5:]}_free_code_slots")
    assert state is not None
    assert int(state.state) == answer["code_slots_free"]
    assert answer["code_slots_max"] - answer["code_slots_used"] == int(state.state)


async def test_capabilities_flags(
    simulator: Simulator, actions: Actions, reconcile: Poll, gate: str
) -> None:
    """Flags distinguish no, currently not and unknown."""
    simulator.control.set_device(
        FRONT_DOOR, flags={"can_program_online_access_codes": False}
    )
    simulator.faults.add("status", path="/access_codes/list", device_id=APARTMENT_1)
    await reconcile()
    answers = await actions.answers(CAPABILITIES, [gate, FRONT, FLAT_1, FLAT_2, SHED])
    assert answers[FRONT]["can_program_online_access_codes"] is False
    assert answers[gate] == {
        **dict.fromkeys(answers[gate]),
        "can_remotely_lock": False,
        "can_remotely_unlock": True,
        "can_convert_access_codes": False,
        "supported_code_lengths": [],
        "code_constraints": [],
    }
    assert answers[FLAT_1]["code_slots_used"] is None
    assert answers[FLAT_1]["code_slots_free"] is None
    assert answers[FLAT_1]["code_slots_max"] == 30
    assert answers[FLAT_2]["can_convert_access_codes"] is False
    assert answers[SHED]["supported_code_lengths"] == [6]
