"""Bookings of a calendar as access codes."""

from homeassistant.core import HomeAssistant

from ..coordinator import SeamConfigEntry
from .runner import StaysRunner
from .settings import SUBENTRY_STAYS
from .store import async_load_links, async_remove_links


async def async_setup_stays(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Start to keep the codes of all stays in step with their calendars."""
    subentries = [
        subentry
        for subentry in entry.subentries.values()
        if subentry.subentry_type == SUBENTRY_STAYS
    ]
    if not subentries:
        return
    store = await async_load_links(hass, entry.entry_id)
    for subentry in subentries:
        memory = store.async_memory(subentry.subentry_id)
        StaysRunner(hass, entry, subentry.data, memory).async_start()


async def async_remove_stays(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Forget the links of an entry that is removed. The codes stay on their locks."""
    await async_remove_links(hass, entry.entry_id)
