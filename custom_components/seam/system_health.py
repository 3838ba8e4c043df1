"""What the system page says of Seam.

People paste it into reports: no name, no key.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .api import DEFAULT_ENDPOINT
from .const import CONF_ENDPOINT, CONSOLE_URL, DOMAIN
from .coordinator import SeamConfigEntry


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register the information."""
    register.async_register_info(_async_info, CONSOLE_URL)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return it for all workspaces, each value joined over them in the same order."""
    entries: list[SeamConfigEntry] = hass.config_entries.async_entries(
        DOMAIN, include_disabled=False
    )
    loaded = [entry for entry in entries if entry.state is ConfigEntryState.LOADED]
    coordinators = [entry.runtime_data for entry in loaded]
    locks = [lock for one in coordinators for lock in one.data.locks.values()]
    codes = [code for lock in locks for code in lock.codes]
    return {
        **_reachability(hass, entries),
        "workspaces": _joined(
            entry.state.value
            if entry not in loaded
            else "sandbox"
            if entry.runtime_data.workspace.is_sandbox
            else "production"
            for entry in entries
        ),
        "locks": len(locks),
        "codes": len(codes),
        "problems": sum(bool(code.own_errors) for code in codes),
        "last_sync": _joined(_local(one.reconciled_at) for one in coordinators),
        "failed_polls": _joined(
            str(one.sync_state.failed_polls) for one in coordinators
        ),
        "last_request_id": _joined(one.client.last_request_id for one in coordinators),
    }


def _reachability(
    hass: HomeAssistant, entries: list[SeamConfigEntry]
) -> dict[str, Any]:
    """Return a check for each address. The usual one has the translated name."""
    endpoints = {entry.data[CONF_ENDPOINT] for entry in entries} or {DEFAULT_ENDPOINT}
    return {
        "can_reach_seam"
        if len(endpoints) == 1
        else f"can_reach_seam ({endpoint})": system_health.async_check_can_reach_url(
            hass, endpoint
        )
        for endpoint in sorted(endpoints)
    }


def _joined(values: Iterable[str | None]) -> str:
    return ", ".join(value or "–" for value in values) or "–"


def _local(moment: datetime | None) -> str | None:
    return dt_util.as_local(moment).isoformat(timespec="seconds") if moment else None
