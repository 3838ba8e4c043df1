"""Tests of the integration, the simulator and the repository."""

from . import deprecations

# Before the integration is imported
deprecations.start()
