"""Waiting for what Seam does on a lock."""

import asyncio
from contextlib import suppress
import logging
from typing import Final

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from .api import (
    AccessCode,
    ActionAttempt,
    ActionAttemptStatus,
    CodeStatus,
    SeamAuthError,
    SeamError,
    SeamProblem,
)
from .const import DOMAIN
from .coordinator import SeamCoordinator
from .errors import refusal
from .presentation import JsonObject, label

_LOGGER = logging.getLogger(__name__)

# Seconds between questions, 60 in all: most attempts take few, some locks many.
WAIT_STEPS = (0.5, 0.5, 1, 1, 2, 2, 3, 5, 5, 10, 15, 15)
LONGEST_WAIT = 65

SUCCESS: Final[JsonObject] = {"outcome": "success"}
_UNSETTLED: Final = (CodeStatus.SETTING, CodeStatus.UNKNOWN)


async def async_wait_for_attempt(
    coordinator: SeamCoordinator, device_id: str, attempt: ActionAttempt | None
) -> ActionAttempt | None:
    """Wait until the attempt succeeded; return it pending where it takes too long.

    None, which Seam sends where it has nothing to wait for, stays None. Raises
    HomeAssistantError with Seam's message when the attempt failed.
    """
    if attempt is None:
        return None
    with suppress(TimeoutError):
        # Seam may take its time for each answer, too.
        async with asyncio.timeout(LONGEST_WAIT):
            for step in _steps(coordinator, device_id):
                if attempt.status is not ActionAttemptStatus.PENDING:
                    break
                await asyncio.sleep(step)
                try:
                    attempt = await coordinator.client.get_action_attempt(
                        attempt.action_attempt_id
                    )
                except SeamError as err:
                    if not may_watch_on(coordinator, err):
                        break
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
    failed, or the code has an error that it had not before.

    `code` is as Seam answered it where it `is_new`, else as it was before its change.
    """
    watch = _CodeWatch(coordinator, code, attempt, is_new=is_new)
    with suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_WAIT):
            for step in _steps(coordinator, code.device_id):
                if watch.is_set:
                    break
                await asyncio.sleep(step)
                try:
                    await watch.async_look()
                except SeamError as err:
                    if not may_watch_on(coordinator, err):
                        break
    return SUCCESS if watch.is_set else pending(coordinator, code.device_id)


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
        self._old_errors = set() if is_new else set(map(_identity, code.own_errors))

    async def async_look(self) -> None:
        """Ask for the attempt, and when it has succeeded, for the code."""
        client = self._coordinator.client
        if self._is_pending and self._attempt is not None:
            self._attempt = await client.get_action_attempt(
                self._attempt.action_attempt_id
            )
        if not self._is_pending:
            self._code = await client.get_access_code(self._code.access_code_id)
            self._coordinator.secrets.add((self._code.code, *self._code.other_pins))
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
        return self._code.status_at(dt_util.utcnow()) not in _UNSETTLED

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
                "error_code": error_code,
            },
        )


def _identity(problem: SeamProblem) -> tuple[object, ...]:
    # Not the message: it may be masked in one of two.
    return problem.code, problem.created_at


def _steps(coordinator: SeamCoordinator, device_id: str) -> tuple[float, ...]:
    """Return how to wait for a lock: one that is offline gets a single look."""
    return (0,) if is_offline(coordinator, device_id) else WAIT_STEPS


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


def may_watch_on(coordinator: SeamCoordinator, err: SeamError) -> bool:
    """Return whether to ask again after a failure to look.

    It is none of what was asked for: that goes on in Seam whether or not we can watch
    it. But where the key is refused, it takes a new one.
    """
    err.redact(coordinator.secrets.mask)
    _LOGGER.debug("Could not ask how far it is: %s", err)
    if isinstance(err, SeamAuthError):
        coordinator.config_entry.async_start_reauth(coordinator.hass)
        return False
    return True


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
