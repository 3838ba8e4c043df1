"""Having Seam send events by itself, where Home Assistant can be reached from outside."""

import asyncio
from datetime import datetime, timedelta
from http import HTTPStatus
import logging
from typing import Any, Final

from aiohttp import StreamReader
from aiohttp.hdrs import CONTENT_ENCODING, METH_GET, METH_POST, METH_PUT
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import Request, RequestPayloadError, Response
from hass_nabucasa import CloudError
from homeassistant.components import cloud, webhook
from homeassistant.const import CONF_WEBHOOK_ID, EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import (
    CALLBACK_TYPE,
    Event as HassEvent,
    HomeAssistant,
    callback,
)
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.util import dt as dt_util

from ..api import Event, SeamError, SeamServerError, SeamUnreachableError
from ..api.body import parse_json
from ..api.bounded import BoundedDict
from ..api.signature import SignatureError, verify
from ..const import CONF_WEBHOOK, DOMAIN
from ..coordinator import SeamConfigEntry, SeamCoordinator
from .registration import (
    CONF_INTENDED,
    CONF_REGISTERED,
    Intended,
    Registered,
    async_delete,
    async_delete_cloudhook,
    ours,
)

_LOGGER = logging.getLogger(__name__)

_LARGEST_BODY: Final = 64 * 1024
_LONGEST_READ: Final = 10  # seconds
_RETRY: Final = timedelta(minutes=5)
# Seam repeats a message for a day; its signature holds for minutes only.
_REMEMBERED_MESSAGES: Final = 2_000


class SeamWebhook:
    """The webhook of a workspace: registers it, and takes what it brings."""

    def __init__(
        self, hass: HomeAssistant, entry: SeamConfigEntry, coordinator: SeamCoordinator
    ) -> None:
        """Take where it belongs."""
        self._hass = hass
        self._entry = entry
        self._coordinator = coordinator
        self._registering = asyncio.Lock()
        self._cancel_retry: CALLBACK_TYPE | None = None
        self._is_troubled = False
        self._messages: BoundedDict[str, None] = BoundedDict(_REMEMBERED_MESSAGES)

    @property
    def registered(self) -> Registered | None:
        """What we registered with Seam."""
        registered: Registered | None = self._entry.data.get(CONF_REGISTERED)
        return registered

    @property
    def _is_wanted(self) -> bool:
        return bool(self._entry.options.get(CONF_WEBHOOK, True))

    @callback
    def async_setup(self) -> None:
        """Start to listen, if that is wanted, and settle with Seam where it sends to."""
        entry, hass = self._entry, self._hass
        entry.async_on_unload(self._async_stop_retry)
        if self._is_wanted:
            if CONF_WEBHOOK_ID not in entry.data:
                self._async_remember({CONF_WEBHOOK_ID: webhook.async_generate_id()})
            webhook.async_register(
                hass,
                DOMAIN,
                entry.title,
                entry.data[CONF_WEBHOOK_ID],
                self._async_handle,
                # Home Assistant would warn of others, and tell our address doing so.
                allowed_methods=[METH_GET, METH_POST, METH_PUT],
            )
            entry.async_on_unload(
                lambda: webhook.async_unregister(hass, entry.data[CONF_WEBHOOK_ID])
            )
            entry.async_on_unload(
                cloud.async_listen_connection_change(hass, self._async_address_changed)
            )
            entry.async_on_unload(
                hass.bus.async_listen(
                    EVENT_CORE_CONFIG_UPDATE, self._async_address_changed
                )
            )
        self._async_address_changed()

    @callback
    def _async_address_changed(
        self,
        _change: cloud.CloudConnectionState | HassEvent[Any] | datetime | None = None,
    ) -> None:
        """Tell Seam where to send to, without holding anything up."""
        self._entry.async_create_background_task(
            self._hass, self.async_settle(), f"{DOMAIN} webhook"
        )

    async def async_settle(self) -> None:
        """Have exactly one webhook of ours at Seam, with our address, or none."""
        async with self._registering:
            # Also what the one before has left, while this one waited for it.
            self._async_stop_retry()
            try:
                url = await self._async_url() if self._is_wanted else None
                await self._async_register(url)
                if not self._is_wanted:
                    await async_delete_cloudhook(self._hass, self._entry)
            except (SeamError, cloud.CloudNotAvailable) as err:
                if not self._is_troubled:
                    _LOGGER.info("Cannot settle the webhook with Seam yet: %s", err)
                self._is_troubled = True
                self._cancel_retry = async_call_later(
                    self._hass, _RETRY, self._async_address_changed
                )
                return
        if self._is_troubled:
            _LOGGER.info("The webhook is settled with Seam")
        self._is_troubled = False

    async def _async_url(self) -> str | None:
        """Return where Seam can reach us, None where it cannot."""
        webhook_id = self._entry.data[CONF_WEBHOOK_ID]
        if cloud.async_active_subscription(self._hass):
            try:
                return await cloud.async_get_or_create_cloudhook(self._hass, webhook_id)
            except (CloudError, TimeoutError, ValueError) as err:
                raise cloud.CloudNotAvailable("The cloud is not available") from err
        try:
            url = webhook.async_generate_url(
                self._hass, webhook_id, allow_internal=False, allow_ip=False
            )
        except NoURLAvailableError:
            return None
        # Events tell who comes and goes.
        return url if url.startswith("https://") else None

    async def _async_register(self, url: str | None) -> None:
        """Remove our webhook if it is not the right one, and make the right one."""
        client, registered = self._coordinator.client, self.registered
        intended: Intended | None = self._entry.data.get(CONF_INTENDED)
        if registered is None and intended is None and url is None:
            return
        at_seam = await client.list_webhooks()
        found = ours(at_seam, registered and registered["webhook_id"], intended)
        if (
            registered is not None
            and registered["url"] == url
            and found == {registered["webhook_id"]}
        ):
            return
        for webhook_id in found:
            await async_delete(client, webhook_id)
        self._async_remember({CONF_REGISTERED: None, CONF_INTENDED: None})
        if url is None:
            return
        others = [known.webhook_id for known in at_seam if known.url == url]
        self._async_remember(
            {
                CONF_INTENDED: Intended(
                    url=url, others=[key for key in others if key not in found]
                )
            }
        )
        try:
            made = await client.create_webhook(url)
        except SeamUnreachableError, SeamServerError:
            # It may have been made all the same.
            raise
        except SeamError:
            self._async_remember({CONF_INTENDED: None})
            raise
        if not made.secret:
            # Nothing that it sends could be believed.
            await async_delete(client, made.webhook_id)
            self._async_remember({CONF_INTENDED: None})
            _LOGGER.warning("Seam told no secret for the webhook; going on without")
            return
        self._async_remember(
            {
                CONF_REGISTERED: Registered(
                    webhook_id=made.webhook_id, url=url, secret=made.secret
                ),
                CONF_INTENDED: None,
            }
        )

    @callback
    def _async_remember(self, changes: dict[str, Any]) -> None:
        data = {**self._entry.data, **changes}
        self._hass.config_entries.async_update_entry(
            self._entry,
            data={key: value for key, value in data.items() if value is not None},
        )

    @callback
    def _async_stop_retry(self) -> None:
        if self._cancel_retry is not None:
            self._cancel_retry()
            self._cancel_retry = None

    async def _async_handle(
        self, hass: HomeAssistant, webhook_id: str, request: Request
    ) -> Response:
        """Take in a post, if it is Seam's; what follows from it happens afterwards."""
        if request.method != METH_POST:
            return self._refuse(HTTPStatus.METHOD_NOT_ALLOWED, "it is none")
        try:
            body = await _async_read(request)
        except _UnreadableError as err:
            return self._refuse(err.status, str(err))
        if (registered := self.registered) is None:
            return self._refuse(HTTPStatus.UNAUTHORIZED, "nothing is registered")
        try:
            message_id = verify(
                registered["secret"], request.headers, body, dt_util.utcnow()
            )
        except SignatureError as err:
            return self._refuse(HTTPStatus.UNAUTHORIZED, str(err))
        # Seam sends one again, with another time, if it has not heard our answer.
        message = f"{message_id} {request.headers['svix-timestamp']}"
        if message in self._messages:
            return self._refuse(HTTPStatus.CONFLICT, "it came before")
        self._messages[message] = None
        try:
            event = Event.read(parse_json(body))
        except AttributeError, TypeError, ValueError, LookupError:
            # Sent again it would read no better.
            return self._ignore("it cannot be read")
        if event.workspace_id not in (None, self._coordinator.workspace.workspace_id):
            return self._ignore("it is about another workspace")
        self._coordinator.async_receive(event)
        return Response(status=HTTPStatus.NO_CONTENT)

    def _refuse(self, status: HTTPStatus, reason: str) -> Response:
        self._coordinator.push.refused += 1
        _LOGGER.debug("Refused a webhook post: %s", reason)
        return Response(status=status)

    def _ignore(self, reason: str) -> Response:
        self._coordinator.push.ignored += 1
        _LOGGER.debug("Ignored a webhook post: %s", reason)
        return Response(status=HTTPStatus.NO_CONTENT)


class _UnreadableError(Exception):
    """The body of a post cannot be had."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        """Take what to answer, and why."""
        super().__init__(reason)
        self.status = status


async def _async_read(request: Request) -> bytes:
    """Return the body."""
    # The stand-in for posts that come through the cloud makes a new one each time.
    stream = request.content
    if CONTENT_ENCODING in request.headers:
        # Seam packs nothing. Unpacking could fail, or swell.
        _leave(stream)
        raise _UnreadableError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "it is packed")
    body = b""
    try:
        async with asyncio.timeout(_LONGEST_READ):
            while chunk := await stream.read(_LARGEST_BODY + 1 - len(body)):
                body += chunk
                if len(body) > _LARGEST_BODY:
                    raise _UnreadableError(
                        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "it is too large"
                    )
    except TimeoutError as err:
        _leave(stream)
        raise _UnreadableError(HTTPStatus.REQUEST_TIMEOUT, "it is too slow") from err
    except (RequestPayloadError, HttpProcessingError) as err:
        _leave(stream)
        raise _UnreadableError(HTTPStatus.BAD_REQUEST, "it is no valid HTTP") from err
    return body


def _leave(stream: StreamReader) -> None:
    """Have the server hang up once it has answered.

    It would read on otherwise, for seconds, and log what goes wrong with that as an
    error. A read that has timed out it takes for the end.
    """
    # What comes through the cloud is all here, and is no stream of a connection.
    if isinstance(stream, StreamReader):
        stream.set_exception(TimeoutError())
