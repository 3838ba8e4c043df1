"""What a benchmark measures."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The size of the workspace, and how often each measurement is repeated."""

    locks: int
    codes: int
    polls: int
    rounds: int
    changes: int
    latency: int | None
    """Milliseconds that each answer takes in the measurements with latency."""
