"""Simultaneous actions on the same codes."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest

from simulator import Simulator
from simulator.seed import (
    APARTMENT_1,
    CODE_APARTMENT_1_EXPIRED,
    CODE_GUEST_NOW,
    FRONT_DOOR,
)

from .support import FLAT_1, FRONT, Actions

CREATE_PATH = "/access_codes/create"

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


async def test_healthy_lock_does_not_wait_for_hanging_one(
    simulator: Simulator, actions: Actions
) -> None:
    """A code of the same name is created while another lock does not respond."""
    for name, action in (("A", "schedule_access_code"), ("B", "ensure_access_code")):
        fault = simulator.faults.add(
            "hang", path=CREATE_PATH, device_id=FRONT_DOOR, count=1
        )
        hanging = asyncio.create_task(
            actions.run(action, FRONT, name=name, ongoing=True)
        )
        while not fault.hits:  # noqa: ASYNC110  # Nothing announces it.
            await asyncio.sleep(0.01)
        answer = await actions.answer(action, FLAT_1, name=name)
        assert answer["access_code_id"]
        assert not hanging.done()
        simulator.faults.clear()
        await hanging
