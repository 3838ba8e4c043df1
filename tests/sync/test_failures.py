"""Tests of failures of a refresh."""

from custom_components.seam.api import (
    SeamAuthError,
    SeamError,
    SeamRateLimitError,
    SeamUnreachableError,
)
from custom_components.seam.sync.schedule import FetchCodes, FetchDevices, FetchEvents

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


def test_rate_limit_keeps_codes_and_is_returned() -> None:
    """The codes stay known, but the caller gets the error."""
    engine = synced_engine(make_code("guest"))
    error = SeamRateLimitError("Too many requests", retry_after=60)
    engine.receive_failure(FetchCodes("door"), error, NOW)
    assert engine.finish() is error
    assert engine.snapshot.locks["door"].has_codes


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
        engine.begin_poll(NOW)
        engine.request_locks(["door", "gate"])
        while due := engine.take_due():
            for fetch in due:
                if isinstance(fetch, FetchEvents):
                    engine.receive_events([], NOW)
                elif isinstance(fetch, FetchDevices):
                    engine.receive_devices(fetch, doors, NOW)
                elif fetch.device_id == "shed":
                    engine.receive_codes(fetch, [], [], NOW)
                else:
                    engine.receive_failure(fetch, BROKEN, NOW)
        assert engine.finish() is None
        locks = engine.snapshot.locks
        assert [locks[door].has_codes for door in ("door", "gate", "shed")] == [
            False,
            False,
            True,
        ]


def test_outage_is_fatal_but_failing_locks_are_not() -> None:
    """Locks that Seam cannot read must not stop the fetching of others."""
    engine = polled_engine()

    def fail(error: SeamError) -> SeamError | None:
        engine.receive_failure(FetchCodes("door"), error, NOW)
        return engine.fatal_error

    assert [fail(BROKEN) for _ in range(5)] == [None] * 5
    assert [fail(DOWN) for _ in range(4)] == [None, None, DOWN, DOWN]
    receive_codes(engine)
    assert engine.fatal_error is None
