"""Tests of the sync engine."""

from custom_components.seam.api import Device
from custom_components.seam.sync.code_state import next_state_changes
from custom_components.seam.sync.engine import SyncEngine
from custom_components.seam.sync.schedule import FetchCodes, FetchDevices
from custom_components.seam.sync.snapshot import Snapshot
from custom_components.seam.sync.store import ALL_KINDS

from .support import DOWN, NOW, make_code, make_device, receive_codes, synced_engine


def test_new_engine_is_empty() -> None:
    """Nothing is due or known before anything is requested."""
    engine = SyncEngine()
    assert engine.snapshot == Snapshot()
    assert engine.take_due() == ()
    assert engine.finish() is None
    assert next_state_changes(engine.snapshot.locks, NOW) is None


def test_codes_are_requested_only_for_locks_with_codes() -> None:
    """Other devices are ignored, as are the codes of locks that have none."""
    engine = SyncEngine()
    engine.request_all()
    engine.request_all()
    assert engine.take_due() == (FetchDevices(),)
    thermostat = Device(device_id="thermostat", device_type="nest_thermostat")
    engine.receive_devices(
        FetchDevices(),
        [make_device(), make_device("gate", has_codes=False), thermostat],
        NOW,
    )
    assert engine.take_due() == (FetchCodes("door"),)
    assert engine.take_due() == ()
    receive_codes(engine)
    assert engine.finish() is None
    assert set(engine.snapshot.locks) == {"door", "gate"}
    assert engine.snapshot.locks["door"].has_codes
    assert not engine.snapshot.locks["gate"].has_codes


def test_lock_with_failed_codes_keeps_them_as_unknown() -> None:
    """Unknown codes are not the same as no codes."""
    engine = synced_engine(
        make_code("guest"),
        make_code("gate", device_id="gate"),
        devices=[make_device(), make_device("gate")],
    )
    engine.receive_devices(FetchDevices(), [make_device(), make_device("gate")], NOW)
    engine.receive_failure(FetchCodes("door"), DOWN, NOW)
    receive_codes(engine, make_code("gate", device_id="gate"), device_id="gate")
    assert engine.finish() is None
    assert not engine.snapshot.locks["door"].has_codes
    assert len(engine.snapshot.locks["door"].managed) == 1
    assert engine.snapshot.locks["gate"].has_codes
    receive_codes(engine, make_code("guest"))
    engine.finish()
    assert engine.snapshot.locks["door"].has_codes


def test_unmanaged_codes_that_were_unknown_are_no_missed_events() -> None:
    """The webhook is still trusted once they are fetched."""
    engine = synced_engine(make_code("guest"))
    old = make_code("old", is_managed=False)
    for kinds, codes in (([True], ()), (ALL_KINDS, [old])):
        engine.request_all()
        engine.take_due()
        engine.receive_devices(FetchDevices(), [make_device()], NOW)
        engine.take_due()
        receive_codes(engine, make_code("guest"), *codes, kinds=kinds)
        if False not in kinds:
            fetch = FetchCodes("door")
            engine.receive_failure(fetch, DOWN, NOW, is_managed_known=True)
        assert engine.finish() is None
        assert not engine.take_undelivered()


def test_lock_without_keypad_has_no_codes() -> None:
    """Codes that can never be fetched again are dropped."""
    engine = synced_engine(make_code("guest"))
    receive_codes(engine)
    engine.receive_devices(FetchDevices(), [make_device(has_codes=False)], NOW)
    assert engine.take_due() == ()
    assert engine.finish() is None
    assert engine.snapshot.locks["door"].codes == ()
    assert not engine.snapshot.locks["door"].has_codes
    assert engine.snapshot.locks["door"].missing == frozenset()
