"""Deleting codes whose time is over."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..api import AccessCode, ActionAttempt, CodeStatus
from ..attributes import JsonObject, local_time
from ..coordinator import SeamCoordinator
from ..sync.snapshot import LockData
from .delete import async_begin_deletion, not_deletable
from .outcomes import async_begin_each, code_outcome
from .waiting import async_wait_for_attempt, pending


def expired_codes(
    lock: LockData, older_than: timedelta, *, include_unmanaged: bool
) -> list[AccessCode]:
    """Return the codes of a lock that ended at least so long ago."""
    now = dt_util.utcnow()
    return [
        code
        for code in (lock.codes if include_unmanaged else lock.managed)
        if code.ends_at is not None and now - code.ends_at >= older_than
    ]


async def async_delete_expired(
    coordinator: SeamCoordinator,
    lock: LockData,
    codes: Iterable[AccessCode],
    *,
    dry_run: bool,
) -> list[JsonObject]:
    """Delete codes that are over; return what became of each, with the reason.

    The outcome is `deleted`, `pending`, `would_delete`, `not_deletable` or `failed`.
    """
    now = dt_util.utcnow()
    outcomes: list[JsonObject] = []
    todo: list[AccessCode] = []
    for code in codes:
        if code.status_at(now) is CodeStatus.REMOVING:
            outcomes.append(
                _outcome(code, "pending") | pending(coordinator, lock.device_id)
            )
        elif reason := not_deletable(lock, code):
            outcomes.append(_outcome(code, "not_deletable", reason))
        elif dry_run:
            outcomes.append(_outcome(code, "would_delete"))
        else:
            todo.append(code)
    if todo:
        outcomes += await _async_delete(coordinator, lock, todo)
    return outcomes


async def _async_delete(
    coordinator: SeamCoordinator, lock: LockData, codes: list[AccessCode]
) -> list[JsonObject]:
    attempts: list[tuple[AccessCode, ActionAttempt | None]] = []

    async def begin(code: AccessCode) -> None:
        try:
            attempt = await async_begin_deletion(coordinator, code)
        except HomeAssistantError as err:
            if err.translation_key != "not_found":
                raise
            # It went by itself meanwhile.
            coordinator.async_apply(
                coordinator.engine.code_deleted, code.access_code_id
            )
        else:
            attempts.append((code, attempt))

    try:
        failures = await async_begin_each(codes, begin)

        async def wait(code: AccessCode, attempt: ActionAttempt | None) -> None:
            try:
                await async_wait_for_attempt(coordinator, lock.device_id, attempt)
            except HomeAssistantError as err:
                failures[code.access_code_id] = err

        await asyncio.gather(*(wait(code, attempt) for code, attempt in attempts))
    finally:
        await coordinator.async_refresh_locks([lock.device_id])
    current = coordinator.data.locks.get(lock.device_id)
    return [
        _outcome(code, "failed", reason)
        if (reason := failures.get(code.access_code_id)) is not None
        else _outcome(code, "deleted")
        if current is None or current.code(code.access_code_id) is None
        else _outcome(code, "pending") | pending(coordinator, lock.device_id)
        for code in codes
    ]


def _outcome(
    code: AccessCode, outcome: str, reason: HomeAssistantError | None = None
) -> JsonObject:
    return {
        **code_outcome(code, outcome, reason),
        "ends_at": local_time(code.ends_at),
    }
