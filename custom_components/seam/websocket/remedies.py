"""What a tap can do about a problem, by the advice about it."""

from collections.abc import Mapping
from typing import Final

from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..actions.validation import check_pin_can_be_chosen
from ..advice import DUPLICATE_NAME, advice_key, conflicting_code
from ..api import AccessCode, SeamProblem
from ..sync.code_state import CodeState, code_state
from ..sync.snapshot import LockData
from .types import CodeCan, LockCan, Remedy

# In the order of the buttons. A code whose PIN another code has stays broken when the
# other one is converted, so a new PIN comes first. Advice without remedies is about the
# lock itself, the manufacturer's app, or buttons that each code has.
REMEDIES: Final[Mapping[str, tuple[Remedy, ...]]] = {
    "add_again": (),
    "allow_remote_unlocking": (),
    "approve_site": (),
    "attach_keypad": (),
    "backup_in_use": (),
    "being_deleted": (),
    "bring_online": ("refresh_lock",),
    "bring_site_back": ("refresh_lock",),
    "change_in_app": (),
    "change_keypad_battery": (),
    "change_length": ("new_pin",),
    "change_one": ("new_pin", "delete_other", "delete"),
    "change_pin": ("new_pin",),
    "change_this": ("new_pin",),
    "check_account": ("reconnect_account",),
    "check_august_format": ("new_pin", "edit"),
    "check_kwikset_app": (),
    "check_removal": ("refresh_lock", "delete"),
    "check_time_zone": (),
    "choose_other_start": ("add",),
    "choose_other_times": ("edit",),
    "codes_unsupported": (),
    "connect_account_with_rights": ("reconnect_account",),
    "connect_bridge": ("refresh_lock",),
    "convert_duplicate": ("new_pin", "convert_other"),
    "delete_duplicate": ("new_pin", "found_codes"),
    "delete_duplicate_named": ("new_pin", "delete_other"),
    "edited_elsewhere": ("allow_changes", "delete"),
    "edited_elsewhere_allowed": (),
    "edited_elsewhere_convert": ("allow_changes", "found_codes", "delete"),
    "find_duplicate": ("new_pin", "found_codes"),
    "find_duplicate_named": ("new_pin", "convert_other", "delete_other"),
    "lock_full": ("delete_expired",),
    "lock_full_of_others": ("delete_expired", "found_codes"),
    "locker_unsupported": (),
    "managed_elsewhere": (),
    "many_backups": (),
    "not_about_locks": (),
    "not_accepted": ("new_pin", "edit"),
    "office_mode": (),
    "online_uncertain": ("refresh_lock",),
    "other_account": ("reconnect_account",),
    "other_bridge": ("refresh_lock",),
    "other_code": ("refresh_lock", "delete"),
    "other_device": ("refresh_lock",),
    "other_software": ("found_codes",),
    "other_software_smartthings": ("found_codes",),
    "poor_connection": ("refresh_lock",),
    "power_saving": (),
    "privacy_mode": (),
    "raise_role": (),
    "reconnect_account": ("reconnect_account",),
    "replace_offline_code": ("add",),
    "rotates": (),
    "salto_limit": (),
    "salto_subscription": (),
    "seam_retries": ("refresh_lock", "new_pin", "delete"),
    "seam_retries_backup": ("pull_backup", "refresh_lock"),
    "set_time_zone": (),
    "set_up_account": ("reconnect_account",),
    "set_up_keypad": (),
    "subscription": (),
    "switched_off": (),
    "unknown_cause": ("delete",),
    "use_within_day": (),
    "wait": ("refresh_lock",),
    "wait_for_backup_pool": ("refresh_lock",),
    "wait_for_bridge": ("refresh_lock",),
    "wait_for_manufacturer": (),
    "weak_connection": ("refresh_lock",),
    "works_anyway": ("edit",),
}


def possible_remedies(
    problem: SeamProblem,
    lock: LockData,
    can: LockCan,
    codes: Mapping[str, CodeCan],
    code: AccessCode | None = None,
) -> list[Remedy]:
    """Return the remedies for a problem of a lock or a code that are possible."""
    remedies = REMEDIES[advice_key(problem, lock, code)]
    of_lock = [remedy for remedy in remedies if _is_possible(remedy, lock, can, codes)]
    if code is None:
        return of_lock
    other = conflicting_code(lock, code, problem)
    possible: list[Remedy] = []
    for remedy in remedies:
        # A new PIN does not change the name.
        if remedy == "new_pin" and problem.code == DUPLICATE_NAME:
            remedy = "edit"
        if remedy in of_lock or _is_possible_for(remedy, lock, codes, code, other):
            possible.append(remedy)
    return possible


def _is_possible(
    remedy: Remedy, lock: LockData, can: LockCan, codes: Mapping[str, CodeCan]
) -> bool:
    match remedy:
        case "add":
            return can["create"] is True
        case "delete_expired":
            now = dt_util.utcnow()
            return any(
                codes[code.access_code_id]["delete"] is True
                and code_state(lock, code, now) is CodeState.EXPIRED
                for code in lock.codes
            )
        case "found_codes":
            return bool(lock.unmanaged)
        case "reconnect_account" | "refresh_lock":
            return True
        case _:
            return False


def _is_possible_for(
    remedy: Remedy,
    lock: LockData,
    codes: Mapping[str, CodeCan],
    code: AccessCode,
    other: AccessCode | None,
) -> bool:
    can = codes[code.access_code_id]
    of_other = other and codes[other.access_code_id]
    match remedy:
        case "allow_changes":
            return can["update"] is True and not code.is_external_modification_allowed
        case "convert_other":
            return bool(of_other and of_other["convert"] is True)
        case "delete_other":
            return bool(of_other and of_other["delete"] is True)
        case "edit":
            return can["update"] is True
        case "new_pin":
            return can["update"] is True and _can_choose_pin(lock)
        case "delete":
            return can["delete"] is True
        case "pull_backup":
            return can["pull_backup"] is True
        case _:
            return False


def _can_choose_pin(lock: LockData) -> bool:
    try:
        check_pin_can_be_chosen(lock)
    except ServiceValidationError:
        return False
    return True
