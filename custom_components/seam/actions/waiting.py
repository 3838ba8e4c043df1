"""Waiting for what Seam does on a lock."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
import logging
from typing import Final

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..api import (
    AccessCode,
    ActionAttempt,
    ActionAttemptStatus,
    CodeStatus,
    SeamAuthError,
    SeamError,
    SeamNotFoundError,
    SeamProblem,
    SeamRateLimitError,
)
from ..attributes import JsonObject, label
from ..const import DOMAIN
from ..coordinator import SeamCoordinator
from ..errors import refusal, translated_errors

_LOGGER = logging.getLogger(__name__)

# Seconds between questions, 60 in all: most attempts take few, some locks many.
WAIT_STEPS = (0.5, 0.5, 1, 1, 2, 2, 3, 5, 5, 10, 15, 15)
LONGEST_WAIT = 65

# So many answers in a row without a code, and it is gone; of a new one after 5 seconds.
_MISSES = 2
_MISSES_OF_NEW = 5

SUCCESS: Final[JsonObject] = {"outcome": "success"}


async def async_watch(
    coordinator: SeamCoordinator, device_id: str, look: Callable[[], Awaitable[bool]]
) -> None:
    """Look until it says that there is nothing left to wait for, at most a minute.

    A lock that is offline gets a single look.
    """
    steps = (0,) if is_offline(coordinator, device_id) else WAIT_STEPS
    now = asyncio.get_running_loop().time
    with suppress(TimeoutError):
        # Seam may take its time for each answer, too.
        async with asyncio.timeout(LONGEST_WAIT):
            end = now() + sum(steps)
            for step in steps:
                await asyncio.sleep(step)
                try:
                    if await look():
                        return
                except SeamRateLimitError as err:
                    _log(coordinator, err)
                    if now() + err.retry_after > end:
                        return
                    await asyncio.sleep(err.retry_after)
                except SeamAuthError as err:
                    _log(coordinator, err)
                    coordinator.config_entry.async_start_reauth(coordinator.hass)
                    return
                except SeamError as err:
                    # It goes on in Seam whether or not we can watch it.
                    _log(coordinator, err)


def _log(coordinator: SeamCoordinator, err: SeamError) -> None:
    err.redact(coordinator.secrets.mask)
    _LOGGER.debug("Could not ask how far it is: %s", err)


async def async_wait_for_attempt(
    coordinator: SeamCoordinator, device_id: str, attempt: ActionAttempt | None
) -> ActionAttempt | None:
    """Wait until the attempt succeeded; return it pending where it takes too long.

    None, which Seam sends where it has nothing to wait for, stays None. Raises
    HomeAssistantError with Seam's message when the attempt failed.
    """
    if attempt is None:
        return None

    attempt_id = attempt.action_attempt_id

    async def look() -> bool:
        nonlocal attempt
        attempt = await coordinator.client.get_action_attempt(attempt_id)
        return attempt.status is not ActionAttemptStatus.PENDING

    if attempt.status is ActionAttemptStatus.PENDING:
        await async_watch(coordinator, device_id, look)
    if attempt.status is ActionAttemptStatus.ERROR:
        raise attempt_failure(coordinator, device_id, attempt)
    return attempt


async def async_wait_until_set(
    coordinator: SeamCoordinator,
    code: AccessCode,
    attempt: ActionAttempt | None = None,
    *,
    is_new: bool,
) -> JsonObject:
    """Wait until a lock has a code as it was asked for; return how far it is.

    Seam takes a code long before its lock does, and not every endpoint answers with an
    attempt: the code itself tells, too. Raises HomeAssistantError when the attempt has
    failed, the code is gone or has an error that it had not before.

    `code` is as Seam answered it where it `is_new`, else as it was before its change.
    """
    watch = _CodeWatch(coordinator, code, attempt, is_new=is_new)
    if not watch.is_set:
        await async_watch(coordinator, code.device_id, watch.async_look)
    return SUCCESS if watch.is_set else watch.pending


class _CodeWatch:
    """Follows a code on its way to its lock."""

    def __init__(
        self,
        coordinator: SeamCoordinator,
        code: AccessCode,
        attempt: ActionAttempt | None,
        *,
        is_new: bool,
    ) -> None:
        self._coordinator = coordinator
        self._code = code
        self._attempt = attempt
        self._is_new = is_new
        self._is_read = is_new
        self._misses = 0
        self._old_errors = set() if is_new else set(map(_identity, code.own_errors))

    async def async_look(self) -> bool:
        """Ask for the attempt, and when it has succeeded, for the code."""
        client = self._coordinator.client
        if self._is_pending and self._attempt is not None:
            self._attempt = await client.get_action_attempt(
                self._attempt.action_attempt_id
            )
        if not self._is_pending:
            await self._async_read()
        return self.is_set

    async def _async_read(self) -> None:
        code_id = self._code.access_code_id
        try:
            self._code = await self._coordinator.fetcher.async_read_code(self._code)
        except SeamNotFoundError:
            # One answer may lag behind, and more than one where the code is new.
            self._misses += 1
            if self._misses < (_MISSES_OF_NEW if self._is_new else _MISSES):
                raise
            self._coordinator.async_apply(
                self._coordinator.engine.codes_not_found, [code_id]
            )
            with translated_errors(self._coordinator):
                raise
        self._misses = 0
        self._is_read = True

    @property
    def is_set(self) -> bool:
        """Whether there is nothing left to wait for. Raises what went wrong."""
        attempt = self._attempt
        if attempt is not None and attempt.status is ActionAttemptStatus.ERROR:
            error = attempt.error
            raise self._failure(
                error.message if error else "", error.type if error else "unknown"
            )
        if self._is_pending or not self._is_read:
            return False
        for problem in self._code.own_errors:
            if _identity(problem) not in self._old_errors:
                raise self._failure(problem.message, problem.code)
        now = dt_util.utcnow()
        match self._code.status_at(now):
            case CodeStatus.SET:
                return True
            case CodeStatus.UNSET | CodeStatus.REMOVING if self._code.is_expired(now):
                return True
            case CodeStatus.UNSET:
                # With an error of old it may well miss its start.
                starts_at = self._code.starts_at
                return (
                    starts_at is not None
                    and now < starts_at
                    and not self._code.own_errors
                )
            case _:
                return False

    @property
    def pending(self) -> JsonObject:
        """How far the code is while it is not set, and why."""
        device_id = self._code.device_id
        if (
            not self._is_read
            or not self._code.own_errors
            or is_offline(self._coordinator, device_id)
        ):
            return pending(self._coordinator, device_id)
        mask = self._coordinator.secrets.mask
        reason = refusal(
            "pending_error",
            lock=_lock_name(self._coordinator, device_id),
            errors="; ".join(
                f"{mask(problem.message)} ({mask(problem.code)})"
                for problem in self._code.own_errors
            ),
        )
        return {"outcome": "pending", "reason": str(reason)}

    @property
    def _is_pending(self) -> bool:
        return (
            self._attempt is not None
            and self._attempt.status is ActionAttemptStatus.PENDING
        )

    def _failure(self, message: str, error_code: str) -> HomeAssistantError:
        mask = self._coordinator.secrets.mask
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="code_not_set" if self._is_new else "code_not_changed",
            translation_placeholders={
                "lock": _lock_name(self._coordinator, self._code.device_id),
                "name": mask(label(self._code)),
                "code": self._code.access_code_id,
                "error": mask(message),
                "error_code": mask(error_code),
            },
        )


def _identity(problem: SeamProblem) -> tuple[object, ...]:
    # Not the message: it may be masked in one of two.
    return problem.code, problem.created_at


def is_offline(coordinator: SeamCoordinator, device_id: str) -> bool:
    """Return whether Seam cannot reach a lock at present."""
    lock = coordinator.data.locks.get(device_id)
    return lock is not None and lock.device.properties.online is False


def pending(coordinator: SeamCoordinator, device_id: str) -> JsonObject:
    """Return how answers tell that a lock has not done it yet, and why."""
    reason = refusal(
        "pending_offline" if is_offline(coordinator, device_id) else "pending_slow",
        lock=_lock_name(coordinator, device_id),
    )
    return {"outcome": "pending", "reason": str(reason)}


def _lock_name(coordinator: SeamCoordinator, device_id: str) -> str:
    lock = coordinator.data.locks.get(device_id)
    return lock.device.name if lock else device_id


def attempt_failure(
    coordinator: SeamCoordinator, device_id: str, attempt: ActionAttempt
) -> HomeAssistantError:
    """Return the error for an attempt that failed, with Seam's message."""
    message = attempt.error.message if attempt.error else ""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="action_attempt_failed",
        translation_placeholders={
            "lock": _lock_name(coordinator, device_id),
            "error": coordinator.secrets.mask(message),
        },
    )
