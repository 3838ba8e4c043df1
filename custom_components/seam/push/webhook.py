"""The webhook in Home Assistant: verifying and reading what Seam posts."""

import asyncio
from http import HTTPStatus
import logging
from typing import Any, Final, override

from aiohttp.hdrs import CONTENT_ENCODING, METH_GET, METH_POST, METH_PUT
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import Request, RequestPayloadError, Response
from homeassistant.components import webhook
from homeassistant.const import CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..api import Event
from ..api.body import parse_json
from ..api.bounded import BoundedDict
from ..api.models import INVALID_ROW
from ..api.signature import SignatureError, verify
from ..const import DOMAIN
from ..coordinator import SeamConfigEntry
from .registration import WebhookRegistration, is_webhook_enabled, registered_webhook

_LOGGER = logging.getLogger(__name__)

_MAX_BODY_SIZE: Final = 64 * 1024
_READ_TIMEOUT: Final = 10  # seconds
# Seam repeats a message for a day, but its signature is valid for minutes only.
_REMEMBERED_MESSAGES: Final = 2_000


@callback
def async_setup_webhook(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Receive events by webhook if the options allow it, and update it at Seam."""
    if is_webhook_enabled(entry):
        if not isinstance(entry.data.get(CONF_WEBHOOK_ID), str):
            hass.config_entries.async_update_entry(
                entry,
                data={**entry.data, CONF_WEBHOOK_ID: webhook.async_generate_id()},
            )
        webhook_id = entry.data[CONF_WEBHOOK_ID]
        webhook.async_register(
            hass,
            DOMAIN,
            entry.title,
            webhook_id,
            WebhookReceiver(entry).async_handle,
            # For methods that are not allowed, Home Assistant logs our secret URL.
            allowed_methods=[METH_GET, METH_POST, METH_PUT],
        )
        entry.async_on_unload(lambda: webhook.async_unregister(hass, webhook_id))
    WebhookRegistration(hass, entry).async_setup()


class WebhookReceiver:
    """Pass on the events in posts that Seam signed."""

    def __init__(self, entry: SeamConfigEntry) -> None:
        """Initialize the receiver."""
        self._entry = entry
        self._coordinator = entry.runtime_data
        self._messages: BoundedDict[str, None] = BoundedDict(_REMEMBERED_MESSAGES)

    async def async_handle(
        self, hass: HomeAssistant, webhook_id: str, request: Request
    ) -> Response:
        """Return the answer to a post. The event is processed afterwards."""
        if request.method != METH_POST:
            return self._refuse(
                request, HTTPStatus.METHOD_NOT_ALLOWED, "the method is not allowed"
            )
        try:
            body = await _async_read(request)
        except _UnreadableError as err:
            return self._refuse(request, err.status, str(err))
        registered = registered_webhook(self._entry)
        if registered is None:
            return self._refuse(
                request, HTTPStatus.UNAUTHORIZED, "no webhook is registered"
            )
        try:
            message_id = verify(
                registered["secret"], request.headers, body, dt_util.utcnow()
            )
        except SignatureError as err:
            return self._refuse(request, HTTPStatus.UNAUTHORIZED, str(err))
        # Seam repeats a message with a new timestamp if our answer was lost.
        message = f"{message_id} {request.headers['svix-timestamp']}"
        if message in self._messages:
            return self._refuse(request, HTTPStatus.CONFLICT, "it was already received")
        self._messages[message] = None
        try:
            event = Event.read(parse_json(body))
        except INVALID_ROW:
            # Refusing it would only make Seam send it again.
            return self._ignore("it cannot be parsed")
        if event.workspace_id not in (None, self._coordinator.workspace.workspace_id):
            return self._ignore("it belongs to another workspace")
        self._coordinator.async_receive_event(event)
        return Response(status=HTTPStatus.NO_CONTENT)

    def _refuse(self, request: Request, status: HTTPStatus, reason: str) -> Response:
        """Return an error."""
        self._coordinator.webhook_status.refused += 1
        _LOGGER.debug("Rejected webhook request: %s", reason)
        return _ClosingResponse(request, status)

    def _ignore(self, reason: str) -> Response:
        """Return success, so that Seam does not send it again."""
        self._coordinator.webhook_status.ignored += 1
        _LOGGER.debug("Ignored webhook request: %s", reason)
        return Response(status=HTTPStatus.NO_CONTENT)


class _ClosingResponse(Response):
    """A response after which the connection is closed.

    The server would otherwise read the rest of the body for seconds, and log an error
    if that is malformed.
    """

    def __init__(self, request: Request, status: HTTPStatus) -> None:
        """Initialize the response."""
        super().__init__(status=status)
        self._request = request
        self.force_close()

    @override
    async def write_eof(self, data: Any = b"") -> None:
        """Send the response and close the connection."""
        await super().write_eof(data)
        self._request.protocol.force_close()


class _UnreadableError(Exception):
    """The body of a post cannot be read."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        """Initialize the error with the status to answer."""
        super().__init__(reason)
        self.status = status


async def _async_read(request: Request) -> bytes:
    """Return the body."""
    if CONTENT_ENCODING in request.headers:
        # Seam does not compress. Decompressing could fail, or exhaust the memory.
        raise _UnreadableError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body is compressed"
        )
    # For a post through the cloud, each access to `content` returns a new stream.
    stream = request.content
    body = b""
    try:
        async with asyncio.timeout(_READ_TIMEOUT):
            while chunk := await stream.read(_MAX_BODY_SIZE + 1 - len(body)):
                body += chunk
                if len(body) > _MAX_BODY_SIZE:
                    raise _UnreadableError(
                        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too large"
                    )
    except TimeoutError as err:
        raise _UnreadableError(
            HTTPStatus.REQUEST_TIMEOUT, "the body was sent too slowly"
        ) from err
    except (RequestPayloadError, HttpProcessingError) as err:
        raise _UnreadableError(
            HTTPStatus.BAD_REQUEST, "the body is not valid HTTP"
        ) from err
    return body
