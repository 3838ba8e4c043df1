"""Memory that the snapshot takes."""

import asyncio
from datetime import datetime
import gc
import tracemalloc

from aiohttp import ClientSession
from homeassistant.util import dt as dt_util

from custom_components.seam.api import SeamClient
from custom_components.seam.sync.engine import SyncEngine
from custom_components.seam.sync.schedule import FetchCodes, FetchDevices


def bytes_per_code(url: str, key: str) -> float:
    """Return the bytes per code that are freed with the snapshot."""
    return asyncio.run(_bytes_per_code(url, key))


async def _bytes_per_code(url: str, key: str) -> float:
    # What is created once, whatever the number of rows, does not count.
    await _fetched(url, key)
    gc.collect()
    tracemalloc.start()
    sync, client = await _fetched(url, key)
    codes = sum(len(lock.codes) for lock in sync.snapshot.locks.values())
    gc.collect()
    with_snapshot, _ = tracemalloc.get_traced_memory()
    # The client caches the lists, which share most of their objects with the snapshot.
    del sync, client
    gc.collect()
    without, _ = tracemalloc.get_traced_memory()
    return (with_snapshot - without) / codes


async def _fetched(url: str, key: str) -> tuple[SyncEngine, SeamClient]:
    """Do what the coordinator does at its first poll, one request at a time."""
    sync = SyncEngine()
    sync.request_all()
    async with ClientSession() as session:
        client = SeamClient(session, key, url)
        while due := sync.take_due():
            for fetch in due:
                now: datetime = dt_util.utcnow()
                if isinstance(fetch, FetchDevices):
                    sync.receive_devices(fetch, await client.list_devices(), now)
                elif isinstance(fetch, FetchCodes):
                    managed = await client.list_access_codes(fetch.device_id)
                    unmanaged = await client.list_unmanaged_access_codes(
                        fetch.device_id
                    )
                    sync.receive_codes(fetch, [*unmanaged, *managed], now)
    if error := sync.finish():
        raise error
    return sync, client
