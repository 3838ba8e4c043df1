"""How much to measure."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The size of a house, and how often each thing is done there."""

    locks: int
    codes: int
    polls: int
    rounds: int
    changes: int
