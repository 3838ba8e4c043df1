"""Which field of a form an error is about, so that it can be shown there."""

from collections.abc import Mapping
from typing import Final

from homeassistant.exceptions import HomeAssistantError

_FIELDS: Final[Mapping[str, str]] = {
    key: field
    for field, keys in {
        "code": (
            "code_and_length",
            "code_length",
            "code_not_digits",
            "code_number",
            "duplicate_access_code",
            "duplicate_access_code_named",
            "offline_with_code",
        ),
        "name": (
            "name_contains_code",
            "name_length",
            "name_must_be_unique",
            "name_taken",
        ),
        "starts_at": ("no_times", "start_date_in_future", "start_missing"),
        "ends_at": (
            "end_before_start",
            "end_in_past",
            "end_missing",
            "times_needed",
        ),
        "ongoing": ("no_ongoing_codes", "ongoing_with_times"),
        "use_backup_access_code_pool": ("backup_without_times", "no_backup_pool"),
        "is_offline_access_code": ("no_offline_access_codes",),
        "is_one_time_use": ("one_time_without_offline",),
        "entity_ids": (
            "cannot_program",
            "codes_unknown",
            "unmanaged_codes_unknown",
            "invalid_target",
            "lock_gone",
            "no_access_codes",
            "no_common_length",
            "no_locks",
            "no_target",
            "not_a_seam_lock",
            "not_loaded",
            "several_workspaces",
        ),
    }.items()
    for key in keys
}
_CONSTRAINT: Final = "code_constraint_"


def field_of(err: HomeAssistantError) -> str | None:
    """Return the field of a command that an error is about."""
    key = err.translation_key or ""
    if key.startswith(_CONSTRAINT):
        return "code"
    return _FIELDS.get(key) or (err.translation_placeholders or {}).get("field")
