"""Rate limits per device and minute."""

from collections import defaultdict, deque
from datetime import datetime, timedelta
import math

from .errors import ApiError

PER_MINUTE = {"create": 10, "update": 10, "delete": 20, "lock": 15, "unlock": 15}
_WINDOW = timedelta(minutes=1)


class Limits:
    """Counts requests per device."""

    def __init__(self) -> None:
        """Initialize the limits."""
        self.enabled = True
        self._asked: dict[tuple[str, str], deque[datetime]] = defaultdict(deque)

    def count(self, device_id: str, action: str, now: datetime) -> None:
        """Count a request; raise if it exceeds the limit."""
        if not self.enabled:
            return
        asked = self._asked[device_id, action]
        while asked and asked[0] <= now - _WINDOW:
            asked.popleft()
        if len(asked) >= PER_MINUTE[action]:
            wait = math.ceil((asked[0] + _WINDOW - now).total_seconds())
            raise ApiError(
                429,
                "rate_limit_exceeded",
                f"Too many {action} requests for this device. Try again later.",
                headers={"Retry-After": str(wait)},
            )
        asked.append(now)
