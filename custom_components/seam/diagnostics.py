"""Diagnostics for Seam.

They contain no keys, PINs, names or serial numbers. A PIN is replaced by a token that is
the same for equal PINs of one download, and different in the next.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
import hashlib
import hmac
from itertools import islice
import secrets
from typing import Any, Final

from homeassistant.components.diagnostics import REDACTED
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.util import dt as dt_util

from .api import AccessCode, Device, SeamProblem
from .api.readable import MAX_NAME_LENGTH, readable
from .const import CONF_ENDPOINT
from .coordinator import SeamConfigEntry, SeamCoordinator, seam_device_id
from .push.registration import registered_webhook
from .stays.watch import StaysWatch, async_stays
from .sync.snapshot import LockData

# Fields with terms and ids of Seam. The text of any other field, also of one that is
# added later, is redacted, because it may be private.
_SHOWN = {
    "access_code_id",
    "arrive_by",
    "capabilities_supported",
    "check_in",
    "check_out",
    "code",
    "connected_account_id",
    "constraint_type",
    "device_id",
    "device_provider_name",
    "device_type",
    "locks",
    "manufacturer",
    "manufacturer_display_name",
    "missing",
    "mutation_code",
    "other_access_code_id",
    "pin_rule",
    "pulled_backup_access_code_id",
    "scope",
    "status",
    "type",
    "workspace_id",
}


# Of each list. Seam may send any number of rows.
_MOST_ROWS: Final = 100


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: SeamConfigEntry
) -> dict[str, Any]:
    """Return diagnostics for a config entry."""
    coordinator = entry.runtime_data
    salt = secrets.token_bytes(16)
    locks = list(coordinator.data.locks.values())
    shown = [_lock(lock, salt) for lock in locks[:_MOST_ROWS]]
    return {
        **_state(entry),
        **_counts(locks),
        "stays": [*map(_stays, async_stays(hass, entry))],
        "locks": [*shown, *_left_out(locks)],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: SeamConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return diagnostics for a device."""
    device_id = seam_device_id(device) or ""
    lock = entry.runtime_data.data.locks.get(device_id)
    return {
        **_state(entry),
        **(_counts([lock]) if lock else {}),
        "stays": [
            _stays(watch)
            for watch in async_stays(hass, entry)
            if device_id in (watch.runner.subentry.subentry_id, *watch.device_ids)
        ],
        "lock": _lock(lock, secrets.token_bytes(16)) if lock else None,
    }


def _state(entry: SeamConfigEntry) -> dict[str, Any]:
    """Return the state of the connection and the sync."""
    coordinator = entry.runtime_data
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
        "sync": _plain(asdict(coordinator.engine.state)),
        "webhook": {
            "is_registered": registered_webhook(entry) is not None,
            **_plain(asdict(coordinator.webhook_status)),
        },
    }


def _counts(locks: Iterable[LockData]) -> dict[str, Any]:
    """Return numbers about these locks and their codes."""
    devices = [lock.device for lock in locks]
    codes = [code for lock in locks for code in lock.codes]
    now = dt_util.utcnow()
    return {
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


def _problems(owners: Sequence[AccessCode | Device]) -> dict[str, dict[str, int]]:
    """Return the number of times that each error and warning occurs."""

    def count(problems: Iterable[SeamProblem]) -> dict[str, int]:
        counts = Counter(problem.code for problem in problems)
        return dict(counts.most_common(_MOST_ROWS))

    return {
        "errors": count(problem for owner in owners for problem in owner.errors),
        "warnings": count(problem for owner in owners for problem in owner.warnings),
    }


def _stays(watch: StaysWatch) -> dict[str, Any]:
    """Return the settings of stays without their texts, and what was done last."""
    runner = watch.runner
    report, links = runner.report, runner.memory.links
    return {
        "settings": _plain(dict(runner.settings)),
        "calendar_was_read": runner.stays is not None,
        "coming": len(runner.stays or ()),
        "codes": len(links),
        "unconfirmed": sum(link.is_pending for link in links),
        "steps": Counter(
            f"{step.kind}: {step.reason or 'no reason'}"
            for step in (report.plan.steps if report else ())
        ),
        "errors": len(report.errors) if report else 0,
        "verdicts": Counter(arrival.verdict.value for arrival in watch.arrivals or ()),
    }


def _failure(coordinator: SeamCoordinator) -> str | None:
    """Return the type of the last error, without its text."""
    if (error := coordinator.last_exception) is None:
        return None
    return type(error.__cause__ or error).__name__


def _lock(lock: LockData, salt: bytes) -> dict[str, Any]:
    """Return a lock and its codes, with the product in place of its name."""
    return {"product": lock.device.model, **_plain(asdict(lock), salt)}


def _plain(value: Any, salt: bytes = b"", key: str = "") -> Any:
    """Return JSON data, with tokens in place of PINs and without private texts."""
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
            rows = [_plain(item, salt, key) for item in islice(value, _MOST_ROWS)]
            return [*rows, *_left_out(value)]
        case datetime():
            return value.isoformat()
        case str() if value and key not in _SHOWN:
            return REDACTED
        case str():
            return readable(value, MAX_NAME_LENGTH)
        case _:
            return value


def _left_out(rows: Collection[Any]) -> list[dict[str, int]]:
    """Return a row that says how many others are left out, if any are."""
    count = len(rows) - _MOST_ROWS
    return [{"rows_left_out": count}] if count > 0 else []


def _token(pin: str, salt: bytes) -> str:
    """Return a token from which the PIN cannot be derived, and that looks like none."""
    return f"pin-{hmac.new(salt, pin.encode(), hashlib.sha256).hexdigest()[:8]}"
