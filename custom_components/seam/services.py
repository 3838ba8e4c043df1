"""The actions: what they take, whom they are for, and which locks they go to."""

from functools import partial
from typing import Any, Final

from homeassistant.const import ATTR_CODE, ATTR_NAME
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from .access_codes import (
    CodeRequest,
    async_create,
    async_create_shared,
    async_delete,
    async_reveal,
    check_request,
    find_code,
    new_common_code_key,
)
from .const import DOMAIN
from .constraints import checked_pin
from .conversion import async_convert, not_convertible
from .errors import refusal
from .picture import Lock
from .presentation import JsonObject, async_code
from .targets import Outcome, Target, async_each, async_handle

ATTR_ACCESS_CODE_ID: Final = "access_code_id"
ATTR_ALL: Final = "all"
ATTR_ALLOW_EXTERNAL_MODIFICATION: Final = "allow_external_modification"
ATTR_ATTEMPT_FOR_OFFLINE_DEVICE: Final = "attempt_for_offline_device"
ATTR_DRY_RUN: Final = "dry_run"
ATTR_ENDS_AT: Final = "ends_at"
ATTR_FORCE: Final = "force"
ATTR_INCLUDE: Final = "include"
ATTR_IS_OFFLINE: Final = "is_offline_access_code"
ATTR_IS_ONE_TIME: Final = "is_one_time_use"
ATTR_MAX_TIME_ROUNDING: Final = "max_time_rounding"
ATTR_PREFERRED_LENGTH: Final = "preferred_code_length"
ATTR_PREFER_NATIVE: Final = "prefer_native_scheduling"
ATTR_STARTS_AT: Final = "starts_at"
ATTR_USE_BACKUP_POOL: Final = "use_backup_access_code_pool"

_KINDS: Final = ("managed", "unmanaged")

# A PIN is checked by the action, not here: whatever voluptuous finds wrong, it quotes.
_NAME = vol.All(cv.string, vol.Strip, vol.Length(min=1))
_PICK = {
    vol.Optional(ATTR_ACCESS_CODE_ID): cv.string,
    vol.Optional(ATTR_NAME): cv.string,
}

SCHEDULE_SCHEMA = cv.make_entity_service_schema(
    {
        vol.Required(ATTR_NAME): _NAME,
        vol.Optional(ATTR_CODE): object,
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
CONVERT_SCHEMA = cv.make_entity_service_schema(
    {
        **_PICK,
        vol.Optional(ATTR_ALL, default=False): cv.boolean,
        vol.Optional(ATTR_ALLOW_EXTERNAL_MODIFICATION): cv.boolean,
        vol.Optional(ATTR_FORCE): cv.boolean,
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


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for name, handler, schema, response in (
        (
            "schedule_access_code",
            _async_schedule,
            SCHEDULE_SCHEMA,
            SupportsResponse.OPTIONAL,
        ),
        (
            "convert_access_code",
            _async_convert,
            CONVERT_SCHEMA,
            SupportsResponse.OPTIONAL,
        ),
        ("delete_access_code", _async_delete, PICK_SCHEMA, SupportsResponse.OPTIONAL),
        ("reveal_access_code", _async_reveal, PICK_SCHEMA, SupportsResponse.ONLY),
    ):
        async_register_admin_service(
            hass,
            DOMAIN,
            name,
            partial(async_handle, handler),
            schema,
            supports_response=response,
        )
    hass.services.async_register(
        DOMAIN,
        "get_access_codes",
        partial(async_handle, _async_get),
        GET_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )


async def _async_schedule(
    call: ServiceCall, targets: list[Target]
) -> dict[str, Outcome]:
    """Create a code; on several locks one PIN, and codes that know of each other."""
    request = _code_request(call.data)
    check_request([target.lock for target in targets], request)
    if len(targets) > 1 and request.code is None:
        return await _async_schedule_shared(targets, request)
    # Seam links codes with a PIN of one's own only if it is told to.
    key = new_common_code_key() if len(targets) > 1 else None
    return await async_each(
        targets,
        lambda target: async_create(
            target.coordinator, target.lock, request, common_code_key=key
        ),
    )


async def _async_schedule_shared(
    targets: list[Target], request: CodeRequest
) -> dict[str, Outcome]:
    """Create a code whose PIN Seam chooses so that all locks take it."""
    if len({target.coordinator for target in targets}) > 1:
        raise refusal("several_workspaces")
    created = await async_create_shared(
        targets[0].coordinator, [target.lock for target in targets], request
    )
    return {
        target.entity_id: created.get(target.lock.device_id)
        or refusal("no_answer_for_lock", lock=target.lock.device.name)
        for target in targets
    }


def _code_request(data: dict[str, Any]) -> CodeRequest:
    """Return what a call asks for. Times without an offset are the house's."""
    code = data.get(ATTR_CODE)
    starts_at, ends_at = data.get(ATTR_STARTS_AT), data.get(ATTR_ENDS_AT)
    return CodeRequest(
        name=data[ATTR_NAME],
        code=None if code is None or code == "" else checked_pin(code),
        starts_at=starts_at and dt_util.as_utc(starts_at),
        ends_at=ends_at and dt_util.as_utc(ends_at),
        preferred_code_length=data.get(ATTR_PREFERRED_LENGTH),
        is_external_modification_allowed=data.get(ATTR_ALLOW_EXTERNAL_MODIFICATION),
        prefer_native_scheduling=data.get(ATTR_PREFER_NATIVE),
        use_backup_access_code_pool=data.get(ATTR_USE_BACKUP_POOL),
        attempt_for_offline_device=data.get(ATTR_ATTEMPT_FOR_OFFLINE_DEVICE),
        is_offline_access_code=data.get(ATTR_IS_OFFLINE),
        is_one_time_use=data.get(ATTR_IS_ONE_TIME),
        max_time_rounding=data.get(ATTR_MAX_TIME_ROUNDING),
    )


async def _async_delete(call: ServiceCall, targets: list[Target]) -> dict[str, Outcome]:
    """Delete a code of either kind."""
    pick = _pick(call.data)

    async def delete(target: Target) -> JsonObject:
        _check_codes_known(target.lock)
        code = find_code(target.coordinator, target.lock, target.lock.codes, **pick)
        return await async_delete(target.coordinator, target.lock, code)

    return await async_each(targets, delete)


async def _async_convert(
    call: ServiceCall, targets: list[Target]
) -> dict[str, Outcome]:
    """Make one unmanaged code managed, or all of a lock."""
    convert_all, dry_run = call.data[ATTR_ALL], call.data[ATTR_DRY_RUN]
    pick = None if convert_all else _pick(call.data)
    if convert_all and (ATTR_NAME in call.data or ATTR_ACCESS_CODE_ID in call.data):
        raise refusal("all_or_one")

    async def convert(target: Target) -> JsonObject:
        lock = target.lock
        _check_codes_known(lock)
        codes = lock.unmanaged
        if pick is not None:
            codes = (find_code(target.coordinator, lock, codes, **pick),)
        outcomes = await async_convert(
            target.coordinator,
            lock,
            codes,
            allow_external_modification=call.data.get(ATTR_ALLOW_EXTERNAL_MODIFICATION),
            force=call.data.get(ATTR_FORCE),
            dry_run=dry_run,
        )
        failed = [row for row in outcomes if row["outcome"] == "failed"]
        # Without an answer, nobody would hear of it.
        if failed and (pick is not None or not call.return_response):
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="conversions_failed",
                translation_placeholders={
                    "lock": lock.device.name,
                    "failed": "; ".join(
                        f"{row['name']}: {row['reason']}" for row in failed
                    ),
                },
            )
        if (
            pick is not None
            and not dry_run
            and outcomes[0]["outcome"] == ("not_convertible")
        ):
            raise not_convertible(lock, codes[0])
        rows: list[JsonValueType] = [*outcomes]
        return {"access_codes": rows}

    return await async_each(targets, convert)


async def _async_reveal(call: ServiceCall, targets: list[Target]) -> dict[str, Outcome]:
    """Tell a PIN."""
    pick = _pick(call.data)
    return await async_each(
        targets,
        lambda target: async_reveal(target.coordinator, target.lock, **pick),
    )


async def _async_get(call: ServiceCall, targets: list[Target]) -> dict[str, Outcome]:
    """List codes without their PINs."""

    async def get(target: Target) -> JsonObject:
        lock = target.lock
        _check_codes_known(lock)
        codes = {"managed": lock.managed, "unmanaged": lock.unmanaged}
        return {
            kind: [async_code(call.hass, lock, code) for code in codes[kind]]
            for kind in _KINDS
            if kind in call.data[ATTR_INCLUDE]
        }

    return await async_each(targets, get)


def _pick(data: dict[str, Any]) -> dict[str, str | None]:
    """Return which code a call is about: by id or by name, not both."""
    access_code_id, name = data.get(ATTR_ACCESS_CODE_ID), data.get(ATTR_NAME)
    if (access_code_id is None) is (name is None):
        raise refusal("id_or_name")
    return {"access_code_id": access_code_id, "name": name}


def _check_codes_known(lock: Lock) -> None:
    if not lock.device.has_access_codes:
        raise refusal("no_access_codes", lock=lock.device.name)
    if not lock.has_codes:
        raise refusal("codes_unknown", lock=lock.device.name)
