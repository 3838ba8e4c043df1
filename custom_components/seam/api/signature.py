"""Whether a webhook's post comes from Seam, unchanged and just now (Svix)."""

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
    """A post is not to be believed."""


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """Return the id of the message; raise SignatureError if it is not to be believed.

    Signed is `{id}.{timestamp}.{body}`; the header may hold several signatures, any of
    which will do.
    """
    message_id = headers.get("svix-id", "")
    timestamp = headers.get("svix-timestamp", "")
    signatures = headers.get("svix-signature", "")
    if not message_id or not signatures:
        raise SignatureError("it is not signed")
    if not timestamp.isascii() or not timestamp.isdecimal() or len(timestamp) > 15:
        raise SignatureError("its time cannot be read")
    if abs(now.timestamp() - int(timestamp)) > _TOLERANCE.total_seconds():
        raise SignatureError("it is too old, or from the future")
    try:
        key = base64.b64decode(secret.removeprefix(_SECRET_PREFIX), validate=True)
    except ValueError as err:
        raise SignatureError("the secret cannot be read") from err
    if not key:
        raise SignatureError("the secret is empty")
    signed = _bytes(f"{message_id}.{timestamp}.") + body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256))
    is_signed = False
    for candidate in signatures.split():
        version, _, signature = candidate.partition(",")
        # Each is compared, in constant time, so that timing tells nothing.
        is_signed |= version == _VERSION and hmac.compare_digest(
            _bytes(signature), expected
        )
    if not is_signed:
        raise SignatureError("its signature is wrong")
    return message_id


def _bytes(text: str) -> bytes:
    """Return a header as bytes. Web servers hand on what is no text as surrogates."""
    return text.encode(errors="surrogatepass")
