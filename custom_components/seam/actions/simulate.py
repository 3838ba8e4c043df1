"""The action that simulates an unmanaged code in a sandbox workspace."""

from typing import Final

from homeassistant.const import ATTR_CODE, ATTR_NAME
from homeassistant.core import ServiceCall
import voluptuous as vol

from ..attributes import JsonObject
from ..errors import refusal
from .fields import NAME, PIN, ActionSchema
from .targets import Answers, Target, async_each, changing_locks
from .validation import (
    check_has_codes,
    check_name_without_pin,
    check_new_name,
    checked_pin,
)

_MAX_PIN_LENGTH: Final = 8

SCHEMA: Final = ActionSchema(
    {vol.Required(ATTR_NAME): NAME, vol.Required(ATTR_CODE): PIN}
)


async def async_simulate_unmanaged_access_code(
    call: ServiceCall, targets: list[Target]
) -> Answers:
    """Simulate an unmanaged code on each lock; return its id."""
    for target in targets:
        workspace, device = target.coordinator.workspace, target.lock.device
        if not workspace.is_sandbox:
            raise refusal("only_sandbox", lock=device.name, workspace=workspace.name)
        check_has_codes(target.lock)
    name = call.data[ATTR_NAME]
    check_new_name(name, ATTR_NAME)
    pin = checked_pin(call.data[ATTR_CODE].value)
    if len(pin) > _MAX_PIN_LENGTH:
        raise refusal("simulated_code_length")
    check_name_without_pin(name, pin)

    async def simulate(target: Target) -> JsonObject:
        coordinator = target.coordinator
        async with changing_locks(target):
            code = await coordinator.client.simulate_unmanaged_access_code(
                target.lock.device_id, name=name, code=pin
            )
            coordinator.async_apply(coordinator.engine.code_created, code)
        return {
            "access_code_id": code.access_code_id,
            # Names are only masked in the snapshot.
            "name": coordinator.secrets.mask(code.name or name),
            "code": code.code or pin,
        }

    return await async_each(targets, simulate)
