"""The actions: what they take, and whom they are for."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from homeassistant.const import ATTR_CODE, ATTR_NAME
from homeassistant.core import HomeAssistant, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.helpers.typing import VolSchemaType
import voluptuous as vol

from .actions import handlers
from .actions.fields import (
    ATTR_ACCESS_CODE_ID,
    ATTR_ALL,
    ATTR_ALLOW_EXTERNAL_MODIFICATION,
    ATTR_ATTEMPT_FOR_OFFLINE_DEVICE,
    ATTR_DRY_RUN,
    ATTR_ENDS_AT,
    ATTR_FORCE,
    ATTR_INCLUDE,
    ATTR_INCLUDE_UNMANAGED,
    ATTR_IS_OFFLINE,
    ATTR_IS_ONE_TIME,
    ATTR_LINKED,
    ATTR_MAX_LENGTH,
    ATTR_MAX_TIME_ROUNDING,
    ATTR_MIN_LENGTH,
    ATTR_NEW_NAME,
    ATTR_OLDER_THAN,
    ATTR_ONGOING,
    ATTR_PREFER_NATIVE,
    ATTR_PREFERRED_LENGTH,
    ATTR_STARTS_AT,
    ATTR_SUPPORTED_LENGTHS,
    ATTR_USE_BACKUP_POOL,
)
from .actions.targets import Handler, async_handle
from .const import DOMAIN

_KINDS: Final = ("managed", "unmanaged")

# A PIN is checked by the action, not here: whatever voluptuous finds wrong, it quotes.
_PIN = object
_NAME = vol.All(cv.string, vol.Strip, vol.Length(min=1))
_PICK = {
    vol.Optional(ATTR_ACCESS_CODE_ID): cv.string,
    vol.Optional(ATTR_NAME): cv.string,
}
_LENGTH = vol.All(vol.Coerce(int), vol.Range(min=4, max=20))

SCHEDULE_SCHEMA = cv.make_entity_service_schema(
    {
        vol.Required(ATTR_NAME): _NAME,
        vol.Optional(ATTR_CODE): _PIN,
        vol.Optional(ATTR_STARTS_AT): cv.datetime,
        vol.Optional(ATTR_ENDS_AT): cv.datetime,
        vol.Optional(ATTR_PREFERRED_LENGTH): vol.All(
            vol.Coerce(int), vol.Range(min=4, max=12)
        ),
        vol.Optional(ATTR_ALLOW_EXTERNAL_MODIFICATION): cv.boolean,
        vol.Optional(ATTR_PREFER_NATIVE): cv.boolean,
        vol.Optional(ATTR_USE_BACKUP_POOL): cv.boolean,
        vol.Optional(ATTR_IS_OFFLINE): cv.boolean,
        vol.Optional(ATTR_IS_ONE_TIME): cv.boolean,
        vol.Optional(ATTR_MAX_TIME_ROUNDING): vol.In(("1hour", "1day")),
        vol.Optional(ATTR_ATTEMPT_FOR_OFFLINE_DEVICE): cv.boolean,
    }
)
UPDATE_SCHEMA = cv.make_entity_service_schema(
    {
        **_PICK,
        vol.Optional(ATTR_NEW_NAME): _NAME,
        vol.Optional(ATTR_CODE): _PIN,
        vol.Optional(ATTR_STARTS_AT): cv.datetime,
        vol.Optional(ATTR_ENDS_AT): cv.datetime,
        vol.Optional(ATTR_ONGOING, default=False): cv.boolean,
        vol.Optional(ATTR_ALLOW_EXTERNAL_MODIFICATION): cv.boolean,
        vol.Optional(ATTR_LINKED, default=False): cv.boolean,
    }
)
CONVERT_SCHEMA = cv.make_entity_service_schema(
    {
        **_PICK,
        vol.Optional(ATTR_ALL, default=False): cv.boolean,
        vol.Optional(ATTR_ALLOW_EXTERNAL_MODIFICATION): cv.boolean,
        vol.Optional(ATTR_FORCE): cv.boolean,
        vol.Optional(ATTR_DRY_RUN, default=False): cv.boolean,
    }
)
DELETE_EXPIRED_SCHEMA = cv.make_entity_service_schema(
    {
        vol.Optional(ATTR_OLDER_THAN): cv.positive_time_period,
        vol.Optional(ATTR_INCLUDE_UNMANAGED, default=False): cv.boolean,
        vol.Optional(ATTR_DRY_RUN, default=False): cv.boolean,
    }
)
PICK_SCHEMA = cv.make_entity_service_schema(_PICK)
GET_SCHEMA = cv.make_entity_service_schema(
    {
        vol.Optional(ATTR_INCLUDE, default=list(_KINDS)): vol.All(
            cv.ensure_list, vol.Length(min=1), [vol.In(_KINDS)]
        )
    }
)
REPORT_SCHEMA = cv.make_entity_service_schema(
    {
        vol.Optional(ATTR_SUPPORTED_LENGTHS): vol.All(
            cv.ensure_list, vol.Length(min=1), [_LENGTH]
        ),
        vol.Optional(ATTR_MIN_LENGTH): _LENGTH,
        vol.Optional(ATTR_MAX_LENGTH): _LENGTH,
    }
)
SIMULATE_SCHEMA = cv.make_entity_service_schema(
    {vol.Required(ATTR_NAME): _NAME, vol.Required(ATTR_CODE): _PIN}
)
TARGET_SCHEMA = cv.make_entity_service_schema({})


@dataclass(frozen=True)
class _Action:
    """An action: who carries it out, what it takes, whom it is for."""

    name: str
    handler: Handler
    schema: VolSchemaType
    is_admin: bool = True
    response: SupportsResponse = SupportsResponse.OPTIONAL


_ACTIONS: Final = (
    _Action(
        "schedule_access_code",
        handlers.async_schedule_access_code,
        SCHEDULE_SCHEMA,
    ),
    _Action(
        "ensure_access_code",
        handlers.async_ensure_access_code,
        SCHEDULE_SCHEMA,
    ),
    _Action(
        "update_access_code",
        handlers.async_update_access_code,
        UPDATE_SCHEMA,
    ),
    _Action(
        "convert_access_code",
        handlers.async_convert_access_code,
        CONVERT_SCHEMA,
    ),
    _Action(
        "delete_access_code",
        handlers.async_delete_access_code,
        PICK_SCHEMA,
    ),
    _Action(
        "delete_expired_access_codes",
        handlers.async_delete_expired_access_codes,
        DELETE_EXPIRED_SCHEMA,
    ),
    _Action(
        "reveal_access_code",
        handlers.async_reveal_access_code,
        PICK_SCHEMA,
        response=SupportsResponse.ONLY,
    ),
    _Action(
        "pull_backup_access_code",
        handlers.async_pull_backup_access_code,
        PICK_SCHEMA,
        response=SupportsResponse.ONLY,
    ),
    _Action(
        "generate_code",
        handlers.async_generate_code,
        TARGET_SCHEMA,
        response=SupportsResponse.ONLY,
    ),
    _Action(
        "report_device_constraints",
        handlers.async_report_device_constraints,
        REPORT_SCHEMA,
    ),
    _Action(
        "simulate_unmanaged_access_code",
        handlers.async_simulate_unmanaged_access_code,
        SIMULATE_SCHEMA,
    ),
    _Action(
        "get_access_codes",
        handlers.async_get_access_codes,
        GET_SCHEMA,
        is_admin=False,
        response=SupportsResponse.ONLY,
    ),
    _Action(
        "get_lock_capabilities",
        handlers.async_get_lock_capabilities,
        TARGET_SCHEMA,
        is_admin=False,
        response=SupportsResponse.ONLY,
    ),
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for action in _ACTIONS:
        register = (
            partial(async_register_admin_service, hass)
            if action.is_admin
            else hass.services.async_register
        )
        register(
            DOMAIN,
            action.name,
            partial(async_handle, action.handler),
            schema=action.schema,
            supports_response=action.response,
        )
