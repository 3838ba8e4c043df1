"""Control commands: what happens to locks and to Seam without a request to the API."""

from .codes import CodeControl
from .locks import LockControl
from .routes import ControlRoutes
from .service import ServiceControl

__all__ = ["Control", "ControlRoutes"]


class Control(LockControl, CodeControl, ServiceControl):
    """All control commands.

    Devices and codes are found by ID or name. A code with a name is searched for on
    `device`, or on all devices.
    """
