"""A client of the websocket API, as the panel is one."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from homeassistant.auth.const import GROUP_ID_ADMIN
from homeassistant.auth.models import User
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import CLIENT_ID
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.websocket.types import Text
from tests.test_repository import load_json

TEXTS: Final = load_json("translations/en.json")


def is_text(value: object) -> bool:
    """Return whether something is a text of the translations."""
    return isinstance(value, dict) and value.keys() == Text.__required_keys__


def in_english(value: Any) -> Any:
    """Return a message with the texts that a user sees."""
    if isinstance(value, list):
        return [in_english(item) for item in value]
    if not isinstance(value, dict):
        return value
    if is_text(value):
        text: Any = TEXTS
        for part in value["translation_key"].split("."):
            text = text[part]
        return text.format(**value["translation_placeholders"])
    return {key: in_english(item) for key, item in value.items()}


class Panel:
    """A subscribed client that keeps what it is sent."""

    def __init__(self, client: MockHAClientWebSocket) -> None:
        """Initialize the client."""
        self._client = client
        self.first: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []
        self.locks: dict[str, dict[str, Any]] = {}
        self.entries: list[dict[str, Any]] = []
        self.stays: dict[str, dict[str, Any]] = {}
        self.raw: dict[str, Any] = {}

    async def subscribe(self) -> dict[str, Any]:
        """Subscribe, and return the first event."""
        assert (await self.send("seam/subscribe"))["success"]
        while not self.events:
            await self._receive()
        self.first = self.events.pop(0)
        return self.first

    async def close(self) -> None:
        """Close the connection."""
        await self._client.close()

    async def send(self, command: str, **data: Any) -> dict[str, Any]:
        """Send a command, and return the answer."""
        await self._client.send_json_auto_id({"type": command, **data})
        while (message := await self._receive())["type"] != "result":
            pass
        return message

    async def results(self, command: str, **data: Any) -> dict[str, Any]:
        """Return the rows of a command that succeeds."""
        answer = await self.send(command, **data)
        assert answer["success"], answer
        rows: dict[str, Any] = answer["result"]["results"]
        return rows

    async def refused(self, command: str, **data: Any) -> dict[str, Any]:
        """Return the error of a command that fails as a whole."""
        answer = await self.send(command, **data)
        assert not answer["success"], answer
        error: dict[str, Any] = answer["error"]
        return error

    async def wait_for(self, is_seen: Callable[[], bool]) -> None:
        """Receive events until something is seen."""
        async with asyncio.timeout(20):
            while not is_seen():
                await self._receive()

    async def received(self) -> list[dict[str, Any]]:
        """Return the events since the last call."""
        await self.send("ping")
        events, self.events = self.events, []
        return events

    def code(self, access_code_id: str) -> dict[str, Any] | None:
        """Return a code as the panel would show it."""
        return next(
            (
                code
                for lock in self.locks.values()
                for code in lock["codes"]
                if code["access_code_id"] == access_code_id
            ),
            None,
        )

    async def _receive(self) -> dict[str, Any]:
        self.raw = await self._client.receive_json()
        message: dict[str, Any] = in_english(self.raw)
        if message["type"] == "pong":
            return {**message, "type": "result"}
        # A test may subscribe to more.
        if message["type"] == "event" and "locks" in message["event"]:
            event = message["event"]
            self.events.append(event)
            self.locks |= {lock["device_id"]: lock for lock in event["locks"]}
            for device_id in event.get("removed", ()):
                del self.locks[device_id]
            self.stays |= {row["subentry_id"]: row for row in event.get("stays", ())}
            for subentry_id in event.get("removed_stays", ()):
                del self.stays[subentry_id]
            self.entries = event.get("entries", self.entries)
        return message


async def async_connect(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, user: User | None = None
) -> Panel:
    """Connect as a user; an administrator by default."""
    assert await async_setup_component(hass, "websocket_api", {})
    user = user or await hass.auth.async_create_user("Host", group_ids=[GROUP_ID_ADMIN])
    token = await hass.auth.async_create_refresh_token(user, CLIENT_ID)
    return Panel(await hass_ws_client(hass, hass.auth.async_create_access_token(token)))


type Connect = Callable[..., Awaitable[Panel]]


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up only locks, whose codes the panel shows."""
    return [Platform.LOCK]


@pytest.fixture
def connect(hass: HomeAssistant, hass_ws_client: WebSocketGenerator) -> Connect:
    """Return a function that connects as a user; an administrator by default."""
    return partial(async_connect, hass, hass_ws_client)


@pytest.fixture
async def panel(coordinator: SeamCoordinator, connect: Connect) -> Panel:
    """Return the panel of an administrator."""
    panel = await connect()
    await panel.subscribe()
    return panel
