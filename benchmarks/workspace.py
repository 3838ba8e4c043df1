"""A simulated workspace in its own process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import os
from pathlib import Path
import sys
from typing import Any, Final

from aiohttp import ClientSession

from simulator.generated import generated_lock_id
from simulator.seed import KEY

ROOT: Final = Path(__file__).resolve().parents[1]


class Workspace:
    """A running workspace of generated locks."""

    def __init__(self, url: str, session: ClientSession) -> None:
        """Initialize the workspace."""
        self.url = url
        self.key = KEY
        self._session = session

    @staticmethod
    def lock_id(number: int) -> str:
        """Return the ID of a lock, counted from 0."""
        return generated_lock_id(number)

    async def control(self, name: str, /, **parameters: Any) -> None:
        """Call a control command of the simulator."""
        async with self._session.post(
            f"{self.url}/_simulator/{name}", json=parameters
        ) as response:
            response.raise_for_status()


@asynccontextmanager
async def simulated(
    locks: int, codes: int, *, trusting: Path
) -> AsyncIterator[Workspace]:
    """Run a workspace that trusts the certificate when it posts to webhooks."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator", "--port", "0", "--unmanaged", "0"),
        *("--locks", str(locks), "--codes", str(codes)),
        cwd=ROOT,
        env={**os.environ, "SSL_CERT_FILE": str(trusting)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        # "Simulated Seam at <address> (keys …)"
        greeting = (await process.stdout.readline()).decode().split()
        async with ClientSession() as session:
            yield Workspace(greeting[3], session)
    finally:
        process.terminate()
        await process.wait()
