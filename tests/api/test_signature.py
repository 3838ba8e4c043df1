"""Tests of verifying webhook signatures."""

import base64
from datetime import UTC, datetime, timedelta
import hashlib
import hmac

from hypothesis import given, strategies as st
import pytest

from custom_components.seam.api.signature import SignatureError, verify

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
SECRET = "whsec_" + base64.b64encode(b"nobody knows this one ever").decode()
BODY = b'{"event_type": "lock.locked"}'

# The example of Svix's documentation.
SVIX_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SVIX_BODY = b'{"test": 2432232314}'
SVIX_HEADERS = {
    "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "svix-timestamp": "1614265330",
    "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def _headers(
    body: bytes = BODY,
    *,
    secret: str = SECRET,
    message_id: str = "msg_1",
    at: datetime = NOW,
) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return {
        "svix-id": message_id,
        "svix-timestamp": timestamp,
        "svix-signature": "v1," + base64.b64encode(digest).decode(),
    }


def _refused(headers: dict[str, str], body: bytes = BODY, secret: str = SECRET) -> str:
    with pytest.raises(SignatureError) as caught:
        verify(secret, headers, body, NOW)
    text = str(caught.value)
    assert secret not in text
    return text


def test_example_of_svix() -> None:
    """The example of Svix's documentation is authentic."""
    now = datetime.fromtimestamp(1614265330, UTC)
    assert verify(SVIX_SECRET, SVIX_HEADERS, SVIX_BODY, now) == SVIX_HEADERS["svix-id"]


def test_signed_message_is_authentic() -> None:
    """A signed message is authentic, and its id is returned."""
    assert verify(SECRET, _headers(), BODY, NOW) == "msg_1"
    assert verify(SECRET, _headers(b"", message_id="x"), b"", NOW) == "x"
    # The prefix of the secret may be missing.
    assert verify(SECRET.removeprefix("whsec_"), _headers(), BODY, NOW) == "msg_1"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_of_several_signatures_matches(place: int) -> None:
    """One matching signature is enough, as while a secret is being replaced."""
    others = [f"v1,{base64.b64encode(bytes([n] * 32)).decode()}" for n in (1, 2)]
    headers = _headers()
    others.insert(place, headers["svix-signature"])
    headers["svix-signature"] = " ".join(others)
    assert verify(SECRET, headers, BODY, NOW) == "msg_1"


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_timestamp_within_tolerance(seconds: int) -> None:
    """Clocks may differ by five minutes."""
    headers = _headers(at=NOW + timedelta(seconds=seconds))
    assert verify(SECRET, headers, BODY, NOW) == "msg_1"


@pytest.mark.parametrize("seconds", [-(10**9), -301, 301, 10**9])
def test_timestamp_outside_tolerance(seconds: int) -> None:
    """Old messages and those from the future are refused."""
    headers = _headers(at=NOW + timedelta(seconds=seconds))
    assert "old" in _refused(headers)


@pytest.mark.parametrize("name", ["svix-id", "svix-timestamp", "svix-signature"])
def test_missing_header(name: str) -> None:
    """A missing or empty header is refused."""
    headers = _headers()
    _refused({**headers, name: ""})
    del headers[name]
    _refused(headers)


@pytest.mark.parametrize(
    "timestamp",
    ["now", "1e9", "-1", "+1", " 1", "1.5", "٣", "²", "\udcff", "9" * 15, "9" * 5000],
)
def test_invalid_timestamp(timestamp: str) -> None:
    """A timestamp has to be a number of a few ASCII digits."""
    _refused({**_headers(), "svix-timestamp": timestamp})


@pytest.mark.parametrize(
    "signature",
    [
        "v1",
        "v1,",
        ",",
        " ",
        "v1,AAAA",
        "v1,\udcff\udcfe",
        "v1,ä",
        "v1,%%%",
        "v1a," + _headers()["svix-signature"].removeprefix("v1,"),
        "v2," + _headers()["svix-signature"].removeprefix("v1,"),
        _headers()["svix-signature"].removeprefix("v1,"),
        _headers()["svix-signature"].swapcase(),
        _headers()["svix-signature"][:-1],
        _headers()["svix-signature"] + ",v1",
        " ".join(["v1,AAAA"] * 2000),
        _headers(secret="whsec_" + base64.b64encode(b"another").decode())[
            "svix-signature"
        ],
    ],
)
def test_wrong_signature(signature: str) -> None:
    """A signature with another version, secret or length is refused."""
    _refused({**_headers(), "svix-signature": signature})


def test_invalid_utf8_in_message_id() -> None:
    """Invalid UTF-8 is decoded to surrogates, which are refused."""
    _refused({**_headers(), "svix-id": "msg_\udcff"})


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_%%%", "whsec_ä", "whsec_abc"])
def test_invalid_secret(secret: str) -> None:
    """With an empty or invalid secret, every message is refused."""
    with pytest.raises(SignatureError):
        verify(secret, _headers(secret="whsec_"), BODY, NOW)


def test_id_timestamp_and_body_are_signed() -> None:
    """No part can be changed or moved into another."""
    headers = _headers()
    _refused(headers, BODY + b" ")
    _refused(headers, BODY[:-1])
    _refused(headers, b"")
    _refused({**headers, "svix-id": "msg_2"})
    later = str(int(NOW.timestamp()) + 1)
    _refused({**headers, "svix-timestamp": later})
    _refused({**headers, "svix-id": "msg_1." + headers["svix-timestamp"]})


@given(body=st.binary(), other=st.binary(), key=st.binary(min_size=1))
def test_any_changed_body_is_refused(body: bytes, other: bytes, key: bytes) -> None:
    """Any other body is refused."""
    secret = "whsec_" + base64.b64encode(key).decode()
    headers = _headers(body, secret=secret)
    assert verify(secret, headers, body, NOW) == "msg_1"
    if other != body:
        with pytest.raises(SignatureError):
            verify(secret, headers, other, NOW)


# With surrogates.
ANYTHING = st.text(st.characters(exclude_categories=()))


@given(
    headers=st.fixed_dictionaries(
        dict.fromkeys(("svix-id", "svix-timestamp", "svix-signature"), ANYTHING)
    )
)
def test_any_headers_raise_signature_error(headers: dict[str, str]) -> None:
    """No other exception is raised."""
    with pytest.raises(SignatureError):
        verify(SECRET, headers, BODY, NOW)
    # With a valid timestamp, the signature is checked, too.
    headers["svix-timestamp"] = _headers()["svix-timestamp"]
    with pytest.raises(SignatureError):
        verify(SECRET, headers, BODY, NOW)
