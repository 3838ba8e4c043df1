"""Tests of errors and invalid responses."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
import socket
from typing import Any

from aiohttp import ClientSession, ClientTimeout, TCPConnector, web
from hypothesis import given, strategies as st
import pytest

from custom_components.seam.api import (
    SeamAuthError,
    SeamClient,
    SeamDuplicateCodeError,
    SeamError,
    SeamInvalidInputError,
    SeamNotFoundError,
    SeamNotSentError,
    SeamRateLimitError,
    SeamServerError,
    SeamUnreachableError,
    SeamUnreadableError,
    transport,
)
from custom_components.seam.api.errors import error_from_response
from simulator import Simulator
from simulator.seed import CODE_OWNER, FRONT_DOOR
from tests.api.conftest import REQUEST_ID, Connect, Delays, Log, Stub
from tests.clock import wait_until

pytestmark = pytest.mark.usefixtures("delays")


@pytest.mark.parametrize(
    ("status", "error_type", "kind"),
    [
        (400, "invalid_input", SeamInvalidInputError),
        (400, "access_code_not_time_bound", SeamInvalidInputError),
        (400, "missing_workspace_id", SeamAuthError),
        (401, "unauthorized", SeamAuthError),
        (403, "workspace_suspended", SeamError),
        (404, "device_not_found", SeamNotFoundError),
        (404, "access_code_not_found", SeamNotFoundError),
        (404, "not_found", SeamNotFoundError),
        (404, "action_attempt_not_found", SeamNotFoundError),
        (405, "method_not_allowed", SeamError),
        (409, "duplicate_access_code", SeamDuplicateCodeError),
        (409, "something_else", SeamError),
        (418, "never_seen_before", SeamError),
        (429, "rate_limit_exceeded", SeamRateLimitError),
        (500, "internal_server_error", SeamServerError),
        (503, "service_unavailable", SeamServerError),
    ],
)
async def test_error_type_of_response(
    stub: Stub,
    stubbed: SeamClient,
    status: int,
    error_type: str,
    kind: type[SeamError],
) -> None:
    """Each refusal has its exception, with Seam's message, type and request id."""
    stub.respond_with_error(status, error_type, "Seam says no.")
    with pytest.raises(SeamError) as refused:
        await stubbed.unlock_door(FRONT_DOOR)
    error = refused.value
    assert type(error) is kind
    assert (error.message, error.error_type) == ("Seam says no.", error_type)
    assert error.request_id == stubbed.last_request_id == REQUEST_ID
    text = f"Seam says no. (request {REQUEST_ID})"
    if isinstance(error, SeamRateLimitError):
        assert error.endpoint == "/locks/unlock_door"
        text += " [/locks/unlock_door]"
    assert str(error) == text
    assert error.__cause__ is None
    assert error.__context__ is None


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("status", None, SeamServerError),
        ("rate_limit", None, SeamRateLimitError),
        ("html", None, SeamUnreachableError),
        ("html", 503, SeamUnreachableError),
        ("html", 404, SeamUnreachableError),
        ("html", 200, SeamUnreadableError),
        ("html", 401, SeamAuthError),
        ("empty", None, SeamUnreachableError),
        ("empty", 200, SeamUnreadableError),
        ("broken_json", None, SeamUnreadableError),
        ("wrong_shape", None, SeamUnreadableError),
        ("outage", None, SeamUnreachableError),
    ],
)
async def test_transport_fault_raises_seam_error(
    client: SeamClient,
    simulator: Simulator,
    kind: Any,
    status: int | None,
    expected: type[SeamError],
) -> None:
    """Every fault raises a SeamError, and the next request succeeds."""
    simulator.faults.add(kind, status=status)
    for call in (
        client.get_workspace(),
        client.list_devices(),
        client.list_access_codes(FRONT_DOOR),
        client.list_unmanaged_access_codes(FRONT_DOOR),
        client.list_events(simulator.clock.now()),
        client.generate_code(FRONT_DOOR),
        client.lock_door(FRONT_DOOR),
        client.create_access_code(FRONT_DOOR),
        client.create_multiple_access_codes([FRONT_DOOR]),
    ):
        with pytest.raises(SeamError) as refused:
            await call
        assert type(refused.value) is expected
        assert refused.value.message
    simulator.faults.clear()
    assert await client.list_devices()


async def test_response_with_wrong_types(
    client: SeamClient, simulator: Simulator, log: Log
) -> None:
    """Invalid rows leave lists empty; an invalid single object is an error."""
    simulator.faults.add("wrong_types")
    assert await client.list_devices() == []
    assert await client.list_access_codes(FRONT_DOOR) == []
    assert len(log.warnings) > 6
    assert "value" not in log.text
    with pytest.raises(SeamServerError):
        await client.get_access_code(CODE_OWNER)
    with pytest.raises(SeamServerError):
        await client.create_access_code(FRONT_DOOR)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"{",
        b"<html></html>",
        b"OK",
        b"\xff\xfe",
        b'{"ok": true} x',
        b"NaN",
        b"null",
    ],
)
async def test_response_is_not_json(
    stub: Stub, stubbed: SeamClient, raw: bytes
) -> None:
    """A response that is not JSON is not Seam's; the error has the request id."""
    stub.respond(raw=raw)
    with pytest.raises(SeamUnreadableError, match="not JSON") as refused:
        await stubbed.get_workspace()
    assert refused.value.request_id == REQUEST_ID
    assert refused.value.__context__ is None


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        5,
        {"ok": True},
        {"access_code": None},
        {"access_code": []},
        {"access_code": 5},
        {"access_code": {}},
        {"access_code": {"access_code_id": ["x"]}},
        {"access_codes": [{"access_code_id": "x"}]},
    ],
)
async def test_response_lacks_object(
    stub: Stub, stubbed: SeamClient, body: Any
) -> None:
    """JSON without the object is an error that names endpoint and request."""
    stub.respond(body)
    with pytest.raises(SeamServerError, match="/access_codes/get") as refused:
        await stubbed.get_access_code("x")
    assert refused.value.request_id == REQUEST_ID


@pytest.mark.parametrize("rows", [None, {}, {"a": 1}, "abc", 5, True])
async def test_response_lacks_list(stub: Stub, stubbed: SeamClient, rows: Any) -> None:
    """Anything but a list is not taken for an empty list."""
    stub.respond({"devices": rows, "events": rows, "ok": True})
    with pytest.raises(SeamServerError) as refused:
        await stubbed.list_devices()
    assert refused.value.request_id == REQUEST_ID
    with pytest.raises(SeamServerError):
        await stubbed.list_events(datetime.now(UTC))


@pytest.mark.parametrize(
    "generated", [None, {}, [], "482639", {"code": None}, {"code": 482639}]
)
async def test_generate_code_without_pin(
    stub: Stub, stubbed: SeamClient, generated: Any
) -> None:
    """A PIN that is not text is an error."""
    stub.respond({"generated_code": generated})
    with pytest.raises(SeamServerError) as refused:
        await stubbed.generate_code("lock")
    assert refused.value.request_id == REQUEST_ID


async def test_pull_backup_returns_code_itself(stub: Stub, stubbed: SeamClient) -> None:
    """The access code is not returned as its own backup."""
    row = {"access_code_id": "a", "device_id": "lock", "is_managed": True}
    stub.respond({"access_code": row, "ok": True})
    with pytest.raises(SeamServerError):
        await stubbed.pull_backup_access_code("a")


@pytest.mark.parametrize("error", [None, {}, [], "no", {"type": 5, "message": []}])
@pytest.mark.parametrize("status", [400, 404, 500])
async def test_error_envelope_without_message(
    stub: Stub, stubbed: SeamClient, status: int, error: Any
) -> None:
    """An envelope without a message gives the status and the request id."""
    stub.respond({"error": error, "ok": False}, status=status)
    with pytest.raises(SeamError, match=f"HTTP status {status}") as refused:
        await stubbed.lock_door("lock")
    assert refused.value.request_id == REQUEST_ID
    assert refused.value.error_type is None


async def test_validation_errors(stub: Stub, stubbed: SeamClient) -> None:
    """Seam's messages are kept by parameter."""
    stub.respond_with_error(
        400,
        "invalid_input",
        "Invalid input",
        validation_errors={
            "_errors": ["ignored: it is about none"],
            "code": {"_errors": ["too short", "not digits"]},
            "window": {"_errors": [], "0": {"_errors": ["bad"]}},
            "fine": {"_errors": []},
            "odd": "text",
            "odder": {"_errors": "text"},
        },
    )
    with pytest.raises(SeamInvalidInputError) as refused:
        await stubbed.create_access_code("lock")
    assert refused.value.fields == {
        "code": ("too short", "not digits"),
        "window.0": ("bad",),
    }
    assert str(refused.value).endswith("[code: too short, not digits; window.0: bad]")


async def test_request_id_in_error_envelope(stub: Stub, stubbed: SeamClient) -> None:
    """The request id of the envelope comes before that of the header."""
    stub.respond_with_error(400, request_id="from the body")
    with pytest.raises(SeamError) as refused:
        await stubbed.lock_door("lock")
    assert refused.value.request_id == "from the body"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_is_not_followed(
    stub: Stub, stubbed: SeamClient, simulator: Simulator, status: int
) -> None:
    """The API key is not sent to another address."""
    stub.respond({}, status=status, headers={"Location": f"{simulator.url}/x"})
    with pytest.raises(SeamUnreachableError, match=str(status)):
        await stubbed.lock_door("lock")
    with pytest.raises(SeamUnreachableError, match=str(status)):
        await stubbed.get_workspace()
    assert not simulator.requests
    assert {request.path for request in stub.requests} == {
        "/locks/lock_door",
        "/workspaces/get",
    }


async def test_connection_refused(connect: Connect) -> None:
    """A refused connection means that nothing was sent."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = connect(f"http://127.0.0.1:{port}")
    with pytest.raises(SeamNotSentError, match="connection to Seam failed"):
        await client.get_workspace()
    with pytest.raises(SeamNotSentError, match="connection to Seam failed"):
        await client.create_access_code(FRONT_DOOR)


async def test_connection_timeout(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timeout while connecting means that nothing was sent."""
    monkeypatch.setattr(
        "custom_components.seam.api.transport._TIMEOUT",
        ClientTimeout(total=30, sock_connect=0.05),
    )
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen(0)
        # The only place in the queue is taken.
        with socket.create_connection(busy.getsockname()):
            client = connect(f"http://127.0.0.1:{busy.getsockname()[1]}")
            with pytest.raises(SeamNotSentError, match="Timed out while connecting"):
                await client.create_access_code(FRONT_DOOR)


async def test_timeout_while_waiting_for_connection(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that never got a connection was not sent."""
    assert transport._TIMEOUT.connect
    monkeypatch.setattr(
        transport,
        "_TIMEOUT",
        ClientTimeout(total=30, connect=transport._TIMEOUT.connect / 200),
    )
    hang = simulator.faults.add("hang", path="/access_codes/create")
    async with ClientSession(connector=TCPConnector(limit_per_host=1)) as session:
        client = SeamClient(session, simulator.key, simulator.url)
        creating = asyncio.create_task(client.create_access_code(FRONT_DOOR))
        await wait_until(lambda: bool(hang.hits))
        with pytest.raises(SeamNotSentError, match="Timed out while connecting"):
            await client.create_access_code(FRONT_DOOR)
        simulator.faults.clear()
        await creating


async def test_connection_lost_after_request(
    client: SeamClient, simulator: Simulator
) -> None:
    """A connection lost after the request may have made the change."""
    simulator.faults.add("outage", path="/access_codes/create", after_processing=True)
    with pytest.raises(SeamUnreachableError) as broken:
        await client.create_access_code(FRONT_DOOR, name="Done anyway")
    assert not isinstance(broken.value, SeamNotSentError)
    codes = await client.list_access_codes(FRONT_DOOR)
    assert [code.name for code in codes].count("Done anyway") == 1


async def test_response_timeout(
    client: SeamClient, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request without a response in time is not retried."""
    monkeypatch.setattr(
        "custom_components.seam.api.transport._TIMEOUT", ClientTimeout(total=0.05)
    )
    simulator.faults.add("hang")
    with pytest.raises(SeamUnreachableError, match="in time"):
        await client.list_devices()
    assert len(simulator.requests) == 1
    with pytest.raises(SeamUnreachableError, match="in time"):
        await client.create_access_code(FRONT_DOOR)
    assert len(simulator.requests) == 2


@pytest.fixture
async def torn() -> AsyncIterator[str]:
    """Return the URL of a server whose responses end in the middle."""

    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b'{"ok": true')
        assert request.transport is not None
        request.transport.abort()
        return response

    app = web.Application()
    app.router.add_post("/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_incomplete_response(torn: str, connect: Connect) -> None:
    """An incomplete response is an error."""
    with pytest.raises(SeamUnreachableError):
        await connect(torn).get_workspace()


async def test_response_with_wrong_encoding(stub: Stub, stubbed: SeamClient) -> None:
    """A response that cannot be decompressed is an error."""
    stub.respond(raw=b"not gzip", headers={"Content-Encoding": "gzip"})
    # It depends on how the response arrives.
    with pytest.raises((SeamUnreachableError, SeamUnreadableError)):
        await stubbed.get_workspace()


def delay(value: str | None) -> float:
    """Return the delay that the client reads from a header."""
    headers = {} if value is None else {"Retry-After": value}
    error = error_from_response("/locks/get", 429, headers, b"")
    assert isinstance(error, SeamRateLimitError)
    return error.retry_after


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, 60),
        ("", 60),
        ("7", 7),
        (" 7 ", 7),
        ("1.5", 1.5),
        ("0", 0),
        ("-3", 0),
        ("soon", 60),
        ("nan", 60),
        ("-inf", 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Wed, 99 Oct 2015 07:28:00 GMT", 60),
        ("Wed, 21 Oct 2015 07:28:00 +9959", 60),
    ],
)
def test_retry_after(value: str | None, seconds: float) -> None:
    """The delay is in seconds or a date, and a minute for anything else."""
    assert delay(value) == seconds


@pytest.mark.parametrize("zone", ["GMT", "-0000"])
def test_retry_after_date(zone: str) -> None:
    """A date is turned into the delay until then."""
    moment = datetime.now(UTC) + timedelta(seconds=90)
    text = format_datetime(moment, usegmt=True).replace("GMT", zone)
    assert 80 < delay(text) <= 90


@pytest.mark.parametrize(
    "value",
    ["inf", "1e300", "9" * 400, "99999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"],
)
def test_retry_after_is_limited(value: str) -> None:
    """No delay is longer than 15 minutes."""
    assert 60 <= delay(value) <= timedelta(minutes=15).total_seconds()


@given(
    status=st.integers(201, 599),
    body=st.binary() | st.text().map(str.encode),
    retry_after=st.text() | st.floats().map(str) | st.integers().map(str),
)
def test_any_error_response(status: int, body: bytes, retry_after: str) -> None:
    """Every response makes an error."""
    error = error_from_response("/a", status, {"Retry-After": retry_after}, body)
    assert str(error)


def test_deeply_nested_validation_errors() -> None:
    """Nested errors do not exceed the recursion limit."""
    depth = 1000
    body = b'{"error":{"message":"m","validation_errors":'
    body += b'{"a":' * depth + b"1" + b"}" * depth + b"}}"
    assert error_from_response("/a", 400, {}, body).message


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"kind": "status", "status": 500}, SeamNotSentError),
        ({"kind": "outage"}, SeamNotSentError),
        ({"kind": "rate_limit"}, SeamRateLimitError),
        ({"kind": "status", "status": 403}, SeamError),
        ({"kind": "status", "status": 401}, SeamAuthError),
    ],
)
async def test_key_is_valid_only_if_seam_says_so(
    client: SeamClient,
    simulator: Simulator,
    fault: dict[str, Any],
    expected: type[SeamError],
) -> None:
    """Until then, the error is temporary, and nothing has changed."""
    for path in ("/devices/list", "/locks/unlock_door"):
        simulator.faults.add("status", path=path, status=401)
    simulator.faults.add(**fault, path="/workspaces/get")
    with pytest.raises(SeamError) as read:
        await client.list_devices()
    with pytest.raises(SeamError) as write:
        await client.unlock_door(FRONT_DOOR)
    assert (type(read.value), type(write.value)) == (expected, expected)
    [sent] = [r for r in simulator.requests if r.path == "/locks/unlock_door"]
    assert client.last_request_id == sent.request_id


async def test_last_request_id_stays_during_outage(
    client: SeamClient, simulator: Simulator, delays: Delays
) -> None:
    """The last request id is kept while there is no response."""
    assert not client.last_request_id
    await client.get_workspace()
    known = client.last_request_id
    assert known == simulator.requests[-1].request_id
    simulator.faults.add("outage")
    with pytest.raises(SeamUnreachableError) as refused:
        await client.get_workspace()
    assert refused.value.request_id is None
    assert client.last_request_id == known
    assert len(delays.seconds) == 2
