"""Converts several unmanaged codes: one, then watches its lock, and then the others.

Converting has made locks drop off their account, so the first code of each account is a
canary. The others follow one by one, so that it is clear which of them are converted.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, NamedTuple, cast

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.storage import Store

from ..actions.codes import find_code
from ..actions.convert import async_convert
from ..actions.fields import CodeSelection
from ..actions.outcomes import Outcome
from ..actions.targets import Answers, Target, async_refresh_targets, current_target
from ..actions.validation import check_codes_known
from ..activity import lock_name
from ..api import AccessCode
from ..attributes import label
from ..const import DOMAIN
from ..errors import (
    ChangeUncertainError,
    UnreachableError,
    WorkspaceRefusedError,
    refusal,
)
from .texts import error_text, masked_text, reason_text
from .types import Conversion, SelectedCode, StopReason, Text

SIGNAL_CONVERSION: Final = f"{DOMAIN}_conversion"

# Seconds between looks at the lock of the first code. Seam notices that a lock has
# dropped off its account when it next reads the account, which can take minutes.
WATCH_STEPS: Final = (30,) * 10


class _StopError(Exception):
    """The job must not go on."""

    def __init__(self, reason: StopReason, **changes: Text | str | None) -> None:
        """Initialize the error with what else changes in the status."""
        super().__init__(reason)
        self.changes = {"reason": reason, **changes}


class CodeToConvert(NamedTuple):
    """A code to convert."""

    target: Target
    access_code_id: str

    @property
    def row(self) -> SelectedCode:
        """The code as the status lists it."""
        return {
            "entity_id": self.target.entity_id,
            "access_code_id": self.access_code_id,
        }


type _Errors = dict[tuple[str | None, str], Text | str]
type _Known = dict[str, tuple[Target, _Errors]]


class ConversionJob:
    """The last conversion of a config entry, which may be running."""

    def __init__(
        self, hass: HomeAssistant, store: Store[Conversion], saved: Conversion | None
    ) -> None:
        """Initialize the job, which a restart has stopped if it was running."""
        self._hass = hass
        self._store = store
        self._stopping = asyncio.Event()
        self._is_modification_allowed: bool | None = None
        self._mask: Callable[[str], str] = str
        self.status = saved
        if saved and self.is_running:
            self.status = {**saved, "state": "stopped", "reason": "interrupted"}

    @property
    def is_running(self) -> bool:
        """Return whether the job goes on."""
        return bool(self.status and self.status["state"] in ("running", "watching"))

    @property
    def shown(self) -> Conversion | None:
        """The status without PINs, of which some may have become known since."""
        if (status := self.status) is None:
            return None
        return {
            **status,
            "error": masked_text(status["error"], self._mask),
            "failed": [
                {**code, "error": masked_text(code["error"], self._mask)}
                for code in status["failed"]
            ],
        }

    @property
    def _current(self) -> Conversion:
        """Return the status of a job that is running."""
        assert self.status
        return self.status

    @callback
    def async_start(
        self,
        codes: list[CodeToConvert],
        *,
        is_external_modification_allowed: bool | None,
    ) -> None:
        """Start to convert the codes."""
        self._is_modification_allowed = is_external_modification_allowed
        self._stopping = asyncio.Event()
        self._mask = codes[0].target.coordinator.secrets.mask
        left = [code.row for code in codes]
        self.status = {
            "state": "running",
            "canary": left[0],
            "entity_id": left[0]["entity_id"],
            # For the report, as locks may be gone by then.
            "locks": {
                target.entity_id: self._mask(lock_name(self._hass, target.lock))
                for target, _ in codes
            },
            "done": [],
            "failed": [],
            "uncertain": [],
            "left": left,
            "reason": None,
            "error": None,
        }
        self._async_changed()
        codes[0].target.coordinator.config_entry.async_create_background_task(
            self._hass, self._async_run(codes), f"{DOMAIN} conversion"
        )

    @callback
    def async_stop(self) -> None:
        """Stop after the code that is being converted."""
        self._stopping.set()

    async def async_remove(self) -> None:
        """Forget the job."""
        self.status = None
        async_dispatcher_send(self._hass, SIGNAL_CONVERSION)
        await self._store.async_remove()

    @callback
    def _async_changed(self, **changes: Any) -> None:
        """Save and publish what has changed."""
        self.status = status = cast("Conversion", {**self._current, **changes})
        self._store.async_delay_save(lambda: _saved(status))
        async_dispatcher_send(self._hass, SIGNAL_CONVERSION)

    async def _async_run(self, codes: list[CodeToConvert]) -> None:
        # Unloading the entry cancels this.
        changes: dict[str, Any] = {"state": "stopped", "reason": "interrupted"}
        try:
            await self._async_convert_all(codes)
            changes = {"state": "done"}
        except _StopError as err:
            changes |= err.changes
        finally:
            self._async_changed(**changes)

    async def _async_convert_all(self, codes: list[CodeToConvert]) -> None:
        """Convert one code of an account, watch its lock, and then convert the others."""
        known: _Known = {}
        tried: set[str | None] = set()
        # A conversion may do harm to locks whose turn comes later.
        for target in (_current(code.target) for code in codes):
            _check_fetched(target)
            known[target.entity_id] = (target, _errors(target))
        for code in codes:
            if self._stopping.is_set():
                raise _StopError("stopped")
            target = _current(code.target)
            self._async_changed(entity_id=target.entity_id)
            _check_fetched(target)
            is_converted = await self._async_convert(code)
            _check(known)
            account_id = target.lock.device.connected_account_id
            # The canary may have been deleted in the meantime. Then it is the next.
            if is_converted and account_id not in tried:
                tried.add(account_id)
                if self._current["left"]:
                    self._async_changed(state="watching", canary=code.row)
                    await self._async_watch(target, known)
                    self._async_changed(state="running")

    async def _async_convert(self, code: CodeToConvert) -> bool:
        """Return whether a code is converted; stop if its conversion fails."""
        row, left = code.row, self._current["left"][1:]

        def show_failed(reason: Text | str | None) -> None:
            failed = [*self._current["failed"], {**row, "error": reason}]
            self._async_changed(uncertain=[], left=left, failed=failed)

        target = _current(code.target)
        # Whatever interrupts the conversion, it may have been requested.
        self._async_changed(uncertain=[row], left=left)
        await self._store.async_save(_saved(self._current))
        try:
            [(_, result)] = await async_convert(
                target,
                lambda target: [find_unmanaged(target, code.access_code_id)],
                is_external_modification_allowed=self._is_modification_allowed,
            )
        except ChangeUncertainError as err:
            raise _StopError("unconfirmed", error=error_text(err)) from err
        except (UnreachableError, WorkspaceRefusedError) as err:
            self._async_changed(uncertain=[], left=[row, *left])
            raise _StopError("unreachable", error=error_text(err)) from err
        except ServiceValidationError as err:
            # An action has converted or deleted it in the meantime.
            show_failed(error_text(err))
            return False
        except HomeAssistantError as err:
            show_failed(error_text(err))
            raise _StopError("failed") from err
        if result.outcome is Outcome.PENDING:
            raise _StopError("unconfirmed", error=reason_text(result.reason))
        if result.outcome is Outcome.CONVERTED:
            self._async_changed(uncertain=[], done=[*self._current["done"], row])
            return True
        show_failed(reason_text(result.reason))
        if result.outcome is Outcome.FAILED:
            raise _StopError("failed")
        return False

    async def _async_watch(self, target: Target, known: _Known) -> None:
        """Look at a lock for some minutes; stop if it shows a new error."""
        errors: Answers = {}
        for seconds in WATCH_STEPS:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), seconds)
                raise _StopError("stopped")
            errors = await async_refresh_targets([target])
            _check(known)
        for error in errors.values():
            assert isinstance(error, HomeAssistantError)
            raise _StopError("unreachable", error=error_text(error))
        _check_fetched(_current(target))


def _saved(status: Conversion) -> Conversion:
    """Return what is stored. Errors may contain names."""
    return {
        **status,
        "error": None,
        "failed": [{**code, "error": None} for code in status["failed"]],
    }


def _errors(target: Target) -> _Errors:
    """Return the messages of all errors of a lock, its account and its codes."""
    lock, snapshot = target.lock, target.coordinator.data
    account = snapshot.account_of(lock)
    of_account = account.errors if account else ()
    errors: _Errors = {
        (None, error.code): error.message
        for error in (*lock.device.errors, *of_account)
    }
    errors |= {
        (code.access_code_id, error.code): f"{label(code)}: {error.message}"
        for code in lock.codes
        for error in code.own_errors
    }
    if snapshot.is_reachable(lock) is False:
        offline = refusal("went_offline", lock=lock.device.name)
        errors[None, ""] = error_text(offline)
    return errors


def _check(known: _Known) -> None:
    """Stop if one of the locks has an error that it did not have before."""
    for target, old in known.values():
        codes_before = {code.access_code_id for code in target.lock.codes}
        errors_before = {error_code for code_id, error_code in old if code_id}
        for key, message in _errors(_current(target)).items():
            code_id, error_code = key
            # A conversion may change the ID of a code, which keeps its errors.
            is_new_id = code_id is not None and code_id not in codes_before
            if key not in old and not (is_new_id and error_code in errors_before):
                raise _StopError("new_error", error=message, entity_id=target.entity_id)


def _check_fetched(target: Target) -> None:
    """Stop if the codes of a lock are not known."""
    try:
        check_codes_known(target.lock, with_unmanaged=True)
    except ServiceValidationError as err:
        raise _StopError(
            "unreachable", error=error_text(err), entity_id=target.entity_id
        ) from err


def _current(target: Target) -> Target:
    """Return a target with its lock as it is now; stop if the lock is gone."""
    try:
        # The others wait for their turn, and not for this one's answer.
        return replace(current_target(target), is_alone=True)
    except ServiceValidationError as err:
        raise _StopError(
            "new_error", error=error_text(err), entity_id=target.entity_id
        ) from err


def find_unmanaged(target: Target, access_code_id: str) -> AccessCode:
    """Return an unmanaged code of a lock."""
    return find_code(target, target.lock.unmanaged, CodeSelection(access_code_id, None))
