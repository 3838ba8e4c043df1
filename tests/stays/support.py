"""A model of Seam, and helpers to compare bookings with its codes."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.seam.api import AccessCode, CodeStatus, Device
from custom_components.seam.stays.bookings import Answer, Booking, Rules
from custom_components.seam.stays.compare import compare
from custom_components.seam.stays.links import Link
from custom_components.seam.stays.plan import Kind, Plan, Reason, Step
from custom_components.seam.stays.run import (
    Budget,
    Follower,
    Outcome,
    Refused,
    Report,
    Uncertain,
)
from custom_components.seam.sync.snapshot import LockData
from tests.sync.support import make_code, make_device

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
BLOCKER = Booking(uid="past", start=NOW - 9 * DAY, end=NOW - 8 * DAY, summary="Past")


class Crash(Exception):
    """Home Assistant was stopped."""


def booking(
    summary: str = "Ada", *, start: float = 2, length: float = 3, **fields: Any
) -> Booking:
    """Return a booking that starts in some days."""
    starts_at = NOW + start * DAY
    values: dict[str, Any] = {
        "uid": summary.casefold(),
        "start": starts_at,
        "end": starts_at + length * DAY,
        "summary": summary,
    }
    return Booking(**values | fields)


class Seam:
    """Locks with codes, and all that is remembered of those made for stays."""

    def __init__(self, *devices: Device, **rules: Any) -> None:
        """Initialize locks without codes."""
        self.devices = {
            device.device_id: device for device in devices or (make_device(),)
        }
        values: dict[str, Any] = {"device_ids": (*self.devices,), "time_zone": BERLIN}
        self.rules = Rules(**values | rules)
        self.codes: dict[str, AccessCode] = {}
        self.made: set[str] = set()
        self.unreadable: set[str] = set()
        """The IDs of codes whose rows cannot be read."""
        self.links: tuple[Link, ...] = ()
        self.taken: Iterable[str | None] = ()
        """The codes of other stays."""
        self.unusual_locks: dict[str, LockData] | None = None
        self.pins: dict[tuple[str, str], str] = {}
        self.now = NOW
        self._budget = Budget()
        self.follower = self._new_follower()
        self.tasks: list[asyncio.Task[Outcome]] = []
        self.is_slow = False
        """Whether no change ends before it is released."""
        self._released = asyncio.Event()
        self.faults: list[str] = []
        """What happens to the next changes."""
        self.rounded: Callable[[datetime], datetime] = lambda time: time
        """What Seam makes of the times of new and changed codes."""
        self.on_change: Callable[[], None] = lambda: None
        """What happens while Seam makes a change."""
        self.log: list[tuple[Kind, str, datetime]] = []
        self._numbers = count(1)

    @property
    def locks(self) -> dict[str, LockData]:
        """The locks with their codes."""
        if self.unusual_locks is not None:
            return self.unusual_locks
        return {
            device_id: LockData(
                device=device,
                managed=tuple(
                    code
                    for code in self.codes_of(device_id)
                    if code.access_code_id not in self.unreadable
                ),
                has_codes=True,
                has_all_codes=True,
                is_complete=not any(
                    code.access_code_id in self.unreadable
                    for code in self.codes_of(device_id)
                ),
            )
            for device_id, device in self.devices.items()
        }

    def codes_of(self, device_id: str) -> list[AccessCode]:
        """Return the codes on a lock."""
        return [code for code in self.codes.values() if code.device_id == device_id]

    def add(self, name: str, **fields: Any) -> AccessCode:
        """Add a code that somebody else made."""
        code = replace(
            make_code(f"foreign {next(self._numbers)}", name=name, **fields),
            created_at=self._created_at(),
        )
        self.codes[code.access_code_id] = code
        return code

    def edit(self, code_id: str, **fields: Any) -> None:
        """Change a code by hand."""
        self.codes[code_id] = replace(self.codes[code_id], **fields)

    def plan(
        self, answer: Iterable[Booking] | None, *, is_empty_confirmed: bool = False
    ) -> Plan:
        """Return what has to be done."""
        for link in self.links:
            code = self.codes.get(link.code_id or "")
            if code and code.code:
                self.pins[link.key, link.device_id] = code.code
        return compare(
            None
            if answer is None
            else Answer(bookings=list(answer), read_at=self.now, updated_at=self.now),
            self.rules,
            self.links,
            self.locks,
            self.now,
            accepts=lambda lock, name, pin: (
                pin not in name
                and all(code.code != pin for code in self.codes_of(lock.device_id))
            ),
            pins=self.pins,
            taken=self.taken,
            is_empty_confirmed=is_empty_confirmed,
        )

    async def async_save(self, links: Iterable[Link]) -> None:
        """Keep the links, as they are after a restart."""
        self.links = tuple(Link.load(_stored(link.dump())) for link in links)

    async def async_run(
        self, answer: Iterable[Booking] | None, *, is_empty_confirmed: bool = False
    ) -> Report:
        """Do what has to be done."""
        bookings = None if answer is None else list(answer)
        return await self.follower.async_follow(
            lambda: self.plan(bookings, is_empty_confirmed=is_empty_confirmed),
            lambda: self.is_slow,
        )

    def _new_follower(self) -> Follower:
        return Follower(self._start, self, self._budget, lambda: self.now)

    def _start(self, step: Step) -> asyncio.Task[Outcome]:
        fault = self.faults.pop(0) if self.faults else "none"
        task = asyncio.get_running_loop().create_task(self._async_do(step, fault))
        self.tasks.append(task)
        return task

    async def async_run_twice(self, *bookings: Booking) -> Report:
        """Do what has to be done, also what needs two answers."""
        await self.async_run(bookings)
        self.now += timedelta(minutes=6)
        return await self.async_run(bookings)

    async def async_release(self) -> None:
        """Let the changes end that are under way, unless one of them stops all."""
        self.is_slow = False
        self._released.set()
        results = await asyncio.gather(*self.tasks, return_exceptions=True)
        self._released.clear()
        self.tasks.clear()
        for result in results:
            if isinstance(result, Crash | asyncio.CancelledError):
                self.pins.clear()
                self.follower = self._new_follower()
            elif isinstance(result, BaseException):
                raise result

    async def async_restart(self) -> None:
        """Stop what is under way, and forget what is not stored."""
        for task in self.tasks:
            task.cancel()
        await self.async_release()

    async def _async_do(self, step: Step, fault: str) -> Outcome:
        if self.is_slow:
            await self._released.wait()
        if fault == "crash before":
            raise Crash
        if fault.startswith("refused"):
            return Refused(error=Exception("refused"), is_temporary=fault != "refused")
        if fault == "not sent":
            return Uncertain(error=Exception("not sent"))
        if step.code_id and step.code_id not in self.codes:
            return Refused(error=Exception("It has ended, and Seam has removed it."))
        assert step.device_id
        self.on_change()
        self.log.append((step.kind, step.device_id, self.now))
        if step.kind is Kind.DELETE:
            assert step.code_id in self.made
            del self.codes[step.code_id]
            result = None
        elif step.kind is Kind.CREATE:
            result = self._create(step)
        else:
            assert step.code_id in self.made
            result = self._with_times(self.codes[step.code_id], step)
            self.codes[step.code_id] = result
        if fault == "crash after":
            raise Crash
        if fault == "lost":
            return Uncertain(error=Exception("lost"))
        return result

    def _create(self, step: Step) -> AccessCode:
        number = next(self._numbers)
        pin = step.pin or f"{number:06}"
        assert step.device_id
        others = self.codes_of(step.device_id)
        assert all(other.code != pin for other in others)
        assert all(
            other.name != step.name
            for other in others
            if not other.is_expired(self.now)
            # Nobody knows the names of these.
            and other.access_code_id not in self.unreadable - self.made
        )
        code = self._with_times(
            make_code(
                f"made {number}",
                device_id=step.device_id,
                code=pin,
                status=CodeStatus.UNSET,
            ),
            step,
        )
        code = replace(code, created_at=self._created_at())
        self.codes[code.access_code_id] = code
        self.made.add(code.access_code_id)
        return code

    def _created_at(self) -> datetime:
        """Return the time by Seam's clock, which may differ from ours."""
        return NOW - DAY + timedelta(seconds=next(self._numbers))

    def _with_times(self, code: AccessCode, step: Step) -> AccessCode:
        assert step.span
        return replace(
            code,
            name=step.name,
            type="time_bound",
            starts_at=self.rounded(step.span.starts_at),
            ends_at=self.rounded(step.span.ends_at),
        )

    def shown(self) -> list[tuple[str | None, datetime | None, datetime | None]]:
        """Return the names and times of the codes that were made for stays."""
        return sorted(
            (code.name, code.starts_at, code.ends_at)
            for code_id, code in self.codes.items()
            if code_id in self.made
        )

    def only(self) -> AccessCode:
        """Return the only code that was made for a stay."""
        [code_id] = self.made & self.codes.keys()
        return self.codes[code_id]


def _stored(data: Any) -> Any:
    """Return data as it is after it was stored."""
    if isinstance(data, dict):
        return {key: _stored(value) for key, value in data.items()}
    return data.isoformat() if isinstance(data, datetime) else data


def steps(plan: Plan) -> list[tuple[Kind, Reason | None]]:
    """Return the kinds and reasons of steps."""
    return [(step.kind, step.reason) for step in plan.steps]
