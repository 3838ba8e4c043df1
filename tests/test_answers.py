"""Tests of answers that stay wrong, while Seam answers everything else."""

from contextlib import nullcontext
from datetime import datetime, timedelta
import logging
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_API_KEY, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam.const import CONF_ENDPOINT, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import APARTMENT_1, CODE_CLEANER, FRONT_DOOR, WORKSPACE

from .clock import async_step
from .conftest import Poll
from .states import state_of

UNREADABLE = [
    pytest.param({"kind": "gzip_bomb"}, id="too_large"),
    pytest.param({"kind": "nested"}, id="nested"),
    pytest.param({"kind": "broken_json"}, id="broken_json"),
    pytest.param({"kind": "html", "status": 200}, id="not_json"),
    pytest.param({"kind": "wrong_shape"}, id="wrong_shape"),
]
TEMPORARY = [
    pytest.param({"kind": "status", "status": 500}, id="500"),
    pytest.param({"kind": "html"}, id="gateway"),
    pytest.param({"kind": "outage"}, id="disconnected"),
    pytest.param({"kind": "cut"}, id="cut"),
]


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up only locks."""
    return [Platform.LOCK]


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


def _activity(hass: HomeAssistant) -> str | None:
    state = hass.states.get("event.front_door_lock_activity")
    event_type: str | None = state.attributes["event_type"] if state else None
    return event_type


REFUSALS = [
    pytest.param(401, "unauthorized", id="401"),
    pytest.param(403, "forbidden", id="403"),
    pytest.param(400, "missing_workspace_id", id="missing_workspace_id"),
]


@pytest.mark.usefixtures("frozen_clock")
@pytest.mark.parametrize("fault", [*UNREADABLE, *TEMPORARY])
async def test_failing_events_do_not_affect_anything_else(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    freezer: Any,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, Any],
) -> None:
    """The devices say that Seam is not down, and everything is current from the start."""
    caplog.clear()
    simulator.faults.add(**fault, path="/events/list")
    for is_locked in (False, True):
        simulator.control.turn_lock(FRONT_DOOR, locked=is_locked)
        simulator.state.access_codes[CODE_CLEANER].name = f"Cleaner {is_locked}"
        await async_step(hass, freezer, simulator, timedelta(minutes=1))
        assert coordinator.last_update_success
        assert state_of(hass, "lock.front_door") == (
            "locked" if is_locked else "unlocked"
        )
        code = coordinator.data.locks[FRONT_DOOR].code(CODE_CLEANER)
        assert code is not None
        assert code.name == f"Cleaner {is_locked}"
    assert len(_lines(caplog, "event query failed")) == 1
    simulator.faults.clear()
    simulator.control.turn_lock(FRONT_DOOR, locked=False)
    await async_step(hass, freezer, simulator, timedelta(minutes=1))
    assert state_of(hass, "lock.front_door") == "unlocked"
    assert len(_lines(caplog, "Event queries are working again")) == 1


@pytest.mark.platforms(Platform.EVENT)
@pytest.mark.usefixtures("frozen_clock")
@pytest.mark.parametrize("fault", UNREADABLE)
async def test_unreadable_events_are_stepped_over(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    freezer: Any,
    fault: dict[str, Any],
) -> None:
    """An event may be the cause, so that the query gets shorter."""
    simulator.faults.add(**fault, path="/events/list")
    for _ in range(13):
        await async_step(hass, freezer, simulator, timedelta(minutes=1))
        assert coordinator.last_update_success
    assert _queries(simulator)[-1] >= dt_util.utcnow() - timedelta(minutes=10)
    simulator.faults.clear()
    simulator.control.turn_lock(FRONT_DOOR, locked=True)
    await async_step(hass, freezer, simulator, timedelta(minutes=1))
    assert _activity(hass) == "locked"


@pytest.mark.platforms(Platform.EVENT)
@pytest.mark.usefixtures("frozen_clock")
@pytest.mark.parametrize(
    "fault", [*TEMPORARY, pytest.param({"kind": "rate_limit"}, id="rate_limit")]
)
async def test_events_during_outage_of_events_fire_later(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    freezer: Any,
    fault: dict[str, Any],
) -> None:
    """However long it takes, Seam still has them."""
    await async_step(hass, freezer, simulator, timedelta(minutes=1))
    simulator.faults.add(**fault, path="/events/list")
    simulator.control.turn_lock(FRONT_DOOR, locked=False)
    for _ in range(45):
        await async_step(hass, freezer, simulator, timedelta(minutes=1))
    assert coordinator.last_update_success
    assert _activity(hass) is None
    simulator.faults.clear()
    await async_step(hass, freezer, simulator, timedelta(minutes=1))
    assert _activity(hass) == "unlocked"


@pytest.mark.usefixtures("frozen_clock")
@pytest.mark.parametrize("fault", [*UNREADABLE, *TEMPORARY])
@pytest.mark.parametrize("is_failing_before", [False, True])
async def test_outage_shows_at_once_whatever_failed_before(
    coordinator: SeamCoordinator,
    simulator: Simulator,
    poll: Poll,
    fault: dict[str, Any],
    is_failing_before: bool,
) -> None:
    """Old states are not shown as current, and the end shows at once as well."""
    if is_failing_before:
        simulator.faults.add(**fault, path="/events/list")
        await poll()
        assert coordinator.last_update_success
    simulator.faults.add(**fault)
    for _ in range(2):
        await poll()
        assert not coordinator.last_update_success
    simulator.faults.clear()
    await poll()
    assert coordinator.last_update_success


async def test_failing_events_keep_request_rate(
    hass: HomeAssistant, freezer: Any
) -> None:
    """All devices are listed with each poll, but their codes as often as usual."""
    simulator = Simulator(locks=60, codes=1, unmanaged=0, manual_clock=True)
    await simulator.start()
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=WORKSPACE,
        data={CONF_API_KEY: simulator.key, CONF_ENDPOINT: simulator.url},
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    simulator.faults.add("status", status=500, path="/events/list")
    simulator.requests.clear()
    for _ in range(12):
        await async_step(hass, freezer, simulator, timedelta(minutes=1))
        assert entry.runtime_data.last_update_success
    paths = [request.path for request in simulator.requests]
    assert paths.count("/devices/list") == 12
    # Twelve minutes are two intervals of six seconds for each lock.
    assert paths.count("/access_codes/list") == 2 * 60
    assert await hass.config_entries.async_unload(entry.entry_id)
    await simulator.stop()


@pytest.mark.platforms(Platform.EVENT, Platform.SENSOR)
async def test_setup_does_not_need_events(
    hass: HomeAssistant, simulator: Simulator, entry: MockConfigEntry
) -> None:
    """They would only say which events are not new."""
    simulator.faults.add("broken_json", path="/events/list")
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert state_of(hass, "lock.front_door") == "locked"
    assert state_of(hass, "sensor.front_door_managed_access_codes") == "5"


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


@pytest.mark.platforms(Platform.SENSOR)
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
    assert bool(unavailable) is (path != "/devices")
    assert all("apartment_1" in entity_id for entity_id in unavailable)
    assert state_of(hass, "lock.apartment_1") == "locked"
    simulator.faults.clear()
    await reconcile()
    assert state_of(hass, "sensor.apartment_1_managed_access_codes") == "4"


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
    assert state_of(hass, "lock.front_door") == "unlocked"


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


@pytest.mark.platforms(Platform.SENSOR)
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
    assert state_of(hass, f"sensor.front_door_{kind}_access_codes") == "unavailable"
    assert state_of(hass, f"sensor.apartment_1_{kind}_access_codes") not in (
        None,
        "unavailable",
    )
    # Unmanaged codes are not needed to know whether a managed one exists.
    with pytest.raises(HomeAssistantError) if kind == "managed" else nullcontext():
        await hass.services.async_call(
            "seam",
            "ensure_access_code",
            {"entity_id": "lock.front_door", "name": "Owner", "ongoing": "true"},
            blocking=True,
        )
    assert "/access_codes/create" not in [r.path for r in simulator.requests]
    simulator.faults.clear()
    await entry.runtime_data.async_reconcile()
    await hass.async_block_till_done()
    assert state_of(hass, f"sensor.front_door_{kind}_access_codes") != "unavailable"


@pytest.mark.platforms(Platform.SENSOR)
@pytest.mark.parametrize("kind", ["wrong_types", "odd_rows"])
@pytest.mark.parametrize("has_managed", [False, True])
async def test_codes_are_unknown_while_none_can_be_read(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    reconcile: Poll,
    kind: Any,
    has_managed: bool,
) -> None:
    """What was known before is not shown as current, and comes back afterwards."""
    path = f"/access_codes/{'unmanaged/' if has_managed else ''}list"
    before = coordinator.data.locks[FRONT_DOOR].codes
    simulator.faults.add(kind, path=path, device_id=FRONT_DOOR)
    await reconcile()
    assert coordinator.data.locks[FRONT_DOOR].has_codes is has_managed
    shown = state_of(hass, "sensor.front_door_managed_access_codes")
    assert shown == ("5" if has_managed else "unavailable")
    assert state_of(hass, "sensor.front_door_unmanaged_access_codes") == "unavailable"
    assert state_of(hass, "sensor.apartment_1_managed_access_codes") == "4"
    simulator.faults.clear()
    await reconcile()
    assert coordinator.data.locks[FRONT_DOOR].has_all_codes
    assert {code.access_code_id for code in before} == {
        code.access_code_id for code in coordinator.data.locks[FRONT_DOOR].codes
    }


async def test_seam_is_down_while_no_device_can_be_read(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    reconcile: Poll,
) -> None:
    """What was known before is not shown as current."""
    simulator.faults.add("wrong_types", path="/devices/list")
    await reconcile()
    assert not coordinator.last_update_success
    assert state_of(hass, "lock.front_door") == "unavailable"
    simulator.faults.clear()
    await reconcile()
    assert state_of(hass, "lock.front_door") == "locked"


async def test_setup_is_retried_if_no_device_can_be_read(
    hass: HomeAssistant, simulator: Simulator, entry: MockConfigEntry
) -> None:
    """The workspace does not look empty."""
    simulator.faults.add("wrong_types", path="/devices/list")
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY


@pytest.mark.platforms(Platform.EVENT)
@pytest.mark.usefixtures("manual_clock")
async def test_events_before_start_do_not_fire_after_unreadable_answer(
    hass: HomeAssistant, simulator: Simulator, entry: MockConfigEntry
) -> None:
    """What could not be read at the start is not new when it can."""
    simulator.control.turn_lock(FRONT_DOOR, locked=False)
    simulator.faults.add("wrong_types", path="/events/list")
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    simulator.faults.clear()
    for _ in range(2):
        await entry.runtime_data.async_refresh()
        await hass.async_block_till_done()
    assert state_of(hass, "event.front_door_lock_activity") == "unknown"
    simulator.control.turn_lock(FRONT_DOOR, locked=True)
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    activity = hass.states.get("event.front_door_lock_activity")
    assert activity is not None
    assert activity.attributes["event_type"] == "locked"
