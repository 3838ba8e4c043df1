"""Tests that a preview says who else can enter during a coming stay."""

from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from homeassistant.components.calendar import DATA_COMPONENT
from homeassistant.config_entries import ConfigSubentry
import pytest

from custom_components.seam.api import CodeStatus
from custom_components.seam.const import DOMAIN
from custom_components.seam.stays.bookings import Answer, Booking, stays_of
from custom_components.seam.stays.overlaps import find_overlaps
from custom_components.seam.stays.settings import (
    CONF_CALENDAR,
    CONF_LOCKS,
    SUBENTRY_STAYS,
)
from simulator.seed import FRONT_DOOR
from tests.actions.support import FLAT_1, FRONT
from tests.clock import START

from . import support
from .calendar import BookingCalendar
from .conftest import DAY, Stays
from .support import NOW, Seam, booking
from .test_flow import FORM, changes, preview, start, submit
from .test_preview import book_quietly
from .test_runner import set_up_with_two_locks

LOCKS = {CONF_LOCKS: [FRONT_DOOR]}

clocked = pytest.mark.usefixtures("frozen_clock", "no_waits")


async def add_guest(stays: Stays, name: str, *times: float, lock: str = FRONT) -> str:
    """Create a code as somebody would in the panel, and return its ID."""
    data: dict[str, Any] = {"ongoing": True}
    if times:
        starts_at, ends_at = (START + days * DAY for days in times)
        data = {"starts_at": starts_at, "ends_at": ends_at}
    answer: Any = await stays.hass.services.async_call(
        DOMAIN,
        "schedule_access_code",
        {"name": name, **data},
        target={"entity_id": lock},
        blocking=True,
        return_response=True,
    )
    code_id: str = answer[lock]["access_code_id"]
    return code_id


async def overlaps(stays: Stays) -> list[tuple[str, str, str | None]]:
    """Return who overlaps on which lock, as the action says."""
    return [
        (row["stay"], row["other"], row["lock"])
        for row in (await preview(stays))["overlaps"]
    ]


@clocked
async def test_guest_added_by_hand_overlaps(stays: Stays) -> None:
    """The time is that in which both can enter. A turnover is no overlap."""
    await add_guest(stays, "Leaves on the same day", 11, 12)
    await add_guest(stays, "Long stay", 11, 13)
    await add_guest(stays, "Arrives on the same day", 14, 15)
    await add_guest(stays, "Sister of the owner")
    await add_guest(stays, "Elsewhere", 11, 15, lock=FLAT_1)
    book_quietly(stays, "Ada", 12, 14)
    for is_created in (False, True):
        assert ("Ada" in [code.name for code in stays.codes]) is is_created
        [row] = (await preview(stays))["overlaps"]
        times = [row.pop(key) for key in ("starts_at", "ends_at")]
        assert row == {"stay": "Ada", "other": "Long stay", "lock": "Front Door"}
        assert list(map(datetime.fromisoformat, times)) == [
            START + 12 * DAY,
            START + 13 * DAY,
        ]
        await stays.wait(15)


@clocked
async def test_each_lock_of_the_stays_is_named(stays: Stays) -> None:
    """Two bookings of the calendar overlap on all of them."""
    await set_up_with_two_locks(stays)
    for lock in (FRONT, FLAT_1):
        await add_guest(stays, "Long stay", 12, 13, lock=lock)
    stays.book("Ada", 12, 14)
    stays.book("Eve", 13, 15)
    assert await overlaps(stays) == [
        ("Ada", "Long stay", "Front Door"),
        ("Ada", "Long stay", "Apartment 1"),
        ("Ada", "Eve", None),
    ]


@clocked
async def test_stay_of_other_calendar_overlaps(stays: Stays) -> None:
    """Its code is like that of any other guest."""
    other = BookingCalendar()
    other.entity_id, other._attr_unique_id = "calendar.others", "others"
    await stays.hass.data[DATA_COMPONENT].async_add_entities([other])
    other.book("Eve", START + 13 * DAY, START + 16 * DAY)
    [first] = stays.entry.subentries.values()
    stays.hass.config_entries.async_add_subentry(
        stays.entry,
        ConfigSubentry(
            data=MappingProxyType({CONF_CALENDAR: other.entity_id, **LOCKS}),
            subentry_type=SUBENTRY_STAYS,
            title="Others",
            unique_id=None,
        ),
    )
    await stays.settle()
    stays.book("Ada", 12, 14)
    await stays.wait()
    await other.async_remove()
    assert [code.name for code in stays.codes] == ["Ada", "Eve"]
    response: Any = await preview(stays, subentry_id=first.subentry_id)
    assert [row["other"] for row in response["overlaps"]] == ["Eve"]


@clocked
async def test_code_that_was_extended_by_hand_overlaps_with_next_guest(
    stays: Stays,
) -> None:
    """The calendar does not know of it, and the stays do not shorten it."""
    stays.book("Ada", 12, 14)
    stays.book("Eve", 14, 16)
    await stays.wait()
    assert await overlaps(stays) == []
    [ada, _] = stays.codes
    await stays.hass.services.async_call(
        DOMAIN,
        "update_access_code",
        {"access_code_id": ada.access_code_id, "ends_at": START + 15 * DAY},
        target={"entity_id": FRONT},
        blocking=True,
    )
    assert await overlaps(stays) == [("Eve", "Ada", "Front Door")]


@clocked
async def test_code_that_the_run_deletes_or_moves_does_not_overlap(
    stays: Stays,
) -> None:
    """What counts is what will be on the lock."""
    for name, first in ("Moved", 12), ("Cancelled", 13), ("Kept", 20):
        stays.book(name, first, first + 1)
    await stays.wait()
    stays.calendar.bookings.pop("Cancelled")
    for name, *times in ("Moved", 14, 16), ("Ada", 12, 14):
        stays.calendar.bookings[name] = replace(
            stays.calendar.bookings["Kept"],
            uid=name,
            summary=name,
            start=START + times[0] * DAY,
            end=START + times[1] * DAY,
        )
    found = await preview(stays)
    assert [row["name"] for row in found["deleted"]] == ["Cancelled"]
    assert [row["name"] for row in found["moved"]] == ["Moved"]
    assert [row["name"] for row in found["created"]] == ["Ada"]
    assert found["overlaps"] == []


@clocked
async def test_form_shows_overlaps_before_stays_are_added(stays: Stays) -> None:
    """Names of guests are text only."""
    await add_guest(stays, "*Long* stay", 12, 13, lock=FLAT_1)
    stays.book("Ada", 12, 14)
    stays.book("Eve", 13, 15)
    result = await submit(stays, await start(stays), FORM)
    lines = changes(result)
    assert lines[-3:] == [
        "**Overlapping stays: 2**",
        "- Ada + *Long* stay, Apartment 1, 2026-12-02 01:30 – 2026-12-03 01:30",
        "- Ada + Eve, 2026-12-03 01:30 – 2026-12-04 01:30",
    ]
    placeholders = result["description_placeholders"] or {}
    assert r"\*Long\* stay" in placeholders["changes"]


@clocked
async def test_form_says_that_nothing_changes_beside_overlaps(stays: Stays) -> None:
    """An overlap is no change."""
    await add_guest(stays, "Long stay", 12, 13)
    stays.book("Ada", 12, 14)
    await stays.wait()
    [subentry_id] = stays.entry.subentries
    result = await stays.entry.start_subentry_reconfigure_flow(stays.hass, subentry_id)
    result = await submit(stays, result, FORM | LOCKS)
    assert [line.partition(",")[0] for line in changes(result)] == [
        "**No access code needs to be changed at the moment**",
        "**Overlapping stays: 1**",
        "- Ada + Long stay",
    ]


ADA = booking("Ada", start=2, length=3)
"""From day 2 to day 5."""


def found(seam: Seam, *bookings: Booking) -> list[tuple[str, str]]:
    """Return who overlaps."""
    answer = Answer(bookings=bookings, read_at=seam.now, updated_at=seam.now)
    stays = stays_of(answer, seam.rules, seam.now).coming
    plan = seam.plan(bookings)
    rows = find_overlaps(stays, seam.rules.device_ids, plan, seam.locks, seam.now)
    return [(row.stay, row.other) for row in rows]


@pytest.mark.parametrize(
    ("changed", "is_overlap"),
    [
        ({}, True),
        ({"is_managed": False}, True),
        ({"starts_at": None}, True),
        ({"name": None}, True),
        ({"status": CodeStatus.UNSET}, True),
        ({"ends_at": None}, False),
        ({"is_backup": True}, False),
        ({"status": CodeStatus.REMOVING}, False),
        ({"ends_at": NOW}, False),
        ({"ends_at": NOW + 2 * support.DAY}, False),
        ({"starts_at": NOW + 5 * support.DAY}, False),
    ],
)
async def test_only_guests_who_can_enter_for_a_time_count(
    changed: dict[str, Any], is_overlap: bool
) -> None:
    """The rule is that of the timeline, and of the dialog that adds guests."""
    seam = Seam()
    code = seam.add("Eve", starts_at=NOW - support.DAY, ends_at=NOW + 9 * support.DAY)
    seam.edit(code.access_code_id, **changed)
    other = seam.codes[code.access_code_id].name or code.access_code_id
    assert found(seam, support.BLOCKER, ADA) == ([("Ada", other)] if is_overlap else [])


async def test_bookings_of_the_calendar_overlap() -> None:
    """Both guests get a code, so each pair is named once, and not for each lock."""
    seam = Seam()
    eve, bob = booking("Eve", start=4), booking("Bob", start=6.5)
    for _ in range(2):
        assert found(seam, ADA, eve, bob) == [("Ada", "Eve"), ("Eve", "Bob")]
        await seam.async_run([ADA, eve, bob])
        assert len(seam.shown()) == 3


async def test_booking_that_overlaps_is_not_named_again_for_its_code() -> None:
    """Somebody has changed the code, which the stays leave alone."""
    seam = Seam()
    eve = booking("Eve", start=4)
    await seam.async_run([ADA, eve])
    for code_id in seam.made:
        seam.edit(code_id, ends_at=NOW + 6 * support.DAY)
    assert found(seam, ADA, eve) == [("Ada", "Eve")]


async def test_code_without_a_booking_overlaps() -> None:
    """The guest has arrived, so it is kept."""
    seam = Seam()
    here = booking("Here", start=-1, length=4)
    await seam.async_run([here])
    seam.now += support.HOUR
    assert found(seam, ADA) == [("Ada", "Here")]
