"""New codes that Seam has not confirmed, so that they are not created again.

Seam may create a code after the answer was lost, and list it only later.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from ..api import AccessCode, SeamError
from ..const import DOMAIN
from ..sync.snapshot import LockData


class _Request(NamedTuple):
    """When a code was requested, and which codes the lock had then."""

    time: float
    code_ids: frozenset[str]


_REQUESTED: Final[HassKey[dict[tuple[str, str], _Request]]] = HassKey(
    f"{DOMAIN}_requested_codes"
)
# Seconds. After this time, Seam has created and listed a code, or never will.
_LISTED_WITHIN: Final = 300


@contextmanager
def requesting(
    hass: HomeAssistant, locks: Iterable[LockData], name: str
) -> Iterator[None]:
    """Remember that codes are requested, unless Seam refuses that."""
    requested = hass.data.setdefault(_REQUESTED, {})
    for key in [key for key, old in requested.items() if _is_old(hass, old)]:
        del requested[key]
    requests = {
        _key(lock.device_id, name): _Request(
            # Unlike the clock, it is never set.
            hass.loop.time(),
            frozenset(code.access_code_id for code in lock.codes),
        )
        for lock in locks
    }
    requested |= requests
    try:
        yield
    except SeamError as err:
        if not err.is_uncertain:
            for key in requests:
                requested.pop(key, None)
        raise


def confirm(hass: HomeAssistant, code: AccessCode) -> None:
    """Forget the request for a code, which Seam lists or deletes.

    Another code may have the same name.
    """
    requested = hass.data.get(_REQUESTED, {})
    key = _key(code.device_id, code.unmasked_name)
    if (
        (request := requested.get(key))
        and code.is_managed
        and code.access_code_id not in request.code_ids
    ):
        del requested[key]


def is_unconfirmed(hass: HomeAssistant, device_id: str, name: str | None) -> bool:
    """Return whether a code was requested lately that Seam may not list yet."""
    request = hass.data.get(_REQUESTED, {}).get(_key(device_id, name))
    return request is not None and not _is_old(hass, request)


def _key(device_id: str, name: str | None) -> tuple[str, str]:
    # Actions ignore the case of names, too.
    return device_id, (name or "").casefold()


def _is_old(hass: HomeAssistant, request: _Request) -> bool:
    return hass.loop.time() - request.time >= _LISTED_WITHIN
