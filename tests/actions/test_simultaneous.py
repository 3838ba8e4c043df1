"""Simultaneous actions on the same codes."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.seam.actions.convert import async_convert
from custom_components.seam.actions.targets import Target, in_turn
from custom_components.seam.api import AccessCode
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.render import render_code
from simulator.routing import ENDPOINTS, Context
from simulator.seed import (
    APARTMENT_1,
    CODE_APARTMENT_1_EXPIRED,
    CODE_GUEST_NOW,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
)
from simulator.state import Json
from tests.clock import wait_until
from tests.conftest import Poll

from .support import FLAT_1, FRONT, Actions

CREATE_PATH = "/access_codes/create"
HOUR = timedelta(hours=1)

type Call = tuple[str, str | list[str], dict[str, Any]]

SCHEDULE: Call = ("schedule_access_code", FRONT, {"name": "Guest"})
ENSURE: Call = ("ensure_access_code", FRONT, {"name": "Guest"})
RENAME: Call = ("update_access_code", FRONT, {"name": "Cleaner", "new_name": "Guest"})
BOTH: Call = ("schedule_access_code", [FRONT, FLAT_1], {"name": "Guest"})


async def _run(actions: Actions, calls: Sequence[Call]) -> list[str | None]:
    """Return the keys of the errors of simultaneous calls."""

    async def run(action: str, entity_id: str | list[str], data: Any) -> str | None:
        try:
            await actions.run(action, entity_id, **data)
        except HomeAssistantError as err:
            return err.translation_key
        return None

    async with asyncio.timeout(30):
        return await asyncio.gather(*(run(*call) for call in calls))


@pytest.mark.parametrize(
    ("calls", "errors"),
    [
        ((SCHEDULE, SCHEDULE, SCHEDULE), [None, "name_taken", "name_taken"]),
        ((SCHEDULE, ENSURE), [None, None]),
        ((ENSURE, SCHEDULE), [None, "name_taken"]),
        ((SCHEDULE, RENAME), [None, "name_taken"]),
        ((RENAME, SCHEDULE), [None, "name_taken"]),
        ((RENAME, ENSURE), [None, None]),
        ((BOTH, SCHEDULE), [None, "name_taken"]),
        ((SCHEDULE, BOTH), [None, "name_taken"]),
        ((BOTH, BOTH), [None, "name_taken"]),
    ],
)
async def test_simultaneous_calls_make_one_code_of_a_name(
    simulator: Simulator, actions: Actions, calls: Sequence[Call], errors: list[Any]
) -> None:
    """Each finds what those before it have done."""
    assert await _run(actions, calls) == errors
    for device_id, count in ((FRONT_DOOR, 1), (APARTMENT_1, calls[0] is BOTH)):
        names = [code.name for code in simulator.state.codes_of(device_id)]
        assert names.count("Guest") == count


async def test_code_is_not_created_again_while_that_is_uncertain(
    simulator: Simulator, actions: Actions
) -> None:
    """Seam may have created the code, and list it late."""
    simulator.faults.add("outage", path=CREATE_PATH, count=1)
    errors = await _run(actions, [SCHEDULE, SCHEDULE, ENSURE])
    assert errors == ["create_uncertain", "create_unconfirmed", "create_unconfirmed"]
    assert len(actions.sent(CREATE_PATH)) == 1


def _end(actions: Actions, access_code_id: str) -> datetime:
    end = actions.code(access_code_id).ends_at
    assert end is not None
    return end


async def test_simultaneous_updates_are_both_made(actions: Actions) -> None:
    """Seam needs both times of a code, and each call changes only one."""
    old = _end(actions, CODE_GUEST_NOW)
    start = old.replace(microsecond=0) - timedelta(hours=5)
    pick = {"access_code_id": CODE_GUEST_NOW}
    end = start + timedelta(days=9)
    assert await _run(
        actions,
        [
            ("update_access_code", FRONT, {**pick, "starts_at": start}),
            ("update_access_code", FRONT, {**pick, "ends_at": end}),
        ],
    ) == [None, None]
    code = actions.code(CODE_GUEST_NOW)
    assert (code.starts_at, code.ends_at) == (start, end)


async def test_clean_up_leaves_code_that_is_being_extended(
    simulator: Simulator, actions: Actions
) -> None:
    """A code that gets a later end in the meantime is not deleted."""
    simulator.faults.add("latency", path="/access_codes/update", seconds=0.3)
    end = dt_util.utcnow().replace(microsecond=0) + timedelta(days=2)
    pick = {"access_code_id": CODE_APARTMENT_1_EXPIRED}
    extend: Call = ("update_access_code", FLAT_1, {**pick, "ends_at": end})
    clean_up: Call = ("delete_expired_access_codes", FLAT_1, {})
    assert await _run(actions, [extend, clean_up]) == [None, None]
    assert _end(actions, CODE_APARTMENT_1_EXPIRED) == end


def _linked(**change: Any) -> Call:
    return ("update_access_code", FRONT, {"name": "Band", "linked": True, **change})


async def _make_band(actions: Actions, starts_at: datetime) -> dict[str, str]:
    """Create linked codes; return their ids by lock."""
    made = await actions.answers(
        "schedule_access_code",
        [FRONT, FLAT_1],
        name="Band",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(days=1),
    )
    return {entity_id: code["access_code_id"] for entity_id, code in made.items()}


async def test_ensure_does_not_undo_linked_update(
    simulator: Simulator, actions: Actions
) -> None:
    """It compares the code as it is after the change."""
    start = dt_util.utcnow().replace(microsecond=0)
    band = await _make_band(actions, start)
    simulator.faults.add("latency", path="/access_codes/update_multiple", seconds=0.3)
    end = start + timedelta(days=5)
    ensure = {"name": "Band", "starts_at": start, "ends_at": end}
    calls: list[Call] = [
        _linked(ends_at=end),
        ("ensure_access_code", FLAT_1, ensure),
    ]
    assert await _run(actions, calls) == [None, None]
    assert _end(actions, band[FLAT_1]) == end
    assert not actions.sent("/access_codes/update")


async def test_clean_up_leaves_linked_code_that_is_being_extended(
    simulator: Simulator,
    actions: Actions,
    reconcile: Poll,
) -> None:
    """Codes on locks that the extension does not target are extended as well."""
    start = dt_util.utcnow().replace(microsecond=0)
    band = await _make_band(actions, start)
    for code_id in band.values():
        code = actions.code(code_id)
        code.starts_at, code.ends_at = start - 3 * HOUR, start - HOUR
    await reconcile()
    simulator.faults.add("latency", path="/access_codes/update_multiple", seconds=0.3)
    end = start + timedelta(days=5)
    clean_up: Call = ("delete_expired_access_codes", FLAT_1, {})
    assert await _run(actions, [_linked(ends_at=end), clean_up]) == [None, None]
    assert _end(actions, band[FLAT_1]) == end


@pytest.mark.parametrize("order", [1, -1])
async def test_linked_rename_makes_one_code_of_a_name(
    simulator: Simulator, actions: Actions, order: int
) -> None:
    """The name is taken on all locks of the linked codes."""
    await _make_band(actions, dt_util.utcnow())
    for path in (CREATE_PATH, "/access_codes/update_multiple"):
        simulator.faults.add("latency", path=path, seconds=0.2)
    schedule: Call = ("schedule_access_code", FLAT_1, {"name": "Tenant"})
    calls = [_linked(new_name="Tenant"), schedule][::order]
    assert await _run(actions, calls) == [None, "name_taken"]
    names = [code.name for code in simulator.state.codes_of(APARTMENT_1)]
    assert names.count("Tenant") == 1


CLEAN_UP: Call = ("delete_expired_access_codes", FLAT_1, {})
DELETE: Call = (
    "delete_access_code",
    FLAT_1,
    {"access_code_id": CODE_APARTMENT_1_EXPIRED},
)
CONVERT: Call = (
    "convert_access_code",
    FRONT,
    {"access_code_id": UNMANAGED_NEIGHBOUR},
)
CONVERT_ALL: Call = ("convert_access_code", FRONT, {"all": True})
RELEASE: Call = ("release_access_code", FRONT, {"access_code_id": CODE_OWNER})


@pytest.mark.parametrize(
    ("calls", "code_id"),
    [
        ([CLEAN_UP] * 3, CODE_APARTMENT_1_EXPIRED),
        ([DELETE] * 3, CODE_APARTMENT_1_EXPIRED),
        ([DELETE, CLEAN_UP, DELETE], CODE_APARTMENT_1_EXPIRED),
        ([CLEAN_UP, DELETE, CLEAN_UP], CODE_APARTMENT_1_EXPIRED),
        ([CONVERT, CONVERT], UNMANAGED_NEIGHBOUR),
        ([CONVERT_ALL, CONVERT_ALL], UNMANAGED_NEIGHBOUR),
        ([CONVERT_ALL, CONVERT], UNMANAGED_NEIGHBOUR),
        ([RELEASE, RELEASE], CODE_OWNER),
    ],
)
async def test_simultaneous_calls_send_each_change_once(
    actions: Actions, calls: Sequence[Call], code_id: str
) -> None:
    """Later ones find what the first has done, which is no surprise to them."""
    errors = await _run(actions, calls)
    assert errors[0] is None
    assert set(errors) <= {
        None,
        "already_managed",
        "none_convertible",
        "unknown_code",
        "unmanaged_code",
    }
    sent = [
        record.path
        for record in actions.simulator.requests
        if record.path in actions.writes and record.body["access_code_id"] == code_id
    ]
    assert len(sent) == 1


async def test_clean_up_reads_code_before_it_is_deleted(
    simulator: Simulator, actions: Actions
) -> None:
    """The list may lag behind an extension whose answer was lost."""
    now = simulator.backend.timeline.now()
    row = render_code(
        simulator.state, simulator.state.access_codes[CODE_APARTMENT_1_EXPIRED], now
    )
    old = {key: row[key] for key in ("starts_at", "ends_at", "status")}
    path = "/access_codes/update"
    simulator.faults.add("outage", path=path, count=1, after_processing=True)
    end = dt_util.utcnow().replace(microsecond=0) + timedelta(days=2)
    pick = {"access_code_id": CODE_APARTMENT_1_EXPIRED}
    endpoint = ENDPOINTS["/access_codes/list"]

    def lagging(context: Context, params: Json) -> Json:
        answer = endpoint.handler(context, params)
        for listed in answer["access_codes"]:
            if listed["access_code_id"] == CODE_APARTMENT_1_EXPIRED:
                listed |= old
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(
            ENDPOINTS, "/access_codes/list", replace(endpoint, handler=lagging)
        )
        extend: Call = ("update_access_code", FLAT_1, {**pick, "ends_at": end})
        assert await _run(actions, [extend, CLEAN_UP]) == ["change_uncertain", None]
        answer = await actions.answer("delete_expired_access_codes", FLAT_1)
    assert _end(actions, CODE_APARTMENT_1_EXPIRED) == end
    assert not actions.sent("/access_codes/delete")
    [row] = answer["access_codes"]
    assert row["outcome"] == "unchanged"
    assert row["ends_at"] == dt_util.as_local(end).isoformat()


async def _hang(
    simulator: Simulator, actions: Actions, path: str, device_id: str, call: Call
) -> asyncio.Task[list[str | None]]:
    """Start a call that keeps its turn until the fault is cleared."""
    fault = simulator.faults.add("hang", path=path, device_id=device_id, count=1)
    hanging = asyncio.create_task(_run(actions, [call]))
    await wait_until(lambda: fault.hits > 0)
    return hanging


@pytest.mark.parametrize(
    ("first", "path", "action", "data"),
    [
        (SCHEDULE, CREATE_PATH, "schedule_access_code", {"name": "Guest"}),
        (SCHEDULE, CREATE_PATH, "ensure_access_code", {"name": "Guest"}),
        (
            RENAME,
            "/access_codes/update",
            "update_access_code",
            {"name": "Cleaner", "new_name": "Guest"},
        ),
    ],
)
async def test_lock_that_is_removed_meanwhile_does_not_fail_others(
    simulator: Simulator,
    actions: Actions,
    reconcile: Poll,
    first: Call,
    path: str,
    action: str,
    data: dict[str, Any],
) -> None:
    """Each lock has its own answer, also after waiting for another action."""
    call = (first[0], FLAT_1, first[2])
    hanging = await _hang(simulator, actions, path, APARTMENT_1, call)
    waiting = asyncio.create_task(actions.answers(action, [FRONT, FLAT_1], **data))
    simulator.control.lose_events(10)
    simulator.control.remove_lock("Apartment 1")
    await reconcile()
    await reconcile()
    assert not waiting.done()
    simulator.faults.clear()
    answers = await waiting
    assert answers[FLAT_1]["error_key"] == "lock_gone"
    assert answers[FRONT]["name"] == "Guest"
    await hanging


@pytest.mark.parametrize("action", ["schedule_access_code", "ensure_access_code"])
async def test_invalid_call_is_refused_without_waiting(
    simulator: Simulator, actions: Actions, action: str
) -> None:
    """What is invalid on any lock is refused while another action runs."""
    hanging = await _hang(simulator, actions, CREATE_PATH, FRONT_DOOR, SCHEDULE)
    past: dict[str, Any] = {
        "starts_at": "2026-01-01 12:00",
        "ends_at": "2026-01-02 12:00",
    }
    await actions.refused("end_in_past", action, FRONT, name="Guest", **past)
    assert not hanging.done()
    simulator.faults.clear()
    await hanging


async def test_update_does_not_wait_for_linked_code_on_hanging_lock(
    simulator: Simulator, actions: Actions
) -> None:
    """Only what is changed takes a turn."""
    await _make_band(actions, dt_util.utcnow())
    rename = {"name": "Band", "new_name": "Orchestra"}
    call: Call = ("update_access_code", FRONT, rename)
    path = "/access_codes/update"
    hanging = await _hang(simulator, actions, path, FRONT_DOOR, call)
    answer = await actions.answer("update_access_code", FLAT_1, **rename)
    assert answer["name"] == "Orchestra"
    assert not hanging.done()
    simulator.faults.clear()
    await hanging


async def test_healthy_lock_does_not_wait_for_hanging_one(
    simulator: Simulator, actions: Actions
) -> None:
    """A code of the same name is created while another lock does not respond."""
    for name, action in (("A", "schedule_access_code"), ("B", "ensure_access_code")):
        call: Call = (action, FRONT, {"name": name, "ongoing": True})
        hanging = await _hang(simulator, actions, CREATE_PATH, FRONT_DOOR, call)
        answer = await actions.answer(action, FLAT_1, name=name)
        assert answer["access_code_id"]
        assert not hanging.done()
        simulator.faults.clear()
        await hanging


async def test_conversion_waits_for_codes_that_have_appeared(
    coordinator: SeamCoordinator, actions: Actions, reconcile: Poll
) -> None:
    """Another action may work on a code that was added while the conversion waited."""
    target = Target(FRONT, coordinator, coordinator.data.locks[FRONT_DOOR])
    selected: list[int] = []

    def select(now: Target) -> Sequence[AccessCode]:
        selected.append(len(now.lock.unmanaged))
        return now.lock.unmanaged

    async with in_turn(actions.hass, [UNMANAGED_NEIGHBOUR]):
        converting = asyncio.create_task(async_convert(target, select))
        await wait_until(lambda: len(selected) > 0)
        added = actions.simulator.control.add_unmanaged_code(
            "Front Door", "Baker", "284613"
        )
        await reconcile()
        other = in_turn(actions.hass, [added.access_code_id])
        await other.__aenter__()
    await wait_until(lambda: len(selected) > 2)
    assert not actions.writes
    await other.__aexit__(None, None, None)
    results = await converting
    assert len(results) == selected[-1] == selected[0] + 1
