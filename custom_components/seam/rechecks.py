"""When to look again at codes that are not settled. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from .api import AccessCode, CodeStatus

# After 1, 2, 4 … minutes while nothing changes, until reconciles do as well: a code that
# is stuck for days then costs next to nothing.
_FIRST: Final = timedelta(minutes=1)

_UNSETTLED: Final = (CodeStatus.SETTING, CodeStatus.REMOVING, CodeStatus.UNKNOWN)


def is_due(at: datetime | None, now: datetime, gap: timedelta) -> bool:
    """Return whether a moment, planned a gap ahead, has come.

    Further ahead than it was planned, the clock was set back.
    """
    return at is None or now >= at or at - now > gap


@dataclass(frozen=True, slots=True)
class _Recheck:
    codes: frozenset[tuple[str, CodeStatus]]
    gap: timedelta
    at: datetime


class Rechecks:
    """Keeps when to look again, by the ids of devices."""

    def __init__(self) -> None:
        """Start with none."""
        self._planned: dict[str, _Recheck] = {}

    def __len__(self) -> int:
        """Return how many locks have unsettled codes."""
        return len(self._planned)

    def due(self, now: datetime) -> list[str]:
        """Return the devices to look at now."""
        return [
            device_id
            for device_id, recheck in self._planned.items()
            if is_due(recheck.at, now, recheck.gap)
        ]

    def plan(
        self,
        device_id: str,
        codes: Iterable[AccessCode],
        now: datetime,
        *,
        longest: timedelta,
    ) -> None:
        """Plan when to look again at a lock whose codes were just fetched."""
        unsettled = frozenset(
            (code.access_code_id, status)
            for code in codes
            if (status := code.status_at(now)) in _UNSETTLED
        )
        last = self._planned.pop(device_id, None)
        if not unsettled:
            return
        gap = _FIRST
        if last is not None and last.codes == unsettled:
            gap = min(longest, 2 * last.gap if now >= last.at else last.gap)
        self._planned[device_id] = _Recheck(unsettled, gap, now + gap)

    def forget(self, device_id: str) -> None:
        """Forget a lock."""
        self._planned.pop(device_id, None)
