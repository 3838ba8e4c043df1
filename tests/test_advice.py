"""Tests of the advice that goes with errors and warnings."""

import json
from pathlib import Path

from homeassistant.core import HomeAssistant
import pytest

from custom_components.seam.advice import (
    ADVICE_KEYS,
    KNOWN_CODES,
    NOT_ABOUT_LOCKS,
    advice_key,
    async_advice,
)
from custom_components.seam.api import Device, Scope, SeamProblem

from . import openapi
from .advice_table import WARNINGS_OF_ACCOUNTS, WARNINGS_OF_DEVICES

ERRORS_OF_CODES = [
    "failed_to_set_on_device",
    "failed_to_issue",
    "failed_to_update",
    "smartthings_failed_to_set_access_code",
    "failed_to_remove_from_device",
    "failed_to_delete",
    "duplicate_code_on_device",
    "duplicate_code_attempt_prevented",
    "conflicting_unmanaged_access_code_id",
    "wyze_potential_duplicate_code",
    "wyze_duplicate_code_name",
    "no_space_for_access_code_on_device",
    "smartthings_no_free_slots_available",
    "august_device_slots_full",
    "hubitat_no_free_positions_available",
    "igloohome_offline_access_code_no_variance_available",
    "conflicting_external_modification",
    "code_modified_external_to_seam",
    "access_code_inactive",
    "code_constraints_violated",
    "august_lock_invalid_code_length",
    "august_lock_bad_access_code_format",
    "provider_issue",
    "kwikset_unable_to_confirm_code",
    "kwikset_unable_to_confirm_deletion",
    "august_device_programming_delay",
    "hubitat_device_programming_delay",
    "august_lock_temporarily_offline",
    "august_lock_missing_keypad",
    "smartthings_failed_to_set_after_multiple_retries",
    "salto_ks_user_not_subscribed",
    "salto_site_user_not_subscribed",
    "dormakaba_oracode_no_valid_user_level",
    "dormakaba_oracode_invalid_time_range",
    "kwikset_insufficient_permissions",
    "insufficient_permissions",
    "keynest_unsupported_third_party_locker",
    "igloohome_bridge_too_many_pending_jobs",
    "igloohome_bridge_offline",
]
ERRORS_OF_DEVICES = [
    "device_offline",
    "device_disconnected",
    "hub_disconnected",
    "device_removed",
    "august_lock_missing_bridge",
    "lockly_missing_wifi_bridge",
    "ttlock_lock_not_paired_to_gateway",
    "august_lock_not_authorized",
    "missing_device_credentials",
    "empty_backup_access_code_pool",
    "subscription_required",
    "auxiliary_heat_running",
]
ERRORS_OF_ACCOUNTS = [
    "account_disconnected",
    "invalid_credentials",
    "salto_ks_subscription_limit_exceeded",
    "dormakaba_sites_disconnected",
    "bridge_disconnected",
]
WARNINGS = [
    "delay_in_setting_on_device",
    "delay_in_removing_from_device",
    "delay_in_issuing",
    "third_party_integration_detected",
    "igloo_algopin_must_be_used_within_24_hours",
    "management_transferred",
    "code_modified_external_to_seam",
    "external_modification_in_effect",
    "august_device_programming_delay",
    "august_lock_temporarily_offline",
    "kwikset_unable_to_confirm_code",
    "schlage_creation_outage",
    "schlage_detected_duplicate",
    "smartthings_failed_to_set_access_code",
    "ultraloq_access_code_disabled",
    "being_deleted",
    "code_rotates_periodically",
    "time_frame_adjusted_for_unknown_time_zone",
    "unknown_issue_with_access_code",
    "using_backup_access_code",
]
# Codes of the schema that need no advice, each with the reason.
WITHOUT_ADVICE: dict[str, str] = {}
FALLBACKS = {f"other_{scope.value}" for scope in Scope}
TRANSLATIONS = Path(__file__).parents[1] / "custom_components/seam/translations/en.json"


def test_every_code_that_seam_documents_has_advice_of_its_own() -> None:
    """Whatever it is said to be about, nobody is put off with a generality."""
    codes = [
        *ERRORS_OF_CODES,
        *ERRORS_OF_DEVICES,
        *ERRORS_OF_ACCOUNTS,
        *WARNINGS,
        *WARNINGS_OF_DEVICES,
        *WARNINGS_OF_ACCOUNTS,
    ]
    without = {
        code
        for code in codes
        for scope in Scope
        if advice_key(SeamProblem(code=code, scope=scope)) in FALLBACKS
    }
    assert not without


@pytest.mark.skipif(not openapi.SCHEMA_AVAILABLE, reason="the schema is not at hand")
def test_every_code_of_the_schema_has_advice() -> None:
    """Or there is a reason why it has none; and none has a reason without need."""
    codes = openapi.problem_codes()
    assert len(codes["device"]) > 40
    schema = frozenset().union(*codes.values())
    assert schema - KNOWN_CODES == WITHOUT_ADVICE.keys()
    about_codes = codes["access_code"] | codes["unmanaged_access_code"]
    assert codes["device"] - about_codes - WARNINGS_OF_ACCOUNTS == WARNINGS_OF_DEVICES
    assert codes["connected_account"] - about_codes == WARNINGS_OF_ACCOUNTS


def test_what_does_not_concern_locks_is_said_to_be_so() -> None:
    """Nobody is to look for a phone's or a thermostat's trouble at a door."""
    others = {
        code
        for code in KNOWN_CODES
        if advice_key(SeamProblem(code=code)) == NOT_ABOUT_LOCKS
    }
    assert others == {
        "auxiliary_heat_running",
        "temperature_threshold_exceeded",
        "unknown_issue_with_phone",
    }


def test_a_new_warning_of_a_device_is_about_the_device() -> None:
    """Warnings have no flag that says so; nobody is told to delete a code for it."""
    told = [{"warning_code": "a_warning_of_next_year", "message": "Mind."}]
    device = Device.from_dict({"device_id": "a", "errors": told, "warnings": told})
    for problem in (*device.errors, *device.warnings):
        assert advice_key(problem) == "other_device"


@pytest.mark.parametrize("scope", list(Scope))
def test_a_code_of_next_year_gets_the_advice_of_its_scope(scope: Scope) -> None:
    """Seam changes its codes; what they are about stays."""
    problem = SeamProblem(code="an_error_of_next_year", scope=scope)
    assert advice_key(problem) == f"other_{scope.value}"


def test_every_advice_has_its_text_and_every_text_is_an_advice() -> None:
    """Neither a key instead of words, nor words that nobody sees."""
    translations = json.loads(TRANSLATIONS.read_text(encoding="utf-8"))
    options = translations["selector"]["advice"]["options"]
    assert set(options) == ADVICE_KEYS
    assert all(text.strip().endswith(".") for text in options.values())
    assert len(set(options.values())) == len(options)


@pytest.mark.usefixtures("coordinator")
async def test_the_text_is_told(hass: HomeAssistant) -> None:
    """In words, once the integration is set up."""
    problem = SeamProblem(code="access_code_inactive")
    assert async_advice(hass, problem).startswith("The code is disabled")
    unknown = SeamProblem(code="an_error_of_next_year", scope=Scope.BRIDGE)
    assert async_advice(hass, unknown).endswith("check the bridge.")
