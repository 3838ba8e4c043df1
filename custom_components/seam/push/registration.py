"""The webhook at Seam: creating it, following the URL, and deleting it."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
import logging
from typing import Any, Final, TypedDict

from hass_nabucasa import CloudError
from homeassistant.components import cloud, webhook
from homeassistant.const import CONF_API_KEY, CONF_WEBHOOK_ID, EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.network import NoURLAvailableError
import voluptuous as vol

from ..api import (
    SeamClient,
    SeamError,
    SeamNotFoundError,
    SeamServerError,
    SeamUnreachableError,
    SeamUnreadableError,
)
from ..api.models import Webhook
from ..api.rows import Rows
from ..const import CONF_ENDPOINT, CONF_WEBHOOK, CONSOLE_URL, DOMAIN
from ..coordinator import SeamConfigEntry

_LOGGER = logging.getLogger(__name__)

# Keys of the entry's data: the webhook that we created, and one whose creation Seam
# has not confirmed.
CONF_REGISTERED: Final = "registered_webhook"
CONF_INTENDED: Final = "intended_webhook"

_RETRY: Final = timedelta(minutes=5)
# Home Assistant waits while an entry is removed. Delays are in seconds, before each try.
_REMOVAL_DELAYS: Final = (0, 2, 5, 10)
_REMOVAL_TIMEOUT: Final = 30


class RegisteredWebhook(TypedDict):
    """A webhook that we created."""

    webhook_id: str
    url: str
    secret: str


class IntendedWebhook(TypedDict):
    """A webhook that Seam was asked to create. If the answer was lost, it may exist."""

    url: str
    others: list[str]
    """Ids of webhooks with this URL, or an unreadable one, that existed before.

    They are not ours.
    """


_REGISTERED: Final = vol.Schema(
    {"webhook_id": str, "url": str, "secret": str}, required=True
)
_INTENDED: Final = vol.Schema({"url": str, "others": [str]}, required=True)


def registered_webhook(entry: SeamConfigEntry) -> RegisteredWebhook | None:
    """Return the webhook that we created, if there is one."""
    webhook: RegisteredWebhook | None = _stored(entry, CONF_REGISTERED, _REGISTERED)
    return webhook


def _intended_webhook(entry: SeamConfigEntry) -> IntendedWebhook | None:
    """Return the webhook whose creation is not confirmed, if there is one."""
    webhook: IntendedWebhook | None = _stored(entry, CONF_INTENDED, _INTENDED)
    return webhook


def _stored(entry: SeamConfigEntry, key: str, schema: vol.Schema) -> Any:
    """Return a stored webhook, None also if somebody has edited it."""
    try:
        return schema(entry.data.get(key))
    except vol.Invalid:
        return None


def is_webhook_enabled(entry: SeamConfigEntry) -> bool:
    """Return whether the options allow a webhook."""
    return bool(entry.options.get(CONF_WEBHOOK, True))


class WebhookRegistration:
    """Keep one webhook with our current URL at Seam, or none."""

    def __init__(self, hass: HomeAssistant, entry: SeamConfigEntry) -> None:
        """Initialize the registration."""
        self._hass = hass
        self._entry = entry
        self._client = entry.runtime_data.client
        self._lock = asyncio.Lock()
        self._cancel_retry: CALLBACK_TYPE | None = None
        self._is_failing = False

    @callback
    def async_setup(self) -> None:
        """Update the webhook at Seam now and whenever our URL may have changed."""
        entry, hass = self._entry, self._hass
        entry.async_on_unload(self._async_stop_retry)
        if is_webhook_enabled(entry):
            entry.async_on_unload(
                cloud.async_listen_connection_change(hass, self._async_schedule_update)
            )
            entry.async_on_unload(
                hass.bus.async_listen(
                    EVENT_CORE_CONFIG_UPDATE, self._async_schedule_update
                )
            )
        self._async_schedule_update()

    @callback
    def _async_schedule_update(
        self,
        _change: cloud.CloudConnectionState | Event[Any] | datetime | None = None,
    ) -> None:
        """Update the webhook at Seam in the background."""
        self._entry.async_create_background_task(
            self._hass, self._async_update(), f"{DOMAIN} webhook"
        )

    async def _async_update(self) -> None:
        """Update the webhook at Seam, and retry later if that fails."""
        async with self._lock:
            # An update that held the lock may have scheduled a retry.
            self._async_stop_retry()
            try:
                if is_webhook_enabled(self._entry):
                    await self._async_register(await self._async_url())
                else:
                    await self._async_register(None)
                    await _async_delete_cloudhook(self._hass, self._entry)
            except (SeamError, cloud.CloudNotAvailable) as err:
                if not self._is_failing:
                    _LOGGER.info("Could not update the webhook, retrying: %s", err)
                self._is_failing = True
                self._cancel_retry = async_call_later(
                    self._hass, _RETRY, self._async_schedule_update
                )
                return
        if self._is_failing:
            _LOGGER.info("Updated the webhook after a retry")
        self._is_failing = False

    async def _async_url(self) -> str | None:
        """Return the URL where Seam can reach us, or None if it cannot."""
        webhook_id = self._entry.data[CONF_WEBHOOK_ID]
        if cloud.async_active_subscription(self._hass):
            try:
                return await cloud.async_get_or_create_cloudhook(self._hass, webhook_id)
            except (CloudError, TimeoutError, ValueError) as err:
                raise cloud.CloudNotAvailable("The cloud is not available") from err
        try:
            url = webhook.async_generate_url(
                self._hass, webhook_id, allow_internal=False, allow_ip=False
            )
        except NoURLAvailableError:
            return None
        # Events contain who comes and goes.
        return url if url.startswith("https://") else None

    async def _async_register(self, url: str | None) -> None:
        """Have one webhook with this URL at Seam, or none without a URL."""
        registered = registered_webhook(self._entry)
        intended = _intended_webhook(self._entry)
        if registered is None and intended is None and url is None:
            return
        if url:
            # Seam may quote it, and only Seam knows it.
            self._client.secrets.add((url.rsplit("/", 1)[-1],))
        existing = await self._client.list_webhooks()
        own_ids = _own_webhook_ids(existing, registered, intended)
        listed_ids = {known.webhook_id for known in existing}
        if registered is not None and registered["url"] == url:
            if registered["webhook_id"] in listed_ids:
                return
            if existing.may_lack(registered["webhook_id"]):
                raise _incomplete_list()
        for webhook_id in own_ids:
            await _async_delete(self._client, webhook_id)
        self._entry.runtime_data.async_stop_trusting_webhook()
        self._async_store()
        if url is None:
            return
        others = [
            other.webhook_id
            for other in existing
            if other.url == url and other.webhook_id not in own_ids
        ]
        others += sorted(existing.unreadable - own_ids)
        self._async_store(intended=IntendedWebhook(url=url, others=others))
        try:
            created = await self._client.create_webhook(url)
        except SeamError as err:
            if not err.is_uncertain:
                self._async_store()
            raise
        if not created.secret:
            # Without a secret, posts cannot be verified.
            await _async_delete(self._client, created.webhook_id)
            self._async_store()
            _LOGGER.warning(
                "Seam created a webhook without a secret; continuing to poll instead"
            )
            return
        self._async_store(
            RegisteredWebhook(
                webhook_id=created.webhook_id, url=url, secret=created.secret
            )
        )

    @callback
    def _async_store(
        self,
        registered: RegisteredWebhook | None = None,
        intended: IntendedWebhook | None = None,
    ) -> None:
        """Store in the entry which webhook exists or may exist at Seam."""
        changes = {CONF_REGISTERED: registered, CONF_INTENDED: intended}
        data = {**self._entry.data, **changes}
        self._hass.config_entries.async_update_entry(
            self._entry,
            data={key: value for key, value in data.items() if value is not None},
        )

    @callback
    def _async_stop_retry(self) -> None:
        if self._cancel_retry is not None:
            self._cancel_retry()
            self._cancel_retry = None


async def async_remove_webhook(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Delete the webhook and the cloudhook of an entry that is being removed.

    The API key is gone afterwards, so whatever cannot be deleted by then is left.
    """
    await _async_delete_cloudhook(hass, entry)
    registered, intended = registered_webhook(entry), _intended_webhook(entry)
    if registered is None and intended is None:
        return
    client = SeamClient(
        async_get_clientsession(hass),
        entry.data[CONF_API_KEY],
        entry.data[CONF_ENDPOINT],
    )
    reason = "Seam did not respond in time"
    with suppress(TimeoutError):
        async with asyncio.timeout(_REMOVAL_TIMEOUT):
            for delay in _REMOVAL_DELAYS:
                await asyncio.sleep(delay)
                try:
                    existing = (
                        Rows[Webhook]() if registered else await client.list_webhooks()
                    )
                    for webhook_id in _own_webhook_ids(existing, registered, intended):
                        await _async_delete(client, webhook_id)
                except SeamError as err:
                    reason = str(err)
                    if not isinstance(err, SeamServerError | SeamUnreachableError):
                        break
                else:
                    return
    _LOGGER.warning(
        "Could not delete the webhook for workspace %s: %s. "
        "Delete %s manually in the Seam console: %s",
        client.secrets.mask(entry.title),
        reason,
        f"webhook {client.secrets.mask(registered['webhook_id'])}"
        if registered
        else "the webhook that points to Home Assistant",
        CONSOLE_URL,
    )


def _own_webhook_ids(
    existing: Rows[Webhook],
    registered: RegisteredWebhook | None,
    intended: IntendedWebhook | None,
) -> set[str]:
    """Return the ids of webhooks that we created, and of no others.

    Raise an error if one that may be ours could not be read.
    """
    if registered is not None:
        # Even if it is not listed: it would remain forever once its id is forgotten.
        return {registered["webhook_id"]}
    if intended is None:
        return set()
    others = frozenset(intended["others"])
    if not existing.is_complete or existing.unreadable - others:
        raise _incomplete_list()
    # Only Seam knows our URL. A webhook that has appeared there since we asked for one
    # is therefore ours, even though the answer was lost.
    return {
        known.webhook_id
        for known in existing
        if known.url == intended["url"] and known.webhook_id not in others
    }


def _incomplete_list() -> SeamError:
    return SeamUnreadableError("Not all webhooks could be read")


async def _async_delete(client: SeamClient, webhook_id: str) -> None:
    """Delete a webhook, which may already be gone."""
    try:
        await client.delete_webhook(webhook_id)
    except SeamNotFoundError:
        _LOGGER.debug("Webhook %s was already deleted", client.secrets.mask(webhook_id))


async def _async_delete_cloudhook(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Delete the cloudhook, if there is one."""
    webhook_id = entry.data.get(CONF_WEBHOOK_ID)
    if webhook_id and cloud.async_active_subscription(hass):
        try:
            await cloud.async_delete_cloudhook(hass, webhook_id)
        except (cloud.CloudNotAvailable, CloudError, ValueError) as err:
            # ValueError: there is none.
            _LOGGER.debug("Could not delete the cloudhook: %s", err)
