"""The actions: what they take, and whom they are for."""

from functools import partial
from typing import Final

from homeassistant.const import ATTR_CODE, ATTR_NAME
from homeassistant.core import HomeAssistant, SupportsResponse, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
import voluptuous as vol

from . import handlers
from .const import DOMAIN
from .fields import (
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
from .targets import async_handle

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


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    answers, may_answer = SupportsResponse.ONLY, SupportsResponse.OPTIONAL
    for name, handler, schema, response in (
        (
            "schedule_access_code",
            handlers.async_schedule_access_code,
            SCHEDULE_SCHEMA,
            may_answer,
        ),
        (
            "ensure_access_code",
            handlers.async_ensure_access_code,
            SCHEDULE_SCHEMA,
            may_answer,
        ),
        (
            "update_access_code",
            handlers.async_update_access_code,
            UPDATE_SCHEMA,
            may_answer,
        ),
        (
            "convert_access_code",
            handlers.async_convert_access_code,
            CONVERT_SCHEMA,
            may_answer,
        ),
        (
            "delete_access_code",
            handlers.async_delete_access_code,
            PICK_SCHEMA,
            may_answer,
        ),
        (
            "delete_expired_access_codes",
            handlers.async_delete_expired_access_codes,
            DELETE_EXPIRED_SCHEMA,
            may_answer,
        ),
        (
            "reveal_access_code",
            handlers.async_reveal_access_code,
            PICK_SCHEMA,
            answers,
        ),
        (
            "pull_backup_access_code",
            handlers.async_pull_backup_access_code,
            PICK_SCHEMA,
            answers,
        ),
        ("generate_code", handlers.async_generate_code, TARGET_SCHEMA, answers),
        (
            "report_device_constraints",
            handlers.async_report_device_constraints,
            REPORT_SCHEMA,
            may_answer,
        ),
        (
            "simulate_unmanaged_access_code",
            handlers.async_simulate_unmanaged_access_code,
            SIMULATE_SCHEMA,
            may_answer,
        ),
    ):
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            partial(async_handle, handler),
            schema,
            supports_response=response,
        )
    for name, handler, schema in (
        ("get_access_codes", handlers.async_get_access_codes, GET_SCHEMA),
        (
            "get_lock_capabilities",
            handlers.async_get_lock_capabilities,
            TARGET_SCHEMA,
        ),
    ):
        hass.services.async_register(
            DOMAIN,
            name,
            partial(async_handle, handler),
            schema,
            supports_response=answers,
        )
