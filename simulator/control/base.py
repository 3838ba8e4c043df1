"""Base of the control commands."""

from ..backend import Backend
from ..clock import to_iso
from ..faults import Faults
from ..state import AccessCode, Device, Json


class ControlBase:
    """Finds devices and codes by ID or name."""

    def __init__(self, backend: Backend, faults: Faults) -> None:
        """Initialize the control commands."""
        self._backend = backend
        self._state = backend.state
        self._events = backend.events
        self._settings = backend.settings
        self.faults = faults

    def _problem(self, kind: str, problem_code: str, message: str) -> Json:
        created_at = to_iso(self._backend.timeline.now())
        return {
            f"{kind}_code": problem_code,
            "message": message,
            "created_at": created_at,
        }

    def _device(self, name: str) -> Device:
        if (device := self._state.devices.get(name)) is not None:
            return device
        for device in self._state.devices.values():
            if name in (device.display_name, device.nickname):
                return device
        raise LookupError(f"no device {name!r}")

    def _code(self, name: str, device: str | None) -> AccessCode:
        if (code := self._state.access_codes.get(name)) is not None:
            return code
        wanted = None if device is None else self._device(device).device_id
        for code in self._state.access_codes.values():
            if code.name == name and wanted in (None, code.device_id):
                return code
        raise LookupError(f"no access code {name!r}")
