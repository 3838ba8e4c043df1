"""Control commands for access codes."""

from ..state import AccessCode, Json
from .base import ControlBase


class CodeControl(ControlBase):
    """Errors of codes, and changes made outside Seam."""

    def code_error(
        self,
        code: str,
        error_code: str,
        message: str = "Something is wrong with this access code.",
        *,
        device: str | None = None,
        fields: Json | None = None,
    ) -> None:
        """Add an error to a code."""
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
        """Add a warning to a code."""
        access_code = self._code(code, device)
        access_code.warnings.append(
            self._problem("warning", warning_code, message) | (fields or {})
        )
        known = ("delay_in_setting_on_device", "delay_in_removing_from_device")
        what = warning_code if warning_code in known else "changed"
        self._events.code(what, access_code)

    def clear_code_problems(self, code: str, *, device: str | None = None) -> None:
        """Remove all errors and warnings from a code."""
        access_code = self._code(code, device)
        access_code.errors, access_code.warnings = [], []
        self._events.code("changed", access_code)

    def edit_code_in_app(
        self,
        code: str,
        *,
        name: str | None = None,
        pin: str | None = None,
        device: str | None = None,
    ) -> None:
        """Edit a code in the manufacturer's app.

        Seam restores a managed code after a minute, unless external modification is
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
            self._report_modification(access_code, original, "modified", fields)

    def delete_code_in_app(self, code: str, *, device: str | None = None) -> None:
        """Delete a code in the manufacturer's app; Seam restores it like an edited one."""
        access_code = self._code(code, device)
        if not access_code.is_managed:
            self._backend.programming.drop(access_code)
            return
        self._events.code("deleted_external_to_seam", access_code)
        original = {"name": access_code.name, "code": access_code.code}
        access_code.is_on_device = False
        access_code.status = "unset"
        self._report_modification(access_code, original, "removed", [])

    def vanish_code(self, code: str, *, device: str | None = None) -> None:
        """Remove a code without any event."""
        self._state.remove_code(self._code(code, device))

    def add_unmanaged_code(
        self,
        device: str,
        name: str | None,
        pin: str | None,
        *,
        cannot_be_managed: bool = False,
        cannot_delete: bool = False,
        is_managed_elsewhere: bool = False,
        found_by_sync: bool = False,
    ) -> AccessCode:
        """Set a code at the lock or in the manufacturer's app.

        With `found_by_sync`, Seam notices it only when it reads the account again.
        """
        lock = self._device(device)
        code = AccessCode(
            self._backend.ids.new(),
            lock.device_id,
            lock.workspace_id,
            name,
            pin,
            self._backend.timeline.now(),
            is_managed=False,
            cannot_be_managed=cannot_be_managed,
            cannot_delete_unmanaged_access_code=cannot_delete,
            is_managed_elsewhere=is_managed_elsewhere,
        )
        if found_by_sync:
            self._settings.codes_found_by_sync.append(code)
        else:
            self._backend.codes.add_unmanaged(code)
        return code

    def _report_modification(
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
        self._backend.programming.restore_later(code, original)
