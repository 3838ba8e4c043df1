"""The commands that do what the actions do, for the panel."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, cast

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.typing import VolSchemaType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..actions import ACTIONS, SCHEDULE_WITHOUT_WAITING, Action, async_run
from ..actions.changes import async_with_current_times, check_not_expired
from ..actions.codes import matching_codes
from ..actions.convert import ATTR_ALL
from ..actions.fields import (
    ATTR_ACCESS_CODE_ID,
    ATTR_DRY_RUN,
    ATTR_ENDS_AT,
    LOCK_SCHEMA,
    code_selection,
)
from ..actions.targets import Answer, Answers, Target, as_row, async_refresh_targets
from ..actions.update import async_update_access_code
from ..attributes import JsonObject
from ..errors import ChangeUncertainError, NotFoundError, refusal
from .conversion import (
    SCHEMA as CONVERSION_SCHEMA,
    async_start_conversion,
    handle_dismiss,
    handle_stop,
)
from .fields import field_of
from .stays import handle_preview
from .texts import error_text, reason_text, send_error

# Seam refuses an end that has passed.
_ENDS_WITHIN: Final = timedelta(minutes=2)
_ENTITY_IDS: Final = "entity_ids"
_KIND: Final = "kind"


async def _async_refresh(_call: ServiceCall, targets: list[Target]) -> Answers:
    """Fetch the locks and their codes, and return which locks are online."""
    errors = await async_refresh_targets(targets)
    answers: Answers = {}
    for target in targets:
        snapshot = target.coordinator.data
        lock = snapshot.locks.get(target.lock.device_id, target.lock)
        answers[target.entity_id] = {"online": snapshot.is_reachable(lock)}
    return answers | errors


async def _async_end(call: ServiceCall, targets: list[Target]) -> Answers:
    """End a code now, as the clocks of browsers may be wrong, and never extend it."""
    selection, ends = code_selection(call.data), []
    for target in targets:
        for known in matching_codes(target.lock.managed, selection):
            # The update says so, and fetches the lock.
            with suppress(NotFoundError):
                # Somebody may just have extended it, or ended it.
                code = await async_with_current_times(target, known)
                check_not_expired(target.lock, code)
                ends.append(code.ends_at)
    latest = dt_util.utcnow() + _ENDS_WITHIN
    data = {**call.data, ATTR_ENDS_AT: min((latest, *filter(None, ends)))}
    return await async_update_access_code(
        ServiceCall(call.hass, call.domain, call.service, data, call.context), targets
    )


_COMMANDS: Final[Mapping[str, Action]] = {
    "seam/code/create": SCHEDULE_WITHOUT_WAITING,
    "seam/code/update": ACTIONS["update_access_code"],
    "seam/code/delete": ACTIONS["delete_access_code"],
    "seam/code/convert": ACTIONS["convert_access_code"],
    "seam/code/release": ACTIONS["release_access_code"],
    "seam/code/reveal": ACTIONS["reveal_access_code"],
    "seam/code/pull_backup": ACTIONS["pull_backup_access_code"],
    "seam/code/generate": ACTIONS["generate_code"],
    "seam/code/end": Action(_async_end, ACTIONS["update_access_code"].schema),
    "seam/lock/refresh": Action(_async_refresh, LOCK_SCHEMA),
    "seam/conversion/start": Action(async_start_conversion, CONVERSION_SCHEMA),
}
_PREVIEWS: Final[Mapping[str, Action]] = {
    "convert": ACTIONS["convert_access_code"],
    "delete_expired": ACTIONS["delete_expired_access_codes"],
}
# Not on locks, which may be gone.
_OTHER_COMMANDS: Final = {
    "seam/conversion/stop": handle_stop,
    "seam/conversion/dismiss": handle_dismiss,
    "seam/stays/preview": handle_preview,
}

# What voluptuous finds wrong, Home Assistant sends and logs with the whole message. The
# schemas of the actions quote nothing.
_ANYTHING: Final = cast("VolSchemaType", vol.Schema({}, extra=vol.ALLOW_EXTRA))


@callback
def async_register_commands(hass: HomeAssistant) -> None:
    """Register the commands."""
    for command, action in _COMMANDS.items():
        _async_register(hass, command, action)
    _async_register(hass, "seam/preview", _preview)
    for command, handler in _OTHER_COMMANDS.items():
        websocket_api.async_register_command(hass, command, handler, _ANYTHING)


@callback
def _async_register(
    hass: HomeAssistant,
    command: str,
    action: Action | Callable[[dict[str, Any]], Action],
) -> None:
    @websocket_api.async_response
    async def async_handle(
        hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
    ) -> None:
        data = {key: msg[key] for key in msg.keys() - {"id", "type"}}
        if _ENTITY_IDS in data:
            data[ATTR_ENTITY_ID] = data.pop(_ENTITY_IDS)
        try:
            chosen = action if isinstance(action, Action) else action(data)
            answers = await async_run(hass, chosen, data, connection.context(msg))
        except HomeAssistantError as err:
            send_error(connection, msg["id"], err)
        else:
            rows = {entity_id: _row(answer) for entity_id, answer in answers.items()}
            connection.send_result(msg["id"], {"results": rows})

    websocket_api.async_register_command(hass, command, async_handle, _ANYTHING)


def _preview(data: dict[str, Any]) -> Action:
    """Return the action whose dry run is asked for, and make it one."""
    kind = data.pop(_KIND, None)
    if not isinstance(kind, str) or kind not in _PREVIEWS:
        raise refusal("invalid_value", field=_KIND, accepted=", ".join(_PREVIEWS))
    data[ATTR_DRY_RUN] = True
    if kind == "convert":
        data[ATTR_ALL] = ATTR_ACCESS_CODE_ID not in data
    return _PREVIEWS[kind]


def _row(answer: Answer) -> JsonObject:
    """Return the answer for a lock; its error with what the panel does about it."""
    row = as_row(answer)
    if isinstance(answer, HomeAssistantError):
        row["error"] = cast("JsonObject | str", error_text(answer))
        row["is_uncertain"] = isinstance(answer, ChangeUncertainError)
        if field := field_of(answer):
            row["field"] = field
        return row
    return _with_reasons(row)


def _with_reasons(row: JsonObject) -> JsonObject:
    """Return the answer for a lock or a code with its reasons to translate."""
    changed: dict[str, Any] = {}
    if "reason" in row:
        changed["reason"] = reason_text(cast("str | None", row["reason"]))
    if codes := row.get("access_codes"):
        changed["access_codes"] = [
            _with_reasons(code) for code in cast("list[JsonObject]", codes)
        ]
    return {**row, **changed}
