"""What to ask Seam for next, and when to ask for everything again. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from ..api import AccessCode, CodeStatus


@dataclass(frozen=True, slots=True)
class FetchEvents:
    """Ask what has happened since then."""

    since: datetime


@dataclass(frozen=True, slots=True)
class FetchDevices:
    """Ask for the devices with these ids, or for all."""

    device_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class FetchCodes:
    """Ask for the managed and the unmanaged codes of a device."""

    device_id: str


type Fetch = FetchEvents | FetchDevices | FetchCodes


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


# Two requests for each lock, at most 20 a minute on average.
_RECONCILE_AT_LEAST: Final = timedelta(minutes=15)
_RECONCILE_PER_LOCK: Final = timedelta(seconds=6)


class FetchSchedule:
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
