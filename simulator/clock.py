"""Simulated time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import time


def to_milliseconds(moment: datetime) -> datetime:
    """Truncate to milliseconds, which is what the API can express."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def to_iso(moment: datetime) -> str:
    """Return a date as the API writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Clock:
    """A clock that runs at a given speed, or only moves on request."""

    def __init__(
        self,
        *,
        manual: bool = False,
        speed: float = 1.0,
        start: datetime | None = None,
    ) -> None:
        """Initialize the clock at the given time or the current one."""
        self.manual = manual
        self.speed = speed
        self.on_move: Callable[[], None] | None = None
        self._base = to_milliseconds(start or datetime.now(UTC))
        # A manual clock must not depend on the system's, which tests freeze.
        self._started = 0.0 if manual else time.monotonic()

    def now(self) -> datetime:
        """Return the simulated time."""
        if self.manual:
            return self._base
        elapsed = (time.monotonic() - self._started) * self.speed
        return to_milliseconds(self._base + timedelta(seconds=elapsed))

    def advance(self, seconds: float = 0, **more: float) -> datetime:
        """Move forward by `seconds`, `minutes`, `hours` or `days`, and apply what is due."""
        step = timedelta(seconds=seconds, **more)
        if step < timedelta(0):
            raise ValueError("time only moves forward")
        self._base = to_milliseconds(self._base + step)
        if self.on_move is not None:
            self.on_move()
        return self.now()

    def move_to(self, moment: datetime) -> datetime:
        """Move forward to a time."""
        return self.advance((moment - self.now()).total_seconds())

    def real_seconds_until(self, moment: datetime) -> float | None:
        """Return the real seconds until a time, None if the clock does not run."""
        if self.manual or self.speed <= 0:
            return None
        return max(0.0, (moment - self.now()).total_seconds() / self.speed)
