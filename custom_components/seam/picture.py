"""The picture of a workspace: all that is known of its locks, as immutable objects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
import re
from types import MappingProxyType

from .api import AccessCode, Device, SeamProblem
from .api.redact import MASK, secret_pattern


@dataclass(frozen=True, kw_only=True, slots=True)
class Lock:
    """A lock with its codes, as last heard of."""

    device: Device
    managed: tuple[AccessCode, ...] = ()
    unmanaged: tuple[AccessCode, ...] = ()
    has_codes: bool = False
    """Whether the codes are known: not before, nor while, Seam cannot tell them."""
    missing: frozenset[str] = frozenset()
    """The codes that the last answer did not hold, and which it may have forgotten."""
    changed_by: str | None = None
    """The name of the code that last locked or unlocked it, or else how it was done."""

    @property
    def device_id(self) -> str:
        """Seam's id of the device."""
        return self.device.device_id

    @property
    def codes(self) -> tuple[AccessCode, ...]:
        """All codes, the managed ones first."""
        return self.managed + self.unmanaged

    @property
    def pins(self) -> set[str]:
        """The PINs of all codes."""
        return {code.code for code in self.codes if code.code}

    def code(self, access_code_id: str | None) -> AccessCode | None:
        """Return the code with that id."""
        return next(
            (code for code in self.codes if code.access_code_id == access_code_id), None
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """All locks by device id. Never changed, only replaced."""

    locks: Mapping[str, Lock] = field(default_factory=lambda: MappingProxyType({}))


def masked(lock: Lock) -> Lock:
    """Return the lock without any of its PINs in the texts that people are shown.

    Seam, makers and guests write these texts: nobody promises that no PIN is in them.
    """
    pattern = secret_pattern(lock.pins)
    if pattern is None:
        return lock
    return replace(
        lock,
        device=_masked_device(lock.device, pattern),
        managed=tuple(_masked_code(code, pattern) for code in lock.managed),
        unmanaged=tuple(_masked_code(code, pattern) for code in lock.unmanaged),
    )


def _masked_device(device: Device, pattern: re.Pattern[str]) -> Device:
    if not _holds(pattern, *_texts(device.errors), *_texts(device.warnings)):
        return device
    return replace(
        device,
        errors=_masked_problems(device.errors, pattern),
        warnings=_masked_problems(device.warnings, pattern),
    )


def _masked_code(code: AccessCode, pattern: re.Pattern[str]) -> AccessCode:
    if not _holds(
        pattern,
        code.name,
        code.display_status,
        *_texts(code.errors),
        *_texts(code.warnings),
    ):
        return code
    return replace(
        code,
        name=code.name and pattern.sub(MASK, code.name),
        display_status=code.display_status and pattern.sub(MASK, code.display_status),
        errors=_masked_problems(code.errors, pattern),
        warnings=_masked_problems(code.warnings, pattern),
    )


def _texts(problems: Iterable[SeamProblem]) -> Iterable[str]:
    return (problem.message for problem in problems)


def _holds(pattern: re.Pattern[str], *texts: str | None) -> bool:
    return any(text and pattern.search(text) for text in texts)


def _masked_problems(
    problems: tuple[SeamProblem, ...], pattern: re.Pattern[str]
) -> tuple[SeamProblem, ...]:
    return tuple(
        replace(problem, message=pattern.sub(MASK, problem.message))
        for problem in problems
    )
