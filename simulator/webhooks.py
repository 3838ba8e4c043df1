"""Signed webhook deliveries, as made by Svix."""

import asyncio
import base64
from dataclasses import dataclass
from datetime import datetime
import hashlib
import hmac
import logging

import aiohttp

from .events import render_event
from .render import dump_json
from .state import Event, State, Webhook
from .timeline import Timeline

_LOGGER = logging.getLogger(__name__)

RETRY_SECONDS = (5, 300, 1800, 7200, 18000, 36000, 36000)
_TIMEOUT = aiohttp.ClientTimeout(total=15)


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """An attempted delivery of an event."""

    webhook_id: str
    event_id: str
    event_type: str
    attempt: int
    at: datetime
    status: int | None
    """None if there was no response."""


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature header of a message."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


class Webhooks:
    """Posts events to the registered webhooks."""

    def __init__(self, state: State, timeline: Timeline) -> None:
        """Initialize the webhooks."""
        self._state = state
        self._timeline = timeline
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.deliveries: list[DeliveryRecord] = []
        timeline.handle("deliver", self._deliver)

    async def start(self) -> None:
        """Open the client session."""
        self._session = aiohttp.ClientSession(timeout=_TIMEOUT)

    async def stop(self) -> None:
        """Cancel pending deliveries and close the client session."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def settle(self) -> None:
        """Wait until no delivery is pending."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def announce(self, event: Event) -> None:
        """Schedule the deliveries of an event."""
        for webhook in self._state.webhooks.values():
            if webhook.workspace_id == event.workspace_id and _wants(webhook, event):
                self._timeline.schedule(
                    "deliver",
                    webhook_id=webhook.webhook_id,
                    event_id=event.event_id,
                    event_type=event.event_type,
                    body=dump_json(render_event(event)).decode(),
                    attempt=1,
                )

    def _deliver(
        self, webhook_id: str, event_id: str, event_type: str, body: str, attempt: int
    ) -> None:
        webhook = self._state.webhooks.get(webhook_id)
        if webhook is None or self._session is None:
            return
        task = asyncio.get_running_loop().create_task(
            self._post(
                self._session, webhook, event_id, event_type, body.encode(), attempt
            )
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _post(
        self,
        session: aiohttp.ClientSession,
        webhook: Webhook,
        event_id: str,
        event_type: str,
        body: bytes,
        attempt: int,
    ) -> None:
        now = self._timeline.now()
        timestamp = int(now.timestamp())
        message_id = f"msg_{event_id}"
        headers = {
            "Content-Type": "application/json",
            "svix-id": message_id,
            "svix-timestamp": str(timestamp),
            "svix-signature": sign(webhook.secret, message_id, timestamp, body),
        }
        status = None
        try:
            async with session.post(
                webhook.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                status = response.status
        except aiohttp.ClientError, TimeoutError:
            _LOGGER.debug("Nobody answered at webhook %s", webhook.webhook_id)
        self.deliveries.append(
            DeliveryRecord(
                webhook.webhook_id, event_id, event_type, attempt, now, status
            )
        )
        if status is not None and 200 <= status < 300:
            return
        if attempt <= len(RETRY_SECONDS):
            self._timeline.schedule(
                "deliver",
                after=RETRY_SECONDS[attempt - 1],
                webhook_id=webhook.webhook_id,
                event_id=event_id,
                event_type=event_type,
                body=body.decode(),
                attempt=attempt + 1,
            )


def _wants(webhook: Webhook, event: Event) -> bool:
    return "*" in webhook.event_types or event.event_type in webhook.event_types
