"""Tests of the sensors of access codes and batteries."""

from datetime import UTC, datetime, timedelta
import json
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam.const import CONF_CODE_SENSORS
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.clock import to_iso
from simulator.seed import (
    APARTMENT_1,
    CODE_CLEANER,
    CODE_GUEST_NEXT,
    CODE_HANDYMAN,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_INSTALLER,
    UNMANAGED_NEIGHBOUR,
)

from .clock import START, async_step
from .conftest import CheckPlatform, Poll
from .pins import count_pins
from .states import state_of

MANAGED = "sensor.front_door_managed_access_codes"
UNMANAGED = "sensor.front_door_unmanaged_access_codes"

DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the entities that the tests look at."""
    return [Platform.SENSOR]


def _attributes(hass: HomeAssistant, entity_id: str) -> dict[str, Any]:
    state = hass.states.get(entity_id)
    assert state is not None
    return dict(state.attributes)


def _code(hass: HomeAssistant, entity_id: str, code_id: str) -> dict[str, Any]:
    codes = _attributes(hass, entity_id)["access_codes"]
    [code] = [code for code in codes if code["access_code_id"] == code_id]
    assert isinstance(code, dict)
    return code


async def test_sensors(check_platform: CheckPlatform) -> None:
    """All sensors of the rental match the snapshot."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default", True
    ):
        await check_platform(Platform.SENSOR)


async def test_next_code_change_is_disabled_by_default(
    entry: MockConfigEntry,
    coordinator: SeamCoordinator,
    entity_registry: er.EntityRegistry,
) -> None:
    """The calendar shows the same and more. All other entities are enabled."""
    disabled = [
        entity
        for entity in er.async_entries_for_config_entry(entity_registry, entry.entry_id)
        if entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    ]
    assert {entity.translation_key for entity in disabled} == {"next_code_change"}


async def test_code_count_sensors(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """The state is the number of codes, and the attributes list these codes."""
    assert state_of(hass, MANAGED) == "5"
    assert state_of(hass, UNMANAGED) == "3"
    simulator.control.add_unmanaged_code("Front Door", "Painter", "830264")
    await reconcile()
    assert state_of(hass, MANAGED) == "5"
    assert state_of(hass, UNMANAGED) == "4"
    names = [code["name"] for code in _attributes(hass, UNMANAGED)["access_codes"]]
    assert names == ["Installer", "Neighbour", "Painter", "Summer guest"]


async def test_can_convert_and_can_delete_attributes(
    hass: HomeAssistant, coordinator: SeamCoordinator
) -> None:
    """Only unmanaged codes have them."""
    neighbour = _code(hass, UNMANAGED, UNMANAGED_NEIGHBOUR)
    assert neighbour["can_convert"] is True
    assert neighbour["can_delete"] is True
    installer = _code(hass, UNMANAGED, UNMANAGED_INSTALLER)
    assert installer["can_convert"] is False
    assert installer["can_delete"] is False
    managed = _code(hass, MANAGED, CODE_CLEANER)
    assert "can_convert" not in managed
    assert "can_delete" not in managed


async def test_errors_and_warnings_attributes(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Problems have Seam's message and our advice, on the code and in flat lists."""
    simulator.control.code_warning(
        CODE_CLEANER, "delay_in_setting_on_device", "It takes long."
    )
    await reconcile()
    attributes = _attributes(hass, MANAGED)
    [error] = attributes["errors"]
    assert error["access_code_id"] == CODE_HANDYMAN
    assert error["name"] == "Handyman"
    assert error["error_code"] == "duplicate_code_on_device"
    assert "same PIN" in error["message"]
    assert error["advice"].startswith("“Summer guest” has the same PIN")
    # Six hours before the start of the simulator.
    assert datetime.fromisoformat(error["created_at"]) == START - timedelta(hours=6)
    [warning] = attributes["warnings"]
    assert warning["access_code_id"] == CODE_CLEANER
    assert warning["warning_code"] == "delay_in_setting_on_device"
    assert warning["message"] == "It takes long."
    handyman = _code(hass, MANAGED, CODE_HANDYMAN)
    assert handyman["errors"] == [
        {k: v for k, v in error.items() if k not in ("access_code_id", "name")}
    ]
    assert (handyman["state"], handyman["status"]) == ("failed", "setting")
    assert handyman["pending"] == ["creating"]


async def test_code_attributes(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Everything that Seam says about a code is an attribute, except for its PIN."""
    guest = simulator.state.access_codes[CODE_GUEST_NEXT]
    guest.pending_mutations = [
        {
            "mutation_code": "deferring_creation",
            "created_at": to_iso(START),
            "scheduled_at": to_iso(START + timedelta(days=1)),
            "message": "Later.",
        }
    ]
    guest.is_waiting_for_code_assignment = True
    guest.pulled_backup_access_code_id = CODE_CLEANER
    guest.shown_name = "Guest w"
    simulator.state.devices[FRONT_DOOR].backup_codes = 2
    await reconcile()
    code = _code(hass, MANAGED, CODE_GUEST_NEXT)
    assert datetime.fromisoformat(code["scheduled_at"]) == START + timedelta(days=1)
    assert code["is_waiting_for_code_assignment"] is True
    assert code["is_backup_access_code_available"] is True
    assert code["pulled_backup_access_code_id"] == CODE_CLEANER
    assert code["appearance"] == {"name": "Guest w"}
    owner = _code(hass, MANAGED, CODE_OWNER)
    assert owner["is_backup_access_code_available"] is False
    assert owner["scheduled_at"] is None
    assert "appearance" not in owner


@pytest.mark.parametrize(
    ("error_code", "said", "shared", "other"),
    [
        ("duplicate_code_on_device", {}, {"code": "73194"}, "Neighbour"),
        ("duplicate_code_on_device", {}, {}, None),
        # The other is managed, too.
        (
            "duplicate_code_on_device",
            {"managed_access_code_id": CODE_CLEANER},
            {},
            "Cleaner",
        ),
        # SmartThings sends no PINs, so only Seam knows.
        (
            "duplicate_code_on_device",
            {"unmanaged_access_code_id": UNMANAGED_NEIGHBOUR},
            {"code": None},
            "Neighbour",
        ),
        ("wyze_duplicate_code_name", {}, {"name": "Twin"}, "Twin"),
        ("wyze_duplicate_code_name", {}, {"code": "73194"}, None),
        ("provider_issue", {}, {"code": "73194", "name": "Twin"}, None),
    ],
)
async def test_errors_name_other_code(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    error_code: str,
    said: dict[str, str],
    shared: dict[str, Any],
    other: str | None,
) -> None:
    """Duplicates are found by what Seam says, by PIN, or by name."""
    codes = simulator.state.access_codes
    for code in (codes[CODE_OWNER], codes[UNMANAGED_NEIGHBOUR]):
        for key, value in shared.items():
            setattr(code, key, value)
    simulator.control.code_error(CODE_OWNER, error_code, fields=dict(said))
    await reconcile()
    [error] = _code(hass, MANAGED, CODE_OWNER)["errors"]
    assert error.get("other_access_code_name") == other
    assert ("other_access_code_id" in error) is (other is not None)


async def test_errors_name_modified_fields(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """They say how a code was changed outside Seam, without the PINs."""
    pin = simulator.state.access_codes[CODE_OWNER].code
    simulator.control.edit_code_in_app(CODE_OWNER, name="Mine", pin="902715")
    await reconcile()
    [error] = _code(hass, MANAGED, CODE_OWNER)["errors"]
    assert error["change_type"] == "modified"
    assert error["modified_fields"] == ["name", "code"]
    assert str(pin) not in repr(error)
    assert "902715" not in repr(error)


@pytest.mark.parametrize(
    ("flags", "scope"),
    [
        ({"is_access_code_error": True}, "access_code"),
        ({"is_access_code_error": False, "is_device_error": True}, "device"),
        ({"is_connected_account_error": True}, "connected_account"),
        ({"is_bridge_error": True}, "bridge"),
    ],
)
async def test_errors_have_scope(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    flags: dict[str, bool],
    scope: str,
) -> None:
    """The scope is in Seam's words."""
    simulator.control.code_error(CODE_OWNER, "provider_issue", fields=flags)
    await reconcile()
    [error] = _code(hass, MANAGED, CODE_OWNER)["errors"]
    assert error["scope"] == scope


async def test_unmanaged_code_before_its_start_takes_slot(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Seam reports as set what the manufacturer's app has set ahead."""
    before = int(state_of(hass, "sensor.front_door_free_code_slots") or "")
    code = simulator.control.add_unmanaged_code("Front Door", "Painter", "830264")
    code.starts_at, code.ends_at = START + DAY, START + 2 * DAY
    await reconcile()
    painter = _code(hass, UNMANAGED, code.access_code_id)
    assert (painter["state"], painter["status"]) == ("scheduled", "set")
    assert state_of(hass, "sensor.front_door_free_code_slots") == str(before - 1)


async def test_advice_in_a_language_without_texts_is_english(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    """A language that is missing falls back to English texts, not to keys."""
    hass.config.language = "is"
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    [error] = _attributes(hass, MANAGED)["errors"]
    assert error["advice"].startswith("“Summer guest” has the same PIN")


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
async def test_end_after_year_9000_is_shown_as_year_9000(
    hass: HomeAssistant, simulator: Simulator, entry: MockConfigEntry, zone: str
) -> None:
    """Later times do not exist in all time zones."""
    await hass.config.async_set_time_zone(zone)
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    for code in simulator.state.access_codes.values():
        code.starts_at = code.ends_at = None
    code = simulator.state.access_codes[UNMANAGED_NEIGHBOUR]
    code.starts_at, code.ends_at = START, last
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    shown = _code(hass, UNMANAGED, UNMANAGED_NEIGHBOUR)["ends_at"]
    assert datetime.fromisoformat(shown) == datetime(9000, 1, 1, tzinfo=UTC)


async def test_code_state_changes_at_start_and_end_without_poll(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """The state changes at the very start and end, even if Seam does not answer."""

    def shown() -> tuple[str, str]:
        code = _code(hass, MANAGED, CODE_CLEANER)
        return code["state"], code["status"]

    cleaner = simulator.state.access_codes[CODE_CLEANER]
    cleaner.starts_at = START + timedelta(seconds=20)
    cleaner.ends_at = START + timedelta(seconds=40)
    await coordinator.async_reconcile()
    assert shown() == ("scheduled", "unset")
    # Until the next poll Seam refuses every request.
    simulator.faults.add("status", status=400)
    await async_step(hass, freezer, simulator, timedelta(seconds=19))
    assert shown() == ("scheduled", "unset")
    await async_step(hass, freezer, simulator, timedelta(seconds=1))
    assert shown() == ("active", "set")
    await async_step(hass, freezer, simulator, timedelta(seconds=20))
    assert shown() == ("expired", "unset")


async def test_code_turns_at_risk_a_day_before_start_without_poll(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """A code that an offline lock does not have yet is scheduled until then."""
    guest = simulator.state.access_codes[CODE_GUEST_NEXT]
    guest.starts_at = START + timedelta(days=1, seconds=20)
    simulator.control.lock_offline("Front Door")
    await coordinator.async_reconcile()
    await hass.async_block_till_done()
    assert _code(hass, MANAGED, CODE_GUEST_NEXT)["state"] == "scheduled"
    simulator.faults.add("status", status=400)
    await async_step(hass, freezer, simulator, timedelta(seconds=20))
    assert _code(hass, MANAGED, CODE_GUEST_NEXT)["state"] == "at_risk"


async def test_states_and_devices_contain_no_pin(
    hass: HomeAssistant,
    simulator: Simulator,
    entry: MockConfigEntry,
    reconcile: Poll,
    device_registry: dr.DeviceRegistry,
) -> None:
    """PINs in Seam's texts are masked in states, attributes, and devices."""
    pin = simulator.state.access_codes[CODE_OWNER].code
    simulator.control.code_error(CODE_OWNER, "provider_issue", f"PIN {pin} is taken")
    simulator.control.code_warning(CODE_CLEANER, "unknown_issue", f"Not {pin}.")
    simulator.control.device_error("Front Door", "device_offline", f"{pin}: offline")
    simulator.control.edit_code_in_app(CODE_GUEST_NEXT, name=f"Anna {pin}")
    await reconcile()
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    shown = json.dumps(
        [state.as_dict() for state in hass.states.async_all()]
        + [device.dict_repr for device in devices],
        default=str,
        ensure_ascii=False,
    )
    assert count_pins(shown, simulator.state) == 0
    assert "PIN •••• is taken" in shown
    assert "Anna ••••" in shown


async def test_batteries(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Levels are percentages, unknown while the lock is offline."""
    assert state_of(hass, "sensor.front_door_battery") == "84"
    assert state_of(hass, "sensor.front_door_keypad_battery") == "72"
    assert hass.states.get("sensor.apartment_1_keypad_battery") is None
    simulator.control.battery("Front Door", 0.005)
    simulator.control.set_device("Apartment 1", keypad_battery_level=1.0)
    await reconcile()
    assert state_of(hass, "sensor.front_door_battery") == "0"
    assert state_of(hass, "sensor.apartment_1_keypad_battery") == "100"
    simulator.control.lock_offline("Front Door")
    await reconcile()
    assert state_of(hass, "sensor.front_door_battery") == STATE_UNKNOWN


async def test_battery_is_added_when_lock_comes_online(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """A lock does not report its battery while it is offline."""
    assert hass.states.get("sensor.boat_shed_battery") is None
    simulator.control.lock_online("Boat Shed")
    await reconcile()
    assert state_of(hass, "sensor.boat_shed_battery") == "35"


async def test_code_count_sensors_of_offline_lock(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Seam knows the codes even if it cannot reach the lock."""
    simulator.control.lock_offline("Front Door")
    await reconcile()
    assert state_of(hass, MANAGED) == "5"
    assert state_of(hass, UNMANAGED) == "3"


@pytest.mark.parametrize(
    ("path", "keys"),
    [
        (
            "/access_codes/list",
            {"free_code_slots", "managed_access_codes", "unmanaged_access_codes"},
        ),
        ("/access_codes/unmanaged", {"free_code_slots", "unmanaged_access_codes"}),
    ],
)
async def test_code_count_sensors_are_unavailable_while_codes_are_unknown(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    path: str,
    keys: set[str],
) -> None:
    """Only the sensors that depend on the codes are unavailable: add new ones here."""
    simulator.faults.add(
        "status",
        path=path,
        device_id=APARTMENT_1,
        status=400,
        count=1,
    )
    await reconcile()
    unavailable = {
        state.entity_id
        for state in hass.states.async_all("sensor")
        if state.state == STATE_UNAVAILABLE
    }
    assert unavailable == {f"sensor.apartment_1_{key}" for key in keys}
    await reconcile()
    assert state_of(hass, "sensor.apartment_1_unmanaged_access_codes") == "1"


@pytest.mark.parametrize("name", [None, ""])
async def test_code_without_name(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll, name: str | None
) -> None:
    """An empty name is the same as none."""
    simulator.state.access_codes[CODE_CLEANER].name = name
    await reconcile()
    assert _code(hass, MANAGED, CODE_CLEANER)["name"] is None


@pytest.fixture
def _code_sensors(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Turn on the option for a sensor for each code."""
    entry.add_to_hass(hass)
    hass.config_entries.async_update_entry(entry, options={CONF_CODE_SENSORS: True})


async def test_code_sensors_option(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Turning the option off removes the sensors from the registry, too."""
    entry.add_to_hass(hass)
    for is_wanted in (False, True, False):
        hass.config_entries.async_update_entry(
            entry, options={CONF_CODE_SENSORS: is_wanted}
        )
        await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        assert (hass.states.get("sensor.front_door_cleaner") is not None) is is_wanted
        registered = er.async_get(hass).async_get("sensor.front_door_cleaner")
        assert (registered is not None) is is_wanted
        await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.usefixtures("_code_sensors")
async def test_code_sensor_lifecycle(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    entity_registry: er.EntityRegistry,
) -> None:
    """A sensor is added with its code, keeps its entity ID, and is removed with it."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    coordinator: SeamCoordinator = entry.runtime_data
    assert state_of(hass, "sensor.front_door_cleaner") == "active"
    assert state_of(hass, "sensor.front_door_handyman") == "failed"

    code = simulator.control.add_unmanaged_code("Front Door", "Painter", "830264")
    await coordinator.async_reconcile()
    await hass.async_block_till_done()
    assert state_of(hass, "sensor.front_door_painter") == "active"

    code.name = "Decorator"
    await coordinator.async_reconcile()
    await hass.async_block_till_done()
    state = hass.states.get("sensor.front_door_painter")
    assert state is not None
    assert state.name == "Front Door Decorator"

    fault = simulator.faults.add(
        "status", path="/access_codes", device_id=FRONT_DOOR, status=400
    )
    simulator.control.vanish_code("Decorator")
    for _ in range(3):
        await coordinator.async_reconcile()
        await hass.async_block_till_done()
        assert state_of(hass, "sensor.front_door_painter") == STATE_UNAVAILABLE
    simulator.faults.clear(fault_id=fault.fault_id)

    for expected in (True, False):
        await coordinator.async_reconcile()
        await hass.async_block_till_done()
        registered = entity_registry.async_get("sensor.front_door_painter")
        assert (registered is not None) is expected
    assert hass.states.get("sensor.front_door_painter") is None


@pytest.mark.usefixtures("_code_sensors")
async def test_code_sensors_follow_their_lock(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """They are removed with the lock and added again with it."""
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    lock = simulator.state.devices[FRONT_DOOR]
    for is_managed in (False, True):
        lock.is_managed = is_managed
        for _ in range(2):
            await entry.runtime_data.async_reconcile()
            await hass.async_block_till_done()
        state = hass.states.get("sensor.front_door_cleaner")
        assert (state is not None) is is_managed


async def test_free_slots_and_next_change(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Codes that are or will be on the lock take a slot, ended ones do not."""
    # 100 slots: six codes are on the lock, one is being set, one is for later.
    assert state_of(hass, "sensor.front_door_free_code_slots") == "93"
    simulator.control.set_device(
        FRONT_DOOR, properties={"max_active_codes_supported": 3}
    )
    await reconcile()
    assert state_of(hass, "sensor.front_door_free_code_slots") == "0"
    simulator.control.set_device(
        FRONT_DOOR, properties={"max_active_codes_supported": None}
    )
    await reconcile()
    assert state_of(hass, "sensor.front_door_free_code_slots") == STATE_UNKNOWN
