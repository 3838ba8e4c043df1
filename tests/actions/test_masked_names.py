"""Names that contain PINs of other codes."""

from simulator import Simulator
from simulator.seed import CODE_OWNER, FRONT_DOOR
from tests.conftest import Poll

from .support import FLAT_1, FRONT, Actions

BOOKINGS = ("4815", "9073")


async def _with_pins_elsewhere(simulator: Simulator, reconcile: Poll) -> None:
    for pin in (*BOOKINGS, "5555"):
        simulator.control.add_unmanaged_code("Bike Room Keypad", f"Slot {pin[0]}", pin)
    await reconcile()


async def test_masked_names_are_distinguished(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Codes are distinguished although their masked names are equal."""
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
        # The number may be a PIN, so it is masked.
        assert number not in str(again["name"])
    gone = await actions.answer("delete_access_code", FLAT_1, name="Res 9073")
    assert gone["access_code_id"] == made["9073"]["access_code_id"]


async def test_masked_names_match_exactly(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A name does not match another one that looks equal when masked."""
    await _with_pins_elsewhere(simulator, reconcile)
    await actions.answer("ensure_access_code", FLAT_1, name="Res 4815")
    await actions.fails("unknown_code", "delete_access_code", FLAT_1, name="Res 5555")
    shown = await actions.answer("delete_access_code", FLAT_1, name="Res ••••")
    assert shown["outcome"] in ("deleted", "pending")


async def test_externally_changed_pin_is_masked(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """PINs in Seam's error of an external change are masked."""
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


async def test_simulated_name_is_masked(actions: Actions) -> None:
    """The name of a simulated code is masked in the answer."""
    pin = actions.code(CODE_OWNER).code
    answer = await actions.answer(
        "simulate_unmanaged_access_code", FRONT, name=f"Like {pin}", code="481516"
    )
    assert answer["name"] == "Like ••••"
