"""A button that has Seam read the locks anew."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .coordinator import SeamConfigEntry
from .entity import SeamWorkspaceEntity
from .errors import translated_errors

# One at a time: each asks Seam to ask every maker.
PARALLEL_UPDATES = 1

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

    @override
    async def async_press(self) -> None:
        """Ask for it."""
        accounts = {
            lock.device.connected_account_id
            for lock in self.coordinator.data.locks.values()
            if lock.device.connected_account_id
        }
        failures: list[HomeAssistantError] = []
        for account_id in sorted(accounts):
            try:
                with translated_errors(self.coordinator):
                    await self.coordinator.client.sync_connected_account(account_id)
            except HomeAssistantError as err:
                # Trouble of one account is none of the others'.
                failures.append(err)
        await self.coordinator.async_reconcile()
        error = self.coordinator.last_exception
        if isinstance(error, HomeAssistantError):
            failures.append(error)
        if len(failures) > 1:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="sync_failed",
                translation_placeholders={"failed": "; ".join(map(str, failures))},
            )
        if failures:
            raise failures[0]
