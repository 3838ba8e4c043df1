"""Names that contain PINs of other codes."""

from datetime import timedelta

from homeassistant.const import Platform
from homeassistant.util import dt as dt_util
import pytest

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
    await actions.fails(
        "unknown_code_similar", "delete_access_code", FLAT_1, name="Res 5555"
    )
    shown = await actions.answer("delete_access_code", FLAT_1, name="Res ••••")
    assert shown["outcome"] in ("deleted", "pending")


@pytest.mark.platforms(Platform.SENSOR)
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


@pytest.mark.platforms(Platform.SENSOR)
async def test_common_code_key_is_masked(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A key that is a PIN is not shown, but linked codes can be updated with it."""
    code = simulator.state.access_codes[CODE_OWNER]
    key = code.common_code_key = f"{code.code}"
    await reconcile()
    assert actions.listed(FRONT)[CODE_OWNER]["common_code_key"] == "••••"
    await actions.run(
        "update_access_code",
        FRONT,
        access_code_id=CODE_OWNER,
        linked=True,
        starts_at=dt_util.utcnow(),
        ends_at=dt_util.utcnow() + timedelta(days=1),
    )
    (request,) = actions.sent("/access_codes/update_multiple")
    assert request.body["common_code_key"] == key


@pytest.mark.platforms(Platform.SENSOR)
@pytest.mark.parametrize("spelt", [" 483920 ", "4839-20", "4 8 3 9 2 0"])
async def test_spelling_of_pin_does_not_matter(
    simulator: Simulator, actions: Actions, reconcile: Poll, spelt: str
) -> None:
    """A PIN in a name is masked, however Seam spells it in the code."""
    code = simulator.state.access_codes[CODE_OWNER]
    code.code, code.name = spelt, "Anna 483920"
    await reconcile()
    shown = actions.listed(FRONT)[CODE_OWNER]
    assert shown["name"] == "Anna ••••"


@pytest.mark.platforms(Platform.SENSOR)
async def test_code_that_is_no_pin_masks_nothing(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A code of one character does not mask other texts."""
    for code, text in zip(
        simulator.state.access_codes.values(), (" ", "_", "e", "12"), strict=False
    ):
        code.code = text
    await reconcile()
    state = actions.hass.states.get("sensor.front_door_managed_access_codes")
    assert state is not None
    assert "••••" not in str(state.attributes)


async def test_simulated_name_is_masked(actions: Actions) -> None:
    """The name of a simulated code is masked in the answer."""
    pin = actions.code(CODE_OWNER).code
    answer = await actions.answer(
        "simulate_unmanaged_access_code", FRONT, name=f"Like {pin}", code="481516"
    )
    assert answer["name"] == "Like ••••"
