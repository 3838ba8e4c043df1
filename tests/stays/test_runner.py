"""Tests of stays with Home Assistant's local calendar and the simulator."""

import asyncio
import copy
from datetime import time, timedelta
import json
import re
from types import MappingProxyType
from typing import Any

from homeassistant.components.calendar import DATA_COMPONENT
from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.const import STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.seam.api import SeamNotSentError
from custom_components.seam.const import CONF_CHECK_IN, DOMAIN
from custom_components.seam.stays.bookings import PinRule
from custom_components.seam.stays.settings import (
    CONF_BACKUP,
    CONF_CALENDAR,
    CONF_EXCLUDES,
    CONF_LOCKS,
    CONF_NAME_TEMPLATE,
    CONF_PIN_RULE,
    SUBENTRY_STAYS,
)
from custom_components.seam.stays.watch import WATCHES
from simulator import Simulator
from simulator.seed import APARTMENT_1, APARTMENT_2, CODE_OWNER, FRONT_DOOR
from simulator.state import AccessCode, ActionAttempt
from tests.actions.support import FRONT, READS
from tests.clock import START, wait_until
from tests.states import state_of

from .calendar import BookingCalendar
from .conftest import CALENDAR, DAY, Stays

PIN = re.compile(r"(?<![0-9A-Za-z])\d{4,}(?![0-9A-Za-z])")

pytestmark = pytest.mark.usefixtures("frozen_clock", "no_waits")


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up only locks."""
    return [Platform.LOCK]


async def set_up_with(stays: Stays, **settings: Any) -> None:
    """Change the settings, which reloads."""
    subentry = next(iter(stays.entry.subentries.values()))
    stays.hass.config_entries.async_update_subentry(
        stays.entry, subentry, data={**subentry.data, **settings}
    )
    await stays.settle()


async def set_up_with_two_locks(stays: Stays, **settings: Any) -> None:
    """Add a second lock, which accepts the PINs of the first one."""
    for device_id in (FRONT_DOOR, APARTMENT_1):
        stays.simulator.state.devices[device_id].properties["code_constraints"] = []
    await set_up_with(stays, **{CONF_LOCKS: [FRONT_DOOR, APARTMENT_1]}, **settings)


def changes(simulator: Simulator) -> list[str]:
    """Return the paths of requests that change something."""
    return [record.path for record in simulator.requests if record.path not in READS]


async def test_only_remote_calendars_are_updated(stays: Stays) -> None:
    """Others tell of changes themselves, or are asked often enough."""
    await stays.wait(60)
    assert stays.calendar.updates == 0


async def test_codes_follow_calendar(stays: Stays) -> None:
    """A booking that is added, moved or cancelled has its effect within a minute."""
    stays.book("Ada")
    await stays.wait()
    assert stays.shown == [("Ada", START + 2 * DAY, START + 4 * DAY)]
    stays.book("Ada", end=5, summary="Ada & Eve")
    await stays.wait()
    assert stays.shown == [("Ada & Eve", START + 2 * DAY, START + 5 * DAY)]
    stays.calendar.cancel("Ada")
    await stays.settle()
    assert stays.shown
    assert stays.calendar.updates == 0
    await stays.wait()
    # The second answer is a new one.
    assert stays.calendar.updates == 1
    await stays.wait()
    assert stays.simulator.state.access_codes == stays.before


async def test_quiet_run_asks_nothing(stays: Stays) -> None:
    """Only the polls of the integration go on."""
    stays.book("Ada")
    await stays.wait()
    await stays.wait()
    reads, requests = len(stays.calendar.reads), stays.simulator.requests
    requests.clear()
    for is_available in (False, True):
        stays.calendar.set_available(is_available)
        await stays.settle()
    assert len(stays.calendar.reads) > reads
    assert not requests
    for _ in range(4):
        await stays.wait(15)
    assert not changes(stays.simulator)


@pytest.mark.platforms(Platform.BINARY_SENSOR, Platform.SENSOR)
async def test_lost_calendar_is_shown(
    stays: Stays, hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """Otherwise, nobody would know that new bookings get no codes."""
    stays.book("Ada")
    await stays.wait()
    stays.calendar.set_available(False)
    for _ in range(4):
        await stays.wait(15)
    assert state_of(hass, "binary_sensor.bookings_arrival_problem") == "unavailable"
    assert state_of(hass, "sensor.bookings_next_arrival") == "unavailable"
    assert caplog.text.count(f"Could not read {CALENDAR}") == 1
    stays.calendar.set_available(True)
    await stays.wait(15)
    assert state_of(hass, "binary_sensor.bookings_arrival_problem") == "off"
    assert caplog.text.count(f"follow the bookings of {CALENDAR} again") == 1
    assert len(stays.codes) == 1


async def test_calendar_that_writes_its_state_is_read_once_for_all_stays(
    stays: Stays,
) -> None:
    """Only the days are read for which there may be codes."""
    [first] = stays.entry.subentries.values()
    stays.hass.config_entries.async_add_subentry(
        stays.entry,
        ConfigSubentry(
            data=MappingProxyType({**first.data, CONF_LOCKS: [APARTMENT_1]}),
            subentry_type=SUBENTRY_STAYS,
            title="Others",
            unique_id=None,
        ),
    )
    for _ in range(3):
        stays.calendar.async_write_ha_state()
        await stays.wait()
    stays.calendar.reads.clear()
    for _ in range(3):
        stays.calendar.async_write_ha_state()
        await stays.wait()
    assert len(stays.calendar.reads) == 3
    assert all(period < timedelta(days=40) for period in stays.calendar.reads)
    # The days move on with time.
    for day in range(1, 32):
        await stays.wait(24 * 60)
        stays.book("Ada", start=day + 1, end=day + 2 + day / 50)
        await stays.wait()
        await stays.wait()
        assert {ends_at for _, _, ends_at in stays.shown[-2:]} == {
            START + (day + 2 + day / 50) * DAY
        }


@pytest.mark.parametrize("is_gone", [False, True])
async def test_lost_calendar_needs_a_repair(stays: Stays, is_gone: bool) -> None:
    """The issue is closed when the calendar is back, or the stays are removed."""
    registry = ir.async_get(stays.hass)
    [subentry_id] = stays.entry.subentries

    def issue() -> ir.IssueEntry | None:
        return registry.async_get_issue(
            DOMAIN, f"{stays.entry.entry_id}.stays.{subentry_id}.calendar"
        )

    if is_gone:
        er.async_get(stays.hass).async_remove(CALENDAR)
    else:
        stays.calendar.error = HomeAssistantError("broken")
    await stays.wait(5)
    assert issue() is None
    for _ in range(2):
        await stays.wait(16)
    assert bool(issue()) is is_gone
    for _ in range(3):
        await stays.wait(16)
    found = issue()
    assert found
    assert found.translation_placeholders
    assert found.translation_placeholders["plain_name"] == "Bookings"
    assert found.translation_placeholders["plain_calendar"] == CALENDAR
    if is_gone:
        stays.calendar = BookingCalendar()
        await stays.hass.data[DATA_COMPONENT].async_add_entities([stays.calendar])
        stays.book("Ada")
    stays.calendar.error = None
    await stays.wait(15)
    assert issue() is None
    await stays.calendar.async_remove()
    for _ in range(6):
        await stays.wait(16)
    assert issue()
    stays.hass.config_entries.async_remove_subentry(stays.entry, subentry_id)
    await stays.settle()
    assert issue() is None


async def test_renamed_calendar_is_followed(stays: Stays) -> None:
    """Nobody has to choose it again, and codes keep following."""
    stays.book("Ada")
    await stays.wait()
    er.async_get(stays.hass).async_update_entity(
        CALENDAR, new_entity_id="calendar.rentals"
    )
    await stays.wait()
    [subentry] = stays.entry.subentries.values()
    assert subentry.data[CONF_CALENDAR] == "calendar.rentals"
    stays.book("Ada", end=5)
    await stays.wait()
    assert stays.shown == [("Ada", START + 2 * DAY, START + 5 * DAY)]


@pytest.mark.parametrize("way", ["unavailable", "raises", "empty"])
async def test_broken_calendar_deletes_nothing(stays: Stays, way: str) -> None:
    """Whatever way it is broken."""
    stays.book("Ada")
    await stays.wait()
    bookings = dict(stays.calendar.bookings)
    if way == "unavailable":
        stays.calendar.bookings.clear()
        stays.calendar.set_available(False)
    elif way == "raises":
        stays.calendar.error = HomeAssistantError("broken")
        stays.calendar.async_write_ha_state()
    else:
        stays.calendar.bookings.clear()
        stays.calendar.async_write_ha_state()
    for _ in range(3):
        await stays.wait(15)
    assert len(stays.codes) == 1
    stays.calendar.error = None
    stays.calendar.bookings = bookings
    stays.calendar.set_available(True)
    stays.calendar.cancel("Ada")
    for _ in range(3):
        await stays.wait()
    assert not stays.codes


async def test_restart_keeps_codes(stays: Stays) -> None:
    """The integration remembers which codes are its own."""
    stays.book("Ada")
    await stays.wait()
    [code] = stays.codes
    await stays.restart()
    assert stays.codes == [code]
    stays.calendar.cancel("Ada")
    for _ in range(3):
        await stays.wait()
    assert not stays.codes


async def test_stopped_runner_does_not_start_again(
    stays: Stays, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A calendar may answer after a restart that it was asked before."""
    asked, answered = asyncio.Event(), asyncio.Event()

    async def async_update() -> None:
        asked.set()
        await answered.wait()

    stays.book("Ada")
    await stays.wait()
    [subentry_id] = stays.entry.subentries
    runner = stays.hass.data[WATCHES][subentry_id].runner
    stays.calendar.cancel("Ada")
    await stays.settle()
    monkeypatch.setattr(stays.calendar, "async_update", async_update)
    stays.simulator.clock.advance(60)
    stays.freezer.tick(60)
    async_fire_time_changed(stays.hass)
    await wait_until(asked.is_set)
    await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    await stays.hass.config_entries.async_setup(stays.entry.entry_id)
    report = runner.report
    answered.set()
    await stays.settle()
    assert stays.hass.data[WATCHES][subentry_id].runner is not runner
    assert runner.report is report


@pytest.mark.platforms(Platform.SENSOR)
@pytest.mark.parametrize("damage", ["newer", "no key", "no link", "no table"])
async def test_unreadable_links_start_no_stays(
    stays: Stays,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    damage: str,
) -> None:
    """Nothing is created twice, and the locks work as before."""
    stays.book("Ada")
    await stays.wait()
    stored = hass_storage[f"{DOMAIN}.stays.{stays.entry.entry_id}"]
    good = copy.deepcopy(stored)
    [subentry_id] = stays.entry.subentries
    if damage == "newer":
        stored["version"] += 1
    elif damage == "no key":
        del stored["data"][subentry_id][0]["asked_at"]
    elif damage == "no link":
        stored["data"][subentry_id][0] = None
    else:
        stored["data"] = [1]
    damaged = copy.deepcopy(stored)
    await stays.restart()
    for _ in range(3):
        await stays.wait(15)
    assert stays.entry.state is ConfigEntryState.LOADED
    assert len(stays.codes) == 1
    assert stored == damaged
    assert "Could not set up stays" in caplog.text
    assert not stays.hass.states.is_state(FRONT, STATE_UNAVAILABLE)
    next_arrival = "sensor.bookings_next_arrival"
    assert stays.hass.states.is_state(next_arrival, STATE_UNAVAILABLE)
    stored.update(good)
    await stays.restart()
    await stays.wait()
    assert not stays.hass.states.is_state(next_arrival, STATE_UNAVAILABLE)
    assert len(stays.codes) == 1


@pytest.mark.parametrize("is_lost", [False, True])
async def test_response_that_is_lost_creates_nothing_twice(
    stays: Stays, is_lost: bool
) -> None:
    """Whether Seam has created the code or not, and despite a restart."""
    fault = stays.simulator.faults.add(
        "outage", path="/access_codes/create", count=1, after_processing=is_lost
    )
    stays.book("Ada")
    await stays.wait()
    await stays.restart()
    for _ in range(10):
        await stays.wait(2)
    assert fault.hits == 1
    assert stays.shown == [("Ada", START + 2 * DAY, START + 4 * DAY)]


@pytest.mark.parametrize("hours", [0.5, 3])
@pytest.mark.parametrize("restarts", [False, True])
async def test_outage_after_lost_response_creates_nothing_twice(
    stays: Stays, monkeypatch: pytest.MonkeyPatch, hours: float, restarts: bool
) -> None:
    """Nobody can see the code that was created until the outage ends."""
    faults, codes = stays.simulator.faults, stays.simulator.backend.codes
    faults.add("outage", path="/access_codes/create", count=1, after_processing=True)
    create = codes.create

    def create_and_fail(code: AccessCode) -> Any:
        faults.add("status")
        return create(code)

    monkeypatch.setattr(codes, "create", create_and_fail)
    stays.book("Ada")
    await stays.wait()
    assert stays.codes
    monkeypatch.setattr(codes, "create", create)
    for _ in range(round(4 * hours)):
        await stays.wait(15)
    if restarts:
        await stays.restart()
        await stays.wait(15)
    faults.clear()
    for _ in range(8):
        await stays.wait(15)
    assert [name for name, *_ in stays.shown] == ["Ada"]
    stays.calendar.cancel("Ada")
    for _ in range(4):
        await stays.wait(15)
    assert not stays.codes


@pytest.mark.parametrize("is_created", [False, True])
async def test_restart_during_request_creates_nothing_twice(
    stays: Stays, is_created: bool
) -> None:
    """Seam may create the code although nobody waits for the answer any more."""
    fault = stays.simulator.faults.add(
        "hang", path="/access_codes/create", count=1, after_processing=is_created
    )
    stays.book("Ada")
    await wait_until(lambda: fault.hits == 1)
    await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    if not is_created:
        # It does so only now.
        stays.simulator.faults.clear()
    await stays.hass.config_entries.async_setup(stays.entry.entry_id)
    for _ in range(10):
        await stays.wait(2)
    assert stays.shown == [("Ada", START + 2 * DAY, START + 4 * DAY)]


@pytest.mark.parametrize("fault", ["outage", "hang"])
@pytest.mark.parametrize("times", ["starts in a minute", "is rounded"])
async def test_code_that_differs_from_request_is_known_after_lost_answer(
    stays: Stays, monkeypatch: pytest.MonkeyPatch, times: str, fault: Any
) -> None:
    """Otherwise there are two of them, and nobody deletes the first."""
    codes = stays.simulator.backend.codes
    create = codes.create

    def rounded(code: AccessCode) -> Any:
        assert code.ends_at
        code.ends_at = code.ends_at.replace(minute=0)
        return create(code)

    start = 2.0
    if times == "is rounded":
        monkeypatch.setattr(codes, "create", rounded)
    else:
        start = -0.1
        device = stays.simulator.state.devices[FRONT_DOOR]
        rule = {"constraint_type": "start_date_in_future"}
        device.properties["code_constraints"] = [rule]
        await stays.entry.runtime_data.async_reconcile()
    lost = stays.simulator.faults.add(
        fault, path="/access_codes/create", count=1, after_processing=True
    )
    stays.book("Ada", start=start)
    if fault == "hang":
        await wait_until(lambda: lost.hits == 1)
        await stays.hass.config_entries.async_unload(stays.entry.entry_id)
        stays.simulator.faults.clear()
        await stays.hass.config_entries.async_setup(stays.entry.entry_id)
    for _ in range(10):
        await stays.wait(4)
    assert [name for name, *_ in stays.shown] == ["Ada"]
    stays.book("Ada", start=start, end=5)
    for _ in range(5):
        await stays.wait(4)
    assert [ends_at for *_, ends_at in stays.shown] == [START + 5 * DAY]
    if times == "is rounded":
        # A guest who has arrived keeps the code.
        stays.calendar.cancel("Ada")
        for _ in range(5):
            await stays.wait(4)
        assert not stays.codes


async def test_code_changed_by_hand_is_left_alone(stays: Stays) -> None:
    """Even after the booking was cancelled."""
    stays.book("Ada")
    await stays.wait()
    [code] = stays.codes
    await stays.hass.services.async_call(
        DOMAIN,
        "update_access_code",
        {
            "entity_id": FRONT,
            "access_code_id": code.access_code_id,
            "new_name": "Ada (late)",
        },
        blocking=True,
    )
    stays.book("Ada", end=6)
    await stays.wait(15)
    stays.calendar.cancel("Ada")
    for _ in range(3):
        await stays.wait()
    assert stays.shown == [("Ada (late)", START + 2 * DAY, START + 4 * DAY)]


@pytest.mark.platforms(Platform.SENSOR)
@pytest.mark.parametrize("age", [1, 30])
@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("delete_access_code", {}),
        ("update_access_code", {"starts_at": START + timedelta(hours=15)}),
    ],
)
async def test_verdict_follows_what_somebody_did_to_the_code(
    stays: Stays, action: str, data: dict[str, Any], age: float
) -> None:
    """At the latest when Seam has listed all that was created before."""
    stays.book("Ada", start=0.5)
    await stays.wait(age)
    [code] = stays.codes

    def verdict() -> object:
        state = stays.hass.states.get("sensor.bookings_next_arrival")
        return state and state.attributes["verdict"]

    assert verdict() == "ready"
    await stays.hass.services.async_call(
        DOMAIN,
        action,
        {"entity_id": FRONT, "access_code_id": code.access_code_id, **data},
        blocking=True,
    )
    for _ in range(7 if age == 1 else 1):
        await stays.wait()
    assert verdict() == "at_risk"


async def test_own_changes_do_not_read_the_calendar_again(stays: Stays) -> None:
    """Neither those of one lock nor those of another."""
    await set_up_with_two_locks(stays)
    for number in range(4):
        stays.book(f"Guest {number}", start=1 + 2 * number, end=2 + 2 * number)
    for _ in range(3):
        await stays.wait()
    assert len(stays.codes) == 8
    stays.calendar.reads.clear()
    for number in range(4):
        stays.book(f"Guest {number}", start=1 + 2 * number, end=2.5 + 2 * number)
    for _ in range(3):
        await stays.wait()
    assert {code.ends_at for code in stays.codes} == {
        START + (2.5 + 2 * number) * DAY for number in range(4)
    }
    # Once for the first booking, and once for the others.
    assert stays.calendar.reads.count(timedelta(days=460)) <= 2


async def test_failed_change_is_not_repeated_at_once(
    stays: Stays, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code then has its old times again, which is no change by somebody else."""
    stays.book("Ada")
    await stays.wait()
    stays.calendar.reads.clear()

    def fail(_code: object, _changes: object, *, attempt: ActionAttempt) -> None:
        attempts.fail(attempt, "failed", "The lock is jammed.")

    attempts = stays.simulator.backend.attempts
    monkeypatch.setattr(stays.simulator.backend.codes, "update", fail)
    stays.book("Ada", end=5)
    for _ in range(3):
        await stays.wait()
    assert changes(stays.simulator).count("/access_codes/update") == 1
    assert stays.calendar.reads.count(timedelta(days=460)) == 1


async def test_stays_with_the_same_calendar_and_lock_have_their_own_codes(
    stays: Stays,
) -> None:
    """The date in the name tells the codes apart. None is deleted with the other."""
    [first] = stays.entry.subentries.values()
    data = {**first.data, CONF_EXCLUDES: ["not available", "bob"]}
    stays.hass.config_entries.async_add_subentry(
        stays.entry,
        ConfigSubentry(
            data=MappingProxyType(data),
            subentry_type=SUBENTRY_STAYS,
            title="Others",
            unique_id=None,
        ),
    )
    await stays.wait()
    stays.book("Ada")
    for _ in range(3):
        await stays.wait(15)
    assert {code.name for code in stays.codes} == {"Ada", "Ada 2026-11-22"}
    stays.book("Ada", summary="Ada & Bob")
    for _ in range(3):
        await stays.wait(15)
    assert [code.name for code in stays.codes] == ["Ada & Bob"]


async def test_two_hundred_bookings_take_their_turn(stays: Stays) -> None:
    """Seam allows ten new codes a minute."""
    for number in range(30):
        stays.book(f"Guest {number}", start=number, end=number + 1)
    for _ in range(7):
        await stays.wait()
    # The simulator refuses more.
    requests = [r for r in stays.simulator.requests if r.path == "/access_codes/create"]
    assert len(requests) == 30
    assert [name for name, *_ in stays.shown] == [f"Guest {n}" for n in range(30)]


async def test_stays_at_the_same_lock_share_what_seam_allows(stays: Stays) -> None:
    """Ten new codes a minute and lock, whoever asks for them."""
    [first] = stays.entry.subentries.values()
    stays.hass.config_entries.async_add_subentry(
        stays.entry,
        ConfigSubentry(
            data=first.data, subentry_type=SUBENTRY_STAYS, title="B", unique_id=None
        ),
    )
    await stays.wait()
    for number in range(9):
        stays.book(f"Guest {number}", start=number, end=number + 1)
    for _ in range(8):
        for watch in stays.hass.data[WATCHES].values():
            watch.runner.async_request()
        await stays.settle()
    requests = [r for r in stays.simulator.requests if r.path == "/access_codes/create"]
    assert 0 < len(requests) <= 10


@pytest.mark.parametrize("pin_rule", PinRule)
@pytest.mark.parametrize("change", ["update", "create"])
async def test_slow_lock_does_not_hold_up_others(
    stays: Stays, change: str, pin_rule: PinRule
) -> None:
    """Each takes one change at a time, the soonest first, and gets none twice."""
    await set_up_with_two_locks(stays, **{CONF_PIN_RULE: pin_rule})

    def book(number: int, length: float) -> None:
        stays.book(
            f"Guest {number}",
            start=2 + number,
            end=2 + number + length,
            description=f"Phone: +49 151 23 {1357 * (number + 1):04}",
        )

    def on(device_id: str) -> list[tuple[str | None, Any, Any]]:
        return [
            (code.name, code.starts_at, code.ends_at)
            for code in stays.codes
            if code.device_id == device_id
        ]

    if change == "update":
        for number in range(3):
            book(number, 0.5)
        await stays.wait()
        assert len(stays.codes) == 6
    path = f"/access_codes/{change}"
    fault = stays.simulator.faults.add(
        "hang", path=path, device_id=FRONT_DOOR, after_processing=True
    )
    stays.simulator.requests.clear()
    for number in range(3):
        book(number, 0.7)
        # Calendars tell of changes only once a second.
        stays.freezer.tick(2)
        async_fire_time_changed(stays.hass)
    expected = [
        (f"Guest {n}", START + (2 + n) * DAY, START + (2.7 + n) * DAY) for n in range(3)
    ]
    if change == "create" and pin_rule is not PinRule.TELEPHONE:
        # Seam chooses the PINs of all others on the other lock meanwhile.
        await wait_until(lambda: fault.hits == 1 and on(APARTMENT_1) == expected[1:])
        stays.freezer.tick(11)
    await wait_until(lambda: fault.hits == 1 and on(APARTMENT_1) == expected)
    # The lock takes the first change, and no other before that one has ended.
    assert on(FRONT_DOOR)[0] == expected[0]
    assert on(FRONT_DOOR)[1:] != expected[1:]
    stays.simulator.faults.clear()
    for _ in range(3):
        await stays.wait()
    assert on(FRONT_DOOR) == on(APARTMENT_1) == expected
    assert [record.path for record in stays.simulator.requests].count(path) == 6
    pins = {(code.name, code.code) for code in stays.codes if code.name != "Guest 0"}
    assert len(pins) == 2


async def test_lock_does_not_wait_long_for_the_pin_of_several_that_hang(
    stays: Stays,
) -> None:
    """A guest who is about to arrive gets a code on the lock that works."""
    locks = (FRONT_DOOR, APARTMENT_1, APARTMENT_2)
    await set_up_with(stays, **{CONF_LOCKS: [*locks]})
    first, second = (
        stays.simulator.faults.add(
            "hang", path="/access_codes/create", device_id=device_id
        )
        for device_id in locks[:2]
    )
    stays.book("Ada", start=0.01)
    await wait_until(lambda: first.hits == 1)
    stays.freezer.tick(11)
    await wait_until(lambda: second.hits == 1)
    stays.freezer.tick(11)
    await wait_until(lambda: bool(stays.codes))
    assert [code.device_id for code in stays.codes] == [APARTMENT_2]
    stays.simulator.faults.clear()
    for _ in range(6):
        await stays.wait(2)
    assert sorted(code.device_id for code in stays.codes) == sorted(locks)


async def test_locks_share_the_pin_that_seam_chooses(stays: Stays) -> None:
    """The others wait for the first one."""
    await set_up_with_two_locks(stays)
    for number in range(3):
        stays.book(f"Guest {number}", start=2 + number, end=2.5 + number)
    await stays.wait()
    pins = {(code.name, code.code) for code in stays.codes}
    assert len(stays.codes) == 6
    assert len(pins) == len({pin for _, pin in pins}) == 3


async def test_lock_that_refuses_the_pin_gets_another_one(
    stays: Stays, caplog: pytest.LogCaptureFixture
) -> None:
    """Only Seam knows whether the first four digits of a PIN must be unique."""
    await set_up_with(stays, **{CONF_LOCKS: [FRONT_DOOR, APARTMENT_1]})
    for number in range(3):
        stays.book(f"Guest {number}", start=2 + number, end=2.5 + number)
    await stays.wait()
    await stays.wait()
    assert len(stays.codes) == 6
    assert len({code.code for code in stays.codes}) > 3
    created = [r for r in stays.simulator.requests if r.path == "/access_codes/create"]
    assert len(created) < 12
    assert "Could not" not in caplog.text


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503},
        {"status": 400},
        {"status": 400, "error_type": "device_disconnected"},
        {"status": 429},
        {"kind": "outage"},
        {"kind": "outage", "path": ""},
    ],
)
async def test_outage_does_not_take_the_pin_from_a_guest(
    stays: Stays, fault: Any
) -> None:
    """Only a lock that accepts another one has refused the PIN."""
    await set_up_with(stays, **{CONF_PIN_RULE: "telephone"})
    values: Any = {"kind": "status", "path": "/access_codes/create"}
    stays.simulator.faults.add(**{**values, **fault})
    stays.book("Ada", description="Phone: +49 151 234 9182")
    for _ in range(4):
        await stays.wait(15)
    assert not stays.codes
    stays.simulator.faults.clear()
    for _ in range(4):
        await stays.wait(15)
    assert [code.code for code in stays.codes] == ["9182"]


async def test_refused_pin_is_tried_again_when_its_stay_is_gone(stays: Stays) -> None:
    """Until then, other guests with this PIN get another one at once."""
    await set_up_with(stays, **{CONF_PIN_RULE: "telephone"})
    description = "Phone: +49 151 234 9182"
    create = "/access_codes/create"
    stays.simulator.faults.add("status", path=create, status=400, count=1)
    stays.book("Ada", description=description)
    await stays.wait(15)
    stays.book("Bob", start=6, end=7, description=description)
    await stays.wait(15)
    assert "9182" not in [code.code for code in stays.codes]
    assert changes(stays.simulator).count(create) == 3
    for name in ("Ada", "Bob"):
        stays.calendar.cancel(name)
    for _ in range(3):
        await stays.wait(15)
    stays.book("Eve", start=8, end=9, description=description)
    await stays.wait(15)
    assert [code.code for code in stays.codes] == ["9182"]


@pytest.mark.parametrize("pin_rule", PinRule)
async def test_pin_that_is_refused_before_the_request_keeps_nobody_out(
    stays: Stays, monkeypatch: pytest.MonkeyPatch, pin_rule: PinRule
) -> None:
    """Even if nothing was known against it."""
    await set_up_with_two_locks(stays, **{CONF_PIN_RULE: pin_rule})
    properties = stays.simulator.state.devices[APARTMENT_1].properties
    properties["code_constraints"] = [{"constraint_type": "cannot_specify_pin_code"}]
    await stays.restart()
    accepts = "custom_components.seam.stays.runner.accepts_pin"
    monkeypatch.setattr(accepts, lambda *_: True)
    stays.book("Ada", description="Phone: +49 151 234 9182")
    await stays.wait()
    assert len({code.code for code in stays.codes}) == 2
    assert changes(stays.simulator).count("/access_codes/create") == 2


async def test_request_that_was_not_sent_says_nothing_about_the_pin(
    stays: Stays, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again with the same one."""
    await set_up_with(stays, **{CONF_PIN_RULE: "telephone"})
    client = stays.entry.runtime_data.client
    create = client.create_access_code
    failed: list[str] = []

    async def fail_once(device_id: str, **fields: Any) -> Any:
        if not failed:
            failed.append(device_id)
            raise SeamNotSentError("no route")
        return await create(device_id, **fields)

    monkeypatch.setattr(client, "create_access_code", fail_once)
    stays.book("Ada", description="Phone: +49 151 234 9182")
    for _ in range(2):
        await stays.wait(15)
    assert failed
    assert [code.code for code in stays.codes] == ["9182"]


async def test_unload_during_changes_of_several_locks(stays: Stays) -> None:
    """What was asked for is remembered, and nothing is created twice."""
    await set_up_with_two_locks(stays, **{CONF_PIN_RULE: "telephone"})
    fault = stays.simulator.faults.add(
        "hang", path="/access_codes/create", count=2, after_processing=True
    )
    stays.book("Ada", description="Phone: +49 151 234 9182")
    await wait_until(lambda: fault.hits == 2)
    await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    stays.simulator.faults.clear()
    await stays.hass.config_entries.async_setup(stays.entry.entry_id)
    for _ in range(10):
        await stays.wait(2)
    assert stays.shown == 2 * [("Ada", START + 2 * DAY, START + 4 * DAY)]
    assert {code.device_id for code in stays.codes} == {FRONT_DOOR, APARTMENT_1}


async def test_storage_has_no_names_and_no_pins(
    stays: Stays, hass_storage: dict[str, Any]
) -> None:
    """Only IDs, times and digests are stored. A UID may be a name, too."""
    stays.book(
        "Ada.23456789@example.com",
        summary="Ada Lovelace",
        description="Phone +49 151 2345 6789",
    )
    # Some calendars give all events the same UID.
    for day in (5, 6):
        stays.book(f"{day}", start=day, end=day + 1, summary="Ada Byron")
        stays.calendar.bookings[f"{day}"].uid = "Ada.6789"
    await stays.wait()
    code = stays.codes[0]
    stored = json.dumps(hass_storage[f"{DOMAIN}.stays.{stays.entry.entry_id}"])
    assert code.access_code_id in stored
    assert code.code
    assert code.code not in PIN.findall(stored)
    assert "Ada" not in stored
    assert "example" not in stored
    assert "6789" not in PIN.findall(stored)


async def test_removed_entry_forgets_links_but_keeps_codes(
    stays: Stays, hass_storage: dict[str, Any]
) -> None:
    """Guests who have a code can go on using it."""
    stays.book("Ada")
    await stays.wait()
    await stays.hass.config_entries.async_remove(stays.entry.entry_id)
    assert f"{DOMAIN}.stays.{stays.entry.entry_id}" not in hass_storage
    assert len(stays.codes) == 1


async def test_person_keeps_the_pin(stays: Stays) -> None:
    """The code moves to the next time, or a new one has the same PIN."""
    stays.hass.config_entries.async_update_subentry(
        stays.entry,
        next(iter(stays.entry.subentries.values())),
        data={
            CONF_CALENDAR: CALENDAR,
            CONF_LOCKS: [FRONT_DOOR],
            CONF_EXCLUDES: ["not available"],
            CONF_PIN_RULE: "same",
        },
    )
    await stays.settle()
    for day in (1, 3):
        stays.book(
            f"{day}",
            start=day,
            end=day + 0.1,
            summary="Cleaner",
            recurrence_id=f"{day}",
        )
        stays.calendar.bookings[f"{day}"].uid = "cleaner"
    await stays.wait()
    [first] = stays.codes
    pin = first.code
    assert first.starts_at == START + DAY
    for _ in range(30):
        await stays.wait(60)
    [second] = stays.codes
    assert second.starts_at == START + 3 * DAY
    assert second.code == pin


async def test_new_settings_apply_after_reload(stays: Stays) -> None:
    """Backup codes are only asked for where there are some."""
    settings = {
        CONF_CALENDAR: CALENDAR,
        CONF_LOCKS: [FRONT_DOOR],
        CONF_NAME_TEMPLATE: "Stay of {guest}",
        CONF_CHECK_IN: "15:00:00",
        CONF_BACKUP: True,
    }
    stays.hass.config_entries.async_update_subentry(
        stays.entry, next(iter(stays.entry.subentries.values())), data=settings
    )
    await stays.settle()
    stays.book("Ada", summary="Reserved - Ada")
    await stays.wait()
    [blocked, code] = stays.codes
    assert blocked.name == "Stay of Not available"
    assert code.name == "Stay of Ada"
    assert code.starts_at
    assert dt_util.as_local(code.starts_at).time() == time(15)


async def test_booking_for_now_on_lock_that_refuses_past_starts(stays: Stays) -> None:
    """The code starts as soon as the lock allows it, and later changes keep that."""
    device = stays.simulator.state.devices[FRONT_DOOR]
    device.properties["code_constraints"] = [
        {"constraint_type": "start_date_in_future"}
    ]
    await stays.entry.runtime_data.async_reconcile()
    stays.book("Ada", start=-0.1)
    await stays.wait()
    [code] = stays.codes
    assert code.starts_at
    assert START < code.starts_at < START + timedelta(minutes=5)
    stays.book("Ada", start=-0.1, end=5)
    for _ in range(3):
        await stays.wait(5)
    assert stays.shown == [("Ada", code.starts_at, START + 5 * DAY)]
    requests = stays.simulator.requests
    requests.clear()
    await stays.wait(15)
    assert not changes(stays.simulator)


async def test_change_that_changes_nothing_is_not_repeated(
    stays: Stays, caplog: pytest.LogCaptureFixture
) -> None:
    """The lock keeps the start of a code that works already."""
    device = stays.simulator.state.devices[FRONT_DOOR]
    device.properties["code_constraints"] = [
        {"constraint_type": "start_date_in_future"}
    ]
    await stays.entry.runtime_data.async_reconcile()
    stays.book("Ada", start=-0.1)
    for _ in range(3):
        await stays.wait(5)
    shown = stays.shown
    stays.book("Ada", start=-0.2)
    for _ in range(3):
        await stays.wait(5)
    assert stays.shown == shown
    [watch] = stays.hass.data[WATCHES].values()
    assert watch.runner.report
    assert not watch.runner.report.plan.steps
    assert not watch.runner.report.errors
    assert "Could not" not in caplog.text
    # It is asked for again when the booking changes.
    stays.book("Ada", start=-0.2, end=5)
    for _ in range(3):
        await stays.wait(5)
    assert [ends_at for _, _, ends_at in stays.shown] == [START + 5 * DAY]


@pytest.mark.parametrize("minutes", [0, 30])
async def test_rounded_time_is_not_repeated_and_not_taken_for_an_edit(
    stays: Stays, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    """Seam may take the last full hour, which may be that of before."""
    update = stays.simulator.backend.codes.update

    def rounded(code: AccessCode, new: dict[str, Any], **fields: Any) -> None:
        if ends_at := new.get("ends_at"):
            new |= {"ends_at": ends_at.replace(minute=minutes)}
        update(code, new, **fields)

    monkeypatch.setattr(stays.simulator.backend.codes, "update", rounded)
    stays.book("Ada", end=4 - 0.5 / 24)
    await stays.wait()
    stays.book("Ada", end=4 - 0.25 / 24)
    for _ in range(5):
        await stays.wait(5)
    requests = stays.simulator.requests
    assert len([r for r in requests if r.path == "/access_codes/update"]) == 1
    rounded_end = (START + 4 * DAY).replace(minute=minutes)
    assert [ends_at for _, _, ends_at in stays.shown] == [rounded_end]
    [watch] = stays.hass.data[WATCHES].values()
    assert watch.runner.report
    assert not watch.runner.report.plan.steps
    stays.book("Ada", end=5)
    for _ in range(5):
        await stays.wait(5)
    rounded_end = (START + 5 * DAY).replace(minute=minutes)
    assert [ends_at for _, _, ends_at in stays.shown] == [rounded_end]


async def test_nothing_is_changed_while_lock_cannot_be_read(stays: Stays) -> None:
    """The codes that are known may be outdated."""
    stays.simulator.faults.add("status", path="/access_codes/list")
    stays.book("Ada")
    await stays.settle()
    assert not stays.codes
    assert "/access_codes/create" not in changes(stays.simulator)
    stays.simulator.faults.clear()
    await stays.wait(15)
    await stays.wait(15)
    assert len(stays.codes) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"ends_at": "soon"},
        {"is_managed": "maybe"},
        {"access_code_id": None},
        None,
    ],
)
async def test_row_that_cannot_be_read_keeps_no_guest_out(
    stays: Stays, fields: dict[str, Any] | None
) -> None:
    """It is one of somebody else."""
    stays.simulator.control.override_row(CODE_OWNER, fields)
    await stays.restart()
    assert not stays.entry.runtime_data.data.locks[FRONT_DOOR].is_complete
    stays.book("Ada")
    await stays.wait()
    stays.book("Ada", end=6)
    await stays.wait()
    assert stays.shown == [("Ada", START + 2 * DAY, START + 6 * DAY)]


async def test_code_of_guest_who_has_arrived_stays_if_our_clock_is_behind(
    stays: Stays,
) -> None:
    """Without a network, it may be hours behind after a power cut, but Seam's is not."""
    stays.book("Bob", 9, 10)
    stays.book("Ada", 0.5, 3)
    await stays.wait()
    await stays.wait(17 * 60)
    assert len(stays.codes) == 2
    await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    stays.freezer.move_to(dt_util.utcnow() - timedelta(hours=8))
    stays.calendar.cancel("Ada")
    await stays.hass.config_entries.async_setup(stays.entry.entry_id)
    for _ in range(6):
        await stays.wait(2)
    assert len(stays.codes) == 2
