"""Tests of rows and events with odd texts, dates, and values, as Seam sends them."""

from datetime import UTC, datetime, timedelta
import gc
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam import PLATFORMS
from custom_components.seam.actions import waiting
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.faults import FaultKind
from simulator.seed import (
    APARTMENT_1,
    APARTMENT_2,
    CODE_APARTMENT_2_CLEANER,
    CODE_CLEANER,
    CODE_GUEST_NOW,
    CODE_OWNER,
    FRONT_DOOR,
)

from .clock import async_step
from .conftest import Poll
from .states import state_of

pytestmark = pytest.mark.usefixtures("frozen_clock")

HALF = "Anna \ud83d"
READ = "Anna \ufffd"
FRONT = "lock.front_door"
MANAGED = "sensor.front_door_managed_access_codes"
CALENDAR = "calendar.front_door_access_codes"
ACTIVITY = "event.front_door_lock_activity"
ODD_TIMES = [
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "1969-12-31T23:59:59Z",
    "9999-12-31T23:59:59-01:00",
    "9999-12-31T23:59:59.999999Z",
    "99999-01-01T00:00:00Z",
    "soon",
    10**30,
    None,
]


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up locks and the sensors of their codes."""
    return [Platform.LOCK, Platform.SENSOR]


def _attribute(hass: HomeAssistant, entity_id: str, name: str) -> Any:
    state = hass.states.get(entity_id)
    assert state is not None
    return state.attributes[name]


def _rows(hass: HomeAssistant, lock: str = "front_door") -> dict[str, Any]:
    rows = _attribute(hass, f"sensor.{lock}_managed_access_codes", "access_codes")
    return {row["access_code_id"]: row for row in rows}


def _check_all_available(
    hass: HomeAssistant, coordinator: SeamCoordinator, caplog: pytest.LogCaptureFixture
) -> None:
    """Check that nothing but an offline lock is unavailable, and nothing has failed."""
    assert coordinator.last_update_success
    assert {
        state.entity_id
        for state in hass.states.async_all()
        if state.state == "unavailable" and "boat_shed" not in state.entity_id
    } == set()
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.platforms(*PLATFORMS)
async def test_half_character_in_rows(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is replaced, and hides neither its row nor others."""
    simulator.control.edit_code_in_app(CODE_OWNER, name=HALF)
    simulator.control.code_error(CODE_CLEANER, "failed_to_set_on_device", HALF)
    simulator.control.rename_lock("Apartment 1", HALF)
    simulator.control.device_warning("Front Door", "unknown", HALF)
    simulator.control.account_warning("Front Door", "unknown", HALF)
    await reconcile()
    _check_all_available(hass, coordinator, caplog)
    rows = _rows(hass)
    assert rows[CODE_OWNER]["name"] == READ
    assert rows[CODE_CLEANER]["errors"][-1]["message"] == READ
    assert READ in {lock.device.name for lock in coordinator.data.locks.values()}
    connectivity = "binary_sensor.front_door_connectivity"
    warnings = _attribute(hass, connectivity, "warnings")
    assert READ in {warning["message"] for warning in warnings}


ODD_TEXT_EVENTS = [
    {"reason": {"message": HALF}},
    {"method": HALF},
    {"access_code_id": HALF},
    {"connected_account_warnings": [{"message": HALF}]},
    {HALF: HALF},
]


@pytest.mark.platforms(*PLATFORMS)
@pytest.mark.parametrize(
    "odd_events",
    [
        ODD_TEXT_EVENTS,
        [{"created_at": time} for time in ODD_TIMES],
        [{"occurred_at": time} for time in ODD_TIMES],
        [{"created_at": time, "occurred_at": time} for time in ODD_TIMES],
    ],
    ids=["texts", "created", "occurred", "both"],
)
async def test_odd_event_does_not_stop_events(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    caplog: pytest.LogCaptureFixture,
    subtests: pytest.Subtests,
    odd_events: list[dict[str, Any]],
) -> None:
    """Later events fire, while Seam still lists it and when it does not any more."""
    door = simulator.state.devices[FRONT_DOOR]
    for fields in odd_events:
        with subtests.test(fields=ascii(fields)):
            caplog.clear()
            simulator.backend.events.lock("access_denied", door, **fields)
            for number in range(2):
                for is_locked in (False, True):
                    await async_step(hass, freezer, simulator, timedelta(minutes=1))
                    simulator.control.turn_lock(FRONT_DOOR, locked=is_locked)
                    await async_step(hass, freezer, simulator, timedelta(minutes=1))
                    expected = "locked" if is_locked else "unlocked"
                    assert _attribute(hass, ACTIVITY, "event_type") == expected
                    _check_all_available(hass, coordinator, caplog)
                if not number:
                    await async_step(hass, freezer, simulator, timedelta(hours=1))
            # The cursor has followed.
            since = [
                datetime.fromisoformat(request.body["since"])
                for request in simulator.requests
                if request.path == "/events/list"
            ]
            assert since[-1] > dt_util.utcnow() - timedelta(minutes=10)


@pytest.mark.platforms(*PLATFORMS)
@pytest.mark.parametrize("field", ["starts_at", "ends_at", "created_at"])
async def test_code_with_odd_time(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    entry: MockConfigEntry,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
    subtests: pytest.Subtests,
    field: str,
) -> None:
    """Everything is available, after a reload as well."""
    home = hass.config.time_zone
    for time in ODD_TIMES:
        with subtests.test(time=time):
            # In Auckland, the end of time has already passed.
            is_end = str(time).startswith("9")
            await hass.config.async_set_time_zone(
                "Pacific/Auckland" if is_end else home
            )
            simulator.control.override_row(CODE_GUEST_NOW, {field: time})
            caplog.clear()
            await reconcile()
            _check_all_available(hass, entry.runtime_data, caplog)
            assert _rows(hass).keys() >= {CODE_OWNER, CODE_CLEANER}
            assert await hass.config_entries.async_reload(entry.entry_id)
            await hass.async_block_till_done()
            _check_all_available(hass, entry.runtime_data, caplog)
            assert _rows(hass).keys() >= {CODE_OWNER, CODE_CLEANER}
            assert state_of(hass, CALENDAR) is not None


@pytest.mark.platforms(*PLATFORMS)
@pytest.mark.parametrize("time", ODD_TIMES)
async def test_problem_with_odd_time(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
    time: Any,
) -> None:
    """Errors and warnings of codes, locks, and accounts are shown."""
    problem = {"message": "Odd", "created_at": time}
    for row, code in ((CODE_OWNER, "failed_to_set_on_device"), (FRONT_DOOR, "unknown")):
        simulator.control.override_row(
            row,
            {
                "errors": [problem | {"error_code": code}],
                "warnings": [problem | {"warning_code": code}],
            },
        )
    caplog.clear()
    await reconcile()
    _check_all_available(hass, coordinator, caplog)
    assert "Odd" in {error["message"] for error in _rows(hass)[CODE_OWNER]["errors"]}


ODD_PROPERTIES: tuple[dict[str, Any], ...] = (
    {"battery": {"level": "0.8"}},
    {"battery": "full"},
    {"battery": {"level": 1e308}},
    {"battery_level": 10**400},
    {"battery_level": -(10**400)},
    {"keypad_battery": {"level": 1e400}},
    {"door_open": "yes"},
    {"locked": "no"},
    {"online": "yes"},
    {"supported_code_lengths": "4"},
    {"code_constraints": {"a": 1}},
    {"max_active_codes_supported": "many"},
    {"auto_lock_delay_seconds": 1e308},
    {"auto_lock_enabled": "yes"},
)


async def test_property_of_wrong_type(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    entry: MockConfigEntry,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
    subtests: pytest.Subtests,
) -> None:
    """The lock goes on without it, after a reload as well."""
    door = simulator.state.devices[FRONT_DOOR]
    usual = door.properties
    for properties in ODD_PROPERTIES:
        with subtests.test(properties=str(properties)):
            door.properties = usual | properties
            caplog.clear()
            await reconcile()
            for _ in range(2):
                assert entry.runtime_data.last_update_success
                assert not [record for record in caplog.records if record.exc_info]
                assert state_of(hass, FRONT) in ("locked", "unknown")
                assert state_of(hass, MANAGED) == "5"
                assert await hass.config_entries.async_reload(entry.entry_id)
                await hass.async_block_till_done()


async def test_unlock_dated_ahead_does_not_freeze_changed_by(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """The clock of a lock may be wrong."""
    door = simulator.state.devices[FRONT_DOOR]
    ahead = (dt_util.utcnow() + timedelta(days=365)).isoformat()
    for number, fields in enumerate(
        ({"occurred_at": ahead}, {"created_at": ahead, "occurred_at": ahead})
    ):
        simulator.backend.events.lock("unlocked", door, method="card", **fields)
        await async_step(hass, freezer, simulator, timedelta(minutes=1))
        assert _attribute(hass, FRONT, "changed_by") == "card"
        simulator.backend.events.lock("locked", door, method=f"keypad {number}")
        await async_step(hass, freezer, simulator, timedelta(minutes=1))
        assert _attribute(hass, FRONT, "changed_by") == f"keypad {number}"


async def test_own_changes_end_when_clock_is_set_back(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    reconcile: Poll,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What Seam lists is shown, not what an action did by the wrong clock."""
    monkeypatch.setattr(waiting, "WAIT_STEPS", (0,))
    simulator.control.override_row(CODE_OWNER, {"name": "Landlord"})
    freezer.tick(timedelta(days=1))
    await hass.services.async_call(
        "seam",
        "update_access_code",
        {"entity_id": FRONT, "access_code_id": CODE_OWNER, "new_name": "Landlady"},
        blocking=True,
    )
    assert _rows(hass)[CODE_OWNER]["name"] == "Landlady"
    freezer.tick(-timedelta(days=1))
    await reconcile()
    assert _rows(hass)[CODE_OWNER]["name"] == "Landlord"


async def test_time_out_of_range_is_shown_within(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Every time zone has the times that are shown."""
    simulator.control.override_row(
        CODE_GUEST_NOW,
        {
            "starts_at": "0001-01-01T00:00:00+01:00",
            "ends_at": "9999-12-31T23:59:59-01:00",
        },
    )
    await reconcile()
    row = _rows(hass)[CODE_GUEST_NOW]
    start, end = (
        value if isinstance(value, datetime) else datetime.fromisoformat(value)
        for value in (row["starts_at"], row["ends_at"])
    )
    assert datetime(1999, 12, 31, tzinfo=UTC) <= start
    assert end <= datetime(9000, 1, 1, tzinfo=UTC)
    assert row["state"] == "active"


PIN = "908172635"


@pytest.mark.parametrize(
    "fields",
    [
        {"code": PIN, "is_managed": 5},
        {"code": f"{PIN[:4]}-{PIN[4:]}", "is_managed": 5},
        {"code": PIN, "is_managed": False},
        {"code": PIN, "name": ["Cleaner"]},
        {"code": int(PIN)},
        {"pending_mutations": [{"from": {"code": int(PIN)}, "to": {"code": PIN}}]},
        {"pending_mutations": [{"to": {"code": int(PIN)}}], "is_managed": 5},
        {"errors": [{"modified_fields": [{"field": "code", "to": int(PIN)}]}]},
        {"code": [PIN]},
        {"code": {"value": PIN}},
        {"code": float(PIN)},
        {"code": f"PIN {PIN}"},
        {"code": f"#{PIN}E"},
        {"code": f"Room 2 {PIN}"},
        {"code": {"value": f"PIN {PIN}"}, "is_managed": 5},
        {"pending_mutations": [{"to": {"code": {"value": PIN}}}]},
        {"pending_mutations": [{"to": {"pin": [int(PIN)]}}]},
        {"pending_mutations": [{"from": float(PIN)}, None]},
        {"pending_mutations": {"to": {"code": PIN}}},
    ],
)
async def test_pin_in_odd_row_is_masked(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
    fields: dict[str, Any],
) -> None:
    """A name contains the PIN of a row that cannot be read, or of a pending change."""
    simulator.control.override_row(CODE_CLEANER, fields)
    simulator.control.edit_code_in_app(CODE_OWNER, name=f"Like {PIN}")
    caplog.clear()
    await reconcile()
    assert _rows(hass)[CODE_OWNER]["name"] == "Like ••••"
    assert PIN not in caplog.text


async def test_managed_code_that_is_said_to_be_unmanaged(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """It is shown as an unmanaged one, also if only one of the lists has it."""
    simulator.control.override_row(CODE_OWNER, {"is_managed": False})
    await reconcile()
    assert CODE_OWNER not in _rows(hass)
    sensor = "sensor.front_door_unmanaged_access_codes"
    rows = _attribute(hass, sensor, "access_codes")
    assert CODE_OWNER in {row["access_code_id"] for row in rows}


async def test_former_name_of_digits_is_no_pin(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """The number of a room may be renamed to that of another."""
    mutation = {
        "mutation_code": "updating_name",
        "from": {"name": "1204"},
        "to": {"name": "1205"},
    }
    simulator.control.override_row(CODE_CLEANER, {"pending_mutations": [mutation]})
    simulator.control.override_row(CODE_OWNER, {"name": "1204"})
    await reconcile()
    assert _rows(hass)[CODE_OWNER]["name"] == "1204"


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("type", "\u202epin {}", "pin ••••"),
        ("type", "A" * 3000, "A" * 999 + "…"),
        ("display_status", "set to {}", "set to ••••"),
        ("pulled_backup_access_code_id", "backup {}", "backup ••••"),
        ("pulled_backup_access_code_id", CODE_OWNER, CODE_OWNER),
        ("pending", "set_to_{}", "set_to_••••"),
        ("pending", "B" * 3000, "B" * 999 + "…"),
    ],
)
async def test_term_of_code_is_masked_and_cut(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    field: str,
    value: str,
    shown: str,
) -> None:
    """Seam may send any text for its own terms and IDs."""
    text = value.format(simulator.state.access_codes[CODE_OWNER].code)
    is_list = field == "pending"
    simulator.control.override_row(
        CODE_OWNER,
        {"pending_mutations": [{"mutation_code": text}]} if is_list else {field: text},
    )
    await reconcile()
    assert _rows(hass)[CODE_OWNER][field] == ([shown] if is_list else shown)


@pytest.mark.parametrize(
    ("mutations", "state", "pending"),
    [
        ([{"mutation_code": "deleting"}, None], "removing", ["deleting", "unknown"]),
        (
            ["deleting", {"mutation_code": "deleting"}],
            "removing",
            ["unknown", "deleting"],
        ),
        ([None], "setting", ["unknown"]),
        ([{"mutation_code": ["deleting"]}], "setting", ["unknown"]),
        ([{}], "setting", ["unknown"]),
        ([], "active", []),
        ("", "active", []),
        ({}, "active", []),
        ({"deleting": {}}, "active", []),
    ],
)
async def test_unreadable_pending_change_hides_no_other(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    mutations: Any,
    state: str,
    pending: list[str],
) -> None:
    """A code that is being removed is not shown as active."""
    simulator.control.override_row(
        CODE_OWNER, {"status": "set", "pending_mutations": mutations}
    )
    await reconcile()
    row = _rows(hass)[CODE_OWNER]
    assert (row["state"], row["pending"]) == (state, pending)


@pytest.mark.parametrize("fields", [{"access_code_id": ""}, {"access_code_id": 0}])
async def test_code_without_id_is_kept_under_its_own(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll, fields: dict[str, Any]
) -> None:
    """A row with an empty ID may be any of those that the list lacks."""
    simulator.control.override_row(CODE_OWNER, fields)
    for _ in range(3):
        await reconcile()
    rows = _rows(hass)
    assert CODE_OWNER in rows
    assert not rows.keys() & {"", "0"}


@pytest.mark.parametrize("device_id", ["", 0, None, [], False])
async def test_code_with_empty_device_id_belongs_to_requested_lock(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll, device_id: Any
) -> None:
    """The list was asked for one lock."""
    simulator.control.override_row(
        CODE_OWNER, {"device_id": device_id, "name": "Landlord"}
    )
    await reconcile()
    assert _rows(hass)[CODE_OWNER]["name"] == "Landlord"


async def test_time_bound_code_without_end_does_not_become_permanent(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The end that was last known stays."""
    end = _rows(hass)[CODE_GUEST_NOW]["ends_at"]
    simulator.control.override_row(CODE_GUEST_NOW, {"ends_at": None})
    caplog.clear()
    for _ in range(2):
        await reconcile()
    assert _rows(hass)[CODE_GUEST_NOW]["ends_at"] == end
    warnings = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert len(warnings) == 1
    assert "ends_at is missing" in warnings[0]


async def test_row_cannot_forge_log_line(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The ID of a row and the name of a lock stay on one line."""
    forged = "x\n2031-01-01 ERROR\r\u2028forged\x1b[2J"
    simulator.control.override_row(
        CODE_CLEANER, {"access_code_id": forged, "is_managed": 5}
    )
    simulator.control.rename_lock("Apartment 1", forged)
    simulator.faults.add("status", path="/access_codes/list", device_id=APARTMENT_1)
    caplog.clear()
    await reconcile()
    lines = [
        record.getMessage()
        for record in caplog.records
        if record.levelname != "DEBUG" and "forged" in record.getMessage()
    ]
    assert len(lines) == 2
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"kind": "endless_pages"}, "has more than"),
        ({"kind": "huge_list"}, "is too large"),
        ({"kind": "gzip_bomb"}, "is too large"),
    ],
)
async def test_list_without_end_stays_with_its_lock(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    reconcile: Poll,
    caplog: pytest.LogCaptureFixture,
    fault: dict[str, Any],
    reason: str,
) -> None:
    """The log says what is wrong, and other locks are not affected."""
    simulator.faults.add(**fault, path="/access_codes/list", device_id=FRONT_DOOR)
    simulator.requests.clear()
    caplog.clear()
    await reconcile()
    assert len(simulator.requests) < 200
    assert coordinator.last_update_success
    assert state_of(hass, MANAGED) == "unavailable"
    assert state_of(hass, "sensor.apartment_1_managed_access_codes") == "4"
    [line] = [
        record.getMessage()
        for record in caplog.records
        if record.levelname == "WARNING" and "Front Door" in record.getMessage()
    ]
    assert f"/access_codes/list {reason}" in line


@pytest.mark.parametrize("kind", ["endless_pages", "gzip_bomb"])
async def test_failed_list_is_not_kept(
    simulator: Simulator, coordinator: SeamCoordinator, reconcile: Poll, kind: FaultKind
) -> None:
    """The error is kept to be shown, but takes no memory for what was received."""
    simulator.faults.add(kind, path="/access_codes/list", size=10_000_000)
    await reconcile()
    assert not coordinator.data.locks[FRONT_DOOR].has_codes
    simulator.requests.clear()
    gc.collect()
    rows = chunks = 0
    for item in gc.get_objects():
        if type(item) is dict:
            rows += {"access_code_id", "is_managed"} <= item.keys()
        elif type(item) is list and item and type(item[0]) is bytes:
            chunks += sum(len(chunk) for chunk in item if type(chunk) is bytes)
    assert rows < 100
    assert chunks < 2**20


async def test_error_of_code_on_lock_keeps_it_active(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    reconcile: Poll,
) -> None:
    """Without a pending change, an error does not mean that the lock lacks the code."""

    async def fetched() -> set[str]:
        simulator.requests.clear()
        for _ in range(2):
            await async_step(hass, freezer, simulator, timedelta(minutes=1))
        return {
            request.body["device_id"]
            for request in simulator.requests
            if request.path == "/access_codes/list"
        }

    assert APARTMENT_2 not in await fetched()
    error = {
        "error_code": "failed_to_set_on_device",
        "message": "Odd",
        "is_access_code_error": True,
    }
    simulator.control.override_row(CODE_APARTMENT_2_CLEANER, {"errors": [error]})
    await reconcile()
    assert _rows(hass, "apartment_2")[CODE_APARTMENT_2_CLEANER]["state"] == "active"
    # Seam keeps trying, so the lock is fetched again before the next full sync.
    assert APARTMENT_2 in await fetched()


async def test_device_that_only_says_whether_it_is_locked(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """A device is a lock by its state, too."""
    device = simulator.control.add_lock("Gate")
    device.flags = {}
    device.capabilities_supported = []
    device.properties = {"online": True, "locked": True}
    await reconcile()
    assert state_of(hass, "lock.gate") == "locked"


async def test_pin_of_thousands_of_codes_names_few(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """The attributes stay small."""
    for number in range(100):
        simulator.control.add_unmanaged_code(FRONT_DOOR, f"Slot {number}", "867530")
    await reconcile()
    state = hass.states.get("sensor.front_door_unmanaged_access_codes")
    assert state
    named = [len(code["same_pin_as"]) for code in state.attributes["access_codes"]]
    assert 15 < max(named) <= 20
