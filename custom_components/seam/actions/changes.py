"""Changes of managed codes, which keep the times that they do not change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from ..api import AccessCode, SeamUnreachableError
from ..attributes import label
from ..errors import WorkspaceRefusedError, refusal, translated_errors
from ..sync.code_state import CodeState, code_state
from ..sync.snapshot import LockData
from .codes import check_changeable, check_name_free, check_pin_free
from .targets import Target
from .validation import (
    check_name,
    check_name_without_pin,
    check_pin,
    check_start,
    check_times,
)

_NOT_ON_LOCK: Final = (CodeState.AT_RISK, CodeState.DISABLED, CodeState.FAILED)


@dataclass(frozen=True, kw_only=True)
class CodeChange:
    """The requested values of a code. What is None stays as it is."""

    name: str | None = None
    code: str | None = field(default=None, repr=False)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_ongoing: bool = False
    is_external_modification_allowed: bool | None = None
    is_repeated: bool = False

    @property
    def keeps_times(self) -> bool:
        """Whether a code keeps its start or its end."""
        return not self.is_ongoing and None in (self.starts_at, self.ends_at)

    def update_of(
        self, target: Target, code: AccessCode, *, attempts_offline: bool | None = None
    ) -> CodeUpdate:
        """Return what has to be updated of a code to make the change.

        Of a code that needs attention, also what stays the same if it may be repeated,
        so that Seam sets it again.
        """
        is_sent_again = self.is_repeated and _needs_attention(target.lock, code)
        wanted = {
            "name": self.name,
            "code": self.code,
            "is_external_modification_allowed": self.is_external_modification_allowed,
        }
        fields: dict[str, Any] = {
            key: value
            for key, value in wanted.items()
            # A name is taken, by the code itself.
            if value is not None
            and (value != getattr(code, key) or (is_sent_again and key != "name"))
        }
        if self.name is not None and code.unmasked_name == self.name:
            fields.pop("name", None)
        if not self.is_ongoing and self.starts_at is None and self.ends_at is None:
            return CodeUpdate(target, code, self, fields, attempts_offline)
        if self.is_ongoing:
            starts_at, ends_at = None, None
        else:
            starts_at = self.starts_at or code.starts_at
            ends_at = self.ends_at or code.ends_at
            if starts_at is None or ends_at is None:
                raise _times_needed(target.lock, code)
        if is_sent_again or whole_seconds(starts_at, ends_at) != whole_seconds(
            code.starts_at, code.ends_at
        ):
            fields |= {
                "starts_at": starts_at,
                "ends_at": ends_at,
                "type": "ongoing" if self.is_ongoing else "time_bound",
            }
        return CodeUpdate(target, code, self, fields, attempts_offline)


@dataclass(frozen=True)
class CodeUpdate:
    """What has to be changed of a code, by the names of its fields."""

    target: Target
    code: AccessCode
    change: CodeChange
    fields: Mapping[str, Any] = field(repr=False)
    attempt_for_offline_device: bool | None = None


def _needs_attention(lock: LockData, code: AccessCode) -> bool:
    """Return whether the panel may list a code as one that needs attention."""
    state = code_state(lock, code, dt_util.utcnow())
    return bool(code.own_errors) or state in _NOT_ON_LOCK


def whole_seconds(*times: datetime | None) -> tuple[datetime | None, ...]:
    """Return times without fractions of seconds, to compare them."""
    return tuple([time and time.replace(microsecond=0) for time in times])


def check_update(update: CodeUpdate) -> None:
    """Refuse an update that the code or its lock does not allow."""
    code, fields = update.code, update.fields
    lock, now = update.target.lock, dt_util.utcnow()
    check_changeable(lock, code)
    name, pin = fields.get("name"), fields.get("code")
    if name is not None:
        check_name(lock, name, replaces=code.access_code_id)
        check_name_free(lock, name)
        if code.code:
            # The old PIN works until the lock knows the new one.
            check_name_without_pin(name, code.code)
    if pin is not None:
        check_pin(lock, pin)
        check_pin_free(lock, pin, replaces=code.access_code_id)
        check_name_without_pin(name or code.unmasked_name or "", pin)
    if (ends_at := fields.get("ends_at")) is not None:
        starts_at = fields["starts_at"]
        check_times(starts_at, ends_at, now)
        if starts_at != code.starts_at:
            check_start(lock, starts_at, now)
    elif fields and "type" not in fields:
        kept_times(lock, code)


async def async_current_update(update: CodeUpdate) -> CodeUpdate:
    """Return an update with the times that it keeps as Seam has them now."""
    if not update.change.keeps_times:
        return update
    code = await async_with_current_times(update.target, update.code)
    update = update.change.update_of(
        update.target, code, attempts_offline=update.attempt_for_offline_device
    )
    check_update(update)
    return update


async def async_with_current_times(target: Target, code: AccessCode) -> AccessCode:
    """Return a code with its times as Seam has them now.

    Each change sends them along. Those of the snapshot would undo what somebody else
    has changed since.
    """
    coordinator = target.coordinator
    with translated_errors(coordinator, is_change=False):
        read = await coordinator.fetcher.async_read_code(code)
    read = coordinator.engine.optimistic.apply_to_read(read, dt_util.utcnow())
    return replace(code, type=read.type, starts_at=read.starts_at, ends_at=read.ends_at)


async def async_first_with_current_times(
    codes: Iterable[tuple[Target, AccessCode]],
) -> tuple[Target, AccessCode]:
    """Return the first of these codes that can be read, with its current times.

    One that is gone or invalid does not keep the others from being changed.
    """
    error: HomeAssistantError | None = None
    for target, code in codes:
        try:
            return target, await async_with_current_times(target, code)
        except WorkspaceRefusedError:
            raise
        except HomeAssistantError as err:
            if isinstance(err.__cause__, SeamUnreachableError):
                raise
            error = error or err
    assert error
    raise error


def kept_times(lock: LockData, code: AccessCode) -> dict[str, Any]:
    """Return what to send along with a change of other fields of a code.

    Seam removes times that it is not sent, so that the code would never expire, but
    refuses those that have passed.
    """
    if code.starts_at is None and code.ends_at is None:
        return {}
    check_not_expired(lock, code)
    if code.starts_at is None or code.ends_at is None:
        raise _times_needed(lock, code)
    return {
        "starts_at": code.starts_at,
        "ends_at": code.ends_at,
        "type": "time_bound",
    }


def check_not_expired(lock: LockData, code: AccessCode) -> None:
    """Refuse a code whose end has passed."""
    if code.is_expired(dt_util.utcnow()):
        raise refusal("has_expired", lock=lock.device.name, name=label(code))


def _times_needed(lock: LockData, code: AccessCode) -> ServiceValidationError:
    return refusal("times_needed", lock=lock.device.name, name=label(code))
