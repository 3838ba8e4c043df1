"""Tests of managed codes over time."""

from datetime import timedelta
from typing import Any

import pytest

from simulator import Simulator
from simulator.clock import to_iso
from simulator.manufacturers import SALTO
from simulator.seed import (
    APARTMENT_1,
    APARTMENT_2,
    BOAT_SHED,
    CODE_APARTMENT_1_EXPIRED,
    CODE_BOAT_GUEST,
    CODE_CLEANER,
    CODE_GUEST_NEXT,
    CODE_GUEST_NOW,
    CODE_OWNER,
    FRONT_DOOR,
    GARDEN_HOUSE,
)

from .conftest import Client


def times(sim: Simulator, start: timedelta, end: timedelta) -> dict[str, str]:
    """Return the time frame of a code, counted from now."""
    now = sim.clock.now()
    return {"starts_at": to_iso(now + start), "ends_at": to_iso(now + end)}


async def create(client: Client, device_id: str, **more: Any) -> Any:
    """Create a code."""
    answer = await client.ok(
        "/access_codes/create", device_id=device_id, name="New", **more
    )
    return answer["access_code"]


async def test_ongoing_code_is_set_after_a_while(
    sim: Simulator, client: Client
) -> None:
    """An ongoing code is set after a few seconds."""
    code = await create(client, FRONT_DOOR)
    assert code["status"] == "setting"
    assert [m["mutation_code"] for m in code["pending_mutations"]] == ["creating"]
    assert len(code["code"]) in (4, 5, 6)
    sim.clock.advance(5)
    code = await client.code(code["access_code_id"])
    assert code["status"] == "set"
    assert code["pending_mutations"] == []
    assert await client.event_types() == [
        "access_code.created",
        "access_code.mutations_requested",
        "access_code.set_on_device",
    ]


async def test_soon_code_is_scheduled_on_device(sim: Simulator, client: Client) -> None:
    """A code that starts soon is scheduled on the lock."""
    code = await create(
        client, FRONT_DOOR, **times(sim, timedelta(hours=10), timedelta(hours=20))
    )
    sim.clock.advance(5)
    code = await client.code(code["access_code_id"])
    assert (code["status"], code["is_scheduled_on_device"]) == ("unset", True)
    assert "access_code.scheduled_on_device" in await client.event_types()
    sim.clock.advance(hours=10)
    assert (await client.code(code["access_code_id"]))["status"] == "set"
    sim.clock.advance(hours=10)
    assert (await client.codes(FRONT_DOOR)).get(code["access_code_id"]) is None
    assert (await client.event_types())[-2:] == [
        "access_code.removed_from_device",
        "access_code.deleted",
    ]


async def test_distant_code_is_deferred(sim: Simulator, client: Client) -> None:
    """A code that starts later is programmed three days before."""
    code = await create(
        client, FRONT_DOOR, **times(sim, timedelta(days=8), timedelta(days=9))
    )
    (mutation,) = code["pending_mutations"]
    assert mutation["mutation_code"] == "deferring_creation"
    assert mutation["scheduled_at"] == to_iso(sim.clock.now() + timedelta(days=5))
    assert code["status"] == "unset"
    sim.clock.advance(days=5)
    assert (await client.code(code["access_code_id"]))["status"] == "setting"
    sim.clock.advance(5)
    assert (await client.code(code["access_code_id"]))["is_scheduled_on_device"]


async def test_lock_without_schedule_is_programmed_an_hour_before(
    sim: Simulator, client: Client
) -> None:
    """A lock without schedules gets its code an hour before the start."""
    code = await create(
        client, GARDEN_HOUSE, **times(sim, timedelta(hours=10), timedelta(hours=20))
    )
    (mutation,) = code["pending_mutations"]
    assert mutation["scheduled_at"] == to_iso(sim.clock.now() + timedelta(hours=9))
    sim.clock.advance(hours=9, seconds=5)
    assert (await client.code(code["access_code_id"]))["status"] == "set"


async def test_schlage_keeps_expired_codes(sim: Simulator, client: Client) -> None:
    """Some locks list expired codes."""
    assert CODE_APARTMENT_1_EXPIRED in await client.codes(APARTMENT_1)
    code = await create(
        client, APARTMENT_1, **times(sim, -timedelta(hours=1), timedelta(hours=1))
    )
    sim.clock.advance(hours=2)
    code = await client.code(code["access_code_id"])
    assert (code["status"], code["display_status"]) == ("unset", "Expired")


async def test_delete(sim: Simulator, client: Client) -> None:
    """A deleted code is removed after a few seconds."""
    answer = await client.ok("/access_codes/delete", access_code_id=CODE_CLEANER)
    attempt = answer["action_attempt"]
    assert attempt["status"] == "pending"
    code = await client.code(CODE_CLEANER)
    assert code["status"] == "removing"
    assert code["pending_mutations"][0]["mutation_code"] == "deleting"
    sim.clock.advance(5)
    assert CODE_CLEANER not in await client.codes(FRONT_DOOR)
    answer = await client.ok(
        "/action_attempts/get", action_attempt_id=attempt["action_attempt_id"]
    )
    assert answer["action_attempt"]["status"] == "success"
    assert await client.refused("/access_codes/get", access_code_id=CODE_CLEANER) == (
        404,
        "access_code_not_found",
    )


async def test_update(sim: Simulator, client: Client) -> None:
    """Changes of name, PIN and time frame are events."""
    await client.ok(
        "/access_codes/update",
        access_code_id=CODE_CLEANER,
        name="Cleaning",
        code="024680",
        **times(sim, -timedelta(hours=1), timedelta(hours=2)),
        type="time_bound",
    )
    code = await client.code(CODE_CLEANER)
    assert {m["mutation_code"] for m in code["pending_mutations"]} == {
        "updating_name",
        "updating_code",
        "updating_time_frame",
    }
    sim.clock.advance(5)
    code = await client.code(CODE_CLEANER)
    assert (code["name"], code["code"], code["type"], code["status"]) == (
        "Cleaning",
        "024680",
        "time_bound",
        "set",
    )
    assert code["pending_mutations"] == []
    types = await client.event_types()
    for what in ("name_changed", "code_changed", "time_frame_changed", "changed"):
        assert f"access_code.{what}" in types
    await client.ok("/access_codes/update", access_code_id=CODE_CLEANER, type="ongoing")
    sim.clock.advance(5)
    assert (await client.code(CODE_CLEANER))["type"] == "ongoing"
    sim.clock.advance(hours=3)
    assert (await client.code(CODE_CLEANER))["status"] == "set"


async def test_updating_deferred_code(sim: Simulator, client: Client) -> None:
    """A code that is moved to an earlier start is programmed at once."""
    await client.ok(
        "/access_codes/update",
        access_code_id=CODE_GUEST_NEXT,
        **times(sim, timedelta(hours=1), timedelta(hours=5)),
    )
    sim.clock.advance(5)
    code = await client.code(CODE_GUEST_NEXT)
    assert code["is_scheduled_on_device"]
    sim.clock.advance(hours=1)
    assert (await client.code(CODE_GUEST_NEXT))["status"] == "set"


async def test_offline_lock(sim: Simulator, client: Client) -> None:
    """Changes on an offline lock wait until it reconnects."""
    code = await client.code(CODE_BOAT_GUEST)
    assert code["errors"][0]["error_code"] == "device_offline"
    created = await create(client, BOAT_SHED)
    sim.clock.advance(120)
    created = await client.code(created["access_code_id"])
    assert created["status"] == "setting"
    assert created["warnings"][0]["warning_code"] == "delay_in_setting_on_device"
    sim.control.lock_online("Boat Shed")
    sim.clock.advance(5)
    for code_id in (CODE_BOAT_GUEST, created["access_code_id"]):
        code = await client.code(code_id)
        assert (code["status"], code["errors"], code["warnings"]) == ("set", [], [])


async def test_full_lock(sim: Simulator, client: Client) -> None:
    """A lock accepts no more codes than it has slots."""
    sim.control.set_device(APARTMENT_2, properties={"max_active_codes_supported": 2})
    code = await create(client, APARTMENT_2)
    sim.clock.advance(5)
    (error,) = (await client.code(code["access_code_id"]))["errors"]
    assert error["error_code"] == "no_space_for_access_code_on_device"
    assert "access_code.failed_to_set_on_device" in await client.event_types()


async def test_code_that_fails_to_be_set(sim: Simulator, client: Client) -> None:
    """A code that the lock rejects has an error."""
    sim.control.fail_next_programming()
    answer = await client.ok("/access_codes/create", device_id=FRONT_DOOR)
    sim.clock.advance(5)
    code = await client.code(answer["access_code"]["access_code_id"])
    assert code["errors"][0]["error_code"] == "failed_to_set_on_device"
    attempt = await client.ok(
        "/action_attempts/get",
        action_attempt_id=answer["action_attempt"]["action_attempt_id"],
    )
    assert attempt["action_attempt"]["status"] == "error"


async def test_failed_code_is_retried_until_its_end(
    sim: Simulator, client: Client
) -> None:
    """Seam sets a failed code as soon as the lock accepts it."""
    sim.control.fail_next_programming()
    sim.control.fail_next_programming()
    code = await create(client, FRONT_DOOR)
    sim.clock.advance(300)
    code = await client.code(code["access_code_id"])
    assert (code["status"], len(code["errors"])) == ("setting", 1)
    sim.clock.advance(minutes=20)
    code = await client.code(code["access_code_id"])
    assert (code["status"], code["errors"]) == ("set", [])
    types = await client.event_types()
    assert types.count("access_code.failed_to_set_on_device") == 1
    # Seam gives up when the code ends.
    code = await create(
        client, APARTMENT_1, **times(sim, timedelta(0), timedelta(hours=1))
    )
    for _ in range(10):
        sim.control.fail_next_programming()
    sim.clock.advance(hours=2)
    code = await client.code(code["access_code_id"])
    assert (code["status"], code["pending_mutations"]) == ("unset", [])


async def test_violated_constraint_is_not_retried(
    sim: Simulator, client: Client
) -> None:
    """A code that violates a constraint is retried only after a change."""
    sim.control.fail_next_programming("code_constraints_violated")
    code_id = (await create(client, FRONT_DOOR))["access_code_id"]
    sim.clock.advance(hours=1)
    assert (await client.code(code_id))["status"] == "setting"
    await client.ok("/access_codes/update", access_code_id=code_id, code="270836")
    sim.clock.advance(5)
    code = await client.code(code_id)
    assert (code["status"], code["errors"]) == ("set", [])


async def test_linked_codes(sim: Simulator, client: Client) -> None:
    """Linked codes share a PIN and change together."""
    answer = await client.ok(
        "/access_codes/create_multiple",
        device_ids=[FRONT_DOOR, APARTMENT_1],
        name="Both",
    )
    first, second = answer["access_codes"]
    assert first["code"] == second["code"]
    assert first["common_code_key"] == second["common_code_key"] is not None
    sim.clock.advance(5)
    await client.ok(
        "/access_codes/update_multiple",
        common_code_key=first["common_code_key"],
        name="All",
    )
    sim.clock.advance(5)
    assert (await client.code(second["access_code_id"]))["name"] == "All"
    answer = await client.ok(
        "/access_codes/create_multiple",
        device_ids=[FRONT_DOOR, APARTMENT_1],
        code="304152",
    )
    assert {c["common_code_key"] for c in answer["access_codes"]} == {None}


async def test_code_that_ends_while_its_lock_is_offline(
    sim: Simulator, client: Client
) -> None:
    """An expired code is removed when the lock reconnects."""
    sim.control.lock_offline(FRONT_DOOR)
    sim.clock.advance(days=4)
    code = await client.code(CODE_GUEST_NOW)
    assert code["status"] == "removing"
    assert code["warnings"][0]["warning_code"] == "delay_in_removing_from_device"
    sim.control.lock_online(FRONT_DOOR)
    sim.clock.advance(5)
    assert CODE_GUEST_NOW not in await client.codes(FRONT_DOOR)


async def test_update_without_times_removes_them(client: Client) -> None:
    """Seam takes missing times for a code that never expires."""
    assert (await client.code(CODE_GUEST_NOW))["type"] == "time_bound"
    await client.ok("/access_codes/update", access_code_id=CODE_GUEST_NOW, name="Band")
    assert (await client.code(CODE_GUEST_NOW))["type"] == "ongoing"


@pytest.mark.parametrize(
    "more",
    [
        {"type": "time_bound"},
        {"starts_at": "2090-01-01T00:00:00Z"},
        {"type": "sometimes"},
        {"code": "614783"},
    ],
)
async def test_refused_updates(client: Client, more: dict[str, str]) -> None:
    """Updates are validated like new codes."""
    status, _ = await client.refused(
        "/access_codes/update", access_code_id=CODE_CLEANER, **more
    )
    assert status in (400, 409)


async def test_deleting_twice(sim: Simulator, client: Client) -> None:
    """Both attempts succeed, and the code cannot be changed meanwhile."""
    attempts = [
        (await client.ok("/access_codes/delete", access_code_id=CODE_OWNER))[
            "action_attempt"
        ]["action_attempt_id"]
        for _ in range(2)
    ]
    status, _ = await client.refused(
        "/access_codes/update", access_code_id=CODE_OWNER, name="Landlord"
    )
    assert status == 400
    sim.clock.advance(5)
    answer = await client.ok("/action_attempts/list", action_attempt_ids=attempts)
    assert [a["status"] for a in answer["action_attempts"]] == ["success", "success"]


async def test_code_that_is_due_but_not_set_is_delayed(
    sim: Simulator, client: Client
) -> None:
    """A code that starts before it is on the lock has a warning until it is set."""
    for _ in range(3):
        sim.control.fail_next_programming()
    code = await create(
        client, FRONT_DOOR, **times(sim, timedelta(minutes=15), timedelta(days=1))
    )
    sim.clock.advance(minutes=14)
    assert (await client.code(code["access_code_id"]))["warnings"] == []
    sim.clock.advance(minutes=1)
    (warning,) = (await client.code(code["access_code_id"]))["warnings"]
    assert warning["warning_code"] == "delay_in_setting_on_device"
    assert "access_code.delay_in_setting_on_device" in await client.event_types()
    sim.clock.advance(hours=1)
    code = await client.code(code["access_code_id"])
    assert (code["status"], code["warnings"]) == ("set", [])


async def test_status_is_unknown_while_account_is_disconnected(
    sim: Simulator, client: Client
) -> None:
    """The status of codes is unknown while their account is disconnected."""
    sim.control.account_error(FRONT_DOOR)
    assert (await client.code(CODE_OWNER))["status"] == "unknown"
    sim.control.clear_account_problems(FRONT_DOOR)
    assert (await client.code(CODE_OWNER))["status"] == "set"


async def test_provider_assigns_the_code(sim: Simulator, client: Client) -> None:
    """A code has no PIN until the provider has assigned one."""
    lock = sim.control.add_lock("Lobby", SALTO)
    assert await client.refused(
        "/access_codes/create", device_id=lock.device_id, code="4826"
    ) == (400, "invalid_input")
    code = await create(client, lock.device_id)
    assert code["is_waiting_for_code_assignment"]
    assert (code["code"], code["status"], code["errors"]) == (None, "unset", [])
    sim.clock.advance(5)
    code = await client.code(code["access_code_id"])
    assert not code["is_waiting_for_code_assignment"]
    assert (len(code["code"]), code["status"]) == (4, "set")
