"""The commands that convert unmanaged codes, and what is stored of conversions."""

import logging
from typing import Any, Final

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    UnsupportedStorageVersionError,
)
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey
import voluptuous as vol

from ..actions.convert import check_convertible
from ..actions.fields import (
    ATTR_ALLOW_EXTERNAL_MODIFICATION,
    BOOLEAN,
    TEXT,
    ActionSchema,
    DescribedValidator,
)
from ..actions.targets import Answers, Target
from ..actions.validation import check_codes_known
from ..const import DOMAIN
from ..coordinator import SeamConfigEntry
from ..errors import refusal
from .conversion_job import CodeToConvert, ConversionJob, find_unmanaged
from .types import Conversion

_LOGGER = logging.getLogger(__name__)

_ATTR_IDS: Final = "access_code_ids"
SCHEMA: Final = ActionSchema(
    {
        vol.Required(_ATTR_IDS): DescribedValidator(
            vol.All([TEXT], vol.Length(min=1)), "[access_code_id, …]"
        ),
        vol.Optional(ATTR_ALLOW_EXTERNAL_MODIFICATION): BOOLEAN,
    }
)
_VERSION: Final = 1
_CODE: Final = {"entity_id": str, "access_code_id": str}
_SAVED: Final = vol.Schema(
    {
        "state": vol.In(("running", "watching", "stopped", "done")),
        "canary": _CODE,
        "entity_id": str,
        "locks": {str: str},
        "done": [_CODE],
        "failed": [{**_CODE, "error": None}],
        "uncertain": [_CODE],
        "left": [_CODE],
        "reason": vol.Any(str, None),
        "error": None,
    },
    required=True,
)


_JOBS: HassKey[dict[str, ConversionJob]] = HassKey(f"{DOMAIN}_conversion")


def _store(hass: HomeAssistant, entry: SeamConfigEntry) -> Store[Conversion]:
    return Store(hass, _VERSION, f"{DOMAIN}.conversion.{entry.entry_id}")


async def async_setup_conversion(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Load what came of the last conversion of an entry."""
    jobs = hass.data.setdefault(_JOBS, {})
    if entry.entry_id not in jobs:
        store = _store(hass, entry)
        saved: Conversion | None = None
        try:
            saved = _SAVED(await store.async_load())
        except vol.Invalid:
            # There is none, or somebody has edited it.
            pass
        except UnsupportedStorageVersionError:
            _LOGGER.warning(
                "Could not load the report from the last conversion because a newer"
                " version of the integration has saved it"
            )
        except HomeAssistantError as err:
            _LOGGER.warning(
                "Could not load the report from the last conversion: %s", err
            )
        jobs[entry.entry_id] = ConversionJob(hass, store, saved)


async def async_remove_conversion(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Forget the conversion of an entry that is removed."""
    job = hass.data.get(_JOBS, {}).pop(entry.entry_id, None)
    await (job or ConversionJob(hass, _store(hass, entry), None)).async_remove()


@callback
def async_conversion(hass: HomeAssistant, entry: SeamConfigEntry) -> Conversion | None:
    """Return how far the last conversion of an entry is."""
    job = hass.data.get(_JOBS, {}).get(entry.entry_id)
    return job.shown if job else None


async def async_start_conversion(call: ServiceCall, targets: list[Target]) -> Answers:
    """Start to convert codes, with a job for each config entry."""
    by_entry: dict[SeamConfigEntry, dict[str, list[CodeToConvert]]] = {}
    refusals: list[ServiceValidationError] = []
    code_ids = dict.fromkeys(call.data[_ATTR_IDS])
    for code_id in code_ids:
        target = next((t for t in targets if t.lock.code(code_id)), targets[0])
        by_lock = by_entry.setdefault(target.coordinator.config_entry, {})
        by_lock.setdefault(target.entity_id, []).append(CodeToConvert(target, code_id))
        try:
            check_codes_known(target.lock, with_unmanaged=True)
            check_convertible(target.lock, find_unmanaged(target, code_id))
        except ServiceValidationError as err:
            refusals.append(err)
    # Otherwise, the job reports those that cannot be converted, and converts the others.
    if len(refusals) == len(code_ids):
        raise refusals[0]
    jobs = call.hass.data[_JOBS]
    for entry in by_entry:
        if jobs[entry.entry_id].is_running:
            raise refusal("conversion_running", workspace=entry.title)
    for entry, by_lock in by_entry.items():
        jobs[entry.entry_id].async_start(
            [code for codes in by_lock.values() for code in codes],
            is_external_modification_allowed=call.data.get(
                ATTR_ALLOW_EXTERNAL_MODIFICATION
            ),
        )
    return {target.entity_id: {} for target in targets}


def _job(hass: HomeAssistant, msg: dict[str, Any]) -> ConversionJob | None:
    """Return the job that a message is about, if its entry still exists."""
    return hass.data.get(_JOBS, {}).get(str(msg.get("entry_id")))


@websocket_api.require_admin
@callback
def handle_stop(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Stop a conversion. Another page may have done that already."""
    if job := _job(hass, msg):
        job.async_stop()
    connection.send_result(msg["id"], {"results": {}})


@websocket_api.require_admin
@websocket_api.async_response
async def handle_dismiss(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Forget a conversion that has ended. Another page may have started one again."""
    job = _job(hass, msg)
    if job and not job.is_running:
        await job.async_remove()
    connection.send_result(msg["id"], {"results": {}})
