"""Tests of the steps from bookings to codes."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from custom_components.seam.api import AccessCode, CodeStatus
from custom_components.seam.api.devices import DeviceProperties
from custom_components.seam.stays.bookings import Booking, PinRule
from custom_components.seam.stays.plan import Kind, Reason
from custom_components.seam.stays.run import Report
from custom_components.seam.sync.snapshot import LockData
from tests.sync.support import make_device

from .support import BERLIN, BLOCKER, DAY, HOUR, NOW, Crash, Seam, booking, steps

ADA = booking("Ada")
ADA_STARTS_AT = NOW + 2 * DAY
ADA_ENDS_AT = NOW + 5 * DAY
BOB = booking("Bob", start=6)


@pytest.fixture
def seam() -> Seam:
    """Return a lock without codes."""
    return Seam()


async def test_code_follows_booking(seam: Seam) -> None:
    """It is created, moved, renamed and deleted, and otherwise left."""
    await seam.async_run([BOB, ADA])
    assert [kind for kind, *_ in seam.log] == [Kind.CREATE] * 2
    assert [name for name, *_ in seam.shown()] == ["Ada", "Bob"]
    later = replace(ADA, end=ADA_ENDS_AT + DAY)
    renamed = replace(BOB, summary="Robert")
    await seam.async_run([later, renamed])
    assert [kind for kind, *_ in seam.log[2:]] == [Kind.MOVE, Kind.RENAME]
    assert [(name, end) for name, _, end in seam.shown()] == [
        ("Ada", later.end),
        ("Robert", BOB.end),
    ]
    assert not (await seam.async_run([later, renamed])).plan.steps
    await seam.async_run_twice(later)
    assert [kind for kind, *_ in seam.log[4:]] == [Kind.DELETE]
    assert seam.only().name == "Ada"


async def test_soonest_booking_within_horizon_comes_first(seam: Seam) -> None:
    """One beyond gets its code later, but a code that exists follows its booking."""
    far = booking("Far", start=31)
    plan = seam.plan([far, BOB, ADA])
    assert [step.name for step in plan.steps] == ["Ada", "Bob"]
    await seam.async_run([ADA])
    await seam.async_run([replace(ADA, start=NOW + 40 * DAY, end=NOW + 41 * DAY)])
    assert seam.only().starts_at == NOW + 40 * DAY
    seam.now += 2 * DAY
    assert [
        step.name for step in seam.plan([far]).steps if step.kind is Kind.CREATE
    ] == ["Far"]


async def test_failed_or_empty_answer_deletes_nothing(seam: Seam) -> None:
    """An empty calendar looks like a broken one, until somebody confirms it."""
    await seam.async_run([ADA])
    for answer, reason in ((None, Reason.CALENDAR_FAILED), ([], Reason.CALENDAR_EMPTY)):
        for _ in range(3):
            seam.now += HOUR
            report = await seam.async_run(answer)
            assert steps(report.plan) == [(Kind.LEAVE, reason)]
    # Events that do not count show that the calendar works.
    seam.rules = replace(seam.rules, excludes=("past",))
    report = await seam.async_run([BLOCKER])
    assert steps(report.plan) == [(Kind.LEAVE, Reason.MISSING_ONCE)]
    seam.now += HOUR
    await seam.async_run([BLOCKER])
    assert not seam.shown()


async def test_answers_within_seconds_count_once(seam: Seam) -> None:
    """A calendar that is edited or loaded may change several times."""
    await seam.async_run([ADA, BOB])
    for _ in range(4):
        report = await seam.async_run([BOB])
        assert (Kind.LEAVE, Reason.MISSING_ONCE) in steps(report.plan)
        seam.now += timedelta(seconds=4)
    seam.now += timedelta(seconds=4)
    await seam.async_run([BOB])
    assert seam.only().name == "Bob"


async def test_confirmed_empty_calendar_deletes(seam: Seam) -> None:
    """A second answer is not needed."""
    await seam.async_run([ADA])
    report = await seam.async_run([])
    assert steps(report.plan) == [(Kind.LEAVE, Reason.CALENDAR_EMPTY)]
    await seam.async_run([], is_empty_confirmed=True)
    assert not seam.shown()


async def test_booking_that_returns_keeps_its_code(seam: Seam) -> None:
    """Missing from two answers that do not follow each other is not enough."""
    await seam.async_run([ADA, BOB])
    code = next(code for code in seam.codes.values() if code.name == "Ada")
    for answer in ([BOB], [ADA, BOB], [BOB], None, [], [ADA, BOB]):
        seam.now += HOUR
        await seam.async_run(answer)
    assert seam.codes[code.access_code_id] == code


async def test_guest_who_has_arrived_keeps_the_code(seam: Seam) -> None:
    """Some calendars leave out a booking as soon as it has started."""
    await seam.async_run([ADA])
    seam.now = NOW + 2 * DAY + HOUR
    report = await seam.async_run_twice(BOB)
    assert (Kind.LEAVE, Reason.STARTED) in steps(report.plan)
    # A booking that is still listed decides about its end.
    await seam.async_run([replace(ADA, end=seam.now - HOUR), BOB])
    assert seam.only().name == "Bob"


VISITS = {
    "coming": booking("Ada", uid="next", start=2, length=0.2),
    "running": booking("Ada", uid="next", start=-0.1, length=0.5),
}


@pytest.mark.parametrize("others", [(), (-7,), (6,), (-7, 6)])
@pytest.mark.parametrize("visit", VISITS)
@pytest.mark.parametrize("pin_rule", PinRule)
async def test_one_answer_without_a_booking_changes_no_code(
    seam: Seam, pin_rule: PinRule, visit: str, others: tuple[int, ...]
) -> None:
    """Whatever other bookings of the same person are listed."""
    seam.rules = replace(seam.rules, pin_rule=pin_rule)
    listed = [BLOCKER, *(booking(uid=f"{n}", start=n, length=0.2) for n in others)]
    await seam.async_run([*listed, VISITS[visit]])
    [code] = [c for c in seam.codes.values() if c.starts_at == VISITS[visit].start]
    for _ in range(3):
        seam.now += timedelta(minutes=1)
        await seam.async_run(listed)
        assert seam.codes[code.access_code_id] == code
        await seam.async_run([*listed, VISITS[visit]])
    for _ in range(2):
        seam.now += timedelta(minutes=1)
        await seam.async_run(listed)
    is_kept = seam.codes.get(code.access_code_id) == code
    assert is_kept is (visit == "running")
    seam.now += DAY
    await seam.async_run(listed)
    coming = [c for c in seam.codes.values() if not c.is_expired(seam.now)]
    assert [c.starts_at for c in coming] == ([NOW + 6 * DAY] if 6 in others else [])


@pytest.mark.parametrize("others", [(), (-7, 6)])
@pytest.mark.parametrize("visit", VISITS)
@pytest.mark.parametrize("pin_rule", PinRule)
@pytest.mark.parametrize("days", [1, 0.05, -0.05])
async def test_booking_that_is_moved_takes_its_code_along(
    seam: Seam,
    pin_rule: PinRule,
    visit: str,
    others: tuple[int, ...],
    days: float,
) -> None:
    """At once, as the calendar lists it with the same UID."""
    seam.rules = replace(seam.rules, pin_rule=pin_rule)
    listed = [BLOCKER, *(booking(uid=f"{n}", start=n, length=0.2) for n in others)]
    old = VISITS[visit]
    await seam.async_run([*listed, old])
    [code] = [c for c in seam.codes.values() if c.starts_at == old.start]
    delta = days * DAY
    new = replace(old, start=old.start + delta, end=old.end + delta)
    await seam.async_run([*listed, new])
    assert seam.codes[code.access_code_id].starts_at == old.start + delta


async def test_started_event_keeps_its_code_before_check_in(seam: Seam) -> None:
    """An event that lasts all day starts at midnight, and some calendars drop it then."""
    seam.rules = replace(seam.rules, check_in=time(15), check_out=time(11))
    one = replace(ADA, start=date(2026, 11, 22), end=date(2026, 11, 24))
    await seam.async_run([one, BOB])
    seam.now = datetime(2026, 11, 22, 0, 5, tzinfo=BERLIN).astimezone(UTC)
    code = next(code for code in seam.codes.values() if code.name == "Ada")
    assert code.starts_at
    assert code.starts_at > seam.now
    for _ in range(2):
        report = await seam.async_run_twice(BOB)
        assert steps(report.plan) == [(Kind.LEAVE, Reason.STARTED)]
    # Somebody knows better.
    await seam.async_run([], is_empty_confirmed=True)
    assert not seam.shown()


async def test_links_of_earlier_versions_know_no_event(seam: Seam) -> None:
    """Until the calendar has the booking again, the start of the code counts."""
    one = replace(ADA, start=date(2026, 11, 22), end=date(2026, 11, 24))
    seam.rules = replace(seam.rules, check_in=time(15), check_out=time(11))
    await seam.async_run([one, BOB])
    known = seam.links
    old = [replace(link, begins_at=None, booking=None) for link in seam.links]
    seam.now = datetime(2026, 11, 22, 0, 5, tzinfo=BERLIN).astimezone(UTC)
    await seam.async_save(old)
    assert steps(seam.plan([BOB])) == [(Kind.LEAVE, Reason.MISSING_ONCE)]
    await seam.async_run([one, BOB])
    assert seam.links == known


@pytest.mark.parametrize("fields", [{"uid": "other"}, {"uid": None}])
async def test_booking_with_another_uid_keeps_its_code(
    seam: Seam, fields: dict[str, Any]
) -> None:
    """It is recognized by its name, times and description."""
    one = replace(ADA, description="Reservation A")
    await seam.async_run([one])
    assert not (await seam.async_run_twice(replace(one, **fields))).plan.steps
    assert len(seam.log) == 1


async def test_new_guest_does_not_get_the_code_of_one_who_cancelled(seam: Seam) -> None:
    """Many calendars call all bookings the same."""
    one = booking("Reserved", uid="1", description="Reservation A")
    await seam.async_run([one])
    old = seam.only()
    await seam.async_run_twice(replace(one, uid="2", description="Reservation B"))
    assert seam.only().access_code_id != old.access_code_id


async def test_codes_of_others_are_never_touched(seam: Seam) -> None:
    """Not even one that looks like ours."""
    foreign = seam.add("Ada", starts_at=ADA_STARTS_AT, ends_at=ADA_ENDS_AT)
    await seam.async_run([ADA])
    await seam.async_run_twice(BOB)
    assert seam.codes[foreign.access_code_id] == foreign


async def test_names_are_unique_and_stable(seam: Seam) -> None:
    """A date tells bookings of one name apart, also after the other one is gone."""
    one = booking("Reserved", uid="1")
    two = booking("Reserved", uid="2", start=6)
    await seam.async_run([one, two])
    names = ["Reserved", "Reserved 2026-11-26"]
    assert [name for name, *_ in seam.shown()] == names
    await seam.async_run_twice(two)
    assert [name for name, *_ in seam.shown()] == names[1:]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Ada & Eve"},
        {"ends_at": ADA_ENDS_AT + HOUR},
        {"starts_at": NOW},
        {"is_managed": False},
    ],
)
async def test_code_edited_by_hand_is_left_alone(
    seam: Seam, change: dict[str, object]
) -> None:
    """It is reported while the booking exists, and after it was cancelled."""
    await seam.async_run([ADA, BOB])
    code_id = next(key for key, code in seam.codes.items() if code.name == "Ada")
    seam.edit(code_id, **change)
    edited = seam.codes[code_id]
    for answer in (
        [ADA, BOB],
        [replace(ADA, end=ADA_ENDS_AT + DAY), BOB],
        [BOB],
        [BOB],
    ):
        seam.now += timedelta(minutes=10)
        report = await seam.async_run(answer)
        assert steps(report.plan) == [(Kind.EDITED, None)]
    assert seam.codes[code_id] == edited


async def test_code_deleted_by_hand_is_not_created_again(seam: Seam) -> None:
    """Unless the booking changes."""
    await seam.async_run([ADA])
    seam.codes.clear()
    seam.now += HOUR
    report = await seam.async_run([ADA])
    assert steps(report.plan) == [(Kind.EDITED, Reason.DELETED_BY_HAND)]
    await seam.async_run([replace(ADA, end=ADA_ENDS_AT + DAY)])
    assert seam.only().ends_at == ADA_ENDS_AT + DAY


@pytest.mark.parametrize("fault", ["crash before", "crash after", "lost", "not sent"])
@pytest.mark.parametrize("kind", [Kind.CREATE, Kind.MOVE, Kind.DELETE])
async def test_restart_in_the_middle_creates_nothing_twice(
    seam: Seam, kind: Kind, fault: str
) -> None:
    """Whether Seam has made the change or not, it is made once."""
    wanted = [ADA, BOB]
    if kind is not Kind.CREATE:
        await seam.async_run(wanted)
    if kind is Kind.MOVE:
        wanted = [replace(ADA, end=ADA_ENDS_AT + DAY), BOB]
    if kind is Kind.DELETE:
        wanted = [BOB]
        await seam.async_run(wanted)
    seam.now += HOUR
    seam.faults = [fault]
    try:
        await seam.async_run(wanted)
    except Crash:
        seam.pins.clear()
    for _ in range(2):
        seam.now += HOUR
        report = await seam.async_run(wanted)
    assert not report.plan.steps
    assert [(name, end) for name, _, end in seam.shown()] == [
        (one.summary, one.end) for one in wanted
    ]


ROUNDINGS: dict[str, Callable[[datetime], datetime]] = {
    "exact": lambda time: time,
    "milliseconds": lambda time: time.replace(microsecond=123_000),
    "next minute": lambda time: time + timedelta(minutes=1),
    "full hour": lambda time: time.replace(minute=0),
    "next hour": lambda time: time.replace(minute=0) + HOUR,
    "full day": lambda time: time.replace(hour=0, minute=0),
    "next day": lambda time: time.replace(hour=0, minute=0) + DAY,
    "other time zone": lambda time: time + 11 * HOUR,
}


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("fault", ["none", "crash before", "crash after", "lost"])
@pytest.mark.parametrize("kind", [Kind.CREATE, Kind.MOVE, Kind.RENAME])
async def test_lost_answer_leaves_one_code_whatever_seam_makes_of_times(
    seam: Seam, rounding: str, fault: str, kind: Kind
) -> None:
    """It follows its booking, and is deleted with it."""
    seam.rounded = ROUNDINGS[rounding]
    one = replace(ADA, start=ADA.start + timedelta(minutes=7))
    await seam.async_run([BOB, one] if kind is not Kind.CREATE else [BOB])
    if kind is Kind.MOVE:
        one = replace(one, end=ADA_ENDS_AT + timedelta(days=2, minutes=14))
    elif kind is Kind.RENAME:
        one = replace(one, summary="Robert")

    async def run(*answer: Booking) -> None:
        with suppress(Crash):
            report = await seam.async_run([BOB, *answer])
            assert not any(step.kind is Kind.EDITED for step in report.plan.steps)
        seam.now += timedelta(minutes=7)

    def code() -> AccessCode:
        [code] = [code for code in seam.codes.values() if code.name != "Bob"]
        return code

    seam.faults = [fault]
    for _ in range(3):
        await run(one)
    assert isinstance(one.end, datetime)
    assert (code().name, code().ends_at) == (one.summary, seam.rounded(one.end))
    later = replace(one, end=one.end + DAY)
    await run(later)
    assert code().ends_at == seam.rounded(one.end + DAY)
    for _ in range(3):
        await run()
    assert [name for name, *_ in seam.shown()] == ["Bob"]


async def test_lost_code_is_known_although_its_creation_was_refused_then(
    seam: Seam,
) -> None:
    """While its lock could not be read, it had to be created again."""
    seam.unusual_locks = seam.locks
    seam.faults = ["lost"]
    await seam.async_run([ADA])
    seam.now += timedelta(minutes=7)
    seam.faults = ["refused for now"]
    await seam.async_run([ADA])
    seam.unusual_locks = None
    assert not (await seam.async_run([ADA])).plan.steps
    assert seam.only().name == "Ada"


@pytest.mark.parametrize("change", [Kind.MOVE, Kind.DELETE])
async def test_code_edited_by_hand_after_a_refused_change_is_left_alone(
    seam: Seam, change: Kind
) -> None:
    """Seam has made nothing of what was refused."""
    await seam.async_run([ADA, BOB])
    answer = [replace(ADA, end=ADA_ENDS_AT + DAY), BOB]
    if change is Kind.DELETE:
        answer = [BOB]
        await seam.async_run(answer)
        seam.now += HOUR
    seam.faults = ["refused"]
    await seam.async_run(answer)
    code_id = next(key for key, code in seam.codes.items() if code.name == "Ada")
    seam.edit(code_id, ends_at=ADA_ENDS_AT + HOUR)
    for _ in range(3):
        seam.now += HOUR
        report = await seam.async_run(answer)
        assert steps(report.plan) == [(Kind.EDITED, None)]
    assert seam.codes[code_id].ends_at == ADA_ENDS_AT + HOUR


@pytest.mark.parametrize(
    "fields",
    [
        {"ends_at": None},
        {"is_backup": True},
        {"name": "Eve"},
        {"created_at": NOW - 2 * DAY},
        {"created_at": None},
    ],
)
async def test_code_of_somebody_else_is_not_taken_for_a_lost_one(
    seam: Seam, fields: dict[str, Any]
) -> None:
    """It does not end, is a backup, or was created before."""
    seam.add("Owner")
    seam.faults = ["not sent"]
    await seam.async_run([ADA])
    code = seam.add(ADA.summary, starts_at=ADA.start, ends_at=ADA.end)
    assert seam.plan([ADA]).links[0].code_id == code.access_code_id
    seam.edit(code.access_code_id, **fields)
    assert seam.plan([ADA]).links[0].code_id is None


async def test_code_of_other_stays_is_not_taken_for_a_lost_one(seam: Seam) -> None:
    """It may have the same name and times."""
    seam.faults = ["not sent"]
    await seam.async_run([ADA])
    code = seam.add(ADA.summary, starts_at=ADA.start, ends_at=ADA.end)
    for taken, code_ids in (
        ([code.access_code_id], [None]),
        ([], [code.access_code_id]),
    ):
        seam.taken = taken
        assert [link.code_id for link in seam.plan([ADA]).links] == code_ids


async def test_refused_change_is_tried_again_next_time(seam: Seam) -> None:
    """Once in each run."""
    seam.faults = ["refused"]
    report = await seam.async_run([ADA])
    assert [str(error) for error in report.errors.values()] == ["refused"]
    assert not seam.shown()
    await seam.async_run([ADA])
    seam.faults = ["refused"]
    later = replace(ADA, end=ADA_ENDS_AT + DAY)
    await seam.async_run([later])
    assert seam.only().ends_at == ADA_ENDS_AT
    await seam.async_run([later])
    assert seam.only().ends_at == later.end


async def test_error_is_known_until_the_step_ends_or_is_not_wanted(seam: Seam) -> None:
    """Also while it is tried again, and while the calendar fails."""

    def errors(report: Report) -> list[str]:
        return [str(error) for error in report.errors.values()]

    seam.faults = ["refused"]
    for answer in ([ADA], None, []):
        report = await seam.async_run(answer)
        assert errors(report) == ["refused"]
    seam.is_slow, seam.faults = True, ["refused"]
    report = await seam.async_run([ADA])
    assert errors(report) == ["refused"]
    await seam.async_release()
    report = await seam.async_run([BOB])
    assert not report.errors
    seam.faults = ["lost"]
    for _ in range(2):
        report = await seam.async_run([ADA, BOB])
    assert not report.errors
    seam.faults = ["not sent"]
    eve = booking("Eve", start=9)
    for _ in range(2):
        report = await seam.async_run([ADA, BOB, eve])
        assert errors(report) == ["not sent"]
    seam.now += timedelta(minutes=6)
    report = await seam.async_run([ADA, BOB, eve])
    assert not report.errors
    assert len(seam.shown()) == 3


async def test_outdated_plan_is_not_followed(seam: Seam) -> None:
    """The calendar changes while the first step is under way."""
    seam.on_change = lambda: setattr(seam, "is_slow", True)
    await seam.async_run([ADA, BOB])
    seam.is_slow = False
    await seam.async_run([ADA])
    assert [kind for kind, *_ in seam.log] == [Kind.CREATE]


async def test_booking_that_is_restored_gets_a_new_code(seam: Seam) -> None:
    """The old one was deleted by us, not by hand."""
    await seam.async_run([ADA, BOB])
    await seam.async_run_twice(BOB)
    seam.now += HOUR
    await seam.async_run([ADA, BOB])
    assert len(seam.shown()) == 2


async def test_booking_is_restored_after_its_code_could_not_be_deleted(
    seam: Seam,
) -> None:
    """Then somebody deletes the code by hand."""
    await seam.async_run([ADA, BOB])
    await seam.async_run([BOB])
    seam.now += timedelta(minutes=6)
    seam.faults = ["refused"]
    await seam.async_run([BOB])
    await seam.async_run([ADA, BOB])
    seam.codes = {key: code for key, code in seam.codes.items() if code.name == "Bob"}
    seam.now += HOUR
    report = await seam.async_run([ADA, BOB])
    assert steps(report.plan) == [(Kind.EDITED, Reason.DELETED_BY_HAND)]


async def test_booking_that_is_restored_while_its_code_is_deleted(seam: Seam) -> None:
    """It gets a new code as soon as the old one is gone."""
    await seam.async_run([ADA, BOB])
    await seam.async_run([BOB])
    seam.now += timedelta(minutes=6)
    seam.faults = ["not sent"]
    await seam.async_run([BOB])
    code_id = next(key for key, code in seam.codes.items() if code.name == "Ada")
    seam.edit(code_id, status=CodeStatus.REMOVING)
    await seam.async_run([ADA, BOB])
    seam.codes.pop(code_id)
    seam.now += HOUR
    await seam.async_run([ADA, BOB])
    assert len(seam.shown()) == 2


async def test_booking_that_is_restored_when_its_code_may_be_deleted(
    seam: Seam,
) -> None:
    """The first list without the code does not count, and nobody deleted it by hand."""
    await seam.async_run([ADA, BOB])
    await seam.async_run([BOB])
    seam.now += timedelta(minutes=6)
    code_id = next(key for key, code in seam.codes.items() if code.name == "Ada")
    kept = {
        key: replace(lock, missing=frozenset({code_id}))
        for key, lock in seam.locks.items()
    }

    def keep() -> None:
        seam.unusual_locks = kept

    seam.on_change = keep
    seam.faults = ["lost"]
    await seam.async_run([BOB])
    assert code_id not in seam.codes
    await seam.async_run([ADA, BOB])
    seam.on_change = lambda: None
    seam.unusual_locks = None
    seam.now += HOUR
    await seam.async_run([ADA, BOB])
    assert len(seam.shown()) == 2


async def test_seam_may_round_times(seam: Seam) -> None:
    """A code with rounded times is not moved again and again."""
    await seam.async_run([ADA])
    code = seam.only()
    rounded = replace(code, ends_at=ADA_ENDS_AT + HOUR)
    seam.codes[code.access_code_id] = rounded
    [link] = seam.links
    await seam.async_save([link.confirmed(rounded)])
    assert not (await seam.async_run([ADA])).plan.steps


async def test_person_keeps_the_pin(seam: Seam) -> None:
    """The code is moved to the next time when the last one has ended."""
    seam.rules = replace(seam.rules, pin_rule=PinRule.SAME)
    times = [
        booking("Cleaner", start=day, length=0.1, recurrence_id=str(day))
        for day in (1, 8, 15)
    ]
    await seam.async_run(times)
    first = seam.only()
    for day in (8, 15):
        seam.now = NOW + (day - 6) * DAY
        await seam.async_run(times)
        starts_at = NOW + day * DAY
        assert seam.only() == replace(
            first, starts_at=starts_at, ends_at=starts_at + 0.1 * DAY
        )


async def test_person_gets_the_same_pin_in_a_new_code(seam: Seam) -> None:
    """Seam may have removed the code that has ended; after a restart nobody knows it."""
    seam.rules = replace(seam.rules, pin_rule=PinRule.SAME)
    times = [
        booking("Cleaner", start=day, length=0.1, recurrence_id=str(day))
        for day in (1, 8, 15)
    ]
    await seam.async_run(times)
    first = seam.only()
    seam.codes.clear()
    seam.now = NOW + 3 * DAY
    await seam.async_run(times)
    assert seam.only().access_code_id != first.access_code_id
    assert seam.only().code == first.code
    seam.codes.clear()
    seam.pins.clear()
    seam.now = NOW + 10 * DAY
    await seam.async_run(times)
    assert seam.only().code != first.code


@pytest.mark.parametrize("keeps_code", [False, True])
async def test_person_gets_a_new_code_if_the_old_one_cannot_be_moved(
    seam: Seam, keeps_code: bool
) -> None:
    """It has the same PIN, unless the old code still has it."""
    seam.rules = replace(seam.rules, pin_rule=PinRule.SAME)
    times = [
        booking("Cleaner", start=day, length=0.1, recurrence_id=str(day))
        for day in (1, 8)
    ]
    await seam.async_run(times)
    first = seam.only()
    seam.now = NOW + 3 * DAY
    seam.faults = ["refused", "refused"]
    report = await seam.async_run(times)
    assert [step.kind for step in report.errors] == [Kind.CREATE]
    if not keeps_code:
        seam.codes.clear()
    plan = seam.plan(times)
    assert [(step.kind, step.reason) for step in plan.steps] == [
        (Kind.CREATE, Reason.OTHER_PIN if keeps_code else None)
    ]
    await seam.async_run(times)
    new = next(code for code in seam.codes.values() if code.starts_at == NOW + 8 * DAY)
    assert (new.code == first.code) is not keeps_code


async def test_temporary_refusal_keeps_the_code_of_a_person(seam: Seam) -> None:
    """Such as one because of the rate limit."""
    seam.rules = replace(seam.rules, pin_rule=PinRule.SAME)
    times = [
        booking("Cleaner", start=day, length=0.1, recurrence_id=str(day))
        for day in (1, 8)
    ]
    await seam.async_run(times)
    seam.now = NOW + 3 * DAY
    seam.faults = ["refused for now"]
    await seam.async_run(times)
    assert seam.only().ends_at == NOW + 1.1 * DAY
    await seam.async_run(times)
    assert seam.only().starts_at == NOW + 8 * DAY


async def test_all_locks_get_the_same_pin() -> None:
    """Seam chooses the one of the first lock."""
    seam = Seam(make_device(), make_device("gate"))
    await seam.async_run([ADA])
    assert len({code.code for code in seam.codes.values()}) == 1
    assert len(seam.shown()) == 2
    seam.rules = replace(seam.rules, device_ids=("gate",))
    await seam.async_run([ADA])
    assert seam.only().device_id == "gate"


async def test_pin_of_guest_who_leaves_is_not_reused_on_that_day(seam: Seam) -> None:
    """Even if the code is gone already."""
    seam.rules = replace(seam.rules, pin_rule=PinRule.TELEPHONE)
    telephone = "Phone Number (Last 4 Digits): 4821"
    leaving = booking("Ada", start=-1, length=1.1, description=telephone)
    await seam.async_run([leaving])
    assert seam.only().code == "4821"
    seam.now = NOW + 3 * HOUR
    seam.codes.clear()
    arriving = booking("Bob", start=0.3, length=2, description=telephone)
    tomorrow = booking("Eve", start=1.3, length=2, description=telephone)
    unknown = booking("Max", start=4, description="Arrives by train")
    plan = seam.plan([leaving, arriving, tomorrow, unknown])
    assert [(step.name, step.pin, step.reason) for step in plan.steps] == [
        ("Bob", None, Reason.OTHER_PIN),
        ("Eve", "4821", None),
        ("Max", None, Reason.NO_TELEPHONE),
    ]
    assert "4821" not in repr(plan)


async def test_full_lock_is_reported() -> None:
    """Codes count at the time of the stay only."""
    device = replace(
        make_device(), properties=DeviceProperties(max_active_codes_supported=2)
    )
    seam = Seam(device)
    seam.add("Owner")
    plan = seam.plan([ADA, replace(BOB, start=ADA_STARTS_AT), booking("Eve", start=9)])
    assert steps(plan) == [
        (Kind.CREATE, None),
        (Kind.CREATE, None),
        (Kind.BLOCKED, Reason.LOCK_FULL),
    ]


async def test_unknown_codes_change_nothing(seam: Seam) -> None:
    """What is on the lock is not known."""
    await seam.async_run([ADA])
    unknown = {"door": LockData(device=make_device())}
    for locks, reason in ((unknown, Reason.CODES_UNKNOWN), ({}, Reason.LOCK_GONE)):
        seam.unusual_locks = locks
        plan = seam.plan([replace(ADA, end=ADA_ENDS_AT + DAY), BOB])
        assert steps(plan) == [(Kind.BLOCKED, reason)] * 2
        assert plan.links == seam.links


async def test_row_that_cannot_be_read_keeps_no_other_guest_out(seam: Seam) -> None:
    """Only what was requested before might be in it."""
    owner = seam.add("Owner")
    seam.faults = ["none", "lost"]
    await seam.async_run([ADA, BOB])
    seam.now += HOUR
    seam.unreadable = {owner.access_code_id, *seam.made}
    later = replace(ADA, end=ADA_ENDS_AT + DAY)
    eve = booking("Eve", start=1)
    report = await seam.async_run([later, BOB, eve])
    assert steps(report.plan) == [(Kind.BLOCKED, Reason.CODES_UNKNOWN)] * 2
    assert [name for name, *_ in seam.shown()] == ["Ada", "Bob", "Eve"]
    before = seam.links
    seam.unreadable.clear()
    await seam.async_run([later, BOB, eve])
    assert {link.key for link in seam.links} == {link.key for link in before}
    assert seam.shown() == [
        (one.summary, one.start, one.end) for one in (later, BOB, eve)
    ]


@pytest.mark.parametrize("has_left", [False, True])
async def test_person_gets_a_new_code_although_a_row_cannot_be_read(
    seam: Seam, has_left: bool
) -> None:
    """The code of the last visit was removed, or lets nobody in."""
    seam.rules = replace(seam.rules, pin_rule=PinRule.SAME)
    owner = seam.add("Owner")
    last, following = (
        booking("Cleaner", start=day, length=0.1, recurrence_id=str(day))
        for day in (1, 8)
    )
    await seam.async_run([last])
    code = seam.only()
    seam.now = NOW + (3 if has_left else 1) * DAY
    seam.unreadable = {owner.access_code_id}
    if has_left:
        del seam.codes[code.access_code_id]
    else:
        seam.unreadable.add(code.access_code_id)
    await seam.async_run([last, following])
    starts = [starts_at for _, starts_at, _ in seam.shown()]
    assert starts == [following.start if has_left else last.start]


async def test_changes_stay_within_limits_of_seam(seam: Seam) -> None:
    """The rest has to wait for a minute."""
    bookings = [booking(f"Guest {number}", start=number) for number in range(1, 21)]
    for _ in range(10):
        report = await seam.async_run(bookings)
        seam.now += timedelta(seconds=20)
    assert not report.is_postponed
    assert len(seam.shown()) == 20
    times = [when for *_, when in seam.log]
    assert all(
        sum(timedelta() <= when - start < timedelta(minutes=1) for when in times) <= 10
        for start in times
    )


async def test_booking_with_another_uid_is_recognized_on_all_locks() -> None:
    """Also on one whose code somebody has changed, so that it gets no second one."""
    seam = Seam(make_device(), make_device("gate"))
    await seam.async_run([ADA])
    [on_door] = [code for code in seam.codes.values() if code.device_id != "gate"]
    seam.edit(on_door.access_code_id, ends_at=ADA_ENDS_AT + HOUR)
    later = replace(ADA, end=ADA_ENDS_AT + DAY)
    await seam.async_run_twice(later)
    await seam.async_run_twice(replace(later, uid="other"))
    assert len(seam.codes) == 2
    assert [kind for kind, *_ in seam.log] == [Kind.CREATE, Kind.CREATE, Kind.MOVE]


async def test_all_locks_get_the_same_pin_if_the_uid_changes_meanwhile() -> None:
    """The guest may have been told the one of the first lock."""
    seam = Seam(make_device(), make_device("gate"))
    seam.faults = ["none", "refused for now"]
    await seam.async_run([ADA])
    code = seam.only()
    await seam.async_run([replace(ADA, uid="other")])
    assert [one.code for one in seam.codes.values()] == [code.code] * 2


async def test_use_during_a_change_is_remembered(seam: Seam) -> None:
    """The guest has arrived while Seam was moving the end."""
    await seam.async_run([ADA])
    seam.on_change = lambda: setattr(
        seam,
        "links",
        tuple(replace(link, used_for=ADA_STARTS_AT) for link in seam.links),
    )
    await seam.async_run([replace(ADA, end=ADA_ENDS_AT + DAY)])
    [link] = seam.links
    assert link.is_used
    assert not link.is_pending


async def test_uid_that_changes_during_a_request_creates_nothing_twice(
    seam: Seam,
) -> None:
    """The code belongs to the booking with the new UID, whatever lock was faster."""
    seam.is_slow = True
    await seam.async_run([ADA, BOB])
    assert not seam.shown()
    await seam.async_run([replace(ADA, uid="new"), BOB])
    await seam.async_release()
    await seam.async_run_twice(replace(ADA, uid="new"), BOB)
    await seam.async_run_twice(replace(ADA, uid="new"), BOB)
    assert [kind for kind, *_ in seam.log] == 2 * [Kind.CREATE]
    assert len({link.key for link in seam.links}) == 2
    assert not [link for link in seam.links if link.is_pending]


@pytest.mark.parametrize("pin_rule", PinRule)
async def test_guests_whose_titles_differ_in_a_number_are_different(
    pin_rule: PinRule,
) -> None:
    """The names of codes lack it, but nobody gets the PIN of somebody else."""
    seam = Seam(pin_rule=pin_rule)
    first = booking("Reservation 48291744", uid="1", start=1, length=2)
    second = booking("Reservation 77310922", uid="2", start=2, length=2)
    await seam.async_run([BLOCKER, first, second])
    assert len({code.code for code in seam.codes.values()}) == 2
    assert not any(
        number in str(code.name)
        for code in seam.codes.values()
        for number in ("48291744", "77310922")
    )

    seam = Seam(pin_rule=pin_rule)
    await seam.async_run([BLOCKER, first])
    pin = seam.only().code
    await seam.async_run_twice(
        BLOCKER, replace(second, start=first.start, end=first.end)
    )
    assert seam.only().code != pin
