"""A pytest plugin for a Home Assistant that is newer than the test harness knows.

Loaded before everything else, it imports Home Assistant before httpx, which the newest
release insists on, and gives the harness a name that has moved.
"""

import homeassistant.components.logger as logger_component
from homeassistant.components.logger import helpers

if not hasattr(logger_component, "_clear_logger_overwrites"):
    setattr(  # noqa: B010 # mypy knows that it is not there
        logger_component,
        "_clear_logger_overwrites",
        helpers._clear_logger_overwrites,  # the harness uses it, too
    )
