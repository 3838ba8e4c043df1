"""A Home Assistant instance with the integration, connected to a workspace."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
import socket
from typing import Any, Final

from homeassistant.bootstrap import async_setup_hass
from homeassistant.components.http.config import (
    HTTP_STORAGE_SCHEMA,
    async_get_and_load_store,
)
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.const import CONF_API_KEY
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.runner import RuntimeConfig

from custom_components.seam.const import CONF_ADVANCED, CONF_ENDPOINT, DOMAIN
from custom_components.seam.coordinator import SeamConfigEntry
from custom_components.seam.push.registration import CONF_REGISTERED

from .workspace import ROOT, Workspace

CONFIGURATION: Final = """\
logger:
  default: error
  logs:
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
"""
TIMEOUT: Final = 30.0  # seconds


class Instance:
    """A running Home Assistant with a config entry of the workspace."""

    def __init__(self, hass: HomeAssistant, entry: SeamConfigEntry, port: int) -> None:
        """Initialize the instance."""
        self.hass = hass
        self.entry = entry
        self._port = port

    def entity_id(self, platform: str, device_id: str, key: str) -> str:
        """Return the entity ID of an entity of a lock."""
        registry = er.async_get(self.hass)
        entity_id = registry.async_get_entity_id(platform, DOMAIN, f"{device_id}_{key}")
        assert entity_id is not None
        return entity_id

    async def settle(self) -> None:
        """Wait until Home Assistant is idle."""
        await self.hass.async_block_till_done()

    async def open_to_webhooks(self) -> None:
        """Set an external URL and wait until the webhook is registered."""
        registered = asyncio.Event()

        @callback
        def changed(_change: ConfigEntryChange, entry: ConfigEntry) -> None:
            if entry is self.entry and CONF_REGISTERED in entry.data:
                registered.set()

        stop = async_dispatcher_connect(self.hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed)
        await self.hass.config.async_update(
            external_url=f"https://localhost:{self._port}"
        )
        async with asyncio.timeout(TIMEOUT):
            await registered.wait()
        stop()

    @contextmanager
    def awaited(self, entity_id: str, state: str) -> Iterator[asyncio.Future[None]]:
        """Provide a future that is done when an entity changes to a state."""
        reached = self.hass.loop.create_future()

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            new = event.data["new_state"]
            if new is not None and new.state == state and not reached.done():
                reached.set_result(None)

        stop = async_track_state_change_event(self.hass, entity_id, changed)
        try:
            yield reached
        finally:
            stop()


@asynccontextmanager
async def running_instance(
    folder: Path, workspace: Workspace, certificate: Path, key: Path
) -> AsyncIterator[Instance]:
    """Run Home Assistant in a folder, connected to a workspace."""
    (folder / "custom_components").symlink_to(ROOT / "custom_components")
    (folder / "configuration.yaml").write_text(CONFIGURATION)
    port = _free_port()
    await _store_address(
        folder,
        server_host=["127.0.0.1"],
        server_port=port,
        ssl_certificate=str(certificate),
        ssl_key=str(key),
    )
    hass = await async_setup_hass(RuntimeConfig(str(folder), skip_pip=True))
    assert hass is not None
    try:
        await hass.async_start()
        yield Instance(hass, await _connect(hass, workspace), port)
    finally:
        await hass.async_stop(force=True)


async def _store_address(folder: Path, **address: Any) -> None:
    """Store the address, as one from YAML is only tried for minutes."""
    core = HomeAssistant(str(folder))
    store = await async_get_and_load_store(core)
    await store.async_set_pending(HTTP_STORAGE_SCHEMA(address))
    await store.async_promote_pending()
    await core.async_stop(force=True)


async def _connect(hass: HomeAssistant, workspace: Workspace) -> SeamConfigEntry:
    flows = hass.config_entries.flow
    form = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await flows.async_configure(
        form["flow_id"],
        {CONF_API_KEY: workspace.key, CONF_ADVANCED: {CONF_ENDPOINT: workspace.url}},
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY, result
    await hass.async_block_till_done()
    entry: SeamConfigEntry = hass.config_entries.async_entries(DOMAIN)[0]
    return entry


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
