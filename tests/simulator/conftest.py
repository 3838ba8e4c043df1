"""Simulators to test, and a client that checks every answer against Seam's schema."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from simulator import Simulator
from simulator.seed import KEY
from tests import openapi


class Client:
    """Posts to a simulator."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        """Use a session."""
        self.simulator = simulator
        self._session = session
        self.key = KEY
        self.headers: dict[str, str] = {}
        self.response_headers: dict[str, str] = {}

    async def post(self, path: str, /, **body: Any) -> tuple[int, Any]:
        """Return status and answer."""
        headers = {"Authorization": f"Bearer {self.key}", **self.headers}
        async with self._session.post(
            self.simulator.url + path, json=body, headers=headers
        ) as response:
            self.response_headers = dict(response.headers)
            answer = await response.json()
        if openapi.SCHEMA_AVAILABLE and path in openapi.paths():
            openapi.validate_response(path, response.status, answer)
        return response.status, answer

    async def ok(self, path: str, /, **body: Any) -> Any:
        """Return the answer to a request that is granted."""
        status, answer = await self.post(path, **body)
        assert status == 200, answer
        return answer

    async def refused(self, path: str, /, **body: Any) -> tuple[int, str]:
        """Return status and type of a refusal."""
        status, answer = await self.post(path, **body)
        assert status != 200
        return status, answer["error"]["type"]

    async def control(self, name: str, /, **body: Any) -> Any:
        """Use the control surface."""
        async with self._session.post(
            f"{self.simulator.url}/_simulator/{name}", json=body
        ) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def codes(self, device_id: str, *, managed: bool = True) -> dict[str, Any]:
        """Return a device's codes by id."""
        path = "/access_codes/list" if managed else "/access_codes/unmanaged/list"
        rows = (await self.ok(path, device_id=device_id))["access_codes"]
        return {row["access_code_id"]: row for row in rows}

    async def code(self, code_id: str) -> Any:
        """Return a managed code."""
        return (await self.ok("/access_codes/get", access_code_id=code_id))[
            "access_code"
        ]

    async def event_types(self) -> list[str]:
        """Return the types of all events so far."""
        answer = await self.ok("/events/list", since="2000-01-01T00:00:00Z")
        return [event["event_type"] for event in answer["events"]]


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Allow the loopback interface."""


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    """A simulator whose time stands still."""
    simulator = Simulator(manual_clock=True)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """A plain client session."""
    async with aiohttp.ClientSession() as client_session:
        yield client_session


@pytest.fixture
def client(sim: Simulator, session: aiohttp.ClientSession) -> Client:
    """A client of that simulator."""
    return Client(sim, session)
