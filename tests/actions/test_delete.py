"""The action `delete_access_code`."""

from homeassistant.const import Platform
import pytest

from simulator import Simulator
from simulator.seed import (
    CODE_APARTMENT_1_CLEANER,
    CODE_CLEANER,
    CODE_OWNER,
    UNMANAGED_INSTALLER,
    UNMANAGED_NEIGHBOUR,
)
from tests.conftest import Poll

from .support import FRONT, Actions

DELETE = "delete_access_code"


@pytest.mark.platforms(Platform.SENSOR)
@pytest.mark.parametrize(
    ("code_id", "path"),
    [
        (CODE_CLEANER, "/access_codes/delete"),
        (UNMANAGED_NEIGHBOUR, "/access_codes/unmanaged/delete"),
    ],
)
async def test_delete(actions: Actions, code_id: str, path: str) -> None:
    """Managed and unmanaged codes are deleted."""
    name = actions.code(code_id).name
    answer = await actions.answer(DELETE, FRONT, access_code_id=code_id)

    assert answer == {"access_code_id": code_id, "name": name, "outcome": "deleted"}
    assert code_id not in actions.simulator.state.access_codes
    assert code_id not in actions.listed(FRONT)
    assert code_id not in actions.listed(FRONT, "unmanaged")
    (request,) = actions.sent(path)
    assert request.body == {"access_code_id": code_id}
    assert actions.writes == [path]


async def test_delete_refuses_code_that_cannot_be_deleted(actions: Actions) -> None:
    """Seam marks codes that it cannot delete."""
    message = await actions.refused(
        "cannot_delete", DELETE, FRONT, access_code_id=UNMANAGED_INSTALLER
    )
    assert "Installer" in message


async def test_delete_refuses_offline_code(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Offline codes cannot be deleted."""
    actions.code(CODE_OWNER).is_offline_access_code = True
    await reconcile()
    await actions.refused("offline_code_fixed", DELETE, FRONT, name="Owner")


@pytest.mark.platforms(Platform.SENSOR)
async def test_delete_offline_code_refused_by_seam(actions: Actions) -> None:
    """Seam refuses offline codes that it does not mark."""
    actions.code(CODE_OWNER).is_offline_access_code = True
    before = actions.world
    message = await actions.fails("refused", DELETE, FRONT, name="Owner")
    assert "cannot be deleted" in message
    assert actions.world == before
    assert CODE_OWNER in actions.listed(FRONT)


@pytest.mark.platforms(Platform.SENSOR)
async def test_delete_on_offline_lock(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """The deletion is pending on an offline lock."""
    simulator.control.lock_offline("Front Door")
    await poll()
    answer = await actions.answer(DELETE, FRONT, name="Cleaner")
    assert answer["outcome"] == "pending"
    assert "Front Door is offline" in answer["reason"]
    assert len(actions.sent("/action_attempts/get")) == 1
    assert actions.code(CODE_CLEANER).is_being_deleted
    assert actions.listed(FRONT)[CODE_CLEANER]["status"] == "removing"


async def test_delete_pending(
    simulator: Simulator, actions: Actions, impatient: None
) -> None:
    """A deletion that takes too long is pending."""
    simulator.clock.speed = 0.001
    answer = await actions.answer(DELETE, FRONT, name="Cleaner")
    assert answer["outcome"] == "pending"
    assert "Front Door has not confirmed the change" in answer["reason"]


async def test_delete_code_not_found(simulator: Simulator, actions: Actions) -> None:
    """A code that was deleted elsewhere is an error."""
    simulator.control.vanish_code(CODE_CLEANER)
    message = await actions.fails("not_found", DELETE, FRONT, name="Cleaner")
    assert actions.sent("/access_codes/delete")[0].request_id in message


async def test_delete_on_several_locks(actions: Actions) -> None:
    """The code of each lock is deleted."""
    cleaners = [CODE_CLEANER, CODE_APARTMENT_1_CLEANER]
    answers = await actions.answers(DELETE, [FRONT, "lock.apartment_1"], name="Cleaner")
    assert {answer["access_code_id"] for answer in answers.values()} == set(cleaners)
    assert not set(cleaners) & set(actions.simulator.state.access_codes)
