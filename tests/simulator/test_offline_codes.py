"""Offline codes, which the manufacturer calculates."""

from datetime import timedelta
from typing import Any

from simulator import Simulator
from simulator.clock import to_iso
from simulator.manufacturers import IGLOOHOME

from .conftest import Client

CREATE = "/access_codes/create"


def times(sim: Simulator, start: timedelta, end: timedelta) -> dict[str, str]:
    """Return the time frame of a code, counted from now."""
    now = sim.clock.now()
    return {"starts_at": to_iso(now + start), "ends_at": to_iso(now + end)}


async def create(client: Client, device_id: str, **more: Any) -> Any:
    """Create an offline code."""
    answer = await client.ok(
        CREATE, device_id=device_id, is_offline_access_code=True, **more
    )
    return answer["access_code"]


async def test_offline_codes(sim: Simulator, client: Client) -> None:
    """Offline codes work at once and cannot be changed."""
    lock = sim.control.add_lock("Gate", IGLOOHOME)
    code = await create(
        client,
        lock.device_id,
        is_one_time_use=True,
        **times(sim, timedelta(0), timedelta(days=1)),
    )
    assert code["status"] in ("set", "unset")
    assert code["pending_mutations"] == []
    for path in ("update", "delete"):
        assert await client.refused(
            f"/access_codes/{path}", access_code_id=code["access_code_id"]
        ) == (400, "invalid_input")
    assert await client.refused(
        "/access_codes/create",
        device_id=lock.device_id,
        is_offline_access_code=True,
        code="123456",
    ) == (400, "invalid_input")


async def test_offline_codes_need_times(sim: Simulator, client: Client) -> None:
    """An offline code has a time frame, unless the lock offers permanent ones."""
    lock = sim.control.add_lock("Gate", IGLOOHOME)
    start = to_iso(sim.clock.now() + timedelta(hours=1))
    body = {"device_id": lock.device_id, "is_offline_access_code": True}
    for more in ({}, {"starts_at": start}, {"is_one_time_use": True}):
        assert await client.refused(CREATE, **body, **more) == (400, "invalid_input")
    sim.control.set_device(
        lock.device_id,
        properties={
            "offline_time_frame_options": [
                {"display_name": "Hourly", "max_duration": "P28D"},
                {"display_name": "Permanent"},
            ]
        },
    )
    assert (await create(client, lock.device_id))["type"] == "ongoing"


async def test_one_time_code_needs_a_start_only(sim: Simulator, client: Client) -> None:
    """A one-time code works for a day from its start."""
    lock = sim.control.add_lock("Gate", IGLOOHOME)
    start = sim.clock.now().replace(minute=0, second=0, microsecond=0)
    code = await create(
        client, lock.device_id, is_one_time_use=True, starts_at=to_iso(start)
    )
    assert code["ends_at"] == to_iso(start + timedelta(days=1))


async def test_igloohome_offers_few_codes_for_the_same_start(
    sim: Simulator, client: Client
) -> None:
    """The fourth code and the sixth one-time code for the same start fail."""
    sim.control.limit_rates(False)
    lock = sim.control.add_lock("Gate", IGLOOHOME)
    for more, most in (({}, 3), ({"is_one_time_use": True}, 5)):
        codes = [
            await create(
                client,
                lock.device_id,
                **times(sim, timedelta(hours=2), timedelta(hours=5)),
                **more,
            )
            for _ in range(most + 1)
        ]
        assert [code["errors"] for code in codes[:-1]] == [[]] * most
        (error,) = codes[-1]["errors"]
        assert error["error_code"] == "no_space_for_access_code_on_device"
        assert codes[-1]["code"] is None
    await create(
        client, lock.device_id, **times(sim, timedelta(hours=3), timedelta(hours=5))
    )
    sim.clock.advance(hours=4)
    assert (await client.code(codes[0]["access_code_id"]))["status"] == "set"
    assert (await client.code(codes[-1]["access_code_id"]))["status"] == "unset"
