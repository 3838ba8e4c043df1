"""System health information for Seam.

People paste it into bug reports, so it contains no names and no keys.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from homeassistant.components import system_health
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from .api import DEFAULT_ENDPOINT
from .const import CONF_ENDPOINT, CONSOLE_URL, DOMAIN
from .coordinator import SeamConfigEntry, SeamCoordinator
from .push.registration import is_webhook_enabled, registered_webhook


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register the system health information."""
    register.async_register_info(_async_info, CONSOLE_URL)


async def _async_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the information about all workspaces, in the same order everywhere."""
    entries: list[SeamConfigEntry] = hass.config_entries.async_entries(
        DOMAIN, include_disabled=False
    )
    loaded = [entry for entry in entries if entry.state is ConfigEntryState.LOADED]
    locks = [
        lock for entry in loaded for lock in entry.runtime_data.data.locks.values()
    ]
    codes = [code for lock in locks for code in lock.codes]

    def each(value_fn: Callable[[SeamCoordinator], str | None]) -> str:
        """Return one value for each workspace, empty for those that are not loaded."""
        return _joined(
            value_fn(entry.runtime_data) if entry in loaded else None
            for entry in entries
        )

    return {
        "can_reach_seam": _async_check_endpoints(
            hass, sorted({entry.data[CONF_ENDPOINT] for entry in entries})
        ),
        "workspaces": _joined(map(_kind, entries)),
        "locks": len(locks),
        "codes": len(codes),
        "problems": sum(bool(code.own_errors) for code in codes),
        "last_sync": each(
            lambda coordinator: _local(coordinator.engine.state.reconciled_at)
        ),
        "failed_polls": each(
            lambda coordinator: str(coordinator.engine.state.failed_polls)
        ),
        "webhook": each(_webhook),
        "last_request_id": each(lambda coordinator: coordinator.client.last_request_id),
    }


async def _async_check_endpoints(
    hass: HomeAssistant, endpoints: list[str]
) -> str | dict[str, str]:
    """Return whether all endpoints can be reached, or which of them cannot.

    They share one line, because each line needs a translated name.
    """
    endpoints = endpoints or [DEFAULT_ENDPOINT]
    answers = await asyncio.gather(
        *(system_health.async_check_can_reach_url(hass, url) for url in endpoints)
    )
    if len(endpoints) == 1:
        return answers[0]
    failed = [
        f"{endpoint}: {answer if isinstance(answer, str) else answer['error']}"
        for endpoint, answer in zip(endpoints, answers, strict=True)
        if answer != "ok"
    ]
    return {"type": "failed", "error": ", ".join(failed)} if failed else "ok"


def _kind(entry: SeamConfigEntry) -> str:
    """Return the kind of workspace, or the state of an entry that is not loaded."""
    if entry.state is not ConfigEntryState.LOADED:
        return str(entry.state.value)
    return "sandbox" if entry.runtime_data.workspace.is_sandbox else "production"


def _webhook(coordinator: SeamCoordinator) -> str:
    """Return the state of the webhook."""
    entry = coordinator.config_entry
    if not is_webhook_enabled(entry):
        return "off"
    if registered_webhook(entry) is None:
        return "not registered"
    if coordinator.webhook_status.is_trusted:
        return "registered and sending"
    return "registered"


def _joined(values: Iterable[str | None]) -> str:
    return ", ".join(value or "–" for value in values) or "–"


def _local(moment: datetime | None) -> str | None:
    return dt_util.as_local(moment).isoformat(timespec="seconds") if moment else None
