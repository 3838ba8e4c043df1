"""Tests of webhook deliveries."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import web
import pytest
from seam import SeamWebhook, SeamWebhookVerificationError

from simulator import Simulator
from simulator.seed import FRONT_DOOR

from .conftest import Client


@dataclass
class Receiver:
    """Receives deliveries with a given response status."""

    url: str = ""
    status: int = 200
    received: list[tuple[dict[str, str], str]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        """Receive a delivery."""
        self.received.append((dict(request.headers), await request.text()))
        return web.Response(status=self.status)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Return a running receiver."""
    taker = Receiver()
    app = web.Application()
    app.router.add_post("/hook", taker.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    taker.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield taker
    await runner.cleanup()


async def test_delivery_is_signed(
    sim: Simulator, client: Client, receiver: Receiver
) -> None:
    """The SDK verifies the signature of a delivery."""
    answer = await client.ok("/webhooks/create", url=receiver.url)
    secret = answer["webhook"]["secret"]
    sim.control.turn_lock(FRONT_DOOR, locked=False)
    await sim.settle()
    ((headers, body),) = receiver.received
    event = SeamWebhook(secret).verify(body, headers)
    assert event.event_type == "lock.unlocked"
    with pytest.raises(SeamWebhookVerificationError):
        SeamWebhook(secret).verify(body + " ", headers)


async def test_webhook_event_types(
    sim: Simulator, client: Client, receiver: Receiver
) -> None:
    """A webhook receives the requested types of events until it is deleted."""
    answer = await client.ok(
        "/webhooks/create", url=receiver.url, event_types=["lock.locked"]
    )
    webhook_id = answer["webhook"]["webhook_id"]
    (webhook,) = (await client.ok("/webhooks/list"))["webhooks"]
    assert webhook["webhook_id"] == webhook_id
    assert "secret" not in webhook

    async def turn() -> int:
        receiver.received.clear()
        for locked in (False, True):
            sim.control.turn_lock(FRONT_DOOR, locked=locked)
        await sim.settle()
        return len(receiver.received)

    assert await turn() == 1
    await client.ok("/webhooks/update", webhook_id=webhook_id, event_types=["*"])
    answer = await client.ok("/webhooks/get", webhook_id=webhook_id)
    assert answer["webhook"]["event_types"] == ["*"]
    assert await turn() == 2
    await client.ok("/webhooks/delete", webhook_id=webhook_id)
    assert await turn() == 0
    assert (await client.refused("/webhooks/get", webhook_id=webhook_id))[0] == 404
    assert (await client.refused("/webhooks/create", url="nowhere"))[0] == 400


async def test_retries(sim: Simulator, client: Client, receiver: Receiver) -> None:
    """A failed delivery is retried with the same ID and growing delays."""
    await client.ok("/webhooks/create", url=receiver.url, event_types=["lock.unlocked"])
    receiver.status = 500
    sim.control.turn_lock(FRONT_DOOR, locked=False)
    await sim.settle()
    for seconds, attempts in ((4, 1), (1, 2), (299, 2), (1, 3), (1800, 4)):
        sim.clock.advance(seconds)
        await sim.settle()
        assert len(receiver.received) == attempts
    receiver.status = 204
    sim.clock.advance(hours=2)
    await sim.settle()
    sim.clock.advance(days=2)
    await sim.settle()
    assert len(receiver.received) == 5
    assert len({headers["svix-id"] for headers, _ in receiver.received}) == 1
    assert [d.status for d in sim.deliveries] == [500, 500, 500, 500, 204]


async def test_unreachable_webhook(sim: Simulator, client: Client) -> None:
    """Deliveries end after the last retry."""
    await client.ok(
        "/webhooks/create",
        url="http://127.0.0.1:9/hook",
        event_types=["lock.unlocked"],
    )
    sim.control.turn_lock(FRONT_DOOR, locked=False)
    for _ in range(12):
        await sim.settle()
        sim.clock.advance(hours=10)
    assert [d.status for d in sim.deliveries] == [None] * 8
