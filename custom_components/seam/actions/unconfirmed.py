"""New codes that Seam may not list, so that they are not created again.

Seam may create a code after the answer was lost, and list it only later. Even a code
that was listed may be missing from the next lists, and answered with a 404.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..api import AccessCode, SeamError
from ..const import DOMAIN
from ..sync.snapshot import LockData


class _Request(NamedTuple):
    """When a code was requested or listed, and which codes the lock had before."""

    time: float
    code_ids: frozenset[str]
    # Once it is listed.
    code: AccessCode | None = None

    def is_for(self, code: AccessCode) -> bool:
        """Return whether a code may be the requested one."""
        return code.is_managed and code.access_code_id not in self.code_ids


_REQUESTED: Final[HassKey[dict[tuple[str, str], _Request]]] = HassKey(
    f"{DOMAIN}_requested_codes"
)
# Seconds. After this time, Seam lists a code, or never will.
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
    """Remember that Seam lists a requested code. Another may have the same name."""
    requested = hass.data.get(_REQUESTED, {})
    key = _key(code.device_id, code.unmasked_name)
    if (request := requested.get(key)) and request.is_for(code):
        requested[key] = request._replace(time=hass.loop.time(), code=code)


def forget(hass: HomeAssistant, code: AccessCode) -> None:
    """Forget the request for a code that is deleted. It may have been renamed."""
    requested = hass.data.get(_REQUESTED, {})
    named = _key(code.device_id, code.unmasked_name)
    for key, request in list(requested.items()):
        if (
            request.code.access_code_id == code.access_code_id
            if request.code
            else key == named and request.is_for(code)
        ):
            del requested[key]


def remember(hass: HomeAssistant, code: AccessCode) -> None:
    """Remember that Seam still has a code, as it could not be deleted."""
    if code.is_managed:
        hass.data.setdefault(_REQUESTED, {}).setdefault(
            _key(code.device_id, code.unmasked_name),
            _Request(hass.loop.time(), frozenset(), code),
        )


def is_unconfirmed(hass: HomeAssistant, device_id: str, name: str | None) -> bool:
    """Return whether a code was requested lately that Seam may not list yet."""
    request = _recent(hass, device_id, name)
    return request is not None and request.code is None


def may_exist(hass: HomeAssistant, lock: LockData, name: str) -> bool:
    """Return whether a lock may have a recent code of a name that it does not show."""
    if (request := _recent(hass, lock.device_id, name)) is None:
        return False
    code = request.code
    return code is None or not (
        # It may have been renamed since.
        lock.code(code.access_code_id) or code.is_expired(dt_util.utcnow())
    )


def _recent(hass: HomeAssistant, device_id: str, name: str | None) -> _Request | None:
    request = hass.data.get(_REQUESTED, {}).get(_key(device_id, name))
    return None if request is None or _is_old(hass, request) else request


def _key(device_id: str, name: str | None) -> tuple[str, str]:
    # Actions ignore the case of names, too.
    return device_id, (name or "").casefold()


def _is_old(hass: HomeAssistant, request: _Request) -> bool:
    return hass.loop.time() - request.time >= _LISTED_WITHIN
