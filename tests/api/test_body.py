"""Tests of responses that are too large or not quite valid JSON."""

import gzip
import json
import tracemalloc
from typing import Any

import pytest

from custom_components.seam.api import SeamClient, SeamError, SeamServerError, client
from custom_components.seam.api.body import parse_json
from tests.api.conftest import Delays, Stub
from tests.api.garbage import CODE, DEVICE

pytestmark = pytest.mark.usefixtures("delays")


async def test_lone_surrogates_are_replaced(stub: Stub, stubbed: SeamClient) -> None:
    """Half a surrogate pair in one row does not make the list unreadable."""
    row = CODE | {"name": "Anna \ud83d", "\udc00": {"\ud83d": ["\ud83d"]}}
    stub.respond({"access_codes": [row, CODE | {"access_code_id": "b"}]})
    codes = await stubbed.list_access_codes("lock")
    assert [code.name for code in codes] == ["Anna \ufffd", "Guest"]
    stub.clear()
    stub.respond_with_error(404, message="No \ud83d")
    with pytest.raises(SeamError, match="No \ufffd"):
        await stubbed.get_access_code("b")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (rb'["\ud83d\ude00 \ud83d"]', ["\U0001f600 \ufffd"]),
        (rb'["\ude00\ud83d"]', ["\ufffd\ufffd"]),
        (rb'{"\ud83d": "\\ud83d \ud83d"}', {"\ufffd": "\\ud83d \ufffd"}),
        (b'["\xed\xa0\xbd", "a\xff"]', ["\ufffd" * 3, "a\ufffd"]),
        (b'["two\nlines", 1e400, -1e400, NaN]', ["two\nlines", None, None, None]),
        (b'["a\xff", 2, -1.5, 1e3]', ["a\ufffd", 2, -1.5, 1000]),
        (b"[1%s, 7]" % (b"0" * 5000), [None, 7]),
        (
            rb'[1, 1.5, null, true, "\ud83d", "\u00e9"]',
            [1, 1.5, None, True, "\ufffd", "é"],
        ),
    ],
)
def test_parse_json_with_odd_values(content: bytes, expected: Any) -> None:
    """What cannot be read is replaced, and nothing else is."""
    assert parse_json(content) == expected


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"{a: 1}", b"\xff\xfe", b"[" * 100_000],
)
def test_parse_invalid_json(content: bytes) -> None:
    """Anything that is not JSON raises ValueError."""
    with pytest.raises(ValueError):
        parse_json(content)


@pytest.mark.parametrize("status", [200, 500])
async def test_compressed_response_is_limited(
    stub: Stub, stubbed: SeamClient, delays: Delays, status: int
) -> None:
    """A small body that decompresses to a huge one is not kept in memory."""
    huge = gzip.compress(b" " * 200 * 2**20)
    stub.respond(raw=huge, status=status, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        with pytest.raises(SeamServerError, match="/devices/list is too large"):
            await stubbed.list_devices()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100 * 2**20
    # The next attempt would be as large.
    assert delays.seconds == []


async def test_size_of_response_is_limited(
    stub: Stub, stubbed: SeamClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A response of the largest size is read, and no larger one."""
    stub.respond({"devices": [DEVICE]})
    await stubbed.list_devices()
    size = len(json.dumps({"devices": [DEVICE]}))
    monkeypatch.setattr(client, "MAX_BYTES", size)
    assert await stubbed.list_devices()
    monkeypatch.setattr(client, "MAX_BYTES", size - 1)
    with pytest.raises(SeamServerError, match="too large"):
        await stubbed.list_devices()
