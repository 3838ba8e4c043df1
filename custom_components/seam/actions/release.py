"""The action that makes a managed code unmanaged again."""

from homeassistant.core import ServiceCall

from ..api import AccessCode, ActionAttemptStatus
from ..attributes import JsonObject, label
from ..errors import refusal
from ..sync.snapshot import LockData
from .changes import async_with_current_times, kept_times
from .codes import check_changeable, find_managed_code
from .fields import CodeSelection, code_selection
from .outcomes import Outcome, Result, code_result
from .targets import (
    Answers,
    Target,
    async_each,
    changing_locks,
    current_target,
    in_turn,
)
from .validation import check_codes_known
from .waiting import async_wait_for_attempt, pending


async def async_release_access_code(
    call: ServiceCall, targets: list[Target]
) -> Answers:
    """Make a managed code of each lock unmanaged."""
    selection = code_selection(call.data)

    async def release(target: Target) -> JsonObject:
        code = _releasable(target, selection)
        coordinator = target.coordinator
        async with in_turn(coordinator.hass, [code.access_code_id]):
            # Another action may have released or deleted it.
            code = _releasable(current_target(target), selection)
            async with changing_locks(target):
                code = await async_with_current_times(target, code)
                attempt = await coordinator.client.update_access_code(
                    code.access_code_id,
                    is_managed=False,
                    **kept_times(target.lock, code),
                )
                attempt = await async_wait_for_attempt(target, attempt)
                # The code may get a new id.
                coordinator.async_apply(
                    coordinator.engine.codes_moved, [code.access_code_id]
                )
        if attempt and attempt.status is ActionAttemptStatus.PENDING:
            return code_result(code, pending(target))
        return code_result(code, Result(Outcome.RELEASED))

    return await async_each(targets, release)


def _releasable(target: Target, selection: CodeSelection) -> AccessCode:
    """Return the selected code, which can be released."""
    check_codes_known(target.lock)
    code = find_managed_code(target, selection)
    check_changeable(target.lock, code)
    check_releasable(target.lock, code)
    return code


def check_releasable(lock: LockData, code: AccessCode) -> None:
    """Refuse a code that could not be seen afterwards, or would never expire."""
    if not lock.device.lists_unmanaged_codes:
        raise refusal("not_releasable", lock=lock.device.name, name=label(code))
    kept_times(lock, code)
