"""Waiting for what Seam does on a lock."""

import asyncio
from contextlib import suppress
import logging

from homeassistant.exceptions import HomeAssistantError

from .api import ActionAttempt, ActionAttemptStatus, SeamAuthError, SeamError
from .const import DOMAIN
from .coordinator import SeamCoordinator

_LOGGER = logging.getLogger(__name__)

# Seconds between questions, 60 in all: most attempts take few, some locks many.
WAIT_STEPS = (0.5, 0.5, 1, 1, 2, 2, 3, 5, 5, 10, 15, 15)
LONGEST_WAIT = 65


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
            for step in WAIT_STEPS:
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
    lock = coordinator.data.locks.get(device_id)
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="action_attempt_failed",
        translation_placeholders={
            "lock": lock.device.name if lock else device_id,
            "error": coordinator.secrets.mask(message),
        },
    )
