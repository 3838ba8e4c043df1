"""The simulated backend of Seam: state, time and behavior."""

from .attempts import Attempts
from .backup_pool import BackupPool
from .clock import Clock
from .conversion import Conversion
from .errors import access_code_not_found, device_not_found
from .events import EventLog
from .ids import Ids
from .lifecycle import CodeLifecycle
from .limits import Limits
from .locks import Locks
from .programming import Programming
from .settings import Settings
from .state import AccessCode, Device, State
from .timeline import Timeline
from .webhooks import Webhooks


class Backend:
    """The state and the components that change it."""

    def __init__(self, state: State, clock: Clock, ids: Ids) -> None:
        """Initialize the components."""
        self.state = state
        self.clock = clock
        self.ids = ids
        self.settings = Settings()
        self.limits = Limits()
        self.timeline = Timeline(state, clock)
        self.events = EventLog(state, self.timeline, ids)
        self.webhooks = Webhooks(state, self.timeline)
        self.events.on_event = self.webhooks.announce
        self.attempts = Attempts(state, self.timeline, self.events, self.settings, ids)
        self.programming = Programming(
            state, self.timeline, self.events, self.attempts, self.settings, ids
        )
        self.codes = CodeLifecycle(
            state, self.timeline, self.events, self.attempts, self.programming
        )
        self.conversion = Conversion(
            state,
            self.timeline,
            self.events,
            self.programming,
            self.settings,
            ids,
        )
        self.locks = Locks(
            state,
            self.timeline,
            self.events,
            self.attempts,
            self.programming,
            self.settings,
        )
        self.backup_pool = BackupPool(
            state, self.timeline, self.events, self.programming, ids
        )
        clock.on_move = self.run_due

    def run_due(self) -> None:
        """Apply all transitions that are due."""
        self.timeline.run_due()

    def device(
        self, workspace_id: str, device_id: str, *, managed: bool = True
    ) -> Device:
        """Return a device of a workspace; raise if it has no such device."""
        device = self.state.devices.get(device_id)
        if (
            device is None
            or device.workspace_id != workspace_id
            or device.is_removed
            or (managed and not device.is_managed)
        ):
            raise device_not_found(device_id)
        return device

    def code(self, workspace_id: str, code_id: str, *, managed: bool) -> AccessCode:
        """Return a code of a workspace; raise if it has no such code."""
        code = self.state.access_codes.get(code_id)
        if (
            code is None
            or code.workspace_id != workspace_id
            or code.is_managed != managed
        ):
            raise access_code_not_found(code_id)
        return code
