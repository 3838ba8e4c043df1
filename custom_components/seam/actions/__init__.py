"""The actions of the integration, one module for each."""

from functools import partial
from typing import Final, NamedTuple, cast

from homeassistant.core import HomeAssistant, SupportsResponse, callback
from homeassistant.helpers.typing import VolSchemaType

from ..const import DOMAIN
from . import (
    capabilities,
    convert,
    delete,
    delete_expired,
    ensure,
    fields,
    generate,
    get,
    pull_backup,
    release,
    report_constraints,
    reveal,
    schedule,
    simulate,
    update,
)
from .targets import Handler, async_handle

_OPTIONAL: Final = SupportsResponse.OPTIONAL
_ONLY: Final = SupportsResponse.ONLY


class _Action(NamedTuple):
    """An action to register."""

    handler: Handler
    schema: fields.ActionSchema
    supports_response: SupportsResponse
    is_admin: bool = True


_ACTIONS: Final = {
    "schedule_access_code": _Action(
        schedule.async_schedule_access_code, schedule.SCHEMA, _OPTIONAL
    ),
    "ensure_access_code": _Action(
        ensure.async_ensure_access_code, schedule.SCHEMA, _OPTIONAL
    ),
    "update_access_code": _Action(
        update.async_update_access_code, update.SCHEMA, _OPTIONAL
    ),
    "convert_access_code": _Action(
        convert.async_convert_access_code, convert.SCHEMA, _OPTIONAL
    ),
    "release_access_code": _Action(
        release.async_release_access_code, fields.CODE_SCHEMA, _OPTIONAL
    ),
    "delete_access_code": _Action(
        delete.async_delete_access_code, fields.CODE_SCHEMA, _OPTIONAL
    ),
    "delete_expired_access_codes": _Action(
        delete_expired.async_delete_expired_access_codes,
        delete_expired.SCHEMA,
        _OPTIONAL,
    ),
    "reveal_access_code": _Action(
        reveal.async_reveal_access_code, fields.CODE_SCHEMA, _ONLY
    ),
    "pull_backup_access_code": _Action(
        pull_backup.async_pull_backup_access_code, fields.CODE_SCHEMA, _ONLY
    ),
    "generate_code": _Action(generate.async_generate_code, fields.LOCK_SCHEMA, _ONLY),
    "report_device_constraints": _Action(
        report_constraints.async_report_device_constraints,
        report_constraints.SCHEMA,
        _OPTIONAL,
    ),
    "simulate_unmanaged_access_code": _Action(
        simulate.async_simulate_unmanaged_access_code, simulate.SCHEMA, _OPTIONAL
    ),
    "get_access_codes": _Action(
        get.async_get_access_codes, get.SCHEMA, _ONLY, is_admin=False
    ),
    "get_lock_capabilities": _Action(
        capabilities.async_get_lock_capabilities,
        fields.LOCK_SCHEMA,
        _ONLY,
        is_admin=False,
    ),
}


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for name, action in _ACTIONS.items():
        hass.services.async_register(
            DOMAIN,
            name,
            partial(async_handle, action.handler, is_admin=action.is_admin),
            # Home Assistant only calls it.
            schema=cast("VolSchemaType", action.schema),
            supports_response=action.supports_response,
        )
