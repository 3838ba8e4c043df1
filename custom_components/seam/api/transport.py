"""Requests to Seam, with retries of reads, and their responses."""

import asyncio
from asyncio import Semaphore
from collections import defaultdict
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
import logging
import random
import time
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
)
import orjson

from .body import MAX_BYTES, BodyTooLargeError, parse_json, read_body
from .errors import (
    SeamAuthError,
    SeamClosedError,
    SeamError,
    SeamNotSentError,
    SeamRateLimitError,
    SeamServerError,
    SeamUnreachableError,
    SeamUnreadableError,
    error_from_response,
)
from .models import INVALID_ROW, Model
from .readable import readable
from .redact import Secrets
from .row_pins import pins_in
from .rows import fault

_LOGGER = logging.getLogger(__name__)

# Seconds. The timeout, attempts and delays are those of Seam's SDK.
_TIMEOUT = ClientTimeout(total=30, connect=10, sock_connect=10)
# How many requests to an endpoint run at a time. Home Assistant allows 100 connections to
# a server, and what waits for one of them may time out without having been sent.
_MAX_PER_ENDPOINT = 12
# And for one lock, which may hang.
_MAX_PER_DEVICE = 3
_RETRY_DELAYS = (0.2, 0.4)
# Rate limits with a longer delay are left to the caller.
_MAX_WAIT = 2.0
# Whoever has a valid key may send this request.
_KEY_PATH = "/workspaces/get"


class Response(dict[str, Any]):
    """The JSON object of a response, with its request."""

    def __init__(
        self,
        path: str,
        request_id: str | None,
        content: Mapping[str, Any],
        secrets: Secrets,
        fingerprint: int = 0,
        size: int = 0,
    ) -> None:
        """Initialize the response.

        Two responses with the same fingerprint have the same content.
        """
        super().__init__(content)
        self.path = path
        self.request_id = request_id
        self.secrets = secrets
        self.fingerprint = fingerprint
        self.size = size


class Transport:
    """Send requests to Seam, all of which are POST requests with JSON."""

    def __init__(
        self, session: ClientSession, api_key: str, endpoint: str, secrets: Secrets
    ) -> None:
        """Initialize the transport."""
        self._session = session
        self._secrets = secrets
        self._headers = {
            "Authorization": f"Bearer {api_key}",
            "Content-Type": "application/json",
        }
        self._endpoint = endpoint.rstrip("/")
        self.last_request_id: str | None = None
        self.last_date: datetime | None = None
        self._date_text = ""
        self.is_closed = False
        self._slots: defaultdict[tuple[str, bool], Semaphore] = defaultdict(
            lambda: Semaphore(_MAX_PER_ENDPOINT)
        )
        self._device_slots: defaultdict[tuple[str, str, bool], Semaphore] = defaultdict(
            lambda: Semaphore(_MAX_PER_DEVICE)
        )

    async def read(
        self,
        path: str,
        *,
        max_bytes: int = MAX_BYTES,
        is_urgent: bool = False,
        **parameters: Any,
    ) -> Response:
        """Return the response of an endpoint that changes nothing, after retries.

        Urgent requests do not wait for others to the same endpoint.
        """
        send = partial(
            self._send, path, max_bytes=max_bytes, is_urgent=is_urgent, **parameters
        )
        for delay in _RETRY_DELAYS:
            try:
                return await send()
            except (SeamUnreachableError, SeamServerError) as err:
                # The caller has waited long enough, or Seam sent enough.
                if isinstance(err.__cause__, TimeoutError | BodyTooLargeError):
                    raise
                wait = delay
            except SeamRateLimitError as err:
                if err.retry_after > _MAX_WAIT:
                    raise
                wait = err.retry_after
            await asyncio.sleep(wait * random.uniform(1, 1.5))
        return await send()

    async def write(self, path: str, **parameters: Any) -> Response:
        """Return the response of an endpoint that changes something, without a retry.

        A repeated create could make two access codes.
        """
        return await self._send(
            path, max_bytes=MAX_BYTES, is_urgent=False, **parameters
        )

    async def _send(
        self, path: str, *, max_bytes: int, is_urgent: bool, **parameters: Any
    ) -> Response:
        """Return the response of an endpoint.

        Parameters that are None are left out, as null means "unset" to Seam.
        """
        body = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in parameters.items()
            if value is not None
        }
        if code := body.get("code"):
            self._secrets.add([code])
        async with (
            self._device_slots[path, device_id, is_urgent]
            if isinstance(device_id := body.get("device_id"), str)
            else nullcontext(),
            self._slots[path, is_urgent],
        ):
            if self.is_closed:
                raise SeamClosedError("The client is closed")
            status, request_id, headers, content = await self._post(
                path, orjson.dumps(body), max_bytes
            )
        self._read_date(headers.get("Date", ""))
        if status != 200:
            error = error_from_response(path, status, headers, content)
            # A text about a PIN may contain it in any spelling.
            error.redact(self._secrets.mask_all if code else self._secrets.mask_message)
            if isinstance(error, SeamAuthError) and not await self._is_key_refused(
                path
            ):
                # It may be about one lock, so a new key would not help.
                raise SeamError(
                    error.message,
                    request_id=error.request_id,
                    error_type=error.error_type,
                )
            raise error
        try:
            payload = parse_json(content)
        except ValueError:
            # That error quotes the body with its PINs, so it must not be chained.
            payload = None
        if payload is None:
            raise SeamUnreadableError(
                "The response is not JSON. Check the Seam API URL",
                request_id=request_id,
            )
        if not isinstance(payload, dict):
            raise invalid_response(Response(path, request_id, {}, self._secrets))
        return Response(
            path, request_id, payload, self._secrets, hash(content), len(content)
        )

    async def _post(
        self, path: str, body: bytes, max_bytes: int
    ) -> tuple[int, str, Mapping[str, str], bytes]:
        """Return the status, request id, headers and content of a response."""
        started = time.perf_counter()
        status: int | str = "no response"
        request_id: str | None = None
        try:
            async with self._session.post(
                f"{self._endpoint}{path}",
                data=body,
                headers=self._headers,
                timeout=_TIMEOUT,
                # A redirect could send the API key to another server.
                allow_redirects=False,
            ) as response:
                status = response.status
                request_id = readable(response.headers.get("seam-request-id") or "")
                content = await read_body(response, max_bytes)
                return response.status, request_id, response.headers, content
        except BodyTooLargeError as err:
            raise SeamUnreadableError(
                f"The response from {path} is too large", request_id=request_id
            ) from err
        except ConnectionTimeoutError as err:
            raise SeamNotSentError("Timed out while connecting to Seam") from err
        except TimeoutError as err:
            raise SeamUnreachableError("Seam did not respond in time") from err
        except ClientConnectorError as err:
            raise SeamNotSentError(_connection_failed(err)) from err
        except (ClientError, OSError) as err:
            # It may quote the response with its PINs, so it must not be chained.
            failed = _connection_failed(err)
        finally:
            self.last_request_id = request_id or self.last_request_id
            # Without the body, which holds PINs.
            _LOGGER.debug(
                "POST %s: %s in %.0f ms, request %s",
                path,
                status,
                (time.perf_counter() - started) * 1000,
                request_id,
            )
        raise SeamUnreachableError(failed)

    def _read_date(self, text: str) -> None:
        """Remember Seam's time. Many responses have the same."""
        if text == self._date_text:
            return
        self._date_text = text
        with suppress(ValueError, OverflowError):
            date = parsedate_to_datetime(text)
            self.last_date = date if date.tzinfo else date.replace(tzinfo=UTC)

    async def _is_key_refused(self, path: str) -> bool:
        """Return whether Seam also refuses the key for the request that needs only it."""
        if path == _KEY_PATH:
            return True
        request_id = self.last_request_id
        try:
            await self.read(_KEY_PATH)
        except SeamAuthError:
            return True
        except (SeamServerError, SeamUnreachableError) as err:
            # The refused request has changed nothing.
            raise SeamNotSentError(
                err.message, request_id=err.request_id
            ) from err.__cause__
        except SeamRateLimitError:
            raise
        except SeamError:
            pass
        finally:
            self.last_request_id = request_id
        return False


def _connection_failed(err: Exception) -> str:
    return f"The connection to Seam failed ({type(err).__name__})"


def invalid_response(response: Response) -> SeamError:
    """Return the error for a response that is not as documented."""
    return SeamUnreadableError(
        f"The response from {response.path} is invalid",
        request_id=response.request_id,
    )


def parse[M: Model](model: type[M], response: Response, data: Any) -> M:
    """Return the model of a single object."""
    try:
        return model.read(data)
    except INVALID_ROW as err:
        response.secrets.add(pins_in(data))
        _LOGGER.warning(
            "The response from %s is invalid: %s", response.path, fault(err)
        )
    raise invalid_response(response)
