"""Trouble with Seam itself."""

from ..events import Order
from ..seed import KEY, WORKSPACE
from ..settings import Failure
from ..state import Json, Key
from .base import ControlBase


class ServiceControl(ControlBase):
    """Keys, workspaces, events, lists, and what comes next."""

    def revoke_key(self, key: str = KEY) -> None:
        """From now on the key is not accepted."""
        self._state.keys[key].is_revoked = True

    def restore_key(self, key: str = KEY) -> None:
        """Accept the key again."""
        self._state.keys[key].is_revoked = False

    def add_key(self, key: str, workspace_id: str = WORKSPACE) -> None:
        """Accept another key for a workspace."""
        self._state.keys[key] = Key(key, workspace_id)

    def suspend_workspace(self, workspace_id: str = WORKSPACE) -> None:
        """Refuse everything but `/workspaces/get`."""
        self._state.workspaces[workspace_id].is_suspended = True

    def resume_workspace(self, workspace_id: str = WORKSPACE) -> None:
        """End the suspension."""
        self._state.workspaces[workspace_id].is_suspended = False

    def set_sandbox(self, is_sandbox: bool, workspace_id: str = WORKSPACE) -> None:
        """Make a workspace a sandbox, or a real one."""
        self._state.workspaces[workspace_id].is_sandbox = is_sandbox

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
        self._events.repeat(self._state.events[-1])

    def drop_code(
        self, code: str, *, count: int = 1, device: str | None = None
    ) -> None:
        """The next lists leave a code out, though it is still there."""
        dropped = self._settings.dropped_codes
        dropped[self._code(code, device).access_code_id] = count

    def fail_next_action(
        self,
        message: str = "The lock is jammed.",
        *,
        error_type: str = "action_attempt_failed",
    ) -> None:
        """The next thing a lock is asked to do fails."""
        self._settings.action_failures.append(Failure(error_type, message))

    def hang_next_action(self, count: int = 1) -> None:
        """The next action attempts stay pending for good."""
        self._settings.actions_never_ending += count

    def leave_next_action_unconfirmed(self, count: int = 1) -> None:
        """The next lock or unlock succeeds without the device confirming it."""
        self._settings.actions_unconfirmed += count

    def fail_next_programming(
        self,
        error_code: str = "failed_to_set_on_device",
        message: str = "The device did not accept the access code.",
    ) -> None:
        """The next code to be set on a device is not."""
        self._settings.programming_failures.append(Failure(error_code, message))

    def fail_next_conversion(
        self,
        message: str = "The access code could not be converted.",
        *,
        error_code: str = "provider_issue",
    ) -> None:
        """The next conversion fails."""
        self._settings.conversion_failures.append(Failure(error_code, message))

    def convert_with_new_id(self, enabled: bool = True) -> None:
        """Converted codes get another id, or keep it."""
        self._settings.conversion_gives_new_id = enabled

    def answer_conversions_with_attempt(self, enabled: bool = True) -> None:
        """Answer conversions with an action attempt, or with nothing but `ok`."""
        self._settings.conversion_returns_attempt = enabled

    def use_old_shapes(self, enabled: bool = True) -> None:
        """Answer as Seam used to: errors and warnings by their code, no pagination."""
        self._settings.old_shapes = enabled

    def override_row(
        self, row: str, fields: Json | None = None, *, device: str | None = None
    ) -> None:
        """Send fields of a code or device as given, whatever they hold.

        Without `fields`, null is sent instead of the row.
        """
        try:
            row_id = self._code(row, device).access_code_id
        except LookupError:
            row_id = self._device(row).device_id
        self._settings.row_overrides[row_id] = fields

    def clear_overrides(self) -> None:
        """Send all rows as they are."""
        self._settings.row_overrides.clear()

    def limit_rates(self, enabled: bool = True) -> None:
        """Keep to Seam's limits per device and minute, or do not."""
        self._backend.limits.enabled = enabled

    def advance(self, seconds: float) -> None:
        """Move time forward."""
        self._backend.clock.advance(seconds)
