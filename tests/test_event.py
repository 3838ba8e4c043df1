"""Tests of what is told of locks and codes: once, in order, and nothing old."""

from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.const import (
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
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_mock_service,
    snapshot_platform,
)
from syrupy.assertion import SnapshotAssertion

from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.event import ACCESS_CODE_ACTIVITY
from simulator import Simulator
from simulator.seed import (
    CODE_CLEANER,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
    WORKSPACE,
)
from simulator.world import AccessCode, Device

from .conftest import Poll

README = (Path(__file__).resolve().parents[1] / "README.md").read_text()
LOCK = "event.front_door_lock_activity"
CODES = "event.front_door_access_code_activity"

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def front_door(simulator: Simulator) -> Device:
    """Return the door to which things happen."""
    return simulator.world.devices[FRONT_DOOR]


@pytest.fixture
def cleaner(simulator: Simulator) -> AccessCode:
    """Return the code with which they happen."""
    return simulator.world.access_codes[CODE_CLEANER]


class Heard:
    """What the event entities told since."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin to listen."""
        self._changes: list[HassEvent] = async_capture_events(hass, EVENT_STATE_CHANGED)

    def of(self, entity_id: str) -> list[State]:
        """Return what one told, each time."""
        return [
            new
            for change in self._changes
            if change.data["entity_id"] == entity_id
            and (new := change.data["new_state"]) is not None
            and new.state not in (STATE_UNAVAILABLE, STATE_UNKNOWN)
        ]

    def types(self, entity_id: str) -> list[str]:
        """Return the types of what one told."""
        return [state.attributes["event_type"] for state in self.of(entity_id)]

    @property
    def everything(self) -> list[State]:
        """Return what all of them told."""
        entity_ids = {change.data["entity_id"] for change in self._changes}
        return [
            state
            for entity_id in entity_ids
            if entity_id.startswith("event.")
            for state in self.of(entity_id)
        ]


@pytest.fixture
def heard(hass: HomeAssistant, coordinator: SeamCoordinator) -> Heard:
    """Return what is told after the start."""
    return Heard(hass)


def _attributes(state: State) -> dict[str, Any]:
    left_out = ("event_types", "friendly_name", "occurred_at")
    return {key: val for key, val in state.attributes.items() if key not in left_out}


async def test_events(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    monkeypatch: pytest.MonkeyPatch,
    snapshot: SnapshotAssertion,
) -> None:
    """All event entities of the rental are as they were."""
    monkeypatch.setattr("custom_components.seam.PLATFORMS", [Platform.EVENT])
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)


async def test_a_door_is_opened_with_a_code(
    hass: HomeAssistant, simulator: Simulator, heard: Heard, poll: Poll
) -> None:
    """Who it was, when, and how; and the lock itself shows it."""
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    [told] = heard.of(LOCK)
    assert _attributes(told) == {
        "event_type": "unlocked",
        "access_code_id": CODE_CLEANER,
        "access_code_name": "Cleaner",
        "is_managed": True,
        "method": "keycode",
        "seam_event_type": "lock.unlocked",
    }
    assert told.attributes["occurred_at"].startswith("2026-11-20T01:30:00")
    lock = hass.states.get("lock.front_door")
    assert lock
    assert lock.attributes["changed_by"] == "Cleaner"
    assert len(heard.everything) == 1


async def test_other_ways_to_turn_a_lock(
    hass: HomeAssistant, simulator: Simulator, heard: Heard, poll: Poll
) -> None:
    """Without a code, the way is told; what is not known is left out."""
    simulator.control.turn_lock("Front Door", locked=False, method="manual")
    simulator.control.turn_lock("Front Door", locked=True, method="automatic")
    simulator.control.deny_access("Front Door")
    await poll()
    assert heard.types(LOCK) == ["unlocked", "locked", "access_denied"]
    assert [state.attributes.get("method") for state in heard.of(LOCK)] == [
        "manual",
        "automatic",
        None,
    ]
    for state in heard.of(LOCK):
        assert "access_code_id" not in state.attributes
        assert "access_code_name" not in state.attributes
    lock = hass.states.get("lock.front_door")
    assert lock
    assert lock.attributes["changed_by"] == "automatic"


async def test_a_code_that_is_told_by_its_pin_alone(
    simulator: Simulator,
    front_door: Device,
    cleaner: AccessCode,
    heard: Heard,
    poll: Poll,
) -> None:
    """Its name is told and its PIN is not, whosever it is."""
    simulator.core.events.lock(
        "unlocked", front_door, method="keycode", code=cleaner.code
    )
    simulator.core.events.lock("unlocked", front_door, method="keycode", code="908172")
    await poll()
    known, unknown = heard.of(LOCK)
    assert known.attributes["access_code_name"] == "Cleaner"
    assert "access_code_name" not in unknown.attributes
    for pin in (cleaner.code, "908172"):
        assert str(pin) not in repr(heard.everything)


async def test_types_that_nobody_knows(
    simulator: Simulator,
    front_door: Device,
    cleaner: AccessCode,
    heard: Heard,
    poll: Poll,
) -> None:
    """They are told as something else, with the type that Seam sent."""
    simulator.core.events.lock("flew_away", front_door)
    simulator.core.events.code("enchanted.twice", cleaner)
    simulator.core.events.device("purred", front_door)
    await poll()
    [lock] = heard.of(LOCK)
    assert lock.attributes["event_type"] == "other"
    assert lock.attributes["seam_event_type"] == "lock.flew_away"
    [code] = heard.of(CODES)
    assert code.attributes["event_type"] == "other"
    assert code.attributes["seam_event_type"] == "access_code.enchanted.twice"
    assert code.attributes["access_code_name"] == "Cleaner"
    assert len(heard.everything) == 2


async def test_a_code_or_lock_that_nobody_knows(
    simulator: Simulator, front_door: Device, heard: Heard, poll: Poll
) -> None:
    """The code's id is told, an event of another lock is not."""
    events = simulator.core.events
    events.lock("unlocked", front_door, access_code_id="nobody", method="keycode")
    events._emit("lock.unlocked", WORKSPACE, {"device_id": "nowhere"})
    events._emit("lock.unlocked", WORKSPACE, {})
    await poll()
    [told] = heard.everything
    assert told.attributes["access_code_id"] == "nobody"
    assert "access_code_name" not in told.attributes


@pytest.mark.parametrize(
    "kind", [kind for kind in ACCESS_CODE_ACTIVITY.event_types or () if kind != "other"]
)
async def test_what_becomes_of_codes(
    simulator: Simulator, cleaner: AccessCode, heard: Heard, poll: Poll, kind: str
) -> None:
    """Each of Seam's types has its own, with dots as underscores."""
    what = kind.replace("unmanaged_", "unmanaged.", 1)
    simulator.core.events.code(what, cleaner)
    await poll()
    [told] = heard.of(CODES)
    assert told.attributes["event_type"] == kind
    assert told.attributes["seam_event_type"] == f"access_code.{what}"
    assert told.attributes["access_code_id"] == CODE_CLEANER
    assert told.attributes["errors"] == []
    assert not heard.of(LOCK)


async def test_what_is_wrong_is_told_with_the_event(
    simulator: Simulator, heard: Heard, poll: Poll
) -> None:
    """As it is now: with Seam's words, our advice, and no PIN."""
    pin = simulator.world.access_codes[CODE_OWNER].code
    simulator.control.code_error(
        CODE_OWNER, "failed_to_set_on_device", f"Not with {pin}."
    )
    await poll()
    [told] = heard.of(CODES)
    assert told.attributes["event_type"] == "failed_to_set_on_device"
    [error] = told.attributes["errors"]
    assert error["error_code"] == "failed_to_set_on_device"
    assert error["message"] == "Not with ••••."
    assert error["advice"].startswith("Seam keeps trying")


async def test_why_access_was_denied(
    simulator: Simulator, front_door: Device, heard: Heard, poll: Poll
) -> None:
    """Seam's code and words, without what was typed: it may be anybody's PIN."""
    owner = simulator.world.access_codes[CODE_OWNER].code
    assert owner
    typed = f"Neither '{owner}' nor {'-'.join(owner)} nor 9 0 8 1, with {simulator.key}"
    simulator.core.events.lock(
        "access_denied",
        front_door,
        reason={"reason_code": "unknown_code", "message": typed},
        user_identity_id="somebody",
        customer_key="jane@example.com",
    )
    await poll()
    [told] = heard.of(LOCK)
    assert _attributes(told) == {
        "event_type": "access_denied",
        "reason_code": "unknown_code",
        "reason_message": "Neither '••••' nor •••• nor ••••, with ••••",
        "user_identity_id": "somebody",
        "seam_event_type": "lock.access_denied",
    }


async def test_how_a_phone_opened(
    simulator: Simulator, front_door: Device, heard: Heard, poll: Poll
) -> None:
    """Over which radio is told, where Seam knows; oddities cost no event."""
    events = simulator.core.events
    events.lock("unlocked", front_door, is_via_bluetooth=True, is_via_nfc=False)
    events.lock("unlocked", front_door, is_via_nfc="maybe", user_identity_id=["x"])
    await poll()
    first, second = heard.of(LOCK)
    assert first.attributes["is_via_bluetooth"] is True
    assert first.attributes["is_via_nfc"] is False
    assert "is_via_nfc" not in second.attributes
    assert "user_identity_id" not in second.attributes


async def test_what_was_changed(
    simulator: Simulator, cleaner: AccessCode, heard: Heard, poll: Poll
) -> None:
    """What and why, with the former name, and none of the PINs."""
    pins = ("715931", "715932", "715933", "715934", "715935", "715936")
    simulator.core.events.code(
        "changed",
        cleaner,
        change_reason=f"renewed {pins[0]} and {' '.join(pins[2])}",
        changed_properties=[
            {"property": "code", "from": pins[0], "to": pins[1]},
            {"property": "name", "from": "2024", "to": None},
            "odd",
        ],
    )
    simulator.core.events.code(
        "code_changed", cleaner, **{"from": {"code": pins[2]}, "to": {"code": pins[3]}}
    )
    simulator.core.events.code(
        "name_changed",
        cleaner,
        **{"from": {"name": f"Maid {pins[4]}"}, "to": {"name": "Cleaner"}},
    )
    simulator.core.events.code(
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
    simulator.core.events.code(
        "backup_access_code_pulled", cleaner, backup_access_code_id="backup"
    )
    await poll()
    changed, _, renamed, requested, pulled = (
        _attributes(state) for state in heard.of(CODES)
    )
    assert changed["change_reason"] == "renewed •••• and ••••"
    assert changed["changed_properties"] == ["code", "name"]
    assert renamed["former_name"] == "Maid ••••"
    assert "changed_properties" not in renamed
    assert requested["requested_mutations"] == ["updating_code"]
    assert pulled["backup_access_code_id"] == "backup"
    assert not any(pin in repr(heard.everything) for pin in pins)


async def test_a_code_that_is_gone_is_told_with_its_name(
    simulator: Simulator, heard: Heard, poll: Poll
) -> None:
    """The event comes with the last that is known of it."""
    simulator.control.delete_code_in_app(UNMANAGED_NEIGHBOUR)
    await poll()
    [told] = heard.of(CODES)
    assert told.attributes["event_type"] == "unmanaged_removed"
    assert told.attributes["access_code_name"] == "Neighbour"
    assert told.attributes["errors"] == []


async def test_a_lock_that_is_gone_makes_no_trouble(
    hass: HomeAssistant,
    simulator: Simulator,
    front_door: Device,
    cleaner: AccessCode,
    heard: Heard,
    poll: Poll,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What happened on it just before need not be told any more."""
    simulator.control.use_code(CODE_CLEANER)
    simulator.core.events.code("changed", cleaner)
    simulator.control.remove_lock("Front Door")
    await poll()
    assert hass.states.get(LOCK) is None
    assert not heard.everything
    assert "Exception" not in caplog.text


async def test_many_at_once(
    simulator: Simulator, front_door: Device, heard: Heard, poll: Poll
) -> None:
    """Two hundred in one answer, in any order: each once, oldest first, none lost."""
    simulator.control.order_events("shuffled")
    for number in range(200):
        simulator.clock.advance(0.25)
        if number % 10 == 0:
            simulator.control.duplicate_events()
        simulator.core.events.lock("unlocked" if number % 2 else "locked", front_door)
    await poll()
    await poll()
    assert heard.types(LOCK) == ["locked", "unlocked"] * 100
    occurred = [state.attributes["occurred_at"] for state in heard.of(LOCK)]
    assert occurred == sorted(set(occurred))
    states = [state.state for state in heard.of(LOCK)]
    assert states == sorted(set(states))


async def test_an_event_is_told_after_the_states_that_it_is_about(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator, poll: Poll
) -> None:
    """An automation that asks whether the door is open must find it so."""
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


async def test_nothing_is_told_twice(
    simulator: Simulator, heard: Heard, poll: Poll
) -> None:
    """Answers overlap, and Seam repeats itself."""
    simulator.control.use_code(CODE_CLEANER)
    for _ in range(3):
        await poll()
        simulator.control.repeat_last_event()
    assert len(heard.of(LOCK)) == 1


async def test_an_event_that_comes_late_is_told(
    simulator: Simulator, freezer: FrozenDateTimeFactory, heard: Heard, poll: Poll
) -> None:
    """Under its old date, after newer ones were told."""
    simulator.control.delay_events(seconds=90)
    simulator.control.use_code(CODE_CLEANER)
    simulator.clock.advance(30)
    simulator.control.turn_lock("Front Door", locked=True)
    await poll()
    assert heard.types(LOCK) == ["locked"]
    simulator.clock.advance(90)
    freezer.tick(120)
    await poll()
    assert heard.types(LOCK) == ["locked", "unlocked"]


async def test_nothing_old_is_told_after_a_reload(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    heard: Heard,
    poll: Poll,
) -> None:
    """The last event is shown again with its old time, and what is new is told."""
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    [before] = heard.of(LOCK)
    simulator.control.turn_lock("Front Door", locked=True)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    coordinator: SeamCoordinator = entry.runtime_data
    await coordinator.async_refresh()
    assert {state.state for state in heard.everything} == {before.state}
    simulator.control.use_code(CODE_OWNER)
    await coordinator.async_refresh()
    assert heard.of(LOCK)[-1].attributes["access_code_name"] == "Owner"
    assert len({state.state for state in heard.everything}) == 2


async def test_what_happened_before_the_start_is_not_told(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Otherwise each restart would ring the bell."""
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


async def test_what_happens_during_an_outage_is_told_after_it(
    hass: HomeAssistant,
    simulator: Simulator,
    heard: Heard,
    poll: Poll,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is news all the same."""
    simulator.faults.add("outage")
    await poll()
    state = hass.states.get(LOCK)
    assert state
    assert state.state == STATE_UNAVAILABLE
    simulator.control.use_code(CODE_CLEANER)
    simulator.faults.clear()
    await poll()
    assert heard.types(LOCK) == ["unlocked"]
    state = hass.states.get(LOCK)
    assert state
    assert state.attributes["access_code_name"] == "Cleaner"


async def test_locks_without_codes_have_no_code_events(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """What cannot happen has no entity."""
    lock = simulator.control.add_lock("Shutter")
    lock.flags = {"can_remotely_lock": True}
    lock.capabilities_supported = ["lock"]
    await reconcile()
    assert hass.states.get("event.shutter_lock_activity")
    assert hass.states.get("event.shutter_access_code_activity") is None


async def test_the_example_of_the_readme(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """It works as it is pasted: with a code's name, or else with the method."""
    [example] = [
        block.split("```")[0]
        for block in README.split("```yaml\n")[1:]
        if "event.received" in block.split("```")[0]
    ]
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
