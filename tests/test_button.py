"""Tests for the button platform."""

import asyncio
import traceback

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.button import DOMAIN as BUTTON_DOMAIN, SERVICE_PRESS
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.manufacturers import AUGUST
from simulator.seed import FRONT_DOOR

from .clock import wait_until
from .conftest import CheckPlatform, Poll

BUTTON = "button.harbour_street_rentals_sync"
SYNC = "/connected_accounts/sync"


pytestmark = pytest.mark.usefixtures("frozen_clock")


async def _press(hass: HomeAssistant) -> None:
    await hass.services.async_call(
        BUTTON_DOMAIN, SERVICE_PRESS, {ATTR_ENTITY_ID: BUTTON}, blocking=True
    )


async def test_buttons(check_platform: CheckPlatform) -> None:
    """Match the snapshot of the button."""
    await check_platform(Platform.BUTTON)


async def test_sync_button_syncs_accounts_and_fetches(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Each account is synced once, and everything is fetched."""
    simulator.control.add_lock("Side Door", AUGUST)
    await reconcile()
    simulator.requests.clear()
    world = simulator.state
    world.devices[FRONT_DOOR].battery_level = 0.11
    await _press(hass)
    asked = [
        request.body["connected_account_id"]
        for request in simulator.requests
        if request.path == SYNC
    ]
    devices = [d for d in world.devices.values() if d.workspace_id and d.is_managed]
    ours = {
        device.connected_account_id
        for device in devices
        if device.workspace_id == world.devices[FRONT_DOOR].workspace_id
    }
    assert sorted(asked) == sorted(ours)
    for account_id in ours:
        assert world.accounts[account_id].synced_at == simulator.clock.now()
    state = hass.states.get("sensor.front_door_battery")
    assert state
    assert state.state == "11"


async def test_sync_button_one_account_fails(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """The other accounts are synced, and the error is raised afterwards."""
    simulator.faults.add(
        "status",
        path=SYNC,
        status=400,
        error_type="invalid_input",
        message="The maker is on holiday.",
        count=1,
    )
    simulator.state.devices[FRONT_DOOR].battery_level = 0.11
    with pytest.raises(HomeAssistantError, match="The maker is on holiday"):
        await _press(hass)
    asked = [request for request in simulator.requests if request.path == SYNC]
    accounts = {
        lock.device.connected_account_id for lock in coordinator.data.locks.values()
    }
    assert len(asked) == len(accounts)
    state = hass.states.get("sensor.front_door_battery")
    assert state
    assert state.state == "11"


async def test_sync_button_fetch_fails(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """An error is raised if fetching fails."""
    simulator.faults.add("outage", path="/devices/list")
    with pytest.raises(HomeAssistantError) as caught:
        await _press(hass)
    assert caught.value.translation_key == "cannot_connect"


async def test_sync_button_several_accounts_fail(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """The error contains all failures."""
    simulator.faults.add("status", path=SYNC, status=400, message="On holiday.")
    with pytest.raises(HomeAssistantError) as caught:
        await _press(hass)
    asked = [request for request in simulator.requests if request.path == SYNC]
    assert len(asked) > 1
    assert caught.value.translation_key == "sync_failed"
    assert str(caught.value).count("On holiday.") == len(asked)


async def test_sync_button_joins_running_sync(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Several presses share one sync, which a cancelled caller does not end."""
    held = simulator.faults.add("hang", path=SYNC)
    simulator.requests.clear()
    presses = [asyncio.create_task(_press(hass)) for _ in range(10)]
    await wait_until(lambda: held.hits > 0)
    presses[0].cancel()
    simulator.faults.clear()
    outcomes = await asyncio.gather(*presses, return_exceptions=True)
    assert isinstance(outcomes[0], asyncio.CancelledError)
    assert outcomes[1:] == [None] * 9
    locks = coordinator.data.locks.values()
    asked = [request.path for request in simulator.requests]
    assert asked.count(SYNC) == len(
        {lock.device.connected_account_id for lock in locks}
    )
    assert asked.count("/devices/list") == 1
    await _press(hass)
    assert [request.path for request in simulator.requests].count("/devices/list") == 2


async def test_sync_button_raises_for_all_callers(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """All callers of a shared sync get its error."""
    simulator.faults.add("outage", path="/devices/list")
    outcomes = await asyncio.gather(
        *(_press(hass) for _ in range(3)), return_exceptions=True
    )
    assert [
        outcome.translation_key
        for outcome in outcomes
        if isinstance(outcome, HomeAssistantError)
    ] == ["cannot_connect"] * 3


async def test_sync_button_ignores_earlier_failure(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """An earlier failure to fetch is not raised."""
    simulator.faults.add("outage")
    await poll()
    simulator.faults.clear()
    await poll()
    simulator.state.devices[FRONT_DOOR].battery_level = 0.11
    await _press(hass)
    state = hass.states.get("sensor.front_door_battery")
    assert state
    assert state.state == "11"


async def test_sync_button_stops_at_rate_limit(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Nothing more is requested after a rate limit."""
    simulator.faults.add("rate_limit", path=SYNC, retry_after=42)
    simulator.requests.clear()
    with pytest.raises(HomeAssistantError, match="42 seconds") as caught:
        await _press(hass)
    assert caught.value.translation_key == "rate_limited"
    assert [request.path for request in simulator.requests] == [SYNC]


@pytest.mark.parametrize(
    "path", ["/devices/list", "/access_codes/list", "/events/list"]
)
async def test_sync_button_rate_limit_while_fetching(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    path: str,
) -> None:
    """A rate limit while fetching raises an error, until it is over."""
    simulator.faults.add("rate_limit", path=path, retry_after=42)
    with pytest.raises(HomeAssistantError, match="42 seconds") as caught:
        await _press(hass)
    assert caught.value.translation_key == "rate_limited"
    assert coordinator.last_update_success
    if path != "/devices/list":
        freezer.tick(12)
        with pytest.raises(HomeAssistantError, match="30 seconds"):
            await _press(hass)
    simulator.faults.clear()
    freezer.tick(42)
    await _press(hass)


async def test_sync_button_ignores_rate_limit_of_accounts(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Nothing waits for the accounts, so the sync is complete without them."""
    simulator.faults.add("rate_limit", path="/connected_accounts/list", retry_after=900)
    for _ in range(2):
        await coordinator.async_reconcile()
        await hass.async_block_till_done(wait_background_tasks=True)
        assert coordinator.postponed_by is None
    await _press(hass)


async def test_sync_button_does_not_collect_tracebacks(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """The error of a lock is kept until its next fetch, however often one presses."""
    simulator.faults.add("rate_limit", path="/access_codes/list", retry_after=42)
    lengths: list[int] = []
    for _ in range(3):
        with pytest.raises(HomeAssistantError) as caught:
            await _press(hass)
        cause = caught.value.__cause__
        assert cause is coordinator.postponed_by
        assert cause
        lengths.append(len(traceback.extract_tb(cause.__traceback__)))
    assert len(set(lengths)) == 1


async def test_sync_button_key_refused(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """Reauthentication starts once the workspace refuses the key, too."""
    simulator.control.revoke_key()
    simulator.requests.clear()
    with pytest.raises(HomeAssistantError) as caught:
        await _press(hass)
    await hass.async_block_till_done()
    assert caught.value.translation_key == "invalid_auth"
    assert [request.path for request in simulator.requests] == [SYNC, "/workspaces/get"]
    assert len(hass.config_entries.flow.async_progress()) == 1


async def test_sync_button_timeout_is_not_uncertain(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """The error does not say that a change is uncertain."""
    simulator.faults.add("outage", path=SYNC, count=1)
    with pytest.raises(HomeAssistantError) as caught:
        await _press(hass)
    assert caught.value.translation_key == "cannot_connect"


async def test_sync_button_unavailable(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """The button is unavailable while Seam is unreachable."""
    simulator.faults.add("outage")
    await poll()
    state = hass.states.get(BUTTON)
    assert state
    assert state.state == STATE_UNAVAILABLE
