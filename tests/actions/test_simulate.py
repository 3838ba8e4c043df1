"""The action `simulate_unmanaged_access_code`."""

from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Simulator
from simulator.seed import CODE_CLEANER, FRONT_DOOR

from .support import FLAT_2, FRONT, KEYPAD, Actions, texts

SIMULATE = "simulate_unmanaged_access_code"
SIMULATE_PATH = "/access_codes/simulate/create_unmanaged_access_code"


async def test_simulate_refused_by_seam(simulator: Simulator, actions: Actions) -> None:
    """Seam refuses a workspace that is no longer a sandbox."""
    simulator.control.set_sandbox(is_sandbox=False)
    before = actions.world
    message = await actions.fails(
        "refused", SIMULATE, FRONT, name="Found", code="481516"
    )
    assert "sandbox" in message
    assert actions.world == before


@pytest.mark.platforms(Platform.SENSOR)
async def test_simulate(simulator: Simulator, actions: Actions) -> None:
    """The code is listed as unmanaged, and the answer repeats its PIN."""
    answer = await actions.answer(SIMULATE, FRONT, name="Found", code="0042")

    (made,) = [c for c in simulator.state.codes_of(FRONT_DOOR) if c.name == "Found"]
    assert answer == {
        "access_code_id": made.access_code_id,
        "name": "Found",
        "code": "0042",
    }
    assert not made.is_managed
    assert made.code == "0042"
    assert made.access_code_id in actions.listed(FRONT, "unmanaged")
    converted = await actions.answer("convert_access_code", FRONT, name="Found")
    assert converted["access_codes"][0]["outcome"] == "converted"


@pytest.mark.platforms(Platform.SENSOR)
async def test_simulate_on_several_locks(
    simulator: Simulator, actions: Actions
) -> None:
    """Each lock gets a code or an error."""
    answers = await actions.answers(
        SIMULATE, [FRONT, KEYPAD, FLAT_2], name="Found", code="481516"
    )
    for entity_id in (FRONT, KEYPAD):
        code_id = answers[entity_id]["access_code_id"]
        assert code_id in actions.listed(entity_id, "unmanaged")
    assert answers[FLAT_2]["error_key"] == "refused"


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("code_not_digits", {"code": "481"}),
        ("code_not_digits", {"code": ""}),
        ("code_not_digits", {"code": None}),
        ("simulated_code_length", {"code": "481516234"}),
        ("name_contains_code", {"name": "Found 4815", "code": "4815"}),
        ("name_contains_code", {"name": "Found 4-8-1-5", "code": "4815"}),
    ],
)
async def test_simulate_refuses_invalid_input(
    actions: Actions, gate: str, key: str, data: dict[str, Any]
) -> None:
    """A simulated PIN has 4 to 8 digits."""
    await actions.refused(key, SIMULATE, FRONT, **{"name": "Found", **data})
    await actions.refused("no_access_codes", SIMULATE, gate, name="A", code="4815")
    for missing in ("name", "code"):
        fields = {"name": "Found", "code": "481516"}
        del fields[missing]
        with pytest.raises(ServiceValidationError, match=missing) as caught:
            await actions.answers(SIMULATE, FRONT, **fields)
        assert not any("481516" in text for text in texts(caught.value))
    assert not actions.writes


@pytest.mark.platforms(Platform.SENSOR)
async def test_simulate_refuses_production_workspace(
    hass: HomeAssistant,
    simulator: Simulator,
    actions: Actions,
    entry: MockConfigEntry,
) -> None:
    """Only sandbox workspaces can simulate codes."""
    simulator.control.set_sandbox(is_sandbox=False)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    message = await actions.refused(
        "only_sandbox", SIMULATE, FRONT, name="Found", code="481516"
    )
    assert "Harbour Street Rentals" in message
    await actions.refused(
        "only_sandbox", SIMULATE, [FRONT, KEYPAD], name="Found", code="481516"
    )
    assert not actions.sent(SIMULATE_PATH)
    assert CODE_CLEANER in actions.listed(FRONT)
