"""Errors of the Seam client.

No error text holds the API key or a PIN that the request sent. Other PINs that Seam
may quote have to be masked with `SeamError.redact`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
import math
from typing import Any, ClassVar, override

from .body import parse_json

# Seconds. Seam's limits are per minute.
DEFAULT_RETRY_AFTER = 60.0
MAX_RETRY_AFTER = 900.0


class SeamError(Exception):
    """A request to Seam failed."""

    is_uncertain: ClassVar[bool] = False
    """Whether Seam may have made a change in spite of the error."""

    def __init__(
        self,
        message: str,
        *,
        request_id: str | None = None,
        error_type: str | None = None,
    ) -> None:
        """Initialize the error with Seam's message, request id and error type."""
        super().__init__(message)
        self.message = message
        self.request_id = request_id
        self.error_type = error_type

    def redact(self, mask: Callable[[str], str]) -> None:
        """Mask secrets in the texts that Seam sent."""
        self.message = mask(self.message)
        self.request_id = self.request_id and mask(self.request_id)
        self.error_type = self.error_type and mask(self.error_type)
        self.args = (self.message,)

    @override
    def __str__(self) -> str:
        """Return the message with the request id, which Seam's support asks for."""
        if self.request_id:
            return f"{self.message} (request {self.request_id})"
        return self.message


class SeamAuthError(SeamError):
    """Seam rejected the API key."""


class SeamNotFoundError(SeamError):
    """The device, access code or other resource does not exist."""


class SeamDuplicateCodeError(SeamError):
    """The lock already has an access code with this PIN."""


class SeamInvalidInputError(SeamError):
    """Seam rejected the input; `fields` holds its messages by parameter."""

    def __init__(
        self,
        message: str,
        *,
        fields: Mapping[str, tuple[str, ...]],
        **details: str | None,
    ) -> None:
        """Initialize the error with the messages of the parameters."""
        super().__init__(message, **details)
        self.fields = fields

    @override
    def redact(self, mask: Callable[[str], str]) -> None:
        """Mask secrets in the messages of the parameters as well."""
        super().redact(mask)
        self.fields = {
            mask(name): tuple(map(mask, texts)) for name, texts in self.fields.items()
        }

    @override
    def __str__(self) -> str:
        """Return the message with the messages of the parameters."""
        details = "; ".join(
            f"{name}: {', '.join(texts)}" for name, texts in self.fields.items()
        )
        return f"{super().__str__()} [{details}]" if details else super().__str__()


class SeamRateLimitError(SeamError):
    """Too many requests; `retry_after` is in seconds, and at most 15 minutes."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: float,
        endpoint: str | None = None,
        **details: str | None,
    ) -> None:
        """Initialize the error with the delay and the endpoint that refused."""
        super().__init__(message, **details)
        self.retry_after = retry_after
        self.endpoint = endpoint

    @override
    def __str__(self) -> str:
        """Return the message with the endpoint."""
        return (
            f"{super().__str__()} [{self.endpoint}]"
            if self.endpoint
            else super().__str__()
        )


class SeamUnreachableError(SeamError):
    """Seam did not respond, or something in between did."""

    is_uncertain = True


class SeamNotSentError(SeamUnreachableError):
    """The connection failed, so Seam did not receive the request."""

    is_uncertain = False


class SeamClosedError(SeamError):
    """The client was closed, so the request was not sent."""


class SeamServerError(SeamError):
    """Seam failed, or its response is not valid."""

    is_uncertain = True


class SeamUnreadableError(SeamServerError):
    """The response to a request that succeeded is not valid."""


def error_from_response(
    endpoint: str, status: int, headers: Mapping[str, str], body: bytes
) -> SeamError:
    """Return the error for a response with a status other than 200."""
    envelope = _envelope(body)
    message = _text(envelope.get("message")) or f"HTTP status {status}"
    error_type = _text(envelope.get("type"))
    details = {
        "request_id": _text(envelope.get("request_id"))
        or headers.get("seam-request-id"),
        "error_type": error_type,
    }
    # Seam asks for a workspace if it takes the key for one of a person.
    if status == 401 or (status == 400 and error_type == "missing_workspace_id"):
        return SeamAuthError(message, **details)
    if status == 429:
        retry_after = _retry_after(headers.get("Retry-After"))
        return SeamRateLimitError(
            message, retry_after=retry_after, endpoint=endpoint, **details
        )
    if not envelope:
        # Without Seam's envelope, the response comes from a gateway.
        return SeamUnreachableError(message, **details)
    if status >= 500:
        return SeamServerError(message, **details)
    if status == 404:
        return SeamNotFoundError(message, **details)
    if status == 409 and error_type == "duplicate_access_code":
        return SeamDuplicateCodeError(message, **details)
    if status == 400:
        fields = _field_messages(envelope.get("validation_errors"))
        return SeamInvalidInputError(message, fields=fields, **details)
    return SeamError(message, **details)


def _envelope(body: bytes) -> dict[str, Any]:
    """Return the content of `{"error": {…}}`, empty if the body is anything else."""
    try:
        payload = parse_json(body)
    except ValueError:
        return {}
    error = payload.get("error") if isinstance(payload, dict) else None
    return error if isinstance(error, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _field_messages(value: Any) -> dict[str, tuple[str, ...]]:
    """Return Seam's messages by parameter; nested names are joined with dots."""
    found: dict[str, tuple[str, ...]] = {}
    # A deeply nested response must not exceed the recursion limit.
    left: list[tuple[str, Any]] = [("", value)]
    while left:
        path, node = left.pop()
        if not isinstance(node, dict):
            continue
        messages = node.get("_errors")
        if path and isinstance(messages, list) and messages:
            found[path] = tuple(str(message) for message in messages)
        left.extend(
            (f"{path}.{key}" if path else key, child)
            for key, child in reversed(node.items())
            if key != "_errors"
        )
    return found


def _retry_after(value: str | None) -> float:
    """Return the delay in seconds from `Retry-After`: seconds or an HTTP date."""
    return min(max(0.0, _seconds(value or "")), MAX_RETRY_AFTER)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        pass
    else:
        return DEFAULT_RETRY_AFTER if math.isnan(seconds) else seconds
    try:
        moment = parsedate_to_datetime(value)
    except ValueError, OverflowError:
        return DEFAULT_RETRY_AFTER
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()
