"""What helps to find a fault, without anything that is nobody else's business.

No key, PIN, name of a code or lock, or serial number. Equal PINs can be told to be
equal: each becomes a token that is salted anew for each download.
"""

from dataclasses import asdict
from datetime import datetime
import hashlib
import hmac
import secrets
from typing import Any

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.const import CONF_API_KEY
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry

from .coordinator import SeamConfigEntry, SeamCoordinator, seam_device_id
from .picture import Lock

# Names and free texts: who wrote them may have put anything in.
_PRIVATE = {
    CONF_API_KEY,
    "display_name",
    "message",
    "name",
    "nickname",
    "serial_number",
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: SeamConfigEntry
) -> dict[str, Any]:
    """Return what is known of a workspace."""
    coordinator = entry.runtime_data
    salt = secrets.token_bytes(16)
    return {
        "entry": async_redact_data(dict(entry.data), _PRIVATE),
        "options": dict(entry.options),
        **_state(coordinator),
        "locks": [_lock(lock, salt) for lock in coordinator.data.locks.values()],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: SeamConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return what is known of a lock."""
    coordinator = entry.runtime_data
    lock = coordinator.data.locks.get(seam_device_id(device) or "")
    return {
        **_state(coordinator),
        "lock": _lock(lock, secrets.token_bytes(16)) if lock else None,
    }


def _state(coordinator: SeamCoordinator) -> dict[str, Any]:
    return {
        "workspace": {
            "is_sandbox": coordinator.workspace.is_sandbox,
            "is_suspended": coordinator.workspace.is_suspended,
        },
        "last_update_success": coordinator.last_update_success,
        "last_exception": type(coordinator.last_exception).__name__,
        "poll_seconds": coordinator.update_interval
        and coordinator.update_interval.total_seconds(),
        "last_sync": _json(coordinator.reconciled_at, b""),
        "last_request_id": coordinator.client.last_request_id,
    }


def _lock(lock: Lock, salt: bytes) -> dict[str, Any]:
    described: dict[str, Any] = _json(asdict(lock), salt)
    return described


def _json(value: Any, salt: bytes) -> Any:
    """Return plain data, with PINs as tokens and without private texts."""
    if isinstance(value, dict):
        return {
            key: _token(item, salt)
            if key == "code" and "access_code_id" in value
            else REDACTED
            if key in _PRIVATE and item
            else _json(item, salt)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_json(item, salt) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _token(pin: str | None, salt: bytes) -> str | None:
    """Return the same token for the same PIN, of which nothing can be learnt."""
    if pin is None:
        return None
    return hmac.new(salt, pin.encode(), hashlib.sha256).hexdigest()[:8]
