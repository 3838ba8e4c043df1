"""Tests of the fetch schedule."""

from dataclasses import replace
from datetime import timedelta

from custom_components.seam.api import CodeStatus, SeamProblem, SeamRateLimitError
from custom_components.seam.sync.schedule import FetchCodes, FetchDevices

from .support import (
    BROKEN,
    DOWN,
    NOW,
    code_ids,
    make_code,
    make_device,
    poll,
    polled_engine,
    receive_codes,
    synced_engine,
)


def test_requested_locks_are_fetched_alone() -> None:
    """Others stay as they are, and unknown ones are not requested."""
    engine = synced_engine(
        make_code("guest"),
        make_code("gate", device_id="gate"),
        devices=[make_device(), make_device("gate")],
    )
    assert engine.lock_fetches(["nobody"]) == ()
    fetch = FetchDevices(frozenset({"door"}))
    assert engine.lock_fetches(["door", "nobody"]) == (fetch, FetchCodes("door"))
    renamed = replace(make_device(), display_name="Main door")
    engine.receive_devices(fetch, [renamed], NOW)
    assert engine.take_due() == ()
    receive_codes(engine, make_code("guest"))
    engine.finish()
    assert engine.snapshot.locks["door"].device.name == "Main door"
    assert code_ids(engine, "gate") == {"gate"}


def test_quiet_poll_is_one_request() -> None:
    """Only events are requested until a reconcile is due."""
    engine = polled_engine(make_code("guest"))
    for minute in range(1, 15):
        assert poll(engine, now=NOW + timedelta(minutes=minute)) == set()
    assert poll(engine, now=NOW + timedelta(minutes=15)) == {FetchDevices()}


def test_reconcile_interval_grows_with_locks() -> None:
    """A reconcile takes two requests per lock, at most 20 a minute on average."""
    devices = [make_device(f"door {number}") for number in range(600)]
    engine = synced_engine(devices=devices)
    assert poll(engine, now=NOW + timedelta(minutes=59)) == set()
    assert poll(engine, now=NOW + timedelta(minutes=60)) == {FetchDevices()}


def test_reconcile_after_clock_was_set_back() -> None:
    """Otherwise nothing would be fetched until the old time comes again."""
    engine = polled_engine()
    assert poll(engine, now=NOW - timedelta(days=1)) == {FetchDevices()}


def test_failed_codes_are_rechecked_until_their_end() -> None:
    """Seam keeps trying, also when it reports no pending change."""
    failed = replace(
        make_code("guest", status=CodeStatus.UNSET),
        errors=(SeamProblem(code="failed_to_set_on_device"),),
        starts_at=NOW - timedelta(hours=1),
        ends_at=NOW + timedelta(seconds=90),
    )
    engine = polled_engine(failed)
    now = NOW + timedelta(minutes=1)
    assert poll(engine, now=now) == {FetchCodes("door")}
    now = NOW + timedelta(minutes=2)
    receive_codes(engine, failed, now=now)
    assert poll(engine, now=now + timedelta(minutes=5)) == set()


def test_unsettled_codes_are_rechecked_less_and_less_often() -> None:
    """The interval doubles while nothing changes, and starts again when something does."""
    stuck = make_code("guest", status=CodeStatus.SETTING)
    engine = polled_engine(stuck)
    fetched_at = []
    for minute in range(1, 13):
        now = NOW + timedelta(minutes=minute)
        if due := poll(engine, now=now):
            assert due == {FetchCodes("door")}
            fetched_at.append(minute)
            receive_codes(engine, stuck, now=now)
    assert fetched_at == [1, 3, 7]
    moved = replace(stuck, status=CodeStatus.REMOVING)
    now = NOW + timedelta(minutes=13)
    receive_codes(engine, moved, now=now)
    assert poll(engine, now=now + timedelta(minutes=1)) == {FetchCodes("door")}
    receive_codes(engine, replace(stuck, status=CodeStatus.SET), now=now)
    assert poll(engine, now=now + timedelta(minutes=1)) == set()


def test_failed_fetch_is_retried_by_next_poll() -> None:
    """Nothing else is fetched again."""
    engine = polled_engine()
    receive_codes(engine, device_id="gate")
    engine.receive_failure(FetchCodes("door"), BROKEN, NOW)
    assert engine.finish() is None
    assert poll(engine) == {FetchCodes("door")}
    assert poll(engine) == set()


def test_reconcile_after_outage() -> None:
    """Events may have been lost in it."""
    engine = polled_engine()
    engine.begin_poll(NOW)
    [query] = engine.take_due()
    engine.receive_failure(query, DOWN, NOW)
    assert engine.finish() is DOWN
    assert poll(engine) == {FetchDevices()}


def test_no_reconcile_after_rate_limit() -> None:
    """Only what is missing is fetched."""
    engine = polled_engine()
    engine.begin_poll(NOW)
    [query] = engine.take_due()
    error = SeamRateLimitError("Too many requests", retry_after=60)
    engine.receive_failure(query, error, NOW)
    [devices] = engine.take_due()
    engine.receive_failure(devices, error, NOW)
    assert engine.failures.fatal_error is error
    assert engine.finish() is error
    assert poll(engine) == {devices}
