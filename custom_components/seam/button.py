"""Button platform for Seam."""

import asyncio
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .coordinator import SeamConfigEntry
from .entity import SeamWorkspaceEntity
from .errors import (
    ActionError,
    WorkspaceRefusedError,
    sentences,
    translated,
    translated_errors,
)

# Simultaneous presses share one sync.
PARALLEL_UPDATES = 0

SYNC = ButtonEntityDescription(
    key="sync", translation_key="sync", entity_category=EntityCategory.DIAGNOSTIC
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the sync button of a workspace."""
    async_add_entities([SeamSyncButton(entry.runtime_data, SYNC)])


class SeamSyncButton(SeamWorkspaceEntity, ButtonEntity):
    """A button that lets Seam sync the accounts of all locks, and fetches everything.

    Seam syncs them in the background; what it finds arrives as events.
    """

    _running: asyncio.Task[None] | None = None

    @override
    async def async_press(self) -> None:
        """Start a sync, or wait for the running one.

        Seam limits how often the accounts of manufacturers can be synced.
        """
        if self._running is None or self._running.done():
            self._running = self.coordinator.config_entry.async_create_task(
                self.hass, self._async_sync(), f"{DOMAIN} sync"
            )
        # The sync goes on for the other callers if one of them is cancelled.
        await asyncio.shield(self._running)

    async def _async_sync(self) -> None:
        coordinator = self.coordinator
        errors: list[HomeAssistantError] = []
        account_ids = {
            lock.device.connected_account_id
            for lock in coordinator.data.locks.values()
            if lock.device.connected_account_id
        }
        for account_id in sorted(account_ids):
            try:
                with translated_errors(coordinator, is_change=False):
                    await coordinator.client.sync_connected_account(account_id)
            except WorkspaceRefusedError:
                raise
            except HomeAssistantError as err:
                errors.append(err)
        try:
            await self._async_fetch()
        except HomeAssistantError as err:
            errors.append(err)
        if len(errors) > 1:
            raise ActionError("sync_failed", failed=sentences(map(str, errors)))
        if errors:
            raise errors[0]

    async def _async_fetch(self) -> None:
        """Fetch everything; raise an error if that failed."""
        coordinator = self.coordinator
        await coordinator.async_reconcile()
        error = coordinator.last_exception
        # The last exception is kept after a success.
        if not coordinator.last_update_success and isinstance(
            error, HomeAssistantError
        ):
            raise HomeAssistantError(
                translation_domain=error.translation_domain,
                translation_key=error.translation_key,
                translation_placeholders=error.translation_placeholders,
            ) from error
        if postponed_by := coordinator.postponed_by:
            raise translated(coordinator, postponed_by) from postponed_by
