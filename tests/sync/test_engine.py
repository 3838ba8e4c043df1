"""Tests of the picture: what answers, missing rows and failures make of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
import pytest

from custom_components.seam.api import (
    AccessCode,
    CodeStatus,
    Device,
    Event,
    SeamAuthError,
    SeamError,
    SeamInvalidInputError,
    SeamProblem,
    SeamRateLimitError,
    SeamServerError,
    SeamUnreachableError,
)
from custom_components.seam.api.client import EVENTS_LIMIT
from custom_components.seam.api.redact import Secrets
from custom_components.seam.sync.code_state import next_state_changes
from custom_components.seam.sync.engine import SyncEngine
from custom_components.seam.sync.schedule import (
    Fetch,
    FetchCodes,
    FetchDevices,
    FetchEvents,
)
from custom_components.seam.sync.snapshot import LockData, Snapshot

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
DOWN = SeamUnreachableError("No connection to Seam")
BROKEN = SeamServerError("Internal server error")


def _device(device_id: str = "door", *, has_codes: bool = True) -> Device:
    return Device(
        device_id=device_id,
        display_name=device_id.title(),
        can_remotely_lock=True,
        can_unlock_with_code=True if has_codes else None,
    )


def _code(
    code_id: str,
    *,
    device_id: str = "door",
    is_managed: bool = True,
    name: str | None = None,
    code: str | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    status: CodeStatus = CodeStatus.SET,
) -> AccessCode:
    return AccessCode(
        access_code_id=code_id,
        device_id=device_id,
        is_managed=is_managed,
        name=name,
        code=code,
        starts_at=starts_at,
        ends_at=ends_at,
        status=status,
    )


def _receive(
    sync: SyncEngine, *codes: AccessCode, device_id: str = "door", now: datetime = NOW
) -> None:
    sync.receive_codes(
        FetchCodes(device_id),
        [code for code in codes if code.is_managed],
        [code for code in codes if not code.is_managed],
        now,
    )


def _known(*codes: AccessCode, devices: Iterable[Device] = (_device(),)) -> SyncEngine:
    """Return a sync that has had one complete answer."""
    sync = SyncEngine()
    sync.request_all()
    assert sync.take_due() == (FetchDevices(),)
    sync.receive_devices(FetchDevices(), devices, NOW)
    for fetch in sync.take_due():
        assert isinstance(fetch, FetchCodes)
        _receive(
            sync,
            *(code for code in codes if code.device_id == fetch.device_id),
            device_id=fetch.device_id,
        )
    assert sync.finish() is None
    return sync


def _ids(sync: SyncEngine, device_id: str = "door") -> set[str]:
    sync.finish()
    return {code.access_code_id for code in sync.snapshot.locks[device_id].codes}


def test_it_starts_with_nothing_and_asks_for_nothing() -> None:
    """Nothing is due, known or wrong before anybody asks."""
    sync = SyncEngine()
    assert sync.snapshot == Snapshot()
    assert sync.take_due() == ()
    assert sync.finish() is None
    assert next_state_changes(sync.snapshot.locks, NOW) is None


def test_codes_are_asked_for_where_there_can_be_any() -> None:
    """Devices that are no locks are left aside, and locks without codes not asked."""
    sync = SyncEngine()
    sync.request_all()
    sync.request_all()
    assert sync.take_due() == (FetchDevices(),)
    thermostat = Device(device_id="thermostat", device_type="nest_thermostat")
    sync.receive_devices(
        FetchDevices(), [_device(), _device("gate", has_codes=False), thermostat], NOW
    )
    assert sync.take_due() == (FetchCodes("door"),)
    assert sync.take_due() == ()
    _receive(sync)
    assert sync.finish() is None
    assert set(sync.snapshot.locks) == {"door", "gate"}
    assert sync.snapshot.locks["door"].has_codes
    assert not sync.snapshot.locks["gate"].has_codes


def test_the_picture_changes_only_at_the_end_of_a_round() -> None:
    """Half an answer is never shown, and an old picture never changes."""
    sync = _known(_code("cleaner"))
    before = sync.snapshot
    sync.receive_devices(FetchDevices(), [_device(), _device("gate")], NOW)
    _receive(sync, _code("cleaner"), _code("guest"))
    assert sync.snapshot is before
    assert set(before.locks) == {"door"}
    sync.finish()
    assert set(sync.snapshot.locks) == {"door", "gate"}
    assert set(before.locks) == {"door"}
    assert [code.access_code_id for code in before.locks["door"].codes] == ["cleaner"]


def test_an_answer_that_says_the_same_makes_an_equal_picture() -> None:
    """Nothing is to be written again where nothing changed, in whatever order it came."""
    sync = _known(_code("a", name="Anna"), _code("b", name="Bert"))
    before = sync.snapshot
    sync.receive_devices(FetchDevices(), [_device()], NOW)
    _receive(sync, _code("b", name="Bert"), _code("a", name="Anna"))
    sync.finish()
    assert sync.snapshot == before


def test_codes_are_in_the_order_of_their_names() -> None:
    """Case does not count, and a code without a name does not break the order."""
    sync = _known(
        _code("1", name="zoe"),
        _code("2", name="Anna"),
        _code("3"),
        _code("4", name="bert"),
    )
    names = [code.name for code in sync.snapshot.locks["door"].managed]
    assert names == [None, "Anna", "bert", "zoe"]


@pytest.mark.parametrize("is_managed", [True, False])
def test_a_code_goes_only_after_the_second_answer_without_it(
    *, is_managed: bool
) -> None:
    """Seam drops a code from one answer now and then, and brings it back."""
    guest, cleaner = _code("guest", is_managed=is_managed), _code("cleaner")
    sync = _known(guest, cleaner)
    _receive(sync, cleaner)
    assert _ids(sync) == {"guest", "cleaner"}
    _receive(sync, guest, cleaner)
    assert _ids(sync) == {"guest", "cleaner"}
    _receive(sync, cleaner)
    assert _ids(sync) == {"guest", "cleaner"}, "the misses are not in a row"
    _receive(sync, cleaner)
    assert _ids(sync) == {"cleaner"}


def test_a_failure_between_is_not_an_answer() -> None:
    """An outage neither counts as a miss nor forgives one."""
    sync = _known(_code("guest"))
    sync.receive_failure(FetchCodes("door"), DOWN, NOW)
    assert _ids(sync) == {"guest"}
    _receive(sync)
    sync.receive_failure(FetchCodes("door"), DOWN, NOW)
    assert _ids(sync) == {"guest"}
    _receive(sync)
    assert _ids(sync) == set()


def test_a_code_that_was_to_go_goes_at_once() -> None:
    """Deleted, being removed and ended codes need no second answer."""
    deleted = _code("deleted")
    removing = _code("removing", status=CodeStatus.REMOVING)
    ended = _code("ended", ends_at=NOW - timedelta(seconds=1))
    ends_later = _code("ends later", ends_at=NOW + timedelta(seconds=1))
    sync = _known(deleted, removing, ended, ends_later)
    sync.code_deleted(NOW, "deleted")
    _receive(sync)
    assert _ids(sync) == {"ends later"}


def test_a_code_that_was_to_go_may_take_its_time() -> None:
    """It stays while Seam still has it, and is gone with the answer that lacks it."""
    sync = _known(_code("deleted"))
    sync.code_deleted(NOW, "deleted")
    _receive(sync, _code("deleted"))
    assert _ids(sync) == {"deleted"}
    _receive(sync)
    assert _ids(sync) == set()


def test_what_came_back_is_not_expected_to_go_again() -> None:
    """The expectation ends with the code: one of the same ID is a new one."""
    sync = _known(_code("deleted"))
    sync.code_deleted(NOW, "deleted")
    _receive(sync)
    _receive(sync, _code("deleted"))
    _receive(sync)
    assert _ids(sync) == {"deleted"}


@pytest.mark.parametrize("new_id", ["found", "new"])
def test_a_converted_code_is_there_once(new_id: str) -> None:
    """It moves to the managed ones at once, whether or not its ID stays."""
    sync = _known(_code("found", is_managed=False, code="4711"))
    _receive(sync, _code(new_id, code="4711"))
    sync.finish()
    lock = sync.snapshot.locks["door"]
    assert [code.access_code_id for code in lock.managed] == [new_id]
    assert lock.unmanaged == ()


def test_a_code_in_both_answers_is_managed() -> None:
    """Converted between two requests, it is in both lists."""
    sync = _known()
    _receive(sync, _code("found", is_managed=False), _code("found"))
    sync.finish()
    lock = sync.snapshot.locks["door"]
    assert len(lock.managed) == 1
    assert lock.unmanaged == ()


def test_a_code_without_a_pin_is_not_taken_for_another() -> None:
    """Two codes whose PINs Seam does not tell have nothing in common."""
    sync = _known(_code("found", is_managed=False))
    _receive(sync, _code("new"))
    assert _ids(sync) == {"found", "new"}


def test_a_lock_that_cannot_tell_its_codes_keeps_them() -> None:
    """The codes are not known for the time being, which is not the same as none."""
    sync = _known(
        _code("guest"),
        _code("gate", device_id="gate"),
        devices=[_device(), _device("gate")],
    )
    sync.receive_devices(FetchDevices(), [_device(), _device("gate")], NOW)
    sync.receive_failure(FetchCodes("door"), DOWN, NOW)
    _receive(sync, _code("gate", device_id="gate"), device_id="gate")
    assert sync.finish() is None
    assert not sync.snapshot.locks["door"].has_codes
    assert len(sync.snapshot.locks["door"].managed) == 1
    assert sync.snapshot.locks["gate"].has_codes
    _receive(sync, _code("guest"))
    sync.finish()
    assert sync.snapshot.locks["door"].has_codes


def test_too_many_requests_leave_the_codes_as_they_are() -> None:
    """They are only a bit older, but whoever asked has to hear of it."""
    sync = _known(_code("guest"))
    error = SeamRateLimitError("Too many requests", retry_after=60)
    sync.receive_failure(FetchCodes("door"), error, NOW)
    assert sync.finish() is error
    assert sync.snapshot.locks["door"].has_codes


def test_a_refused_key_counts_although_other_answers_came() -> None:
    """What concerns the whole workspace is told, whatever else happened before it."""
    error = SeamAuthError("Unauthorized")
    sync = _known(_code("gate", device_id="gate"), devices=[_device(), _device("gate")])
    sync.receive_failure(FetchCodes("door"), DOWN, NOW)
    sync.receive_failure(FetchCodes("door"), error, NOW)
    _receive(sync, _code("gate", device_id="gate"), device_id="gate")
    assert sync.finish() is error
    assert sync.finish() is None, "an error must not be told twice"


def test_a_round_in_which_everything_failed_fails() -> None:
    """The first failure says why."""
    sync = _known(_code("guest"))
    sync.receive_failure(FetchDevices(), DOWN, NOW)
    sync.receive_failure(FetchCodes("door"), SeamUnreachableError("later"), NOW)
    assert sync.finish() is DOWN
    assert _ids(sync) == {"guest"}


def test_locks_that_an_action_touched_are_fetched_alone() -> None:
    """Others stay as they are, and unknown ones are not asked for."""
    sync = _known(
        _code("guest"),
        _code("gate", device_id="gate"),
        devices=[_device(), _device("gate")],
    )
    sync.request_locks(["nobody"])
    assert sync.take_due() == ()
    sync.request_locks(["door", "nobody"])
    fetch = FetchDevices(frozenset({"door"}))
    assert set(sync.take_due()) == {fetch, FetchCodes("door")}
    renamed = replace(_device(), display_name="Main door")
    sync.receive_devices(fetch, [renamed], NOW)
    assert sync.take_due() == ()
    _receive(sync, _code("guest"))
    sync.finish()
    assert sync.snapshot.locks["door"].device.name == "Main door"
    assert _ids(sync, "gate") == {"gate"}


def test_a_lock_goes_only_after_the_second_answer_without_it() -> None:
    """It is asked for once more, keeps its codes meanwhile, and may come back."""
    sync = _known(_code("guest"), devices=[_device(), _device("gate")])
    ask_again = FetchDevices(frozenset({"door"}))
    for answer in ([_device()], []):
        sync.receive_devices(FetchDevices(), [_device("gate")], NOW)
        sync.take_due()
        assert _ids(sync) == {"guest"}
        sync.begin_poll(NOW)
        assert ask_again in sync.take_due()
        sync.receive_devices(ask_again, answer, NOW)
        sync.finish()
        assert ("door" in sync.snapshot.locks) is bool(answer)
    assert sync.take_removed_devices() == {"door"}
    assert sync.take_removed_devices() == set()


def test_a_device_of_an_earlier_run_goes_in_the_same_way() -> None:
    """A lock that was taken out while Home Assistant was off is missed twice, too."""
    sync = SyncEngine(["old", "door"])
    for expected in (set(), {"old"}):
        sync.receive_devices(FetchDevices(), [_device()], NOW)
        assert sync.take_removed_devices() == expected


def test_a_lock_may_vanish_while_its_codes_are_fetched() -> None:
    """Answers and failures about a lock that is gone by then change nothing."""
    sync = _known(_code("guest"), devices=[_device(), _device("gate")])
    sync.receive_devices(FetchDevices(), [_device("gate")], NOW)
    sync.receive_devices(FetchDevices(), [_device("gate")], NOW)
    _receive(sync, _code("guest"))
    sync.receive_failure(FetchCodes("door"), DOWN, NOW)
    sync.finish()
    assert set(sync.snapshot.locks) == {"gate"}


def test_a_lock_that_lost_its_keypad_for_good_has_no_codes() -> None:
    """Codes that nobody can fetch any more must not stay for ever."""
    sync = _known(_code("guest"))
    _receive(sync)
    sync.receive_devices(FetchDevices(), [_device(has_codes=False)], NOW)
    assert sync.take_due() == ()
    assert sync.finish() is None
    assert sync.snapshot.locks["door"].codes == ()
    assert not sync.snapshot.locks["door"].has_codes
    assert sync.snapshot.locks["door"].missing == frozenset()


def test_next_moment_is_the_nearest_start_or_end() -> None:
    """Moments that have passed do not count; locks with the same moment share it."""
    hour = timedelta(hours=1)
    sync = _known(
        _code("past", starts_at=NOW - 2 * hour, ends_at=NOW),
        _code("later", starts_at=NOW + 2 * hour, ends_at=NOW + 3 * hour),
        _code("now", starts_at=NOW - hour, ends_at=NOW + hour),
        _code("gate", device_id="gate", is_managed=False, starts_at=NOW + hour),
        devices=[_device(), _device("gate")],
    )
    assert next_state_changes(sync.snapshot.locks, NOW) == (
        NOW + hour,
        {"door", "gate"},
    )
    assert next_state_changes(sync.snapshot.locks, NOW + hour) == (
        NOW + 2 * hour,
        {"door"},
    )
    assert next_state_changes(sync.snapshot.locks, NOW + 3 * hour) is None


def test_no_text_holds_a_pin_of_its_lock() -> None:
    """Names, states and messages are masked, on codes and on the device."""
    problem = SeamProblem(
        code="pin_4711_in_use", message="PIN 4711 is not 47110, but 4711."
    )
    device = replace(_device(), errors=(problem,), warnings=(problem,))
    guest = replace(
        _code("guest", name="Guest 4711", code="4711"),
        display_status="Setting 4711",
        errors=(problem,),
        warnings=(problem,),
    )
    other = _code("other", name="Not 4711, 0815", code="0815", is_managed=False)
    sync = _known(guest, other, devices=[device])
    sync.receive_devices(FetchDevices(), [device], NOW)
    sync.finish()
    lock = sync.snapshot.locks["door"]
    assert {code.code for code in lock.codes} == {"4711", "0815"}
    masked = "PIN •••• is not 47110, but ••••."
    assert lock.managed[0].name == "Guest ••••"
    assert lock.managed[0].display_status == "Setting ••••"
    assert lock.managed[0].errors[0].code == "pin_••••_in_use"
    assert lock.managed[0].errors[0].message == masked
    assert lock.managed[0].warnings[0].message == masked
    assert lock.unmanaged[0].name == "Not ••••, ••••"
    assert lock.device.errors[0].message == masked
    assert lock.device.warnings[0].message == masked


def _event(
    kind: str = "device.connected",
    *,
    at: datetime = NOW,
    device_id: str | None = "door",
    code_id: str | None = None,
    code: str | None = None,
    method: str | None = None,
) -> Event:
    return Event(
        event_id=f"{kind} {device_id} {code_id} {at}",
        event_type=kind,
        created_at=at,
        device_id=device_id,
        access_code_id=code_id,
        code=code,
        method=method,
    )


def _listening(*codes: AccessCode) -> SyncEngine:
    """Return a sync that has its bearings: from now on, events are news."""
    sync = _known(*codes, devices=[_device(), _device("gate")])
    _poll(sync)
    return sync


def _poll(sync: SyncEngine, *events: Event, now: datetime = NOW) -> set[Fetch]:
    """Answer the question for events; return what else is due."""
    sync.begin_poll(now)
    due = set(sync.take_due())
    [asked] = [fetch for fetch in due if isinstance(fetch, FetchEvents)]
    sync.receive_events(events, now)
    return (due - {asked}) | set(sync.take_due())


def _told(sync: SyncEngine) -> list[tuple[str, str | None]]:
    sync.finish()
    return [(news.event.event_type, news.code_name) for news in sync.take_occurrences()]


def test_a_quiet_poll_is_one_question() -> None:
    """Nothing but what has happened is asked for, until a reconcile is due."""
    sync = _listening(_code("guest"))
    for minute in range(1, 15):
        assert _poll(sync, now=NOW + timedelta(minutes=minute)) == set()
    assert _poll(sync, now=NOW + timedelta(minutes=15)) == {FetchDevices()}


def test_a_large_house_is_reconciled_less_often() -> None:
    """At most twenty requests a minute on average, two for each lock."""
    devices = [_device(f"door {number}") for number in range(600)]
    sync = _known(devices=devices)
    assert _poll(sync, now=NOW + timedelta(minutes=59)) == set()
    assert _poll(sync, now=NOW + timedelta(minutes=60)) == {FetchDevices()}


def test_a_clock_that_was_set_back_does_not_stop_reconciles() -> None:
    """Otherwise nothing would be fetched until the old time has come again."""
    sync = _listening()
    assert _poll(sync, now=NOW - timedelta(days=1)) == {FetchDevices()}


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_clock_that_jumps_an_hour_loses_and_repeats_nothing(jump: timedelta) -> None:
    """As clocks do that were set to summer time by hand; Seam's does not."""
    sync = _listening(_code("guest"))
    before = _event("lock.locked", at=NOW + timedelta(seconds=10))
    _poll(sync, before, now=NOW + timedelta(minutes=1))
    assert _told(sync) == [("lock.locked", None)]
    after = _event("lock.unlocked", at=NOW + timedelta(seconds=70))
    wrong = NOW + timedelta(minutes=2) + jump
    due = _poll(sync, before, after, now=wrong)
    assert FetchDevices(frozenset({"door"})) in due or FetchDevices() in due
    assert _told(sync) == [("lock.unlocked", None)]
    again = _event("lock.locked", at=NOW + timedelta(seconds=130))
    _poll(sync, before, after, again, now=NOW + timedelta(minutes=3))
    assert _told(sync) == [("lock.locked", None)]
    assert {code.access_code_id for code in sync.snapshot.locks["door"].codes} == {
        "guest"
    }


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (_event("access_code.changed"), {FetchCodes("door")}),
        (_event("access_code.unmanaged.created"), {FetchCodes("door")}),
        (_event("lock.locked"), {FetchDevices(frozenset({"door"}))}),
        (
            _event("device.connected"),
            {FetchDevices(frozenset({"door"})), FetchCodes("door")},
        ),
        (
            _event("device.added", device_id="new"),
            {FetchDevices(frozenset({"new"}))},
        ),
        (_event("connected_account.disconnected", device_id=None), {FetchDevices()}),
        (_event("of_next_year.happened", device_id=None), set()),
        (
            _event("of_next_year.happened"),
            {FetchDevices(frozenset({"door"})), FetchCodes("door")},
        ),
    ],
)
def test_an_event_has_fetched_what_it_may_have_changed(
    event: Event, expected: set[Fetch]
) -> None:
    """Nothing else is, and nothing when the event comes again."""
    sync = _listening()
    assert _poll(sync, event) == expected
    assert _poll(sync, event) == set()


def test_what_happened_before_the_start_is_no_news() -> None:
    """Events of the first answer are told never, those after it once."""
    old, new = _event(at=NOW - timedelta(minutes=3)), _event()
    sync = _known(_code("guest"))
    assert _poll(sync, old) == set()
    assert _told(sync) == []
    assert _poll(sync, old, new) != set()
    assert _told(sync) == [("device.connected", None)]
    _poll(sync, old, new)
    assert _told(sync) == []


def test_a_busy_hour_before_the_start_is_no_news_either() -> None:
    """Where one answer cannot hold all of it, the rest is as old."""
    busy = [
        _event(at=NOW - timedelta(minutes=50) + timedelta(seconds=number))
        for number in range(EVENTS_LIMIT + 20)
    ]
    sync = _known(_code("guest"))
    _poll(sync, *busy[:EVENTS_LIMIT])
    assert _told(sync) == []
    _poll(sync, *busy[EVENTS_LIMIT:])
    assert _told(sync) == []
    _poll(sync, _event())
    assert _told(sync) == [("device.connected", None)]


def test_as_many_events_as_seam_tells_at_once_may_not_be_all() -> None:
    """Then everything is fetched, and the rest of the events asked for."""
    sync = _listening()
    later = NOW + timedelta(minutes=5)
    events = [
        _event(at=later + timedelta(milliseconds=number))
        for number in range(EVENTS_LIMIT)
    ]
    # Without the overlap, which would bring the same events for ever.
    newest = events[-1].created_at
    assert _poll(sync, *events, now=later) == {FetchDevices(), FetchEvents(newest)}
    _poll(sync, now=later)
    sync.begin_poll(later)
    [asked] = [f for f in sync.take_due() if isinstance(f, FetchEvents)]
    assert asked.since == newest - timedelta(minutes=5)


def test_a_burst_of_events_is_passed_through_to_its_end() -> None:
    """Seven hundred in two minutes are all told, and what comes after them."""
    sync = _listening()
    burst = [
        _event(at=NOW + timedelta(milliseconds=200 * number)) for number in range(700)
    ]
    later = NOW + timedelta(minutes=30)
    last = _event(at=later)
    told = 0
    for _ in range(4):
        sync.begin_poll(later)
        for fetch in sync.take_due():
            if isinstance(fetch, FetchEvents):
                answer = [e for e in [*burst, last] if e.created_at > fetch.since]
                sync.receive_events(answer[:EVENTS_LIMIT], later)
        sync.take_due()
        sync.finish()
        told += len(sync.take_occurrences())
    assert told == 701


def test_two_locks_in_trouble_do_not_take_the_house_down() -> None:
    """Where Seam answers other questions, poll after poll only they are troubled."""
    doors = [_device("door"), _device("gate"), _device("shed")]
    sync = _known(devices=doors)
    for _ in range(4):
        sync.begin_poll(NOW)
        sync.request_locks(["door", "gate"])
        while due := sync.take_due():
            for fetch in due:
                if isinstance(fetch, FetchEvents):
                    sync.receive_events([], NOW)
                elif isinstance(fetch, FetchDevices):
                    sync.receive_devices(fetch, doors, NOW)
                elif fetch.device_id == "shed":
                    sync.receive_codes(fetch, [], [], NOW)
                else:
                    sync.receive_failure(fetch, BROKEN, NOW)
        assert sync.finish() is None
        locks = sync.snapshot.locks
        assert [locks[door].has_codes for door in ("door", "gate", "shed")] == [
            False,
            False,
            True,
        ]


def test_an_older_event_that_comes_late_does_not_say_who_was_last() -> None:
    """Who turned a lock last is told by when it was done, not by when we heard."""
    sync = _listening()
    for method, seconds in (("card", 60), ("manual", 1)):
        event = Event(
            event_id=method,
            event_type="lock.unlocked",
            created_at=NOW + timedelta(seconds=seconds),
            device_id="door",
            method=method,
        )
        sync.receive_event(event, NOW)
    sync.take_due()
    sync.finish()
    assert sync.snapshot.locks["door"].changed_by == "card"


def test_a_lock_shows_at_once_what_an_action_did_and_follows_the_next_event() -> None:
    """A list that lags does not undo it; an event of somebody else does."""
    stale = replace(_device(), properties=replace(_device().properties, locked=True))
    sync = _listening()
    asked = FetchDevices(frozenset(("door",)))
    sync.receive_devices(asked, [stale], NOW)
    sync.lock_changed(NOW, "door", locked=False)
    sync.receive_devices(asked, [stale], NOW)
    sync.finish()
    assert sync.snapshot.locks["door"].device.properties.locked is False
    sync.receive_event(
        Event(
            event_id="by hand",
            event_type="lock.locked",
            created_at=NOW,
            device_id="door",
        ),
        NOW,
    )
    sync.receive_devices(asked, [stale], NOW)
    sync.finish()
    assert sync.snapshot.locks["door"].device.properties.locked is True


def test_an_event_from_the_future_does_not_hide_those_before_it() -> None:
    """The next question goes back to what has really happened last."""
    sync = _listening()
    _poll(sync, _event(at=NOW + timedelta(days=300)), _event(at=NOW))
    sync.begin_poll(NOW)
    [asked] = [f for f in sync.take_due() if isinstance(f, FetchEvents)]
    assert asked.since <= NOW


def test_one_event_from_the_future_in_a_full_answer_does_not_hide_the_others() -> None:
    """What an answer has no room for follows at the next question, also then."""
    sync = _listening()
    burst = [
        _event(at=NOW + timedelta(milliseconds=number))
        for number in range(EVENTS_LIMIT - 1)
    ]
    _poll(sync, *burst, _event("lock.locked", at=NOW + timedelta(days=300)))
    _told(sync)
    sync.begin_poll(NOW + timedelta(minutes=1))
    [asked] = [f for f in sync.take_due() if isinstance(f, FetchEvents)]
    assert asked.since <= burst[-1].created_at
    late = _event("lock.unlocked", at=NOW + timedelta(seconds=30))
    sync.receive_events([burst[-1], late], NOW + timedelta(minutes=1))
    assert ("lock.unlocked", None) in _told(sync)


def test_if_our_clock_is_far_behind_seam_s_is_followed() -> None:
    """As on a board without a battery: then all that happens is in the future."""
    sync = _listening()
    later = NOW + timedelta(days=300)
    burst = [
        _event(at=later + timedelta(seconds=number)) for number in range(EVENTS_LIMIT)
    ]
    _poll(sync, *burst)
    sync.finish()
    assert sync.state.events_cursor == burst[-1].created_at


def test_if_our_clock_was_far_ahead_at_the_start_it_begins_again() -> None:
    """Otherwise nothing would be heard until that time has come."""
    sync = SyncEngine()
    ahead = NOW + timedelta(days=2)
    _poll(sync, now=ahead)
    sync.finish()
    sync.begin_poll(NOW)
    [asked] = [f for f in sync.take_due() if isinstance(f, FetchEvents)]
    assert asked.since < NOW
    old = _event("lock.locked", at=NOW - timedelta(minutes=30))
    sync.receive_devices(FetchDevices(), [_device()], NOW)
    sync.receive_events([old], NOW)
    assert not _told(sync)
    _poll(sync, old, _event("lock.unlocked", at=NOW), now=NOW + timedelta(minutes=1))
    assert _told(sync) == [("lock.unlocked", None)]


def test_what_happened_before_the_first_question_is_not_told_however_late() -> None:
    """The cursor may go back that far, where all that comes is older than a guess."""
    sync = _listening()
    first = NOW - timedelta(hours=1)
    _poll(sync, _event("lock.locked", at=first - timedelta(minutes=2)))
    _told(sync)
    older = _event("lock.unlocked", at=first - timedelta(minutes=6))
    _poll(sync, older, now=NOW + timedelta(minutes=1))
    assert not _told(sync)


def test_what_our_change_outweighs_is_looked_at_again() -> None:
    """Somebody may have changed it since; no event will tell of it once more."""
    guest = _code("guest", name="Anna")
    sync = _listening(guest)
    sync.code_changed(NOW, "guest", {"name": "Ours"})
    theirs = replace(guest, name="Theirs")
    now = NOW
    for _ in range(4):
        now += timedelta(minutes=1)
        for fetch in _poll(sync, now=now):
            if isinstance(fetch, FetchCodes) and fetch.device_id == "door":
                _receive(sync, theirs, now=now)
        sync.finish()
        if now == NOW + timedelta(minutes=1):
            # As after an event about it.
            _receive(sync, theirs, now=now)
            sync.finish()
    assert [code.name for code in sync.snapshot.locks["door"].codes] == ["Theirs"]
    # Then nobody asks any more.
    assert _poll(sync, now=now + timedelta(minutes=1)) == set()


def test_who_turned_a_lock_is_masked_when_his_name_turns_out_to_hold_a_pin() -> None:
    """Names may be told before the PIN that is in them is heard of."""
    guest = _code("guest", name="Guest 4821")
    sync = _listening(guest)
    _poll(sync, _event("lock.unlocked", code_id="guest"))
    sync.finish()
    assert sync.snapshot.locks["door"].changed_by == "Guest 4821"
    _receive(sync, replace(guest, code="4821"))
    sync.finish()
    assert sync.snapshot.locks["door"].changed_by == "Guest ••••"


def test_pins_of_rows_that_are_not_shown_are_learned_as_well() -> None:
    """Our own change outweighs the row, but a message may quote its PIN."""
    secrets = Secrets()
    sync = SyncEngine(secrets=secrets)
    sync.receive_devices(FetchDevices(), [_device()], NOW)
    _receive(sync, _code("guest", code="1111"))
    sync.code_changed(NOW, "guest", {"code": "2222"})
    _receive(sync, _code("guest", code="3333"))
    assert secrets.mask("1111, 2222 and 3333") == "••••, •••• and ••••"


def test_a_question_that_seam_refuses_is_not_asked_for_ever() -> None:
    """It may reach back too far: everything is fetched, and the next one is shorter."""
    sync = _listening()
    sync.begin_poll(NOW)
    [asked] = sync.take_due()
    later = NOW + timedelta(days=3)
    sync.receive_failure(
        asked, SeamInvalidInputError("since is too old", fields={}), later
    )
    assert sync.take_due() == (FetchDevices(),)
    sync.receive_devices(FetchDevices(), [_device("gate", has_codes=False)], later)
    assert sync.finish() is None
    sync.begin_poll(later)
    [asked] = [f for f in sync.take_due() if isinstance(f, FetchEvents)]
    assert asked.since > later - timedelta(hours=2)


@pytest.mark.parametrize(
    "kind", ["access_code.deleted", "access_code.unmanaged.removed"]
)
def test_an_event_confirms_that_a_code_is_gone(kind: str) -> None:
    """No second answer is needed then."""
    sync = _listening(_code("guest"), _code("cleaner"))
    assert _poll(sync, _event(kind, code_id="guest")) == {FetchCodes("door")}
    _receive(sync)
    assert _ids(sync) == {"cleaner"}


def test_an_event_confirms_that_a_lock_is_gone() -> None:
    """No second answer is needed then, but one."""
    sync = _listening()
    _poll(sync, _event("device.removed"))
    fetch = FetchDevices(frozenset({"door"}))
    sync.receive_devices(fetch, [], NOW)
    assert sync.take_removed_devices() == {"door"}


def test_news_has_the_name_of_its_code() -> None:
    """By its ID, or by its PIN where the maker tells only that; and never the PIN."""
    sync = _listening(_code("guest", name="Anna", code="4711"))
    used = _event("lock.unlocked", code_id="guest", code="4711", method="keycode")
    _poll(sync, used)
    sync.finish()
    [news] = sync.take_occurrences()
    assert news.code_name == "Anna"
    assert news.event.code is None
    assert sync.snapshot.locks["door"].changed_by == "Anna"
    _poll(sync, _event("lock.locked", method="keycode", code="4711"))
    assert _told(sync) == [("lock.locked", "Anna")]
    _poll(sync, _event("lock.unlocked", method="manual", at=NOW + timedelta(seconds=1)))
    assert _told(sync) == [("lock.unlocked", None)]
    assert sync.snapshot.locks["door"].changed_by == "manual"


def test_news_of_a_code_that_is_gone_has_its_name() -> None:
    """The name as it was last known."""
    sync = _listening(_code("guest", name="Anna"))
    _poll(sync, _event("access_code.deleted", code_id="guest"))
    _receive(sync)
    assert _told(sync) == [("access_code.deleted", "Anna")]
    assert _ids(sync) == set()


def test_unsettled_codes_are_looked_at_less_and_less_often() -> None:
    """A code that is stuck for days costs next to nothing, one that moves is watched."""
    stuck = _code("guest", status=CodeStatus.SETTING)
    sync = _listening(stuck)
    looked = []
    for minute in range(1, 13):
        now = NOW + timedelta(minutes=minute)
        if due := _poll(sync, now=now):
            assert due == {FetchCodes("door")}
            looked.append(minute)
            _receive(sync, stuck, now=now)
    assert looked == [1, 3, 7]
    moved = replace(stuck, status=CodeStatus.REMOVING)
    now = NOW + timedelta(minutes=13)
    _receive(sync, moved, now=now)
    assert _poll(sync, now=now + timedelta(minutes=1)) == {FetchCodes("door")}
    _receive(sync, replace(stuck, status=CodeStatus.SET), now=now)
    assert _poll(sync, now=now + timedelta(minutes=1)) == set()


def test_what_could_not_be_had_is_asked_for_again() -> None:
    """By the very next poll, and only that."""
    sync = _listening()
    sync.request_locks(["door"])
    sync.take_due()
    _receive(sync, device_id="gate")
    sync.receive_failure(FetchCodes("door"), BROKEN, NOW)
    assert sync.finish() is None
    assert _poll(sync) == {FetchCodes("door")}
    assert _poll(sync) == set()


def test_after_an_outage_everything_is_fetched() -> None:
    """Events may have been lost in it."""
    sync = _listening()
    sync.begin_poll(NOW)
    [asked] = sync.take_due()
    sync.receive_failure(asked, DOWN, NOW)
    assert sync.finish() is DOWN
    assert _poll(sync) == {FetchDevices()}


def test_after_too_many_requests_only_what_is_missing_is_fetched() -> None:
    """Fetching everything would be the wrong answer to that."""
    sync = _listening()
    sync.begin_poll(NOW)
    [asked] = sync.take_due()
    error = SeamRateLimitError("Too many requests", retry_after=60)
    sync.receive_failure(asked, error, NOW)
    assert sync.fatal_error is error
    assert sync.finish() is error
    assert _poll(sync) == set()


def test_an_outage_ends_a_round_early_but_broken_locks_do_not() -> None:
    """Three locks that Seam cannot read must not hide the others for ever."""
    sync = _listening()

    def fail(error: SeamError) -> SeamError | None:
        sync.receive_failure(FetchCodes("door"), error, NOW)
        return sync.fatal_error

    assert [fail(BROKEN) for _ in range(5)] == [None] * 5
    assert [fail(DOWN) for _ in range(4)] == [None, None, DOWN, DOWN]
    _receive(sync)
    assert sync.fatal_error is None


def test_a_new_code_is_shown_before_seam_lists_it() -> None:
    """For two minutes our own action outweighs what Seam's lists say."""
    sync = _listening()
    guest = _code("guest", name="Anna")
    sync.code_created(NOW, guest)
    sync.code_created(NOW, _code("other", device_id="nowhere"))
    assert _ids(sync) == {"guest"}
    for seconds in (30, 60, 119):
        _receive(sync, now=NOW + timedelta(seconds=seconds))
        assert _ids(sync) == {"guest"}
    _receive(sync, now=NOW + timedelta(seconds=120))
    assert _ids(sync) == set()


def test_a_change_is_shown_before_seam_lists_it() -> None:
    """Until Seam says so too, or two minutes have passed."""
    guest = _code("guest", name="Anna")
    sync = _listening(guest)
    sync.code_changed(NOW, "guest", {"name": "Berta"})
    assert [code.name for code in sync.snapshot.locks["door"].codes] == ["Berta"]
    _receive(sync, guest)
    sync.finish()
    assert [code.name for code in sync.snapshot.locks["door"].codes] == ["Berta"]
    _receive(sync, replace(guest, name="Berta"))
    _receive(sync, replace(guest, name="Carla"))
    sync.finish()
    assert [code.name for code in sync.snapshot.locks["door"].codes] == ["Carla"]
    sync.code_changed(NOW, "guest", {"name": "Dora"})
    _receive(sync, guest, now=NOW + timedelta(minutes=2))
    sync.finish()
    assert [code.name for code in sync.snapshot.locks["door"].codes] == ["Anna"]


def test_what_we_did_shows_at_once_and_half_an_answer_does_not() -> None:
    """A lock that is being fetched meanwhile stays as it was until the round ends."""
    sync = _known(
        _code("guest"),
        _code("keeper", device_id="gate"),
        devices=[_device(), _device("gate")],
    )
    _receive(sync, device_id="gate", now=NOW)
    _receive(sync, _code("new", device_id="gate"), device_id="gate", now=NOW)
    sync.code_created(NOW, _code("mine", code="4321"))
    sync.code_deleted(NOW, "guest")
    snapshot = sync.snapshot
    assert {
        code.access_code_id: code.status for code in snapshot.locks["door"].codes
    } == {
        "guest": CodeStatus.REMOVING,
        "mine": CodeStatus.SET,
    }
    assert [c.access_code_id for c in snapshot.locks["gate"].codes] == ["keeper"]
    sync.finish()
    assert {c.access_code_id for c in sync.snapshot.locks["gate"].codes} == {"new"}


def test_a_pin_of_our_own_is_masked_at_once_in_what_is_shown() -> None:
    """Also in the texts of other locks, which nobody has fetched since."""
    sync = _known(
        _code("guest"),
        _code("flat", device_id="gate", name="Flat 4321"),
        devices=[_device(), _device("gate")],
    )
    assert sync.snapshot.locks["gate"].codes[0].name == "Flat 4321"
    sync.code_created(NOW, _code("mine", code="4321"))
    assert sync.snapshot.locks["gate"].codes[0].name == "Flat ••••"
    sync.finish()
    assert sync.snapshot.locks["gate"].codes[0].name == "Flat ••••"


def test_time_alone_makes_a_new_lock_of_the_same_content() -> None:
    """Entities compare by identity, so a code's start has to make a new object."""
    sync = _known(_code("guest"), devices=[_device(), _device("gate")])
    before = sync.snapshot
    sync.republish(["door", "nowhere"])
    assert sync.snapshot == before
    assert sync.snapshot.locks["door"] is not before.locks["door"]
    assert sync.snapshot.locks["gate"] is before.locks["gate"]


def test_where_nothing_changed_the_picture_is_the_same_object() -> None:
    """Then nothing is written, however many locks there are."""
    sync = _listening(_code("guest"))
    before = sync.snapshot
    sync.receive_devices(FetchDevices(), [_device(), _device("gate")], NOW)
    _receive(sync, _code("guest"))
    _receive(sync, device_id="gate")
    sync.finish()
    assert sync.snapshot is before


@dataclass
class _Answered:
    """A code that is really there, and what answers have said of it."""

    code: AccessCode
    told: AccessCode | None = None
    """As the sync has heard of it last; None where it may not know it."""
    was_missing: bool = False


DEVICE_IDS = ["door", "gate", "shed"]
CODE_IDS = ["anna", "bert", "carl", "dora"]
EVENTS = st.tuples(
    st.sampled_from(
        ["lock.locked", "access_code.changed", "device.added", "device.removed"]
    ),
    st.sampled_from(DEVICE_IDS),
)
ERRORS = [
    DOWN,
    BROKEN,
    SeamInvalidInputError("since is too old", fields={}),
    SeamAuthError("Unauthorized"),
    SeamRateLimitError("Too many requests", retry_after=60),
]


class _World(RuleBasedStateMachine):
    """A workspace that changes, and a sync that hears of it in every possible way.

    Requests come at any time; answers to what was taken together come in any order,
    lack rows or do not come at all; a round ends when nothing is due.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        super().__init__()
        self.sync = SyncEngine()
        self.now = NOW
        self.devices: dict[str, Device] = {}
        self.codes: dict[str, dict[str, _Answered]] = {}
        self.in_flight: list[Fetch] = []
        self.expected_gone: set[str] = set()

    @initialize()
    def begin(self) -> None:
        """Two locks with codes are known."""
        for device_id in DEVICE_IDS[:2]:
            self.devices[device_id] = _device(device_id)
            codes = [_code(f"{device_id} {i}", device_id=device_id) for i in CODE_IDS]
            self.codes[device_id] = {c.access_code_id: _Answered(c) for c in codes}
        self.poll_twice()

    # What happens in the world

    @rule(device_id=st.sampled_from(DEVICE_IDS), has_codes=st.booleans())
    def put_lock(self, device_id: str, *, has_codes: bool) -> None:
        """A lock appears, or gets or loses its keypad."""
        self.devices[device_id] = _device(device_id, has_codes=has_codes)
        if not has_codes or device_id not in self.codes:
            self.codes[device_id] = {}

    @precondition(lambda self: self.devices)
    @rule(data=st.data())
    def remove_lock(self, data: st.DataObject) -> None:
        """A lock is gone, with its codes."""
        device_id = data.draw(st.sampled_from(sorted(self.devices)))
        del self.devices[device_id]
        del self.codes[device_id]

    @precondition(lambda self: self.devices)
    @rule(
        data=st.data(),
        code_id=st.sampled_from(CODE_IDS),
        is_managed=st.booleans(),
        minutes=st.one_of(st.none(), st.integers(1, 30)),
        status=st.sampled_from(CodeStatus),
    )
    def put_code(
        self,
        data: st.DataObject,
        code_id: str,
        *,
        is_managed: bool,
        minutes: int | None,
        status: CodeStatus,
    ) -> None:
        """A code appears, changes, or is converted."""
        device_id = data.draw(st.sampled_from(sorted(self.devices)))
        if not self.devices[device_id].has_access_codes:
            return
        code = _code(
            f"{device_id} {code_id}",
            device_id=device_id,
            is_managed=is_managed,
            name=code_id,
            ends_at=None if minutes is None else self.now + timedelta(minutes=minutes),
            status=status,
        )
        if code.access_code_id in self.expected_gone:
            # What we removed is shown as being removed for a while, on purpose.
            return
        codes = self.codes[device_id]
        if known := codes.get(code.access_code_id):
            known.code = code
        else:
            codes[code.access_code_id] = _Answered(code)

    @precondition(lambda self: any(self.codes.values()))
    @rule(data=st.data(), is_ours=st.booleans())
    def remove_code(self, data: st.DataObject, *, is_ours: bool) -> None:
        """A code is deleted, by us or by somebody else."""
        codes = data.draw(st.sampled_from([c for c in self.codes.values() if c]))
        code_id = data.draw(st.sampled_from(sorted(codes)))
        del codes[code_id]
        if is_ours:
            self.sync.code_deleted(self.now, code_id)
            self.expected_gone.add(code_id)

    @rule(minutes=st.integers(1, 20))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.now += timedelta(minutes=minutes)

    # What the coordinator does

    @precondition(lambda self: not self.in_flight)
    @rule(is_full=st.booleans())
    def begin_poll(self, *, is_full: bool) -> None:
        """A poll begins, or somebody asks for everything."""
        self.sync.begin_poll(self.now)
        if is_full:
            self.sync.request_all()

    @rule(device_ids=st.sets(st.sampled_from(DEVICE_IDS)))
    def request_locks(self, device_ids: set[str]) -> None:
        """An action has touched locks."""
        self.sync.request_locks(device_ids)

    @precondition(lambda self: not self.in_flight)
    @rule()
    def take(self) -> None:
        """What is due is fetched; where nothing is, the round ends."""
        # In the same order at each run: that of sets is not.
        self.in_flight.extend(sorted(self.sync.take_due(), key=repr))
        if not self.in_flight:
            self.sync.finish()
            self.check_picture()

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), is_complete=st.booleans())
    def answer(self, data: st.DataObject, *, is_complete: bool) -> None:
        """One of the answers comes, perhaps without some of its rows."""
        fetch = self.in_flight.pop(
            data.draw(st.integers(0, len(self.in_flight) - 1), label="which")
        )
        if isinstance(fetch, FetchEvents):
            self.receive_events(fetch, data)
            return
        if isinstance(fetch, FetchDevices):
            ids = set(self.devices)
        else:
            ids = set(self.codes.get(fetch.device_id, ()))
        if not is_complete and ids:
            ids -= data.draw(st.sets(st.sampled_from(sorted(ids))), label="missing")
        self.receive(fetch, ids)

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data(), error=st.sampled_from(ERRORS))
    def fail(self, data: st.DataObject, error: SeamError) -> None:
        """One of the answers does not come."""
        fetch = self.in_flight.pop(
            data.draw(st.integers(0, len(self.in_flight) - 1), label="which")
        )
        self.sync.receive_failure(fetch, error, self.now)

    @precondition(lambda self: not self.in_flight)
    @rule(data=st.data())
    def poll_with_gaps(self, data: st.DataObject) -> None:
        """A whole round goes by, in which the lists of codes lack some."""
        self.sync.begin_poll(self.now)
        self.sync.request_all()
        while due := self.sync.take_due():
            for fetch in due:
                if isinstance(fetch, FetchEvents):
                    self.receive_events(fetch, data)
                    continue
                if isinstance(fetch, FetchDevices):
                    self.receive(fetch, set(self.devices))
                    continue
                ids = set(self.codes.get(fetch.device_id, ()))
                if ids:
                    ids -= data.draw(st.sets(st.sampled_from(sorted(ids))))
                self.receive(fetch, ids)
        self.sync.finish()
        self.check_picture()

    @precondition(lambda self: not self.in_flight)
    @rule()
    def poll_twice(self) -> None:
        """Two complete answers in a row bring the whole truth."""
        for _ in range(2):
            self.sync.begin_poll(self.now)
            self.sync.request_all()
            while due := self.sync.take_due():
                for fetch in due:
                    if isinstance(fetch, FetchEvents):
                        self.sync.receive_events([], self.now)
                    elif isinstance(fetch, FetchDevices):
                        self.receive(fetch, set(self.devices))
                    else:
                        self.receive(fetch, set(self.codes.get(fetch.device_id, ())))
            error = self.sync.finish()
        assert error is None
        self.check_picture()
        locks = self.sync.snapshot.locks
        assert {key: lock.device for key, lock in locks.items()} == self.devices
        for device_id, lock in locks.items():
            expected = {key: item.code for key, item in self.codes[device_id].items()}
            assert {code.access_code_id: code for code in lock.codes} == expected
            assert lock.has_codes is self.devices[device_id].has_access_codes
            assert lock.missing == frozenset()

    def receive_events(self, fetch: FetchEvents, data: st.DataObject) -> None:
        """Hand in events, which need not be true, nor new."""
        events = [
            _event(kind, at=self.now, device_id=device_id)
            for kind, device_id in data.draw(st.lists(EVENTS, max_size=3))
        ]
        self.sync.receive_events(events, self.now)

    def receive(self, fetch: FetchDevices | FetchCodes, ids: set[str]) -> None:
        """Hand in an answer with these rows, and note what may be lost by it."""
        if isinstance(fetch, FetchDevices):
            wanted = ids if fetch.device_ids is None else ids & fetch.device_ids
            rows = [self.devices[key] for key in wanted]
            self.sync.receive_devices(fetch, rows, self.now)
            for device_id in self.sync.take_removed_devices() & self.codes.keys():
                for item in self.codes[device_id].values():
                    item.told = None
            return
        found: list[AccessCode] = []
        for code_id, item in self.codes.get(fetch.device_id, {}).items():
            if code_id in ids:
                found.append(item.code)
                item.told, item.was_missing = item.code, False
            elif (
                item.was_missing
                or code_id in self.expected_gone
                or item.told is None
                or item.told.status_at(self.now) is CodeStatus.REMOVING
                or item.told.is_expired(self.now)
            ):
                item.told = None
            else:
                item.was_missing = True
        _receive(self.sync, *found, device_id=fetch.device_id, now=self.now)

    def check_picture(self) -> None:
        """Every code is there once, and in the tuple where it belongs."""
        for device_id, lock in self.sync.snapshot.locks.items():
            assert isinstance(lock, LockData)
            assert lock.device_id == device_id
            assert all(code.is_managed for code in lock.managed)
            assert not any(code.is_managed for code in lock.unmanaged)
            code_ids = [code.access_code_id for code in lock.codes]
            assert len(code_ids) == len(set(code_ids))
            assert lock.missing <= set(code_ids)
            if codes := self.codes.get(device_id):
                told = {key for key, item in codes.items() if item.told}
                assert told <= set(code_ids), "one incomplete answer lost a code"


# The harness freezes what the garbage collector knows, so Hypothesis cannot see who
# holds on to its own generator of random numbers.
@pytest.mark.filterwarnings("ignore:It looks like `register_random`")
def test_whatever_happens_two_answers_bring_the_truth() -> None:
    """No order of changes, answers, gaps and failures can confuse the picture."""
    run_state_machine_as_test(
        _World,
        settings=settings(
            max_examples=120,
            stateful_step_count=40,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_an_event_of_another_device_costs_one_request_at_most_once() -> None:
    """What is no lock is asked for once, and its events are then left aside."""
    sync = _known()
    thermostat = Device(device_id="thermostat", device_type="nest_thermostat")
    asked = []
    for number in range(3):
        sync.begin_poll(NOW)
        (fetch,) = sync.take_due()
        assert isinstance(fetch, FetchEvents)
        event = Event(
            event_id=f"warm {number}",
            event_type="thermostat.temperature_reached",
            created_at=NOW,
            device_id="thermostat",
        )
        sync.receive_events([event], NOW)
        for due in sync.take_due():
            asked.append(due)
            assert isinstance(due, FetchDevices)
            sync.receive_devices(due, [thermostat], NOW)
        sync.finish()
    assert asked == [FetchDevices(frozenset(("thermostat",)))]


def test_a_removal_that_failed_is_not_expected_for_ever() -> None:
    """Half an hour later one incomplete answer no longer loses the code."""
    sync = _known(_code("cleaner"), _code("guest"))
    sync.code_deleted(NOW, "guest")
    later = NOW + timedelta(minutes=31)
    _receive(sync, _code("cleaner"), _code("guest"), now=later)
    _receive(sync, _code("cleaner"), now=later)
    assert _ids(sync) == {"cleaner", "guest"}


def test_two_changes_of_one_code_both_outweigh_a_list_that_lags() -> None:
    """A new name stays when the times are changed a moment later."""
    before = _code("guest", name="Guest")
    sync = _known(before)
    sync.code_changed(NOW, "guest", {"name": "Family"})
    sync.code_changed(NOW, "guest", {"ends_at": NOW + timedelta(days=1)})
    _receive(sync, before)
    sync.finish()
    (shown,) = sync.snapshot.locks["door"].managed
    assert shown.name == "Family"
    assert shown.ends_at == NOW + timedelta(days=1)


def test_more_events_of_one_moment_than_seam_tells_at_once_do_not_stop_it() -> None:
    """The same full answer, again and again, would otherwise be all that it ever hears."""
    sync = _listening()
    full = [
        replace(_event("lock.locked"), event_id=str(number))
        for number in range(EVENTS_LIMIT)
    ]
    _poll(sync, *full)
    assert len(_told(sync)) == EVENTS_LIMIT
    before = sync.state.events_cursor
    assert before is not None
    _poll(sync, *full)
    assert not _told(sync)
    after = sync.state.events_cursor
    assert after is not None
    assert after > before
    later = _event("lock.unlocked", at=NOW + timedelta(seconds=1))
    _poll(sync, later, now=NOW + timedelta(minutes=1))
    assert _told(sync) == [("lock.unlocked", None)]
