"""Models of locks by manufacturer."""

import copy
from dataclasses import dataclass, field
from datetime import datetime

from .state import Device, Json, UnmanagedCodes

_REMOTE = {"can_remotely_lock": True, "can_remotely_unlock": True}
_CODES = {"can_program_online_access_codes": True, "can_unlock_with_code": True}


@dataclass(frozen=True, slots=True)
class Manufacturer:
    """The properties and capabilities of a manufacturer's lock."""

    device_type: str
    provider: str
    provider_display_name: str
    manufacturer_display_name: str
    model: str
    flags: dict[str, bool]
    properties: Json = field(default_factory=dict)
    schedules_natively: bool = True
    unmanaged_codes: UnmanagedCodes = UnmanagedCodes.FULL
    converts_codes: bool = True
    keeps_expired_codes: bool = False
    names_codes_in_events: bool = True
    assigns_codes: bool = False

    def make(
        self,
        device_id: str,
        display_name: str,
        *,
        workspace_id: str,
        connected_account_id: str,
        created_at: datetime,
        serial_number: str,
    ) -> Device:
        """Return a lock of this manufacturer."""
        has_lock = "can_remotely_lock" in self.flags
        return Device(
            device_id,
            workspace_id,
            connected_account_id,
            self.device_type,
            display_name,
            created_at,
            self.provider,
            self.provider_display_name,
            self.provider,
            self.manufacturer_display_name,
            self.model,
            serial_number,
            dict(self.flags),
            [*(["lock"] if has_lock else []), "access_code", "battery"],
            properties=copy.deepcopy(self.properties),
            schedules_natively=self.schedules_natively,
            unmanaged_codes=self.unmanaged_codes,
            converts_codes=self.converts_codes,
            keeps_expired_codes=self.keeps_expired_codes,
            names_codes_in_events=self.names_codes_in_events,
            assigns_codes=self.assigns_codes,
        )


AUGUST = Manufacturer(
    "august_lock",
    "august",
    "August",
    "August",
    "Wi-Fi Smart Lock",
    {**_REMOTE, **_CODES, "can_configure_auto_lock": True},
    {
        "supported_code_lengths": [4, 5, 6],
        "max_active_codes_supported": 100,
        "code_constraints": [],
        "supports_backup_access_code_pool": True,
        "backup_access_code_pool_enabled": False,
        "has_native_entry_events": True,
        "has_direct_power": False,
        "auto_lock_enabled": False,
        "auto_lock_delay_seconds": 30,
    },
)
SCHLAGE = Manufacturer(
    "schlage_lock",
    "schlage",
    "Schlage",
    "Schlage",
    "Encode Smart WiFi Deadbolt",
    {**_REMOTE, **_CODES},
    {
        "supported_code_lengths": [4, 5, 6, 7, 8],
        "max_active_codes_supported": 30,
        "code_constraints": [
            {"constraint_type": "name_length", "min_length": 1, "max_length": 14},
            {"constraint_type": "unique_first_four_digits"},
        ],
        "supports_backup_access_code_pool": True,
        "backup_access_code_pool_enabled": True,
        "has_native_entry_events": True,
        "has_direct_power": False,
    },
    keeps_expired_codes=True,
)
KWIKSET = Manufacturer(
    "kwikset_lock",
    "kwikset",
    "Kwikset",
    "Kwikset",
    "Halo Touchscreen",
    {**_REMOTE, **_CODES},
    {
        "supported_code_lengths": [4, 5, 6, 7, 8],
        "max_active_codes_supported": 250,
        "code_constraints": [
            {"constraint_type": "no_ascending_or_descending_sequence"},
            {"constraint_type": "at_least_three_unique_digits"},
            {"constraint_type": "no_all_same_digits"},
        ],
        "supports_backup_access_code_pool": True,
        "has_native_entry_events": True,
        "has_direct_power": False,
    },
    unmanaged_codes=UnmanagedCodes.NONE,
    converts_codes=False,
)
SMARTTHINGS = Manufacturer(
    "smartthings_lock",
    "smartthings",
    "SmartThings",
    "Yale",
    "Z-Wave Lock",
    {**_REMOTE, **_CODES},
    {
        "supported_code_lengths": [4, 5, 6, 7, 8],
        "max_active_codes_supported": 20,
        "supports_backup_access_code_pool": True,
        "has_native_entry_events": False,
        "has_direct_power": False,
    },
    schedules_natively=False,
    unmanaged_codes=UnmanagedCodes.WITHOUT_PIN,
    converts_codes=False,
    names_codes_in_events=False,
)
TTLOCK_KEYPAD = Manufacturer(
    "ttlock_lock",
    "ttlock",
    "TTLock",
    "TTLock",
    "Wireless Keypad",
    dict(_CODES),
    {
        "supported_code_lengths": [4, 5, 6, 7, 8, 9],
        "max_active_codes_supported": 40,
        "code_constraints": [{"constraint_type": "no_all_same_digits"}],
        "supports_backup_access_code_pool": True,
        "has_native_entry_events": True,
        "has_direct_power": False,
    },
)
NUKI = Manufacturer(
    "nuki_lock",
    "nuki",
    "Nuki",
    "Nuki",
    "Smart Lock Pro",
    {**_REMOTE, **_CODES},
    {
        "supported_code_lengths": [6],
        "max_active_codes_supported": 200,
        "code_constraints": [
            {"constraint_type": "no_zeros"},
            {"constraint_type": "cannot_start_with_12"},
            {"constraint_type": "name_length", "min_length": 1, "max_length": 20},
        ],
        "supports_backup_access_code_pool": True,
        "has_native_entry_events": True,
        "has_direct_power": False,
    },
    names_codes_in_events=False,
)
IGLOOHOME = Manufacturer(
    "igloohome_lock",
    "igloohome",
    "igloohome",
    "igloohome",
    "Smart Deadbolt 2S",
    {**_CODES, "can_program_offline_access_codes": True},
    {
        "supported_code_lengths": [6, 7, 8, 9],
        "max_active_codes_supported": 50,
        "supports_backup_access_code_pool": True,
        "has_native_entry_events": False,
        "has_direct_power": False,
    },
    converts_codes=False,
    names_codes_in_events=False,
)

SALTO = Manufacturer(
    "salto_lock",
    "salto_ks",
    "Salto KS",
    "Salto",
    "XS4 One",
    {**_REMOTE, **_CODES},
    {
        "code_constraints": [{"constraint_type": "cannot_specify_pin_code"}],
        "supports_backup_access_code_pool": False,
        "has_native_entry_events": True,
        "has_direct_power": False,
    },
    assigns_codes=True,
)

MANUFACTURERS = {
    manufacturer.device_type: manufacturer
    for manufacturer in (
        AUGUST,
        SCHLAGE,
        KWIKSET,
        SMARTTHINGS,
        TTLOCK_KEYPAD,
        NUKI,
        IGLOOHOME,
        SALTO,
    )
}
