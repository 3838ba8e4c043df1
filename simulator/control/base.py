"""What all parts of the control surface need."""

from ..clock import to_iso
from ..core import Core
from ..faults import Faults
from ..world import AccessCode, Device, Json


class ControlBase:
    """Finds what is to be troubled."""

    def __init__(self, core: Core, faults: Faults) -> None:
        """Trouble a core."""
        self._core = core
        self._world = core.world
        self._events = core.events
        self._behaviour = core.behaviour
        self.faults = faults

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
