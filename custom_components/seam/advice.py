"""Advice about errors and warnings, by their codes.

The values are keys of the texts in the translations (`selector.advice`). Seam adds and
renames codes: for a code that is not listed here the scope decides.
"""

from collections.abc import Mapping
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from .api import Scope, SeamProblem
from .const import DOMAIN

NOT_ABOUT_LOCKS: Final = "not_about_locks"

# The codes that Seam currently sends and those that it sent in the past.
_ADVICE_BY_CODE: Final[Mapping[str, str]] = {
    code: advice
    for advice, codes in {
        "seam_retries": (
            "failed_to_issue",
            "failed_to_set_on_device",
            "failed_to_update",
            "smartthings_failed_to_set_access_code",
        ),
        "check_removal": (
            "failed_to_delete",
            "failed_to_expire",
            "failed_to_remove_from_device",
        ),
        "find_duplicate": (
            "conflicting_unmanaged_access_code_id",
            "duplicate_code_attempt_prevented",
            "duplicate_code_on_device",
            "schlage_detected_duplicate",
            "wyze_duplicate_code_name",
            "wyze_potential_duplicate_code",
        ),
        "lock_full": (
            "august_device_slots_full",
            "hubitat_no_free_positions_available",
            "igloohome_offline_access_code_no_variance_available",
            "max_access_codes_reached",
            "no_space_for_access_code_on_device",
            "smartthings_no_free_slots_available",
        ),
        "edited_elsewhere": (
            "code_modified_external_to_seam",
            "conflicting_external_modification",
        ),
        "edited_elsewhere_allowed": ("external_modification_in_effect",),
        "switched_off": ("access_code_inactive", "ultraloq_access_code_disabled"),
        "not_accepted": (
            "august_lock_bad_access_code_format",
            "august_lock_invalid_code_length",
            "code_constraints_violated",
        ),
        "read_message": (
            "provider_issue",
            "unknown_issue_with_access_code",
            "unknown_issue_with_connected_account",
        ),
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
        "other_software": (
            "smartthings_failed_to_set_after_multiple_retries",
            "third_party_integration_detected",
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
        "bring_online": ("device_disconnected", "device_offline", "hub_disconnected"),
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
        # Accounts may also have devices other than locks.
        NOT_ABOUT_LOCKS: (
            "auxiliary_heat_running",
            "temperature_threshold_exceeded",
            "unknown_issue_with_phone",
        ),
        "reconnect_account": (
            "account_disconnected",
            "account_reauthorization_requested",
            "invalid_credentials",
        ),
        "set_up_account": ("setup_required",),
        "approve_site": ("dormakaba_sites_unapproved",),
        "wait_for_maker": (
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
_ADVICE_BY_SCOPE: Final[Mapping[Scope, str]] = {
    Scope.CODE: "other_code",
    Scope.DEVICE: "other_device",
    Scope.ACCOUNT: "other_account",
    Scope.BRIDGE: "other_bridge",
}

KNOWN_CODES: Final = frozenset(_ADVICE_BY_CODE)
ADVICE_KEYS: Final = frozenset(_ADVICE_BY_CODE.values()) | frozenset(
    _ADVICE_BY_SCOPE.values()
)


def advice_key(problem: SeamProblem) -> str:
    """Return the translation key of the advice for an error or warning."""
    return _ADVICE_BY_CODE.get(problem.code) or _ADVICE_BY_SCOPE[problem.scope]


@callback
def async_advice(hass: HomeAssistant, problem: SeamProblem) -> str:
    """Return the advice in Home Assistant's language."""
    key = advice_key(problem)
    texts = async_get_cached_translations(
        hass, hass.config.language, "selector", DOMAIN
    )
    return texts.get(f"component.{DOMAIN}.selector.advice.options.{key}", key)
