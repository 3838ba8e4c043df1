"""The action that deletes expired codes."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..api import AccessCode, ActionAttempt, CodeStatus
from ..attributes import JsonObject, local_time
from ..errors import ErrorText, NotFoundError, refusal, translated_errors
from .delete import (
    async_finish_deletion,
    async_start_deletion,
    check_deletable,
    deletion_result,
    was_removed_meanwhile,
)
from .fields import ATTR_DRY_RUN, BOOLEAN, DURATION, ActionSchema, check_dry_run
from .outcomes import (
    CodeResults,
    Outcome,
    Result,
    async_start_each,
    code_result,
    raise_failures,
)
from .targets import (
    Answers,
    Target,
    async_each,
    async_refresh_targets,
    changing_locks,
    current_target,
    in_turn,
)
from .validation import check_codes_known
from .waiting import pending

ATTR_INCLUDE_UNMANAGED: Final = "include_unmanaged"
ATTR_OLDER_THAN: Final = "older_than"

_CLOCK_TOLERANCE: Final = timedelta(minutes=5)

SCHEMA: Final = ActionSchema(
    {
        vol.Optional(ATTR_OLDER_THAN): DURATION,
        vol.Optional(ATTR_INCLUDE_UNMANAGED, default=False): BOOLEAN,
        vol.Optional(ATTR_DRY_RUN, default=False): BOOLEAN,
    }
)


async def async_delete_expired_access_codes(
    call: ServiceCall, targets: list[Target]
) -> Answers:
    """Delete all expired codes of each lock."""
    check_dry_run(call)
    # A code that got a later end in the meantime must not be deleted.
    began_at = dt_util.utcnow()
    failed = await async_refresh_targets(targets)

    def is_new(target: Target, code: AccessCode) -> bool:
        # A slow list of unmanaged codes does not fail the refresh.
        read_at = target.coordinator.engine.read_at(code)
        return read_at is not None and read_at >= began_at

    async def delete(target: Target) -> JsonObject:
        target = current_target(target)
        lock, with_unmanaged = target.lock, call.data[ATTR_INCLUDE_UNMANAGED]
        check_codes_known(lock, with_unmanaged=with_unmanaged)
        older_than = call.data.get(ATTR_OLDER_THAN, timedelta())
        codes = [
            code
            for code in (lock.codes if with_unmanaged else lock.managed)
            if _is_expired(target, code, older_than)
        ]
        if not all(code.is_managed or is_new(target, code) for code in codes):
            raise refusal("unmanaged_codes_unknown", lock=lock.device.name)
        results = await _async_delete_all(
            target, codes, older_than, dry_run=call.data[ATTR_DRY_RUN]
        )
        if not call.return_response:
            raise_failures("deletions_failed", target.lock, results)
        return {
            "access_codes": [
                code_result(code, result) | {"ends_at": local_time(code.ends_at)}
                for code, result in results
            ]
        }

    return failed | await async_each(
        [target for target in targets if target.entity_id not in failed], delete
    )


def _now(target: Target) -> datetime:
    """Return the time, by Seam's clock if the own one is far ahead of it.

    Codes that still work must not be deleted because of a wrong clock.
    """
    now, date = dt_util.utcnow(), target.coordinator.client.last_date
    return date if date is not None and now - date > _CLOCK_TOLERANCE else now


def _is_expired(target: Target, code: AccessCode, older_than: timedelta) -> bool:
    """Return whether a code expired at least this long ago."""
    return code.ends_at is not None and _now(target) - code.ends_at >= older_than


async def _async_delete_all(
    target: Target, codes: list[AccessCode], older_than: timedelta, *, dry_run: bool
) -> CodeResults:
    """Delete the codes that can be deleted; return a result for each code."""
    now = dt_util.utcnow()
    results: CodeResults = []
    deletable: list[AccessCode] = []
    for code in codes:
        if code.status_at(now) is CodeStatus.REMOVING:
            results.append((code, pending(target)))
            continue
        try:
            check_deletable(target.lock, code)
        except ServiceValidationError as err:
            results.append((code, Result(Outcome.NOT_DELETABLE, ErrorText(err))))
            continue
        if dry_run:
            results.append((code, Result(Outcome.WOULD_DELETE)))
        else:
            deletable.append(code)
    if deletable:
        results += await _async_delete(target, deletable, older_than)
    return results


async def _async_delete(
    target: Target, codes: list[AccessCode], older_than: timedelta
) -> CodeResults:
    attempts: list[tuple[AccessCode, ActionAttempt | None]] = []
    extended: dict[str, AccessCode] = {}
    coordinator = target.coordinator

    async def start(code: AccessCode) -> None:
        async with in_turn(coordinator.hass, [code.access_code_id]):
            current = current_target(target).lock.code(code.access_code_id)
            if current is None or was_removed_meanwhile(code, current):
                return
            try:
                # It may have got a later end that lists do not show yet.
                with translated_errors(coordinator, is_change=False):
                    fresh = await coordinator.fetcher.async_read_code(current)
                current = replace(current, ends_at=fresh.ends_at)
                if not _is_expired(target, current, older_than):
                    extended[code.access_code_id] = current
                    return
                attempts.append((code, await async_start_deletion(target, current)))
            except NotFoundError:
                # Seam removes expired codes as well.
                coordinator.async_apply(
                    coordinator.engine.code_deleted, code.access_code_id
                )

    async def wait(code: AccessCode, attempt: ActionAttempt | None) -> None:
        try:
            await async_finish_deletion(target, code, attempt)
        except HomeAssistantError as err:
            errors[code.access_code_id] = err

    def result(code: AccessCode) -> tuple[AccessCode, Result]:
        if error := errors.get(code.access_code_id):
            return code, Result(Outcome.FAILED, ErrorText(error))
        if current := extended.get(code.access_code_id):
            return current, Result(Outcome.UNCHANGED)
        return code, deletion_result(target, code)

    async with changing_locks(target):
        errors = await async_start_each(codes, start)
        await asyncio.gather(*(wait(code, attempt) for code, attempt in attempts))
    return [*map(result, codes)]
