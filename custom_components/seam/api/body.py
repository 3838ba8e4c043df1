"""Reading of JSON bodies that may be too large or not quite valid."""

import json
import math
from typing import Any, Final

from aiohttp import ClientResponse
import orjson

# A page of 500 devices of the simulator has 0.7 MiB. Reading takes several times as
# much memory.
MAX_BYTES: Final = 8 * 2**20


class BodyTooLargeError(ValueError):
    """A body is larger than any that Seam sends."""


async def read_body(response: ClientResponse, max_bytes: int) -> bytes:
    """Return the decompressed body; raise BodyTooLargeError as soon as it is too large."""
    chunks: list[bytes] = []
    size = 0
    while chunk := await response.content.readany():
        size += len(chunk)
        if size > max_bytes:
            raise BodyTooLargeError
        chunks.append(chunk)
    return b"".join(chunks)


def parse_json(content: bytes) -> Any:
    """Return the content of JSON; raise ValueError if it is not valid.

    A single value that orjson rejects must not make the rest unreadable. Halves of
    surrogate pairs, which JavaScript may send, and invalid bytes are replaced by
    U+FFFD, and numbers out of range by null.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        try:
            payload = json.loads(
                content.decode(errors="replace"),
                strict=False,
                parse_int=_number,
                parse_float=_number,
                parse_constant=lambda _: None,
            )
            text = json.dumps(payload, ensure_ascii=False)
        except RecursionError as err:
            raise ValueError("nested too deeply") from err
    return orjson.loads(
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )


def _number(text: str) -> int | float | None:
    number = float(text)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number
