"""Waiting for what Seam does on a lock."""

import asyncio

from homeassistant.exceptions import HomeAssistantError

from .api import ActionAttempt, ActionAttemptStatus, SeamError
from .api.redact import redact
from .const import DOMAIN
from .coordinator import SeamCoordinator

# Seconds between questions, 60 in all: most attempts take few, some locks many.
WAIT_STEPS = (0.5, 0.5, 1, 1, 2, 2, 3, 5, 5, 10, 15, 15)


async def async_wait_for_attempt(
    coordinator: SeamCoordinator,
    device_id: str,
    attempt: ActionAttempt | None,
    *,
    pin: str | None = None,
) -> ActionAttempt | None:
    """Wait until the attempt succeeded; return it pending where it takes too long.

    None, which Seam sends where it has nothing to wait for, stays None. Raises
    HomeAssistantError with Seam's message when the attempt failed, without the PIN that
    it is about.
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
        raise attempt_failure(coordinator, device_id, attempt, pin=pin)
    return attempt


def attempt_failure(
    coordinator: SeamCoordinator,
    device_id: str,
    attempt: ActionAttempt,
    *,
    pin: str | None = None,
) -> HomeAssistantError:
    """Return the error for an attempt that failed, with Seam's message.

    The PIN is one that the picture need not have: not yet, or no more.
    """
    message = attempt.error.message if attempt.error else ""
    lock = coordinator.data.locks.get(device_id)
    pins = lock.pins if lock else set()
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="action_attempt_failed",
        translation_placeholders={
            "lock": lock.device.name if lock else device_id,
            "error": redact(message, pins | {pin or ""}),
        },
    )
