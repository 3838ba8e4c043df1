"""Advice about errors and warnings, by their codes and by what is possible.

The values are keys of the texts in the translations (`selector.advice`). Seam adds and
renames codes: for a code that is not listed here the scope decides.
"""

from collections.abc import Mapping
import re
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from .api import AccessCode, ConnectedAccount, Device, Scope, SeamProblem
from .const import DOMAIN
from .sync.code_state import DISABLED_ERRORS, CodeState, can_convert, code_state
from .sync.schedule import RETRIED_ERRORS
from .sync.snapshot import LockData

_FIND_DUPLICATE: Final = "find_duplicate"
DUPLICATE_NAME: Final = "wyze_duplicate_code_name"

# Errors that are treated alike.
DUPLICATE_ERRORS: Final = frozenset(
    {
        "conflicting_unmanaged_access_code_id",
        "duplicate_code_attempt_prevented",
        "duplicate_code_on_device",
        "schlage_detected_duplicate",
        DUPLICATE_NAME,
        "wyze_potential_duplicate_code",
    }
)
REMOVAL_ERRORS: Final = frozenset(
    {"failed_to_delete", "failed_to_expire", "failed_to_remove_from_device"}
)
EDITED_ERRORS: Final = frozenset(
    {"code_modified_external_to_seam", "conflicting_external_modification"}
)
OFFLINE_ERRORS: Final = frozenset(
    {"device_disconnected", "device_offline", "hub_disconnected"}
)
DISCONNECTED_ERRORS: Final = frozenset(
    {"account_disconnected", "account_reauthorization_requested", "invalid_credentials"}
)
# Accounts may also have devices other than locks.
UNRELATED_ERRORS: Final = frozenset(
    {
        "auxiliary_heat_running",
        "temperature_threshold_exceeded",
        "unknown_issue_with_phone",
    }
)

# The codes that Seam currently sends and those that it sent in the past.
_ADVICE_BY_CODE: Final[Mapping[str, str]] = {
    code: advice
    for advice, codes in {
        "seam_retries": RETRIED_ERRORS,
        "check_removal": REMOVAL_ERRORS,
        _FIND_DUPLICATE: DUPLICATE_ERRORS,
        "lock_full": (
            "august_device_slots_full",
            "hubitat_no_free_positions_available",
            "max_access_codes_reached",
            "no_space_for_access_code_on_device",
        ),
        "lock_full_of_others": ("smartthings_no_free_slots_available",),
        "choose_other_start": ("igloohome_offline_access_code_no_variance_available",),
        "edited_elsewhere": EDITED_ERRORS,
        "edited_elsewhere_allowed": ("external_modification_in_effect",),
        "switched_off": DISABLED_ERRORS,
        "not_accepted": ("code_constraints_violated",),
        "check_august_format": ("august_lock_bad_access_code_format",),
        "change_length": ("august_lock_invalid_code_length",),
        "unknown_cause": ("provider_issue", "unknown_issue_with_access_code"),
        "change_pin": ("kwikset_unable_to_confirm_code",),
        "check_kwikset_app": ("kwikset_unable_to_confirm_deletion",),
        "poor_connection": (
            "august_device_programming_delay",
            "august_lock_temporarily_offline",
            "hubitat_device_programming_delay",
        ),
        "weak_connection": (
            "device_communication_degraded",
            "device_has_flaky_connection",
            "ttlock_weak_gateway_signal",
        ),
        "online_uncertain": ("unreliable_online_status",),
        "attach_keypad": ("august_lock_missing_keypad",),
        "set_up_keypad": ("accessory_keypad_setup_required",),
        "change_keypad_battery": ("accessory_keypad_low_battery",),
        "other_software": ("third_party_integration_detected",),
        "other_software_smartthings": (
            "smartthings_failed_to_set_after_multiple_retries",
        ),
        "salto_subscription": (
            "salto_ks_user_not_subscribed",
            "salto_site_user_not_subscribed",
        ),
        "choose_other_times": (
            "dormakaba_oracode_invalid_time_range",
            "dormakaba_oracode_no_valid_user_level",
        ),
        "raise_role": ("insufficient_permissions", "kwikset_insufficient_permissions"),
        "locker_unsupported": (
            "keynest_unsupported_locker",
            "keynest_unsupported_third_party_locker",
        ),
        "codes_unsupported": ("salto_ks_lock_access_code_support_removed",),
        "wait_for_bridge": (
            "igloohome_bridge_offline",
            "igloohome_bridge_too_many_pending_jobs",
        ),
        "bring_online": OFFLINE_ERRORS,
        "add_again": ("device_removed",),
        "connect_bridge": (
            "august_lock_missing_bridge",
            "hub_required_for_additional_capabilities",
            "lockly_missing_wifi_bridge",
            "ttlock_lock_not_paired_to_gateway",
        ),
        "connect_account_with_rights": (
            "august_lock_not_authorized",
            "missing_device_credentials",
        ),
        "allow_remote_unlocking": ("ttlock_lock_gateway_unlocking_not_enabled",),
        "wait_for_backup_pool": (
            "empty_backup_access_code_pool",
            "partial_backup_access_code_pool",
        ),
        "many_backups": ("many_active_backup_codes",),
        "subscription": ("subscription_required",),
        "power_saving": ("power_saving_mode",),
        "privacy_mode": ("privacy_mode", "salto_ks_privacy_mode"),
        "office_mode": ("salto_ks_office_mode",),
        "not_about_locks": UNRELATED_ERRORS,
        "reconnect_account": DISCONNECTED_ERRORS,
        "check_account": ("unknown_issue_with_connected_account",),
        "set_up_account": ("setup_required",),
        "approve_site": ("dormakaba_sites_unapproved",),
        "wait_for_manufacturer": (
            "provider_service_unavailable",
            "scheduled_maintenance_window",
        ),
        "salto_limit": (
            "salto_ks_subscription_limit_almost_reached",
            "salto_ks_subscription_limit_exceeded",
        ),
        "bring_site_back": ("bridge_disconnected", "dormakaba_sites_disconnected"),
        "wait": (
            "delay_in_issuing",
            "delay_in_removing_from_device",
            "delay_in_setting_on_device",
            "schlage_creation_outage",
        ),
        "use_within_day": ("igloo_algopin_must_be_used_within_24_hours",),
        "managed_elsewhere": ("management_transferred",),
        "being_deleted": ("being_deleted",),
        "rotates": ("code_rotates_periodically",),
        "check_time_zone": ("time_frame_adjusted_for_unknown_time_zone",),
        "set_time_zone": (
            "lockly_time_zone_not_configured",
            "time_zone_mismatch",
            "time_zone_unknown",
            "two_n_device_missing_timezone",
            "ultraloq_time_zone_unknown",
        ),
        "backup_in_use": ("using_backup_access_code",),
    }.items()
    for code in codes
}
# Warnings that mean something else than the error with the same code.
_ADVICE_BY_WARNING: Final[Mapping[str, str]] = {
    "code_modified_external_to_seam": "edited_elsewhere_allowed"
}
_ADVICE_BY_SCOPE: Final[Mapping[Scope, str]] = {
    Scope.CODE: "other_code",
    Scope.DEVICE: "other_device",
    Scope.ACCOUNT: "other_account",
    Scope.BRIDGE: "other_bridge",
}

# Advice to change this code, or to delete it and create it again.
_ADVICE_TO_CHANGE: Final = frozenset(
    {
        _FIND_DUPLICATE,
        "change_length",
        "change_pin",
        "check_august_format",
        "choose_other_times",
        "edited_elsewhere",
        "not_accepted",
        "other_code",
        "seam_retries",
        "unknown_cause",
    }
)
# Advice about errors that are over once the code is on the lock.
_ADVICE_TO_SET: Final = frozenset(
    {
        "change_length",
        "check_august_format",
        "choose_other_times",
        "lock_full",
        "lock_full_of_others",
        "not_accepted",
        "other_code",
        "seam_retries",
        "unknown_cause",
    }
)
_ON_LOCK: Final = (CodeState.ACTIVE, CodeState.SCHEDULED)
# By whether the other code can be converted, and whether it can be deleted.
_DUPLICATE_ADVICE: Final[Mapping[tuple[bool, bool], str]] = {
    (True, True): "find_duplicate_named",
    (True, False): "convert_duplicate",
    (False, True): "delete_duplicate_named",
    (False, False): "change_this",
}

# Advice that names the account if it is known.
_ADVICE_ABOUT_ACCOUNT: Final = frozenset(
    {
        "connect_account_with_rights",
        "other_account",
        "reconnect_account",
        "set_up_account",
    }
)

KNOWN_CODES: Final = frozenset(_ADVICE_BY_CODE)
DIFFERENT_WARNINGS: Final = frozenset(_ADVICE_BY_WARNING)
# Advice that depends on the lock or the code, too.
VARIANTS: Final = frozenset(
    {
        "change_in_app",
        "change_one",
        "change_this",
        "convert_duplicate",
        "delete_duplicate",
        "delete_duplicate_named",
        "edited_elsewhere_convert",
        "find_duplicate_named",
        "other_software_smartthings",
        "replace_offline_code",
        "seam_retries_backup",
        "works_anyway",
    }
).union(f"{key}_named" for key in _ADVICE_ABOUT_ACCOUNT)
ADVICE_KEYS: Final = frozenset(_ADVICE_BY_CODE.values()).union(
    _ADVICE_BY_WARNING.values(), _ADVICE_BY_SCOPE.values(), VARIANTS
)


def advice_key(
    problem: SeamProblem, lock: LockData | None = None, code: AccessCode | None = None
) -> str:
    """Return the translation key of the advice for an error or warning.

    The advice is possible for this lock and this code, if they are given.
    """
    key = (
        (_ADVICE_BY_WARNING.get(problem.code) if problem.is_warning else None)
        or _ADVICE_BY_CODE.get(problem.code)
        or _ADVICE_BY_SCOPE[problem.scope]
    )
    if lock is None:
        return key
    if key == "other_software" and lock.device.device_type.startswith("smartthings"):
        return "other_software_smartthings"
    if code is None:
        return key
    if key in _ADVICE_TO_CHANGE and not code.is_managed:
        return "change_in_app"
    if key in _ADVICE_TO_CHANGE and code.is_offline_access_code:
        return "replace_offline_code"
    if (
        key in _ADVICE_TO_SET
        and not problem.is_warning
        # With such an error, only a code that is on its lock has one of these states.
        and code_state(lock, code, dt_util.utcnow()) in _ON_LOCK
    ):
        return "works_anyway"
    if key == "seam_retries" and code.is_backup_access_code_available:
        return "seam_retries_backup"
    if key == "edited_elsewhere" and lock.device.can_convert_codes:
        return "edited_elsewhere_convert"
    if key == _FIND_DUPLICATE:
        return _duplicate_advice(lock, conflicting_code(lock, code, problem))
    return key


def _duplicate_advice(lock: LockData, other: AccessCode | None) -> str:
    if other is None:
        return _FIND_DUPLICATE if lock.device.can_convert_codes else "delete_duplicate"
    if other.is_managed:
        return "change_one"
    return _DUPLICATE_ADVICE[
        can_convert(lock, other), not other.cannot_delete_unmanaged_access_code
    ]


def conflicting_code(
    lock: LockData, code: AccessCode, problem: SeamProblem
) -> AccessCode | None:
    """Return the other code with the same PIN or name that a problem is about."""
    if problem.code not in DUPLICATE_ERRORS:
        return None
    others = [
        other
        for other in lock.unmanaged + lock.managed
        if other.access_code_id != code.access_code_id
    ]
    for other in others:
        if other.access_code_id == problem.other_access_code_id:
            return other
    if problem.code == DUPLICATE_NAME:
        same = (
            o for o in others if code.name and o.unmasked_name == code.unmasked_name
        )
    else:
        same = (other for other in others if code.code and other.code == code.code)
    return next(same, None)


@callback
def async_advice(
    hass: HomeAssistant,
    problem: SeamProblem,
    lock: LockData | None,
    account: ConnectedAccount | None,
    code: AccessCode | None = None,
) -> str:
    """Return the advice in Home Assistant's language."""
    key, placeholders = advice_translation(problem, lock, account, code)
    texts = async_get_cached_translations(
        hass, hass.config.language, "selector", DOMAIN
    )
    text = texts.get(f"component.{DOMAIN}.selector.advice.options.{key}", key)
    # A name may look like a placeholder.
    return re.sub(r"\{(\w+)\}", lambda match: placeholders.get(match[1], ""), text)


def advice_translation(
    problem: SeamProblem,
    lock: LockData | None,
    account: ConnectedAccount | None,
    code: AccessCode | None = None,
) -> tuple[str, dict[str, str]]:
    """Return the translation key and the placeholders of the advice."""
    key = advice_key(problem, lock, code)
    placeholders: dict[str, str] = {}
    name = account_name(account, lock.device if lock else None)
    if name and key in _ADVICE_ABOUT_ACCOUNT:
        key += "_named"
        placeholders["account"] = name
    if lock and code and (other := conflicting_code(lock, code, problem)):
        placeholders["other"] = other.name or other.access_code_id
    return key, placeholders


def account_name(account: ConnectedAccount | None, device: Device | None) -> str | None:
    """Return the name of an account, or the name of the provider of its device."""
    provider = device and device.device_provider
    name = (account and account.account_type_display_name) or (
        (provider and provider.display_name) or (device and device.manufacturer)
    )
    # Several accounts of one provider differ by this name.
    own = account.display_name if account else None
    return f"{name} ({own})" if name and own and own != name else name or own
