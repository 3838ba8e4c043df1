"""Input that all actions refuse."""

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

# Valid fields of each action.
CALLS: dict[str, dict[str, Any]] = {
    "convert_access_code": {"all": True},
    "delete_access_code": {"name": "Cleaner"},
    "delete_expired_access_codes": {},
    "ensure_access_code": {"name": "Baker"},
    "generate_code": {},
    "get_access": {"at": "2026-12-04 15:00:00"},
    "get_access_codes": {},
    "get_lock_capabilities": {},
    "pull_backup_access_code": {"access_code_id": CODE_GUEST_NOW},
    "release_access_code": {"name": "Cleaner"},
    "report_device_constraints": {"min_code_length": 4, "max_code_length": 6},
    "reveal_access_code": {"name": "Cleaner"},
    "schedule_access_code": {"name": "Baker"},
    "simulate_unmanaged_access_code": {"name": "Found", "code": "481516"},
    "update_access_code": {"name": "Cleaner", "new_name": "Butler"},
}
# These fetch the codes first.
FETCHING_FIRST = {
    "delete_expired_access_codes",
    "ensure_access_code",
    "reveal_access_code",
}
# These succeed on locks without access codes.
NEEDING_NO_CODES = {"get_lock_capabilities"}
# These need no existing codes, or use the last known ones.
WORKING_WITHOUT_LISTS = NEEDING_NO_CODES | {
    "pull_backup_access_code",
    "report_device_constraints",
    "reveal_access_code",
    "simulate_unmanaged_access_code",
}
EACH = pytest.mark.parametrize("action", sorted(CALLS))


def test_calls_cover_all_actions(hass: HomeAssistant, actions: Actions) -> None:
    """All actions whose targets are locks are tested here."""
    all_actions = {*CALLS, "preview_stays"}
    assert set(hass.services.async_services_for_domain(DOMAIN)) == all_actions


@EACH
async def test_refuses_lock_of_other_integration(
    hass: HomeAssistant, actions: Actions, action: str
) -> None:
    """The error names the lock, and nothing is done."""
    er.async_get(hass).async_get_or_create(
        "lock", "other", "1", suggested_object_id="other_maker"
    )
    for entity_ids in ("lock.other_maker", [FRONT, "lock.other_maker"]):
        message = await actions.refused(
            "not_a_seam_lock", action, entity_ids, **CALLS[action]
        )
        assert "lock.other_maker" in message


@EACH
async def test_refuses_workspace_not_loaded(
    hass: HomeAssistant, actions: Actions, second_entry: MockConfigEntry, action: str
) -> None:
    """Nothing is done if one of two workspaces is not loaded."""
    assert await hass.config_entries.async_unload(second_entry.entry_id)
    message = await actions.refused(
        "not_loaded", action, [FRONT, "lock.office_door"], **CALLS[action]
    )
    assert "lock.office_door" in message


@EACH
async def test_refuses_lock_without_codes(
    simulator: Simulator, actions: Actions, reconcile: Poll, action: str
) -> None:
    """The error names the lock without access codes."""
    device = simulator.control.add_lock("Gate")
    device.flags = {"can_remotely_lock": True, "can_remotely_unlock": True}
    device.capabilities_supported = ["lock"]
    await reconcile()
    if action in NEEDING_NO_CODES:
        assert await actions.answer(action, "lock.gate")
        return
    message = await actions.refused(
        "no_access_codes",
        action,
        "lock.gate",
        may_read=action in FETCHING_FIRST,
        **CALLS[action],
    )
    assert "Gate" in message


@pytest.mark.parametrize(
    "action",
    sorted(CALLS.keys() - WORKING_WITHOUT_LISTS),
)
async def test_refuses_unknown_codes(
    simulator: Simulator, actions: Actions, reconcile: Poll, action: str
) -> None:
    """Nothing is done while the codes of a lock are unknown."""
    simulator.faults.add("status", path="/access_codes/list", device_id=FRONT_DOOR)
    await reconcile()
    await actions.refused(
        "codes_unknown",
        action,
        FRONT,
        may_read=action in FETCHING_FIRST,
        **CALLS[action],
    )


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("update_access_code", {"new_name": "Butler"}),
        ("pull_backup_access_code", {}),
    ],
)
async def test_refuses_unknown_managed_code(
    actions: Actions, reconcile: Poll, action: str, more: dict[str, Any]
) -> None:
    """Unknown, ambiguous, unmanaged and other locks' codes are refused."""
    actions.code(CODE_OWNER).name = "Cleaner"
    await reconcile()
    picks: list[tuple[str, dict[str, Any], str]] = [
        (
            "unknown_code_similar",
            {"name": "Cleanr"},
            "Front Door has no access code “Cleanr”. Did you mean “Cleaner”?",
        ),
        (
            "unknown_code",
            {"access_code_id": "no-such-id"},
            "The “Get access codes” action lists all names and IDs",
        ),
        ("ambiguous_code", {"name": "Cleaner"}, CODE_OWNER),
        (
            "code_on_other_lock",
            {"access_code_id": CODE_APARTMENT_1_GUEST},
            "Apartment 1",
        ),
        ("unmanaged_code", {"access_code_id": UNMANAGED_NEIGHBOUR}, "Neighbour"),
        ("unmanaged_code", {"name": "Neighbour"}, "Convert it first"),
        ("no_code_selected", {}, "by its name"),
        (
            "id_or_name",
            {"name": "Owner", "access_code_id": CODE_OWNER},
            "not both",
        ),
    ]
    for key, pick, told in picks:
        assert told in await actions.refused(key, action, FRONT, **pick, **more)


async def test_ensure_twice_writes_once(actions: Actions) -> None:
    """Nothing changes on locks that have the code."""
    await actions.answers("ensure_access_code", [FRONT, FLAT_1], name="Band")
    writes, world = actions.writes, actions.world
    answers = await actions.answers("ensure_access_code", [FRONT, FLAT_1], name="Band")
    assert {answer["outcome"] for answer in answers.values()} == {"unchanged"}
    assert actions.writes == writes
    assert actions.world == world
