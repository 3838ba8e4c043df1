"""The action `update_access_code`."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import (
    APARTMENT_1,
    BIKE_ROOM_KEYPAD,
    CODE_APARTMENT_1_CLEANER,
    CODE_APARTMENT_1_EXPIRED,
    CODE_BIKE_GUEST,
    CODE_CLEANER,
    CODE_GUEST_NEXT,
    CODE_GUEST_NOW,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
)
from tests.clock import wait_until
from tests.conftest import Poll

from .support import (
    FLAT_1,
    FLAT_2,
    FRONT,
    KEYPAD,
    SHED,
    WITH_PIN,
    Actions,
    shown_anywhere,
    texts,
)

REVEAL = "reveal_access_code"
UPDATE = "update_access_code"
PATH = "/access_codes/update"
MULTIPLE_PATH = "/access_codes/update_multiple"
DAY = timedelta(days=1)
_IN_A_WEEK = dt_util.utcnow() + 7 * DAY


def _moment(code: Any) -> tuple[datetime, datetime]:
    assert code.starts_at is not None
    assert code.ends_at is not None
    return code.starts_at, code.ends_at


@pytest.mark.platforms(Platform.SENSOR)
@pytest.mark.parametrize(
    "pick", [{"name": "cleaner"}, {"access_code_id": CODE_CLEANER}]
)
async def test_update_name(actions: Actions, pick: dict[str, str]) -> None:
    """Only the name changes."""
    pin = actions.code(CODE_CLEANER).code

    answer = await actions.answer(UPDATE, FRONT, new_name=" Butler ", **pick)

    assert answer == {
        "outcome": "success",
        "access_code_id": CODE_CLEANER,
        "name": "Butler",
        "code": pin,
        "state": "active",
        "status": "set",
        "type": "ongoing",
        "starts_at": None,
        "ends_at": None,
        "common_code_key": None,
    }
    code = actions.code(CODE_CLEANER)
    assert (code.name, code.code, code.ends_at) == ("Butler", pin, None)
    assert actions.listed(FRONT)[CODE_CLEANER]["name"] == "Butler"
    (request,) = actions.sent(PATH)
    assert request.body == {"access_code_id": CODE_CLEANER, "name": "Butler"}
    assert actions.writes == [PATH]


async def test_update_pin(
    hass: HomeAssistant, coordinator: SeamCoordinator, actions: Actions
) -> None:
    """The PIN changes, with leading zeros, and is shown nowhere."""
    answer = await actions.answer(UPDATE, FRONT, name="Owner", code="004281")

    assert answer["code"] == "004281"
    assert answer["outcome"] == "success"
    assert actions.code(CODE_OWNER).code == "004281"
    known = coordinator.data.locks[FRONT_DOOR].code(CODE_OWNER)
    assert known is not None
    assert known.code == "004281"
    assert not shown_anywhere(hass, "004281")


@pytest.mark.platforms(Platform.SENSOR)
@pytest.mark.parametrize("field", ["starts_at", "ends_at"])
async def test_update_one_time(actions: Actions, field: str) -> None:
    """Changing one time keeps the other."""
    starts_at, ends_at = _moment(actions.code(CODE_GUEST_NOW))
    wanted = {"starts_at": starts_at, "ends_at": ends_at}
    wanted[field] += timedelta(hours=5)

    answer = await actions.answer(
        UPDATE, FRONT, access_code_id=CODE_GUEST_NOW, **{field: wanted[field]}
    )

    code = actions.code(CODE_GUEST_NOW)
    assert {"starts_at": code.starts_at, "ends_at": code.ends_at} == wanted
    assert answer["type"] == "time_bound"
    (request,) = actions.sent(PATH)
    assert request.body == {
        "access_code_id": CODE_GUEST_NOW,
        "starts_at": wanted["starts_at"].isoformat(),
        "ends_at": wanted["ends_at"].isoformat(),
        "type": "time_bound",
    }
    shown = actions.listed(FRONT)[CODE_GUEST_NOW]
    assert datetime.fromisoformat(shown[field]) == wanted[field]


async def test_update_local_times(hass: HomeAssistant, actions: Actions) -> None:
    """Times without an offset are local, without fractions of a second."""
    await hass.config.async_set_time_zone("Europe/Copenhagen")
    year = dt_util.utcnow().year + 1
    await actions.answer(
        UPDATE,
        FRONT,
        name="Cleaner",
        starts_at=f"{year}-07-03 15:00:00.75",
        ends_at=f"{year}-07-10 10:00",
    )
    code = actions.code(CODE_CLEANER)
    assert code.starts_at == datetime(year, 7, 3, 13, tzinfo=UTC)
    assert code.ends_at == datetime(year, 7, 10, 8, tzinfo=UTC)


async def test_update_end_of_expired_code(actions: Actions) -> None:
    """An expired code can get a later end."""
    answer = await actions.answer(
        UPDATE,
        FLAT_1,
        access_code_id=CODE_APARTMENT_1_EXPIRED,
        ends_at=dt_util.utcnow() + DAY,
    )
    assert answer["status"] == "set"
    assert actions.code(CODE_APARTMENT_1_EXPIRED).is_on_device


@pytest.mark.platforms(Platform.SENSOR)
async def test_update_ongoing(actions: Actions) -> None:
    """The schedule is removed."""
    answer = await actions.answer(
        UPDATE, FRONT, access_code_id=CODE_GUEST_NOW, ongoing=True
    )
    assert (answer["type"], answer["starts_at"], answer["ends_at"]) == (
        "ongoing",
        None,
        None,
    )
    code = actions.code(CODE_GUEST_NOW)
    assert (code.starts_at, code.ends_at) == (None, None)
    assert actions.sent(PATH)[0].body == {
        "access_code_id": CODE_GUEST_NOW,
        "type": "ongoing",
    }
    assert actions.listed(FRONT)[CODE_GUEST_NOW]["type"] == "ongoing"


@pytest.mark.platforms(Platform.SENSOR)
async def test_update_all_fields(actions: Actions) -> None:
    """All fields are changed by one request."""
    now = dt_util.utcnow().replace(microsecond=0)
    answer = await actions.answer(
        UPDATE,
        FRONT,
        name="Cleaner",
        new_name="Painter",
        code="4815",
        starts_at=now - DAY,
        ends_at=now + DAY,
        allow_external_modification=True,
    )
    code = actions.code(CODE_CLEANER)
    assert (code.name, code.code) == ("Painter", "4815")
    assert _moment(code) == (now - DAY, now + DAY)
    assert code.is_external_modification_allowed
    assert answer["type"] == "time_bound"
    assert len(actions.sent(PATH)) == 1
    shown = actions.listed(FRONT)[CODE_CLEANER]
    assert shown["is_external_modification_allowed"]
    assert shown["name"] == "Painter"


UNCHANGED: list[dict[str, Any]] = [
    {"new_name": "Cleaner"},
    {"ongoing": True},
    {"allow_external_modification": False},
    {"new_name": "Cleaner", "code": "739158", "ongoing": True},
]


async def test_update_unchanged(actions: Actions, subtests: pytest.Subtests) -> None:
    """Nothing is sent if nothing differs."""
    before = len(actions.simulator.requests)
    for fields in UNCHANGED:
        with subtests.test(fields=sorted(fields)):
            answer = await actions.answer(UPDATE, FRONT, name="Cleaner", **fields)
            assert answer["outcome"] == "unchanged"
            assert set(answer) == WITH_PIN | {"outcome"}
            assert answer["code"] == "739158"
    _, ends_at = _moment(actions.code(CODE_GUEST_NOW))
    answer = await actions.answer(
        UPDATE, FRONT, access_code_id=CODE_GUEST_NOW, ends_at=ends_at
    )
    assert answer["outcome"] == "unchanged"
    assert len(actions.simulator.requests) == before


@pytest.mark.parametrize(
    "fields",
    [{"allow_external_modification": False}, {"code": "739158"}, {"ongoing": True}],
    ids=["modification", "pin", "ongoing"],
)
@pytest.mark.parametrize("state", ["active", "failed", "at_risk", "disabled"])
async def test_code_that_needs_attention_is_sent_again_unchanged(
    actions: Actions,
    reconcile: Poll,
    impatient: None,
    state: str,
    fields: dict[str, Any],
) -> None:
    """Seam may have given up on it until it is updated; only users ask for that."""
    code = actions.code(CODE_CLEANER)
    code.is_external_modification_allowed = False
    if state == "active":
        actions.simulator.control.code_error(CODE_CLEANER, "provider_issue")
    else:
        code.status, code.is_on_device = "unset", False
    if state == "failed":
        actions.simulator.control.code_error(CODE_CLEANER, "failed_to_set_on_device")
    if state == "at_risk":
        actions.simulator.control.lock_offline("Front Door")
    await reconcile()
    assert (await actions.answer(REVEAL, FRONT, name="Cleaner"))["state"] == state
    ensured = {"code": code.code, "ongoing": True, **fields}
    await actions.answer("ensure_access_code", FRONT, name="Cleaner", **ensured)
    assert not actions.writes
    await actions.answer(UPDATE, FRONT, name="Cleaner", **fields)
    [request] = actions.sent("/access_codes/update")
    assert request.body["access_code_id"] == CODE_CLEANER


async def test_update_masked_name(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A name that is shown masked is recognized."""
    simulator.control.add_unmanaged_code("Apartment 1", "Plumber", "061947")
    await reconcile()
    for outcome in ("success", "unchanged"):
        answer = await actions.answer(
            UPDATE, FRONT, access_code_id=CODE_CLEANER, new_name="Flat 061947"
        )
        assert answer["outcome"] == outcome
    assert actions.code(CODE_CLEANER).name == "Flat 061947"
    assert len(actions.sent("/access_codes/update")) == 1


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("nothing_to_change", {}),
    ("nothing_to_change", {"code": ""}),
    ("nothing_to_change", {"linked": True}),
    ("nothing_to_change", {"ongoing": False}),
    ("id_or_name", {"access_code_id": CODE_CLEANER, "new_name": "Butler"}),
    ("ongoing_with_times", {"ongoing": True, "ends_at": DAY}),
    ("ongoing_with_times", {"ongoing": True, "starts_at": DAY}),
    ("times_needed", {"ends_at": DAY}),
    ("times_needed", {"starts_at": DAY}),
    ("end_before_start", {"starts_at": 2 * DAY, "ends_at": DAY}),
    ("end_in_past", {"starts_at": -2 * DAY, "ends_at": -DAY}),
    ("end_in_past", {"starts_at": DAY, "ends_at": -DAY}),
    ("end_in_past", {"ends_at": -DAY}),
    ("end_in_past", {"linked": True, "ends_at": -DAY}),
    ("code_not_digits", {"code": "12a4"}),
    ("code_length", {"code": "4815162"}),
    ("name_contains_code", {"code": "4815", "new_name": "Room 4815"}),
    ("name_contains_code", {"code": "4815", "new_name": "Room 48-15"}),
    ("name_contains_code", {"new_name": "Butler 739158"}),
    ("name_contains_code", {"new_name": "Butler 739158", "code": "4815"}),
    ("name_taken", {"new_name": "Owner"}),
    ("not_linked", {"linked": True, "new_name": "Butler"}),
    ("not_for_linked", {"linked": True, "code": "4815"}),
    ("not_for_linked", {"linked": True, "ongoing": True}),
    ("not_for_linked", {"linked": True, "allow_external_modification": False}),
    (
        "not_for_linked",
        {"linked": True, "new_name": "Butler", "attempt_for_offline_device": False},
    ),
    ("nothing_to_change", {"attempt_for_offline_device": False}),
]


async def test_update_refuses_invalid_input(
    actions: Actions, subtests: pytest.Subtests
) -> None:
    """Each kind of invalid input has its own message."""
    now = dt_util.utcnow()
    for key, fields in REFUSED:
        data: dict[str, Any] = {
            name: now + value if isinstance(value, timedelta) else value
            for name, value in fields.items()
        }
        with subtests.test(key=key, fields=sorted(fields)):
            message = await actions.refused(key, UPDATE, FRONT, name="Cleaner", **data)
            assert "739158" not in message
    assert not actions.writes


@pytest.mark.parametrize("code_id", [CODE_GUEST_NOW, CODE_GUEST_NEXT])
async def test_update_refuses_end_in_past(actions: Actions, code_id: str) -> None:
    """An end in the past is refused."""
    for ends_at in (dt_util.utcnow() - DAY, dt_util.utcnow() - timedelta(seconds=1)):
        message = await actions.refused(
            "end_in_past", UPDATE, FRONT, access_code_id=code_id, ends_at=ends_at
        )
        assert "in the past" in message


async def test_update_linked_refuses_fields(actions: Actions) -> None:
    """The error names the field."""
    message = await actions.refused(
        "not_for_linked", UPDATE, FRONT, name="Cleaner", linked=True, ongoing=True
    )
    assert "ongoing" in message


async def test_update_refuses_pin_in_name(actions: Actions) -> None:
    """The current name must not contain the new PIN."""
    made = await actions.answer("schedule_access_code", FRONT, name="Room 4815")
    await actions.refused(
        "name_contains_code",
        UPDATE,
        FRONT,
        access_code_id=made["access_code_id"],
        code="4815",
    )
    answer = await actions.answer(
        UPDATE,
        FRONT,
        access_code_id=made["access_code_id"],
        code="4815",
        new_name="Room at the sea",
    )
    assert answer["code"] == "4815"


async def test_update_constraints(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """The rules of the lock ignore the code itself."""
    rules = [
        {"constraint_type": "name_length", "min_length": 3, "max_length": 9},
        {"constraint_type": "name_must_be_unique"},
        {"constraint_type": "start_date_in_future"},
    ]
    simulator.control.set_device(FRONT_DOOR, properties={"code_constraints": rules})
    await reconcile()
    now = dt_util.utcnow()
    for key, fields in (
        ("name_length", {"new_name": "Jo"}),
        ("name_must_be_unique", {"new_name": "Neighbour"}),
        ("start_date_in_future", {"starts_at": now - DAY, "ends_at": now + DAY}),
    ):
        data: dict[str, Any] = fields
        await actions.refused(key, UPDATE, FRONT, name="Cleaner", **data)
    assert not actions.writes

    await actions.answer(UPDATE, FRONT, name="Cleaner", code="73915")
    assert actions.code(CODE_CLEANER).code == "73915"
    # Only the end changes, and the start is in the past.
    _, ends_at = _moment(actions.code(CODE_GUEST_NOW))
    answer = await actions.answer(
        UPDATE, FRONT, access_code_id=CODE_GUEST_NOW, ends_at=ends_at + DAY
    )
    assert answer["outcome"] == "success"


@pytest.mark.parametrize(
    "pick", [{"name": "neighbour"}, {"access_code_id": UNMANAGED_NEIGHBOUR}]
)
async def test_update_refuses_unmanaged_code(
    actions: Actions, pick: dict[str, Any]
) -> None:
    """An unmanaged code has to be converted first."""
    message = await actions.refused(
        "unmanaged_code", UPDATE, FRONT, new_name="Friend", **pick
    )
    assert "Neighbour" in message
    assert "Convert" in message


async def test_update_prefers_managed_code(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """A managed code is found although an unmanaged one has the same name."""
    simulator.control.add_unmanaged_code("Front Door", "Cleaner", "718204")
    await poll()
    answer = await actions.answer(UPDATE, FRONT, name="Cleaner", new_name="Butler")
    assert answer["access_code_id"] == CODE_CLEANER


async def test_update_refuses_offline_code(actions: Actions, reconcile: Poll) -> None:
    """Offline codes cannot be changed."""
    actions.code(CODE_OWNER).is_offline_access_code = True
    await reconcile()
    await actions.refused(
        "offline_code_unchangeable", UPDATE, FRONT, name="Owner", new_name="Landlord"
    )


@pytest.mark.platforms(Platform.SENSOR)
async def test_update_offline_code_refused_by_seam(actions: Actions) -> None:
    """Seam refuses offline codes that it does not mark."""
    actions.code(CODE_OWNER).is_offline_access_code = True
    before = actions.world
    message = await actions.fails(
        "refused", UPDATE, FRONT, name="Owner", new_name="Landlord"
    )
    assert "cannot be updated" in message
    assert actions.world == before
    assert actions.listed(FRONT)[CODE_OWNER]["name"] == "Owner"


async def test_update_refuses_code_being_removed(
    simulator: Simulator, actions: Actions, impatient: None
) -> None:
    """A code that is being removed cannot be changed."""
    simulator.control.lock_offline("Front Door")
    await actions.answer("delete_access_code", FRONT, name="Cleaner")
    await actions.refused(
        "code_being_removed", UPDATE, FRONT, name="Cleaner", new_name="Butler"
    )


async def test_update_of_offline_lock_only_if_wanted(
    simulator: Simulator, actions: Actions
) -> None:
    """Seam refuses to change a code of an offline lock if the call does not want that."""
    fields: dict[str, Any] = {"code": "4815", "attempt_for_offline_device": False}
    await actions.answer(UPDATE, FRONT, name="Cleaner", **fields | {"code": "4816"})
    simulator.control.lock_offline("Front Door")
    before = actions.code(CODE_OWNER).code
    await actions.fails("refused", UPDATE, FRONT, name="Owner", **fields)
    ensured: dict[str, Any] = {**fields, "name": "Owner", "ongoing": True}
    await actions.fails("refused", "ensure_access_code", FRONT, **ensured)
    assert actions.code(CODE_OWNER).code == before
    fields["attempt_for_offline_device"] = True
    answer = await actions.answer(
        UPDATE, FRONT, name="Owner", **fields | {"code": "5159"}
    )
    assert answer["outcome"] == "pending"


async def test_update_on_several_locks(actions: Actions) -> None:
    """The code of each lock changes, and locks without it are errors."""
    answers = await actions.answers(
        UPDATE, [FRONT, FLAT_1, KEYPAD], name="Cleaner", code="4815"
    )
    assert answers[FRONT]["code"] == answers[FLAT_1]["code"] == "4815"
    assert answers[KEYPAD]["error_key"] == "unknown_code"
    assert actions.code(CODE_CLEANER).code == "4815"
    assert actions.code(CODE_APARTMENT_1_CLEANER).code == "4815"


async def test_update_refused_by_one_lock(actions: Actions) -> None:
    """Nothing changes if one lock does not accept the PIN."""
    message = await actions.refused(
        "code_length", UPDATE, [FRONT, FLAT_1, FLAT_2], name="Cleaner", code="4815162"
    )
    assert "Front Door" in message
    assert not actions.writes


async def _linked(actions: Actions, **data: Any) -> dict[str, Any]:
    return await actions.answers(
        "schedule_access_code", [FRONT, FLAT_1, KEYPAD], name="Band", **data
    )


@pytest.mark.platforms(Platform.SENSOR)
async def test_update_linked(actions: Actions) -> None:
    """One request changes all linked codes."""
    now = dt_util.utcnow().replace(microsecond=0)
    made = await _linked(actions, starts_at=now, ends_at=now + DAY)

    answer = await actions.answer(
        UPDATE,
        FLAT_1,
        name="Band",
        linked=True,
        new_name="Orchestra",
        ends_at=now + 2 * DAY,
    )

    assert answer["outcome"] == "success"
    assert answer["name"] == "Orchestra"
    (request,) = actions.sent(MULTIPLE_PATH)
    assert request.body == {
        "common_code_key": answer["common_code_key"],
        "name": "Orchestra",
        "starts_at": now.isoformat(),
        "ends_at": (now + 2 * DAY).isoformat(),
    }
    for entity_id, code in made.items():
        changed = actions.code(code["access_code_id"])
        assert changed.name == "Orchestra"
        assert _moment(changed) == (now, now + 2 * DAY)
        shown = actions.listed(entity_id)[code["access_code_id"]]
        assert shown["name"] == "Orchestra"
        assert datetime.fromisoformat(shown["ends_at"]) == now + 2 * DAY
    assert not actions.sent(PATH)


async def test_update_linked_targeting_all_locks(actions: Actions) -> None:
    """Targeting all locks sends one request."""
    await _linked(actions)
    change = {"new_name": "Orchestra", **NEW_VALUES["times"]}
    answers = await actions.answers(
        UPDATE, [FRONT, FLAT_1], name="Band", linked=True, **change
    )
    assert {answer["name"] for answer in answers.values()} == {"Orchestra"}
    assert len(actions.sent(MULTIPLE_PATH)) == 1
    answers = await actions.answers(
        UPDATE, [FRONT, FLAT_1], name="Orchestra", linked=True, **change
    )
    assert {answer["outcome"] for answer in answers.values()} == {"unchanged"}
    assert len(actions.sent(MULTIPLE_PATH)) == 1


def _name(actions: Actions, entity_id: str) -> str:
    """Return the name of a lock."""
    state = actions.hass.states.get(entity_id)
    assert state is not None
    return state.name


def _not_followed(actions: Actions, made: dict[str, Any]) -> dict[str, str]:
    """Return the locks that failed to apply a change, with the ids of the codes."""
    return {
        entity_id: code["access_code_id"]
        for entity_id, code in made.items()
        if actions.code(code["access_code_id"]).errors
    }


async def test_update_linked_fails_on_targeted_lock(
    simulator: Simulator, actions: Actions
) -> None:
    """The failure of the only targeted lock is raised."""
    made = await _linked(actions)
    simulator.control.fail_next_programming(message="The keypad is asleep.")
    message = await actions.fails(
        "code_not_changed", UPDATE, FLAT_1, name="Band", linked=True, new_name="Trio"
    )
    assert _not_followed(actions, made)[FLAT_1] in message
    assert "The keypad is asleep." in message


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    "named", [[FRONT], [FRONT, KEYPAD], [FRONT, FLAT_1], [FRONT, FLAT_1, KEYPAD]]
)
async def test_update_linked_fails_on_some_locks(
    simulator: Simulator, actions: Actions, named: list[str], count: int
) -> None:
    """Failures are returned for all locks, targeted or not."""
    made = await _linked(actions)
    for _ in range(count):
        simulator.control.fail_next_programming(message="The keypad is asleep.")

    change = {"new_name": "Trio", **NEW_VALUES["times"]}
    answers = await actions.answers(UPDATE, named, name="Band", linked=True, **change)

    failed = _not_followed(actions, made)
    assert len(failed) == count
    assert set(answers) == {*named, *failed}
    for entity_id, answer in answers.items():
        if entity_id in failed:
            assert answer["error_key"] == "code_not_changed"
            assert failed[entity_id] in answer["error"]
            assert "The keypad is asleep." in answer["error"]
            assert "failed_to_set_on_device" in answer["error"]
        else:
            assert (answer["outcome"], answer["name"]) == ("success", "Trio")
            assert answer["access_code_id"] == made[entity_id]["access_code_id"]


async def test_update_linked_fails_on_some_locks_without_response(
    simulator: Simulator, actions: Actions
) -> None:
    """The error names failed and successful locks."""
    made = await _linked(actions)
    for _ in range(2):
        simulator.control.fail_next_programming(message="The keypad is asleep.")
    with pytest.raises(HomeAssistantError) as caught:
        await actions.run(
            UPDATE, [FRONT, KEYPAD], name="Band", linked=True, new_name="Trio"
        )
    told, _, done = str(caught.value).partition("It succeeded on the following locks: ")
    failed = _not_followed(actions, made)
    assert len(failed) == 2
    assert "lock." not in told
    for entity_id, code_id in failed.items():
        assert _name(actions, entity_id) in told
        assert code_id in told
    succeeded = {FRONT, KEYPAD} - set(failed)
    assert set(filter(None, done.split(", "))) == {
        _name(actions, entity_id) for entity_id in succeeded
    }


async def test_update_linked_on_offline_lock(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """The code of an offline lock is pending, targeted or not."""
    await _linked(actions)
    simulator.control.lock_offline("Bike Room Keypad")
    await reconcile()
    for named, old, new in (
        ([FRONT], "Band", "Trio"),
        ([FRONT, KEYPAD], "Trio", "Duo"),
    ):
        answers = await actions.answers(
            UPDATE, named, name=old, linked=True, new_name=new
        )
        assert set(answers) == {FRONT, KEYPAD}
        assert answers[FRONT]["outcome"] == "success"
        assert "reason" not in answers[FRONT]
        assert answers[KEYPAD]["outcome"] == "pending"
        assert "Bike Room Keypad is offline" in answers[KEYPAD]["reason"]


async def test_update_linked_refused_by_other_lock(actions: Actions) -> None:
    """The error names the lock that does not accept the name."""
    await _linked(actions)
    message = await actions.refused(
        "name_length",
        UPDATE,
        FRONT,
        name="Band",
        linked=True,
        new_name="Philharmonic orchestra",
    )
    assert "Apartment 1" in message
    assert not actions.sent(MULTIPLE_PATH)


async def test_update_linked_on_lock_with_unknown_codes(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A code that was changed all the same is no error."""
    made = await _linked(actions)
    simulator.faults.add(
        "status", path="/access_codes/list", device_id=APARTMENT_1, status=500
    )
    await reconcile()
    answers = await actions.answers(
        UPDATE, [FRONT, FLAT_1], name="Band", linked=True, new_name="Trio"
    )
    code_id = made[FLAT_1]["access_code_id"]
    assert actions.code(code_id).name == "Trio"
    assert answers[FLAT_1]["access_code_id"] == code_id
    assert answers[FLAT_1]["outcome"] == "success"


async def test_update_linked_ongoing_codes(actions: Actions) -> None:
    """Ongoing codes need both times."""
    await _linked(actions)
    now = dt_util.utcnow()
    await actions.refused(
        "times_needed", UPDATE, FRONT, name="Band", linked=True, ends_at=now + DAY
    )
    answer = await actions.answer(
        UPDATE, FRONT, name="Band", linked=True, starts_at=now, ends_at=now + DAY
    )
    assert answer["type"] == "time_bound"
    ends = {
        code.ends_at
        for code in actions.simulator.state.access_codes.values()
        if code.name == "Band"
    }
    assert ends == {(now + DAY).replace(microsecond=0)}


@pytest.mark.platforms(Platform.SENSOR)
async def test_update_linked_refused_by_seam(
    simulator: Simulator, actions: Actions
) -> None:
    """Every lock gets the error."""
    await _linked(actions)
    simulator.faults.add("status", path=MULTIPLE_PATH, status=400, message="Not today.")
    message = await actions.fails(
        "all_locks_failed",
        UPDATE,
        [FRONT, FLAT_1],
        name="Band",
        linked=True,
        **NEW_VALUES["times"],
    )
    assert "Not today." in message
    assert "Band" in {code["name"] for code in actions.listed(FRONT).values()}


@pytest.mark.platforms(Platform.SENSOR)
async def test_update_shown_despite_stale_list(
    simulator: Simulator,
    actions: Actions,
    poll: Poll,
    impatient: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The change is shown although Seam's lists lag behind."""
    code = actions.code(CODE_CLEANER)
    monkeypatch.setattr(
        simulator.backend.codes,
        "update",
        lambda _code, _changes, *, attempt: simulator.backend.attempts.succeed(attempt),
    )
    answer = await actions.answer(UPDATE, FRONT, name="Cleaner", new_name="Butler")
    assert code.name == "Cleaner"
    assert answer["name"] == "Butler"
    assert answer["outcome"] == "pending"
    await poll()
    assert actions.listed(FRONT)[CODE_CLEANER]["name"] == "Butler"


async def test_update_failure_masks_pin(simulator: Simulator, actions: Actions) -> None:
    """The error contains the message of the lock without the PIN."""
    simulator.control.fail_next_programming(message="PIN 4815 is no good.")
    with pytest.raises(HomeAssistantError) as caught:
        await actions.answer(UPDATE, FRONT, name="Cleaner", code="4815")
    assert caught.value.translation_key == "code_not_changed"
    assert "is no good." in str(caught.value)
    assert not any("4815" in text for text in texts(caught.value))


async def test_update_ignores_old_error(simulator: Simulator, actions: Actions) -> None:
    """An error from before the change is no failure."""
    simulator.control.code_error(CODE_CLEANER, "provider_issue")
    actions.code(CODE_CLEANER).errors[0]["created_at"] = "2026-01-02T03:04:05.000Z"
    answer = await actions.answer(REVEAL, FRONT, name="Cleaner")
    answer = await actions.answer(UPDATE, FRONT, name="Cleaner", new_name="Butler")
    assert answer["outcome"] == "success"


@pytest.mark.parametrize(
    "error",
    [
        "no_space_for_access_code_on_device",
        "code_constraints_violated",
        "failed_to_set_on_device",
        "duplicate_code_on_device",
        "access_code_inactive",
    ],
)
async def test_update_pending_with_old_error(
    simulator: Simulator, actions: Actions, impatient: None, error: str
) -> None:
    """The change is pending while the lock does not have the code."""
    code = actions.code(CODE_CLEANER)
    message = f"{code.code} does not fit."
    simulator.control.code_error(CODE_CLEANER, error, message=message)
    code.status = "unset"
    code.is_on_device = False
    await actions.answer(REVEAL, FRONT, name="Cleaner")

    answer = await actions.answer(
        UPDATE, FRONT, name="Cleaner", allow_external_modification=True
    )

    assert (answer["outcome"], answer["status"]) == ("pending", "unset")
    assert error in answer["reason"]
    assert "does not fit." in answer["reason"]
    assert "739158" not in answer["reason"]


@pytest.mark.parametrize(
    ("days", "has_error", "outcome"),
    [
        ((1, 2), False, "success"),
        ((1, 2), True, "pending"),
        ((-1, 2), False, "pending"),
    ],
)
async def test_update_code_not_due(
    simulator: Simulator,
    actions: Actions,
    impatient: None,
    days: tuple[int, int],
    has_error: bool,
    outcome: str,
) -> None:
    """The lock need not have the code before its start."""
    code, now = actions.code(CODE_CLEANER), dt_util.utcnow()
    code.starts_at, code.ends_at = (now + day * DAY for day in days)
    code.status, code.is_on_device = "unset", False
    if has_error:
        simulator.control.code_error(CODE_CLEANER, "failed_to_set_on_device")
    await actions.answer(REVEAL, FRONT, name="Cleaner")
    answer = await actions.answer(
        UPDATE, FRONT, name="Cleaner", allow_external_modification=True
    )
    assert (answer["outcome"], answer["status"]) == (outcome, "unset")


async def test_update_code_that_expires_meanwhile(
    actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock need not have the code after its end."""
    code, update = actions.code(CODE_GUEST_NOW), actions.simulator.backend.codes.update

    def update_late(*args: Any, **kwargs: Any) -> None:
        update(*args, **kwargs)
        code.ends_at = dt_util.utcnow() - DAY
        code.status, code.is_on_device, code.pending_mutations = "unset", False, []

    monkeypatch.setattr(actions.simulator.backend.codes, "update", update_late)
    answer = await actions.answer(
        UPDATE, FRONT, access_code_id=CODE_GUEST_NOW, allow_external_modification=True
    )
    assert (answer["outcome"], answer["state"]) == ("success", "expired")


@pytest.mark.platforms(Platform.SENSOR)
async def test_update_code_removed_meanwhile(
    simulator: Simulator, actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A code that is gone is an error."""
    update = simulator.backend.codes.update

    def vanish(code: Any, changes: Any, *, attempt: Any) -> None:
        update(code, changes)
        simulator.backend.attempts.succeed(attempt)
        simulator.control.vanish_code(code.access_code_id)

    monkeypatch.setattr(simulator.backend.codes, "update", vanish)
    await actions.fails("not_found", UPDATE, FRONT, name="Cleaner", new_name="Butler")
    assert CODE_CLEANER not in actions.listed(FRONT)
    # The first answer after the change may lag behind.
    assert len(actions.sent("/access_codes/get")) == 3


@pytest.mark.platforms(Platform.SENSOR)
async def test_update_timeout_is_uncertain(
    simulator: Simulator, actions: Actions
) -> None:
    """A change without an answer is uncertain and not retried."""
    simulator.faults.add("outage", path=PATH)
    await actions.fails(
        "change_uncertain", UPDATE, FRONT, name="Cleaner", new_name="Butler"
    )
    assert len(actions.sent(PATH)) == 1
    assert actions.listed(FRONT)[CODE_CLEANER]["name"] == "Cleaner"


async def test_update_on_offline_lock(actions: Actions) -> None:
    """The change of an offline lock is pending."""
    answer = await actions.answer(UPDATE, SHED, name="Skipper", new_name="Captain")
    assert answer["outcome"] == "pending"
    assert "Boat Shed is offline" in answer["reason"]
    assert len(actions.sent("/action_attempts/get")) == 1
    assert answer["name"] == "Captain"
    assert answer["status"] == "setting"


async def test_update_rate_limit(simulator: Simulator, actions: Actions) -> None:
    """Seam allows ten changes a minute."""
    simulator.control.limit_rates()
    now = simulator.backend.timeline.now()
    for _ in range(10):
        simulator.backend.limits.count(BIKE_ROOM_KEYPAD, "update", now)
    message = await actions.fails(
        "rate_limited", UPDATE, KEYPAD, access_code_id=CODE_BIKE_GUEST, new_name="Bikes"
    )
    assert "seconds" in message


NEW_VALUES: dict[str, dict[str, Any]] = {
    "name": {"new_name": "Butler"},
    "pin": {"code": "481516"},
    "times": {"starts_at": dt_util.utcnow(), "ends_at": dt_util.utcnow() + 9 * DAY},
    "ongoing": {"ongoing": True},
}


def _answer_as_before(simulator: Simulator, code_id: str) -> None:
    """Return a code as it is now, whatever is changed of it."""
    code = simulator.state.access_codes[code_id]
    simulator.control.override_row(
        code_id,
        {
            "name": code.name,
            "code": code.code,
            "starts_at": code.starts_at and code.starts_at.isoformat(),
            "ends_at": code.ends_at and code.ends_at.isoformat(),
            "status": code.status,
            "pending_mutations": [],
        },
    )


@pytest.mark.parametrize(
    ("change", "is_linked"),
    [*((change, False) for change in NEW_VALUES), ("name", True), ("times", True)],
)
async def test_update_pending_while_seam_returns_old_code(
    simulator: Simulator,
    actions: Actions,
    change: str,
    is_linked: bool,
) -> None:
    """The lock may not have the new values, but they are shown."""
    simulator.clock.speed = 6000
    made = await _linked(actions, starts_at=dt_util.utcnow(), ends_at=_IN_A_WEEK)
    code_id = made[FRONT]["access_code_id"]
    _answer_as_before(simulator, code_id)
    answer = await actions.answer(
        UPDATE, FRONT, name="Band", linked=is_linked, **NEW_VALUES[change]
    )
    assert answer["outcome"] == "pending"
    assert answer["reason"].startswith("Front Door has not confirmed the change yet.")
    assert answer["name"] == NEW_VALUES[change].get("new_name", "Band")


@pytest.mark.parametrize("change", NEW_VALUES)
async def test_update_succeeds_once_seam_returns_new_code(
    simulator: Simulator, actions: Actions, change: str
) -> None:
    """The wait goes on until then."""
    simulator.clock.speed = 6000
    _answer_as_before(simulator, CODE_GUEST_NOW)
    path = "/access_codes/get"
    updating = asyncio.create_task(
        actions.answer(
            UPDATE, FRONT, access_code_id=CODE_GUEST_NOW, **NEW_VALUES[change]
        )
    )
    await wait_until(lambda: len(actions.sent(path)) > 1)
    assert not updating.done()
    simulator.control.clear_overrides()
    assert (await updating)["outcome"] == "success"


@pytest.mark.parametrize(
    ("change", "made"),
    [
        ("name", {"name": "BUTL"}),
        ("times", {"ends_at": "2030-01-01T00:00:00.000Z"}),
        ("pin", {"code": None}),
        ("pin", {"code": "0481516"}),
    ],
)
async def test_update_succeeds_with_what_seam_makes_of_it(
    simulator: Simulator, actions: Actions, change: str, made: dict[str, Any]
) -> None:
    """Seam may round times and shorten names, and some locks do not report PINs."""
    simulator.control.override_row(CODE_GUEST_NOW, made)
    answer = await actions.answer(
        UPDATE, FRONT, access_code_id=CODE_GUEST_NOW, **NEW_VALUES[change]
    )
    assert answer["outcome"] == "success"


async def test_update_of_pin_that_was_never_reported(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Nothing shows that it has changed, and only the action knows it."""
    simulator.control.override_row(CODE_CLEANER, {"code": None})
    await reconcile()
    answer = await actions.answer(UPDATE, FRONT, name="Cleaner", code="481516")
    assert (answer["outcome"], answer["code"]) == ("success", "481516")
