"""Where it is remembered which codes were made for stays, and what was told."""

from collections.abc import Collection, Iterable, Mapping
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store

from ..const import DOMAIN
from .links import Link
from .verdicts import ToldVerdict

_LOGGER = logging.getLogger(__name__)

_VERSION: Final = 1

# Beside the links, as earlier versions have stored nothing else.
_VERDICTS: Final = "verdicts"

type _Stored = dict[str, Any]


def _store(hass: HomeAssistant, entry_id: str) -> Store[_Stored]:
    return Store(hass, _VERSION, f"{DOMAIN}.stays.{entry_id}")


async def async_load_links(
    hass: HomeAssistant, entry_id: str, subentry_ids: Collection[str]
) -> LinkStore | None:
    """Return the links of all stays of a config entry, without those of removed ones.

    Without its links, a code would be created again, so there is no store if the links
    cannot be read.
    """
    store = _store(hass, entry_id)
    try:
        stored = await store.async_load() or {}
        verdicts = {
            subentry_id: tuple(map(ToldVerdict.load, rows))
            for subentry_id, rows in stored.pop(_VERDICTS, {}).items()
            if subentry_id in subentry_ids
        }
        links = {
            subentry_id: tuple(map(Link.load, rows))
            for subentry_id, rows in stored.items()
            if subentry_id in subentry_ids
        }
    except UnsupportedStorageVersionError:
        _LOGGER.error(
            "Could not set up stays because a newer version of the integration has saved"
            " %s, which lists their access codes. Update the integration, or restore"
            " the file from a backup",
            store.path,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as err:
        _LOGGER.error(
            "Could not set up stays because %s, which lists their access codes, is"
            " damaged (%s). Restore the file from a backup",
            store.path,
            type(err).__name__,
        )
    else:
        return LinkStore(store, links, verdicts)
    return None


async def async_remove_links(hass: HomeAssistant, entry_id: str) -> None:
    """Forget the links of a config entry that is removed."""
    await _store(hass, entry_id).async_remove()


class LinkStore:
    """The links of a config entry, and the verdicts that were told, by subentry."""

    def __init__(
        self,
        store: Store[_Stored],
        links: Mapping[str, tuple[Link, ...]],
        verdicts: Mapping[str, tuple[ToldVerdict, ...]],
    ) -> None:
        """Initialize the store with what was stored."""
        self._store = store
        self._links = dict(links)
        self._verdicts = dict(verdicts)

    @callback
    def async_memory(self, subentry_id: str) -> LinkMemory:
        """Return what is remembered of a subentry."""
        return LinkMemory(self, subentry_id)

    def links(self, subentry_id: str) -> tuple[Link, ...]:
        """Return the links of a subentry."""
        return self._links.get(subentry_id, ())

    def verdicts(self, subentry_id: str) -> tuple[ToldVerdict, ...]:
        """Return the verdicts that were told of a subentry."""
        return self._verdicts.get(subentry_id, ())

    def taken(self, subentry_id: str) -> set[str | None]:
        """Return the IDs of the codes of all other subentries."""
        return {
            link.code_id
            for other_id, links in self._links.items()
            if other_id != subentry_id
            for link in links
        }

    async def async_save(self, subentry_id: str, links: Iterable[Link]) -> None:
        """Store the links of a subentry immediately."""
        self._links[subentry_id] = tuple(links)
        await self._async_save()

    async def async_save_verdicts(
        self, subentry_id: str, verdicts: tuple[ToldVerdict, ...]
    ) -> None:
        """Store the verdicts that were told of a subentry immediately."""
        self._verdicts[subentry_id] = verdicts
        await self._async_save()

    async def _async_save(self) -> None:
        await self._store.async_save(
            {**_dumped(self._links), _VERDICTS: _dumped(self._verdicts)}
        )


def _dumped(
    remembered: Mapping[str, Iterable[Link | ToldVerdict]],
) -> dict[str, list[dict[str, Any]]]:
    return {
        subentry_id: [one.dump() for one in rows]
        for subentry_id, rows in remembered.items()
    }


class LinkMemory:
    """The links of one subentry, and the verdicts that were told."""

    def __init__(self, store: LinkStore, subentry_id: str) -> None:
        """Initialize the memory of a subentry."""
        self._store = store
        self._subentry_id = subentry_id

    @property
    def links(self) -> tuple[Link, ...]:
        """The links."""
        return self._store.links(self._subentry_id)

    @property
    def verdicts(self) -> tuple[ToldVerdict, ...]:
        """The verdicts that were told."""
        return self._store.verdicts(self._subentry_id)

    @property
    def taken(self) -> set[str | None]:
        """The IDs of the codes of all other subentries."""
        return self._store.taken(self._subentry_id)

    async def async_save(self, links: Iterable[Link]) -> None:
        """Store the links immediately."""
        await self._store.async_save(self._subentry_id, links)

    async def async_save_verdicts(self, verdicts: tuple[ToldVerdict, ...]) -> None:
        """Store the verdicts immediately."""
        await self._store.async_save_verdicts(self._subentry_id, verdicts)
