"""Tests of the initial state, the clock, the state file and the command line."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import re
import signal
import sys

import aiohttp
from freezegun.api import FrozenDateTimeFactory
import orjson
import pytest

from simulator import Simulator
from simulator.generated import generated_lock_id
from simulator.seed import (
    BOAT_SHED,
    CODE_CLEANER,
    CODE_OWNER,
    FRONT_DOOR,
    GARDEN_HOUSE,
    KEY,
    LOCKS,
    OFFICE_DOOR,
)
from tests import openapi

from .conftest import Client

ROOT = Path(__file__).parents[2]


def test_initial_state_is_reproducible() -> None:
    """IDs and PINs are the same in every run."""
    first = Simulator(manual_clock=True).state
    second = Simulator(
        manual_clock=True, start_at=datetime(2030, 5, 1, tzinfo=UTC)
    ).state
    assert first.devices.keys() == second.devices.keys()
    codes = {i: (c.name, c.code) for i, c in first.access_codes.items()}
    assert codes == {i: (c.name, c.code) for i, c in second.access_codes.items()}


def test_seeded_codes() -> None:
    """Other tests rely on these numbers of codes."""
    state = Simulator(manual_clock=True).state
    counts = {
        state.devices[i].display_name: tuple(
            len(state.codes_of(i, managed=managed)) for managed in (True, False)
        )
        for i in (*LOCKS, OFFICE_DOOR)
    }
    assert counts == {
        "Front Door": (5, 3),
        "Apartment 1": (4, 1),
        "Apartment 2": (3, 0),
        "Garden House": (2, 2),
        "Bike Room Keypad": (2, 1),
        "Boat Shed": (2, 1),
        "Office Door": (2, 0),
    }


def test_pins_are_not_part_of_ids() -> None:
    """A PIN that is found in a file is never part of an ID."""
    state = Simulator(manual_clock=True).state
    pins = [c.code for c in state.access_codes.values() if c.code]
    assert [pin for pin, times in Counter(pins).items() if times > 1] == ["358172"]
    assert any(pin.startswith("0") for pin in pins)
    everything = "".join(
        f"{thing} "
        for things in (state.devices, state.access_codes)
        for thing in things
    )
    everything += repr(state)
    assert not [pin for pin in pins if pin in everything]


async def test_frozen_time(
    freezer: FrozenDateTimeFactory, session: aiohttp.ClientSession
) -> None:
    """A manual clock does not follow the system's clock."""
    freezer.move_to("2026-01-05T10:00:00Z")
    simulator = Simulator(manual_clock=True)
    await simulator.start()
    client = Client(simulator, session)
    assert simulator.clock.now() == datetime(2026, 1, 5, 10, tzinfo=UTC)
    freezer.tick(3600)
    assert simulator.clock.now() == datetime(2026, 1, 5, 10, tzinfo=UTC)
    code_id = (await client.ok("/access_codes/create", device_id=FRONT_DOOR))[
        "access_code"
    ]["access_code_id"]
    simulator.clock.move_to(datetime(2026, 1, 5, 11, tzinfo=UTC))
    assert (await client.code(code_id))["status"] == "set"
    with pytest.raises(ValueError, match="forward"):
        simulator.clock.advance(-1)
    await simulator.stop()


async def test_clock_speed(session: aiohttp.ClientSession) -> None:
    """A clock can run faster, and transitions need no request."""
    simulator = Simulator(speed=200)
    await simulator.start()
    client = Client(simulator, session)
    await client.ok("/access_codes/create", device_id=FRONT_DOOR)
    await asyncio.sleep(0.2)
    types = [event.event_type for event in simulator.state.events]
    assert "access_code.set_on_device" in types
    await simulator.stop()


async def test_state_file(tmp_path: Path, session: aiohttp.ClientSession) -> None:
    """A simulator resumes from its state file."""
    state = tmp_path / "state.json"
    start = datetime.now(UTC) + timedelta(days=3)
    first = Simulator(manual_clock=True, state_file=state, start_at=start)
    await first.start()
    client = Client(first, session)
    await client.ok("/webhooks/create", url="http://127.0.0.1:9/")
    await client.ok("/access_codes/delete", access_code_id=CODE_CLEANER)
    first.control.lock_online(BOAT_SHED)
    await first.stop()
    assert state.stat().st_mode & 0o777 == 0o600
    second = Simulator(manual_clock=True, state_file=state)
    assert second.clock.now() == first.clock.now()
    assert second.state == first.state
    await second.start()
    client = Client(second, session)
    assert (await client.code(CODE_CLEANER))["status"] == "removing"
    second.clock.advance(5)
    assert CODE_CLEANER not in await client.codes(FRONT_DOOR)
    assert CODE_OWNER in await client.codes(FRONT_DOOR)
    await client.ok("/access_codes/create", device_id=GARDEN_HOUSE)
    await second.stop()


async def test_many_locks(session: aiohttp.ClientSession) -> None:
    """A large workspace starts and responds."""
    simulator = Simulator(manual_clock=True, locks=1000, codes=20, unmanaged=2)
    await simulator.start()
    client = Client(simulator, session)
    headers = {"Authorization": f"Bearer {KEY}"}
    async with session.post(
        f"{simulator.url}/devices/list", json={"limit": 2000}, headers=headers
    ) as response:
        assert len((await response.json())["devices"]) == 1000
    lock = generated_lock_id(999)
    assert len(await client.codes(lock)) == 20
    assert len(await client.codes(lock, managed=False)) == 2
    await simulator.stop()


@pytest.mark.skipif(not openapi.SCHEMA_AVAILABLE, reason="the schema is not here")
async def test_every_event_fits_the_schema(sim: Simulator, client: Client) -> None:
    """All events match Seam's schema."""
    control = sim.control
    control.lock_offline(FRONT_DOOR)
    await client.ok("/access_codes/create", device_id=FRONT_DOOR)
    await client.ok("/access_codes/delete", access_code_id=CODE_OWNER)
    sim.clock.advance(120)
    control.lock_online(FRONT_DOOR)
    control.account_error(FRONT_DOOR)
    control.clear_account_problems(FRONT_DOOR)
    control.device_error(FRONT_DOOR, "hub_disconnected")
    control.clear_device_problems(FRONT_DOOR)
    control.battery(FRONT_DOOR, 0.2)
    control.code_error(CODE_CLEANER, "failed_to_remove_from_device")
    control.code_warning(CODE_CLEANER, "delay_in_removing_from_device")
    control.deny_access(FRONT_DOOR, code=CODE_CLEANER, reason_code="expired_code")
    control.add_lock("Another")
    control.remove_lock(BOAT_SHED)
    sim.clock.advance(days=60)
    answer = await client.ok("/events/list", since="2000-01-01T00:00:00Z")
    types = {event["event_type"] for event in answer["events"]}
    assert len(types) > 15, sorted(types)


async def _start(*arguments: str) -> tuple[asyncio.subprocess.Process, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator",
        "--port",
        "0",
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    return process, line


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_command(
    tmp_path: Path, session: aiohttp.ClientSession, number: signal.Signals
) -> None:
    """The command prints its URL and saves the state when it is stopped."""
    state = tmp_path / "state.json"
    process, line = await _start("--state", str(state), "--speed", "2")
    assert KEY in line
    url = next(word for word in line.split() if word.startswith("http"))
    headers = {"Authorization": f"Bearer {KEY}"}
    async with session.post(f"{url}/devices/list", headers=headers) as response:
        assert len((await response.json())["devices"]) == len(LOCKS)
    process.send_signal(number)
    assert await asyncio.wait_for(process.wait(), 10) == 0
    head, _, content = state.read_bytes().partition(b"\n")
    assert orjson.loads(head)["version"] == 1
    assert FRONT_DOOR in json.loads(content)["devices"]


@pytest.mark.parametrize(("arguments", "count"), [((), 3), (("--locks", "2"), 2)])
async def test_command_prints_keys_that_work(
    session: aiohttp.ClientSession, arguments: tuple[str, ...], count: int
) -> None:
    """Each of them is accepted, also if there is one workspace only."""
    process, line = await _start(*arguments)
    url = line.split()[3]
    keys = re.findall(r"seam_\w+", line)
    assert len(keys) == count
    assert keys[0] == KEY
    for key in keys:
        headers = {"Authorization": f"Bearer {key}"}
        async with session.post(f"{url}/workspaces/list", headers=headers) as response:
            assert response.status == 200
    process.terminate()
    await process.wait()


@pytest.mark.skipif(not openapi.SCHEMA_AVAILABLE, reason="the schema is not here")
def test_names_of_problems_are_in_the_schema() -> None:
    """Every error, warning and mutation that the simulator sends is one of Seam's."""
    schema = openapi.SCHEMA_PATH.read_text()
    package = ROOT / "simulator"
    sources = "".join(path.read_text() for path in package.rglob("*.py"))
    names = re.findall(r'(?:error|warning|mutation)_code": "(\w+)"', sources)
    names += re.findall(r'"(?:error|warning)",\s+"(\w+)"', sources)
    names += re.findall(r'(?:error|warning)_code: str = "(\w+)"', sources)
    assert len(names) > 10
    assert [name for name in names if f'"{name}"' not in schema] == []
