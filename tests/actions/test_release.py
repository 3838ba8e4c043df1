"""The action `release_access_code`."""

from homeassistant.const import Platform
import pytest

from simulator.manufacturers import MANUFACTURERS
from simulator.seed import CODE_CLEANER
from simulator.state import UnmanagedCodes
from tests.conftest import Poll

from .support import FLAT_2, FRONT, Actions

RELEASE = "release_access_code"


@pytest.mark.platforms(Platform.SENSOR)
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


@pytest.mark.platforms(Platform.SENSOR)
async def test_release_that_takes_too_long_is_pending(
    actions: Actions, impatient: None
) -> None:
    """The code stays listed, as it still opens the door."""
    actions.simulator.control.hang_next_action()
    answer = await actions.answer(RELEASE, FRONT, name="Cleaner")
    assert answer["outcome"] == "pending"
    assert "Front Door" in answer["reason"]
    listed = actions.listed(FRONT) | actions.listed(FRONT, "unmanaged")
    assert "Cleaner" in [code["name"] for code in listed.values()]


@pytest.mark.platforms(Platform.SENSOR)
async def test_release_refuses_lock_without_list_of_unmanaged_codes(
    actions: Actions,
) -> None:
    """A code that would still open the door cannot vanish from the sensors."""
    before = actions.listed(FLAT_2)
    message = await actions.refused("not_releasable", RELEASE, FLAT_2, name="Cleaner")
    assert "Apartment 2" in message
    assert "“Cleaner”" in message
    assert "Delete the access code" in message
    assert actions.listed(FLAT_2) == before


@pytest.mark.platforms(Platform.SENSOR)
async def test_release_keeps_code_listed_on_locks_of_all_manufacturers(
    actions: Actions, reconcile: Poll
) -> None:
    """A code that was released can still be seen, or else releasing is refused."""
    control = actions.simulator.control
    for device_type, manufacturer in MANUFACTURERS.items():
        control.add_lock(f"Lock {device_type}", manufacturer)
    await reconcile()
    for device_type, manufacturer in MANUFACTURERS.items():
        entity_id = f"lock.lock_{device_type}"
        await actions.answer("schedule_access_code", entity_id, name="Guest")
        if manufacturer.unmanaged_codes is UnmanagedCodes.NONE:
            await actions.refused("not_releasable", RELEASE, entity_id, name="Guest")
            continue
        answer = await actions.answer(RELEASE, entity_id, name="Guest")
        assert answer["outcome"] == "released"
        [code] = actions.listed(entity_id, "unmanaged").values()
        assert code["name"] == "Guest"
