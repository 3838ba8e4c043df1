"""Waiting until Seam has made a change on a lock."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
import logging
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..api import (
    AccessCode,
    ActionAttempt,
    ActionAttemptStatus,
    CodeStatus,
    SeamAuthError,
    SeamClosedError,
    SeamError,
    SeamNotFoundError,
    SeamProblem,
    SeamRateLimitError,
)
from ..api.models import ActionAttemptError
from ..attributes import label
from ..const import DOMAIN
from ..errors import ActionError, ErrorText, NotFoundError, translated_errors
from ..sync.code_state import DELAYS
from .outcomes import Outcome, Result
from .targets import Target, changing_locks

_LOGGER = logging.getLogger(__name__)

# Seconds between requests. Most changes take a few seconds, some locks a minute.
WAIT_STEPS = (0.5, 0.5, 1, 1, 2, 2, 3, 5, 5, 10, 15, 15)
# Includes the time that Seam takes to answer.
_MAX_WAIT = 65

# How often in a row Seam has to say that a code does not exist. Nobody knows how long
# it takes until Seam knows a new one.
_MAX_NOT_FOUND = 2

# What Seam changes on the lock, with the attributes of a code to compare.
_CHANGED_ON_LOCK: Final = {
    "name": "unmasked_name",
    "code": "code",
    "starts_at": "starts_at",
    "ends_at": "ends_at",
}


async def async_poll(target: Target, is_done: Callable[[], Awaitable[bool]]) -> None:
    """Poll until done, at most a minute; only once if the lock is offline."""
    steps = (0,) if _is_offline(target) else WAIT_STEPS
    now = asyncio.get_running_loop().time
    with suppress(TimeoutError):
        async with asyncio.timeout(_MAX_WAIT) as limit:
            end = now() + sum(steps)
            for step in steps:
                await asyncio.sleep(step)
                try:
                    if await is_done():
                        return
                except SeamClosedError:
                    return
                except SeamError as err:
                    # The end of this wait can surface as a timeout of the request.
                    if limit.expired():
                        return
                    # Seam goes on with the change in the meantime.
                    coordinator = target.coordinator
                    err.redact(coordinator.secrets.mask_message)
                    _LOGGER.debug("Could not check the progress of a change: %s", err)
                    if isinstance(err, SeamAuthError):
                        coordinator.config_entry.async_start_reauth(coordinator.hass)
                        return
                    if isinstance(err, SeamRateLimitError):
                        if now() + err.retry_after > end:
                            return
                        await asyncio.sleep(err.retry_after)


async def async_wait_for_attempt(
    target: Target, attempt: ActionAttempt | None, *, is_urgent: bool = False
) -> ActionAttempt | None:
    """Wait until an action attempt succeeds; return it pending if it takes too long.

    Seam returns None if there is nothing to wait for. If it is urgent, its requests do
    not wait for those of other attempts.
    """
    if attempt is None:
        return None
    attempt_id = attempt.action_attempt_id

    async def is_done() -> bool:
        nonlocal attempt
        attempt = await target.coordinator.client.get_action_attempt(
            attempt_id, is_urgent=is_urgent
        )
        return attempt.status is not ActionAttemptStatus.PENDING

    if attempt.status is ActionAttemptStatus.PENDING:
        await async_poll(target, is_done)
    if attempt.status is ActionAttemptStatus.ERROR:
        raise attempt_error(target, attempt)
    return attempt


async def async_wait_until_set(
    target: Target,
    code: AccessCode,
    attempt: ActionAttempt | None = None,
    *,
    changes: Mapping[str, Any] | None = None,
) -> Result:
    """Wait until a code is set on its lock as requested; return `success` or `pending`.

    Without `changes`, the code is new, else `code` is as it was before them. Seam
    accepts codes long before locks do, and not all endpoints return an attempt, so the
    code is read as well. Raises an error if the attempt failed, or the code is gone or
    has an error that it did not have before, unless that only delays it.
    """
    coordinator = target.coordinator
    try:
        return await _CodeWait(target, code, attempt, changes).async_run()
    except NotFoundError:
        raise
    except HomeAssistantError:
        if changes:
            coordinator.async_apply(
                coordinator.engine.change_failed, code.access_code_id, changes.keys()
            )
        raise


def async_follow(
    target: Target, code: AccessCode, attempt: ActionAttempt | None = None
) -> Result:
    """Return the current result of a creation, and keep following the code."""
    coordinator = target.coordinator

    async def follow() -> None:
        # An error is shown with the code.
        with suppress(HomeAssistantError):
            async with changing_locks(target):
                await wait.async_run()

    wait = _CodeWait(target, code, attempt)
    if wait.check():
        return Result(Outcome.SUCCESS)
    coordinator.config_entry.async_create_background_task(
        coordinator.hass, follow(), f"{DOMAIN} new code"
    )
    return wait.pending_result


class _CodeWait:
    """Follows a code until it is set on its lock."""

    def __init__(
        self,
        target: Target,
        code: AccessCode,
        attempt: ActionAttempt | None,
        changes: Mapping[str, Any] | None = None,
    ) -> None:
        self._target = target
        self._before = self._code = code
        self._attempt = attempt
        self._changes = changes or {}
        self._is_new = is_new = changes is None
        self._not_found = 0
        self._old_errors = set() if is_new else set(map(_identity, code.own_errors))

    async def async_run(self) -> Result:
        """Wait until the code is set, at most a minute; return `success` or `pending`."""
        if not self.check():
            await async_poll(self._target, self._async_update)
        if not self.check():
            return self.pending_result
        return Result(
            Outcome.SUCCESS, code=None if self._code is self._before else self._code
        )

    async def _async_update(self) -> bool:
        """Fetch the attempt until it has ended, then the code."""
        if self._is_attempt_pending and self._attempt is not None:
            self._attempt = await self._target.coordinator.client.get_action_attempt(
                self._attempt.action_attempt_id
            )
        if not self._is_attempt_pending:
            await self._async_read()
        return self.check()

    async def _async_read(self) -> None:
        coordinator = self._target.coordinator
        try:
            self._code = await coordinator.fetcher.async_read_code(self._code)
        except SeamNotFoundError:
            self._not_found += 1
            if self._is_new or self._not_found < _MAX_NOT_FOUND:
                raise
            coordinator.async_apply(
                coordinator.engine.codes_not_found, [self._code.access_code_id]
            )
            with translated_errors(coordinator):
                raise
        self._not_found = 0

    def check(self) -> bool:
        """Return whether there is nothing to wait for; raise an error if it failed."""
        attempt = self._attempt
        if attempt is not None and attempt.status is ActionAttemptStatus.ERROR:
            error = attempt.error or ActionAttemptError()
            raise self._error(error.message, error.type)
        if self._is_attempt_pending or not self._is_known:
            return False
        if self._code.is_waiting_for_code_assignment:
            return False
        for problem in self._code.own_errors:
            if problem.code in DELAYS or _identity(problem) in self._old_errors:
                continue
            raise self._error(problem.message, problem.code)
        if self._is_outdated:
            return False
        now = dt_util.utcnow()
        match self._code.status_at(now):
            case CodeStatus.SET:
                return True
            case CodeStatus.UNSET | CodeStatus.REMOVING if self._code.is_expired(now):
                return True
            case CodeStatus.UNSET:
                # A code that still has an old error may well miss its start.
                starts_at = self._code.starts_at
                return (
                    starts_at is not None
                    and now < starts_at
                    and not self._code.own_errors
                )
            case _:
                return False

    @property
    def _is_outdated(self) -> bool:
        """Whether Seam returns the code as it was before the change.

        Any other value than before is what Seam made of the change, as it may round
        times. Some locks do not report PINs.
        """
        for name, attribute in _CHANGED_ON_LOCK.items():
            before = getattr(self._before, attribute)
            if (
                self._changes.get(name, before) != before
                and getattr(self._code, attribute) == before
                and (name != "code" or before is not None)
            ):
                return True
        return False

    @property
    def pending_result(self) -> Result:
        """The result while the code is not set, with the reason."""
        errors = self._code.own_errors
        if self._code.is_waiting_for_code_assignment:
            return _pending("pending_assignment", self._target)
        if not self._is_known or not errors or _is_offline(self._target):
            return pending(self._target)
        mask = self._target.coordinator.secrets.mask_all
        texts = [f"{mask(error.message)} ({mask(error.code)})" for error in errors]
        return _pending("pending_error", self._target, errors="; ".join(texts))

    @property
    def _is_known(self) -> bool:
        """Whether the code is as Seam has it after the change."""
        return self._is_new or self._code is not self._before

    @property
    def _is_attempt_pending(self) -> bool:
        attempt = self._attempt
        return attempt is not None and attempt.status is ActionAttemptStatus.PENDING

    def _error(self, message: str, error_code: str) -> ActionError:
        secrets = self._target.coordinator.secrets
        return ActionError(
            "code_not_set" if self._is_new else "code_not_changed",
            lock=self._target.lock.device.name,
            name=secrets.mask(label(self._code)),
            code=self._code.access_code_id,
            # The request may have carried a PIN.
            error=secrets.mask_all(message),
            error_code=secrets.mask(error_code),
        )


def _identity(problem: SeamProblem) -> tuple[object, ...]:
    # Without the message, which is masked in the snapshot but not when just read.
    return problem.code, problem.created_at


def _is_offline(target: Target) -> bool:
    """Return whether Seam currently cannot reach a lock."""
    lock = target.current_lock
    return lock is not None and lock.device.properties.online is False


def pending(target: Target) -> Result:
    """Return that a lock has not made a change yet, and why."""
    key = "pending_offline" if _is_offline(target) else "pending_slow"
    return _pending(key, target)


def _pending(translation_key: str, target: Target, **placeholders: str) -> Result:
    """Return a pending result with a translated reason."""
    reason = ActionError(translation_key, lock=target.lock.device.name, **placeholders)
    return Result(Outcome.PENDING, ErrorText(reason))


def attempt_error(target: Target, attempt: ActionAttempt) -> ActionError:
    """Return the error for a failed action attempt, with Seam's message."""
    message = (attempt.error or ActionAttemptError()).message
    return ActionError(
        "action_attempt_failed",
        lock=target.lock.device.name,
        error=target.coordinator.secrets.mask_message(message),
    )
