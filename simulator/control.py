"""Trouble on demand: everything that happens to locks without anybody asking Seam."""

from typing import Any

from .behaviour import Failure
from .clock import to_iso
from .core import Core
from .doors import Method
from .events import Order
from .faults import Faults
from .makers import AUGUST, Maker
from .render import battery_status
from .seed import KEY, WORKSPACE
from .world import AccessCode, Account, Device, Json, Key


class Control:
    """One method per trouble.

    Devices and codes may be named by id or by their display name; codes then are
    looked for on all devices, or on `device` where given.
    """

    def __init__(self, core: Core, faults: Faults) -> None:
        """Trouble a core."""
        self._core = core
        self._world = core.world
        self._events = core.events
        self._behaviour = core.behaviour
        self.faults = faults

    # Keys and workspaces

    def revoke_key(self, key: str = KEY) -> None:
        """From now on the key is not accepted."""
        self._world.keys[key].is_revoked = True

    def restore_key(self, key: str = KEY) -> None:
        """Accept the key again."""
        self._world.keys[key].is_revoked = False

    def add_key(self, key: str, workspace_id: str = WORKSPACE) -> None:
        """Accept another key for a workspace."""
        self._world.keys[key] = Key(key, workspace_id)

    def suspend_workspace(self, workspace_id: str = WORKSPACE) -> None:
        """Refuse everything but `/workspaces/get`."""
        self._world.workspaces[workspace_id].is_suspended = True

    def resume_workspace(self, workspace_id: str = WORKSPACE) -> None:
        """End the suspension."""
        self._world.workspaces[workspace_id].is_suspended = False

    def set_sandbox(self, is_sandbox: bool, workspace_id: str = WORKSPACE) -> None:
        """Make a workspace a sandbox, or a real one."""
        self._world.workspaces[workspace_id].is_sandbox = is_sandbox

    # Devices

    def lock_offline(self, device: str) -> None:
        """The lock loses its connection."""
        self._core.doors.go_offline(self._device(device))

    def lock_online(self, device: str) -> None:
        """The lock is back; what waited for it goes on."""
        self._core.doors.come_online(self._device(device))

    def remove_lock(self, device: str) -> None:
        """The lock is taken out of the account, with its codes."""
        self._core.doors.remove(self._device(device))

    def rename_lock(self, device: str, name: str) -> None:
        """The lock gets another name in the maker's app."""
        lock = self._device(device)
        lock.display_name, lock.nickname = name, None
        self._events.device("name_changed", lock, device_name=name)

    def add_lock(
        self,
        name: str,
        maker: Maker = AUGUST,
        *,
        workspace_id: str = WORKSPACE,
        device_id: str | None = None,
    ) -> Device:
        """A new lock appears."""
        now = self._core.timeline.now()
        account = self._account_for(maker, workspace_id)
        device = maker.make(
            device_id or self._core.ids.new(),
            name,
            workspace_id=workspace_id,
            connected_account_id=account.connected_account_id,
            created_at=now,
            serial_number=f"NEW{len(self._world.devices):05d}",
        )
        device.battery_level = 1.0
        if "can_remotely_lock" in device.flags:
            device.locked = True
        self._world.devices[device.device_id] = device
        self._events.device("added", device)
        return device

    def set_device(self, device: str, **values: Any) -> None:
        """Set fields of a device silently: `battery_level`, `door_open` and the like."""
        lock = self._device(device)
        for key, value in values.items():
            if key not in Device.__dataclass_fields__:
                raise ValueError(f"a device has no {key}")
            if key in ("properties", "flags"):
                merged = getattr(lock, key) | value
                value = {k: v for k, v in merged.items() if v is not None}
            setattr(lock, key, value)

    def battery(self, device: str, level: float) -> None:
        """The battery is at another level."""
        lock = self._device(device)
        lock.battery_level = level
        status = battery_status(level)
        self._events.device(
            "battery_status_changed", lock, battery_level=level, battery_status=status
        )
        if status in ("low", "critical"):
            self._events.device("low_battery", lock, battery_level=level)

    def move_door(self, device: str, *, is_open: bool) -> None:
        """The door is opened or closed; Seam has no event for it."""
        self._device(device).door_open = is_open

    def turn_lock(
        self, device: str, *, locked: bool, method: Method = "manual"
    ) -> None:
        """Somebody locks or unlocks by other means than a code."""
        self._core.doors.move(self._device(device), locked=locked, method=method)

    def enter_code(self, device: str, code: str) -> None:
        """Somebody types digits at the keypad."""
        self._core.doors.enter(self._device(device), code)

    def use_code(self, code: str, *, device: str | None = None) -> None:
        """Somebody opens the door with a code."""
        access_code = self._code(code, device)
        lock = self._world.devices[access_code.device_id]
        self._core.doors.move(lock, locked=False, method="keycode", code=access_code)

    def deny_access(
        self,
        device: str,
        *,
        reason_code: str = "unknown_code",
        code: str | None = None,
    ) -> None:
        """Somebody is refused at the keypad."""
        access_code = None if code is None else self._code(code, device)
        self._core.doors.deny(self._device(device), reason_code, access_code)

    # Errors and warnings

    def code_error(
        self,
        code: str,
        error_code: str,
        message: str = "Something is wrong with this access code.",
        *,
        device: str | None = None,
        fields: Json | None = None,
    ) -> None:
        """Put an error of its own on a code."""
        access_code = self._code(code, device)
        access_code.errors.append(
            self._problem("error", error_code, message)
            | {"is_access_code_error": True}
            | (fields or {})
        )
        known = ("failed_to_set_on_device", "failed_to_remove_from_device")
        what = error_code if error_code in known else "changed"
        self._events.code(what, access_code)

    def code_warning(
        self,
        code: str,
        warning_code: str,
        message: str = "Something about this access code needs attention.",
        *,
        device: str | None = None,
        fields: Json | None = None,
    ) -> None:
        """Put a warning on a code."""
        access_code = self._code(code, device)
        access_code.warnings.append(
            self._problem("warning", warning_code, message) | (fields or {})
        )
        known = ("delay_in_setting_on_device", "delay_in_removing_from_device")
        what = warning_code if warning_code in known else "changed"
        self._events.code(what, access_code)

    def clear_code_problems(self, code: str, *, device: str | None = None) -> None:
        """Take errors and warnings off a code."""
        access_code = self._code(code, device)
        access_code.errors, access_code.warnings = [], []
        self._events.code("changed", access_code)

    def device_error(
        self, device: str, error_code: str, message: str = "The device has a problem."
    ) -> None:
        """Put an error on a device, and so on all its codes."""
        lock = self._device(device)
        lock.errors.append(
            self._problem("error", error_code, message) | {"is_device_error": True}
        )
        self._events.device("connection_became_flaky", lock)

    def device_warning(
        self, device: str, warning_code: str, message: str = "Mind this device."
    ) -> None:
        """Put a warning on a device."""
        lock = self._device(device)
        lock.warnings.append(self._problem("warning", warning_code, message))
        self._events.device("connection_became_flaky", lock)

    def clear_device_problems(self, device: str) -> None:
        """Take errors and warnings off a device."""
        lock = self._device(device)
        lock.errors, lock.warnings = [], []
        self._events.device("connection_stabilized", lock)

    def account_error(
        self,
        device: str,
        error_code: str = "account_disconnected",
        message: str = "The account has been disconnected.",
    ) -> None:
        """Put an error on the account of a device, and so on all its devices."""
        account = self._world.account_of(self._device(device))
        account.errors.append(
            self._problem("error", error_code, message)
            | {"is_connected_account_error": True, "is_device_error": False}
        )
        self._events.account("disconnected", account)

    def clear_account_problems(self, device: str) -> None:
        """Take errors and warnings off the account of a device."""
        account = self._world.account_of(self._device(device))
        account.errors, account.warnings = [], []
        self._events.account("connected", account)

    # The maker's app

    def edit_code_in_app(
        self,
        code: str,
        *,
        name: str | None = None,
        pin: str | None = None,
        device: str | None = None,
    ) -> None:
        """Somebody edits a code in the maker's app.

        Seam sets a managed one again a minute later, unless external modification is
        allowed.
        """
        access_code = self._code(code, device)
        original = {"name": access_code.name, "code": access_code.code}
        edited = {"name": name or access_code.name, "code": pin or access_code.code}
        access_code.name, access_code.code = edited["name"], edited["code"]
        fields = [
            {"field": key, "from": original[key], "to": edited[key]}
            for key in original
            if original[key] != edited[key]
        ]
        self._events.code("modified_external_to_seam", access_code)
        if access_code.is_managed:
            self._object(access_code, original, "modified", fields)

    def delete_code_in_app(self, code: str, *, device: str | None = None) -> None:
        """Somebody deletes a code in the maker's app; as with editing."""
        access_code = self._code(code, device)
        if not access_code.is_managed:
            self._core.codes.drop(access_code)
            return
        self._events.code("deleted_external_to_seam", access_code)
        original = {"name": access_code.name, "code": access_code.code}
        access_code.is_on_device = False
        access_code.status = "unset"
        self._object(access_code, original, "removed", [])

    def vanish_code(self, code: str, *, device: str | None = None) -> None:
        """A code is gone without any event."""
        self._world.remove_code(self._code(code, device))

    def add_unmanaged_code(
        self,
        device: str,
        name: str | None,
        pin: str | None,
        *,
        cannot_be_managed: bool = False,
        cannot_delete: bool = False,
    ) -> AccessCode:
        """Somebody sets a code at the lock or in the maker's app."""
        lock = self._device(device)
        code = AccessCode(
            self._core.ids.new(),
            lock.device_id,
            lock.workspace_id,
            name,
            pin,
            self._core.timeline.now(),
            is_managed=False,
            cannot_be_managed=cannot_be_managed,
            cannot_delete_unmanaged_access_code=cannot_delete,
        )
        self._core.codes.add_unmanaged(code)
        return code

    # Events and lists

    def lose_events(self, count: int = 1) -> None:
        """The next events are never told."""
        self._events.delivery.lost += count

    def duplicate_events(self, count: int = 1) -> None:
        """The next events are told twice."""
        self._events.delivery.duplicated += count

    def delay_events(self, count: int = 1, *, seconds: float = 30) -> None:
        """The next events appear only later, under their old date."""
        self._events.delivery.late += count
        self._events.delivery.late_seconds = seconds

    def order_events(self, order: Order) -> None:
        """Say in which order `/events/list` answers."""
        self._events.delivery.order = order

    def repeat_last_event(self) -> None:
        """Tell the newest event once more."""
        self._events.repeat(self._world.events[-1])

    def drop_code(
        self, code: str, *, count: int = 1, device: str | None = None
    ) -> None:
        """The next lists leave a code out, though it is still there."""
        dropped = self._behaviour.dropped_codes
        dropped[self._code(code, device).access_code_id] = count

    # What comes next

    def fail_next_action(
        self,
        message: str = "The lock is jammed.",
        *,
        error_type: str = "action_attempt_failed",
    ) -> None:
        """The next thing a lock is asked to do fails."""
        self._behaviour.action_failures.append(Failure(error_type, message))

    def hang_next_action(self, count: int = 1) -> None:
        """The next action attempts stay pending for good."""
        self._behaviour.actions_never_ending += count

    def leave_next_action_unconfirmed(self, count: int = 1) -> None:
        """The next lock or unlock succeeds without the device confirming it."""
        self._behaviour.actions_unconfirmed += count

    def fail_next_programming(
        self,
        error_code: str = "failed_to_set_on_device",
        message: str = "The device did not accept the access code.",
    ) -> None:
        """The next code to be set on a device is not."""
        self._behaviour.programming_failures.append(Failure(error_code, message))

    def fail_next_conversion(
        self,
        message: str = "The access code could not be converted.",
        *,
        error_code: str = "provider_issue",
    ) -> None:
        """The next conversion fails."""
        self._behaviour.conversion_failures.append(Failure(error_code, message))

    def convert_with_new_id(self, enabled: bool = True) -> None:
        """Converted codes get another id, or keep it."""
        self._behaviour.conversion_gives_new_id = enabled

    def limit_rates(self, enabled: bool = True) -> None:
        """Keep to Seam's limits per device and minute, or do not."""
        self._core.limits.enabled = enabled

    def advance(self, seconds: float) -> None:
        """Move time forward."""
        self._core.clock.advance(seconds)

    # Small change

    def _object(
        self, code: AccessCode, original: Json, change: str, fields: list[Json]
    ) -> None:
        more = {"change_type": change, "modified_fields": fields}
        if code.is_external_modification_allowed:
            code.warnings.append(
                self._problem(
                    "warning",
                    "external_modification_in_effect",
                    "The access code was changed outside Seam, which is allowed.",
                )
                | more
            )
            return
        code.errors.append(
            self._problem(
                "error",
                "conflicting_external_modification",
                "The access code was changed outside Seam; Seam sets it again.",
            )
            | {"is_access_code_error": True}
            | more
        )
        self._core.codes.restore_later(code, original)

    def _problem(self, kind: str, problem_code: str, message: str) -> Json:
        created_at = to_iso(self._core.timeline.now())
        return {
            f"{kind}_code": problem_code,
            "message": message,
            "created_at": created_at,
        }

    def _device(self, name: str) -> Device:
        if (device := self._world.devices.get(name)) is not None:
            return device
        for device in self._world.devices.values():
            if name in (device.display_name, device.nickname):
                return device
        raise LookupError(f"no device {name!r}")

    def _code(self, name: str, device: str | None) -> AccessCode:
        if (code := self._world.access_codes.get(name)) is not None:
            return code
        wanted = None if device is None else self._device(device).device_id
        for code in self._world.access_codes.values():
            if code.name == name and wanted in (None, code.device_id):
                return code
        raise LookupError(f"no access code {name!r}")

    def _account_for(self, maker: Maker, workspace_id: str) -> Account:
        for account in self._world.accounts.values():
            if (account.workspace_id, account.account_type) == (
                workspace_id,
                maker.provider,
            ):
                return account
        account = Account(
            self._core.ids.new(),
            workspace_id,
            maker.provider,
            maker.provider_display_name,
            maker.provider_display_name,
            self._core.timeline.now(),
        )
        self._world.accounts[account.connected_account_id] = account
        return account
