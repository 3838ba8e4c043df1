"""Outcomes of actions for each code."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from homeassistant.exceptions import HomeAssistantError

from ..api import AccessCode
from ..attributes import JsonObject
from ..errors import ActionError, WorkspaceRefusedError, sentences
from ..sync.snapshot import LockData


class Outcome(StrEnum):
    """The outcomes that actions return."""

    CONVERTED = "converted"
    CREATED = "created"
    DELETED = "deleted"
    FAILED = "failed"
    NOT_CONVERTIBLE = "not_convertible"
    NOT_DELETABLE = "not_deletable"
    PENDING = "pending"
    RELEASED = "released"
    SUCCESS = "success"
    UNCHANGED = "unchanged"
    UPDATED = "updated"
    WOULD_CONVERT = "would_convert"
    WOULD_DELETE = "would_delete"


@dataclass(frozen=True)
class Result:
    """An outcome, the reason if the action is not done, and the code if it was read."""

    outcome: Outcome
    reason: str | None = None
    code: AccessCode | None = None

    def as_dict(self) -> JsonObject:
        """Return the result as actions return it."""
        result: JsonObject = {"outcome": self.outcome.value}
        return result if self.reason is None else {**result, "reason": self.reason}


type CodeResults = list[tuple[AccessCode, Result]]


def code_result(code: AccessCode, result: Result) -> JsonObject:
    """Return which code a result is about, and the result."""
    return {
        "access_code_id": code.access_code_id,
        "name": code.name,
        **result.as_dict(),
    }


def raise_failures(translation_key: str, lock: LockData, results: CodeResults) -> None:
    """Raise an error that lists the codes of a lock that failed, if any."""
    failed = [
        f"{code.name}: {result.reason}"
        for code, result in results
        if result.outcome is Outcome.FAILED
    ]
    if failed:
        raise ActionError(
            translation_key, lock=lock.device.name, failed=sentences(failed)
        )


async def async_start_each(
    codes: Iterable[AccessCode], start: Callable[[AccessCode], Awaitable[None]]
) -> dict[str, HomeAssistantError]:
    """Start a change of each code in turn; return the errors by code id.

    Once Seam takes no more requests, the remaining codes fail with that error.
    """
    errors: dict[str, HomeAssistantError] = {}
    refused: WorkspaceRefusedError | None = None
    for code in codes:
        if refused is None:
            try:
                await start(code)
            except WorkspaceRefusedError as err:
                refused = err
            except HomeAssistantError as err:
                errors[code.access_code_id] = err
        if refused is not None:
            errors[code.access_code_id] = refused
    return errors
