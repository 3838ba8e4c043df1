"""Locks and codes as the websocket sends them, without PINs."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..actions.codes import check_changeable, check_managed
from ..actions.convert import check_convertible
from ..actions.delete import check_deletable
from ..actions.pull_backup import check_backup
from ..actions.reveal import check_pin_known
from ..actions.schedule import check_backup_pool, check_kind
from ..actions.targets import Target
from ..actions.validation import (
    PIN_CONSTRAINTS,
    check_codes_known,
    check_pin_can_be_chosen,
)
from ..advice import advice_key, conflicting_code
from ..api import AccessCode, ConnectedAccount, SeamProblem
from ..attributes import async_codes, async_problems, label, local_time
from ..coordinator import SeamConfigEntry
from ..errors import refusal
from ..sync.code_state import CodeState, code_state
from ..sync.snapshot import LockData
from .types import CodeCan, Entry, Lock, LockCan, Possible, Remedy, Row, Rules

# What a tap can do about a problem, by the advice about it.
_ADVICE: Final[Mapping[Remedy, tuple[str, ...]]] = {
    "convert_other": ("find_duplicate_named", "convert_duplicate"),
    "delete_other": ("delete_duplicate_named",),
    "new_pin": (
        "change_length",
        "change_one",
        "change_pin",
        "change_this",
        "check_august_format",
        "not_accepted",
    ),
    "pull_backup": ("seam_retries_backup",),
    "reconnect_account": (
        "approve_site",
        "check_account",
        "connect_account_with_rights",
        "raise_role",
        "reconnect_account",
        "set_up_account",
    ),
    "refresh_lock": (
        "bring_online",
        "connect_bridge",
        "online_uncertain",
        "poor_connection",
        "seam_retries",
        "wait",
        "wait_for_bridge",
    ),
}
_REMEDIES: Final = {
    advice: remedy for remedy, advice_keys in _ADVICE.items() for advice in advice_keys
}
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
    "is_offline_access_code",
    "is_one_time_use",
    "is_external_modification_allowed",
    "common_code_key",
    "same_pin_as",
)
_LOCK_REMEDIES: Final = ("reconnect_account", "refresh_lock")


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
    return {
        "entry_id": target.coordinator.config_entry.entry_id,
        "device_id": lock.device_id,
        "entity_id": target.entity_id,
        "name": name or device.name,
        "area": area,
        "state": None if locked is None else "locked" if locked else "unlocked",
        "online": snapshot.is_reachable(lock),
        "battery": None if battery is None else round(battery * 100),
        "codes_known": lock.has_codes,
        "may_be_outdated": snapshot.may_be_outdated(lock),
        "free_slots": lock.free_slots_at(now) if lock.has_codes else None,
        "last_used": {"name": lock.changed_by, "at": local_time(lock.changed_at)}
        if lock.changed_by
        else None,
        "problems": _problems(hass, snapshot.problems_of(lock), lock, account),
        "rules": _rules(lock),
        "can": _lock_can(lock),
        "codes": _codes(hass, lock, account),
    }


@callback
def async_entry(entry: SeamConfigEntry) -> Entry:
    """Return a config entry."""
    return {
        "entry_id": entry.entry_id,
        "title": entry.title,
        "available": entry.state is ConfigEntryState.LOADED
        and entry.runtime_data.last_update_success,
        "adoption": None,
    }


def _codes(
    hass: HomeAssistant, lock: LockData, account: ConnectedAccount | None
) -> list[Row]:
    rows: list[Row] = []
    for code, shown in zip(
        lock.codes, async_codes(hass, lock, lock.codes, account), strict=True
    ):
        can = _code_can(lock, code)
        row: Row = {key: shown[key] for key in _CODE_KEYS}
        for key, problems in (("errors", code.errors), ("warnings", code.warnings)):
            row[key] = [
                {**problem_row, "remedy": _code_remedy(problem, lock, code, can)}
                for problem_row, problem in zip(shown[key], problems, strict=True)
            ]
        rows.append({**row, "is_managed": code.is_managed, "can": can})
    return rows


def _problems(
    hass: HomeAssistant,
    problems: list[SeamProblem],
    lock: LockData,
    account: ConnectedAccount | None,
) -> list[Row]:
    """Return problems of a lock or an account as in attributes, with remedies."""
    rows = async_problems(hass, problems, lock, account)
    return [
        {**row, "remedy": remedy if remedy in _LOCK_REMEDIES else None}
        for row, remedy in zip(
            rows,
            (_REMEDIES.get(advice_key(problem, lock)) for problem in problems),
            strict=True,
        )
    ]


def _code_remedy(
    problem: SeamProblem, lock: LockData, code: AccessCode, can: CodeCan
) -> Remedy | None:
    """Return what a tap can do about a problem of a code, if that is possible."""
    remedy = _REMEDIES.get(advice_key(problem, lock, code))
    other = conflicting_code(lock, code, problem)
    is_possible: Possible = True
    match remedy:
        case "convert_other":
            is_possible = _possible(_CONVERT, lock, other) if other else ""
        case "delete_other":
            is_possible = _possible(_DELETE, lock, other) if other else ""
        case "new_pin" if can["update"] is True:
            is_possible = _possible([check_pin_can_be_chosen], lock)
        case "new_pin":
            is_possible = can["update"]
        case "pull_backup":
            is_possible = can["pull_backup"]
    return remedy if is_possible is True else None


def _rules(lock: LockData) -> Rules:
    name_min: int | None = None
    name_max: int | None = None
    constraints: dict[str, str] = {}
    for constraint in lock.device.properties.code_constraints:
        kind = constraint.constraint_type
        if kind == "name_length":
            name_min, name_max = constraint.min_length, constraint.max_length
        elif kind in PIN_CONSTRAINTS:
            text = refusal(f"code_constraint_{kind}", lock=lock.device.name)
            constraints[kind] = _sentence(text)
    return {
        "lengths": sorted(lock.device.properties.supported_code_lengths),
        "constraints": constraints,
        "name_min": name_min,
        "name_max": name_max,
    }


type _Check = Callable[[LockData, AccessCode], None]


def _check_known(lock: LockData, _code: AccessCode) -> None:
    check_codes_known(lock)


def _check_revealable(lock: LockData, code: AccessCode) -> None:
    # The action asks Seam, which assigns this PIN at any moment.
    if not code.is_waiting_for_code_assignment:
        check_pin_known(lock, code)


def _check_expires(lock: LockData, code: AccessCode) -> None:
    if code.ends_at is None:
        raise refusal("never_expires", lock=lock.device.name, name=label(code))


def _check_running(lock: LockData, code: AccessCode) -> None:
    details, now = {"lock": lock.device.name, "name": label(code)}, dt_util.utcnow()
    if code.starts_at is not None and code.starts_at > now:
        raise refusal("not_started", **details)
    if code.is_expired(now):
        raise refusal("has_expired", **details)


def _check_present(lock: LockData, code: AccessCode) -> None:
    if code_state(lock, code, dt_util.utcnow()) is CodeState.REMOVING:
        raise refusal("code_being_removed", lock=lock.device.name, name=label(code))


def _check_unmanaged(lock: LockData, code: AccessCode) -> None:
    if code.is_managed:
        raise refusal("managed_code", lock=lock.device.name, name=label(code))


_CHANGE: Final[tuple[_Check, ...]] = (_check_known, check_managed, check_changeable)
_DELETE: Final = (_check_known, _check_present, check_deletable)
_CONVERT: Final = (_check_unmanaged, _check_known, _check_present, check_convertible)


def _possible[*A](checks: Iterable[Callable[[*A], None]], *of: *A) -> Possible:
    """Return whether the checks of an action pass, or else why not."""
    try:
        for check in checks:
            check(*of)
    except ServiceValidationError as err:
        return _sentence(err)
    return True


def _sentence(err: ServiceValidationError) -> str:
    """Return the text of an error with the period that Home Assistant removes."""
    return f"{str(err).removesuffix('.')}."


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
        "release": change,
        "pull_backup": can_change(check_backup),
    }
