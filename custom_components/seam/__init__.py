"""The Seam integration."""

from weakref import WeakSet

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_API_KEY, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.hass_dict import HassKey

from .actions import async_setup_services
from .api import SeamClient
from .api.redact import Secrets, SharedSecrets
from .const import CONF_ENDPOINT, DOMAIN
from .coordinator import SeamConfigEntry, SeamCoordinator, seam_device_id
from .issues import async_remove_issues, async_setup_issues
from .push.registration import async_remove_webhook
from .push.webhook import async_setup_webhook
from .stays import async_load_stays, async_remove_stays, async_start_stays
from .stays.action import async_setup_action
from .websocket import async_setup_websocket
from .websocket.conversion import async_remove_conversion, async_setup_conversion

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

# Of all workspaces.
_SECRETS: HassKey[WeakSet[Secrets]] = HassKey(f"{DOMAIN}_secrets")

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.EVENT,
    Platform.LOCK,
    Platform.NUMBER,
    Platform.SENSOR,
    Platform.SWITCH,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up the actions, the websocket API, and the panel."""
    async_setup_services(hass)
    async_setup_action(hass)
    await async_setup_websocket(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: SeamConfigEntry) -> bool:
    """Set up Seam from a config entry."""
    client = SeamClient(
        async_get_clientsession(hass),
        entry.data[CONF_API_KEY],
        entry.data[CONF_ENDPOINT],
        SharedSecrets(
            hass.data.setdefault(_SECRETS, WeakSet()), entry.data[CONF_API_KEY]
        ),
    )
    # Actions may go on after the entry was unloaded.
    entry.async_on_unload(client.close)
    coordinator = SeamCoordinator(hass, entry, client)
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = coordinator
    await async_setup_conversion(hass, entry)
    await async_load_stays(hass, entry)
    coordinator.async_fetch_codes()
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    async_setup_issues(hass, entry)
    async_setup_webhook(hass, entry)
    async_start_stays(hass, entry)
    coordinator.activity.async_start(coordinator.data.locks)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: SeamConfigEntry) -> bool:
    """Unload a config entry."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Remove the webhook, the repair issues, and what is stored of a config entry."""
    async_remove_issues(hass, entry)
    await async_remove_conversion(hass, entry)
    await async_remove_stays(hass, entry)
    await async_remove_webhook(hass, entry)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: SeamConfigEntry, device: dr.DeviceEntry
) -> bool:
    """Allow removing a device that Seam no longer has, or whose stays are removed."""
    if entry.state is not ConfigEntryState.LOADED:
        # Which devices Seam has is currently unknown.
        return False
    coordinator = entry.runtime_data
    return seam_device_id(device) not in {
        coordinator.workspace.workspace_id,
        *coordinator.data.locks,
        *entry.subentries,
    }
