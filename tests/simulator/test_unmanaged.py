"""Tests of unmanaged codes and of changes outside Seam."""

from datetime import timedelta
from typing import Any

import pytest

from simulator import Simulator
from simulator.clock import to_iso
from simulator.manufacturers import IGLOOHOME, MANUFACTURERS
from simulator.seed import (
    APARTMENT_1,
    APARTMENT_2,
    CODE_APARTMENT_1_CLEANER,
    CODE_CLEANER,
    CODE_HANDYMAN,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_GARDEN_1,
    UNMANAGED_INSTALLER,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
)
from simulator.state import UnmanagedCodes

from .conftest import Client


async def test_making_code_unmanaged(sim: Simulator, client: Client) -> None:
    """A managed code can be made unmanaged."""
    await client.ok("/access_codes/update", access_code_id=CODE_OWNER, is_managed=False)
    assert CODE_OWNER in await client.codes(FRONT_DOOR, managed=False)
    assert "access_code.unmanaged.created" in await client.event_types()


@pytest.mark.parametrize("path", ["convert_to_managed", "update"])
async def test_conversion(sim: Simulator, client: Client, path: str) -> None:
    """An unmanaged code can be converted in two ways."""
    more = {"is_managed": True} if path == "update" else {}
    await client.ok(
        f"/access_codes/unmanaged/{path}", access_code_id=UNMANAGED_NEIGHBOUR, **more
    )
    assert UNMANAGED_NEIGHBOUR in await client.codes(FRONT_DOOR, managed=False)
    sim.clock.advance(3)
    assert UNMANAGED_NEIGHBOUR not in await client.codes(FRONT_DOOR, managed=False)
    assert (await client.code(UNMANAGED_NEIGHBOUR))["status"] == "set"
    assert "access_code.unmanaged.converted_to_managed" in await client.event_types()


async def test_conversion_with_new_id(sim: Simulator, client: Client) -> None:
    """A converted code can get another ID."""
    sim.control.convert_with_new_id()
    await client.ok(
        "/access_codes/unmanaged/convert_to_managed", access_code_id=UNMANAGED_NEIGHBOUR
    )
    sim.clock.advance(3)
    codes = await client.codes(FRONT_DOOR)
    assert UNMANAGED_NEIGHBOUR not in codes
    assert "Neighbour" in {code["name"] for code in codes.values()}


async def test_conversion_that_fails(sim: Simulator, client: Client) -> None:
    """A code that cannot be converted has an error."""
    copy = sim.control.add_unmanaged_code(FRONT_DOOR, "Copy", "739158")
    sim.control.fail_next_conversion()
    for code_id in (UNMANAGED_NEIGHBOUR, copy.access_code_id):
        await client.ok(
            "/access_codes/unmanaged/convert_to_managed", access_code_id=code_id
        )
    sim.clock.advance(3)
    codes = await client.codes(FRONT_DOOR, managed=False)
    errors = [codes[i]["errors"][0] for i in (UNMANAGED_NEIGHBOUR, copy.access_code_id)]
    assert errors[0]["error_code"] == "provider_issue"
    assert errors[1]["managed_access_code_id"] == CODE_CLEANER
    assert "access_code.unmanaged.failed_to_convert_to_managed" in (
        await client.event_types()
    )


@pytest.mark.parametrize("new_id", [False, True])
async def test_converting_duplicate_of_managed_code(
    sim: Simulator, client: Client, new_id: bool
) -> None:
    """A converted code keeps a failed code with the same PIN off the lock."""
    sim.control.convert_with_new_id(new_id)
    await client.ok(
        "/access_codes/unmanaged/convert_to_managed", access_code_id=UNMANAGED_OLD_GUEST
    )
    sim.clock.advance(3)
    [converted] = [
        code
        for code in (await client.codes(FRONT_DOOR)).values()
        if code["name"] == "Summer guest"
    ]
    assert (converted["status"], converted["errors"]) == ("set", [])
    (error,) = (await client.code(CODE_HANDYMAN))["errors"]
    assert "unmanaged_access_code_id" not in error
    assert error["managed_access_code_id"] == converted["access_code_id"]
    # Retries fail until the converted code is deleted.
    await client.ok(
        "/access_codes/update", access_code_id=CODE_HANDYMAN, name="Handyman two"
    )
    sim.clock.advance(5)
    (error,) = (await client.code(CODE_HANDYMAN))["errors"]
    assert error["managed_access_code_id"] == converted["access_code_id"]
    await client.ok("/access_codes/delete", access_code_id=converted["access_code_id"])
    sim.clock.advance(10)
    handyman = await client.code(CODE_HANDYMAN)
    assert (handyman["status"], handyman["errors"]) == ("set", [])


@pytest.mark.parametrize("code_id", [UNMANAGED_INSTALLER, UNMANAGED_GARDEN_1])
async def test_codes_that_cannot_be_converted(client: Client, code_id: str) -> None:
    """Some codes cannot be managed."""
    assert await client.refused(
        "/access_codes/unmanaged/convert_to_managed", access_code_id=code_id
    ) == (400, "invalid_input")


async def test_deleting_duplicate_sets_failed_code(
    sim: Simulator, client: Client
) -> None:
    """A failed code is set once no other code has its PIN."""
    (error,) = (await client.code(CODE_HANDYMAN))["errors"]
    assert error["unmanaged_access_code_id"] == UNMANAGED_OLD_GUEST
    await client.ok(
        "/access_codes/unmanaged/delete", access_code_id=UNMANAGED_OLD_GUEST
    )
    sim.clock.advance(5)
    assert (await client.code(CODE_HANDYMAN))["errors"] == []
    sim.clock.advance(5)
    assert (await client.code(CODE_HANDYMAN))["status"] == "set"
    assert "access_code.unmanaged.removed" in await client.event_types()


async def test_edit_in_manufacturers_app_is_undone(
    sim: Simulator, client: Client
) -> None:
    """Seam undoes changes of managed codes."""
    sim.control.edit_code_in_app("Cleaner", pin="505152", device="Apartment 1")
    code = await client.code(CODE_APARTMENT_1_CLEANER)
    assert code["code"] == "505152"
    assert code["errors"][0]["error_code"] == "conflicting_external_modification"
    sim.clock.advance(60)
    code = await client.code(CODE_APARTMENT_1_CLEANER)
    assert (code["code"], code["errors"]) == ("746381", [])
    sim.control.delete_code_in_app(CODE_OWNER)
    sim.control.delete_code_in_app(UNMANAGED_NEIGHBOUR)
    assert (await client.code(CODE_OWNER))["errors"][0]["change_type"] == "removed"
    assert UNMANAGED_NEIGHBOUR not in await client.codes(FRONT_DOOR, managed=False)
    types = await client.event_types()
    assert "access_code.modified_external_to_seam" in types
    assert "access_code.deleted_external_to_seam" in types


async def test_code_is_restored_only_until_its_end(
    sim: Simulator, client: Client
) -> None:
    """Seam does not restore an expired code."""
    now = sim.clock.now()
    answer = await client.ok(
        "/access_codes/create",
        device_id=APARTMENT_1,
        code="820475",
        starts_at=to_iso(now - timedelta(hours=1)),
        ends_at=to_iso(now + timedelta(hours=1)),
    )
    code_id = answer["access_code"]["access_code_id"]
    sim.clock.advance(minutes=59, seconds=30)
    sim.control.edit_code_in_app(code_id, pin="915604")
    sim.clock.advance(hours=1)
    code = await client.code(code_id)
    assert (code["code"], code["status"]) == ("915604", "unset")


async def test_code_is_restored_when_its_lock_is_online(
    sim: Simulator, client: Client
) -> None:
    """Seam restores a code when the lock has reconnected."""
    sim.control.edit_code_in_app(CODE_OWNER, pin="915604")
    sim.control.lock_offline(FRONT_DOOR)
    sim.clock.advance(hours=1)
    assert (await client.code(CODE_OWNER))["code"] == "915604"
    sim.control.lock_online(FRONT_DOOR)
    sim.clock.advance(minutes=1)
    assert (await client.code(CODE_OWNER))["code"] == "061947"


async def test_allowed_external_modification(sim: Simulator, client: Client) -> None:
    """Changes stay if external modification is allowed, with a warning."""
    await client.ok(
        "/access_codes/update",
        access_code_id=CODE_CLEANER,
        is_external_modification_allowed=True,
    )
    sim.control.edit_code_in_app(CODE_CLEANER, name="Cleaning", pin="505152")
    sim.clock.advance(600)
    code = await client.code(CODE_CLEANER)
    assert (code["name"], code["code"], code["errors"]) == ("Cleaning", "505152", [])
    assert code["warnings"][0]["warning_code"] == "external_modification_in_effect"


async def test_duplicate_set_at_the_lock(sim: Simulator, client: Client) -> None:
    """A managed code has an error if its PIN is set again at the lock."""
    found = sim.control.add_unmanaged_code(FRONT_DOOR, "Copy", "739158")
    (error,) = (await client.code(CODE_CLEANER))["errors"]
    assert error["unmanaged_access_code_id"] == found.access_code_id
    sim.control.delete_code_in_app(found.access_code_id)
    assert (await client.code(CODE_CLEANER))["errors"] == []


async def test_igloohome_lists_unmanaged_codes(sim: Simulator, client: Client) -> None:
    """Igloohome locks list unmanaged codes, which cannot be converted."""
    lock = sim.control.add_lock("Gate", IGLOOHOME)
    code = sim.control.add_unmanaged_code(lock.device_id, "Family", "604913")
    assert code.access_code_id in await client.codes(lock.device_id, managed=False)
    assert await client.refused(
        "/access_codes/unmanaged/convert_to_managed",
        access_code_id=code.access_code_id,
    ) == (400, "invalid_input")


async def test_only_kwikset_lists_no_unmanaged_codes(
    sim: Simulator, client: Client
) -> None:
    """Unmanaged codes of Kwikset locks are not listed."""
    sim.control.add_unmanaged_code(APARTMENT_2, "Family", "604913")
    assert await client.codes(APARTMENT_2, managed=False) == {}
    assert [
        m.device_type
        for m in MANUFACTURERS.values()
        if m.unmanaged_codes is UnmanagedCodes.NONE
    ] == ["kwikset_lock"]


@pytest.mark.parametrize("path", ["convert_to_managed", "update"])
async def test_converting_code_of_another_workspace_needs_force(
    sim: Simulator, client: Client, path: str
) -> None:
    """A code of another workspace is converted only with `force`."""
    code_id = sim.control.add_unmanaged_code(
        FRONT_DOOR, "Family", "604913", is_managed_elsewhere=True
    ).access_code_id
    path = f"/access_codes/unmanaged/{path}"
    body: dict[str, Any] = {"access_code_id": code_id}
    if path.endswith("update"):
        body["is_managed"] = True
    assert await client.refused(path, **body) == (400, "invalid_input")
    await client.ok(path, **body, force=True)
    sim.clock.advance(3)
    assert (await client.code(code_id))["status"] == "set"


async def test_conversion_with_action_attempt(sim: Simulator, client: Client) -> None:
    """A conversion can return an action attempt."""
    sim.control.answer_conversions_with_attempt()
    path = "/access_codes/unmanaged/convert_to_managed"
    for code_id, status in (
        (UNMANAGED_NEIGHBOUR, "error"),
        (UNMANAGED_OLD_GUEST, "success"),
    ):
        if status == "error":
            sim.control.fail_next_conversion("It is locked.")
        answer = await client.ok(path, access_code_id=code_id)
        assert answer["action_attempt"]["status"] == "pending"
        sim.clock.advance(3)
        attempt = await client.ok(
            "/action_attempts/get",
            action_attempt_id=answer["action_attempt"]["action_attempt_id"],
        )
        assert attempt["action_attempt"]["status"] == status


async def test_account_sync_finds_codes(sim: Simulator, client: Client) -> None:
    """Syncing an account finds codes that are new to Seam."""
    code_id = sim.control.add_unmanaged_code(
        FRONT_DOOR, "Family", "604913", found_by_sync=True
    ).access_code_id
    assert code_id not in await client.codes(FRONT_DOOR, managed=False)
    accounts = (await client.ok("/connected_accounts/list"))["connected_accounts"]
    for account in accounts:
        assert code_id not in await client.codes(FRONT_DOOR, managed=False)
        await client.ok(
            "/connected_accounts/sync",
            connected_account_id=account["connected_account_id"],
        )
        if account["account_type"] == "august":
            break
    assert code_id in await client.codes(FRONT_DOOR, managed=False)
    assert "access_code.unmanaged.created" in await client.event_types()
