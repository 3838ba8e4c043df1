"""Conversion of unmanaged codes."""

from .clock import to_iso
from .events import EventLog
from .ids import Ids
from .programming import Programming, without
from .settings import CONVERSION_SECONDS, Settings
from .state import AccessCode, Json, State
from .timeline import Timeline


class Conversion:
    """Converts unmanaged codes to managed ones."""

    def __init__(
        self,
        state: State,
        timeline: Timeline,
        events: EventLog,
        programming: Programming,
        settings: Settings,
        ids: Ids,
    ) -> None:
        """Initialize the conversion."""
        self._state = state
        self._timeline = timeline
        self._events = events
        self._programming = programming
        self._settings = settings
        self._ids = ids
        timeline.handle("converted", self._converted)

    def convert(self, code: AccessCode, *, external_modification: bool) -> None:
        """Start converting an unmanaged code."""
        code.is_converting = True
        code.is_external_modification_allowed = external_modification
        self._programming.schedule("converted", code, CONVERSION_SECONDS, new_plan=True)

    def _converted(self, access_code_id: str, plan: int) -> None:
        if (code := self._programming.follow(access_code_id, plan)) is None:
            return
        code.is_converting = False
        if (error := self._refusal(code)) is not None:
            code.errors = [*without(code.errors, error["error_code"]), error]
            self._events.code("unmanaged.failed_to_convert_to_managed", code)
            self._programming.end_attempts(
                code, error=(error["error_code"], error["message"])
            )
            self._programming.make_plan(code)
            return
        code.errors = []
        if self._settings.conversion_gives_new_id:
            self._state.remove_code(code)
            self._events.code("unmanaged.removed", code)
            code.access_code_id = self._ids.new()
            self._state.add_code(code)
        code.is_managed, code.is_managed_elsewhere = True, False
        code.created_at = self._timeline.now()
        self._events.code("unmanaged.converted_to_managed", code)
        self._programming.end_attempts(code)
        self._programming.make_plan(code)
        self._blame_managed(access_code_id, code)

    def _blame_managed(self, old_id: str, code: AccessCode) -> None:
        """Update the errors of codes that collide with the converted one."""
        for other in self._state.codes_of(code.device_id, managed=True):
            for error in other.errors:
                if error.get("unmanaged_access_code_id") == old_id:
                    del error["unmanaged_access_code_id"]
                    error["managed_access_code_id"] = code.access_code_id
                    self._events.code("changed", other)

    def _refusal(self, code: AccessCode) -> Json | None:
        created_at = to_iso(self._timeline.now())
        scope = {"created_at": created_at, "is_access_code_error": True}
        if self._settings.conversion_failures:
            failure = self._settings.conversion_failures.pop(0)
            return {
                "error_code": failure.error_code,
                "message": failure.message,
                **scope,
            }
        for other in self._state.codes_of(code.device_id, managed=True):
            # A code that is not on the device yet does not prevent the conversion.
            if code.code is not None and other.code == code.code and other.is_on_device:
                return {
                    "error_code": "duplicate_code_on_device",
                    "message": "A managed access code with the same PIN is on this device.",
                    "managed_access_code_id": other.access_code_id,
                    **scope,
                }
        return None
