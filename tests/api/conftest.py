"""Clients of the simulator and of a stub server."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
import json
import logging
import traceback
from typing import Any, override

import aiohttp
from aiohttp import web
import pytest

from custom_components.seam.api import (
    ActionAttempt,
    ActionAttemptStatus,
    Device,
    SeamClient,
)
from simulator import Simulator
from tests import openapi

NOWHERE = "00000000-0000-4000-8000-000000000000"
REQUEST_ID = "5c1b1f0e-2b7e-4d3f-9d56-1f9a6f0d2f11"
API_KEY = "seam_test_a1b2c3d4"


@dataclass(frozen=True, slots=True)
class Request:
    """A request that the stub server received."""

    path: str
    body: Any
    headers: dict[str, str] = field(repr=False)


class Stub:
    """A server with responses set by the test, of which it repeats the last."""

    def __init__(self) -> None:
        """Initialize the server without responses."""
        self.url = ""
        self.requests: list[Request] = []
        self._responses: list[tuple[int, bytes, dict[str, str]]] = []

    def respond(
        self,
        body: Any = None,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> None:
        """Add a response with JSON or raw bytes."""
        # Unlike orjson, json writes all numbers.
        content = json.dumps(body).encode() if raw is None else raw
        own = {"seam-request-id": REQUEST_ID, "Content-Type": "application/json"}
        self._responses.append((status, content, own | (headers or {})))

    def respond_with_error(
        self,
        status: int,
        error_type: str = "some_error",
        message: str = "No.",
        *,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        """Add a response with Seam's error envelope."""
        error = {"type": error_type, "message": message, **more}
        self.respond({"error": error, "ok": False}, status=status, headers=headers)

    def clear(self) -> None:
        """Remove all responses and requests."""
        self._responses.clear()
        self.requests.clear()

    async def handle(self, request: web.Request) -> web.Response:
        """Handle a request."""
        body = json.loads(await request.read())
        self.requests.append(Request(request.path, body, dict(request.headers)))
        status, content, headers = self._responses[0]
        if len(self._responses) > 1:
            del self._responses[0]
        return web.Response(status=status, body=content, headers=headers)


class Log(logging.Handler):
    """A log handler that keeps all records as text."""

    def __init__(self) -> None:
        """Initialize the handler."""
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        self.lines: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record as text."""
        self.lines.append(self.format(record))

    @property
    def text(self) -> str:
        """All lines as one text."""
        return "\n".join(self.lines)

    @property
    def warnings(self) -> list[str]:
        """The lines of warnings and errors."""
        return [line for line in self.lines if not line.startswith("DEBUG")]


def error_texts(error: BaseException) -> str:
    """Return everything that an error may show: itself, its causes, the traceback."""
    shown: list[str] = []
    link: BaseException | None = error
    while link is not None:
        shown += [str(link), repr(link), repr(link.args)]
        link = link.__cause__ or link.__context__
    return "\n".join([*shown, *traceback.format_exception(error)])


@pytest.fixture(autouse=True)
def _custom_integration() -> None:
    """Override the fixture of the integration, as no Home Assistant is needed."""


@pytest.fixture(autouse=True)
def _retry_delays(manual_clock: None) -> None:
    """Keep the delays, which `naps` records, and stop the simulator's clock."""


@pytest.fixture
def log() -> Iterator[Log]:
    """Return everything that the client logs."""
    logger = logging.getLogger("custom_components.seam")
    before = logger.level
    handler = Log()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.setLevel(before)
    logger.removeHandler(handler)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a client session."""
    async with aiohttp.ClientSession() as client_session:
        yield client_session


@pytest.fixture
def schema(simulator: Simulator) -> Iterator[None]:
    """Validate all requests and responses against the schema."""
    yield
    for request in simulator.requests:
        assert request.method == "POST"
        assert None not in request.body.values()
        if openapi.SCHEMA_AVAILABLE:
            openapi.validate_request(request.path, request.body)
            openapi.validate_response(request.path, request.status or 0, request.answer)


async def finished(
    client: SeamClient, simulator: Simulator, attempt: ActionAttempt | None
) -> ActionAttempt:
    """Return an attempt after enough time has passed."""
    assert attempt is not None
    assert attempt.status is ActionAttemptStatus.PENDING
    simulator.control.advance(120)
    return await client.get_action_attempt(attempt.action_attempt_id)


async def fetched_device(client: SeamClient, device_id: str) -> Device:
    """Return a device as the list of devices has it."""
    (device,) = await client.list_devices([device_id])
    return device


@pytest.fixture
def client(simulator: Simulator, session: aiohttp.ClientSession) -> SeamClient:
    """Return a client of the simulator's first workspace."""
    return SeamClient(session, simulator.key, simulator.url)


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    """Return a server with responses set by the test."""
    server = Stub()
    app = web.Application()
    app.router.add_post("/{path:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


type Connect = Callable[[str], SeamClient]


@pytest.fixture
def connect(session: aiohttp.ClientSession) -> Connect:
    """Return a function that returns a client of a URL."""
    return lambda url: SeamClient(session, API_KEY, url)


@pytest.fixture
def stubbed(stub: Stub, connect: Connect) -> SeamClient:
    """Return a client of the stub server."""
    return connect(stub.url)


class Delays:
    """Record delays instead of sleeping."""

    def __init__(self) -> None:
        """Initialize without delays."""
        self.seconds: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Record a delay."""
        self.seconds.append(seconds)


@pytest.fixture
def delays(monkeypatch: pytest.MonkeyPatch) -> Delays:
    """Record the delays of retries, without jitter, instead of waiting."""
    taken = Delays()
    transport = "custom_components.seam.api.transport"
    monkeypatch.setattr(f"{transport}.asyncio", taken)
    monkeypatch.setattr(f"{transport}.random.uniform", lambda low, _: low)
    return taken
