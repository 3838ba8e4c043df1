"""Deleting a code, managed or not."""

from homeassistant.exceptions import HomeAssistantError

from ..api import AccessCode, ActionAttempt
from ..attributes import JsonObject, label
from ..coordinator import SeamCoordinator
from ..errors import refusal, translated_errors
from ..sync.snapshot import LockData
from .outcomes import code_outcome
from .waiting import async_wait_for_attempt, pending


def not_deletable(lock: LockData, code: AccessCode) -> HomeAssistantError | None:
    """Return why a code cannot be deleted, if so."""
    if code.is_offline_access_code:
        return refusal("offline_code_fixed", lock=lock.device.name, name=label(code))
    if code.cannot_delete_unmanaged_access_code:
        return refusal("cannot_delete", lock=lock.device.name, name=label(code))
    return None


async def async_begin_deletion(
    coordinator: SeamCoordinator, code: AccessCode
) -> ActionAttempt | None:
    """Ask Seam to delete a code, managed or not."""
    delete = (
        coordinator.client.delete_access_code
        if code.is_managed
        else coordinator.client.delete_unmanaged_access_code
    )
    with translated_errors(coordinator):
        attempt = await delete(code.access_code_id)
    coordinator.async_apply(coordinator.engine.code_deleted, code.access_code_id)
    return attempt


async def async_delete(
    coordinator: SeamCoordinator, lock: LockData, code: AccessCode
) -> JsonObject:
    """Delete a code, managed or not; return whether it is gone or under way."""
    code_id = code.access_code_id
    if reason := not_deletable(lock, code):
        raise reason
    try:
        attempt = await async_begin_deletion(coordinator, code)
        await async_wait_for_attempt(coordinator, lock.device_id, attempt)
    finally:
        await coordinator.async_refresh_locks([lock.device_id])
    now = coordinator.data.locks.get(lock.device_id)
    if now is None or now.code(code_id) is None:
        return code_outcome(code, "deleted")
    return code_outcome(code, "pending") | pending(coordinator, lock.device_id)
