"""Triggers for the use of access codes, their way onto locks, and stays."""

from functools import partial
from typing import Any, ClassVar, Final, cast, override

from homeassistant.components.event import DOMAIN as EVENT_DOMAIN
from homeassistant.const import ATTR_ENTITY_ID, CONF_NAME, CONF_OPTIONS, CONF_TARGET
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.trigger import (
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .actions.targets import lock_entity_id, targeted_entity_ids
from .activity import (
    ACCESS_CODE_EVENTS,
    ATTR_MESSAGE,
    SIGNAL_OCCURRENCE,
    async_message,
    event_kind,
    lock_name,
)
from .attributes import async_problems, occurrence_attributes
from .const import DOMAIN
from .stays.events import EVENT_TYPES, SIGNAL_STAY_EVENT, StayEvent
from .sync.events import OPERATION_EVENTS, Occurrence
from .sync.snapshot import LockData

CONF_EVENT_TYPE: Final = "event_type"
CONF_KIND: Final = "kind"
CONF_STAYS: Final = "stays"

_ANY: Final = "any"
_KINDS: Final = {_ANY: (True, False, None), "managed": (True,), "unmanaged": (False,)}

_NAME: Final[dict[vol.Marker, Any]] = {
    vol.Optional(CONF_NAME, default=list): vol.All(
        cv.ensure_list, [vol.All(cv.string, vol.Strip)]
    )
}
_KIND: Final[dict[vol.Marker, Any]] = {
    vol.Optional(CONF_KIND, default=_ANY): vol.In(_KINDS)
}
_STAYS: Final[dict[vol.Marker, Any]] = {
    vol.Optional(CONF_STAYS, default=list): vol.All(cv.ensure_list, [cv.string]),
    vol.Optional(CONF_EVENT_TYPE, default=list): vol.All(
        cv.ensure_list, [vol.In(EVENT_TYPES)]
    ),
}


def _is_managed(lock: LockData, occurrence: Occurrence) -> bool | None:
    """Return whether the code of an event is managed, None if unknown."""
    event = occurrence.event
    if event.access_code_is_managed is not None:
        return event.access_code_is_managed
    code = lock.code(event.access_code_id)
    return code.is_managed if code else None


class SeamTrigger(Trigger):
    """Base class for triggers on some of Seam's event types."""

    event_types: ClassVar[frozenset[str]]
    fields: ClassVar[dict[vol.Marker, Any]] = {}
    what: ClassVar[str]
    """What happens, to describe why an automation was triggered."""

    @override
    @classmethod
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Validate config."""
        schema = vol.Schema(
            {
                vol.Required(CONF_OPTIONS, default=dict): cls.fields,
                vol.Optional(CONF_TARGET): cv.TARGET_FIELDS,
            }
        )
        return cast("ConfigType", schema(config))

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Initialize the trigger."""
        super().__init__(hass, config)
        options = config.options or {}
        self._target = config.target or {}
        # Forms send an empty text for a name that is left empty.
        self._names = {name.casefold() for name in options.get(CONF_NAME, ()) if name}
        self._kinds = _KINDS[options.get(CONF_KIND, _ANY)]

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Run the action for each event that matches."""
        return async_dispatcher_connect(
            self._hass, SIGNAL_OCCURRENCE, partial(self._async_handle, run_action)
        )

    @callback
    def _async_handle(
        self, run_action: TriggerActionRunner, lock: LockData, occurrence: Occurrence
    ) -> None:
        """Run the action if an event matches."""
        if self._matches(lock, occurrence):
            name = lock_name(self._hass, lock)
            run_action(self._variables(lock, occurrence), f"{self.what} on {name}")

    def _matches(self, lock: LockData, occurrence: Occurrence) -> bool:
        """Return whether an event is one that the trigger is about."""
        return (
            occurrence.event.event_type in self.event_types
            and self._has_name(lock, occurrence)
            and _is_managed(lock, occurrence) in self._kinds
            and self._is_targeted(lock)
        )

    def _is_targeted(self, lock: LockData) -> bool:
        """Return whether the trigger is about a lock; targets change as areas do."""
        entity_ids = targeted_entity_ids(self._hass, self._target)
        return (
            entity_ids is None
            or lock_entity_id(self._hass, lock.device_id) in entity_ids
        )

    def _has_name(self, lock: LockData, occurrence: Occurrence) -> bool:
        """Return whether the code has one of the names, as it is shown or as it is."""
        code = lock.code(occurrence.event.access_code_id)
        names = {occurrence.code_name, code.unmasked_name if code else None}
        return not self._names or any(
            name.strip().casefold() in self._names for name in names if name
        )

    @callback
    def _variables(self, lock: LockData, occurrence: Occurrence) -> dict[str, Any]:
        """Return the trigger variables, without a PIN."""
        return {
            ATTR_ENTITY_ID: lock_entity_id(self._hass, lock.device_id),
            "device_name": lock_name(self._hass, lock),
            "event_type": event_kind(occurrence.event.event_type),
            ATTR_MESSAGE: async_message(self._hass, occurrence),
            "is_managed": _is_managed(lock, occurrence),
            **occurrence_attributes(occurrence),
        }


class AccessCodeUsedTrigger(SeamTrigger):
    """Trigger for somebody who locks or unlocks with an access code."""

    event_types = frozenset(OPERATION_EVENTS)
    fields = _NAME | _KIND
    what = "access code used"

    @override
    def _matches(self, lock: LockData, occurrence: Occurrence) -> bool:
        """Return whether it was done with a code."""
        return bool(occurrence.event.access_code_id or occurrence.code_name) and (
            super()._matches(lock, occurrence)
        )


class AccessDeniedTrigger(SeamTrigger):
    """Trigger for somebody who is not let in."""

    event_types = frozenset({"lock.access_denied"})
    what = "access denied"

    @override
    def _variables(self, lock: LockData, occurrence: Occurrence) -> dict[str, Any]:
        """Return the trigger variables with the reason."""
        return {
            **super()._variables(lock, occurrence),
            "reason_code": occurrence.event.reason_code,
            "reason_message": occurrence.event.reason_message,
        }


class AccessCodeFailedTrigger(SeamTrigger):
    """Trigger for a code that could not be set, changed, converted, or removed."""

    event_types = frozenset(
        {
            "access_code.failed_to_expire",
            "access_code.failed_to_issue",
            "access_code.failed_to_remove_from_device",
            "access_code.failed_to_set_on_device",
            "access_code.failed_to_update",
            "access_code.unmanaged.failed_to_convert_to_managed",
        }
    )
    fields = _NAME
    what = "access code failed"

    @override
    def _variables(self, lock: LockData, occurrence: Occurrence) -> dict[str, Any]:
        """Return the trigger variables with the error and advice."""
        code = lock.code(occurrence.event.access_code_id)
        kind = event_kind(occurrence.event.event_type)
        # A code may have older errors as well.
        errors = sorted(
            code.own_errors if code else (), key=lambda error: error.code != kind
        )
        rows = async_problems(self._hass, errors[:1], lock, None, code)
        error = rows[0] if rows else {}
        return {
            **super()._variables(lock, occurrence),
            "error": error.get("message"),
            "error_code": error.get("error_code"),
            "advice": error.get("advice"),
        }


class AccessCodeReadyTrigger(SeamTrigger):
    """Trigger for a code that is on its lock after it was created or changed."""

    event_types = frozenset(
        {
            "access_code.issued",
            "access_code.scheduled_on_device",
            "access_code.set_on_device",
        }
    )
    fields = _NAME
    what = "access code ready"

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Initialize the trigger."""
        super().__init__(hass, config)
        self._latest: dict[str | None, str] = {}

    @override
    def _matches(self, lock: LockData, occurrence: Occurrence) -> bool:
        """Return whether the code was not ready before.

        Locks that know schedules have a code before it starts, and Seam sends another
        type of event at the start. The same type again is about a change.
        """
        event = occurrence.event
        latest = self._latest.get(event.access_code_id, event.event_type)
        return latest == event.event_type and super()._matches(lock, occurrence)

    @callback
    @override
    def _async_handle(
        self, run_action: TriggerActionRunner, lock: LockData, occurrence: Occurrence
    ) -> None:
        """Run the action, and remember the latest type of event for the next one."""
        super()._async_handle(run_action, lock, occurrence)
        event = occurrence.event
        if event.event_type in self.event_types:
            self._latest[event.access_code_id] = event.event_type
        elif event.event_type.startswith(ACCESS_CODE_EVENTS):
            self._latest.pop(event.access_code_id, None)


class UnmanagedAccessCodeFoundTrigger(SeamTrigger):
    """Trigger for a code that was added outside Seam."""

    event_types = frozenset({"access_code.unmanaged.created"})
    what = "unmanaged access code found"


class StayActivityTrigger(Trigger):
    """Trigger for what happens before, during, and after stays."""

    fields: ClassVar[dict[vol.Marker, Any]] = _STAYS

    @override
    @classmethod
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Validate config."""
        schema = vol.Schema({vol.Required(CONF_OPTIONS, default=dict): cls.fields})
        return cast("ConfigType", schema(config))

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Initialize the trigger."""
        super().__init__(hass, config)
        options = config.options or {}
        self._device_ids = set(options.get(CONF_STAYS, ()))
        self._event_types = set(options.get(CONF_EVENT_TYPE, ()))

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Run the action for each event that matches."""

        @callback
        def handle(event: StayEvent) -> None:
            for device in dr.async_get(self._hass).async_get_devices(
                identifiers={(DOMAIN, event.subentry_id)}
            ):
                if self._matches(device.id, event.event_type):
                    name = device.name_by_user or device.name
                    variables = self._variables(event) | {"device_name": name}
                    run_action(variables, f"stay activity of {name}")

        return async_dispatcher_connect(self._hass, SIGNAL_STAY_EVENT, handle)

    def _matches(self, device_id: str, event_type: str) -> bool:
        """Return whether an event is one that the trigger is about."""
        return (not self._device_ids or device_id in self._device_ids) and (
            not self._event_types or event_type in self._event_types
        )

    def _variables(self, event: StayEvent) -> dict[str, Any]:
        """Return the trigger variables, without a PIN."""
        return {
            ATTR_ENTITY_ID: er.async_get(self._hass).async_get_entity_id(
                EVENT_DOMAIN, DOMAIN, f"{event.subentry_id}_stay_activity"
            ),
            "event_type": event.event_type,
            "reason": None,
            "advice": None,
            **event.attributes,
        }


TRIGGERS: Final[dict[str, type[Trigger]]] = {
    "access_code_failed": AccessCodeFailedTrigger,
    "access_code_ready": AccessCodeReadyTrigger,
    "access_code_used": AccessCodeUsedTrigger,
    "access_denied": AccessDeniedTrigger,
    "stay_activity": StayActivityTrigger,
    "unmanaged_access_code_found": UnmanagedAccessCodeFoundTrigger,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers for access codes."""
    return TRIGGERS
