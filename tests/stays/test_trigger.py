"""Tests of the trigger on what happens before, during, and after stays."""

from typing import Any

from homeassistant.components.automation import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.trigger import async_validate_trigger_config
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import load_yaml_dict
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service
import voluptuous as vol

from custom_components.seam.const import DOMAIN
from custom_components.seam.stays.events import EVENT_TYPES
from simulator.seed import FRONT_DOOR
from tests.documentation import examples, parsed
from tests.test_repository import INTEGRATION

from .conftest import Stays

TRIGGER = "seam.stay_activity"
HOUR = 1 / 24
[EXAMPLE] = examples("stays", TRIGGER)

pytestmark = pytest.mark.usefixtures("frozen_clock", "no_waits")


async def record(stays: Stays, *options: dict[str, Any]) -> list[dict[str, Any]]:
    """Set up an automation for each of the options; return the variables of all runs."""
    calls: list[dict[str, Any]] = []

    @callback
    def run(call: ServiceCall) -> None:
        calls.append(dict(call.data))

    stays.hass.services.async_register("test", "record", run)
    configs = [
        {
            "alias": f"Number {number}",
            "triggers": [{"trigger": TRIGGER, "options": one}],
            "actions": [
                {
                    "action": "test.record",
                    "data": {"number": number, "trigger": "{{ trigger }}"},
                }
            ],
            "mode": "queued",
        }
        for number, one in enumerate(options)
    ]
    assert await async_setup_component(
        stays.hass, AUTOMATION_DOMAIN, {AUTOMATION_DOMAIN: configs}
    )
    await stays.settle()
    return calls


def device_id(stays: Stays) -> str:
    """Return the ID of the device of the stays."""
    [subentry_id] = stays.entry.subentries
    [device] = dr.async_get(stays.hass).async_get_devices(
        identifiers={(DOMAIN, subentry_id)}
    )
    return device.id


async def test_stay_activity(stays: Stays) -> None:
    """The variables say who arrives where and when, without the PIN."""
    runs = await record(stays, {})
    stays.book("Ada", start=HOUR, end=5 * HOUR)
    await stays.wait()
    [code] = stays.codes
    [created, ready] = [run["trigger"] for run in runs]
    assert (created["platform"], created["event_type"]) == (TRIGGER, "code_created")
    left_out = {"alias", "id", "idx", "platform"}
    assert {key: item for key, item in ready.items() if key not in left_out} == {
        "access_code_ids": [code.access_code_id],
        "advice": None,
        "description": "stay activity of Bookings",
        "device_name": "Bookings",
        "ends_at": "2026-11-20T06:30:00-08:00",
        "entity_id": "event.bookings_activity",
        "event_type": "code_ready",
        "locks": ["Front Door"],
        "name": "Ada",
        "reason": None,
        "starts_at": "2026-11-20T02:30:00-08:00",
    }
    assert str(code.code) not in repr(runs)


async def test_options_limit_the_trigger(stays: Stays) -> None:
    """Other stays and other events do not trigger."""
    device = device_id(stays)
    runs = await record(
        stays,
        {"stays": device},
        {"stays": [device], "event_type": ["code_ready", "arrived"]},
        {"event_type": "ended"},
        {"stays": ["another"]},
        {"stays": [], "event_type": []},
    )
    stays.book("Ada", start=HOUR, end=5 * HOUR)
    await stays.wait()
    assert sorted(run["number"] for run in runs) == [0, 0, 1, 4, 4]
    runs.clear()
    # It listens to the stays as they are after a reload, too.
    await stays.restart()
    stays.book("Ada", start=HOUR, end=6 * HOUR)
    await stays.wait()
    assert {run["number"] for run in runs} >= {0, 4}
    assert {run["trigger"]["event_type"] for run in runs} >= {"changed"}


async def test_reason_and_name_of_device(stays: Stays) -> None:
    """A guest at risk comes with the reason, and the stays with the name of the user."""
    dr.async_get(stays.hass).async_update_device(device_id(stays), name_by_user="Flat")
    runs = await record(stays, {"event_type": "at_risk"})
    device = stays.simulator.state.devices[FRONT_DOOR]
    device.properties["max_active_codes_supported"] = 0
    await stays.entry.runtime_data.async_reconcile()
    stays.book("Ada", start=HOUR, end=5 * HOUR)
    await stays.wait()
    [run] = [run["trigger"] for run in runs]
    assert run["reason"].endswith("no room for another access code at that time.")
    assert run["device_name"] == "Flat"


@pytest.mark.parametrize(
    "trigger",
    [
        {"trigger": TRIGGER, "options": {"event_type": "left"}},
        {"trigger": TRIGGER, "options": {"name": "Ada"}},
        {"trigger": TRIGGER, "target": {"entity_id": "event.bookings_activity"}},
    ],
)
async def test_invalid_configuration(stays: Stays, trigger: dict[str, Any]) -> None:
    """Unknown events and options are refused."""
    platform = {"platform": trigger["trigger"]}
    with pytest.raises(vol.Invalid):
        await async_validate_trigger_config(stays.hass, [trigger | platform])


def test_all_events_are_offered() -> None:
    """The editor has those that the event entity has."""
    described = load_yaml_dict(str(INTEGRATION / "triggers.yaml"))["stay_activity"]
    offered = described["fields"]["event_type"]["selector"]["select"]["options"]
    assert sorted(offered) == sorted(EVENT_TYPES)


async def test_example_in_docs_runs(
    stays: Stays, hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """It works as pasted."""
    content = parsed(EXAMPLE)
    [action] = content["actions"]
    done = async_mock_service(hass, *action["action"].split("."))
    assert await async_setup_component(
        hass, AUTOMATION_DOMAIN, {AUTOMATION_DOMAIN: [content]}
    )
    stays.book("Ada", start=-HOUR, end=5 * HOUR)
    await stays.wait()
    await stays.wait()
    [code] = stays.codes
    stays.simulator.control.use_code(code.access_code_id)
    await stays.wait()
    assert [call.data["message"] for call in done] == ["Ada has arrived at Front Door."]
    assert "ERROR" not in caplog.text
