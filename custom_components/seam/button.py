"""A button that has Seam read the locks anew."""

import asyncio
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .api import SeamAuthError, SeamRateLimitError
from .const import DOMAIN
from .coordinator import SeamConfigEntry
from .entity import SeamWorkspaceEntity
from .errors import translated_errors

# Presses do not wait for each other: they join.
PARALLEL_UPDATES = 0

SYNC = ButtonEntityDescription(
    key="sync", translation_key="sync", entity_category=EntityCategory.DIAGNOSTIC
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the button of a workspace."""
    async_add_entities([SeamSyncButton(entry.runtime_data, SYNC)])


class SeamSyncButton(SeamWorkspaceEntity, ButtonEntity):
    """Has Seam read the accounts of the locks' makers now, and fetches everything.

    Seam reads them in its own time; what it finds arrives as events.
    """

    _running: asyncio.Task[None] | None = None

    @override
    async def async_press(self) -> None:
        """Sync, or join the sync that somebody else has begun, and its outcome.

        Each asks Seam to ask every maker: impatience must not multiply that.
        """
        if self._running is None or self._running.done():
            self._running = self.coordinator.config_entry.async_create_task(
                self.hass, self._async_sync(), f"{DOMAIN} sync"
            )
        # The others still wait for it when one of them is cancelled.
        await asyncio.shield(self._running)

    async def _async_sync(self) -> None:
        """Have all accounts read and fetch everything; raise what went wrong."""
        coordinator = self.coordinator
        failures: list[HomeAssistantError] = []
        accounts = {
            lock.device.connected_account_id
            for lock in coordinator.data.locks.values()
            if lock.device.connected_account_id
        }
        for account_id in sorted(accounts):
            try:
                with translated_errors(coordinator, changes=False):
                    await coordinator.client.sync_connected_account(account_id)
            except HomeAssistantError as err:
                if isinstance(err.__cause__, SeamAuthError | SeamRateLimitError):
                    # Seam has heard enough: asking for the rest would make it worse.
                    raise
                # Trouble of one account is none of the others'.
                failures.append(err)
        try:
            await self._async_fetch()
        except HomeAssistantError as err:
            failures.append(err)
        if len(failures) > 1:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="sync_failed",
                translation_placeholders={"failed": "; ".join(map(str, failures))},
            )
        if failures:
            raise failures[0]

    async def _async_fetch(self) -> None:
        """Fetch everything; raise why it could not be had, if so."""
        coordinator = self.coordinator
        await coordinator.async_reconcile()
        error = coordinator.last_exception
        # A success leaves the exception of the last failure where it is.
        if not coordinator.last_update_success and isinstance(
            error, HomeAssistantError
        ):
            raise error
        if postponed_by := coordinator.postponed_by:
            with translated_errors(coordinator):
                raise postponed_by
