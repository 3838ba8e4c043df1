"""Simulated time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import time


def to_milliseconds(moment: datetime) -> datetime:
    """Cut to what the API can express, so that what is compared is what was sent."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def to_iso(moment: datetime) -> str:
    """Write a moment as the API does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Clock:
    """Runs by itself at a chosen speed, or stands still until told to move."""

    def __init__(
        self,
        *,
        manual: bool = False,
        speed: float = 1.0,
        start: datetime | None = None,
    ) -> None:
        """Start at the given moment, else at the present one."""
        self.manual = manual
        self.speed = speed
        self.on_move: Callable[[], None] | None = None
        self._base = to_milliseconds(start or datetime.now(UTC))
        # A manual clock must not depend on any running one: tests freeze those.
        self._started = 0.0 if manual else time.monotonic()

    def now(self) -> datetime:
        """Return the simulated present."""
        if self.manual:
            return self._base
        elapsed = (time.monotonic() - self._started) * self.speed
        return to_milliseconds(self._base + timedelta(seconds=elapsed))

    def advance(self, seconds: float = 0, **more: float) -> datetime:
        """Move forward (`seconds`, or `minutes`, `hours`, `days`); what falls due happens."""
        step = timedelta(seconds=seconds, **more)
        if step < timedelta(0):
            raise ValueError("time only moves forward")
        self._base = to_milliseconds(self._base + step)
        if self.on_move is not None:
            self.on_move()
        return self.now()

    def move_to(self, moment: datetime) -> datetime:
        """Move forward to a moment."""
        return self.advance((moment - self.now()).total_seconds())

    def real_seconds_until(self, moment: datetime) -> float | None:
        """How long to sleep until a moment; None where time does not run by itself."""
        if self.manual or self.speed <= 0:
            return None
        return max(0.0, (moment - self.now()).total_seconds() / self.speed)
