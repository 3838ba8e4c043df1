"""What to ask Seam for next, and when to ask for everything again. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from .fetches import Fetch, FetchCodes, FetchDevices, FetchEvents
from .rechecks import is_due

# Two requests for each lock, at most 20 a minute on average.
_RECONCILE_AT_LEAST: Final = timedelta(minutes=15)
_RECONCILE_PER_LOCK: Final = timedelta(seconds=6)


class Agenda:
    """Keeps what is due now, what the next poll asks again, and the next reconcile."""

    def __init__(self, jitter: float) -> None:
        """Start with nothing due; `jitter`, 0 to 1, spreads reconciles of many houses."""
        self._jitter = 1 + jitter / 10
        self._due: dict[Fetch, None] = {}
        self._postponed: dict[Fetch, None] = {}
        self.is_reconcile = False
        """Whether everything is asked for in this round."""
        self.reconciled_at: datetime | None = None
        self.reconcile_at: datetime | None = None

    @property
    def postponed(self) -> int:
        """How many questions the next poll asks again."""
        return len(self._postponed)

    def ask(self, *fetches: Fetch) -> None:
        """Have something fetched in this round, once however often it is asked for."""
        self._due.update(dict.fromkeys(fetches))

    def ask_for_device(self, device_id: str) -> None:
        """Have a device fetched, in one question with others."""
        self.ask(FetchDevices(frozenset((device_id,))))

    def ask_for_codes(self, device_ids: Iterable[str]) -> None:
        """Have the codes of devices fetched."""
        self.ask(*map(FetchCodes, device_ids))

    def ask_for_all(self) -> None:
        """Have everything fetched: a reconcile."""
        self.ask(FetchDevices())

    def ask_later(self, fetch: Fetch) -> None:
        """Have something fetched by the next poll."""
        self._postponed[fetch] = None

    def resume(self) -> None:
        """Make due what was left to this poll."""
        self.ask(*self._postponed)
        self._postponed.clear()

    def take_due(self) -> tuple[Fetch, ...]:
        """Return what to fetch now, one question for all devices."""
        due, self._due = self._due, {}
        if FetchDevices() in due:
            self.is_reconcile = True
            # It brings every device, and makes the codes of every lock due.
            return (
                *(fetch for fetch in due if isinstance(fetch, FetchEvents)),
                FetchDevices(),
            )
        asked = [fetch.device_ids for fetch in due if isinstance(fetch, FetchDevices)]
        device_ids = frozenset(chain.from_iterable(ids for ids in asked if ids))
        return (
            *(fetch for fetch in due if not isinstance(fetch, FetchDevices)),
            *((FetchDevices(device_ids),) if device_ids else ()),
        )

    # Reconciles

    def interval(self, locks: int) -> timedelta:
        """Return how long it is from one reconcile of so many locks to the next."""
        return self._jitter * max(_RECONCILE_AT_LEAST, locks * _RECONCILE_PER_LOCK)

    def is_reconcile_due(self, now: datetime, locks: int) -> bool:
        """Return whether it is time to ask for everything."""
        return is_due(self.reconcile_at, now, self.interval(locks))

    def reconciled(self, now: datetime, locks: int) -> None:
        """Plan the next reconcile, as all devices have just come."""
        self.reconciled_at = now
        self.reconcile_at = now + self.interval(locks)

    def reconcile_soon(self, now: datetime, locks: int) -> None:
        """Reconcile now, or as soon as it does not make too many requests."""
        gap = locks * _RECONCILE_PER_LOCK
        if self.reconciled_at is None or is_due(self.reconciled_at + gap, now, gap):
            self.ask_for_all()
        elif self.reconcile_at is not None:
            self.reconcile_at = min(self.reconcile_at, self.reconciled_at + gap)

    def reconcile_next(self) -> None:
        """Reconcile at the next poll: after an outage nothing is taken for granted."""
        self.reconcile_at = None
