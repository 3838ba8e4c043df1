"""What becomes of an access code over time."""

from datetime import timedelta
from typing import Any

from .attempts import Attempts
from .behaviour import (
    CONVERSION_SECONDS,
    LEAD_SECONDS,
    NATIVE_LEAD_SECONDS,
    OFFLINE_WARNING_SECONDS,
    PROGRAMMING_SECONDS,
    RESTORE_SECONDS,
    Behaviour,
)
from .clock import to_iso
from .events import EventLog
from .ids import Ids
from .render import render_code
from .timeline import Timeline
from .world import AccessCode, ActionAttempt, Device, Json, World

_MESSAGES = {
    "creating": "Seam is in the process of pushing an access code creation to the device.",
    "deferring_creation": "Seam is waiting until closer to the start of the access code before programming it.",
    "deleting": "Seam is in the process of pushing an access code deletion to the device.",
    "updating_code": "Seam is in the process of pushing a new PIN to the device.",
    "updating_name": "Seam is in the process of pushing a new name to the device.",
    "updating_time_frame": "Seam is in the process of pushing a new time frame to the device.",
}
_CHANGED = {
    "updating_code": "code_changed",
    "updating_name": "name_changed",
    "updating_time_frame": "time_frame_changed",
}


class CodeLifecycle:
    """Creates, programs, changes, converts and removes codes.

    Each code follows a plan; whatever changes the code makes a new one, and
    transitions of the old one are then ignored.
    """

    def __init__(
        self,
        world: World,
        timeline: Timeline,
        events: EventLog,
        attempts: Attempts,
        behaviour: Behaviour,
        ids: Ids,
    ) -> None:
        """Work on the world's codes."""
        self._world = world
        self._timeline = timeline
        self._events = events
        self._attempts = attempts
        self._behaviour = behaviour
        self._ids = ids
        timeline.handle("begin_programming", self._begin_programming)
        timeline.handle("programmed", self._programmed)
        timeline.handle("code_starts", self._starts)
        timeline.handle("code_ends", self._ends)
        timeline.handle("code_removed", self._removed)
        timeline.handle("code_stalled", self._stalled)
        timeline.handle("converted", self._converted)
        timeline.handle("code_restored", self._restored)

    # What is asked for

    def create(self, code: AccessCode) -> ActionAttempt:
        """Put a new managed code on its way to the device."""
        self._world.add_code(code)
        self._events.code("created", code)
        attempt = self._attempts.start(self._device(code), "CREATE_ACCESS_CODE")
        if code.is_offline_access_code:
            # Such a code is computed, not programmed: it works at once.
            code.status = "set" if code.has_started(self._timeline.now()) else "unset"
            self._attempts.succeed(attempt, {"access_code": self._render(code)})
        else:
            code.attempt_ids.append(attempt.action_attempt_id)
        self._make_plan(code)
        return attempt

    def update(
        self, code: AccessCode, changes: Json, *, attempt: ActionAttempt | None = None
    ) -> None:
        """Change name, PIN or times; the device follows later."""
        mutations: list[Json] = []
        if "name" in changes and changes["name"] != code.name:
            mutations.append(
                self._mutation(
                    "updating_name",
                    {"name": code.name},
                    {"name": changes["name"]},
                )
            )
            code.name = changes["name"]
        if "code" in changes and changes["code"] != code.code:
            mutations.append(
                self._mutation(
                    "updating_code", {"code": code.code}, {"code": changes["code"]}
                )
            )
            code.code = changes["code"]
        if "ends_at" in changes:
            before = _time_frame(code)
            code.starts_at, code.ends_at = changes["starts_at"], changes["ends_at"]
            if before != _time_frame(code):
                mutations.append(
                    self._mutation("updating_time_frame", before, _time_frame(code))
                )
        if attempt is not None:
            code.attempt_ids.append(attempt.action_attempt_id)
        if not mutations:
            if not code.pending_mutations:
                self._end_attempts(code)
            return
        if not code.is_on_device:
            # Nothing to change there yet: it will be programmed as it is now.
            self._announce_changes(code, mutations)
            self._make_plan(code)
            return
        replaced = {m["mutation_code"] for m in mutations}
        kept = [m for m in code.pending_mutations if m["mutation_code"] not in replaced]
        code.pending_mutations = kept + mutations
        self._request(code, mutations)
        self._make_plan(code)

    def delete(self, code: AccessCode) -> ActionAttempt:
        """Take a code off its device, managed or not."""
        attempt = self._attempts.start(self._device(code), "DELETE_ACCESS_CODE")
        code.attempt_ids.append(attempt.action_attempt_id)
        if code.is_being_deleted:
            return attempt
        code.is_being_deleted = True
        if code.is_managed:
            code.status = "removing"
            mutation = self._mutation("deleting")
            code.pending_mutations = [mutation]
            self._request(code, [mutation])
        self._schedule("code_removed", code, PROGRAMMING_SECONDS, new_plan=True)
        return attempt

    def convert(self, code: AccessCode, *, external_modification: bool) -> None:
        """Make Seam the owner of an unmanaged code, soon."""
        code.is_converting = True
        code.is_external_modification_allowed = external_modification
        self._schedule("converted", code, CONVERSION_SECONDS, new_plan=True)

    def release(self, code: AccessCode) -> None:
        """Make a managed code unmanaged."""
        code.is_managed = False
        code.common_code_key = None
        code.pending_mutations = []
        self._end_attempts(code)
        self._events.code("unmanaged.created", code)
        self._make_plan(code)

    def add_unmanaged(self, code: AccessCode) -> None:
        """Something else has put a code on the device."""
        code.is_managed = False
        code.is_on_device = True
        self._world.add_code(code)
        self._make_plan(code)
        self._events.code("unmanaged.created", code)
        for other in self._world.codes_of(code.device_id, managed=True):
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

    def restore_later(self, code: AccessCode, original: Json) -> None:
        """Seam will put back what somebody changed in the maker's app."""
        self._schedule("code_restored", code, RESTORE_SECONDS, original=original)

    def drop(self, code: AccessCode) -> None:
        """A code is gone, for good."""
        self._world.remove_code(code)
        self._end_attempts(code)
        self._events.code("deleted" if code.is_managed else "unmanaged.removed", code)
        for other in self._world.codes_of(code.device_id):
            others = [
                e
                for e in other.errors
                if e.get("unmanaged_access_code_id") != code.access_code_id
            ]
            if len(others) != len(other.errors):
                other.errors = others
                self._events.code("changed", other)

    def device_back(self, device: Device) -> None:
        """A device is online again: what waited for it goes on."""
        for code in self._world.codes_of(device.device_id):
            if code.is_being_deleted or code.status == "removing":
                self._schedule("code_removed", code, PROGRAMMING_SECONDS)
            elif any(
                m["mutation_code"] != "deferring_creation"
                for m in code.pending_mutations
            ):
                self._schedule("programmed", code, PROGRAMMING_SECONDS)

    def adopt(self, code: AccessCode) -> None:
        """Let a code that was there from the beginning follow its course."""
        self._world.add_code(code)
        if code.ends_at is not None and not code.has_expired(self._timeline.now()):
            self._make_plan(code, announce=False)

    # What then happens

    def _make_plan(self, code: AccessCode, *, announce: bool = True) -> None:
        code.plan += 1
        now = self._timeline.now()
        if code.ends_at is not None:
            self._schedule_at("code_ends", code, max(code.ends_at, now))
        if code.is_offline_access_code:
            if code.starts_at is not None and not code.has_started(now):
                self._schedule_at("code_starts", code, code.starts_at)
            return
        starts_at = code.starts_at or now
        lead = NATIVE_LEAD_SECONDS if self._is_native(code) else LEAD_SECONDS
        begins_at = starts_at - timedelta(seconds=lead)
        if begins_at > now and not code.is_on_device:
            mutation = self._mutation("deferring_creation")
            mutation["scheduled_at"] = to_iso(begins_at)
            code.status = "unset"
            code.pending_mutations = [mutation]
            if announce:
                self._request(code, [mutation])
            self._end_attempts(code)
            self._schedule_at("begin_programming", code, begins_at)
        elif not code.is_on_device or code.pending_mutations:
            self._begin(code)
        elif code.is_scheduled_on_device and starts_at > now:
            self._schedule_at("code_starts", code, starts_at)

    def _begin(self, code: AccessCode) -> None:
        if not code.is_on_device and code.pending("creating") is None:
            mutation = self._mutation("creating")
            code.pending_mutations = [mutation]
            self._request(code, [mutation])
        code.status = "setting"
        self._schedule("programmed", code, PROGRAMMING_SECONDS)

    def _begin_programming(self, access_code_id: str, plan: int) -> None:
        if code := self._follow(access_code_id, plan):
            self._begin(code)

    def _programmed(self, access_code_id: str, plan: int) -> None:
        if (code := self._follow(access_code_id, plan)) is None:
            return
        if not code.pending_mutations:
            return
        if not self._device(code).online:
            self._schedule("code_stalled", code, OFFLINE_WARNING_SECONDS)
            return
        if (error := self._refusal(code)) is not None:
            self._fail_to_set(code, error)
            return
        now = self._timeline.now()
        changed = [m for m in code.pending_mutations if "to" in m]
        was_on_device = code.is_on_device
        code.pending_mutations = []
        code.is_on_device = True
        code.warnings = _without(code.warnings, "delay_in_setting_on_device")
        code.errors = _without(code.errors, "failed_to_set_on_device")
        self._announce_changes(code, changed)
        if not code.has_started(now) and self._is_native(code):
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
        self._end_attempts(code)

    def _announce_changes(self, code: AccessCode, mutations: list[Json]) -> None:
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

    def _refusal(self, code: AccessCode) -> tuple[str, str] | None:
        if self._behaviour.programming_failures:
            failure = self._behaviour.programming_failures.pop(0)
            return failure.error_code, failure.message
        device = self._device(code)
        slots = device.properties.get("max_active_codes_supported")
        if slots is None or code.is_on_device:
            return None
        used = sum(c.is_on_device for c in self._world.codes_of(code.device_id))
        if used >= slots:
            return (
                "no_space_for_access_code_on_device",
                f"The device already holds {slots} access codes, which is as many as it can.",
            )
        return None

    def _fail_to_set(self, code: AccessCode, error: tuple[str, str]) -> None:
        error_code, message = error
        code.errors = [
            *_without(code.errors, error_code),
            {
                "error_code": error_code,
                "message": message,
                "created_at": to_iso(self._timeline.now()),
                "is_access_code_error": True,
            },
        ]
        self._events.code("failed_to_set_on_device", code)
        self._end_attempts(code, error=("failed_to_set_on_device", message))

    def _starts(self, access_code_id: str, plan: int) -> None:
        if code := self._follow(access_code_id, plan):
            code.status = "set"
            if not code.is_offline_access_code:
                self._events.code("set_on_device", code)

    def _ends(self, access_code_id: str, plan: int) -> None:
        if code := self._follow(access_code_id, plan):
            if not code.is_managed:
                self.drop(code)
                return
            code.status = "removing"
            code.pending_mutations = []
            self._schedule("code_removed", code, PROGRAMMING_SECONDS)

    def _removed(self, access_code_id: str, plan: int) -> None:
        if (code := self._follow(access_code_id, plan)) is None:
            return
        device = self._device(code)
        if not device.online and code.is_on_device and not code.is_offline_access_code:
            self._schedule("code_stalled", code, OFFLINE_WARNING_SECONDS)
            return
        if code.is_on_device and code.is_managed:
            self._events.code("removed_from_device", code)
        code.is_on_device = False
        if device.keeps_expired_codes and not code.is_being_deleted:
            code.status = "unset"
            return
        self.drop(code)

    def _stalled(self, access_code_id: str, plan: int) -> None:
        code = self._follow(access_code_id, plan)
        if code is None or self._device(code).online:
            return
        is_removal = code.status == "removing" or code.is_being_deleted
        if not is_removal and not code.pending_mutations:
            return
        what = "removing_from" if is_removal else "setting_on"
        code.warnings = [
            *_without(code.warnings, f"delay_in_{what}_device"),
            {
                "warning_code": f"delay_in_{what}_device",
                "message": "The device cannot be reached; Seam keeps trying.",
                "created_at": to_iso(self._timeline.now()),
            },
        ]
        self._events.code(f"delay_in_{what}_device", code)

    def _converted(self, access_code_id: str, plan: int) -> None:
        if (code := self._follow(access_code_id, plan)) is None:
            return
        code.is_converting = False
        if (error := self._conversion_refusal(code)) is not None:
            code.errors = [*_without(code.errors, error["error_code"]), error]
            self._events.code("unmanaged.failed_to_convert_to_managed", code)
            self._make_plan(code)
            return
        code.errors = []
        if self._behaviour.conversion_gives_new_id:
            self._world.remove_code(code)
            self._events.code("unmanaged.removed", code)
            code.access_code_id = self._ids.new()
            self._world.add_code(code)
        code.is_managed = True
        code.created_at = self._timeline.now()
        self._events.code("unmanaged.converted_to_managed", code)
        self._make_plan(code)

    def _conversion_refusal(self, code: AccessCode) -> Json | None:
        created_at = to_iso(self._timeline.now())
        scope = {"created_at": created_at, "is_access_code_error": True}
        if self._behaviour.conversion_failures:
            failure = self._behaviour.conversion_failures.pop(0)
            return {
                "error_code": failure.error_code,
                "message": failure.message,
                **scope,
            }
        for other in self._world.codes_of(code.device_id, managed=True):
            if code.code is not None and other.code == code.code:
                return {
                    "error_code": "duplicate_code_on_device",
                    "message": "A managed access code with the same PIN is on this device.",
                    "managed_access_code_id": other.access_code_id,
                    **scope,
                }
        return None

    def _restored(self, access_code_id: str, plan: int, original: Json) -> None:
        if (code := self._follow(access_code_id, plan)) is None:
            return
        code.name, code.code = original["name"], original["code"]
        code.errors = _without(code.errors, "conflicting_external_modification")
        code.is_on_device = True
        code.status = "set"
        self._events.code("set_on_device", code)

    # Small change

    def _device(self, code: AccessCode) -> Device:
        return self._world.devices[code.device_id]

    def _is_native(self, code: AccessCode) -> bool:
        return self._device(code).schedules_natively and code.prefers_native_scheduling

    def _render(self, code: AccessCode) -> Json:
        return render_code(self._world, code, self._timeline.now())

    def _follow(self, access_code_id: str, plan: int) -> AccessCode | None:
        code = self._world.access_codes.get(access_code_id)
        return code if code is not None and code.plan == plan else None

    def _schedule(
        self,
        kind: str,
        code: AccessCode,
        after: float,
        *,
        new_plan: bool = False,
        **arguments: Any,
    ) -> None:
        if new_plan:
            code.plan += 1
        self._timeline.schedule(
            kind,
            after=after,
            access_code_id=code.access_code_id,
            plan=code.plan,
            **arguments,
        )

    def _schedule_at(self, kind: str, code: AccessCode, at: Any) -> None:
        self._timeline.schedule(
            kind, at=at, access_code_id=code.access_code_id, plan=code.plan
        )

    def _mutation(
        self, mutation_code: str, old: Json | None = None, new: Json | None = None
    ) -> Json:
        mutation: Json = {
            "mutation_code": mutation_code,
            "message": _MESSAGES[mutation_code],
            "created_at": to_iso(self._timeline.now()),
        }
        if old is not None and new is not None:
            mutation |= {"from": old, "to": new}
        return mutation

    def _request(self, code: AccessCode, mutations: list[Json]) -> None:
        keys = ("mutation_code", "from", "to")
        requested = [{k: m[k] for k in keys if k in m} for m in mutations]
        self._events.code("mutations_requested", code, requested_mutations=requested)

    def _end_attempts(
        self, code: AccessCode, *, error: tuple[str, str] | None = None
    ) -> None:
        for attempt_id in code.attempt_ids:
            attempt = self._world.action_attempts[attempt_id]
            if error is not None:
                self._attempts.fail(attempt, *error)
            elif attempt.action_type == "DELETE_ACCESS_CODE":
                self._attempts.succeed(attempt)
            else:
                self._attempts.succeed(attempt, {"access_code": self._render(code)})
        code.attempt_ids = []


def _time_frame(code: AccessCode) -> Json:
    return {
        "starts_at": to_iso(code.starts_at) if code.starts_at else None,
        "ends_at": to_iso(code.ends_at) if code.ends_at else None,
    }


def _without(problems: list[Json], problem_code: str) -> list[Json]:
    return [
        p
        for p in problems
        if problem_code not in (p.get("error_code"), p.get("warning_code"))
    ]
