"""Delivery of the panel and the card, which are one JavaScript module."""

import asyncio
from pathlib import Path
from typing import Final

from aiohttp.web import HTTPFound
from homeassistant.components import frontend, panel_custom
from homeassistant.components.http import StaticPathConfig
from homeassistant.components.lovelace.const import CONF_RESOURCE_TYPE_WS, LOVELACE_DATA
from homeassistant.components.lovelace.resources import ResourceStorageCollection
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED
from homeassistant.const import CONF_ID, CONF_URL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.loader import async_get_loaded_integration

from ..const import CONF_PANEL, DOMAIN, PANEL
from ..coordinator import SeamConfigEntry

_FRONTEND: Final = Path(__file__).parents[1] / "frontend"
# Browsers cache these files for a month, so the path contains the version. They would
# keep them forever if it contained `/static/`.
_URL: Final = "/seam_frontend"


async def async_setup_panel(hass: HomeAssistant) -> None:
    """Show the panel and offer the card while there are config entries."""
    folder = f"{_URL}/{async_get_loaded_integration(hass, DOMAIN).version}"
    await hass.http.async_register_static_paths(
        [StaticPathConfig(folder, str(_FRONTEND))]
    )
    module_url = f"{folder}/seam.js"
    # For dashboard resources in YAML, which would be outdated after an update.
    hass.http.register_redirect(f"{_URL}/seam.js", module_url, redirect_exc=HTTPFound)
    updating = asyncio.Lock()

    async def update() -> None:
        async with updating:
            await _async_update_panel(hass, module_url)
            await _async_update_card(hass, module_url)

    @callback
    def entry_changed(_change: object, entry: SeamConfigEntry) -> None:
        if entry.domain == DOMAIN:
            hass.async_create_task(update(), f"{DOMAIN} panel")

    # Unloading is not enough to remove the panel: it stays open during a reload.
    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, entry_changed)
    await update()


async def _async_update_panel(hass: HomeAssistant, module_url: str) -> None:
    """Show the panel, or remove it if no enabled entry wants it."""
    is_wanted = any(
        entry.options.get(CONF_PANEL, True)
        for entry in hass.config_entries.async_entries(DOMAIN, include_disabled=False)
    )
    if is_wanted is frontend.async_panel_exists(hass, PANEL):
        return
    if not is_wanted:
        frontend.async_remove_panel(hass, PANEL)
        return
    await panel_custom.async_register_panel(
        hass,
        frontend_url_path=PANEL,
        webcomponent_name="seam-panel",
        sidebar_title="Access codes",
        sidebar_icon="mdi:lock-smart",
        module_url=module_url,
    )


async def _async_update_card(hass: HomeAssistant, module_url: str) -> None:
    """Add the card to the dashboard resources, update its URL, or remove it.

    Resources in YAML cannot be changed.
    """
    resources = data.resources if (data := hass.data.get(LOVELACE_DATA)) else None
    if not isinstance(resources, ResourceStorageCollection):
        return
    # The collection is empty until it is loaded.
    await resources.async_get_info()
    existing = [
        item
        for item in resources.async_items()
        if item[CONF_URL].startswith(f"{_URL}/")
    ]
    is_wanted = bool(hass.config_entries.async_entries(DOMAIN))
    for item in existing[is_wanted:]:
        await resources.async_delete_item(item[CONF_ID])
    if not is_wanted:
        return
    if not existing:
        await resources.async_create_item(
            {CONF_RESOURCE_TYPE_WS: "module", CONF_URL: module_url}
        )
    elif existing[0][CONF_URL] != module_url:
        await resources.async_update_item(existing[0][CONF_ID], {CONF_URL: module_url})
