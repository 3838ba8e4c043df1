"""Action attempts."""

from .events import EventLog
from .ids import Ids
from .settings import Settings
from .state import ActionAttempt, Device, Json, State
from .timeline import Timeline

# Action attempts of other types end without an event.
_WITH_EVENTS = (
    "LOCK_DOOR",
    "UNLOCK_DOOR",
    "SIMULATE_KEYPAD_CODE_ENTRY",
    "SIMULATE_MANUAL_LOCK_VIA_KEYPAD",
)


class Attempts:
    """Starts and ends action attempts."""

    def __init__(
        self,
        state: State,
        timeline: Timeline,
        events: EventLog,
        settings: Settings,
        ids: Ids,
    ) -> None:
        """Initialize the action attempts."""
        self._state = state
        self._timeline = timeline
        self._events = events
        self._settings = settings
        self._ids = ids

    def start(self, device: Device, action_type: str) -> ActionAttempt:
        """Return a new action attempt."""
        attempt = ActionAttempt(
            self._ids.new(),
            device.workspace_id,
            device.device_id,
            action_type,
            self._timeline.now(),
        )
        if self._settings.actions_never_ending > 0:
            self._settings.actions_never_ending -= 1
            attempt.never_ends = True
        self._state.action_attempts[attempt.action_attempt_id] = attempt
        return attempt

    def succeed(self, attempt: ActionAttempt, result: Json | None = None) -> None:
        """End an action attempt with success."""
        if attempt.status == "pending" and not attempt.never_ends:
            attempt.status = "success"
            attempt.result = result or {}
            self._announce(attempt)

    def fail(self, attempt: ActionAttempt, error_type: str, message: str) -> None:
        """End an action attempt with an error."""
        if attempt.status == "pending" and not attempt.never_ends:
            attempt.status = "error"
            attempt.error = {"type": error_type, "message": message}
            self._announce(attempt)

    def _announce(self, attempt: ActionAttempt) -> None:
        if attempt.action_type in _WITH_EVENTS:
            self._events.attempt(attempt)


def render_attempt(attempt: ActionAttempt) -> Json:
    """Return an action attempt as the API does."""
    return {
        "action_attempt_id": attempt.action_attempt_id,
        "action_type": attempt.action_type,
        "status": attempt.status,
        "result": attempt.result,
        "error": attempt.error,
    }
