"""Refusals, Seam's and ours, as Home Assistant tells them to people."""

from collections.abc import Iterator
from contextlib import contextmanager

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .api import (
    SeamAuthError,
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

_KEYS: dict[type[SeamError], str] = {
    SeamAuthError: "invalid_auth",
    SeamDuplicateCodeError: "duplicate_access_code",
    SeamNotFoundError: "not_found",
    SeamNotSentError: "not_sent",
    # Whether a change was made before Seam or the connection broke, nobody knows.
    SeamServerError: "change_uncertain",
    SeamUnreachableError: "change_uncertain",
}


def refusal(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error for input that cannot be right."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders or None,
    )


@contextmanager
def translated_errors(
    coordinator: SeamCoordinator, *, changes: bool = True
) -> Iterator[None]:
    """Turn what Seam says into a translated error.

    Where the key is refused, a new one is asked for. What `changes` nothing is not
    called uncertain.
    """
    try:
        yield
    except SeamError as err:
        err.redact(coordinator.secrets.mask)
        if isinstance(err, SeamAuthError):
            coordinator.config_entry.async_start_reauth(coordinator.hass)
        placeholders = {"error": str(err)}
        if isinstance(err, SeamRateLimitError):
            placeholders["seconds"] = str(round(err.retry_after))
            key = "rate_limited"
        elif "suspended" in (err.error_type or ""):
            key = "workspace_suspended"
        else:
            key = _KEYS.get(type(err), "refused")
            if not changes and isinstance(err, SeamServerError | SeamUnreachableError):
                key = "cannot_connect"
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders=placeholders,
        ) from err
