"""Build docs/advice.md from the code: `python -m tests.advice_table` writes it."""

from dataclasses import replace
import json
from pathlib import Path
from typing import Final

from custom_components.seam import advice
from custom_components.seam.api import Scope, SeamProblem
from custom_components.seam.api.problems import read_problems

ADVICE_PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "advice.md"

# Warnings have no scope. These occur on devices and accounts only.
WARNINGS_OF_DEVICES: Final = frozenset(
    {
        "accessory_keypad_low_battery",
        "accessory_keypad_setup_required",
        "device_communication_degraded",
        "device_has_flaky_connection",
        "hub_required_for_additional_capabilities",
        "keynest_unsupported_locker",
        "lockly_time_zone_not_configured",
        "many_active_backup_codes",
        "max_access_codes_reached",
        "partial_backup_access_code_pool",
        "power_saving_mode",
        "privacy_mode",
        "salto_ks_lock_access_code_support_removed",
        "salto_ks_office_mode",
        "salto_ks_privacy_mode",
        "temperature_threshold_exceeded",
        "time_zone_mismatch",
        "time_zone_unknown",
        "ttlock_lock_gateway_unlocking_not_enabled",
        "ttlock_weak_gateway_signal",
        "two_n_device_missing_timezone",
        "ultraloq_time_zone_unknown",
        "unknown_issue_with_phone",
        "unreliable_online_status",
    }
)
WARNINGS_OF_ACCOUNTS: Final = frozenset(
    {
        "account_reauthorization_requested",
        "dormakaba_sites_unapproved",
        "provider_service_unavailable",
        "salto_ks_subscription_limit_almost_reached",
        "scheduled_maintenance_window",
        "setup_required",
        "unknown_issue_with_connected_account",
    }
)

# When a code of Seam has other advice, because of the lock or the access code.
_CONDITIONS: Final = {
    "seam_retries_backup": "Seam keeps trying, and a backup code is available.",
    "works_anyway": "The code could not be set or changed, but it is on the lock.",
    "edited_elsewhere_convert": "The code was changed outside Seam, and codes on the lock can be converted.",
    "change_in_app": "The advice would be to change the code, but Seam does not manage it.",
    "replace_offline_code": "The advice would be to change the code, but it is an offline code.",
    "find_duplicate_named": "The other code is known, and can be converted and deleted.",
    "convert_duplicate": "The other code can be converted, but not deleted.",
    "delete_duplicate": "The other code is not known, and codes on the lock cannot be converted.",
    "delete_duplicate_named": "The other code can be deleted, but not converted.",
    "change_this": "The other code can be neither converted nor deleted.",
    "change_one": "Seam manages the other code.",
    "reconnect_account_named": "The name of a disconnected account is known.",
    "connect_account_with_rights_named": "The account must be reconnected with a different user, and its name is known.",
    "set_up_account_named": "The account is not set up, and its name is known.",
    "other_account_named": "The account has another problem, and its name is known.",
    "other_software_smartthings": "Other software manages a SmartThings lock.",
}

_HEAD: Final = """\
# Errors and warnings

Seam reports errors and warnings with a code and a message. The integration shows the message together with
the advice from this table. You can find them in the following places:

- The attributes of the access code sensors list errors and warnings for access codes.
- The attributes of a lock's **Connectivity** sensor list errors and warnings for the lock, its account, and its bridge.
- If an error lasts longer than 10 minutes, it also appears under **Settings** > **Repairs**.

The scope shows what the error or warning affects. For codes that are not in the table, the advice depends only
on the scope.

| Code | Scope | Advice |
| --- | --- | --- |
"""

_VARIANTS_HEAD: Final = """
The advice differs in the following cases:

| Case | Advice |
| --- | --- |
"""


def advice_page() -> str:
    """Return the page from the advice table and the English translations."""
    path = Path(advice.__file__).parent / "translations" / "en.json"
    texts = json.loads(path.read_text())["selector"]["advice"]["options"]
    rows = []
    for code in sorted(advice.KNOWN_CODES):
        default = (
            Scope.DEVICE
            if code in WARNINGS_OF_DEVICES
            else Scope.ACCOUNT
            if code in WARNINGS_OF_ACCOUNTS
            else Scope.CODE
        )
        [problem] = read_problems([{"error_code": code}], default)
        rows.append((f"`{code}`", problem))
        if code in advice.DIFFERENT_WARNINGS:
            rows.append((f"`{code}` (warning)", replace(problem, is_warning=True)))
    rows += [("Any other code", SeamProblem(code="", scope=scope)) for scope in Scope]
    table = "".join(
        f"| {name} | {problem.scope.value} | {texts[advice.advice_key(problem)]} |\n"
        for name, problem in rows
    )
    conditions = "".join(
        f"| {condition} | {texts[key].replace('{account}', 'Kwikset').replace('{other}', 'Painter')} |\n"
        for key, condition in _CONDITIONS.items()
    )
    return f"{_HEAD}{table}{_VARIANTS_HEAD}{conditions}"


if __name__ == "__main__":
    ADVICE_PAGE.write_text(advice_page())
