"""Texts that the panel shows in the language of its user, by their translation keys.

Home Assistant translates errors only into English, and advice into its own language.
"""

from collections.abc import Callable

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.exceptions import HomeAssistantError

from ..advice import advice_translation
from ..api import AccessCode, ConnectedAccount, SeamError, SeamProblem
from ..const import DOMAIN
from ..errors import ErrorText
from ..sync.snapshot import LockData
from .fields import field_of
from .types import Text


def selector_text(selector: str, option: str, **placeholders: str) -> Text:
    """Return the text of an option of a selector."""
    return {
        "translation_key": f"selector.{selector}.options.{option}",
        "translation_placeholders": placeholders,
    }


def advice_text(
    problem: SeamProblem,
    lock: LockData | None,
    account: ConnectedAccount | None,
    code: AccessCode | None = None,
) -> Text:
    """Return the advice for a problem."""
    key, placeholders = advice_translation(problem, lock, account, code)
    return selector_text("advice", key, **placeholders)


def error_text(err: HomeAssistantError) -> Text | str:
    """Return the text of an error without the ID of the request, which logs have."""
    if err.translation_domain != DOMAIN:
        return str(err)
    return {
        "translation_key": f"exceptions.{err.translation_key}.message",
        "translation_placeholders": _placeholders(err),
    }


def reason_text(reason: str | None) -> Text | str | None:
    """Return the reason for an outcome."""
    return error_text(reason.error) if isinstance(reason, ErrorText) else reason


def masked_text(
    text: Text | str | None, mask: Callable[[str], str]
) -> Text | str | None:
    """Return a text without the secrets that have become known since."""
    if isinstance(text, str):
        return mask(text)
    if text is None:
        return None
    placeholders = text["translation_placeholders"]
    return {
        **text,
        "translation_placeholders": {
            name: mask(value) for name, value in placeholders.items()
        },
    }


def send_error(
    connection: ActiveConnection, msg_id: int, err: HomeAssistantError
) -> None:
    """Send an error that concerns the whole command."""
    placeholders = _placeholders(err)
    if field := field_of(err):
        placeholders["field"] = field
    connection.send_error(
        msg_id,
        err.translation_key or websocket_api.ERR_HOME_ASSISTANT_ERROR,
        _without_request(err, str(err)),
        translation_key=err.translation_key,
        translation_domain=err.translation_domain,
        translation_placeholders=placeholders,
    )


def _placeholders(err: HomeAssistantError) -> dict[str, str]:
    """Return the placeholders of an error without the ID of the request."""
    placeholders = err.translation_placeholders or {}
    return {name: _without_request(err, value) for name, value in placeholders.items()}


def _without_request(err: HomeAssistantError, text: str) -> str:
    cause = err.__cause__
    while cause:
        if isinstance(cause, SeamError):
            text = text.replace(f" (request {cause.request_id})", "")
        cause = cause.__cause__
    return text
