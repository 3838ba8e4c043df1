"""Set-ups in which there is no frontend, or its dashboards are written in YAML."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from .conftest import Connect

pytestmark = [
    pytest.mark.filterwarnings("ignore::aiohttp.web_exceptions.NotAppKeyWarning"),
    pytest.mark.usefixtures("frozen_clock"),
]


async def test_without_frontend(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """The integration works without the frontend and dashboards."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert await hass.config_entries.async_remove(entry.entry_id)


async def test_dashboards_in_yaml(
    hass: HomeAssistant, entry: MockConfigEntry, connect: Connect
) -> None:
    """Resources that are written in YAML are not touched."""
    resource = {"type": "module", "url": "/seam_frontend/0.0.1/seam.js"}
    config = {"lovelace": {"mode": "yaml", "resources": [resource]}}
    assert await async_setup_component(hass, "lovelace", config)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    client = await connect()
    answer = await client.send("lovelace/resources")
    assert [item["url"] for item in answer["result"]] == [resource["url"]]
