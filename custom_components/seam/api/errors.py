"""What can go wrong when talking to Seam.

Every error carries Seam's request id where there is one. No error text holds a PIN
or a key: the client takes out whatever it sent, `SeamError.redact` whatever else
is known.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
import math
from typing import Any, override

import orjson

# Where Seam refuses a request for being one too many and does not say for how long.
DEFAULT_RETRY_AFTER = 60.0
# Whatever a header says, ask again some day; clocks cannot add just any number.
_LONGEST_RETRY_AFTER = 86400.0


class SeamError(Exception):
    """A request to Seam failed."""

    def __init__(
        self,
        message: str,
        *,
        request_id: str | None = None,
        error_type: str | None = None,
    ) -> None:
        """Keep what Seam said, the id of the request and Seam's type of error."""
        super().__init__(message)
        self.message = message
        self.request_id = request_id
        self.error_type = error_type

    def redact(self, mask: Callable[[str], str]) -> None:
        """Take secrets out of the texts that Seam sent."""
        self.message = mask(self.message)
        self.args = (self.message,)

    @override
    def __str__(self) -> str:
        """Return the message, with the request id that Seam's support asks for."""
        if self.request_id:
            return f"{self.message} (request {self.request_id})"
        return self.message


class SeamAuthError(SeamError):
    """Seam does not accept the key."""


class SeamNotFoundError(SeamError):
    """The device, code or other thing does not exist."""


class SeamDuplicateCodeError(SeamError):
    """The PIN exists on the lock already."""


class SeamInvalidInputError(SeamError):
    """Seam refused the input; `fields` holds its messages by parameter."""

    def __init__(
        self,
        message: str,
        *,
        fields: Mapping[str, tuple[str, ...]],
        request_id: str | None = None,
        error_type: str | None = None,
    ) -> None:
        """Keep the messages of the parameters."""
        super().__init__(message, request_id=request_id, error_type=error_type)
        self.fields = fields

    @override
    def redact(self, mask: Callable[[str], str]) -> None:
        """Take secrets out of the messages of the parameters, too."""
        super().redact(mask)
        self.fields = {
            name: tuple(map(mask, texts)) for name, texts in self.fields.items()
        }

    @override
    def __str__(self) -> str:
        """Return the message with what is wrong in each parameter."""
        details = "; ".join(
            f"{name}: {', '.join(texts)}" for name, texts in self.fields.items()
        )
        return f"{super().__str__()} [{details}]" if details else super().__str__()


class SeamRateLimitError(SeamError):
    """Too many requests; `retry_after` is in seconds."""

    def __init__(
        self,
        message: str,
        *,
        retry_after: float,
        request_id: str | None = None,
        error_type: str | None = None,
    ) -> None:
        """Keep the delay."""
        super().__init__(message, request_id=request_id, error_type=error_type)
        self.retry_after = retry_after


class SeamUnreachableError(SeamError):
    """No answer, or one that is not Seam's: a gateway's page, an empty body."""


class SeamNotSentError(SeamUnreachableError):
    """There was no connection, so that Seam cannot have done anything."""


class SeamServerError(SeamError):
    """Seam failed, or answered with something that cannot be read."""


def error_from_response(
    status: int, headers: Mapping[str, str], body: bytes
) -> SeamError:
    """Return the error for an answer that is not 200 (envelope: see the API's docs)."""
    request_id = headers.get("seam-request-id")
    envelope = _envelope(body)
    message = _text(envelope.get("message")) or f"HTTP status {status}"
    error_type = _text(envelope.get("type"))
    request_id = _text(envelope.get("request_id")) or request_id

    # The body of a 401 is not to be trusted, the status is.
    if status == 401:
        return SeamAuthError(message, request_id=request_id, error_type=error_type)
    if status == 429:
        return SeamRateLimitError(
            message,
            retry_after=_retry_after(headers.get("Retry-After")),
            request_id=request_id,
            error_type=error_type,
        )
    if not envelope:
        # A 404 or 50x without Seam's envelope comes from something in between.
        return SeamUnreachableError(message, request_id=request_id)
    if status >= 500:
        return SeamServerError(message, request_id=request_id, error_type=error_type)
    if status == 404:
        return SeamNotFoundError(message, request_id=request_id, error_type=error_type)
    if status == 409:
        kind = (
            SeamDuplicateCodeError
            if error_type == "duplicate_access_code"
            else SeamError
        )
        return kind(message, request_id=request_id, error_type=error_type)
    if status == 400:
        return SeamInvalidInputError(
            message,
            fields=_field_messages(envelope.get("validation_errors")),
            request_id=request_id,
            error_type=error_type,
        )
    return SeamError(message, request_id=request_id, error_type=error_type)


def _envelope(body: bytes) -> dict[str, Any]:
    """Return the inside of `{"error": {…}}`, empty where the body is not that."""
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    error = payload.get("error") if isinstance(payload, dict) else None
    return error if isinstance(error, dict) else {}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _field_messages(value: Any) -> dict[str, tuple[str, ...]]:
    """Return Seam's messages by parameter; nested objects are joined with dots."""
    found: dict[str, tuple[str, ...]] = {}
    # No recursion: how deep an answer goes is not ours to say.
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
    return min(max(0.0, _seconds(value or "")), _LONGEST_RETRY_AFTER)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        pass
    else:
        return DEFAULT_RETRY_AFTER if math.isnan(seconds) else seconds
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return DEFAULT_RETRY_AFTER
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()
