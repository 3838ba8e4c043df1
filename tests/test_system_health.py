"""Test the system health information."""

import asyncio
from datetime import datetime
from typing import Any

from homeassistant.components.system_health import DOMAIN as SYSTEM_HEALTH
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.const import CONF_API_KEY
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_system_health_info,
)

from custom_components.seam.const import CONF_ENDPOINT, CONF_WEBHOOK, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.push.registration import CONF_REGISTERED
from simulator import Simulator
from simulator.seed import KEY_TWO, WORKSPACE_TWO, WORKSPACE_TWO_NAME

from .clock import START, frozen_simulator
from .conftest import Poll

pytestmark = pytest.mark.usefixtures("frozen_clock")


async def _get_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the information, with all its values awaited."""
    assert await async_setup_component(hass, SYSTEM_HEALTH, {})
    await hass.async_block_till_done()
    info = await get_system_health_info(hass, DOMAIN)
    return {
        key: await value if asyncio.iscoroutine(value) else value
        for key, value in info.items()
    }


def _add_second_entry(
    hass: HomeAssistant, endpoint: str, key: str = KEY_TWO, **more: Any
) -> MockConfigEntry:
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=WORKSPACE_TWO_NAME,
        unique_id=WORKSPACE_TWO,
        data={CONF_API_KEY: key, CONF_ENDPOINT: endpoint},
        **more,
    )
    entry.add_to_hass(hass)
    return entry


async def test_one_workspace(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Test that all values are included."""
    info = await _get_info(hass)
    last_sync = info.pop("last_sync")
    assert datetime.fromisoformat(last_sync) == START
    assert info == {
        "can_reach_seam": "ok",
        "workspaces": "sandbox",
        "locks": 6,
        "codes": 26,
        "problems": 2,
        "failed_polls": "0",
        "webhook": "not registered",
        "last_request_id": coordinator.client.last_request_id,
    }


async def test_unreachable_endpoint(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """Test that an unreachable endpoint is reported."""
    simulator.faults.add("outage")
    await poll()
    await simulator.stop()
    info = await _get_info(hass)
    assert info["can_reach_seam"] == {"type": "failed", "error": "unreachable"}
    assert info["failed_polls"] == "1"
    assert info["locks"] == 6


async def test_workspaces_at_different_endpoints(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Test that unreachable endpoints are named, and values are in the order of the entries."""
    async with frozen_simulator() as other:
        other.control.set_sandbox(False, WORKSPACE_TWO)
        second = _add_second_entry(hass, other.url)
        assert await hass.config_entries.async_setup(second.entry_id)
        await hass.async_block_till_done()
        simulator.faults.add("outage")
        await coordinator.async_refresh()
        await simulator.stop()
        info = await _get_info(hass)
        second_id = second.runtime_data.client.last_request_id
    assert info["can_reach_seam"] == {
        "type": "failed",
        "error": f"{simulator.url}: unreachable",
    }
    assert info["workspaces"] == "sandbox, production"
    assert info["locks"] == 7
    assert info["codes"] == 28
    assert info["failed_polls"] == "1, 0"
    assert info["last_request_id"] == (
        f"{coordinator.client.last_request_id}, {second_id}"
    )


async def test_workspaces_at_same_endpoint(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Test that a shared endpoint is checked once."""
    second = _add_second_entry(hass, simulator.url)
    assert await hass.config_entries.async_setup(second.entry_id)
    await hass.async_block_till_done()
    info = await _get_info(hass)
    assert [key for key in info if "reach" in key] == ["can_reach_seam"]
    assert info["workspaces"] == "sandbox, sandbox"


async def test_all_endpoints_reachable(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Test that no endpoint is named if all can be reached."""
    async with frozen_simulator() as other:
        second = _add_second_entry(hass, other.url)
        assert await hass.config_entries.async_setup(second.entry_id)
        await hass.async_block_till_done()
        assert (await _get_info(hass))["can_reach_seam"] == "ok"


async def test_webhook_state(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """Test that the state of the webhook is shown without URL and secret."""
    second = _add_second_entry(hass, simulator.url, options={CONF_WEBHOOK: False})
    assert await hass.config_entries.async_setup(second.entry_id)
    await hass.async_block_till_done()
    assert (await _get_info(hass))["webhook"] == "not registered, off"
    registered = {"webhook_id": "1", "url": "https://example.com", "secret": "whsec_1"}
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_REGISTERED: registered}
    )
    assert (await _get_info(hass))["webhook"] == "registered, off"
    coordinator.webhook_status.is_trusted = True
    info = await _get_info(hass)
    assert info["webhook"] == "registered and sending, off"
    assert "whsec" not in repr(info)


async def test_every_key_is_translated(
    hass: HomeAssistant, coordinator: SeamCoordinator
) -> None:
    """Test that every key has a translation."""
    names = await async_get_translations(hass, "en", "system_health", {DOMAIN})
    prefix = f"component.{DOMAIN}.system_health.info."
    assert {prefix + key for key in await _get_info(hass)} == names.keys()


async def test_entry_that_is_not_loaded(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Test that an entry that is not loaded shows its state and keeps its place."""
    second = _add_second_entry(hass, "http://127.0.0.1:1")
    assert not await hass.config_entries.async_setup(second.entry_id)
    await hass.async_block_till_done()
    info = await _get_info(hass)
    assert info["workspaces"] == "sandbox, setup_retry"
    # Each value can be attributed to its workspace.
    assert info["failed_polls"] == "0, –"
    assert info["webhook"] == "not registered, –"
    assert info["last_request_id"].endswith(", –")
    assert info["last_sync"].endswith(", –")
    assert info["can_reach_seam"] == {
        "type": "failed",
        "error": "http://127.0.0.1:1: unreachable",
    }


async def test_no_enabled_entry(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch, simulator: Simulator
) -> None:
    """Test that the default endpoint is checked without an enabled entry."""
    monkeypatch.setattr(
        "custom_components.seam.system_health.DEFAULT_ENDPOINT", simulator.url
    )
    _add_second_entry(hass, "http://127.0.0.1:1", disabled_by=ConfigEntryDisabler.USER)
    assert await async_setup_component(hass, DOMAIN, {})
    info = await _get_info(hass)
    assert info["can_reach_seam"] == "ok"
    assert info["workspaces"] == "–"
    assert info["locks"] == 0
