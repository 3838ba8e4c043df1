"""Models of devices."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from functools import partial
from typing import Any, Final, override

from mashumaro.exceptions import MissingField

from .models import Model, frozen_for_type_checkers, read_text, read_whole
from .problems import Scope, SeamProblem, read_problems

_ERRORS: Mapping[str, Any] = {
    "deserialize": partial(read_problems, default=Scope.DEVICE)
}
_WARNINGS: Mapping[str, Any] = {
    "deserialize": partial(read_problems, default=Scope.DEVICE, is_warning=True)
}

# Without any of them, a lock would look like a device that is not a lock.
_DESCRIPTION: Final = frozenset(
    {
        "can_configure_auto_lock",
        "can_program_offline_access_codes",
        "can_program_online_access_codes",
        "can_remotely_lock",
        "can_remotely_unlock",
        "can_unlock_with_code",
        "capabilities_supported",
        "properties",
    }
)


def _texts(value: Any) -> tuple[str, ...]:
    """Return a list of texts; a text alone would pass for one."""
    if not isinstance(value, list):
        raise TypeError(f"expected a list, got {type(value).__name__}")
    return tuple(map(read_text, value))


def _delay(value: Any) -> int:
    """Return a delay in seconds, of which those below 1 mean nothing."""
    if (delay := read_whole(value)) < 1:
        raise ValueError("the delay is too short")
    return delay


@frozen_for_type_checkers
class Battery(Model):
    """A battery with its charge from 0 to 1."""

    level: float | None = None


@frozen_for_type_checkers
class AccessoryKeypad(Model):
    """A keypad that is separate from its lock."""

    is_connected: bool | None = None
    battery: Battery | None = None


@frozen_for_type_checkers
class DeviceModel(Model):
    """The product."""

    display_name: str | None = None
    manufacturer_display_name: str | None = None


@frozen_for_type_checkers
class CodeConstraint(Model):
    """A rule of a lock for PINs or names."""

    constraint_type: str
    min_length: int | None = None
    max_length: int | None = None


@frozen_for_type_checkers
class DeviceProperties(Model):
    """State and limits of a device."""

    online: bool | None = None
    locked: bool | None = None
    door_open: bool | None = None
    battery: Battery | None = None
    battery_level: float | None = None
    keypad_battery: Battery | None = None
    accessory_keypad: AccessoryKeypad | None = None
    manufacturer: str | None = None
    serial_number: str | None = None
    model: DeviceModel | None = None
    supported_code_lengths: tuple[int, ...] = ()
    max_active_codes_supported: int | None = None
    code_constraints: tuple[CodeConstraint, ...] = ()
    supports_backup_access_code_pool: bool | None = None
    backup_access_code_pool_enabled: bool | None = None
    auto_lock_enabled: bool | None = None
    auto_lock_delay_seconds: int | None = field(
        default=None, metadata={"deserialize": _delay}
    )
    online_time_frame_options: tuple[dict[str, Any], ...] = ()
    offline_time_frame_options: tuple[dict[str, Any], ...] = ()


@frozen_for_type_checkers
class DeviceManufacturer(Model):
    """The manufacturer of a device."""

    display_name: str | None = None
    manufacturer: str | None = None


@frozen_for_type_checkers
class DeviceProvider(Model):
    """The service through which Seam reaches a device."""

    device_provider_name: str | None = None
    display_name: str | None = None


@frozen_for_type_checkers
class Device(Model):
    """A device; `can_…` is True now, False currently not, and None never."""

    device_id: str
    device_type: str = "unknown"
    display_name: str | None = None
    nickname: str | None = None
    connected_account_id: str | None = None
    is_managed: bool = True
    created_at: datetime | None = None
    device_manufacturer: DeviceManufacturer | None = None
    device_provider: DeviceProvider | None = None
    capabilities_supported: tuple[str, ...] = field(
        default=(), metadata={"deserialize": _texts}
    )
    can_remotely_lock: bool | None = None
    can_remotely_unlock: bool | None = None
    can_program_online_access_codes: bool | None = None
    can_program_offline_access_codes: bool | None = None
    can_unlock_with_code: bool | None = None
    can_configure_auto_lock: bool | None = None
    properties: DeviceProperties = field(default_factory=DeviceProperties)
    errors: tuple[SeamProblem, ...] = field(default=(), metadata=_ERRORS)
    warnings: tuple[SeamProblem, ...] = field(default=(), metadata=_WARNINGS)

    @classmethod
    @override
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Refuse a row that does not describe the device."""
        row = super().__pre_deserialize__(d)
        if _DESCRIPTION.isdisjoint(row):
            raise MissingField("properties", DeviceProperties, cls)
        return row

    @property
    def name(self) -> str:
        """The name of the device."""
        return self.display_name or self.nickname or self.device_type

    @property
    def manufacturer(self) -> str | None:
        """The name of the manufacturer."""
        model, manufacturer = self.properties.model, self.device_manufacturer
        return (
            (model and model.manufacturer_display_name)
            or (manufacturer and manufacturer.display_name)
            or self.properties.manufacturer
        )

    @property
    def model(self) -> str:
        """The name of the product."""
        model = self.properties.model
        return (model and model.display_name) or self.device_type

    @property
    def can_convert_codes(self) -> bool:
        """Whether unmanaged access codes of this device can be converted.

        Seam has no flag for it, it only documents where it is not available.
        """
        return not self.device_type.startswith(("igloohome", "kwikset", "smartthings"))

    @property
    def lists_unmanaged_codes(self) -> bool:
        """Whether Seam lists the unmanaged access codes of this device.

        Seam has no flag for it, it only documents where it does not.
        """
        return not self.device_type.startswith("kwikset")

    def offers_ongoing_codes(self, *, is_offline: bool) -> bool:
        """Return whether codes of this device can do without a start and an end."""
        properties = self.properties
        options = (
            properties.offline_time_frame_options
            if is_offline
            else properties.online_time_frame_options
        )
        if not options:
            return not is_offline
        # Everything but the name is a limit.
        return any(option.keys() <= {"display_name"} for option in options)

    @property
    def constraint_types(self) -> set[str]:
        """The kinds of rules for codes of this device."""
        return {rule.constraint_type for rule in self.properties.code_constraints}

    @property
    def is_lock(self) -> bool:
        """Whether the device is a lock, which its abilities say and not its type.

        `properties.locked` is missing while the device is offline.
        """
        return (
            self.can_remotely_lock is not None
            or self.can_remotely_unlock is not None
            or self.can_configure_auto_lock is not None
            or "lock" in self.capabilities_supported
            or self.properties.locked is not None
            or self.has_access_codes
        )

    @property
    def has_access_codes(self) -> bool:
        """Whether the device can have access codes."""
        return (
            self.can_program_online_access_codes is not None
            or self.can_program_offline_access_codes is not None
            or self.can_unlock_with_code is not None
            or "access_code" in self.capabilities_supported
        )

    @property
    def battery_level(self) -> float | None:
        """The charge from 0 to 1, None if unknown, as while offline."""
        battery = self.properties.battery
        level = _charge(battery.level if battery else None)
        return _charge(self.properties.battery_level) if level is None else level

    @property
    def keypad_battery_level(self) -> float | None:
        """The charge of the keypad from 0 to 1, None if unknown."""
        keypad = self.properties.accessory_keypad
        battery = self.properties.keypad_battery or (keypad.battery if keypad else None)
        return _charge(battery.level if battery else None)


def _charge(level: float | None) -> float | None:
    """Return the level, or None if it is not between 0 and 1."""
    return level if level is not None and 0 <= level <= 1 else None
