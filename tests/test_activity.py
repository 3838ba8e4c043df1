"""Tests of the lines for the activity log."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_STATE_CHANGED, Platform
from homeassistant.core import (
    Event as HassEvent,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.seam.activity import EVENT_ACTIVITY
from custom_components.seam.const import DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.event import ACCESS_CODE_ACTIVITY
from simulator import Simulator
from simulator.seed import CODE_CLEANER, FRONT_DOOR, UNMANAGED_NEIGHBOUR, WORKSPACE
from simulator.state import AccessCode, Device

from .clock import START
from .conftest import Poll

type Lines = list[HassEvent[dict[str, Any]]]

CODES = "event.front_door_access_code_activity"

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the entities that tell of activity."""
    return [Platform.EVENT, Platform.LOCK]


@pytest.fixture
async def lines(hass: HomeAssistant, coordinator: SeamCoordinator) -> Lines:
    """Return the lines after the start."""
    captured: Lines = async_capture_events(hass, EVENT_ACTIVITY)
    return captured


def _messages(lines: Lines) -> list[str]:
    return [line.data["message"] for line in lines]


@pytest.mark.parametrize(
    ("occurred_at", "expected"),
    [
        (START.isoformat(), START),
        ((START - timedelta(days=1)).isoformat(), START - timedelta(days=1)),
        # Nobody would see the line of a lock whose clock was reset.
        ("2010-01-01T00:00:00.000Z", START),
        ((START - timedelta(days=1, seconds=2)).isoformat(), START),
        # A line must not be dated in the future.
        ((START + timedelta(days=2)).isoformat(), START),
        ("9999-12-31T23:59:59.999Z", START),
        ("9999-12-31T23:59:59.999-12:00", START),
        ("0001-01-01T00:00:00.000Z", START),
        ("0001-01-01T00:00:00.000+12:00", START),
        # A time without a zone is in UTC.
        ("2026-11-20T08:00:00", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        # The event was created at the start.
        (None, START),
    ],
)
async def test_line_has_time_of_event(
    simulator: Simulator,
    front_door: Device,
    freezer: FrozenDateTimeFactory,
    lines: Lines,
    poll: Poll,
    occurred_at: str | None,
    expected: datetime,
) -> None:
    """It is not the time of the poll."""
    simulator.backend.events.lock(
        "locked", front_door, method="manual", occurred_at=occurred_at
    )
    if occurred_at is None:
        freezer.tick(timedelta(minutes=4))
    await poll()
    [line] = lines
    assert line.data["message"] == "was locked manually"
    assert abs(line.time_fired - expected) < timedelta(seconds=1)


async def test_lock_with_reset_clock(
    hass: HomeAssistant,
    simulator: Simulator,
    front_door: Device,
    lines: Lines,
    poll: Poll,
) -> None:
    """What it reports is the latest operation, at the time at which Seam received it."""
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    simulator.backend.events.lock(
        "locked", front_door, method="manual", occurred_at="2010-01-01T00:00:00.000Z"
    )
    await poll()
    lock = hass.states.get("lock.front_door")
    event = hass.states.get("event.front_door_lock_activity")
    assert lock
    assert event
    assert lock.attributes["changed_by"] == "manual"
    at = datetime.fromisoformat(event.attributes["occurred_at"])
    assert at == lines[-1].time_fired


async def test_only_what_became_of_a_code_has_a_line(
    hass: HomeAssistant,
    simulator: Simulator,
    cleaner: AccessCode,
    lines: Lines,
    poll: Poll,
) -> None:
    """Seam also reports what was requested, and that something has changed."""
    states = async_capture_events(hass, EVENT_STATE_CHANGED)
    emit = simulator.backend.events.code
    for kind in ("created", "mutations_requested", "set_on_device"):
        emit(kind, cleaner)
    await poll()
    for kind in ("mutations_requested", "name_changed", "changed"):
        emit(kind, cleaner)
    await poll()
    emit("mutations_requested", cleaner)
    emit("removed_from_device", cleaner)
    simulator.backend.programming.drop(cleaner)
    await poll()
    assert _messages(lines) == [
        "Code Cleaner: Created",
        "Code Cleaner: Set on the lock",
        "Code Cleaner: Renamed",
        "Code Cleaner: Deleted",
    ]
    # The panel shows the same.
    assert [
        state.attributes["event_type"]
        for event in states
        if (state := event.data["new_state"])
        and state.entity_id == CODES
        and state.attributes.get("is_logged")
    ] == ["created", "set_on_device", "name_changed", "deleted"]


async def test_line_of_code_that_is_only_removed_from_its_lock(
    simulator: Simulator, cleaner: AccessCode, lines: Lines, poll: Poll
) -> None:
    """No other event says so."""
    simulator.backend.events.code("removed_from_device", cleaner)
    await poll()
    assert _messages(lines) == ["Code Cleaner: Removed from the lock"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            {"reason": {"reason_code": "expired_code", "message": "It is over."}},
            ": expired code",
        ),
        ({"reason": {"reason_code": "gone_fishing"}}, ": gone fishing"),
        ({"reason": {"message": "It is over."}}, ": It is over."),
        ({"reason": {"message": "Unknown: 4 8-2 1."}}, ": Unknown: ••••."),
        ({"reason": {}}, ""),
        ({"reason": "odd"}, ""),
        ({}, ""),
        (
            {
                "access_code_id": CODE_CLEANER,
                "reason": {"reason_code": "too_many_attempts"},
            },
            " with the code Cleaner: too many attempts",
        ),
    ],
)
async def test_access_denied_reason(
    simulator: Simulator,
    front_door: Device,
    lines: Lines,
    poll: Poll,
    fields: dict[str, Any],
    told: str,
) -> None:
    """Seam's reason is shown, but not what was typed."""
    simulator.backend.events.lock("access_denied", front_door, **fields)
    await poll()
    assert _messages(lines) == [f"denied access{told}"]


async def test_access_code_lines(
    simulator: Simulator,
    cleaner: AccessCode,
    lines: Lines,
    poll: Poll,
    subtests: pytest.Subtests,
) -> None:
    """Each type is translated, and the line belongs to the lock."""
    unlogged = ("changed", "mutations_requested", "removed_from_device", "other")
    kinds = [
        kind for kind in ACCESS_CODE_ACTIVITY.event_types or () if kind not in unlogged
    ]
    assert kinds
    for kind in kinds:
        with subtests.test(kind=kind):
            lines.clear()
            what = kind.replace("unmanaged_", "unmanaged.", 1)
            simulator.backend.events.code(what, cleaner)
            await poll()
            [line] = lines
            name, _, became = line.data["message"].partition(": ")
            assert (line.data["name"], name) == ("Front Door", "Code Cleaner")
            assert became
            assert became[0].isupper(), (
                f"add a text to translations/en.json: entity.event: {what}"
            )
            assert line.data["entity_id"] == "lock.front_door"


async def test_unknown_event_types(
    simulator: Simulator,
    cleaner: AccessCode,
    lines: Lines,
    poll: Poll,
) -> None:
    """A new type of a code is shown as Seam sends it, others are not shown."""
    simulator.backend.events.code("enchanted.at_night", cleaner)
    simulator.backend.events._emit(
        "access_code.created",
        WORKSPACE,
        {"device_id": FRONT_DOOR, "access_code_id": "nobody"},
    )
    simulator.backend.events.device("purred", simulator.state.devices[FRONT_DOOR])
    await poll()
    assert _messages(lines) == [
        "Code Cleaner: enchanted at night",
        "A code: Created",
    ]


async def test_line_of_unmanaged_code_fits_found_and_released_codes(
    hass: HomeAssistant, simulator: Simulator, lines: Lines, poll: Poll
) -> None:
    """Seam sends the same event for both."""
    await hass.services.async_call(
        DOMAIN,
        "release_access_code",
        {"entity_id": "lock.front_door", "name": "Cleaner"},
        blocking=True,
    )
    simulator.control.add_unmanaged_code("Front Door", "Painter", "904617")
    await poll()
    assert _messages(lines)[-2:] == [
        "Code Cleaner: Listed as unmanaged",
        "Code Painter: Listed as unmanaged",
    ]


@pytest.mark.platforms(Platform.SENSOR)
@pytest.mark.parametrize(("most", "told"), [(1, "Code Neighbour"), (0, "A code")])
async def test_name_of_removed_code(
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    coordinator: SeamCoordinator,
    simulator: Simulator,
    lines: Lines,
    poll: Poll,
    reconcile: Poll,
    freezer: FrozenDateTimeFactory,
    most: int,
    told: str,
) -> None:
    """It is remembered for a while, as events may arrive after the lists."""
    monkeypatch.setattr(coordinator.engine._store._former_names, "_max_size", most)
    simulator.control.delay_events(seconds=200)
    simulator.control.delete_code_in_app(UNMANAGED_NEIGHBOUR)
    await reconcile()
    await reconcile()
    sensor = hass.states.get("sensor.front_door_unmanaged_access_codes")
    assert sensor
    assert "Neighbour" not in repr(sensor.attributes)
    simulator.clock.advance(200)
    freezer.tick(200)
    await poll()
    assert _messages(lines) == [f"{told}: Unmanaged code removed"]
    state = hass.states.get(CODES)
    assert state
    assert state.attributes.get("access_code_name") == ("Neighbour" if most else None)


async def test_line_without_lock_entity(
    simulator: Simulator,
    cleaner: AccessCode,
    entity_registry: er.EntityRegistry,
    lines: Lines,
    poll: Poll,
) -> None:
    """The line is written all the same."""
    entity_registry.async_remove("lock.front_door")
    simulator.backend.events.code("set_on_device", cleaner)
    await poll()
    [line] = lines
    assert line.data == {
        "name": "Front Door",
        "message": "Code Cleaner: Set on the lock",
    }


async def test_pins_are_masked_in_all_event_texts(
    hass: HomeAssistant,
    lines: Lines,
    poll: Poll,
    simulator: Simulator,
    front_door: Device,
    cleaner: AccessCode,
) -> None:
    """Seam's IDs stay as they are."""
    pin = str(cleaner.code)
    user = f"{pin:0>8}-0000-4000-8000-000000000000"
    events = simulator.backend.events
    events.lock("unlocked", front_door, method=f"pin_{pin}", user_identity_id=user)
    events.lock("locked", front_door, user_identity_id=f"user {pin}")
    events.code(
        "changed",
        cleaner,
        changed_properties=[{"property": f"code {pin}"}, {"property": "name"}],
        requested_mutations=[{"mutation_code": f"to_{pin}"}],
    )
    events.code(f"set_to.{pin}", cleaner)
    seen: list[dict[str, Any]] = []

    @callback
    def note(event: HassEvent[EventStateChangedData]) -> None:
        if event.data["entity_id"].startswith("event.") and event.data["new_state"]:
            seen.append(dict(event.data["new_state"].attributes))

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    await poll()
    told = [attributes for attributes in seen if attributes.get("seam_event_type")]
    assert {(one.get("method"), one.get("user_identity_id")) for one in told} >= {
        ("pin_••••", user)
    }
    assert "user ••••" in {one.get("user_identity_id") for one in told}
    assert ["code ••••", "name"] in [one.get("changed_properties") for one in told]
    assert ["to_••••"] in [one.get("requested_mutations") for one in told]
    assert "access_code.set_to.••••" in {one["seam_event_type"] for one in told}
    assert pin not in str(_messages(lines)) + str(told).replace(user, "")


async def test_invisible_characters_are_removed(
    lines: Lines,
    poll: Poll,
    reconcile: Poll,
    simulator: Simulator,
    front_door: Device,
    cleaner: AccessCode,
) -> None:
    """Neither the name of a lock nor that of a code shows them."""
    front_door.display_name = "Front\u202e Door"
    front_door.properties["name"] = front_door.display_name
    cleaner.name = "Clea\u2066ner\n"  # codespell:ignore
    await reconcile()
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    [line] = lines
    assert line.data["name"] == "Front Door"
    assert line.data["message"] == "was unlocked with the code Cleaner "


async def test_tampering(
    simulator: Simulator, front_door: Device, lines: Lines, poll: Poll
) -> None:
    """It has a line, and other events of the device have none."""
    simulator.backend.events.device("tampered", front_door)
    simulator.backend.events.device("connected", front_door)
    await poll()
    assert _messages(lines) == ["was tampered with"]
