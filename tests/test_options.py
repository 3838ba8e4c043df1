"""Tests of the options and of what they change."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.seam.const import CONF_CODE_SENSORS, CONF_WEBHOOK
from custom_components.seam.coordinator import SeamCoordinator

CLEANER = "sensor.front_door_cleaner"

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def _choose(hass: HomeAssistant, entry: MockConfigEntry, wanted: bool) -> None:
    """Choose whether to have a sensor for each code."""
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "init"
    schema = form["data_schema"]
    assert schema is not None
    suggested = {
        str(field): (field.description or {}).get("suggested_value")
        for field in schema.schema
    }
    assert suggested == {
        CONF_CODE_SENSORS: entry.options.get(CONF_CODE_SENSORS),
        CONF_WEBHOOK: entry.options.get(CONF_WEBHOOK),
    }
    done = await hass.config_entries.options.async_configure(
        form["flow_id"], {CONF_CODE_SENSORS: wanted, CONF_WEBHOOK: False}
    )
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.options[CONF_CODE_SENSORS] is wanted


def _ids(entity_registry: er.EntityRegistry, entry: MockConfigEntry) -> set[str]:
    return {
        registered.entity_id
        for registered in er.async_entries_for_config_entry(
            entity_registry, entry.entry_id
        )
    }


@pytest.mark.usefixtures("coordinator")
async def test_code_sensors_can_be_wanted_and_not(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, entry: MockConfigEntry
) -> None:
    """They come at once and go without a trace; nothing else comes or goes."""
    before = _ids(entity_registry, entry)
    assert CLEANER not in before
    for _ in range(2):
        await _choose(hass, entry, True)
        assert len(_ids(entity_registry, entry)) == len(before) + 26
        state = hass.states.get(CLEANER)
        assert state
        assert state.state == "set"
        await _choose(hass, entry, False)
        assert _ids(entity_registry, entry) == before
        assert hass.states.get(CLEANER) is None


async def test_nothing_is_asked_for_twice_by_choosing_the_same(
    hass: HomeAssistant, entry: MockConfigEntry, coordinator: SeamCoordinator
) -> None:
    """Options that do not change reload nothing."""
    await _choose(hass, entry, False)
    loaded = entry.runtime_data
    assert loaded is not coordinator
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    await _choose(hass, entry, False)
    assert entry.runtime_data is loaded
    assert not changes
