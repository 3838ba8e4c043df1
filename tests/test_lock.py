"""Tests of the locks themselves."""

import asyncio
from collections.abc import Callable

from homeassistant.components.lock import (
    DOMAIN as LOCK_DOMAIN,
    SERVICE_LOCK,
    SERVICE_UNLOCK,
    LockState,
)
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import (
    ATTR_ENTITY_ID,
    EVENT_STATE_CHANGED,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import CODE_OWNER, FRONT_DOOR

from .conftest import Poll

FRONT_DOOR_LOCK = "lock.front_door"
APARTMENT_2_LOCK = "lock.apartment_2"
KEYPAD = "lock.bike_room_keypad"
BOAT_SHED = "lock.boat_shed"


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask for the outcome often; an attempt that never ends is given up soon."""
    monkeypatch.setattr(
        "custom_components.seam.actions.waiting.WAIT_STEPS", (0.02,) * 20
    )


def _state(hass: HomeAssistant, entity_id: str) -> str:
    state = hass.states.get(entity_id)
    assert state is not None
    return state.state


async def _act(
    hass: HomeAssistant, action: str, entity_id: str = FRONT_DOOR_LOCK
) -> None:
    await hass.services.async_call(
        LOCK_DOMAIN, action, {ATTR_ENTITY_ID: entity_id}, blocking=True
    )


def _asked(simulator: Simulator, path: str = "/locks/") -> int:
    return sum(request.path.startswith(path) for request in simulator.requests)


@pytest.mark.usefixtures("frozen_clock")
async def test_locks(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """The locks and their devices match their snapshots."""
    monkeypatch.setattr("custom_components.seam.PLATFORMS", [Platform.LOCK])
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert sorted(
        (d.name, d.manufacturer, d.model, d.serial_number) for d in devices
    ) == snapshot(name="devices")


@pytest.mark.parametrize(
    ("action", "entity_id", "states"),
    [
        (SERVICE_UNLOCK, FRONT_DOOR_LOCK, [LockState.UNLOCKING, LockState.UNLOCKED]),
        (SERVICE_LOCK, APARTMENT_2_LOCK, [LockState.LOCKING, LockState.LOCKED]),
    ],
)
@pytest.mark.usefixtures("coordinator")
async def test_it_locks_and_unlocks(
    hass: HomeAssistant, action: str, entity_id: str, states: list[str]
) -> None:
    """It says what it is about to do, and shows what came of it at once."""
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    await _act(hass, action, entity_id)
    seen = [
        change.data["new_state"].state
        for change in changes
        if change.data["entity_id"] == entity_id
    ]
    assert seen == states


async def test_a_poll_meanwhile_does_not_hide_what_it_is_doing(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """It is unlocking until the attempt has ended, whatever is fetched."""
    simulator.control.hang_next_action()
    task = asyncio.create_task(_act(hass, SERVICE_UNLOCK))
    await _until(lambda: _state(hass, FRONT_DOOR_LOCK) == LockState.UNLOCKING)
    simulator.control.battery("Front Door", 0.5)
    await coordinator.async_refresh()
    assert not task.done()
    assert _state(hass, "sensor.front_door_battery") == "50"
    assert _state(hass, FRONT_DOOR_LOCK) == LockState.UNLOCKING
    with pytest.raises(HomeAssistantError):
        await task
    assert _state(hass, FRONT_DOOR_LOCK) == LockState.LOCKED


async def test_an_attempt_that_fails_says_why(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Seam's message is told, without PINs, and the lock is as it was."""
    pin = simulator.state.access_codes[CODE_OWNER].code
    simulator.control.fail_next_action(f"Jammed by {pin}.")
    with pytest.raises(HomeAssistantError) as caught:
        await _act(hass, SERVICE_UNLOCK)
    assert caught.value.translation_key == "action_attempt_failed"
    assert caught.value.translation_placeholders == {
        "lock": "Front Door",
        "error": "Jammed by ••••.",
    }
    assert _state(hass, FRONT_DOOR_LOCK) == LockState.LOCKED
    await _act(hass, SERVICE_UNLOCK)
    assert _state(hass, FRONT_DOOR_LOCK) == LockState.UNLOCKED


@pytest.mark.usefixtures("coordinator")
async def test_an_attempt_that_never_ends_is_given_up(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    """After a minute somebody has to look; the lock no longer claims to move."""
    simulator.control.hang_next_action()
    with pytest.raises(HomeAssistantError) as caught:
        await _act(hass, SERVICE_UNLOCK)
    assert caught.value.translation_key == "action_attempt_pending"
    assert _state(hass, FRONT_DOOR_LOCK) == LockState.LOCKED
    assert _asked(simulator, "/action_attempts/get") == 20


@pytest.mark.usefixtures("coordinator")
async def test_what_the_lock_did_not_confirm_is_not_claimed(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    """The state is what Seam says of the door, not what was asked for."""
    simulator.control.leave_next_action_unconfirmed()
    await _act(hass, SERVICE_UNLOCK)
    locked = simulator.state.devices[FRONT_DOOR].locked
    assert _state(hass, FRONT_DOOR_LOCK) == (
        LockState.LOCKED if locked else LockState.UNLOCKED
    )


@pytest.mark.parametrize("action", [SERVICE_LOCK, SERVICE_UNLOCK])
@pytest.mark.usefixtures("coordinator")
async def test_a_keypad_refuses(
    hass: HomeAssistant, simulator: Simulator, action: str
) -> None:
    """What can never be locked from afar says so, and Seam is not asked."""
    assert _state(hass, KEYPAD) == STATE_UNKNOWN
    with pytest.raises(ServiceValidationError) as caught:
        await _act(hass, action, KEYPAD)
    assert caught.value.translation_key == f"cannot_{action}_never"
    assert caught.value.translation_placeholders == {"lock": "Bike Room Keypad"}
    assert _asked(simulator) == 0
    assert _state(hass, KEYPAD) == STATE_UNKNOWN


@pytest.mark.parametrize("action", [SERVICE_LOCK, SERVICE_UNLOCK])
async def test_a_lock_that_cannot_at_present_refuses(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll, action: str
) -> None:
    """Each of the two abilities counts by itself, and may come back."""
    simulator.control.set_device(FRONT_DOOR, flags={f"can_remotely_{action}": False})
    await reconcile()
    with pytest.raises(ServiceValidationError) as caught:
        await _act(hass, action)
    assert caught.value.translation_key == f"cannot_{action}_not_now"
    assert _asked(simulator) == 0
    other = SERVICE_LOCK if action == SERVICE_UNLOCK else SERVICE_UNLOCK
    await _act(hass, other)
    simulator.control.set_device(FRONT_DOOR, flags={f"can_remotely_{action}": True})
    await reconcile()
    await _act(hass, action)
    assert _asked(simulator) == 2


async def test_an_offline_lock_is_unavailable(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Nothing is asked of it until it is back."""
    assert _state(hass, BOAT_SHED) == STATE_UNAVAILABLE
    await _act(hass, SERVICE_UNLOCK, BOAT_SHED)
    assert _asked(simulator) == 0
    simulator.control.lock_online("Boat Shed")
    await reconcile()
    assert _state(hass, BOAT_SHED) == LockState.LOCKED


async def test_a_lock_whose_connection_is_not_known_is_available(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Seam need not say whether a device is online."""
    simulator.control.set_device(FRONT_DOOR, properties={"online": "unknown"})
    simulator.state.devices[FRONT_DOOR].properties["online"] = None
    await reconcile()
    assert _state(hass, FRONT_DOOR_LOCK) == LockState.LOCKED


async def test_it_follows_whoever_turns_it(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """Somebody at the door unlocks it, and the next poll shows it."""
    simulator.control.turn_lock("Front Door", locked=False)
    await poll()
    assert _state(hass, FRONT_DOOR_LOCK) == LockState.UNLOCKED


@pytest.mark.usefixtures("coordinator")
async def test_no_answer_leaves_it_open_what_happened(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    """The request is not sent again, and the lock does not hang in between."""
    simulator.faults.add("outage", path="/locks/", count=1, after_processing=True)
    with pytest.raises(HomeAssistantError) as caught:
        await _act(hass, SERVICE_UNLOCK)
    assert caught.value.translation_key == "change_uncertain"
    assert _asked(simulator) == 1
    assert _state(hass, FRONT_DOOR_LOCK) not in (
        LockState.UNLOCKING,
        STATE_UNAVAILABLE,
    )


@pytest.mark.usefixtures("coordinator")
async def test_too_many_requests_say_how_long_to_wait(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    """The person who asked decides whether to ask again."""
    simulator.faults.add("rate_limit", path="/locks/", count=1, retry_after=7)
    with pytest.raises(HomeAssistantError) as caught:
        await _act(hass, SERVICE_UNLOCK)
    assert caught.value.translation_key == "rate_limited"
    assert caught.value.translation_placeholders is not None
    assert caught.value.translation_placeholders["seconds"] == "7"
    assert _asked(simulator) == 1


@pytest.mark.usefixtures("coordinator")
async def test_a_revoked_key_asks_for_another(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    """Whoever unlocks a door first hears that the key is refused."""
    simulator.control.revoke_key()
    with pytest.raises(HomeAssistantError) as caught:
        await _act(hass, SERVICE_UNLOCK)
    assert caught.value.translation_key == "invalid_auth"
    await hass.async_block_till_done()
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


async def test_a_lock_that_vanishes_while_it_moves_says_so(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """The attempt ends in a clear error although Seam no longer manages the lock."""
    simulator.control.hang_next_action()
    task = asyncio.create_task(_act(hass, SERVICE_UNLOCK))
    await _until(lambda: _asked(simulator, "/action_attempts/get") > 0)
    lock = simulator.state.devices[FRONT_DOOR]
    lock.is_managed = False
    simulator.backend.events.device("converted_to_unmanaged", lock)
    await coordinator.async_refresh()
    await coordinator.async_refresh()
    assert not task.done()
    with pytest.raises(HomeAssistantError) as caught:
        await task
    assert caught.value.translation_key is not None
    assert hass.states.get(FRONT_DOOR_LOCK) is None


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110  # There is no event to wait for.
        await asyncio.sleep(0)
