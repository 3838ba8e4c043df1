"""Test the effects of the options."""

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

from custom_components.seam.const import (
    CONF_CHECK_IN,
    CONF_CHECK_OUT,
    CONF_CODE_SENSORS,
    CONF_PANEL,
    CONF_WEBHOOK,
)
from custom_components.seam.coordinator import SeamCoordinator

from .test_repository import load_json

DEFAULTS = {
    CONF_CODE_SENSORS: False,
    CONF_WEBHOOK: True,
    CONF_PANEL: True,
    CONF_CHECK_IN: "15:00:00",
    CONF_CHECK_OUT: "11:00:00",
}
CLEANER = "sensor.front_door_cleaner"

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def _set_code_sensors(
    hass: HomeAssistant, entry: MockConfigEntry, wanted: bool
) -> None:
    """Set the option in the options flow."""
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "init"
    schema = form["data_schema"]
    assert schema is not None
    suggested = {
        str(field): (field.description or {}).get("suggested_value")
        for field in schema.schema
    }
    assert suggested == {key: entry.options.get(key) for key in DEFAULTS}
    texts = load_json("translations/en.json")["options"]["step"]["init"]
    for part in ("data", "data_description"):
        assert set(texts[part]) == set(suggested), (
            f"correct translations/en.json: {part}"
        )
    done = await hass.config_entries.options.async_configure(
        form["flow_id"], DEFAULTS | {CONF_CODE_SENSORS: wanted, CONF_WEBHOOK: False}
    )
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert entry.options[CONF_CODE_SENSORS] is wanted


def _entity_ids(entity_registry: er.EntityRegistry, entry: MockConfigEntry) -> set[str]:
    return {
        registered.entity_id
        for registered in er.async_entries_for_config_entry(
            entity_registry, entry.entry_id
        )
    }


@pytest.mark.usefixtures("coordinator")
async def test_code_sensors_option_adds_and_removes_entities(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, entry: MockConfigEntry
) -> None:
    """Test that the option adds and removes a sensor for each code, and nothing else."""
    before = _entity_ids(entity_registry, entry)
    assert CLEANER not in before
    for _ in range(2):
        await _set_code_sensors(hass, entry, True)
        assert len(_entity_ids(entity_registry, entry)) == len(before) + 26
        state = hass.states.get(CLEANER)
        assert state
        assert state.state == "active"
        await _set_code_sensors(hass, entry, False)
        assert _entity_ids(entity_registry, entry) == before
        assert hass.states.get(CLEANER) is None


async def test_unchanged_options_do_not_reload(
    hass: HomeAssistant, entry: MockConfigEntry, coordinator: SeamCoordinator
) -> None:
    """Test that options that stay the same do not reload the entry."""
    await _set_code_sensors(hass, entry, False)
    loaded = entry.runtime_data
    assert loaded is not coordinator
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    await _set_code_sensors(hass, entry, False)
    assert entry.runtime_data is loaded
    assert not changes
