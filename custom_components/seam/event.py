"""Event entities for the activity of locks and their access codes."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .activity import (
    ACCESS_CODE_ACTIVITY_KEY,
    ACCESS_CODE_EVENTS,
    ATTR_IS_LOGGED,
    event_kind,
    is_logged,
    occurrence_signal,
)
from .api import Event, SeamProblem
from .attributes import async_problems, occurrence_attributes
from .coordinator import SeamConfigEntry
from .entity import SeamLockEntity, async_add_lock_entities
from .stays.entity import SeamStaysEntity, async_add_stays_entities
from .stays.events import EVENT_TYPES, SIGNAL_STAY_EVENT, StayEvent
from .sync.events import Occurrence
from .sync.snapshot import LockData

# The coordinator is used to centralize the data updates.
PARALLEL_UPDATES = 0

_OTHER: Final = "other"


@dataclass(frozen=True, kw_only=True)
class SeamEventDescription(EventEntityDescription):
    """Describes an event entity for Seam's event types with these prefixes."""

    prefixes: tuple[str, ...]
    exists_fn: Callable[[LockData], bool]


LOCK_ACTIVITY = SeamEventDescription(
    key="lock_activity",
    translation_key="lock_activity",
    prefixes=("lock.", "device."),
    event_types=["locked", "unlocked", "access_denied", "tampered", _OTHER],
    exists_fn=lambda _lock: True,
)
ACCESS_CODE_ACTIVITY = SeamEventDescription(
    key=ACCESS_CODE_ACTIVITY_KEY,
    translation_key=ACCESS_CODE_ACTIVITY_KEY,
    prefixes=(ACCESS_CODE_EVENTS,),
    event_types=[
        "backup_access_code_pulled",
        "changed",
        "code_changed",
        "created",
        "delay_in_issuing",
        "delay_in_removing_from_device",
        "delay_in_setting_on_device",
        "deleted",
        "deleted_external_to_seam",
        "failed_to_expire",
        "failed_to_issue",
        "failed_to_remove_from_device",
        "failed_to_set_on_device",
        "failed_to_update",
        "issued",
        "modified_external_to_seam",
        "mutations_requested",
        "name_changed",
        "removed_from_device",
        "scheduled_on_device",
        "set_on_device",
        "time_frame_changed",
        "unmanaged_converted_to_managed",
        "unmanaged_created",
        "unmanaged_failed_to_convert_to_managed",
        "unmanaged_removed",
        _OTHER,
    ],
    exists_fn=lambda lock: lock.device.has_access_codes,
)

STAY_ACTIVITY = EventEntityDescription(
    key="stay_activity", translation_key="stay_activity", event_types=EVENT_TYPES
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the event entities of a workspace."""
    for entity_class, description in (
        (SeamLockActivity, LOCK_ACTIVITY),
        (SeamAccessCodeActivity, ACCESS_CODE_ACTIVITY),
    ):
        async_add_lock_entities(
            entry,
            async_add_entities,
            entity_class,
            [description],
            lambda description, lock: description.exists_fn(lock),
        )
    async_add_stays_entities(
        hass, entry, async_add_entities, SeamStayActivity, STAY_ACTIVITY
    )


class SeamActivity(SeamLockEntity, EventEntity):
    """Base class for event entities. Events from before the start are not replayed."""

    entity_description: SeamEventDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to the occurrences on the lock."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_dispatcher_connect(
                self.hass,
                occurrence_signal(self.device_id),
                self._async_handle_occurrence,
            )
        )

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Mask PINs that have only now become known, also in a restored state."""
        # The base class returns its own dictionary.
        attributes = self.extra_restore_state_data.last_event_attributes or {}
        masked = _masked(attributes, self.coordinator.secrets.mask)
        if masked != attributes:
            attributes |= masked
            self._written = None
        super()._handle_coordinator_update()

    @callback
    def _async_handle_occurrence(self, occurrence: Occurrence) -> None:
        """Fire the event if it is of this entity's kind."""
        description, event = self.entity_description, occurrence.event
        if not event.event_type.startswith(description.prefixes):
            return
        kind = event_kind(event.event_type)
        attributes = {
            **occurrence_attributes(occurrence),
            **self._extra_attributes(event),
            ATTR_IS_LOGGED: is_logged(self.seam_lock, event),
        }
        self._trigger_event(
            kind if kind in self.event_types else _OTHER,
            {key: value for key, value in attributes.items() if value is not None},
        )
        self.async_write_ha_state()

    @abstractmethod
    def _extra_attributes(self, event: Event) -> dict[str, Any]:
        """Return the attributes of this kind of event."""


class SeamLockActivity(SeamActivity):
    """Event entity for who operated a lock, and how."""

    @override
    def _extra_attributes(self, event: Event) -> dict[str, Any]:
        """Return how it was done, or why access was denied."""
        return {
            "method": event.method,
            "is_managed": event.access_code_is_managed,
            "is_via_bluetooth": event.is_via_bluetooth,
            "is_via_nfc": event.is_via_nfc,
            "user_identity_id": event.user_identity_id,
            "reason_code": event.reason_code,
            "reason_message": event.reason_message,
        }


class SeamAccessCodeActivity(SeamActivity):
    """Event entity for changes of the access codes of a lock."""

    @override
    def _extra_attributes(self, event: Event) -> dict[str, Any]:
        """Return what has changed, and the current errors and warnings of the code."""
        lock = self.seam_lock
        code = lock.code(event.access_code_id)

        def rows(problems: Iterable[SeamProblem]) -> list[Any]:
            # Recorded, so the advice does not name the account, often by its address.
            return async_problems(self.hass, problems, lock, None, code)

        return {
            "former_name": event.former_name,
            "change_reason": event.change_reason,
            "changed_properties": list(event.changed_properties) or None,
            "requested_mutations": list(event.requested_mutations) or None,
            "backup_access_code_id": event.backup_access_code_id,
            "errors": rows(code.errors) if code else [],
            "warnings": rows(code.warnings) if code else [],
        }


class SeamStayActivity(SeamStaysEntity, EventEntity):
    """Event entity for what happens before, during, and after stays."""

    @override
    async def async_added_to_hass(self) -> None:
        """Subscribe to what happens."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_dispatcher_connect(
                self.hass, SIGNAL_STAY_EVENT, self._async_handle_event
            )
        )

    @callback
    def _async_handle_event(self, event: StayEvent) -> None:
        if event.subentry_id == self.watch.runner.subentry.subentry_id:
            self._trigger_event(event.event_type, event.attributes)
            self.async_write_ha_state()


def _masked(value: Any, mask: Callable[[str], str]) -> Any:
    """Return attributes with secrets masked in all texts but times."""
    match value:
        case str():
            return mask(value)
        case list():
            return [_masked(item, mask) for item in value]
        case dict():
            return {
                key: item if key.endswith("_at") else _masked(item, mask)
                for key, item in value.items()
            }
    return value
