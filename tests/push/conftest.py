"""Shared parts of the webhook tests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
import logging
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.const import CONF_WEBHOOK_ID, Platform
from homeassistant.core import Event as HassEvent, HomeAssistant, callback
from homeassistant.util import dt as dt_util
import orjson
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.seam.const import CONF_WEBHOOK
from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.push import registration
from custom_components.seam.push.registration import CONF_REGISTERED
from simulator import Simulator
from simulator.seed import FRONT_DOOR, WORKSPACE
from simulator.state import Webhook
from simulator.webhooks import sign

EXTERNAL = "https://house.example.com"


_ACTIVITY = "event.front_door_lock_activity"

type Check = Callable[..., None]


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up only locks, which show what is received."""
    return [Platform.LOCK]


@pytest.fixture(autouse=True)
def _no_delays(manual_clock: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip delays, because some tests freeze time."""
    monkeypatch.setattr(registration, "_REMOVAL_DELAYS", (0, 0, 0, 0))
    monkeypatch.setattr("custom_components.seam.coordinator._EVENT_DEBOUNCE_SECONDS", 0)


@pytest.fixture
async def external_url(hass: HomeAssistant) -> None:
    """Give Home Assistant an external URL."""
    await hass.config.async_update(external_url=EXTERNAL)


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Return a function for what was logged about webhooks.

    That is what we log above debug, and what goes wrong in Home Assistant's web server.
    """
    caplog.set_level(logging.DEBUG)

    def is_relevant(record: logging.LogRecord) -> bool:
        if record.name.startswith("custom_components.seam"):
            return record.levelno > logging.DEBUG
        return record.levelno > logging.INFO and record.name in {
            "aiohttp.server",
            "homeassistant.components.webhook",
        }

    return lambda: [
        record.getMessage() for record in caplog.records if is_relevant(record)
    ]


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> SeamCoordinator:
    """Set up an entry and return its coordinator."""
    if entry.entry_id not in {e.entry_id for e in hass.config_entries.async_entries()}:
        entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await settle(hass)
    coordinator: SeamCoordinator = entry.runtime_data
    return coordinator


async def settle(hass: HomeAssistant) -> None:
    """Wait for all tasks."""
    await hass.async_block_till_done(wait_background_tasks=True)


async def set_webhook_option(
    hass: HomeAssistant, entry: MockConfigEntry, *, webhook: bool
) -> None:
    """Set the option as its flow does, which reloads the entry."""
    hass.config_entries.async_update_entry(entry, options={CONF_WEBHOOK: webhook})
    assert await hass.config_entries.async_reload(entry.entry_id)
    await settle(hass)


def requested(simulator: Simulator, prefix: str = "/webhooks") -> list[str]:
    """Return the paths of the requests to Seam."""
    return [
        request.path
        for request in simulator.requests
        if request.path.startswith(prefix)
    ]


def add_other_webhook(simulator: Simulator, url: str) -> Webhook:
    """Add a webhook that somebody else created in the same workspace."""
    webhook = Webhook(
        simulator.backend.ids.new(),
        WORKSPACE,
        url,
        ["*"],
        simulator.backend.ids.secret(),
    )
    simulator.state.webhooks[webhook.webhook_id] = webhook
    return webhook


def seam_event(simulator: Simulator, **fields: Any) -> dict[str, Any]:
    """Return an event as Seam writes it."""
    now = simulator.clock.now().isoformat()
    return {
        "event_id": simulator.backend.ids.new(),
        "event_type": "lock.unlocked",
        "workspace_id": WORKSPACE,
        "device_id": FRONT_DOOR,
        "method": "manual",
        "created_at": now,
        "occurred_at": now,
        **fields,
    }


class Sender:
    """Post to the webhook of an entry."""

    def __init__(
        self, hass: HomeAssistant, client: TestClient, entry: MockConfigEntry
    ) -> None:
        """Initialize the sender with what Seam knows."""
        self.hass = hass
        self.client = client
        self.path = f"/api/webhook/{entry.data[CONF_WEBHOOK_ID]}"
        self.secret: str = entry.data[CONF_REGISTERED]["secret"]

    def headers(
        self,
        body: bytes,
        *,
        message_id: str = "msg_1",
        age: int = 0,
        secret: str | None = None,
    ) -> dict[str, str]:
        """Return the headers of a signed body."""
        timestamp = int(dt_util.utcnow().timestamp()) - age
        return {
            "Content-Type": "application/json",
            "svix-id": message_id,
            "svix-timestamp": str(timestamp),
            "svix-signature": sign(secret or self.secret, message_id, timestamp, body),
        }

    async def post(self, body: bytes, headers: dict[str, str]) -> int:
        """Return the status of the answer to a post."""
        async with self.client.post(self.path, data=body, headers=headers) as answer:
            assert await answer.read() == b""
            status = answer.status
        await settle(self.hass)
        return status

    @asynccontextmanager
    async def raw(
        self, headers: dict[str, str], body: bytes
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Post raw bytes, and yield the connection."""
        url = self.client.make_url(self.path)
        head = [f"POST {url.path} HTTP/1.1", "Host: x"]
        head += [f"{name}: {value}" for name, value in headers.items()]
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write("\r\n".join([*head, "", ""]).encode() + body)
        await writer.drain()
        try:
            yield reader, writer
        finally:
            writer.close()
            # The server may reset a connection whose body it did not read.
            with suppress(ConnectionError):
                await writer.wait_closed()
            await asyncio.sleep(0.05)
            await settle(self.hass)

    async def post_event(self, event: dict[str, Any], *, age: int = 0) -> int:
        """Post a signed event as a message of its own."""
        body = orjson.dumps(event)
        message_id = f"msg_{event.get('event_id')}"
        return await self.post(body, self.headers(body, message_id=message_id, age=age))


@pytest.fixture
async def sender(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    external_url: None,
    hass_client_no_auth: ClientSessionGenerator,
) -> Sender:
    """Return a sender, to whose URL the simulator posts too."""
    await set_up(hass, entry)
    client = await hass_client_no_auth()
    sender = Sender(hass, client, entry)
    [webhook] = simulator.state.webhooks.values()
    webhook.url = str(client.make_url(sender.path))
    return sender


@pytest.fixture
def coordinator(sender: Sender, entry: MockConfigEntry) -> SeamCoordinator:
    """Return the coordinator that receives the posts."""
    loaded: SeamCoordinator = entry.runtime_data
    return loaded


@pytest.fixture
def unchanged(
    hass: HomeAssistant,
    sender: Sender,
    coordinator: SeamCoordinator,
    simulator: Simulator,
    logged: Callable[[], list[str]],
) -> Check:
    """Return a check that posts changed nothing but the counts."""
    simulator.requests.clear()
    snapshot = coordinator.data
    events: list[HassEvent] = []

    @callback
    def note(event: HassEvent) -> None:
        events.append(event)

    hass.bus.async_listen("state_changed", note)
    states = {state.entity_id: state.as_dict() for state in hass.states.async_all()}
    assert not logged()

    def check(*, refused: int = 0, ignored: int = 0) -> None:
        push = coordinator.webhook_status
        assert (push.refused, push.ignored, push.accepted) == (refused, ignored, 0)
        assert push.last_accepted is None
        assert not push.is_trusted
        assert coordinator.data is snapshot
        assert not simulator.requests
        assert not events
        assert states == {
            state.entity_id: state.as_dict() for state in hass.states.async_all()
        }
        assert not logged()

    return check


def capture_activity(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return a list that collects the activity of the front door."""
    fired: list[dict[str, Any]] = []

    @callback
    def note(event: HassEvent) -> None:
        state = event.data["new_state"]
        if event.data["entity_id"] == _ACTIVITY and state is not None:
            if state.state not in ("unknown", "unavailable"):
                fired.append(dict(state.attributes))

    hass.bus.async_listen("state_changed", note)
    return fired
