"""Trouble on demand: everything that happens to locks without anybody asking Seam."""

from .codes import CodeControl
from .locks import LockControl
from .routes import ControlRoutes
from .service import ServiceControl

__all__ = ["Control", "ControlRoutes"]


class Control(LockControl, CodeControl, ServiceControl):
    """One method per trouble.

    Devices and codes may be named by id or by their display name; codes then are
    looked for on all devices, or on `device` where given.
    """
