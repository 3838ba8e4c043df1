"""Bookings of a calendar as access codes."""

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..coordinator import SeamConfigEntry
from .runner import StaysRunner
from .settings import SUBENTRY_STAYS
from .store import async_load_links, async_remove_links
from .watch import WATCHES, StaysWatch, async_stays


async def async_load_stays(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Load what is remembered of all stays, for their entities."""
    _async_reload_when_changed(hass, entry)
    subentries = {
        subentry.subentry_id: subentry
        for subentry in entry.get_subentries_of_type(SUBENTRY_STAYS)
    }
    if not subentries:
        return
    store = await async_load_links(hass, entry.entry_id, subentries.keys())
    if store is None:
        return
    watches = hass.data.setdefault(WATCHES, {})
    for subentry_id, subentry in subentries.items():
        memory = store.async_memory(subentry_id)
        runner = StaysRunner(hass, entry, subentry, memory)
        watches[subentry_id] = StaysWatch(hass, runner)

    @callback
    def forget() -> None:
        for subentry_id in subentries:
            del watches[subentry_id]

    entry.async_on_unload(forget)


@callback
def async_start_stays(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Start to keep the codes of all stays in step with their calendars."""
    for watch in async_stays(hass, entry):
        watch.async_start()


async def async_remove_stays(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Forget the links of an entry that is removed. The codes stay on their locks."""
    await async_remove_links(hass, entry.entry_id)


@callback
def _async_reload_when_changed(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Reload the entry when stays are added, changed, or removed.

    An update listener would also be called by the options flow, which reloads itself.
    """

    def settings() -> dict[str, tuple[object, ...]]:
        # Home Assistant changes the subentries themselves.
        return {key: (s.title, s.data) for key, s in entry.subentries.items()}

    before = settings()

    @callback
    def changed(_change: ConfigEntryChange, changed_entry: ConfigEntry) -> None:
        nonlocal before
        if changed_entry is entry and settings() != before:
            before = settings()
            hass.config_entries.async_schedule_reload(entry.entry_id)

    entry.async_on_unload(
        async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, changed)
    )
