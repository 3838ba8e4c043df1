"""Tests of the conditions, in automations."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.const import SERVICE_TURN_OFF, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.condition import (
    async_from_config,
    async_validate_condition_config,
)
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    async_mock_service,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import voluptuous as vol

from custom_components.seam.condition import CONDITIONS, FIELDS
from custom_components.seam.const import DOMAIN
from simulator import Simulator
from simulator.seed import (
    APARTMENT_1,
    CODE_CLEANER,
    CODE_GUEST_NOW,
    CODE_HANDYMAN,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
)

from .conftest import Poll
from .documentation import examples

FRONT = "lock.front_door"
FLAT_1 = "lock.apartment_1"
ACTIVE = "seam.access_code_is_active"
[EXAMPLE] = examples("triggers", ACTIVE)

pytestmark = pytest.mark.usefixtures("frozen_clock")

type Check = Callable[..., Awaitable[bool | None]]


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up only locks, whose codes the conditions look at."""
    return [Platform.LOCK]


@pytest.fixture
def is_active(hass: HomeAssistant, poll: Poll) -> Check:
    """Return a function that checks the condition."""

    async def check(*entity_ids: str, **options: Any) -> bool | None:
        config = {"condition": ACTIVE, "options": options}
        if entity_ids:
            config["target"] = {"entity_id": list(entity_ids)}
        validated = await async_validate_condition_config(hass, config)
        return (await async_from_config(hass, validated)).async_check()

    return check


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ({"name": "Cleaner"}, True),
        ({"name": " cleaner "}, True),
        ({"name": "Neighbour"}, True),
        ({"name": "Handyman"}, False),
        ({"name": "Nobody"}, False),
        ({"access_code_id": CODE_GUEST_NOW}, True),
        ({"access_code_id": UNMANAGED_NEIGHBOUR}, True),
        ({"access_code_id": CODE_HANDYMAN}, False),
        ({"access_code_id": "nobody"}, False),
    ],
)
async def test_code(is_active: Check, code: dict[str, str], expected: bool) -> None:
    """Managed and unmanaged codes are found by name or ID."""
    assert await is_active(FRONT, **code) is expected
    assert await is_active(**code) is expected


async def test_any_or_all_locks(is_active: Check) -> None:
    """Without a behavior, one lock is enough. Without a lock, nothing is active."""
    both = (FRONT, FLAT_1)
    for code, in_any, in_all in (("Cleaner", True, True), ("Owner", True, False)):
        assert await is_active(*both, name=code) is in_any
        assert await is_active(*both, name=code, behavior="any") is in_any
        assert await is_active(*both, name=code, behavior="all") is in_all
    assert await is_active(FLAT_1, name="Owner") is False
    assert await is_active("lock.elsewhere", name="Owner", behavior="all") is False


async def test_lock_without_codes_does_not_count(
    simulator: Simulator, is_active: Check, reconcile: Poll
) -> None:
    """It can have no code, so that it would never pass."""
    gate = simulator.control.add_lock("Gate")
    gate.flags = {"can_remotely_lock": True}
    gate.capabilities_supported = ["lock"]
    await reconcile()
    assert await is_active(FRONT, "lock.gate", name="Owner", behavior="all") is True
    assert await is_active("lock.gate", name="Owner", behavior="all") is False


async def test_target_follows_area(hass: HomeAssistant, is_active: Check) -> None:
    """A checker sees a lock that was moved to the area later."""
    area = ar.async_get(hass).async_create("Hall")
    config = {
        "condition": ACTIVE,
        "target": {"area_id": area.id},
        "options": {"name": "Cleaner"},
    }
    checker = await async_from_config(
        hass, await async_validate_condition_config(hass, config)
    )
    assert checker.async_check() is False
    devices = dr.async_get(hass)
    [device] = devices.async_get_devices(identifiers={(DOMAIN, APARTMENT_1)})
    devices.async_update_device(device.id, area_id=area.id)
    assert checker.async_check() is True


async def test_follows_time(freezer: FrozenDateTimeFactory, is_active: Check) -> None:
    """Between start and end of the code, without an answer of Seam."""
    code = {"access_code_id": CODE_GUEST_NOW}
    assert await is_active(**code) is True
    freezer.tick(timedelta(days=3, seconds=1))
    assert await is_active(**code) is False


async def test_offline_lock_keeps_codes(
    simulator: Simulator, is_active: Check, reconcile: Poll
) -> None:
    """Locks check PINs themselves."""
    simulator.control.lock_offline(FRONT_DOOR)
    await reconcile()
    assert await is_active(FRONT, name="Cleaner") is True


async def test_unavailable_data_is_not_active(
    hass: HomeAssistant,
    simulator: Simulator,
    entry: MockConfigEntry,
    is_active: Check,
    poll: Poll,
) -> None:
    """During an outage, and while the entry is not loaded."""
    simulator.faults.add("outage")
    await poll()
    assert await is_active(name="Cleaner") is False
    simulator.faults.clear()
    await poll()
    assert await is_active(name="Cleaner") is True
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert await is_active(name="Cleaner") is False


async def test_lock_that_is_not_loaded_is_not_active(
    hass: HomeAssistant, second_entry: MockConfigEntry, is_active: Check
) -> None:
    """The code has to be known to be active on all locks, and is on the others."""
    registry = er.async_get(hass)
    entities = er.async_entries_for_config_entry(registry, second_entry.entry_id)
    other = next(entity.entity_id for entity in entities if entity.domain == "lock")
    assert await hass.config_entries.async_unload(second_entry.entry_id)
    for targets in ((FRONT, other), ()):
        assert await is_active(*targets, name="Cleaner", behavior="all") is False
        assert await is_active(*targets, name="Cleaner", behavior="any") is True
    assert await is_active(FRONT, name="Cleaner", behavior="all") is True


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"name": ""},
        {"name": "Cleaner", "access_code_id": CODE_CLEANER},
        {"name": "Cleaner", "behavior": "none"},
        {"name": "Cleaner", "code": "x"},
    ],
)
async def test_invalid_configuration(is_active: Check, options: dict[str, str]) -> None:
    """Exactly one code is required."""
    with pytest.raises(vol.Invalid):
        await is_active(**options)


async def test_docs_example_runs(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    reconcile: Poll,
) -> None:
    """It arms the alarm, but not while the guest can enter."""
    content = parse_yaml(EXAMPLE)
    armed = async_mock_service(hass, "alarm_control_panel", "alarm_arm_night")
    assert await async_setup_component(
        hass, AUTOMATION_DOMAIN, {AUTOMATION_DOMAIN: [content]}
    )
    await hass.async_block_till_done()
    for day, name, expected in ((21, "Owner", 1), (22, "Guest", 1), (23, "Owner", 2)):
        simulator.state.access_codes[CODE_OWNER].name = name
        await reconcile()
        # 23:00 in Home Assistant's time zone.
        freezer.move_to(f"2026-11-{day}T07:00:00+00:00")
        async_fire_time_changed(hass)
        await hass.async_block_till_done()
        assert len(armed) == expected
    await hass.services.async_call(
        AUTOMATION_DOMAIN, SERVICE_TURN_OFF, {"entity_id": "all"}, blocking=True
    )


async def test_conditions_are_offered(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, poll: Poll
) -> None:
    """The editor gets all conditions with the fields that they accept."""
    assert await async_setup_component(hass, AUTOMATION_DOMAIN, {})
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "condition_platforms/subscribe"})
    assert (await client.receive_json())["success"]
    offered = (await client.receive_json())["event"]
    ours = {key: found for key, found in offered.items() if key.startswith("seam.")}
    wanted = {f"seam.{name}" for name in CONDITIONS}
    assert set(ours) == wanted, "correct conditions.yaml"
    [found] = ours.values()
    assert set(found["fields"]) == set(map(str, FIELDS))
    [entity] = found["target"]["entity"]
    assert (entity["integration"], entity["domain"]) == ("seam", ["lock"])
