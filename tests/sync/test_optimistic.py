"""Tests of optimistic updates by actions."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.seam.api import CodeStatus, Event
from custom_components.seam.api.redact import Secrets
from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.sync.engine import SyncEngine
from custom_components.seam.sync.schedule import FetchCodes, FetchDevices
from simulator import Simulator
from tests.clock import wait_until

from .support import (
    NOW,
    code_ids,
    make_code,
    make_device,
    poll,
    polled_engine,
    receive_codes,
    synced_engine,
)


def test_deleted_code_stays_while_seam_lists_it() -> None:
    """It is dropped with the first answer that lacks it."""
    engine = synced_engine(make_code("deleted"))
    engine.code_deleted(NOW, "deleted")
    receive_codes(engine, make_code("deleted"))
    assert code_ids(engine) == {"deleted"}
    receive_codes(engine)
    assert code_ids(engine) == set()


def test_expected_removal_ends_with_the_code() -> None:
    """A code that comes back with the same ID is a new one."""
    engine = synced_engine(make_code("deleted"))
    engine.code_deleted(NOW, "deleted")
    receive_codes(engine)
    receive_codes(engine, make_code("deleted"))
    receive_codes(engine)
    assert code_ids(engine) == {"deleted"}


def test_lock_action_overrides_list_until_next_event() -> None:
    """A list that lags behind does not undo it, but another operation does."""
    stale = replace(
        make_device(), properties=replace(make_device().properties, locked=True)
    )
    engine = polled_engine()
    fetch = FetchDevices(frozenset(("door",)))
    engine.receive_devices(fetch, [stale], NOW)
    engine.device_changed(NOW, "door", {"locked": False})
    engine.receive_devices(fetch, [stale], NOW)
    engine.finish()
    assert engine.snapshot.locks["door"].device.properties.locked is False
    engine.receive_event(
        Event(
            event_id="by hand",
            event_type="lock.locked",
            created_at=NOW,
            device_id="door",
        ),
        NOW,
    )
    engine.receive_devices(fetch, [stale], NOW)
    engine.finish()
    assert engine.snapshot.locks["door"].device.properties.locked is True


def test_overridden_code_is_fetched_again() -> None:
    """Somebody else may have changed it meanwhile, without another event."""
    guest = make_code("guest", name="Anna")
    engine = polled_engine(guest)
    engine.code_changed(NOW, "guest", {"name": "Ours"})
    theirs = replace(guest, name="Theirs")
    now = NOW
    for _ in range(4):
        now += timedelta(minutes=1)
        for fetch in poll(engine, now=now):
            if isinstance(fetch, FetchCodes) and fetch.device_id == "door":
                receive_codes(engine, theirs, now=now)
        engine.finish()
        if now == NOW + timedelta(minutes=1):
            # An event about the code has the same effect.
            receive_codes(engine, theirs, now=now)
            engine.finish()
    assert [code.name for code in engine.snapshot.locks["door"].codes] == ["Theirs"]
    # Then it is not fetched any more.
    assert poll(engine, now=now + timedelta(minutes=1)) == set()


def test_pins_of_overridden_codes_are_masked() -> None:
    """Messages may quote the PIN of a row that is overridden."""
    secrets = Secrets()
    engine = SyncEngine(secrets=secrets)
    engine.receive_devices(FetchDevices(), [make_device()], NOW)
    receive_codes(engine, make_code("guest", code="1111"))
    engine.code_changed(NOW, "guest", {"code": "2222"})
    receive_codes(engine, make_code("guest", code="3333"))
    assert secrets.mask("1111, 2222 and 3333") == "••••, •••• and ••••"


def test_created_code_overrides_lists_for_two_minutes() -> None:
    """Codes of unknown locks are ignored."""
    engine = polled_engine()
    guest = make_code("guest", name="Anna")
    engine.code_created(NOW, guest)
    engine.code_created(NOW, make_code("other", device_id="nowhere"))
    assert code_ids(engine) == {"guest"}
    for seconds in (30, 60, 119):
        receive_codes(engine, now=NOW + timedelta(seconds=seconds))
        assert code_ids(engine) == {"guest"}
    receive_codes(engine, now=NOW + timedelta(seconds=120))
    assert code_ids(engine) == set()


def test_changed_code_overrides_lists_until_listed() -> None:
    """Or for two minutes at most."""
    guest = make_code("guest", name="Anna")
    engine = polled_engine(guest)
    engine.code_changed(NOW, "guest", {"name": "Berta"})
    assert [code.name for code in engine.snapshot.locks["door"].codes] == ["Berta"]
    receive_codes(engine, guest)
    engine.finish()
    assert [code.name for code in engine.snapshot.locks["door"].codes] == ["Berta"]
    receive_codes(engine, replace(guest, name="Berta"))
    receive_codes(engine, replace(guest, name="Carla"))
    engine.finish()
    assert [code.name for code in engine.snapshot.locks["door"].codes] == ["Carla"]
    engine.code_changed(NOW, "guest", {"name": "Dora"})
    receive_codes(engine, guest, now=NOW + timedelta(minutes=2))
    engine.finish()
    assert [code.name for code in engine.snapshot.locks["door"].codes] == ["Anna"]


def test_expected_removal_ends_after_half_an_hour() -> None:
    """After that an incomplete answer does not drop the code."""
    engine = synced_engine(make_code("cleaner"), make_code("guest"))
    engine.code_deleted(NOW, "guest")
    later = NOW + timedelta(minutes=31)
    receive_codes(engine, make_code("cleaner"), make_code("guest"), now=later)
    receive_codes(engine, make_code("cleaner"), now=later)
    assert code_ids(engine) == {"cleaner", "guest"}


@pytest.mark.parametrize("change", ["code_deleted", "moved"])
def test_removal_of_code_that_stays_is_not_expected(change: str) -> None:
    """A released or converted code may keep its ID, and a deletion may fail late."""
    engine = synced_engine(make_code("cleaner"), make_code("guest"))
    if change == "moved":
        engine.codes_moved(NOW, ["guest"])
    else:
        engine.code_deleted(NOW, "guest")
    for minutes, is_listed in ((1, True), (3, True), (20, False)):
        now = NOW + timedelta(minutes=minutes)
        listed = [make_code("guest")] if is_listed else []
        receive_codes(engine, make_code("cleaner"), *listed, now=now)
        assert code_ids(engine) == {"cleaner", "guest"}


def test_removal_is_expected_while_seam_removes_the_code() -> None:
    """That may take some locks long."""
    engine = synced_engine(make_code("guest"))
    engine.code_deleted(NOW, "guest")
    removing = make_code("guest", status=CodeStatus.REMOVING)
    receive_codes(engine, removing, now=NOW + timedelta(minutes=19))
    receive_codes(engine, now=NOW + timedelta(minutes=20))
    assert code_ids(engine) == set()


def test_changes_of_several_codes_override_stale_list() -> None:
    """One of them does not end the other."""
    anna, bert = make_code("a", name="Anna"), make_code("b", name="Bert")
    engine = synced_engine(anna, bert)
    engine.code_changed(NOW, "a", {"name": "Alma"})
    engine.code_changed(NOW, "b", {"name": "Berta"})
    engine.code_changed(NOW, "b", {"name": "Berta"})
    receive_codes(engine, anna, bert)
    engine.finish()
    shown = engine.snapshot.locks["door"].managed
    assert [code.name for code in shown] == ["Alma", "Berta"]


@pytest.mark.parametrize("later", [timedelta(minutes=2), -timedelta(days=1)])
def test_change_ends_when_clock_is_set_back(later: timedelta) -> None:
    """Otherwise it would override the lists until the old time comes again."""
    guest = make_code("guest", name="Anna")
    stale = replace(
        make_device(), properties=replace(make_device().properties, locked=True)
    )
    engine = polled_engine(guest, make_code("old"))
    engine.code_changed(NOW, "guest", {"name": "Berta"})
    engine.device_changed(NOW, "door", {"locked": False})
    engine.receive_devices(FetchDevices(frozenset(("door",))), [stale], NOW + later)
    receive_codes(engine, guest, make_code("old"), now=NOW + later)
    engine.finish()
    lock = engine.snapshot.locks["door"]
    assert lock.device.properties.locked is True
    assert {code.name for code in lock.codes} == {None, "Anna"}


def test_expected_removal_ends_when_clock_is_set_back() -> None:
    """Then a code has to be missing twice again."""
    engine = polled_engine(make_code("guest"))
    engine.codes_moved(NOW, ["guest"])
    receive_codes(engine, now=NOW - timedelta(days=1))
    assert code_ids(engine) == {"guest"}


def test_successive_changes_override_lists_together() -> None:
    """A new name stays when the times are changed afterwards."""
    before = make_code("guest", name="Guest")
    engine = synced_engine(before)
    engine.code_changed(NOW, "guest", {"name": "Family"})
    engine.code_changed(NOW, "guest", {"ends_at": NOW + timedelta(days=1)})
    receive_codes(engine, before)
    engine.finish()
    (shown,) = engine.snapshot.locks["door"].managed
    assert shown.name == "Family"
    assert shown.ends_at == NOW + timedelta(days=1)


async def test_action_shows_while_it_waits_for_lock(
    hass: HomeAssistant, coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """The lock may take a minute, but the state changes at once."""

    def shown() -> dict[str, str]:
        state = hass.states.get("sensor.front_door_managed_access_codes")
        assert state is not None
        return {
            code["name"]: code["status"] for code in state.attributes["access_codes"]
        }

    async def begin(action: str, **data: Any) -> asyncio.Task[Any]:
        slow = [
            simulator.faults.add("hang", path=path)
            for path in ("/access_codes/get", "/action_attempts/get")
        ]
        calling = asyncio.create_task(
            hass.services.async_call(
                "seam",
                action,
                {"entity_id": "lock.front_door", **data},
                blocking=True,
            )
        )
        await wait_until(lambda: any(fault.hits for fault in slow))
        return calling

    for action, data, expected in (
        ("schedule_access_code", {"name": "Baker", "ongoing": True}, {"Baker"}),
        (
            "update_access_code",
            {"name": "Baker", "new_name": "Butcher", "ongoing": True},
            {"Butcher"},
        ),
    ):
        before = set(shown())
        calling = await begin(action, **data)
        assert set(shown()) - before == expected
        simulator.faults.clear()
        await calling
    calling = await begin("delete_access_code", name="Butcher")
    assert shown()["Butcher"] == "removing"
    simulator.faults.clear()
    await calling
