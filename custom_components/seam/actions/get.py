"""The action that returns codes without their PINs."""

from typing import Final

from homeassistant.core import ServiceCall
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..attributes import MAY_BE_OUTDATED, JsonObject, async_codes
from .fields import ActionSchema, DescribedValidator
from .targets import Answers, Target, async_each
from .validation import check_codes_known

ATTR_INCLUDE: Final = "include"

_KINDS: Final = ("managed", "unmanaged")

SCHEMA: Final = ActionSchema(
    {
        vol.Optional(ATTR_INCLUDE, default=list(_KINDS)): DescribedValidator(
            vol.All(cv.ensure_list, vol.Length(min=1), [vol.In(_KINDS)]),
            ", ".join(_KINDS),
        )
    }
)


async def async_get_access_codes(call: ServiceCall, targets: list[Target]) -> Answers:
    """Return the codes of each lock without their PINs."""

    async def get(target: Target) -> JsonObject:
        lock, data = target.lock, target.coordinator.data
        included = call.data[ATTR_INCLUDE]
        check_codes_known(lock, with_unmanaged="unmanaged" in included)
        codes = {"managed": lock.managed, "unmanaged": lock.unmanaged}
        answer: JsonObject = {
            kind: async_codes(call.hass, lock, codes[kind], data.account_of(lock))
            for kind in _KINDS
            if kind in included
        }
        answer[MAY_BE_OUTDATED] = data.may_be_outdated(lock)
        return answer

    return await async_each(targets, get)
