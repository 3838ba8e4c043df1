"""Where it is remembered which codes were made for stays, and what was reported."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
import logging
from pathlib import Path
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store

from ..const import DOMAIN
from .links import Link
from .verdicts import ReportedVerdict

_LOGGER = logging.getLogger(__name__)

_VERSION: Final = 1

# Beside the links, as earlier versions have stored nothing else.
_VERDICTS: Final = "verdicts"

type _Stored = dict[str, Any]


def _store(hass: HomeAssistant, entry_id: str) -> Store[_Stored]:
    key = f"{DOMAIN}.stays.{entry_id}"
    return Store(hass, _VERSION, key, atomic_writes=True)


def _was_damaged(path: str) -> bool:
    """Return whether Home Assistant has renamed a file because it was damaged."""
    file = Path(path)
    return any(file.parent.glob(f"{file.name}.corrupt.*"))


async def async_load_memories(
    hass: HomeAssistant, entry_id: str, subentry_ids: Collection[str]
) -> Mapping[str, StaysMemory] | None:
    """Return what is remembered of the stays of a config entry, by subentry.

    Without its links, a code would be created again, so nothing is returned if the
    links cannot be read.
    """
    store = _store(hass, entry_id)
    memories: dict[str, StaysMemory] = {}

    async def save() -> None:
        await store.async_save(
            {
                **{key: _dumped(memory.links) for key, memory in memories.items()},
                _VERDICTS: {
                    key: _dumped(memory.verdicts) for key, memory in memories.items()
                },
            }
        )

    try:
        stored = await store.async_load()
        if stored is None and await hass.async_add_executor_job(
            _was_damaged, store.path
        ):
            _LOGGER.error(
                "Could not set up stays because %s, which lists their access codes, was"
                " damaged. Restore the file from a backup. If you have none, delete the"
                " access codes of the stays and %s.corrupt.*, and reload the workspace",
                store.path,
                store.path,
            )
            return None
        stored = stored or {}
        verdicts = stored.get(_VERDICTS, {})
        for subentry_id in subentry_ids:
            memories[subentry_id] = StaysMemory(
                tuple(map(Link.load, stored.get(subentry_id, ()))),
                tuple(map(ReportedVerdict.load, verdicts.get(subentry_id, ()))),
                memories,
                save,
            )
    except UnsupportedStorageVersionError:
        _LOGGER.error(
            "Could not set up stays because a newer version of the integration has saved"
            " %s, which lists their access codes. Update the integration, or restore"
            " the file from a backup",
            store.path,
        )
        return None
    except (
        AttributeError,
        HomeAssistantError,
        KeyError,
        TypeError,
        ValueError,
    ) as err:
        _LOGGER.error(
            "Could not set up stays because %s, which lists their access codes, cannot"
            " be read (%s). Restore the file from a backup",
            store.path,
            type(err).__name__,
        )
        return None
    return memories


async def async_remove_memories(hass: HomeAssistant, entry_id: str) -> None:
    """Forget the stays of a config entry that is removed."""
    await _store(hass, entry_id).async_remove()


def _dumped(rows: Iterable[Link | ReportedVerdict]) -> list[dict[str, Any]]:
    return [row.dump() for row in rows]


class StaysMemory:
    """The links of a subentry, and the verdicts that were reported."""

    def __init__(
        self,
        links: tuple[Link, ...],
        verdicts: tuple[ReportedVerdict, ...],
        all_memories: Mapping[str, StaysMemory],
        save: Callable[[], Awaitable[None]],
    ) -> None:
        """Initialize the memory with what was stored."""
        self.links = links
        self.verdicts = verdicts
        self._all = all_memories
        self._save = save

    @property
    def taken(self) -> set[str | None]:
        """The IDs of the codes of all other subentries."""
        others = (memory for memory in self._all.values() if memory is not self)
        return {link.code_id for memory in others for link in memory.links}

    async def async_save(self, links: Iterable[Link]) -> None:
        """Store the links immediately."""
        self.links = tuple(links)
        await self._save()

    async def async_save_verdicts(self, verdicts: tuple[ReportedVerdict, ...]) -> None:
        """Store the verdicts immediately."""
        self.verdicts = verdicts
        await self._save()
