"""Builder of initial states."""

from datetime import datetime, timedelta
from typing import Any

from .backup_pool import POOL_SIZE
from .clock import to_iso
from .ids import stable_id
from .manufacturers import Manufacturer
from .state import AccessCode, Account, Device, Json, Key, State, Workspace

_DISTANT_PAST = timedelta(days=400)


class Builder:
    """Adds workspaces, locks and codes to a new state."""

    def __init__(self, now: datetime) -> None:
        """Initialize the builder; dates are relative to now."""
        self.now = now
        self.state = State()
        self._accounts: dict[str, str] = {}

    def workspace(self, workspace_id: str, name: str, key: str) -> None:
        """Add a workspace and its key, to which everything added next belongs."""
        self.workspace_id = workspace_id
        self._accounts = {}
        self.state.workspaces[workspace_id] = Workspace(workspace_id, name, name)
        self.state.keys[key] = Key(key, workspace_id)

    def device(
        self,
        manufacturer: Manufacturer,
        device_id: str,
        name: str,
        serial: str,
        **more: Any,
    ) -> Device:
        """Add a lock, and its account if needed."""
        device = manufacturer.make(
            device_id,
            name,
            workspace_id=self.workspace_id,
            connected_account_id=self._account(manufacturer),
            created_at=self.now - _DISTANT_PAST,
            serial_number=serial,
        )
        for key, value in more.items():
            setattr(device, key, value)
        if device.properties.get("backup_access_code_pool_enabled"):
            device.backup_codes = POOL_SIZE
        self.state.devices[device_id] = device
        return device

    def code(
        self,
        device_id: str,
        code_id: str,
        name: str | None,
        pin: str | None,
        *,
        days: tuple[float, float] | None = None,
        **more: Any,
    ) -> AccessCode:
        """Add a code; `days` are its start and end, counted from now."""
        age = (
            timedelta(days=30) if days is None else timedelta(days=min(-days[0], 0) + 7)
        )
        code = AccessCode(
            code_id,
            device_id,
            self.workspace_id,
            name,
            pin,
            self.now - age,
            is_on_device=True,
        )
        if days is not None:
            hour = self.now.replace(minute=0, second=0, microsecond=0)
            code.starts_at = hour + timedelta(days=days[0])
            code.ends_at = hour + timedelta(days=days[1])
        for key, value in more.items():
            setattr(code, key, value)
        if code.use_backup_access_code_pool:
            device = self.state.devices[device_id]
            device.properties["backup_access_code_pool_enabled"] = True
            device.backup_codes = POOL_SIZE
        return self.state.add_code(code)

    def problem(self, kind: str, code: str, message: str, **more: Any) -> Json:
        """Return an error or a warning."""
        return {
            f"{kind}_code": code,
            "message": message,
            "created_at": to_iso(self.now - timedelta(hours=6)),
            **more,
        }

    def _account(self, manufacturer: Manufacturer) -> str:
        if manufacturer.provider not in self._accounts:
            account_id = stable_id(f"{self.workspace_id} {manufacturer.provider}")
            self._accounts[manufacturer.provider] = account_id
            self.state.accounts[account_id] = Account(
                account_id,
                self.workspace_id,
                manufacturer.provider,
                manufacturer.provider_display_name,
                manufacturer.provider_display_name,
                self.now - _DISTANT_PAST,
            )
        return self._accounts[manufacturer.provider]
