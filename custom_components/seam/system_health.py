"""What the system page says of Seam."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .const import CONF_ENDPOINT, DOMAIN
from .coordinator import SeamConfigEntry


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register the information."""
    register.async_register_info(_async_info)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return it for all workspaces, each value joined over them."""
    entries: list[SeamConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    info: dict[str, Any] = {}
    for endpoint in {entry.data[CONF_ENDPOINT] for entry in entries}:
        info["can_reach_seam"] = system_health.async_check_can_reach_url(hass, endpoint)
    coordinators = [entry.runtime_data for entry in entries]
    locks = [lock for one in coordinators for lock in one.data.locks.values()]
    codes = [code for lock in locks for code in lock.codes]
    info["workspaces"] = ", ".join(
        "sandbox" if one.workspace.is_sandbox else "production" for one in coordinators
    )
    info["locks"] = len(locks)
    info["codes"] = len(codes)
    info["problems"] = sum(bool(code.own_errors) for code in codes)
    info["last_sync"] = ", ".join(
        dt_util.as_local(one.reconciled_at).isoformat(timespec="seconds")
        for one in coordinators
        if one.reconciled_at
    )
    info["last_request_id"] = ", ".join(
        one.client.last_request_id or "–" for one in coordinators
    )
    return info
