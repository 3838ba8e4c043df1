"""Tests of the device tracker."""

import pytest

from custom_components.seam.api import Device, Event
from custom_components.seam.api.rows import Rows
from custom_components.seam.sync.engine import SyncEngine
from custom_components.seam.sync.schedule import FetchCodes, FetchDevices, FetchEvents

from .support import (
    DOWN,
    NOW,
    code_ids,
    make_code,
    make_device,
    make_event,
    poll,
    polled_engine,
    receive_codes,
    synced_engine,
)


def test_missing_lock_is_removed_after_second_answer() -> None:
    """It is requested once more, keeps its codes meanwhile, and may come back."""
    engine = synced_engine(
        make_code("guest"), devices=[make_device(), make_device("gate")]
    )
    ask_again = FetchDevices(frozenset({"door"}))
    for answer in ([make_device()], []):
        engine.receive_devices(FetchDevices(), [make_device("gate")], NOW)
        engine.take_due()
        assert code_ids(engine) == {"guest"}
        engine.begin_poll(NOW)
        assert ask_again in engine.take_due()
        engine.receive_devices(ask_again, answer, NOW)
        engine.finish()
        assert ("door" in engine.snapshot.locks) is bool(answer)
    assert engine.take_removed_devices() == {"door"}
    assert engine.take_removed_devices() == set()


@pytest.mark.parametrize("is_registered", [True, False])
def test_lock_known_by_its_state_stays_while_offline(is_registered: bool) -> None:
    """Seam leaves out `locked` while a lock is offline."""
    online = Device.read({"device_id": "gate", "properties": {"locked": True}})
    offline = Device.read({"device_id": "gate", "properties": {"online": False}})
    engine = SyncEngine(["gate"] if is_registered else [])
    if not is_registered:
        engine.receive_devices(FetchDevices(), [online], NOW)
    for _ in range(3):
        engine.receive_devices(FetchDevices(), [offline], NOW)
        engine.finish()
        assert set(engine.snapshot.locks) == {"gate"}
    assert engine.take_removed_devices() == set()


def test_missing_lock_of_earlier_run_is_removed_after_second_answer() -> None:
    """It may have been removed while Home Assistant was off."""
    engine = SyncEngine(["old", "door"])
    for expected in (set(), {"old"}):
        engine.receive_devices(FetchDevices(), [make_device()], NOW)
        assert engine.take_removed_devices() == expected


def test_answers_about_removed_lock_are_ignored() -> None:
    """A lock may be removed while its codes are fetched."""
    engine = synced_engine(
        make_code("guest"), devices=[make_device(), make_device("gate")]
    )
    engine.receive_devices(FetchDevices(), [make_device("gate")], NOW)
    engine.receive_devices(FetchDevices(), [make_device("gate")], NOW)
    receive_codes(engine, make_code("guest"))
    engine.receive_failure(FetchCodes("door"), DOWN, NOW)
    engine.finish()
    assert set(engine.snapshot.locks) == {"gate"}


def test_event_confirms_removal_of_lock() -> None:
    """One answer is enough."""
    engine = polled_engine()
    poll(engine, make_event("device.removed"))
    fetch = FetchDevices(frozenset({"door"}))
    engine.receive_devices(fetch, [], NOW)
    assert engine.take_removed_devices() == {"door"}


def test_events_of_other_devices_are_ignored_after_first() -> None:
    """A device that is not a lock is requested only once."""
    engine = synced_engine()
    thermostat = Device(device_id="thermostat", device_type="nest_thermostat")
    requested = []
    for number in range(3):
        engine.begin_poll(NOW)
        (fetch,) = engine.take_due()
        assert isinstance(fetch, FetchEvents)
        event = Event(
            event_id=f"warm {number}",
            event_type="thermostat.temperature_reached",
            created_at=NOW,
            device_id="thermostat",
        )
        engine.receive_events(Rows([event]), NOW)
        for due in engine.take_due():
            requested.append(due)
            assert isinstance(due, FetchDevices)
            engine.receive_devices(due, [thermostat], NOW)
        engine.finish()
    assert requested == [FetchDevices(frozenset(("thermostat",)))]
