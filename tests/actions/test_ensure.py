"""Each lock has exactly one code of a name, as wanted, however often one asks."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.manufacturers import IGLOOHOME
from simulator.seed import (
    APARTMENT_1,
    BIKE_ROOM_KEYPAD,
    CODE_APARTMENT_1_CLEANER,
    CODE_APARTMENT_2_CLEANER,
    CODE_CLEANER,
    CODE_GUEST_NOW,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
)
from simulator.state import AccessCode
from tests.conftest import Poll

from .support import FLAT_1, FLAT_2, FRONT, GARDEN, KEYPAD, WITH_PIN, Actions

ENSURE = "ensure_access_code"
SCHEDULE = "schedule_access_code"
CREATE_PATH = "/access_codes/create"
MULTIPLE_PATH = "/access_codes/create_multiple"
UPDATE_PATH = "/access_codes/update"
DAY = timedelta(days=1)


@pytest.fixture
def stay() -> dict[str, Any]:
    """Return the times of a guest who is there."""
    now = dt_util.utcnow()
    return {"starts_at": now - DAY, "ends_at": now + 3 * DAY}


def _of_name(simulator: Simulator, device_id: str, name: str) -> list[AccessCode]:
    return [c for c in simulator.state.codes_of(device_id) if c.name == name]


async def test_created_and_then_left(
    simulator: Simulator, actions: Actions, stay: dict[str, Any]
) -> None:
    """The first call makes the code, the others find it and ask for no change."""
    answer = await actions.answer(
        ENSURE, FRONT, name="Guest", **stay, allow_external_modification=True
    )
    assert answer["outcome"] == "created"
    assert set(answer) == WITH_PIN | {"outcome"}
    (made,) = _of_name(simulator, FRONT_DOOR, "Guest")
    assert made.code == answer["code"]
    assert made.ends_at == stay["ends_at"].replace(microsecond=0)
    assert made.is_external_modification_allowed
    assert answer["access_code_id"] in actions.listed(FRONT)
    writes = actions.writes
    assert writes == [CREATE_PATH]

    for _ in range(2):
        again = await actions.answer(
            ENSURE, FRONT, name="Guest", **stay, allow_external_modification=True
        )
        assert again == {**answer, "outcome": "unchanged"}
    assert actions.writes == writes


async def test_without_times_it_has_none(actions: Actions) -> None:
    """Without times the code works for always, also where it had an end."""
    answer = await actions.answer(ENSURE, FRONT, name="Cleaner")
    assert answer["outcome"] == "unchanged"
    assert answer["access_code_id"] == CODE_CLEANER
    assert answer["code"] == actions.code(CODE_CLEANER).code

    guest = actions.code(CODE_GUEST_NOW)
    answer = await actions.answer(ENSURE, FRONT, name=guest.name)
    assert answer["outcome"] == "updated"
    assert answer["type"] == "ongoing"
    assert guest.ends_at is None
    assert actions.listed(FRONT)[CODE_GUEST_NOW]["type"] == "ongoing"
    assert actions.writes == [UPDATE_PATH]


async def test_changed_times(actions: Actions) -> None:
    """A booking that moves takes its code along: same code, same PIN."""
    guest = actions.code(CODE_GUEST_NOW)
    assert guest.starts_at is not None
    assert guest.ends_at is not None
    before = guest.code
    times = {"starts_at": guest.starts_at, "ends_at": guest.ends_at + DAY}

    answer = await actions.answer(ENSURE, FRONT, name=guest.name, **times)

    assert answer["outcome"] == "updated"
    assert answer["access_code_id"] == CODE_GUEST_NOW
    assert answer["code"] == guest.code == before
    assert guest.ends_at == times["ends_at"]
    shown = actions.listed(FRONT)[CODE_GUEST_NOW]
    assert datetime.fromisoformat(shown["ends_at"]) == times["ends_at"]
    answer = await actions.answer(ENSURE, FRONT, name=guest.name, **times)
    assert answer["outcome"] == "unchanged"
    assert actions.writes == [UPDATE_PATH]


async def test_pin_of_ones_own(actions: Actions) -> None:
    """A PIN that is given replaces another, once."""
    for outcome in ("updated", "unchanged"):
        answer = await actions.answer(ENSURE, FRONT, name="Cleaner", code="4815")
        assert answer["outcome"] == outcome
        assert answer["code"] == actions.code(CODE_CLEANER).code == "4815"
    assert actions.writes == [UPDATE_PATH]


async def test_other_spelling_is_another_code(
    simulator: Simulator, actions: Actions
) -> None:
    """Nothing is changed of a code that is not called exactly so."""
    answer = await actions.answer(ENSURE, FRONT, name="CLEANER")
    assert answer["outcome"] == "created"
    assert answer["access_code_id"] != CODE_CLEANER


async def test_several_codes_of_the_name(
    simulator: Simulator, actions: Actions
) -> None:
    """Which of them is meant nobody knows: their ids are told, and nothing is done."""
    other = await actions.answer(SCHEDULE, FRONT, name="Cleaner")
    before = actions.writes
    message = await actions.refused(
        "several_of_name", ENSURE, FRONT, may_read=True, name="Cleaner", code="4815"
    )
    assert CODE_CLEANER in message
    assert other["access_code_id"] in message
    assert actions.writes == before

    answers = await actions.answers(ENSURE, [FRONT, FLAT_1], name="Cleaner")
    assert answers[FRONT]["error_key"] == "several_of_name"
    assert answers[FLAT_1]["outcome"] == "unchanged"


async def test_what_is_over_does_not_count(
    simulator: Simulator, actions: Actions, stay: dict[str, Any]
) -> None:
    """A guest who comes back gets a new code, and the old one is left alone."""
    (old,) = (
        code
        for code in simulator.state.codes_of(APARTMENT_1)
        if code.has_expired(dt_util.utcnow())
    )
    ended = old.ends_at
    for outcome in ("created", "unchanged"):
        answer = await actions.answer(ENSURE, FLAT_1, name=old.name, **stay)
        assert answer["outcome"] == outcome
        assert answer["access_code_id"] != old.access_code_id
        assert answer["code"] != old.code
    assert old.ends_at == ended
    assert old.access_code_id in simulator.state.access_codes
    assert actions.writes == [CREATE_PATH]


async def test_what_is_being_removed_does_not_count(
    simulator: Simulator, actions: Actions, impatient: None
) -> None:
    """A code that goes is no code any more."""
    simulator.control.lock_offline("Front Door")
    await actions.answer("delete_access_code", FRONT, name="Cleaner")
    answer = await actions.answer(ENSURE, FRONT, name="Cleaner")
    assert answer["outcome"] == "created"
    assert answer["access_code_id"] != CODE_CLEANER
    again = await actions.answer(ENSURE, FRONT, name="Cleaner")
    assert again["outcome"] == "unchanged"
    assert again["access_code_id"] == answer["access_code_id"]


async def test_unmanaged_and_backup_codes_do_not_count(
    simulator: Simulator, actions: Actions
) -> None:
    """Only managed codes in their own right are meant."""
    answer = await actions.answer(ENSURE, FRONT, name="Neighbour")
    assert answer["outcome"] == "created"
    assert not actions.code(UNMANAGED_NEIGHBOUR).is_managed

    guest = actions.code(CODE_GUEST_NOW)
    backup = await actions.answer("pull_backup_access_code", FRONT, name=guest.name)
    actions.code(backup["access_code_id"]).name = guest.name
    answer = await actions.answer(
        ENSURE,
        FRONT,
        name=guest.name,
        starts_at=guest.starts_at,
        ends_at=guest.ends_at,
    )
    assert answer["outcome"] == "unchanged"
    assert answer["access_code_id"] == CODE_GUEST_NOW


async def test_seam_is_asked_first(simulator: Simulator, actions: Actions) -> None:
    """A code of which no poll has told yet is not made a second time."""
    actions.code(CODE_CLEANER).name = "Butler"
    answer = await actions.answer(ENSURE, FRONT, name="Butler")
    assert answer["outcome"] == "unchanged"
    assert answer["access_code_id"] == CODE_CLEANER


async def test_what_has_gone_in_silence_is_made_again(
    simulator: Simulator, actions: Actions
) -> None:
    """One list without a code may be wrong; a guest must not be told a dead PIN."""
    first = await actions.answer(ENSURE, FRONT, name="Guest")
    simulator.control.lose_events(9)
    simulator.control.vanish_code(first["access_code_id"])
    again = await actions.answer(ENSURE, FRONT, name="Guest")
    assert again["outcome"] == "created"
    assert again["access_code_id"] in simulator.state.access_codes


async def test_two_calls_at_once(
    hass: HomeAssistant, simulator: Simulator, actions: Actions
) -> None:
    """Automations that run at the same time do not make two codes."""
    answers = await asyncio.gather(
        *(actions.answer(ENSURE, FRONT, name="Guest") for _ in range(3))
    )
    assert sorted(answer["outcome"] for answer in answers) == [
        "created",
        "unchanged",
        "unchanged",
    ]
    assert len({answer["access_code_id"] for answer in answers}) == 1
    assert len(_of_name(simulator, FRONT_DOOR, "Guest")) == 1


async def test_name_that_holds_the_pin_of_another_code(
    simulator: Simulator, actions: Actions
) -> None:
    """A name that is shown masked is recognised nevertheless."""
    for outcome in ("created", "unchanged"):
        answer = await actions.answer(ENSURE, FRONT, name="Room 061947")
        assert answer["outcome"] == outcome
        assert "061947" not in answer["name"]
    assert len(_of_name(simulator, FRONT_DOOR, "Room 061947")) == 1


# Several locks


async def test_none_of_several_locks_has_it(
    simulator: Simulator, actions: Actions
) -> None:
    """As when it is scheduled: one PIN, linked, in one request."""
    answers = await actions.answers(
        ENSURE, [FRONT, FLAT_1], name="Band", preferred_code_length=5
    )
    assert {answer["outcome"] for answer in answers.values()} == {"created"}
    (pin,) = {answer["code"] for answer in answers.values()}
    (key,) = {answer["common_code_key"] for answer in answers.values()}
    assert len(pin) == 5
    assert key
    assert actions.writes == [MULTIPLE_PATH]
    again = await actions.answers(
        ENSURE, [FRONT, FLAT_1], name="Band", preferred_code_length=5
    )
    # By then it may be set: time runs.
    assert {
        entity_id: {**answer, "status": ""} for entity_id, answer in again.items()
    } == {
        entity_id: {**answer, "outcome": "unchanged", "status": ""}
        for entity_id, answer in answers.items()
    }
    assert actions.writes == [MULTIPLE_PATH]


async def test_some_of_several_locks_have_it(
    simulator: Simulator, actions: Actions
) -> None:
    """The others get the PIN that guests know already."""
    answers = await actions.answers(
        ENSURE, [FRONT, KEYPAD, GARDEN], name="Cleaner", preferred_code_length=4
    )
    assert answers[FRONT]["outcome"] == "unchanged"
    assert answers[KEYPAD]["outcome"] == answers[GARDEN]["outcome"] == "created"
    assert {answer["code"] for answer in answers.values()} == {"739158"}
    assert actions.writes == [CREATE_PATH, CREATE_PATH]
    for record in actions.sent(CREATE_PATH):
        assert record.body["code"] == "739158"
        assert "common_code_key" not in record.body


async def test_new_codes_join_the_linked_ones(
    simulator: Simulator, actions: Actions
) -> None:
    """A lock that is added later gets a code linked with the others."""
    first = await actions.answers(SCHEDULE, [FRONT, FLAT_1], name="Band")
    answers = await actions.answers(ENSURE, [FRONT, FLAT_1, KEYPAD], name="Band")
    assert answers[KEYPAD]["outcome"] == "created"
    for field in ("code", "common_code_key"):
        assert answers[KEYPAD][field] == first[FRONT][field]


async def test_pin_that_does_not_fit_the_others(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Where the PIN is taken, or breaks a rule, Seam chooses another."""
    simulator.control.add_unmanaged_code("Bike Room Keypad", "Squatter", "739158")
    rules = [{"constraint_type": "cannot_contain_089"}]
    simulator.control.set_device(
        actions.code(CODE_APARTMENT_2_CLEANER).device_id,
        properties={"code_constraints": rules},
    )
    await actions.answer("delete_access_code", FLAT_2, name="Cleaner")
    await reconcile()

    answers = await actions.answers(ENSURE, [FRONT, KEYPAD, FLAT_2], name="Cleaner")

    assert answers[FRONT]["outcome"] == "unchanged"
    for entity_id in (KEYPAD, FLAT_2):
        assert answers[entity_id]["outcome"] == "created"
        assert answers[entity_id]["code"] != "739158"
    assert len(_of_name(simulator, BIKE_ROOM_KEYPAD, "Cleaner")) == 1


async def test_second_pin_where_the_first_does_not_fit(
    simulator: Simulator, actions: Actions
) -> None:
    """Of several PINs in use the first one that fits is taken."""
    simulator.control.add_unmanaged_code("Bike Room Keypad", "Squatter", "746381")
    answers = await actions.answers(ENSURE, [FLAT_1, FRONT, KEYPAD], name="Cleaner")
    assert answers[FLAT_1]["code"] == "746381"
    assert answers[KEYPAD]["code"] == answers[FRONT]["code"] == "739158"


async def test_own_pin_on_several_locks(simulator: Simulator, actions: Actions) -> None:
    """Where there is none yet, codes with a PIN of one's own are linked."""
    answers = await actions.answers(ENSURE, [FRONT, KEYPAD], name="Band", code="904417")
    (key,) = {answer["common_code_key"] for answer in answers.values()}
    assert key
    answers = await actions.answers(
        ENSURE, [FRONT, KEYPAD, FLAT_2], name="Band", code="904417"
    )
    assert [answer["outcome"] for answer in answers.values()].count("unchanged") == 2
    assert answers[FLAT_2]["outcome"] == "created"
    assert answers[FLAT_2]["common_code_key"] == key


async def test_all_kinds_at_once(actions: Actions) -> None:
    """One call makes, changes and leaves, as each lock needs it."""
    answers = await actions.answers(
        ENSURE, [FRONT, FLAT_1, KEYPAD], name="Cleaner", code="739158"
    )
    assert {entity_id: answer["outcome"] for entity_id, answer in answers.items()} == {
        FRONT: "unchanged",
        FLAT_1: "updated",
        KEYPAD: "created",
    }
    assert actions.code(CODE_APARTMENT_1_CLEANER).code == "739158"
    assert sorted(actions.writes) == [CREATE_PATH, UPDATE_PATH]


async def test_other_workspaces(
    simulator: Simulator, actions: Actions, second_entry: None
) -> None:
    """Workspaces cannot share a PIN of Seam's, but one that is there already."""
    office = "lock.office_door"
    await actions.refused(
        "several_workspaces", ENSURE, [FRONT, office], name="Band", may_read=True
    )
    answers = await actions.answers(ENSURE, [FRONT, office], name="Owner")
    assert answers[office]["outcome"] == "created"
    assert answers[office]["code"] == answers[FRONT]["code"]


# Refusals


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("end_in_past", {"starts_at": -2 * DAY, "ends_at": -DAY}),
    ("one_time_only", {"ends_at": DAY}),
    ("end_before_start", {"starts_at": 2 * DAY, "ends_at": DAY}),
    ("code_not_digits", {"code": "48"}),
    ("name_contains_code", {"name": "Room 4815", "code": "4815"}),
    ("code_and_length", {"code": "4815", "preferred_code_length": 4}),
    ("one_time_without_offline", {"is_one_time_use": True}),
    ("backup_without_times", {"use_backup_access_code_pool": True}),
    ("offline_with_code", {"is_offline_access_code": True, "code": "481516"}),
]


@pytest.mark.parametrize("name", ["Cleaner", "Guest"])
async def test_refusals(actions: Actions, subtests: pytest.Subtests, name: str) -> None:
    """Whether or not the code is there, what cannot be is refused at once."""
    now = dt_util.utcnow()
    for key, fields in REFUSED:
        data: dict[str, Any] = {
            field: now + value if isinstance(value, timedelta) else value
            for field, value in fields.items()
        }
        with subtests.test(key=key):
            await actions.refused(key, ENSURE, FRONT, **{"name": name, **data})
    assert not actions.writes


@pytest.mark.parametrize("name", ["Cleaner", "Guest"])
async def test_one_of_several_locks_does_not_take_it(
    actions: Actions, name: str
) -> None:
    """What one lock cannot have is made on none."""
    message = await actions.refused(
        "code_length",
        ENSURE,
        [KEYPAD, FRONT],
        may_read=True,
        name=name,
        code="4815162",
    )
    assert "Front Door" in message
    assert not actions.writes


async def test_locks_that_cannot_share_a_pin(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Without a common length none is made."""
    for device_id, lengths in ((FRONT_DOOR, [4]), (APARTMENT_1, [8])):
        simulator.control.set_device(
            device_id, properties={"supported_code_lengths": lengths}
        )
    await reconcile()
    message = await actions.refused(
        "no_common_length", ENSURE, [FRONT, FLAT_1], name="Band", may_read=True
    )
    assert "Front Door: 4" in message
    assert "Apartment 1: 8" in message
    assert not actions.writes


async def test_start_that_has_passed_meanwhile(
    simulator: Simulator, actions: Actions, reconcile: Poll, stay: dict[str, Any]
) -> None:
    """A lock that takes only future starts does not object to a code that it has."""
    made = await actions.answer(ENSURE, FRONT, name="Guest", **stay)
    rules = [{"constraint_type": "start_date_in_future"}]
    simulator.control.set_device(FRONT_DOOR, properties={"code_constraints": rules})
    await reconcile()
    answer = await actions.answer(ENSURE, FRONT, name="Guest", **stay)
    assert answer["outcome"] == "unchanged"
    stay["ends_at"] += DAY
    answer = await actions.answer(ENSURE, FRONT, name="Guest", **stay)
    assert answer["outcome"] == "updated"
    assert answer["access_code_id"] == made["access_code_id"]


async def test_codes_that_cannot_be_had(
    simulator: Simulator, actions: Actions, coordinator: SeamCoordinator
) -> None:
    """While the codes of a lock are unknown, none is made: it might be there."""
    simulator.faults.add("status", path="/access_codes/list", device_id=FRONT_DOOR)
    await actions.refused("codes_unknown", ENSURE, FRONT, name="Guest", may_read=True)
    answers = await actions.answers(ENSURE, [FRONT, FLAT_1], name="Guest")
    assert answers[FRONT]["error_key"] == "codes_unknown"
    assert answers[FLAT_1]["outcome"] == "created"


@pytest.mark.parametrize("path", ["/access_codes/list", "/devices/list"])
async def test_seam_cannot_be_asked_first(
    simulator: Simulator, actions: Actions, path: str
) -> None:
    """Nothing is decided by what was known a minute ago."""
    simulator.faults.add("outage", path=path)
    await actions.fails("cannot_connect", ENSURE, [FRONT, FLAT_1], name="Guest")
    assert not actions.writes


async def test_lock_that_vanished(simulator: Simulator, actions: Actions) -> None:
    """Of a lock that is gone the answer says so; the others get their code."""
    simulator.control.remove_lock("Front Door")
    answers = await actions.answers(ENSURE, [FRONT, FLAT_1], name="Guest")
    assert "error" in answers[FRONT]
    assert answers[FLAT_1]["outcome"] == "created"


async def test_lock_that_vanishes_at_the_look(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A second answer without the lock, during the action, is believed."""
    simulator.control.lose_events(10)
    simulator.control.remove_lock("Front Door")
    await reconcile()
    await actions.refused("lock_gone", ENSURE, FRONT, name="Guest", may_read=True)


# Trouble


async def test_seam_refuses_some(simulator: Simulator, actions: Actions) -> None:
    """What fails on one lock does not stop the others."""
    simulator.faults.add(
        "status",
        path=CREATE_PATH,
        device_id=BIKE_ROOM_KEYPAD,
        status=400,
        message="No room.",
    )
    answers = await actions.answers(ENSURE, [FRONT, KEYPAD, GARDEN], name="Cleaner")
    assert answers[FRONT]["outcome"] == "unchanged"
    assert answers[GARDEN]["outcome"] == "created"
    assert answers[KEYPAD]["error_key"] == "refused"


async def test_seam_refuses_to_share(simulator: Simulator, actions: Actions) -> None:
    """Where codes are made together, they fail together; the next call tries again."""
    simulator.faults.add("status", path=MULTIPLE_PATH, status=400, message="No.")
    message = await actions.fails(
        "some_locks_failed", ENSURE, [FRONT, FLAT_1], name="Band"
    )
    assert "No." in message
    simulator.faults.clear()
    answers = await actions.answers(ENSURE, [FRONT, FLAT_1], name="Band")
    assert {answer["outcome"] for answer in answers.values()} == {"created"}


@pytest.mark.parametrize("after_processing", [True, False])
async def test_answer_lost(
    simulator: Simulator, actions: Actions, after_processing: bool
) -> None:
    """After a lost answer, asking again makes no second code."""
    simulator.faults.add(
        "outage", path=CREATE_PATH, after_processing=after_processing, count=1
    )
    key = "create_uncertain_found" if after_processing else "create_uncertain"
    await actions.fails(key, ENSURE, FRONT, name="Guest")
    answer = await actions.answer(ENSURE, FRONT, name="Guest")
    assert answer["outcome"] == ("unchanged" if after_processing else "created")
    assert len(_of_name(simulator, FRONT_DOOR, "Guest")) == 1


async def test_offline_lock(simulator: Simulator, actions: Actions) -> None:
    """A code that waits for its lock is there, and not made again."""
    simulator.control.lock_offline("Front Door")
    answer = await actions.answer(ENSURE, FRONT, name="Guest")
    assert (answer["outcome"], answer["status"]) == ("created", "setting")
    assert "Front Door is offline" in answer["reason"]
    again = await actions.answer(ENSURE, FRONT, name="Guest")
    assert (again["outcome"], again["status"]) == ("unchanged", "setting")


# Offline codes


@pytest.fixture
async def cellar(simulator: Simulator, reconcile: Poll) -> str:
    """Add a lock with offline codes."""
    simulator.control.add_lock("Cellar", IGLOOHOME)
    await reconcile()
    return "lock.cellar"


@pytest.mark.parametrize("rounding", [None, "1hour", "1day"])
async def test_offline_code(
    actions: Actions, cellar: str, stay: dict[str, Any], rounding: str | None
) -> None:
    """Rounded times are those that were wanted; other times it cannot get."""
    data: dict[str, Any] = {
        "name": "Meter reader",
        "is_offline_access_code": True,
        **({"max_time_rounding": rounding} if rounding else {}),
    }
    answer = await actions.answer(ENSURE, cellar, **data, **stay)
    assert answer["outcome"] == "created"
    again = await actions.answer(ENSURE, cellar, **data, **stay)
    assert again["outcome"] == "unchanged"
    assert again["code"] == answer["code"]
    stay["ends_at"] += 3 * DAY
    await actions.refused(
        "offline_code_unchangeable", ENSURE, cellar, may_read=True, **data, **stay
    )


async def test_offline_codes_have_pins_of_their_own(
    simulator: Simulator,
    actions: Actions,
    reconcile: Poll,
    cellar: str,
    stay: dict[str, Any],
) -> None:
    """The PIN of one lock's offline code is not asked for on another."""
    simulator.control.add_lock("Attic", IGLOOHOME)
    await reconcile()
    data = {"name": "Meter reader", "is_offline_access_code": True}
    first = await actions.answer(ENSURE, cellar, **data, **stay)
    answers = await actions.answers(ENSURE, [cellar, "lock.attic"], **data, **stay)
    assert answers[cellar]["code"] == first["code"]
    assert answers["lock.attic"]["outcome"] == "created"
    assert answers["lock.attic"]["code"] != first["code"]
