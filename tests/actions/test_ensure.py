"""The action `ensure_access_code`."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from homeassistant.const import Platform
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
    """Return the times of a current guest."""
    now = dt_util.utcnow()
    return {"starts_at": now - DAY, "ends_at": now + 3 * DAY}


def _of_name(simulator: Simulator, device_id: str, name: str) -> list[AccessCode]:
    return [c for c in simulator.state.codes_of(device_id) if c.name == name]


@pytest.mark.platforms(Platform.SENSOR)
async def test_ensure_creates_code_once(
    simulator: Simulator, actions: Actions, stay: dict[str, Any]
) -> None:
    """The first call creates the code, and the next ones change nothing."""
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


@pytest.mark.platforms(Platform.SENSOR)
async def test_ensure_without_times_makes_code_ongoing(actions: Actions) -> None:
    """Without times, the code never expires, even if it had an end."""
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


@pytest.mark.platforms(Platform.SENSOR)
async def test_ensure_changes_times(actions: Actions) -> None:
    """The code and its PIN stay when the times change."""
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


async def test_ensure_changes_pin(actions: Actions) -> None:
    """A given PIN replaces another one, once."""
    for outcome in ("updated", "unchanged"):
        answer = await actions.answer(ENSURE, FRONT, name="Cleaner", code="4815")
        assert answer["outcome"] == outcome
        assert answer["code"] == actions.code(CODE_CLEANER).code == "4815"
    assert actions.writes == [UPDATE_PATH]


async def test_ensure_matches_exact_name(
    simulator: Simulator, actions: Actions
) -> None:
    """A code whose name differs in case is another one."""
    answer = await actions.answer(ENSURE, FRONT, name="CLEANER")
    assert answer["outcome"] == "created"
    assert answer["access_code_id"] != CODE_CLEANER


async def test_ensure_refuses_several_codes_of_name(
    simulator: Simulator, actions: Actions
) -> None:
    """Several codes of the name are refused, with their ids."""
    other = await actions.answer(SCHEDULE, FRONT, name="Baker")
    actions.code(other["access_code_id"]).name = "Cleaner"
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


async def test_ensure_ignores_expired_code(
    simulator: Simulator, actions: Actions, stay: dict[str, Any]
) -> None:
    """A returning guest gets a new code."""
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


async def test_ensure_ignores_code_being_removed(
    simulator: Simulator, actions: Actions, impatient: None
) -> None:
    """A code that is being removed is replaced."""
    simulator.control.lock_offline("Front Door")
    await actions.answer("delete_access_code", FRONT, name="Cleaner")
    answer = await actions.answer(ENSURE, FRONT, name="Cleaner")
    assert answer["outcome"] == "created"
    assert answer["access_code_id"] != CODE_CLEANER
    again = await actions.answer(ENSURE, FRONT, name="Cleaner")
    assert again["outcome"] == "unchanged"
    assert again["access_code_id"] == answer["access_code_id"]


async def test_ensure_ignores_unmanaged_and_backup_codes(
    simulator: Simulator, actions: Actions
) -> None:
    """Unmanaged codes and backups of the name do not count."""
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


async def test_ensure_fetches_codes_first(
    simulator: Simulator, actions: Actions
) -> None:
    """A code that no poll has found yet is not created again."""
    actions.code(CODE_CLEANER).name = "Butler"
    answer = await actions.answer(ENSURE, FRONT, name="Butler")
    assert answer["outcome"] == "unchanged"
    assert answer["access_code_id"] == CODE_CLEANER


async def test_ensure_recreates_code_missing_from_list(
    simulator: Simulator, actions: Actions
) -> None:
    """A code that is missing from the list is verified before its PIN is returned."""
    simulator.control.lose_events(9)
    simulator.control.vanish_code(CODE_CLEANER)
    again = await actions.answer(ENSURE, FRONT, name="Cleaner")
    assert again["outcome"] == "created"
    assert again["access_code_id"] in simulator.state.access_codes


async def test_ensure_simultaneous_calls(
    hass: HomeAssistant, simulator: Simulator, actions: Actions
) -> None:
    """Simultaneous calls create one code."""
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


async def test_ensure_masked_name(simulator: Simulator, actions: Actions) -> None:
    """A name that is shown masked is recognized."""
    for outcome in ("created", "unchanged"):
        answer = await actions.answer(ENSURE, FRONT, name="Room 061947")
        assert answer["outcome"] == outcome
        assert "061947" not in answer["name"]
    assert len(_of_name(simulator, FRONT_DOOR, "Room 061947")) == 1


# Several locks


async def test_ensure_creates_shared_code(
    simulator: Simulator, actions: Actions
) -> None:
    """New codes on several locks are linked and share a PIN."""
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
    # The status may have changed in the meantime.
    assert {
        entity_id: {**answer, "status": ""} for entity_id, answer in again.items()
    } == {
        entity_id: {**answer, "outcome": "unchanged", "status": ""}
        for entity_id, answer in answers.items()
    }
    assert actions.writes == [MULTIPLE_PATH]


async def test_ensure_reuses_pin_of_other_locks(
    simulator: Simulator, actions: Actions
) -> None:
    """Locks without the code get the PIN of the others."""
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


async def test_ensure_links_new_code(simulator: Simulator, actions: Actions) -> None:
    """A new code is linked with the others."""
    first = await actions.answers(SCHEDULE, [FRONT, FLAT_1], name="Band")
    answers = await actions.answers(ENSURE, [FRONT, FLAT_1, KEYPAD], name="Band")
    assert answers[KEYPAD]["outcome"] == "created"
    for field in ("code", "common_code_key"):
        assert answers[KEYPAD][field] == first[FRONT][field]


async def test_ensure_pin_not_accepted_by_other_lock(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Seam chooses another PIN if a lock does not accept the existing one."""
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


async def test_ensure_uses_first_accepted_pin(
    simulator: Simulator, actions: Actions
) -> None:
    """The first existing PIN that the lock accepts is used."""
    simulator.control.add_unmanaged_code("Bike Room Keypad", "Squatter", "746381")
    answers = await actions.answers(ENSURE, [FLAT_1, FRONT, KEYPAD], name="Cleaner")
    assert answers[FLAT_1]["code"] == "746381"
    assert answers[KEYPAD]["code"] == answers[FRONT]["code"] == "739158"


async def test_ensure_given_pin_on_several_locks(
    simulator: Simulator, actions: Actions
) -> None:
    """New codes with a given PIN are linked."""
    answers = await actions.answers(ENSURE, [FRONT, KEYPAD], name="Band", code="904417")
    (key,) = {answer["common_code_key"] for answer in answers.values()}
    assert key
    answers = await actions.answers(
        ENSURE, [FRONT, KEYPAD, FLAT_2], name="Band", code="904417"
    )
    assert [answer["outcome"] for answer in answers.values()].count("unchanged") == 2
    assert answers[FLAT_2]["outcome"] == "created"
    assert answers[FLAT_2]["common_code_key"] == key


async def test_ensure_different_outcomes(actions: Actions) -> None:
    """One call creates, updates and keeps codes, depending on the lock."""
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


async def test_ensure_across_workspaces(
    simulator: Simulator, actions: Actions, second_entry: None
) -> None:
    """Workspaces cannot share a PIN that Seam chooses, but an existing one."""
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
    ("start_missing", {"ends_at": DAY}),
    ("end_before_start", {"starts_at": 2 * DAY, "ends_at": DAY}),
    ("code_not_digits", {"code": "48"}),
    ("name_contains_code", {"name": "Room 4815", "code": "4815"}),
    ("code_and_length", {"code": "4815", "preferred_code_length": 4}),
    ("one_time_without_offline", {"is_one_time_use": True}),
    ("backup_without_times", {"use_backup_access_code_pool": True}),
    ("offline_with_code", {"is_offline_access_code": True, "code": "481516"}),
]


@pytest.mark.parametrize("name", ["Cleaner", "Guest"])
async def test_ensure_refuses_invalid_input(
    actions: Actions, subtests: pytest.Subtests, name: str
) -> None:
    """Invalid input is refused, whether or not the code exists."""
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
async def test_ensure_refused_by_one_lock(actions: Actions, name: str) -> None:
    """Nothing is created if one lock does not accept the code."""
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


async def test_ensure_no_common_length(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Nothing is created if the locks have no PIN length in common."""
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


async def test_ensure_keeps_start_in_past(
    simulator: Simulator, actions: Actions, reconcile: Poll, stay: dict[str, Any]
) -> None:
    """A lock that requires future starts accepts the start of an existing code."""
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


async def test_ensure_codes_unknown(
    simulator: Simulator, actions: Actions, coordinator: SeamCoordinator
) -> None:
    """Nothing is created while the codes of a lock are unknown."""
    simulator.faults.add("status", path="/access_codes/list", device_id=FRONT_DOOR)
    await actions.refused("codes_unknown", ENSURE, FRONT, name="Guest", may_read=True)
    answers = await actions.answers(ENSURE, [FRONT, FLAT_1], name="Guest")
    assert answers[FRONT]["error_key"] == "codes_unknown"
    assert answers[FLAT_1]["outcome"] == "created"


@pytest.mark.parametrize("path", ["/access_codes/list", "/devices/list"])
async def test_ensure_refresh_fails(
    simulator: Simulator, actions: Actions, path: str
) -> None:
    """Nothing is created if the codes cannot be fetched first."""
    simulator.faults.add("outage", path=path)
    await actions.fails("all_locks_failed", ENSURE, [FRONT, FLAT_1], name="Guest")
    assert not actions.writes


async def test_ensure_removed_lock(simulator: Simulator, actions: Actions) -> None:
    """A removed lock is an error, and the others get the code."""
    simulator.control.remove_lock("Front Door")
    answers = await actions.answers(ENSURE, [FRONT, FLAT_1], name="Guest")
    assert "error" in answers[FRONT]
    assert answers[FLAT_1]["outcome"] == "created"


async def test_ensure_lock_removed_meanwhile(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A lock that is gone after the refresh is refused."""
    simulator.control.lose_events(10)
    simulator.control.remove_lock("Front Door")
    await reconcile()
    await actions.refused("lock_gone", ENSURE, FRONT, name="Guest", may_read=True)


# Errors


async def test_ensure_with_one_refused(simulator: Simulator, actions: Actions) -> None:
    """Other locks get the code if Seam refuses one."""
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


async def test_ensure_shared_code_refused(
    simulator: Simulator, actions: Actions
) -> None:
    """Shared codes fail together, and the next call retries."""
    simulator.faults.add("status", path=MULTIPLE_PATH, status=400, message="No.")
    message = await actions.fails(
        "all_locks_failed", ENSURE, [FRONT, FLAT_1], name="Band"
    )
    assert "No." in message
    # The error of the shared request appears once.
    assert message.count("Apartment 1, Front Door: Seam rejected the request") == 1
    simulator.faults.clear()
    answers = await actions.answers(ENSURE, [FRONT, FLAT_1], name="Band")
    assert {answer["outcome"] for answer in answers.values()} == {"created"}


async def test_ensure_after_lost_answer(simulator: Simulator, actions: Actions) -> None:
    """A second call after a lost answer creates no second code."""
    simulator.faults.add("outage", path=CREATE_PATH, after_processing=True, count=1)
    await actions.fails("create_uncertain_found", ENSURE, FRONT, name="Guest")
    answer = await actions.answer(ENSURE, FRONT, name="Guest")
    assert answer["outcome"] == "unchanged"
    assert len(_of_name(simulator, FRONT_DOOR, "Guest")) == 1


async def test_ensure_on_offline_lock(simulator: Simulator, actions: Actions) -> None:
    """A code that waits for its lock is not created again."""
    simulator.control.lock_offline("Front Door")
    answer = await actions.answer(ENSURE, FRONT, name="Guest")
    assert (answer["outcome"], answer["status"]) == ("created", "setting")
    assert "Front Door is offline" in answer["reason"]
    again = await actions.answer(ENSURE, FRONT, name="Guest")
    assert (again["outcome"], again["status"]) == ("unchanged", "setting")


# Offline codes


@pytest.mark.parametrize("rounding", [None, "1hour", "1day"])
async def test_ensure_offline_code(
    actions: Actions, cellar: str, stay: dict[str, Any], rounding: str | None
) -> None:
    """Rounded times are accepted; other times cannot be changed."""
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


async def test_ensure_does_not_reuse_pin_of_offline_code(
    simulator: Simulator,
    actions: Actions,
    reconcile: Poll,
    cellar: str,
    stay: dict[str, Any],
) -> None:
    """The PIN of an offline code is not used on another lock."""
    simulator.control.add_lock("Attic", IGLOOHOME)
    await reconcile()
    data = {"name": "Meter reader", "is_offline_access_code": True}
    first = await actions.answer(ENSURE, cellar, **data, **stay)
    answers = await actions.answers(ENSURE, [cellar, "lock.attic"], **data, **stay)
    assert answers[cellar]["code"] == first["code"]
    assert answers["lock.attic"]["outcome"] == "created"
    assert answers["lock.attic"]["code"] != first["code"]
