"""Backup codes: a pool of each lock, shared by all its time-bound codes."""

from .clock import to_iso
from .constraints import generate_pin
from .events import EventLog
from .ids import Ids
from .programming import Programming, without
from .settings import PROGRAMMING_SECONDS, RETRY_SECONDS
from .state import AccessCode, Device, State
from .timeline import Timeline

POOL_SIZE = 3
_MAX_ACTIVE_CODES = 5
_EMPTY = "empty_backup_access_code_pool"
_PARTIAL = "partial_backup_access_code_pool"
_MANY_ACTIVE = "many_active_backup_codes"


class BackupPool:
    """Keeps the pools filled, and takes codes out of them."""

    def __init__(
        self,
        state: State,
        timeline: Timeline,
        events: EventLog,
        programming: Programming,
        ids: Ids,
    ) -> None:
        """Initialize the pools."""
        self._state = state
        self._timeline = timeline
        self._events = events
        self._programming = programming
        self._ids = ids
        timeline.handle("refill_backup_pool", self._refill)

    def switch_on(self, device: Device) -> None:
        """Start filling the pool of a lock."""
        if device.properties.get("backup_access_code_pool_enabled"):
            return
        device.properties["backup_access_code_pool_enabled"] = True
        self._refill_later(device, PROGRAMMING_SECONDS)

    def switch_off(self, device: Device) -> None:
        """Remove the pool of a lock; codes that were pulled stay."""
        device.properties["backup_access_code_pool_enabled"] = False
        device.backup_codes = None
        self._report(device)

    def pull(self, code: AccessCode) -> AccessCode:
        """Return the backup of a code, with a code from the pool as it needs one."""
        pulled_id = code.pulled_backup_access_code_id
        if pulled_id is not None and pulled_id in self._state.access_codes:
            return self._state.access_codes[pulled_id]
        device = self._state.devices[code.device_id]
        backup = AccessCode(
            self._ids.new(),
            code.device_id,
            code.workspace_id,
            f"Backup of {code.name}" if code.name else "Backup",
            generate_pin(self._state, [device], self._ids),
            self._timeline.now(),
            starts_at=code.starts_at,
            ends_at=code.ends_at,
            is_backup=True,
            is_on_device=True,
        )
        self._state.add_code(backup)
        self._programming.make_plan(backup, announce=False)
        device.backup_codes = (device.backup_codes or 1) - 1
        code.pulled_backup_access_code_id = backup.access_code_id
        self._events.code(
            "backup_access_code_pulled",
            code,
            backup_access_code_id=backup.access_code_id,
        )
        self._report(device)
        self._refill_later(device, PROGRAMMING_SECONDS)
        return backup

    def _refill(self, device_id: str) -> None:
        device = self._state.devices[device_id]
        if not device.properties.get("backup_access_code_pool_enabled"):
            return
        if device.online:
            device.backup_codes = POOL_SIZE
            self._report(device)
        elif not device.is_removed:
            self._refill_later(device, RETRY_SECONDS)

    def _refill_later(self, device: Device, seconds: float) -> None:
        self._timeline.schedule(
            "refill_backup_pool", after=seconds, device_id=device.device_id
        )

    def _report(self, device: Device) -> None:
        """Say on the device what is wrong with its pool."""
        created_at = to_iso(self._timeline.now())
        device.errors = without(device.errors, _EMPTY)
        for warning_code in (_PARTIAL, _MANY_ACTIVE):
            device.warnings = without(device.warnings, warning_code)
        if device.backup_codes == 0:
            device.errors.append(
                {
                    "error_code": _EMPTY,
                    "message": "The backup access code pool is empty. Seam refills it.",
                    "created_at": created_at,
                    "is_device_error": True,
                }
            )
        elif device.backup_codes is not None and device.backup_codes < POOL_SIZE:
            device.warnings.append(
                {
                    "warning_code": _PARTIAL,
                    "message": "The backup access code pool is not full. Seam refills it.",
                    "created_at": created_at,
                }
            )
        now = self._timeline.now()
        active = sum(
            code.is_backup and not code.has_expired(now)
            for code in self._state.codes_of(device.device_id)
        )
        if active > _MAX_ACTIVE_CODES:
            device.warnings.append(
                {
                    "warning_code": _MANY_ACTIVE,
                    "message": f"{active} backup access codes are active on the device.",
                    "created_at": created_at,
                }
            )
