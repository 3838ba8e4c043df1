"""Programming of codes on devices."""

from datetime import datetime, timedelta
from typing import Any

from .attempts import Attempts
from .clock import to_iso
from .constraints import device_error, generate_pin
from .events import EventLog
from .ids import Ids
from .mutations import pending_mutation
from .render import render_code
from .settings import (
    LEAD_SECONDS,
    NATIVE_LEAD_SECONDS,
    OFFLINE_WARNING_SECONDS,
    PROGRAMMING_SECONDS,
    RESTORE_SECONDS,
    RETRY_SECONDS,
    Settings,
)
from .state import AccessCode, Device, Json, State
from .timeline import Timeline

# Errors that end when the code is set on the device.
_HEALED = (
    "failed_to_set_on_device",
    "failed_to_update",
    "duplicate_code_on_device",
    "no_space_for_access_code_on_device",
    "code_constraints_violated",
    "conflicting_external_modification",
    "kwikset_unable_to_confirm_code",
)
# Seam waits until the user changes the code.
_NOT_RETRIED = ("code_constraints_violated",)
_CHANGED = {
    "updating_code": "code_changed",
    "updating_name": "name_changed",
    "updating_time_frame": "time_frame_changed",
}


class Programming:
    """Sets codes on devices and removes them.

    Each code has a plan. A change of the code makes a new plan, and transitions of
    older plans are ignored.
    """

    def __init__(
        self,
        state: State,
        timeline: Timeline,
        events: EventLog,
        attempts: Attempts,
        settings: Settings,
        ids: Ids,
    ) -> None:
        """Initialize the programming."""
        self._state = state
        self._timeline = timeline
        self._events = events
        self._attempts = attempts
        self._settings = settings
        self._ids = ids
        timeline.handle("begin_programming", self._begin_programming)
        timeline.handle("programmed", self._programmed)
        timeline.handle("code_due", self._due)
        timeline.handle("code_starts", self._starts)
        timeline.handle("code_ends", self._ends)
        timeline.handle("code_removed", self._removed)
        timeline.handle("code_stalled", self._stalled)
        timeline.handle("code_restored", self._restored)

    def make_plan(self, code: AccessCode, *, announce: bool = True) -> None:
        """Schedule when the code is programmed, starts and ends."""
        code.plan += 1
        now = self._timeline.now()
        if code.ends_at is not None:
            self._schedule_at("code_ends", code, max(code.ends_at, now))
        if code.is_offline_access_code:
            # A code that was not issued has no PIN.
            if (
                code.starts_at is not None
                and code.code is not None
                and not code.has_started(now)
            ):
                self._schedule_at("code_starts", code, code.starts_at)
            return
        starts_at = code.starts_at or now
        if starts_at > now and not code.is_on_device:
            self._schedule_at("code_due", code, starts_at)
        lead = NATIVE_LEAD_SECONDS if self._is_native(code) else LEAD_SECONDS
        begins_at = starts_at - timedelta(seconds=lead)
        if begins_at > now and not code.is_on_device:
            mutation = self.mutation("deferring_creation")
            mutation["scheduled_at"] = to_iso(begins_at)
            code.status = "unset"
            code.pending_mutations = [mutation]
            if announce:
                self.request(code, [mutation])
            self.end_attempts(code)
            self._schedule_at("begin_programming", code, begins_at)
        elif not code.is_on_device or code.pending_mutations:
            self._begin(code)
        elif code.is_scheduled_on_device and starts_at > now:
            self._schedule_at("code_starts", code, starts_at)

    def drop(self, code: AccessCode) -> None:
        """Remove a code, and retry the codes that it prevented."""
        self._state.remove_code(code)
        self.end_attempts(code)
        self._events.code("deleted" if code.is_managed else "unmanaged.removed", code)
        for other in self._state.codes_of(code.device_id):
            errors = [e for e in other.errors if not _was_caused_by(code, e)]
            if len(errors) != len(other.errors):
                other.errors = errors
                self._events.code("changed", other)
                if other.pending("creating"):
                    self.schedule("programmed", other, PROGRAMMING_SECONDS)

    def device_back(self, device: Device) -> None:
        """Resume what waited for a device."""
        for code in self._state.codes_of(device.device_id):
            if code.is_being_deleted or code.status == "removing":
                self.schedule("code_removed", code, PROGRAMMING_SECONDS)
            elif any(
                m["mutation_code"] != "deferring_creation"
                for m in code.pending_mutations
            ):
                self.schedule("programmed", code, PROGRAMMING_SECONDS)

    def mutation(
        self, mutation_code: str, old: Json | None = None, new: Json | None = None
    ) -> Json:
        """Return a pending mutation."""
        return pending_mutation(mutation_code, self._timeline.now(), old, new)

    def request(self, code: AccessCode, mutations: list[Json]) -> None:
        """Record that mutations were requested."""
        keys = ("mutation_code", "from", "to")
        requested = [{k: m[k] for k in keys if k in m} for m in mutations]
        self._events.code("mutations_requested", code, requested_mutations=requested)

    def schedule(
        self,
        kind: str,
        code: AccessCode,
        after: float,
        *,
        new_plan: bool = False,
        **arguments: Any,
    ) -> None:
        """Schedule the next step of a code."""
        if new_plan:
            code.plan += 1
        self._timeline.schedule(
            kind,
            after=after,
            access_code_id=code.access_code_id,
            plan=code.plan,
            **arguments,
        )

    def follow(self, access_code_id: str, plan: int) -> AccessCode | None:
        """Return a code, None if it was removed or has a newer plan."""
        code = self._state.access_codes.get(access_code_id)
        return code if code is not None and code.plan == plan else None

    def end_attempts(
        self, code: AccessCode, *, error: tuple[str, str] | None = None
    ) -> None:
        """End the action attempts of a code."""
        for attempt_id in code.attempt_ids:
            attempt = self._state.action_attempts[attempt_id]
            if error is not None:
                self._attempts.fail(attempt, *error)
            elif attempt.action_type == "DELETE_ACCESS_CODE":
                self._attempts.succeed(attempt)
            else:
                self._attempts.succeed(attempt, {"access_code": self._render(code)})
        code.attempt_ids = []

    def announce_changes(self, code: AccessCode, mutations: list[Json]) -> None:
        """Record the events of mutations that are done."""
        properties: list[Json] = []
        for mutation in mutations:
            what = _CHANGED[mutation["mutation_code"]]
            self._events.code(
                what,
                code,
                **{"from": mutation["from"], "to": mutation["to"]},
                description=f"The access code's {what.removesuffix('_changed').replace('_', ' ')} was changed.",
            )
            properties += [
                {"property": key, "from": old, "to": mutation["to"][key]}
                for key, old in mutation["from"].items()
            ]
        if properties:
            self._events.code("changed", code, changed_properties=properties)

    def device(self, code: AccessCode) -> Device:
        """Return the device of a code."""
        return self._state.devices[code.device_id]

    def _begin(self, code: AccessCode) -> None:
        if not code.is_on_device and code.pending("creating") is None:
            mutation = self.mutation("creating")
            code.pending_mutations = [mutation]
            self.request(code, [mutation])
        code.status = "unset" if code.is_waiting_for_code_assignment else "setting"
        self.schedule("programmed", code, PROGRAMMING_SECONDS)

    def _begin_programming(self, access_code_id: str, plan: int) -> None:
        if code := self.follow(access_code_id, plan):
            self._begin(code)

    def _programmed(self, access_code_id: str, plan: int) -> None:
        if (code := self.follow(access_code_id, plan)) is None:
            return
        if not code.pending_mutations:
            return
        if not self.device(code).online:
            self.schedule("code_stalled", code, OFFLINE_WARNING_SECONDS)
            return
        if (error := self._refusal(code)) is not None:
            self.fail_to_set(code, error)
            return
        if code.is_waiting_for_code_assignment:
            code.code = generate_pin(self._state, [self.device(code)], self._ids)
            code.is_waiting_for_code_assignment = False
        now = self._timeline.now()
        changed = [m for m in code.pending_mutations if "to" in m]
        was_on_device = code.is_on_device
        code.pending_mutations = []
        code.is_on_device = True
        code.warnings = without(code.warnings, "delay_in_setting_on_device")
        code.errors = [e for e in code.errors if e["error_code"] not in _HEALED]
        self.announce_changes(code, changed)
        if (
            code.starts_at is not None
            and code.starts_at > now
            and self._is_native(code)
        ):
            code.status = "unset"
            code.is_scheduled_on_device = True
            self._events.code("scheduled_on_device", code)
            self._schedule_at("code_starts", code, code.starts_at)
        else:
            code.status = "set"
            code.is_scheduled_on_device = code.ends_at is not None and self._is_native(
                code
            )
            if not was_on_device or any(
                m["mutation_code"] == "updating_code" for m in changed
            ):
                self._events.code("set_on_device", code)
        self.end_attempts(code)

    def _refusal(self, code: AccessCode) -> Json | None:
        if self._settings.programming_failures:
            failure = self._settings.programming_failures.pop(0)
            return {"error_code": failure.error_code, "message": failure.message}
        return device_error(self._state, code)

    def fail_to_set(self, code: AccessCode, error: Json) -> None:
        """Add an error to a code that could not be set, and schedule a retry."""
        created_at = to_iso(self._timeline.now())
        scope = {"created_at": created_at, "is_access_code_error": True}
        kept = without(code.errors, error["error_code"])
        is_retry = len(kept) < len(code.errors) and not code.attempt_ids
        code.errors = [*kept, {**error, **scope}]
        if not is_retry:
            self._events.code("failed_to_set_on_device", code)
        self.end_attempts(code, error=("failed_to_set_on_device", error["message"]))
        if error["error_code"] not in _NOT_RETRIED:
            self.schedule("programmed", code, RETRY_SECONDS)

    def _starts(self, access_code_id: str, plan: int) -> None:
        if code := self.follow(access_code_id, plan):
            code.status = "set"
            if not code.is_offline_access_code:
                self._events.code("set_on_device", code)

    def _ends(self, access_code_id: str, plan: int) -> None:
        if code := self.follow(access_code_id, plan):
            if not code.is_managed:
                self.drop(code)
                return
            code.status = "removing"
            code.pending_mutations = []
            self.schedule("code_removed", code, PROGRAMMING_SECONDS)

    def _removed(self, access_code_id: str, plan: int) -> None:
        if (code := self.follow(access_code_id, plan)) is None:
            return
        device = self.device(code)
        if not device.online and code.is_on_device and not code.is_offline_access_code:
            self.schedule("code_stalled", code, OFFLINE_WARNING_SECONDS)
            return
        if code.is_on_device and code.is_managed:
            self._events.code("removed_from_device", code)
        code.is_on_device = False
        if device.keeps_expired_codes and not code.is_being_deleted:
            code.status = "unset"
            return
        self.drop(code)

    def _stalled(self, access_code_id: str, plan: int) -> None:
        code = self.follow(access_code_id, plan)
        if code is None or self.device(code).online:
            return
        if code.status == "removing" or code.is_being_deleted:
            self._warn_of_delay(code, "delay_in_removing_from_device")
        elif code.pending_mutations:
            self._warn_of_delay(code, "delay_in_setting_on_device")

    def _due(self, access_code_id: str, plan: int) -> None:
        code = self.follow(access_code_id, plan)
        if code is not None and not code.is_on_device:
            self._warn_of_delay(code, "delay_in_setting_on_device")

    def _warn_of_delay(self, code: AccessCode, warning_code: str) -> None:
        if any(w["warning_code"] == warning_code for w in code.warnings):
            return
        code.warnings.append(
            {
                "warning_code": warning_code,
                "message": "The device cannot be reached. Seam keeps trying.",
                "created_at": to_iso(self._timeline.now()),
            }
        )
        self._events.code(warning_code, code)

    def restore_later(self, code: AccessCode, original: Json) -> None:
        """Schedule that a change made outside Seam is undone."""
        self.schedule("code_restored", code, RESTORE_SECONDS, original=original)

    def _restored(self, access_code_id: str, plan: int, original: Json) -> None:
        code = self.follow(access_code_id, plan)
        now = self._timeline.now()
        if code is None or code.has_expired(now):
            return
        if not self.device(code).online:
            self.restore_later(code, original)
            return
        code.name, code.code = original["name"], original["code"]
        code.errors = without(code.errors, "conflicting_external_modification")
        code.is_on_device = True
        code.status = "set" if code.has_started(now) else "unset"
        self._events.code("set_on_device", code)

    def _is_native(self, code: AccessCode) -> bool:
        return self.device(code).schedules_natively and code.prefers_native_scheduling

    def _render(self, code: AccessCode) -> Json:
        return render_code(self._state, code, self._timeline.now())

    def _schedule_at(self, kind: str, code: AccessCode, at: datetime) -> None:
        self._timeline.schedule(
            kind, at=at, access_code_id=code.access_code_id, plan=code.plan
        )


def _was_caused_by(code: AccessCode, error: Json) -> bool:
    return (
        code.access_code_id
        in (error.get("unmanaged_access_code_id"), error.get("managed_access_code_id"))
        or error.get("error_code") == "no_space_for_access_code_on_device"
    )


def without(problems: list[Json], problem_code: str) -> list[Json]:
    """Return errors or warnings without those of a given code."""
    return [
        p
        for p in problems
        if problem_code not in (p.get("error_code"), p.get("warning_code"))
    ]
