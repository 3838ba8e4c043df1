"""New codes that Seam has not confirmed, so that they are not created again.

Seam may create a code after the answer was lost, and list it only later.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..api import SeamError
from ..const import DOMAIN

type _Requested = dict[tuple[str, str], datetime]

_REQUESTED: Final[HassKey[_Requested]] = HassKey(f"{DOMAIN}_requested_codes")
# After this time, Seam has created and listed a code, or never will.
_LISTED_WITHIN: Final = timedelta(minutes=5)


@contextmanager
def requesting(
    hass: HomeAssistant, device_ids: Iterable[str], name: str
) -> Iterator[None]:
    """Remember that codes are requested, unless Seam refuses that."""
    requested = hass.data.setdefault(_REQUESTED, {})
    now = dt_util.utcnow()
    for key in [key for key, when in requested.items() if _is_old(when, now)]:
        del requested[key]
    keys = {(device_id, name) for device_id in device_ids}
    requested |= dict.fromkeys(keys, now)
    try:
        yield
    except SeamError as err:
        if not err.is_uncertain:
            for key in keys:
                requested.pop(key, None)
        raise


def confirm(hass: HomeAssistant, device_id: str, name: str | None) -> None:
    """Forget a request, as Seam lists its code or deletes it."""
    hass.data.get(_REQUESTED, {}).pop((device_id, name or ""), None)


def is_unconfirmed(hass: HomeAssistant, device_id: str, name: str | None) -> bool:
    """Return whether a code was requested lately that Seam may not list yet."""
    when = hass.data.get(_REQUESTED, {}).get((device_id, name or ""))
    return when is not None and not _is_old(when, dt_util.utcnow())


def _is_old(when: datetime, now: datetime) -> bool:
    return abs(now - when) >= _LISTED_WITHIN
