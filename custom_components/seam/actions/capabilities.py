"""The action that returns what a lock supports."""

from homeassistant.core import ServiceCall
from homeassistant.util import dt as dt_util

from ..attributes import JsonObject
from ..sync.snapshot import LockData
from .targets import Answers, Target


async def async_get_lock_capabilities(
    _call: ServiceCall, targets: list[Target]
) -> Answers:
    """Return what each lock supports."""
    return {target.entity_id: _capabilities(target.lock) for target in targets}


def _capabilities(lock: LockData) -> JsonObject:
    """Return what a lock supports, the rules for its codes, and its code slots.

    Flags are true if it is possible now, false if currently not, and null if never.
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
        "code_slots_used": lock.used_slots_at(now) if lock.has_all_codes else None,
        "code_slots_free": lock.free_slots_at(now) if lock.has_all_codes else None,
        "code_slots_max": properties.max_active_codes_supported,
    }
