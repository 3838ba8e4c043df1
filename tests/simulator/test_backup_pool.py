"""The pool of backup codes that a lock has."""

from datetime import timedelta
from typing import Any

from simulator import Simulator
from simulator.clock import to_iso
from simulator.manufacturers import SALTO
from simulator.seed import (
    BIKE_ROOM_KEYPAD,
    CODE_BIKE_GUEST,
    CODE_CLEANER,
    CODE_GUEST_NEXT,
    CODE_GUEST_NOW,
    FRONT_DOOR,
)

from .conftest import Client

PULL = "/access_codes/pull_backup_access_code"


async def pool(client: Client, device_id: str) -> tuple[Any, list[str]]:
    """Return whether the pool of a lock is on, and the problems of the lock."""
    device = (await client.ok("/devices/get", device_id=device_id))["device"]
    problems = [error["error_code"] for error in device["errors"]]
    problems += [warning["warning_code"] for warning in device["warnings"]]
    return device["properties"].get("backup_access_code_pool_enabled"), problems


async def test_backup_is_the_same_each_time(sim: Simulator, client: Client) -> None:
    """A time-bound code has one backup; an ongoing one has none."""
    backups = [
        (
            await client.ok(
                "/access_codes/pull_backup_access_code", access_code_id=CODE_GUEST_NOW
            )
        )["backup_access_code"]
        for _ in range(2)
    ]
    assert backups[0]["access_code_id"] == backups[1]["access_code_id"]
    assert backups[0]["is_backup"]
    assert await client.refused(
        "/access_codes/pull_backup_access_code", access_code_id=CODE_CLEANER
    ) == (400, "access_code_not_time_bound")


async def test_pool_is_shared_by_codes_of_a_lock(
    sim: Simulator, client: Client
) -> None:
    """Every time-bound code of a lock can pull a backup once the pool is on."""
    assert not (await client.code(CODE_BIKE_GUEST))["is_backup_access_code_available"]
    body = {"access_code_id": CODE_BIKE_GUEST}
    assert await client.refused(PULL, **body) == (400, "invalid_input")
    now = sim.clock.now()
    await client.ok(
        "/access_codes/create",
        device_id=BIKE_ROOM_KEYPAD,
        use_backup_access_code_pool=True,
        starts_at=to_iso(now),
        ends_at=to_iso(now + timedelta(days=1)),
    )
    assert await pool(client, BIKE_ROOM_KEYPAD) == (True, [])
    assert not (await client.code(CODE_BIKE_GUEST))["is_backup_access_code_available"]
    sim.clock.advance(5)
    assert (await client.code(CODE_BIKE_GUEST))["is_backup_access_code_available"]
    backup = (await client.ok(PULL, **body))["backup_access_code"]
    code = await client.code(CODE_BIKE_GUEST)
    assert code["pulled_backup_access_code_id"] == backup["access_code_id"]


async def test_pool_runs_out(sim: Simulator, client: Client) -> None:
    """A pool that Seam cannot refill is partial, and then empty."""
    sim.control.lock_offline(FRONT_DOOR)
    sim.control.set_device(FRONT_DOOR, backup_codes=2)
    for code_id, problem in (
        (CODE_GUEST_NOW, "partial_backup_access_code_pool"),
        (CODE_GUEST_NEXT, "empty_backup_access_code_pool"),
    ):
        assert (await client.code(code_id))["is_backup_access_code_available"]
        await client.ok(PULL, access_code_id=code_id)
        sim.clock.advance(hours=1)
        assert problem in (await pool(client, FRONT_DOOR))[1]
    assert not (await client.code(CODE_GUEST_NOW))["is_backup_access_code_available"]
    sim.control.lock_online(FRONT_DOOR)
    sim.clock.advance(minutes=10)
    assert await pool(client, FRONT_DOOR) == (True, [])


async def test_many_active_backups(sim: Simulator, client: Client) -> None:
    """A lock with many active backup codes has a warning."""
    sim.control.limit_rates(False)
    now = sim.clock.now()
    for number in range(6):
        assert (await pool(client, FRONT_DOOR))[1] == [], number
        answer = await client.ok(
            "/access_codes/create",
            device_id=FRONT_DOOR,
            starts_at=to_iso(now),
            ends_at=to_iso(now + timedelta(days=1)),
        )
        await client.ok(PULL, access_code_id=answer["access_code"]["access_code_id"])
        sim.clock.advance(5)
    assert (await pool(client, FRONT_DOOR))[1] == ["many_active_backup_codes"]


async def test_pool_can_be_switched_off(sim: Simulator, client: Client) -> None:
    """A lock whose pool is off has no backups; a Salto lock never has."""
    update = "/devices/update"
    body: dict[str, Any] = {"backup_access_code_pool_enabled": False}
    await client.ok(update, device_id=FRONT_DOOR, **body)
    assert await pool(client, FRONT_DOOR) == (False, [])
    assert not (await client.code(CODE_GUEST_NOW))["is_backup_access_code_available"]
    assert (await client.refused(PULL, access_code_id=CODE_GUEST_NOW))[0] == 400
    lock = sim.control.add_lock("Lobby", SALTO)
    body["backup_access_code_pool_enabled"] = True
    assert (await client.refused(update, device_id=lock.device_id, **body))[0] == 400
    await client.ok(update, device_id=FRONT_DOOR, **body)
    sim.clock.advance(5)
    assert (await client.code(CODE_GUEST_NOW))["is_backup_access_code_available"]
