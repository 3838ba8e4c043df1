"""Tests that a preview promises what the next run does."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import ConfigSubentry
import pytest

from custom_components.seam.stays.preview import preview_response
from custom_components.seam.stays.runner import StaysRunner
from custom_components.seam.stays.settings import (
    CONF_EXCLUDES,
    CONF_LOCKS,
    CONF_PIN_RULE,
    SUBENTRY_STAYS,
)
from custom_components.seam.stays.watch import WATCHES
from simulator.seed import APARTMENT_1, FRONT_DOOR

from .conftest import Stays
from .test_runner import set_up_with

pytestmark = pytest.mark.usefixtures("frozen_clock", "no_waits")

PHONE = "Phone: +49 151 234 9182"
GROUPS = ("created", "moved", "renamed", "deleted")


def runner_of(stays: Stays) -> StaysRunner:
    """Return the runner of the stays named Bookings."""
    subentry_id = next(iter(stays.entry.subentries))
    return stays.hass.data[WATCHES][subentry_id].runner


def book_quietly(stays: Stays, uid: str, *args: float, **fields: Any) -> None:
    """Add or change a booking without telling of it."""
    with patch.object(stays.calendar, "async_write_ha_state"):
        stays.book(uid, *args, **fields)


async def change_everything(stays: Stays) -> None:
    """Bookings come, move, get another name, and are cancelled."""
    for number, name in enumerate(("Moved", "Renamed", "Cancelled", "Kept")):
        stays.book(name, 2 + number, 2.5 + number)
    await stays.wait()
    stays.calendar.bookings.pop("Cancelled")
    book_quietly(stays, "Moved", 2, 2.7)
    book_quietly(stays, "Renamed", 3, 3.5, summary="Another")
    book_quietly(stays, "New", 8, 9)
    book_quietly(stays, "Impossible", 9, 9)


async def fill_lock(stays: Stays) -> None:
    """There is no room for all guests on one of two locks."""
    await set_up_with(stays, **{CONF_LOCKS: [FRONT_DOOR, APARTMENT_1]})
    device = stays.simulator.state.devices[FRONT_DOOR]
    device.properties["max_active_codes_supported"] = 1
    await stays.entry.runtime_data.async_reconcile()
    for number in range(2):
        book_quietly(stays, f"Guest {number}")


async def refuse_pin(stays: Stays) -> None:
    """Seam has refused the PIN of a guest before."""
    await set_up_with(stays, **{CONF_PIN_RULE: "telephone"})
    stays.simulator.faults.add(
        "status", path="/access_codes/create", status=400, count=1
    )
    stays.book("Ada", description=PHONE)
    await stays.wait()
    assert [code.code == "9182" for code in stays.codes] == [False]
    book_quietly(stays, "Bob", 6, 8, description=PHONE)


async def confirm_empty(stays: Stays) -> None:
    """The codes of an empty calendar could not be deleted before."""
    stays.book("Ada")
    await stays.wait()
    stays.calendar.bookings.clear()
    stays.simulator.faults.add("status", path="/access_codes/delete", status=400)
    runner_of(stays).async_confirm_empty()
    await stays.settle()
    assert stays.codes
    stays.simulator.faults.clear()


async def cancel_visit(stays: Stays) -> None:
    """The code of one person moves to the next visit, another one has none."""
    await set_up_with(stays, **{CONF_PIN_RULE: "same"})
    stays.book("Visit 1", 2, 3, summary="Cleaner")
    stays.book("Visit 2", 5, 6, summary="Cleaner")
    stays.book("Last visit", 2, 3, summary="Plumber")
    await stays.wait()
    await stays.wait()
    for uid in ("Visit 1", "Last visit"):
        stays.calendar.bookings.pop(uid)


async def lose_code(stays: Stays) -> None:
    """Other stays have a code like one that was never confirmed."""
    [first] = stays.entry.subentries.values()
    await set_up_with(stays, **{CONF_EXCLUDES: ["not available", "ada"]})
    stays.hass.config_entries.async_add_subentry(
        stays.entry,
        ConfigSubentry(
            data=MappingProxyType({**first.data, CONF_EXCLUDES: ["new"]}),
            subentry_type=SUBENTRY_STAYS,
            title="Others",
            unique_id=None,
        ),
    )
    stays.calendar.bookings.clear()
    stays.book("Ada")
    await stays.wait()
    assert [code.name for code in stays.codes] == ["Ada"]
    runner, other = (watch.runner for watch in stays.hass.data[WATCHES].values())
    [link] = other.memory.links
    lost = replace(link, code_id=None, seen=None, is_pending=True)
    await runner.memory.async_save([lost])
    book_quietly(stays, "New", 8, 9)


@pytest.mark.parametrize(
    "prepare",
    [
        change_everything,
        fill_lock,
        refuse_pin,
        confirm_empty,
        cancel_visit,
        lose_code,
    ],
)
async def test_run_does_what_the_preview_says(
    stays: Stays, prepare: Callable[[Stays], Awaitable[None]]
) -> None:
    """Nothing else is created, moved, renamed, or deleted."""
    await prepare(stays)
    runner = runner_of(stays)
    before = {code.access_code_id: code for code in stays.codes}
    old = {
        key: (code.name, code.starts_at, code.ends_at) for key, code in before.items()
    }
    found = await runner.async_preview(runner.settings)
    assert found
    rows: Any = preview_response(stays.hass, stays.entry, found)
    assert any(rows[group] for group in GROUPS)
    stays.simulator.requests.clear()
    runner.async_request()
    for _ in range(3):
        await stays.wait()
    done: dict[str, list[Any]] = {group: [] for group in GROUPS}
    new = {code.access_code_id: code for code in stays.codes}
    for key in before.keys() | new.keys():
        if key not in before:
            done["created"].append((new[key].name, new[key].device_id))
        elif key not in new:
            done["deleted"].append((old[key][0], before[key].device_id))
        elif old[key][1:] != (new[key].starts_at, new[key].ends_at):
            done["moved"].append((new[key].name, new[key].device_id))
            [row] = (row for row in rows["moved"] if row["access_code_id"] == key)
            assert datetime.fromisoformat(row["starts_at"]) == new[key].starts_at
        elif old[key][0] != new[key].name:
            done["renamed"].append((new[key].name, new[key].device_id))
    locks = {
        lock.device.name: lock.device_id
        for lock in stays.entry.runtime_data.data.locks.values()
    }
    for group in GROUPS:
        promised = [(row["name"], locks[row["lock"]]) for row in rows[group]]
        assert sorted(promised) == sorted(done[group]), group
    # No PIN is tried that the preview knows to be refused.
    requests = [record.path for record in stays.simulator.requests]
    assert requests.count("/access_codes/create") == len(rows["created"])
    pins = {code.name: code.code for code in stays.codes}
    with_phone = {
        event.summary
        for event in stays.calendar.bookings.values()
        if event.description == PHONE
    }
    for row in rows["created"]:
        has_other_pin = row["name"] in with_phone and pins[row["name"]] != "9182"
        assert (row["reason_key"] == "other_pin") is has_other_pin
