"""Which locks an action goes to, and how it answers for each of them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
import logging
from typing import TypeGuard

from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID, ENTITY_MATCH_ALL
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, Unauthorized, UnknownUser
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)

from ..api import SeamNotFoundError
from ..attributes import JsonObject
from ..const import DOMAIN
from ..coordinator import SeamConfigEntry, SeamCoordinator
from ..errors import refusal, translated_errors
from ..sync.snapshot import LockData

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True)
class Target:
    """A lock that an action goes to."""

    entity_id: str
    coordinator: SeamCoordinator
    lock: LockData


type Outcome = JsonObject | HomeAssistantError
type Handler = Callable[[ServiceCall, list[Target]], Awaitable[dict[str, Outcome]]]


async def async_handle(handler: Handler, call: ServiceCall) -> ServiceResponse:
    """Carry out an action on its locks; answer by entity, as entity actions do.

    Home Assistant's helpers for entity actions pass over a lock that is offline, whose
    codes can be read and changed all the same, and forget what came of the other
    locks when one fails.
    """
    targets = await _async_targets(call)
    outcomes = await handler(call, targets)
    failures = {
        entity_id: outcome
        for entity_id, outcome in outcomes.items()
        if isinstance(outcome, HomeAssistantError)
    }
    if failures and len(outcomes) == 1:
        raise next(iter(failures.values()))
    if failures and (len(failures) == len(outcomes) or not call.return_response):
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="some_locks_failed",
            translation_placeholders={
                "failed": "; ".join(f"{key}: {err}" for key, err in failures.items()),
                "done": ", ".join(key for key in outcomes if key not in failures)
                or "–",
            },
        )
    if not call.return_response:
        # What is only begun is no error, but nobody else would say so.
        for entity_id, outcome in outcomes.items():
            if isinstance(outcome, dict):
                for reason in _reasons_to_wait(outcome):
                    _LOGGER.warning("%s of %s: %s", call.service, entity_id, reason)
        return None
    return {
        entity_id: {"error": str(outcome), "error_key": outcome.translation_key}
        if isinstance(outcome, HomeAssistantError)
        else outcome
        for entity_id, outcome in outcomes.items()
    }


def _reasons_to_wait(outcome: JsonObject) -> Iterator[str]:
    """Return why what an action has begun is not done, on a lock and for its codes."""
    if "reason" in outcome:
        yield str(outcome["reason"])
    rows = outcome.get("access_codes")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("outcome") == "pending":
            yield f"{row['name']}: {row['reason']}"


async def _async_targets(call: ServiceCall) -> list[Target]:
    """Return the locks that a call names, all of which the caller may control."""
    registry = er.async_get(call.hass)
    if call.data.get(ATTR_ENTITY_ID) == ENTITY_MATCH_ALL:
        named: set[str] = set()
        meant = {
            entry.entity_id
            for entry in registry.entities.values()
            if _is_seam_lock(entry) and not entry.disabled
        }
        # Since Home Assistant 2026.11. Where locks are named, its helper sees to it.
        if exclude := call.data.get("exclude"):
            left_out = async_extract_referenced_entity_ids(
                call.hass, TargetSelection(exclude)
            )
            meant -= left_out.referenced | left_out.indirectly_referenced
    else:
        selected = async_extract_referenced_entity_ids(
            call.hass, TargetSelection(call.data)
        )
        named = selected.referenced
        # A device or an area has other entities, too.
        meant = {
            entity_id
            for entity_id in selected.indirectly_referenced
            if _is_seam_lock(entry := registry.async_get(entity_id))
            and not entry.disabled
        }
    targets = [_target(call.hass, entity_id) for entity_id in sorted(named | meant)]
    if not targets:
        raise refusal("no_locks")
    if call.context.user_id:
        if (user := await call.hass.auth.async_get_user(call.context.user_id)) is None:
            raise UnknownUser(context=call.context)
        for target in targets:
            if not user.permissions.check_entity(target.entity_id, POLICY_CONTROL):
                raise Unauthorized(
                    context=call.context,
                    entity_id=target.entity_id,
                    permission=POLICY_CONTROL,
                )
    return targets


def _is_seam_lock(entry: er.RegistryEntry | None) -> TypeGuard[er.RegistryEntry]:
    return (
        entry is not None and entry.platform == DOMAIN and entry.domain == LOCK_DOMAIN
    )


def _target(hass: HomeAssistant, entity_id: str) -> Target:
    """Return the lock behind an entity."""
    registered = er.async_get(hass).async_get(entity_id)
    if not _is_seam_lock(registered):
        raise refusal("not_a_seam_lock", entity=entity_id)
    entry: SeamConfigEntry | None = hass.config_entries.async_get_entry(
        registered.config_entry_id or ""
    )
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        raise refusal("not_loaded", entity=entity_id)
    coordinator = entry.runtime_data
    device_id = registered.unique_id.removesuffix("_lock")
    if (lock := coordinator.data.locks.get(device_id)) is None:
        raise refusal("lock_gone", entity=entity_id)
    return Target(entity_id, coordinator, lock)


async def async_renew(targets: Iterable[Target]) -> None:
    """Have Seam asked for the locks anew, for what must not go by an old picture."""
    device_ids: dict[SeamCoordinator, list[str]] = {}
    for target in targets:
        device_ids.setdefault(target.coordinator, []).append(target.lock.device_id)
    for coordinator, of_workspace in device_ids.items():
        with translated_errors(coordinator, changes=False):
            if error := await coordinator.async_refresh_locks(of_workspace):
                raise error
            await _async_settle_missing(coordinator, of_workspace)


async def _async_settle_missing(
    coordinator: SeamCoordinator, device_ids: list[str]
) -> None:
    """Find out about codes that a list lacks: they are kept, as it may be wrong."""
    gone: list[str] = []
    locks = coordinator.data.locks
    for lock in [locks[key] for key in device_ids if key in locks]:
        for code in filter(None, map(lock.code, lock.missing)):
            try:
                await coordinator.fetcher.async_read_code(code)
            except SeamNotFoundError:
                gone.append(code.access_code_id)
    if gone:
        coordinator.async_apply(coordinator.engine.codes_not_found, gone)
        if error := await coordinator.async_refresh_locks(device_ids):
            raise error


def lock_entity_id(coordinator: SeamCoordinator, device_id: str) -> str:
    """Return how answers call a lock that no call named."""
    registry = er.async_get(coordinator.hass)
    found = registry.async_get_entity_id(LOCK_DOMAIN, DOMAIN, f"{device_id}_lock")
    return found or device_id


def current_lock(target: Target) -> LockData:
    """Return a target's lock as it is by now."""
    lock = target.coordinator.data.locks.get(target.lock.device_id)
    if lock is None:
        raise refusal("lock_gone", entity=target.entity_id)
    return lock


async def async_each(
    targets: list[Target], work: Callable[[Target], Awaitable[JsonObject]]
) -> dict[str, Outcome]:
    """Do the work on each lock, whatever happens on the others."""

    async def attempt(target: Target) -> Outcome:
        try:
            return await work(target)
        except HomeAssistantError as err:
            return err

    outcomes = await asyncio.gather(*(attempt(target) for target in targets))
    return {
        target.entity_id: outcome
        for target, outcome in zip(targets, outcomes, strict=True)
    }
