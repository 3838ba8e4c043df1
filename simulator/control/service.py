"""Control commands for Seam itself."""

from ..events import Order
from ..seed import KEY, WORKSPACE
from ..settings import Failure
from ..state import Json, Key
from .base import ControlBase


class ServiceControl(ControlBase):
    """Keys, workspaces, events, lists and the next requests."""

    def revoke_key(self, key: str = KEY) -> None:
        """Reject a key."""
        self._state.keys[key].is_revoked = True

    def restore_key(self, key: str = KEY) -> None:
        """Accept a revoked key again."""
        self._state.keys[key].is_revoked = False

    def add_key(self, key: str, workspace_id: str = WORKSPACE) -> None:
        """Accept another key for a workspace."""
        self._state.keys[key] = Key(key, workspace_id)

    def suspend_workspace(self, workspace_id: str = WORKSPACE) -> None:
        """Reject all requests but `/workspaces/get`."""
        self._state.workspaces[workspace_id].is_suspended = True

    def resume_workspace(self, workspace_id: str = WORKSPACE) -> None:
        """End the suspension of a workspace."""
        self._state.workspaces[workspace_id].is_suspended = False

    def set_sandbox(self, is_sandbox: bool, workspace_id: str = WORKSPACE) -> None:
        """Make a workspace a sandbox or a regular one."""
        self._state.workspaces[workspace_id].is_sandbox = is_sandbox

    def lose_events(self, count: int = 1) -> None:
        """Drop the next events."""
        self._events.delivery.lost += count

    def duplicate_events(self, count: int = 1) -> None:
        """Send the next events twice."""
        self._events.delivery.duplicated += count

    def delay_events(self, count: int = 1, *, seconds: float = 30) -> None:
        """Publish the next events late, with their old date."""
        self._events.delivery.late += count
        self._events.delivery.late_seconds = seconds

    def order_events(self, order: Order) -> None:
        """Set the order of `/events/list`."""
        self._events.delivery.order = order

    def repeat_last_event(self) -> None:
        """Send the newest event again."""
        self._events.repeat(self._state.events[-1])

    def drop_code(
        self, code: str, *, count: int = 1, device: str | None = None
    ) -> None:
        """Omit a code that still exists from the next lists."""
        dropped = self._settings.dropped_codes
        dropped[self._code(code, device).access_code_id] = count

    def list_new_codes_after(self, seconds: float) -> None:
        """Omit new codes from lists for so many seconds."""
        self._settings.listed_after = seconds

    def fail_next_action(
        self,
        message: str = "The lock is jammed.",
        *,
        error_type: str = "action_attempt_failed",
    ) -> None:
        """Fail the next lock action."""
        self._settings.action_failures.append(Failure(error_type, message))

    def hang_next_action(self, count: int = 1) -> None:
        """Never end the next action attempts."""
        self._settings.actions_never_ending += count

    def leave_next_action_unconfirmed(self, count: int = 1) -> None:
        """End the next lock or unlock without confirmation by the device."""
        self._settings.actions_unconfirmed += count

    def fail_next_programming(
        self,
        error_code: str = "failed_to_set_on_device",
        message: str = "The device did not accept the access code.",
    ) -> None:
        """Fail to set the next code on a device."""
        self._settings.programming_failures.append(Failure(error_code, message))

    def fail_next_conversion(
        self,
        message: str = "The access code could not be converted.",
        *,
        error_code: str = "provider_issue",
    ) -> None:
        """Fail the next conversion."""
        self._settings.conversion_failures.append(Failure(error_code, message))

    def convert_with_new_id(self, enabled: bool = True) -> None:
        """Give converted codes a new ID, or keep it."""
        self._settings.conversion_gives_new_id = enabled

    def answer_conversions_with_attempt(self, enabled: bool = True) -> None:
        """Answer conversions with an action attempt, or with `ok` only."""
        self._settings.conversion_returns_attempt = enabled

    def use_old_shapes(self, enabled: bool = True) -> None:
        """Answer like older versions of the API: no pagination, errors keyed by code."""
        self._settings.old_shapes = enabled

    def override_row(
        self, row: str, fields: Json | None = None, *, device: str | None = None
    ) -> None:
        """Send the given fields of a code or device, whatever their values.

        Without `fields`, null is sent instead of the row.
        """
        try:
            row_id = self._code(row, device).access_code_id
        except LookupError:
            row_id = self._device(row).device_id
        self._settings.row_overrides[row_id] = fields

    def clear_overrides(self) -> None:
        """Send all rows unchanged."""
        self._settings.row_overrides.clear()

    def limit_rates(self, enabled: bool = True) -> None:
        """Enforce the rate limits per device and minute, or ignore them."""
        self._backend.limits.enabled = enabled

    def advance(self, seconds: float) -> None:
        """Move time forward."""
        self._backend.clock.advance(seconds)
