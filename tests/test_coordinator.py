"""Tests of the coordinator: failures of Seam, and changes of locks."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import (
    CONF_API_KEY,
    EVENT_STATE_CHANGED,
    STATE_UNAVAILABLE,
    Platform,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.seam import PLATFORMS
from custom_components.seam.api import SeamClosedError
from custom_components.seam.const import CONF_ENDPOINT, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator, seam_device_id
from custom_components.seam.sync.engine import SyncEngine
from simulator import Simulator
from simulator.endpoints import events
from simulator.events import render_event
from simulator.render import render_device
from simulator.seed import (
    APARTMENT_1,
    CODE_CLEANER,
    CODE_OWNER,
    FRONT_DOOR,
    GARDEN_HOUSE,
    LOCKS,
    WORKSPACE,
)
from simulator.state import Event, Json

from .clock import START, async_step, wait_until
from .conftest import Poll
from .states import state_of

MANAGED = "sensor.front_door_managed_access_codes"
POLL = timedelta(seconds=60)
EVENTS = ["/events/list"]

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up locks and the sensors of their codes."""
    return [Platform.LOCK, Platform.SENSOR]


def _codes(hass: HomeAssistant, entity_id: str = MANAGED) -> set[str]:
    state = hass.states.get(entity_id)
    assert state is not None
    return {code["access_code_id"] for code in state.attributes["access_codes"]}


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the log lines of level info and above."""
    return [
        record.message
        for record in caplog.records
        if record.name.startswith("custom_components.seam")
        and record.levelno >= logging.INFO
    ]


def _paths(simulator: Simulator) -> list[str]:
    paths = [request.path for request in simulator.requests]
    simulator.requests.clear()
    return paths


def _is_all(hass: HomeAssistant, *, available: bool) -> bool:
    """Return whether all entities that were online at the start are (un)available."""
    states = [
        state.state != STATE_UNAVAILABLE
        for domain in ("lock", "sensor", "binary_sensor")
        for state in hass.states.async_all(domain)
        if not state.entity_id.startswith("lock.boat_shed")
    ]
    return bool(states) and set(states) == {available}


OUTAGES = [
    pytest.param("outage", {}, id="outage"),
    pytest.param("html", {}, id="html"),
    pytest.param("empty", {}, id="empty"),
    pytest.param("broken_json", {}, id="broken_json"),
    pytest.param("wrong_shape", {}, id="wrong_shape"),
    pytest.param("status", {}, id="500"),
    pytest.param("status", {"status": 403}, id="403"),
]


@pytest.mark.parametrize(("kind", "more"), OUTAGES)
async def test_outage_is_logged_once(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
    kind: Any,
    more: dict[str, Any],
) -> None:
    """Entities are unavailable, no device is removed, and all recovers afterwards."""
    assert _is_all(hass, available=True)
    before = hass.states.async_all()
    caplog.clear()
    simulator.faults.add(kind, **more)
    for _ in range(3):
        await reconcile()
    assert not coordinator.last_update_success
    assert _is_all(hass, available=False)
    assert len(_lines(caplog)) == 1
    caplog.clear()
    simulator.faults.clear()
    for _ in range(3):
        await reconcile()
    assert _is_all(hass, available=True)
    [line] = _lines(caplog)
    assert "recovered" in line
    assert {state.entity_id for state in before} == set(hass.states.async_entity_ids())
    assert all(
        (state := hass.states.get(old.entity_id)) and state.attributes == old.attributes
        for old in before
    )
    assert simulator.key not in caplog.text


async def test_refused_connection(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A server that is not there is an outage."""
    caplog.clear()
    await simulator.stop()
    for _ in range(2):
        await reconcile()
    assert _is_all(hass, available=False)
    assert len(_lines(caplog)) == 1
    await simulator.start(port=int(simulator.url.rpartition(":")[2]))
    await reconcile()
    assert _is_all(hass, available=True)
    assert len(_lines(caplog)) == 2


@pytest.mark.parametrize("kind", ["wrong_types", "odd_rows", None])
async def test_unreadable_devices_are_not_removed(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    reconcile: Poll,
    device_registry: dr.DeviceRegistry,
    caplog: pytest.LogCaptureFixture,
    kind: Any,
) -> None:
    """No device is removed because Seam changed its format."""
    before = len(dr.async_entries_for_config_entry(device_registry, entry.entry_id))
    if kind is None:
        # A single lock keeps its data.
        row = render_device(simulator.state, simulator.state.devices[FRONT_DOOR])
        no_data = dict.fromkeys(row.keys() - {"device_id", "is_managed"})
        simulator.control.override_row(FRONT_DOOR, no_data)
    else:
        simulator.faults.add(kind, path="/devices/list")
    for _ in range(4):
        await reconcile()
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert len(devices) == before
    assert _is_all(hass, available=kind is None)
    assert f"device_id {FRONT_DOOR}" in caplog.text or kind == "wrong_types"
    simulator.control.clear_overrides()
    simulator.faults.clear()
    await reconcile()
    assert _is_all(hass, available=True)


async def test_unreadable_codes_are_not_removed(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """No code is removed because Seam changed its format."""
    simulator.faults.add("wrong_types", path="/access_codes/list")
    for _ in range(4):
        await reconcile()
    simulator.faults.clear()
    assert state_of(hass, MANAGED) in ("5", STATE_UNAVAILABLE)
    await reconcile()
    assert state_of(hass, MANAGED) == "5"


async def test_rate_limit_for_one_device_waits(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    coordinator: SeamCoordinator,
    simulator: Simulator,
) -> None:
    """A lock that Seam refuses to return is not asked for again before its time."""
    fault = simulator.faults.add(
        "rate_limit", path="/devices/list", device_id=FRONT_DOOR, retry_after=300
    )
    simulator.control.lock_offline("Front Door")
    for _ in range(4):
        await async_step(hass, freezer, simulator, POLL)
    assert fault.hits == 1
    simulator.faults.clear()
    simulator.control.lock_online("Front Door")
    for _ in range(4):
        await async_step(hass, freezer, simulator, POLL)
    assert coordinator.data.locks[FRONT_DOOR].device.properties.online


@pytest.mark.parametrize(
    ("retry_after", "wait"), [(None, 60), (5, 60), (200, 200), (86400, 900)]
)
async def test_rate_limit_keeps_data_and_waits(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    caplog: pytest.LogCaptureFixture,
    retry_after: int | None,
    wait: int,
) -> None:
    """Everything stays available, and no request is made until the wait is over."""
    fault = simulator.faults.add("rate_limit", retry_after=retry_after)
    caplog.clear()
    await async_step(hass, freezer, simulator, POLL)
    assert fault.hits > 0
    assert _is_all(hass, available=True)
    assert state_of(hass, MANAGED) == "5"
    [line] = _lines(caplog)
    assert "Too many requests" in line
    assert "/devices/list" in line
    # Only the list of all devices says that the limit is for everything.
    assert _paths(simulator)[-2:] == [*EVENTS, "/devices/list"]
    simulator.faults.clear()
    _paths(simulator)
    await async_step(hass, freezer, simulator, timedelta(seconds=wait - 3))
    assert not _paths(simulator)
    simulator.control.turn_lock("Front Door", locked=False)
    await async_step(hass, freezer, simulator, timedelta(seconds=3))
    assert _paths(simulator)
    assert state_of(hass, "lock.front_door") == "unlocked"
    # Then the interval is as usual again.
    await async_step(hass, freezer, simulator, POLL)
    assert _paths(simulator)


async def test_refused_event_query_is_the_only_request(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """If the key is refused, nothing else is fetched."""
    requests = [*EVENTS, "/workspaces/get"]
    await async_step(hass, freezer, simulator, POLL)
    _paths(simulator)
    for path in requests:
        simulator.faults.add("status", path=path, status=401)
    await async_step(hass, freezer, simulator, POLL)
    assert _paths(simulator) == requests


@pytest.mark.parametrize(("retry_after", "minutes"), [(60, 1), (60.5, 1), (300, 5)])
async def test_rate_limit_for_events_postpones_only_them(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    caplog: pytest.LogCaptureFixture,
    retry_after: float,
    minutes: int,
) -> None:
    """The devices say that Seam is not down, and everything is fetched as usual."""
    # The next query makes up for those that were refused.
    await async_step(hass, freezer, simulator, POLL)
    caplog.clear()
    fault = simulator.faults.add(
        "rate_limit", path="/events/list", retry_after=retry_after
    )
    simulator.control.add_unmanaged_code(FRONT_DOOR, "New", "918273")
    _paths(simulator)
    for minute in range(20):
        simulator.control.turn_lock(FRONT_DOOR, locked=bool(minute % 2))
        await async_step(hass, freezer, simulator, POLL)
        assert coordinator.last_update_success
        assert state_of(hass, "lock.front_door") == (
            "locked" if minute % 2 else "unlocked"
        )
    assert fault.hits == 20 // minutes
    paths = _paths(simulator)
    assert paths.count("/devices/list") == 20
    # One full sync, and codes that are not settled.
    assert paths.count("/access_codes/list") == 15
    names = {code.name for code in coordinator.data.locks[FRONT_DOOR].unmanaged}
    assert "New" in names
    assert [line.partition(";")[0] for line in _lines(caplog)] == [
        "The event query failed"
    ]
    simulator.faults.clear()
    for _ in range(minutes):
        await async_step(hass, freezer, simulator, POLL)
    assert _lines(caplog)[1:] == ["Event queries are working again"]
    _paths(simulator)
    await async_step(hass, freezer, simulator, POLL)
    assert _paths(simulator) == EVENTS


@pytest.mark.platforms(Platform.SENSOR)
async def test_rate_limit_for_unmanaged_codes_does_not_hide_managed_ones(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """They are fetched as usual, while the others wait as told."""
    path = "/access_codes/unmanaged/list"
    fault = simulator.faults.add(
        "rate_limit", path=path, device_id=FRONT_DOOR, retry_after=900
    )
    await reconcile()
    simulator.control.code_error(CODE_OWNER, "failed_to_set_on_device")
    for _ in range(5):
        await async_step(hass, freezer, simulator, POLL)
    lock = coordinator.data.locks[FRONT_DOOR]
    assert (lock.has_codes, lock.has_all_codes) == (True, False)
    owner = lock.code(CODE_OWNER)
    assert owner
    assert owner.own_errors
    assert fault.hits == 1
    assert "Could not fetch the unmanaged access codes on Front Door" in caplog.text


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("path", ["/events/list", "/devices/list"])
async def test_brief_rate_limit_delays_nothing_while_webhook_works(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    path: str,
) -> None:
    """What fails afterwards is fetched again after a minute, not after ten."""
    await async_step(hass, freezer, simulator, POLL)
    coordinator.webhook_status.is_trusted = True
    coordinator.engine.request_all()
    simulator.faults.add("rate_limit", path=path, retry_after=5, count=1)
    await coordinator.async_refresh()
    simulator.faults.add("status", path="/access_codes/list", device_id=FRONT_DOOR)
    await coordinator.async_refresh_locks([FRONT_DOOR])
    assert not coordinator.data.locks[FRONT_DOOR].has_codes
    simulator.faults.clear()
    await async_step(hass, freezer, simulator, POLL)
    assert coordinator.data.locks[FRONT_DOOR].has_codes
    # Then, the webhook saves requests again.
    _paths(simulator)
    await async_step(hass, freezer, simulator, 5 * POLL)
    assert _paths(simulator) == []


async def test_rate_limit_for_unmanaged_codes_after_an_event_is_over_soon(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """A new code is known after a minute, although the webhook works."""
    await async_step(hass, freezer, simulator, POLL)
    coordinator.webhook_status.is_trusted = True
    await coordinator.async_refresh()
    path = "/access_codes/unmanaged/list"
    simulator.faults.add("rate_limit", path=path, retry_after=5, count=1)
    new = simulator.control.add_unmanaged_code(FRONT_DOOR, "New", "918273")
    await coordinator.async_refresh_locks([FRONT_DOOR])
    assert not coordinator.data.locks[FRONT_DOOR].code(new.access_code_id)
    await async_step(hass, freezer, simulator, POLL)
    assert coordinator.data.locks[FRONT_DOOR].code(new.access_code_id)


async def test_outage_after_rate_limit_has_usual_interval(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """The wait of a rate limit does not apply to the next outage."""
    simulator.faults.add("rate_limit", retry_after=600, count=1)
    await async_step(hass, freezer, simulator, POLL)
    simulator.faults.add("outage")
    await async_step(hass, freezer, simulator, timedelta(seconds=600))
    assert _is_all(hass, available=False)
    simulator.faults.clear()
    await async_step(hass, freezer, simulator, POLL)
    assert _is_all(hass, available=True)


@pytest.mark.parametrize("retry_after", [0, "Fri, 20 Nov 2020 10:00:00 GMT"])
async def test_rate_limit_after_outage_does_not_end_at_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    retry_after: Any,
) -> None:
    """Even if Seam asks for no wait, or our clock is ahead of its date."""
    simulator.faults.add("outage")
    await coordinator.async_refresh()
    assert not coordinator.last_update_success
    simulator.faults.clear()
    simulator.faults.add("rate_limit", retry_after=retry_after)
    await coordinator.async_refresh()
    _paths(simulator)
    await async_step(hass, freezer, simulator, timedelta(seconds=55))
    assert not _paths(simulator)
    await async_step(hass, freezer, simulator, timedelta(seconds=6))
    assert _paths(simulator)


async def test_accounts_that_cannot_be_fetched(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is logged once, and asked for again when that may help."""
    accounts = "/connected_accounts/list"
    caplog.clear()
    simulator.faults.add("rate_limit", path=accounts, retry_after=600)
    for fault, minutes, is_fetched in (
        ("rate_limit", 9, False),
        ("status", 9, False),
        (None, 20, True),
    ):
        await coordinator.async_reconcile()
        await hass.async_block_till_done(wait_background_tasks=True)
        _paths(simulator)
        for _ in range(minutes):
            await async_step(hass, freezer, simulator, POLL)
        assert (accounts in _paths(simulator)) is is_fetched
        if fault == "rate_limit":
            simulator.faults.clear()
            simulator.faults.add("status", path=accounts, status=403)
            await async_step(hass, freezer, simulator, POLL)
        else:
            simulator.faults.clear()
    lines = [line for line in _lines(caplog) if "accounts" in line]
    assert len(lines) == 2
    assert lines[0].startswith("Could not fetch the connected accounts")
    assert lines[1] == "The connected accounts can be fetched again"


@pytest.mark.usefixtures("settled")
async def test_outage_does_not_look_like_end_of_other_failures(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Only an answer says that something can be fetched again."""
    caplog.clear()
    for path in ("/connected_accounts/list", "/events/list"):
        simulator.faults.add("status", path=path, status=403)
    for _ in range(3):
        await coordinator.async_reconcile()
        await hass.async_block_till_done(wait_background_tasks=True)
    assert len(_lines(caplog)) == 2
    simulator.faults.clear()
    simulator.faults.add("outage")
    await coordinator.async_reconcile()
    # As after an event from the webhook.
    for _ in range(2):
        assert await coordinator.fetcher.async_run() is None
    assert sum("again" in line for line in _lines(caplog)) == 0
    simulator.faults.clear()
    await coordinator.async_reconcile()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert sum("again" in line for line in _lines(caplog)) == 2


async def test_rate_limit_does_not_count_as_missing_lock(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Only an answer can lack a lock."""
    simulator.state.devices[FRONT_DOOR].is_managed = False
    await reconcile()
    simulator.faults.add("rate_limit", retry_after=60)
    for _ in range(3):
        await reconcile()
    simulator.faults.clear()
    simulator.state.devices[FRONT_DOOR].is_managed = True
    await reconcile()
    assert state_of(hass, "lock.front_door") == "locked"


async def test_revoked_key_starts_reauth(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    poll: Poll,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It starts once, and a new key makes everything available."""
    caplog.clear()
    simulator.control.revoke_key()
    await poll()
    await poll()
    assert _is_all(hass, available=False)
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert len(_lines(caplog)) == 1
    simulator.control.add_key("seam_test_another")
    await hass.config_entries.flow.async_configure(
        flow["flow_id"], {CONF_API_KEY: "seam_test_another"}
    )
    await hass.async_block_till_done()
    assert not hass.config_entries.flow.async_progress()
    assert _is_all(hass, available=True)
    assert simulator.key not in caplog.text
    assert "seam_test_another" not in caplog.text


@pytest.mark.platforms(Platform.BINARY_SENSOR)
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 400},
        {"kind": "status", "status": 404},
        {"kind": "status", "status": 500},
        {"kind": "html"},
        {"kind": "wrong_shape"},
        {"kind": "outage"},
    ],
)
async def test_failing_lock_makes_only_its_codes_unavailable(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, Any],
) -> None:
    """The log says so once."""
    caplog.clear()
    simulator.faults.add(**fault, path="/access_codes", device_id=APARTMENT_1)
    for _ in range(3):
        await reconcile()
    unavailable = {
        state.entity_id
        for state in hass.states.async_all(("lock", "sensor", "binary_sensor"))
        if state.state == STATE_UNAVAILABLE
    }
    assert "sensor.apartment_1_managed_access_codes" in unavailable
    assert "sensor.apartment_1_unmanaged_access_codes" in unavailable
    assert "binary_sensor.apartment_1_access_code_problem" in unavailable
    assert state_of(hass, "lock.apartment_1") == "locked"
    assert state_of(hass, "sensor.apartment_1_battery") == "58"
    unavailable.discard("lock.boat_shed")
    assert all("apartment_1" in entity_id for entity_id in unavailable)
    [line] = [line for line in _lines(caplog) if "access codes on" in line]
    assert "Apartment 1" in line
    caplog.clear()
    simulator.faults.clear()
    for _ in range(2):
        await reconcile()
    assert state_of(hass, "sensor.apartment_1_managed_access_codes") == "4"
    [line] = [line for line in _lines(caplog) if "access codes on" in line]
    assert "Apartment 1" in line


async def test_lock_removed_between_two_requests(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """It is in the list of devices, but its codes are not found."""
    fault = simulator.faults.add("hang", path="/access_codes/list")
    refresh = asyncio.create_task(coordinator.async_reconcile())
    await wait_until(lambda: fault.hits > 0)
    simulator.control.remove_lock("Garden House")
    simulator.faults.clear()
    await refresh
    await hass.async_block_till_done()
    assert coordinator.last_update_success
    assert state_of(hass, "lock.front_door") == "locked"
    assert state_of(hass, MANAGED) == "5"
    for _ in range(2):
        await coordinator.async_reconcile()
        await hass.async_block_till_done()
    assert state_of(hass, "lock.garden_house") is None
    assert coordinator.last_update_success


async def test_accounts_are_fetched_with_reconcile_and_on_their_events(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """They stay as they are while they cannot be fetched."""

    async def refresh() -> None:
        await coordinator.async_refresh()
        await hass.async_block_till_done(wait_background_tasks=True)

    await hass.async_block_till_done(wait_background_tasks=True)
    assert coordinator.data.accounts.keys() == {
        account.connected_account_id
        for account in simulator.state.accounts.values()
        if account.workspace_id == WORKSPACE
    }
    pin = simulator.state.access_codes[CODE_OWNER].code
    account_id = simulator.state.devices[FRONT_DOOR].connected_account_id
    simulator.control.account_error("Front Door", "account_disconnected", f"Not {pin}.")
    await refresh()
    [error] = coordinator.data.accounts[account_id].errors
    assert error.code == "account_disconnected"
    assert error.message == "Not ••••."
    simulator.faults.add("outage", path="/connected_accounts/list")
    await coordinator.async_reconcile()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert coordinator.last_update_success
    assert coordinator.data.accounts[account_id].errors == (error,)


async def test_missing_code_is_removed_after_second_answer(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Seam sometimes drops a code from a single answer."""
    simulator.control.drop_code(CODE_CLEANER, count=1)
    await reconcile()
    assert CODE_CLEANER in _codes(hass)
    await reconcile()
    assert CODE_CLEANER in _codes(hass)
    simulator.control.drop_code(CODE_CLEANER, count=2)
    await reconcile()
    assert CODE_CLEANER in _codes(hass)
    await reconcile()
    assert CODE_CLEANER not in _codes(hass)
    await reconcile()
    assert CODE_CLEANER in _codes(hass)


async def test_code_deleted_at_seam_is_removed(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """The event confirms it, so the next poll shows it."""
    simulator.control.delete_code_in_app("Neighbour")
    await poll()
    assert state_of(hass, "sensor.front_door_unmanaged_access_codes") == "2"


@pytest.mark.platforms(*PLATFORMS)
async def test_lock_is_added_removed_and_added_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    reconcile: Poll,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    """Its device stays until the second answer without it."""
    lock = simulator.control.add_lock("Attic")

    def device() -> dr.DeviceEntry | None:
        return next(
            (
                device
                for device in dr.async_entries_for_config_entry(
                    device_registry, entry.entry_id
                )
                if seam_device_id(device) == lock.device_id
            ),
            None,
        )

    await reconcile()
    assert device() is not None
    assert state_of(hass, "lock.attic") == "locked"
    entities = len(er.async_entries_for_config_entry(entity_registry, entry.entry_id))

    for _ in range(2):
        lock.is_managed = False
        await reconcile()
        assert device() is not None
        assert state_of(hass, "lock.attic") is not None
        lock.is_managed = True
        await reconcile()
        assert state_of(hass, "lock.attic") == "locked"

    lock.is_managed = False
    await reconcile()
    await reconcile()
    assert device() is None
    assert state_of(hass, "lock.attic") is None
    assert state_of(hass, "sensor.attic_managed_access_codes") is None

    lock.is_managed = True
    await reconcile()
    assert device() is not None
    assert state_of(hass, "lock.attic") == "locked"
    assert state_of(hass, "sensor.attic_managed_access_codes") == "0"
    after = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert len(after) == entities


@pytest.mark.platforms(*PLATFORMS)
async def test_lock_removed_while_home_assistant_was_off(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Its device is removed after two answers as well, that of the workspace stays."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    simulator.state.devices[GARDEN_HOUSE].is_managed = False
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    for expected in (set(LOCKS), set(LOCKS) - {GARDEN_HOUSE}):
        devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
        locks = {
            seam_device_id(device)
            for device in devices
            if device.entry_type is not dr.DeviceEntryType.SERVICE
        }
        assert locks == expected
        assert len(devices) == len(locks) + 1
        await entry.runtime_data.async_reconcile()
        await hass.async_block_till_done()


async def test_device_is_renamed_with_lock(
    hass: HomeAssistant,
    simulator: Simulator,
    poll: Poll,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    """The device gets the new name, and entities keep their IDs."""
    simulator.control.rename_lock("Front Door", "Main Entrance")
    await poll()
    registered = entity_registry.async_get("lock.front_door")
    assert registered is not None
    assert registered.device_id is not None
    device = device_registry.async_get(registered.device_id)
    assert device is not None
    assert device.name == "Main Entrance"
    state = hass.states.get("lock.front_door")
    assert state is not None
    assert state.name == "Main Entrance"


@pytest.mark.platforms(*PLATFORMS)
async def test_only_changed_states_are_written(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    reconcile: Poll,
) -> None:
    """Nothing is written without a change, and only states of the lock that changed."""
    reported_at = {
        state.entity_id: state.last_reported_timestamp
        for state in hass.states.async_all()
    }
    freezer.tick(1)
    changed = async_capture_events(hass, EVENT_STATE_CHANGED)
    await reconcile()
    await reconcile()
    assert not changed
    assert reported_at == {
        state.entity_id: state.last_reported_timestamp
        for state in hass.states.async_all()
    }
    simulator.control.turn_lock("Front Door", locked=False)
    await reconcile()
    entity_ids = {event.data["entity_id"] for event in changed}
    assert "lock.front_door" in entity_ids
    assert all(".front_door" in entity_id for entity_id in entity_ids)


async def test_lock_with_new_id_replaces_old_device(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    reconcile: Poll,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Seam gives it a new ID under another account."""

    def ids() -> set[str | None]:
        return {
            seam_device_id(device)
            for device in dr.async_entries_for_config_entry(
                device_registry, entry.entry_id
            )
            if device.name == "Attic"
        }

    old = simulator.control.add_lock("Attic")
    await reconcile()
    assert ids() == {old.device_id}
    simulator.control.remove_lock("Attic")
    new = simulator.control.add_lock("Attic")
    await reconcile()
    assert new.device_id in ids()
    await reconcile()
    assert ids() == {new.device_id}
    states = [s for s in hass.states.async_all("lock") if s.name == "Attic"]
    assert [state.state for state in states] == ["locked"]


@pytest.mark.platforms(*PLATFORMS)
async def test_lock_with_same_id_keeps_device(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    coordinator: SeamCoordinator,
) -> None:
    """Entities and codes stay if only the account changes."""
    before = {state.entity_id for state in hass.states.async_all()}
    codes = coordinator.data.locks[FRONT_DOOR].codes
    other = next(
        account_id
        for account_id in simulator.state.accounts
        if account_id != simulator.state.devices[FRONT_DOOR].connected_account_id
    )
    simulator.control.set_device("Front Door", connected_account_id=other)
    await reconcile()
    lock = coordinator.data.locks[FRONT_DOOR]
    assert lock.device.connected_account_id == other
    assert {code.access_code_id for code in lock.codes} == {
        code.access_code_id for code in codes
    }
    assert {state.entity_id for state in hass.states.async_all()} == before


async def test_timer_is_cancelled_on_unload(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    simulator: Simulator,
    reconcile: Poll,
) -> None:
    """Even if the entry is unloaded during the fetch at the start of a code."""
    owner = simulator.state.access_codes[CODE_OWNER]
    owner.starts_at = START + timedelta(seconds=20)
    owner.ends_at = START + timedelta(seconds=40)
    await reconcile()
    fault = simulator.faults.add("hang", path="/")
    freezer.tick(timedelta(seconds=20))
    simulator.clock.advance(20)
    async_fire_time_changed(hass)
    await wait_until(lambda: fault.hits > 0)
    assert await hass.config_entries.async_unload(entry.entry_id)
    simulator.faults.clear()
    await hass.async_block_till_done()
    _paths(simulator)
    await async_step(hass, freezer, simulator, timedelta(seconds=20))
    assert not _paths(simulator)


async def test_lock_is_fetched_when_code_starts(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    reconcile: Poll,
) -> None:
    """Only its lock is fetched."""
    owner = simulator.state.access_codes[CODE_OWNER]
    owner.starts_at = START + timedelta(seconds=20)
    owner.ends_at = START + timedelta(days=20)
    await reconcile()
    simulator.requests.clear()
    await async_step(hass, freezer, simulator, timedelta(seconds=19))
    assert not simulator.requests
    await async_step(hass, freezer, simulator, timedelta(seconds=1))
    assert {request.path for request in simulator.requests} == {
        "/devices/list",
        "/access_codes/list",
        "/access_codes/unmanaged/list",
    }
    for request in simulator.requests:
        named = request.body.get("device_id") or request.body.get("device_ids")
        assert named in (FRONT_DOOR, [FRONT_DOOR])


async def test_failed_refresh_of_locks_is_retried_by_next_poll(
    hass: HomeAssistant, simulator: Simulator, poll: Poll, coordinator: SeamCoordinator
) -> None:
    """The action itself does not fail."""
    simulator.control.edit_code_in_app("Neighbour", name="New neighbour")
    simulator.faults.add("outage", count=9)
    await coordinator.async_refresh_locks([FRONT_DOOR])
    simulator.faults.clear()
    assert _is_all(hass, available=True)
    await poll()
    state = hass.states.get("sensor.front_door_unmanaged_access_codes")
    assert state is not None
    assert "New neighbour" in {c["name"] for c in state.attributes["access_codes"]}


def _entry(simulator: Simulator) -> MockConfigEntry:
    return MockConfigEntry(
        domain=DOMAIN,
        data={CONF_API_KEY: simulator.key, CONF_ENDPOINT: simulator.url},
    )


async def test_refresh_of_locks_during_poll_returns_own_error(
    coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """It runs after the poll, with its own requests."""
    slow = simulator.faults.add("hang", path="/events/list", count=1)
    poll = asyncio.create_task(coordinator.async_refresh())
    await wait_until(lambda: slow.hits > 0)
    simulator.faults.add("outage", path="/devices/list")
    action = asyncio.create_task(coordinator.async_refresh_locks([FRONT_DOOR]))
    await asyncio.sleep(0)
    slow.clear()
    await poll
    assert coordinator.last_update_success
    assert await action is not None


async def test_cancelled_caller_does_not_stop_refresh(
    hass: HomeAssistant, coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """The refresh also fetches what others have requested."""
    slow = simulator.faults.add("hang", path="/access_codes/list", count=1)
    action = asyncio.create_task(coordinator.async_refresh_locks([FRONT_DOOR]))
    await wait_until(lambda: slow.hits > 0)
    simulator.state.access_codes[CODE_CLEANER].name = "Renamed in silence"
    action.cancel()
    with pytest.raises(asyncio.CancelledError):
        await action
    slow.clear()
    await hass.async_block_till_done(wait_background_tasks=True)
    code = coordinator.data.locks[FRONT_DOOR].code(CODE_CLEANER)
    assert code is not None
    assert code.name == "Renamed in silence"


@pytest.mark.platforms(Platform.EVENT)
async def test_events_of_new_lock_fire_once_entities_exist(
    hass: HomeAssistant, coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """The lock may be added and operated between two polls."""
    simulator.control.add_lock("Shed")
    simulator.control.turn_lock("Shed", locked=True, method="manual")
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert state_of(hass, "event.shed_lock_activity") == "unknown"
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    state = hass.states.get("event.shed_lock_activity")
    assert state is not None
    assert state.attributes["event_type"] == "locked"


@pytest.mark.platforms(*PLATFORMS)
async def test_first_change_writes_only_one_lock(
    hass: HomeAssistant, coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """The states of other locks are not written."""
    written: list[str] = []

    @callback
    def note(data: Mapping[str, Any]) -> bool:
        written.append(data["entity_id"])
        return False

    for kind in ("state_changed", "state_reported"):
        hass.bus.async_listen(kind, lambda _event: None, event_filter=note)
    simulator.control.turn_lock(FRONT_DOOR, locked=False, method="manual")
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert "lock.front_door" in written
    assert {entity_id.partition(".")[2].split("_")[0] for entity_id in written} == {
        "front",
        "harbour",
    }


async def test_rejected_event_query_is_logged_once(
    coordinator: SeamCoordinator,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Everything is fetched instead, at the usual request rate."""
    simulator.faults.add(
        "status", path="/events/list", status=403, error_type="forbidden"
    )
    for _ in range(3):
        await coordinator.async_refresh()
    assert coordinator.last_update_success
    refusal = coordinator.engine.state.events_error
    assert refusal
    assert sum("The event query failed" in line for line in _lines(caplog)) == 1
    simulator.faults.clear()
    await coordinator.async_refresh()
    refusal = coordinator.engine.state.events_error
    assert refusal is None
    assert (
        sum("Event queries are working again" in line for line in _lines(caplog)) == 1
    )


async def test_refresh_of_locks_returns_error_on_reload(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    coordinator: SeamCoordinator,
    simulator: Simulator,
) -> None:
    """The action goes on, as it may have a PIN to return."""
    slow = simulator.faults.add("hang", path="/access_codes/list", count=1)
    asking = asyncio.create_task(coordinator.async_refresh_locks([FRONT_DOOR]))
    await wait_until(lambda: slow.hits > 0)
    assert await hass.config_entries.async_reload(entry.entry_id)
    slow.clear()
    [error] = (await asking).values()
    assert isinstance(error, SeamClosedError)


async def test_bug_in_refresh_causes_reconcile(
    coordinator: SeamCoordinator, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exception is raised, and the next poll fetches everything."""

    def broken(*_arguments: Any, **_named: Any) -> None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patched:
        patched.setattr(SyncEngine, "receive_codes", broken)
        with pytest.raises(ExceptionGroup, match="unhandled errors"):
            await coordinator.async_refresh_locks([FRONT_DOOR, APARTMENT_1])
    simulator.state.access_codes[CODE_CLEANER].name = "Renamed in silence"
    await coordinator.async_refresh()
    assert coordinator.last_update_success
    code = coordinator.data.locks[FRONT_DOOR].code(CODE_CLEANER)
    assert code is not None
    assert code.name == "Renamed in silence"


# Seam can be reached if it forbids something.
@pytest.mark.parametrize(("kind", "more"), OUTAGES[:-1])
async def test_action_in_outage_does_not_lose_codes(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    kind: Any,
    more: dict[str, Any],
) -> None:
    """What fails for everything is not about the lock."""
    simulator.faults.add(kind, **more)
    assert await coordinator.async_refresh_locks([FRONT_DOOR])
    assert coordinator.data.locks[FRONT_DOOR].has_codes
    for _ in range(3):
        await coordinator.async_refresh()
        await hass.async_block_till_done(wait_background_tasks=True)
        assert coordinator.data.locks[FRONT_DOOR].has_codes


@pytest.mark.usefixtures("settled")
async def test_failed_refresh_of_locks_shortens_webhook_interval(
    coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """Otherwise the next poll would be ten minutes away."""
    coordinator.webhook_status.is_trusted = True
    await coordinator.async_refresh()
    assert coordinator.update_interval == timedelta(minutes=10)
    simulator.faults.add("outage", path="/access_codes/list", count=9)
    await coordinator.async_refresh_locks([FRONT_DOOR])
    assert coordinator.update_interval == timedelta(minutes=1)
    simulator.faults.clear()
    await coordinator.async_refresh()
    assert coordinator.data.locks[FRONT_DOOR].has_codes
    assert coordinator.update_interval == timedelta(minutes=10)


async def test_change_shown_during_poll_is_undone_by_poll(
    hass: HomeAssistant, coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """Home Assistant does not notify listeners if the data equals that before."""

    def names() -> set[str]:
        state = hass.states.get("sensor.front_door_managed_access_codes")
        assert state is not None
        return {code["name"] for code in state.attributes["access_codes"]}

    slow = simulator.faults.add("hang", path="/devices/list", count=1)
    poll = asyncio.create_task(coordinator.async_reconcile())
    await wait_until(lambda: slow.hits > 0)
    coordinator.async_apply(
        coordinator.engine.code_changed, CODE_CLEANER, {"name": "Not for long"}
    )
    assert "Not for long" in names()
    # The change does not override the lists any more.
    coordinator.async_apply(coordinator.engine.codes_not_found, (CODE_CLEANER,))
    slow.clear()
    await poll
    assert "Cleaner" in names()
    assert "Not for long" not in names()


@pytest.mark.platforms(Platform.EVENT)
@pytest.mark.parametrize("unreadable", [1, 250, 500])
async def test_unreadable_events_in_full_answer_hide_no_others(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    monkeypatch: pytest.MonkeyPatch,
    unreadable: int,
) -> None:
    """There are more than Seam returns at once, all within the overlap of queries."""
    await async_step(hass, freezer, simulator, POLL)
    for number in range(700):
        simulator.clock.advance(0.01)
        simulator.control.turn_lock("Garden House", locked=bool(number % 2))
    broken = {event.event_id for event in simulator.state.events[-700:][:unreadable]}

    def render(event: Event) -> Json:
        row = render_event(event)
        return row | {"created_at": None} if event.event_id in broken else row

    monkeypatch.setattr(events, "render_event", render)
    for _ in range(12):
        await async_step(hass, freezer, simulator, POLL)
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    simulator.control.deny_access("Front Door")
    await async_step(hass, freezer, simulator, POLL)
    state = hass.states.get("event.front_door_lock_activity")
    assert state
    assert state.attributes["event_type"] == "access_denied"
    assert [
        change.data["entity_id"]
        for change in changes
        if change.data["entity_id"].startswith("event.")
    ] == [state.entity_id]
