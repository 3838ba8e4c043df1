"""Tests of the event entities."""

from importlib import import_module
from types import SimpleNamespace
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.const import (
    CONF_API_KEY,
    EVENT_STATE_CHANGED,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import (
    Event as HassEvent,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_mock_service,
)

from custom_components.seam.activity import EVENT_ACTIVITY
from custom_components.seam.api import Event
from custom_components.seam.const import CONF_ENDPOINT, DOMAIN
from custom_components.seam.coordinator import SeamConfigEntry, SeamCoordinator
from custom_components.seam.event import (
    ACCESS_CODE_ACTIVITY,
    SeamAccessCodeActivity,
    SeamLockActivity,
)
from simulator import Simulator
from simulator.seed import (
    CODE_CLEANER,
    CODE_OFFICE_TEAM,
    CODE_OWNER,
    FRONT_DOOR,
    KEY_TWO,
    UNMANAGED_NEIGHBOUR,
    WORKSPACE,
)
from simulator.state import AccessCode, Device

from .clock import START
from .conftest import CheckPlatform, Poll
from .documentation import PAGES, examples

LOCK = "event.front_door_lock_activity"
CODES = "event.front_door_access_code_activity"

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the entities that the tests look at."""
    return [Platform.EVENT, Platform.LOCK]


class FiredEvents:
    """The events that the event entities have fired since."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Start to listen."""
        self._changes: list[HassEvent] = async_capture_events(hass, EVENT_STATE_CHANGED)

    def of(self, entity_id: str) -> list[State]:
        """Return the states of an entity, one for each event."""
        return [
            new
            for change in self._changes
            if change.data["entity_id"] == entity_id
            and (new := change.data["new_state"]) is not None
            and new.state not in (STATE_UNAVAILABLE, STATE_UNKNOWN)
        ]

    def types(self, entity_id: str) -> list[str]:
        """Return the event types of an entity."""
        return [state.attributes["event_type"] for state in self.of(entity_id)]

    @property
    def everything(self) -> list[State]:
        """Return the states of all event entities."""
        entity_ids = {change.data["entity_id"] for change in self._changes}
        return [
            state
            for entity_id in entity_ids
            if entity_id.startswith("event.")
            for state in self.of(entity_id)
        ]


@pytest.fixture
def fired(hass: HomeAssistant, coordinator: SeamCoordinator) -> FiredEvents:
    """Return what fires after the start."""
    return FiredEvents(hass)


def _attributes(state: State) -> dict[str, Any]:
    left_out = ("event_types", "friendly_name", "occurred_at")
    return {key: val for key, val in state.attributes.items() if key not in left_out}


async def test_events(check_platform: CheckPlatform) -> None:
    """All event entities match their snapshots."""
    await check_platform(Platform.EVENT)


@pytest.mark.parametrize("entity", [SeamAccessCodeActivity, SeamLockActivity])
def test_attributes_are_documented(entity: Any) -> None:
    """Each is on the page about events."""
    this = SimpleNamespace(seam_lock=SimpleNamespace(code=lambda _code_id: None))
    event = Event(event_id="event", event_type="lock.unlocked", created_at=START)
    for attribute in entity._extra_attributes(this, event):
        assert f"`{attribute}`" in PAGES["events"]


async def test_unlocked_with_code(
    hass: HomeAssistant, simulator: Simulator, fired: FiredEvents, poll: Poll
) -> None:
    """The event has code, time and method, and the lock shows the name."""
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    [told] = fired.of(LOCK)
    assert _attributes(told) == {
        "event_type": "unlocked",
        "access_code_id": CODE_CLEANER,
        "access_code_name": "Cleaner",
        "is_managed": True,
        "is_logged": True,
        "method": "keycode",
        "seam_event_type": "lock.unlocked",
    }
    assert told.attributes["occurred_at"].startswith("2026-11-20T01:30:00")
    lock = hass.states.get("lock.front_door")
    assert lock
    assert lock.attributes["changed_by"] == "Cleaner"
    assert len(fired.everything) == 1


@pytest.mark.parametrize("is_same_workspace", [True, False])
async def test_pin_is_masked_when_it_becomes_known(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    cleaner: AccessCode,
    *,
    is_same_workspace: bool,
) -> None:
    """In the last event and in `changed_by`, whichever workspace has the PIN."""
    cleaner.name = "Cleaner 7731"
    simulator.control.use_code(CODE_CLEANER)
    await reconcile()

    def texts() -> tuple[Any, Any]:
        lock, event = hass.states.get("lock.front_door"), hass.states.get(LOCK)
        assert lock is not None
        assert event is not None
        return lock.attributes["changed_by"], event.attributes["access_code_name"]

    assert texts() == ("Cleaner 7731", "Cleaner 7731")
    if is_same_workspace:
        simulator.state.access_codes[CODE_OWNER].code = "7731"
        await reconcile()
    else:
        simulator.state.access_codes[CODE_OFFICE_TEAM].code = "7731"
        other = MockConfigEntry(
            domain=DOMAIN,
            data={CONF_API_KEY: KEY_TWO, CONF_ENDPOINT: simulator.url},
        )
        other.add_to_hass(hass)
        assert await hass.config_entries.async_setup(other.entry_id)
        await hass.async_block_till_done()
    await reconcile()
    assert texts() == ("Cleaner ••••", "Cleaner ••••")


async def test_pin_in_error_of_event_is_masked_when_it_becomes_known(
    hass: HomeAssistant, simulator: Simulator, fired: FiredEvents, reconcile: Poll
) -> None:
    """The errors of a code are part of the last event."""
    simulator.control.code_error(CODE_CLEANER, "unknown", "like 7731")
    await reconcile()
    event = hass.states.get(CODES)
    assert event is not None
    assert event.attributes["errors"][-1]["message"] == "like 7731"
    simulator.state.access_codes[CODE_OWNER].code = "7731"
    await reconcile()
    event = hass.states.get(CODES)
    assert event is not None
    assert event.attributes["errors"][-1]["message"] == "like ••••"
    assert event.attributes["errors"][-1]["created_at"]


async def test_operated_without_code(
    hass: HomeAssistant, simulator: Simulator, fired: FiredEvents, poll: Poll
) -> None:
    """The event has the method, and unknown attributes are left out."""
    simulator.control.turn_lock("Front Door", locked=False, method="manual")
    simulator.control.turn_lock("Front Door", locked=True, method="automatic")
    simulator.control.deny_access("Front Door")
    await poll()
    assert fired.types(LOCK) == ["unlocked", "locked", "access_denied"]
    assert [state.attributes.get("method") for state in fired.of(LOCK)] == [
        "manual",
        "automatic",
        None,
    ]
    for state in fired.of(LOCK):
        assert "access_code_id" not in state.attributes
        assert "access_code_name" not in state.attributes
    lock = hass.states.get("lock.front_door")
    assert lock
    assert lock.attributes["changed_by"] == "automatic"


async def test_code_known_by_pin_only(
    simulator: Simulator,
    front_door: Device,
    cleaner: AccessCode,
    fired: FiredEvents,
    poll: Poll,
) -> None:
    """The event has its name and ID, but not the PIN."""
    simulator.backend.events.lock(
        "unlocked", front_door, method="keycode", code=cleaner.code
    )
    simulator.backend.events.lock(
        "unlocked", front_door, method="keycode", code="908172"
    )
    await poll()
    known, unknown = fired.of(LOCK)
    assert known.attributes["access_code_name"] == "Cleaner"
    assert known.attributes["access_code_id"] == CODE_CLEANER
    assert known.attributes["is_managed"] is True
    assert "access_code_name" not in unknown.attributes
    for pin in (cleaner.code, "908172"):
        assert str(pin) not in repr(fired.everything)


async def test_device_events(
    simulator: Simulator, front_door: Device, fired: FiredEvents, poll: Poll
) -> None:
    """Tampering has a type of its own, and other events of the device are `other`."""
    simulator.backend.events.device("tampered", front_door)
    simulator.backend.events.device("salto.privacy_mode_activated", front_door)
    await poll()
    assert [
        (state.attributes["event_type"], state.attributes["seam_event_type"])
        for state in fired.of(LOCK)
    ] == [
        ("tampered", "device.tampered"),
        ("other", "device.salto.privacy_mode_activated"),
    ]
    assert not fired.of(CODES)


async def test_unknown_event_types(
    simulator: Simulator,
    front_door: Device,
    cleaner: AccessCode,
    fired: FiredEvents,
    poll: Poll,
) -> None:
    """They fire as other, with the type that Seam sent."""
    simulator.backend.events.lock("flew_away", front_door)
    simulator.backend.events.code("enchanted.twice", cleaner)
    simulator.backend.events.device("purred", front_door)
    await poll()
    lock, device = fired.of(LOCK)
    assert lock.attributes["event_type"] == "other"
    assert lock.attributes["seam_event_type"] == "lock.flew_away"
    assert device.attributes["event_type"] == "other"
    assert device.attributes["seam_event_type"] == "device.purred"
    [code] = fired.of(CODES)
    assert code.attributes["event_type"] == "other"
    assert code.attributes["seam_event_type"] == "access_code.enchanted.twice"
    assert code.attributes["access_code_name"] == "Cleaner"
    assert len(fired.everything) == 3


async def test_unknown_code_or_lock(
    simulator: Simulator, front_door: Device, fired: FiredEvents, poll: Poll
) -> None:
    """The ID of the code is shown, an event of an unknown lock is ignored."""
    events = simulator.backend.events
    events.lock("unlocked", front_door, access_code_id="nobody", method="keycode")
    events._emit("lock.unlocked", WORKSPACE, {"device_id": "nowhere"})
    events._emit("lock.unlocked", WORKSPACE, {})
    await poll()
    [told] = fired.everything
    assert told.attributes["access_code_id"] == "nobody"
    assert "access_code_name" not in told.attributes


async def test_access_code_event_types(
    simulator: Simulator,
    cleaner: AccessCode,
    fired: FiredEvents,
    poll: Poll,
    subtests: pytest.Subtests,
) -> None:
    """Each of Seam's types has its own, with underscores for dots."""
    kinds = [kind for kind in ACCESS_CODE_ACTIVITY.event_types or () if kind != "other"]
    assert kinds
    for number, kind in enumerate(kinds, start=1):
        with subtests.test(kind=kind):
            what = kind.replace("unmanaged_", "unmanaged.", 1)
            simulator.backend.events.code(what, cleaner)
            await poll()
            told = fired.of(CODES)
            assert len(told) == number
            assert told[-1].attributes["event_type"] == kind
            assert told[-1].attributes["seam_event_type"] == f"access_code.{what}"
            assert told[-1].attributes["access_code_id"] == CODE_CLEANER
            assert told[-1].attributes["errors"] == []
            assert not fired.of(LOCK)


async def test_errors_of_code(
    simulator: Simulator, fired: FiredEvents, poll: Poll
) -> None:
    """They are current, with Seam's message and our advice, and no PIN."""
    pin = simulator.state.access_codes[CODE_OWNER].code
    simulator.control.code_error(
        CODE_OWNER, "failed_to_set_on_device", f"Not with {pin}."
    )
    await poll()
    [told] = fired.of(CODES)
    assert told.attributes["event_type"] == "failed_to_set_on_device"
    [error] = told.attributes["errors"]
    assert error["error_code"] == "failed_to_set_on_device"
    assert error["message"] == "Not with ••••."
    assert error["advice"].startswith("The code is on the lock, but the last change")
    assert told.attributes["warnings"] == []


async def test_warnings_of_code(
    simulator: Simulator, cleaner: AccessCode, fired: FiredEvents, poll: Poll
) -> None:
    """They are current, with Seam's message and our advice."""
    simulator.control.code_warning(CODE_CLEANER, "delay_in_setting_on_device", "Slow.")
    simulator.backend.events.code("delay_in_setting_on_device", cleaner)
    await poll()
    told = fired.of(CODES)[-1]
    [warning] = told.attributes["warnings"]
    assert warning["warning_code"] == "delay_in_setting_on_device"
    assert warning["message"] == "Slow."
    assert warning["advice"]


async def test_access_denied_reason(
    simulator: Simulator, front_door: Device, fired: FiredEvents, poll: Poll
) -> None:
    """Seam's reason is shown, but not what was typed, which may be a PIN."""
    owner = simulator.state.access_codes[CODE_OWNER].code
    assert owner
    typed = f"Neither '{owner}' nor {'-'.join(owner)} nor 9 0 8 1, with {simulator.key}"
    simulator.backend.events.lock(
        "access_denied",
        front_door,
        reason={"reason_code": "unknown_code", "message": typed},
        user_identity_id="somebody",
        customer_key="jane@example.com",
    )
    await poll()
    [told] = fired.of(LOCK)
    assert _attributes(told) == {
        "event_type": "access_denied",
        "reason_code": "unknown_code",
        "is_logged": True,
        "reason_message": "Neither '••••' nor •••• nor ••••, with ••••",
        "user_identity_id": "somebody",
        "seam_event_type": "lock.access_denied",
    }


async def test_unlocked_by_phone(
    simulator: Simulator, front_door: Device, fired: FiredEvents, poll: Poll
) -> None:
    """The event says whether by Bluetooth or NFC, if Seam does."""
    events = simulator.backend.events
    events.lock("unlocked", front_door, is_via_bluetooth=True, is_via_nfc=False)
    events.lock("unlocked", front_door, is_via_nfc="maybe", user_identity_id=["x"])
    await poll()
    first, second = fired.of(LOCK)
    assert first.attributes["is_via_bluetooth"] is True
    assert first.attributes["is_via_nfc"] is False
    assert "is_via_nfc" not in second.attributes
    assert "user_identity_id" not in second.attributes


async def test_changes_of_code(
    simulator: Simulator, cleaner: AccessCode, fired: FiredEvents, poll: Poll
) -> None:
    """What has changed and why, with the former name, and no PIN."""
    pins = ("715931", "715932", "715933", "715934", "715935", "715936")
    simulator.backend.events.code(
        "changed",
        cleaner,
        change_reason=f"renewed {pins[0]} and {' '.join(pins[2])}",
        changed_properties=[
            {"property": "code", "from": pins[0], "to": pins[1]},
            {"property": "name", "from": "2024", "to": None},
            "odd",
        ],
    )
    simulator.backend.events.code(
        "code_changed", cleaner, **{"from": {"code": pins[2]}, "to": {"code": pins[3]}}
    )
    simulator.backend.events.code(
        "name_changed",
        cleaner,
        **{"from": {"name": f"Maid {pins[4]}"}, "to": {"name": "Cleaner"}},
    )
    simulator.backend.events.code(
        "mutations_requested",
        cleaner,
        requested_mutations=[
            {
                "mutation_code": "updating_code",
                "from": {"code": pins[4]},
                "to": {"code": pins[5]},
            },
            {"mutation_code": 5},
        ],
    )
    simulator.backend.events.code(
        "backup_access_code_pulled", cleaner, backup_access_code_id="backup"
    )
    await poll()
    changed, _, renamed, requested, pulled = (
        _attributes(state) for state in fired.of(CODES)
    )
    assert changed["change_reason"] == "renewed •••• and ••••"
    assert changed["changed_properties"] == ["code", "name"]
    assert renamed["former_name"] == "Maid ••••"
    assert "changed_properties" not in renamed
    assert requested["requested_mutations"] == ["updating_code"]
    assert pulled["backup_access_code_id"] == "backup"
    assert not any(pin in repr(fired.everything) for pin in pins)


async def test_deleted_code_has_name(
    simulator: Simulator, fired: FiredEvents, poll: Poll
) -> None:
    """It is the last known name."""
    simulator.control.delete_code_in_app(UNMANAGED_NEIGHBOUR)
    await poll()
    [told] = fired.of(CODES)
    assert told.attributes["event_type"] == "unmanaged_removed"
    assert told.attributes["access_code_name"] == "Neighbour"
    assert told.attributes["errors"] == []


async def test_event_of_removed_lock_is_ignored(
    hass: HomeAssistant,
    simulator: Simulator,
    front_door: Device,
    cleaner: AccessCode,
    fired: FiredEvents,
    poll: Poll,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """There is no entity left to fire it."""
    simulator.control.use_code(CODE_CLEANER)
    simulator.backend.events.code("changed", cleaner)
    simulator.control.remove_lock("Front Door")
    await poll()
    assert hass.states.get(LOCK) is None
    assert not fired.everything
    assert "Exception" not in caplog.text


async def test_many_events_at_once(
    simulator: Simulator, front_door: Device, fired: FiredEvents, poll: Poll
) -> None:
    """200 events in any order: each fires once, oldest first."""
    simulator.control.order_events("shuffled")
    for number in range(200):
        simulator.clock.advance(0.25)
        if number % 10 == 0:
            simulator.control.duplicate_events()
        simulator.backend.events.lock(
            "unlocked" if number % 2 else "locked", front_door
        )
    await poll()
    await poll()
    assert fired.types(LOCK) == ["locked", "unlocked"] * 100
    occurred = [state.attributes["occurred_at"] for state in fired.of(LOCK)]
    assert occurred == sorted(set(occurred))
    states = [state.state for state in fired.of(LOCK)]
    assert states == sorted(set(states))


async def test_event_fires_after_states_are_written(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator, poll: Poll
) -> None:
    """An automation may check whether the door is unlocked."""
    found: list[tuple[str, str | None]] = []

    @callback
    def note(change: HassEvent[EventStateChangedData]) -> None:
        if change.data["entity_id"] == LOCK:
            lock = hass.states.get("lock.front_door")
            assert lock is not None
            found.append((lock.state, lock.attributes.get("changed_by")))

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    simulator.control.turn_lock(FRONT_DOOR, locked=True)
    await poll()
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    assert found == [("locked", "manual"), ("unlocked", "Cleaner")]


async def test_repeated_event_fires_once(
    simulator: Simulator, fired: FiredEvents, poll: Poll
) -> None:
    """Answers overlap, and Seam repeats events."""
    simulator.control.use_code(CODE_CLEANER)
    for _ in range(3):
        await poll()
        simulator.control.repeat_last_event()
    assert len(fired.of(LOCK)) == 1


async def test_late_event_fires(
    simulator: Simulator, freezer: FrozenDateTimeFactory, fired: FiredEvents, poll: Poll
) -> None:
    """It keeps its date, although newer ones have fired."""
    simulator.control.delay_events(seconds=90)
    simulator.control.use_code(CODE_CLEANER)
    simulator.clock.advance(30)
    simulator.control.turn_lock("Front Door", locked=True)
    await poll()
    assert fired.types(LOCK) == ["locked"]
    simulator.clock.advance(90)
    freezer.tick(120)
    await poll()
    assert fired.types(LOCK) == ["locked", "unlocked"]


async def test_old_events_do_not_fire_after_reload(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    fired: FiredEvents,
    poll: Poll,
) -> None:
    """The last event is restored, and new events fire."""
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    [before] = fired.of(LOCK)
    simulator.control.turn_lock("Front Door", locked=True)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    coordinator: SeamCoordinator = entry.runtime_data
    await coordinator.async_refresh()
    assert {state.state for state in fired.everything} == {before.state}
    simulator.control.use_code(CODE_OWNER)
    await coordinator.async_refresh()
    assert fired.of(LOCK)[-1].attributes["access_code_name"] == "Owner"
    assert len({state.state for state in fired.everything}) == 2


async def test_events_before_start_do_not_fire(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Otherwise each restart would trigger automations."""
    simulator.control.use_code(CODE_CLEANER)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    state = hass.states.get(LOCK)
    assert state
    assert state.state == STATE_UNKNOWN
    lock = hass.states.get("lock.front_door")
    assert lock
    assert lock.attributes["changed_by"] == "Cleaner"


async def test_events_during_outage_fire_after_it(
    hass: HomeAssistant,
    simulator: Simulator,
    fired: FiredEvents,
    poll: Poll,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They are new all the same."""
    simulator.faults.add("outage")
    await poll()
    state = hass.states.get(LOCK)
    assert state
    assert state.state == STATE_UNAVAILABLE
    simulator.control.use_code(CODE_CLEANER)
    simulator.faults.clear()
    await poll()
    assert fired.types(LOCK) == ["unlocked"]
    state = hass.states.get(LOCK)
    assert state
    assert state.attributes["access_code_name"] == "Cleaner"


async def test_lock_without_codes_has_no_code_entity(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Only its lock activity exists."""
    lock = simulator.control.add_lock("Shutter")
    lock.flags = {"can_remotely_lock": True}
    lock.capabilities_supported = ["lock"]
    await reconcile()
    assert hass.states.get("event.shutter_lock_activity")
    assert hass.states.get("event.shutter_access_code_activity") is None


async def test_docs_automation_example_runs(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """It works as pasted, with the name of a code or the method."""
    [example] = examples("events", "event.received")
    told = async_mock_service(hass, "notify", "notify")
    assert await async_setup_component(
        hass, AUTOMATION_DOMAIN, {AUTOMATION_DOMAIN: [parse_yaml(example)]}
    )
    await hass.async_block_till_done()
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    simulator.control.turn_lock("Front Door", locked=True)
    await poll()
    simulator.control.turn_lock("Front Door", locked=False)
    await poll()
    assert [call.data["message"].split() for call in told] == [
        ["Cleaner", "opened", "the", "front", "door."],
        ["manual", "opened", "the", "front", "door."],
    ]


@pytest.mark.parametrize("platform", [Platform.EVENT, Platform.LOCK])
async def test_event_during_slow_setup_fires_after_it(
    hass: HomeAssistant,
    simulator: Simulator,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    platform: Platform,
) -> None:
    """The activity log and the event entity show the same, once."""
    module = import_module(f"custom_components.seam.{platform}")
    set_up = module.async_setup_entry
    lines = async_capture_events(hass, EVENT_ACTIVITY)

    async def poll_and_set_up(
        hass: HomeAssistant, entry: SeamConfigEntry, add: AddConfigEntryEntitiesCallback
    ) -> None:
        for is_locked in (False, True):
            simulator.control.turn_lock(FRONT_DOOR, locked=is_locked)
            await entry.runtime_data.async_refresh()
        assert not lines
        await set_up(hass, entry, add)

    monkeypatch.setattr(module, "async_setup_entry", poll_and_set_up)
    fired = FiredEvents(hass)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert [line.data["message"].split()[1] for line in lines] == ["unlocked", "locked"]
    assert fired.types(LOCK) == ["unlocked", "locked"]
