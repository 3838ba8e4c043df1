"""The action that reports which lengths of PINs a lock supports to Seam."""

from typing import Any, Final

from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..attributes import JsonObject
from ..errors import refusal
from .fields import BOOLEAN, ActionSchema, Data, DescribedValidator, integer
from .targets import Answers, Target, async_each, changing_locks
from .validation import check_has_codes, joined

ATTR_FORCE: Final = "force"
ATTR_MAX_LENGTH: Final = "max_code_length"
ATTR_MIN_LENGTH: Final = "min_code_length"
ATTR_SUPPORTED_LENGTHS: Final = "supported_code_lengths"

_LENGTH: Final = integer(4, 20)

SCHEMA: Final = ActionSchema(
    {
        vol.Optional(ATTR_SUPPORTED_LENGTHS): DescribedValidator(
            vol.All(cv.ensure_list, vol.Length(min=1), [_LENGTH]), _LENGTH.accepted
        ),
        vol.Optional(ATTR_MIN_LENGTH): _LENGTH,
        vol.Optional(ATTR_MAX_LENGTH): _LENGTH,
        vol.Optional(ATTR_FORCE, default=False): BOOLEAN,
    }
)


def _reported_lengths(data: Data) -> dict[str, Any]:
    """Return the reported lengths, by Seam's names."""
    lengths = data.get(ATTR_SUPPORTED_LENGTHS)
    shortest, longest = data.get(ATTR_MIN_LENGTH), data.get(ATTR_MAX_LENGTH)
    if lengths is not None:
        if shortest is not None or longest is not None:
            raise refusal("lengths_or_range")
        return {"supported_code_lengths": sorted(set(lengths))}
    if shortest is None or longest is None:
        raise refusal("lengths_or_range")
    if shortest > longest:
        raise refusal("min_above_max")
    return {"min_code_length": shortest, "max_code_length": longest}


async def async_report_device_constraints(
    call: ServiceCall, targets: list[Target]
) -> Answers:
    """Report the lengths for each lock; return the lengths that Seam uses now."""
    lengths = _reported_lengths(call.data)

    async def report(target: Target) -> JsonObject:
        coordinator, lock = target.coordinator, target.lock
        check_has_codes(lock)
        known = lock.device.properties.supported_code_lengths
        if known and not call.data[ATTR_FORCE]:
            raise refusal("lengths_known", lock=lock.device.name, lengths=joined(known))
        async with changing_locks(target):
            await coordinator.client.report_device_constraints(
                lock.device_id, **lengths
            )
        properties = (target.current_lock or lock).device.properties
        return {"supported_code_lengths": [*sorted(properties.supported_code_lengths)]}

    return await async_each(targets, report)
