"""Tests of lists with several pages."""

import tracemalloc
from typing import Any

import aiohttp
import pytest

from custom_components.seam.api import SeamClient, SeamServerError, client
from simulator import Simulator
from tests import openapi
from tests.api.conftest import Stub
from tests.api.garbage import CODE


def page(*names: str, **pagination: Any) -> dict[str, Any]:
    """Return a page of codes, without pagination if none is given."""
    rows = [
        {"access_code_id": name, "device_id": "lock", "is_managed": True}
        for name in names
    ]
    answer: dict[str, Any] = {"access_codes": rows, "ok": True}
    return answer | ({"pagination": pagination} if pagination else {})


def following(cursor: Any) -> dict[str, Any]:
    """Return the pagination of a page that is not the last."""
    return {"has_next_page": True, "next_page_cursor": cursor, "next_page_url": None}


LAST = {"has_next_page": False, "next_page_cursor": None, "next_page_url": None}


async def ids(client: SeamClient) -> list[str]:
    """Return the ids of the codes on all pages."""
    return [code.access_code_id for code in await client.list_access_codes("lock")]


async def test_all_pages_are_fetched(stub: Stub, stubbed: SeamClient) -> None:
    """Every page is fetched with the same filter."""
    stub.respond(page("a", "b", **following("one")))
    stub.respond(page(**following("two")))
    stub.respond(page("c", **LAST))
    assert await ids(stubbed) == ["a", "b", "c"]
    assert [request.body for request in stub.requests] == [
        {"device_id": "lock"},
        {"device_id": "lock", "page_cursor": "one"},
        {"device_id": "lock", "page_cursor": "two"},
    ]


async def test_all_devices_on_several_pages(session: aiohttp.ClientSession) -> None:
    """All locks on several pages are returned once."""
    simulator = Simulator(manual_clock=True, locks=1001, codes=0, unmanaged=0)
    await simulator.start()
    try:
        client = SeamClient(session, simulator.key, simulator.url)
        devices = await client.list_devices()
    finally:
        await simulator.stop()
    assert len(devices) == len({device.device_id for device in devices}) == 1001
    assert len(simulator.requests) == 3
    if openapi.SCHEMA_AVAILABLE:
        for request in simulator.requests:
            openapi.validate_request(request.path, request.body)


@pytest.mark.parametrize(
    "pagination",
    [
        {},
        LAST,
        {"has_next_page": False, "next_page_cursor": "ignored"},
        {"has_next_page": None, "next_page_cursor": ""},
        following(None),
        following(""),
        following(7),
        following({"a": 1}),
    ],
)
async def test_last_page(
    stub: Stub, stubbed: SeamClient, pagination: dict[str, Any]
) -> None:
    """Without a valid cursor there is no next page."""
    stub.respond(page("a", **pagination))
    assert await ids(stubbed) == ["a"]
    assert len(stub.requests) == 1


@pytest.mark.parametrize("has_next", [{}, {"has_next_page": None}])
async def test_cursor_without_flag_is_followed(
    stub: Stub, stubbed: SeamClient, has_next: dict[str, Any]
) -> None:
    """A cursor says enough, as rows that are left out would look deleted."""
    stub.respond(page("a", next_page_cursor="one", **has_next))
    stub.respond(page("b", **LAST))
    assert await ids(stubbed) == ["a", "b"]


@pytest.mark.parametrize("pagination", [None, [], "next", 3])
async def test_pagination_has_wrong_type(
    stub: Stub, stubbed: SeamClient, pagination: Any
) -> None:
    """Anything but an object means that there is one page."""
    stub.respond(page("a") | {"pagination": pagination})
    assert await ids(stubbed) == ["a"]


@pytest.mark.parametrize("cursors", [["one"] * 3, ["one", "two", "one"]])
async def test_repeated_cursor_ends_paging(
    stub: Stub, stubbed: SeamClient, cursors: list[str]
) -> None:
    """A cursor is not used twice."""
    for cursor in cursors:
        stub.respond(page(cursor, **following(cursor)))
    await ids(stubbed)
    used = [a.body.get("page_cursor") for a in stub.requests]
    assert len(used) == len(set(used)) == len(set(cursors)) + 1


async def test_invalid_page_raises_error(stub: Stub, stubbed: SeamClient) -> None:
    """No part of a list is returned, as missing rows would look deleted."""
    stub.respond(page("a", **following("one")))
    stub.respond({"ok": True})
    with pytest.raises(SeamServerError):
        await ids(stubbed)


async def test_codes_of_other_devices_are_skipped(
    stub: Stub, stubbed: SeamClient
) -> None:
    """Codes of other locks are skipped without a warning, those of both kinds kept."""
    rows = [
        {"access_code_id": "mine", "device_id": "lock", "is_managed": True},
        {"access_code_id": "silent"},
        {"access_code_id": "null", "device_id": None, "is_managed": None},
        {"access_code_id": "other lock", "device_id": "x", "is_managed": True},
        {"access_code_id": "unmanaged", "device_id": "lock", "is_managed": False},
    ]
    stub.respond({"access_codes": rows, "ok": True})
    for codes, is_managed in (
        (await stubbed.list_access_codes("lock"), True),
        (await stubbed.list_unmanaged_access_codes("lock"), False),
    ):
        assert [(code.access_code_id, code.is_managed) for code in codes] == [
            ("mine", True),
            ("silent", is_managed),
            ("null", is_managed),
            ("unmanaged", False),
        ]


async def test_other_devices_are_skipped(stub: Stub, stubbed: SeamClient) -> None:
    """Devices that were not asked for and unmanaged ones are skipped."""
    rows = [
        {"device_id": "a", "properties": {}, "is_managed": True},
        {"device_id": "b", "properties": {}},
        {"device_id": "c", "properties": {}, "is_managed": False},
    ]
    stub.respond({"devices": rows, "ok": True})
    assert [d.device_id for d in await stubbed.list_devices()] == ["a", "b"]
    assert [d.device_id for d in await stubbed.list_devices(["b", "c"])] == ["b"]


@pytest.mark.parametrize(
    ("limit", "value"), [("_MAX_ROWS", 3), ("_MAX_PAGES", 2), ("_MAX_BYTES", 500)]
)
async def test_pages_are_limited(
    stub: Stub,
    stubbed: SeamClient,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    value: int,
) -> None:
    """A list that does not end is an error, however its cursors are named."""
    monkeypatch.setattr(client, limit, value)
    for number in range(9):
        stub.respond(page("a", "b", **following(f"page {number}")))
    with pytest.raises(SeamServerError, match="/access_codes/list has more than"):
        await ids(stubbed)
    assert len(stub.requests) < 4


async def test_memory_for_endless_list_is_limited(
    stub: Stub, stubbed: SeamClient
) -> None:
    """Pages that do not end take less than 100 MiB."""
    rows = [CODE | {"access_code_id": str(number)} for number in range(500)]
    for number in range(99):
        stub.respond({"access_codes": rows, "pagination": following(f"page {number}")})
    tracemalloc.start()
    try:
        with pytest.raises(SeamServerError, match="/access_codes/list has more than"):
            await ids(stubbed)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100 * 2**20


async def test_time_of_all_pages_is_limited(
    stub: Stub, stubbed: SeamClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that comes too slowly is an error."""
    monkeypatch.setattr(client, "_MAX_SECONDS", 0.05)
    for number in range(1000):
        stub.respond(page(**following(f"page {number}")))
    monkeypatch.setattr(client, "_MAX_PAGES", 10**6)
    with pytest.raises(SeamServerError, match="all pages from /access_codes/list"):
        await ids(stubbed)
