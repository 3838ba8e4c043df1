"""What a lock can do, and telling Seam what it does not know of it."""

from typing import Any

from homeassistant.util import dt as dt_util

from ..attributes import JsonObject
from ..coordinator import SeamCoordinator
from ..errors import refusal, translated_errors
from ..sync.snapshot import LockData


def capabilities(lock: LockData) -> JsonObject:
    """Return what a lock can do, the rules for its codes, and how many it takes.

    Flags are true now, false not at present, and null never.
    """
    device, now = lock.device, dt_util.utcnow()
    properties = device.properties
    return {
        "can_remotely_lock": device.can_remotely_lock,
        "can_remotely_unlock": device.can_remotely_unlock,
        "can_configure_auto_lock": device.can_configure_auto_lock,
        "can_unlock_with_code": device.can_unlock_with_code,
        "can_program_online_access_codes": device.can_program_online_access_codes,
        "can_program_offline_access_codes": device.can_program_offline_access_codes,
        "can_convert_access_codes": device.has_access_codes
        and device.can_convert_codes,
        "has_backup_access_code_pool": properties.supports_backup_access_code_pool,
        "supported_code_lengths": [*sorted(properties.supported_code_lengths)],
        "code_constraints": [
            {
                key: value
                for key, value in constraint.to_dict().items()
                if value is not None
            }
            for constraint in properties.code_constraints
        ],
        "code_slots_used": lock.used_slots_at(now) if lock.has_codes else None,
        "code_slots_free": lock.free_slots_at(now) if lock.has_codes else None,
        "code_slots_max": properties.max_active_codes_supported,
    }


async def async_report_lengths(
    coordinator: SeamCoordinator, lock: LockData, lengths: dict[str, Any]
) -> JsonObject:
    """Tell Seam what lengths of PINs a lock takes; return what Seam makes of it."""
    if not lock.device.has_access_codes:
        raise refusal("no_access_codes", lock=lock.device.name)
    try:
        with translated_errors(coordinator):
            await coordinator.client.report_device_constraints(
                lock.device_id, **lengths
            )
    finally:
        await coordinator.async_refresh_locks([lock.device_id])
    device = coordinator.data.locks.get(lock.device_id, lock).device
    return {
        "supported_code_lengths": [*sorted(device.properties.supported_code_lengths)]
    }
