"""One code on several locks: what reaches Seam, and what cannot be shared."""

from datetime import timedelta
from typing import Any

from homeassistant.util import dt as dt_util
import pytest

from simulator import Simulator
from simulator.seed import APARTMENT_1, FRONT_DOOR
from tests.conftest import Poll

from .support import FLAT_1, FRONT, KEYPAD, SHED, Actions

SCHEDULE = "schedule_access_code"
MULTIPLE_PATH = "/access_codes/create_multiple"


async def test_all_fields_reach_seam(actions: Actions) -> None:
    """Whatever can be chosen for several locks is passed on, under Seam's names."""
    now = dt_util.utcnow()
    fields: dict[str, Any] = {
        "starts_at": now + timedelta(hours=1),
        "ends_at": now + timedelta(days=2),
    }
    times = {
        key: moment.replace(microsecond=0).isoformat() for key, moment in fields.items()
    }
    answers = await actions.answers(
        SCHEDULE,
        [FRONT, FLAT_1],
        name="Band",
        preferred_code_length=6,
        allow_external_modification=True,
        prefer_native_scheduling=False,
        use_backup_access_code_pool=True,
        attempt_for_offline_device=False,
        **fields,
    )
    (request,) = actions.sent(MULTIPLE_PATH)
    assert request.body == {
        "device_ids": [APARTMENT_1, FRONT_DOOR],
        "behavior_when_code_cannot_be_shared": "throw",
        "name": "Band",
        **times,
        "preferred_code_length": 6,
        "is_external_modification_allowed": True,
        "prefer_native_scheduling": False,
        "use_backup_access_code_pool": True,
        "attempt_for_offline_device": False,
    }
    for answer in answers.values():
        made = actions.code(answer["access_code_id"])
        assert made.is_external_modification_allowed
        assert made.use_backup_access_code_pool
        assert answer["type"] == "time_bound"


@pytest.mark.parametrize(
    ("key", "pin"),
    [("code_length", "4815"), ("code_constraint_no_zeros", "481506")],
)
async def test_own_pin_that_one_lock_does_not_take(
    actions: Actions, key: str, pin: str
) -> None:
    """The lock is named, and no lock gets the code."""
    message = await actions.refused(
        key, SCHEDULE, [FRONT, SHED, KEYPAD], name="Band", code=pin
    )
    assert "Boat Shed" in message
    assert not actions.writes


async def test_lock_of_which_no_length_is_known(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Where Seam does not tell the lengths, they are no reason to refuse."""
    simulator.control.set_device(FRONT_DOOR, properties={"supported_code_lengths": []})
    await reconcile()
    answers = await actions.answers(SCHEDULE, [FRONT, SHED], name="Band")
    assert len({answer["code"] for answer in answers.values()}) == 1


async def test_seam_finds_no_common_pin(simulator: Simulator, actions: Actions) -> None:
    """What only Seam can know it says itself, and no lock gets the code."""
    simulator.faults.add(
        "status",
        path=MULTIPLE_PATH,
        status=400,
        message="These devices cannot share a code",
    )
    before = set(simulator.world.access_codes)
    message = await actions.fails("refused", SCHEDULE, [FRONT, FLAT_1], name="Band")
    assert "cannot share a code" in message
    assert set(simulator.world.access_codes) == before
