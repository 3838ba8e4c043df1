"""Other ways to fetch everything, each measured in its own process.

Home Assistant is not loaded in that process, as it would slow them down.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiohttp import ClientSession
import orjson
from seam import AsyncSeam

from .cost import Cost, leave_out_full_collections

# As many requests at a time as the integration makes.
CONCURRENCY: Final = 8

type _Method = Callable[..., Any]


@dataclass
class Fetched(Cost):
    """What it cost to fetch a number of codes."""

    codes: int = 0
    requests: int = 0
    bytes: int = 0


def bare(url: str, key: str, *, events: bool) -> Fetched:
    """Make the requests of a full sync with aiohttp, and drop the answers.

    Without `events`, these are the requests of an integration that fetches all
    devices and codes at every poll.
    """
    leave_out_full_collections()
    return asyncio.run(_bare(url, key, events=events))


async def _bare(url: str, key: str, *, events: bool) -> Fetched:
    fetched = Fetched()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    async def post(path: str, **parameters: Any) -> Any:
        body = orjson.dumps(parameters)
        async with session.post(url + path, data=body, headers=headers) as response:
            answer = await response.read()
        fetched.requests += 1
        fetched.bytes += len(body) + len(answer)
        return orjson.loads(answer)

    async def rows(path: str, name: str, **parameters: Any) -> list[Any]:
        found: list[Any] = []
        while True:
            answer = await post(path, **parameters)
            found += answer[name]
            if not answer["pagination"]["has_next_page"]:
                return found
            parameters["page_cursor"] = answer["pagination"]["next_page_cursor"]

    async with ClientSession() as session:
        await post("/workspaces/get")
        fetched = Fetched()
        with fetched:
            if events:
                await post("/events/list", since=_an_hour_ago().isoformat(), limit=500)
                await post("/connected_accounts/list")
            devices = await rows("/devices/list", "devices")
            fetched.codes = await _count(
                lambda path, device_id: rows(path, "access_codes", device_id=device_id),
                ("/access_codes/list", "/access_codes/unmanaged/list"),
                [device["device_id"] for device in devices],
            )
    return fetched


def sdk(url: str, key: str) -> Fetched:
    """Make the requests of a full sync with Seam's SDK, and drop the answers."""
    leave_out_full_collections()
    return asyncio.run(_sdk(url, key))


async def _sdk(url: str, key: str) -> Fetched:
    async with AsyncSeam(api_key=key, endpoint=url) as seam:
        await seam.workspaces.get()

        def rows(method: _Method, device_id: str) -> Awaitable[list[Any]]:
            return seam.create_paginator(
                method, {"device_id": device_id}
            ).flatten_to_list()

        methods: tuple[_Method, ...] = (
            seam.access_codes.list,
            seam.access_codes.unmanaged.list,
        )
        with Fetched() as fetched:
            await seam.events.list(since=_an_hour_ago().isoformat(), limit=500)
            await seam.connected_accounts.list()
            devices = await seam.create_paginator(seam.devices.list).flatten_to_list()
            fetched.codes = await _count(
                rows,
                methods,
                [device.device_id for device in devices],
            )
    return fetched


async def _count[L](
    rows: Callable[[L, str], Awaitable[list[Any]]],
    lists: tuple[L, ...],
    device_ids: list[str],
) -> int:
    """Return the number of codes in the lists of all devices."""
    slots = asyncio.Semaphore(CONCURRENCY)

    async def count(which: L, device_id: str) -> int:
        async with slots:
            return len(await rows(which, device_id))

    return sum(
        await asyncio.gather(
            *(count(which, device_id) for device_id in device_ids for which in lists)
        )
    )


def _an_hour_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)
