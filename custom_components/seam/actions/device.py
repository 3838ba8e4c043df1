"""Changes of a device itself: lock, unlock, and settings."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from ..api import ActionAttempt, ActionAttemptStatus, Device, SeamError
from ..entity import SeamLockEntity
from ..errors import ActionError, ChangeUncertainError, refusal, translated_errors
from .targets import Target, changing_locks, in_turn
from .waiting import async_wait_for_attempt


async def async_change_device(
    entity: SeamLockEntity,
    request: Callable[[], Awaitable[ActionAttempt | None]],
    *,
    changes_codes: bool = False,
    **properties: Any,
) -> None:
    """Make a request, wait until it is done, and show what it has changed.

    Seam starts an action attempt for what the lock itself has to do.
    """
    coordinator, device_id = entity.coordinator, entity.device_id
    target = Target(entity.entity_id, coordinator, entity.seam_lock, is_alone=True)
    is_confirmed = False
    with entity.changing(properties) as change:
        try:
            # What was not even started leaves the lock as it is.
            with translated_errors(coordinator):
                try:
                    started = await request()
                except SeamError as err:
                    change.is_refused = not err.is_uncertain
                    raise
            async with changing_locks(target, with_codes=changes_codes):
                attempt = await async_wait_for_attempt(target, started, is_urgent=True)
                # An older request may end later, and must not hide what a newer one did.
                if is_confirmed := entity.latest_change is change and (
                    attempt is None or _is_confirmed(attempt)
                ):
                    coordinator.async_apply(
                        coordinator.engine.device_changed, device_id, properties
                    )
        except ChangeUncertainError:
            await coordinator.async_refresh_locks(
                (device_id,), with_codes=changes_codes
            )
            raise
        finally:
            if not is_confirmed:
                # Not all changes end with an event.
                coordinator.async_fetch_at_next_poll(device_id)
    if attempt and attempt.status is ActionAttemptStatus.PENDING:
        raise ActionError("action_attempt_pending", lock=target.lock.device.name)


def _is_confirmed(attempt: ActionAttempt) -> bool:
    """Return whether an attempt has done what it should."""
    result = attempt.result
    # An unconfirmed success does not say how the lock ended up.
    return attempt.status is ActionAttemptStatus.SUCCESS and (
        result is None or result.was_confirmed_by_device is not False
    )


def auto_lock_in_turn(entity: SeamLockEntity) -> AbstractAsyncContextManager[None]:
    """Wait until nothing else configures the auto-lock of a lock.

    Whether it is on and its delay are set together.
    """
    return in_turn(entity.hass, [f"{entity.device_id}_auto_lock"])


async def async_configure_auto_lock(entity: SeamLockEntity, **properties: Any) -> None:
    """Configure auto-lock, and wait until the lock has done it."""
    await async_change_device(
        entity,
        lambda: entity.coordinator.client.configure_auto_lock(
            entity.device_id, **properties
        ),
        **properties,
    )


async def async_read_device(entity: SeamLockEntity) -> Device:
    """Return the device as Seam has it now, as no event says that a setting changed."""
    coordinator = entity.coordinator
    with translated_errors(coordinator, is_change=False):
        device = await coordinator.fetcher.async_read_device(entity.device_id)
    if device is None:
        raise refusal("lock_gone", entity=entity.entity_id)
    return device
