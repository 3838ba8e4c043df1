"""Tests of the simulator with Seam's Python SDK."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
import inspect
from typing import Any

import pytest
from seam import (
    AsyncSeam,
    AsyncSeamWithoutWorkspace,
    Seam,
    SeamActionAttemptFailedError,
    SeamActionAttemptTimeoutError,
    SeamHttpApiError,
    SeamHttpInvalidInputError,
    SeamHttpUnauthorizedError,
    SeamWithoutWorkspace,
)

from simulator import Simulator
from simulator.routing import ENDPOINTS
from simulator.seed import (
    APARTMENT_1,
    APARTMENT_2,
    BIKE_ROOM_KEYPAD,
    CELLAR_DOOR_UNMANAGED,
    CODE_CLEANER,
    CODE_GUEST_NOW,
    FRONT_DOOR,
    GARDEN_HOUSE,
    KEY,
    OFFICE_DOOR,
    PERSONAL_ACCESS_TOKEN,
    UNMANAGED_APARTMENT_1_TENANT,
    UNMANAGED_BIKE_COURIER,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
    WORKSPACE,
    WORKSPACE_TWO,
)


@pytest.fixture
async def fast() -> AsyncIterator[Simulator]:
    """Return a simulator with a fast clock, as the SDK waits for action attempts."""
    simulator = Simulator(speed=20)
    await simulator.start()
    yield simulator
    await simulator.stop()


async def _call(method: Callable[..., Any], **arguments: Any) -> Any:
    """Call a method of a blocking or asynchronous client."""
    if inspect.iscoroutinefunction(method):
        return await method(**arguments)
    return await asyncio.to_thread(method, **arguments)


@pytest.fixture(params=[Seam, AsyncSeam])
async def seam(request: pytest.FixtureRequest, fast: Simulator) -> AsyncIterator[Any]:
    """Return a blocking or asynchronous client."""
    client = request.param(api_key=KEY, endpoint=fast.url)
    yield client
    closing = client.close()
    if inspect.isawaitable(closing):
        await closing


async def test_every_endpoint(fast: Simulator, seam: Any) -> None:
    """Every endpoint works with the SDK."""
    await _workspaces_and_accounts(seam)
    await _devices_and_locks(fast, seam)
    await _codes(seam)
    await _unmanaged_codes(seam)
    await _events_and_webhooks(seam)
    asked = {record.path for record in fast.requests}
    assert ENDPOINTS.keys() - asked == set()
    # The SDK does not only use POST.
    assert {record.method for record in fast.requests} > {"GET", "POST", "PATCH"}


async def _workspaces_and_accounts(seam: Any) -> None:
    assert (await _call(seam.workspaces.get)).workspace_id == WORKSPACE
    assert len(await _call(seam.workspaces.list)) == 1
    accounts = await _call(seam.connected_accounts.list)
    account_id = accounts[0].connected_account_id
    account = await _call(seam.connected_accounts.get, connected_account_id=account_id)
    assert account.account_type == "august"
    await _call(seam.connected_accounts.sync, connected_account_id=account_id)


async def _devices_and_locks(sim: Simulator, seam: Any) -> None:
    devices = await _call(seam.devices.list, device_ids=[FRONT_DOOR, APARTMENT_1])
    assert [d.device_id for d in devices] == [FRONT_DOOR, APARTMENT_1]
    device = await _call(seam.devices.get, device_id=FRONT_DOOR)
    assert device.properties.locked
    assert len(await _call(seam.locks.list)) == 6
    assert (await _call(seam.locks.get, name="Front Door")).device_id == FRONT_DOOR
    await _call(
        seam.devices.update, device_id=FRONT_DOOR, custom_metadata={"floor": "0"}
    )
    assert await _call(seam.devices.list, custom_metadata_has={"floor": "0"})
    (cellar,) = await _call(seam.devices.unmanaged.list)
    assert cellar.device_id == CELLAR_DOOR_UNMANAGED
    await _call(seam.devices.unmanaged.get, device_id=CELLAR_DOOR_UNMANAGED)
    await _call(
        seam.devices.unmanaged.update, device_id=CELLAR_DOOR_UNMANAGED, is_managed=True
    )
    attempt = await _call(seam.locks.unlock_door, device_id=FRONT_DOOR)
    assert attempt.status == "success"
    assert attempt.result.was_confirmed_by_device
    await _call(seam.locks.lock_door, device_id=FRONT_DOOR)
    await _call(
        seam.locks.configure_auto_lock, device_id=FRONT_DOOR, auto_lock_enabled=False
    )
    await _call(
        seam.locks.simulate.keypad_code_entry, device_id=FRONT_DOOR, code="739158"
    )
    await _call(seam.locks.simulate.manual_lock_via_keypad, device_id=FRONT_DOOR)
    attempts = await _call(seam.action_attempts.list, device_id=FRONT_DOOR)
    assert {a.status for a in attempts} == {"success"}
    await _call(seam.devices.simulate.disconnect, device_id=APARTMENT_2)
    with pytest.raises(SeamActionAttemptFailedError, match="offline"):
        await _call(seam.locks.lock_door, device_id=APARTMENT_2)
    await _call(seam.devices.simulate.connect, device_id=APARTMENT_2)
    await _call(seam.devices.simulate.remove, device_id=CELLAR_DOOR_UNMANAGED)
    sim.control.hang_next_action()
    with pytest.raises(SeamActionAttemptTimeoutError):
        await _call(
            seam.locks.lock_door,
            device_id=FRONT_DOOR,
            wait_for_action_attempt={"timeout": 0.2, "polling_interval": 0.1},
        )


async def _codes(seam: Any) -> None:
    codes = seam.access_codes
    now = datetime.now(UTC)
    times = {
        "starts_at": now.isoformat(),
        "ends_at": (now + timedelta(days=2)).isoformat(),
    }
    code = await _call(codes.create, device_id=FRONT_DOOR, name="Guest", **times)
    assert code.pending_mutations[0].mutation_code == "creating"
    await asyncio.sleep(0.35)
    code = await _call(codes.get, access_code_id=code.access_code_id)
    assert code.status == "set"
    assert code.display_status == "Active"
    await _call(codes.update, access_code_id=code.access_code_id, name="Guests")
    await _call(codes.delete, access_code_id=code.access_code_id)
    await asyncio.sleep(0.35)
    left = await _call(codes.list, device_id=FRONT_DOOR)
    assert code.access_code_id not in {c.access_code_id for c in left}
    linked = await _call(
        codes.create_multiple, device_ids=[FRONT_DOOR, BIKE_ROOM_KEYPAD], name="Both"
    )
    await _call(
        codes.update_multiple, common_code_key=linked[0].common_code_key, name="Two"
    )
    generated = await _call(codes.generate_code, device_id=FRONT_DOOR)
    assert generated.code.isdigit()
    backup = await _call(codes.pull_backup_access_code, access_code_id=CODE_GUEST_NOW)
    assert backup.access_code_id
    await _call(
        codes.report_device_constraints,
        device_id=GARDEN_HOUSE,
        supported_code_lengths=[6],
    )
    paginator = seam.create_paginator(codes.list, {"device_id": FRONT_DOOR, "limit": 2})
    flat = await _call(paginator.flatten_to_list)
    assert len(flat) == len(await _call(codes.list, device_id=FRONT_DOOR))
    with pytest.raises(SeamHttpInvalidInputError) as refused:
        await _call(codes.create, device_id=FRONT_DOOR, code="1")
    assert refused.value.validation_errors[0].parameter_name == "code"
    assert refused.value.request_id
    with pytest.raises(SeamHttpApiError) as duplicate:
        await _call(codes.create, device_id=FRONT_DOOR, code="739158")
    assert duplicate.value.code == "duplicate_access_code"
    with pytest.raises(SeamHttpApiError) as missing:
        await _call(codes.get, access_code_id=OFFICE_DOOR)
    assert missing.value.status_code == 404


async def _unmanaged_codes(seam: Any) -> None:
    unmanaged = seam.access_codes.unmanaged
    assert len(await _call(unmanaged.list, device_id=FRONT_DOOR)) == 3
    code = await _call(unmanaged.get, access_code_id=UNMANAGED_NEIGHBOUR)
    assert code.name == "Neighbour"
    await _call(unmanaged.convert_to_managed, access_code_id=UNMANAGED_NEIGHBOUR)
    await _call(
        unmanaged.update, access_code_id=UNMANAGED_APARTMENT_1_TENANT, is_managed=True
    )
    await _call(unmanaged.delete, access_code_id=UNMANAGED_OLD_GUEST)
    await _call(
        seam.access_codes.simulate.create_unmanaged_access_code,
        device_id=BIKE_ROOM_KEYPAD,
        name="Found",
        code="505254",
    )
    await asyncio.sleep(0.35)
    managed = await _call(seam.access_codes.list, device_id=FRONT_DOOR)
    assert UNMANAGED_NEIGHBOUR in {c.access_code_id for c in managed}
    left = await _call(unmanaged.list, device_id=BIKE_ROOM_KEYPAD)
    assert {c.name for c in left} == {"Courier", "Found"}
    assert left[0].access_code_id == UNMANAGED_BIKE_COURIER


async def _events_and_webhooks(seam: Any) -> None:
    events = await _call(seam.events.list, since="2000-01-01T00:00:00Z")
    assert "lock.unlocked" in {e.event_type for e in events}
    event = await _call(seam.events.get, event_id=events[0].event_id)
    assert event.event_type == events[0].event_type
    webhook = await _call(seam.webhooks.create, url="http://127.0.0.1:9/")
    assert webhook.secret.startswith("whsec_")
    webhook_id = webhook.webhook_id
    await _call(
        seam.webhooks.update, webhook_id=webhook_id, event_types=["lock.locked"]
    )
    webhook = await _call(seam.webhooks.get, webhook_id=webhook_id)
    assert webhook.event_types == ["lock.locked"]
    assert len(await _call(seam.webhooks.list)) == 1
    await _call(seam.webhooks.delete, webhook_id=webhook_id)


@pytest.mark.parametrize("form", [SeamWithoutWorkspace, AsyncSeamWithoutWorkspace])
async def test_workspaces_of_a_token(fast: Simulator, form: type) -> None:
    """A personal access token lists its workspaces and gives access to each."""
    client = form(PERSONAL_ACCESS_TOKEN, endpoint=fast.url)
    workspaces = await _call(client.workspaces.list)
    assert [w.workspace_id for w in workspaces] == [WORKSPACE, WORKSPACE_TWO]
    one = Seam.from_personal_access_token(
        PERSONAL_ACCESS_TOKEN, WORKSPACE_TWO, endpoint=fast.url
    )
    (device,) = await _call(one.devices.list)
    assert device.device_id == OFFICE_DOOR
    one.close()
    closing = client.close()
    if inspect.isawaitable(closing):
        await closing


async def test_refused_key_and_retries(fast: Simulator, seam: Any) -> None:
    """The SDK understands refusals and retries reads."""
    fast.faults.add("status", status=503, count=2)
    await _call(seam.devices.list)
    assert len(fast.requests) == 3
    fast.control.revoke_key()
    with pytest.raises(SeamHttpUnauthorizedError):
        await _call(seam.access_codes.get, access_code_id=CODE_CLEANER)
