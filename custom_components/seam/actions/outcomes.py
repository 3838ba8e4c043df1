"""Doing one thing with several codes of a lock, and telling what became of each."""

from collections.abc import Awaitable, Callable, Iterable

from homeassistant.exceptions import HomeAssistantError

from ..api import AccessCode
from ..attributes import JsonObject

_FOR_ALL = ("invalid_auth", "rate_limited", "workspace_suspended")


async def async_begin_each(
    codes: Iterable[AccessCode], begin: Callable[[AccessCode], Awaitable[None]]
) -> dict[str, HomeAssistantError]:
    """Begin with each code, one after the other; return the failures by code.

    After a refusal that is not for the code no more are sent: the others would fare no
    better, and only make it worse.
    """
    failures: dict[str, HomeAssistantError] = {}
    stopped: HomeAssistantError | None = None
    for code in codes:
        if stopped is not None:
            failures[code.access_code_id] = stopped
            continue
        try:
            await begin(code)
        except HomeAssistantError as err:
            failures[code.access_code_id] = err
            if err.translation_key in _FOR_ALL:
                stopped = err
    return failures


def code_outcome(
    code: AccessCode, outcome: str, reason: HomeAssistantError | None = None
) -> JsonObject:
    """Return what became of a code, as answers tell it."""
    row: JsonObject = {
        "access_code_id": code.access_code_id,
        "name": code.name,
        "outcome": outcome,
    }
    return row if reason is None else {**row, "reason": str(reason)}
