"""Test which posts to the webhook are accepted."""

import asyncio
from collections.abc import AsyncIterator, Callable
from compression import gzip, zlib, zstd
from http import HTTPStatus
from typing import Any

from aiohttp import web_protocol
from aiohttp.http_parser import HttpRequestParserPy
from homeassistant.components import webhook
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.util.aiohttp import MockRequest
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.push.registration import CONF_REGISTERED
from simulator import Simulator
from simulator.seed import FRONT_DOOR, LOCKS, OFFICE_DOOR, WORKSPACE_TWO
from tests.clock import wait_until

from .conftest import (
    Check,
    Sender,
    capture_activity,
    requested,
    seam_event,
    set_up,
    settle,
)

WRONG_HEADERS: list[dict[str, str]] = [
    {"svix-id": ""},
    {"svix-signature": ""},
    {"svix-signature": "v1,AAAA"},
    {"svix-signature": "v1,\udcff"},
    {"svix-id": "msg_\udcff"},
    {"svix-signature": "v2,AAAA v1a,AAAA"},
    {"svix-timestamp": "soon"},
    {"svix-timestamp": "9" * 400},
    {"svix-id": "msg_2"},
]


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the entities that events change."""
    return [Platform.EVENT]


async def test_unsigned_post_is_refused(
    sender: Sender, simulator: Simulator, unchanged: Check
) -> None:
    """Test that missing, malformed and wrong signatures are refused."""
    body = orjson.dumps(seam_event(simulator))
    assert await sender.post(body, {}) == HTTPStatus.UNAUTHORIZED
    for wrong in WRONG_HEADERS:
        headers = sender.headers(body) | wrong
        assert await sender.post(body, headers) == HTTPStatus.UNAUTHORIZED, wrong
    unchanged(refused=1 + len(WRONG_HEADERS))


async def test_forged_post_is_refused(
    sender: Sender, simulator: Simulator, unchanged: Check
) -> None:
    """Test that a body with another secret, changed or truncated is refused."""
    body = orjson.dumps(seam_event(simulator))
    forged = sender.headers(body, secret=simulator.backend.ids.secret())
    assert await sender.post(body, forged) == HTTPStatus.UNAUTHORIZED
    changed = body.replace(b"unlocked", b"locked")
    assert await sender.post(changed, sender.headers(body)) == HTTPStatus.UNAUTHORIZED
    assert await sender.post(body[:-5], sender.headers(body)) == HTTPStatus.UNAUTHORIZED
    assert await sender.post(b"", sender.headers(body)) == HTTPStatus.UNAUTHORIZED
    unchanged(refused=4)


async def test_stale_or_future_post_is_refused(
    sender: Sender, simulator: Simulator, unchanged: Check
) -> None:
    """Test that a signed post is refused outside of the tolerance."""
    for age in (302, 86400, -302, -86400):
        event = seam_event(simulator)
        assert await sender.post_event(event, age=age) == HTTPStatus.UNAUTHORIZED
    unchanged(refused=4)


async def test_replayed_post_is_refused(
    sender: Sender, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Test that the same message is accepted once."""
    body = orjson.dumps(seam_event(simulator))
    headers = sender.headers(body)
    assert await sender.post(body, headers) == HTTPStatus.NO_CONTENT
    simulator.requests.clear()
    for _ in range(3):
        assert await sender.post(body, headers) == HTTPStatus.CONFLICT
    assert await sender.post(body, {**headers, "svix-id": "msg_2"}) == 401
    assert not simulator.requests
    assert (
        coordinator.webhook_status.accepted,
        coordinator.webhook_status.refused,
    ) == (1, 4)


async def test_repeated_message_is_accepted(
    hass: HomeAssistant,
    sender: Sender,
    simulator: Simulator,
    coordinator: SeamCoordinator,
) -> None:
    """Test that Seam may repeat a message with a new timestamp, which fires nothing."""
    fired = capture_activity(hass)
    body = orjson.dumps(seam_event(simulator))
    assert (
        await sender.post(body, sender.headers(body, age=10)) == HTTPStatus.NO_CONTENT
    )
    simulator.requests.clear()
    assert await sender.post(body, sender.headers(body, age=5)) == HTTPStatus.NO_CONTENT
    assert not simulator.requests
    assert len(fired) == 1
    assert coordinator.webhook_status.refused == 0


async def _in_pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 10_000):
        yield body[start : start + 10_000]


@pytest.mark.parametrize("is_chunked", [False, True])
async def test_oversized_post_is_refused(
    sender: Sender, simulator: Simulator, unchanged: Check, *, is_chunked: bool
) -> None:
    """Test that a large body is refused, with and without an announced length."""
    body = orjson.dumps(seam_event(simulator, method="x" * 64 * 1024))
    data: Any = _in_pieces(body) if is_chunked else body
    assert await sender.post(data, sender.headers(body)) == 413
    unchanged(refused=1)


@pytest.mark.parametrize("is_chunked", [False, True])
async def test_post_of_maximum_size_is_accepted(
    sender: Sender,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    *,
    is_chunked: bool,
) -> None:
    """Test that the limit is inclusive."""
    event = seam_event(simulator, connected_account_id="")
    event["connected_account_id"] = "x" * (64 * 1024 - len(orjson.dumps(event)))
    body = orjson.dumps(event)
    assert len(body) == 64 * 1024
    data: Any = _in_pieces(body) if is_chunked else body
    assert await sender.post(data, sender.headers(body)) == HTTPStatus.NO_CONTENT
    assert coordinator.webhook_status.accepted == 1


async def test_other_methods_are_refused(
    sender: Sender, simulator: Simulator, unchanged: Check
) -> None:
    """Test that only POST is accepted. Those that reach us are counted."""
    body = orjson.dumps(seam_event(simulator))
    for method in ("GET", "PUT", "DELETE", "PATCH"):
        async with sender.client.request(
            method, sender.path, data=body, headers=sender.headers(body)
        ) as answer:
            assert answer.status == HTTPStatus.METHOD_NOT_ALLOWED
    await settle(sender.hass)
    unchanged(refused=2)


async def test_head_request_is_answered(sender: Sender, unchanged: Check) -> None:
    """Test that checking whether the URL exists changes nothing."""
    async with sender.client.head(sender.path) as answer:
        assert answer.status == HTTPStatus.OK
    unchanged()


async def test_content_type_is_irrelevant(
    sender: Sender, simulator: Simulator, coordinator: SeamCoordinator, unchanged: Check
) -> None:
    """Test that only the signature decides."""
    body = orjson.dumps(seam_event(simulator))
    kinds = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
    for kind in kinds:
        headers = {"Content-Type": kind}
        assert await sender.post(body, headers) == HTTPStatus.UNAUTHORIZED
    unchanged(refused=len(kinds))
    for number, kind in enumerate(kinds):
        headers = sender.headers(body, message_id=str(number)) | {"Content-Type": kind}
        assert await sender.post(body, headers) == HTTPStatus.NO_CONTENT
    assert coordinator.webhook_status.accepted == len(kinds)


@pytest.mark.parametrize("head", ["Content-Length: 500", "Transfer-Encoding: chunked"])
async def test_aborted_post_changes_nothing(
    sender: Sender, simulator: Simulator, unchanged: Check, head: str
) -> None:
    """Test that a lost connection changes and logs nothing."""
    body = orjson.dumps(seam_event(simulator))
    piece = b"%x\r\n%b" % (len(body) + 99, body) if "chunked" in head else body
    name, value = head.split(": ")
    async with sender.raw(sender.headers(body) | {name: value}, piece):
        await asyncio.sleep(0.05)
    unchanged()


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstd.compress,
    "identity": bytes,
    "new": bytes,
}


BOMB = bytes(50_000_000)


@pytest.mark.parametrize("encoding", ENCODERS)
async def test_compressed_post_is_refused(
    sender: Sender, simulator: Simulator, unchanged: Check, encoding: str
) -> None:
    """Test that a compressed body is refused, even a valid one."""
    body = orjson.dumps(seam_event(simulator))
    headers = sender.headers(body) | {"Content-Encoding": encoding}
    encode = ENCODERS[encoding]
    compressed = encode(body)
    posts = [compressed, compressed[:9] + b"?" * 20, b"?" * 20, b""]
    if encode is not bytes:
        posts.append(encode(BOMB))
    for post in posts:
        length = {"Content-Length": str(len(post))}
        async with sender.raw(headers | length, post) as (reader, _):
            assert await _status(reader) == HTTPStatus.UNSUPPORTED_MEDIA_TYPE, post[:50]
    unchanged(refused=len(posts))


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd", "br"])
async def test_truncated_compressed_post_is_refused(
    sender: Sender,
    coordinator: SeamCoordinator,
    logged: Callable[[], list[str]],
    encoding: str,
) -> None:
    """Test that our URL is not logged where the web server refuses a post itself."""
    compressed = ENCODERS.get(encoding, bytes)(b"{}" * 50)[:-5]
    headers = {"Content-Encoding": encoding, "Content-Length": str(len(compressed))}
    async with sender.raw(sender.headers(b"") | headers, compressed) as (reader, _):
        assert HTTPStatus.BAD_REQUEST <= await _status(reader) < 500
    assert coordinator.webhook_status.accepted == 0
    assert not [line for line in logged() if sender.path[-64:] in line]


async def test_compressed_post_is_refused_before_its_body(
    sender: Sender, simulator: Simulator, unchanged: Check
) -> None:
    """Test that the body is not awaited."""
    headers = sender.headers(b"") | {
        "Content-Encoding": "gzip",
        "Content-Length": "500",
    }
    async with sender.raw(headers, b"") as (reader, writer):
        assert await _status(reader) == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        writer.write(b"?" * 500)
    unchanged(refused=1)


async def test_compressed_post_through_cloud_is_refused(
    sender: Sender, unchanged: Check
) -> None:
    """Test that a post without a connection of its own is refused."""
    request = MockRequest(
        b"{}",
        "cloud",
        "POST",
        headers=sender.headers(b"{}") | {"Content-Encoding": "br"},
    )
    answer = await webhook.async_handle_webhook(sender.hass, sender.path[-64:], request)
    assert answer.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    unchanged(refused=1)


BAD_CHUNKS = [b"zz\r\nabc\r\n", b"5\r\nabcdefghij\r\n0\r\n\r\n", b"-5\r\n", b"\r\n"]


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("chunk", BAD_CHUNKS)
async def test_malformed_chunks_are_refused(
    sender: Sender,
    unchanged: Check,
    monkeypatch: pytest.MonkeyPatch,
    chunk: bytes,
    *,
    is_late: bool,
) -> None:
    """Test that malformed chunks, which the web server does not report, time out."""
    monkeypatch.setattr("custom_components.seam.push.webhook._READ_TIMEOUT", 0.2)
    headers = sender.headers(b"abc") | {"Transfer-Encoding": "chunked"}
    start = b"3\r\nabc\r\n" if is_late else b""
    async with sender.raw(headers, start) as (reader, writer):
        await asyncio.sleep(0.05)
        writer.write(chunk)
        assert await _status(reader) == HTTPStatus.REQUEST_TIMEOUT
    unchanged(refused=1)


@pytest.mark.parametrize("is_late", [False, True])
async def test_reported_malformed_chunks_are_refused(
    sender: Sender, unchanged: Check, monkeypatch: pytest.MonkeyPatch, *, is_late: bool
) -> None:
    """Test that malformed chunks are refused where the web server reports them.

    Its parser in Python does.
    """
    monkeypatch.setattr(web_protocol, "HttpRequestParser", HttpRequestParserPy)
    headers = sender.headers(b"abc") | {"Transfer-Encoding": "chunked"}
    start = b"3\r\nabc\r\n" if is_late else b""
    async with sender.raw(headers, start) as (reader, writer):
        await asyncio.sleep(0.05)
        writer.write(b"zz\r\nabc\r\n")
        assert await _status(reader) == HTTPStatus.BAD_REQUEST
    unchanged(refused=1)


async def test_refused_post_closes_connection(
    sender: Sender, simulator: Simulator, unchanged: Check
) -> None:
    """Test that the rest of an oversized body is not read."""
    body = orjson.dumps(seam_event(simulator, method="x" * 64 * 1024))
    headers = sender.headers(body) | {"Content-Length": "10000000"}
    async with sender.raw(headers, body) as (reader, _):
        assert await _status(reader) == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        async with asyncio.timeout(1):
            await reader.read()
    unchanged(refused=1)


async def _status(reader: asyncio.StreamReader) -> int:
    async with asyncio.timeout(10):
        return int((await reader.readline()).split()[1])


GARBAGE = [
    b"",
    b"null",
    b"[]",
    b"7",
    b'"lock.locked"',
    b"{}",
    b"{",
    b"\x00\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"[" * 5000,
    b"NaN",
    b'{"event_id": 1}',
]


async def test_signed_garbage_is_ignored(sender: Sender, unchanged: Check) -> None:
    """Test that an unreadable body is accepted, so that it is not sent again."""
    for number, body in enumerate(GARBAGE):
        headers = sender.headers(body, message_id=str(number))
        assert await sender.post(body, headers) == HTTPStatus.NO_CONTENT, body
    unchanged(ignored=len(GARBAGE))


WRONG_SHAPES: list[dict[str, Any]] = [
    {"event_id": None},
    {"event_type": None},
    {"event_type": ["lock.locked"]},
    {"event_type": {"a": 1}},
    {"created_at": None},
    {"created_at": "yesterday"},
    {"created_at": 1700000000},
    {"created_at": "2026-13-45T00:00:00Z"},
    {"created_at": "0001-01-01T00:00:00+14:00"},
    {"created_at": "9999-12-31T23:59:59Z"},
    {"workspace_id": WORKSPACE_TWO},
    {"workspace_id": "nobody"},
]


ODD: list[dict[str, Any]] = [
    {"device_id": "nobody"},
    {"device_id": None},
    {"device_id": OFFICE_DOOR},
    {"device_id": FRONT_DOOR, "access_code_id": "nobody"},
    {"event_type": "something.new"},
    {"event_type": ""},
    {"event_type": "lock."},
    {"event_type": "access_code.unmanaged.of_a_new_kind"},
    {"event_type": "device.deleted"},
    {"event_type": "x" * 2000},
    {"method": "telepathy"},
    {"device_id": ["x"]},
    {"access_code_id": {"x": "y"}},
    {"access_code_is_managed": "yes"},
    {"code": ["1234"]},
    {"occurred_at": "0001-01-01T00:00:00+14:00"},
    {"occurred_at": "9999-12-31T23:59:59-12:00"},
    {"occurred_at": None},
]


async def test_malformed_events_are_ignored(
    sender: Sender, simulator: Simulator, unchanged: Check
) -> None:
    """Test that malformed events and those of other workspaces are ignored."""
    for number, fields in enumerate(WRONG_SHAPES):
        body = orjson.dumps(seam_event(simulator, **fields))
        headers = sender.headers(body, message_id=str(number))
        assert await sender.post(body, headers) == HTTPStatus.NO_CONTENT, fields
    unchanged(ignored=len(WRONG_SHAPES))


async def test_unknown_events_are_accepted(
    hass: HomeAssistant,
    sender: Sender,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    logged: Callable[[], list[str]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Test that events of unknown locks, kinds and times do no harm."""
    for fields in ODD:
        event = seam_event(simulator, **fields)
        assert await sender.post_event(event) == HTTPStatus.NO_CONTENT, fields
    assert coordinator.webhook_status.accepted == len(ODD)
    await coordinator.async_refresh()
    await settle(hass)
    assert coordinator.last_update_success
    assert set(coordinator.data.locks) == set(LOCKS)
    assert not logged()
    assert "Traceback" not in caplog.text


async def test_post_before_registration_is_refused(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    external_url: None,
    hass_client_no_auth: ClientSessionGenerator,
    logged: Callable[[], list[str]],
) -> None:
    """Test that posts are refused before there is a secret. Removal then asks Seam nothing."""
    simulator.faults.add("status", path="/webhooks")
    coordinator = await set_up(hass, entry)
    secret = simulator.backend.ids.secret()
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_REGISTERED: {"secret": secret}}
    )
    sender = Sender(hass, await hass_client_no_auth(), entry)
    data = {k: v for k, v in entry.data.items() if k != CONF_REGISTERED}
    hass.config_entries.async_update_entry(entry, data=data)
    before = len(logged())
    assert await sender.post_event(seam_event(simulator)) == HTTPStatus.UNAUTHORIZED
    assert coordinator.webhook_status.refused == 1
    assert len(logged()) == before
    simulator.requests.clear()
    await hass.config_entries.async_remove(entry.entry_id)
    assert not simulator.requests


async def test_slow_post_is_refused(
    sender: Sender,
    simulator: Simulator,
    unchanged: Check,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Test that a body that never ends is refused after the timeout."""
    monkeypatch.setattr("custom_components.seam.push.webhook._READ_TIMEOUT", 0.05)
    body = orjson.dumps(seam_event(simulator))
    is_over = asyncio.Event()

    async def drip() -> AsyncIterator[bytes]:
        yield body
        await is_over.wait()

    async with sender.client.post(
        sender.path, data=drip(), headers=sender.headers(body)
    ) as answer:
        assert answer.status == HTTPStatus.REQUEST_TIMEOUT
        is_over.set()
    unchanged(refused=1)


async def test_forgotten_replay_fires_nothing(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    sender: Sender,
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Test that a replay beyond the remembered messages fires no event again."""
    monkeypatch.setattr("custom_components.seam.push.webhook._REMEMBERED_MESSAGES", 2)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    fired = capture_activity(hass)
    bodies = [orjson.dumps(seam_event(simulator)) for _ in range(3)]
    signed = [
        (body, sender.headers(body, message_id=f"msg_{number}"))
        for number, body in enumerate(bodies)
    ]
    for body, headers in signed:
        assert await sender.post(body, headers) == HTTPStatus.NO_CONTENT
    simulator.requests.clear()
    assert await sender.post(*signed[2]) == HTTPStatus.CONFLICT
    assert await sender.post(*signed[0]) == HTTPStatus.NO_CONTENT
    assert len(fired) == 3
    assert not simulator.requests


async def test_unknown_webhook_id_is_answered(sender: Sender, unchanged: Check) -> None:
    """Test that an unknown URL cannot be told from a known one."""
    sender.path = "/api/webhook/" + "0" * 64
    assert await sender.post(b"{}", {}) == HTTPStatus.OK
    unchanged()


async def test_post_while_unloading_is_ignored(
    hass: HomeAssistant,
    sender: Sender,
    entry: MockConfigEntry,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Test that posts during and after unloading do no harm."""
    unloading = hass.async_create_task(
        hass.config_entries.async_unload(entry.entry_id), eager_start=False
    )
    event = seam_event(simulator)
    posting = hass.async_create_task(sender.post_event(event), eager_start=True)
    assert await unloading
    assert await posting in {HTTPStatus.OK, HTTPStatus.NO_CONTENT}
    simulator.requests.clear()
    accepted = coordinator.webhook_status.accepted
    assert await sender.post_event(seam_event(simulator)) == HTTPStatus.OK
    assert coordinator.webhook_status.accepted == accepted
    assert not simulator.requests
    assert "Traceback" not in caplog.text

    # Posts are accepted again after the next start.
    assert await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)
    assert await sender.post_event(seam_event(simulator)) == HTTPStatus.NO_CONTENT


async def test_post_during_setup_is_ignored(
    hass: HomeAssistant,
    sender: Sender,
    entry: MockConfigEntry,
    simulator: Simulator,
) -> None:
    """Test that posts before the first refresh is done are ignored."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    simulator.faults.add("hang", path="/devices/list")
    starting = hass.async_create_task(hass.config_entries.async_setup(entry.entry_id))
    await wait_until(lambda: bool(requested(simulator, "/devices/list")))
    body = orjson.dumps(seam_event(simulator))
    async with sender.client.post(
        sender.path, data=body, headers=sender.headers(body)
    ) as answer:
        assert answer.status == HTTPStatus.OK
    simulator.faults.clear()
    assert await starting
    await settle(hass)
    assert entry.runtime_data.webhook_status.accepted == 0
    assert entry.runtime_data.last_update_success
