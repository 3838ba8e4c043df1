"""Condition for whether an access code is active."""

from collections.abc import Iterator
from typing import Final, Unpack, cast, override

from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_NAME, CONF_OPTIONS, CONF_TARGET
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.condition import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ALL,
    BEHAVIOR_ANY,
    Condition,
    ConditionCheckParams,
    ConditionConfig,
)
from homeassistant.helpers.typing import ConfigType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .actions.codes import matching_codes
from .actions.fields import ATTR_ACCESS_CODE_ID, CodeSelection
from .actions.targets import lock_entity_id, targeted_entity_ids
from .const import DOMAIN
from .coordinator import SeamConfigEntry, SeamCoordinator
from .sync.code_state import CodeState, code_state
from .sync.snapshot import LockData

_TEXT: Final = vol.All(cv.string, vol.Strip, vol.Length(min=1))
FIELDS: Final = {
    vol.Optional(CONF_NAME): _TEXT,
    vol.Optional(ATTR_ACCESS_CODE_ID): _TEXT,
    vol.Required(ATTR_BEHAVIOR, default=BEHAVIOR_ANY): vol.In(
        [BEHAVIOR_ANY, BEHAVIOR_ALL]
    ),
}
_ID_OR_NAME: Final = (CONF_NAME, ATTR_ACCESS_CODE_ID)
_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_OPTIONS): vol.All(
            FIELDS,
            cv.has_at_least_one_key(*_ID_OR_NAME),
            cv.has_at_most_one_key(*_ID_OR_NAME),
        ),
        vol.Optional(CONF_TARGET): cv.TARGET_FIELDS,
    }
)


class AccessCodeIsActiveCondition(Condition):
    """Test if an access code is active on any or all locks."""

    @override
    @classmethod
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Validate config."""
        return cast("ConfigType", _SCHEMA(config))

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        """Initialize the condition."""
        super().__init__(hass, config)
        assert config.options is not None
        options = config.options
        self._target = config.target or {}
        self._selection = CodeSelection(
            options.get(ATTR_ACCESS_CODE_ID), options.get(CONF_NAME)
        )
        self._combine = all if options[ATTR_BEHAVIOR] == BEHAVIOR_ALL else any

    @override
    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        """Check the condition."""
        entity_ids = targeted_entity_ids(self._hass, self._target)
        results = [
            is_active
            for entry in self._hass.config_entries.async_entries(DOMAIN)
            for entity_id, is_active in self._results(entry)
            if entity_ids is None or entity_id in entity_ids
        ]
        return bool(results) and self._combine(results)

    def _results(self, entry: SeamConfigEntry) -> Iterator[tuple[str, bool]]:
        """Yield the entity ids of locks, and whether the code is active on each."""
        if entry.state is not ConfigEntryState.LOADED:
            # Otherwise, "all" would pass without these locks.
            registry = er.async_get(self._hass)
            for entity in er.async_entries_for_config_entry(registry, entry.entry_id):
                if entity.domain == LOCK_DOMAIN:
                    yield entity.entity_id, False
            return
        coordinator = entry.runtime_data
        for lock in coordinator.data.locks.values():
            if lock.device.has_access_codes:
                yield (
                    lock_entity_id(self._hass, lock.device_id),
                    self._is_active(coordinator, lock),
                )

    def _is_active(self, coordinator: SeamCoordinator, lock: LockData) -> bool:
        """Return whether the code is known to be active on a lock."""
        now = dt_util.utcnow()
        return coordinator.last_update_success and any(
            lock.knows(code) and code_state(lock, code, now) is CodeState.ACTIVE
            for code in matching_codes(lock.codes, self._selection)
        )


CONDITIONS: Final[dict[str, type[Condition]]] = {
    "access_code_is_active": AccessCodeIsActiveCondition
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions for access codes."""
    return CONDITIONS
