"""What every action refuses, whatever it is about: nothing is done then."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam.const import DOMAIN
from simulator import Simulator
from simulator.seed import (
    CODE_APARTMENT_1_GUEST,
    CODE_GUEST_NOW,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
)
from tests.conftest import Poll

from .support import FLAT_1, FRONT, Actions

# What each action may be called with.
CALLS: dict[str, dict[str, Any]] = {
    "convert_access_code": {"all": True},
    "delete_access_code": {"name": "Cleaner"},
    "delete_expired_access_codes": {},
    "ensure_access_code": {"name": "Baker"},
    "generate_code": {},
    "get_access_codes": {},
    "get_lock_capabilities": {},
    "pull_backup_access_code": {"access_code_id": CODE_GUEST_NOW},
    "report_device_constraints": {"min_code_length": 4, "max_code_length": 6},
    "reveal_access_code": {"name": "Cleaner"},
    "schedule_access_code": {"name": "Baker"},
    "simulate_unmanaged_access_code": {"name": "Found", "code": "481516"},
    "update_access_code": {"name": "Cleaner", "new_name": "Butler"},
}
# These ask Seam first: what was known a minute ago is not good enough.
ASKING_FIRST = {
    "delete_expired_access_codes",
    "ensure_access_code",
    "reveal_access_code",
}
EACH = pytest.mark.parametrize("action", sorted(CALLS))


def test_no_action_is_forgotten(hass: HomeAssistant, actions: Actions) -> None:
    """Every action is tried here."""
    assert set(hass.services.async_services_for_domain(DOMAIN)) == set(CALLS)


@EACH
async def test_lock_that_is_not_ours(
    hass: HomeAssistant, actions: Actions, action: str
) -> None:
    """It is named; with it, the locks that are ours are left alone."""
    er.async_get(hass).async_get_or_create(
        "lock", "other", "1", suggested_object_id="other_maker"
    )
    for entity_ids in ("lock.other_maker", [FRONT, "lock.other_maker"]):
        message = await actions.refused(
            "not_a_seam_lock", action, entity_ids, **CALLS[action]
        )
        assert "lock.other_maker" in message


@EACH
async def test_workspace_that_is_not_loaded(
    hass: HomeAssistant, actions: Actions, second_entry: MockConfigEntry, action: str
) -> None:
    """Locks of two workspaces are done together, or not at all."""
    assert await hass.config_entries.async_unload(second_entry.entry_id)
    message = await actions.refused(
        "not_loaded", action, [FRONT, "lock.office_door"], **CALLS[action]
    )
    assert "lock.office_door" in message


@EACH
async def test_lock_without_codes(
    simulator: Simulator, actions: Actions, reconcile: Poll, action: str
) -> None:
    """A lock without a keypad takes no codes, and says so by its name."""
    device = simulator.control.add_lock("Gate")
    device.flags = {"can_remotely_lock": True, "can_remotely_unlock": True}
    device.capabilities_supported = ["lock"]
    await reconcile()
    if action == "get_lock_capabilities":
        assert await actions.answer(action, "lock.gate")
        return
    message = await actions.refused(
        "no_access_codes",
        action,
        "lock.gate",
        may_read=action in ASKING_FIRST,
        **CALLS[action],
    )
    assert "Gate" in message


@pytest.mark.parametrize(
    "action",
    sorted(
        CALLS.keys()
        # These need no codes that are there already, or make do with the last known.
        - {
            "generate_code",
            "get_lock_capabilities",
            "report_device_constraints",
            "reveal_access_code",
            "schedule_access_code",
            "simulate_unmanaged_access_code",
        }
    ),
)
async def test_codes_that_cannot_be_had(
    simulator: Simulator, actions: Actions, reconcile: Poll, action: str
) -> None:
    """While Seam cannot tell the codes of a lock, nothing is done with them."""
    simulator.faults.add("status", path="/access_codes/list", device_id=FRONT_DOOR)
    await reconcile()
    await actions.refused(
        "codes_unknown",
        action,
        FRONT,
        may_read=action in ASKING_FIRST,
        **CALLS[action],
    )


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("update_access_code", {"new_name": "Butler"}),
        ("pull_backup_access_code", {}),
    ],
)
async def test_managed_code_that_is_not_there(
    actions: Actions, reconcile: Poll, action: str, more: dict[str, Any]
) -> None:
    """Neither an unknown, an ambiguous, another lock's nor an unmanaged code will do."""
    actions.code(CODE_OWNER).name = "Cleaner"
    await reconcile()
    picks: list[tuple[str, dict[str, Any], str]] = [
        ("unknown_code", {"name": "Nobody"}, CODE_OWNER),
        ("unknown_code", {"access_code_id": "no-such-id"}, CODE_OWNER),
        ("ambiguous_code", {"name": "Cleaner"}, CODE_OWNER),
        (
            "code_on_other_lock",
            {"access_code_id": CODE_APARTMENT_1_GUEST},
            "Apartment 1",
        ),
        ("unmanaged_code", {"access_code_id": UNMANAGED_NEIGHBOUR}, "Neighbour"),
        ("unmanaged_code", {"name": "Neighbour"}, "Convert it first"),
        ("id_or_name", {}, "by its name"),
        (
            "id_or_name",
            {"name": "Owner", "access_code_id": CODE_OWNER},
            "not both",
        ),
    ]
    for key, pick, told in picks:
        assert told in await actions.refused(key, action, FRONT, **pick, **more)


# Names


NO_NAMES = [
    "Ba\x00ker",
    "Ba\nker",
    "Ba\tker",
    "Ba\x1b[31mker",
    "Ba\x7fker",
    "Ba\x85ker",
    "Ba\u2028ker",
    "Ba\u2029ker",
    "Ba\ud800ker",
    "Ba\u00adker",
    "Ba\u200bker",
    "Ba\u200fker",
    "Ba\ufeffker",
    *(f"Ba{chr(number)}ker" for number in range(0x202A, 0x202F)),
    *(f"Ba{chr(number)}ker" for number in range(0x2066, 0x206A)),
]
NAMING = pytest.mark.parametrize(
    ("action", "field", "more"),
    [
        ("schedule_access_code", "name", {}),
        ("ensure_access_code", "name", {}),
        ("update_access_code", "new_name", {"name": "Cleaner"}),
        ("simulate_unmanaged_access_code", "name", {"code": "481516"}),
    ],
)


@NAMING
async def test_what_is_no_name(
    actions: Actions,
    subtests: pytest.Subtests,
    action: str,
    field: str,
    more: dict[str, Any],
) -> None:
    """Control characters and turned writing are refused; field and letter are named."""
    for name in NO_NAMES:
        with subtests.test(name=ascii(name)):
            data = {**more, field: name}
            message = await actions.refused("name_characters", action, FRONT, **data)
            assert f"“{field}”" in message
            assert f"U+{ord(name[2]):04X}" in message
            assert name[2] not in message


@pytest.mark.parametrize("name", ["\u200d", "\u2800", "\u3164 \u3164", "\ufe0f"])
async def test_name_of_which_nothing_can_be_seen(actions: Actions, name: str) -> None:
    """Nobody could find such a code in a list."""
    message = await actions.refused(
        "name_characters", "schedule_access_code", FRONT, name=name
    )
    assert f"U+{ord(name[0]):04X}" in message


@NAMING
async def test_name_that_is_too_long(
    actions: Actions, action: str, field: str, more: dict[str, Any]
) -> None:
    """The field and the limit are named; up to there a name may go."""
    data = {**more, field: "x" * 101}
    message = await actions.refused("name_too_long", action, FRONT, **data)
    assert f"“{field}”" in message
    assert "100" in message
    assert "101" in message
    await actions.answer(action, FRONT, **{**more, field: "x" * 100})
    names = [code.name for code in actions.simulator.state.access_codes.values()]
    assert names.count("x" * 100) == 1


@pytest.mark.parametrize(
    "name",
    [
        "Zoë & Łukasz",
        "שרה 12",
        "محمد",
        "李雷",
        "\U0001f469\u200d\U0001f467 family",
        "O'Hara <3",
    ],
)
async def test_names_of_all_the_world(actions: Actions, name: str) -> None:
    """What people are called, and draw, is no trick."""
    answer = await actions.answer("schedule_access_code", FRONT, name=name)
    assert actions.code(answer["access_code_id"]).name == name


async def test_code_that_has_an_odd_name_already(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """What a code is called at its maker's can be named, to delete it."""
    name = "Ba\u202eker" + "x" * 100
    code = simulator.control.add_unmanaged_code("Front Door", name, "718204")
    await poll()
    await actions.answer("delete_access_code", FRONT, name=name)
    assert code.access_code_id not in simulator.state.access_codes


# Ensuring


async def test_ensuring_twice_writes_once(actions: Actions) -> None:
    """What is there on all locks is left alone."""
    await actions.answers("ensure_access_code", [FRONT, FLAT_1], name="Band")
    writes, world = actions.writes, actions.world
    answers = await actions.answers("ensure_access_code", [FRONT, FLAT_1], name="Band")
    assert {answer["outcome"] for answer in answers.values()} == {"unchanged"}
    assert actions.writes == writes
    assert actions.world == world
