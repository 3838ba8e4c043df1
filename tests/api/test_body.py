"""Tests of responses that are not quite valid JSON."""

from typing import Any

import pytest

from custom_components.seam.api import SeamClient, SeamError
from custom_components.seam.api.body import parse_json
from tests.api.conftest import Stub
from tests.api.garbage import CODE

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
        (b'["\xed\xa0\xbd"]', ["\ufffd"]),
        (
            rb'[1, 1.5, null, true, "\ud83d", "\u00e9"]',
            [1, 1.5, None, True, "\ufffd", "é"],
        ),
    ],
)
def test_parse_json_with_surrogates(content: bytes, expected: Any) -> None:
    """Lone surrogates are replaced in strings and keys, and nothing else is."""
    assert parse_json(content) == expected


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"NaN", rb'{"a": NaN, "b": "\ud83d"}', b"\xff\xfe", b"[" * 100_000],
)
def test_parse_invalid_json(content: bytes) -> None:
    """Anything that is not JSON raises ValueError."""
    with pytest.raises(ValueError):
        parse_json(content)
