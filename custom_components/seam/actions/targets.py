"""Which locks a call targets, and one answer for each."""

import asyncio
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
import logging
from typing import TypeGuard

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL
from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import ATTR_ENTITY_ID, ENTITY_MATCH_ALL
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    UnknownUser,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.hass_dict import HassKey

from ..api import SeamError
from ..api.redact import mask_numbers
from ..attributes import JsonObject
from ..const import DOMAIN
from ..coordinator import SeamConfigEntry, SeamCoordinator
from ..errors import ActionError, NotAllowedError, refusal, sentences, translated_errors
from ..sync.snapshot import LockData
from .outcomes import Outcome
from .unconfirmed import is_unconfirmed

_LOGGER = logging.getLogger(__name__)

# What running actions work on, each with an event for its end.
_RUNNING: HassKey[dict[object, asyncio.Event]] = HassKey(f"{DOMAIN}_running")


@dataclass(frozen=True)
class Target:
    """A lock that an action works on, as it was at the start."""

    entity_id: str
    coordinator: SeamCoordinator
    lock: LockData
    # Whether the action works on no other locks, whose answers this one could hold up.
    is_alone: bool = False

    @property
    def current_lock(self) -> LockData | None:
        """The lock as it is now, None if it is gone."""
        return self.coordinator.data.locks.get(self.lock.device_id)


type Answer = JsonObject | HomeAssistantError
type Answers = dict[str, Answer]
type Handler = Callable[[ServiceCall, list[Target]], Awaitable[Answers]]


async def async_allowed_targets(call: ServiceCall, *, is_admin: bool) -> list[Target]:
    """Return the locks that a call targets, if the user may use an action on them."""
    user = await _async_user(call)
    if is_admin and user and not user.is_admin:
        raise NotAllowedError("only_admin", call.context)
    return _targets(call, user)


async def async_handle(
    handler: Handler, call: ServiceCall, *, is_admin: bool
) -> ServiceResponse:
    """Run an action on the targeted locks; return the answers by entity id.

    Home Assistant's helpers for entity actions skip unavailable entities, but codes of
    offline locks can be read and changed. They also drop all answers if one lock fails.
    """
    targets = await async_allowed_targets(call, is_admin=is_admin)
    answers = await handler(call, targets)
    errors = {
        entity_id: answer
        for entity_id, answer in answers.items()
        if isinstance(answer, HomeAssistantError)
    }
    if errors and len(answers) == 1:
        raise next(iter(errors.values()))
    if errors and (len(errors) == len(answers) or not call.return_response):
        raise _combined(targets, answers, errors)
    if not call.return_response:
        for entity_id, answer in answers.items():
            if isinstance(answer, dict):
                for reason in _pending_reasons(answer):
                    _LOGGER.warning(
                        "The %s action is still pending for %s: %s",
                        call.service,
                        entity_id,
                        reason,
                    )
        return None
    return {entity_id: as_row(answer) for entity_id, answer in answers.items()}


def as_row(answer: Answer) -> JsonObject:
    """Return the answer for a lock, or its error, as actions return it."""
    if isinstance(answer, HomeAssistantError):
        return {"error": str(answer), "error_key": answer.translation_key}
    return answer


def _combined(
    targets: list[Target],
    answers: Mapping[str, Answer],
    errors: Mapping[str, HomeAssistantError],
) -> ActionError:
    """Return one error for those of several locks, which names the locks."""
    # A change of linked codes also has answers for locks that were not targeted.
    names = {
        lock_entity_id(coordinator.hass, device_id): lock.device.name
        for coordinator in {target.coordinator for target in targets}
        for device_id, lock in coordinator.data.locks.items()
    } | {target.entity_id: target.lock.device.name for target in targets}
    locks: dict[str, list[str]] = {}
    for key, err in errors.items():
        locks.setdefault(str(err), []).append(names.get(key, key))
    failed = sentences(
        message
        if all(name in message for name in of_message)
        else f"{', '.join(of_message)}: {message}"
        for message, of_message in locks.items()
    )
    if len(errors) == len(answers):
        return ActionError("all_locks_failed", failed=failed)
    done = ", ".join(names.get(key, key) for key in answers if key not in errors)
    return ActionError("some_locks_failed", failed=failed, done=done)


def _pending_reasons(answer: JsonObject) -> Iterator[str]:
    """Yield why a lock, or single codes of it, are still pending."""
    if "reason" in answer:
        yield str(answer["reason"])
    rows = answer.get("access_codes")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("outcome") == Outcome.PENDING:
            yield f"{row['name']}: {row['reason']}"


async def _async_user(call: ServiceCall) -> User | None:
    """Return the user who makes a call, None for automations."""
    if call.context.user_id is None:
        return None
    if user := await call.hass.auth.async_get_user(call.context.user_id):
        return user
    raise UnknownUser(context=call.context)


def _targets(call: ServiceCall, user: User | None) -> list[Target]:
    """Return the locks that a call targets.

    As in Home Assistant, all locks are those that the user may control, and only named
    locks have to be there.
    """
    registry = er.async_get(call.hass)
    if is_all := call.data.get(ATTR_ENTITY_ID) == ENTITY_MATCH_ALL:
        named: set[str] = set()
        found = {
            entry.entity_id
            for entry in registry.entities.values()
            if _is_seam_lock(entry) and not entry.disabled
        }
        # New in Home Assistant 2026.11, whose helper handles it in the other case.
        if exclude := call.data.get("exclude"):
            excluded = async_extract_referenced_entity_ids(
                call.hass, TargetSelection(exclude)
            )
            found -= excluded.referenced | excluded.indirectly_referenced
    else:
        selection = TargetSelection(call.data)
        selected = async_extract_referenced_entity_ids(call.hass, selection)
        # Without the members of groups, which may be other locks.
        named = async_extract_referenced_entity_ids(
            call.hass, selection, expand_group=False
        ).referenced
        # Devices and areas have other entities, too.
        found = selected.referenced | {
            entity_id
            for entity_id in selected.indirectly_referenced
            if _is_seam_lock(entry := registry.async_get(entity_id))
            and not entry.disabled
        }
    targets: list[Target] = []
    skipped: list[HomeAssistantError] = []
    for entity_id in sorted(found):
        try:
            target = _target(call.hass, entity_id)
        except ServiceValidationError as err:
            if entity_id in named:
                raise
            skipped.append(err)
            continue
        if user is None or user.permissions.check_entity(entity_id, POLICY_CONTROL):
            targets.append(target)
            continue
        error = NotAllowedError(
            "no_permission",
            call.context,
            entity_id=entity_id,
            permission=POLICY_CONTROL,
        )
        if not is_all:
            raise error
        skipped.append(error)
    if not targets:
        raise skipped[0] if skipped else refusal("no_locks")
    return [replace(target, is_alone=len(targets) == 1) for target in targets]


def _is_seam_lock(entry: er.RegistryEntry | None) -> TypeGuard[er.RegistryEntry]:
    return (
        entry is not None and entry.platform == DOMAIN and entry.domain == LOCK_DOMAIN
    )


def _target(hass: HomeAssistant, entity_id: str) -> Target:
    """Return the lock of an entity."""
    registered = er.async_get(hass).async_get(entity_id)
    if not _is_seam_lock(registered):
        is_known = registered or hass.states.get(entity_id)
        raise refusal(
            "not_a_seam_lock", entity=entity_id if is_known else mask_numbers(entity_id)
        )
    entry: SeamConfigEntry | None = hass.config_entries.async_get_entry(
        registered.config_entry_id or ""
    )
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        raise refusal("not_loaded", entity=entity_id)
    device_id = registered.unique_id.removesuffix("_lock")
    if (lock := entry.runtime_data.data.locks.get(device_id)) is None:
        raise refusal("lock_gone", entity=entity_id)
    return Target(entity_id, entry.runtime_data, lock)


def lock_entity_id(hass: HomeAssistant, device_id: str) -> str:
    """Return the entity id of a lock, or its device id if it has no entity."""
    registry = er.async_get(hass)
    found = registry.async_get_entity_id(LOCK_DOMAIN, DOMAIN, f"{device_id}_lock")
    return found or device_id


def targeted_entity_ids(hass: HomeAssistant, target: ConfigType) -> set[str] | None:
    """Return the entities that a trigger or condition is about, None for all."""
    if not (selection := TargetSelection(target)).has_any_target:
        return None
    selected = async_extract_referenced_entity_ids(hass, selection)
    return selected.referenced | selected.indirectly_referenced


def current_target(target: Target) -> Target:
    """Return a target with its lock as it is now."""
    if (lock := target.current_lock) is None:
        raise refusal("lock_gone", entity=target.entity_id)
    return replace(target, lock=lock)


@asynccontextmanager
async def in_turn(hass: HomeAssistant, keys: Iterable[object]) -> AsyncIterator[None]:
    """Wait until no other action works on any of the same codes.

    An action decides by the codes that it knows. Simultaneous ones would each find no
    code with a name, and create two. Nothing is held while waiting, so that actions on
    several locks cannot wait for each other.
    """
    keys, running = set(keys), hass.data.setdefault(_RUNNING, {})
    while other := next((running[key] for key in keys if key in running), None):
        await other.wait()
    running |= dict.fromkeys(keys, end := asyncio.Event())
    try:
        yield
    finally:
        for key in keys:
            del running[key]
        end.set()


async def async_refresh_targets(targets: Iterable[Target]) -> Answers:
    """Refresh the locks, for actions that must not rely on outdated codes.

    Returns the errors of the locks that failed. The others do not wait long for them.
    """
    by_coordinator: dict[SeamCoordinator, list[Target]] = {}
    for target in targets:
        by_coordinator.setdefault(target.coordinator, []).append(target)
    answers: Answers = {}
    for errors in await asyncio.gather(
        *(_async_refresh(*item) for item in by_coordinator.items())
    ):
        answers |= errors
    return answers


async def async_refresh(
    *targets: Target, with_codes: bool = True
) -> Mapping[str, SeamError]:
    """Refresh locks of one workspace; return the errors by device id."""
    return await targets[0].coordinator.fetcher.async_fetch_locks(
        [target.lock.device_id for target in targets],
        with_codes=with_codes,
        is_patient=all(target.is_alone for target in targets),
    )


async def _async_refresh(
    coordinator: SeamCoordinator, targets: Sequence[Target]
) -> Answers:
    """Refresh locks of one workspace, and verify their codes; return their errors."""
    refreshed = await async_refresh(*targets)

    async def verify(target: Target) -> None:
        with translated_errors(coordinator, is_change=False):
            if error := refreshed.get(target.lock.device_id):
                raise error
            await _async_verify_missing(target)

    results = await async_each(targets, verify)
    return {key: error for key, error in results.items() if error is not None}


async def _async_verify_missing(target: Target) -> None:
    """Remove codes of a lock that are missing from their list, if Seam confirms that.

    Lists may lag behind, so that the sync keeps such codes for a while.
    """
    coordinator = target.coordinator
    if (lock := target.current_lock) is None:
        return
    missing = [
        code
        for code in filter(None, map(lock.code, lock.missing))
        if not is_unconfirmed(coordinator.hass, code.device_id, code.unmasked_name)
    ]
    if gone := await coordinator.fetcher.async_gone(missing):
        coordinator.async_apply(coordinator.engine.codes_not_found, gone)
        errors = await async_refresh(target)
        if error := errors.get(lock.device_id):
            raise error


@dataclass
class Refresh:
    """The refresh after a change, with the errors by device id."""

    errors: Mapping[str, SeamError] = field(default_factory=dict)


@asynccontextmanager
async def changing_locks(
    *targets: Target, with_codes: bool = True
) -> AsyncIterator[Refresh]:
    """Translate Seam's errors during a change, and refresh the locks afterwards.

    All locks belong to one workspace. A failed refresh does not fail the change.
    """
    coordinator, refresh = targets[0].coordinator, Refresh()
    try:
        with translated_errors(coordinator):
            yield refresh
    finally:
        refresh.errors = await async_refresh(*targets, with_codes=with_codes)


async def async_each[T](
    targets: Iterable[Target], work: Callable[[Target], Awaitable[T]]
) -> dict[str, T | HomeAssistantError]:
    """Work on each lock, even if others fail; return the results by entity id."""

    async def attempt(target: Target) -> tuple[str, T | HomeAssistantError]:
        try:
            return target.entity_id, await work(target)
        except HomeAssistantError as err:
            return target.entity_id, err

    return dict(await asyncio.gather(*map(attempt, targets)))
