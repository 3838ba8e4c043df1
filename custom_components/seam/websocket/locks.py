"""Locks and codes as the websocket sends them, without PINs."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    HomeAssistantError,
    ServiceValidationError,
)
from homeassistant.util import dt as dt_util

from ..actions.changes import check_not_expired
from ..actions.codes import check_changeable, check_managed
from ..actions.convert import check_convertible
from ..actions.delete import check_deletable
from ..actions.pull_backup import check_backup
from ..actions.release import check_releasable
from ..actions.reveal import check_pin_known
from ..actions.schedule import check_kind
from ..actions.targets import Target
from ..actions.validation import (
    PIN_CONSTRAINTS,
    check_backup_pool,
    check_code_known,
    check_codes_known,
)
from ..api import AccessCode, ConnectedAccount
from ..attributes import async_codes, async_problems, label, local_time
from ..coordinator import SeamConfigEntry
from ..errors import refusal
from ..sync.code_state import CodeState, code_state
from ..sync.snapshot import LockData
from .remedies import possible_remedies
from .texts import advice_text, error_text
from .types import CodeCan, Entry, Lock, LockCan, Possible, Row, Rules, Text

# The attributes of a code that the panel shows. A lock may have hundreds of codes.
_CODE_KEYS: Final = (
    "access_code_id",
    "name",
    "type",
    "state",
    "starts_at",
    "ends_at",
    "scheduled_at",
    "is_backup",
    "is_backup_access_code_available",
    "pulled_backup_access_code_id",
    "is_offline_access_code",
    "is_one_time_use",
    "is_external_modification_allowed",
    "common_code_key",
    "same_pin_as",
)


@callback
def async_lock(
    target: Target,
    account: ConnectedAccount | None,
    name: str | None,
    area: str | None,
) -> Lock:
    """Return a lock with its codes. Users may have given it a name."""
    lock, snapshot = target.lock, target.coordinator.data
    hass, device, now = target.coordinator.hass, lock.device, dt_util.utcnow()
    locked, battery = device.properties.locked, device.battery_level
    can, problems = _lock_can(lock), snapshot.problems_of(lock)
    cans = {code.access_code_id: _code_can(lock, code) for code in lock.codes}
    return {
        "entry_id": target.coordinator.config_entry.entry_id,
        "device_id": lock.device_id,
        "entity_id": target.entity_id,
        "name": name or device.name,
        "area": area,
        "state": None if locked is None else "locked" if locked else "unlocked",
        "online": snapshot.is_reachable(lock),
        "battery": None if battery is None else round(battery * 100),
        "codes_known": not lock.lacks_codes,
        "may_be_outdated": snapshot.may_be_outdated(lock),
        "unmanaged_known": not lock.lacks_some_codes,
        "free_slots": lock.free_slots_at(now) if lock.has_all_codes else None,
        "last_used": {"name": lock.changed_by, "at": local_time(lock.changed_at)}
        if lock.changed_by
        else None,
        "problems": [
            {
                **row,
                "advice": advice_text(problem, lock, account),
                "remedies": possible_remedies(problem, lock, can, cans),
            }
            for row, problem in zip(
                async_problems(hass, problems, lock, account), problems, strict=True
            )
        ],
        "rules": _rules(lock),
        "can": can,
        "codes": _codes(hass, lock, account, can, cans),
    }


@callback
def async_entry(entry: SeamConfigEntry) -> Entry:
    """Return a config entry."""
    is_loaded = entry.state is ConfigEntryState.LOADED
    return {
        "entry_id": entry.entry_id,
        "title": entry.title,
        "available": is_loaded and entry.runtime_data.last_update_success,
        "error": _error(entry),
        "conversion": None,
    }


def _error(entry: SeamConfigEntry) -> Text | str | None:
    """Return what somebody has to do something about. Otherwise, it helps to wait."""
    if entry.state is ConfigEntryState.LOADED:
        error = entry.runtime_data.last_exception
        return error_text(error) if isinstance(error, ConfigEntryAuthFailed) else None
    if entry.state is not ConfigEntryState.SETUP_ERROR:
        return None
    return error_text(
        HomeAssistantError(
            entry.reason or "",
            translation_domain=entry.error_reason_translation_domain,
            translation_key=entry.error_reason_translation_key,
            translation_placeholders=entry.error_reason_translation_placeholders,
        )
    )


def _codes(
    hass: HomeAssistant,
    lock: LockData,
    account: ConnectedAccount | None,
    lock_can: LockCan,
    cans: Mapping[str, CodeCan],
) -> list[Row]:
    rows: list[Row] = []
    for code, shown in zip(
        lock.codes, async_codes(hass, lock, lock.codes, account), strict=True
    ):
        row: Row = {key: shown[key] for key in _CODE_KEYS}
        for key, problems in (("errors", code.errors), ("warnings", code.warnings)):
            row[key] = [
                {
                    **problem_row,
                    "advice": advice_text(problem, lock, account, code),
                    "remedies": possible_remedies(problem, lock, lock_can, cans, code),
                }
                for problem_row, problem in zip(shown[key], problems, strict=True)
            ]
        can = cans[code.access_code_id]
        rows.append({**row, "is_managed": code.is_managed, "can": can})
    return rows


def _rules(lock: LockData) -> Rules:
    name_min: int | None = None
    name_max: int | None = None
    constraints: dict[str, Text | str] = {}
    for constraint in lock.device.properties.code_constraints:
        kind = constraint.constraint_type
        if kind == "name_length":
            name_min, name_max = constraint.min_length, constraint.max_length
        elif kind in PIN_CONSTRAINTS:
            text = refusal(f"code_constraint_{kind}", lock=lock.device.name)
            constraints[kind] = error_text(text)
    return {
        "lengths": sorted(lock.device.properties.supported_code_lengths),
        "constraints": constraints,
        "name_min": name_min,
        "name_max": name_max,
    }


type _Check = Callable[[LockData, AccessCode], None]


def _check_revealable(lock: LockData, code: AccessCode) -> None:
    # The action asks Seam, which assigns this PIN at any moment.
    if not code.is_waiting_for_code_assignment:
        check_pin_known(lock, code)


def _check_expires(lock: LockData, code: AccessCode) -> None:
    if code.ends_at is None:
        raise refusal("never_expires", lock=lock.device.name, name=label(code))


def _check_running(lock: LockData, code: AccessCode) -> None:
    if code.starts_at is not None and code.starts_at > dt_util.utcnow():
        raise refusal("not_started", lock=lock.device.name, name=label(code))
    check_not_expired(lock, code)


def _check_present(lock: LockData, code: AccessCode) -> None:
    if code_state(lock, code, dt_util.utcnow()) is CodeState.REMOVING:
        raise refusal("code_being_removed", lock=lock.device.name, name=label(code))


def _check_unmanaged(lock: LockData, code: AccessCode) -> None:
    if code.is_managed:
        raise refusal("managed_code", lock=lock.device.name, name=label(code))


_CHANGE: Final[tuple[_Check, ...]] = (check_code_known, check_managed, check_changeable)
_DELETE: Final = (check_code_known, _check_present, check_deletable)
_CONVERT: Final = (
    _check_unmanaged,
    check_code_known,
    _check_present,
    check_convertible,
)


def _possible[*A](checks: Iterable[Callable[[*A], None]], *of: *A) -> Possible:
    """Return whether the checks of an action pass, or else why not."""
    try:
        for check in checks:
            check(*of)
    except ServiceValidationError as err:
        return error_text(err)
    return True


def _lock_can(lock: LockData) -> LockCan:
    def can_create(*, is_offline: bool = False, is_ongoing: bool = False) -> Possible:
        kind = partial(check_kind, is_offline=is_offline, is_ongoing=is_ongoing)
        return _possible([check_codes_known, kind], lock)

    return {
        "create": can_create(),
        "create_ongoing": can_create(is_ongoing=True),
        "create_offline": can_create(is_offline=True),
        "backup": _possible([check_backup_pool], lock),
    }


def _code_can(lock: LockData, code: AccessCode) -> CodeCan:
    def can(*checks: _Check) -> Possible:
        return _possible(checks, lock, code)

    change = can(*_CHANGE)

    def can_change(check: _Check) -> Possible:
        return change if change is not True else can(check)

    return {
        "reveal": can(_check_revealable),
        "update": change,
        "extend": can_change(_check_expires),
        "end": can_change(_check_running),
        "delete": can(*_DELETE),
        "convert": can(*_CONVERT),
        "release": can_change(check_releasable),
        "pull_backup": can_change(check_backup),
    }
