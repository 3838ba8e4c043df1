"""Wall and processor time of a piece of work."""

from dataclasses import dataclass
import gc
import time
from typing import Self


@dataclass
class Cost:
    """Seconds of wall time, and of processor time of this process."""

    wall: float = 0.0
    cpu: float = 0.0

    def __enter__(self) -> Self:
        """Start measuring."""
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop measuring."""
        self.wall = time.perf_counter() - self.wall
        self.cpu = time.process_time() - self.cpu


def leave_out_full_collections() -> None:
    """Let the garbage collector visit new objects only.

    A full collection visits all objects of Home Assistant. It happens rarely, but would
    distort the round in which it does, so it is measured by itself.
    """
    new, middle, _ = gc.get_threshold()
    gc.set_threshold(new, middle, 1_000_000)
