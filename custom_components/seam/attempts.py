"""Waiting for what Seam does on a lock."""

import asyncio

from homeassistant.exceptions import HomeAssistantError

from .api import ActionAttempt, ActionAttemptStatus, SeamError
from .const import DOMAIN
from .coordinator import SeamCoordinator

# Seconds between questions, 60 in all: most attempts take few, some locks many.
WAIT_STEPS = (0.5, 0.5, 1, 1, 2, 2, 3, 5, 5, 10, 15, 15)


async def async_wait_for_attempt(
    coordinator: SeamCoordinator, device_id: str, attempt: ActionAttempt | None
) -> ActionAttempt | None:
    """Wait until the attempt succeeded; return it pending where it takes too long.

    None, which Seam sends where it has nothing to wait for, stays None. Raises
    HomeAssistantError with Seam's message when the attempt failed.
    """
    if attempt is None:
        return None
    for step in WAIT_STEPS:
        if attempt.status is not ActionAttemptStatus.PENDING:
            break
        await asyncio.sleep(step)
        try:
            attempt = await coordinator.client.get_action_attempt(
                attempt.action_attempt_id
            )
        except SeamError:
            # What was asked for goes on in Seam whether or not we can watch it.
            continue
    if attempt.status is ActionAttemptStatus.ERROR:
        raise attempt_failure(coordinator, device_id, attempt)
    return attempt


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
