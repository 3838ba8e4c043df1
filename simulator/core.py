"""The parts of the simulated Seam, put together."""

from .attempts import Attempts
from .behaviour import Behaviour
from .clock import Clock
from .conversion import Conversion
from .doors import Doors
from .errors import access_code_not_found, device_not_found
from .events import EventLog
from .ids import Ids
from .lifecycle import CodeLifecycle
from .limits import Limits
from .programming import Programming
from .timeline import Timeline
from .webhooks import Webhooks
from .world import AccessCode, Device, World


class Core:
    """A world, and everything that makes it move."""

    def __init__(self, world: World, clock: Clock, ids: Ids) -> None:
        """Wire the parts."""
        self.world = world
        self.clock = clock
        self.ids = ids
        self.behaviour = Behaviour()
        self.limits = Limits()
        self.timeline = Timeline(world, clock)
        self.events = EventLog(world, self.timeline, ids)
        self.webhooks = Webhooks(world, self.timeline)
        self.events.on_event = self.webhooks.announce
        self.attempts = Attempts(world, self.timeline, self.events, self.behaviour, ids)
        self.programming = Programming(
            world, self.timeline, self.events, self.attempts, self.behaviour
        )
        self.codes = CodeLifecycle(
            world, self.timeline, self.events, self.attempts, self.programming
        )
        self.conversion = Conversion(
            world,
            self.timeline,
            self.events,
            self.programming,
            self.behaviour,
            ids,
        )
        self.doors = Doors(
            world,
            self.timeline,
            self.events,
            self.attempts,
            self.programming,
            self.behaviour,
        )
        clock.on_move = self.run_due

    def run_due(self) -> None:
        """Let everything happen that has fallen due."""
        self.timeline.run_due()

    def device(
        self, workspace_id: str, device_id: str, *, managed: bool = True
    ) -> Device:
        """Return a device of a workspace, or refuse."""
        device = self.world.devices.get(device_id)
        if (
            device is None
            or device.workspace_id != workspace_id
            or device.is_removed
            or (managed and not device.is_managed)
        ):
            raise device_not_found(device_id)
        return device

    def code(self, workspace_id: str, code_id: str, *, managed: bool) -> AccessCode:
        """Return a code of a workspace, or refuse."""
        code = self.world.access_codes.get(code_id)
        if (
            code is None
            or code.workspace_id != workspace_id
            or code.is_managed != managed
        ):
            raise access_code_not_found(code_id)
        return code
