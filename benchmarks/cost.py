"""Measuring time."""

from dataclasses import dataclass
import gc
import time
from typing import Self


@dataclass
class Cost:
    """Seconds that something took, by the clock and of this process's processor time."""

    wall: float = 0.0
    cpu: float = 0.0

    def __enter__(self) -> Self:
        """Start."""
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.wall = time.perf_counter() - self.wall
        self.cpu = time.process_time() - self.cpu


def leave_out_full_collections() -> None:
    """Have the garbage collector go over what is new only.

    From time to time it goes over all that there is, which in Home Assistant is much,
    and whoever comes along has to wait. A figure of its own tells for how long.
    """
    new, middle, _ = gc.get_threshold()
    gc.set_threshold(new, middle, 1_000_000)
