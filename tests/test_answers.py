"""Tests of answers that stay wrong, while Seam answers everything else."""

from datetime import datetime, timedelta
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import APARTMENT_1, FRONT_DOOR

from .clock import async_step
from .conftest import Poll

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


REFUSALS = [
    pytest.param(401, "unauthorized", id="401"),
    pytest.param(403, "forbidden", id="403"),
    pytest.param(400, "missing_workspace_id", id="missing_workspace_id"),
]


@pytest.mark.usefixtures("frozen_clock")
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


@pytest.mark.usefixtures("frozen_clock")
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


@pytest.mark.parametrize(("status", "error_type"), REFUSALS)
@pytest.mark.parametrize("path", ["/access_codes", "/devices", "/"])
async def test_refusal_for_one_lock_stays_with_that_lock(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    reconcile: Poll,
    status: int,
    error_type: str,
    path: str,
) -> None:
    """The others are available, and nobody is asked for a new key."""
    simulator.faults.add(
        "status",
        path=path,
        device_id=APARTMENT_1,
        status=status,
        error_type=error_type,
    )
    for _ in range(3):
        await reconcile()
        await coordinator.async_refresh_locks([APARTMENT_1])
    assert coordinator.last_update_success
    assert not hass.config_entries.flow.async_progress()
    unavailable = {
        state.entity_id
        for state in hass.states.async_all(("lock", "sensor", "binary_sensor"))
        if state.state == "unavailable" and "boat_shed" not in state.entity_id
    }
    assert all("apartment_1" in entity_id for entity_id in unavailable)
    assert _state(hass, "lock.apartment_1") == "locked"
    simulator.faults.clear()
    await reconcile()
    assert _state(hass, "sensor.apartment_1_managed_access_codes") == "4"


@pytest.mark.parametrize(("status", "error_type"), REFUSALS)
@pytest.mark.parametrize(
    ("domain", "action", "data"),
    [
        ("lock", "unlock", {}),
        ("seam", "schedule_access_code", {"name": "Guest", "ongoing": "true"}),
        ("seam", "ensure_access_code", {"name": "Guest", "ongoing": "true"}),
        ("seam", "generate_code", {}),
    ],
)
async def test_refused_action_on_one_lock_does_not_ask_for_key(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    status: int,
    error_type: str,
    domain: str,
    action: str,
    data: dict[str, Any],
) -> None:
    """The action fails, and others work."""
    simulator.faults.add(
        "status",
        device_id=APARTMENT_1,
        status=status,
        error_type=error_type,
        message="Not yours",
    )
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call(
            domain,
            action,
            {"entity_id": "lock.apartment_1", **data},
            blocking=True,
            return_response=action == "generate_code",
        )
    await hass.async_block_till_done()
    assert not hass.config_entries.flow.async_progress()
    assert coordinator.last_update_success
    await hass.services.async_call(
        "lock", "unlock", {"entity_id": "lock.front_door"}, blocking=True
    )
    assert _state(hass, "lock.front_door") == "unlocked"


async def test_key_that_may_not_list_events_is_not_asked_for_again(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    poll: Poll,
) -> None:
    """The workspace accepts it, so a new key would be refused in the same way."""
    simulator.faults.add("status", path="/events", status=401)
    for _ in range(2):
        await poll()
    assert coordinator.last_update_success
    assert not hass.config_entries.flow.async_progress()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param({"kind": "wrong_types"}, id="ids_unreadable"),
        pytest.param({"kind": "odd_rows"}, id="ids_readable"),
    ],
)
@pytest.mark.parametrize("kind", ["managed", "unmanaged"])
@pytest.mark.parametrize("is_restart", [False, True])
async def test_unreadable_codes_are_unknown_after_start(
    hass: HomeAssistant,
    simulator: Simulator,
    entry: MockConfigEntry,
    fault: dict[str, Any],
    kind: str,
    is_restart: bool,
) -> None:
    """The lock does not have 0 codes, and the others are not affected."""
    entry.add_to_hass(hass)
    if is_restart:
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        assert await hass.config_entries.async_unload(entry.entry_id)
    path = {"managed": "", "unmanaged": "/unmanaged"}[kind]
    simulator.faults.add(
        **fault, path=f"/access_codes{path}/list", device_id=FRONT_DOOR
    )
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert _state(hass, f"sensor.front_door_{kind}_access_codes") == "unavailable"
    assert _state(hass, f"sensor.apartment_1_{kind}_access_codes") not in (
        None,
        "unavailable",
    )
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call(
            "seam",
            "ensure_access_code",
            {"entity_id": "lock.front_door", "name": "Owner", "ongoing": "true"},
            blocking=True,
        )
    simulator.faults.clear()
    await entry.runtime_data.async_reconcile()
    await hass.async_block_till_done()
    assert _state(hass, f"sensor.front_door_{kind}_access_codes") != "unavailable"


async def test_setup_is_retried_if_no_device_can_be_read(
    hass: HomeAssistant, simulator: Simulator, entry: MockConfigEntry
) -> None:
    """The workspace does not look empty."""
    simulator.faults.add("wrong_types", path="/devices/list")
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
