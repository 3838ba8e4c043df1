"""Creating, changing, deleting and releasing codes."""

from .attempts import Attempts
from .clock import to_iso
from .events import EventLog
from .offline_codes import offline_code_error
from .programming import Programming
from .render import render_code
from .settings import PROGRAMMING_SECONDS
from .state import AccessCode, ActionAttempt, Json, State
from .timeline import Timeline


class CodeLifecycle:
    """Handles requests about codes, which `Programming` then carries out."""

    def __init__(
        self,
        state: State,
        timeline: Timeline,
        events: EventLog,
        attempts: Attempts,
        programming: Programming,
    ) -> None:
        """Initialize the lifecycle."""
        self._state = state
        self._timeline = timeline
        self._events = events
        self._attempts = attempts
        self._programming = programming

    def create(self, code: AccessCode) -> ActionAttempt:
        """Add a managed code and start programming it."""
        self._state.add_code(code)
        self._events.code("created", code)
        attempt = self._attempts.start(
            self._programming.device(code), "CREATE_ACCESS_CODE"
        )
        if code.is_offline_access_code:
            self._issue_offline(code, attempt)
        else:
            code.attempt_ids.append(attempt.action_attempt_id)
        self._programming.make_plan(code)
        return attempt

    def _issue_offline(self, code: AccessCode, attempt: ActionAttempt) -> None:
        now = self._timeline.now()
        if (error := offline_code_error(self._state, code)) is not None:
            code.status, code.code = "unset", None
            code.attempt_ids.append(attempt.action_attempt_id)
            self._programming.fail_to_set(code, error)
            return
        # It is never programmed, so it works at once.
        code.status = "set" if code.has_started(now) else "unset"
        rendered = render_code(self._state, code, now)
        self._attempts.succeed(attempt, {"access_code": rendered})

    def update(
        self, code: AccessCode, changes: Json, *, attempt: ActionAttempt | None = None
    ) -> None:
        """Change the name, PIN or time frame; the device follows later."""
        mutations: list[Json] = []
        if "name" in changes and changes["name"] != code.name:
            mutations.append(
                self._programming.mutation(
                    "updating_name",
                    {"name": code.name},
                    {"name": changes["name"]},
                )
            )
            code.name = changes["name"]
        if "code" in changes and changes["code"] != code.code:
            mutations.append(
                self._programming.mutation(
                    "updating_code", {"code": code.code}, {"code": changes["code"]}
                )
            )
            code.code = changes["code"]
        if "ends_at" in changes:
            before = _time_frame(code)
            code.starts_at, code.ends_at = changes["starts_at"], changes["ends_at"]
            if before != _time_frame(code):
                mutations.append(
                    self._programming.mutation(
                        "updating_time_frame", before, _time_frame(code)
                    )
                )
        if attempt is not None:
            code.attempt_ids.append(attempt.action_attempt_id)
        if not mutations:
            if not code.pending_mutations:
                self._programming.end_attempts(code)
            return
        if not code.is_on_device:
            # The device does not have the code yet, so there is nothing to update on it.
            self._programming.announce_changes(code, mutations)
            self._programming.make_plan(code)
            return
        replaced = {m["mutation_code"] for m in mutations}
        kept = [m for m in code.pending_mutations if m["mutation_code"] not in replaced]
        code.pending_mutations = kept + mutations
        self._programming.request(code, mutations)
        self._programming.make_plan(code)

    def delete(self, code: AccessCode) -> ActionAttempt:
        """Start removing a code from its device."""
        attempt = self._attempts.start(
            self._programming.device(code), "DELETE_ACCESS_CODE"
        )
        code.attempt_ids.append(attempt.action_attempt_id)
        if code.is_being_deleted:
            return attempt
        code.is_being_deleted = True
        if code.is_managed:
            code.status = "removing"
            mutation = self._programming.mutation("deleting")
            code.pending_mutations = [mutation]
            self._programming.request(code, [mutation])
        self._programming.schedule(
            "code_removed", code, PROGRAMMING_SECONDS, new_plan=True
        )
        return attempt

    def release(self, code: AccessCode) -> None:
        """Make a managed code unmanaged."""
        code.is_managed = False
        code.common_code_key = None
        code.pending_mutations = []
        self._programming.end_attempts(code)
        self._events.code("unmanaged.created", code)
        self._programming.make_plan(code)

    def add_unmanaged(self, code: AccessCode) -> None:
        """Add a code that was set outside Seam."""
        code.is_managed = False
        code.is_on_device = True
        self._state.add_code(code)
        self._programming.make_plan(code)
        self._events.code("unmanaged.created", code)
        for other in self._state.codes_of(code.device_id, managed=True):
            if code.code is not None and other.code == code.code:
                other.errors.append(
                    {
                        "error_code": "duplicate_code_on_device",
                        "message": "There is already another access code with the same PIN on this device.",
                        "created_at": to_iso(self._timeline.now()),
                        "is_access_code_error": True,
                        "unmanaged_access_code_id": code.access_code_id,
                    }
                )
                self._events.code("changed", other)

    def adopt(self, code: AccessCode) -> None:
        """Add a code of the initial state."""
        self._state.add_code(code)
        if code.ends_at is not None and not code.has_expired(self._timeline.now()):
            self._programming.make_plan(code, announce=False)


def _time_frame(code: AccessCode) -> Json:
    return {
        "starts_at": to_iso(code.starts_at) if code.starts_at else None,
        "ends_at": to_iso(code.ends_at) if code.ends_at else None,
    }
