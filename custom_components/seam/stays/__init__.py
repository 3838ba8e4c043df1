"""Bookings of a calendar as access codes."""

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..const import DOMAIN
from ..coordinator import SeamConfigEntry
from ..issues import stays_issue_prefix
from .reading import async_identify_calendar
from .run import Budget
from .runner import StaysRunner
from .settings import SUBENTRY_STAYS
from .store import async_load_memories, async_remove_memories
from .watch import WATCHES, StaysWatch, async_stays


async def async_load_stays(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Load what is remembered of all stays, for their entities."""
    _async_follow_calendars(hass, entry)
    _async_delete_old_issues(hass, entry)
    _async_reload_when_changed(hass, entry)
    subentries = {
        subentry.subentry_id: subentry
        for subentry in entry.get_subentries_of_type(SUBENTRY_STAYS)
    }
    if not subentries:
        return
    memories = await async_load_memories(hass, entry.entry_id, subentries.keys())
    if memories is None:
        return
    watches = hass.data.setdefault(WATCHES, {})
    # Seam's limits are per lock, whoever makes the changes.
    budget = Budget()
    for subentry_id, subentry in subentries.items():
        memory = memories[subentry_id]
        runner = StaysRunner(hass, entry, subentry, memory, budget)
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
    await async_remove_memories(hass, entry.entry_id)


@callback
def _async_follow_calendars(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Follow the calendars that were renamed while the entry was not loaded."""
    for subentry in entry.get_subentries_of_type(SUBENTRY_STAYS):
        hass.config_entries.async_update_subentry(
            entry, subentry, data=async_identify_calendar(hass, subentry.data)
        )


@callback
def _async_delete_old_issues(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Delete the issues of removed stays, also ignored ones."""
    current = tuple(stays_issue_prefix(entry, key) for key in entry.subentries)
    for domain, issue_id in list(ir.async_get(hass).issues):
        is_of_stays = issue_id.startswith(stays_issue_prefix(entry))
        if domain == DOMAIN and is_of_stays and not issue_id.startswith(current):
            ir.async_delete_issue(hass, DOMAIN, issue_id)


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
