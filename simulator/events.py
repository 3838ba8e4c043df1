"""The event log of the workspaces."""

import bisect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from .clock import to_iso
from .ids import Ids
from .state import AccessCode, Account, ActionAttempt, Device, Event, Json, State
from .timeline import Timeline

type Order = Literal["ascending", "descending", "shuffled"]

# Types of events that carry the errors and warnings of that time.
_WITH_PROBLEMS = (
    "delay_in_",
    "failed_to_",
    "device.disconnected",
    "device.error.subscription_required",
    "device.connection_became_flaky",
    "device.accessory_keypad_disconnected",
    "connected_account.disconnected",
    "connected_account.reauthorization_requested",
)


@dataclass(slots=True)
class Delivery:
    """Faults in the delivery of events; each is a number of events it applies to."""

    lost: int = 0
    duplicated: int = 0
    late: int = 0
    late_seconds: float = 0
    order: Order = "ascending"


class EventLog:
    """Records events and announces them."""

    def __init__(self, state: State, timeline: Timeline, ids: Ids) -> None:
        """Initialize the event log."""
        self._state = state
        self._timeline = timeline
        self._ids = ids
        self.delivery = Delivery()
        self.on_event: Callable[[Event], None] | None = None
        timeline.handle("publish_event", self._publish_late)

    def code(self, what: str, code: AccessCode, **fields: Any) -> None:
        """Record an event of a code."""
        device = self._state.devices[code.device_id]
        if what in ("scheduled_on_device", "set_on_device", "deleted"):
            # Some codes have no known PIN.
            fields = {"code": code.code or "", **fields}
        event_type = f"access_code.{what}"
        if _carries_problems(event_type):
            fields["access_code_errors"] = [_problem(e) for e in code.errors]
            fields["access_code_warnings"] = [_problem(w) for w in code.warnings]
        self._about_device(
            event_type, device, access_code_id=code.access_code_id, **fields
        )

    def device(self, what: str, device: Device, **fields: Any) -> None:
        """Record an event of a device."""
        self._about_device(f"device.{what}", device, **fields)

    def lock(self, what: str, device: Device, **fields: Any) -> None:
        """Record an event of a lock."""
        self._about_device(f"lock.{what}", device, **fields)

    def account(self, what: str, account: Account, **fields: Any) -> None:
        """Record an event of a connected account."""
        event_type = f"connected_account.{what}"
        if _carries_problems(event_type):
            fields |= _account_problems(account)
        self._emit(
            event_type,
            account.workspace_id,
            {"connected_account_id": account.connected_account_id, **fields},
        )

    def attempt(self, attempt: ActionAttempt) -> None:
        """Record the end of an action attempt."""
        device = self._state.devices[attempt.device_id]
        outcome = "succeeded" if attempt.status == "success" else "failed"
        self._emit(
            f"action_attempt.{attempt.action_type.lower()}.{outcome}",
            attempt.workspace_id,
            {
                "action_attempt_id": attempt.action_attempt_id,
                "action_type": attempt.action_type,
                "status": attempt.status,
                "device_id": device.device_id,
                "connected_account_id": device.connected_account_id,
            },
        )

    def repeat(self, event: Event) -> None:
        """Record the same event again."""
        self._publish(event)

    def _about_device(self, event_type: str, device: Device, **fields: Any) -> None:
        if _carries_problems(event_type):
            fields |= _account_problems(self._state.account_of(device))
            fields["device_errors"] = [_problem(e) for e in device.errors]
            fields["device_warnings"] = [_problem(w) for w in device.warnings]
        ids = {
            "device_id": device.device_id,
            "connected_account_id": device.connected_account_id,
        }
        self._emit(event_type, device.workspace_id, ids | fields)

    def _emit(self, event_type: str, workspace_id: str, fields: Json) -> None:
        now = self._timeline.now()
        event = Event(self._ids.new(), event_type, workspace_id, now, now, fields)
        delivery = self.delivery
        if delivery.lost > 0:
            delivery.lost -= 1
            return
        if delivery.late > 0:
            delivery.late -= 1
            self._timeline.schedule(
                "publish_event",
                after=delivery.late_seconds,
                event_id=event.event_id,
                event_type=event_type,
                workspace_id=workspace_id,
                occurred_at=to_iso(now),
                fields=fields,
            )
            return
        self._publish(event)
        if delivery.duplicated > 0:
            delivery.duplicated -= 1
            self._publish(event)

    def _publish_late(
        self,
        event_id: str,
        event_type: str,
        workspace_id: str,
        occurred_at: str,
        fields: Json,
    ) -> None:
        moment = datetime.fromisoformat(occurred_at)
        # With its old date, so that a query for newer events misses it.
        self._publish(Event(event_id, event_type, workspace_id, moment, moment, fields))

    def _publish(self, event: Event) -> None:
        bisect.insort(self._state.events, event, key=lambda e: e.created_at)
        if self.on_event is not None:
            self.on_event(event)


def _carries_problems(event_type: str) -> bool:
    return any(part in event_type for part in _WITH_PROBLEMS)


def _account_problems(account: Account) -> Json:
    return {
        "connected_account_errors": [_problem(e) for e in account.errors],
        "connected_account_warnings": [_problem(w) for w in account.warnings],
    }


def _problem(problem: Json) -> Json:
    keys = ("error_code", "warning_code", "message", "created_at")
    return {key: problem[key] for key in keys if key in problem}


def render_event(event: Event) -> Json:
    """Return an event as the API does."""
    return {
        "event_id": event.event_id,
        "event_type": event.event_type,
        "workspace_id": event.workspace_id,
        "created_at": to_iso(event.created_at),
        "occurred_at": to_iso(event.occurred_at),
        **event.fields,
    }
