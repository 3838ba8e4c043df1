"""The action that activates the backup of a code."""

from homeassistant.core import ServiceCall

from ..api import AccessCode
from ..attributes import JsonObject, label
from ..errors import refusal
from ..sync.snapshot import LockData
from .codes import code_response, find_managed_code, matching_codes
from .fields import code_selection
from .targets import Answers, Target, async_each, changing_locks
from .validation import check_codes_known


async def async_pull_backup_access_code(
    call: ServiceCall, targets: list[Target]
) -> Answers:
    """Activate the backup of a code of each lock; return it with its PIN."""
    selection = code_selection(call.data)

    async def pull(target: Target) -> JsonObject:
        coordinator, lock = target.coordinator, target.lock
        if not matching_codes(lock.managed, selection):
            check_codes_known(lock)
        # A guest may need it while the codes cannot be listed.
        code = find_managed_code(target, selection)
        check_backup(lock, code)
        async with changing_locks(target):
            backup = await coordinator.client.pull_backup_access_code(
                code.access_code_id
            )
            coordinator.async_apply(coordinator.engine.code_created, backup)
            coordinator.async_apply(
                coordinator.engine.code_changed,
                code.access_code_id,
                {"pulled_backup_access_code_id": backup.access_code_id},
            )
        return {"backup_of": code.access_code_id, **code_response(target, backup)}

    return await async_each(targets, pull)


def check_backup(lock: LockData, code: AccessCode) -> None:
    """Refuse a code that cannot have a backup."""
    if code.ends_at is None:
        raise refusal("backup_of_ongoing", lock=lock.device.name, name=label(code))
    # The pool belongs to the lock. Only Seam knows whether it has a code now.
    if lock.device.properties.supports_backup_access_code_pool is False:
        raise refusal("no_backup_codes", lock=lock.device.name)
