"""The action that changes a managed code, or all codes that are linked with it."""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from typing import Final

from homeassistant.const import ATTR_CODE
from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..api import AccessCode
from ..attributes import JsonObject, label
from ..coordinator import SeamCoordinator
from ..errors import refusal
from .changes import (
    CodeChange,
    CodeUpdate,
    async_current_update,
    async_first_with_current_times,
    check_update,
    kept_times,
)
from .codes import (
    check_changeable,
    code_response,
    creation_keys,
    find_managed_code,
    naming_duplicate,
)
from .fields import (
    ATTR_ALLOW_EXTERNAL_MODIFICATION,
    ATTR_ATTEMPT_FOR_OFFLINE_DEVICE,
    ATTR_ENDS_AT,
    ATTR_ONGOING,
    ATTR_STARTS_AT,
    BOOLEAN,
    CODE_FIELDS,
    NAME,
    PIN,
    TIME,
    ActionSchema,
    CodeSelection,
    Data,
    code_selection,
    requested_pin,
    requested_time,
)
from .outcomes import Outcome, Result
from .targets import (
    Answer,
    Answers,
    Target,
    async_each,
    changing_locks,
    current_target,
    in_turn,
    lock_entity_id,
)
from .validation import check_codes_known, check_end, check_new_name
from .waiting import async_wait_until_set

ATTR_LINKED: Final = "linked"
ATTR_NEW_NAME: Final = "new_name"

type _GroupKey = tuple[SeamCoordinator, str]

SCHEMA: Final = ActionSchema(
    {
        **CODE_FIELDS,
        vol.Optional(ATTR_NEW_NAME): NAME,
        vol.Optional(ATTR_CODE): PIN,
        vol.Optional(ATTR_STARTS_AT): TIME,
        vol.Optional(ATTR_ENDS_AT): TIME,
        vol.Optional(ATTR_ONGOING, default=False): BOOLEAN,
        vol.Optional(ATTR_ALLOW_EXTERNAL_MODIFICATION): BOOLEAN,
        vol.Optional(ATTR_ATTEMPT_FOR_OFFLINE_DEVICE): BOOLEAN,
        vol.Optional(ATTR_LINKED, default=False): BOOLEAN,
    }
)


def _requested_change(data: Data) -> CodeChange:
    """Return the change that a call requests."""
    change = CodeChange(
        name=data.get(ATTR_NEW_NAME),
        code=requested_pin(data),
        starts_at=requested_time(data, ATTR_STARTS_AT),
        ends_at=requested_time(data, ATTR_ENDS_AT),
        is_ongoing=data[ATTR_ONGOING],
        is_external_modification_allowed=data.get(ATTR_ALLOW_EXTERNAL_MODIFICATION),
    )
    if change == CodeChange():
        raise refusal("nothing_to_change")
    if change.name is not None:
        check_new_name(change.name, ATTR_NEW_NAME)
    if change.ends_at is not None:
        check_end(change.ends_at, dt_util.utcnow())
    if change.is_ongoing and (change.starts_at or change.ends_at):
        raise refusal("ongoing_with_times")
    if data[ATTR_LINKED]:
        # Not supported by `/access_codes/update_multiple`.
        for name, value in (
            (ATTR_CODE, change.code),
            (ATTR_ONGOING, change.is_ongoing or None),
            (ATTR_ALLOW_EXTERNAL_MODIFICATION, change.is_external_modification_allowed),
            # Forms send true, so only false is a wish.
            (
                ATTR_ATTEMPT_FOR_OFFLINE_DEVICE,
                None if data.get(ATTR_ATTEMPT_FOR_OFFLINE_DEVICE, True) else False,
            ),
        ):
            if value is not None:
                raise refusal("not_for_linked", field=name)
    return replace(change, is_repeated=True)


async def async_update_access_code(call: ServiceCall, targets: list[Target]) -> Answers:
    """Change a managed code of each lock, or all codes that are linked with it."""
    selection, change = code_selection(call.data), _requested_change(call.data)
    changed, _ = _found(targets, selection)
    if is_linked := call.data[ATTR_LINKED]:
        changed = [other for one in changed for other in _linked(*one)]
    keys: set[object] = {code.access_code_id for _, code in changed}
    if change.name is not None:
        keys |= creation_keys((target for target, _ in changed), change.name)
    async with in_turn(call.hass, keys):
        found, answers = _found(targets, selection)
        if is_linked:
            return await _async_update_linked(found, change, answers)

        attempts_offline = call.data.get(ATTR_ATTEMPT_FOR_OFFLINE_DEVICE)
        # Nothing is changed if one of the locks does not allow it.
        updates: dict[str, CodeUpdate] = {}
        for target, code in found:
            # First, as it matters more than a time that is missing.
            check_changeable(target.lock, code)
            updates[target.entity_id] = update = change.update_of(
                target, code, attempts_offline=attempts_offline
            )
            check_update(update)
        return answers | await async_each(
            [target for target, _ in found],
            lambda target: async_update(updates[target.entity_id]),
        )


def _found(
    targets: Iterable[Target], selection: CodeSelection
) -> tuple[list[tuple[Target, AccessCode]], Answers]:
    """Return the selected code of each lock, and an error for those without it."""
    found: list[tuple[Target, AccessCode]] = []
    errors: Answers = {}
    for old in targets:
        try:
            target = current_target(old)
            check_codes_known(target.lock)
            found.append((target, find_managed_code(target, selection)))
        except HomeAssistantError as err:
            errors[old.entity_id] = err
    return found, errors


async def async_update(update: CodeUpdate) -> JsonObject:
    """Change a code if anything differs; return it with its PIN."""
    target, result = update.target, Result(Outcome.UNCHANGED)
    if not update.fields:
        return code_response(target, update.code, result)
    coordinator = target.coordinator
    with naming_duplicate(target, update.fields.get("code")):
        async with changing_locks(target):
            update = await async_current_update(update)
            code, fields = update.code, update.fields
            if fields:
                attempt = await coordinator.client.update_access_code(
                    code.access_code_id,
                    attempt_for_offline_device=update.attempt_for_offline_device,
                    **({} if "type" in fields else kept_times(target.lock, code)),
                    **fields,
                )
                coordinator.async_apply(
                    coordinator.engine.code_changed, code.access_code_id, fields
                )
                result = await async_wait_until_set(
                    target, code, attempt, changes=fields
                )
    return code_response(target, replace(code, **fields), result)


def _linked(target: Target, code: AccessCode) -> list[tuple[Target, AccessCode]]:
    """Return all codes that are linked with a code, itself first, with their locks."""
    coordinator = target.coordinator
    linked = [
        (Target(lock_entity_id(coordinator.hass, device_id), coordinator, lock), other)
        for device_id, lock in coordinator.data.locks.items()
        for other in lock.managed
        if code.unmasked_key and other.unmasked_key == code.unmasked_key
    ]
    return sorted(linked, key=lambda one: one[1].access_code_id != code.access_code_id)


def _linked_updates(
    linked: list[tuple[Target, AccessCode]], change: CodeChange
) -> tuple[CodeChange, list[CodeUpdate]]:
    """Return the change with both times or none, and the updates that make it.

    The first code has the time that the change leaves out.
    """
    if change.starts_at or change.ends_at:
        # Seam sets these times for all linked codes, and removes those it is not sent.
        _, code = linked[0]
        fields = change.update_of(*linked[0]).fields
        change = replace(
            change,
            starts_at=fields.get("starts_at", code.starts_at),
            ends_at=fields.get("ends_at", code.ends_at),
        )
    every = (change.update_of(*one) for one in linked)
    updates = [update for update in every if update.fields]
    for update in updates:
        check_update(update)
    return change, updates


async def _async_update_linked(
    found: list[tuple[Target, AccessCode]], change: CodeChange, answers: Answers
) -> Answers:
    """Change all codes linked with those found; return `answers` with theirs added.

    Locks that the call does not target get an answer if their code failed or is pending.
    """
    groups: dict[_GroupKey, list[tuple[Target, AccessCode]]] = {}
    members: dict[_GroupKey, list[tuple[Target, AccessCode]]] = {}
    for target, code in found:
        check_changeable(target.lock, code)
        if code.unmasked_key is None:
            raise refusal("not_linked", lock=target.lock.device.name, name=label(code))
        key = target.coordinator, code.unmasked_key
        if key not in groups:
            groups[key] = _linked(target, code)
            # Nothing is changed if one of the codes does not allow it.
            _linked_updates(groups[key], change)
        members.setdefault(key, []).append((target, code))
    not_found = {*answers}
    for key, linked in groups.items():
        try:
            by_code = await _async_update_group(key, linked, change)
        except HomeAssistantError as err:
            answers |= {target.entity_id: err for target, _ in members[key]}
            continue
        for target, code in members[key]:
            answer = by_code.pop(code.access_code_id, None)
            answers[target.entity_id] = answer or code_response(
                target, code, Result(Outcome.UNCHANGED)
            )
        for target, code in linked:
            other = by_code.get(code.access_code_id)
            if other and (
                target.entity_id in not_found
                or isinstance(other, HomeAssistantError)
                or "reason" in other
            ):
                answers[target.entity_id] = other
    return answers


async def _async_update_group(
    key: _GroupKey, linked: list[tuple[Target, AccessCode]], change: CodeChange
) -> dict[str, Answer]:
    """Change linked codes; return the answers by code id."""
    common, updates = _linked_updates(linked, change)
    if not updates:
        return {}
    if common.starts_at is None:
        # Each keeps the times that it has now, which one request would make the same.
        answers = await asyncio.gather(*(_async_try(async_update(u)) for u in updates))
        return {
            update.code.access_code_id: answer
            for update, answer in zip(updates, answers, strict=True)
        }
    coordinator, common_code_key = key
    async with changing_locks(*(target for target, _ in linked)):
        if change.keeps_times:
            first = await async_first_with_current_times(linked)
            read_id = first[1].access_code_id
            others = [one for one in linked if one[1].access_code_id != read_id]
            common, updates = _linked_updates([first, *others], change)
        await coordinator.client.update_multiple_access_codes(
            common_code_key,
            name=common.name,
            starts_at=common.starts_at,
            ends_at=common.ends_at,
        )
        for update in updates:
            coordinator.async_apply(
                coordinator.engine.code_changed,
                update.code.access_code_id,
                update.fields,
            )
        results = await asyncio.gather(
            *(
                _async_try(async_wait_until_set(u.target, u.code, changes=u.fields))
                for u in updates
            )
        )
    return {
        update.code.access_code_id: result
        if isinstance(result, HomeAssistantError)
        else code_response(update.target, replace(update.code, **update.fields), result)
        for update, result in zip(updates, results, strict=True)
    }


async def _async_try[T](work: Awaitable[T]) -> T | HomeAssistantError:
    """Return a result, or the error, which is that of one code only."""
    try:
        return await work
    except HomeAssistantError as err:
        return err
