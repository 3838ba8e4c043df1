"""Adopts unmanaged codes: converts one, watches its lock, and then goes on.

Converting has made locks drop off their account, so the first code is a canary.
"""

import asyncio
from contextlib import suppress
from typing import Any, Final, NamedTuple, cast

from homeassistant.components import websocket_api
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey
import voluptuous as vol

from ..actions.codes import find_code
from ..actions.convert import async_convert, check_convertible
from ..actions.fields import (
    ATTR_ALLOW_EXTERNAL_MODIFICATION,
    BOOLEAN,
    TEXT,
    ActionSchema,
    CodeSelection,
    DescribedValidator,
)
from ..actions.outcomes import Outcome, Result
from ..actions.targets import (
    Answer,
    Answers,
    Target,
    async_refresh_targets,
    current_target,
    in_turn,
)
from ..actions.validation import check_codes_known
from ..api import AccessCode
from ..attributes import label
from ..const import DOMAIN
from ..coordinator import SeamConfigEntry
from ..errors import refusal
from .types import AdoptedCode, Adoption, StopReason

_ATTR_IDS: Final = "access_code_ids"
SCHEMA: Final = ActionSchema(
    {
        vol.Required(_ATTR_IDS): DescribedValidator(
            vol.All([TEXT], vol.Length(min=1)), "[access_code_id, …]"
        ),
        vol.Optional(ATTR_ALLOW_EXTERNAL_MODIFICATION): BOOLEAN,
    }
)
SIGNAL_ADOPTION: Final = f"{DOMAIN}_adoption"

# Seconds between looks at the lock of the first code. Seam notices that a lock has
# dropped off its account when it next reads the account, which can take minutes.
WATCH_STEPS: Final = (30,) * 10
_VERSION: Final = 1
_CODE: Final = {"entity_id": str, "access_code_id": str}
_SAVED: Final = vol.Schema(
    {
        "state": vol.In(("running", "watching", "stopped", "done")),
        "canary": _CODE,
        "entity_id": str,
        "done": [_CODE],
        "failed": [{**_CODE, "error": None}],
        "left": [_CODE],
        "reason": vol.Any(str, None),
        "error": None,
    },
    required=True,
)


class _StopError(Exception):
    """The job must not go on."""

    def __init__(self, reason: StopReason, **changes: str) -> None:
        """Initialize the error with what else changes in the status."""
        super().__init__(reason)
        self.changes = {"reason": reason, **changes}


class _LockCodes(NamedTuple):
    """Codes of one lock."""

    target: Target
    access_code_ids: list[str]


class _Job:
    """The last adoption of a config entry, which may be running."""

    def __init__(
        self, hass: HomeAssistant, store: Store[Adoption], saved: Adoption | None
    ) -> None:
        """Initialize the job, which a restart has stopped if it was running."""
        self._hass = hass
        self._store = store
        self._stopping = asyncio.Event()
        self._is_modification_allowed: bool | None = None
        self.status = saved
        if saved and self.is_running:
            self.status = {**saved, "state": "stopped", "reason": "interrupted"}

    @property
    def is_running(self) -> bool:
        """Return whether the job goes on."""
        return bool(self.status and self.status["state"] in ("running", "watching"))

    @property
    def _current(self) -> Adoption:
        """Return the status of a job that is running."""
        assert self.status
        return self.status

    @callback
    def async_start(
        self, groups: list[_LockCodes], *, is_external_modification_allowed: bool | None
    ) -> None:
        """Start to convert the codes."""
        self._is_modification_allowed = is_external_modification_allowed
        self._stopping = asyncio.Event()
        codes: list[AdoptedCode] = [
            {"entity_id": group.target.entity_id, "access_code_id": code_id}
            for group in groups
            for code_id in group.access_code_ids
        ]
        self.status = {
            "state": "running",
            "canary": codes[0],
            "entity_id": codes[0]["entity_id"],
            "done": [],
            "failed": [],
            "left": codes,
            "reason": None,
            "error": None,
        }
        self._async_changed()
        groups[0].target.coordinator.config_entry.async_create_background_task(
            self._hass, self._async_run(groups), f"{DOMAIN} adoption"
        )

    @callback
    def async_stop(self) -> None:
        """Stop after the conversions that have started."""
        self._stopping.set()

    async def async_remove(self) -> None:
        """Forget the job."""
        self.status = None
        async_dispatcher_send(self._hass, SIGNAL_ADOPTION)
        await self._store.async_remove()

    @callback
    def _async_changed(self, **changes: Any) -> None:
        """Save and publish what has changed."""
        self.status = status = cast("Adoption", {**self._current, **changes})
        # Errors may contain names.
        saved: Adoption = {
            **status,
            "error": None,
            "failed": [{**code, "error": None} for code in status["failed"]],
        }
        self._store.async_delay_save(lambda: saved)
        async_dispatcher_send(self._hass, SIGNAL_ADOPTION)

    async def _async_run(self, groups: list[_LockCodes]) -> None:
        # Unloading the entry cancels this.
        changes: dict[str, Any] = {"state": "stopped", "reason": "interrupted"}
        try:
            await self._async_convert_all(groups)
            changes = {"state": "done"}
        except _StopError as err:
            changes |= err.changes
        except HomeAssistantError as err:
            # The lock is gone.
            changes |= {"reason": "new_error", "error": str(err)}
        finally:
            self._async_changed(**changes)

    async def _async_convert_all(self, groups: list[_LockCodes]) -> None:
        """Convert one code, watch its lock, and then convert the others by lock."""
        known: list[tuple[Target, set[object]]] = []
        for target, access_code_ids in groups:
            known.append((target, set(_errors(current_target(target)))))
            remaining = access_code_ids
            while remaining:
                # The canary may have been deleted in the meantime. Then it is the next.
                is_canary = not self._current["done"]
                batch = remaining[:1] if is_canary else remaining
                remaining = remaining[len(batch) :]
                if self._stopping.is_set():
                    raise _StopError("stopped")
                self._async_changed(entity_id=target.entity_id)
                await self._async_convert(_LockCodes(target, batch))
                _check(known)
                done, left = self._current["done"], self._current["left"]
                if is_canary and done and left:
                    self._async_changed(state="watching", canary=done[0])
                    await self._async_watch(target, known)
                    self._async_changed(state="running")

    async def _async_convert(self, group: _LockCodes) -> None:
        """Convert codes of a lock; stop if one of the conversions fails."""
        codes: list[AccessCode] = []
        results: dict[str, Result] = {}
        async with in_turn(self._hass, group.access_code_ids):
            # An action may have converted or deleted some of them in the meantime.
            target = current_target(group.target)
            for code_id in group.access_code_ids:
                try:
                    codes.append(_find(target, code_id))
                except ServiceValidationError as err:
                    results[code_id] = Result(Outcome.NOT_CONVERTIBLE, str(err))
            try:
                for code, result in await async_convert(
                    target,
                    codes,
                    is_external_modification_allowed=self._is_modification_allowed,
                ):
                    results[code.access_code_id] = result
            except HomeAssistantError as err:
                for code in codes:
                    results[code.access_code_id] = Result(Outcome.FAILED, str(err))
        done, failed, left = [], [], []
        for row in self._current["left"]:
            if (found := results.get(row["access_code_id"])) is None:
                left.append(row)
            elif found.outcome is Outcome.CONVERTED:
                done.append(row)
            else:
                failed.append({**row, "error": found.reason})
        self._async_changed(
            done=[*self._current["done"], *done],
            failed=[*self._current["failed"], *failed],
            left=left,
        )
        if any(
            result.outcome in (Outcome.FAILED, Outcome.PENDING)
            for result in results.values()
        ):
            raise _StopError("failed")

    async def _async_watch(
        self, target: Target, known: list[tuple[Target, set[object]]]
    ) -> None:
        """Look at a lock for some minutes; stop if it shows a new error."""
        error: Answer | None = None
        for seconds in WATCH_STEPS:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), seconds)
                raise _StopError("stopped")
            error = (await async_refresh_targets([target])).get(target.entity_id)
            _check(known)
        if error:
            raise _StopError("unreachable", error=str(error))


def _errors(target: Target) -> dict[object, str]:
    """Return the messages of all errors of a lock, its account and its codes."""
    lock = target.lock
    account = target.coordinator.data.account_of(lock)
    of_account = account.errors if account else ()
    messages: dict[object, str] = {
        error.code: error.message for error in (*lock.device.errors, *of_account)
    }
    return messages | {
        (code.access_code_id, error.code): f"{label(code)}: {error.message}"
        for code in lock.managed
        for error in code.own_errors
    }


def _check(known: list[tuple[Target, set[object]]]) -> None:
    """Stop if one of the locks has an error that it did not have before."""
    for target, old in known:
        for key, message in _errors(current_target(target)).items():
            if key not in old:
                raise _StopError("new_error", error=message, entity_id=target.entity_id)


def _find(target: Target, access_code_id: str) -> AccessCode:
    return find_code(target, target.lock.unmanaged, CodeSelection(access_code_id, None))


_JOBS: HassKey[dict[str, _Job]] = HassKey(f"{DOMAIN}_adoption")


def _store(hass: HomeAssistant, entry: SeamConfigEntry) -> Store[Adoption]:
    return Store(hass, _VERSION, f"{DOMAIN}.adoption.{entry.entry_id}")


async def async_setup_adoption(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Load what came of the last adoption of an entry."""
    jobs = hass.data.setdefault(_JOBS, {})
    if entry.entry_id not in jobs:
        store = _store(hass, entry)
        saved = await store.async_load()
        try:
            _SAVED(saved)
        except vol.Invalid:
            # There is none, or somebody has edited it.
            saved = None
        jobs[entry.entry_id] = _Job(hass, store, saved)


async def async_remove_adoption(hass: HomeAssistant, entry: SeamConfigEntry) -> None:
    """Forget the adoption of an entry that is removed."""
    job = hass.data.get(_JOBS, {}).pop(entry.entry_id, None)
    await (job or _Job(hass, _store(hass, entry), None)).async_remove()


@callback
def async_adoption(hass: HomeAssistant, entry: SeamConfigEntry) -> Adoption | None:
    """Return how far the last adoption of an entry is."""
    job = hass.data.get(_JOBS, {}).get(entry.entry_id)
    return job.status if job else None


async def async_start_adoption(call: ServiceCall, targets: list[Target]) -> Answers:
    """Start to adopt codes, with a job for each config entry."""
    by_entry: dict[SeamConfigEntry, dict[str, _LockCodes]] = {}
    for code_id in dict.fromkeys(call.data[_ATTR_IDS]):
        target = next((t for t in targets if t.lock.code(code_id)), targets[0])
        check_codes_known(target.lock)
        check_convertible(target.lock, _find(target, code_id))
        groups = by_entry.setdefault(target.coordinator.config_entry, {})
        group = groups.setdefault(target.entity_id, _LockCodes(target, []))
        group.access_code_ids.append(code_id)
    jobs = call.hass.data[_JOBS]
    for entry in by_entry:
        if jobs[entry.entry_id].is_running:
            raise refusal("adoption_running", workspace=entry.title)
    for entry, groups in by_entry.items():
        jobs[entry.entry_id].async_start(
            list(groups.values()),
            is_external_modification_allowed=call.data.get(
                ATTR_ALLOW_EXTERNAL_MODIFICATION
            ),
        )
    return {target.entity_id: {} for target in targets}


def _job(hass: HomeAssistant, msg: dict[str, Any]) -> _Job | None:
    """Return the job that a message is about, if its entry still exists."""
    return hass.data.get(_JOBS, {}).get(str(msg.get("entry_id")))


@websocket_api.require_admin
@callback
def handle_stop(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Stop an adoption. Another page may have done that already."""
    if job := _job(hass, msg):
        job.async_stop()
    connection.send_result(msg["id"], {"results": {}})


@websocket_api.require_admin
@websocket_api.async_response
async def handle_dismiss(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Forget an adoption that has ended. Another page may have started one again."""
    job = _job(hass, msg)
    if job and not job.is_running:
        await job.async_remove()
    connection.send_result(msg["id"], {"results": {}})
