"""Tests of the button that has Seam read everything anew."""

import asyncio

from homeassistant.components.button import DOMAIN as BUTTON_DOMAIN, SERVICE_PRESS
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.manufacturers import AUGUST
from simulator.seed import FRONT_DOOR

from .conftest import Poll

BUTTON = "button.harbour_street_rentals_sync"
SYNC = "/connected_accounts/sync"

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def _press(hass: HomeAssistant) -> None:
    await hass.services.async_call(
        BUTTON_DOMAIN, SERVICE_PRESS, {ATTR_ENTITY_ID: BUTTON}, blocking=True
    )


async def test_buttons(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    monkeypatch: pytest.MonkeyPatch,
    snapshot: SnapshotAssertion,
) -> None:
    """The workspace has one."""
    monkeypatch.setattr("custom_components.seam.PLATFORMS", [Platform.BUTTON])
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


async def test_all_accounts_are_read_and_everything_is_fetched(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Each account once, however many locks it has; what had no event is found."""
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


async def test_trouble_of_one_account_is_told_and_does_not_stop_the_others(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Seam's reason is shown once all is done."""
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


async def test_failing_to_fetch_is_told(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Nobody is to think that all is new when nothing could be fetched."""
    simulator.faults.add("outage", path="/events/list")
    with pytest.raises(HomeAssistantError) as caught:
        await _press(hass)
    assert caught.value.translation_key == "cannot_connect"


async def test_trouble_of_several_accounts_is_told_together(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """None hides another."""
    simulator.faults.add("status", path=SYNC, status=400, message="On holiday.")
    with pytest.raises(HomeAssistantError) as caught:
        await _press(hass)
    asked = [request for request in simulator.requests if request.path == SYNC]
    assert len(asked) > 1
    assert caught.value.translation_key == "sync_failed"
    assert str(caught.value).count("On holiday.") == len(asked)


async def test_impatience_costs_nothing(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Ten presses are one sync; whoever goes away does not end it for the others."""
    held = simulator.faults.add("hang", path=SYNC)
    simulator.requests.clear()
    presses = [asyncio.create_task(_press(hass)) for _ in range(10)]
    while not held.hits:  # noqa: ASYNC110  nothing announces it
        await asyncio.sleep(0)
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


async def test_all_who_pressed_are_told_of_trouble(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Nobody who joined takes it for done."""
    simulator.faults.add("outage", path="/events/list")
    outcomes = await asyncio.gather(
        *(_press(hass) for _ in range(3)), return_exceptions=True
    )
    assert [
        outcome.translation_key
        for outcome in outcomes
        if isinstance(outcome, HomeAssistantError)
    ] == ["cannot_connect"] * 3


async def test_an_outage_that_is_over_is_not_told_again(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """What failed an hour ago is no failure of this press."""
    simulator.faults.add("outage")
    await poll()
    simulator.faults.clear()
    await poll()
    simulator.state.devices[FRONT_DOOR].battery_level = 0.11
    await _press(hass)
    state = hass.states.get("sensor.front_door_battery")
    assert state
    assert state.state == "11"


async def test_too_many_requests_end_it_at_once(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Seam wants to be left alone: neither other accounts nor locks are asked for."""
    simulator.faults.add("rate_limit", path=SYNC, retry_after=42)
    simulator.requests.clear()
    with pytest.raises(HomeAssistantError, match="42 seconds") as caught:
        await _press(hass)
    assert caught.value.translation_key == "rate_limited"
    assert [request.path for request in simulator.requests] == [SYNC]


@pytest.mark.parametrize("path", ["/devices/list", "/access_codes/list"])
async def test_too_many_requests_while_fetching_are_told(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator, path: str
) -> None:
    """What is known stays, but nobody is to think that it is new."""
    simulator.faults.add("rate_limit", path=path, retry_after=42)
    with pytest.raises(HomeAssistantError, match="42 seconds") as caught:
        await _press(hass)
    assert caught.value.translation_key == "rate_limited"
    assert coordinator.last_update_success
    simulator.faults.clear()
    await _press(hass)


async def test_a_refused_key_is_asked_for_anew(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """Nothing else is tried with it."""
    simulator.control.revoke_key()
    simulator.requests.clear()
    with pytest.raises(HomeAssistantError) as caught:
        await _press(hass)
    await hass.async_block_till_done()
    assert caught.value.translation_key == "invalid_auth"
    assert [request.path for request in simulator.requests] == [SYNC]
    assert len(hass.config_entries.flow.async_progress()) == 1


async def test_an_account_that_seam_did_not_answer_for(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Nothing was changed, so nobody is sent to look at the lock's codes."""
    simulator.faults.add("outage", path=SYNC, count=1)
    with pytest.raises(HomeAssistantError) as caught:
        await _press(hass)
    assert caught.value.translation_key == "cannot_connect"


async def test_it_is_unavailable_while_seam_is(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """There is nobody to ask."""
    simulator.faults.add("outage")
    await poll()
    state = hass.states.get(BUTTON)
    assert state
    assert state.state == STATE_UNAVAILABLE
