"""A property test: whatever happens, the locks end up with the codes that are wanted."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, override

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
import pytest

from custom_components.seam.api import AccessCode
from custom_components.seam.stays.bookings import (
    Answer,
    Booking,
    PinRule,
    Rules,
    digest,
    span_of,
    stays_of,
    title_of,
)
from custom_components.seam.stays.plan import Kind
from custom_components.seam.stays.run import Report
from tests.sync.support import make_device

from .support import BERLIN, BLOCKER, DAY, HOUR, Crash, Seam

# Shortly before clocks are set back.
START = datetime(2026, 10, 22, 9, 30, tzinfo=UTC)
HORIZON = timedelta(days=20)
SUMMARIES = ("Reserved", "Ada", "Reserved - Bob")
FAULTS = ("none", "none", "crash before", "crash after", "lost", "not sent", "refused")


class StaysMachine(RuleBasedStateMachine):
    """Bookings, people and faults, and the codes that come of them.

    Each booking has a reference in its description, by which the test knows it even if
    the calendar changes all the rest. The engine compares it only as a whole.
    """

    def __init__(self) -> None:
        """Initialize a loop for the changes that are under way."""
        super().__init__()
        self.loop = asyncio.new_event_loop()

    @override
    def teardown(self) -> None:
        """Stop what is under way."""
        if hasattr(self, "seam"):
            self._finish(self.seam.async_restart())
        self.loop.close()

    def _finish[T](self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(coroutine)

    @initialize(
        check_in=st.sampled_from((None, time(2, 30), time(15))),
        pin_rule=st.sampled_from(PinRule),
    )
    def start(self, check_in: time | None, pin_rule: PinRule) -> None:
        """Start with two locks on which somebody else has codes."""
        self.seam = Seam(
            make_device(),
            make_device("gate"),
            check_in=check_in,
            check_out=check_in and time(11),
            horizon=HORIZON,
            pin_rule=pin_rule,
            excludes=("past",),
        )
        self.seam.now = START
        self.bookings: dict[int, Booking] = {}
        self.edited: dict[str, AccessCode | None] = {}
        """What people have made of codes."""
        self.foreign: dict[str, AccessCode] = {}
        self.number = 0
        self.seam.add("Owner", code="111111")
        self._know_foreign()

    def _know_foreign(self) -> None:
        self.foreign = {
            code_id: code
            for code_id, code in self.seam.codes.items()
            if code_id not in self.seam.made
        }

    @rule(
        day=st.integers(-3, 30),
        hour=st.integers(0, 23),
        length=st.integers(1, 5),
        is_all_day=st.booleans(),
        summary=st.sampled_from(SUMMARIES),
        has_uid=st.booleans(),
    )
    def book(
        self,
        day: int,
        hour: int,
        length: int,
        is_all_day: bool,
        summary: str,
        has_uid: bool,
    ) -> None:
        """Somebody books."""
        self.number += 1
        start: date = (self.seam.now.astimezone(BERLIN) + day * DAY).replace(
            hour=hour, minute=0, second=0, microsecond=0
        )
        if is_all_day and isinstance(start, datetime):
            start = start.date()
        self.bookings[self.number] = Booking(
            uid=f"uid {self.number}" if has_uid else None,
            start=start,
            end=start + length * DAY,
            # Without a UID, nothing else tells it from others on the same day.
            summary=summary if has_uid else f"{summary} {self.number}",
            description=f"Reference R{self.number}\nPhone: +49 151 00{self.number % 5}0000",
        )

    @rule(data=st.data(), days=st.integers(-3, 5))
    def extend(self, data: st.DataObject, days: int) -> None:
        """A booking ends at another time."""
        if self.bookings:
            number = data.draw(st.sampled_from(sorted(self.bookings)))
            one = self.bookings[number]
            self.bookings[number] = replace(one, end=one.end + days * DAY)

    @rule(data=st.data(), days=st.integers(-3, 30))
    def move(self, data: st.DataObject, days: int) -> None:
        """A booking is moved."""
        if self.bookings:
            number = data.draw(st.sampled_from(sorted(self.bookings)))
            one = self.bookings[number]
            delta = days * DAY
            self._change(number, start=one.start + delta, end=one.end + delta)

    @rule(data=st.data(), summary=st.sampled_from(SUMMARIES))
    def rename(self, data: st.DataObject, summary: str) -> None:
        """A booking gets another name."""
        if self.bookings:
            number = data.draw(st.sampled_from(sorted(self.bookings)))
            self._change(number, summary=summary)

    def _change(self, number: int, **fields: Any) -> None:
        if self.bookings[number].uid is None:
            # It is another booking for everybody who does not know the reference.
            one = self.bookings.pop(number)
            self.number += 1
            number = self.number
            self.bookings[number] = replace(one, description=f"Reference R{number}\n")
        self.bookings[number] = replace(self.bookings[number], **fields)

    @rule(data=st.data())
    def change_uid(self, data: st.DataObject) -> None:
        """The calendar gives a booking another UID."""
        if self.bookings:
            number = data.draw(st.sampled_from(sorted(self.bookings)))
            one = self.bookings[number]
            # Nothing else changes at the same time.
            self._settle()
            span = span_of(one, self.seam.rules)
            if span is None or span.ends_at <= self.seam.now:
                # No code is wanted, so there is none to recognize it by.
                return
            self.bookings[number] = replace(one, uid=f"other {self.number}")
            self.number += 1
            self._settle()

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        """A booking is cancelled."""
        if self.bookings:
            number = data.draw(st.sampled_from(sorted(self.bookings)))
            del self.bookings[number]

    @rule(hours=st.sampled_from((0.1, 1, 12, 30, 24 * 7)))
    def wait(self, hours: float) -> None:
        """Time passes, and Seam removes some codes that have ended."""
        self.seam.now += hours * HOUR
        for code_id, code in list(self.seam.codes.items()):
            ends_at = code.ends_at
            if ends_at and ends_at <= self.seam.now and int(code_id.split()[-1]) % 2:
                del self.seam.codes[code_id]
        self._know_foreign()

    @rule(
        hours=st.sampled_from((-30, -1, 1, 30)),
        faults=st.lists(st.sampled_from(FAULTS), max_size=3),
    )
    def run_with_wrong_clock(self, hours: float, faults: list[str]) -> None:
        """The clock is wrong during a run."""
        self.seam.now += hours * HOUR
        # A move that is refused by a clock ahead looks like one of an ended code.
        self.run([fault for fault in faults if hours < 0 or fault != "refused"])
        self.seam.now -= hours * HOUR

    @rule(
        data=st.data(),
        change=st.sampled_from(("name", "time", "delete")),
    )
    def edit(self, data: st.DataObject, change: str) -> None:
        """Somebody changes a code that was made for a stay."""
        self._finish(self.seam.async_release())
        ours = sorted(
            code_id
            for code_id in self.seam.made & self.seam.codes.keys()
            if not self.seam.codes[code_id].is_expired(self.seam.now)
            and any(
                # What Seam has made of an unconfirmed change looks like an edit.
                link.code_id == code_id and not link.is_pending
                for link in self.seam.links
            )
        )
        if not ours:
            return
        code_id = data.draw(st.sampled_from(ours))
        code = self.seam.codes[code_id]
        if change == "delete":
            self.seam.codes.pop(code_id)
        elif change == "name":
            self.seam.edit(code_id, name=f"By hand {len(self.edited)}")
        else:
            assert code.ends_at
            self.seam.edit(code_id, ends_at=code.ends_at + timedelta(minutes=7))
        self.edited[code_id] = self.seam.codes.get(code_id)

    @rule(name=st.sampled_from(SUMMARIES))
    def add_foreign(self, name: str) -> None:
        """Somebody else adds a code, maybe with the name of a guest."""
        self._finish(self.seam.async_release())
        if all(code.name != name for code in self.seam.codes.values()):
            self.seam.add(name, code=f"{900_000 + len(self.seam.codes)}")
            self._know_foreign()

    @rule(data=st.data())
    def hide(self, data: st.DataObject) -> None:
        """The row of a code cannot be read."""
        if self.seam.codes:
            self._finish(self.seam.async_release())
            code_id = data.draw(st.sampled_from(sorted(self.seam.codes)))
            self.seam.unreadable.add(code_id)

    @rule()
    def show(self) -> None:
        """All rows can be read again."""
        self.seam.unreadable.clear()

    @rule(kind=st.sampled_from(("failed", "empty")))
    def run_without_answer(self, kind: str) -> None:
        """The calendar fails, or is empty, several times."""
        self._finish(self.seam.async_release())
        before = dict(self.seam.codes)
        for _ in range(3):
            self.seam.now += timedelta(minutes=1)
            self._finish(self.seam.async_run(None if kind == "failed" else []))
        assert self.seam.codes == before

    @rule(
        faults=st.lists(st.sampled_from(FAULTS), max_size=4),
        is_slow=st.booleans(),
    )
    def run(self, faults: list[str], is_slow: bool = False) -> None:
        """A run in which changes may fail, or Home Assistant may be stopped.

        If they are slow, the calendar may change while they are under way.
        """
        if not is_slow:
            self._finish(self.seam.async_release())
        self.seam.is_slow = is_slow
        self.seam.faults = list(faults)
        self._run()
        self.seam.faults = []

    def _run(self) -> Report | None:
        self.seam.now += timedelta(seconds=1)
        with suppress(Crash):
            return self._finish(self.seam.async_run([BLOCKER, *self.bookings.values()]))
        self._finish(self.seam.async_restart())
        return None

    def _settle(self) -> None:
        """Run without faults until nothing is left to do."""
        self._finish(self.seam.async_release())
        self.seam.unreadable.clear()
        for _ in range(40):
            # Until then, Seam might list a code later.
            self.seam.now += timedelta(minutes=6)
            before = len(self.seam.log)
            report = self._run()
            assert report
            settled = before == len(self.seam.log) and not any(
                step.reason == "missing_once" for step in report.plan.steps
            )
            if settled:
                return
        raise AssertionError

    @rule()
    def check(self) -> None:
        """When all has settled, locks have the codes that are wanted."""
        self._settle()
        now, rules = self.seam.now, self.seam.rules
        for device_id in rules.device_ids:
            if rules.pin_rule is PinRule.SAME:
                self._check_people(device_id, now, rules)
            else:
                self._check_lock(device_id, now, rules)

    def _check_people(self, device_id: str, now: datetime, rules: Rules) -> None:
        """Each name has one code, which works if there is a booking now."""
        names: list[str] = []
        for link in self.seam.links:
            code = self.seam.codes.get(link.code_id or "")
            if code and link.device_id == device_id and not code.is_expired(now):
                names.append(link.key)
        assert len(names) == len({*names}), "created twice"
        if self.edited:
            return
        for one in self.bookings.values():
            span = span_of(one, rules)
            if span and span.starts_at <= now < span.ends_at:
                assert any(
                    code.access_code_id in self.seam.made
                    and code.device_id == device_id
                    and (code.name or "").startswith(one.summary)
                    and code.starts_at
                    and code.starts_at <= now < (code.ends_at or now)
                    for code in self.seam.codes.values()
                ), f"no code for {one}"

    def _check_lock(self, device_id: str, now: datetime, rules: Rules) -> None:
        by_key: dict[str, list[AccessCode]] = {}
        links = {link.code_id: link for link in self.seam.links}
        for code_id in self.seam.made & self.seam.codes.keys():
            code = self.seam.codes[code_id]
            if code.device_id == device_id and not code.is_expired(now):
                link = links.get(code_id)
                assert link, f"nobody knows {code}"
                by_key.setdefault(link.details, []).append(code)
        touched = {
            link.details for link in self.seam.links if link.code_id in self.edited
        }
        for one in self.bookings.values():
            details = digest(f"{title_of(one, rules)}\n{one.description}")
            span = span_of(one, rules)
            codes = [
                code
                for code in by_key.pop(details, [])
                if code.access_code_id not in self.edited
            ]
            assert len(codes) <= 1, "created twice"
            if details in touched or span is None:
                continue
            if span.ends_at <= now:
                assert not codes, "ended"
            elif codes:
                assert (codes[0].starts_at, codes[0].ends_at) == (
                    span.starts_at,
                    span.ends_at,
                )
            else:
                assert span.starts_at > now + rules.horizon, f"no code for {one}"
        answer = Answer(bookings=[*self.bookings.values()], read_at=now)
        impossible = stays_of(answer, rules, now).impossible
        for details, codes in by_key.items():
            if details not in touched:
                for code in codes:
                    link = links[code.access_code_id]
                    assert link.begins_at
                    assert code.starts_at
                    is_begun = min(link.begins_at, code.starts_at) <= now
                    assert is_begun or link.key in impossible, f"left over: {code}"

    @invariant()
    def others_are_untouched(self) -> None:
        """Codes of others, and codes edited by hand, stay as they are."""
        if hasattr(self, "seam"):
            codes = self.seam.codes
            assert all(codes.get(key) == code for key, code in self.foreign.items())
            if self.seam.rules.pin_rule is PinRule.SAME:
                # The code is used again for the next time.
                return
            for code_id, code in self.edited.items():
                assert codes.get(code_id) in (code, None)

    @invariant()
    def limits_are_kept(self) -> None:
        """Seam is not asked for more than 10 changes a minute and lock."""
        if hasattr(self, "seam"):
            creations = [
                when for kind, _, when in self.seam.log[-60:] if kind is Kind.CREATE
            ]
            assert all(
                sum(
                    timedelta() <= when - one < timedelta(minutes=1)
                    for when in creations
                )
                <= 10 * len(self.seam.rules.device_ids)
                for one in creations
            )


SETTINGS = settings(
    max_examples=40,
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
)


def test_locks_end_up_with_wanted_codes() -> None:
    """About a thousand steps."""
    run_state_machine_as_test(StaysMachine, settings=SETTINGS)


class FirstHalf(StaysMachine):
    """A class of its own, as on CI, its name and code determine the examples."""


class SecondHalf(StaysMachine):
    """Makes other examples than the first half, at the same time."""


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("half", [FirstHalf, SecondHalf])
def test_locks_end_up_with_wanted_codes_after_long_run(
    half: type[StaysMachine],
) -> None:
    """More than 100,000 steps in all."""
    run_state_machine_as_test(half, settings=settings(SETTINGS, max_examples=2000))
