"""Which webhooks at Seam are ours, and how they go when their entry goes."""

from collections.abc import Iterable
from datetime import timedelta
import logging
from typing import Final, NotRequired, TypedDict

from hass_nabucasa import CloudError
from homeassistant.components import cloud
from homeassistant.const import CONF_API_KEY, CONF_WEBHOOK_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ..api import SeamAuthError, SeamClient, SeamError, SeamNotFoundError
from ..api.models import Webhook
from ..const import CONF_ENDPOINT, DOMAIN
from ..coordinator import SeamConfigEntry

_LOGGER = logging.getLogger(__name__)

# What we registered with Seam, and what we were about to, in the entry's data.
CONF_REGISTERED: Final = "registered_webhook"
CONF_INTENDED: Final = "intended_webhook"

# Whoever cannot be reached for so long never will be; a key is not kept for nothing.
_LONGEST_ORPHANED: Final = timedelta(days=30)


class Registered(TypedDict):
    """A webhook that we made at Seam."""

    webhook_id: str
    url: str
    secret: str


class Intended(TypedDict):
    """A webhook that we were about to make: if the answer was lost, it is there."""

    url: str
    others: list[str]
    """Ids of those that had our address before, which somebody else made."""


class _Orphan(TypedDict):
    """A webhook of an entry that was removed while Seam was down."""

    webhook_id: str | None
    intended: NotRequired[Intended | None]
    api_key: str
    endpoint: str
    removed_at: str


def ours(
    at_seam: Iterable[Webhook], webhook_id: str | None, intended: Intended | None
) -> set[str]:
    """Return the ids of webhooks at Seam that we made, and of no others.

    Our address is a secret that only Seam is told: what has appeared there since we
    were about to make one is the one whose answer was lost.
    """
    return {
        known.webhook_id
        for known in at_seam
        if known.webhook_id == webhook_id
        or (
            intended is not None
            and known.url == intended["url"]
            and known.webhook_id not in intended["others"]
        )
    }


async def async_delete(client: SeamClient, webhook_id: str) -> None:
    """Delete a webhook, which may be gone."""
    try:
        await client.delete_webhook(webhook_id)
    except SeamNotFoundError:
        _LOGGER.debug("Webhook %s is gone already", webhook_id)


def _orphans(hass: HomeAssistant) -> Store[list[_Orphan]]:
    return Store(hass, 1, f"{DOMAIN}.orphaned_webhooks", private=True)


async def async_remove_webhook(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Remove what an entry that goes has registered, now or at a later start."""
    await async_delete_cloudhook(hass, entry)
    registered: Registered | None = entry.data.get(CONF_REGISTERED)
    intended: Intended | None = entry.data.get(CONF_INTENDED)
    if registered is None and intended is None:
        return
    orphan = _Orphan(
        webhook_id=registered and registered["webhook_id"],
        intended=intended,
        api_key=entry.data[CONF_API_KEY],
        endpoint=entry.data[CONF_ENDPOINT],
        removed_at=dt_util.utcnow().isoformat(),
    )
    if not await _async_delete_orphan(hass, orphan):
        store = _orphans(hass)
        await store.async_save([*(await store.async_load() or []), orphan])


async def async_delete_cloudhook(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Delete the cloudhook, where there is one."""
    webhook_id = entry.data.get(CONF_WEBHOOK_ID)
    if webhook_id and cloud.async_active_subscription(hass):
        try:
            await cloud.async_delete_cloudhook(hass, webhook_id)
        except (cloud.CloudNotAvailable, CloudError, ValueError) as err:
            # Also where there never was one.
            _LOGGER.debug("Could not delete the cloudhook: %s", err)


async def async_remove_orphans(hass: HomeAssistant) -> None:
    """Try again to remove webhooks of entries that went while Seam was down."""
    store = _orphans(hass)
    if not (orphans := await store.async_load()):
        return
    left = [
        orphan for orphan in orphans if not await _async_delete_orphan(hass, orphan)
    ]
    if left:
        await store.async_save(left)
    else:
        await store.async_remove()


async def _async_delete_orphan(hass: HomeAssistant, orphan: _Orphan) -> bool:
    """Return whether the webhook is gone, or is given up."""
    client = SeamClient(
        async_get_clientsession(hass), orphan["api_key"], orphan["endpoint"]
    )
    try:
        for webhook_id in ours(
            await client.list_webhooks(), orphan["webhook_id"], orphan.get("intended")
        ):
            await async_delete(client, webhook_id)
    except SeamAuthError:
        # Nobody can delete it with this key any more; what it sends is not believed.
        _LOGGER.warning(
            "Seam refuses the key of a removed workspace: its webhook stays"
        )
    except SeamError as err:
        removed_at = dt_util.parse_datetime(orphan["removed_at"], raise_on_error=True)
        if dt_util.utcnow() - removed_at >= _LONGEST_ORPHANED:
            _LOGGER.warning("Gave up to remove a webhook, which stays: %s", err)
            return True
        _LOGGER.warning("Could not remove the webhook yet: %s", err)
        return False
    return True
