"""Workspaces of any size."""

from datetime import datetime
import random

from .builder import Builder
from .ids import stable_id
from .manufacturers import AUGUST
from .seed import KEY, PERSONAL_ACCESS_TOKEN, WORKSPACE, WORKSPACE_NAME
from .state import Key, State


def generated_lock_id(number: int) -> str:
    """Return the ID of a lock, counted from 0."""
    return stable_id(f"generated lock {number}")


def generated(
    now: datetime, *, locks: int, codes: int, unmanaged: int, seed: int
) -> State:
    """Return a workspace with that many locks, and codes per lock."""
    builder = Builder(now)
    builder.workspace(WORKSPACE, WORKSPACE_NAME, KEY)
    builder.state.keys[PERSONAL_ACCESS_TOKEN] = Key(PERSONAL_ACCESS_TOKEN, None)
    source = random.Random(seed)
    for number in range(locks):
        lock = generated_lock_id(number)
        builder.device(
            AUGUST,
            lock,
            f"Lock {number + 1}",
            f"GEN{number:07d}",
            locked=True,
            battery_level=0.8,
        )
        pins = source.sample(range(10**6), codes + unmanaged)
        for index, pin in enumerate(pins):
            managed = index < codes
            kind = "code" if managed else "unmanaged code"
            current = managed and index % 3 == 2
            builder.code(
                lock,
                stable_id(f"{lock} {kind} {index}"),
                f"{'Guest' if managed else 'Unknown'} {index + 1}",
                f"{pin:06d}",
                days=(-1, 60) if current else None,
                is_scheduled_on_device=current,
                is_managed=managed,
            )
    return builder.state
