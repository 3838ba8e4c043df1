"""Tests that locks whose requests fail or hang do not affect others, in real time."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import ClientTimeout, web
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_API_KEY, STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam.const import CONF_ENDPOINT, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator

from .states import state_of

_LOCKS = 60
# Requests that hang fail after 30 seconds.
_SOON = 10

FAULTS = [
    pytest.param({"kind": "outage"}, id="dropped"),
    pytest.param({"kind": "status", "status": 503}, id="5xx"),
    pytest.param({"kind": "html"}, id="gateway"),
    pytest.param({"kind": "broken_json"}, id="broken_json"),
    pytest.param({"kind": "hang"}, id="timeout"),
    pytest.param({"kind": "rate_limit", "retry_after": 86400}, id="rate_limit"),
]


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up only locks."""
    return [Platform.LOCK]


def _entry(simulator: Simulator) -> MockConfigEntry:
    return MockConfigEntry(
        domain=DOMAIN,
        data={CONF_API_KEY: simulator.key, CONF_ENDPOINT: simulator.url},
    )


@pytest.fixture
async def house() -> AsyncIterator[Simulator]:
    """Return a workspace with many locks."""
    simulator = Simulator(locks=_LOCKS, codes=1, unmanaged=1, speed=60)
    await simulator.start()
    yield simulator
    simulator.faults.clear()
    await simulator.stop()


@pytest.fixture
def _no_awaited_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fetch the codes in the background, as in production."""

    def fetch_codes(coordinator: SeamCoordinator) -> None:
        coordinator.config_entry.async_create_background_task(
            coordinator.hass, coordinator._async_fetch_due(), "codes"
        )

    monkeypatch.setattr(SeamCoordinator, "async_fetch_codes", fetch_codes)


async def _async_break(simulator: Simulator, count: int, fault: dict[str, Any]) -> str:
    """Break the lists of so many locks, and return the ID of one that works."""
    ids = list(simulator.state.devices)
    for device_id in ids[:count]:
        simulator.faults.add(
            **fault, path="/access_codes/list", device_id=device_id, seconds=60
        )
    return ids[-1]


async def _until_known(coordinator: SeamCoordinator, device_id: str) -> None:
    async with asyncio.timeout(25):
        while not coordinator.data.locks[device_id].has_codes:  # noqa: ASYNC110 # nothing to wait for
            await asyncio.sleep(0.05)


@pytest.mark.usefixtures("_no_awaited_codes")
@pytest.mark.parametrize("count", [3, 59])
@pytest.mark.parametrize("fault", FAULTS)
async def test_broken_locks_do_not_affect_others(
    hass: HomeAssistant, house: Simulator, fault: dict[str, Any], count: int
) -> None:
    """After a start, others show their codes, and actions on them work at once."""
    healthy = await _async_break(house, count, fault)
    entry = _entry(house)
    entry.add_to_hass(hass)
    async with asyncio.timeout(_SOON):
        assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    coordinator: SeamCoordinator = entry.runtime_data
    await hass.async_block_till_done()
    assert {state.state for state in hass.states.async_all("lock")} <= {
        "locked",
        "unlocked",
    }
    entity_id = next(
        state.entity_id
        for state in hass.states.async_all("lock")
        if state.name == coordinator.data.locks[healthy].device.name
    )
    async with asyncio.timeout(_SOON):
        await hass.services.async_call(
            "lock", "unlock", {"entity_id": entity_id}, blocking=True
        )
        assert await coordinator.async_refresh_locks([healthy]) == {}
    assert state_of(hass, entity_id) == "unlocked"
    assert coordinator.data.locks[healthy].has_codes
    # The next poll succeeds as well, and others stay current.
    await _until_known(coordinator, healthy)
    await coordinator.async_refresh()
    assert coordinator.last_update_success
    assert coordinator.data.locks[healthy].has_codes
    if count == 3:
        others = list(house.state.devices)[3:]
        assert all(coordinator.data.locks[key].has_codes for key in others)
    assert not any(
        coordinator.data.locks[key].has_codes
        for key in list(house.state.devices)[:count]
    )
    house.faults.clear()
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_timeout(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A timeout is an outage, and is not retried."""
    monkeypatch.setattr(
        "custom_components.seam.api.transport._TIMEOUT", ClientTimeout(total=0.1)
    )
    simulator = Simulator(manual_clock=True)
    await simulator.start()
    entry = _entry(simulator)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    simulator.faults.add("hang")
    simulator.requests.clear()
    await entry.runtime_data.async_refresh()
    assert state_of(hass, "lock.front_door") == STATE_UNAVAILABLE
    paths = [request.path for request in simulator.requests]
    assert paths == ["/events/list", "/devices/list"]
    simulator.faults.clear()
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    assert state_of(hass, "lock.front_door") == "locked"
    await simulator.stop()


async def test_at_most_eight_concurrent_requests(hass: HomeAssistant) -> None:
    """However many locks there are."""
    simulator = Simulator(locks=20, codes=1, unmanaged=0)
    handle = simulator._api.handle
    running, peak = 0, 0

    async def counted(request: web.Request) -> web.StreamResponse:
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await asyncio.sleep(0.01)
        try:
            return await handle(request)
        finally:
            running -= 1

    simulator._api.handle = counted  # type: ignore[method-assign] # to count requests
    await simulator.start()
    entry = _entry(simulator)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert len(hass.states.async_all("lock")) == 20
    assert peak == 8
    await simulator.stop()


async def test_many_failing_locks_do_not_affect_others(
    hass: HomeAssistant,
) -> None:
    """All locks of one manufacturer may fail at once."""
    simulator = Simulator(locks=24, codes=1)
    await simulator.start()
    entry = _entry(simulator)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    broken = list(simulator.state.devices)[:10]
    for device_id in broken:
        simulator.faults.add(
            "status", path="/access_codes", device_id=device_id, status=400
        )
    for _ in range(2):
        await entry.runtime_data.async_reconcile()
    known = {
        device_id
        for device_id, lock in entry.runtime_data.data.locks.items()
        if lock.has_codes
    }
    assert known == set(simulator.state.devices) - set(broken)
    await simulator.stop()
