"""Valid rows as Seam sends them, and strategies for invalid ones."""

import copy
from typing import Any

from hypothesis import strategies as st

PIN = "482639"
CODE: dict[str, Any] = {
    "access_code_id": "0a1b2c3d-0000-4000-8000-000000000001",
    "device_id": "lock",
    "workspace_id": "workspace",
    "name": "Guest",
    "code": PIN,
    "type": "time_bound",
    "starts_at": "2031-05-01T15:00:00.000Z",
    "ends_at": "2031-05-08T10:00:00.000Z",
    "created_at": "2031-04-01T10:00:00.000Z",
    "status": "setting",
    "display_status": "Issuing",
    "is_managed": True,
    "is_scheduled_on_device": False,
    "is_waiting_for_code_assignment": False,
    "is_external_modification_allowed": False,
    "is_one_time_use": False,
    "is_offline_access_code": False,
    "is_backup": False,
    "is_backup_access_code_available": False,
    "pulled_backup_access_code_id": None,
    "common_code_key": None,
    "appearance": {"name": "Guest", "first_name": None},
    "pending_mutations": [
        {
            "mutation_code": "updating_code",
            "created_at": "2031-05-02T10:00:00.000Z",
            "message": f"From 1111 to {PIN}",
            "from": {"code": "1111"},
            "to": {"code": PIN},
        }
    ],
    "errors": [
        {
            "error_code": "failed_to_set_on_device",
            "message": f"The lock refused {PIN}.",
            "created_at": "2031-05-02T10:00:00.000Z",
            "is_access_code_error": True,
            "modified_fields": [{"field": "code", "from": "1111", "to": PIN}],
        }
    ],
    "warnings": [{"warning_code": "being_deleted", "message": "m", "created_at": None}],
    "cannot_be_managed": True,
    "cannot_delete_unmanaged_access_code": True,
}
DEVICE: dict[str, Any] = {
    "device_id": "lock",
    "device_type": "august_lock",
    "display_name": "Front Door",
    "nickname": None,
    "connected_account_id": "account",
    "workspace_id": "workspace",
    "is_managed": True,
    "created_at": "2031-04-01T10:00:00.000Z",
    "location": {"location_name": "Home", "time_zone": "Europe/Copenhagen"},
    "device_manufacturer": {"display_name": "August", "manufacturer": "august"},
    "device_provider": {"device_provider_name": "august", "display_name": "August"},
    "capabilities_supported": ["lock", "access_code", "battery"],
    "can_remotely_lock": True,
    "can_remotely_unlock": False,
    "can_program_online_access_codes": True,
    "can_unlock_with_code": True,
    "can_configure_auto_lock": True,
    "properties": {
        "online": True,
        "locked": False,
        "door_open": True,
        "battery": {"level": 0.5, "status": "good"},
        "battery_level": 0.5,
        "keypad_battery": {"level": 1},
        "accessory_keypad": {"is_connected": True, "battery": {"level": 0.2}},
        "manufacturer": "august",
        "serial_number": "S1",
        "model": {"display_name": "M", "manufacturer_display_name": "August"},
        "supported_code_lengths": [4, 5, 6],
        "max_active_codes_supported": 100,
        "code_constraints": [
            {"constraint_type": "name_length", "min_length": 1, "max_length": 14}
        ],
        "supports_backup_access_code_pool": True,
        "backup_access_code_pool_enabled": False,
        "auto_lock_enabled": True,
        "auto_lock_delay_seconds": 30,
    },
    "errors": [{"error_code": "device_offline", "message": "m"}],
    "warnings": {"low": {"message": "m", "created_at": "2031-04-01T10:00:00Z"}},
}
EVENT: dict[str, Any] = {
    "event_id": "event",
    "event_type": "access_code.code_changed",
    "workspace_id": "workspace",
    "created_at": "2031-05-02T10:00:00.000Z",
    "occurred_at": "2031-05-02T09:59:00.000Z",
    "device_id": "lock",
    "access_code_id": "code",
    "connected_account_id": "account",
    "access_code_is_managed": True,
    "method": "keycode",
    "code": PIN,
    "from": {"code": "1111", "name": "Maid"},
    "to": {"code": PIN},
    "is_via_bluetooth": True,
    "is_via_nfc": False,
    "user_identity_id": "identity",
    "reason": {"reason_code": "unknown_code", "message": f"Not {PIN}"},
    "backup_access_code_id": "backup",
    "change_reason": f"from 1111 to {PIN}",
    "changed_properties": [{"property": "code", "from": "1111", "to": PIN}],
    "requested_mutations": [{"mutation_code": "updating_code", "to": {"code": PIN}}],
}

type Place = tuple[str | int, ...]


def places(node: Any, above: Place = ()) -> list[Place]:
    """Return the paths of all values, nested ones included."""
    inner: list[tuple[str | int, Any]] = []
    if isinstance(node, dict):
        inner = list(node.items())
    elif isinstance(node, list):
        inner = list(enumerate(node))
    return [
        place
        for key, child in inner
        for place in ((*above, key), *places(child, (*above, key)))
    ]


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        [
            PIN,
            "",
            "0001-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59",
            "9999-12-31T24:00:00",
            "2031-05-02",
            "half a pair \ud83d",
            "two\nlines",
            "x" * 5000,
            10**30,
            1e308,
            "set",
            "deleting",
        ]
    )
    | st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
)
KEYS = st.text(max_size=4) | st.sampled_from(
    ["error_code", "message", "created_at", "level", "mutation_code"]
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=6,
)
MISSING = object()


@st.composite
def mutated(draw: st.DrawFn, row: dict[str, Any]) -> Any:
    """Return a row in which some values are missing or replaced."""
    changed: Any = copy.deepcopy(row)
    for place in draw(
        st.lists(st.sampled_from(places(row)), min_size=1, max_size=4, unique=True)
    ):
        value = draw(JSON | st.just(MISSING))
        node = changed
        try:
            for key in place[:-1]:
                node = node[key]
            if value is MISSING:
                del node[place[-1]]
            else:
                node[place[-1]] = value
        except LookupError, TypeError:  # What was around it is gone.
            continue
    return changed
