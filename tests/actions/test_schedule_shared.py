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
CODE_PATH = "/access_codes/get"
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
    before = set(simulator.state.access_codes)
    message = await actions.fails("refused", SCHEDULE, [FRONT, FLAT_1], name="Band")
    assert "cannot share a code" in message
    assert set(simulator.state.access_codes) == before


# How far they are


async def test_success_means_that_the_locks_have_it(actions: Actions) -> None:
    """Whoever stands at the door may rely on it."""
    answers = await actions.answers(SCHEDULE, [FRONT, FLAT_1, KEYPAD], name="Band")
    for answer in answers.values():
        assert (answer["outcome"], answer["status"]) == ("success", "set")
        assert actions.code(answer["access_code_id"]).is_on_device


@pytest.mark.parametrize("error_code", ["failed_to_set_on_device", "refused 456789"])
@pytest.mark.parametrize("quotes", [True, False])
async def test_one_of_the_locks_does_not_take_it(
    simulator: Simulator, actions: Actions, quotes: bool, error_code: str
) -> None:
    """That lock's error says so, with what Seam said but for the PIN; the others have it."""
    pin = "456789"
    simulator.backend.ids.digits = lambda length: pin  # type: ignore[method-assign]  # The PIN must be known before it is made.
    message = f"PIN {pin} is no good." if quotes else "The keypad is asleep."
    simulator.control.fail_next_programming(error_code=error_code, message=message)

    answers = await actions.answers(SCHEDULE, [FRONT, FLAT_1, KEYPAD], name="Band")

    (failed,) = (entity for entity, answer in answers.items() if "error" in answer)
    made = {
        code.device_id: code
        for code in simulator.state.access_codes.values()
        if code.name == "Band"
    }
    (broken,) = (code for code in made.values() if code.errors)
    error = answers.pop(failed)
    assert error["error_key"] == "code_not_set"
    assert broken.access_code_id in error["error"]
    assert error_code.removesuffix(pin) in error["error"]
    assert ("is no good." if quotes else "The keypad is asleep.") in error["error"]
    assert pin not in error["error"]
    for answer in answers.values():
        assert (answer["outcome"], answer["status"]) == ("success", "set")
    assert len(made) == 3
    assert len(actions.sent(MULTIPLE_PATH)) == 1


async def test_locks_that_are_slow(
    simulator: Simulator, actions: Actions, impatient: None
) -> None:
    """What takes too long is pending on each lock, with the PIN and the reason."""
    simulator.clock.speed = 0.001
    answers = await actions.answers(SCHEDULE, [FRONT, KEYPAD], name="Band")
    for answer in answers.values():
        assert (answer["outcome"], answer["status"]) == ("pending", "setting")
        assert answer["code"]
        assert "has not confirmed the change" in answer["reason"]
    assert len(actions.sent(CODE_PATH)) == 8


async def test_one_of_the_locks_is_offline(actions: Actions) -> None:
    """It is not waited for, and says so; the other has the code."""
    answers = await actions.answers(SCHEDULE, [FRONT, SHED], name="Band")
    assert answers[FRONT]["outcome"] == "success"
    assert "reason" not in answers[FRONT]
    assert answers[SHED]["outcome"] == "pending"
    assert "Boat Shed is offline" in answers[SHED]["reason"]
    assert [
        request.body["access_code_id"] for request in actions.sent(CODE_PATH)
    ].count(answers[SHED]["access_code_id"]) == 1


async def test_codes_of_later(actions: Actions) -> None:
    """What is only to be set next month is done with now."""
    now = dt_util.utcnow()
    answers = await actions.answers(
        SCHEDULE,
        [FRONT, SHED],
        name="Band",
        starts_at=now + timedelta(days=30),
        ends_at=now + timedelta(days=31),
    )
    for answer in answers.values():
        assert (answer["outcome"], answer["status"]) == ("success", "unset")
    assert not actions.sent(CODE_PATH)


async def test_codes_that_cannot_be_watched(
    simulator: Simulator, actions: Actions, impatient: None
) -> None:
    """Codes that were made are not called failures, nor successes either."""
    simulator.faults.add("status", path=CODE_PATH, status=500)
    answers = await actions.answers(SCHEDULE, [FRONT, KEYPAD], name="Band")
    for answer in answers.values():
        assert answer["outcome"] == "pending"
        assert answer["code"] == actions.code(answer["access_code_id"]).code
    assert len(actions.sent(MULTIPLE_PATH)) == 1


async def test_codes_that_can_be_watched_again(
    simulator: Simulator, actions: Actions
) -> None:
    """A short outage while waiting does no harm."""
    simulator.faults.add("status", path=CODE_PATH, status=500, count=6)
    answers = await actions.answers(SCHEDULE, [FRONT, KEYPAD], name="Band")
    assert {answer["outcome"] for answer in answers.values()} == {"success"}
