"""Data of the simulated workspaces."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

type Json = dict[str, Any]


class UnmanagedCodes(StrEnum):
    """What a provider reports about codes that Seam did not create."""

    FULL = "full"
    WITHOUT_PIN = "without_pin"
    NONE = "none"


@dataclass(slots=True)
class Workspace:
    """A Seam workspace."""

    workspace_id: str
    name: str
    company_name: str
    is_sandbox: bool = True
    is_suspended: bool = False


@dataclass(slots=True)
class Key:
    """An API key of one workspace, or a personal access token of all of them."""

    token: str = field(repr=False)
    workspace_id: str | None
    is_revoked: bool = False


@dataclass(slots=True)
class Account:
    """A connected account at a provider."""

    connected_account_id: str
    workspace_id: str
    account_type: str
    account_type_display_name: str
    display_name: str
    created_at: datetime
    errors: list[Json] = field(default_factory=list)
    warnings: list[Json] = field(default_factory=list)
    synced_at: datetime | None = None


@dataclass(slots=True)
class Device:
    """A lock or keypad, and what its provider can do."""

    device_id: str
    workspace_id: str
    connected_account_id: str
    device_type: str
    display_name: str
    created_at: datetime
    provider: str
    provider_display_name: str
    manufacturer: str
    manufacturer_display_name: str
    model: str
    serial_number: str
    flags: dict[str, bool]
    """The tri-state `can_…` flags: a missing key means that the device never can."""
    capabilities_supported: list[str]
    properties: Json = field(default_factory=dict)
    """Further properties as the API returns them."""
    location: dict[str, str] = field(default_factory=dict)
    nickname: str | None = None
    is_managed: bool = True
    online: bool = True
    locked: bool | None = None
    battery_level: float | None = None
    door_open: bool | None = None
    keypad_battery_level: float | None = None
    custom_metadata: Json = field(default_factory=dict)
    errors: list[Json] = field(default_factory=list)
    warnings: list[Json] = field(default_factory=list)
    schedules_natively: bool = True
    unmanaged_codes: UnmanagedCodes = UnmanagedCodes.FULL
    converts_codes: bool = True
    keeps_expired_codes: bool = False
    names_codes_in_events: bool = True
    backup_codes: int | None = None
    """How many codes are ready in the backup pool; None until it is first filled."""
    assigns_codes: bool = False
    """Whether the provider chooses the PIN after the code was created."""
    is_removed: bool = False


@dataclass(slots=True)
class AccessCode:
    """A managed or unmanaged code."""

    access_code_id: str
    device_id: str
    workspace_id: str
    name: str | None
    code: str | None = field(repr=False)
    created_at: datetime
    is_managed: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    status: Literal["unset", "setting", "set", "removing", "unknown"] = "set"
    is_scheduled_on_device: bool = False
    is_waiting_for_code_assignment: bool = False
    is_external_modification_allowed: bool = False
    is_one_time_use: bool = False
    is_offline_access_code: bool = False
    is_backup: bool = False
    use_backup_access_code_pool: bool = False
    pulled_backup_access_code_id: str | None = None
    common_code_key: str | None = None
    shown_name: str | None = None
    """The name on the lock, if it is not `name`."""
    pending_mutations: list[Json] = field(default_factory=list, repr=False)
    errors: list[Json] = field(default_factory=list, repr=False)
    warnings: list[Json] = field(default_factory=list, repr=False)
    cannot_be_managed: bool = False
    cannot_delete_unmanaged_access_code: bool = False
    is_managed_elsewhere: bool = False
    """Whether another Seam workspace manages it, which `force` ends."""
    prefers_native_scheduling: bool = True
    is_on_device: bool = False
    is_being_deleted: bool = False
    is_converting: bool = False
    attempt_ids: list[str] = field(default_factory=list)
    """Action attempts that end with the pending mutations."""
    plan: int = 0
    """The number of the current plan; transitions of older plans are ignored."""

    @property
    def type(self) -> Literal["ongoing", "time_bound"]:
        """Return whether the code is time-bound."""
        return "ongoing" if self.ends_at is None else "time_bound"

    def has_expired(self, now: datetime) -> bool:
        """Return whether the end has passed."""
        return self.ends_at is not None and self.ends_at <= now

    def has_started(self, now: datetime) -> bool:
        """Return whether the start has passed."""
        return self.starts_at is None or self.starts_at <= now

    def pending(self, mutation_code: str) -> Json | None:
        """Return the pending mutation of a kind."""
        for mutation in self.pending_mutations:
            if mutation["mutation_code"] == mutation_code:
                return mutation
        return None


@dataclass(slots=True)
class ActionAttempt:
    """An action that a device was asked to perform."""

    action_attempt_id: str
    workspace_id: str
    device_id: str
    action_type: str
    created_at: datetime
    status: Literal["pending", "success", "error"] = "pending"
    result: Json | None = field(default=None, repr=False)
    error: dict[str, str] | None = None
    never_ends: bool = False


@dataclass(slots=True)
class Event:
    """An event of a workspace."""

    event_id: str
    event_type: str
    workspace_id: str
    created_at: datetime
    occurred_at: datetime
    fields: Json = field(default_factory=dict, repr=False)

    @property
    def device_id(self) -> str | None:
        """Return the ID of the device of the event."""
        return self.fields.get("device_id")

    @property
    def access_code_id(self) -> str | None:
        """Return the ID of the code of the event."""
        return self.fields.get("access_code_id")


@dataclass(slots=True)
class Webhook:
    """A registered webhook."""

    webhook_id: str
    workspace_id: str
    url: str
    event_types: list[str]
    secret: str = field(repr=False)


@dataclass(slots=True, order=True)
class Transition:
    """A scheduled change, ordered by time and then by number."""

    at: datetime
    number: int
    kind: str = field(compare=False)
    arguments: Json = field(compare=False, repr=False, default_factory=dict)


@dataclass(slots=True)
class State:
    """All data of the simulator."""

    workspaces: dict[str, Workspace] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict, repr=False)
    accounts: dict[str, Account] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    access_codes: dict[str, AccessCode] = field(default_factory=dict)
    action_attempts: dict[str, ActionAttempt] = field(default_factory=dict)
    webhooks: dict[str, Webhook] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    _codes_by_device: dict[str, dict[str, AccessCode]] = field(
        default_factory=dict, repr=False
    )

    def add_code(self, code: AccessCode) -> AccessCode:
        """Add a code to its device."""
        self.access_codes[code.access_code_id] = code
        self._codes_by_device.setdefault(code.device_id, {})[code.access_code_id] = code
        return code

    def remove_code(self, code: AccessCode) -> None:
        """Remove a code from its device."""
        self.access_codes.pop(code.access_code_id, None)
        self._codes_by_device[code.device_id].pop(code.access_code_id, None)

    def codes_of(
        self, device_id: str, *, managed: bool | None = None
    ) -> list[AccessCode]:
        """Return the codes of a device: all, or only managed or unmanaged ones."""
        codes = self._codes_by_device.get(device_id, {}).values()
        return [c for c in codes if managed is None or c.is_managed == managed]

    def devices_of(self, workspace_id: str) -> Iterator[Device]:
        """Return the devices of a workspace."""
        return (
            d
            for d in self.devices.values()
            if d.workspace_id == workspace_id and not d.is_removed
        )

    def account_of(self, device: Device) -> Account:
        """Return the account of a device."""
        return self.accounts[device.connected_account_id]
