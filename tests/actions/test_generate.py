"""The action `generate_code`."""

from simulator import Simulator
from simulator.seed import FRONT_DOOR
from tests.conftest import Poll

from .support import FLAT_1, FRONT, SHED, Actions

GENERATE = "generate_code"
GENERATE_PATH = "/access_codes/generate_code"


async def test_generate(simulator: Simulator, actions: Actions) -> None:
    """The lock accepts the PIN, and no code is created."""
    before = set(simulator.state.access_codes)
    answer = await actions.answer(GENERATE, SHED)
    assert set(answer) == {"code"}
    assert len(answer["code"]) == 6
    assert "0" not in answer["code"]
    assert set(simulator.state.access_codes) == before
    assert [record.path for record in actions.sent(GENERATE_PATH)] == [GENERATE_PATH]

    answers = await actions.answers(GENERATE, [FRONT, FLAT_1])
    made = await actions.answer(
        "schedule_access_code", FLAT_1, name="Baker", code=answers[FLAT_1]["code"]
    )
    assert made["outcome"] == "success"


async def test_generate_refused_if_manufacturer_chooses(
    simulator: Simulator, actions: Actions, reconcile: Poll, gate: str
) -> None:
    """A PIN that cannot be used is not returned."""
    await actions.refused("no_access_codes", GENERATE, gate)
    rules = [
        {"constraint_type": "no_zeros"},
        {"constraint_type": "cannot_specify_pin_code"},
    ]
    simulator.control.set_device(FRONT_DOOR, properties={"code_constraints": rules})
    await reconcile()
    await actions.refused("code_constraint_cannot_specify_pin_code", GENERATE, FRONT)
    answers = await actions.answers(GENERATE, [FRONT, FLAT_1])
    assert "error" in answers[FRONT]
    assert answers[FLAT_1]["code"]


async def test_generate_server_error(simulator: Simulator, actions: Actions) -> None:
    """An error is not uncertain, as nothing changes."""
    simulator.faults.add("outage", path=GENERATE_PATH)
    await actions.fails("cannot_connect", GENERATE, FRONT)
