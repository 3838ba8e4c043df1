"""Tests of answers that stay unreadable, while Seam answers everything else."""

from datetime import datetime, timedelta
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import FRONT_DOOR

from .clock import async_step
from .conftest import Poll

pytestmark = pytest.mark.usefixtures("frozen_clock")

UNREADABLE = [
    pytest.param({"kind": "gzip_bomb"}, id="too_large"),
    pytest.param({"kind": "nested"}, id="nested"),
    pytest.param({"kind": "cut"}, id="cut"),
    pytest.param({"kind": "broken_json"}, id="broken_json"),
    pytest.param({"kind": "html", "status": 200}, id="not_json"),
    pytest.param({"kind": "wrong_shape"}, id="wrong_shape"),
    pytest.param({"kind": "status", "status": 500}, id="500"),
]


def _queries(simulator: Simulator) -> list[datetime]:
    """Return since when events were asked for, without the retries of a read."""
    since = [
        datetime.fromisoformat(request.body["since"])
        for request in simulator.requests
        if request.path == "/events/list"
    ]
    return list(dict.fromkeys(since))


def _lines(caplog: pytest.LogCaptureFixture, text: str) -> list[str]:
    return [
        record.message
        for record in caplog.records
        if record.levelno >= logging.INFO and text in record.message
    ]


def _state(hass: HomeAssistant, entity_id: str) -> str | None:
    state = hass.states.get(entity_id)
    return state.state if state else None


@pytest.mark.parametrize("fault", UNREADABLE)
async def test_unreadable_events_are_stepped_over(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    freezer: Any,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, Any],
) -> None:
    """After three polls, everything else is current, and the query moves on."""
    caplog.clear()
    simulator.faults.add(**fault, path="/events/list")
    for _ in range(3):
        await async_step(hass, freezer, simulator, timedelta(minutes=1))
    assert coordinator.last_update_success
    simulator.control.turn_lock(FRONT_DOOR, locked=False)
    for _ in range(10):
        await async_step(hass, freezer, simulator, timedelta(minutes=1))
        assert coordinator.last_update_success
    assert _state(hass, "lock.front_door") == "unlocked"
    assert len(_lines(caplog, "event query failed")) == 1
    queries = _queries(simulator)
    assert queries[-1] >= dt_util.utcnow() - timedelta(minutes=10)
    simulator.faults.clear()
    simulator.control.turn_lock(FRONT_DOOR, locked=True)
    await async_step(hass, freezer, simulator, timedelta(minutes=1))
    assert _state(hass, "lock.front_door") == "locked"
    assert len(_lines(caplog, "event query succeeds again")) == 1
    activity = hass.states.get("event.front_door_lock_activity")
    assert activity is not None
    assert activity.attributes["event_type"] == "locked"


async def test_setup_does_not_need_events(
    hass: HomeAssistant, simulator: Simulator, entry: MockConfigEntry
) -> None:
    """They would only say which events are not new."""
    simulator.faults.add("broken_json", path="/events/list")
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert _state(hass, "lock.front_door") == "locked"
    assert _state(hass, "sensor.front_door_managed_access_codes") == "5"


async def test_outage_of_seam_does_not_skip_events(
    coordinator: SeamCoordinator, simulator: Simulator, poll: Poll
) -> None:
    """While the devices cannot be fetched either, the query stays the same."""
    await poll()
    simulator.requests.clear()
    simulator.faults.add("html", status=200)
    for _ in range(5):
        await poll()
    assert not coordinator.last_update_success
    assert len(_queries(simulator)) == 1
