"""Tests of what the recorder stores."""

from datetime import timedelta
from functools import partial

from homeassistant.components.recorder import get_instance
from homeassistant.components.recorder.history import get_significant_states
from homeassistant.core import HomeAssistant, State
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator

from .pins import count_pins, recorded_texts


@pytest.mark.usefixtures("recorder_mock")
async def test_codes_are_not_recorded(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """The database gets the number of codes, but no lists and no PIN."""
    await async_wait_recording_done(hass)

    lists = {"access_codes", "errors", "warnings"}
    left_out = {
        "sensor.front_door_managed_access_codes": lists,
        "sensor.front_door_unmanaged_access_codes": lists,
        "binary_sensor.front_door_access_code_problem": {"errors"},
        "binary_sensor.front_door_connectivity": {"errors", "warnings"},
        "binary_sensor.harbour_street_rentals_access_code_problem": {"locks"},
        "binary_sensor.harbour_street_rentals_account_problem": {"accounts"},
    }
    history = await get_instance(hass).async_add_executor_job(
        partial(
            get_significant_states,
            hass,
            dt_util.utcnow() - timedelta(hours=1),
            entity_ids=list(left_out),
        )
    )
    for entity_id, expected in left_out.items():
        recorded = history[entity_id][-1]
        current = hass.states.get(entity_id)
        assert isinstance(recorded, State)
        assert current is not None
        assert recorded.state == current.state
        gone = current.attributes.keys() - recorded.attributes.keys()
        assert gone == expected
    stored = await hass.async_add_executor_job(recorded_texts, hass)
    assert count_pins(stored, simulator.state) == 0
