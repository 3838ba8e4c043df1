"""Tests of setup, unload, reload and removal."""

from pathlib import Path
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import CONF_API_KEY, STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er, frame
from homeassistant.helpers.deprecation import deprecated_function
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components import seam
from custom_components.seam import PLATFORMS
from custom_components.seam.const import CONF_ENDPOINT, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator, seam_device_id
from simulator import Simulator
from simulator.seed import (
    CELLAR_DOOR_UNMANAGED,
    FRONT_DOOR,
    KEY_TWO,
    LOCKS,
    OFFICE_DOOR,
    WORKSPACE_TWO,
)

from . import deprecations
from .conftest import Poll


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up only locks."""
    return [Platform.LOCK]


def _lock_ids(registry: dr.DeviceRegistry, entry: MockConfigEntry) -> set[str | None]:
    return {
        seam_device_id(device)
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
        if device.entry_type is not dr.DeviceEntryType.SERVICE
    }


async def _set_up(hass: HomeAssistant, entry: MockConfigEntry) -> bool:
    entry.add_to_hass(hass)
    loaded: bool = await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return loaded


async def test_setup_unload_and_setup_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Nothing is requested while the entry is unloaded."""
    assert await _set_up(hass, entry)
    assert _lock_ids(device_registry, entry) == set(LOCKS)
    assert CELLAR_DOOR_UNMANAGED not in LOCKS
    state = hass.states.get("lock.front_door")
    assert state is not None
    assert state.state == "locked"

    coordinator = entry.runtime_data
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert {state.state for state in hass.states.async_all("lock")} == {
        STATE_UNAVAILABLE
    }
    simulator.requests.clear()
    await coordinator.async_refresh()
    assert not simulator.requests

    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    state = hass.states.get("lock.front_door")
    assert state is not None
    assert state.state == "locked"
    assert _lock_ids(device_registry, entry) == set(LOCKS)


async def test_reload_keeps_devices_and_entities(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    coordinator: SeamCoordinator,
    entity_registry: er.EntityRegistry,
) -> None:
    """They stay as the user has customized them."""
    entity_registry.async_update_entity("lock.front_door", name="Main entrance")
    before = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    after = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert {e.entity_id: e.id for e in after} == {e.entity_id: e.id for e in before}
    state = hass.states.get("lock.front_door")
    assert state is not None
    # Since 2026.11, Home Assistant puts the name of the device first.
    assert state.name.removeprefix("Front Door ") == "Main entrance"


async def test_remove_entry(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    coordinator: SeamCoordinator,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> None:
    """No devices, entities or states stay behind."""
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert not dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert not er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    assert not hass.states.async_all("lock")


async def test_two_workspaces(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Each entry has the locks of its own key, and is removed alone."""
    other = MockConfigEntry(
        domain=DOMAIN,
        unique_id=WORKSPACE_TWO,
        data={CONF_API_KEY: KEY_TWO, CONF_ENDPOINT: simulator.url},
    )
    assert await _set_up(hass, entry)
    assert await _set_up(hass, other)
    assert _lock_ids(device_registry, entry) == set(LOCKS)
    assert _lock_ids(device_registry, other) == {OFFICE_DOOR}
    assert await hass.config_entries.async_unload(entry.entry_id)
    state = hass.states.get("lock.office_door")
    assert state is not None
    assert state.state == "locked"


async def test_empty_workspace(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Its first lock appears as soon as there is one."""
    for device in simulator.state.devices.values():
        device.is_managed = False
    assert await _set_up(hass, entry)
    assert not hass.states.async_all("lock")
    simulator.control.add_lock("Attic")
    await entry.runtime_data.async_refresh()
    await hass.async_block_till_done()
    assert hass.states.async_entity_ids("lock") == ["lock.attic"]


SETUP_ERRORS = [
    ("outage", {}, "cannot_connect"),
    ("html", {}, "cannot_connect"),
    ("status", {}, "cannot_connect"),
    ("wrong_shape", {}, "cannot_connect"),
    ("wrong_types", {}, "cannot_connect"),
    ("rate_limit", {"retry_after": 30}, "cannot_connect"),
    ("html", {"path": "/devices/list"}, "cannot_connect"),
    ("wrong_shape", {"path": "/devices/list"}, "cannot_connect"),
    ("rate_limit", {"path": "/devices/list"}, "cannot_connect"),
]


@pytest.mark.parametrize(("kind", "where", "key"), SETUP_ERRORS)
async def test_setup_is_retried_after_error(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    device_registry: dr.DeviceRegistry,
    kind: Any,
    where: dict[str, Any],
    key: str,
) -> None:
    """The reason is translated, and setup succeeds later."""
    simulator.faults.add(kind, **where)
    assert not await _set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == key
    assert not _lock_ids(device_registry, entry)
    assert not hass.config_entries.flow.async_progress()
    await _check_reason_has_words(hass, entry)

    simulator.faults.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert _lock_ids(device_registry, entry) == set(LOCKS)


async def test_setup_is_retried_while_workspace_is_suspended(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """No new key is requested."""
    simulator.control.suspend_workspace()
    assert not await _set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "workspace_suspended"
    assert not hass.config_entries.flow.async_progress()
    await _check_reason_has_words(hass, entry)
    simulator.control.resume_workspace()
    assert await hass.config_entries.async_reload(entry.entry_id)


async def test_revoked_key_at_setup_starts_reauth(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It starts once, and no text holds the key."""
    simulator.control.revoke_key()
    assert not await _set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "invalid_auth"
    await _check_reason_has_words(hass, entry)
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH
    assert flow["context"]["entry_id"] == entry.entry_id
    assert simulator.key not in caplog.text


async def _check_reason_has_words(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    texts = await async_get_translations(hass, "en", "exceptions", {DOMAIN})
    key = entry.error_reason_translation_key
    text = texts[f"component.{DOMAIN}.exceptions.{key}.message"]
    placeholders = entry.error_reason_translation_placeholders or {}
    assert "{" not in text.format(**placeholders)


async def _remove_device(
    client: MockHAClientWebSocket, entry: MockConfigEntry, device: dr.DeviceEntry
) -> bool:
    await client.send_json_auto_id(
        {
            "type": "config/device_registry/remove_config_entry",
            "config_entry_id": entry.entry_id,
            "device_id": device.id,
        }
    )
    answer = await client.receive_json()
    if not answer["success"]:
        assert answer["error"]["code"] == "home_assistant_error"
    return bool(answer["success"])


@pytest.mark.platforms(*PLATFORMS)
async def test_only_stale_devices_can_be_removed(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    entry: MockConfigEntry,
    coordinator: SeamCoordinator,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Current locks and the workspace cannot be removed."""
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client(hass)
    devices = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert len(devices) == len(LOCKS) + 1
    for device in devices:
        assert not await _remove_device(client, entry, device)
    old = device_registry.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "old")}
    )
    assert await _remove_device(client, entry, old)
    assert device_registry.async_get(old.id) is None


async def test_no_device_can_be_removed_while_seam_is_unreachable(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    entry: MockConfigEntry,
    coordinator: SeamCoordinator,
    simulator: Simulator,
    device_registry: dr.DeviceRegistry,
) -> None:
    """It is unknown whether the device still exists."""
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client(hass)
    [device] = [
        device
        for device in dr.async_entries_for_config_entry(device_registry, entry.entry_id)
        if seam_device_id(device) == FRONT_DOOR
    ]
    simulator.faults.add("outage")
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert not await _remove_device(client, entry, device)
    assert device_registry.async_get(device.id) is not None


async def test_actions_exist_without_workspace(
    hass: HomeAssistant,
) -> None:
    """Automations can be validated while nothing is connected."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert hass.services.has_service(DOMAIN, "schedule_access_code")


@pytest.mark.platforms(*PLATFORMS)
async def test_disabled_entity_is_not_added_again(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    reconcile: Poll,
    entity_registry: er.EntityRegistry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is added once, not at every poll."""
    entity_registry.async_update_entity(
        "sensor.front_door_battery", disabled_by=er.RegistryEntryDisabler.USER
    )
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    caplog.clear()
    for name in ("One", "Two"):
        await entry.runtime_data.async_reconcile()
        await hass.async_block_till_done()
        assert hass.states.get("sensor.front_door_battery") is None, name
    assert "disabled" not in caplog.text


async def test_deprecated_use_is_found(hass: HomeAssistant) -> None:
    """Each test fails if Home Assistant complains about the integration."""
    namespace: dict[str, Any] = {}
    path = Path(seam.__file__).with_name("old.py")
    code = compile("def run(action): action()", path, "exec")
    exec(code, namespace)  # noqa: S102 # As if the integration did it.
    namespace["run"](lambda: frame.report_usage("does that"))
    namespace["run"](deprecated_function("new")(lambda: None))
    messages = deprecations.found.copy()
    deprecations.found.clear()
    assert len(messages) == 2
    assert "'seam' does that" in messages[0]
    assert "from seam" in messages[1]
