"""The delivery of the panel and the card."""

from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from aiohttp.hdrs import CACHE_CONTROL, LOCATION
from homeassistant.components.frontend import EVENT_PANELS_UPDATED
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.seam.const import CONF_PANEL, DOMAIN
from custom_components.seam.websocket import panel as panel_module
from simulator import Simulator
from simulator.seed import FRONT_DOOR
from tests.test_repository import load_json

from .conftest import Connect, Panel

pytestmark = [
    pytest.mark.filterwarnings("ignore::aiohttp.web_exceptions.NotAppKeyWarning"),
    pytest.mark.usefixtures("frozen_clock"),
]

VERSION: Final = load_json("manifest.json")["version"]
MODULE_URL: Final = f"/seam_frontend/{VERSION}/seam.js"
OTHER_CARD: Final = "/local/other-card.js"


@pytest.fixture(autouse=True)
async def _frontend(hass: HomeAssistant) -> None:
    """Set up the frontend, and with it the dashboards."""
    assert await async_setup_component(hass, "frontend", {})


async def _panel(client: Panel) -> dict[str, Any] | None:
    answer = await client.send("get_panels")
    found: dict[str, Any] | None = answer["result"].get("seam")
    return found


async def _resources(client: Panel) -> list[str]:
    answer = await client.send("lovelace/resources")
    return [item["url"] for item in answer["result"]]


async def _set_up(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()


async def test_panel_is_in_sidebar(panel: Panel) -> None:
    """The panel is there right after setup, for everybody."""
    shown = await _panel(panel)
    assert shown
    assert shown["title"] == "Access codes"
    assert shown["icon"] == "mdi:lock-smart"
    assert shown["require_admin"] is False
    config = shown["config"]["_panel_custom"]
    assert config["name"] == "seam-panel"
    assert config["module_url"] == MODULE_URL
    assert config["embed_iframe"] is False


async def test_panel_is_there_while_seam_is_down(
    hass: HomeAssistant, simulator: Simulator, entry: MockConfigEntry, connect: Connect
) -> None:
    """It is not missing after a restart during an outage."""
    simulator.faults.add("status", status=503)
    await _set_up(hass, entry)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert await _panel(await connect())


async def test_panel_stays_during_reload(
    hass: HomeAssistant, panel: Panel, entry: MockConfigEntry
) -> None:
    """An open dialog survives a reload."""
    updates = async_capture_events(hass, EVENT_PANELS_UPDATED)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert await _panel(panel)
    assert not updates


async def test_option_removes_panel(
    hass: HomeAssistant,
    panel: Panel,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """Without the panel, devices do not link to it."""

    def url() -> str | None:
        device = device_registry.async_get_device_by_identifier(
            (DOMAIN, FRONT_DOOR), entry.entry_id
        )
        assert device
        return device.configuration_url

    assert url() == f"homeassistant://seam/lock/{FRONT_DOOR}"
    for is_wanted in (False, True):
        form = await hass.config_entries.options.async_init(entry.entry_id)
        assert form["data_schema"]
        options = form["data_schema"]({}) | {CONF_PANEL: is_wanted}
        await hass.config_entries.options.async_configure(form["flow_id"], options)
        await hass.async_block_till_done()
        assert bool(await _panel(panel)) is is_wanted
        assert bool(url()) is is_wanted


async def test_panel_of_two_entries(
    hass: HomeAssistant,
    panel: Panel,
    entry: MockConfigEntry,
    second_entry: MockConfigEntry,
) -> None:
    """The panel is removed with the last entry that is enabled, the card with the last."""
    await hass.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    await hass.async_block_till_done()
    assert await _panel(panel)
    await hass.config_entries.async_remove(second_entry.entry_id)
    await hass.async_block_till_done()
    assert await _panel(panel) is None
    assert await _resources(panel) == [MODULE_URL]
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert await _resources(panel) == []


async def test_panel_returns_with_new_entry(
    hass: HomeAssistant, panel: Panel, entry: MockConfigEntry
) -> None:
    """Removing the last entry and adding one again needs no restart."""
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    again = MockConfigEntry(
        domain=DOMAIN, title=entry.title, unique_id=entry.unique_id, data=entry.data
    )
    await _set_up(hass, again)
    assert await _panel(panel)
    assert await _resources(panel) == [MODULE_URL]


@pytest.mark.parametrize("versions", [[], ["0.0.1"], [VERSION], ["0.0.1", "0.0.2"]])
async def test_card_is_one_resource(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    connect: Connect,
    hass_storage: dict[str, Any],
    versions: list[str],
) -> None:
    """The resource of an older version is updated in place; others are left alone."""
    old = [f"/seam_frontend/{version}/seam.js" for version in versions]
    items = [
        {"id": f"id {url}", "type": "module", "url": url} for url in (*old, OTHER_CARD)
    ]
    hass_storage["lovelace_resources"] = {
        "version": 1,
        "key": "lovelace_resources",
        "data": {"items": items},
    }
    await _set_up(hass, entry)
    client = await connect()
    after = (await client.send("lovelace/resources"))["result"]
    assert sorted(item["url"] for item in after) == sorted([MODULE_URL, OTHER_CARD])
    if old:
        [ours] = [item for item in after if item["url"] == MODULE_URL]
        assert ours["id"] == items[0]["id"]
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert await _resources(client) == [OTHER_CARD]


async def test_bundle_is_served(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The bundle is cached by browsers, by its version."""
    (tmp_path / "seam.js").write_text("// the panel")
    monkeypatch.setattr(panel_module, "_FRONTEND", tmp_path)
    await _set_up(hass, entry)
    client = await hass_client_no_auth()
    response = await client.get(MODULE_URL)
    assert response.status == HTTPStatus.OK
    assert await response.text() == "// the panel"
    assert "javascript" in response.headers["Content-Type"]
    assert "max-age" in response.headers[CACHE_CONTROL]
    # For resources in YAML. Browsers must not keep where it leads.
    response = await client.get("/seam_frontend/seam.js", allow_redirects=False)
    assert response.status == HTTPStatus.FOUND
    assert response.headers[LOCATION] == MODULE_URL
    assert CACHE_CONTROL not in response.headers
