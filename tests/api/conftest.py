"""A client on the simulator, and one on a server that answers as it is told."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
import json
import logging
import traceback
from typing import Any, override

import aiohttp
from aiohttp import web
import pytest

from custom_components.seam.api import ActionAttempt, ActionAttemptStatus, SeamClient
from simulator import Simulator
from tests import openapi

NOWHERE = "00000000-0000-4000-8000-000000000000"
REQUEST_ID = "5c1b1f0e-2b7e-4d3f-9d56-1f9a6f0d2f11"
API_KEY = "seam_test_a1b2c3d4"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    path: str
    body: Any
    headers: dict[str, str] = field(repr=False)


class Stub:
    """A server that gives the answers it was given, the last of them again and again."""

    def __init__(self) -> None:
        """Know no answer yet."""
        self.url = ""
        self.asked: list[Asked] = []
        self._answers: list[tuple[int, bytes, dict[str, str]]] = []

    def answer(
        self,
        body: Any = None,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> None:
        """Add an answer: JSON, or raw bytes."""
        # Not orjson: it refuses numbers that a server may well send.
        content = json.dumps(body).encode() if raw is None else raw
        own = {"seam-request-id": REQUEST_ID, "Content-Type": "application/json"}
        self._answers.append((status, content, own | (headers or {})))

    def refuse(
        self,
        status: int,
        error_type: str = "some_error",
        message: str = "No.",
        *,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> None:
        """Add an answer in Seam's error envelope."""
        error = {"type": error_type, "message": message, **more}
        self.answer({"error": error, "ok": False}, status=status, headers=headers)

    def forget(self) -> None:
        """Drop all answers, and what was asked."""
        self._answers.clear()
        self.asked.clear()

    async def handle(self, request: web.Request) -> web.Response:
        """Answer."""
        body = json.loads(await request.read())
        self.asked.append(Asked(request.path, body, dict(request.headers)))
        status, content, headers = self._answers[0]
        if len(self._answers) > 1:
            del self._answers[0]
        return web.Response(status=status, body=content, headers=headers)


class Log(logging.Handler):
    """Everything logged, at any level, with tracebacks."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        self.lines: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record as it would be written."""
        self.lines.append(self.format(record))

    @property
    def text(self) -> str:
        """All lines."""
        return "\n".join(self.lines)

    @property
    def warnings(self) -> list[str]:
        """The lines from warnings upwards."""
        return [line for line in self.lines if not line.startswith("DEBUG")]


def told(error: BaseException) -> str:
    """Return all that an error may show: itself, what caused it, the traceback."""
    shown: list[str] = []
    link: BaseException | None = error
    while link is not None:
        shown += [str(link), repr(link), repr(link.args)]
        link = link.__cause__ or link.__context__
    return "\n".join([*shown, *traceback.format_exception(error)])


@pytest.fixture(autouse=True)
def _custom_integration() -> None:
    """Do without Home Assistant, which the client knows nothing of."""


@pytest.fixture(autouse=True)
def _retry_delays() -> None:
    """Keep the delays, which `naps` records."""


@pytest.fixture
def log() -> Iterator[Log]:
    """Return all that the client logs."""
    logger = logging.getLogger("custom_components.seam")
    before = logger.level
    handler = Log()
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.setLevel(before)
    logger.removeHandler(handler)


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    """Return the small rental, in which time stands still."""
    running = Simulator(manual_clock=True)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a plain session."""
    async with aiohttp.ClientSession() as client_session:
        yield client_session


@pytest.fixture
def schema(simulator: Simulator) -> Iterator[None]:
    """Hold everything that was said against the schema."""
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
    """Let time pass until an attempt must be over."""
    assert attempt is not None
    assert attempt.status is ActionAttemptStatus.PENDING
    simulator.control.advance(120)
    return await client.get_action_attempt(attempt.action_attempt_id)


@pytest.fixture
def client(simulator: Simulator, session: aiohttp.ClientSession) -> SeamClient:
    """Return a client of the simulator's first workspace."""
    return SeamClient(session, simulator.key, simulator.url)


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    """Return a server to tell what to answer."""
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
    """Return a function that makes a client of any address."""
    return lambda url: SeamClient(session, API_KEY, url)


@pytest.fixture
def stubbed(stub: Stub, connect: Connect) -> SeamClient:
    """Return a client of the server that answers as it is told."""
    return connect(stub.url)


class Naps:
    """Takes the place of sleeping."""

    def __init__(self) -> None:
        """Start with none."""
        self.seconds: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Note how long it would have been."""
        self.seconds.append(seconds)


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> Naps:
    """Note the waits between attempts instead of waiting, always the shortest."""
    taken = Naps()
    transport = "custom_components.seam.api.transport"
    monkeypatch.setattr(f"{transport}.asyncio", taken)
    monkeypatch.setattr(f"{transport}.random.uniform", lambda low, _: low)
    return taken
