"""The actions of the integration, one module for each."""

from functools import partial
from typing import Any, Final, NamedTuple, cast

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import (
    Context,
    HomeAssistant,
    ServiceCall,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.typing import VolSchemaType

from ..attributes import JsonObject
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
    get_access,
    pull_backup,
    release,
    report_constraints,
    reveal,
    schedule,
    simulate,
    update,
)
from .targets import (
    Answers,
    Handler,
    async_allowed_targets,
    async_handle,
    lock_entity_id,
)

_ONLY: Final = SupportsResponse.ONLY


class Action(NamedTuple):
    """An action on locks."""

    handler: Handler
    schema: fields.ActionSchema
    supports_response: SupportsResponse = SupportsResponse.OPTIONAL
    is_admin: bool = True


ACTIONS: Final = {
    "schedule_access_code": Action(
        schedule.async_schedule_access_code, schedule.SCHEMA
    ),
    "ensure_access_code": Action(ensure.async_ensure_access_code, schedule.SCHEMA),
    "update_access_code": Action(update.async_update_access_code, update.SCHEMA),
    "convert_access_code": Action(convert.async_convert_access_code, convert.SCHEMA),
    "release_access_code": Action(
        release.async_release_access_code, fields.CODE_SCHEMA
    ),
    "delete_access_code": Action(delete.async_delete_access_code, fields.CODE_SCHEMA),
    "delete_expired_access_codes": Action(
        delete_expired.async_delete_expired_access_codes, delete_expired.SCHEMA
    ),
    "reveal_access_code": Action(
        reveal.async_reveal_access_code, fields.CODE_SCHEMA, _ONLY
    ),
    "pull_backup_access_code": Action(
        pull_backup.async_pull_backup_access_code, fields.CODE_SCHEMA, _ONLY
    ),
    "generate_code": Action(generate.async_generate_code, fields.LOCK_SCHEMA, _ONLY),
    "report_device_constraints": Action(
        report_constraints.async_report_device_constraints, report_constraints.SCHEMA
    ),
    "simulate_unmanaged_access_code": Action(
        simulate.async_simulate_unmanaged_access_code, simulate.SCHEMA
    ),
    "get_access_codes": Action(
        get.async_get_access_codes, get.SCHEMA, _ONLY, is_admin=False
    ),
    "get_access": Action(
        get_access.async_get_access, get_access.SCHEMA, _ONLY, is_admin=False
    ),
    "get_lock_capabilities": Action(
        capabilities.async_get_lock_capabilities,
        fields.LOCK_SCHEMA,
        _ONLY,
        is_admin=False,
    ),
}

# Does not wait for the lock, for people who see the state of the code.
SCHEDULE_WITHOUT_WAITING: Final = Action(
    partial(schedule.async_schedule_access_code, waits=False), schedule.SCHEMA
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for name, action in ACTIONS.items():
        hass.services.async_register(
            DOMAIN,
            name,
            partial(async_handle, action.handler, is_admin=action.is_admin),
            # Home Assistant only calls it.
            schema=cast("VolSchemaType", action.schema),
            supports_response=action.supports_response,
        )


async def async_run(
    hass: HomeAssistant, action: Action, data: dict[str, Any], context: Context
) -> Answers:
    """Run an action without calling it, as Home Assistant records calls with their PINs.

    Returns the answers by entity id, also if all of them are errors.
    """
    data = action.schema(data)
    call = ServiceCall(hass, DOMAIN, "", data, context, return_response=True)
    targets = await async_allowed_targets(call, is_admin=action.is_admin)
    return await action.handler(call, targets)


async def async_run_on_lock(
    hass: HomeAssistant,
    action: Action,
    device_id: str,
    data: dict[str, Any],
    context: Context,
) -> JsonObject:
    """Run an action on one lock; return its answer, or raise its error."""
    entity_id = lock_entity_id(hass, device_id)
    data = {ATTR_ENTITY_ID: entity_id, **data}
    answers = await async_run(hass, action, data, context)
    if isinstance(answer := answers[entity_id], HomeAssistantError):
        raise answer
    return answer
