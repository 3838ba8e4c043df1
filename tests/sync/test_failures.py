"""Tests of failures of a refresh."""

from datetime import timedelta

import pytest

from custom_components.seam.api import (
    SeamAuthError,
    SeamError,
    SeamRateLimitError,
    SeamUnreachableError,
)
from custom_components.seam.api.rows import Rows
from custom_components.seam.sync.failures import Failures
from custom_components.seam.sync.schedule import (
    LIST_DEVICES,
    FetchCodes,
    FetchDevices,
    FetchEvents,
)
from custom_components.seam.sync.snapshot import LockData

from .support import (
    BROKEN,
    DOWN,
    NOW,
    code_ids,
    make_code,
    make_device,
    polled_engine,
    receive_codes,
    synced_engine,
)


def test_short_rate_limit_of_one_lock_keeps_codes() -> None:
    """The codes stay known, and the refresh succeeds."""
    engine = synced_engine(make_code("guest"))
    error = SeamRateLimitError("Too many requests", retry_after=60)
    engine.receive_failure(FetchCodes("door"), error, NOW)
    assert engine.failures.rate_limit(FetchCodes("door"), NOW) is error
    assert engine.finish() is None
    assert engine.snapshot.locks["door"].has_codes
    assert (
        engine.failures.rate_limit(FetchCodes("door"), NOW + timedelta(minutes=1))
        is None
    )
    # The clock was set back.
    assert (
        engine.failures.rate_limit(FetchCodes("door"), NOW - timedelta(days=1)) is None
    )


def test_repeated_rate_limit_of_one_lock_makes_its_codes_unknown() -> None:
    """Each is short, but the codes become too old, until they are fetched."""
    engine = synced_engine(make_code("guest"))
    error = SeamRateLimitError("Too many requests", retry_after=60)
    for seconds, has_codes in ((0, True), (60, True), (240, True), (300, False)):
        now = NOW + timedelta(seconds=seconds)
        engine.receive_failure(FetchCodes("door"), error, now)
        assert engine.finish() is None
        assert engine.snapshot.locks["door"].has_codes is has_codes
    receive_codes(engine, make_code("guest"))
    engine.receive_failure(FetchCodes("door"), error, NOW + timedelta(seconds=360))
    engine.finish()
    assert engine.snapshot.locks["door"].has_codes


@pytest.mark.parametrize("retry_after", [None, 60, 3600])
def test_failure_of_unmanaged_codes_concerns_only_them(retry_after: int | None) -> None:
    """The managed codes are known and new, whatever comes before and after."""
    engine = synced_engine(
        make_code("guest"), make_code("neighbor", is_managed=False, code="5678")
    )
    error = (
        SeamRateLimitError("Too many requests", retry_after=retry_after)
        if retry_after
        else BROKEN
    )

    def poll(seconds: int, *names: str, is_managed_known: bool = True) -> LockData:
        now = NOW + timedelta(seconds=seconds)
        if is_managed_known:
            receive_codes(engine, *map(make_code, names), now=now, kinds=[True])
        engine.receive_failure(
            FetchCodes("door"), error, now, is_managed_known=is_managed_known
        )
        assert engine.finish() is None
        return engine.snapshot.locks["door"]

    lock = poll(0, "guest")
    # A rate limit may be over soon.
    assert (lock.has_codes, lock.has_all_codes) == (True, retry_after == 60)
    for seconds in (120, 360):
        lock = poll(seconds, "guest", "cleaner")
        may_be_over_soon = retry_after == 60 and seconds < 300
        assert (lock.has_codes, lock.has_all_codes) == (True, may_be_over_soon)
        assert {code.access_code_id for code in lock.managed} == {"guest", "cleaner"}
        assert [code.access_code_id for code in lock.unmanaged] == ["neighbor"]
    lock = poll(480, is_managed_known=False)
    assert (lock.has_codes, lock.has_all_codes) == (retry_after == 60, False)
    lock = poll(600, "guest")
    assert (lock.has_codes, lock.has_all_codes) == (True, False)
    receive_codes(engine, make_code("guest"), now=NOW + timedelta(seconds=720))
    engine.finish()
    lock = engine.snapshot.locks["door"]
    assert (lock.has_codes, lock.has_all_codes) == (True, True)


def test_rate_limit_for_unmanaged_codes_waits_alone() -> None:
    """The managed codes are fetched, and after many in a row, only these."""
    doors = ["door", *map(str, range(7))]
    engine = synced_engine(devices=list(map(make_device, doors)))
    failures = engine.failures
    error = SeamRateLimitError("Too many requests", retry_after=600)

    def refuse(door: str) -> None:
        receive_codes(engine, device_id=door, kinds=[True])
        engine.receive_failure(FetchCodes(door), error, NOW, is_managed_known=True)

    def are_many() -> bool:
        return failures.has_many_unmanaged_limits

    refuse("door")
    assert failures.rate_limit(FetchCodes("door"), NOW) is None
    assert failures.has_unmanaged_limit("door", NOW)
    for door in doors[1:]:
        assert not are_many()
        refuse(door)
    assert are_many()
    assert not failures.has_unmanaged_limit("gate", NOW)
    # Events of locks that are left to the next poll do not wait for it.
    failures.skip_unmanaged("gate")
    assert failures.has("gate")
    assert engine.state.postponed == 9
    assert failures.unmanaged_left[0] == "gate"
    failures.forget("gate")
    assert failures.fatal_error is None
    assert engine.finish() is None
    assert not are_many()
    assert failures.has_unmanaged_limit("door", NOW)
    # The next polls do not ask for anything before.
    for minutes in (1, 9):
        engine.begin_poll(NOW + timedelta(minutes=minutes))
        assert [type(fetch) for fetch in engine.take_due()] == [FetchEvents]
        engine.finish()
    engine.begin_poll(NOW + timedelta(minutes=10))
    assert {*map(FetchCodes, doors)} <= {*engine.take_due()}
    receive_codes(engine)
    assert not failures.has_unmanaged_limit("door", NOW)


def test_rate_limits_for_either_codes_last_by_themselves() -> None:
    """Short ones for unmanaged codes do not make one for managed codes long."""
    engine = synced_engine(make_code("guest"))

    def limit(minutes: int, *, is_managed_known: bool) -> LockData:
        now = NOW + timedelta(minutes=minutes)
        if is_managed_known:
            receive_codes(engine, make_code("guest"), now=now, kinds=[True])
        engine.receive_failure(
            FetchCodes("door"),
            SeamRateLimitError("Too many requests", retry_after=30),
            now,
            is_managed_known=is_managed_known,
        )
        engine.finish()
        return engine.snapshot.locks["door"]

    for minutes in range(7):
        lock = limit(minutes, is_managed_known=True)
    assert not lock.has_all_codes
    for minutes in range(7, 12):
        assert limit(minutes, is_managed_known=False).has_codes
    assert not limit(12, is_managed_known=False).has_codes


def test_rate_limits_in_a_row_are_fatal_until_next_refresh() -> None:
    """Then Seam probably limits the whole workspace."""
    engine = polled_engine()
    error = SeamRateLimitError("Too many requests", retry_after=60)

    def refuse(count: int) -> SeamError | None:
        for _ in range(count):
            engine.receive_failure(FetchCodes("door"), error, NOW)
        return engine.failures.fatal_error

    assert refuse(7) is None
    receive_codes(engine, device_id="gate")
    assert refuse(7) is None
    assert refuse(1) is error
    assert engine.finish() is None
    assert engine.failures.fatal_error is None


def test_auth_error_fails_refresh_despite_other_answers() -> None:
    """It concerns the whole workspace, and is returned once."""
    error = SeamAuthError("Unauthorized")
    engine = synced_engine(
        make_code("gate", device_id="gate"),
        devices=[make_device(), make_device("gate")],
    )
    engine.receive_failure(FetchCodes("door"), DOWN, NOW)
    engine.receive_failure(FetchCodes("door"), error, NOW)
    receive_codes(engine, make_code("gate", device_id="gate"), device_id="gate")
    assert engine.finish() is error
    assert engine.finish() is None, "an error must not be returned twice"


def test_refresh_fails_with_first_error() -> None:
    """Failed devices make the refresh fail."""
    engine = synced_engine(make_code("guest"))
    engine.receive_failure(FetchDevices(), DOWN, NOW)
    engine.receive_failure(FetchCodes("door"), SeamUnreachableError("later"), NOW)
    assert engine.finish() is DOWN
    assert code_ids(engine) == {"guest"}


def test_failing_locks_do_not_fail_refresh() -> None:
    """Only those locks lack their codes, poll after poll."""
    doors = [make_device("door"), make_device("gate"), make_device("shed")]
    engine = synced_engine(devices=doors)
    for _ in range(4):
        engine.schedule.retry(FetchCodes("door"))
        engine.schedule.retry(FetchCodes("gate"))
        engine.begin_poll(NOW)
        while due := engine.take_due():
            for fetch in due:
                if isinstance(fetch, FetchEvents):
                    engine.receive_events(Rows(), NOW)
                elif isinstance(fetch, FetchDevices):
                    engine.receive_devices(fetch, doors, NOW)
                elif fetch.device_id == "shed":
                    engine.receive_codes(fetch, [], NOW)
                else:
                    engine.receive_failure(fetch, BROKEN, NOW)
        assert engine.finish() is None
        locks = engine.snapshot.locks
        assert [locks[door].has_codes for door in ("door", "gate", "shed")] == [
            False,
            False,
            True,
        ]


@pytest.mark.parametrize("error", [BROKEN, DOWN])
def test_outage_is_fatal_but_failing_locks_are_not(error: SeamError) -> None:
    """Locks that Seam cannot read must not stop the fetching of others."""
    engine = polled_engine()
    for _ in range(5):
        engine.receive_failure(FetchCodes("door"), error, NOW)
        engine.receive_failure(FetchDevices(frozenset(("door",))), error, NOW)
    assert (engine.failures.fatal_error, engine.finish()) == (None, None)
    engine.receive_failure(FetchDevices(), error, NOW)
    assert (engine.failures.fatal_error, engine.finish()) == (error, error)


def test_rate_limits_for_devices_are_forgotten() -> None:
    """The same devices may never be requested together again."""
    failures = polled_engine().failures
    error = SeamRateLimitError("Slow down", retry_after=60)
    for number in range(5):
        failures.add(FetchDevices(frozenset((str(number),))), error, NOW)
    assert failures.first_rate_limit(NOW) is error
    assert failures.first_rate_limit(NOW + timedelta(minutes=1)) is None
    assert not failures._rate_limits


@pytest.mark.parametrize(
    "error", [BROKEN, DOWN, SeamRateLimitError("Slow down", retry_after=60)]
)
@pytest.mark.parametrize("is_down", [False, True])
def test_devices_say_whether_seam_is_down(error: SeamError, is_down: bool) -> None:
    """Their list follows in the same refresh if events fail, without their codes."""
    engine = polled_engine()
    engine.receive_failure(FetchEvents(NOW), error, NOW)
    assert engine.failures.may_be_down
    assert engine.take_due() == (LIST_DEVICES,)
    if is_down:
        engine.receive_failure(LIST_DEVICES, DOWN, NOW)
    else:
        engine.receive_devices(LIST_DEVICES, [make_device(), make_device("gate")], NOW)
    assert engine.take_due() == ()
    assert engine.finish() is (DOWN if is_down else None)


def test_rate_limit_neither_starts_nor_ends_outage() -> None:
    """It is not a failed poll, and only a poll that succeeds ends an outage."""
    failures = Failures()
    limit = SeamRateLimitError("Slow down", retry_after=60)
    counts: list[int] = []
    for error in (limit, BROKEN, limit, DOWN, None):
        if error:
            failures.add(LIST_DEVICES, error, NOW)
        assert failures.take_error(is_poll=True) is error
        counts.append(failures.failed_polls)
    assert counts == [0, 1, 1, 2, 0]
