"""Tests of events: the cursor and what fires."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.seam.api import AccessCode, Device, Event, SeamInvalidInputError
from custom_components.seam.api.client import EVENTS_LIMIT
from custom_components.seam.api.redact import Secrets
from custom_components.seam.api.rows import Rows
from custom_components.seam.sync.engine import SyncEngine
from custom_components.seam.sync.events import PendingEvents
from custom_components.seam.sync.schedule import (
    Fetch,
    FetchCodes,
    FetchDevices,
    FetchEvents,
)
from custom_components.seam.sync.snapshot import LockData
from custom_components.seam.sync.store import SnapshotStore

from .support import (
    BROKEN,
    NOW,
    code_ids,
    fired,
    make_code,
    make_device,
    make_event,
    poll,
    polled_engine,
    receive_codes,
    synced_engine,
)


@pytest.mark.parametrize("jump", [timedelta(hours=1), timedelta(hours=-1)])
def test_clock_jump_neither_loses_nor_repeats_events(jump: timedelta) -> None:
    """Our clock may be set by hand, Seam's is not."""
    engine = polled_engine(make_code("guest"))
    before = make_event("lock.locked", at=NOW + timedelta(seconds=10))
    poll(engine, before, now=NOW + timedelta(minutes=1))
    assert fired(engine) == [("lock.locked", None)]
    after = make_event("lock.unlocked", at=NOW + timedelta(seconds=70))
    wrong = NOW + timedelta(minutes=2) + jump
    due = poll(engine, before, after, now=wrong)
    assert FetchDevices(frozenset({"door"})) in due or FetchDevices() in due
    assert fired(engine) == [("lock.unlocked", None)]
    again = make_event("lock.locked", at=NOW + timedelta(seconds=130))
    poll(engine, before, after, again, now=NOW + timedelta(minutes=3))
    assert fired(engine) == [("lock.locked", None)]
    assert {code.access_code_id for code in engine.snapshot.locks["door"].codes} == {
        "guest"
    }


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (make_event("access_code.changed"), {FetchCodes("door")}),
        (make_event("access_code.unmanaged.created"), {FetchCodes("door")}),
        (make_event("lock.locked"), {FetchDevices(frozenset({"door"}))}),
        (
            make_event("device.connected"),
            {FetchDevices(frozenset({"door"})), FetchCodes("door")},
        ),
        (
            make_event("device.added", device_id="new"),
            {FetchDevices(frozenset({"new"}))},
        ),
        (
            make_event("connected_account.disconnected", device_id=None),
            {FetchDevices(with_codes=False)},
        ),
        (make_event("of_next_year.happened", device_id=None), set()),
        (
            make_event("of_next_year.happened"),
            {FetchDevices(frozenset({"door"})), FetchCodes("door")},
        ),
    ],
)
def test_event_requests_what_it_may_have_changed(
    event: Event, expected: set[Fetch]
) -> None:
    """Nothing else is requested, and nothing when the event is repeated."""
    engine = polled_engine()
    assert poll(engine, event) == expected
    assert poll(engine, event) == set()


def test_events_before_start_do_not_fire() -> None:
    """Events of the first answer never fire, those after it once."""
    old, new = make_event(at=NOW - timedelta(minutes=3)), make_event()
    engine = synced_engine(make_code("guest"))
    assert poll(engine, old) == set()
    assert fired(engine) == []
    assert poll(engine, old, new) != set()
    assert fired(engine) == [("device.connected", None)]
    poll(engine, old, new)
    assert fired(engine) == []


def test_events_before_start_do_not_fire_after_full_answer() -> None:
    """The rest of a full first answer is from before the start as well."""
    busy = [
        make_event(at=NOW - timedelta(minutes=50) + timedelta(seconds=number))
        for number in range(EVENTS_LIMIT + 20)
    ]
    engine = synced_engine(make_code("guest"))
    poll(engine, *busy[:EVENTS_LIMIT])
    assert fired(engine) == []
    poll(engine, *busy[EVENTS_LIMIT:])
    assert fired(engine) == []
    poll(engine, make_event())
    assert fired(engine) == [("device.connected", None)]


def test_full_answer_requests_rest_and_reconcile() -> None:
    """A full answer may have left out other events."""
    engine = polled_engine()
    later = NOW + timedelta(minutes=5)
    events = [
        make_event(at=later + timedelta(milliseconds=number))
        for number in range(EVENTS_LIMIT)
    ]
    # Without the overlap, which would return the same events forever.
    newest = events[-1].created_at
    assert poll(engine, *events, now=later) == {FetchDevices(), FetchEvents(newest)}
    poll(engine, now=later)
    engine.begin_poll(later)
    [query] = [f for f in engine.take_due() if isinstance(f, FetchEvents)]
    assert query.since == newest - timedelta(minutes=5)


def test_burst_of_events_fires_completely() -> None:
    """700 events in two minutes fire, and the one that follows them."""
    engine = polled_engine()
    burst = [
        make_event(at=NOW + timedelta(milliseconds=200 * number))
        for number in range(700)
    ]
    later = NOW + timedelta(minutes=30)
    last = make_event(at=later)
    count = 0
    for _ in range(4):
        engine.begin_poll(later)
        for fetch in engine.take_due():
            if isinstance(fetch, FetchEvents):
                answer = [e for e in [*burst, last] if e.created_at > fetch.since]
                engine.receive_events(Rows(answer[:EVENTS_LIMIT]), later)
        engine.take_due()
        engine.finish()
        count += len(engine.take_occurrences())
    assert count == 701


def test_late_older_event_does_not_change_changed_by() -> None:
    """The time of the operation counts, not the order of arrival."""
    engine = polled_engine()
    for method, seconds in (("card", 60), ("manual", 1)):
        event = Event(
            event_id=method,
            event_type="lock.unlocked",
            created_at=NOW + timedelta(seconds=seconds),
            device_id="door",
            method=method,
        )
        engine.receive_event(event, NOW)
    engine.take_due()
    engine.finish()
    assert engine.snapshot.locks["door"].changed_by == "card"


@pytest.mark.parametrize("by_webhook", [True, False])
@pytest.mark.parametrize("seam_is_ahead", [timedelta(0), timedelta(hours=8)])
def test_events_after_start_fire_although_first_query_failed(
    by_webhook: bool, seam_is_ahead: timedelta
) -> None:
    """What is older was before the start, by Seam's clock."""
    engine = SyncEngine()
    engine.receive_devices(FetchDevices(), [make_device(has_codes=False)], NOW)
    engine.begin_poll(NOW)
    [query, *_] = engine.take_due()
    seam_time = NOW + seam_is_ahead
    engine.receive_failure(query, BROKEN, NOW, seam_time)
    engine.finish()
    before = make_event("lock.locked", at=seam_time - timedelta(seconds=5))
    after = make_event("lock.unlocked", at=seam_time + timedelta(seconds=5))
    if by_webhook:
        for event in (before, after):
            engine.receive_event(event, NOW)
    poll(engine, before, after, now=NOW + timedelta(minutes=1))
    assert fired(engine) == [("lock.unlocked", None)]


def test_lock_that_gets_codes_does_not_hold_back_events() -> None:
    """The fetch of the lock alone shows that it has some, which are then fetched."""
    engine = SyncEngine()
    engine.receive_devices(FetchDevices(), [make_device(has_codes=False)], NOW)
    poll(engine)
    engine.receive_event(make_event("lock.unlocked", at=NOW), NOW)
    engine.take_due()
    engine.receive_devices(FetchDevices.of("door"), [make_device()], NOW)
    assert FetchCodes("door") in engine.take_due()
    engine.receive_codes(FetchCodes("door"), [], NOW)
    engine.finish()
    assert fired(engine) == [("lock.unlocked", None)]


def test_webhook_event_before_first_query_causes_fetch() -> None:
    """It cannot fire yet, but what it has changed is fetched."""
    engine = SyncEngine()
    engine.receive_devices(FetchDevices(), [make_device()], NOW)
    engine.take_due()
    engine.receive_event(make_event(at=NOW), NOW)
    assert FetchDevices(frozenset({"door"})) in engine.take_due()
    assert not engine.take_occurrences()


def test_future_event_does_not_move_cursor() -> None:
    """The next query goes back to the newest event with a valid date."""
    engine = polled_engine()
    poll(engine, make_event(at=NOW + timedelta(days=300)), make_event(at=NOW))
    engine.begin_poll(NOW)
    [query] = [f for f in engine.take_due() if isinstance(f, FetchEvents)]
    assert query.since <= NOW


def test_future_event_in_full_answer_does_not_move_cursor() -> None:
    """The next query returns what did not fit into the answer."""
    engine = polled_engine()
    burst = [
        make_event(at=NOW + timedelta(milliseconds=number))
        for number in range(EVENTS_LIMIT - 1)
    ]
    poll(engine, *burst, make_event("lock.locked", at=NOW + timedelta(days=300)))
    fired(engine)
    engine.begin_poll(NOW + timedelta(minutes=1))
    [query] = [f for f in engine.take_due() if isinstance(f, FetchEvents)]
    assert query.since <= burst[-1].created_at
    late = make_event("lock.unlocked", at=NOW + timedelta(seconds=30))
    engine.receive_events(Rows([burst[-1], late]), NOW + timedelta(minutes=1))
    assert ("lock.unlocked", None) in fired(engine)


def test_cursor_follows_seam_if_clock_is_behind() -> None:
    """With a dead clock battery, all events are in the future."""
    engine = polled_engine()
    later = NOW + timedelta(days=300)
    burst = [
        make_event(at=later + timedelta(seconds=number))
        for number in range(EVENTS_LIMIT)
    ]
    poll(engine, *burst)
    engine.finish()
    assert engine.state.events_cursor == burst[-1].created_at


def test_operation_dated_ahead_does_not_freeze_changed_by() -> None:
    """The manufacturer's clock may be wrong, or that of Seam."""
    engine = polled_engine()
    ahead = NOW + timedelta(days=365)
    for minute, event in enumerate(
        (
            replace(
                make_event("lock.unlocked", method="card"),
                occurred_at=ahead,
            ),
            make_event("lock.unlocked", at=ahead, method="keycode"),
            make_event("lock.locked", at=NOW + timedelta(minutes=3), method="manual"),
        ),
        1,
    ):
        poll(engine, event, now=NOW + timedelta(minutes=minute))
        engine.finish()
        assert engine.snapshot.locks["door"].changed_by == event.method


def test_events_far_ahead_do_not_stop_cursor() -> None:
    """Even if they fill an answer."""
    engine = polled_engine()
    far = datetime(8999, 12, 31, 23, 59, 59, tzinfo=UTC)
    events = [
        replace(make_event(at=far), event_id=str(number))
        for number in range(EVENTS_LIMIT)
    ]
    poll(engine, *events)
    fired(engine)
    engine.begin_poll(NOW)
    assert FetchEvents(NOW - timedelta(hours=1)) in engine.take_due()
    later = NOW + timedelta(minutes=2)
    poll(engine, make_event("lock.locked", at=later), *events[1:], now=later)
    assert fired(engine) == [("lock.locked", None)]


def test_cursor_restarts_if_clock_was_ahead() -> None:
    """Otherwise there would be no events until that time comes."""
    engine = SyncEngine()
    ahead = NOW + timedelta(days=2)
    poll(engine, now=ahead)
    engine.finish()
    engine.begin_poll(NOW)
    [query] = [f for f in engine.take_due() if isinstance(f, FetchEvents)]
    assert query.since < NOW
    old = make_event("lock.locked", at=NOW - timedelta(minutes=30))
    engine.receive_devices(FetchDevices(), [make_device(has_codes=False)], NOW)
    engine.receive_events(Rows([old]), NOW)
    assert not fired(engine)
    poll(
        engine, old, make_event("lock.unlocked", at=NOW), now=NOW + timedelta(minutes=1)
    )
    assert fired(engine) == [("lock.unlocked", None)]


def test_late_events_before_start_do_not_fire() -> None:
    """The cursor may go back to before the start if all events are older."""
    engine = polled_engine()
    first = NOW - timedelta(hours=1)
    poll(engine, make_event("lock.locked", at=first - timedelta(minutes=2)))
    fired(engine)
    older = make_event("lock.unlocked", at=first - timedelta(minutes=6))
    poll(engine, older, now=NOW + timedelta(minutes=1))
    assert not fired(engine)


def test_rejected_event_query_restarts_cursor() -> None:
    """It may go back too far: everything is fetched, and the next query is shorter."""
    engine = polled_engine()
    engine.begin_poll(NOW)
    [query] = engine.take_due()
    later = NOW + timedelta(days=3)
    engine.receive_failure(
        query, SeamInvalidInputError("since is too old", fields={}), later
    )
    assert engine.take_due() == (FetchDevices(),)
    engine.receive_devices(
        FetchDevices(), [make_device("gate", has_codes=False)], later
    )
    assert engine.finish() is None
    engine.begin_poll(later)
    [query] = [f for f in engine.take_due() if isinstance(f, FetchEvents)]
    assert query.since > later - timedelta(hours=2)


@pytest.mark.parametrize(
    "kind", ["access_code.deleted", "access_code.unmanaged.removed"]
)
def test_event_confirms_removal_of_code(kind: str) -> None:
    """No second answer is needed."""
    engine = polled_engine(make_code("guest"), make_code("cleaner"))
    assert poll(engine, make_event(kind, code_id="guest")) == {FetchCodes("door")}
    receive_codes(engine)
    assert code_ids(engine) == {"cleaner"}


def test_occurrence_has_code_name_and_no_pin() -> None:
    """The code is found by ID, or by PIN if the event has only that."""
    engine = polled_engine(make_code("guest", name="Anna", code="4711"))
    used = make_event("lock.unlocked", code_id="guest", code="4711", method="keycode")
    poll(engine, used)
    engine.finish()
    [occurrence] = engine.take_occurrences()
    assert occurrence.code_name == "Anna"
    assert occurrence.event.code is None
    assert engine.snapshot.locks["door"].changed_by == "Anna"
    poll(engine, make_event("lock.locked", method="keycode", code="4711"))
    assert fired(engine) == [("lock.locked", "Anna")]
    poll(
        engine,
        make_event("lock.unlocked", method="manual", at=NOW + timedelta(seconds=1)),
    )
    assert fired(engine) == [("lock.unlocked", None)]
    assert engine.snapshot.locks["door"].changed_by == "manual"


def test_occurrence_has_name_of_removed_code() -> None:
    """It is the last known name."""
    engine = polled_engine(make_code("guest", name="Anna"))
    poll(engine, make_event("access_code.deleted", code_id="guest"))
    receive_codes(engine)
    assert fired(engine) == [("access_code.deleted", "Anna")]
    assert code_ids(engine) == set()


def test_cursor_steps_past_full_answer_of_one_moment() -> None:
    """Otherwise the same full answer would be returned forever."""
    engine = polled_engine()
    full = [
        replace(make_event("lock.locked"), event_id=str(number))
        for number in range(EVENTS_LIMIT)
    ]
    poll(engine, *full)
    assert len(fired(engine)) == EVENTS_LIMIT
    before = engine.state.events_cursor
    assert before is not None
    poll(engine, *full)
    assert not fired(engine)
    after = engine.state.events_cursor
    assert after is not None
    assert after > before
    later = make_event("lock.unlocked", at=NOW + timedelta(seconds=1))
    poll(engine, later, now=NOW + timedelta(minutes=1))
    assert fired(engine) == [("lock.unlocked", None)]


def test_deleted_code_is_not_named_after_one_with_the_same_pin() -> None:
    """A duplicate that is deleted has the PIN of the code that stays."""
    deleted = AccessCode(
        access_code_id="a", device_id="d", is_managed=True, name="Guest", code="1234"
    )
    other = replace(deleted, access_code_id="b", is_managed=False, name="Neighbor")
    store = SnapshotStore(Secrets())
    lock = store.put_codes(
        LockData(device=Device(device_id="d")), (deleted, other), frozenset()
    )
    store.put_codes(lock, (other,), frozenset())
    pending = PendingEvents(store, Secrets())
    event = Event(
        event_id="e",
        event_type="access_code.deleted",
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        device_id="d",
        access_code_id="a",
        code="1234",
    )
    pending.add(event, NOW, fires=True)
    pending.resolve(lambda _device_id: False)
    assert [occurrence.code_name for occurrence in pending.take()] == ["Guest"]
