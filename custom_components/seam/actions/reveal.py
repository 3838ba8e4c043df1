"""The action that returns a code with its PIN."""

from datetime import datetime
import logging

from homeassistant.core import ServiceCall
from homeassistant.util import dt as dt_util

from ..api import AccessCode, SeamAuthError, SeamError, SeamNotFoundError
from ..attributes import JsonObject, label, local_time
from ..errors import refusal, translated_errors
from ..sync.snapshot import LockData, masked_code
from .codes import code_with_pin, find_any_code
from .fields import CodeSelection, code_selection
from .targets import Answers, Target, async_each, async_refresh, current_target

_LOGGER = logging.getLogger(__name__)


async def async_reveal_access_code(call: ServiceCall, targets: list[Target]) -> Answers:
    """Return a code of each lock with its PIN."""
    selection = code_selection(call.data)
    return await async_each(targets, lambda target: _async_reveal(target, selection))


async def _async_reveal(target: Target, selection: CodeSelection) -> JsonObject:
    """Return a code with its PIN, and whether that comes from Seam just now.

    While Seam is unreachable, the last known PIN is returned.
    """
    coordinator, before = target.coordinator, target.lock
    errors = await async_refresh(target)
    target = current_target(target)
    lock = target.lock
    known = find_any_code(target, selection)
    with translated_errors(coordinator, is_change=False):
        if isinstance(error := errors.get(lock.device_id), SeamAuthError):
            raise error
        fresh = await _async_read(target, known)
    as_of: datetime | None = dt_util.utcnow()
    if fresh is None:
        as_of = (
            coordinator.confirmed_at
            if before.knows(known)
            else coordinator.engine.read_at(known)
        )
    code = masked_code(fresh or known, coordinator.secrets)
    check_pin_known(lock, code)
    return {
        **code_with_pin(lock, code),
        "is_fresh": fresh is not None,
        "as_of": local_time(as_of),
    }


def check_pin_known(lock: LockData, code: AccessCode) -> None:
    """Refuse a code whose PIN is unknown."""
    if code.code is None:
        raise refusal("pin_unknown", lock=lock.device.name, name=label(code))


async def _async_read(target: Target, code: AccessCode) -> AccessCode | None:
    """Return the code as Seam has it now, or None if Seam does not answer.

    The refreshed snapshot is not enough: it keeps codes that are missing from a list,
    or that cannot be read.
    """
    coordinator = target.coordinator
    try:
        return await coordinator.fetcher.async_read_code(code)
    except SeamAuthError:
        raise
    except SeamNotFoundError:
        coordinator.async_apply(
            coordinator.engine.codes_not_found, (code.access_code_id,)
        )
        await async_refresh(target)
        raise
    except SeamError as err:
        err.redact(coordinator.secrets.mask_message)
        _LOGGER.debug("Could not fetch an access code: %s", err)
        return None
