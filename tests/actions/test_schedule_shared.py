"""The action `schedule_access_code` on several locks."""

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


async def test_shared_code_passes_fields_to_seam(actions: Actions) -> None:
    """All fields are passed to Seam by its names."""
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


@pytest.mark.parametrize("action", [SCHEDULE, "ensure_access_code"])
async def test_separate_pins(
    simulator: Simulator, actions: Actions, reconcile: Poll, action: str
) -> None:
    """Seam generates a PIN for each lock, even if they can have none in common."""
    for device_id, length in ((FRONT_DOOR, 4), (APARTMENT_1, 6)):
        lengths = {"supported_code_lengths": [length]}
        simulator.control.set_device(device_id, properties=lengths)
    await reconcile()
    data: dict[str, Any] = {"name": "Band", "random_code_per_lock": True}
    message = await actions.refused(
        "code_and_random", action, [FRONT, FLAT_1], **data, code="4815"
    )
    assert "Separate PINs" in message
    # A lock that has the code does not give its PIN to the others.
    await actions.answer(action, FRONT, **data)
    locks = [FLAT_1] if action == SCHEDULE else [FRONT, FLAT_1]
    answers = await actions.answers(action, locks, **data)
    assert len(answers[FLAT_1]["code"]) == 6
    assert not actions.sent(MULTIPLE_PATH)
    for request in actions.sent("/access_codes/create"):
        assert not {"code", "common_code_key"} & request.body.keys()
    answers = await actions.answers(
        SCHEDULE, [FRONT, FLAT_1], **{**data, "name": "Choir"}
    )
    assert {len(answer["code"]) for answer in answers.values()} == {4, 6}
    assert {answer["common_code_key"] for answer in answers.values()} == {None}


@pytest.mark.parametrize(
    ("key", "pin"),
    [("code_length", "4815"), ("code_constraint_no_zeros", "481506")],
)
async def test_shared_code_pin_refused_by_one_lock(
    actions: Actions, key: str, pin: str
) -> None:
    """The error names the lock, and nothing is created."""
    message = await actions.refused(
        key, SCHEDULE, [FRONT, SHED, KEYPAD], name="Band", code=pin
    )
    assert "Boat Shed" in message
    assert not actions.writes


async def test_shared_code_unknown_length(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A lock whose PIN lengths are unknown is not refused."""
    simulator.control.set_device(FRONT_DOOR, properties={"supported_code_lengths": []})
    await reconcile()
    answers = await actions.answers(SCHEDULE, [FRONT, SHED], name="Band")
    assert len({answer["code"] for answer in answers.values()}) == 1


async def test_shared_code_refused_by_seam(
    simulator: Simulator, actions: Actions
) -> None:
    """The error contains Seam's message, and nothing is created."""
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


async def test_shared_code_refused_by_seam_keeps_other_errors(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """The error also says why a lock was left out of the request."""
    simulator.faults.add("status", path="/access_codes/list", device_id=APARTMENT_1)
    await reconcile()
    simulator.faults.add("status", path=MULTIPLE_PATH, status=400, message="Not today.")
    message = await actions.fails(
        "all_locks_failed", SCHEDULE, [FRONT, FLAT_1, KEYPAD], name="Band"
    )
    assert "Not today." in message
    assert "The access codes on Apartment 1" in message


# Progress


async def test_shared_code_success_means_set(actions: Actions) -> None:
    """A success means that the locks have the code."""
    answers = await actions.answers(SCHEDULE, [FRONT, FLAT_1, KEYPAD], name="Band")
    for answer in answers.values():
        assert (answer["outcome"], answer["status"]) == ("success", "set")
        assert actions.code(answer["access_code_id"]).is_on_device


@pytest.mark.parametrize("error_code", ["failed_to_set_on_device", "refused 456789"])
@pytest.mark.parametrize("quotes", [True, False])
async def test_shared_code_fails_on_one_lock(
    simulator: Simulator, actions: Actions, quotes: bool, error_code: str
) -> None:
    """The error of the lock contains Seam's message without the PIN, and the others succeed."""
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


async def test_shared_code_pending(
    simulator: Simulator, actions: Actions, impatient: None
) -> None:
    """Codes that take too long are pending, with PIN and reason."""
    simulator.clock.speed = 0.001
    answers = await actions.answers(SCHEDULE, [FRONT, KEYPAD], name="Band")
    for answer in answers.values():
        assert (answer["outcome"], answer["status"]) == ("pending", "setting")
        assert answer["code"]
        assert "has not confirmed the change" in answer["reason"]
    assert len(actions.sent(CODE_PATH)) == 8


async def test_shared_code_on_offline_lock(actions: Actions) -> None:
    """The code of an offline lock is pending, and the other one is set."""
    answers = await actions.answers(SCHEDULE, [FRONT, SHED], name="Band")
    assert answers[FRONT]["outcome"] == "success"
    assert "reason" not in answers[FRONT]
    assert answers[SHED]["outcome"] == "pending"
    assert "Boat Shed is offline" in answers[SHED]["reason"]
    assert [
        request.body["access_code_id"] for request in actions.sent(CODE_PATH)
    ].count(answers[SHED]["access_code_id"]) == 1


async def test_shared_code_in_future(actions: Actions) -> None:
    """Future codes are a success."""
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


async def test_shared_code_unreadable_while_waiting(
    simulator: Simulator, actions: Actions, impatient: None
) -> None:
    """Codes that cannot be read are pending."""
    simulator.faults.add("status", path=CODE_PATH, status=500)
    answers = await actions.answers(SCHEDULE, [FRONT, KEYPAD], name="Band")
    for answer in answers.values():
        assert answer["outcome"] == "pending"
        assert answer["code"] == actions.code(answer["access_code_id"]).code
    assert len(actions.sent(MULTIPLE_PATH)) == 1


async def test_shared_code_short_outage_while_waiting(
    simulator: Simulator, actions: Actions
) -> None:
    """The wait goes on after a short outage."""
    simulator.faults.add("status", path=CODE_PATH, status=500, count=6)
    answers = await actions.answers(SCHEDULE, [FRONT, KEYPAD], name="Band")
    assert {answer["outcome"] for answer in answers.values()} == {"success"}
