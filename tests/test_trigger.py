"""Tests of the triggers, in automations."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.const import SERVICE_TURN_OFF, Platform
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import (
    area_registry as ar,
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
    label_registry as lr,
)
from homeassistant.helpers.trigger import async_validate_trigger_config
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import voluptuous as vol

from custom_components.seam.const import DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.trigger import TRIGGERS
from simulator import Simulator
from simulator.seed import (
    APARTMENT_1,
    CODE_APARTMENT_1_CLEANER,
    CODE_CLEANER,
    CODE_GUEST_NOW,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
)

from .clock import async_step
from .conftest import Poll
from .documentation import examples, parsed

FRONT = "lock.front_door"
USED = "seam.access_code_used"
DENIED = "seam.access_denied"
FAILED = "seam.access_code_failed"
READY = "seam.access_code_ready"
FOUND = "seam.unmanaged_access_code_found"
POLL = timedelta(minutes=1)

EXAMPLES = examples("triggers", "trigger: seam.")

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the entities that the triggers listen to."""
    return [Platform.EVENT, Platform.LOCK]


class Automations:
    """Automations that record their trigger variables."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize without automations."""
        self._hass = hass
        self._calls: list[ServiceCall] = async_mock_service(hass, "test", "record")

    async def add(self, *triggers: dict[str, Any]) -> None:
        """Set up one automation for each trigger."""
        configs = [
            {
                "alias": f"Number {number}",
                "triggers": [trigger],
                "actions": [
                    {
                        "action": "test.record",
                        "data": {"number": number, "trigger": "{{ trigger }}"},
                    }
                ],
                "mode": "queued",
            }
            for number, trigger in enumerate(triggers)
        ]
        assert await async_setup_component(
            self._hass, AUTOMATION_DOMAIN, {AUTOMATION_DOMAIN: configs}
        )
        await self._hass.async_block_till_done()

    @property
    def runs(self) -> list[dict[str, Any]]:
        """The trigger variables of all runs."""
        return [call.data["trigger"] for call in self._calls]

    @property
    def numbers(self) -> list[int]:
        """The automations that have run."""
        return sorted(call.data["number"] for call in self._calls)

    def clear(self) -> None:
        """Forget the runs."""
        self._calls.clear()


@pytest.fixture
def automations(hass: HomeAssistant, poll: Poll) -> Automations:
    """Return automations that start after the integration."""
    return Automations(hass)


def _without_frame(variables: dict[str, Any]) -> dict[str, Any]:
    """Return the variables that are not the same for each of our triggers."""
    left_out = {"alias", "id", "idx", "occurred_at", "platform"}
    return {key: value for key, value in variables.items() if key not in left_out}


async def test_access_code_used(
    simulator: Simulator, automations: Automations, poll: Poll
) -> None:
    """The variables say who did what, where and when."""
    await automations.add({"trigger": USED})
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    [run] = automations.runs
    assert run["platform"] == USED
    assert run["occurred_at"].startswith("2026-11-20T01:30:00")
    assert _without_frame(run) == {
        "access_code_id": CODE_CLEANER,
        "access_code_name": "Cleaner",
        "description": "access code used on Front Door",
        "device_name": "Front Door",
        "entity_id": FRONT,
        "event_type": "unlocked",
        "is_managed": True,
        "message": "was unlocked with the code Cleaner",
        "seam_event_type": "lock.unlocked",
    }


async def test_access_code_used_needs_code(
    simulator: Simulator, automations: Automations, poll: Poll
) -> None:
    """Locking and unlocking count, but only with a code."""
    await automations.add({"trigger": USED})
    front = simulator.state.devices[FRONT_DOOR]
    simulator.control.turn_lock("Front Door", locked=False, method="manual")
    simulator.control.turn_lock("Front Door", locked=True, method="automatic")
    simulator.control.deny_access("Front Door", code="Cleaner")
    simulator.backend.events.lock("locked", front, access_code_id=CODE_OWNER)
    simulator.backend.events.lock(
        "unlocked", front, code=simulator.state.access_codes[CODE_CLEANER].code
    )
    await poll()
    assert [
        (run["event_type"], run["access_code_id"], run["is_managed"])
        for run in automations.runs
    ] == [("locked", CODE_OWNER, True), ("unlocked", CODE_CLEANER, True)]


async def test_access_denied(
    simulator: Simulator, automations: Automations, poll: Poll
) -> None:
    """The variables have the reason, but not what was typed."""
    await automations.add({"trigger": DENIED})
    pin = simulator.state.access_codes[CODE_OWNER].code
    simulator.backend.events.lock(
        "access_denied",
        simulator.state.devices[FRONT_DOOR],
        reason={"reason_code": "unknown_code", "message": f"Not {pin} or 9081726"},
    )
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    [run] = automations.runs
    assert _without_frame(run) == {
        "access_code_id": None,
        "access_code_name": None,
        "description": "access denied on Front Door",
        "device_name": "Front Door",
        "entity_id": FRONT,
        "event_type": "access_denied",
        "is_managed": None,
        "message": "denied access: unknown code",
        "reason_code": "unknown_code",
        "reason_message": "Not •••• or ••••",
        "seam_event_type": "lock.access_denied",
    }


async def test_access_code_failed(
    simulator: Simulator, automations: Automations, poll: Poll
) -> None:
    """The variables have the error that the event is about, with advice."""
    await automations.add({"trigger": FAILED})
    pin = simulator.state.access_codes[CODE_OWNER].code
    simulator.control.code_error(CODE_OWNER, "access_code_inactive", "Older.")
    simulator.control.code_error(
        CODE_OWNER, "failed_to_set_on_device", f"Not with {pin}."
    )
    await poll()
    [run] = automations.runs
    assert run.pop("advice").startswith("Seam could not set the code on the lock")
    assert _without_frame(run) == {
        "access_code_id": CODE_OWNER,
        "access_code_name": "Owner",
        "description": "access code failed on Front Door",
        "device_name": "Front Door",
        "entity_id": FRONT,
        "error": "Not with ••••.",
        "error_code": "failed_to_set_on_device",
        "event_type": "failed_to_set_on_device",
        "is_managed": True,
        "message": "Code Owner: Failed to set",
        "seam_event_type": "access_code.failed_to_set_on_device",
    }


@pytest.mark.parametrize(
    "kind",
    [
        "failed_to_expire",
        "failed_to_issue",
        "failed_to_remove_from_device",
        "failed_to_update",
        "unmanaged.failed_to_convert_to_managed",
    ],
)
async def test_every_failure_triggers(
    simulator: Simulator, automations: Automations, poll: Poll, kind: str
) -> None:
    """A failure without an error in Seam's list has no error."""
    await automations.add({"trigger": FAILED})
    simulator.backend.events.code(kind, simulator.state.access_codes[CODE_CLEANER])
    simulator.backend.events.code(
        "delay_in_setting_on_device", simulator.state.access_codes[CODE_CLEANER]
    )
    await poll()
    [run] = automations.runs
    assert run["event_type"] == kind.replace(".", "_")
    assert (run["error"], run["error_code"], run["advice"]) == (None, None, None)


async def test_unmanaged_access_code_found(
    simulator: Simulator, automations: Automations, poll: Poll
) -> None:
    """The variables have its name, and not its PIN."""
    await automations.add({"trigger": FOUND})
    code = simulator.control.add_unmanaged_code("Front Door", "Burglar", "862913")
    await poll()
    [run] = automations.runs
    assert (run["access_code_name"], run["is_managed"]) == ("Burglar", False)
    assert run["access_code_id"] == code.access_code_id
    assert run["message"] == "Code Burglar: Listed as unmanaged"
    assert "862913" not in repr(run)


@pytest.fixture
def pass_time(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    automations: Automations,
) -> Callable[[float], Awaitable[list[str]]]:
    """Return a function that lets hours pass, and returns the events that trigger."""

    async def run(hours: float) -> list[str]:
        automations.clear()
        await async_step(hass, freezer, simulator, timedelta(hours=hours))
        await async_step(hass, freezer, simulator, POLL)
        return [run["event_type"] for run in automations.runs]

    return run


async def test_access_code_ready_when_set(
    coordinator: SeamCoordinator,
    automations: Automations,
    pass_time: Callable[[float], Awaitable[list[str]]],
) -> None:
    """After a code was created, and again after its PIN was changed."""
    await automations.add({"trigger": READY})
    client = coordinator.client
    code, _ = await client.create_access_code(FRONT_DOOR, name="Baker")
    assert await pass_time(1) == ["set_on_device"]
    [run] = automations.runs
    assert (run["access_code_name"], run["is_managed"]) == ("Baker", True)
    assert run["message"] == "Code Baker: Set on the lock"
    await client.update_access_code(code.access_code_id, code="538164")
    assert await pass_time(1) == ["set_on_device"]
    await client.update_access_code(code.access_code_id, name="Bakery")
    assert await pass_time(1) == []


async def test_access_code_ready_once_if_lock_knows_schedule(
    coordinator: SeamCoordinator,
    automations: Automations,
    pass_time: Callable[[float], Awaitable[list[str]]],
) -> None:
    """Not again at the start, but after each change."""
    await automations.add({"trigger": READY})
    client, now = coordinator.client, dt_util.utcnow()
    times: dict[str, Any] = {
        "starts_at": now + timedelta(hours=10),
        "ends_at": now + timedelta(hours=20),
    }
    code, _ = await client.create_access_code(APARTMENT_1, name="Baker", **times)
    assert await pass_time(1) == ["scheduled_on_device"]
    await client.update_access_code(code.access_code_id, code="5381", **times)
    assert await pass_time(1) == ["scheduled_on_device"]
    assert await pass_time(9) == []
    await client.update_access_code(code.access_code_id, code="5382", **times)
    assert await pass_time(1) == ["set_on_device"]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (["issued", "set_on_device"], ["issued"]),
        (
            ["issued", "removed_from_device", "set_on_device"],
            ["issued", "set_on_device"],
        ),
        (["set_on_device", "set_on_device"], ["set_on_device", "set_on_device"]),
    ],
)
async def test_access_code_ready_once_for_several_types(
    simulator: Simulator,
    automations: Automations,
    poll: Poll,
    events: list[str],
    expected: list[str],
) -> None:
    """Another type says the same, unless something happened in between."""
    await automations.add({"trigger": READY})
    for what in events:
        simulator.backend.events.code(what, simulator.state.access_codes[CODE_CLEANER])
    await poll()
    assert [run["event_type"] for run in automations.runs] == expected


@pytest.mark.parametrize("by", ["entity_id", "device_id", "area_id", "label_id"])
async def test_target(
    hass: HomeAssistant,
    simulator: Simulator,
    automations: Automations,
    poll: Poll,
    by: str,
) -> None:
    """Other locks do not trigger, and without a target all do."""
    entity = er.async_get(hass).async_get(FRONT)
    assert entity
    assert entity.device_id
    area = ar.async_get(hass).async_create("Hall")
    label = lr.async_get(hass).async_create("Guests")
    ids = {
        "entity_id": FRONT,
        "device_id": entity.device_id,
        "area_id": area.id,
        "label_id": label.label_id,
    }
    await automations.add(
        {"trigger": USED, "target": {by: ids[by]}},
        {"trigger": USED, "target": {}},
        {"trigger": USED},
        {"trigger": USED, "target": {"entity_id": "lock.somewhere_else"}},
    )
    # The target is read when something happens.
    dr.async_get(hass).async_update_device(
        entity.device_id, area_id=area.id, labels={label.label_id}
    )
    simulator.control.use_code(CODE_APARTMENT_1_CLEANER)
    await poll()
    assert automations.numbers == [1, 2]
    automations.clear()
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    assert automations.numbers == [0, 1, 2]


@pytest.mark.skipif(
    "exclude" not in map(str, cv.TARGET_FIELDS),
    reason="New in Home Assistant 2026.11",
)
async def test_excluded_lock_does_not_trigger(
    hass: HomeAssistant, simulator: Simulator, automations: Automations, poll: Poll
) -> None:
    """Other locks of the area trigger."""
    area = ar.async_get(hass).async_create("Hall")
    for device_id in (FRONT_DOOR, APARTMENT_1):
        [device] = dr.async_get(hass).async_get_devices(
            identifiers={(DOMAIN, device_id)}
        )
        dr.async_get(hass).async_update_device(device.id, area_id=area.id)
    target = {"area_id": area.id, "exclude": {"entity_id": FRONT}}
    await automations.add({"trigger": USED, "target": target})
    simulator.control.use_code(CODE_CLEANER)
    simulator.control.use_code(CODE_APARTMENT_1_CLEANER)
    await poll()
    assert [run["device_name"] for run in automations.runs] == ["Apartment 1"]


async def test_names_and_kind(
    simulator: Simulator, automations: Automations, poll: Poll
) -> None:
    """Each option limits the trigger, and options without a value do not."""
    await automations.add(
        {"trigger": USED, "options": {"name": "cleaner "}},
        {"trigger": USED, "options": {"name": ["Owner", "NEIGHBOUR"]}},
        {"trigger": USED, "options": {"name": [], "kind": "managed"}},
        {"trigger": USED, "options": {"name": "", "kind": "unmanaged"}},
        {"trigger": USED, "options": {"name": "Owner", "kind": "unmanaged"}},
        {"trigger": USED, "options": {"kind": "any"}},
        {"trigger": USED, "options": {"name": ["  "], "kind": "unmanaged"}},
    )
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    assert automations.numbers == [0, 2, 5]
    automations.clear()
    simulator.control.use_code(UNMANAGED_NEIGHBOUR)
    await poll()
    assert automations.numbers == [1, 3, 5, 6]
    automations.clear()
    # Nobody knows this code.
    simulator.backend.events.lock(
        "unlocked", simulator.state.devices[FRONT_DOOR], access_code_id="nobody"
    )
    await poll()
    assert automations.numbers == [5]


async def test_name_with_pin(
    simulator: Simulator, automations: Automations, reconcile: Poll
) -> None:
    """It can be given as it is shown or as it is, and is shown masked."""
    code = simulator.state.access_codes[CODE_CLEANER]
    code.name = f"Cleaner {code.code}"
    await reconcile()
    await automations.add(
        {"trigger": USED, "options": {"name": code.name}},
        {"trigger": USED, "options": {"name": "Cleaner ••••"}},
        {"trigger": USED, "options": {"name": "Cleaner"}},
    )
    simulator.control.use_code(CODE_CLEANER)
    await reconcile()
    assert automations.numbers == [0, 1]
    assert {run["access_code_name"] for run in automations.runs} == {"Cleaner ••••"}
    assert str(code.code) not in repr(automations.runs)


async def test_lock_added_later_triggers(
    simulator: Simulator, automations: Automations, reconcile: Poll
) -> None:
    """Automations start before the lock exists."""
    await automations.add({"trigger": DENIED})
    simulator.control.add_lock("Barn")
    await reconcile()
    await reconcile()
    simulator.control.deny_access("Barn")
    await reconcile()
    [run] = automations.runs
    assert (run["entity_id"], run["device_name"]) == ("lock.barn", "Barn")


async def test_device_name_of_user(
    hass: HomeAssistant, simulator: Simulator, automations: Automations, poll: Poll
) -> None:
    """The name that the user gave the lock is preferred."""
    [device] = dr.async_get(hass).async_get_devices(identifiers={(DOMAIN, APARTMENT_1)})
    dr.async_get(hass).async_update_device(device.id, name_by_user="Attic")
    await automations.add({"trigger": USED})
    simulator.control.use_code(CODE_APARTMENT_1_CLEANER)
    await poll()
    assert automations.runs[0]["device_name"] == "Attic"


async def test_disabled_automation_does_not_run(
    hass: HomeAssistant, simulator: Simulator, automations: Automations, poll: Poll
) -> None:
    """It no longer listens."""
    await automations.add({"trigger": USED}, {"trigger": USED})
    await hass.services.async_call(
        AUTOMATION_DOMAIN,
        SERVICE_TURN_OFF,
        {"entity_id": "automation.number_0"},
        blocking=True,
    )
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    assert automations.numbers == [1]


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
async def test_docs_examples_run(
    hass: HomeAssistant,
    simulator: Simulator,
    automations: Automations,
    poll: Poll,
    caplog: pytest.LogCaptureFixture,
    example: str,
) -> None:
    """They work as pasted."""
    content = parsed(example)
    [action] = content["actions"]
    done = async_mock_service(hass, *action["action"].split("."))
    assert await async_setup_component(
        hass, AUTOMATION_DOMAIN, {AUTOMATION_DOMAIN: [{**content, "mode": "queued"}]}
    )
    await hass.async_block_till_done()
    front = simulator.state.devices[FRONT_DOOR]
    guest = simulator.state.access_codes[CODE_GUEST_NOW]
    guest.name = "Guest"
    simulator.control.use_code(CODE_CLEANER)
    simulator.backend.events.lock("locked", front, access_code_id=CODE_CLEANER)
    simulator.control.deny_access("Front Door")
    simulator.control.code_error(CODE_OWNER, "failed_to_set_on_device", "Too long.")
    simulator.control.add_unmanaged_code("Front Door", "Burglar", "862913")
    simulator.backend.events.code("set_on_device", guest)
    await poll()
    [trigger, *others] = content["triggers"]
    assert len(done) == 1 + len(others)
    if "notify" in action["action"]:
        expected = {
            USED: "Front Door was unlocked with the code Cleaner.",
            FAILED: "Too long. The code is on ",
            FOUND: "Front Door: denied access: unknown code",
        }[trigger["trigger"]]
        assert done[0].data["message"].startswith(expected)
    assert "ERROR" not in caplog.text


@pytest.mark.parametrize(
    "trigger",
    [
        {"trigger": USED, "options": {"kind": "both"}},
        {"trigger": USED, "options": {"code": "Cleaner"}},
        {"trigger": DENIED, "options": {"name": "Cleaner"}},
        {"trigger": "seam.access_granted"},
    ],
)
async def test_invalid_configuration(
    hass: HomeAssistant, automations: Automations, trigger: dict[str, Any]
) -> None:
    """Unknown triggers, options and values are refused."""
    platform = {"platform": trigger["trigger"]}
    with pytest.raises(vol.Invalid):
        await async_validate_trigger_config(hass, [trigger | platform])


async def test_triggers_are_offered(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, automations: Automations
) -> None:
    """The editor gets all triggers with the fields that they accept."""
    assert await async_setup_component(hass, AUTOMATION_DOMAIN, {})
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "trigger_platforms/subscribe"})
    assert (await client.receive_json())["success"]
    offered = (await client.receive_json())["event"]
    ours = {key: found for key, found in offered.items() if key.startswith("seam.")}
    assert set(ours) == {f"seam.{name}" for name in TRIGGERS}, "correct triggers.yaml"
    for name, trigger in TRIGGERS.items():
        found = ours[f"seam.{name}"]
        fields: dict[Any, Any] = trigger.fields  # type: ignore[attr-defined]  # All are ours.
        assert set(found["fields"]) == set(map(str, fields))
        if name == "stay_activity":
            assert "target" not in found
            continue
        [entity] = found["target"]["entity"]
        assert (entity["integration"], entity["domain"]) == ("seam", ["lock"])
