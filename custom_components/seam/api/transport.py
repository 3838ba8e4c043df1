"""One request to Seam: time limits, retries of reads, errors, rows of an answer."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
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
from mashumaro.exceptions import InvalidFieldValue, MissingField
import orjson

from .bounded import BoundedDict
from .errors import (
    SeamError,
    SeamNotSentError,
    SeamRateLimitError,
    SeamServerError,
    SeamUnreachableError,
    error_from_response,
)
from .models import Model
from .redact import Secrets

_LOGGER = logging.getLogger(__name__)

# Seconds; Seam's own SDK uses the same limit, attempts and delays.
_TIMEOUT = ClientTimeout(total=30, sock_connect=10)
_RETRY_DELAYS = (0.2, 0.4)
# A read may wait this long by itself; beyond, whoever asked has to decide.
_LONGEST_WAIT = 2.0
# Broken rows that are remembered: those of events, which come and go, are never put right.
_MOST_BROKEN = 10_000


class Answer(dict[str, Any]):
    """What Seam answered, and to which request."""

    def __init__(
        self,
        path: str,
        request_id: str | None,
        content: Mapping[str, Any],
        fingerprint: int = 0,
    ) -> None:
        """Keep the endpoint and the id of the request for errors.

        By the fingerprint two answers of one run can be told to be the same.
        """
        super().__init__(content)
        self.path = path
        self.request_id = request_id
        self.fingerprint = fingerprint


class Transport:
    """Posts JSON to Seam's endpoints, all of which take POST."""

    def __init__(self, session: ClientSession, api_key: str, endpoint: str) -> None:
        """Take the session to use, the key and the base URL."""
        self._session = session
        self._api_key = api_key
        self._headers = {
            "Authorization": f"Bearer {api_key}",
            "Content-Type": "application/json",
        }
        self._endpoint = endpoint.rstrip("/")
        self.last_request_id: str | None = None

    async def read(self, path: str, **parameters: Any) -> Answer:
        """Post to an endpoint that changes nothing; repeated where that may help."""
        for delay in _RETRY_DELAYS:
            try:
                return await self.write(path, **parameters)
            except (SeamUnreachableError, SeamServerError) as err:
                # Whoever waited for the whole time limit should not wait for another.
                if isinstance(err.__cause__, TimeoutError):
                    raise
                wait = delay
            except SeamRateLimitError as err:
                if err.retry_after > _LONGEST_WAIT:
                    raise
                wait = err.retry_after
            await asyncio.sleep(wait * random.uniform(1, 1.5))
        return await self.write(path, **parameters)

    async def write(self, path: str, **parameters: Any) -> Answer:
        """Post once, whatever happens: a repeated create would make two codes.

        Parameters that are None are left out, as null means "unset" to Seam.
        """
        body = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in parameters.items()
            if value is not None
        }
        started = time.perf_counter()
        status: int | str = "no answer"
        request_id: str | None = None
        try:
            async with self._session.post(
                f"{self._endpoint}{path}",
                data=orjson.dumps(body),
                headers=self._headers,
                timeout=_TIMEOUT,
                # A redirect would take the key to a place that nobody checked.
                allow_redirects=False,
            ) as response:
                status = response.status
                request_id = response.headers.get("seam-request-id")
                content = await response.read()
                headers = response.headers
        except ConnectionTimeoutError as err:
            raise SeamNotSentError("No connection to Seam in time") from err
        except TimeoutError as err:
            raise SeamUnreachableError("Seam did not answer in time") from err
        except ClientConnectorError as err:
            raise SeamNotSentError(_no_connection(err)) from err
        except (ClientError, OSError) as err:
            raise SeamUnreachableError(_no_connection(err)) from err
        finally:
            self.last_request_id = request_id or self.last_request_id
            # Never the body: it holds PINs.
            _LOGGER.debug(
                "POST %s: %s in %.0f ms, request %s",
                path,
                status,
                (time.perf_counter() - started) * 1000,
                request_id,
            )

        if status != 200:
            error = error_from_response(response.status, headers, content)
            error.redact(_secrets(body, self._api_key).mask)
            raise error
        try:
            payload = orjson.loads(content)
        except orjson.JSONDecodeError:
            # Not chained: that error quotes the body, PINs included.
            payload = None
        if payload is None:
            raise SeamUnreachableError(
                "The answer is not JSON: is this the address of Seam?",
                request_id=request_id,
            )
        if not isinstance(payload, dict):
            raise unreadable(Answer(path, request_id, {}))
        return Answer(path, request_id, payload, hash(content))


def _no_connection(err: Exception) -> str:
    # The error's own text may hold the URL, which is harmless, but no body.
    return f"No connection to Seam ({type(err).__name__})"


def _secrets(body: Mapping[str, Any], api_key: str) -> Secrets:
    code = body.get("code")
    return Secrets(api_key, code) if isinstance(code, str) else Secrets(api_key)


def unreadable(answer: Answer) -> SeamError:
    """Return the error for an answer that has not the shape it should have."""
    return SeamServerError(
        f"Seam's answer from {answer.path} cannot be read",
        request_id=answer.request_id,
    )


def parse[M: Model](model: type[M], answer: Answer, data: Any) -> M:
    """Return the one object that an answer is about."""
    try:
        return model.from_dict(data)
    except (AttributeError, TypeError, ValueError, LookupError) as err:
        _LOGGER.warning("Seam's answer from %s is broken: %s", answer.path, _fault(err))
    raise unreadable(answer)


class Rows[M: Model](list[M]):
    """The rows of an answer that can be read, and what is known of the others."""

    __slots__ = ("is_complete", "unreadable")

    def __init__(
        self,
        rows: Iterable[M] = (),
        *,
        unreadable: Iterable[str] = (),
        is_complete: bool = True,
    ) -> None:
        """Take the rows, the ids of unreadable ones, and whether no other is lacking."""
        super().__init__(rows)
        self.unreadable = frozenset(unreadable)
        self.is_complete = is_complete

    def where(self, condition: Callable[[M], bool]) -> Rows[M]:
        """Return the rows that fulfil a condition."""
        return Rows(
            filter(condition, self),
            unreadable=self.unreadable,
            is_complete=self.is_complete,
        )

    def may_lack(self, row_id: str) -> bool:
        """Return whether a row that is not here may exist all the same."""
        return not self.is_complete or row_id in self.unreadable


class RowReader:
    """Reads rows, and warns once of each that is broken until it is right again."""

    def __init__(self) -> None:
        """Start with nothing to complain of."""
        self._broken: BoundedDict[tuple[str, str | int], None] = BoundedDict(
            _MOST_BROKEN
        )

    def read[M: Model](
        self,
        model: type[M],
        path: str,
        rows: Iterable[Any],
        id_key: str,
        *,
        device_id: str = "",
        is_complete: bool = True,
    ) -> Rows[M]:
        """Return the rows that can be read; the others are left out with a warning.

        The device is the one that was asked for, if it was one.
        """
        found: list[M] = []
        unreadable_ids: list[str] = []
        place = f"{path} {device_id}"
        for index, row in enumerate(rows):
            try:
                found.append(model.from_dict(row))
            except (AttributeError, TypeError, ValueError, LookupError) as err:
                row_id = _row_id(row, id_key)
                if row_id is None:
                    is_complete = False
                else:
                    unreadable_ids.append(row_id)
                known = place, row_id or index
                _LOGGER.log(
                    logging.DEBUG if known in self._broken else logging.WARNING,
                    "Left out %s %s of Seam's answer from %s: %s",
                    id_key,
                    row_id,
                    path,
                    _fault(err),
                )
                self._broken[known] = None
            else:
                # Nearly always there is none.
                if self._broken:
                    for key in (index, _row_id(row, id_key) or index):
                        self._broken.pop((place, key), None)
        return Rows(found, unreadable=unreadable_ids, is_complete=is_complete)


def _row_id(row: Any, id_key: str) -> str | None:
    """Return the id of a row; one of another type may be anything, even a PIN."""
    row_id = row.get(id_key) if isinstance(row, dict) else None
    return row_id if isinstance(row_id, str) else None


def _fault(err: Exception) -> str:
    """Say what is wrong without the value, which may be a PIN."""
    if isinstance(err, MissingField):
        return f"{err.field_name} is missing"
    if isinstance(err, InvalidFieldValue):
        return f"{err.field_name} is not valid"
    return "it is not an object"
