"""Tests of what is said about stays, and done for guests who may not get in."""

import asyncio
from datetime import datetime, timedelta
import json
import logging
import random
import re
from typing import Any
from unittest.mock import patch

from homeassistant.const import (
    EVENT_CALL_SERVICE,
    EVENT_HOMEASSISTANT_STARTED,
    EVENT_STATE_CHANGED,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import CoreState, Event, HomeAssistant, State, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.seam.const import DOMAIN
from custom_components.seam.stays.settings import (
    CONF_ARRIVE_BY,
    CONF_BACKUP,
    CONF_BEFORE,
    CONF_CALENDAR,
    CONF_EXCLUDES,
    CONF_LOCKS,
)
from custom_components.seam.stays.watch import WATCHES
from simulator.faults import Fault, FaultKind
from simulator.seed import APARTMENT_1, FRONT_DOOR
from tests.actions.support import FRONT
from tests.clock import START, wait_until

from .conftest import CALENDAR, Stays

PROBLEM = "binary_sensor.bookings_arrival_problem"
NEXT = "sensor.bookings_next_arrival"
ACTIVITY = "event.bookings_activity"
HOUR = 1 / 24
LIST_FAULTS: list[tuple[FaultKind, dict[str, Any]]] = [
    ("status", {}),
    ("rate_limit", {"retry_after": 120}),
    # No row can be read.
    ("wrong_types", {}),
]
PIN = re.compile(r"(?<![0-9A-Za-z])\d{4,}(?![0-9A-Za-z])")


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the entities of stays."""
    return [Platform.BINARY_SENSOR, Platform.EVENT, Platform.LOCK, Platform.SENSOR]


class Told:
    """The events of stays, as states of the event entity."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Record from now on."""
        self.states: list[State] = []
        known: set[tuple[str, str]] = set()

        # In a thread, the order would be left to chance.
        @callback
        def record(event: Event[Any]) -> None:
            new = event.data["new_state"]
            if (
                event.data["entity_id"] == ACTIVITY
                and new is not None
                and new.attributes.get("event_type")
                # It is restored after a restart.
                and (new.state, new.attributes["event_type"]) not in known
            ):
                known.add((new.state, new.attributes["event_type"]))
                self.states.append(new)

        hass.bus.async_listen(EVENT_STATE_CHANGED, record)

    def types(self) -> list[str]:
        """Return the types, and forget them."""
        states, self.states = self.states, []
        return [state.attributes["event_type"] for state in states]


@pytest.fixture(autouse=True)
def late_programming(frozen_clock: None, no_waits: None, stays: Stays) -> None:
    """Let Seam set codes shortly before their start only."""
    stays.simulator.state.devices[FRONT_DOOR].schedules_natively = False


@pytest.fixture
async def told(stays: Stays) -> Told:
    """Record the events."""
    return Told(stays.hass)


def state(stays: Stays, entity_id: str) -> State:
    """Return a state."""
    found = stays.hass.states.get(entity_id)
    assert found
    return found


def issues(stays: Stays) -> list[ir.IssueEntry]:
    """Return the issues about arrivals."""
    registry = ir.async_get(stays.hass)
    return [
        issue
        for (domain, _), issue in registry.issues.items()
        if domain == DOMAIN and issue.translation_key == "arrival_at_risk"
    ]


async def set_up_with(stays: Stays, **settings: Any) -> None:
    """Change the settings, which reloads."""
    subentry = next(iter(stays.entry.subentries.values()))
    data = {
        CONF_CALENDAR: CALENDAR,
        CONF_LOCKS: [FRONT_DOOR],
        CONF_EXCLUDES: ["not available"],
    }
    stays.hass.config_entries.async_update_subentry(
        stays.entry, subentry, data=data | settings
    )
    await stays.settle()
    assert stays.entry.runtime_data.last_update_success


async def offer_backups(stays: Stays, *, is_allowed: bool = True) -> None:
    """Let the front door have backup codes, and say whether stays may use them."""
    device = stays.simulator.state.devices[FRONT_DOOR]
    device.backup_codes = 3
    device.properties["supports_backup_access_code_pool"] = True
    await set_up_with(stays, **{CONF_BACKUP: is_allowed})


async def go_offline(stays: Stays) -> None:
    """Disconnect the front door."""
    device = stays.simulator.state.devices[FRONT_DOOR]
    stays.simulator.backend.locks.go_offline(device)
    await stays.entry.runtime_data.async_reconcile()
    await stays.settle()


async def come_online(stays: Stays) -> None:
    """Reconnect the front door."""
    device = stays.simulator.state.devices[FRONT_DOOR]
    stays.simulator.backend.locks.come_online(device)
    await stays.entry.runtime_data.async_reconcile()
    await stays.settle()


async def change_by_hand(stays: Stays, **fields: Any) -> None:
    """Change the only code that was made for a stay."""
    [code] = stays.codes
    data = {"entity_id": FRONT, "access_code_id": code.access_code_id, **fields}
    await stays.hass.services.async_call(
        DOMAIN, "update_access_code", data, blocking=True
    )


async def test_nobody_is_expected(stays: Stays) -> None:
    """An empty house is no problem."""
    assert state(stays, PROBLEM).state == STATE_OFF
    assert state(stays, NEXT).state == STATE_UNKNOWN
    assert state(stays, ACTIVITY).state == STATE_UNKNOWN


async def test_next_arrival_says_who_where_and_whether(stays: Stays) -> None:
    """The soonest stay counts, and its state has no PIN."""
    stays.book("Eve", start=6, end=8)
    stays.book("Ada", start=2)
    await stays.wait()
    shown = state(stays, NEXT)
    assert datetime.fromisoformat(shown.state) == START + timedelta(days=2)
    assert shown.attributes["name"] == "Ada"
    assert shown.attributes["verdict"] == "ready"
    [row] = shown.attributes["locks"]
    assert row["lock"] == "Front Door"
    assert row["access_code_id"] == stays.codes[0].access_code_id
    assert row["verdict"] == "ready"
    assert stays.codes[0].code
    texts = json.dumps(dict(shown.attributes), default=str)
    assert stays.codes[0].code not in PIN.findall(texts)


async def test_verdict_turns_at_risk_and_back(stays: Stays, told: Told) -> None:
    """A lock that goes offline before the code is on it keeps the guest out."""
    stays.book("Ada", start=12 * HOUR)
    await stays.wait()
    assert told.types() == ["code_created", "code_ready"]
    await go_offline(stays)
    assert state(stays, PROBLEM).state == STATE_ON
    [arrival] = state(stays, PROBLEM).attributes["arrivals"]
    assert arrival["name"] == "Ada"
    assert arrival["verdict"] == "at_risk"
    assert arrival["reason"].endswith(".")
    assert arrival["advice"]
    [at_risk] = told.states
    assert at_risk.attributes["reason"] == arrival["reason"]
    assert at_risk.attributes["advice"] == arrival["advice"]
    assert told.types() == ["at_risk"]
    await come_online(stays)
    await stays.wait()
    assert state(stays, PROBLEM).state == STATE_OFF
    [ready] = told.states
    assert not {"reason", "advice"} & ready.attributes.keys()
    assert told.types() == ["code_ready"]


async def test_problem_of_later_stay_is_none_yet(stays: Stays, told: Told) -> None:
    """The verdict is told a day ahead."""
    stays.book("Ada", start=2)
    await stays.wait()
    await go_offline(stays)
    assert state(stays, PROBLEM).state == STATE_OFF
    assert told.types() == ["code_created"]
    for _ in range(25):
        await stays.wait(60)
    assert state(stays, PROBLEM).state == STATE_ON
    assert told.types() == ["at_risk"]


async def test_repair_from_three_hours_before(stays: Stays) -> None:
    """It names the guest, and is gone as soon as the code works."""
    stays.book("Ada", start=4 * HOUR)
    await stays.wait()
    await go_offline(stays)
    assert not issues(stays)
    await stays.wait(58)
    await stays.wait(2)
    [issue] = issues(stays)
    assert issue.translation_placeholders
    assert issue.translation_placeholders["name"] == "Ada"
    assert issue.translation_placeholders["locks"] == "Front Door"
    assert not issue.is_fixable
    await stays.restart()
    assert len(issues(stays)) == 1
    await come_online(stays)
    await stays.wait()
    assert not issues(stays)


async def test_issue_is_deleted_with_stays(stays: Stays) -> None:
    """Nobody waits any more for this guest."""
    stays.book("Ada", start=2 * HOUR)
    await stays.wait()
    await go_offline(stays)
    assert issues(stays)
    [subentry_id] = stays.entry.subentries
    stays.hass.config_entries.async_remove_subentry(stays.entry, subentry_id)
    await stays.settle()
    assert not issues(stays)


async def test_blocked_code_is_at_risk(stays: Stays) -> None:
    """There is no code, and there will be none."""
    device = stays.simulator.state.devices[FRONT_DOOR]
    device.properties["max_active_codes_supported"] = 1
    await stays.entry.runtime_data.async_reconcile()
    stays.book("Ada", start=2 * HOUR)
    await stays.wait()
    [arrival] = state(stays, PROBLEM).attributes["arrivals"]
    assert "no room" in arrival["reason"]
    assert arrival["locks"][0]["access_code_id"] is None


async def test_booking_with_impossible_times_is_at_risk(
    stays: Stays, told: Told
) -> None:
    """No code can be created, and nobody else would tell before the guest arrives."""
    await set_up_with(stays, check_in="15:00:00", check_out="11:00:00")
    stays.book("Eve", start=6, end=8)
    stays.book("Ada", start=26 * HOUR, end=30 * HOUR)
    await stays.wait()
    assert told.types() == ["code_created"]
    assert state(stays, NEXT).attributes["name"] == "Ada"
    await stays.wait(3 * 60)
    [arrival] = state(stays, PROBLEM).attributes["arrivals"]
    assert arrival["name"] == "Ada"
    start = dt_util.parse_datetime(str(arrival["starts_at"]))
    assert start == START + timedelta(hours=26)
    assert "would end before it starts" in arrival["reason"]
    assert told.types() == ["at_risk"]
    await stays.wait(20 * 60)
    assert len(issues(stays)) == 1
    # Then the booking is corrected.
    stays.book("Ada", start=26 * HOUR, end=3)
    await stays.wait()
    await stays.wait()
    assert {code.name for code in stays.codes} == {"Ada", "Eve"}
    assert state(stays, PROBLEM).state == STATE_OFF
    assert not issues(stays)


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (3 * HOUR, "The stay would end before it starts."),
        # After the year 9000.
        (2_600_000, "The end of the stay is too far in the future."),
    ],
)
async def test_reason_says_why_times_are_impossible(
    stays: Stays, end: float, reason: str
) -> None:
    """The check-in time is not blamed for an event without an end."""
    await set_up_with(stays, check_in="15:00:00", check_out="11:00:00")
    stays.book("Ada", start=2 * HOUR, end=end)
    await stays.wait()
    [arrival] = state(stays, PROBLEM).attributes["arrivals"]
    assert arrival["reason"].startswith(reason)


async def test_refused_code_is_at_risk(stays: Stays) -> None:
    """The reason is what Seam said."""
    stays.simulator.faults.add("status", path="/access_codes/create", status=400)
    stays.book("Ada", start=2 * HOUR)
    await stays.wait()
    [arrival] = state(stays, PROBLEM).attributes["arrivals"]
    assert arrival["reason"]
    assert arrival["verdict"] == "at_risk"


@pytest.mark.parametrize(
    "way", ["code", "times", "full", "refused", "changed by hand", "deleted by hand"]
)
async def test_advice_is_about_the_reason(stays: Stays, way: str) -> None:
    """A warning of the lock is not why there is no code, or why it has other times."""
    stays.simulator.control.device_warning("Front Door", "power_saving_mode")
    if way == "full":
        device = stays.simulator.state.devices[FRONT_DOOR]
        device.properties["max_active_codes_supported"] = 1
    elif way == "times":
        await set_up_with(stays, check_in="23:00:00", check_out="01:00:00")
    elif way == "refused":
        faults = stays.simulator.faults
        faults.add("status", path="/access_codes/create", status=400)
    await stays.entry.runtime_data.async_reconcile()
    stays.book("Ada", start=2 * HOUR, end=6 * HOUR)
    await stays.wait()
    if way == "changed by hand":
        await change_by_hand(stays, starts_at=START + timedelta(hours=5))
    elif way == "deleted by hand":
        [code] = stays.codes
        data = {"entity_id": FRONT, "access_code_id": code.access_code_id}
        await stays.hass.services.async_call(
            DOMAIN, "delete_access_code", data, blocking=True
        )
        await stays.wait(10)
    elif way == "code":
        await go_offline(stays)
    await stays.wait(15)
    [arrival] = state(stays, PROBLEM).attributes["arrivals"]
    assert arrival["reason"]
    for shown in (arrival, *arrival["locks"]):
        assert bool(shown["advice"]) is (way == "code")
    [issue] = issues(stays)
    assert issue.translation_placeholders
    assert bool(issue.translation_placeholders["advice"]) is (way == "code")


@pytest.mark.parametrize("is_allowed", [True, False])
async def test_backup_is_pulled_fifteen_minutes_before(
    stays: Stays, told: Told, is_allowed: bool
) -> None:
    """It replaces the code that does not work, once."""
    await offer_backups(stays, is_allowed=is_allowed)
    await go_offline(stays)
    stays.book("Ada", start=HOUR)
    await stays.wait()
    [code] = stays.codes
    told.types()
    await stays.wait(30)
    assert not code.pulled_backup_access_code_id
    await stays.wait(14)
    await stays.wait(2)
    await stays.wait()
    assert bool(code.pulled_backup_access_code_id) is is_allowed
    assert ("backup_pulled" in told.types()) is is_allowed
    # The backup is on the lock already.
    assert state(stays, PROBLEM).state == (STATE_OFF if is_allowed else STATE_ON)
    pulls = [r for r in stays.simulator.requests if "pull_backup" in r.path]
    assert len(pulls) == is_allowed


@pytest.mark.parametrize(
    ("fault", "fields"),
    [("rate_limit", {}), ("outage", {}), ("status", {}), ("status", {"status": 400})],
    ids=["rate limit", "outage", "error", "refusal"],
)
async def test_backup_is_tried_again(
    stays: Stays,
    caplog: pytest.LogCaptureFixture,
    fault: FaultKind,
    fields: dict[str, Any],
) -> None:
    """Every minute, until Seam can be reached, and the backup is on the lock."""
    await offer_backups(stays)
    await go_offline(stays)
    path = "/access_codes/pull_backup_access_code"
    stays.simulator.faults.add(fault, path=path, **fields)
    stays.book("Ada", start=0.2 * HOUR)
    await stays.wait()
    [code] = stays.codes
    for _ in range(3):
        await stays.wait()
        stays.simulator.control.battery("Front Door", random.random())
    pulls = [record for record in stays.simulator.requests if record.path == path]
    # Also when something else of the lock changes.
    assert 1 <= len(pulls) <= 5
    assert not code.pulled_backup_access_code_id
    warnings = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert len([r for r in warnings if "Could not pull" in r.message]) == 1
    stays.simulator.faults.clear()
    for _ in range(3):
        await stays.wait()
    assert code.pulled_backup_access_code_id


async def test_backup_of_next_guest_is_tried_again_soon(stays: Stays) -> None:
    """However often that of the guest before has failed."""
    await offer_backups(stays)
    await go_offline(stays)
    path = "/access_codes/pull_backup_access_code"
    stays.simulator.faults.add("status", path=path, status=400)
    stays.book("Ada", start=0.2 * HOUR, end=2 * HOUR)
    for _ in range(90):
        await stays.wait()
    stays.book("Bob", start=2 * HOUR, end=4 * HOUR)
    await stays.wait()
    before = {
        record.body["access_code_id"]
        for record in stays.simulator.requests
        if record.path == path
    }
    for _ in range(20):
        await stays.wait()
    pulls = [
        record.body["access_code_id"]
        for record in stays.simulator.requests
        if record.path == path and record.body["access_code_id"] not in before
    ]
    # After one, two and two minutes, as the guest is about to arrive.
    assert len(pulls) == 4


async def test_postponed_stay_has_a_backup_of_its_own(stays: Stays, told: Told) -> None:
    """The code is the same, but its backup was pulled for a time that has passed."""
    await offer_backups(stays)
    await go_offline(stays)
    stays.book("Ada", start=0.2 * HOUR)
    for _ in range(3):
        await stays.wait()
    [code] = [code for code in stays.codes if not code.is_backup]
    assert told.types().count("backup_pulled") == 1
    stays.book("Ada", start=2 * HOUR)
    await stays.wait()
    code.pulled_backup_access_code_id = None
    for _ in range(13):
        await stays.wait(8)
    [code] = [code for code in stays.codes if not code.is_backup]
    assert code.pulled_backup_access_code_id
    assert told.types().count("backup_pulled") == 1


async def test_life_of_a_stay(stays: Stays, told: Told) -> None:
    """Created, changed, arrived once, ended."""
    stays.book("Ada", start=HOUR, end=5 * HOUR)
    await stays.wait()
    stays.book("Ada", start=HOUR, end=6 * HOUR)
    await stays.wait()
    await stays.wait()
    kinds = told.types()
    assert kinds[:2] == ["code_created", "code_ready"]
    assert "changed" in kinds
    await stays.wait(60)
    await stays.wait(10)
    [code] = stays.codes
    for _ in range(2):
        stays.simulator.control.use_code(code.access_code_id)
        await stays.wait()
    [arrived] = told.states
    assert arrived.attributes["event_type"] == "arrived"
    assert arrived.attributes["name"] == "Ada"
    assert arrived.attributes["locks"] == ["Front Door"]
    assert arrived.attributes["access_code_ids"] == [code.access_code_id]
    assert told.types() == ["arrived"]
    await stays.restart()
    stays.simulator.control.use_code(code.access_code_id)
    await stays.wait()
    assert told.types() == []
    for _ in range(6):
        await stays.wait(60)
    assert told.types() == ["ended"]


PHONE = "Phone: +49 151 234 9182"


@pytest.mark.parametrize(
    ("description", "fault", "part"),
    [
        (PHONE, None, ""),
        (PHONE, "refused", "does not accept the guest's PIN"),
        (PHONE, "taken", "does not accept the guest's PIN"),
        ("Arrives by train", None, "no phone number"),
    ],
)
async def test_guest_may_expect_another_pin(
    stays: Stays, told: Told, description: str, fault: str | None, part: str
) -> None:
    """It is told when the code is created, and shown until the code was used."""
    await set_up_with(stays, pin_rule="telephone")
    if fault == "taken":
        stays.simulator.control.add_unmanaged_code("Front Door", "Other", "9182")
        await stays.entry.runtime_data.async_reconcile()
    elif fault == "refused":
        path = "/access_codes/create"
        stays.simulator.faults.add("status", path=path, status=400, count=1)
    stays.before = dict(stays.simulator.state.access_codes)
    stays.book("Ada", start=2 * HOUR, description=description)
    await stays.wait()
    await stays.restart()
    await stays.wait()
    [code] = stays.codes
    assert (code.code == "9182") is not bool(part)
    [created] = [
        one for one in told.states if one.attributes["event_type"] == "code_created"
    ]
    [row] = state(stays, NEXT).attributes["locks"]
    for shown in (created.attributes, row):
        assert part in (shown.get("reason") or "")
        assert bool(shown.get("reason")) is bool(part)
    assert row["verdict"] == "ready"
    # Such a guest is not at risk.
    assert state(stays, NEXT).attributes["reason"] is None
    assert "at_risk" not in told.types()
    texts = json.dumps([dict(created.attributes), row], default=str)
    assert not {code.code, "9182"} & set(PIN.findall(texts))


OTHER_PHONE = "Phone: +49 151 234 7351"
NO_PHONE = "Arrives by train"
NOT_ACCEPTED = "does not accept the guest's PIN"
DIFFERS = "does not match the phone number"


@pytest.mark.parametrize(
    ("before", "after", "way", "part"),
    [
        (PHONE, PHONE, None, ""),
        (PHONE, PHONE, "4715", DIFFERS),
        (PHONE, NO_PHONE, None, ""),
        (OTHER_PHONE, PHONE, None, DIFFERS),
        (OTHER_PHONE, PHONE, "9182", ""),
        (OTHER_PHONE, PHONE, "used", ""),
        # A lock that does not report PINs.
        (OTHER_PHONE, PHONE, "hidden", ""),
        (NO_PHONE, NO_PHONE, None, "no phone number"),
        (NO_PHONE, PHONE, None, DIFFERS),
        (NO_PHONE, PHONE, "9182", ""),
        (NO_PHONE, PHONE, "used", ""),
        (NO_PHONE, PHONE, "hidden", DIFFERS),
        (NOT_ACCEPTED, PHONE, None, NOT_ACCEPTED),
        (NOT_ACCEPTED, PHONE, "9182", ""),
        (NOT_ACCEPTED, PHONE, "used", ""),
    ],
)
async def test_guest_may_not_know_the_pin(
    stays: Stays, before: str, after: str, way: str | None, part: str
) -> None:
    """It is told while the code has another PIN than the event, until it was used."""
    await set_up_with(stays, pin_rule="telephone")
    if before == NOT_ACCEPTED:
        path = "/access_codes/create"
        stays.simulator.faults.add("status", path=path, status=400, count=1)
        before = PHONE
    stays.book("Ada", start=2 * HOUR, description=before)
    for minutes in (1, 1, 59):
        await stays.wait(minutes)
    stays.book("Ada", start=2 * HOUR, description=after)
    [code] = stays.codes
    pin = code.code
    if way == "used":
        stays.simulator.control.use_code(code.access_code_id)
    elif way == "hidden":
        code.code = None
        await stays.entry.runtime_data.async_reconcile()
    elif way:
        await change_by_hand(stays, code=way)
    await stays.wait()
    await stays.wait()
    reason = state(stays, NEXT).attributes["locks"][0]["reason"] or ""
    assert part in reason
    assert bool(reason) is bool(part)
    assert not PIN.findall(reason)
    # Only the host changes the PIN.
    assert way or code.code == pin


async def test_cancelled_stay(stays: Stays, told: Told) -> None:
    """The code is deleted."""
    stays.book("Ada")
    await stays.wait()
    stays.calendar.cancel("Ada")
    await stays.wait()
    await stays.wait()
    assert told.types() == ["code_created", "cancelled"]


async def test_guest_who_has_arrived_is_no_longer_at_risk(stays: Stays) -> None:
    """The code has worked."""
    stays.book("Ada", start=-HOUR, end=5 * HOUR)
    await stays.wait()
    await stays.wait()
    [code] = stays.codes
    stays.simulator.control.use_code(code.access_code_id)
    await stays.wait()
    await go_offline(stays)
    assert state(stays, PROBLEM).state == STATE_OFF


@pytest.mark.parametrize("is_new", [False, True])
@pytest.mark.parametrize(
    ("way", "reason"),
    [
        ("ended", "changed manually"),
        ("deleted", "deleted manually"),
        ("restored and deleted", "deleted manually"),
    ],
)
async def test_stay_without_its_code_is_at_risk(
    stays: Stays, way: str, reason: str, is_new: bool
) -> None:
    """It says what the host did, also after Seam has removed a code that has ended."""
    stays.book("Ada", start=-HOUR, end=2)
    await stays.wait()
    await stays.wait(1 if is_new else 60)
    [code] = stays.codes
    ends_at = code.ends_at
    if way != "deleted":
        now = dt_util.utcnow()
        await change_by_hand(stays, ends_at=now + timedelta(minutes=1))
    if way == "restored and deleted":
        await stays.settle()
        await change_by_hand(stays, ends_at=ends_at)
    if way != "ended":
        await stays.settle()
        data = {"entity_id": FRONT, "access_code_id": code.access_code_id}
        await stays.hass.services.async_call(
            DOMAIN, "delete_access_code", data, blocking=True
        )
        await stays.wait(15)

    def shown() -> Any:
        [arrival] = state(stays, PROBLEM).attributes["arrivals"]
        return arrival

    for _ in range(10):
        await stays.wait()
        assert shown()["verdict"] == "at_risk"
        assert reason in shown()["reason"]
    assert not stays.codes
    await stays.restart()
    await stays.wait()
    assert reason in shown()["reason"]


@pytest.mark.parametrize("way", ["changed by hand", "refused"])
async def test_guest_at_closed_door_stays_at_risk(
    stays: Stays, told: Told, way: str
) -> None:
    """The code starts hours after check-in, before it and from then on."""
    stays.book("Ada", start=(4 if way == "changed by hand" else 10) * HOUR, end=2)
    await stays.wait(15)
    [code] = stays.codes
    if way == "changed by hand":
        await change_by_hand(stays, starts_at=START + timedelta(hours=10))
    else:
        stays.simulator.faults.add("status", path="/access_codes/update", status=400)
        stays.book("Ada", start=4 * HOUR, end=2)
    await stays.wait()
    told.types()
    for _ in range(10):
        await stays.wait(60)
        assert code.starts_at == START + timedelta(hours=10)
        is_open = stays.simulator.clock.now() >= code.starts_at
        assert state(stays, PROBLEM).state == (STATE_OFF if is_open else STATE_ON)
        told_types = told.types()
        assert ("code_ready" in told_types) is is_open
    assert not issues(stays)


@pytest.mark.parametrize("arrives", [False, True])
@pytest.mark.parametrize("way", ["changed by hand", "refused"])
async def test_guest_whose_code_ends_early_is_at_risk(
    stays: Stays, told: Told, way: str, arrives: bool
) -> None:
    """Also after arrival, until the code lasts as long as the stay."""
    await offer_backups(stays)
    stays.book("Ada", start=2 * HOUR, end=2)
    await stays.wait(30)
    if arrives:
        for minutes in (31, 2, 62):
            await stays.wait(minutes)
        stays.simulator.control.use_code(stays.codes[0].access_code_id)
        await stays.wait()
        assert told.types()[-1] == "arrived"
    for end in (3, 4):
        told.types()
        if way == "refused":
            path = "/access_codes/update"
            stays.simulator.faults.add("status", path=path, status=400)
            stays.book("Ada", start=2 * HOUR, end=end)
        else:
            await change_by_hand(stays, ends_at=START + timedelta(days=1))
        for minutes in (1, 1, *[15] * (2 if arrives else 8)):
            await stays.wait(minutes)
        assert told.types()[:1] == ["at_risk"]
        assert state(stays, PROBLEM).state == STATE_ON
        assert len(issues(stays)) == 1
        # It would not work longer.
        assert not any(r for r in stays.simulator.requests if "pull_b" in r.path)
        stays.simulator.faults.clear()
        await change_by_hand(
            stays, ends_at=START + timedelta(days=end if way == "refused" else 2)
        )
        for minutes in (1, 1, 15):
            await stays.wait(minutes)
        assert state(stays, PROBLEM).state == STATE_OFF
        assert not issues(stays)


async def test_code_may_end_a_little_early(stays: Stays, told: Told) -> None:
    """Seam rounds times, and a host may have the guest leave an hour before."""
    stays.book("Ada", start=2 * HOUR, end=2)
    await stays.wait(30)
    await change_by_hand(stays, ends_at=START + timedelta(days=2, hours=-1))
    await stays.wait(15)
    assert state(stays, PROBLEM).state == STATE_OFF
    assert "at_risk" not in told.types()


@pytest.mark.parametrize("arrives", [False, True])
@pytest.mark.parametrize("way", ["offline", "stuck"])
async def test_guest_whose_extension_does_not_reach_the_lock_is_at_risk(
    stays: Stays, told: Told, way: str, arrives: bool
) -> None:
    """The code has its new end at Seam, but the lock still has the old one."""
    await offer_backups(stays)
    stays.book("Ada", start=0.9 * HOUR, end=6 * HOUR)
    for minutes in (1, 1, 52):
        await stays.wait(minutes)
    [code] = stays.codes
    if arrives:
        stays.simulator.control.use_code(code.access_code_id)
        await stays.wait()
    told.types()
    if way == "offline":
        await go_offline(stays)
    else:
        mutation = {"mutation_code": "updating_time_frame", "message": "x"}
        mutation["created_at"] = stays.simulator.clock.now().isoformat()
        row = {"status": "setting", "pending_mutations": [mutation]}
        stays.simulator.backend.settings.row_overrides[code.access_code_id] = row
    stays.book("Ada", start=0.9 * HOUR, end=2)
    for _ in range(8):
        await stays.wait()
    assert code.ends_at == START + timedelta(days=2)
    assert "at_risk" in told.types()
    # Whoever is in has a code that works for now.
    assert bool(code.pulled_backup_access_code_id) is not arrives
    assert state(stays, PROBLEM).state == (STATE_ON if arrives else STATE_OFF)
    assert len(issues(stays)) == arrives
    stays.simulator.backend.settings.row_overrides.clear()
    await come_online(stays)
    for _ in range(3):
        await stays.wait()
    assert state(stays, PROBLEM).state == STATE_OFF
    assert not issues(stays)


async def test_guest_whose_backup_ends_early_is_at_risk(stays: Stays) -> None:
    """The stay was extended after the backup had been pulled."""
    await offer_backups(stays)
    await go_offline(stays)
    stays.book("Ada", start=0.2 * HOUR, end=6 * HOUR)
    for _ in range(15):
        await stays.wait()
    [backup] = [code for code in stays.codes if code.is_backup]
    stays.simulator.control.use_code(backup.access_code_id)
    await stays.wait()
    assert state(stays, PROBLEM).state == STATE_OFF
    stays.book("Ada", start=0.2 * HOUR, end=2)
    for _ in range(3):
        await stays.wait()
    assert backup.ends_at == START + timedelta(hours=6)
    assert state(stays, PROBLEM).state == STATE_ON


@pytest.mark.parametrize(
    ("booked", "begun", "late"),
    [
        # Seam has an hour.
        (-12 * 60, -60, -15),
        (-12 * 60, -60 * 72, -15),
        # The guest has booked at the last minute.
        (-17, -17, -12),
        (10, 10, 15),
        # The lock gets its codes at their start only.
        (-12 * 60, 0, 5),
    ],
)
async def test_code_that_stays_being_set_is_a_risk(
    stays: Stays, told: Told, booked: int, begun: int, late: int
) -> None:
    """From when it should have been set, in minutes after the start."""
    await offer_backups(stays)
    starts_at = START + timedelta(hours=13)
    while (now := stays.simulator.clock.now()) < starts_at + timedelta(minutes=booked):
        await stays.wait((starts_at - now) / timedelta(minutes=1) + booked)
    stays.book("Ada", start=13 * HOUR, end=2)
    await stays.settle()
    [code] = stays.codes
    mutation = {
        "mutation_code": "creating",
        "message": "x",
        "created_at": (starts_at + timedelta(minutes=begun)).isoformat(),
    }
    # Until then, Seam waits.
    if begun == 0:
        scheduled = {"scheduled_at": starts_at.isoformat()}
        mutation |= {"mutation_code": "deferring_creation", **scheduled}
    overrides = stays.simulator.backend.settings.row_overrides
    overrides[code.access_code_id] = {
        "status": "unset" if begun == 0 else "setting",
        "is_scheduled_on_device": False,
        "pending_mutations": [mutation],
    }
    await stays.entry.runtime_data.async_reconcile()
    while (now := stays.simulator.clock.now()) < starts_at + timedelta(minutes=25):
        is_late = now >= starts_at + timedelta(minutes=late)
        assert bool(code.pulled_backup_access_code_id) is is_late
        minutes = (now - starts_at) / timedelta(minutes=1)
        await stays.wait(1 if minutes >= -20 else min(60, -20 - minutes))
    types = told.types()
    assert types.count("at_risk") == types.count("backup_pulled") == 1


@pytest.mark.parametrize("hours_before", [0, 24])
@pytest.mark.parametrize("time_zone", ["US/Pacific", "Pacific/Fiji"])
async def test_guest_who_has_not_arrived_in_time(
    stays: Stays, told: Told, time_zone: str, hours_before: int
) -> None:
    """It is told once, at the time of day that was chosen, maybe after midnight.

    The code may work long before.
    """
    await stays.hass.config.async_set_time_zone(time_zone)
    by = dt_util.as_local(START + timedelta(hours=3))
    settings = {CONF_ARRIVE_BY: f"{by:%H:%M:%S}", CONF_BEFORE: hours_before * 60}
    await set_up_with(stays, **settings)
    stays.book("Ada", start=HOUR, end=10 * HOUR)
    await stays.wait()
    for _ in range(2):
        await stays.wait(60)
    assert "not_arrived" not in told.types()
    for _ in range(3):
        await stays.wait(60)
    assert told.types() == ["not_arrived"]


async def test_new_check_in_time_is_no_new_arrival(stays: Stays, told: Told) -> None:
    """The guest has arrived before it was changed."""
    await set_up_with(stays, check_in="00:00:00")
    stays.book("Ada", start=-HOUR, end=2)
    await stays.wait()
    for check_in in ("00:00:00", "00:30:00", "01:00:00"):
        await set_up_with(stays, check_in=check_in)
        await stays.wait()
        [code] = stays.codes
        stays.simulator.control.use_code(code.access_code_id)
        await stays.wait()
        [watch] = stays.hass.data[WATCHES].values()
        assert [arrival.has_arrived for arrival in watch.arrivals or ()] == [True]
    assert told.types().count("arrived") == 1


async def test_next_visit_does_not_have_its_code_while_one_may_go_on(
    stays: Stays, told: Told
) -> None:
    """The calendar has dropped the visit before, and nobody remembers it."""
    await set_up_with(stays, pin_rule="same")
    stays.book("now", start=-HOUR, end=10 * HOUR, summary="Ada")
    stays.book("next", start=12 * HOUR, end=2, summary="Ada")
    await stays.wait()
    await stays.wait()
    [code] = stays.codes
    stays.simulator.control.use_code(code.access_code_id)
    await stays.wait()
    stays.calendar.cancel("now")
    await stays.restart()
    [watch] = stays.hass.data[WATCHES].values()
    for _ in range(2):
        [arrival] = watch.arrivals or ()
        assert not arrival.has_arrived
        assert arrival.verdict == "setting"
        await stays.wait()
    for _ in range(11):
        await stays.wait(60)
    assert state(stays, NEXT).attributes["verdict"] == "ready"


@pytest.mark.parametrize("has_other_visit", [False, True])
async def test_stay_that_the_calendar_drops_after_its_start_goes_on(
    stays: Stays, told: Told, has_other_visit: bool
) -> None:
    """Some calendars do. Its guest may still be at risk, and its end is told."""
    if has_other_visit:
        await set_up_with(stays, pin_rule="same")
        stays.book("next", start=8, end=9, summary="Ada")
    stays.book("Ada", start=2 * HOUR, end=10 * HOUR)
    await stays.wait(60)
    told.types()
    await stays.wait(61)
    stays.calendar.cancel("Ada")
    for _ in range(2):
        await stays.wait()
    await go_offline(stays)
    assert state(stays, PROBLEM).state == STATE_OFF
    [code] = stays.codes
    stays.simulator.control.use_code(code.access_code_id)
    for _ in range(8):
        await stays.wait(58)
        [watch] = stays.hass.data[WATCHES].values()
        assert [one.span.starts_at for one in watch.arrivals or ()][:1] == [
            START + timedelta(hours=2)
        ]
    for _ in range(2):
        await stays.wait(58)
    told_types = told.types()
    assert [one for one in told_types if one in ("arrived", "ended")] == [
        "arrived",
        "ended",
    ]


@pytest.mark.parametrize("is_offline", [False, True])
@pytest.mark.parametrize("has_two_locks", [False, True])
async def test_dropped_stay_whose_code_is_gone_is_forgotten(
    stays: Stays, told: Told, is_offline: bool, has_two_locks: bool
) -> None:
    """Somebody has deleted the code by hand. While it is removed, nobody is at risk."""
    if has_two_locks:
        await set_up_with(stays, locks=[FRONT_DOOR, APARTMENT_1])
    stays.book("Ada", start=2 * HOUR, end=10 * HOUR)
    await stays.wait(60)
    await stays.wait(61)
    stays.calendar.cancel("Ada")
    await stays.wait()
    if is_offline:
        await go_offline(stays)
    told.types()
    [code] = [code for code in stays.codes if code.device_id == FRONT_DOOR]
    data = {"entity_id": FRONT, "access_code_id": code.access_code_id}
    await stays.hass.services.async_call(
        DOMAIN, "delete_access_code", data, blocking=True
    )
    await stays.wait()
    await stays.wait(15)
    assert not told.types()
    [watch] = stays.hass.data[WATCHES].values()
    assert bool(watch.arrivals) is has_two_locks


async def test_lock_without_code_counts_after_the_calendar_drops_the_stay(
    stays: Stays, told: Told
) -> None:
    """Nobody has deleted that code: Seam never created it."""
    await set_up_with(stays, locks=[FRONT_DOOR, APARTMENT_1])
    stays.simulator.faults.add(
        "status", path="/access_codes/create", device_id=APARTMENT_1, status=500
    )
    stays.book("Ada", start=2 * HOUR, end=10 * HOUR)
    for _ in range(9):
        await stays.wait(15)
    assert state(stays, PROBLEM).state == STATE_ON
    stays.calendar.cancel("Ada")
    for _ in range(4):
        await stays.wait(15)
    assert "code_ready" not in told.types()
    [watch] = stays.hass.data[WATCHES].values()
    [arrival] = watch.arrivals or ()
    assert len(arrival.places) == 2


async def test_use_after_the_end(stays: Stays, told: Told) -> None:
    """The code may still be on an offline lock."""
    stays.book("Ada", start=-HOUR, end=HOUR)
    await stays.wait()
    await stays.wait()
    [code] = stays.codes
    for _ in range(2):
        await stays.wait(40)
    told.types()
    stays.simulator.backend.events.lock(
        "access_denied",
        stays.simulator.state.devices[FRONT_DOOR],
        access_code_id=code.access_code_id,
    )
    await stays.wait()
    assert told.types() == ["used_after_end"]


async def test_code_extended_by_hand_ends_later(stays: Stays, told: Told) -> None:
    """The host has given the guest two more hours."""
    stays.book("Ada", start=-HOUR, end=HOUR)
    await stays.wait()
    await stays.wait()
    [code] = stays.codes
    assert code.ends_at
    await change_by_hand(stays, ends_at=code.ends_at + timedelta(hours=2))
    await stays.wait()
    told.types()
    for _ in range(2):
        await stays.wait(40)
        stays.simulator.control.use_code(code.access_code_id)
        await stays.wait()
    assert told.types() == ["arrived"]
    await stays.wait(60)
    assert told.types() == []
    await stays.wait(50)
    assert told.types() == ["ended"]


@pytest.mark.parametrize(
    ("pin_rule", "is_joined"), [("seam", False), ("same", False), ("same", True)]
)
async def test_stay_that_is_shortened_into_the_past_ends(
    stays: Stays, told: Told, pin_rule: str, is_joined: bool
) -> None:
    """The guest has left early, and the host corrects the booking afterwards.

    It may be the second of two visits without a gap.
    """
    await set_up_with(stays, pin_rule=pin_rule)
    start = HOUR
    if is_joined:
        stays.book("before", start=start, end=1.25 * HOUR, summary="Ada")
        start = 1.25 * HOUR
    stays.book("now", start=start, end=2, summary="Ada")
    stays.book("next", start=3, end=4, summary="Ada")
    for minutes in (1, 1, 60, 60):
        await stays.wait(minutes)
    # It starts at the same time, but later.
    stays.book("now", start=start, end=1, summary="Ada")
    for _ in range(3):
        await stays.wait()
    assert "ended" not in told.types()
    stays.book("now", start=start, end=1.5 * HOUR, summary="Ada")
    for _ in range(3):
        await stays.wait()
    [ended] = [
        shown for shown in told.states if shown.attributes["event_type"] == "ended"
    ]
    ends_at = datetime.fromisoformat(ended.attributes["ends_at"])
    assert ends_at == START + timedelta(hours=1.5)
    told.types()
    await stays.wait(30)
    assert told.types() == []


async def test_stay_that_is_moved_into_the_past_has_not_ended(
    stays: Stays, told: Told
) -> None:
    """It has not begun."""
    stays.book("Ada", start=HOUR, end=2)
    await stays.wait()
    await stays.wait()
    stays.book("Ada", start=-2, end=-1)
    for _ in range(3):
        await stays.wait()
    assert "ended" not in told.types()
    assert not stays.codes


async def test_stay_that_ends_while_home_assistant_is_off(
    stays: Stays, told: Told
) -> None:
    """It is not told afterwards, nothing is left of it, and the next one is expected."""
    stays.book("Ada", start=2 * HOUR, end=3 * HOUR)
    stays.book("Bob", start=6 * HOUR, end=12 * HOUR)
    await stays.wait()
    await go_offline(stays)
    assert issues(stays)
    await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    assert not issues(stays)
    told.types()
    await stays.wait(4 * 60)
    await stays.hass.config_entries.async_setup(stays.entry.entry_id)
    await come_online(stays)
    await stays.wait()
    await stays.wait()
    assert "ended" not in told.types()
    assert not issues(stays)
    assert state(stays, PROBLEM).state == STATE_OFF
    assert state(stays, NEXT).attributes["name"] == "Bob"
    for _ in range(2 * 24):
        await stays.wait(60)
    assert told.types() == ["ended"]
    [watch] = stays.hass.data[WATCHES].values()
    assert not watch.runner.memory.links


async def test_unchanged_verdict_is_not_told_again_after_start(
    stays: Stays, told: Told
) -> None:
    """Neither if it is the same, nor while it is not known."""
    stays.book("Ada", start=6 * HOUR)
    await stays.wait()
    await go_offline(stays)
    told.types()
    await stays.restart()
    await stays.wait()
    assert state(stays, PROBLEM).state == STATE_ON
    stays.simulator.faults.add("status", path="/access_codes/list")
    await stays.restart()
    assert state(stays, NEXT).attributes["verdict"] == "unknown"
    # A calendar may need longer to start than to answer.
    bookings = dict(stays.calendar.bookings)
    stays.calendar.bookings.clear()
    await stays.restart()
    stays.calendar.bookings |= bookings
    stays.simulator.faults.clear()
    for _ in range(3):
        await stays.wait(15)
    assert state(stays, PROBLEM).state == STATE_ON
    assert told.types() == []


@pytest.mark.parametrize("hours", [12, 30])
async def test_verdict_that_changes_while_home_assistant_is_off(
    stays: Stays, told: Told, hours: int
) -> None:
    """It is told after the start, also on a stay that nothing was told of before."""
    stays.book("Ada", start=hours * HOUR)
    await stays.wait()
    assert told.types() == ["code_created", "code_ready"][: 2 if hours == 12 else 1]
    device = stays.simulator.state.devices[FRONT_DOOR]
    locks = stays.simulator.backend.locks
    await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    locks.go_offline(device)
    await stays.wait(7 * 60)
    await stays.hass.config_entries.async_setup(stays.entry.entry_id)
    await stays.wait()
    assert told.types() == ["at_risk"]
    await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    locks.come_online(device)
    await stays.hass.config_entries.async_setup(stays.entry.entry_id)
    await stays.wait()
    assert told.types() == ["code_ready"]


async def test_verdict_is_told_when_automations_run(stays: Stays, told: Told) -> None:
    """Their triggers do not listen while Home Assistant starts."""
    stays.book("Ada", start=12 * HOUR)
    await stays.wait()
    await go_offline(stays)
    await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    told.types()
    device = stays.simulator.state.devices[FRONT_DOOR]
    stays.simulator.backend.locks.come_online(device)
    stays.hass.set_state(CoreState.starting)
    await stays.hass.config_entries.async_setup(stays.entry.entry_id)
    await stays.wait()
    assert state(stays, PROBLEM).state == STATE_OFF
    assert told.types() == []
    stays.hass.set_state(CoreState.running)
    stays.hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await stays.settle()
    assert told.types() == ["code_ready"]


@pytest.mark.parametrize("is_restarted", [True, False])
async def test_nothing_is_told_again_if_uids_change(
    stays: Stays, told: Told, is_restarted: bool
) -> None:
    """Events of a file without UIDs get new ones whenever it is read."""
    device = stays.simulator.state.devices[FRONT_DOOR]
    device.properties["max_active_codes_supported"] = 1
    await stays.entry.runtime_data.async_reconcile()
    # Both have the same name and start, and there is room for one of them.
    for uid, hours in (("1", 8), ("2", 9)):
        stays.book(uid, start=2 * HOUR, end=hours * HOUR, summary="Reserved")
    await stays.wait()
    assert told.types().count("at_risk") == 2
    ignored, *_ = issues(stays)
    ir.async_ignore_issue(stays.hass, DOMAIN, ignored.issue_id, True)
    before = {issue.issue_id for issue in issues(stays)}
    for uid, hours in (("3", 8), ("4", 9)):
        stays.book(uid, start=2 * HOUR, end=hours * HOUR, summary="Reserved")
    stays.calendar.cancel("1")
    stays.calendar.cancel("2")
    if is_restarted:
        await stays.restart()
    await stays.wait()
    await stays.wait()
    assert told.types() == []
    assert {issue.issue_id for issue in issues(stays)} == before


async def test_what_an_older_version_has_stored_is_loaded(
    stays: Stays, told: Told, hass_storage: dict[str, Any]
) -> None:
    """It lacks the verdicts, and the backups of codes."""
    stays.book("Ada", start=12 * HOUR)
    await stays.wait()
    await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    told.types()
    stored = hass_storage[f"{DOMAIN}.stays.{stays.entry.entry_id}"]["data"]
    del stored["verdicts"]
    [[link]] = stored.values()
    del link["backup"]
    await stays.hass.config_entries.async_setup(stays.entry.entry_id)
    await stays.wait()
    assert len(stays.codes) == 1
    assert state(stays, PROBLEM).state == STATE_OFF


async def test_verdicts_are_forgotten_after_the_stay(
    stays: Stays, hass_storage: dict[str, Any]
) -> None:
    """They are stored without names."""
    stays.book("Ada", start=HOUR, end=3 * HOUR)
    await stays.wait()
    await stays.wait()
    stored = hass_storage[f"{DOMAIN}.stays.{stays.entry.entry_id}"]["data"]
    [subentry_id] = stays.entry.subentries
    [verdict] = stored["verdicts"][subentry_id]
    assert verdict["verdict"] == "ready"
    assert "Ada" not in json.dumps(stored["verdicts"])
    for _ in range(5):
        await stays.wait(60)
    stored = hass_storage[f"{DOMAIN}.stays.{stays.entry.entry_id}"]["data"]
    assert stored["verdicts"][subentry_id] == []


@pytest.mark.parametrize("is_ready", [True, False])
async def test_first_verdict_is_told_if_codes_were_not_known(
    stays: Stays, told: Told, is_ready: bool
) -> None:
    """The stay came within a day before they could be fetched."""
    stays.book("Ada", start=24.5 * HOUR)
    await stays.wait()
    if not is_ready:
        await go_offline(stays)
    assert told.types() == ["code_created"]
    stays.simulator.faults.add("status", path="/access_codes/list")
    await stays.restart()
    await stays.wait(40)
    assert state(stays, NEXT).attributes["verdict"] == "unknown"
    assert told.types() == []
    stays.simulator.faults.clear()
    for _ in range(3):
        await stays.wait(15)
    assert told.types() == ["code_ready" if is_ready else "at_risk"]


async def test_nothing_is_at_risk_while_codes_are_not_known(
    stays: Stays, told: Told
) -> None:
    """They cannot be fetched, and then they can."""
    stays.simulator.faults.add("status", path="/access_codes/list")
    stays.book("Ada", start=12 * HOUR)
    await stays.restart()
    assert state(stays, PROBLEM).state == STATE_UNKNOWN
    assert state(stays, NEXT).attributes["verdict"] == "unknown"
    stays.simulator.faults.clear()
    for _ in range(3):
        await stays.wait()
    assert state(stays, PROBLEM).state == STATE_OFF
    assert len(stays.codes) == 1
    assert "at_risk" not in told.types()


@pytest.mark.parametrize("has_code", [False, True])
async def test_guest_without_code_is_at_risk_while_codes_are_not_known(
    stays: Stays, told: Told, has_code: bool
) -> None:
    """From three hours before the stay, as no code can be created for it."""
    if has_code:
        stays.book("Ada", start=5 * HOUR)
        await stays.wait()
    stays.simulator.faults.add(
        "status", path="/access_codes/list", device_id=FRONT_DOOR
    )
    await stays.restart()
    stays.book("Ada", start=5 * HOUR)
    told.types()
    for hours in range(4):
        is_at_risk = hours >= 2 and not has_code
        shown = STATE_ON if is_at_risk else STATE_UNKNOWN
        assert state(stays, PROBLEM).state == shown
        assert told.types() == ["at_risk"] * (is_at_risk and hours == 2)
        assert len(issues(stays)) == is_at_risk
        await stays.wait(60)
    stays.simulator.faults.clear()
    for _ in range(3):
        await stays.wait()
    assert state(stays, PROBLEM).state == STATE_OFF
    assert not issues(stays)


async def test_guest_is_at_risk_as_soon_as_codes_could_not_be_fetched(
    stays: Stays,
) -> None:
    """The guest booked while Home Assistant was off, and arrives soon."""
    await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    stays.book("Ada", start=2 * HOUR)
    stays.simulator.faults.add(
        "status", path="/access_codes/list", device_id=FRONT_DOOR
    )
    await stays.hass.config_entries.async_setup(stays.entry.entry_id)
    await stays.wait()
    assert state(stays, PROBLEM).state == STATE_ON
    assert issues(stays)


@pytest.mark.parametrize("has_code", [False, True])
async def test_empty_calendar_after_start_is_no_good_news(
    stays: Stays, has_code: bool
) -> None:
    """It may be broken, and guests with codes may be at risk."""
    if has_code:
        stays.book("Ada", start=12 * HOUR)
        await stays.wait()
    stays.calendar.bookings.clear()
    await stays.restart()
    shown = STATE_UNAVAILABLE if has_code else STATE_OFF
    for entity_id in (PROBLEM, NEXT) if has_code else (PROBLEM,):
        assert state(stays, entity_id).state == shown


async def test_pins_are_nowhere(
    stays: Stays,
    told: Told,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither those of codes nor those of backups."""
    await offer_backups(stays)
    calls = async_capture_events(stays.hass, EVENT_CALL_SERVICE)
    await go_offline(stays)
    stays.book("Ada", start=0.2 * HOUR, end=HOUR)
    for _ in range(4):
        await stays.wait()
    assert "backup_pulled" in [one.attributes["event_type"] for one in told.states]
    pins = {code.code for code in stays.codes}
    assert len(pins) == 2
    shown = json.dumps(
        [
            *(one.as_dict() for one in (*told.states, *stays.hass.states.async_all())),
            *(call.as_dict() for call in calls),
            *(issue.translation_placeholders for issue in issues(stays)),
            hass_storage[f"{DOMAIN}.stays.{stays.entry.entry_id}"],
        ],
        default=str,
    )
    assert not pins & set(PIN.findall(shown + caplog.text))


@pytest.mark.parametrize("way", ["interrupted", "calendar fails"])
async def test_guest_at_risk_stays_at_risk(stays: Stays, told: Told, way: str) -> None:
    """It is told once, and an issue that is ignored stays ignored."""
    faults = stays.simulator.faults
    create = "/access_codes/create"
    faults.add("status", path=create, status=400)
    stays.book("Ada", start=2 * HOUR)
    await stays.wait()
    assert told.types() == ["at_risk"]
    [issue] = issues(stays)
    ir.async_ignore_issue(stays.hass, DOMAIN, issue.issue_id, ignore=True)
    [watch] = stays.hass.data[WATCHES].values()
    if way == "interrupted":
        hanging = faults.add("hang", path=create)
        stays.book("Bob", start=5, end=6)
        await wait_until(lambda: hanging.hits > 0)
        report = watch.runner.report
        stays.freezer.tick(2)
        stays.book("Eve", start=8, end=9)
        await wait_until(lambda: watch.runner.report is not report)
    else:
        stays.calendar.error = HomeAssistantError("broken")
        watch.runner.async_request()
        await stays.settle()
    assert [arrival.name for arrival in watch.soon() or ()] == ["Ada"]
    assert state(stays, PROBLEM).state == STATE_ON
    [issue] = issues(stays)
    assert issue.dismissed_version
    faults.clear("hang")
    stays.calendar.error = None
    await stays.wait(15)
    [issue] = issues(stays)
    assert issue.dismissed_version
    assert "at_risk" not in told.types()
    faults.clear()
    await stays.wait(15)
    assert not issues(stays)


def fail_after(stays: Stays, path: str, fault: FaultKind, **fields: Any) -> None:
    """Lose a request, and then fail all lists of the front door."""
    faults = stays.simulator.faults
    hit = faults.hit

    def hit_and_fail(hit_path: str, named: set[str]) -> list[Fault]:
        if hit_path == path:
            patched.stop()
            fail_lists(stays, fault, **fields)
        return hit(hit_path, named)

    patched = patch.object(faults, "hit", hit_and_fail)
    patched.start()


def fail_lists(stays: Stays, fault: FaultKind = "status", **fields: Any) -> None:
    """Let nobody read the managed codes of the front door."""
    stays.simulator.faults.add(
        fault, path="/access_codes/list", device_id=FRONT_DOOR, **fields
    )


@pytest.mark.parametrize(
    ("way", "fault", "fields"),
    [
        *(
            (way, fault, fields)
            for way in ("offline before", "offline after", "moved", "not created")
            for fault, fields in LIST_FAULTS
        ),
        ("moved and seen no more", "status", {}),
        ("not moved", "status", {}),
        ("deleted and back", "status", {}),
        ("changed by hand", "status", {}),
        ("good", "status", {}),
        ("good and renamed", "status", {}),
    ],
)
async def test_risk_is_told_while_codes_cannot_be_read(
    stays: Stays, told: Told, way: str, fault: FaultKind, fields: dict[str, Any]
) -> None:
    """What is known of the lock, the code, and the requests, says enough."""
    faults = stays.simulator.faults
    await offer_backups(stays)
    start = 24 * HOUR if way.startswith(("moved", "not moved")) else 5 * HOUR
    if way == "not created":
        faults.add("cut", path="/access_codes/create", count=1)
        fail_after(stays, "/access_codes/create", fault, **fields)
    stays.book("Ada", start=start, end=3)
    await stays.wait()
    if way == "offline before":
        await go_offline(stays)
    elif way == "changed by hand":
        await change_by_hand(stays, starts_at=START + timedelta(hours=9))
    elif way == "not moved":
        faults.add("cut", path="/access_codes/update", count=1)
        fail_after(stays, "/access_codes/update", fault, **fields)
        stays.book("Ada", start=5 * HOUR, end=3)
    elif way == "deleted and back":
        faults.add("cut", path="/access_codes/delete", count=1, after_processing=True)
        fail_after(stays, "/access_codes/delete", fault, **fields)
        stays.book("Bob", start=5, end=6)
        stays.calendar.cancel("Ada")
        for _ in range(3):
            await stays.wait()
        stays.book("Ada", start=5 * HOUR, end=3)
    await stays.wait()
    was_shown = state(stays, PROBLEM).state
    if way not in ("not created", "not moved", "deleted and back"):
        fail_lists(stays, fault, **fields)
    await stays.entry.runtime_data.async_reconcile()
    await stays.wait(3)
    assert not stays.entry.runtime_data.data.locks[FRONT_DOOR].has_codes
    if way in ("offline before", "changed by hand"):
        assert was_shown == state(stays, PROBLEM).state == STATE_ON
    elif way == "offline after":
        await go_offline(stays)
        assert state(stays, PROBLEM).state == STATE_ON
    elif way == "moved":
        stays.book("Ada", start=5 * HOUR, end=3)
    elif way == "moved and seen no more":
        await stays.restart()
        stays.book("Ada", start=5 * HOUR, end=3)
    elif way == "good and renamed":
        stays.book("Ada", start=5 * HOUR, end=3, summary="Ada L.")
    is_good = way.startswith("good")
    for hours in (2, 1, 1):
        await stays.wait(60 * hours)
        shown = STATE_UNKNOWN if is_good else STATE_ON
        assert state(stays, PROBLEM).state == shown
        assert len(issues(stays)) == (not is_good)
    for _ in range(3):
        await stays.wait(20)
    # The backup is activated then, and cannot be seen either.
    has_backup = way.startswith("offline")
    assert state(stays, PROBLEM).state == (STATE_UNKNOWN if has_backup else shown)
    assert len(issues(stays)) == (not is_good)
    types = told.types()
    assert types.count("at_risk") == (not is_good)
    if is_good or has_backup:
        assert types.count("backup_pulled") == has_backup
    faults.clear()
    if way.startswith("offline"):
        await come_online(stays)
    for _ in range(3):
        await stays.wait(10)
    if way != "changed by hand":
        assert state(stays, PROBLEM).state == STATE_OFF
        assert not issues(stays)


async def test_no_risk_while_codes_are_being_fetched(stays: Stays, told: Told) -> None:
    """The check-out time is changed, and the codes are fetched in the background."""
    stays.book("Ada", start=2 * HOUR, end=3)
    await stays.wait()
    await stays.wait(20)
    told.types()
    fault = stays.simulator.faults.add("hang", path="/access_codes/list")
    [subentry] = stays.entry.subentries.values()
    stays.hass.config_entries.async_update_subentry(
        stays.entry, subentry, data={**subentry.data, "minutes_after": 30}
    )
    await wait_until(lambda: fault.hits > 0)
    for _ in range(100):
        await asyncio.sleep(0)
    assert not stays.entry.runtime_data.data.locks[FRONT_DOOR].has_codes
    assert state(stays, PROBLEM).state == STATE_UNKNOWN
    stays.simulator.faults.clear()
    await stays.wait()
    assert told.types() == ["changed"]
    assert not issues(stays)


async def test_issue_stays_while_it_is_not_known(stays: Stays) -> None:
    """Somebody has deleted the code by hand, which only a list can show."""
    stays.book("Ada", start=2 * HOUR)
    await stays.wait()
    [code] = stays.codes
    await stays.hass.services.async_call(
        DOMAIN,
        "delete_access_code",
        {"entity_id": FRONT, "access_code_id": code.access_code_id},
        blocking=True,
    )
    await stays.wait(10)
    await stays.wait(15)
    assert issues(stays)
    fail_lists(stays)
    await stays.entry.runtime_data.async_reconcile()
    await stays.wait(15)
    await stays.wait(15)
    assert state(stays, PROBLEM).state == STATE_UNKNOWN
    assert issues(stays)


@pytest.mark.parametrize("is_list_lost", [False, True])
@pytest.mark.parametrize("is_made", [False, True])
@pytest.mark.parametrize(
    ("path", "event"),
    [("create", "code_created"), ("update", "changed"), ("delete", "cancelled")],
)
async def test_change_whose_answer_is_lost_is_told_once(
    stays: Stays, told: Told, path: str, event: str, is_made: bool, is_list_lost: bool
) -> None:
    """When a list shows it, or when it is made after all."""
    stays.book("Bob", start=5, end=6)
    if path != "create":
        stays.book("Ada", start=2, end=3)
    for _ in range(3):
        await stays.wait(5)
    told.types()
    path = f"/access_codes/{path}"
    stays.simulator.faults.add("cut", path=path, count=1, after_processing=is_made)
    if is_list_lost:
        fail_after(stays, path, "status")
    if event == "cancelled":
        stays.calendar.cancel("Ada")
    else:
        stays.book("Ada", start=2, end=4)
    for _ in range(6):
        await stays.wait()
    if is_list_lost:
        assert event not in told.types()
    stays.simulator.faults.clear()
    for _ in range(12):
        await stays.wait(5)
    shown = [one for one in told.states if one.attributes["event_type"] == event]
    assert [one.attributes["name"] for one in shown] == ["Ada"]
    if event != "cancelled":
        [code] = [code for code in stays.codes if code.name == "Ada"]
        assert shown[0].attributes["access_code_ids"] == [code.access_code_id]


async def test_created_code_has_its_reason_after_its_answer_is_lost(
    stays: Stays, told: Told
) -> None:
    """The guest has another PIN than expected."""
    await set_up_with(stays, pin_rule="telephone")
    create = "/access_codes/create"
    stays.simulator.faults.add("cut", path=create, count=1, after_processing=True)
    fail_after(stays, create, "status")
    stays.book("Ada")
    for _ in range(3):
        await stays.wait()
    assert told.types() == []
    stays.simulator.faults.clear()
    for _ in range(3):
        await stays.wait(5)
    [created] = told.states
    assert created.attributes["reason"]
