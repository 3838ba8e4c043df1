"""Making it so that each lock has exactly one code of a name, as wanted."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from weakref import WeakValueDictionary

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..api import AccessCode, CodeStatus
from ..attributes import JsonObject, label
from ..const import DOMAIN
from ..errors import refusal
from ..sync.snapshot import LockData
from .codes import (
    CodeRequest,
    async_create,
    candidates,
    check_codes_known,
    check_request,
    name_contains_pin,
)
from .schedule import async_create_shared, check_shared, new_common_code_key
from .targets import Outcome, Target, async_each, async_renew, current_lock
from .update import CodeChange, Fields, async_change, check_change, check_changeable
from .validation import check_pin

# Two calls for one name at a time would both find no code, and make two.
_UNDER_WAY: HassKey[WeakValueDictionary[str, asyncio.Lock]] = HassKey(
    f"{DOMAIN}_ensuring"
)

_TIMES = {"starts_at", "ends_at", "type"}
_ROUNDING = {"1day": timedelta(days=1)}


@dataclass(frozen=True)
class _Present:
    """A code that is there already, and what of it has to change."""

    target: Target
    code: AccessCode
    fields: Fields


async def async_ensure(
    hass: HomeAssistant, targets: Sequence[Target], request: CodeRequest
) -> dict[str, Outcome]:
    """Create the code, change it or leave it, on each lock; return it with its PIN."""
    check_request((), request)
    names = hass.data.setdefault(_UNDER_WAY, WeakValueDictionary())
    async with names.setdefault(request.name, asyncio.Lock()):
        await async_renew(targets)
        return await _Ensuring(request).async_run(targets)


class _Ensuring:
    """Goes through the locks once."""

    def __init__(self, request: CodeRequest) -> None:
        self._request = request
        self._outcomes: dict[str, Outcome] = {}
        self._present: list[_Present] = []
        self._missing: list[Target] = []
        self._new_key = new_common_code_key()

    async def async_run(self, targets: Sequence[Target]) -> dict[str, Outcome]:
        """Look at all locks, refuse what cannot be, and only then change anything."""
        for target in targets:
            try:
                self._look(target)
            except HomeAssistantError as err:
                self._outcomes[target.entity_id] = err
        request = self._request
        check_request(self._missing, request)
        for present in self._present:
            if present.fields:
                target, code = present.target, present.code
                check_changeable(target.lock, code)
                check_change(target.coordinator, target.lock, code, present.fields)
        # Without a PIN of one's own, Seam chooses, unless one of the locks has one.
        shares = not self._pins and len(self._missing) > 1
        if shares:
            check_shared(self._missing, request)

        by_entity = {present.target.entity_id: present for present in self._present}
        self._outcomes |= await async_each(
            [present.target for present in self._present],
            lambda target: _async_adapt(by_entity[target.entity_id]),
        )
        self._outcomes |= (
            await self._async_create_shared()
            if shares
            else await async_each(self._missing, self._async_create)
        )
        return {
            target.entity_id: self._outcomes[target.entity_id] for target in targets
        }

    def _look(self, target: Target) -> None:
        """Find out whether a lock has the code."""
        lock = current_lock(target)
        check_codes_known(lock)
        target = replace(target, lock=lock)
        request, now = self._request, dt_util.utcnow()
        found = [
            code
            for code in lock.managed
            if code.unmasked_name == request.name
            and not code.is_backup
            and not code.is_expired(now)
            and code.status_at(now) is not CodeStatus.REMOVING
        ]
        if len(found) > 1:
            raise refusal(
                "several_of_name",
                lock=lock.device.name,
                name=label(found[0]),
                candidates=candidates(found),
            )
        if found:
            fields = _difference(request, target, found[0])
            self._present.append(_Present(target, found[0], fields))
        else:
            self._missing.append(target)

    @property
    def _pins(self) -> list[str]:
        """The PINs to try for new codes, best first."""
        if self._request.code is not None:
            return [self._request.code]
        return [present.code.code for present in self._present if present.code.code]

    async def _async_create(self, target: Target) -> JsonObject:
        """Create the code on a lock that lacks it, with the others' PIN if it fits."""
        request, pin = self._request, self._request.code
        if pin is None and not request.is_offline_access_code:
            pin = next(
                (pin for pin in self._pins if _fits(target.lock, request.name, pin)),
                None,
            )
            request = replace(request, code=pin)
        if pin is not None:
            request = replace(request, preferred_code_length=None)
        created = await async_create(
            target.coordinator,
            target.lock,
            request,
            common_code_key=pin and self._key(target, pin),
        )
        return {**created, "outcome": "created"}

    def _key(self, target: Target, pin: str) -> str | None:
        """Return what links a new code with those of its PIN."""
        if not self._present:
            return self._new_key if len(self._missing) > 1 else None
        return next(
            (
                key
                for present in self._present
                if present.target.coordinator is target.coordinator
                and present.fields.get("code", present.code.code) == pin
                and (key := present.code.common_code_key)
            ),
            None,
        )

    async def _async_create_shared(self) -> dict[str, Outcome]:
        try:
            outcomes = await async_create_shared(self._missing, self._request)
        except HomeAssistantError as err:
            return dict.fromkeys((target.entity_id for target in self._missing), err)
        return {
            entity_id: outcome
            if isinstance(outcome, HomeAssistantError)
            else {**outcome, "outcome": "created"}
            for entity_id, outcome in outcomes.items()
        }


async def _async_adapt(present: _Present) -> JsonObject:
    target = present.target
    changed = await async_change(
        target.coordinator, target.lock, present.code, present.fields
    )
    return {**changed, "outcome": "updated"} if present.fields else changed


def _difference(request: CodeRequest, target: Target, code: AccessCode) -> Fields:
    """Return what of a code is not as wanted. Without any PIN, its own is."""
    change = CodeChange(
        code=request.code,
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        is_ongoing=request.starts_at is None,
        is_external_modification_allowed=request.is_external_modification_allowed,
    )
    fields = change.difference(target.coordinator, target.lock, code)
    if code.is_offline_access_code and _is_rounded(request, code):
        fields = {key: fields[key] for key in fields.keys() - _TIMES}
    return fields


def _is_rounded(request: CodeRequest, code: AccessCode) -> bool:
    """Return whether the times of a code are those asked for, but for rounding."""
    rounding = _ROUNDING.get(request.max_time_rounding or "", timedelta(hours=1))
    return all(
        wanted is not None and actual is not None and abs(wanted - actual) <= rounding
        for wanted, actual in (
            (request.starts_at, code.starts_at),
            (request.ends_at, code.ends_at),
        )
    )


def _fits(lock: LockData, name: str, pin: str) -> bool:
    """Return whether a lock would take the PIN that the code has elsewhere."""
    if name_contains_pin(name, pin) or any(code.code == pin for code in lock.codes):
        return False
    try:
        check_pin(lock, pin)
    except HomeAssistantError:
        return False
    return True
