"""What happens at a lock: who opened it, and what becomes of its codes."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .activity import (
    ACCESS_CODE_ACTIVITY_KEY,
    ACCESS_CODE_EVENTS,
    event_kind,
    occurrence_signal,
)
from .attributes import code_problems, local_time
from .coordinator import SeamConfigEntry
from .entity import SeamLockEntity, async_add_lock_entities
from .sync.events import Occurrence
from .sync.snapshot import LockData

# The coordinator does the talking.
PARALLEL_UPDATES = 0

_OTHER: Final = "other"


@dataclass(frozen=True, kw_only=True)
class SeamEventDescription(EventEntityDescription):
    """Events whose types begin alike."""

    prefix: str
    exists_fn: Callable[[LockData], bool]


LOCK_ACTIVITY = SeamEventDescription(
    key="lock_activity",
    translation_key="lock_activity",
    prefix="lock.",
    event_types=["locked", "unlocked", "access_denied", _OTHER],
    exists_fn=lambda _lock: True,
)
ACCESS_CODE_ACTIVITY = SeamEventDescription(
    key=ACCESS_CODE_ACTIVITY_KEY,
    translation_key=ACCESS_CODE_ACTIVITY_KEY,
    prefix=ACCESS_CODE_EVENTS,
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


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the event entities of a workspace's locks."""
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


class SeamActivity(SeamLockEntity, EventEntity):
    """Events of a lock. What happened before the start is not told again."""

    entity_description: SeamEventDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to what the coordinator hears."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_dispatcher_connect(
                self.hass, occurrence_signal(self.device_id), self._async_handle_news
            )
        )

    @callback
    def _async_handle_news(self, news: Occurrence) -> None:
        """Tell an event, if it is of this entity's kind."""
        description, event = self.entity_description, news.event
        if not event.event_type.startswith(description.prefix):
            return
        kind = event_kind(event.event_type, description.prefix)
        attributes = {
            "access_code_id": event.access_code_id,
            "access_code_name": news.code_name,
            "occurred_at": local_time(event.occurred_at or event.created_at),
            # Seam adds types; with this, automations can know them before we do.
            "seam_event_type": event.event_type,
            **self.attributes_of(news),
        }
        self._trigger_event(
            kind if kind in self.event_types else _OTHER,
            {key: value for key, value in attributes.items() if value is not None},
        )
        self.async_write_ha_state()

    @abstractmethod
    def attributes_of(self, news: Occurrence) -> dict[str, Any]:
        """Return what only this kind of event has."""


class SeamLockActivity(SeamActivity):
    """Who locked and unlocked it, and how."""

    @override
    def attributes_of(self, news: Occurrence) -> dict[str, Any]:
        """Return how it was done, or why not."""
        event = news.event
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
    """What becomes of its codes."""

    @override
    def attributes_of(self, news: Occurrence) -> dict[str, Any]:
        """Return what was changed, and what is wrong with the code now."""
        event = news.event
        code = self.seam_lock.code(event.access_code_id)
        return {
            "former_name": event.former_name,
            "change_reason": event.change_reason,
            "changed_properties": list(event.changed_properties) or None,
            "requested_mutations": list(event.requested_mutations) or None,
            "backup_access_code_id": event.backup_access_code_id,
            "errors": code_problems(self.hass, code.errors, "error_code")
            if code
            else [],
        }
