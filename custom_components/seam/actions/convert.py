"""The action that makes unmanaged codes managed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from homeassistant.const import ATTR_NAME
from homeassistant.core import ServiceCall
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..api import (
    AccessCode,
    ActionAttempt,
    ActionAttemptStatus,
    SeamAuthError,
    SeamError,
    SeamRateLimitError,
)
from ..attributes import JsonObject, label
from ..errors import ActionError, ErrorText, refusal, translated_errors
from ..sync.code_state import can_convert
from ..sync.failures import would_fail_again
from ..sync.snapshot import LockData
from .codes import find_code
from .fields import (
    ATTR_ACCESS_CODE_ID,
    ATTR_ALLOW_EXTERNAL_MODIFICATION,
    ATTR_DRY_RUN,
    BOOLEAN,
    CODE_FIELDS,
    ActionSchema,
    check_dry_run,
    code_selection,
)
from .outcomes import (
    CodeResults,
    Outcome,
    Result,
    async_start_each,
    code_result,
    raise_failures,
)
from .targets import (
    Answers,
    Target,
    async_each,
    changing_locks,
    current_target,
    in_turn,
)
from .validation import check_codes_known
from .waiting import async_poll, attempt_error, pending

ATTR_ALL: Final = "all"
ATTR_FORCE: Final = "force"

SCHEMA: Final = ActionSchema(
    {
        **CODE_FIELDS,
        vol.Optional(ATTR_ALL, default=False): BOOLEAN,
        vol.Optional(ATTR_ALLOW_EXTERNAL_MODIFICATION): BOOLEAN,
        vol.Optional(ATTR_FORCE): BOOLEAN,
        vol.Optional(ATTR_DRY_RUN, default=False): BOOLEAN,
    }
)

_FAILED_EVENT: Final = "access_code.unmanaged.failed_to_convert_to_managed"
# Clocks differ. Events from before the conversion are ignored by their ids.
_EVENTS_OVERLAP: Final = timedelta(minutes=5)


async def async_convert_access_code(
    call: ServiceCall, targets: list[Target]
) -> Answers:
    """Convert one unmanaged code of each lock, or all of them."""
    convert_all, dry_run = call.data[ATTR_ALL], call.data[ATTR_DRY_RUN]
    check_dry_run(call)
    if convert_all and (call.data.get(ATTR_NAME) or call.data.get(ATTR_ACCESS_CODE_ID)):
        raise refusal("all_or_one")
    selection = None if convert_all else code_selection(call.data, "no_code_or_all")
    all_results: CodeResults = []

    def selected(target: Target) -> Sequence[AccessCode]:
        lock = target.lock
        check_codes_known(lock, with_unmanaged=True)
        if selection is None:
            return lock.unmanaged
        code = find_code(target, lock.unmanaged, selection)
        if not dry_run:
            check_convertible(lock, code)
        return [code]

    async def convert(target: Target) -> JsonObject:
        results = await async_convert(
            target,
            selected,
            dry_run=dry_run,
            is_external_modification_allowed=call.data.get(
                ATTR_ALLOW_EXTERNAL_MODIFICATION
            ),
            force=call.data.get(ATTR_FORCE),
        )
        if selection is not None or not call.return_response:
            raise_failures("conversions_failed", target.lock, results)
        all_results.extend(results)
        return {"access_codes": [code_result(*result) for result in results]}

    answers = await async_each(targets, convert)
    # Calls without a response would not learn that nothing was converted.
    if (
        all_results
        and not call.return_response
        and all(result.outcome is Outcome.NOT_CONVERTIBLE for _, result in all_results)
        and not any(isinstance(answer, Exception) for answer in answers.values())
    ):
        names = ", ".join(str(code.name) for code, _ in all_results)
        raise refusal("none_convertible", names=names)
    return answers


async def async_convert(
    target: Target,
    select: Callable[[Target], Sequence[AccessCode]],
    *,
    dry_run: bool = False,
    **parameters: Any,
) -> CodeResults:
    """Convert the selected codes that can be converted; return a result for each code."""
    # A preview waits for nothing.
    keys = set() if dry_run else _ids(select(target))
    async with in_turn(target.coordinator.hass, keys):
        # Another action may have converted or deleted some of them.
        target = current_target(target)
        codes = select(target)
        if dry_run or keys.issuperset(_ids(codes)):
            return await _async_convert(target, codes, parameters, dry_run=dry_run)
    # Others have appeared, on which another action may work.
    return await async_convert(target, select, **parameters)


def _ids(codes: Iterable[AccessCode]) -> set[str]:
    return {code.access_code_id for code in codes}


async def _async_convert(
    target: Target,
    codes: Iterable[AccessCode],
    parameters: dict[str, Any],
    *,
    dry_run: bool,
) -> CodeResults:
    results: CodeResults = []
    convertible: list[AccessCode] = []
    for code in codes:
        try:
            check_convertible(target.lock, code)
        except ServiceValidationError as err:
            results.append((code, Result(Outcome.NOT_CONVERTIBLE, ErrorText(err))))
            continue
        if dry_run:
            results.append((code, _preview(target.lock, code)))
        else:
            convertible.append(code)
    if convertible:
        results += await _Conversion(target, convertible).async_run(parameters)
    return results


def _preview(lock: LockData, code: AccessCode) -> Result:
    """Return the result of a dry run, with what would be left to do afterwards."""
    for other in lock.managed:
        if code.code and other.code == code.code:
            left = ActionError("would_duplicate", other=label(other))
            return Result(Outcome.WOULD_CONVERT, ErrorText(left))
    return Result(Outcome.WOULD_CONVERT)


def check_convertible(lock: LockData, code: AccessCode) -> None:
    """Refuse a code that cannot be converted."""
    if not can_convert(lock, code):
        raise refusal("not_convertible", lock=lock.device.name, name=label(code))


class _Conversion:
    """Converts codes of one lock."""

    def __init__(self, target: Target, codes: list[AccessCode]) -> None:
        self._target = target
        self._codes = codes
        self._since = dt_util.utcnow() - _EVENTS_OVERLAP
        # None if event queries fail.
        self._old_events: set[str] | None = None
        self._old_codes = {code.access_code_id for code in target.lock.managed}
        self._attempts: dict[str, ActionAttempt | None] = {}
        self._errors: dict[str, HomeAssistantError] = {}
        self._failed: set[str] = set()
        self._converted: set[str] = set()

    async def async_run(self, parameters: dict[str, Any]) -> CodeResults:
        """Start all conversions, and wait at most a minute until they have ended."""
        coordinator, client = self._target.coordinator, self._target.coordinator.client

        async def start(code: AccessCode) -> None:
            with translated_errors(coordinator):
                self._attempts[code.access_code_id] = await client.convert_to_managed(
                    code.access_code_id, **parameters
                )

        async with changing_locks(self._target):
            with translated_errors(coordinator, is_change=False):
                await self._async_note_old_events()
            self._errors = await async_start_each(self._codes, start)
            if self._errors and len(self._codes) == 1:
                raise self._errors[self._codes[0].access_code_id]
            try:
                if self._waiting:
                    await async_poll(self._target, self._async_check)
            finally:
                coordinator.async_apply(coordinator.engine.codes_moved, self._converted)
        return [(code, self._result(code)) for code in self._codes]

    async def _async_note_old_events(self) -> None:
        """Note what has happened before, if event queries succeed at all."""
        coordinator = self._target.coordinator
        try:
            events = await coordinator.client.list_events(self._since)
        except SeamAuthError, SeamRateLimitError:
            raise
        except SeamError as err:
            is_known = coordinator.engine.failures.query_error is not None
            # If Seam may be down, nothing should be requested.
            if not (is_known or would_fail_again(err)):
                raise
        else:
            self._old_events = {event.event_id for event in events}

    @property
    def _waiting(self) -> list[AccessCode]:
        done = self._converted | self._failed | self._errors.keys()
        return [code for code in self._codes if code.access_code_id not in done]

    async def _async_check(self) -> bool:
        """Fetch what has happened; return whether all conversions have ended.

        Seam often returns no attempt. Then a code is converted when the lock has a new
        managed code with its id or its PIN.
        """
        lock, client = self._target.lock, self._target.coordinator.client
        managed = [
            code
            for code in await client.list_access_codes(lock.device_id)
            if code.is_managed and code.access_code_id not in self._old_codes
        ]
        ids = {code.access_code_id for code in managed}
        pins = {code.code for code in managed if code.code}
        self._converted |= {
            code.access_code_id
            for code in self._waiting
            if code.access_code_id in ids or (code.code and code.code in pins)
        }
        # What cannot be read must not hide what is known.
        errors: list[SeamError] = []
        if waiting := self._waiting:
            for check in (self._async_check_events, self._async_check_attempts):
                try:
                    await check(waiting)
                except SeamAuthError, SeamRateLimitError:
                    raise
                except SeamError as err:
                    errors.append(err)
        if self._waiting and errors:
            raise errors[0]
        return not self._waiting

    async def _async_check_events(self, waiting: list[AccessCode]) -> None:
        """Find out which conversions Seam says to have failed."""
        if self._old_events is None:
            return
        failed = {
            event.access_code_id
            for event in await self._target.coordinator.client.list_events(self._since)
            if event.event_type == _FAILED_EVENT
            and event.event_id not in self._old_events
        }
        self._failed |= {code.access_code_id for code in waiting} & failed

    async def _async_check_attempts(self, waiting: list[AccessCode]) -> None:
        """Find out which attempts have ended in an error."""
        client = self._target.coordinator.client
        errors: list[SeamError] = []
        for code in waiting:
            if (attempt := self._attempts.get(code.access_code_id)) is None:
                continue
            try:
                attempt = await client.get_action_attempt(attempt.action_attempt_id)
            except SeamAuthError, SeamRateLimitError:
                raise
            except SeamError as err:
                errors.append(err)
                continue
            if attempt.status is ActionAttemptStatus.ERROR:
                self._errors[code.access_code_id] = attempt_error(self._target, attempt)
        if errors:
            raise errors[0]

    def _result(self, code: AccessCode) -> Result:
        code_id = code.access_code_id
        if error := self._errors.get(code_id):
            return Result(Outcome.FAILED, ErrorText(error))
        if code_id in self._failed:
            return Result(Outcome.FAILED, ErrorText(self._failure(code)))
        if code_id in self._converted:
            return Result(Outcome.CONVERTED)
        return pending(self._target)

    def _failure(self, code: AccessCode) -> ActionError:
        """Return the error for a failure event, with Seam's reason.

        The code has it, which was refreshed after the conversion.
        """
        lock = self._target.current_lock
        current = lock.code(code.access_code_id) if lock else None
        errors = current.own_errors if current else ()
        new = [error for error in errors if error not in code.own_errors] or errors
        if not new:
            return ActionError("conversion_failed")
        reasons = "; ".join(
            f"{error.message.rstrip('.')} ({error.code})" for error in new
        )
        return ActionError("conversion_failed_reason", error=reasons)
