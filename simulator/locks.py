"""Operation of locks: lock actions, keypad entries and connection."""

from typing import Any, Literal

from .attempts import Attempts
from .clock import to_iso
from .events import EventLog
from .programming import Programming
from .settings import ACTION_SECONDS, Settings
from .state import AccessCode, ActionAttempt, Device, State
from .timeline import Timeline

type Method = Literal[
    "keycode", "manual", "automatic", "unknown", "remote", "card", "mobile_key"
]


class Locks:
    """Locks, unlocks, connects and removes devices."""

    def __init__(
        self,
        state: State,
        timeline: Timeline,
        events: EventLog,
        attempts: Attempts,
        programming: Programming,
        settings: Settings,
    ) -> None:
        """Initialize the locks."""
        self._state = state
        self._timeline = timeline
        self._events = events
        self._attempts = attempts
        self._programming = programming
        self._settings = settings
        timeline.handle("action_done", self._action_done)
        timeline.handle("auto_lock", self._auto_lock)

    def request(
        self, device: Device, action_type: str, **arguments: Any
    ) -> ActionAttempt:
        """Start an action; its attempt ends later."""
        attempt = self._attempts.start(device, action_type)
        self._timeline.schedule(
            "action_done",
            after=ACTION_SECONDS,
            action_attempt_id=attempt.action_attempt_id,
            **arguments,
        )
        return attempt

    def move(
        self,
        device: Device,
        *,
        locked: bool,
        method: Method,
        code: AccessCode | None = None,
        action_attempt_id: str | None = None,
    ) -> None:
        """Lock or unlock, and record the event."""
        if device.locked is not None:
            device.locked = locked
        fields: dict[str, Any] = {"method": method}
        if action_attempt_id is not None:
            fields["action_attempt_id"] = action_attempt_id
        if code is not None and device.names_codes_in_events:
            fields["access_code_id"] = code.access_code_id
            fields["access_code_is_managed"] = code.is_managed
            if code.code is not None:
                fields["code"] = code.code
        self._events.lock("locked" if locked else "unlocked", device, **fields)
        delay = device.properties.get("auto_lock_delay_seconds")
        if not locked and device.properties.get("auto_lock_enabled") and delay:
            self._timeline.schedule(
                "auto_lock", after=delay, device_id=device.device_id
            )

    def enter(self, device: Device, digits: str) -> None:
        """Unlock with a PIN that is on the lock; otherwise deny access."""
        for code in self._state.codes_of(device.device_id):
            if code.code == digits and code.status == "set":
                self.move(device, locked=False, method="keycode", code=code)
                return
        self.deny(device)

    def deny(
        self,
        device: Device,
        reason_code: str = "unknown_code",
        code: AccessCode | None = None,
    ) -> None:
        """Record that access was denied."""
        fields = {} if code is None else {"access_code_id": code.access_code_id}
        message = f"Access was denied: {reason_code.replace('_', ' ')}."
        self._events.lock(
            "access_denied",
            device,
            reason={"reason_code": reason_code, "message": message},
            **fields,
        )

    def go_offline(self, device: Device) -> None:
        """Disconnect a device."""
        if not device.online:
            return
        device.online = False
        device.errors.append(
            {
                "error_code": "device_offline",
                "message": "The device is offline. Check its power and its connection.",
                "created_at": to_iso(self._timeline.now()),
                "is_device_error": True,
            }
        )
        self._events.device("disconnected", device, error_code="device_disconnected")

    def come_online(self, device: Device) -> None:
        """Reconnect a device and resume what waited for it."""
        if device.online:
            return
        device.online = True
        device.errors = [
            e for e in device.errors if e["error_code"] != "device_offline"
        ]
        self._events.device("connected", device)
        self._programming.device_back(device)

    def remove(self, device: Device) -> None:
        """Remove a device with its codes from the account."""
        for code in self._state.codes_of(device.device_id):
            self._state.remove_code(code)
        self._events.device("removed", device)
        self._events.device("deleted", device, device_name=device.display_name)
        # Past events still refer to it.
        device.is_removed = True

    def _action_done(self, action_attempt_id: str, **arguments: Any) -> None:
        attempt = self._state.action_attempts[action_attempt_id]
        device = self._state.devices[attempt.device_id]
        if attempt.never_ends:
            return
        if self._settings.action_failures:
            failure = self._settings.action_failures.pop(0)
            self._attempts.fail(attempt, failure.error_code, failure.message)
            return
        if not device.online or device.is_removed:
            self._attempts.fail(
                attempt, "device_offline", "The device is offline and did not answer."
            )
            return
        match attempt.action_type:
            case "LOCK_DOOR" | "UNLOCK_DOOR":
                self._move_remotely(attempt, device)
            case "CONFIGURE_AUTO_LOCK":
                device.properties |= arguments
                self._attempts.succeed(attempt)
            case "SIMULATE_KEYPAD_CODE_ENTRY":
                self._attempts.succeed(attempt)
                self.enter(device, arguments["code"])
            case "SIMULATE_MANUAL_LOCK_VIA_KEYPAD":
                self._attempts.succeed(attempt)
                self.move(device, locked=True, method="manual")

    def _move_remotely(self, attempt: ActionAttempt, device: Device) -> None:
        confirmed = self._settings.actions_unconfirmed == 0
        if not confirmed:
            self._settings.actions_unconfirmed -= 1
        self._attempts.succeed(attempt, {"was_confirmed_by_device": confirmed})
        if confirmed:
            self.move(
                device,
                locked=attempt.action_type == "LOCK_DOOR",
                method="remote",
                action_attempt_id=attempt.action_attempt_id,
            )

    def _auto_lock(self, device_id: str) -> None:
        device = self._state.devices[device_id]
        if device.locked is False and device.online:
            self.move(device, locked=True, method="automatic")
