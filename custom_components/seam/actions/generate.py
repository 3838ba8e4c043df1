"""The action that returns a PIN which the lock accepts."""

from homeassistant.core import ServiceCall

from ..attributes import JsonObject
from ..errors import translated_errors
from .targets import Answers, Target, async_each
from .validation import check_codes_known, check_pin_can_be_chosen


async def async_generate_code(_call: ServiceCall, targets: list[Target]) -> Answers:
    """Return a PIN that each lock accepts. No code is created."""

    async def generate(target: Target) -> JsonObject:
        coordinator, lock = target.coordinator, target.lock
        # Otherwise, the PIN might be in use.
        check_codes_known(lock, with_unmanaged=True)
        check_pin_can_be_chosen(lock)
        with translated_errors(coordinator, is_change=False):
            return {"code": await coordinator.client.generate_code(lock.device_id)}

    return await async_each(targets, generate)
