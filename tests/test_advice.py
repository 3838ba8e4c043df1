"""Tests of the advice about errors and warnings."""

import json
from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.seam.advice import (
    _ADVICE_ABOUT_ACCOUNT,
    ADVICE_KEYS,
    KNOWN_CODES,
    advice_key,
    async_advice,
)
from custom_components.seam.api import AccessCode, Device, Scope, SeamProblem
from custom_components.seam.sync.snapshot import LockData
from custom_components.seam.websocket.remedies import REMEDIES
from simulator import Simulator
from simulator.seed import CODE_OWNER, FRONT_DOOR, UNMANAGED_NEIGHBOUR

from . import openapi
from .advice_table import WARNINGS_OF_ACCOUNTS, WARNINGS_OF_DEVICES
from .conftest import Poll

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
# Codes of the schema that need no advice, with the reason.
WITHOUT_ADVICE: dict[str, str] = {}
FALLBACKS = {f"other_{scope.name.lower()}" for scope in Scope}
TRANSLATIONS = Path(__file__).parents[1] / "custom_components/seam/translations/en.json"


def test_advice_for_every_documented_code() -> None:
    """Documented codes do not fall back to the advice of their scope."""
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
def test_advice_for_every_code_of_schema() -> None:
    """Codes without advice are exactly those with a reason."""
    codes = openapi.problem_codes()
    assert len(codes["device"]) > 40
    schema = frozenset().union(*codes.values())
    assert schema - KNOWN_CODES == WITHOUT_ADVICE.keys()
    about_codes = codes["access_code"] | codes["unmanaged_access_code"]
    assert codes["device"] - about_codes - WARNINGS_OF_ACCOUNTS == WARNINGS_OF_DEVICES
    assert codes["connected_account"] - about_codes == WARNINGS_OF_ACCOUNTS


def test_advice_for_codes_not_about_locks() -> None:
    """Problems of phones and thermostats need no attention."""
    others = {
        code
        for code in KNOWN_CODES
        if advice_key(SeamProblem(code=code)) == "not_about_locks"
    }
    assert others == {
        "auxiliary_heat_running",
        "temperature_threshold_exceeded",
        "unknown_issue_with_phone",
    }


def test_advice_for_unknown_warning_of_device() -> None:
    """Warnings have no scope of their own: where they are decides."""
    told = [{"warning_code": "a_warning_of_next_year", "message": "Mind."}]
    row = {"device_id": "a", "properties": {}, "errors": told, "warnings": told}
    device = Device.from_dict(row)
    for problem in (*device.errors, *device.warnings):
        assert advice_key(problem) == "other_device"


@pytest.mark.parametrize("scope", list(Scope))
def test_advice_for_unknown_code_depends_on_scope(scope: Scope) -> None:
    """Seam adds codes at any time."""
    problem = SeamProblem(code="an_error_of_next_year", scope=scope)
    assert advice_key(problem) == f"other_{scope.name.lower()}"


def test_advice_texts_match_advice_keys() -> None:
    """Every key has its own text and its remedies, and every text has a key."""
    translations = json.loads(TRANSLATIONS.read_text(encoding="utf-8"))
    options = translations["selector"]["advice"]["options"]
    assert set(options) == ADVICE_KEYS, (
        "correct selector.advice in translations/en.json"
    )
    # That of an account is only named in the text.
    keys = ADVICE_KEYS - {f"{key}_named" for key in _ADVICE_ABOUT_ACCOUNT}
    assert set(REMEDIES) == keys, "correct REMEDIES in websocket/remedies.py"
    assert all(text.strip().endswith(".") for text in options.values())
    assert len(set(options.values())) == len(options)


def test_every_advice_says_what_to_do() -> None:
    """It does not refer to the message that it stands below."""
    translations = json.loads(TRANSLATIONS.read_text(encoding="utf-8"))
    options = translations["selector"]["advice"]["options"]
    assert not [text for text in options.values() if "message" in text.lower()]
    verbs = (
        "allow|approve|ask|attach|bring|change|check|choose|connect|convert|create|delete|"
        "enable|find|finish|give|increase|manage|move|open|pull|reconnect|replace|reveal|"
        "set|sign|turn|update|wait"
    )
    sentence = re.compile(rf"(?:^|[.,:] (?:\w+ )?)(?:{verbs})\b", re.IGNORECASE)
    without = {key for key, text in options.items() if not sentence.search(text)}
    # If it does say what to do, add the verb above.
    assert without == {"being_deleted", "not_about_locks"}


def _lock(device_type: str = "august_lock", *codes: AccessCode) -> LockData:
    return LockData(
        device=Device(device_id="lock", device_type=device_type),
        managed=tuple(code for code in codes if code.is_managed),
        unmanaged=tuple(code for code in codes if not code.is_managed),
        has_codes=True,
    )


def _code(code_id: str = "this", **fields: Any) -> AccessCode:
    values: dict[str, Any] = {"is_managed": True, "code": "7319", **fields}
    return AccessCode(access_code_id=code_id, device_id="lock", **values)


@pytest.mark.parametrize(
    ("is_warning", "expected"),
    [(False, "edited_elsewhere_convert"), (True, "edited_elsewhere_allowed")],
)
def test_advice_for_warning_with_code_of_error(is_warning: bool, expected: str) -> None:
    """As a warning, it means that the change is allowed."""
    key = "warnings" if is_warning else "errors"
    row = {"access_code_id": "a", "device_id": "lock", "is_managed": True}
    name = "code_modified_external_to_seam"
    # Older replies have a dictionary instead of a list.
    for problems in (
        [{f"{key[:-1]}_code": name, "message": ""}],
        {name: {"message": ""}},
    ):
        code = AccessCode.read(row | {key: problems})
        [problem] = code.errors + code.warnings
        assert advice_key(problem, _lock("august_lock", code), code) == expected


@pytest.mark.parametrize(
    "error_code",
    [
        "august_lock_bad_access_code_format",
        "august_lock_invalid_code_length",
        "code_constraints_violated",
        "code_modified_external_to_seam",
        "conflicting_external_modification",
        "dormakaba_oracode_invalid_time_range",
        "duplicate_code_on_device",
        "invented_later",
        "kwikset_unable_to_confirm_code",
    ],
)
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"is_managed": False}, "change_in_app"),
        (
            {"is_managed": False, "cannot_delete_unmanaged_access_code": True},
            "change_in_app",
        ),
        ({"is_offline_access_code": True}, "replace_offline_code"),
    ],
)
def test_advice_for_code_that_cannot_be_changed(
    error_code: str, fields: dict[str, Any], expected: str
) -> None:
    """It does not ask for what Seam cannot do."""
    code = _code(**fields)
    problem = SeamProblem(code=error_code)
    assert advice_key(problem, _lock("august_lock", code), code) == expected


@pytest.mark.parametrize("is_available", [True, False])
def test_advice_mentions_available_backup_codes_only(is_available: bool) -> None:
    """An ongoing code and a lock without a pool have none."""
    code = _code(is_backup_access_code_available=is_available)
    for error_code in ("failed_to_set_on_device", "failed_to_issue"):
        key = advice_key(SeamProblem(code=error_code), _lock("a", code), code)
        assert key == ("seam_retries_backup" if is_available else "seam_retries")


@pytest.mark.parametrize(
    "error_code",
    [
        "an_error_of_next_year",
        "august_device_slots_full",
        "code_constraints_violated",
        "dormakaba_oracode_invalid_time_range",
        "failed_to_set_on_device",
        "failed_to_update",
        "provider_issue",
    ],
)
@pytest.mark.parametrize(
    ("fields", "is_explained"),
    [
        ({"status": "set"}, True),
        ({"status": "unset", "is_scheduled_on_device": True}, True),
        ({"status": "setting"}, False),
        ({"status": "unset"}, False),
        ({"status": "set", "mutations": ["updating_code"]}, False),
        ({"status": "set", "ends_at": "2020-01-01T00:00:00Z"}, False),
    ],
)
def test_advice_for_error_of_code_on_lock(
    error_code: str, fields: dict[str, Any], is_explained: bool
) -> None:
    """It says why a code with an error is active or scheduled."""
    row: dict[str, Any] = {
        "access_code_id": "this",
        "device_id": "lock",
        "is_managed": True,
        "starts_at": "2019-01-01T00:00:00Z",
        "ends_at": "2090-01-01T00:00:00Z",
        "type": "time_bound",
        "errors": [
            {"error_code": error_code, "message": "", "is_access_code_error": True}
        ],
        **fields,
        "pending_mutations": [
            {"mutation_code": mutation, "created_at": "2019-01-01T00:00:00Z"}
            for mutation in fields.get("mutations", ())
        ],
    }
    code = AccessCode.read(row)
    [error] = code.errors
    key = advice_key(error, _lock("august_lock", code), code)
    assert (key == "works_anyway") is is_explained


@pytest.mark.parametrize(
    ("device_type", "other", "expected"),
    [
        ("august_lock", {}, "find_duplicate_named"),
        ("august_lock", {"cannot_be_managed": True}, "delete_duplicate_named"),
        (
            "august_lock",
            {"cannot_delete_unmanaged_access_code": True},
            "convert_duplicate",
        ),
        ("kwikset_lock", {}, "delete_duplicate_named"),
        (
            "kwikset_lock",
            {"cannot_delete_unmanaged_access_code": True},
            "change_this",
        ),
        ("august_lock", {"is_managed": True}, "change_one"),
        # The other is not known.
        ("august_lock", {"code": "8402"}, "find_duplicate"),
        ("smartthings_lock", {"code": None}, "delete_duplicate"),
    ],
)
def test_advice_for_duplicates(
    device_type: str, other: dict[str, Any], expected: str
) -> None:
    """It depends on what is possible with the other code."""
    code = _code()
    lock = _lock(device_type, code, _code("other", **{"is_managed": False} | other))
    problem = SeamProblem(code="duplicate_code_on_device")
    assert advice_key(problem, lock, code) == expected


@pytest.mark.parametrize(
    ("device_type", "is_named"), [("smartthings_lock", True), ("august_lock", False)]
)
def test_advice_names_software_for_smartthings_only(
    device_type: str, is_named: bool
) -> None:
    """RBoy and Operto exist for SmartThings."""
    problem = SeamProblem(code="third_party_integration_detected", is_warning=True)
    key = advice_key(problem, _lock(device_type))
    translations = json.loads(TRANSLATIONS.read_text(encoding="utf-8"))
    text = translations["selector"]["advice"]["options"][key]
    assert ("RBoy" in text) is is_named


@pytest.mark.usefixtures("coordinator")
async def test_advice_text(hass: HomeAssistant) -> None:
    """The text comes from the translations."""
    problem = SeamProblem(code="access_code_inactive")
    assert async_advice(hass, problem, None, None).startswith("The code is disabled")
    unknown = SeamProblem(code="an_error_of_next_year", scope=Scope.BRIDGE)
    assert async_advice(hass, unknown, None, None).endswith("of the bridge.")


@pytest.mark.parametrize(
    ("error_code", "fields", "says", "does_not_say"),
    [
        ("code_modified_external_to_seam", {}, "convert", "is allowed"),
        ("code_modified_external_to_seam", {}, "other software manages", "is allowed"),
        (
            "igloohome_offline_access_code_no_variance_available",
            {},
            "a different start",
            "Delete",
        ),
        ("smartthings_no_free_slots_available", {}, "not created with Seam", "through"),
        ("august_lock_bad_access_code_format", {}, "in the August app", "try again"),
        ("august_lock_invalid_code_length", {}, "number of digits", "or name"),
        ("failed_to_remove_from_device", {}, "might still open", "convert"),
        ("failed_to_set_on_device", {"type": "ongoing"}, "connection", "backup"),
        ("code_constraints_violated", {"is_managed": False}, "does not manage", "try"),
        (
            "failed_to_set_on_device",
            {"is_offline_access_code": True},
            "Create another code",
            "delete it",
        ),
    ],
)
async def test_advice_about_error_of_code(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    error_code: str,
    fields: dict[str, Any],
    says: str,
    does_not_say: str,
) -> None:
    """The sensors say what to do about each error, and nothing that Seam cannot do."""
    code_id = CODE_OWNER if fields.get("is_managed", True) else UNMANAGED_NEIGHBOUR
    error = {"error_code": error_code, "message": "", "is_access_code_error": True}
    simulator.control.override_row(
        code_id, {"status": "unset", **fields, "errors": [error]}
    )
    await reconcile()
    kind = "managed" if code_id == CODE_OWNER else "unmanaged"
    [shown] = _problems(hass, f"sensor.front_door_{kind}_access_codes", "errors")
    assert shown["error_code"] == error_code
    assert says in shown["advice"]
    assert does_not_say not in shown["advice"]


@pytest.mark.parametrize(
    ("device_type", "warning_code", "says", "does_not_say"),
    [
        ("august_lock", "code_modified_external_to_seam", "is allowed", "restoring"),
        ("august_lock", "third_party_integration_detected", "Other", "RBoy or Operto"),
        (
            "smartthings_lock",
            "third_party_integration_detected",
            "RBoy or Operto",
            "restoring",
        ),
    ],
)
async def test_advice_about_warning_of_code(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    device_type: str,
    warning_code: str,
    says: str,
    does_not_say: str,
) -> None:
    """A warning may mean the opposite of the error, and depend on the lock."""
    warning = {"warning_code": warning_code, "message": ""}
    simulator.control.override_row(FRONT_DOOR, {"device_type": device_type})
    simulator.control.override_row(CODE_OWNER, {"warnings": [warning]})
    await reconcile()
    [shown] = _problems(hass, "sensor.front_door_managed_access_codes", "warnings")
    assert says in shown["advice"]
    assert does_not_say not in shown["advice"]


@pytest.mark.parametrize(
    ("flag", "does_not_say"),
    [
        ("cannot_delete_unmanaged_access_code", "elete it"),
        ("cannot_be_managed", "onvert it"),
    ],
)
async def test_advice_about_duplicate(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    flag: str,
    does_not_say: str,
) -> None:
    """It does not contradict what the row of the other code allows."""
    pin = simulator.state.access_codes[CODE_OWNER].code
    simulator.control.override_row(UNMANAGED_NEIGHBOUR, {"code": pin, flag: True})
    simulator.control.code_error(CODE_OWNER, "duplicate_code_on_device")
    await reconcile()
    [shown] = _problems(hass, "sensor.front_door_managed_access_codes", "errors")
    assert "“Neighbour”" in shown["advice"]
    assert does_not_say not in shown["advice"]


async def test_advice_about_removed_lock(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """It says that the lock can also be deleted from Seam."""
    simulator.control.device_error("Front Door", "device_removed")
    await reconcile()
    [shown] = _problems(hass, "binary_sensor.front_door_connectivity", "errors")
    assert "no longer in the manufacturer's account" in shown["advice"]
    assert "delete it from Seam" in shown["advice"]


def _problems(hass: HomeAssistant, entity_id: str, kind: str) -> list[dict[str, Any]]:
    state = hass.states.get(entity_id)
    assert state is not None
    problems: list[dict[str, Any]] = state.attributes[kind]
    return [
        problem
        for problem in problems
        if problem.get("access_code_id", CODE_OWNER)
        in (CODE_OWNER, UNMANAGED_NEIGHBOUR)
    ]
