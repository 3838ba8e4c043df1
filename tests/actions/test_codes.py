"""Finding the code that an action works on."""

from dataclasses import replace
from typing import Any

from homeassistant.const import Platform
import pytest

from custom_components.seam.actions.codes import matching_codes
from custom_components.seam.actions.fields import CodeSelection
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import (
    CODE_APARTMENT_1_CLEANER,
    CODE_CLEANER,
    CODE_OFFICE_TEAM,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
)
from tests.conftest import Poll

from .support import FRONT, Actions

DELETE = "delete_access_code"
REVEAL = "reveal_access_code"
CONVERT = "convert_access_code"
# Revealing fetches the codes first.
MAY_READ = {DELETE: False, REVEAL: True, CONVERT: False}
EACH_ACTION = pytest.mark.parametrize("action", [DELETE, REVEAL, CONVERT])


async def test_find_code_prefers_exact_name(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """An exact name is preferred to one that differs in case."""
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


@EACH_ACTION
async def test_find_code_ignores_case(actions: Actions, action: str) -> None:
    """A name is found if only the case or outer spaces differ."""
    answer = await actions.answer(action, FRONT, name=" nEIGHBOUR ")
    row = answer["access_codes"][0] if action == CONVERT else answer
    assert row["access_code_id"] == UNMANAGED_NEIGHBOUR


@EACH_ACTION
@pytest.mark.parametrize("name", ["Flat 061947", "fLAT 061947"])
async def test_find_code_by_masked_name(
    simulator: Simulator, actions: Actions, reconcile: Poll, action: str, name: str
) -> None:
    """A code that is shown masked is found by its name."""
    simulator.control.add_unmanaged_code("Apartment 1", "Plumber", "061947")
    code = simulator.control.add_unmanaged_code("Front Door", "Flat 061947", "718204")
    await reconcile()
    answer = await actions.answer(action, FRONT, name=name)
    row = answer["access_codes"][0] if action == CONVERT else answer
    assert row["access_code_id"] == code.access_code_id
    assert "061947" not in row["name"]


@pytest.mark.platforms(Platform.SENSOR)
@EACH_ACTION
async def test_find_code_refuses_ambiguous_name(
    simulator: Simulator, actions: Actions, poll: Poll, action: str
) -> None:
    """The error lists the ids of the codes with the name."""
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


@EACH_ACTION
async def test_find_code_refuses_unknown_code(actions: Actions, action: str) -> None:
    """The error names codes with a similar name, without their ids."""
    picks: list[dict[str, Any]] = [
        {"name": "nieghbour"},  # codespell:ignore
        {"name": "Cleanr"},
        {"access_code_id": "no-such-id"},
    ]
    for pick in picks:
        is_similar = pick == picks[0] or (pick == picks[1] and action != CONVERT)
        key = "unknown_code_similar" if is_similar else "unknown_code"
        message = await actions.refused(
            key, action, FRONT, may_read=MAY_READ[action], **pick
        )
        assert ("“Neighbour”" in message) is (pick == picks[0])
        assert ("“Cleaner”" in message) is (pick == picks[1] and action != CONVERT)
        assert UNMANAGED_NEIGHBOUR not in message


@EACH_ACTION
async def test_find_code_masks_pin_in_error(actions: Actions, action: str) -> None:
    """A PIN that is entered as a name is masked."""
    pin = actions.code(CODE_CLEANER).code
    assert pin is not None
    for pick in ("name", "access_code_id"):
        fields: dict[str, Any] = {pick: pin}
        message = await actions.refused(
            "unknown_code", action, FRONT, may_read=MAY_READ[action], **fields
        )
        assert pin not in message


@EACH_ACTION
async def test_find_code_refuses_code_of_other_lock(
    actions: Actions, action: str
) -> None:
    """The error names the lock of the code."""
    message = await actions.refused(
        "code_on_other_lock",
        action,
        FRONT,
        may_read=MAY_READ[action],
        access_code_id=CODE_APARTMENT_1_CLEANER,
    )
    assert "Apartment 1" in message


@EACH_ACTION
async def test_find_code_refuses_code_of_other_workspace(
    actions: Actions, action: str, second_entry: None
) -> None:
    """Codes of other workspaces are unknown."""
    await actions.refused(
        "unknown_code",
        action,
        FRONT,
        may_read=MAY_READ[action],
        access_code_id=CODE_OFFICE_TEAM,
    )


@EACH_ACTION
async def test_find_code_needs_id_or_name(actions: Actions, action: str) -> None:
    """Either an id or a name is required."""
    both: dict[str, Any] = {
        "name": "Neighbour",
        "access_code_id": UNMANAGED_NEIGHBOUR,
    }
    key = "no_code_or_all" if action == CONVERT else "no_code_selected"
    await actions.refused(key, action, FRONT)
    await actions.refused("id_or_name", action, FRONT, **both)


async def test_find_code_without_name(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """A code without a name is found by its id."""
    code = simulator.control.add_unmanaged_code("Front Door", None, "718204")
    await poll()
    await actions.refused("unknown_code", REVEAL, FRONT, name="null", may_read=True)
    answer = await actions.answer(REVEAL, FRONT, access_code_id=code.access_code_id)
    assert answer["name"] is None
    assert answer["code"] == "718204"


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("get_access_codes", {}),
        (DELETE, {"name": "Cleaner"}),
        (CONVERT, {"all": True}),
        (REVEAL, {"name": "Baker"}),
        ("schedule_access_code", {"name": "Baker", "ongoing": True}),
        # That of a known code can be pulled.
        ("pull_backup_access_code", {"name": "Nobody"}),
    ],
)
async def test_codes_unknown(
    simulator: Simulator,
    actions: Actions,
    reconcile: Poll,
    action: str,
    data: dict[str, Any],
) -> None:
    """Codes are refused while they are unknown."""
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


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("get_access_codes", {}),
        ("get_access_codes", {"include": "unmanaged"}),
        ("get_access", {"at": "2030-01-01T12:00:00"}),
        ("generate_code", {}),
        ("delete_expired_access_codes", {"include_unmanaged": True}),
        (DELETE, {"name": "Neighbour"}),
        (DELETE, {"name": "Baker"}),
        (REVEAL, {"name": "Baker"}),
        (CONVERT, {"all": True}),
        (CONVERT, {"name": "Neighbour"}),
    ],
)
async def test_unmanaged_codes_unknown(
    simulator: Simulator,
    actions: Actions,
    reconcile: Poll,
    action: str,
    data: dict[str, Any],
) -> None:
    """What needs the unmanaged codes is refused while only these are unknown."""
    simulator.faults.add(
        "status", path="/access_codes/unmanaged/list", device_id=FRONT_DOOR
    )
    await reconcile()
    await actions.refused(
        "unmanaged_codes_unknown", action, FRONT, may_read=True, **data
    )


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("get_access_codes", {"include": "managed"}),
        ("schedule_access_code", {"name": "Baker"}),
        ("ensure_access_code", {"name": "Baker"}),
        ("ensure_access_code", {"name": "Owner"}),
        ("update_access_code", {"name": "Cleaner", "new_name": "Baker"}),
        ("delete_expired_access_codes", {}),
        (DELETE, {"name": "Cleaner"}),
        (REVEAL, {"name": "Cleaner"}),
    ],
)
async def test_managed_codes_without_unmanaged_ones(
    simulator: Simulator,
    actions: Actions,
    coordinator: SeamCoordinator,
    reconcile: Poll,
    action: str,
    data: dict[str, Any],
) -> None:
    """Managed codes can be used although the unmanaged ones cannot be fetched."""
    simulator.faults.add(
        "status", path="/access_codes/unmanaged/list", device_id=FRONT_DOOR
    )
    await reconcile()
    answer = await actions.answer(action, FRONT, **data)
    assert "error" not in answer
    if "Baker" in data.values():
        assert "Baker" in [
            code.name for code in coordinator.data.locks[FRONT_DOOR].managed
        ]


ON_A_CODE: list[tuple[str, dict[str, Any]]] = [
    (DELETE, {}),
    (REVEAL, {}),
    (CONVERT, {}),
    ("release_access_code", {}),
    ("pull_backup_access_code", {}),
    ("update_access_code", {"new_name": "Butler"}),
]


@pytest.mark.parametrize("text", ["", " ", "\t", "\u3000"])
@pytest.mark.parametrize(
    ("action", "data"), ON_A_CODE, ids=[action for action, _ in ON_A_CODE]
)
async def test_blank_text_selects_no_code(
    actions: Actions,
    reconcile: Poll,
    action: str,
    data: dict[str, Any],
    text: str,
) -> None:
    """Not even codes without a name, of which there is one of each kind."""
    for code_id in (CODE_CLEANER, UNMANAGED_NEIGHBOUR):
        actions.code(code_id).name = None
    await reconcile()
    key = "no_code_or_all" if action == CONVERT else "no_code_selected"
    for field in ("name", "access_code_id"):
        await actions.refused(key, action, FRONT, **{**data, field: text})


def test_blank_name_matches_no_nameless_code(coordinator: SeamCoordinator) -> None:
    """Whoever selects codes by their names."""
    codes = [
        replace(code, name=name, true_name=None)
        for code in coordinator.data.locks[FRONT_DOOR].codes
        for name in (None, "")
    ]
    assert codes
    assert not matching_codes(codes, CodeSelection(None, " "))
