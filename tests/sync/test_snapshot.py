"""Tests of the snapshot."""

from dataclasses import replace

from custom_components.seam.api import SeamProblem
from custom_components.seam.sync.schedule import FetchDevices

from .support import (
    NOW,
    make_code,
    make_device,
    make_event,
    poll,
    polled_engine,
    receive_codes,
    synced_engine,
)


def test_pins_are_masked_in_all_texts() -> None:
    """Names, states and messages are masked, on codes and on the device."""
    problem = SeamProblem(
        code="pin_4711_in_use", message="PIN 4711 is not 47110, but 4711."
    )
    device = replace(make_device(), errors=(problem,), warnings=(problem,))
    guest = replace(
        make_code("guest", name="Guest 4711", code="4711"),
        display_status="Setting 4711",
        errors=(problem,),
        warnings=(problem,),
    )
    other = make_code("other", name="Not 4711, 0815", code="0815", is_managed=False)
    engine = synced_engine(guest, other, devices=[device])
    engine.receive_devices(FetchDevices(), [device], NOW)
    engine.finish()
    lock = engine.snapshot.locks["door"]
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


def test_changed_by_is_masked_when_pin_becomes_known() -> None:
    """A name may be shown before the PIN in it is known."""
    guest = make_code("guest", name="Guest 4821")
    engine = polled_engine(guest)
    poll(engine, make_event("lock.unlocked", code_id="guest"))
    engine.finish()
    assert engine.snapshot.locks["door"].changed_by == "Guest 4821"
    receive_codes(engine, replace(guest, code="4821"))
    engine.finish()
    assert engine.snapshot.locks["door"].changed_by == "Guest ••••"
