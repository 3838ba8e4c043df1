"""The websocket API of the panel and the card, and their delivery."""

from typing import Any

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant

from .commands import async_register_commands
from .panel import async_setup_panel
from .subscription import Subscription


async def async_setup_websocket(hass: HomeAssistant) -> None:
    """Register the websocket commands and the panel."""
    websocket_api.async_register_command(hass, _subscribe)
    async_register_commands(hass)
    await async_setup_panel(hass)


@websocket_api.websocket_command({"type": "seam/subscribe"})
@websocket_api.async_response
async def _subscribe(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Send all locks and codes without PINs, and then their changes."""
    subscription = Subscription(hass, connection, msg["id"])
    connection.subscriptions[msg["id"]] = subscription.async_stop
    connection.send_result(msg["id"])
    await subscription.async_start()
