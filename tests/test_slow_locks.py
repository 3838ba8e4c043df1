"""Tests of locks whose codes arrive late, with a real Home Assistant."""

import asyncio
from functools import partial

import pytest

from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.fetcher import pool, sender
from custom_components.seam.fetcher.pool import Priority
from custom_components.seam.sync.schedule import FetchCodes
from simulator import Simulator
from simulator.seed import APARTMENT_1, CODE_HANDYMAN, FRONT_DOOR

from .clock import wait_until
from .conftest import Poll


@pytest.fixture
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything take a tenth of its time."""
    monkeypatch.setattr(pool, "SLOW", 0.2)
    monkeypatch.setattr(sender, "SLOW", 0.2)
    monkeypatch.setattr(pool, "PATIENCE", 0.5)


@pytest.mark.usefixtures("_short_patience")
async def test_event_waits_for_slow_list(
    coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """The name of a code that is new is known when the event of its use fires."""
    code = simulator.control.add_unmanaged_code(FRONT_DOOR, "Newcomer", "867530")
    simulator.control.use_code(code.access_code_id, device=FRONT_DOOR)
    simulator.faults.add("hang", path="/access_codes/list", device_id=FRONT_DOOR)
    before = coordinator.data.locks[FRONT_DOOR].changed_by
    await coordinator.async_refresh()
    assert coordinator.data.locks[FRONT_DOOR].changed_by == before
    simulator.faults.clear()
    await wait_until(
        lambda: coordinator.data.locks[FRONT_DOOR].changed_by == "Newcomer"
    )


@pytest.mark.usefixtures("_short_patience")
@pytest.mark.parametrize("is_superseded", [True, False])
async def test_request_that_is_displaced_keeps_codes(
    coordinator: SeamCoordinator, simulator: Simulator, is_superseded: bool
) -> None:
    """It is sent again, unless a newer response has come already."""
    hang = simulator.faults.add(
        "hang", path="/access_codes/list", device_id=FRONT_DOOR, count=1
    )
    simulator.control.code_error("Handyman", "provider_issue")
    simulator.requests.clear()
    await coordinator.async_refresh()
    assert hang.hits == 1
    if is_superseded:
        assert await coordinator.async_refresh_locks([FRONT_DOOR]) == {}
    requests = coordinator.fetcher._pool
    loop = asyncio.get_running_loop()
    requests._displace(Priority.POLL, loop.time() + 100)
    await wait_until(lambda: not requests.running(FetchCodes(FRONT_DOOR)))
    lists = [
        request
        for request in simulator.requests
        if request.path == "/access_codes/list"
        and request.body.get("device_id") == FRONT_DOOR
    ]
    assert len(lists) == 2
    lock = coordinator.data.locks[FRONT_DOOR]
    assert lock.has_codes
    code = lock.code(CODE_HANDYMAN)
    assert code
    assert "provider_issue" in [error.code for error in code.own_errors]
    assert coordinator.engine.state.postponed == 0


@pytest.mark.usefixtures("_short_patience")
async def test_request_that_is_displaced_twice_has_failed(
    coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """Then the codes are unknown, and the next poll asks for them."""
    simulator.faults.add("hang", path="/access_codes/list", device_id=FRONT_DOOR)
    simulator.control.code_error("Handyman", "provider_issue")
    await coordinator.async_refresh()
    requests = coordinator.fetcher._pool
    loop = asyncio.get_running_loop()
    for _ in range(2):
        await wait_until(lambda: bool(requests.running(FetchCodes(FRONT_DOOR))))
        requests._displace(Priority.POLL, loop.time() + 100)
        await asyncio.sleep(0.05)
    assert not coordinator.data.locks[FRONT_DOOR].has_codes
    assert coordinator.engine.state.postponed == 1
    simulator.faults.clear()


@pytest.mark.usefixtures("_short_patience")
async def test_managed_codes_do_not_wait_for_unmanaged_ones(
    coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """What is published early is not replaced by what an earlier request had."""
    hang = simulator.faults.add(
        "hang", path="/access_codes/unmanaged/list", device_id=FRONT_DOOR, count=2
    )

    def errors() -> list[str]:
        code = coordinator.data.locks[FRONT_DOOR].code(CODE_HANDYMAN)
        assert code
        return [error.code for error in code.own_errors]

    def has_error(error: str) -> bool:
        return error in errors()

    refreshes = []
    for hits, error in enumerate(("provider_issue", "failed_to_set_on_device"), 1):
        assert not has_error(error)
        simulator.control.code_error("Handyman", error)
        refreshes.append(
            asyncio.create_task(coordinator.async_refresh_locks([FRONT_DOOR]))
        )
        await wait_until(partial(has_error, error))
        assert hang.hits == hits
        assert coordinator.data.locks[FRONT_DOOR].has_all_codes
    shown = errors()
    new = simulator.control.add_unmanaged_code(FRONT_DOOR, "Newcomer", "867530")
    simulator.faults.clear()
    assert await asyncio.gather(*refreshes) == [{}, {}]
    lock = coordinator.data.locks[FRONT_DOOR]
    assert errors() == shown
    assert lock.code(new.access_code_id)
    assert lock.has_all_codes


async def test_lock_that_hangs_does_not_keep_others_closed(
    coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """However often somebody tries to open it."""
    hang = simulator.faults.add("hang", path="/locks/unlock_door", device_id=FRONT_DOOR)
    client = coordinator.client
    hanging = [asyncio.create_task(client.unlock_door(FRONT_DOOR)) for _ in range(20)]
    await wait_until(lambda: hang.hits >= 3)
    # Any more have been sent by then, too.
    await client.get_workspace()
    async with asyncio.timeout(5):
        await client.unlock_door(APARTMENT_1)
    assert not any(task.done() for task in hanging)
    simulator.faults.clear()
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)


async def test_failed_account_request_is_repeated_soon(
    coordinator: SeamCoordinator, simulator: Simulator, poll: Poll
) -> None:
    """With a webhook, the next poll would be late."""

    def problems() -> list[str]:
        accounts = coordinator.data.accounts.values()
        return [problem.code for account in accounts for problem in account.errors]

    simulator.faults.add("status", status=500, path="/connected_accounts/list")
    simulator.control.account_error("Front Door")
    await poll()
    await wait_until(lambda: coordinator.engine.state.postponed > 0)
    assert not problems()
    simulator.faults.clear()
    await poll()
    await wait_until(lambda: coordinator.engine.state.postponed == 0)
    await wait_until(lambda: bool(problems()))
    assert problems() == ["account_disconnected"]
