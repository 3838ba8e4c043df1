"""Which code an action is about: by id, or by name."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.seam.const import DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import (
    CODE_APARTMENT_1_CLEANER,
    CODE_CLEANER,
    CODE_OFFICE_TEAM,
    CODE_OWNER,
    UNMANAGED_GARDEN_1,
    UNMANAGED_INSTALLER,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
)
from tests.conftest import Poll

from .support import FLAT_2, FRONT, GARDEN, WITH_PIN, Actions

DELETE = "delete_access_code"
REVEAL = "reveal_access_code"
CONVERT = "convert_access_code"

# Revealing looks first: the code may be younger than the last poll.
MAY_READ = {DELETE: False, REVEAL: True, CONVERT: False}
PICKING = pytest.mark.parametrize("action", [DELETE, REVEAL, CONVERT])


async def test_name_before_its_other_spellings(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """An exact name wins over the same name in other letters."""
    other = simulator.control.add_unmanaged_code("Front Door", "NEIGHBOUR", "718204")
    await poll()
    answer = await actions.answer(REVEAL, FRONT, name="NEIGHBOUR")
    assert answer["access_code_id"] == other.access_code_id
    answer = await actions.answer(REVEAL, FRONT, name="Neighbour")
    assert answer["access_code_id"] == UNMANAGED_NEIGHBOUR
    message = await actions.refused(
        "ambiguous_code", REVEAL, FRONT, name="neighbour", may_read=True
    )
    assert UNMANAGED_NEIGHBOUR in message
    assert other.access_code_id in message


@PICKING
async def test_spelling_does_not_matter(actions: Actions, action: str) -> None:
    """A name is found in capitals, too."""
    answer = await actions.answer(action, FRONT, name="nEIGHBOUR")
    row = answer["access_codes"][0] if action == CONVERT else answer
    assert row["access_code_id"] == UNMANAGED_NEIGHBOUR


@PICKING
@pytest.mark.parametrize("name", ["Flat 061947", "fLAT 061947"])
async def test_name_that_holds_a_pin_of_the_house(
    simulator: Simulator, actions: Actions, reconcile: Poll, action: str, name: str
) -> None:
    """A code that is shown masked is found by its own name."""
    simulator.control.add_unmanaged_code("Apartment 1", "Plumber", "061947")
    code = simulator.control.add_unmanaged_code("Front Door", "Flat 061947", "718204")
    await reconcile()
    answer = await actions.answer(action, FRONT, name=name)
    row = answer["access_codes"][0] if action == CONVERT else answer
    assert row["access_code_id"] == code.access_code_id
    assert "061947" not in row["name"]


@PICKING
async def test_ambiguous_name(
    simulator: Simulator, actions: Actions, poll: Poll, action: str
) -> None:
    """Of several codes with a name none is taken; their ids are told, no others."""
    other = simulator.control.add_unmanaged_code("Front Door", "Neighbour", "718204")
    await poll()
    message = await actions.refused(
        "ambiguous_code", action, FRONT, name="Neighbour", may_read=MAY_READ[action]
    )
    assert UNMANAGED_NEIGHBOUR in message
    assert other.access_code_id in message
    assert UNMANAGED_OLD_GUEST not in message

    answer = await actions.answer(action, FRONT, access_code_id=other.access_code_id)
    row = answer["access_codes"][0] if action == CONVERT else answer
    assert row["access_code_id"] == other.access_code_id
    assert UNMANAGED_NEIGHBOUR in actions.listed(FRONT, "unmanaged")


@PICKING
async def test_unknown_code(actions: Actions, action: str) -> None:
    """What there is instead is told, by name and id."""
    picks: list[dict[str, Any]] = [
        {"name": "Nobody"},
        {"access_code_id": "no-such-id"},
        {"name": ""},
    ]
    for pick in picks:
        message = await actions.refused(
            "unknown_code", action, FRONT, may_read=MAY_READ[action], **pick
        )
        assert UNMANAGED_NEIGHBOUR in message
        assert (CODE_CLEANER in message) is (action != CONVERT)


@PICKING
async def test_pin_instead_of_a_name(actions: Actions, action: str) -> None:
    """Whoever mistakes the field for the PIN's does not find the PIN in the log."""
    pin = actions.code(CODE_CLEANER).code
    assert pin is not None
    for pick in ("name", "access_code_id"):
        fields: dict[str, Any] = {pick: pin}
        message = await actions.refused(
            "unknown_code", action, FRONT, may_read=MAY_READ[action], **fields
        )
        assert pin not in message


@PICKING
async def test_code_of_another_lock(actions: Actions, action: str) -> None:
    """The lock that has the code is named."""
    message = await actions.refused(
        "code_on_other_lock",
        action,
        FRONT,
        may_read=MAY_READ[action],
        access_code_id=CODE_APARTMENT_1_CLEANER,
    )
    assert "Apartment 1" in message


@PICKING
async def test_code_of_another_workspace(
    actions: Actions, action: str, second_entry: None
) -> None:
    """What is in another workspace is unknown here."""
    await actions.refused(
        "unknown_code",
        action,
        FRONT,
        may_read=MAY_READ[action],
        access_code_id=CODE_OFFICE_TEAM,
    )


@PICKING
async def test_id_or_name(actions: Actions, action: str) -> None:
    """One of the two is needed, and enough."""
    both: dict[str, Any] = {
        "name": "Neighbour",
        "access_code_id": UNMANAGED_NEIGHBOUR,
    }
    await actions.refused("id_or_name", action, FRONT)
    await actions.refused("id_or_name", action, FRONT, **both)


async def test_code_without_name(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """A code without a name is picked by its id only."""
    code = simulator.control.add_unmanaged_code("Front Door", None, "718204")
    await poll()
    await actions.refused("unknown_code", REVEAL, FRONT, name="None", may_read=True)
    answer = await actions.answer(REVEAL, FRONT, access_code_id=code.access_code_id)
    assert answer["name"] is None
    assert answer["code"] == "718204"


# Deleting


@pytest.mark.parametrize(
    ("code_id", "path"),
    [
        (CODE_CLEANER, "/access_codes/delete"),
        (UNMANAGED_NEIGHBOUR, "/access_codes/unmanaged/delete"),
    ],
)
async def test_delete(actions: Actions, code_id: str, path: str) -> None:
    """Both kinds of codes are gone afterwards, in Seam and here."""
    name = actions.code(code_id).name
    answer = await actions.answer(DELETE, FRONT, access_code_id=code_id)

    assert answer == {"access_code_id": code_id, "name": name, "outcome": "deleted"}
    assert code_id not in actions.simulator.world.access_codes
    assert code_id not in actions.listed(FRONT)
    assert code_id not in actions.listed(FRONT, "unmanaged")
    (request,) = actions.sent(path)
    assert request.body == {"access_code_id": code_id}
    assert actions.writes == [path]


async def test_delete_what_cannot_be_deleted(actions: Actions) -> None:
    """Seam says which codes it cannot delete."""
    message = await actions.refused(
        "cannot_delete", DELETE, FRONT, access_code_id=UNMANAGED_INSTALLER
    )
    assert "Installer" in message


async def test_delete_offline_code(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Nobody can take back what a lock calculates by itself."""
    actions.code(CODE_OWNER).is_offline_access_code = True
    await reconcile()
    await actions.refused("offline_code_fixed", DELETE, FRONT, name="Owner")


async def test_delete_offline_code_of_which_only_seam_knows(actions: Actions) -> None:
    """Where nothing says that it is one, Seam refuses, and it stays."""
    actions.code(CODE_OWNER).is_offline_access_code = True
    before = actions.world
    message = await actions.fails("refused", DELETE, FRONT, name="Owner")
    assert "cannot be deleted" in message
    assert actions.world == before
    assert CODE_OWNER in actions.listed(FRONT)


async def test_delete_on_offline_lock(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """A lock that is offline loses its codes later: the answer says so at once."""
    simulator.control.lock_offline("Front Door")
    await poll()
    answer = await actions.answer(DELETE, FRONT, name="Cleaner")
    assert answer["outcome"] == "pending"
    assert "Front Door is offline" in answer["reason"]
    assert len(actions.sent("/action_attempts/get")) == 1
    assert actions.code(CODE_CLEANER).is_being_deleted
    assert actions.listed(FRONT)[CODE_CLEANER]["status"] == "removing"


async def test_delete_on_a_slow_lock(
    simulator: Simulator, actions: Actions, impatient: None
) -> None:
    """A code that takes long to go is pending, and nobody knows why."""
    simulator.clock.speed = 0.001
    answer = await actions.answer(DELETE, FRONT, name="Cleaner")
    assert answer["outcome"] == "pending"
    assert "Front Door has not confirmed the change" in answer["reason"]


async def test_delete_what_is_gone(simulator: Simulator, actions: Actions) -> None:
    """A code that somebody else has deleted meanwhile is not known any more."""
    simulator.control.vanish_code(CODE_CLEANER)
    message = await actions.fails("not_found", DELETE, FRONT, name="Cleaner")
    assert actions.sent("/access_codes/delete")[0].request_id in message


async def test_delete_by_name_on_several_locks(actions: Actions) -> None:
    """Each lock loses its own code of that name."""
    cleaners = [CODE_CLEANER, CODE_APARTMENT_1_CLEANER]
    answers = await actions.answers(DELETE, [FRONT, "lock.apartment_1"], name="Cleaner")
    assert {answer["access_code_id"] for answer in answers.values()} == set(cleaners)
    assert not set(cleaners) & set(actions.simulator.world.access_codes)


# Revealing


@pytest.mark.parametrize("code_id", [CODE_CLEANER, CODE_OWNER, UNMANAGED_NEIGHBOUR])
async def test_reveal(actions: Actions, code_id: str) -> None:
    """The PIN is told, leading zero and all, and nothing is changed."""
    answer = await actions.answer(REVEAL, FRONT, access_code_id=code_id)
    assert set(answer) == WITH_PIN | {"is_fresh", "as_of"}
    assert answer["is_fresh"] is True
    assert answer["access_code_id"] == code_id
    assert answer["code"] == actions.code(code_id).code
    assert not actions.writes


async def test_reveal_what_is_new(simulator: Simulator, actions: Actions) -> None:
    """A code that no poll has seen yet, or a PIN that has changed, is told."""
    simulator.control.add_unmanaged_code("Front Door", "Angler", "718204")
    simulator.control.edit_code_in_app(UNMANAGED_NEIGHBOUR, pin="402817")
    answer = await actions.answer(REVEAL, FRONT, name="Angler")
    assert answer["code"] == "718204"
    answer = await actions.answer(REVEAL, FRONT, name="Neighbour")
    assert answer["code"] == "402817"


@pytest.mark.parametrize(
    ("kind", "more"),
    [("outage", {}), ("status", {"status": 500}), ("rate_limit", {"retry_after": 30})],
)
async def test_reveal_while_seam_is_down(
    simulator: Simulator,
    actions: Actions,
    coordinator: SeamCoordinator,
    kind: Any,
    more: dict[str, Any],
) -> None:
    """The last known PIN is told, and that it may be an old one."""
    known = actions.code(CODE_OWNER).code
    simulator.faults.add(kind, **more)
    answer = await actions.answer(REVEAL, FRONT, name="Owner")
    assert answer["code"] == known
    assert answer["is_fresh"] is False
    assert dt_util.parse_datetime(answer["as_of"]) == coordinator.confirmed_at


async def test_reveal_what_has_gone_meanwhile(
    simulator: Simulator, actions: Actions
) -> None:
    """A list that lacks a code may be wrong; whoever asks for its PIN is not told so."""
    simulator.control.lose_events(9)
    simulator.control.vanish_code(CODE_CLEANER)
    message = await actions.fails(
        "not_found", REVEAL, FRONT, access_code_id=CODE_CLEANER
    )
    assert message
    await actions.refused(
        "unknown_code", REVEAL, FRONT, may_read=True, access_code_id=CODE_CLEANER
    )


@pytest.mark.parametrize("kind", ["wrong_types", "broken_json", "empty", "status"])
async def test_reveal_although_the_list_cannot_be_read(
    simulator: Simulator, actions: Actions, kind: Any
) -> None:
    """The code itself can be asked for, and its PIN may be a new one."""
    simulator.faults.add(kind, path="/access_codes/list")
    simulator.control.lose_events(9)
    actions.code(CODE_CLEANER).code = "662288"
    answer = await actions.answer(REVEAL, FRONT, name="Cleaner")
    assert answer["code"] == "662288"
    assert answer["is_fresh"] is True


async def test_reveal_although_nothing_of_the_lock_can_be_read(
    simulator: Simulator, actions: Actions, coordinator: SeamCoordinator, poll: Poll
) -> None:
    """What was known of its codes stays so, and the answer says since when."""
    known = actions.code(CODE_CLEANER).code
    simulator.faults.add("status", path="/access_codes", status=500)
    simulator.control.rename_lock("Front Door", "Main door")
    read_at = coordinator.reconciled_at
    await poll()
    # The devices can be fetched, but that says nothing of the codes.
    await coordinator.async_reconcile()
    assert coordinator.reconciled_at != read_at
    assert not coordinator.data.locks[actions.code(CODE_CLEANER).device_id].has_codes
    answer = await actions.answer(REVEAL, FRONT, name="Cleaner")
    assert (answer["code"], answer["is_fresh"]) == (known, False)
    as_of, limit = dt_util.parse_datetime(answer["as_of"]), coordinator.reconciled_at
    assert as_of is not None
    assert limit is not None
    assert as_of < limit


async def test_reveal_of_a_name_that_holds_the_pin_of_another(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """Where a maker keeps the PIN to itself, the refusal must not tell another one."""
    pin = actions.code(CODE_OWNER).code
    made = simulator.control.add_unmanaged_code("Front Door", f"Flat {pin}", None)
    await poll()
    message = await actions.refused(
        "pin_unknown", REVEAL, FRONT, may_read=True, access_code_id=made.access_code_id
    )
    assert pin is not None
    assert pin not in message


async def test_reveal_with_a_key_that_is_refused(
    hass: HomeAssistant, simulator: Simulator, actions: Actions
) -> None:
    """Nothing is told any more, and a new key is asked for."""
    simulator.control.revoke_key()
    await actions.fails("invalid_auth", REVEAL, FRONT, name="Owner")
    await hass.async_block_till_done()
    assert hass.config_entries.flow.async_progress_by_handler(DOMAIN)


async def test_reveal_of_a_lock_that_is_gone(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """The PIN of a door that is no longer theirs is not told."""
    simulator.control.lose_events(10)
    simulator.control.remove_lock("Front Door")
    await reconcile()
    await actions.refused("lock_gone", REVEAL, FRONT, name="Owner", may_read=True)


async def test_reveal_what_seam_does_not_tell(actions: Actions) -> None:
    """Some makers keep PINs to themselves."""
    message = await actions.refused(
        "pin_unknown",
        REVEAL,
        GARDEN,
        access_code_id=UNMANAGED_GARDEN_1,
        may_read=True,
    )
    assert "Slot 4" in message


async def test_reveal_needs_an_answer(actions: Actions) -> None:
    """A PIN that nobody takes is not asked for."""
    before = len(actions.simulator.requests)
    with pytest.raises(Exception, match="response"):
        await actions.run(REVEAL, FRONT, name="Cleaner")
    assert len(actions.simulator.requests) == before


# Listing


@pytest.mark.parametrize(
    ("include", "kinds"),
    [
        (None, {"managed", "unmanaged"}),
        ("managed", {"managed"}),
        (["unmanaged"], {"unmanaged"}),
        (["unmanaged", "managed"], {"managed", "unmanaged"}),
    ],
)
async def test_get(actions: Actions, include: Any, kinds: set[str]) -> None:
    """The codes are those of the attributes; Seam is not asked for them."""
    before = len(actions.simulator.requests)
    data = {} if include is None else {"include": include}

    answer = await actions.answer("get_access_codes", FRONT, **data)

    assert set(answer) == kinds
    for kind in kinds:
        rows = {row["access_code_id"]: row for row in answer[kind]}
        assert rows == actions.listed(FRONT, kind)
        assert rows
    assert len(actions.simulator.requests) == before


async def test_get_of_several_locks(actions: Actions) -> None:
    """Each lock has its own list."""
    answers = await actions.answers("get_access_codes", [FRONT, FLAT_2])
    assert answers[FLAT_2]["unmanaged"] == []
    assert {row["access_code_id"] for row in answers[FRONT]["managed"]} == set(
        actions.listed(FRONT)
    )


@pytest.mark.parametrize("include", [[], ["both"], "all"])
async def test_get_nothing(actions: Actions, include: Any) -> None:
    """There are two kinds of codes."""
    with pytest.raises(Exception, match="include"):
        await actions.answers("get_access_codes", FRONT, include=include)


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("get_access_codes", {}),
        (DELETE, {"name": "Cleaner"}),
        (CONVERT, {"all": True}),
        (REVEAL, {"name": "Baker"}),
    ],
)
async def test_codes_that_cannot_be_had(
    simulator: Simulator,
    actions: Actions,
    reconcile: Poll,
    action: str,
    data: dict[str, Any],
) -> None:
    """While Seam cannot tell the codes of a lock, nothing is made up about them."""
    simulator.faults.add(
        "status",
        path="/access_codes/list",
        device_id=actions.code(CODE_CLEANER).device_id,
    )
    await reconcile()
    await actions.refused(
        "codes_unknown", action, FRONT, may_read=action == REVEAL, **data
    )
    assert not actions.writes
