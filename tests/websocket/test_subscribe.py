"""The websocket command `seam/subscribe`."""

from collections.abc import Callable
from datetime import timedelta
import json
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.auth.const import GROUP_ID_READ_ONLY, GROUP_ID_USER
from homeassistant.components.websocket_api.const import PENDING_MSG_PEAK
from homeassistant.components.websocket_api.http import WebSocketHandler
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam import PLATFORMS
from custom_components.seam.actions.targets import Target
from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.websocket import subscription
from custom_components.seam.websocket.locks import async_lock
from custom_components.seam.websocket.types import (
    Entry,
    Lock,
    Options,
    Stay,
    StayLock,
    Stays,
)
from simulator import Simulator
from simulator.seed import (
    APARTMENT_1,
    APARTMENT_2,
    BOAT_SHED,
    CODE_GUEST_NEXT,
    CODE_GUEST_NOW,
    CODE_OWNER,
    FRONT_DOOR,
    GARDEN_HOUSE,
    LOCKS,
    UNMANAGED_NEIGHBOUR,
)
from tests.clock import async_step
from tests.conftest import Poll
from tests.documentation import PAGES
from tests.test_repository import load_json

from .conftest import Connect, Panel

# Home Assistant's web server uses keys of a type that aiohttp warns about.
pytestmark = [
    pytest.mark.filterwarnings("ignore::aiohttp.web_exceptions.NotAppKeyWarning"),
    pytest.mark.usefixtures("frozen_clock"),
]


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up all entities, which browsers receive, too."""
    return PLATFORMS


def _can(panel: Panel, access_code_id: str) -> dict[str, Any]:
    code = panel.code(access_code_id)
    assert code
    can: dict[str, Any] = code["can"]
    return can


@pytest.mark.parametrize(
    ("name", "kind"),
    {
        "Entry": Entry,
        "Lock": Lock,
        "Lock of a stay": StayLock,
        "Options": Options,
        "Stay": Stay,
        "Stays": Stays,
    }.items(),
)
def test_keys_are_documented(name: str, kind: type) -> None:
    """The page about the websocket API has a row for each kind of object."""
    [row] = re.findall(rf"^\| {name} \|.*$", PAGES["websocket"], re.MULTILINE)
    for key in kind.__annotations__:
        assert f"`{key}`" in row


async def test_first_event_has_all_locks(panel: Panel, entry: MockConfigEntry) -> None:
    """The first event has everything that the panel shows."""
    event = panel.first
    assert event["type"] == "all"
    assert event["is_admin"] is True
    assert event["version"] == load_json("manifest.json")["version"]
    assert event["options"] == {
        "check_in": "15:00",
        "check_out": "11:00",
    }
    [shown] = event["entries"]
    assert shown["entry_id"] == entry.entry_id
    assert shown["title"] == entry.title
    assert shown["available"] is True
    assert panel.locks.keys() == set(LOCKS)
    lock = panel.locks[FRONT_DOOR]
    assert {key: lock[key] for key in lock.keys() - {"codes", "rules", "problems"}} == {
        "entry_id": entry.entry_id,
        "device_id": FRONT_DOOR,
        "entity_id": "lock.front_door",
        "name": "Front Door",
        "area": None,
        "state": "locked",
        "online": True,
        "battery": 84,
        "codes_known": True,
        "unmanaged_known": True,
        "may_be_outdated": False,
        "free_slots": lock["free_slots"],
        "last_used": None,
        "can": {
            "create": True,
            "create_ongoing": True,
            "create_offline": "Front Door does not support offline codes.",
            "backup": True,
        },
    }
    assert isinstance(lock["free_slots"], int)


async def test_codes_of_lock_without_codes_are_not_awaited(
    panel: Panel, simulator: Simulator, reconcile: Poll
) -> None:
    """There is nothing that could become known."""
    gate = simulator.control.add_lock("Gate")
    gate.flags, gate.capabilities_supported = {"can_remotely_unlock": True}, ["lock"]
    await reconcile()
    await panel.received()
    assert panel.locks[gate.device_id]["codes_known"] is True
    assert panel.locks[gate.device_id]["codes"] == []


async def test_no_pin_is_sent(panel: Panel, simulator: Simulator) -> None:
    """No PIN is in what everybody is sent."""
    codes = simulator.state.access_codes.values()
    values = [*_values(panel.first)]
    assert "Guest this week" in values
    assert not {code.code for code in codes if code.code}.intersection(map(str, values))


def _values(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for item in value.values() for leaf in _values(item)]
    if isinstance(value, list):
        return [leaf for item in value for leaf in _values(item)]
    return [value]


async def test_codes_are_those_of_the_attributes(
    hass: HomeAssistant, panel: Panel
) -> None:
    """Each code has what the sensors list, and what can be done with it."""
    for kind, is_managed in (("managed", True), ("unmanaged", False)):
        state = hass.states.get(f"sensor.front_door_{kind}_access_codes")
        assert state
        listed = state.attributes["access_codes"]
        assert listed
        for row in json.loads(json.dumps(listed)):
            code = panel.code(row["access_code_id"])
            assert code
            assert code["is_managed"] is is_managed
            shown = row.keys() & code.keys()
            assert shown >= {"name", "state", "starts_at", "ends_at", "same_pin_as"}
            for key in shown - {"errors", "warnings"}:
                assert code[key] == row[key]
            for key in ("errors", "warnings"):
                assert [
                    {k: v for k, v in shown.items() if k != "remedies"}
                    for shown in code[key]
                ] == row[key]


async def test_what_can_be_done_with_codes(panel: Panel) -> None:
    """What the actions would refuse says why."""
    everything = {"reveal", "update", "extend", "end", "delete", "release"}
    now = _can(panel, CODE_GUEST_NOW)
    assert {key for key, possible in now.items() if possible is True} == everything | {
        "pull_backup"
    }
    assert (
        now["convert"] == "“Guest this week” on Front Door is already managed by Seam."
    )
    scheduled = _can(panel, CODE_GUEST_NEXT)
    assert scheduled["end"] == (
        "“Guest next week” on Front Door is not valid yet. Delete the access code instead."
    )
    owner = _can(panel, CODE_OWNER)
    assert owner["extend"] == "“Owner” on Front Door never expires."
    assert owner["end"] is True
    neighbour = _can(panel, UNMANAGED_NEIGHBOUR)
    assert neighbour["convert"] is True
    assert neighbour["update"] == (
        "“Neighbour” on Front Door is not managed by Seam. Convert it first."
    )


async def test_what_cannot_be_converted_says_why(panel: Panel) -> None:
    """Some manufacturers do not let Seam manage their codes."""
    reasons = {
        code["name"]: code["can"]["convert"]
        for code in panel.locks[BOAT_SHED]["codes"] + panel.locks[GARDEN_HOUSE]["codes"]
        if not code["is_managed"]
    }
    refused = {name: text for name, text in reasons.items() if text is not True}
    assert refused
    for name, text in refused.items():
        assert f"“{name}”" in text


async def test_account_problem_is_shown_once(
    simulator: Simulator, panel: Panel, reconcile: Poll
) -> None:
    """A problem of an account is shown once with each of its locks."""
    simulator.control.account_error("Front Door", "account_disconnected")
    await reconcile()
    await panel.received()
    problems = panel.locks[FRONT_DOOR]["problems"]
    assert ["reconnect_account"] in [problem["remedies"] for problem in problems]
    codes = [problem["error_code"] for problem in problems]
    assert len(codes) == len(set(codes))
    assert "account_disconnected" in codes
    assert panel.locks[FRONT_DOOR]["may_be_outdated"]


async def test_only_changed_locks_are_sent(
    simulator: Simulator, panel: Panel, poll: Poll
) -> None:
    """A poll without news sends nothing, and a change only its lock."""
    await poll()
    assert await panel.received() == []
    simulator.control.lock_offline("Apartment 2")
    await poll()
    events = await panel.received()
    assert {lock["device_id"] for e in events for lock in e["locks"]} == {APARTMENT_2}
    assert panel.locks[APARTMENT_2]["online"] is False


async def test_panels_share_work(
    simulator: Simulator,
    coordinator: SeamCoordinator,
    connect: Connect,
    poll: Poll,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A lock is prepared once for all panels that are open."""
    prepared: list[str] = []

    def prepare(target: Target, *details: Any) -> Lock:
        prepared.append(target.lock.device_id)
        return async_lock(target, *details)

    monkeypatch.setattr(subscription, "async_lock", prepare)
    panels = [await connect() for _ in range(3)]
    for panel in panels:
        await panel.subscribe()
    assert sorted(prepared) == sorted(LOCKS)
    prepared.clear()
    simulator.control.lock_offline("Apartment 2")
    await poll()
    for panel in panels:
        await panel.received()
        assert panel.locks[APARTMENT_2]["online"] is False
    assert prepared == [APARTMENT_2]
    # Nothing is kept for panels that are closed.
    for panel in panels:
        assert (await panel.send("unsubscribe_events", subscription=1))["success"]
    prepared.clear()
    await (await connect()).subscribe()
    assert sorted(prepared) == sorted(LOCKS)


async def test_changes_add_up(
    simulator: Simulator, panel: Panel, reconcile: Poll, connect: Connect
) -> None:
    """After any change, the panel has what a panel has that is opened now."""
    control = simulator.control
    steps: list[Callable[[], object]] = [
        lambda: control.lock_offline("Front Door"),
        lambda: control.account_error("Front Door"),
        lambda: control.use_code("Owner", device="Front Door"),
        lambda: control.rename_lock("Front Door", "Main entrance"),
        lambda: control.lock_online("Main entrance"),
        lambda: control.clear_account_problems("Main entrance"),
        lambda: control.delete_code_in_app("Neighbour"),
        lambda: control.battery("Apartment 1", 0.1),
        lambda: control.remove_lock("Boat Shed"),
        lambda: simulator.faults.add(
            "status", path="/access_codes", device_id=FRONT_DOOR, status=400
        ),
        lambda: simulator.faults.add("status", status=503),
        simulator.faults.clear,
    ]
    for step in steps:
        step()
        await reconcile()
        await panel.received()
        fresh = await connect()
        await fresh.subscribe()
        assert panel.locks == fresh.locks
        assert panel.entries == fresh.entries


@pytest.mark.parametrize(
    "properties",
    [
        {"battery": {"level": 1e308}},
        {"battery_level": 10**400},
        {"max_active_codes_supported": 10**30},
        {"max_active_codes_supported": -(10**30)},
        {"supported_code_lengths": [10**30, "5", 4]},
        {
            "code_constraints": [
                {"constraint_type": "name_length", "max_length": 10**30}
            ]
        },
        {"code_constraints": [{"constraint_type": "\ud83d"}]},
        {"locked": "\ud83d", "online": []},
    ],
)
async def test_odd_values(
    simulator: Simulator,
    panel: Panel,
    reconcile: Poll,
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
    properties: dict[str, Any],
) -> None:
    """What Seam should not send keeps no lock from the panel."""
    simulator.state.devices[FRONT_DOOR].properties |= properties
    simulator.state.devices[FRONT_DOOR].display_name = "Front \ud83d"
    await reconcile()
    await panel.received()
    assert panel.locks[FRONT_DOOR]["name"].startswith("Front")
    assert panel.locks[FRONT_DOOR]["name"] != "Front Door"
    assert "Unexpected error" not in caplog.text
    fresh = await connect()
    await fresh.subscribe()
    assert fresh.locks == panel.locks


async def test_passing_time_changes_codes(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    panel: Panel,
) -> None:
    """A code expires without anything happening at Seam."""
    await async_step(hass, freezer, simulator, timedelta(days=3))
    await panel.received()
    code = panel.code(CODE_GUEST_NOW)
    assert code is None or code["state"] == "expired"


async def test_removed_lock(
    simulator: Simulator, panel: Panel, reconcile: Poll
) -> None:
    """A lock that Seam no longer has is removed, and a new one appears."""
    simulator.control.remove_lock("Boat Shed")
    device = simulator.control.add_lock("Cellar")
    for _ in range(2):
        await reconcile()
    await panel.received()
    assert BOAT_SHED not in panel.locks
    assert panel.locks[device.device_id]["name"] == "Cellar"


async def test_outage(simulator: Simulator, panel: Panel, poll: Poll) -> None:
    """While Seam is down, the entry is unavailable and the locks stay."""
    fault = simulator.faults.add("status", status=503)
    await poll()
    [event] = await panel.received()
    assert event["locks"] == event["removed"] == []
    assert event["entries"][0]["available"] is False
    simulator.faults.clear(fault_id=fault.fault_id)
    await poll()
    await panel.received()
    assert panel.entries[0]["available"] is True
    assert panel.locks.keys() == set(LOCKS)


async def test_reload_keeps_locks(
    hass: HomeAssistant, panel: Panel, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Locks stay while their entry reloads, and follow the new coordinator."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    events = await panel.received()
    assert not any(event["removed"] for event in events)
    availability = [e["entries"][0]["available"] for e in events if "entries" in e]
    assert availability[0] is False
    assert availability[-1] is True
    simulator.control.lock_offline("Apartment 2")
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    await panel.received()
    assert panel.locks[APARTMENT_2]["online"] is False


@pytest.mark.parametrize("has_recovered", [True, False])
async def test_refused_key_is_no_outage(
    hass: HomeAssistant,
    simulator: Simulator,
    panel: Panel,
    poll: Poll,
    entry: MockConfigEntry,
    has_recovered: bool,
) -> None:
    """Waiting does not help, so users are told what does."""
    outage = simulator.faults.add("outage")
    await poll()
    [event] = await panel.received()
    assert event["entries"][0]["available"] is False
    assert event["entries"][0]["error"] is None
    simulator.faults.clear(fault_id=outage.fault_id)
    if has_recovered:
        await poll()
        await panel.received()
    simulator.faults.add("status", status=401)
    await poll()
    [event] = await panel.received()
    assert event["entries"][0]["available"] is False
    assert "Enter a new API key" in event["entries"][0]["error"]
    # The same after a restart.
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.SETUP_ERROR
    *_, event = await panel.received()
    assert event["entries"][0]["available"] is False
    assert "Enter a new API key" in event["entries"][0]["error"]


@pytest.mark.parametrize("is_disabled", [True, False])
async def test_disabled_or_removed_entry(
    hass: HomeAssistant, panel: Panel, entry: MockConfigEntry, is_disabled: bool
) -> None:
    """Locks of an entry that is disabled or removed are gone."""
    if is_disabled:
        await hass.config_entries.async_set_disabled_by(
            entry.entry_id, ConfigEntryDisabler.USER
        )
    else:
        await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    await panel.received()
    assert panel.locks == {}
    assert panel.entries == []


async def test_subscription_before_first_entry(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    """A panel that is open during setup gets the locks as they appear."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await hass.config_entries.async_unload(entry.entry_id)
    panel = await connect()
    event = await panel.subscribe()
    assert event["locks"] == []
    assert event["entries"][0]["available"] is False
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await panel.received()
    assert panel.locks.keys() == set(LOCKS)
    assert panel.locks[FRONT_DOOR]["codes"]


async def test_names_and_areas_of_home_assistant(
    hass: HomeAssistant,
    panel: Panel,
    entry: MockConfigEntry,
    area_registry: ar.AreaRegistry,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    """Names, areas and entity IDs are followed."""
    area = area_registry.async_create("Hall")
    registered = entity_registry.async_get("lock.front_door")
    assert registered
    assert registered.device_id
    device_registry.async_update_device(
        registered.device_id, area_id=area.id, name_by_user="Main entrance"
    )
    entity_registry.async_update_entity("lock.front_door", new_entity_id="lock.main")
    await hass.async_block_till_done()
    await panel.received()
    lock = panel.locks[FRONT_DOOR]
    assert (lock["name"], lock["area"], lock["entity_id"]) == (
        "Main entrance",
        "Hall",
        "lock.main",
    )
    area_registry.async_update(area.id, name="Lobby")
    await hass.async_block_till_done()
    await panel.received()
    assert panel.locks[FRONT_DOOR]["area"] == "Lobby"


async def test_user_without_admin_rights_sees_locks(
    hass: HomeAssistant, coordinator: SeamCoordinator, connect: Connect
) -> None:
    """Everybody who may read the locks sees them."""
    for group in (GROUP_ID_USER, GROUP_ID_READ_ONLY):
        user = await hass.auth.async_create_user("Tenant", group_ids=[group])
        panel = await connect(user)
        event = await panel.subscribe()
        assert event["is_admin"] is False
        assert panel.locks.keys() == set(LOCKS)


async def test_user_of_some_locks(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    connect: Connect,
    poll: Poll,
    hass_read_only_user: Any,
) -> None:
    """Users are only sent locks that they may read, and the entries of these."""
    hass_read_only_user.mock_policy(
        {"entities": {"entity_ids": {"lock.front_door": {"read": True}}}}
    )
    panel = await connect(hass_read_only_user)
    event = await panel.subscribe()
    assert panel.locks.keys() == {FRONT_DOOR}
    assert [entry["entry_id"] for entry in event["entries"]] == [
        panel.locks[FRONT_DOOR]["entry_id"]
    ]
    simulator.control.lock_offline("Apartment 1")
    simulator.control.lock_offline("Front Door")
    await poll()
    await panel.received()
    assert panel.locks[FRONT_DOOR]["online"] is False
    assert APARTMENT_1 not in panel.locks


@pytest.mark.parametrize("is_loaded", [True, False])
@pytest.mark.parametrize(
    ("readable", "is_told"),
    [(["lock.front_door"], True), (["sensor.front_door_battery"], False), ([], False)],
)
async def test_entries_of_users_with_few_rights(
    hass: HomeAssistant,
    coordinator: SeamCoordinator,
    connect: Connect,
    hass_read_only_user: Any,
    *,
    is_loaded: bool,
    readable: list[str],
    is_told: bool,
) -> None:
    """Users learn about a workspace, also during a restart, if they may read a lock."""
    hass_read_only_user.mock_policy(
        {"entities": {"entity_ids": {name: {"read": True} for name in readable}}}
    )
    if not is_loaded:
        await hass.config_entries.async_unload(coordinator.config_entry.entry_id)
    event = await (await connect(hass_read_only_user)).subscribe()
    assert [entry["available"] for entry in event["entries"]] == [is_loaded] * is_told
    assert len(event["locks"]) == (is_loaded and is_told)


async def test_two_workspaces(
    hass: HomeAssistant, panel: Panel, second_entry: MockConfigEntry
) -> None:
    """The locks of a second workspace have their own entry."""
    await panel.received()
    assert second_entry.entry_id in [entry["entry_id"] for entry in panel.entries]
    assert {lock["entry_id"] for lock in panel.locks.values()} == {
        entry["entry_id"] for entry in panel.entries
    }


async def test_unsubscribe(
    simulator: Simulator, panel: Panel, coordinator: SeamCoordinator, poll: Poll
) -> None:
    """Nothing is sent after the subscription has ended."""
    before = len(coordinator._listeners)
    assert (await panel.send("unsubscribe_events", subscription=1))["success"]
    assert len(coordinator._listeners) == before - 1
    simulator.control.lock_offline("Apartment 2")
    await poll()
    assert await panel.received() == []


async def test_changes_arrive_after_a_row_could_not_be_built(
    simulator: Simulator,
    panel: Panel,
    reconcile: Poll,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A failure with one lock does not lose the changes of the others."""

    def fail_front_door(target: Target, *args: Any) -> Lock:
        if target.lock.device_id == FRONT_DOOR:
            raise ValueError
        return async_lock(target, *args)

    simulator.control.battery("Front Door", 0.33)
    simulator.control.battery("Apartment 1", 0.44)
    with monkeypatch.context() as patch:
        patch.setattr(subscription, "async_lock", fail_front_door)
        await reconcile()
    simulator.control.battery("Apartment 2", 0.55)
    await reconcile()
    await panel.received()
    assert panel.locks[FRONT_DOOR]["battery"] == 33
    assert panel.locks[APARTMENT_1]["battery"] == 44


async def test_many_new_locks_do_not_flood_browsers(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    reconcile: Poll,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Home Assistant disconnects a browser for which too many messages are waiting."""
    send = WebSocketHandler._send_message
    waiting = []

    def send_and_count(handler: WebSocketHandler, message: Any) -> None:
        send(handler, message)
        waiting.append(len(handler._message_queue))

    monkeypatch.setattr(WebSocketHandler, "_send_message", send_and_count)
    panel = await connect()
    await panel.subscribe()
    # The frontend subscribes to these.
    await panel.send("subscribe_entities")
    for event_type in (
        er.EVENT_ENTITY_REGISTRY_UPDATED,
        dr.EVENT_DEVICE_REGISTRY_UPDATED,
    ):
        await panel.send("subscribe_events", event_type=event_type)
    many = 100
    new = {simulator.control.add_lock(f"Room {n}").device_id for n in range(many)}
    await reconcile()
    await panel.wait_for(lambda: new <= panel.locks.keys())
    assert len(waiting) > many * 20
    assert max(waiting) < PENDING_MSG_PEAK
    sent = [event for event in panel.events if event["locks"]]
    assert sum(len(event["locks"]) for event in sent) < many * 2
    assert len(sent) < many / 4
