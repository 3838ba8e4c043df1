"""Tests of the names of codes, and of stays that are recognized by theirs."""

from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.seam.actions.validation import check_name, check_new_name
from custom_components.seam.api import AccessCode
from custom_components.seam.api.devices import CodeConstraint, Device, DeviceProperties
from custom_components.seam.stays.bookings import Booking, PinRule
from custom_components.seam.stays.plan import Kind
from custom_components.seam.sync.snapshot import LockData
from tests.sync.support import make_code, make_device

from .support import DAY, Seam, booking

MANY = 300
LAST_DAY = date(2026, 11, 28)


def with_limits(shortest: int | None, longest: int | None, key: str = "door") -> Device:
    """Return a lock that limits the length of names."""
    rule = CodeConstraint(
        constraint_type="name_length", min_length=shortest, max_length=longest
    )
    properties = DeviceProperties(code_constraints=(rule,))
    return replace(make_device(key), properties=properties)


def same(count: int, summary: str, prefix: str = "", **fields: float) -> list[Booking]:
    """Return bookings that nothing but the UID tells apart."""
    return [booking(summary, uid=f"{prefix}{n}", **fields) for n in range(count)]


@pytest.mark.parametrize("pin_rule", [PinRule.SEAM, PinRule.SAME])
@pytest.mark.parametrize("limits", [(None, None), (1, 14), (3, 14), (3, 100), (2, 10)])
@given(
    summaries=st.lists(
        st.text("BoJö12 \u200b\u200d\u2800🎉-", max_size=30), max_size=30
    )
)
def test_names_are_unique_and_accepted(
    pin_rule: PinRule,
    limits: tuple[int | None, int | None],
    summaries: list[str],
) -> None:
    """Whatever the titles and the limits of the lock are."""
    device = with_limits(*limits)
    seam = Seam(device, pin_rule=pin_rule)
    bookings = [
        booking(summary, uid=f"{number}", start=2 + number % 3, length=0.5)
        for number, summary in enumerate(summaries)
    ]
    names = [step.name or "" for step in seam.plan(bookings).steps]
    assert len(names) == len({*names})
    assert pin_rule is PinRule.SAME or len(names) == len(summaries)
    for name in names:
        check_new_name(name, "name")
        if pin_rule is not PinRule.SAME or (limits[0] or 0) <= len("B 2"):
            check_name(LockData(device=device), name)


@pytest.mark.parametrize(
    ("limits", "names"),
    [
        ((3, 14), ["Bo 2026-11-22", "B 2026-11-22 2"]),
        ((3, 100), ["Bo 2026-11-22", "Bo 2026-11-22 2"]),
        ((3, 10), ["Bo 2", "Bo 3"]),
        ((2, 14), ["Bo", "Bo 2"]),
        ((None, None), ["Bo", "Bo 2026-11-22"]),
    ],
)
def test_name_that_is_too_short_gets_date(
    limits: tuple[int | None, int | None], names: list[str]
) -> None:
    """As one that is taken."""
    seam = Seam(with_limits(*limits))
    assert [step.name for step in seam.plan(same(2, "Bo")).steps] == names


@pytest.mark.parametrize(
    ("zone", "check_in"),
    [
        ("America/Los_Angeles", time(16)),
        ("Europe/Berlin", None),
        ("Pacific/Kiritimati", time(1)),
    ],
)
def test_date_in_name_is_that_at_the_lock(zone: str, check_in: time | None) -> None:
    """It may be another day in UTC."""
    seam = Seam(time_zone=ZoneInfo(zone), check_in=check_in)
    bookings = [
        replace(booking("Bo", uid=f"{day}"), start=date(2026, 11, day), end=LAST_DAY)
        for day in (23, 24)
    ]
    assert [step.name for step in seam.plan(bookings).steps] == ["Bo", "Bo 2026-11-24"]


@pytest.mark.parametrize("count", [1, 2, 12])
@pytest.mark.parametrize("limits", [(None, None), (1, 14), (3, 14)])
@pytest.mark.parametrize(
    "summary", ["Bo", "Reserved", "Reserved - Johann Sebastian Bach", "Room 2", "2"]
)
async def test_bookings_with_other_uids_keep_their_codes(
    summary: str, limits: tuple[int | None, int | None], count: int
) -> None:
    """Each gets one of those that were made for bookings that look the same."""
    seam = Seam(with_limits(*limits), with_limits(1, 30, "gate"))
    for _ in range(8):
        await seam.async_run(same(count, summary, "old "))
        seam.now += timedelta(minutes=6)
    before = dict(seam.codes)
    assert len(before) == 2 * count
    for _ in range(8):
        await seam.async_run(same(count, summary, "new "))
        seam.now += timedelta(minutes=6)
    assert seam.codes == before
    assert {kind for kind, *_ in seam.log} == {Kind.CREATE}
    assert len({link.key for link in seam.links}) == count
    # Those that are cancelled later are deleted.
    for _ in range(8):
        await seam.async_run([*same(1, summary, "new "), booking("Eve", start=9)])
        seam.now += timedelta(minutes=6)
    assert len(before.keys() & seam.codes.keys()) == 2


@pytest.mark.parametrize("limits", [(None, None), (1, 14)])
@pytest.mark.parametrize("gap", [timedelta(), timedelta(minutes=2), DAY])
@pytest.mark.parametrize("summary", ["Reserved", "Reserved - Guest {}"])
def test_many_alike_stays_keep_their_codes(
    summary: str, gap: timedelta, limits: tuple[int | None, int | None]
) -> None:
    """Each gets a name and a code of its own, also after all have got other UIDs."""
    seam = Seam(with_limits(*limits), horizon=2 * MANY * DAY)

    def bookings(prefix: str) -> list[Booking]:
        return [
            booking(
                summary.format(number),
                uid=f"{prefix}{number}",
                start=2 + gap / DAY * number,
            )
            for number in range(MANY)
        ]

    made: dict[str, AccessCode] = {}
    steps = seam.plan(bookings("old ")).steps
    assert len(steps) == len({step.name for step in steps}) == MANY
    for number, step in enumerate(steps):
        assert step.span
        span = step.span
        made[step.key] = make_code(
            f"{number}", name=step.name, starts_at=span.starts_at, ends_at=span.ends_at
        )
    seam.codes = {code.access_code_id: code for code in made.values()}
    seam.links = tuple(
        step.link.confirmed(made[step.key]) for step in steps if step.link
    )
    assert not seam.plan(bookings("old ")).steps
    assert not seam.plan(bookings("new ")).steps


async def test_pending_names_are_kept(seam: Seam) -> None:
    """Another booking of that name does not get the name of a code that may exist."""
    [one] = same(1, "Reserved", start=5)
    [two] = same(1, "Reserved", "sooner ")
    seam.faults = ["lost", "not sent"]
    await seam.async_run([one])
    plan = seam.plan([two, one])
    assert [(step.kind, step.name) for step in plan.steps] == [
        (Kind.CREATE, "Reserved 2026-11-22")
    ]


async def test_name_of_code_that_cannot_be_read_is_kept(seam: Seam) -> None:
    """Another booking of that name does not get it, and does not give it away."""
    [one] = same(1, "Reserved", start=5)
    [two] = same(1, "Reserved", "sooner ")
    seam.add("Owner")
    await seam.async_run([one])
    seam.unreadable = {seam.only().access_code_id}
    await seam.async_run([two, one])
    seam.unreadable.clear()
    names = ["Reserved", "Reserved 2026-11-22"]
    assert [name for name, *_ in seam.shown()] == names
    assert not (await seam.async_run([two, one])).plan.steps


@pytest.fixture
def seam() -> Seam:
    """Return a lock without codes."""
    return Seam()
