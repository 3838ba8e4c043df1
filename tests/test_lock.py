"""Tests for the lock platform."""

import asyncio
from typing import Any

from homeassistant.auth.models import User
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
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.seam.actions import waiting
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import CODE_OWNER, FRONT_DOOR

from .clock import wait_until
from .conftest import CheckPlatform, Poll
from .states import state_of

FRONT_DOOR_LOCK = "lock.front_door"
APARTMENT_2_LOCK = "lock.apartment_2"
KEYPAD = "lock.bike_room_keypad"
BOAT_SHED = "lock.boat_shed"


async def _act(
    hass: HomeAssistant, action: str, entity_id: str = FRONT_DOOR_LOCK
) -> None:
    await hass.services.async_call(
        LOCK_DOMAIN, action, {ATTR_ENTITY_ID: entity_id}, blocking=True
    )


def _asked(simulator: Simulator, path: str = "/locks/") -> int:
    return sum(request.path.startswith(path) for request in simulator.requests)


@pytest.mark.usefixtures("coordinator")
@pytest.mark.parametrize("action", [SERVICE_LOCK, SERVICE_UNLOCK])
async def test_read_only_user_cannot_unlock(
    hass: HomeAssistant,
    simulator: Simulator,
    hass_read_only_user: User,
    action: str,
) -> None:
    """Users who cannot control a lock cannot open the door, and Seam is not asked."""
    with pytest.raises(Unauthorized):
        await hass.services.async_call(
            LOCK_DOMAIN,
            action,
            {ATTR_ENTITY_ID: FRONT_DOOR_LOCK},
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
        )
    assert not _asked(simulator)


@pytest.mark.usefixtures("frozen_clock")
async def test_locks(
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    snapshot: SnapshotAssertion,
    check_platform: CheckPlatform,
) -> None:
    """Match the snapshots of all locks and their devices."""
    await check_platform(Platform.LOCK)
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
async def test_lock_and_unlock(
    hass: HomeAssistant, action: str, entity_id: str, states: list[str]
) -> None:
    """The state is updated during and after the attempt."""
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    await _act(hass, action, entity_id)
    seen = [
        change.data["new_state"].state
        for change in changes
        if change.data["entity_id"] == entity_id
    ]
    assert seen == states


async def test_poll_during_attempt_keeps_unlocking(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """A poll does not end the unlocking state."""
    simulator.control.hang_next_action()
    task = asyncio.create_task(_act(hass, SERVICE_UNLOCK))
    await wait_until(lambda: state_of(hass, FRONT_DOOR_LOCK) == LockState.UNLOCKING)
    simulator.control.battery("Front Door", 0.5)
    await coordinator.async_refresh()
    assert not task.done()
    assert state_of(hass, "sensor.front_door_battery") == "50"
    assert state_of(hass, FRONT_DOOR_LOCK) == LockState.UNLOCKING
    with pytest.raises(HomeAssistantError):
        await task
    assert state_of(hass, FRONT_DOOR_LOCK) == LockState.LOCKED


async def test_older_request_does_not_overwrite_newer_one(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Locking does not wait for a slow answer, which does not hide that it is locked."""
    fault = simulator.faults.add(
        "latency", path="/locks/unlock_door", seconds=1, count=1, after_processing=True
    )
    older = asyncio.create_task(_act(hass, SERVICE_UNLOCK))
    await wait_until(lambda: fault.hits > 0)
    await _act(hass, SERVICE_LOCK)
    assert not older.done()
    assert state_of(hass, FRONT_DOOR_LOCK) == LockState.LOCKED
    await older
    await coordinator.async_reconcile()
    assert simulator.state.devices[FRONT_DOOR].locked
    assert state_of(hass, FRONT_DOOR_LOCK) == LockState.LOCKED


async def test_end_of_older_request_is_not_shown(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """A lock that is locked, unlocked, and locked again is locking until it is done."""
    slow = simulator.faults.add(
        "latency", path="/locks/lock_door", seconds=1, count=1, after_processing=True
    )
    older = asyncio.create_task(_act(hass, SERVICE_LOCK))
    await wait_until(lambda: slow.hits > 0)
    await _act(hass, SERVICE_UNLOCK)
    held = simulator.faults.add("hang", path="/locks/lock_door")
    newer = asyncio.create_task(_act(hass, SERVICE_LOCK))
    await wait_until(lambda: held.hits > 0)
    await older
    assert state_of(hass, FRONT_DOOR_LOCK) == LockState.LOCKING
    simulator.faults.clear()
    await newer
    assert state_of(hass, FRONT_DOOR_LOCK) == LockState.LOCKED


@pytest.mark.parametrize(
    ("refusal", "is_unlocking"),
    [
        ({"kind": "rate_limit", "retry_after": 60}, True),
        ({"kind": "status", "status": 400}, True),
        # Seam may have locked it, so what the older one did is not shown.
        ({"kind": "status", "status": 500}, False),
    ],
    ids=["rate_limit", "refused", "uncertain"],
)
async def test_refused_request_does_not_hide_older_one(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    refusal: dict[str, Any],
    is_unlocking: bool,
) -> None:
    """A lock that is unlocked still is when locking it is refused."""
    held = simulator.faults.add("hang", path="/action_attempts/get", count=1)
    older = asyncio.create_task(_act(hass, SERVICE_UNLOCK))
    await wait_until(lambda: held.hits > 0)
    refused = simulator.faults.add(path="/locks/lock_door", **refusal)
    with pytest.raises(HomeAssistantError):
        await _act(hass, SERVICE_LOCK)
    refused.clear()
    assert not older.done()
    assert (state_of(hass, FRONT_DOOR_LOCK) == LockState.UNLOCKING) is is_unlocking
    held.clear()
    await older
    await coordinator.async_refresh()
    assert state_of(hass, FRONT_DOOR_LOCK) == LockState.UNLOCKED


async def test_failed_attempt(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """The error contains Seam's message without PINs."""
    pin = simulator.state.access_codes[CODE_OWNER].code
    simulator.control.fail_next_action(f"Jammed by {pin}.")
    with pytest.raises(HomeAssistantError) as caught:
        await _act(hass, SERVICE_UNLOCK)
    assert caught.value.translation_key == "action_attempt_failed"
    assert caught.value.translation_placeholders == {
        "lock": "Front Door",
        "error": "Jammed by ••••.",
    }
    assert state_of(hass, FRONT_DOOR_LOCK) == LockState.LOCKED
    await _act(hass, SERVICE_UNLOCK)
    assert state_of(hass, FRONT_DOOR_LOCK) == LockState.UNLOCKED


@pytest.mark.usefixtures("coordinator")
async def test_pending_attempt(hass: HomeAssistant, simulator: Simulator) -> None:
    """An attempt that takes too long is an error, and the state is reset."""
    simulator.control.hang_next_action()
    with pytest.raises(HomeAssistantError) as caught:
        await _act(hass, SERVICE_UNLOCK)
    assert caught.value.translation_key == "action_attempt_pending"
    assert state_of(hass, FRONT_DOOR_LOCK) == LockState.LOCKED
    assert _asked(simulator, "/action_attempts/get") == len(waiting.WAIT_STEPS)


@pytest.mark.usefixtures("coordinator")
async def test_attempt_that_cannot_be_followed(
    hass: HomeAssistant, simulator: Simulator
) -> None:
    """The error does not say how long the lock had, as that may be no time at all."""
    simulator.faults.add("rate_limit", path="/action_attempts/get", retry_after=120)
    with pytest.raises(HomeAssistantError) as caught:
        await _act(hass, SERVICE_UNLOCK)
    assert caught.value.translation_key == "action_attempt_pending"
    assert "minute" not in str(caught.value)


@pytest.mark.usefixtures("coordinator")
async def test_unconfirmed_attempt(hass: HomeAssistant, simulator: Simulator) -> None:
    """The state does not change without the confirmation of the lock."""
    simulator.control.leave_next_action_unconfirmed()
    await _act(hass, SERVICE_UNLOCK)
    locked = simulator.state.devices[FRONT_DOOR].locked
    assert state_of(hass, FRONT_DOOR_LOCK) == (
        LockState.LOCKED if locked else LockState.UNLOCKED
    )


@pytest.mark.parametrize("action", [SERVICE_LOCK, SERVICE_UNLOCK])
@pytest.mark.usefixtures("coordinator")
async def test_lock_not_supported(
    hass: HomeAssistant, simulator: Simulator, action: str
) -> None:
    """A lock that cannot be locked remotely refuses without a request."""
    assert state_of(hass, KEYPAD) == STATE_UNKNOWN
    with pytest.raises(ServiceValidationError) as caught:
        await _act(hass, action, KEYPAD)
    assert caught.value.translation_key == f"cannot_{action}_never"
    assert caught.value.translation_placeholders == {"lock": "Bike Room Keypad"}
    assert _asked(simulator) == 0
    assert state_of(hass, KEYPAD) == STATE_UNKNOWN


@pytest.mark.parametrize("action", [SERVICE_LOCK, SERVICE_UNLOCK])
async def test_lock_currently_not_supported(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll, action: str
) -> None:
    """Locking and unlocking may be unavailable for a while."""
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


async def test_offline_lock_is_unavailable(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """An offline lock is unavailable until it is back."""
    assert state_of(hass, BOAT_SHED) == STATE_UNAVAILABLE
    await _act(hass, SERVICE_UNLOCK, BOAT_SHED)
    assert _asked(simulator) == 0
    simulator.control.lock_online("Boat Shed")
    await reconcile()
    assert state_of(hass, BOAT_SHED) == LockState.LOCKED


async def test_unknown_connection_is_available(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """A lock without an online property is available."""
    simulator.control.set_device(FRONT_DOOR, properties={"online": "unknown"})
    simulator.state.devices[FRONT_DOOR].properties["online"] = None
    await reconcile()
    assert state_of(hass, FRONT_DOOR_LOCK) == LockState.LOCKED


async def test_manual_unlock(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """A poll shows that the lock was unlocked manually."""
    simulator.control.turn_lock("Front Door", locked=False)
    await poll()
    assert state_of(hass, FRONT_DOOR_LOCK) == LockState.UNLOCKED


@pytest.mark.usefixtures("coordinator")
async def test_timeout_is_uncertain(hass: HomeAssistant, simulator: Simulator) -> None:
    """The request is not retried, and the state is reset."""
    simulator.faults.add("outage", path="/locks/", count=1, after_processing=True)
    with pytest.raises(HomeAssistantError) as caught:
        await _act(hass, SERVICE_UNLOCK)
    assert caught.value.translation_key == "change_uncertain"
    assert _asked(simulator) == 1
    assert state_of(hass, FRONT_DOOR_LOCK) not in (
        LockState.UNLOCKING,
        STATE_UNAVAILABLE,
    )


@pytest.mark.usefixtures("coordinator")
async def test_rate_limit(hass: HomeAssistant, simulator: Simulator) -> None:
    """The error says how long to wait."""
    simulator.faults.add("rate_limit", path="/locks/", count=1, retry_after=7)
    with pytest.raises(HomeAssistantError) as caught:
        await _act(hass, SERVICE_UNLOCK)
    assert caught.value.translation_key == "rate_limited"
    assert caught.value.translation_placeholders is not None
    assert caught.value.translation_placeholders["seconds"] == "7"
    assert _asked(simulator) == 1


@pytest.mark.usefixtures("coordinator")
async def test_key_revoked(hass: HomeAssistant, simulator: Simulator) -> None:
    """Reauthentication starts if the key is refused."""
    simulator.control.revoke_key()
    with pytest.raises(HomeAssistantError) as caught:
        await _act(hass, SERVICE_UNLOCK)
    assert caught.value.translation_key == "invalid_auth"
    await hass.async_block_till_done()
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


async def test_lock_removed_during_attempt(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """A lock that is removed during the attempt is an error."""
    simulator.control.hang_next_action()
    task = asyncio.create_task(_act(hass, SERVICE_UNLOCK))
    await wait_until(lambda: _asked(simulator, "/action_attempts/get") > 0)
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
