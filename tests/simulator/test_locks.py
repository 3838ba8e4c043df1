"""Tests of lock actions, keypad entries and devices."""

from simulator import Simulator
from simulator.seed import (
    BIKE_ROOM_KEYPAD,
    BOAT_SHED,
    CODE_CLEANER,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
)

from .conftest import Client


async def attempt(client: Client, path: str, **body: object) -> str:
    """Start an action and return the ID of its attempt."""
    answer = await client.ok(path, **body)
    assert answer["action_attempt"]["status"] == "pending"
    return str(answer["action_attempt"]["action_attempt_id"])


async def outcome(client: Client, attempt_id: str) -> dict[str, object]:
    """Return an action attempt."""
    answer = await client.ok("/action_attempts/get", action_attempt_id=attempt_id)
    result: dict[str, object] = answer["action_attempt"]
    return result


async def is_locked(client: Client, device_id: str) -> bool | None:
    """Return whether a lock is locked."""
    device = (await client.ok("/devices/get", device_id=device_id))["device"]
    locked: bool | None = device["properties"].get("locked")
    return locked


async def events(client: Client) -> list[dict[str, object]]:
    """Return all events."""
    answer = await client.ok("/events/list", since="2000-01-01T00:00:00Z")
    rows: list[dict[str, object]] = answer["events"]
    return rows


async def test_unlock_and_lock(sim: Simulator, client: Client) -> None:
    """An action takes two seconds, and auto lock follows."""
    sim.control.set_device(FRONT_DOOR, properties={"auto_lock_enabled": True})
    attempt_id = await attempt(client, "/locks/unlock_door", device_id=FRONT_DOOR)
    assert await is_locked(client, FRONT_DOOR)
    sim.clock.advance(2)
    result = await outcome(client, attempt_id)
    assert result["status"] == "success"
    assert result["result"] == {"was_confirmed_by_device": True}
    assert await is_locked(client, FRONT_DOOR) is False
    event = (await events(client))[-1]
    assert (event["event_type"], event["method"], event["action_attempt_id"]) == (
        "lock.unlocked",
        "remote",
        attempt_id,
    )
    sim.clock.advance(30)
    assert await is_locked(client, FRONT_DOOR)
    assert (await events(client))[-1]["method"] == "automatic"


async def test_failed_and_unconfirmed_actions(sim: Simulator, client: Client) -> None:
    """Action attempts can fail, never end, or end unconfirmed."""
    sim.control.fail_next_action("Jammed.")
    failing = await attempt(client, "/locks/unlock_door", device_id=FRONT_DOOR)
    offline = await attempt(client, "/locks/unlock_door", device_id=BOAT_SHED)
    sim.clock.advance(2)
    error = {"type": "action_attempt_failed", "message": "Jammed."}
    assert (await outcome(client, failing))["error"] == error
    assert (await outcome(client, offline))["status"] == "error"
    assert "action_attempt.unlock_door.failed" in await client.event_types()
    sim.control.hang_next_action()
    endless = await attempt(client, "/locks/unlock_door", device_id=FRONT_DOOR)
    sim.control.leave_next_action_unconfirmed()
    unsure = await attempt(client, "/locks/unlock_door", device_id=FRONT_DOOR)
    sim.clock.advance(600)
    assert (await outcome(client, endless))["status"] == "pending"
    assert (await outcome(client, unsure))["result"] == {
        "was_confirmed_by_device": False
    }
    assert await is_locked(client, FRONT_DOOR)
    answer = await client.ok("/action_attempts/list", device_id=FRONT_DOOR)
    assert len(answer["action_attempts"]) == 3


async def test_keypad_cannot_be_locked(client: Client) -> None:
    """A keypad cannot be locked."""
    status, _ = await client.refused("/locks/lock_door", device_id=BIKE_ROOM_KEYPAD)
    assert status == 400


async def test_auto_lock(sim: Simulator, client: Client) -> None:
    """Auto lock can be configured where it is supported."""
    valid = {
        "device_id": FRONT_DOOR,
        "auto_lock_enabled": True,
        "auto_lock_delay_seconds": 7,
    }
    for wrong in ({"auto_lock_delay_seconds": 61}, {"device_id": BOAT_SHED}):
        body = {**valid, **wrong}
        status, _ = await client.refused("/locks/configure_auto_lock", **body)
        assert status == 400
    await client.ok("/locks/configure_auto_lock", **valid)
    sim.clock.advance(2)
    device = (await client.ok("/devices/get", device_id=FRONT_DOOR))["device"]
    assert device["properties"]["auto_lock_delay_seconds"] == 7
    del valid["auto_lock_delay_seconds"]
    status, _ = await client.refused("/locks/configure_auto_lock", **valid)
    assert status == 400
    valid["auto_lock_enabled"] = False
    await client.ok("/locks/configure_auto_lock", **valid)


async def test_codes_at_the_keypad(sim: Simulator, client: Client) -> None:
    """An event names the code that was used."""
    await attempt(
        client, "/locks/simulate/keypad_code_entry", device_id=FRONT_DOOR, code="739158"
    )
    await attempt(
        client, "/locks/simulate/keypad_code_entry", device_id=FRONT_DOOR, code="000000"
    )
    sim.clock.advance(2)
    sim.control.use_code(UNMANAGED_NEIGHBOUR)
    unlocked = [e for e in await events(client) if e["event_type"] == "lock.unlocked"]
    assert [e["access_code_id"] for e in unlocked] == [
        CODE_CLEANER,
        UNMANAGED_NEIGHBOUR,
    ]
    assert unlocked[0]["code"] == "739158"
    assert [e["access_code_is_managed"] for e in unlocked] == [True, False]
    assert "lock.access_denied" in await client.event_types()


async def test_device_connection_name_and_removal(
    sim: Simulator, client: Client
) -> None:
    """Devices can be disconnected, renamed, removed and added."""
    sim.control.lock_offline(FRONT_DOOR)
    device = (await client.ok("/devices/get", device_id=FRONT_DOOR))["device"]
    assert device["properties"]["online"] is False
    assert not {"locked", "battery", "battery_level"} & device["properties"].keys()
    assert device["errors"][0]["error_code"] == "device_offline"
    sim.control.lock_online(FRONT_DOOR)
    sim.control.rename_lock("Front Door", "Main Door")
    device = (await client.ok("/devices/get", device_id=FRONT_DOOR))["device"]
    assert device["display_name"] == "Main Door"
    await client.ok("/devices/update", device_id=FRONT_DOOR, name="Hall")
    device = (await client.ok("/devices/get", name="Hall"))["device"]
    assert device["nickname"] == "Hall"
    sim.control.remove_lock(BOAT_SHED)
    added = sim.control.add_lock("Shed")
    ids = {d["device_id"] for d in (await client.ok("/devices/list"))["devices"]}
    assert BOAT_SHED not in ids
    assert added.device_id in ids
    sim.control.account_error(FRONT_DOOR)
    sim.control.device_error(FRONT_DOOR, "hub_disconnected")
    sim.control.device_error(FRONT_DOOR, "subscription_required")
    sim.control.device_warning(FRONT_DOOR, "third_party_integration_detected")
    sim.control.account_warning(FRONT_DOOR)
    sim.control.battery(FRONT_DOOR, 0.1)
    device = (await client.ok("/devices/get", device_id=FRONT_DOOR))["device"]
    assert {e["error_code"] for e in device["errors"]} == {
        "account_disconnected",
        "hub_disconnected",
        "subscription_required",
    }
    assert device["properties"]["battery"]["status"] == "critical"
    types = await client.event_types()
    for what in ("connected", "disconnected", "added", "removed", "name_changed"):
        assert f"device.{what}" in types
