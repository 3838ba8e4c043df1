"""The action that ensures that each lock has exactly one code of a name."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError

from ..api import AccessCode
from ..attributes import JsonObject, label
from ..errors import refusal
from .changes import CodeChange, CodeUpdate, check_update
from .codes import candidates, check_pin_free, creation_keys, current_codes
from .outcomes import Outcome
from .schedule import (
    ATTR_RANDOM_CODE_PER_LOCK,
    CodeRequest,
    async_create,
    async_create_shared,
    check_accepted,
    check_confirmed,
    check_request,
    check_shared,
    code_request,
    new_common_code_key,
)
from .targets import (
    Answers,
    Target,
    async_each,
    async_refresh_targets,
    current_target,
    in_turn,
)
from .update import async_update
from .validation import accepts_pin, check_codes_known

_TIMES = {"starts_at", "ends_at", "type"}


async def async_ensure_access_code(call: ServiceCall, targets: list[Target]) -> Answers:
    """Create the code, update it or leave it unchanged, on each lock."""
    request = code_request(call.data)
    check_request(request)
    async with in_turn(call.hass, creation_keys(targets, request.name)):
        failed = await async_refresh_targets(targets)
        ensuring = _Ensuring(
            request, random_code_per_lock=call.data[ATTR_RANDOM_CODE_PER_LOCK]
        )
        return failed | await ensuring.async_run(
            [target for target in targets if target.entity_id not in failed]
        )


class _Ensuring:
    """Ensures one code on several locks."""

    def __init__(self, request: CodeRequest, *, random_code_per_lock: bool) -> None:
        self._request = request
        self._random_code_per_lock = random_code_per_lock
        self._updates: dict[str, CodeUpdate] = {}
        self._missing: list[Target] = []
        self._new_key = new_common_code_key()

    async def async_run(self, targets: Sequence[Target]) -> Answers:
        """Check all locks before anything is changed."""
        answers: Answers = {}
        for target in targets:
            try:
                self._compare(target)
            except HomeAssistantError as err:
                answers[target.entity_id] = err
        for target in self._missing:
            check_accepted(target.lock, self._request)
            if self._request.code is not None:
                check_pin_free(target.lock, self._request.code)
        for update in self._updates.values():
            if update.fields:
                check_update(update)
        # Seam chooses a PIN unless one is given, or one of the locks has the code.
        is_shared = (
            not self._random_code_per_lock and not self._pins and len(self._missing) > 1
        )
        if is_shared:
            check_shared(self._missing, self._request)

        answers |= await async_each(
            [update.target for update in self._updates.values()], self._async_update
        )
        answers |= (
            await self._async_create_shared()
            if is_shared
            else await async_each(self._missing, self._async_create)
        )
        return {target.entity_id: answers[target.entity_id] for target in targets}

    def _compare(self, target: Target) -> None:
        """Find out whether a lock has the code, and what has to be changed of it."""
        target = current_target(target)
        lock, request = target.lock, self._request
        check_codes_known(lock)
        found = current_codes(lock, request.name)
        if len(found) > 1:
            raise refusal(
                "several_of_name",
                lock=lock.device.name,
                name=label(found[0]),
                candidates=candidates(found),
            )
        if found:
            self._updates[target.entity_id] = _update_of(request, target, found[0])
            return
        if not lock.is_complete:
            name = target.coordinator.secrets.mask_all(request.name)
            raise refusal("codes_incomplete", lock=lock.device.name, name=name)
        check_confirmed(target, request.name)
        self._missing.append(target)

    @property
    def _pins(self) -> list[str]:
        """The PINs for new codes, in order of preference."""
        if self._request.code is not None:
            return [self._request.code]
        codes = [update.code.code for update in self._updates.values()]
        return [pin for pin in codes if pin]

    async def _async_update(self, target: Target) -> JsonObject:
        update = self._updates[target.entity_id]
        answer = await async_update(update)
        return answer | {"outcome": Outcome.UPDATED.value} if update.fields else answer

    async def _async_create(self, target: Target) -> JsonObject:
        """Create the code on a lock, with the PIN of the others by default."""
        request, pin = self._request, self._request.code
        if not (pin or self._random_code_per_lock or request.is_offline_access_code):
            fitting = (
                p for p in self._pins if accepts_pin(target.lock, request.name, p)
            )
            pin = next(fitting, None)
            request = replace(request, code=pin)
        if pin is not None:
            request = replace(request, preferred_code_length=None)
        key = pin and self._common_code_key(target, pin)
        answer = await async_create(target, request, common_code_key=key)
        return answer | {"outcome": Outcome.CREATED.value}

    def _common_code_key(self, target: Target, pin: str) -> str | None:
        """Return the key that links a new code with the others of its PIN."""
        if not self._updates:
            return self._new_key if len(self._missing) > 1 else None
        return next(
            (
                key
                for update in self._updates.values()
                if update.target.coordinator is target.coordinator
                and update.fields.get("code", update.code.code) == pin
                and (key := update.code.unmasked_key)
            ),
            None,
        )

    async def _async_create_shared(self) -> Answers:
        try:
            answers = await async_create_shared(self._missing, self._request)
        except HomeAssistantError as err:
            return {target.entity_id: err for target in self._missing}
        for answer in answers.values():
            if isinstance(answer, dict):
                answer["outcome"] = Outcome.CREATED.value
        return answers


def _update_of(request: CodeRequest, target: Target, code: AccessCode) -> CodeUpdate:
    """Return what has to be changed of a code. Without a requested PIN it keeps its own."""
    update = CodeChange(
        code=request.code,
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        is_ongoing=request.starts_at is None,
        is_external_modification_allowed=request.is_external_modification_allowed,
    ).update_of(target, code, attempts_offline=request.attempt_for_offline_device)
    if code.is_offline_access_code and _are_times_rounded(request, code):
        fields = {key: update.fields[key] for key in update.fields.keys() - _TIMES}
        return replace(update, fields=fields)
    return update


def _are_times_rounded(request: CodeRequest, code: AccessCode) -> bool:
    """Return whether the times of a code are the requested ones, except for rounding."""
    is_day = request.max_time_rounding == "1day"
    rounding = timedelta(days=1) if is_day else timedelta(hours=1)
    return all(
        wanted is not None and actual is not None and abs(wanted - actual) <= rounding
        for wanted, actual in (
            (request.starts_at, code.starts_at),
            (request.ends_at, code.ends_at),
        )
    )
