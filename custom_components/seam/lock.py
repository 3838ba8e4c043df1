"""The locks themselves."""

from collections.abc import Awaitable, Callable
from typing import Any, override

from homeassistant.components.lock import LockEntity, LockEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .actions.waiting import async_wait_for_attempt
from .api import ActionAttempt, ActionAttemptStatus
from .const import DOMAIN
from .coordinator import SeamConfigEntry
from .entity import SeamLockEntity, async_add_lock_entities
from .errors import refusal, translated_errors

# Seam takes 15 requests a minute for each lock, and does the rest of the waiting.
PARALLEL_UPDATES = 0

LOCK = LockEntityDescription(key="lock", name=None)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up a workspace's locks."""
    async_add_lock_entities(
        entry, async_add_entities, SeamLock, [LOCK], lambda _description, _lock: True
    )


class SeamLock(SeamLockEntity, LockEntity):
    """A lock, which may be only a keypad."""

    @property
    @override
    def available(self) -> bool:
        """Return whether the lock is online, as far as Seam knows."""
        return (
            super().available and self.seam_lock.device.properties.online is not False
        )

    @property
    @override
    def is_locked(self) -> bool | None:
        """Return whether it is locked, None where Seam does not know."""
        return self.seam_lock.device.properties.locked

    @property
    @override
    def changed_by(self) -> str | None:
        """Return the name of the code that last turned it, or else how it was done."""
        return self.seam_lock.changed_by

    @override
    async def async_lock(self, **kwargs: Any) -> None:
        """Lock the door."""
        self._refuse_unless_able(self.seam_lock.device.can_remotely_lock, "lock")
        self._attr_is_locking = True
        try:
            await self._async_attempt(self.coordinator.client.lock_door, locked=True)
        finally:
            self._attr_is_locking = False
            self.async_write_ha_state()

    @override
    async def async_unlock(self, **kwargs: Any) -> None:
        """Unlock the door."""
        self._refuse_unless_able(self.seam_lock.device.can_remotely_unlock, "unlock")
        self._attr_is_unlocking = True
        try:
            await self._async_attempt(self.coordinator.client.unlock_door, locked=False)
        finally:
            self._attr_is_unlocking = False
            self.async_write_ha_state()

    def _refuse_unless_able(self, able: bool | None, what: str) -> None:
        if able:
            return
        reason = "not_now" if able is False else "never"
        raise refusal(f"cannot_{what}_{reason}", lock=self.seam_lock.device.name)

    async def _async_attempt(
        self, start: Callable[[str], Awaitable[ActionAttempt]], *, locked: bool
    ) -> None:
        """Carry out an attempt, and fetch what has become of the lock."""
        self.async_write_ha_state()
        # The lock may be gone by the end.
        name = self.seam_lock.device.name
        with translated_errors(self.coordinator):
            attempt: ActionAttempt | None = await start(self.device_id)
        try:
            attempt = await async_wait_for_attempt(
                self.coordinator, self.device_id, attempt
            )
            if attempt and attempt.status is ActionAttemptStatus.SUCCESS:
                result = attempt.result
                # Where the lock did not confirm it, only its own word counts.
                if result is None or result.was_confirmed_by_device is not False:
                    self.coordinator.async_apply(
                        self.coordinator.engine.lock_changed,
                        self.device_id,
                        locked=locked,
                    )
        finally:
            await self.coordinator.async_refresh_locks([self.device_id])
        if attempt and attempt.status is ActionAttemptStatus.PENDING:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="action_attempt_pending",
                translation_placeholders={"lock": name},
            )
