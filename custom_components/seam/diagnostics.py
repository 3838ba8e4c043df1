"""What helps to find a fault, without anything that is nobody else's business.

No key, PIN, name of a code or lock, or serial number. Equal PINs can be told to be
equal: each becomes a token that is salted anew for each download.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
import hashlib
import hmac
import secrets
from typing import Any

from homeassistant.components.diagnostics import REDACTED
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.util import dt as dt_util

from .api import AccessCode, Device
from .const import CONF_ENDPOINT
from .coordinator import SeamConfigEntry, SeamCoordinator
from .device_registry import seam_device_id
from .push.registration import CONF_REGISTERED
from .sync.snapshot import LockData

# Texts of the models that are Seam's own terms. Any other text, one that is added later
# included, may be a person's: names, messages, serial numbers.
_SHOWN = {
    "access_code_id",
    "capabilities_supported",
    "code",
    "connected_account_id",
    "constraint_type",
    "device_id",
    "device_provider_name",
    "device_type",
    "manufacturer",
    "manufacturer_display_name",
    "missing",
    "mutation_code",
    "other_access_code_id",
    "pulled_backup_access_code_id",
    "scope",
    "status",
    "type",
    "workspace_id",
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: SeamConfigEntry
) -> dict[str, Any]:
    """Return what is known of a workspace."""
    coordinator = entry.runtime_data
    salt = secrets.token_bytes(16)
    return {
        **_state(entry, coordinator.data.locks.values()),
        "locks": [_lock(lock, salt) for lock in coordinator.data.locks.values()],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: SeamConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return what is known of a lock."""
    lock = entry.runtime_data.data.locks.get(seam_device_id(device) or "")
    return {
        **_state(entry, [lock] if lock else []),
        "lock": _lock(lock, secrets.token_bytes(16)) if lock else None,
    }


def _state(entry: SeamConfigEntry, locks: Iterable[LockData]) -> dict[str, Any]:
    """Return how the connection and these locks are doing."""
    coordinator = entry.runtime_data
    devices = [lock.device for lock in locks]
    codes = [code for lock in locks for code in lock.codes]
    now = dt_util.utcnow()
    return {
        "endpoint": entry.data[CONF_ENDPOINT],
        "options": dict(entry.options),
        "workspace": {
            "is_sandbox": coordinator.workspace.is_sandbox,
            "is_suspended": coordinator.workspace.is_suspended,
        },
        "connection": {
            "last_update_success": coordinator.last_update_success,
            "last_failure": _failure(coordinator),
            "is_asked_to_wait": coordinator.postponed_by is not None,
            "last_request_id": coordinator.client.last_request_id,
            "poll_seconds": coordinator.update_interval
            and coordinator.update_interval.total_seconds(),
        },
        "sync": _times(asdict(coordinator.engine.state)),
        "webhook": {
            "is_registered": entry.data.get(CONF_REGISTERED) is not None,
            **_times(asdict(coordinator.push)),
        },
        "codes": {
            "managed": sum(code.is_managed for code in codes),
            "unmanaged": sum(not code.is_managed for code in codes),
            "by_status": Counter(code.status_at(now).value for code in codes),
            **_problems(codes),
        },
        "devices": {
            "online": Counter(str(device.properties.online) for device in devices),
            **_problems(devices),
        },
    }


def _problems(of: Sequence[AccessCode | Device]) -> dict[str, Counter[str]]:
    """Return how often each error and warning is there."""
    return {
        "errors": Counter(problem.code for one in of for problem in one.errors),
        "warnings": Counter(problem.code for one in of for problem in one.warnings),
    }


def _failure(coordinator: SeamCoordinator) -> str | None:
    """Return what kind of error the last one was. Its text is in the log."""
    if (error := coordinator.last_exception) is None:
        return None
    return type(error.__cause__ or error).__name__


def _times(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in values.items()
    }


def _lock(lock: LockData, salt: bytes) -> dict[str, Any]:
    # The name of the product, in a place where names of people cannot be.
    return {"product": lock.device.model, **_plain(asdict(lock), salt)}


def _plain(value: Any, salt: bytes, key: str = "") -> Any:
    """Return plain data, with PINs as tokens and without private texts."""
    match value:
        case dict():
            is_code = "access_code_id" in value
            return {
                name: _token(item, salt)
                if is_code and name == "code" and item
                else _plain(item, salt, name)
                for name, item in value.items()
            }
        case list() | tuple() | set() | frozenset():
            return [_plain(item, salt, key) for item in value]
        case datetime():
            return value.isoformat()
        case str() if value and key not in _SHOWN:
            return REDACTED
        case _:
            return value


def _token(pin: str, salt: bytes) -> str:
    """Return the same token for the same PIN, of which nothing can be learnt."""
    return hmac.new(salt, pin.encode(), hashlib.sha256).hexdigest()[:8]
