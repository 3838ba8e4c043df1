"""Codes whose names hold numbers that are PINs elsewhere: shown masked, never mixed up."""

from simulator import Simulator
from simulator.seed import CODE_OWNER, FRONT_DOOR
from tests.conftest import Poll

from .support import FLAT_1, FRONT, Actions

BOOKINGS = ("4815", "9073")


async def _with_pins_elsewhere(simulator: Simulator, reconcile: Poll) -> None:
    for pin in (*BOOKINGS, "5555"):
        simulator.control.add_unmanaged_code("Bike Room Keypad", f"Slot {pin[0]}", pin)
    await reconcile()


async def test_bookings_are_told_apart(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Two guests whose names look alike when masked keep their own codes."""
    await _with_pins_elsewhere(simulator, reconcile)
    made = {
        number: await actions.answer("ensure_access_code", FLAT_1, name=f"Res {number}")
        for number in BOOKINGS
    }
    assert [answer["outcome"] for answer in made.values()] == ["created", "created"]
    for number, first in made.items():
        again = await actions.answer("ensure_access_code", FLAT_1, name=f"Res {number}")
        assert again["outcome"] == "unchanged"
        assert again["access_code_id"] == first["access_code_id"]
        # It is shown without what might be somebody's PIN.
        assert number not in str(again["name"])
    gone = await actions.answer("delete_access_code", FLAT_1, name="Res 9073")
    assert gone["access_code_id"] == made["9073"]["access_code_id"]


async def test_a_name_that_never_was_picks_nothing(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """That another name looks the same when masked does not make it meant."""
    await _with_pins_elsewhere(simulator, reconcile)
    await actions.answer("ensure_access_code", FLAT_1, name="Res 4815")
    await actions.fails("unknown_code", "delete_access_code", FLAT_1, name="Res 5555")
    shown = await actions.answer("delete_access_code", FLAT_1, name="Res ••••")
    assert shown["outcome"] in ("deleted", "pending")


async def test_a_pin_set_in_the_makers_app_is_masked_where_seam_quotes_it(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Seam tells what was changed elsewhere, from which PIN to which."""
    simulator.control.code_error(
        CODE_OWNER,
        "conflicting_external_modification",
        "Changed from 061947 to 777123",
        fields={
            "change_type": "modified",
            "modified_fields": [{"field": "code", "from": "061947", "to": "777123"}],
        },
    )
    await reconcile()
    state = actions.hass.states.get("sensor.front_door_managed_access_codes")
    assert state is not None
    assert "Changed from •••• to ••••" in str(state.attributes)
    assert "777123" not in str(state.attributes)
    assert simulator.state.access_codes[CODE_OWNER].device_id == FRONT_DOOR


async def test_a_simulated_code_whose_name_holds_a_pin(actions: Actions) -> None:
    """An answer without PINs has none in a name either."""
    pin = actions.code(CODE_OWNER).code
    answer = await actions.answer(
        "simulate_unmanaged_access_code", FRONT, name=f"Like {pin}", code="481516"
    )
    assert answer["name"] == "Like ••••"
