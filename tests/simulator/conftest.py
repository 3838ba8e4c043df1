"""Fixtures of the simulator tests."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from simulator import Simulator
from simulator.seed import KEY
from tests import openapi


class Client:
    """A client that checks every response against Seam's schema."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        """Initialize the client."""
        self.simulator = simulator
        self._session = session
        self.key = KEY
        self.headers: dict[str, str] = {}
        self.response_headers: dict[str, str] = {}

    async def post(self, path: str, /, **body: Any) -> tuple[int, Any]:
        """Return the status and body of a response."""
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
        """Return the body of a successful response."""
        status, answer = await self.post(path, **body)
        assert status == 200, answer
        return answer

    async def refused(self, path: str, /, **body: Any) -> tuple[int, str]:
        """Return the status and error type of a refusal."""
        status, answer = await self.post(path, **body)
        assert status != 200
        return status, answer["error"]["type"]

    async def control(self, name: str, /, **body: Any) -> Any:
        """Call a control command."""
        async with self._session.post(
            f"{self.simulator.url}/_simulator/{name}", json=body
        ) as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def codes(self, device_id: str, *, managed: bool = True) -> dict[str, Any]:
        """Return the codes of a device by ID."""
        path = "/access_codes/list" if managed else "/access_codes/unmanaged/list"
        rows = (await self.ok(path, device_id=device_id))["access_codes"]
        return {row["access_code_id"]: row for row in rows}

    async def code(self, code_id: str) -> Any:
        """Return a managed code."""
        return (await self.ok("/access_codes/get", access_code_id=code_id))[
            "access_code"
        ]

    async def event_types(self) -> list[str]:
        """Return the types of all events."""
        answer = await self.ok("/events/list", since="2000-01-01T00:00:00Z")
        return [event["event_type"] for event in answer["events"]]


@pytest.fixture(autouse=True)
def _sockets(socket_enabled: None) -> None:
    """Allow the loopback interface."""


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    """Return a simulator whose clock only moves on request."""
    simulator = Simulator(manual_clock=True)
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a client session."""
    async with aiohttp.ClientSession() as client_session:
        yield client_session


@pytest.fixture
def client(sim: Simulator, session: aiohttp.ClientSession) -> Client:
    """Return a client of the simulator."""
    return Client(sim, session)
