"""Actions on several locks, of which one has a problem."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from custom_components.seam.fetcher import pool
from simulator import Simulator
from simulator.seed import APARTMENT_1, FRONT_DOOR
from simulator.state import AccessCode
from tests.clock import wait_until

from .support import FLAT_1, FRONT, Actions

LISTS = "/access_codes/list"
BOTH = [FRONT, FLAT_1]
ENSURE = ("ensure_access_code", {"name": "Guest"})
DELETE_EXPIRED: tuple[str, dict[str, Any]] = ("delete_expired_access_codes", {})


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ENSURE,
        DELETE_EXPIRED,
        ("schedule_access_code", {"name": "Guest"}),
        ("update_access_code", {"name": "Shared", "new_name": "Guest"}),
        ("update_access_code", {"name": "Shared", "new_name": "Guest", "linked": True}),
        ("delete_access_code", {"name": "Shared"}),
        ("release_access_code", {"name": "Shared"}),
        ("reveal_access_code", {"name": "Shared"}),
    ],
)
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "outage"},
        {"kind": "cut"},
        {"kind": "rate_limit", "retry_after": 86400},
        {"kind": "status", "status": 500},
    ],
    ids=lambda fault: fault["kind"],
)
async def test_broken_list_of_codes_stays_with_its_lock(
    simulator: Simulator,
    actions: Actions,
    action: str,
    data: dict[str, Any],
    fault: dict[str, Any],
) -> None:
    """Other locks go on, whether an action refreshes them before or after."""
    await actions.answers("schedule_access_code", BOTH, name="Shared")
    simulator.faults.add(**fault, path=LISTS, device_id=APARTMENT_1)
    answers = await actions.answers(action, BOTH, **data)
    assert set(answers) == set(BOTH)
    assert "error" not in answers[FRONT]
    if (action, data) in (ENSURE, DELETE_EXPIRED):
        assert answers[FLAT_1]["error_key"] in {
            "cannot_connect",
            "codes_unknown",
            "rate_limited",
        }


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "outage"},
        {"kind": "hang"},
        {"kind": "broken_json"},
        {"kind": "status", "status": 404},
        {"kind": "status", "status": 500},
    ],
    ids=lambda fault: str(fault.get("status", fault["kind"])),
)
async def test_request_for_several_locks_fails_because_of_one(
    simulator: Simulator,
    actions: Actions,
    monkeypatch: pytest.MonkeyPatch,
    fault: dict[str, Any],
) -> None:
    """The others are asked for one by one."""
    monkeypatch.setattr(pool, "PATIENCE", 0.3)
    simulator.faults.add(**fault, path="/devices/list", device_id=APARTMENT_1)
    answers = await actions.answers("ensure_access_code", BOTH, name="Guest")
    assert answers[FRONT]["outcome"] == "created"
    assert "error" in answers[FLAT_1]


@pytest.mark.parametrize(("action", "data"), [ENSURE, DELETE_EXPIRED])
async def test_no_lock_waits_for_the_list_of_another(
    simulator: Simulator,
    actions: Actions,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    data: dict[str, Any],
) -> None:
    """A lock is changed while the list of another hangs, which then has an error."""
    monkeypatch.setattr(pool, "SLOW", 0.1)
    monkeypatch.setattr(pool, "PATIENCE", 0.2)
    front = simulator.state.devices[FRONT_DOOR]
    now = simulator.backend.timeline.now()
    simulator.state.add_code(
        AccessCode(
            "expired",
            front.device_id,
            front.workspace_id,
            "Expired",
            "560913",
            now - timedelta(days=9),
            starts_at=now - timedelta(days=9),
            ends_at=now - timedelta(days=1),
            status="unset",
        )
    )
    simulator.faults.add("hang", path=LISTS, device_id=APARTMENT_1)
    running = asyncio.create_task(actions.answers(action, BOTH, **data))
    await wait_until(lambda: bool(actions.writes))
    async with asyncio.timeout(10):
        answers = await running
    simulator.faults.clear()
    assert "error" not in answers[FRONT]
    assert answers[FLAT_1]["error_key"] == "cannot_connect"


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("schedule_access_code", {"name": "Guest", "code": "739251"}),
        ("schedule_access_code", {"name": "Guest"}),
        ("ensure_access_code", {"name": "Cleaner", "code": "739251"}),
        ("update_access_code", {"name": "Cleaner", "new_name": "Guest"}),
        ("release_access_code", {"name": "Cleaner"}),
        ("delete_access_code", {"name": "Cleaner"}),
        ("reveal_access_code", {"name": "Cleaner"}),
    ],
)
async def test_answer_does_not_wait_for_the_list_of_one_lock(
    simulator: Simulator,
    actions: Actions,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    data: dict[str, Any],
) -> None:
    """Requests for the lists after a change are not awaited for long either."""
    monkeypatch.setattr(pool, "PATIENCE", 0.2)
    simulator.faults.add("hang", path=LISTS, device_id=APARTMENT_1)
    try:
        async with asyncio.timeout(5):
            answers = await actions.answers(action, BOTH, **data)
    finally:
        simulator.faults.clear()
    assert "error" not in answers[FRONT]


async def test_no_lock_waits_for_the_check_of_a_code_of_another(
    simulator: Simulator, actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock is changed although the check of another lock's missing code hangs."""
    monkeypatch.setattr(pool, "PATIENCE", 0.2)
    code = await actions.answer("schedule_access_code", FRONT, name="Guest")
    simulator.control.lose_events(9)
    simulator.control.vanish_code(code["access_code_id"])
    simulator.faults.add("hang", path="/access_codes/get", count=1)
    actions.writes.clear()
    async with asyncio.timeout(10):
        answers = await actions.answers("ensure_access_code", BOTH, name="Other")
    simulator.faults.clear()
    assert "error" not in answers[FLAT_1]
    assert answers[FRONT]["error_key"] == "cannot_connect"


async def test_broken_list_does_not_leave_other_creations_unconfirmed(
    simulator: Simulator, actions: Actions
) -> None:
    """After a shared creation, a lock with a good list counts as confirmed."""
    simulator.faults.add("outage", path=LISTS, device_id=APARTMENT_1)
    await actions.answers("schedule_access_code", BOTH, name="Guest")
    await actions.answer("update_access_code", FRONT, name="Guest", new_name="Other")
    answer = await actions.answer("schedule_access_code", FRONT, name="Guest")
    assert answer["outcome"] == "success"
