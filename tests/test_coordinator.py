"""Tests of keeping in step with a Seam that fails in every way."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
import logging
from typing import Any

from aiohttp import ClientTimeout, web
from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import CONF_API_KEY, EVENT_STATE_CHANGED, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.seam.api import SeamUnreachableError
from custom_components.seam.const import CONF_ENDPOINT, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator, seam_device_id
from custom_components.seam.sync.engine import SyncEngine
from simulator import Simulator
from simulator.faults import Fault
from simulator.seed import (
    APARTMENT_1,
    CODE_CLEANER,
    CODE_OWNER,
    FRONT_DOOR,
    GARDEN_HOUSE,
    LOCKS,
)

from .clock import START, async_step
from .conftest import Poll

MANAGED = "sensor.front_door_managed_access_codes"
POLL = timedelta(seconds=60)

pytestmark = pytest.mark.usefixtures("frozen_clock")


def _state(hass: HomeAssistant, entity_id: str) -> str | None:
    state = hass.states.get(entity_id)
    return state.state if state else None


def _codes(hass: HomeAssistant, entity_id: str = MANAGED) -> set[str]:
    state = hass.states.get(entity_id)
    assert state is not None
    return {code["access_code_id"] for code in state.attributes["access_codes"]}


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what people are told in the log, from information upwards."""
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
    """Return whether everything that was not offline from the start is (un)available."""
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
async def test_an_outage_is_told_once_and_its_end_once(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
    kind: Any,
    more: dict[str, Any],
) -> None:
    """All is unavailable, no device goes, and all is back at once afterwards."""
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


async def test_a_seam_that_does_not_answer_in_time(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Being slow beyond the limit is an outage, and is not waited for three times."""
    monkeypatch.setattr(
        "custom_components.seam.api.transport._TIMEOUT", ClientTimeout(total=0.1)
    )
    # Not the fixture: with a frozen clock no time limit ever ends.
    simulator = Simulator(manual_clock=True)
    await simulator.start()
    entry = _entry(simulator)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    simulator.faults.add("hang")
    simulator.requests.clear()
    await entry.runtime_data.async_refresh()
    assert _is_all(hass, available=False)
    assert _paths(simulator) == ["/events/list"]
    simulator.faults.clear()
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    assert _is_all(hass, available=True)
    await simulator.stop()


async def test_a_refused_connection(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A server that is not there is told like any other outage."""
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


async def test_a_list_that_cannot_be_read_is_not_an_empty_one(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    reconcile: Poll,
    device_registry: dr.DeviceRegistry,
) -> None:
    """No device may go because Seam changed how it writes them."""
    before = len(dr.async_entries_for_config_entry(device_registry, entry.entry_id))
    simulator.faults.add("wrong_types", path="/devices/list")
    for _ in range(4):
        await reconcile()
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert len(devices) == before
    simulator.faults.clear()
    await reconcile()
    assert _is_all(hass, available=True)


async def test_codes_that_cannot_be_read_are_not_gone(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """No code may go because Seam changed how it writes them."""
    simulator.faults.add("wrong_types", path="/access_codes/list")
    for _ in range(4):
        await reconcile()
    simulator.faults.clear()
    assert _state(hass, MANAGED) in ("5", STATE_UNAVAILABLE)
    await reconcile()
    assert _state(hass, MANAGED) == "5"


@pytest.mark.parametrize(("retry_after", "wait"), [(None, 60), (5, 60), (200, 200)])
async def test_too_many_requests_keep_the_data_and_wait_as_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    caplog: pytest.LogCaptureFixture,
    retry_after: int | None,
    wait: int,
) -> None:
    """Nothing is dropped or unavailable, and Seam is left alone for so long."""
    fault = simulator.faults.add("rate_limit", retry_after=retry_after)
    caplog.clear()
    await async_step(hass, freezer, simulator, POLL)
    assert fault.hits > 0
    assert _is_all(hass, available=True)
    assert _state(hass, MANAGED) == "5"
    assert not _lines(caplog)
    simulator.faults.clear()
    _paths(simulator)
    await async_step(hass, freezer, simulator, timedelta(seconds=wait - 3))
    assert not _paths(simulator)
    simulator.control.turn_lock("Front Door", locked=False)
    await async_step(hass, freezer, simulator, timedelta(seconds=3))
    assert _paths(simulator)
    assert _state(hass, "lock.front_door") == "unlocked"
    # From then on as always.
    await async_step(hass, freezer, simulator, POLL)
    assert _paths(simulator)


async def test_trouble_after_a_long_wait_is_not_waited_out_as_long(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """What Seam said about one moment does not hold for the next outage."""
    simulator.faults.add("rate_limit", retry_after=600, count=1)
    await async_step(hass, freezer, simulator, POLL)
    simulator.faults.add("outage")
    await async_step(hass, freezer, simulator, timedelta(seconds=600))
    assert _is_all(hass, available=False)
    simulator.faults.clear()
    await async_step(hass, freezer, simulator, POLL)
    assert _is_all(hass, available=True)


async def test_too_many_requests_do_not_count_as_a_miss_of_a_lock(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Only an answer can say that a lock is gone."""
    simulator.world.devices[FRONT_DOOR].is_managed = False
    await reconcile()
    simulator.faults.add("rate_limit", retry_after=60)
    for _ in range(3):
        await reconcile()
    simulator.faults.clear()
    simulator.world.devices[FRONT_DOOR].is_managed = True
    await reconcile()
    assert _state(hass, "lock.front_door") == "locked"


async def test_a_key_that_is_revoked_asks_for_another(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    poll: Poll,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Once, however often it is polled; a new key makes all available."""
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
async def test_one_broken_lock_does_not_spoil_the_others(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, Any],
) -> None:
    """Only what tells about its codes is unavailable, and the log says so once."""
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
    assert _state(hass, "lock.apartment_1") == "locked"
    assert _state(hass, "sensor.apartment_1_battery") == "58"
    unavailable.discard("lock.boat_shed")
    assert all("apartment_1" in entity_id for entity_id in unavailable)
    [line] = [line for line in _lines(caplog) if "codes of" in line]
    assert "Apartment 1" in line
    caplog.clear()
    simulator.faults.clear()
    for _ in range(2):
        await reconcile()
    assert _state(hass, "sensor.apartment_1_managed_access_codes") == "4"
    [line] = [line for line in _lines(caplog) if "codes of" in line]
    assert "Apartment 1" in line


async def test_many_broken_locks_do_not_hide_the_others(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A maker whose account is broken has many locks, all of them at once."""
    freezer.move_to(START)
    simulator = Simulator(manual_clock=True, start_at=START, locks=24, codes=1)
    await simulator.start()
    entry = _entry(simulator)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    broken = list(simulator.world.devices)[:10]
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
    assert known == set(simulator.world.devices) - set(broken)
    await simulator.stop()


async def test_not_too_many_requests_at_a_time(hass: HomeAssistant) -> None:
    """However many locks there are, eight requests at most are under way."""
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

    simulator._api.handle = counted  # type: ignore[method-assign] # to look on
    await simulator.start()
    entry = _entry(simulator)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert len(hass.states.async_all("lock")) == 20
    assert peak == 8
    await simulator.stop()


async def test_a_lock_may_vanish_between_two_lists(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """It is in the list of devices, but Seam no longer knows it when asked for codes."""
    fault = simulator.faults.add("hang", path="/access_codes/list")
    refresh = asyncio.create_task(coordinator.async_reconcile())
    await _until_hit(fault)
    simulator.control.remove_lock("Garden House")
    simulator.faults.clear()
    await refresh
    await hass.async_block_till_done()
    assert coordinator.last_update_success
    assert _state(hass, "lock.front_door") == "locked"
    assert _state(hass, MANAGED) == "5"
    for _ in range(2):
        await coordinator.async_reconcile()
        await hass.async_block_till_done()
    assert _state(hass, "lock.garden_house") is None
    assert coordinator.last_update_success


async def test_a_code_that_one_answer_lacks_stays(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Seam forgets one now and then; two answers in a row do not lie."""
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


async def test_a_code_that_is_deleted_elsewhere_goes(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """The event is the confirmation; the next poll shows it."""
    simulator.control.delete_code_in_app("Neighbour")
    await poll()
    assert _state(hass, "sensor.front_door_unmanaged_access_codes") == "2"


async def test_a_lock_comes_goes_and_comes_back(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    reconcile: Poll,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    """It has device and entities while Seam has it; one answer without it is none."""
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
    assert _state(hass, "lock.attic") == "locked"
    entities = len(er.async_entries_for_config_entry(entity_registry, entry.entry_id))

    for _ in range(2):
        lock.is_managed = False
        await reconcile()
        assert device() is not None
        assert _state(hass, "lock.attic") is not None
        lock.is_managed = True
        await reconcile()
        assert _state(hass, "lock.attic") == "locked"

    lock.is_managed = False
    await reconcile()
    await reconcile()
    assert device() is None
    assert _state(hass, "lock.attic") is None
    assert _state(hass, "sensor.attic_managed_access_codes") is None

    lock.is_managed = True
    await reconcile()
    assert device() is not None
    assert _state(hass, "lock.attic") == "locked"
    assert _state(hass, "sensor.attic_managed_access_codes") == "0"
    after = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert len(after) == entities


async def test_a_lock_that_went_while_home_assistant_was_off(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Its device goes after two answers without it, too; the workspace's stays."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    simulator.world.devices[GARDEN_HOUSE].is_managed = False
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


async def test_a_renamed_lock_is_renamed(
    hass: HomeAssistant,
    simulator: Simulator,
    poll: Poll,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    """The device gets the new name, and entities keep their ids."""
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


async def test_nothing_is_written_where_nothing_changed(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    reconcile: Poll,
) -> None:
    """A quiet house writes no states, and one lock's change none of the others."""
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


async def test_a_lock_that_is_moved_to_another_account_of_seam_takes_its_place(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    reconcile: Poll,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Seam gives it another id there: the old one goes, and the new one is at once."""

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


async def test_a_lock_stays_the_same_under_another_account(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    coordinator: SeamCoordinator,
) -> None:
    """Where Seam keeps its id, entities and codes stay, and only the account changes."""
    before = {state.entity_id for state in hass.states.async_all()}
    codes = coordinator.data.locks[FRONT_DOOR].codes
    other = next(
        account_id
        for account_id in simulator.world.accounts
        if account_id != simulator.world.devices[FRONT_DOOR].connected_account_id
    )
    simulator.control.set_device("Front Door", connected_account_id=other)
    await reconcile()
    lock = coordinator.data.locks[FRONT_DOOR]
    assert lock.device.connected_account_id == other
    assert {code.access_code_id for code in lock.codes} == {
        code.access_code_id for code in codes
    }
    assert {state.entity_id for state in hass.states.async_all()} == before


async def test_the_timer_ends_with_the_entry(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    simulator: Simulator,
    reconcile: Poll,
) -> None:
    """Unloaded while a code starts and Seam is slow, nothing asks at its end."""
    owner = simulator.world.access_codes[CODE_OWNER]
    owner.starts_at = START + timedelta(seconds=20)
    owner.ends_at = START + timedelta(seconds=40)
    await reconcile()
    fault = simulator.faults.add("hang", path="/")
    freezer.tick(timedelta(seconds=20))
    simulator.clock.advance(20)
    async_fire_time_changed(hass)
    await _until_hit(fault)
    assert await hass.config_entries.async_unload(entry.entry_id)
    simulator.faults.clear()
    await hass.async_block_till_done()
    _paths(simulator)
    await async_step(hass, freezer, simulator, timedelta(seconds=20))
    assert not _paths(simulator)


async def test_seam_is_asked_at_the_start_of_a_code(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    reconcile: Poll,
) -> None:
    """Its lock is fetched then, and no other."""
    owner = simulator.world.access_codes[CODE_OWNER]
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


async def test_an_action_s_refresh_that_fails_is_made_up_for(
    hass: HomeAssistant, simulator: Simulator, poll: Poll, coordinator: SeamCoordinator
) -> None:
    """The failure is not one of the action, and the next poll fetches the lock."""
    simulator.control.edit_code_in_app("Neighbour", name="New neighbour")
    simulator.faults.add("outage", count=9)
    await coordinator.async_refresh_locks([FRONT_DOOR])
    simulator.faults.clear()
    assert _is_all(hass, available=True)
    await poll()
    state = hass.states.get("sensor.front_door_unmanaged_access_codes")
    assert state is not None
    assert "New neighbour" in {c["name"] for c in state.attributes["access_codes"]}


async def _until_hit(fault: Fault) -> None:
    while not fault.hits:  # noqa: ASYNC110  # The simulator has no event to wait for.
        await asyncio.sleep(0)


def _entry(simulator: Simulator) -> MockConfigEntry:
    return MockConfigEntry(
        domain=DOMAIN,
        data={CONF_API_KEY: simulator.key, CONF_ENDPOINT: simulator.url},
    )


async def _struck(fault: Fault) -> None:
    while not fault.hits:  # noqa: ASYNC110 # the simulator tells it by this alone
        await asyncio.sleep(0)


async def test_an_action_hears_of_its_own_failure_though_a_poll_is_under_way(
    coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """What an action asks for is fetched in a round of its own, after the poll's."""
    slow = simulator.faults.add("hang", path="/events/list", count=1)
    poll = asyncio.create_task(coordinator.async_refresh())
    await _struck(slow)
    simulator.faults.add("outage", path="/devices/list")
    action = asyncio.create_task(coordinator.async_refresh_locks([FRONT_DOOR]))
    await asyncio.sleep(0)
    slow.clear()
    await poll
    assert coordinator.last_update_success
    assert await action is not None


async def test_a_cancelled_action_loses_nothing_that_others_wait_for(
    coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """The round goes on without the one who asked for it."""
    slow = simulator.faults.add("hang", path="/access_codes/list", count=1)
    action = asyncio.create_task(coordinator.async_refresh_locks([FRONT_DOOR]))
    await _struck(slow)
    simulator.world.access_codes[CODE_CLEANER].name = "Renamed in silence"
    action.cancel()
    with pytest.raises(asyncio.CancelledError):
        await action
    slow.clear()
    # Its round ends before the next one may begin.
    await coordinator.async_refresh_locks(())
    code = coordinator.data.locks[FRONT_DOOR].code(CODE_CLEANER)
    assert code is not None
    assert code.name == "Renamed in silence"


async def test_what_happens_at_a_new_lock_is_told_once_it_has_entities(
    hass: HomeAssistant, coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """A lock that is added and turned between two polls tells it at the next."""
    simulator.control.add_lock("Shed")
    simulator.control.turn_lock("Shed", locked=True, method="manual")
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    assert _state(hass, "event.shed_lock_activity") == "unknown"
    await coordinator.async_refresh()
    await hass.async_block_till_done()
    state = hass.states.get("event.shed_lock_activity")
    assert state is not None
    assert state.attributes["event_type"] == "locked"


async def test_the_first_change_after_a_start_writes_one_lock_alone(
    hass: HomeAssistant, coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """In a large house the others would be written for nothing."""
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


async def test_a_refusal_to_tell_events_is_told_once(
    coordinator: SeamCoordinator,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Everything is fetched instead, as often as that is decent, and the log says so."""
    simulator.faults.add(
        "status", path="/events/list", status=403, error_type="forbidden"
    )
    for _ in range(3):
        await coordinator.async_refresh()
    assert coordinator.last_update_success
    refusal = coordinator.sync_state.events_refusal
    assert refusal
    assert sum("does not tell what happens" in line for line in _lines(caplog)) == 1
    simulator.faults.clear()
    await coordinator.async_refresh()
    refusal = coordinator.sync_state.events_refusal
    assert refusal is None
    assert sum("tells what happens again" in line for line in _lines(caplog)) == 1


async def test_whoever_waits_is_answered_though_the_entry_is_reloaded(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    coordinator: SeamCoordinator,
    simulator: Simulator,
) -> None:
    """An action may have a new PIN to tell, and was not cancelled itself."""
    slow = simulator.faults.add("hang", path="/access_codes/list", count=1)
    asking = asyncio.create_task(coordinator.async_refresh_locks([FRONT_DOOR]))
    await _struck(slow)
    assert await hass.config_entries.async_reload(entry.entry_id)
    slow.clear()
    assert isinstance(await asking, SeamUnreachableError)


async def test_a_fault_of_ours_in_a_round_loses_nothing(
    coordinator: SeamCoordinator, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told, the others do not go on behind its back, and all is fetched anew."""

    def broken(*_arguments: Any, **_named: Any) -> None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patched:
        patched.setattr(SyncEngine, "receive_codes", broken)
        with pytest.raises(ExceptionGroup, match="unhandled errors"):
            await coordinator.async_refresh_locks([FRONT_DOOR, APARTMENT_1])
    simulator.world.access_codes[CODE_CLEANER].name = "Renamed in silence"
    await coordinator.async_refresh()
    assert coordinator.last_update_success
    code = coordinator.data.locks[FRONT_DOOR].code(CODE_CLEANER)
    assert code is not None
    assert code.name == "Renamed in silence"


async def test_what_fails_while_seam_sends_by_itself_is_asked_for_soon(
    coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """Not only at the next poll ten minutes later."""
    coordinator.push.is_trusted = True
    await coordinator.async_refresh()
    assert coordinator.update_interval == timedelta(minutes=10)
    simulator.faults.add("outage", path="/access_codes/list", count=9)
    await coordinator.async_refresh_locks([FRONT_DOOR])
    assert coordinator.update_interval == timedelta(minutes=1)
    simulator.faults.clear()
    await coordinator.async_refresh()
    assert coordinator.data.locks[FRONT_DOOR].has_codes
    assert coordinator.update_interval == timedelta(minutes=10)


async def test_what_was_shown_during_a_poll_and_is_undone_by_it_does_not_stay(
    hass: HomeAssistant, coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """The poll ends with what it began with, of which Home Assistant would tell nobody."""

    def names() -> set[str]:
        state = hass.states.get("sensor.front_door_managed_access_codes")
        assert state is not None
        return {code["name"] for code in state.attributes["access_codes"]}

    slow = simulator.faults.add("hang", path="/devices/list", count=1)
    poll = asyncio.create_task(coordinator.async_reconcile())
    await _struck(slow)
    coordinator.async_code_changed(CODE_CLEANER, {"name": "Not for long"})
    assert "Not for long" in names()
    # Nothing of ours outweighs the lists any more.
    coordinator.async_codes_gone((CODE_CLEANER,))
    slow.clear()
    await poll
    assert "Cleaner" in names()
    assert "Not for long" not in names()
