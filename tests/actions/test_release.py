"""The action `release_access_code`."""

from simulator.seed import CODE_CLEANER

from .support import FRONT, Actions

RELEASE = "release_access_code"


async def test_release(actions: Actions) -> None:
    """The code stays on the lock and is listed as unmanaged."""
    pin = actions.code(CODE_CLEANER).code
    answer = await actions.answer(RELEASE, FRONT, name="Cleaner")
    assert answer["outcome"] == "released"
    [request] = actions.sent("/access_codes/update")
    assert request.body == {"access_code_id": CODE_CLEANER, "is_managed": False}
    assert CODE_CLEANER not in actions.listed(FRONT)
    [code] = [
        code
        for code in actions.simulator.state.access_codes.values()
        if code.name == "Cleaner" and code.code == pin
    ]
    assert not code.is_managed
    assert code.access_code_id in actions.listed(FRONT, "unmanaged")


async def test_release_undoes_conversion(actions: Actions) -> None:
    """A converted code can be released again."""
    await actions.answer("convert_access_code", FRONT, name="Neighbour")
    answer = await actions.answer(RELEASE, FRONT, name="Neighbour")
    assert answer["outcome"] == "released"
    await actions.refused("unmanaged_code", RELEASE, FRONT, name="Neighbour")
