"""Control commands for locks and accounts."""

from typing import Any

from ..locks import Method
from ..manufacturers import AUGUST, MANUFACTURERS, Manufacturer
from ..render import battery_status
from ..seed import WORKSPACE
from ..state import Account, Device
from .base import ControlBase


class LockControl(ControlBase):
    """Changes and errors of locks and accounts."""

    def lock_offline(self, device: str) -> None:
        """Disconnect a lock."""
        self._backend.locks.go_offline(self._device(device))

    def lock_online(self, device: str) -> None:
        """Reconnect a lock and resume what waited for it."""
        self._backend.locks.come_online(self._device(device))

    def remove_lock(self, device: str) -> None:
        """Remove a lock and its codes from the account."""
        self._backend.locks.remove(self._device(device))

    def rename_lock(self, device: str, name: str) -> None:
        """Rename a lock in the manufacturer's app."""
        lock = self._device(device)
        lock.display_name, lock.nickname = name, None
        self._events.device("name_changed", lock, device_name=name)

    def add_lock(
        self,
        name: str,
        manufacturer: Manufacturer | str = AUGUST,
        *,
        workspace_id: str = WORKSPACE,
        device_id: str | None = None,
    ) -> Device:
        """Add a lock of a manufacturer, or of a `device_type` in `MANUFACTURERS`."""
        if isinstance(manufacturer, str):
            manufacturer = MANUFACTURERS[manufacturer]
        now = self._backend.timeline.now()
        account = self._account_for(manufacturer, workspace_id)
        device = manufacturer.make(
            device_id or self._backend.ids.new(),
            name,
            workspace_id=workspace_id,
            connected_account_id=account.connected_account_id,
            created_at=now,
            serial_number=f"NEW{len(self._state.devices):05d}",
        )
        device.battery_level = 1.0
        if "can_remotely_lock" in device.flags:
            device.locked = True
        self._state.devices[device.device_id] = device
        self._events.device("added", device)
        return device

    def set_device(self, device: str, **values: Any) -> None:
        """Set fields of a device without an event, for example `battery_level`."""
        lock = self._device(device)
        for key, value in values.items():
            if key not in Device.__dataclass_fields__:
                raise ValueError(f"a device has no {key}")
            if key in ("properties", "flags"):
                merged = getattr(lock, key) | value
                value = {k: v for k, v in merged.items() if v is not None}
            setattr(lock, key, value)

    def battery(self, device: str, level: float) -> None:
        """Change the battery level."""
        lock = self._device(device)
        lock.battery_level = level
        status = battery_status(level)
        self._events.device(
            "battery_status_changed", lock, battery_level=level, battery_status=status
        )
        if status in ("low", "critical"):
            self._events.device("low_battery", lock, battery_level=level)

    def move_door(self, device: str, *, is_open: bool) -> None:
        """Open or close the door, for which Seam has no event."""
        self._device(device).door_open = is_open

    def turn_lock(
        self, device: str, *, locked: bool, method: Method = "manual"
    ) -> None:
        """Lock or unlock by other means than a code."""
        self._backend.locks.move(self._device(device), locked=locked, method=method)

    def enter_code(self, device: str, code: str) -> None:
        """Enter digits at the keypad."""
        self._backend.locks.enter(self._device(device), code)

    def use_code(self, code: str, *, device: str | None = None) -> None:
        """Unlock with a code."""
        access_code = self._code(code, device)
        lock = self._state.devices[access_code.device_id]
        self._backend.locks.move(lock, locked=False, method="keycode", code=access_code)

    def deny_access(
        self,
        device: str,
        *,
        reason_code: str = "unknown_code",
        code: str | None = None,
    ) -> None:
        """Deny access at the keypad."""
        access_code = None if code is None else self._code(code, device)
        self._backend.locks.deny(self._device(device), reason_code, access_code)

    def device_error(
        self, device: str, error_code: str, message: str = "The device has a problem."
    ) -> None:
        """Add an error to a device, and so to all its codes."""
        lock = self._device(device)
        lock.errors.append(
            self._problem("error", error_code, message) | {"is_device_error": True}
        )
        if error_code in ("hub_disconnected", "device_disconnected"):
            self._events.device("disconnected", lock, error_code=error_code)
        elif error_code == "subscription_required":
            self._events.device("error.subscription_required", lock)
        else:
            self._events.device("connection_became_flaky", lock)

    def device_warning(
        self,
        device: str,
        warning_code: str,
        message: str = "The device needs attention.",
    ) -> None:
        """Add a warning to a device."""
        lock = self._device(device)
        lock.warnings.append(self._problem("warning", warning_code, message))
        known = "third_party_integration_detected"
        what = known if warning_code == known else "connection_became_flaky"
        self._events.device(what, lock)

    def clear_device_problems(self, device: str) -> None:
        """Remove all errors and warnings from a device."""
        lock = self._device(device)
        lock.errors, lock.warnings = [], []
        self._events.device("connection_stabilized", lock)

    def account_error(
        self,
        device: str,
        error_code: str = "account_disconnected",
        message: str = "The account has been disconnected.",
    ) -> None:
        """Add an error to the account of a device, and so to all its devices."""
        account = self._state.account_of(self._device(device))
        account.errors.append(
            self._problem("error", error_code, message)
            | {"is_connected_account_error": True, "is_device_error": False}
        )
        self._events.account("disconnected", account)

    def account_warning(
        self,
        device: str,
        warning_code: str = "account_reauthorization_requested",
        message: str = "The account should be connected again.",
    ) -> None:
        """Add a warning to the account of a device."""
        account = self._state.account_of(self._device(device))
        account.warnings.append(self._problem("warning", warning_code, message))
        self._events.account("reauthorization_requested", account)

    def clear_account_problems(self, device: str) -> None:
        """Remove all errors and warnings from the account of a device."""
        account = self._state.account_of(self._device(device))
        account.errors, account.warnings = [], []
        self._events.account("connected", account)

    def _account_for(self, manufacturer: Manufacturer, workspace_id: str) -> Account:
        for account in self._state.accounts.values():
            if (account.workspace_id, account.account_type) == (
                workspace_id,
                manufacturer.provider,
            ):
                return account
        account = Account(
            self._backend.ids.new(),
            workspace_id,
            manufacturer.provider,
            manufacturer.provider_display_name,
            manufacturer.provider_display_name,
            self._backend.timeline.now(),
        )
        self._state.accounts[account.connected_account_id] = account
        return account
