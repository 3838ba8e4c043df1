"""Tests of the control commands and faults."""

import asyncio
import inspect
import json
from pathlib import Path
import re
from typing import Any

import aiohttp
import pytest

import simulator
from simulator import Simulator
from simulator.faults import FaultKind
from simulator.seed import (
    APARTMENT_1,
    BOAT_SHED,
    CODE_CLEANER,
    CODE_OWNER,
    FRONT_DOOR,
    KEY,
    LOCKS,
)

from .conftest import Client


async def raw(
    sim: Simulator,
    session: aiohttp.ClientSession,
    path: str = "/devices/list",
    *,
    decode: str = "utf-8",
) -> tuple[int, str, str]:
    """Return the status, content type and text of a response."""
    headers = {"Authorization": f"Bearer {KEY}"}
    async with session.post(sim.url + path, json={}, headers=headers) as response:
        return response.status, response.content_type, await response.text(decode)


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        ("status", {"status": 503}, (503, "application/json", "error")),
        ("rate_limit", {}, (429, "application/json", "rate_limit_exceeded")),
        ("html", {}, (502, "text/html", "<html>")),
        ("empty", {}, (503, "application/octet-stream", "")),
        ("broken_json", {}, (200, "application/json", '{"ok"')),
        ("wrong_shape", {}, (200, "application/json", '"data":[]')),
        ("wrong_types", {}, (200, "application/json", "not an object")),
    ],
)
async def test_faults(
    sim: Simulator,
    session: aiohttp.ClientSession,
    kind: FaultKind,
    more: dict[str, Any],
    expected: tuple[int, str, str],
) -> None:
    """Each fault affects the requests it applies to."""
    sim.faults.add(kind, path="/devices", count=1, **more)
    assert (await raw(sim, session, "/workspaces/get"))[0] == 200
    status, content_type, text = await raw(sim, session)
    assert (status, content_type) == expected[:2]
    assert expected[2] in text
    assert (await raw(sim, session))[0] == 200


async def test_endless_pages(sim: Simulator, client: Client) -> None:
    """Every page leads to another one, with a cursor of its own."""
    sim.faults.add("endless_pages")
    cursor, cursors = None, set()
    for _ in range(3):
        answer = await client.ok("/devices/list", page_cursor=cursor)
        assert len(answer["devices"]) == len(LOCKS)
        assert answer["pagination"]["has_next_page"]
        cursor = answer["pagination"]["next_page_cursor"]
        cursors.add(cursor)
    assert len(cursors) == 3


async def test_huge_answers(
    sim: Simulator, client: Client, session: aiohttp.ClientSession
) -> None:
    """Lists and bodies can be of any size."""
    sim.faults.add("huge_list", size=1000, count=1)
    assert len((await client.ok("/devices/list"))["devices"]) == 1000
    sim.faults.add("gzip_bomb", size=5_000_000)
    async with aiohttp.ClientSession(auto_decompress=False) as raw_session:
        _, _, text = await raw(sim, raw_session, decode="latin-1")
    assert len(text) < 10_000
    _, _, text = await raw(sim, session)
    assert len(text) > 5_000_000
    assert json.loads(text) == {"ok": True}


@pytest.mark.parametrize(
    "kind", ["status", "outage", "broken_json", "wrong_types", "empty", "html"]
)
@pytest.mark.parametrize("path", ["/access_codes/list", "/access_codes/unmanaged/list"])
async def test_faults_of_one_list(
    sim: Simulator, session: aiohttp.ClientSession, kind: FaultKind, path: str
) -> None:
    """A single list of a single lock can fail."""
    sim.faults.add(kind, path=path, device_id=FRONT_DOOR)
    headers = {"Authorization": f"Bearer {KEY}"}
    faulty = set()
    for device_id in (FRONT_DOOR, APARTMENT_1):
        for each in ("/access_codes/list", "/access_codes/unmanaged/list"):
            try:
                async with session.post(
                    sim.url + each, json={"device_id": device_id}, headers=headers
                ) as response:
                    rows = (await response.json())["access_codes"]
                    if any(not isinstance(row["status"], str) for row in rows):
                        faulty.add((device_id, each))
            except aiohttp.ClientError, ValueError, KeyError:
                faulty.add((device_id, each))
    assert faulty == {(FRONT_DOOR, path)}


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "\ud83d"},
        {"name": "\u0000\u001b\u202e\n"},
        {"name": "x" * 200},
        {"starts_at": "0001-01-01T00:00:00Z"},
        {"ends_at": "9999-12-31T23:59:59-01:00"},
        {"status": 5, "errors": None},
    ],
)
async def test_overridden_fields(
    sim: Simulator, session: aiohttp.ClientSession, fields: dict[str, Any]
) -> None:
    """Fields of a single row can have any value."""
    body = json.dumps({"row": CODE_OWNER, "fields": fields})
    url = f"{sim.url}/_simulator/override_row"
    async with session.post(url, data=body) as response:
        assert response.status == 200
    rows = await _front_door_codes(sim, session)
    assert fields.items() <= rows[CODE_OWNER].items()
    assert rows[CODE_CLEANER]["name"] == "Cleaner"
    sim.control.clear_overrides()
    assert (await _front_door_codes(sim, session))[CODE_OWNER]["name"] == "Owner"


async def test_row_is_null(sim: Simulator, session: aiohttp.ClientSession) -> None:
    """A list can hold null instead of a row."""
    sim.control.override_row("Front Door")
    _, _, text = await raw(sim, session)
    assert [bool(row) for row in json.loads(text)["devices"]] == [False] + [True] * 5


async def _front_door_codes(
    sim: Simulator, session: aiohttp.ClientSession
) -> dict[str, Any]:
    async with session.post(
        f"{sim.url}/access_codes/list",
        json={"device_id": FRONT_DOOR},
        headers={"Authorization": f"Bearer {KEY}"},
    ) as response:
        rows = json.loads(await response.text())["access_codes"]
    return {row["access_code_id"]: row for row in rows}


async def test_retry_after(sim: Simulator, client: Client) -> None:
    """A rate limit can have a Retry-After header."""
    sim.faults.add("rate_limit", retry_after=7)
    await client.refused("/devices/list")
    assert client.response_headers["Retry-After"] == "7"
    assert sim.faults.clear("rate_limit") == 1
    await client.ok("/devices/list")


async def test_outage(sim: Simulator, client: Client) -> None:
    """The connection is closed before or after a request is processed."""
    sim.faults.add("outage", count=1)
    with pytest.raises(aiohttp.ClientError):
        await client.ok("/access_codes/create", device_id=FRONT_DOOR, code="303132")
    assert "303132" not in {c.code for c in sim.state.access_codes.values()}
    assert sim.requests[-1].status is None
    sim.faults.add("outage", count=1, after_processing=True)
    with pytest.raises(aiohttp.ClientError):
        await client.ok("/access_codes/create", device_id=FRONT_DOOR, code="303132")
    assert "303132" in {c.code for c in sim.state.access_codes.values()}


async def test_latency_and_hang(sim: Simulator, client: Client) -> None:
    """Responses are delayed, or held until the fault is cleared."""
    sim.faults.add("latency", seconds=0.05, count=1)
    started = asyncio.get_running_loop().time()
    await client.ok("/devices/list")
    assert asyncio.get_running_loop().time() - started >= 0.05
    sim.faults.add("hang", device_id=FRONT_DOOR)
    hanging = asyncio.create_task(
        client.ok("/access_codes/get", access_code_id=CODE_CLEANER)
    )
    await client.ok("/devices/get", device_id=APARTMENT_1)
    await asyncio.sleep(0.05)
    assert not hanging.done()
    sim.faults.clear()
    assert (await hanging)["ok"]


async def test_lost_duplicate_and_late_events(sim: Simulator, client: Client) -> None:
    """Events can be lost, duplicated, late and in another order."""

    def unlock() -> None:
        sim.clock.advance(1)
        sim.control.turn_lock(FRONT_DOOR, locked=False)

    sim.control.lose_events()
    unlock()
    assert await client.event_types() == []
    sim.control.duplicate_events()
    unlock()
    assert len(await client.event_types()) == 2
    assert len({e.event_id for e in sim.state.events}) == 1
    before = sim.state.events[-1].created_at
    sim.control.delay_events(seconds=100)
    unlock()
    unlock()
    assert len(await client.event_types()) == 3
    sim.clock.advance(100)
    late = sim.state.events[2]
    assert before < late.created_at < sim.state.events[3].created_at
    sim.control.order_events("descending")
    rows = (await client.ok("/events/list", since="2000-01-01T00:00:00Z"))["events"]
    dates = [row["created_at"] for row in rows]
    assert dates == sorted(dates, reverse=True)
    sim.control.repeat_last_event()
    assert len(await client.event_types()) == 5


async def test_code_missing_from_a_list(sim: Simulator, client: Client) -> None:
    """A code can be missing from a single list."""
    sim.control.drop_code(CODE_OWNER)
    assert CODE_OWNER not in await client.codes(FRONT_DOOR)
    assert CODE_OWNER in await client.codes(FRONT_DOOR)
    sim.control.vanish_code(CODE_OWNER)
    assert CODE_OWNER not in await client.codes(FRONT_DOOR)
    assert await client.event_types() == []


async def test_new_code_is_listed_late(sim: Simulator, client: Client) -> None:
    """The code can be fetched at once, but lists lack it for a while."""
    sim.control.list_new_codes_after(60)
    answer = await client.ok("/access_codes/create", device_id=FRONT_DOOR, name="Anna")
    code_id = answer["access_code"]["access_code_id"]
    assert code_id not in await client.codes(FRONT_DOOR)
    assert await client.code(code_id)
    sim.clock.advance(60)
    assert code_id in await client.codes(FRONT_DOOR)


async def test_problems_of_codes(sim: Simulator, client: Client) -> None:
    """Errors and warnings can be added to a code and removed."""
    sim.control.code_error(CODE_CLEANER, "failed_to_set_on_device", "No.")
    sim.control.code_warning(CODE_CLEANER, "delay_in_setting_on_device")
    code = await client.code(CODE_CLEANER)
    assert code["errors"][0]["message"] == "No."
    assert len(code["warnings"]) == 1
    sim.control.clear_code_problems(CODE_CLEANER)
    code = await client.code(CODE_CLEANER)
    assert code["errors"] == code["warnings"] == []
    assert await client.event_types() == [
        "access_code.failed_to_set_on_device",
        "access_code.delay_in_setting_on_device",
        "access_code.changed",
    ]


async def test_revoked_key(sim: Simulator, client: Client) -> None:
    """A revoked key is not accepted until it is restored."""
    sim.control.revoke_key()
    assert await client.refused("/devices/list") == (401, "unauthorized")
    sim.control.restore_key()
    await client.ok("/devices/list")


async def test_control_over_http(
    sim: Simulator, client: Client, session: aiohttp.ClientSession
) -> None:
    """The control commands are available over HTTP."""
    await client.control("lock_offline", device="Front Door")
    assert not sim.state.devices[FRONT_DOOR].online
    await client.control("faults", kind="status", status=503)
    assert (await client.refused("/devices/list"))[0] == 503
    await client.control("faults/clear")
    await client.control("advance", seconds=5)
    answer = await client.control(
        "add_unmanaged_code", device="Front Door", name="Found", pin="404142"
    )
    assert answer["result"]["name"] == "Found"
    async with session.get(f"{sim.url}/_simulator/state") as response:
        state = await response.json()
    assert FRONT_DOOR in state["devices"]
    async with session.get(f"{sim.url}/_simulator") as response:
        methods = await response.json()
    assert methods["lock_offline"]["parameters"] == {"device": "required"}
    for name, body, status in (
        ("dance", {}, 404),
        ("_device", {"name": FRONT_DOOR}, 404),
        ("lock_offline", {}, 400),
        ("lock_offline", {"device": "Nowhere"}, 400),
        ("faults", {"kind": "flood"}, 400),
    ):
        url = f"{sim.url}/_simulator/{name}"
        async with session.post(url, json=body) as response:
            assert response.status == status


async def test_old_shapes(sim: Simulator, session: aiohttp.ClientSession) -> None:
    """Responses can have the shape of older API versions."""
    sim.control.use_old_shapes()
    status, _, text = await raw(sim, session)
    answer = json.loads(text)
    assert status == 200
    assert "pagination" not in answer
    errors = {d["device_id"]: d["errors"] for d in answer["devices"]}
    assert errors[FRONT_DOOR] == {}
    assert errors[BOAT_SHED]["device_offline"].keys() == {"message", "created_at"}


async def test_readme(sim: Simulator, session: aiohttp.ClientSession) -> None:
    """The README shows every control command, and each example works."""
    readme = Path(simulator.__file__).with_name("README.md").read_text()
    commands = re.findall(r"^sim ([a-z_/]+)(?:\s+'(.*?)')?", readme, re.MULTILINE)
    for name, body in commands:
        if name.startswith("faults"):
            sim.faults.clear()
        async with session.post(
            f"{sim.url}/_simulator/{name}", data=body.replace("…", FRONT_DOOR)
        ) as response:
            assert response.status == 200, (name, await response.text())
    methods = {
        name
        for name, _ in inspect.getmembers(sim.control, inspect.ismethod)
        if not name.startswith("_")
    }
    assert methods == {name for name, _ in commands} - {"faults", "faults/clear"}
