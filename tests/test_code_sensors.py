"""Tests of the optional sensors of single access codes."""

import asyncio
from collections import Counter
from datetime import datetime

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import CONF_API_KEY, STATE_UNAVAILABLE, Platform
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam.const import CONF_CODE_SENSORS, CONF_ENDPOINT, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import (
    CODE_CLEANER,
    CODE_GUEST_NOW,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
    WORKSPACE,
    WORKSPACE_NAME,
)

from .clock import START, async_step
from .conftest import CheckPlatform, Poll
from .documentation import PAGES
from .states import state_of

CLEANER = "sensor.front_door_cleaner"
NEIGHBOUR = "sensor.front_door_neighbour"

# Home Assistant's own.
STANDARD_ATTRIBUTES = {
    *(
        "all_day",
        "device_class",
        "end_time",
        "event_types",
        "friendly_name",
        "location",
    ),
    *("max", "min", "mode", "options", "start_time", "state_class", "step"),
    *("supported_features", "unit_of_measurement"),
}

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def entry(simulator: Simulator) -> MockConfigEntry:
    """Return an entry with the option for a sensor for each code."""
    return MockConfigEntry(
        domain=DOMAIN,
        title=WORKSPACE_NAME,
        unique_id=WORKSPACE,
        data={CONF_API_KEY: simulator.key, CONF_ENDPOINT: simulator.url},
        options={CONF_CODE_SENSORS: True},
    )


def _keys(value: object) -> set[str]:
    """Return the keys at any depth."""
    if isinstance(value, dict):
        return set(value) | {key for item in value.values() for key in _keys(item)}
    if isinstance(value, list):
        return {key for item in value for key in _keys(item)}
    return set()


def _entities(
    entity_registry: er.EntityRegistry, entry: MockConfigEntry
) -> dict[str, str]:
    """Return the entity IDs of the sensors by the IDs of their codes."""
    return {
        registered.unique_id.split("_", 1)[1]: registered.entity_id
        for registered in er.async_entries_for_config_entry(
            entity_registry, entry.entry_id
        )
        if registered.translation_key == "access_code"
    }


async def _reload(hass: HomeAssistant, entry: MockConfigEntry) -> SeamCoordinator:
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    coordinator: SeamCoordinator = entry.runtime_data
    return coordinator


async def test_code_sensors(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, check_platform: CheckPlatform
) -> None:
    """The sensors of the keypad's codes match the snapshot."""
    for others in ("SENSORS", "CODE_COUNT_SENSORS"):
        monkeypatch.setattr(f"custom_components.seam.sensor.{others}", ())
    for device in simulator.state.devices.values():
        device.is_managed = device.display_name == "Bike Room Keypad"
    await check_platform(Platform.SENSOR)


async def test_code_sensor_for_each_code(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    simulator: Simulator,
    entry: MockConfigEntry,
    coordinator: SeamCoordinator,
) -> None:
    """Every code has a sensor with its state and without its PIN."""
    locks = coordinator.data.locks.values()
    codes = {code.access_code_id: code for lock in locks for code in lock.codes}
    entities = _entities(entity_registry, entry)
    assert entities.keys() == codes.keys()
    assert state_of(hass, CLEANER) == "active"
    assert state_of(hass, "sensor.front_door_handyman") == "failed"
    assert state_of(hass, "sensor.front_door_guest_next_week") == "scheduled"
    for code_id, entity_id in entities.items():
        state = hass.states.get(entity_id)
        assert state
        pin = codes[code_id].code
        assert pin is None or pin not in repr(state)


async def test_code_sensors_are_added_little_by_little(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    simulator: Simulator,
    entry: MockConfigEntry,
    reconcile: Poll,
) -> None:
    """Home Assistant disconnects browsers for which too many messages are waiting."""
    before = len(_entities(entity_registry, entry))
    for number in range(45):
        simulator.control.add_unmanaged_code(
            FRONT_DOOR, f"Found {number}", str(600_000 + number)
        )
    turn, counts = 0, Counter[int]()

    async def count_turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    @callback
    def count(_event: Event[er.EventEntityRegistryUpdatedData]) -> None:
        counts[turn] += 1

    turns = asyncio.create_task(count_turns())
    hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, count)
    await reconcile()
    await hass.async_block_till_done()
    turns.cancel()
    assert len(_entities(entity_registry, entry)) == before + 45
    assert counts.total() == 45
    assert max(counts.values()) <= 10


async def test_code_sensor_attributes(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """The sensor has the times and the problems of its code, with advice."""
    simulator.control.code_error(
        CODE_GUEST_NOW, "failed_to_set_on_device", "It will not go."
    )
    simulator.control.code_warning(CODE_GUEST_NOW, "delay_in_setting_on_device")
    await reconcile()
    code = simulator.state.access_codes[CODE_GUEST_NOW]
    state = hass.states.get("sensor.front_door_guest_this_week")
    assert state
    assert state.attributes["access_code_id"] == CODE_GUEST_NOW
    for key in ("starts_at", "ends_at"):
        shown = datetime.fromisoformat(state.attributes[key])
        assert shown == getattr(code, key)
    [error] = state.attributes["errors"]
    assert error["message"] == "It will not go."
    assert error["advice"].startswith("The code is on the lock, but the last change")
    assert state.state == "active"
    [warning] = state.attributes["warnings"]
    assert warning["warning_code"] == "delay_in_setting_on_device"


async def test_code_sensor_expires_and_is_removed(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """A guest's code expires at its end, and its sensor is removed with it."""
    guest = "sensor.front_door_guest_this_week"
    assert state_of(hass, guest) == "active"
    code = simulator.state.access_codes[CODE_GUEST_NOW]
    assert code.ends_at
    await async_step(hass, freezer, simulator, code.ends_at - START)
    assert state_of(hass, guest) in ("removing", "expired")
    for _ in range(3):
        await coordinator.async_reconcile()
        simulator.clock.advance(10)
        await hass.async_block_till_done()
    assert state_of(hass, guest) is None


async def test_code_sensor_of_deleted_code_leaves_registry(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    simulator: Simulator,
    poll: Poll,
) -> None:
    """A code that is added again gets a sensor again."""
    painter = "sensor.front_door_painter"
    for _ in range(2):
        code = simulator.control.add_unmanaged_code("Front Door", "Painter", "830264")
        await poll()
        assert state_of(hass, painter) == "active"
        simulator.control.delete_code_in_app(code.access_code_id)
        await poll()
        assert state_of(hass, painter) is None
        assert entity_registry.async_get(painter) is None


async def test_code_sensor_survives_one_answer_without_its_code(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Seam leaves codes out of an answer now and then."""
    simulator.control.drop_code(CODE_CLEANER)
    await reconcile()
    assert state_of(hass, CLEANER) == "active"


async def test_code_sensor_keeps_entity_id_when_code_is_renamed(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    simulator: Simulator,
    entry: MockConfigEntry,
    reconcile: Poll,
) -> None:
    """Automations keep working, and the name is the new one, also after a reload."""
    simulator.state.access_codes[CODE_CLEANER].name = "Window cleaner"
    await reconcile()
    await _reload(hass, entry)
    state = hass.states.get(CLEANER)
    assert state
    assert state.attributes["friendly_name"] == "Front Door Window cleaner"
    assert _entities(entity_registry, entry)[CODE_CLEANER] == CLEANER


async def test_code_sensor_shows_new_name_without_reload(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """A code without a name is shown by its ID."""
    code = simulator.state.access_codes[CODE_CLEANER]
    for name, shown in (("Butler", "Butler"), (None, CODE_CLEANER), ("", CODE_CLEANER)):
        code.name = name
        await reconcile()
        state = hass.states.get(CLEANER)
        assert state
        assert state.attributes["friendly_name"] == f"Front Door {shown}"


async def test_code_sensor_keeps_customizations_over_reload(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    entry: MockConfigEntry,
    coordinator: SeamCoordinator,
) -> None:
    """An entity ID and a name that the user chose stay."""
    entity_registry.async_update_entity(
        CLEANER, new_entity_id="sensor.mine", name="Mine"
    )
    await hass.async_block_till_done()
    await _reload(hass, entry)
    state = hass.states.get("sensor.mine")
    assert state
    assert state.state == "active"
    # Since 2026.11, Home Assistant puts the name of the device first.
    assert state.name.removeprefix("Front Door ") == "Mine"
    assert state_of(hass, CLEANER) is None


async def test_code_sensor_of_converted_code_stays(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """A code that keeps its ID is the same code, managed or not."""
    code = simulator.state.access_codes[UNMANAGED_NEIGHBOUR]
    code.is_managed = True
    await reconcile()
    assert state_of(hass, NEIGHBOUR) == "active"


async def test_code_sensors_of_removed_lock_leave_registry(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    simulator: Simulator,
    entry: MockConfigEntry,
    poll: Poll,
) -> None:
    """No sensor stays without a device."""
    simulator.control.remove_lock("Front Door")
    await poll()
    left = _entities(entity_registry, entry)
    assert left
    assert not left.keys() & {CODE_CLEANER, CODE_OWNER, UNMANAGED_OLD_GUEST}
    assert state_of(hass, CLEANER) is None


async def test_code_sensors_are_unavailable_while_codes_are_unknown(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    simulator: Simulator,
    entry: MockConfigEntry,
    reconcile: Poll,
) -> None:
    """They stay in the registry, even over a reload."""
    before = _entities(entity_registry, entry)
    simulator.faults.add(
        "status", path="/access_codes", device_id=FRONT_DOOR, status=400
    )
    await reconcile()
    assert state_of(hass, CLEANER) == STATE_UNAVAILABLE
    assert state_of(hass, "sensor.apartment_1_cleaner") == "active"
    coordinator = await _reload(hass, entry)
    assert _entities(entity_registry, entry) == before
    simulator.faults.clear()
    await coordinator.async_reconcile()
    await hass.async_block_till_done()
    assert state_of(hass, CLEANER) == "active"
    assert _entities(entity_registry, entry) == before


async def test_sensors_of_managed_codes_do_not_need_unmanaged_ones(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    simulator: Simulator,
    entry: MockConfigEntry,
    reconcile: Poll,
) -> None:
    """The others stay in the registry, even over a reload."""
    before = _entities(entity_registry, entry)
    simulator.faults.add(
        "status", path="/access_codes/unmanaged/list", device_id=FRONT_DOOR, status=400
    )
    await reconcile()
    assert state_of(hass, CLEANER) == "active"
    assert state_of(hass, NEIGHBOUR) == STATE_UNAVAILABLE
    coordinator = await _reload(hass, entry)
    assert state_of(hass, CLEANER) == "active"
    assert _entities(entity_registry, entry) == before
    simulator.faults.clear()
    await coordinator.async_reconcile()
    await hass.async_block_till_done()
    assert state_of(hass, NEIGHBOUR) == "active"


async def test_code_sensors_stay_if_first_answer_lacks_lock(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    simulator: Simulator,
    entry: MockConfigEntry,
    coordinator: SeamCoordinator,
) -> None:
    """The sensors and their customizations are kept."""
    entity_registry.async_update_entity(CLEANER, name="Our cleaner")
    before = _entities(entity_registry, entry)
    lock = simulator.state.devices[FRONT_DOOR]
    lock.is_managed = False
    coordinator = await _reload(hass, entry)
    assert FRONT_DOOR not in coordinator.data.locks
    assert _entities(entity_registry, entry) == before
    lock.is_managed = True
    await coordinator.async_reconcile()
    await hass.async_block_till_done()
    assert state_of(hass, CLEANER) == "active"
    registered = entity_registry.async_get(CLEANER)
    assert registered
    assert registered.name == "Our cleaner"


async def test_code_sensor_of_code_deleted_while_not_loaded_is_removed(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    simulator: Simulator,
    entry: MockConfigEntry,
    coordinator: SeamCoordinator,
) -> None:
    """The sensor is removed at the next start."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    simulator.control.vanish_code(CODE_CLEANER)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert CODE_CLEANER not in _entities(entity_registry, entry)
    assert CODE_OWNER in _entities(entity_registry, entry)


async def test_code_sensor_entity_id_does_not_contain_pin(
    hass: HomeAssistant,
    entity_registry: er.EntityRegistry,
    simulator: Simulator,
    entry: MockConfigEntry,
    reconcile: Poll,
) -> None:
    """A PIN in a name is masked before the entity ID is made from it."""
    code = simulator.control.add_unmanaged_code(
        "Front Door", "Plumber 830264", "830264"
    )
    await reconcile()
    registered = _entities(entity_registry, entry)[code.access_code_id]
    assert "830264" not in registered
    assert "830264" not in repr(entity_registry.async_get(registered))
    assert "830264" not in repr(hass.states.get(registered))


@pytest.mark.usefixtures("coordinator")
async def test_attributes_are_documented(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, entry: MockConfigEntry
) -> None:
    """Each attribute of ours, and each field in it, is on one of the pages."""
    pages = PAGES["entities"] + PAGES["coverage"] + PAGES["events"]
    registered = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    states = [hass.states.get(one.entity_id) for one in registered]
    fields = {key for state in states if state for key in _keys(dict(state.attributes))}
    missing = {
        field
        for field in fields - STANDARD_ATTRIBUTES
        if f"`{field}`" not in pages and f"`{field}:" not in pages
    }
    assert not missing, f"add to docs/entities.md: {missing}"
