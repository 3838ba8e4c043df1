"""The subscription to all locks and codes, without PINs."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from weakref import WeakValueDictionary

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.loader import async_get_loaded_integration
from homeassistant.util.hass_dict import HassKey

from ..actions.targets import Target, lock_entity_id
from ..api import ConnectedAccount
from ..const import (
    CONF_CHECK_IN,
    CONF_CHECK_OUT,
    DEFAULT_CHECK_IN,
    DEFAULT_CHECK_OUT,
    DOMAIN,
)
from ..coordinator import SeamConfigEntry, SeamCoordinator
from ..stays.watch import StaysWatch, async_stays
from .conversion import async_conversion
from .conversion_job import SIGNAL_CONVERSION
from .locks import async_entry, async_lock
from .stays import async_stays_rows
from .types import AllMessage, ChangedMessage, Entry, Lock, Options, Stays


@dataclass(frozen=True, eq=False)
class _Source:
    """The data from which the row of a lock is built."""

    target: Target
    account: ConnectedAccount | None
    name: str | None
    area: str | None

    @cached_property
    def row(self) -> Lock:
        """Return what is sent, which all subscriptions share."""
        return async_lock(self.target, self.account, self.name, self.area)

    def is_same_as(self, other: _Source) -> bool:
        """Return whether the same would be sent.

        States of codes depend on the time. When they change, the lock is a new object.
        """
        return (
            self.target.lock is other.target.lock
            and self.target.entity_id == other.target.entity_id
            and self.account is other.account
            and self.name == other.name
            and self.area == other.area
        )


type _Sources = dict[str, _Source]

# The sources of all subscriptions, by device id.
_SHARED: Final[HassKey[WeakValueDictionary[str, _Source]]] = HassKey(
    f"{DOMAIN}_subscribed_locks"
)


class Subscription:
    """Sends the locks that a user may read, and then those that change."""

    def __init__(
        self, hass: HomeAssistant, connection: ActiveConnection, msg_id: int
    ) -> None:
        """Initialize the subscription."""
        self._hass = hass
        self._connection = connection
        self._msg_id = msg_id
        self._sent: _Sources = {}
        self._sent_entries: list[Entry] = []
        self._sent_options: Options | None = None
        self._sent_stays: dict[str, Stays] = {}
        self._listeners: dict[SeamCoordinator | StaysWatch, CALLBACK_TYPE] = {}
        self._stop: list[CALLBACK_TYPE] = []
        self._scheduled: asyncio.Handle | None = None
        self._is_stopped = False

    async def async_start(self) -> None:
        """Send everything, and then what changes."""
        self._sent = self._sources()
        self._sent_entries = self._entries()
        self._sent_options = self._options()
        self._sent_stays = self._stays(self._sent)
        locks: list[Lock] = []
        for source in self._sent.values():
            locks.append(source.row)
            # Home Assistant must not wait for thousands of codes.
            await asyncio.sleep(0)
        if self._is_stopped:
            return
        message: AllMessage = {
            "type": "all",
            "entries": self._sent_entries,
            "locks": locks,
            "stays": list(self._sent_stays.values()),
            "options": self._sent_options,
            "is_admin": self._connection.user.is_admin,
            "version": str(async_get_loaded_integration(self._hass, DOMAIN).version),
        }
        self._connection.send_event(self._msg_id, message)
        listen = self._hass.bus.async_listen
        self._stop = [
            async_dispatcher_connect(
                self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._async_entry_changed
            ),
            async_dispatcher_connect(
                self._hass, SIGNAL_CONVERSION, self._async_send_changes
            ),
            listen(er.EVENT_ENTITY_REGISTRY_UPDATED, self._async_entity_changed),
            listen(dr.EVENT_DEVICE_REGISTRY_UPDATED, self._async_device_changed),
            listen(ar.EVENT_AREA_REGISTRY_UPDATED, self._async_area_changed),
        ]
        self._async_listen()
        # Something may have changed in the meantime.
        self._async_send_changes()

    @callback
    def async_stop(self) -> None:
        """Stop listening, and let go of the locks."""
        self._is_stopped = True
        self._sent = {}
        self._async_cancel_scheduled()
        for stop in (*self._stop, *self._listeners.values()):
            stop()

    @callback
    def _async_entry_changed(self, _change: object, entry: SeamConfigEntry) -> None:
        if entry.domain == DOMAIN:
            self._async_listen()
            self._async_send_changes()

    @callback
    def _async_entity_changed(
        self, event: Event[er.EventEntityRegistryUpdatedData]
    ) -> None:
        if event.data["entity_id"].startswith(f"{LOCK_DOMAIN}."):
            self._async_schedule()

    @callback
    def _async_device_changed(
        self, event: Event[dr.EventDeviceRegistryUpdatedData]
    ) -> None:
        if event.data["action"] == "update" and (
            {"area_id", "name_by_user"} & event.data["changes"].keys()
        ):
            self._async_schedule()

    @callback
    def _async_area_changed(
        self, _event: Event[ar.EventAreaRegistryUpdatedData]
    ) -> None:
        self._async_schedule()

    @callback
    def _async_schedule(self) -> None:
        """Send changes soon, as a hundred new locks are a hundred changes of a registry."""
        if self._scheduled is None:
            self._scheduled = self._hass.loop.call_soon(self._async_send_changes)

    @callback
    def _async_cancel_scheduled(self) -> None:
        if self._scheduled:
            self._scheduled.cancel()
            self._scheduled = None

    @callback
    def _async_listen(self) -> None:
        """Listen to the coordinators and stays of all entries that are loaded now."""
        loaded: dict[SeamCoordinator | StaysWatch, Callable[[], None]] = {}
        for entry in self._hass.config_entries.async_loaded_entries(DOMAIN):
            loaded[entry.runtime_data] = self._async_send_changes
            # Their verdicts may change with the coordinator, which is enough once.
            loaded |= dict.fromkeys(
                async_stays(self._hass, entry), self._async_schedule
            )
        for source in self._listeners.keys() - loaded.keys():
            self._listeners.pop(source)()
        for source in loaded.keys() - self._listeners.keys():
            self._listeners[source] = source.async_add_listener(loaded[source])

    @callback
    def _async_send_changes(self) -> None:
        """Send what has changed, if anything."""
        self._async_cancel_scheduled()
        sources = self._sources()
        entries, options = self._entries(), self._options()
        stays = self._stays(sources)
        message: ChangedMessage = {}
        if changed := [
            source.row
            for device_id, source in sources.items()
            if source is not self._sent.get(device_id)
        ]:
            message["locks"] = changed
        if removed := self._sent.keys() - sources.keys():
            message["removed"] = sorted(removed)
        if changed_stays := [
            row for key, row in stays.items() if row != self._sent_stays.get(key)
        ]:
            message["stays"] = changed_stays
        if removed_stays := self._sent_stays.keys() - stays.keys():
            message["removed_stays"] = sorted(removed_stays)
        if entries != self._sent_entries:
            message["entries"] = entries
        if options != self._sent_options:
            message["options"] = options
        # Only now, as changes whose row cannot be built have not been sent.
        self._sent, self._sent_entries, self._sent_options = sources, entries, options
        self._sent_stays = stays
        if message:
            self._connection.send_event(
                self._msg_id,
                {"type": "changed", "locks": [], "removed": [], **message},
            )

    def _sources(self) -> _Sources:
        """Return the locks that the user may read.

        Those of an entry that is not loaded stay as they were, as it may be reloading.
        """
        may_read = self._connection.user.permissions.check_entity
        sources: _Sources = {}
        for entry in self._entries_shown():
            if entry.state is ConfigEntryState.LOADED:
                sources |= _sources_of(entry.runtime_data)
            else:
                sources |= {
                    device_id: source
                    for device_id, source in self._sent.items()
                    if source.target.coordinator.config_entry is entry
                }
        return {
            device_id: source
            for device_id, source in sources.items()
            if may_read(source.target.entity_id, POLICY_READ)
        }

    def _entries_shown(self) -> list[SeamConfigEntry]:
        return self._hass.config_entries.async_entries(DOMAIN, include_disabled=False)

    def _entries(self) -> list[Entry]:
        """Return the entries, of which users only see those whose locks they may read."""
        is_admin = self._connection.user.is_admin
        return [
            {
                **async_entry(entry),
                "conversion": async_conversion(self._hass, entry) if is_admin else None,
            }
            for entry in self._entries_shown()
            if is_admin or self._has_readable_lock(entry)
        ]

    def _has_readable_lock(self, entry: SeamConfigEntry) -> bool:
        """Return whether the user may read a lock, also while the entry is not loaded."""
        may_read = self._connection.user.permissions.check_entity
        return any(
            entity.domain == LOCK_DOMAIN and may_read(entity.entity_id, POLICY_READ)
            for entity in er.async_entries_for_config_entry(
                er.async_get(self._hass), entry.entry_id
            )
        )

    def _stays(self, sources: _Sources) -> dict[str, Stays]:
        """Return the stays, of which users only see those on locks they may read."""
        return async_stays_rows(
            self._hass,
            self._entries_shown(),
            None if self._connection.user.is_admin else sources.keys(),
            self._sent_stays,
        )

    def _options(self) -> Options:
        """Return the options of the first entry."""
        options: Mapping[str, Any] = next(
            (entry.options for entry in self._entries_shown()), {}
        )
        return {
            "check_in": options.get(CONF_CHECK_IN, DEFAULT_CHECK_IN)[:5],
            "check_out": options.get(CONF_CHECK_OUT, DEFAULT_CHECK_OUT)[:5],
        }


def _sources_of(coordinator: SeamCoordinator) -> _Sources:
    """Return the locks of a workspace that have an entity."""
    hass, data = coordinator.hass, coordinator.data
    entities, devices = er.async_get(hass), dr.async_get(hass)
    areas = ar.async_get(hass)
    shared = hass.data.setdefault(_SHARED, WeakValueDictionary())
    sources: _Sources = {}
    for device_id, lock in data.locks.items():
        entity = entities.async_get(lock_entity_id(hass, device_id))
        if entity is None:
            # It appears when its entity is added.
            continue
        device = devices.async_get(entity.device_id or "")
        area = areas.async_get_area(entity.area_id or (device and device.area_id) or "")
        source = _Source(
            Target(entity.entity_id, coordinator, lock),
            data.account_of(lock),
            device.name_by_user if device else None,
            area.name if area else None,
        )
        known = shared.get(device_id)
        if known and source.is_same_as(known):
            source = known
        shared[device_id] = sources[device_id] = source
    return sources
