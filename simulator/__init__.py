"""A Seam workspace on loopback, for trying out, developing and testing."""

from .server import Simulator

__all__ = ["Simulator"]
