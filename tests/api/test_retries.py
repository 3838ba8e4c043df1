"""Tests of retries, which are for reads only."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from custom_components.seam.api import (
    SeamClient,
    SeamError,
    SeamNotFoundError,
    SeamRateLimitError,
)
from simulator import Simulator
from simulator.seed import CODE_CLEANER, FRONT_DOOR, UNMANAGED_NEIGHBOUR
from tests.api.conftest import Delays, Stub

type Call = Callable[[SeamClient], Awaitable[Any]]

WRITES: dict[str, Call] = {
    "create": lambda c: c.create_access_code(FRONT_DOOR),
    "create_multiple": lambda c: c.create_multiple_access_codes([FRONT_DOOR]),
    "update": lambda c: c.update_access_code(CODE_CLEANER, name="x"),
    "update_multiple": lambda c: c.update_multiple_access_codes("key", name="x"),
    "delete": lambda c: c.delete_access_code(CODE_CLEANER),
    "convert": lambda c: c.convert_to_managed(UNMANAGED_NEIGHBOUR),
    "unmanaged_delete": lambda c: c.delete_unmanaged_access_code(UNMANAGED_NEIGHBOUR),
    "pull_backup": lambda c: c.pull_backup_access_code(CODE_CLEANER),
    "report": lambda c: c.report_device_constraints(
        FRONT_DOOR, supported_code_lengths=[4]
    ),
    "simulate_code": lambda c: c.simulate_unmanaged_access_code(
        FRONT_DOOR, name="x", code="1234"
    ),
    "lock": lambda c: c.lock_door(FRONT_DOOR),
    "unlock": lambda c: c.unlock_door(FRONT_DOOR),
    "auto_lock": lambda c: c.configure_auto_lock(FRONT_DOOR, auto_lock_enabled=True),
    "update_device": lambda c: c.update_device(
        FRONT_DOOR, backup_access_code_pool_enabled=True
    ),
    "create_webhook": lambda c: c.create_webhook("https://home.example/hook"),
    "delete_webhook": lambda c: c.delete_webhook("id"),
    "sync": lambda c: c.sync_connected_account("id"),
}
READS: dict[str, Call] = {
    "workspace": lambda c: c.get_workspace(),
    "devices": lambda c: c.list_devices(),
    "codes": lambda c: c.list_access_codes(FRONT_DOOR),
    "code": lambda c: c.get_access_code(CODE_CLEANER),
    "generate": lambda c: c.generate_code(FRONT_DOOR),
    "unmanaged_codes": lambda c: c.list_unmanaged_access_codes(FRONT_DOOR),
    "unmanaged_code": lambda c: c.get_unmanaged_access_code(UNMANAGED_NEIGHBOUR),
    "webhooks": lambda c: c.list_webhooks(),
    "accounts": lambda c: c.list_connected_accounts(),
}
TROUBLES: dict[str, dict[str, Any]] = {
    "outage": {"kind": "outage"},
    "dropped": {"kind": "outage", "after_processing": True},
    "500": {"kind": "status", "status": 500},
    "502": {"kind": "html"},
    "503": {"kind": "empty"},
    "429": {"kind": "rate_limit", "retry_after": 0},
    "broken": {"kind": "broken_json"},
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("call", WRITES.values(), ids=WRITES)
async def test_write_is_not_retried(
    client: SeamClient,
    simulator: Simulator,
    delays: Delays,
    call: Call,
    trouble: dict[str, Any],
) -> None:
    """A change is sent once, as a second one might make a second code."""
    simulator.faults.add(**trouble)
    with pytest.raises(SeamError):
        await call(client)
    assert len(simulator.requests) == 1
    assert delays.seconds == []


@pytest.mark.parametrize("call", READS.values(), ids=READS)
async def test_read_is_retried_twice(
    client: SeamClient, simulator: Simulator, delays: Delays, call: Call
) -> None:
    """A read is sent up to three times."""
    simulator.faults.add("outage", count=2)
    await call(client)
    assert len(simulator.requests) == 3
    assert delays.seconds == [0.2, 0.4]

    simulator.requests.clear()
    simulator.faults.add("outage")
    with pytest.raises(SeamError):
        await call(client)
    assert len(simulator.requests) == 3


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
async def test_read_survives_fault(
    client: SeamClient, simulator: Simulator, delays: Delays, trouble: dict[str, Any]
) -> None:
    """Every fault that may pass is retried."""
    simulator.faults.add(**trouble, count=2)
    assert await client.list_access_codes(FRONT_DOOR)
    assert len(delays.seconds) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409])
async def test_refused_read_is_not_retried(
    stub: Stub, stubbed: SeamClient, delays: Delays, status: int
) -> None:
    """A refusal is not retried."""
    stub.respond_with_error(status)
    with pytest.raises(SeamError):
        await stubbed.list_devices()
    paths = [request.path for request in stub.requests]
    assert paths == ["/devices/list", *(["/workspaces/get"] if status == 401 else [])]
    assert delays.seconds == []


async def test_read_waits_for_short_rate_limit(
    client: SeamClient, simulator: Simulator, delays: Delays
) -> None:
    """A short delay is waited for."""
    simulator.faults.add("rate_limit", count=2, retry_after=1)
    assert await client.list_devices()
    assert delays.seconds == [1, 1]


@pytest.mark.parametrize(("retry_after", "seconds"), [("30", 30), (None, 60)])
async def test_read_raises_on_long_rate_limit(
    client: SeamClient,
    simulator: Simulator,
    delays: Delays,
    retry_after: str | None,
    seconds: float,
) -> None:
    """A long delay is left to the caller."""
    simulator.faults.add("rate_limit", retry_after=retry_after)
    with pytest.raises(SeamRateLimitError) as refused:
        await client.list_devices()
    assert refused.value.retry_after == seconds
    assert len(simulator.requests) == 1
    assert delays.seconds == []


async def test_rate_limit_of_lock(client: SeamClient) -> None:
    """Too many creates on one lock are refused with the delay."""
    for _ in range(10):
        await client.create_access_code(FRONT_DOOR)
    with pytest.raises(SeamRateLimitError) as refused:
        await client.create_access_code(FRONT_DOOR)
    assert refused.value.retry_after == 60


async def test_each_page_is_retried(
    stub: Stub, stubbed: SeamClient, delays: Delays
) -> None:
    """A fault on the second page does not restart the list."""
    more = {"has_next_page": True, "next_page_cursor": "two"}
    stub.respond(
        {"devices": [{"device_id": "a", "properties": {}}], "pagination": more}
    )
    stub.respond(raw=b"", status=502)
    stub.respond({"devices": [{"device_id": "b", "properties": {}}]})
    assert [d.device_id for d in await stubbed.list_devices()] == ["a", "b"]
    cursors = [request.body.get("page_cursor") for request in stub.requests]
    assert cursors == [None, "two", "two"]
    assert len(delays.seconds) == 1


async def test_last_error_of_retries_is_raised(
    stub: Stub, stubbed: SeamClient, delays: Delays
) -> None:
    """The last error counts, and is not chained to those before it."""
    stub.respond_with_error(500)
    stub.respond_with_error(404, "access_code_not_found", "It is gone.")
    with pytest.raises(SeamNotFoundError) as refused:
        await stubbed.get_access_code("x")
    assert refused.value.__context__ is None
    assert len(delays.seconds) == 1
