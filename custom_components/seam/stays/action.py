"""The action that previews stays."""

from typing import Final, cast

from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.helpers.typing import VolSchemaType
import voluptuous as vol

from ..attributes import JsonObject
from ..const import DOMAIN
from ..coordinator import seam_device_id
from ..errors import ActionError, refusal
from .preview import preview_response
from .watch import WATCHES

ATTR_STAYS: Final = "stays"

SCHEMA: Final = vol.Schema({vol.Required(ATTR_STAYS): cv.string})


@callback
def async_setup_action(hass: HomeAssistant) -> None:
    """Register the action."""

    async def preview(call: ServiceCall) -> JsonObject:
        """Return what would be done now."""
        device = dr.async_get(hass).async_get(call.data[ATTR_STAYS])
        subentry_id = (
            seam_device_id(device) if isinstance(device, dr.DeviceEntry) else None
        )
        return await async_stays_preview(hass, subentry_id)

    async_register_admin_service(
        hass,
        DOMAIN,
        "preview_stays",
        preview,
        cast("VolSchemaType", SCHEMA),
        SupportsResponse.ONLY,
    )


async def async_stays_preview(
    hass: HomeAssistant, subentry_id: str | None
) -> JsonObject:
    """Return what would be done now about the codes of a subentry."""
    watch = hass.data.get(WATCHES, {}).get(subentry_id or "")
    if watch is None:
        raise refusal("stays_unknown")
    runner = watch.runner
    found = await runner.async_preview(runner.settings)
    if found is None:
        raise ActionError("calendar_unavailable", calendar=runner.calendar)
    return preview_response(hass, runner.entry, found)
