"""Tests that no PIN and no API key gets into logs and errors."""

import asyncio
from asyncio import StreamReader, StreamWriter
from typing import Any

from aiohttp import ClientSession, ClientTimeout
import pytest

from custom_components.seam.api import (
    AccessCode,
    ActionAttempt,
    Event,
    SeamClient,
    SeamError,
)
from custom_components.seam.api.models import ActionAttemptError, Webhook
from custom_components.seam.api.redact import Secrets
from simulator import Simulator
from simulator.seed import FRONT_DOOR
from tests.api.conftest import API_KEY, Connect, Delays, Log, Stub, error_texts
from tests.api.garbage import CODE, EVENT, PIN

pytestmark = pytest.mark.usefixtures("delays")
SECRETS = (PIN, API_KEY)
QUOTE = f"Cannot set {PIN}: Bearer%20{API_KEY} may not use code '{PIN}'."


def clean(*texts: str) -> None:
    """Fail if any text holds a secret, without showing it."""
    for secret in SECRETS:
        if any(secret in text for text in texts):
            pytest.fail("a secret shows")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500, 503])
async def test_error_masks_sent_secrets(
    stub: Stub, stubbed: SeamClient, log: Log, status: int
) -> None:
    """Secrets that were sent are in no error, although Seam quotes them."""
    stub.respond_with_error(
        status,
        "duplicate_access_code",
        QUOTE,
        data={"code": PIN},
        validation_errors={"_errors": [], "code": {"_errors": [QUOTE, "Invalid"]}},
    )
    for call in (
        stubbed.create_access_code("lock", code=PIN),
        stubbed.create_multiple_access_codes(["lock"], code=PIN),
        stubbed.update_access_code("code", code=PIN),
        stubbed.simulate_unmanaged_access_code("lock", name="x", code=PIN),
    ):
        with pytest.raises(SeamError) as refused:
            await call
        error = refused.value
        clean(error_texts(error), repr(vars(error)))
        assert "Cannot set ••••: Bearer%20••••" in str(error)
        if status == 400:
            assert "Invalid" in str(error)
    clean(log.text)
    assert log.text.count("POST /access_codes") == 4


async def test_error_redact(stub: Stub, stubbed: SeamClient) -> None:
    """Other PINs can be masked in every text of an error."""
    stub.respond_with_error(
        400,
        message=f"Collides with {PIN}",
        validation_errors={"code": {"_errors": [f"not {PIN}"]}},
    )
    stubbed.secrets.lacks_pins = False
    with pytest.raises(SeamError) as refused:
        await stubbed.create_access_code("lock")
    error = refused.value
    assert PIN in str(error)
    error.redact(Secrets("0000", PIN).mask)
    clean(error_texts(error), repr(vars(error)))


@pytest.mark.parametrize(
    "raw",
    [
        QUOTE.encode(),
        f'{{"access_code": {{"code": "{PIN}", '.encode(),
        f'["{PIN}"]'.encode(),
        f'"{PIN}"'.encode(),
        f'{{"access_code": "{PIN}"}}'.encode(),
        f'{{"access_code": {{"code": ["{PIN}"]}}}}'.encode(),
        f'{{"access_code": {{"access_code_id": ["{PIN}"]}}}}'.encode(),
        f'{{"access_codes": "{PIN}"}}'.encode(),
        f'{{"generated_code": "{PIN}"}}'.encode(),
    ],
)
@pytest.mark.parametrize("status", [200, 302, 404, 502])
async def test_invalid_response_is_not_quoted(
    stub: Stub, stubbed: SeamClient, log: Log, raw: bytes, status: int
) -> None:
    """No part of an invalid response is in the error or the log."""
    stub.respond(raw=raw, status=status)
    for call in (
        stubbed.create_access_code("lock", code=PIN),
        stubbed.get_access_code("code"),
        stubbed.list_access_codes("lock"),
        stubbed.generate_code("lock"),
    ):
        with pytest.raises(SeamError) as refused:
            await call
        clean(error_texts(refused.value), repr(vars(refused.value)))
    clean(log.text)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"%s", id="no head"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Debug %s\r\n\r\n", id="header"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\r\n%s\r\n0",
            id="chunk",
        ),
    ],
)
async def test_broken_http_is_not_quoted(
    session: ClientSession, log: Log, broken: bytes
) -> None:
    """Home Assistant logs the causes of errors, and aiohttp quotes what it cannot read."""

    async def answer(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(broken % f'{{"code": "{PIN}"}}'.encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        client = SeamClient(session, API_KEY, f"http://{host}:{port}")
        for call in (
            client.create_access_code("lock", code=PIN),
            client.list_access_codes("lock"),
        ):
            with pytest.raises(SeamError) as refused:
                await call
            error = refused.value
            clean(error_texts(error), repr(vars(error)))
            assert error.__cause__ is None
            assert error.__context__ is None
    clean(log.text)


async def test_invalid_rows_are_not_quoted(
    stub: Stub, stubbed: SeamClient, log: Log
) -> None:
    """An invalid row is not quoted, wherever its PINs are."""
    rows: list[Any] = [
        CODE | {"is_managed": PIN},
        CODE | {"access_code_id": [PIN]},
        CODE | {"access_code_id": "b", PIN: PIN, "device_id": [PIN]},
        [CODE],
        PIN,
    ]
    stub.respond({"access_codes": rows, "events": [EVENT | {"created_at": PIN}]})
    assert await stubbed.list_access_codes("lock") == []
    assert len(log.warnings) == len(rows)
    clean(log.text)


@pytest.mark.parametrize(
    "row",
    [
        CODE | {"is_managed": "never"},
        CODE | {"is_managed": "never", "access_code_id": PIN},
        CODE | {"ends_at": 5, "code": int(PIN), "pending_mutations": []},
        CODE | {"ends_at": 5, "code": f"{PIN[:3]}-{PIN[3:]}"},
        {"errors": [{"modified_fields": [{"field": "code", "to": int(PIN)}]}]},
    ],
)
async def test_pins_in_invalid_rows_are_masked(
    stub: Stub, stubbed: SeamClient, log: Log, row: dict[str, Any]
) -> None:
    """A PIN in a row that is skipped is masked in texts as well."""
    stub.respond({"access_codes": [row], "access_code": row})
    assert await stubbed.list_access_codes("lock") == []
    assert stubbed.secrets.mask(f"Anna {PIN}") == "Anna ••••"
    clean(log.text)
    another = SeamClient(stubbed._transport._session, API_KEY, stub.url)
    with pytest.raises(SeamError):
        await another.get_access_code("code")
    assert another.secrets.mask(f"Anna {PIN}") == "Anna ••••"


async def test_rows_cannot_forge_log_lines(
    stub: Stub, stubbed: SeamClient, log: Log
) -> None:
    """An id or a message from Seam stays on one line of the log."""
    forged = "x\n2031-01-01 ERROR\r\u2028forged\x1b[2J"
    stub.respond({"access_codes": [{"access_code_id": forged, "is_managed": 5}]})
    await stubbed.list_access_codes("lock")
    stub.clear()
    stub.respond_with_error(
        400,
        forged,
        forged,
        request_id=forged,
        validation_errors={forged: {"_errors": [forged]}},
    )
    with pytest.raises(SeamError) as refused:
        await stubbed.get_access_code("code")
    (line,) = log.warnings
    for text in (line, str(refused.value), refused.value.error_type):
        assert text is not None
        assert "ERROR" in text
        assert text.isprintable()


async def test_invalid_fields_are_not_quoted(
    stub: Stub, stubbed: SeamClient, log: Log
) -> None:
    """An optional field that is not valid is not quoted either."""
    for fields in (
        {"created_at": PIN},
        {"pending_mutations": [PIN]},
        {"pending_mutations": [{"mutation_code": [PIN]}]},
        {"code": [PIN]},
    ):
        stub.clear()
        stub.respond({"access_codes": [CODE | fields]})
        codes = await stubbed.list_access_codes("lock")
        assert len(codes) == 1
        clean(log.text, repr(codes))


@pytest.mark.parametrize("kind", ["outage", "hang", "html", "empty", "broken_json"])
async def test_transport_error_holds_no_secret(
    connect: Connect,
    simulator: Simulator,
    log: Log,
    monkeypatch: pytest.MonkeyPatch,
    kind: Any,
) -> None:
    """The causes of an error hold no secret either."""
    monkeypatch.setattr(
        "custom_components.seam.api.transport._TIMEOUT", ClientTimeout(total=0.05)
    )
    simulator.faults.add(kind)
    client = connect(simulator.url)
    for call in (
        client.create_access_code(FRONT_DOOR, code=PIN),
        client.list_devices(),
    ):
        with pytest.raises(SeamError) as failed:
            await call
        clean(error_texts(failed.value))
    clean(log.text, repr(client), str(client))


async def test_debug_log_holds_no_secret(
    client: SeamClient, simulator: Simulator, log: Log, delays: Delays
) -> None:
    """The debug log has path, status and request id only."""
    code, attempt = await client.create_access_code(FRONT_DOOR, name="x", code="73915")
    backup = await client.generate_code(FRONT_DOOR)
    webhook = await client.create_webhook("http://127.0.0.1:9/secret-path")
    codes = await client.list_access_codes(FRONT_DOOR)
    unmanaged = await client.list_unmanaged_access_codes(FRONT_DOOR)
    shown = "\n".join(
        [log.text, *map(repr, (code, attempt, webhook, codes, unmanaged))]
    )
    for kept in (*codes, *unmanaged):
        assert kept.code is not None
        assert kept.code not in shown
    assert backup not in log.text
    assert "secret-path" not in shown
    assert webhook.secret is not None
    assert webhook.secret not in shown
    assert simulator.key not in shown
    assert delays.seconds == []
    for request in simulator.requests:
        assert f"POST {request.path}: 200 in" in log.text
        assert request.request_id in log.text


def test_repr_holds_no_secret() -> None:
    """No PIN is in the repr of a model, also if a message quotes one."""
    code = AccessCode.read(CODE)
    assert code.code == PIN
    assert code.errors[0].message.endswith(f"{PIN}.")
    assert code.pending_mutations is not None
    assert PIN in code.pending_mutations[0].message
    attempt = ActionAttempt(
        action_attempt_id="a", error=ActionAttemptError(message=QUOTE)
    )
    webhook = Webhook(webhook_id="w", url=f"https://home/{PIN}", secret=PIN)
    event = Event.read(EVENT)
    for model in (code, attempt, webhook, event):
        clean(repr(model), str(model), f"{model}")
