"""Verification of webhook signatures (Svix)."""

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
import hashlib
import hmac
from typing import Final

_TOLERANCE: Final = timedelta(minutes=5)
_SECRET_PREFIX: Final = "whsec_"
_VERSION: Final = "v1"


class SignatureError(Exception):
    """A webhook message is not authentic."""


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Return the id of an authentic message, else raise SignatureError.

    The signed content is `{id}.{timestamp}.{body}`. The header may hold several
    signatures, as while a secret is being replaced. One that matches is enough.
    """
    message_id = headers.get("svix-id", "")
    timestamp = headers.get("svix-timestamp", "")
    signatures = headers.get("svix-signature", "")
    if not message_id or not signatures:
        raise SignatureError("the signature is missing")
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 15:
        raise SignatureError("the timestamp is not valid")
    if abs(now.timestamp() - int(timestamp)) > _TOLERANCE.total_seconds():
        raise SignatureError("the timestamp is too old or in the future")
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except ValueError as err:
        raise SignatureError("the webhook secret is not valid") from err
    if not key:
        raise SignatureError("the webhook secret is empty")
    signed = _bytes(f"{message_id}.{timestamp}.") + body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
    is_authentic = False
    for candidate in signatures.split():
        version, _, signature = candidate.partition(",")
        # Every signature is compared, in constant time, so that timing reveals nothing.
        is_authentic |= version == _VERSION and hmac.compare_digest(
            _bytes(signature), expected
        )
    if not is_authentic:
        raise SignatureError("the signature is wrong")
    return message_id


def _bytes(text: str) -> bytes:
    """Return a header as bytes; aiohttp decodes invalid UTF-8 to surrogates."""
    return text.encode(errors="surrogatepass")
