"""The picture of a workspace: all that is known of its locks, as immutable objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
import re
from types import MappingProxyType
from typing import Final

from ..api import AccessCode, CodeStatus, Device, Event, SeamProblem
from ..api.redact import LONGEST_NAME, Secrets, mask_numbers, readable

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True, slots=True)
class LockData:
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
    changed_at: datetime | None = None
    """When that was."""

    @property
    def device_id(self) -> str:
        """Seam's id of the device."""
        return self.device.device_id

    @property
    def codes(self) -> tuple[AccessCode, ...]:
        """All codes, the managed ones first."""
        return self.managed + self.unmanaged

    @property
    def lacks_codes(self) -> bool:
        """Whether the lock can have codes, but they could not be fetched."""
        return self.device.has_access_codes and not self.has_codes

    def used_slots_at(self, now: datetime) -> int:
        """Return how many codes are on the lock, or about to be."""
        return sum(
            code.is_scheduled_on_device or code.status_at(now) is not CodeStatus.UNSET
            for code in self.codes
        )

    def free_slots_at(self, now: datetime) -> int | None:
        """Return how many codes the lock could still take, None where it is unknown."""
        slots = self.device.properties.max_active_codes_supported
        return None if slots is None else max(0, slots - self.used_slots_at(now))

    def code(self, access_code_id: str | None) -> AccessCode | None:
        """Return the code with that id."""
        return next(
            (code for code in self.codes if code.access_code_id == access_code_id), None
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """All locks by device id. Never changed, only replaced."""

    locks: Mapping[str, LockData] = field(default_factory=lambda: MappingProxyType({}))

    def next_start_or_end(self, now: datetime) -> tuple[datetime, set[str]] | None:
        """Return when the next code starts or ends, and the IDs of its locks."""
        first: datetime | None = None
        device_ids: set[str] = set()
        for device_id, lock in self.locks.items():
            for code in lock.codes:
                for moment in (code.starts_at, code.ends_at):
                    if moment is None or moment <= now:
                        continue
                    if first is None or moment < first:
                        first, device_ids = moment, set()
                    if moment == first:
                        device_ids.add(device_id)
        return None if first is None else (first, device_ids)


def masked(lock: LockData, secrets: Secrets) -> LockData:
    """Return the lock without any secret in the texts that people are shown.

    Seam, makers and guests write these texts: nobody promises that no PIN is in them,
    nor that they are short, or hold nothing but what can be seen.
    What holds none stays the same object, here and below.
    """
    device = masked_device(lock.device, secrets)
    managed = tuple(masked_code(code, secrets) for code in lock.managed)
    unmanaged = tuple(masked_code(code, secrets) for code in lock.unmanaged)
    changed_by = lock.changed_by and secrets.mask_name(lock.changed_by)
    if (device, managed, unmanaged, changed_by) == (
        lock.device,
        lock.managed,
        lock.unmanaged,
        lock.changed_by,
    ):
        return lock
    return replace(
        lock,
        device=device,
        managed=managed,
        unmanaged=unmanaged,
        changed_by=changed_by,
    )


def masked_device(device: Device, secrets: Secrets) -> Device:
    """Return the device without any secret in its texts. Its name stays, if readable."""
    display_name = device.display_name and readable(device.display_name, LONGEST_NAME)
    nickname = device.nickname and readable(device.nickname, LONGEST_NAME)
    errors = _masked_problems(device.errors, secrets)
    warnings = _masked_problems(device.warnings, secrets)
    if (display_name, nickname, errors, warnings) == (
        device.display_name,
        device.nickname,
        device.errors,
        device.warnings,
    ):
        return device
    return replace(
        device,
        display_name=display_name,
        nickname=nickname,
        errors=errors,
        warnings=warnings,
    )


def masked_code(code: AccessCode, secrets: Secrets) -> AccessCode:
    """Return the code without any secret in its texts."""
    name = code.name and secrets.mask(code.name, LONGEST_NAME)
    display_status = code.display_status and secrets.mask(code.display_status)
    errors = _masked_problems(code.errors, secrets)
    warnings = _masked_problems(code.warnings, secrets)
    if (
        name == code.name
        and display_status == code.display_status
        and errors == code.errors
        and warnings == code.warnings
    ):
        return code
    return replace(
        code,
        name=name,
        true_name=None if name == code.unmasked_name else code.unmasked_name,
        display_status=display_status,
        errors=errors,
        warnings=warnings,
    )


def masked_event(event: Event, secrets: Secrets) -> Event:
    """Return the event without its PINs, and without any secret in its texts."""

    def shown(text: str | None) -> str | None:
        return text and secrets.mask(text)

    def without_typed(text: str | None) -> str | None:
        # What was typed may be anybody's PIN, perhaps with one wrong digit.
        return text and mask_numbers(secrets.mask(text))

    def masked_id(text: str | None) -> str | None:
        # Digits in Seam's own ids are random, and dots in them would help nobody.
        return text if text and _ID.fullmatch(text) else shown(text)

    return replace(
        event,
        event_type=secrets.mask(event.event_type),
        code=None,
        other_pins=(),
        method=shown(event.method),
        user_identity_id=masked_id(event.user_identity_id),
        backup_access_code_id=masked_id(event.backup_access_code_id),
        reason_code=without_typed(event.reason_code),
        reason_message=without_typed(event.reason_message),
        change_reason=shown(event.change_reason),
        former_name=event.former_name and secrets.mask_name(event.former_name),
        changed_properties=tuple(map(secrets.mask, event.changed_properties)),
        requested_mutations=tuple(map(secrets.mask, event.requested_mutations)),
    )


def _masked_problems(
    problems: tuple[SeamProblem, ...], secrets: Secrets
) -> tuple[SeamProblem, ...]:
    return problems and tuple(
        replace(
            problem,
            code=secrets.mask(problem.code),
            message=secrets.mask(problem.message),
        )
        for problem in problems
    )
