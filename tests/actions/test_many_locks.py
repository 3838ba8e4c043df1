"""Actions on many locks at once."""

import asyncio

from homeassistant.core import HomeAssistant
import pytest

from simulator import Simulator
from simulator.seed import FRONT_DOOR
from tests.clock import wait_until
from tests.conftest import Poll

from .support import FRONT, Actions

# What Seam is sent at a time.
LIMIT = 12


@pytest.fixture
async def rooms(simulator: Simulator, reconcile: Poll) -> list[str]:
    """Add more locks than Seam is sent requests at a time."""
    for number in range(3 * LIMIT):
        simulator.control.add_lock(f"Room {number}")
    await reconcile()
    return [f"lock.room_{number}" for number in range(3 * LIMIT)]


async def _unlock(hass: HomeAssistant, simulator: Simulator) -> None:
    """Unlock a door and wait until that is confirmed."""
    simulator.control.turn_lock("Front Door", locked=True)
    async with asyncio.timeout(10):
        await hass.services.async_call(
            "lock", "unlock", {"entity_id": FRONT}, blocking=True
        )
    assert simulator.state.devices[FRONT_DOOR].locked is False


async def test_unlocking_does_not_wait_for_actions_on_many_locks(
    hass: HomeAssistant, simulator: Simulator, actions: Actions, rooms: list[str]
) -> None:
    """Their requests wait for each other."""
    creates = simulator.faults.add("hang", path="/access_codes/create")
    checks = simulator.faults.add("hang", path="/action_attempts/get", count=LIMIT)
    creating = asyncio.create_task(
        actions.answers("schedule_access_code", rooms, name="Baker", code="904617")
    )
    await wait_until(lambda: creates.hits >= LIMIT)
    # The check of this one does not hang.
    checks.hits = LIMIT
    await _unlock(hass, simulator)
    assert creates.hits == LIMIT

    checks.hits = 0
    simulator.faults.clear("hang", fault_id=creates.fault_id)
    await wait_until(lambda: checks.hits == LIMIT)
    await _unlock(hass, simulator)

    simulator.faults.clear()
    answers = await creating
    assert {answer["outcome"] for answer in answers.values()} == {"success"}
    assert len(actions.sent("/access_codes/create")) == len(rooms)


async def test_waiting_request_is_not_sent_after_unloading(
    hass: HomeAssistant, simulator: Simulator, actions: Actions, rooms: list[str]
) -> None:
    """It reports that it was not sent, and not that it is uncertain."""
    creates = simulator.faults.add("hang", path="/access_codes/create")
    creating = asyncio.create_task(
        actions.answers("schedule_access_code", rooms, name="Baker", code="904617")
    )
    await wait_until(lambda: creates.hits >= LIMIT)
    [entry] = hass.config_entries.async_entries("seam")
    await hass.config_entries.async_unload(entry.entry_id)
    simulator.faults.clear()
    answers = await creating
    assert len(actions.sent("/access_codes/create")) == LIMIT
    errors = [answer.get("error_key") for answer in answers.values()]
    assert errors.count("unloaded_meanwhile") == len(rooms) - LIMIT
