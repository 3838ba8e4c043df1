"""Tests of locks whose codes arrive late, with a real Home Assistant."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.seam.api import AccessCode
from custom_components.seam.api.rows import Rows
from custom_components.seam.const import DOMAIN
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


@pytest.mark.usefixtures("_short_patience")
async def test_key_that_is_revoked_after_managed_codes_starts_reauth(
    hass: HomeAssistant,
    coordinator: SeamCoordinator,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Those that were published are no answer to the whole request."""
    monkeypatch.setattr(pool, "PATIENCE", 10)
    path = "/access_codes/unmanaged/list"
    simulator.faults.add("hang", path=path, device_id=FRONT_DOOR, seconds=0.5)
    simulator.faults.add("status", path=path, device_id=FRONT_DOOR, status=401)
    simulator.faults.add("status", path="/workspaces/get", status=401)
    simulator.control.code_error("Handyman", "provider_issue")
    await coordinator.async_refresh()
    assert not coordinator.last_update_success
    assert hass.config_entries.flow.async_progress()


@pytest.mark.usefixtures("_short_patience")
@pytest.mark.parametrize("is_slow", [True, False])
@pytest.mark.parametrize("is_listed", [True, False])
async def test_lists_that_contradict_each_other_are_not_complete(
    coordinator: SeamCoordinator,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    is_slow: bool,
    is_listed: bool,
) -> None:
    """The list of managed codes has one that is not, which the other one may have."""
    client = coordinator.client
    list_managed = client.list_access_codes
    list_unmanaged = client.list_unmanaged_access_codes
    stray = coordinator.data.locks[FRONT_DOOR].unmanaged[0]

    async def managed(device_id: str) -> Rows[AccessCode]:
        return Rows([*await list_managed(device_id), stray])

    async def unmanaged(device_id: str) -> Rows[AccessCode]:
        await asyncio.sleep(0.3 if is_slow else 0)
        return (await list_unmanaged(device_id)).where(
            lambda code: is_listed or code.access_code_id != stray.access_code_id
        )

    monkeypatch.setattr(client, "list_access_codes", managed)
    monkeypatch.setattr(client, "list_unmanaged_access_codes", unmanaged)
    for _ in range(3):
        await coordinator.async_refresh_locks([FRONT_DOOR])
        lock = coordinator.data.locks[FRONT_DOOR]
        assert lock.is_complete is is_listed
        assert lock.code(stray.access_code_id)
        assert not lock.missing


@pytest.mark.usefixtures("_short_patience")
async def test_actions_on_managed_codes_do_not_wait_for_unmanaged_ones(
    hass: HomeAssistant, coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """Those that need unmanaged codes say that they are not known now."""
    locks = [FRONT_DOOR, APARTMENT_1]
    simulator.faults.add("hang", path="/access_codes/unmanaged/list")
    assert await coordinator.async_refresh_locks(locks) == {}

    async def run(action: str, **data: Any) -> Any:
        return await hass.services.async_call(
            DOMAIN,
            action,
            {"entity_id": ["lock.front_door", "lock.apartment_1"], **data},
            blocking=True,
            return_response=True,
        )

    answer = await run("ensure_access_code", name="Zoe", ongoing=True)
    assert {one["outcome"] for one in answer.values()} == {"created"}
    answer = await run("delete_expired_access_codes")
    assert all("access_codes" in one for one in answer.values())
    yesterday = dt_util.utcnow() - timedelta(days=1)
    for code in simulator.state.access_codes.values():
        if code.device_id in locks and not code.is_managed:
            code.ends_at = yesterday
    simulator.faults.clear()
    await coordinator.async_reconcile()
    simulator.requests.clear()
    simulator.faults.add("hang", path="/access_codes/unmanaged/list")
    with pytest.raises(HomeAssistantError, match="unmanaged"):
        await run("delete_expired_access_codes", include_unmanaged=True)
    assert not any("delete" in request.path for request in simulator.requests)
    simulator.faults.clear()


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
