"""Errors of actions, with translated messages."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Self

from homeassistant.core import Context
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)

from .api import (
    SeamAuthError,
    SeamClosedError,
    SeamDuplicateCodeError,
    SeamError,
    SeamNotFoundError,
    SeamNotSentError,
    SeamRateLimitError,
    SeamServerError,
    SeamUnreachableError,
)
from .const import DOMAIN
from .coordinator import SeamCoordinator


class ActionError(HomeAssistantError):
    """An action failed."""

    def __init__(self, translation_key: str, **placeholders: str) -> None:
        """Initialize the error."""
        super().__init__(
            translation_domain=DOMAIN,
            translation_key=translation_key,
            translation_placeholders=placeholders or None,
        )


class ErrorText(str):
    """The text of an error in English, with the error for its translation."""

    __slots__ = ("error",)
    error: HomeAssistantError

    def __new__(cls, error: HomeAssistantError) -> Self:
        """Return the text."""
        text = super().__new__(cls, error)
        text.error = error
        return text


class ChangeUncertainError(ActionError):
    """Seam did not confirm a change, so it may or may not have been made."""


class UnreachableError(ActionError):
    """Seam could not be reached, so nothing was changed."""


class DuplicateCodeError(ActionError):
    """The lock already has an access code with this PIN."""


class NotFoundError(ActionError):
    """Seam does not know the lock or code."""


class WorkspaceRefusedError(ActionError):
    """Seam takes no more requests, at least for the lock.

    The key is invalid, the workspace is suspended or not loaded, or a rate limit applies.
    """


class NotAllowedError(Unauthorized):
    """The user may not do that, which the message says."""

    generate_message = True

    def __init__(self, translation_key: str, context: Context, **details: str) -> None:
        """Initialize the error."""
        super().__init__(context=context, **details)
        self.translation_domain = DOMAIN
        self.translation_key = translation_key
        self.translation_placeholders = details


def refusal(translation_key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error for invalid input."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=translation_key,
        translation_placeholders=placeholders or None,
    )


def sentences(texts: Iterable[str]) -> str:
    """Return messages of errors, whose final period Home Assistant strips, as one text."""
    return " ".join(
        text if text.endswith((".", "?", "!")) else f"{text}." for text in texts
    )


@contextmanager
def translated_errors(
    coordinator: SeamCoordinator, *, is_change: bool = True
) -> Iterator[None]:
    """Translate Seam's errors, and start reauthentication if the key is refused."""
    try:
        yield
    except SeamError as err:
        raise translated(coordinator, err, is_change=is_change) from err


def translated(
    coordinator: SeamCoordinator, err: SeamError, *, is_change: bool = True
) -> ActionError:
    """Return an error of Seam as that of an action.

    What is kept must not be raised itself, as its traceback would grow each time.
    """
    err.redact(coordinator.secrets.mask_message)
    if isinstance(err, SeamAuthError):
        coordinator.config_entry.async_start_reauth(coordinator.hass)
    error = str(err)
    if "suspended" in (err.error_type or ""):
        return WorkspaceRefusedError("workspace_suspended", error=error)
    match err:
        case SeamClosedError():
            return WorkspaceRefusedError("unloaded_meanwhile")
        case SeamRateLimitError():
            seconds = str(round(err.retry_after))
            return WorkspaceRefusedError("rate_limited", error=error, seconds=seconds)
        case SeamAuthError():
            return WorkspaceRefusedError("invalid_auth", error=error)
        case SeamNotFoundError():
            return NotFoundError("not_found", error=error)
        case SeamDuplicateCodeError():
            return DuplicateCodeError("duplicate_access_code", error=error)
        case SeamNotSentError() if is_change:
            return UnreachableError("not_sent", error=error)
        case SeamServerError() | SeamUnreachableError():
            if is_change:
                return ChangeUncertainError("change_uncertain", error=error)
            return UnreachableError("cannot_connect", error=error)
    return ActionError("refused", error=error)
