"""A pytest plugin for Home Assistant releases that the test harness does not support.

Loaded first, it imports Home Assistant before httpx, as 2026.11 requires, and restores
a name that the harness uses.
"""

import homeassistant.components.logger as logger_component
from homeassistant.components.logger import helpers

if not hasattr(logger_component, "_clear_logger_overwrites"):
    setattr(  # noqa: B010 # mypy knows that the attribute is missing
        logger_component,
        "_clear_logger_overwrites",
        helpers._clear_logger_overwrites,
    )
