"""A simulated Seam workspace for trials, development and tests."""

from .server import Simulator

__all__ = ["Simulator"]
