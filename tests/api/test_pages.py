"""Lists of several pages."""

from typing import Any

import aiohttp
import pytest

from custom_components.seam.api import SeamClient, SeamServerError
from simulator import Simulator
from tests import openapi
from tests.api.conftest import Stub


def page(*names: str, **pagination: Any) -> dict[str, Any]:
    """Return a page of codes; without pagination if none is given."""
    rows = [
        {"access_code_id": name, "device_id": "lock", "is_managed": True}
        for name in names
    ]
    answer: dict[str, Any] = {"access_codes": rows, "ok": True}
    return answer | ({"pagination": pagination} if pagination else {})


def following(cursor: Any) -> dict[str, Any]:
    """Return what a page with another one after it says."""
    return {"has_next_page": True, "next_page_cursor": cursor, "next_page_url": None}


LAST = {"has_next_page": False, "next_page_cursor": None, "next_page_url": None}


async def ids(client: SeamClient) -> list[str]:
    """Return the ids of all pages."""
    return [code.access_code_id for code in await client.list_access_codes("lock")]


async def test_all_pages(stub: Stub, stubbed: SeamClient) -> None:
    """Every page counts; the filter goes with every cursor."""
    stub.answer(page("a", "b", **following("one")))
    stub.answer(page(**following("two")))
    stub.answer(page("c", **LAST))
    assert await ids(stubbed) == ["a", "b", "c"]
    assert [asked.body for asked in stub.asked] == [
        {"device_id": "lock"},
        {"device_id": "lock", "page_cursor": "one"},
        {"device_id": "lock", "page_cursor": "two"},
    ]


async def test_pages_of_the_simulator(session: aiohttp.ClientSession) -> None:
    """More locks than fit on two pages all come, each once."""
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
        {"next_page_cursor": "ignored"},
        following(None),
        following(""),
        following(7),
        following({"a": 1}),
    ],
)
async def test_one_page(
    stub: Stub, stubbed: SeamClient, pagination: dict[str, Any]
) -> None:
    """Without a sound next cursor there is no next page."""
    stub.answer(page("a", **pagination))
    assert await ids(stubbed) == ["a"]
    assert len(stub.asked) == 1


@pytest.mark.parametrize("pagination", [None, [], "next", 3])
async def test_pagination_of_another_type(
    stub: Stub, stubbed: SeamClient, pagination: Any
) -> None:
    """Then there is one page."""
    stub.answer(page("a") | {"pagination": pagination})
    assert await ids(stubbed) == ["a"]


@pytest.mark.parametrize("cursors", [["one"] * 3, ["one", "two", "one"]])
async def test_cursor_that_comes_again(
    stub: Stub, stubbed: SeamClient, cursors: list[str]
) -> None:
    """It is not followed a second time."""
    for cursor in cursors:
        stub.answer(page(cursor, **following(cursor)))
    await ids(stubbed)
    asked = [a.body.get("page_cursor") for a in stub.asked]
    assert len(asked) == len(set(asked)) == len(set(cursors)) + 1


async def test_broken_page(stub: Stub, stubbed: SeamClient) -> None:
    """Half a list is no list: what is missing would look deleted."""
    stub.answer(page("a", **following("one")))
    stub.answer({"ok": True})
    with pytest.raises(SeamServerError):
        await ids(stubbed)


async def test_foreign_rows(stub: Stub, stubbed: SeamClient) -> None:
    """Rows of other locks and of the other kind are left aside, quietly."""
    rows = [
        {"access_code_id": "mine", "device_id": "lock", "is_managed": True},
        {"access_code_id": "silent"},
        {"access_code_id": "null", "device_id": None, "is_managed": None},
        {"access_code_id": "other lock", "device_id": "x", "is_managed": True},
        {"access_code_id": "unmanaged", "device_id": "lock", "is_managed": False},
    ]
    stub.answer({"access_codes": rows, "ok": True})
    assert await ids(stubbed) == ["mine", "silent", "null"]
    unmanaged = await stubbed.list_unmanaged_access_codes("lock")
    assert [(c.access_code_id, c.is_managed) for c in unmanaged] == [
        ("silent", False),
        ("null", False),
        ("unmanaged", False),
    ]


async def test_foreign_devices(stub: Stub, stubbed: SeamClient) -> None:
    """Devices that were not asked for, and unmanaged ones, are left aside."""
    rows = [
        {"device_id": "a", "is_managed": True},
        {"device_id": "b"},
        {"device_id": "c", "is_managed": False},
    ]
    stub.answer({"devices": rows, "ok": True})
    assert [d.device_id for d in await stubbed.list_devices()] == ["a", "b"]
    assert [d.device_id for d in await stubbed.list_devices(["b", "c"])] == ["b"]
