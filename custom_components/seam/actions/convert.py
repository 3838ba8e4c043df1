"""Making unmanaged codes managed, and finding out what became of each."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import timedelta

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..api import AccessCode, ActionAttempt, ActionAttemptStatus
from ..attributes import JsonObject, can_convert, label
from ..coordinator import SeamCoordinator
from ..errors import refusal, translated_errors
from ..sync.snapshot import LockData
from .outcomes import async_begin_each, code_outcome
from .waiting import async_watch, attempt_failure, pending

_FAILED_EVENT = "access_code.unmanaged.failed_to_convert_to_managed"

# Clocks differ. What is older than the conversion is told by its id.
_EVENTS_OVERLAP = timedelta(minutes=5)


async def async_convert(
    coordinator: SeamCoordinator,
    lock: LockData,
    codes: Iterable[AccessCode],
    *,
    allow_external_modification: bool | None,
    force: bool | None,
    dry_run: bool,
) -> list[JsonObject]:
    """Convert the codes of a lock; return what became of each, with the reason.

    The outcome is `converted`, `pending`, `would_convert`, `not_convertible` or
    `failed`.
    """
    outcomes: list[JsonObject] = []
    convertible: list[AccessCode] = []
    for code in codes:
        if not can_convert(lock, code):
            reason = not_convertible(lock, code)
            outcomes.append(code_outcome(code, "not_convertible", reason))
        elif dry_run:
            outcomes.append(code_outcome(code, "would_convert"))
        else:
            convertible.append(code)
    if convertible:
        conversion = _Conversion(coordinator, lock)
        outcomes += await conversion.async_run(
            convertible, allow_external_modification, force
        )
    return outcomes


def not_convertible(lock: LockData, code: AccessCode) -> HomeAssistantError:
    """Return why a code cannot be made managed."""
    return refusal("not_convertible", lock=lock.device.name, name=label(code))


class _Conversion:
    """Converts codes of one lock."""

    def __init__(self, coordinator: SeamCoordinator, lock: LockData) -> None:
        self._coordinator = coordinator
        self._lock = lock
        self._since = dt_util.utcnow() - _EVENTS_OVERLAP
        self._old_events: set[str] = set()
        self._old_codes = {code.access_code_id for code in lock.managed}
        self._attempts: dict[str, ActionAttempt | None] = {}
        self._failures: dict[str, HomeAssistantError] = {}
        self._converted: set[str] = set()

    async def async_run(
        self,
        codes: list[AccessCode],
        allow_external_modification: bool | None,
        force: bool | None,
    ) -> list[JsonObject]:
        """Convert the codes and wait, at most a minute, for what becomes of them."""
        client = self._coordinator.client

        async def begin(code: AccessCode) -> None:
            with self._translated_errors():
                self._attempts[code.access_code_id] = await client.convert_to_managed(
                    code.access_code_id,
                    is_external_modification_allowed=allow_external_modification,
                    force=force,
                )

        try:
            with self._translated_errors(changes=False):
                self._old_events = {
                    event.event_id for event in await client.list_events(self._since)
                }
            self._failures = await async_begin_each(codes, begin)
            if self._failures and len(codes) == 1:
                raise self._failures[codes[0].access_code_id]
            await self._async_wait(codes)
        finally:
            self._coordinator.async_apply(
                self._coordinator.engine.codes_converted, self._converted
            )
            await self._coordinator.async_refresh_locks([self._lock.device_id])
        return [self._what_became_of(code) for code in codes]

    async def _async_wait(self, codes: list[AccessCode]) -> None:
        """Ask until each code is managed or has failed.

        Often Seam answers a conversion with nothing to wait for. Then a code is
        converted when the lock has a new managed code with its id or its PIN.
        """

        def waiting() -> list[AccessCode]:
            settled = self._converted | self._failures.keys()
            return [code for code in codes if code.access_code_id not in settled]

        async def look() -> bool:
            await self._async_look(waiting())
            return not waiting()

        if waiting():
            await async_watch(self._coordinator, self._lock.device_id, look)

    async def _async_look(self, waiting: list[AccessCode]) -> None:
        """Find out how far the codes are."""
        client = self._coordinator.client
        managed = [
            code
            for code in await client.list_access_codes(self._lock.device_id)
            if code.access_code_id not in self._old_codes
        ]
        ids = {code.access_code_id for code in managed}
        pins = {code.code for code in managed if code.code}
        failed = {
            event.access_code_id
            for event in await client.list_events(self._since)
            if event.event_type == _FAILED_EVENT
            and event.event_id not in self._old_events
        }
        for code in waiting:
            code_id = code.access_code_id
            if code_id in ids or (code.code and code.code in pins):
                self._converted.add(code_id)
            elif code_id in failed:
                self._failures[code_id] = refusal(
                    "conversion_failed", lock=self._lock.device.name
                )
            elif attempt := self._attempts.get(code_id):
                attempt = await client.get_action_attempt(attempt.action_attempt_id)
                if attempt.status is ActionAttemptStatus.ERROR:
                    self._failures[code_id] = attempt_failure(
                        self._coordinator, self._lock.device_id, attempt
                    )

    def _what_became_of(self, code: AccessCode) -> JsonObject:
        code_id = code.access_code_id
        if reason := self._failures.get(code_id):
            return code_outcome(code, "failed", reason)
        if code_id in self._converted:
            return code_outcome(code, "converted")
        return code_outcome(code, "pending") | pending(
            self._coordinator, self._lock.device_id
        )

    def _translated_errors(
        self, *, changes: bool = True
    ) -> AbstractContextManager[None]:
        return translated_errors(self._coordinator, changes=changes)
