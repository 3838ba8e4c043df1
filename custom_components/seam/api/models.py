"""What Seam's answers hold, as far as locks and access codes go.

The models are lenient: Seam adds fields, codes and types at any time, sends null or
leaves things out. What makes a row useless (no id, a broken date) raises, and the
client drops that row. A PIN is in no `repr`, nor are Seam's messages, which may quote one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final, override

from mashumaro import DataClassDictMixin
from mashumaro.config import BaseConfig

from .problems import Scope, SeamProblem, read_problems, read_time


def _text(value: Any) -> str:
    """Return text as it is, and a number as its text: ids and PINs are never sums."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"expected text, got {type(value).__name__}")


def _flag(value: Any) -> bool:
    if value is True or value is False:
        return value
    raise TypeError(f"expected a boolean, got {type(value).__name__}")


def _flag_or_null(value: Any) -> bool:
    if value is True or value is False:
        return value
    return value is not None and _flag(value)


def _type_or_null(value: Any) -> str:
    return "ongoing" if value is None else _text(value)


def _number(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise TypeError(f"expected a number, got {type(value).__name__}")


def _whole(value: Any) -> int:
    return int(_number(value))


class Model(DataClassDictMixin):
    """Base of the models: null is the same as missing, types are checked."""

    class Config(BaseConfig):
        """How mashumaro reads Seam's JSON."""

        lazy_compilation = True
        serialization_strategy = {  # declared so by mashumaro
            str: {"deserialize": _text},
            bool: {"deserialize": _flag},
            float: {"deserialize": _number},
            int: {"deserialize": _whole},
            datetime: {"deserialize": read_time},
        }

    @classmethod
    @override
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Drop nulls, so that the defaults apply."""
        return {key: value for key, value in d.items() if value is not None}


def _mutations(value: Any) -> tuple[PendingMutation, ...]:
    return tuple(map(PendingMutation.from_dict, value))


_PROBLEMS: Mapping[str, Any] = {"deserialize": read_problems}

_SHORTEST_PIN: Final = 4
_DEVICE_PROBLEMS: Mapping[str, Any] = {
    "deserialize": partial(read_problems, default=Scope.DEVICE)
}
_ACCOUNT_PROBLEMS: Mapping[str, Any] = {
    "deserialize": partial(read_problems, default=Scope.ACCOUNT)
}


def _pins_of_changes(row: Mapping[Any, Any]) -> list[str]:
    """Return the PINs in what is changing, or was changed elsewhere."""
    found: list[Any] = []
    for mutation in _dicts(row.get("pending_mutations")):
        for end in ("from", "to"):
            found += [part.get("code") for part in _dicts([mutation.get(end)])]
    for key in ("errors", "warnings"):
        problems = row.get(key)
        if isinstance(problems, dict):
            problems = list(problems.values())
        for problem in _dicts(problems):
            for changed in _dicts(problem.get("modified_fields")):
                found += [changed.get("from"), changed.get("to")]
    # Of changes elsewhere any field is told; a number that short is no PIN.
    return [
        pin
        for pin in found
        if isinstance(pin, str) and pin.isdecimal() and len(pin) >= _SHORTEST_PIN
    ]


def _dicts(value: Any) -> list[dict[Any, Any]]:
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, dict)]


class CodeStatus(StrEnum):
    """Whether a code is on its lock."""

    UNSET = "unset"
    SETTING = "setting"
    SET = "set"
    REMOVING = "removing"
    UNKNOWN = "unknown"

    @classmethod
    @override
    def _missing_(cls, value: object) -> CodeStatus:
        """Read a status that Seam invents later as unknown."""
        return cls.UNKNOWN


@dataclass(frozen=True, kw_only=True, slots=True)
class PendingMutation(Model):
    """A change of a code that is under way. Its from/to hold PINs: not kept."""

    mutation_code: str = "unknown"
    created_at: datetime | None = None
    scheduled_at: datetime | None = None
    message: str = field(default="", repr=False)


# The first of these that is under way counts; any other change is a new setting.
_STATUS_BY_MUTATION: Mapping[str, CodeStatus] = {
    "deleting": CodeStatus.REMOVING,
    "creating": CodeStatus.SETTING,
    "deferring_creation": CodeStatus.UNSET,
}
_STATUS_BY_ERROR: Mapping[str, CodeStatus] = {
    **dict.fromkeys(
        (
            "failed_to_remove_from_device",
            "failed_to_delete",
            "failed_to_expire",
            "kwikset_unable_to_confirm_deletion",
        ),
        CodeStatus.REMOVING,
    ),
    **dict.fromkeys(
        (
            "failed_to_set_on_device",
            "failed_to_issue",
            "access_code_inactive",
            "code_constraints_violated",
            "no_space_for_access_code_on_device",
        ),
        CodeStatus.UNSET,
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessCode(Model):
    """A code on a lock, managed by Seam or not (`access_code`, `unmanaged_…`)."""

    access_code_id: str
    device_id: str
    is_managed: bool
    name: str | None = None
    code: str | None = field(default=None, repr=False)
    type: str = field(default="ongoing", metadata={"deserialize": _type_or_null})
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    created_at: datetime | None = None
    status: CodeStatus | None = None
    display_status: str | None = None
    is_scheduled_on_device: bool = False
    is_waiting_for_code_assignment: bool = False
    is_external_modification_allowed: bool = False
    is_one_time_use: bool = False
    is_offline_access_code: bool = False
    is_backup: bool = False
    is_backup_access_code_available: bool = False
    pulled_backup_access_code_id: str | None = None
    common_code_key: str | None = None
    pending_mutations: tuple[PendingMutation, ...] | None = field(
        default=None, metadata={"deserialize": _mutations}
    )
    """None where Seam did not send any list: then nothing is known of changes."""
    errors: tuple[SeamProblem, ...] = field(default=(), metadata=_PROBLEMS)
    warnings: tuple[SeamProblem, ...] = field(default=(), metadata=_PROBLEMS)
    cannot_be_managed: bool = False
    cannot_delete_unmanaged_access_code: bool = False
    true_name: str | None = field(default=None, repr=False)
    """The name where `name` is masked, as it holds a PIN. Never shown."""
    other_pins: tuple[str, ...] = field(default=(), repr=False)
    """Former and coming PINs, which messages may quote. Never shown."""

    class Config(Model.Config):
        """How mashumaro reads codes, of which there may be thousands."""

        serialization_strategy = {
            **Model.Config.serialization_strategy,
            bool: {"deserialize": _flag_or_null},
        }

    @classmethod
    @override
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Take along the PINs of changes, whose details are not kept.

        Nulls stay: each field takes them for its default, which is quicker than to drop
        them from every row.
        """
        # Of most codes there is nothing to tell.
        if d.get("pending_mutations") or d.get("errors") or d.get("warnings"):
            return {**d, "other_pins": _pins_of_changes(d)}
        return d

    @property
    def pins(self) -> tuple[str, ...]:
        """All PINs that must be masked in texts."""
        return (self.code, *self.other_pins) if self.code else self.other_pins

    @property
    def unmasked_name(self) -> str | None:
        """What the code is really called: to compare with, not to show."""
        return self.true_name or self.name

    @property
    def own_errors(self) -> tuple[SeamProblem, ...]:
        """The errors of this code itself, not of its lock, account or bridge."""
        return self.errors and tuple(
            error for error in self.errors if error.scope is Scope.CODE
        )

    def is_expired(self, now: datetime) -> bool:
        """Return whether the code's end has passed."""
        return self.ends_at is not None and self.ends_at <= now

    def status_at(self, now: datetime) -> CodeStatus:
        """Return whether the code is on its lock.

        What is under way, what is wrong and the times say more than `status`, which
        Seam deprecates and which may lag behind; it decides where they are silent.
        """
        if self.pending_mutations:
            pending = {change.mutation_code for change in self.pending_mutations}
            for mutation_code, status in _STATUS_BY_MUTATION.items():
                if mutation_code in pending:
                    return status
            return CodeStatus.SETTING
        for error in self.own_errors:
            if (known := _STATUS_BY_ERROR.get(error.code)) is not None:
                return known
        if self.starts_at is not None and now < self.starts_at:
            return CodeStatus.UNSET
        if self.is_expired(now):
            return (
                CodeStatus.REMOVING
                if self.status is CodeStatus.REMOVING
                else CodeStatus.UNSET
            )
        if self.status is not None:
            return self.status
        # Nothing pending, nothing wrong, and within its time.
        return (
            CodeStatus.UNKNOWN
            if self.pending_mutations is None or self.own_errors
            else CodeStatus.SET
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Battery(Model):
    """Charge from 0 to 1."""

    level: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AccessoryKeypad(Model):
    """A keypad apart from its lock."""

    is_connected: bool | None = None
    battery: Battery | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceModel(Model):
    """What the maker calls the product."""

    display_name: str | None = None
    manufacturer_display_name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeConstraint(Model):
    """A rule that a lock sets for PINs or names."""

    constraint_type: str
    min_length: int | None = None
    max_length: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceProperties(Model):
    """The state of a device and what it can hold."""

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


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceManufacturer(Model):
    """Who makes the device."""

    display_name: str | None = None
    manufacturer: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceProvider(Model):
    """Through which service Seam reaches the device."""

    device_provider_name: str | None = None
    display_name: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Device(Model):
    """A device. The `can_…` flags: True now, False not at present, None never."""

    device_id: str
    device_type: str = "unknown"
    display_name: str | None = None
    nickname: str | None = None
    connected_account_id: str | None = None
    is_managed: bool = True
    created_at: datetime | None = None
    device_manufacturer: DeviceManufacturer | None = None
    device_provider: DeviceProvider | None = None
    capabilities_supported: tuple[str, ...] = ()
    can_remotely_lock: bool | None = None
    can_remotely_unlock: bool | None = None
    can_program_online_access_codes: bool | None = None
    can_program_offline_access_codes: bool | None = None
    can_unlock_with_code: bool | None = None
    can_configure_auto_lock: bool | None = None
    properties: DeviceProperties = field(default_factory=DeviceProperties)
    errors: tuple[SeamProblem, ...] = field(default=(), metadata=_DEVICE_PROBLEMS)
    warnings: tuple[SeamProblem, ...] = field(default=(), metadata=_DEVICE_PROBLEMS)

    @property
    def name(self) -> str:
        """What people call the device."""
        return self.display_name or self.nickname or self.device_type

    @property
    def manufacturer(self) -> str | None:
        """Who makes the device."""
        model, maker = self.properties.model, self.device_manufacturer
        return (
            (model and model.manufacturer_display_name)
            or (maker and maker.display_name)
            or self.properties.manufacturer
        )

    @property
    def model(self) -> str:
        """What the maker calls the product."""
        model = self.properties.model
        return (model and model.display_name) or self.device_type

    @property
    def can_convert_codes(self) -> bool:
        """Whether unmanaged codes of this device can be made managed.

        Seam has no flag for it, only a list of makers where it does not work.
        """
        return not self.device_type.startswith(("igloohome", "kwikset", "smartthings"))

    @property
    def is_lock(self) -> bool:
        """Whether this is a lock: by what it can do, never by its type."""
        return (
            self.can_remotely_lock is not None
            or self.can_remotely_unlock is not None
            or self.can_configure_auto_lock is not None
            or "lock" in self.capabilities_supported
            or self.has_access_codes
        )

    @property
    def has_access_codes(self) -> bool:
        """Whether codes can be on this device."""
        return (
            self.can_program_online_access_codes is not None
            or self.can_program_offline_access_codes is not None
            or self.can_unlock_with_code is not None
            or "access_code" in self.capabilities_supported
        )

    @property
    def battery_level(self) -> float | None:
        """The charge from 0 to 1, None where unknown (as while offline)."""
        battery = self.properties.battery
        if battery is not None and battery.level is not None:
            return battery.level
        return self.properties.battery_level

    @property
    def keypad_battery_level(self) -> float | None:
        """The charge of the keypad from 0 to 1, None where unknown."""
        keypad = self.properties.accessory_keypad
        battery = self.properties.keypad_battery or (keypad.battery if keypad else None)
        return battery.level if battery else None


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionAttemptError(Model):
    """Why an action attempt failed."""

    type: str = "unknown"
    message: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionAttemptResult(Model):
    """What a successful attempt to lock or unlock says."""

    was_confirmed_by_device: bool | None = None


class ActionAttemptStatus(StrEnum):
    """How far an action attempt is."""

    PENDING = "pending"
    SUCCESS = "success"
    ERROR = "error"

    @classmethod
    @override
    def _missing_(cls, value: object) -> ActionAttemptStatus:
        """Read a status that Seam invents later as not over yet."""
        return cls.PENDING


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionAttempt(Model):
    """Something that Seam does on a device, which takes time."""

    action_attempt_id: str
    status: ActionAttemptStatus = ActionAttemptStatus.PENDING
    action_type: str = "unknown"
    result: ActionAttemptResult | None = None
    error: ActionAttemptError | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook(Model):
    """An address that Seam sends events to."""

    webhook_id: str
    url: str = field(repr=False)
    event_types: tuple[str, ...] = ()
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Workspace(Model):
    """The account that a key belongs to."""

    workspace_id: str
    name: str = "Seam"
    is_sandbox: bool = False
    is_suspended: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectedAccount(Model):
    """An account at a maker of locks, connected to Seam."""

    connected_account_id: str
    account_type: str = "unknown"
    account_type_display_name: str | None = None
    display_name: str | None = None
    errors: tuple[SeamProblem, ...] = field(default=(), metadata=_ACCOUNT_PROBLEMS)
    warnings: tuple[SeamProblem, ...] = field(default=(), metadata=_ACCOUNT_PROBLEMS)
