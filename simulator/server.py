"""The simulator: a web server for the API and the control commands."""

import asyncio
from collections import deque
from datetime import datetime
from pathlib import Path
import secrets

from aiohttp import web

from . import persistence
from .api import Api, RequestRecord
from .backend import Backend
from .clock import Clock
from .control import Control, ControlRoutes
from .faults import Faults
from .generated import generated
from .ids import Ids
from .seed import KEY, rental
from .state import State
from .webhooks import DeliveryRecord

_SAVE_SECONDS = 5.0
_MAX_SLEEP_SECONDS = 1.0


class Simulator:
    """A simulated Seam workspace."""

    def __init__(
        self,
        *,
        manual_clock: bool = False,
        speed: float = 1.0,
        start_at: datetime | None = None,
        seed: int = 0,
        locks: int | None = None,
        codes: int = 5,
        unmanaged: int = 2,
        state_file: Path | None = None,
    ) -> None:
        """Initialize the simulator with the small rental or that many generated locks.

        With `state_file`, resume from that file if it exists, and save to it.
        """
        self._state_file = state_file
        self._saved = b""
        if state_file is not None and state_file.exists():
            self.state, saved_at = persistence.load(state_file)
            # A clock that was moved forward must not jump back.
            start_at = start_at or max(Clock().now(), saved_at)
            self.clock = Clock(manual=manual_clock, speed=speed, start=start_at)
            # New IDs must not repeat those of an earlier run.
            self.backend = Backend(self.state, self.clock, Ids(secrets.randbits(64)))
        else:
            self.clock = Clock(manual=manual_clock, speed=speed, start=start_at)
            self.state = _initial_state(self.clock, locks, codes, unmanaged, seed)
            self.backend = Backend(self.state, self.clock, Ids(seed))
            for code in list(self.state.access_codes.values()):
                self.backend.codes.adopt(code)
        self._api = Api(self.backend)
        self.control = Control(self.backend, self._api.faults)
        self._runner: web.AppRunner | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()
        self.url = ""

    @property
    def faults(self) -> Faults:
        """Return the faults of the transport."""
        return self._api.faults

    @property
    def requests(self) -> deque[RequestRecord]:
        """Return the latest requests to the API."""
        return self._api.requests

    @property
    def deliveries(self) -> list[DeliveryRecord]:
        """Return the attempted deliveries to webhooks."""
        return self.backend.webhooks.deliveries

    @property
    def key(self) -> str:
        """Return the key of the first workspace."""
        return KEY

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Start listening; port 0 means any free port."""
        app = web.Application(client_max_size=16 * 1024**2)
        ControlRoutes(self.backend, self._api, self.control).register(app.router)
        app.router.add_route("*", "/{path:.*}", self._api.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound_port = self._runner.addresses[0][1]
        self.url = f"http://{host}:{bound_port}"
        await self.backend.webhooks.start()
        self.backend.timeline.on_schedule = self._wake.set
        self._tasks.append(asyncio.create_task(self._run_time()))
        if self._state_file is not None:
            self._tasks.append(asyncio.create_task(self._keep_saving()))

    async def stop(self) -> None:
        """Stop listening and save the state."""
        for task in self._tasks:
            task.cancel()
        ends = await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        self.faults.clear()
        await self.backend.webhooks.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self.save()
        for end in ends:
            if end is not None and not isinstance(end, asyncio.CancelledError):
                raise end

    async def settle(self) -> None:
        """Wait until all due transitions are applied and all deliveries attempted."""
        self.backend.run_due()
        await self.backend.webhooks.settle()

    def save(self) -> None:
        """Save the state if there is a state file and anything changed."""
        if self._state_file is None:
            return
        content = persistence.dump(self.state)
        if content != self._saved:
            persistence.save(self._state_file, content, self.clock.now())
            self._saved = content

    async def _run_time(self) -> None:
        """Apply transitions when they are due, also without any request."""
        while True:
            self.backend.run_due()
            self._wake.clear()
            next_at = self.backend.timeline.next_at()
            pause = None if next_at is None else self.clock.real_seconds_until(next_at)
            try:
                async with asyncio.timeout(
                    None if pause is None else min(pause, _MAX_SLEEP_SECONDS)
                ):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _keep_saving(self) -> None:
        while True:
            await asyncio.sleep(_SAVE_SECONDS)
            self.save()


def _initial_state(
    clock: Clock, locks: int | None, codes: int, unmanaged: int, seed: int
) -> State:
    if locks is None:
        return rental(clock.now())
    return generated(
        clock.now(), locks=locks, codes=codes, unmanaged=unmanaged, seed=seed
    )
