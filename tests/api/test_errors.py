"""Refusals, and answers that are none."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
import socket
from typing import Any

from aiohttp import ClientTimeout, web
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
)
from custom_components.seam.api.errors import error_from_response
from simulator import Simulator
from simulator.seed import CODE_OWNER, FRONT_DOOR
from tests.api.conftest import REQUEST_ID, Connect, Log, Naps, Stub

pytestmark = pytest.mark.usefixtures("naps")


@pytest.mark.parametrize(
    ("status", "error_type", "kind"),
    [
        (400, "invalid_input", SeamInvalidInputError),
        (400, "access_code_not_time_bound", SeamInvalidInputError),
        (400, "missing_workspace_id", SeamInvalidInputError),
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
async def test_envelope(
    stub: Stub,
    stubbed: SeamClient,
    status: int,
    error_type: str,
    kind: type[SeamError],
) -> None:
    """Each refusal is of its kind, with Seam's words, type and request id."""
    stub.refuse(status, error_type, "Seam says no.")
    with pytest.raises(SeamError) as refused:
        await stubbed.lock_door(FRONT_DOOR)
    error = refused.value
    assert type(error) is kind
    assert (error.message, error.error_type) == ("Seam says no.", error_type)
    assert error.request_id == stubbed.last_request_id == REQUEST_ID
    assert str(error) == f"Seam says no. (request {REQUEST_ID})"
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
        ("html", 200, SeamUnreachableError),
        ("html", 401, SeamAuthError),
        ("empty", None, SeamUnreachableError),
        ("empty", 200, SeamUnreachableError),
        ("broken_json", None, SeamUnreachableError),
        ("wrong_shape", None, SeamServerError),
        ("outage", None, SeamUnreachableError),
    ],
)
async def test_faults(
    client: SeamClient,
    simulator: Simulator,
    kind: Any,
    status: int | None,
    expected: type[SeamError],
) -> None:
    """Whatever goes wrong on the way ends in an error of ours, then all is well."""
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


async def test_wrong_types(client: SeamClient, simulator: Simulator, log: Log) -> None:
    """Rows that are all wrong leave lists empty; a single object is an error."""
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
async def test_not_json(stub: Stub, stubbed: SeamClient, raw: bytes) -> None:
    """An answer that is not JSON is not Seam's; the error says which request it was."""
    stub.answer(raw=raw)
    with pytest.raises(SeamUnreachableError, match="not JSON") as refused:
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
async def test_wrong_shape(stub: Stub, stubbed: SeamClient, body: Any) -> None:
    """JSON without what was asked for is an error that names endpoint and request."""
    stub.answer(body)
    with pytest.raises(SeamServerError, match="/access_codes/get") as refused:
        await stubbed.get_access_code("x")
    assert refused.value.request_id == REQUEST_ID


@pytest.mark.parametrize("rows", [None, {}, {"a": 1}, "abc", 5, True])
async def test_rows_of_another_type(stub: Stub, stubbed: SeamClient, rows: Any) -> None:
    """What is not a list is never taken for an empty one."""
    stub.answer({"devices": rows, "events": rows, "ok": True})
    with pytest.raises(SeamServerError) as refused:
        await stubbed.list_devices()
    assert refused.value.request_id == REQUEST_ID
    with pytest.raises(SeamServerError):
        await stubbed.list_events(datetime.now(UTC))


@pytest.mark.parametrize(
    "generated", [None, {}, [], "482639", {"code": None}, {"code": 482639}]
)
async def test_no_generated_code(
    stub: Stub, stubbed: SeamClient, generated: Any
) -> None:
    """A PIN that is not text is none."""
    stub.answer({"generated_code": generated})
    with pytest.raises(SeamServerError) as refused:
        await stubbed.generate_code("lock")
    assert refused.value.request_id == REQUEST_ID


async def test_backup_that_is_the_code_itself(stub: Stub, stubbed: SeamClient) -> None:
    """The code that does not work is never handed out as its own backup."""
    row = {"access_code_id": "a", "device_id": "lock", "is_managed": True}
    stub.answer({"access_code": row, "ok": True})
    with pytest.raises(SeamServerError):
        await stubbed.pull_backup_access_code("a")


@pytest.mark.parametrize("error", [None, {}, [], "no", {"type": 5, "message": []}])
@pytest.mark.parametrize("status", [400, 404, 500])
async def test_envelope_without_content(
    stub: Stub, stubbed: SeamClient, status: int, error: Any
) -> None:
    """An envelope without words still gives a sentence and the request id."""
    stub.answer({"error": error, "ok": False}, status=status)
    with pytest.raises(SeamError, match=f"HTTP status {status}") as refused:
        await stubbed.lock_door("lock")
    assert refused.value.request_id == REQUEST_ID
    assert refused.value.error_type is None


async def test_validation_messages(stub: Stub, stubbed: SeamClient) -> None:
    """Seam's messages stand beside the parameters they are about."""
    stub.refuse(
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


async def test_request_id_of_the_body(stub: Stub, stubbed: SeamClient) -> None:
    """The envelope's own request id counts where there is one."""
    stub.refuse(400, request_id="from the body")
    with pytest.raises(SeamError) as refused:
        await stubbed.lock_door("lock")
    assert refused.value.request_id == "from the body"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect(
    stub: Stub, stubbed: SeamClient, simulator: Simulator, status: int
) -> None:
    """Nobody is followed anywhere with the key."""
    stub.answer({}, status=status, headers={"Location": f"{simulator.url}/x"})
    with pytest.raises(SeamUnreachableError, match=str(status)):
        await stubbed.lock_door("lock")
    with pytest.raises(SeamUnreachableError, match=str(status)):
        await stubbed.get_workspace()
    assert not simulator.requests
    assert {asked.path for asked in stub.asked} == {
        "/locks/lock_door",
        "/workspaces/get",
    }


async def test_refused_connection(connect: Connect) -> None:
    """Nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    client = connect(f"http://127.0.0.1:{port}")
    with pytest.raises(SeamNotSentError, match="connection to Seam failed"):
        await client.get_workspace()
    with pytest.raises(SeamNotSentError, match="connection to Seam failed"):
        await client.create_access_code(FRONT_DOOR)


async def test_connection_that_is_not_taken(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who does not get through in time has sent nothing."""
    monkeypatch.setattr(
        "custom_components.seam.api.transport._TIMEOUT",
        ClientTimeout(total=30, sock_connect=0.05),
    )
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen(0)
        # The only place in its queue is taken.
        with socket.create_connection(busy.getsockname()):
            client = connect(f"http://127.0.0.1:{busy.getsockname()[1]}")
            with pytest.raises(SeamNotSentError, match="Timeout while connecting"):
                await client.create_access_code(FRONT_DOOR)


async def test_dropped_connection(client: SeamClient, simulator: Simulator) -> None:
    """The connection breaks before the answer; what was asked may be done."""
    simulator.faults.add("outage", path="/access_codes/create", after_processing=True)
    with pytest.raises(SeamUnreachableError) as broken:
        await client.create_access_code(FRONT_DOOR, name="Done anyway")
    assert not isinstance(broken.value, SeamNotSentError)
    codes = await client.list_access_codes(FRONT_DOOR)
    assert [code.name for code in codes].count("Done anyway") == 1


async def test_time_out(
    client: SeamClient, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who does not answer in time is not asked again, and held up nobody else."""
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
    """Return the address of a server whose answers end in the middle."""

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


async def test_answer_that_ends_in_the_middle(torn: str, connect: Connect) -> None:
    """Half an answer is none."""
    with pytest.raises(SeamUnreachableError):
        await connect(torn).get_workspace()


async def test_answer_that_is_not_compressed_as_it_says(
    stub: Stub, stubbed: SeamClient
) -> None:
    """A broken encoding is an error of the way, too."""
    stub.answer(raw=b"not gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(SeamUnreachableError):
        await stubbed.get_workspace()


def delay(value: str | None) -> float:
    """Return what the client makes of a header."""
    headers = {} if value is None else {"Retry-After": value}
    error = error_from_response(429, headers, b"")
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
    """Seconds, a date, or a minute where nothing usable is said."""
    assert delay(value) == seconds


@pytest.mark.parametrize("zone", ["GMT", "-0000"])
def test_retry_after_a_date(zone: str) -> None:
    """A date is as far away as it is."""
    moment = datetime.now(UTC) + timedelta(seconds=90)
    text = format_datetime(moment, usegmt=True).replace("GMT", zone)
    assert 80 < delay(text) <= 90


@pytest.mark.parametrize(
    "value",
    ["inf", "1e300", "9" * 400, "99999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"],
)
def test_retry_after_for_ever(value: str) -> None:
    """No header may silence the integration for good, or be more than a clock can add."""
    assert 60 <= delay(value) <= timedelta(days=1).total_seconds()


@given(
    status=st.integers(201, 599),
    body=st.binary() | st.text().map(str.encode),
    retry_after=st.text() | st.floats().map(str) | st.integers().map(str),
)
def test_any_refusal(status: int, body: bytes, retry_after: str) -> None:
    """No answer of any kind is too odd for an error."""
    error = error_from_response(status, {"Retry-After": retry_after}, body)
    assert str(error)


def test_deep_validation_errors() -> None:
    """An envelope nested without end does not overflow the stack."""
    depth = 1000
    body = b'{"error":{"message":"m","validation_errors":'
    body += b'{"a":' * depth + b"1" + b"}" * depth + b"}}"
    assert error_from_response(400, {}, body).message


async def test_request_id_outlives_silence(
    client: SeamClient, simulator: Simulator, naps: Naps
) -> None:
    """The last id known stays known while nobody answers."""
    assert not client.last_request_id
    await client.get_workspace()
    known = client.last_request_id
    assert known == simulator.requests[-1].request_id
    simulator.faults.add("outage")
    with pytest.raises(SeamUnreachableError) as refused:
        await client.get_workspace()
    assert refused.value.request_id is None
    assert client.last_request_id == known
    assert len(naps.seconds) == 2
