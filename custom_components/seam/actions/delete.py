"""The action that deletes a code, managed or unmanaged."""

from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..api import AccessCode, ActionAttempt, CodeStatus
from ..attributes import JsonObject, label
from ..errors import refusal, translated_errors
from ..sync.snapshot import LockData
from .codes import find_any_code
from .fields import code_selection
from .outcomes import Outcome, Result, code_result
from .targets import (
    Answers,
    Target,
    async_each,
    changing_locks,
    current_target,
    in_turn,
)
from .unconfirmed import forget, remember
from .validation import check_code_known
from .waiting import async_wait_for_attempt, pending


async def async_delete_access_code(call: ServiceCall, targets: list[Target]) -> Answers:
    """Delete a code of each lock."""
    selection = code_selection(call.data)

    async def delete(target: Target) -> JsonObject:
        code = find_any_code(target, selection)
        check_code_known(target.lock, code)
        return code_result(code, await async_delete(target, code))

    return await async_each(targets, delete)


async def async_delete(target: Target, code: AccessCode) -> Result:
    """Delete a code; return `deleted` or `pending`."""
    check_deletable(target.lock, code)
    async with in_turn(target.coordinator.hass, [code.access_code_id]):
        current = current_target(target).lock.code(code.access_code_id)
        if current and not was_removed_meanwhile(code, current):
            async with changing_locks(target):
                attempt = await async_start_deletion(target, current)
                await async_finish_deletion(target, current, attempt)
    return deletion_result(target, code)


def was_removed_meanwhile(before: AccessCode, current: AccessCode) -> bool:
    """Return whether another action has started to delete a code."""
    now = dt_util.utcnow()
    return (
        current.status_at(now) is CodeStatus.REMOVING
        and before.status_at(now) is not CodeStatus.REMOVING
    )


def check_deletable(lock: LockData, code: AccessCode) -> None:
    """Refuse a code that cannot be deleted."""
    if code.is_offline_access_code:
        raise refusal("offline_code_fixed", lock=lock.device.name, name=label(code))
    if code.cannot_delete_unmanaged_access_code:
        raise refusal("cannot_delete", lock=lock.device.name, name=label(code))


async def async_start_deletion(
    target: Target, code: AccessCode
) -> ActionAttempt | None:
    """Let Seam delete a code."""
    coordinator = target.coordinator
    delete = (
        coordinator.client.delete_access_code
        if code.is_managed
        else coordinator.client.delete_unmanaged_access_code
    )
    with translated_errors(coordinator):
        attempt = await delete(code.access_code_id)
    forget(coordinator.hass, code)
    coordinator.async_apply(coordinator.engine.code_deleted, code.access_code_id)
    return attempt


async def async_finish_deletion(
    target: Target, code: AccessCode, attempt: ActionAttempt | None
) -> None:
    """Wait until a code is deleted; show it as before if that fails."""
    coordinator = target.coordinator
    try:
        await async_wait_for_attempt(target, attempt)
    except HomeAssistantError:
        remember(coordinator.hass, code)
        coordinator.async_apply(
            coordinator.engine.change_failed, code.access_code_id, {"status"}
        )
        raise


def deletion_result(target: Target, code: AccessCode) -> Result:
    """Return whether a code is deleted, or its deletion is pending."""
    lock = target.current_lock
    if lock is None or lock.code(code.access_code_id) is None:
        return Result(Outcome.DELETED)
    return pending(target)
