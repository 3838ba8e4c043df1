"""Tests of a clock that is wrong, and set right again."""

import asyncio
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from simulator.seed import CODE_GUEST_NOW

from .conftest import Poll

pytestmark = pytest.mark.usefixtures("frozen_clock")


def _code_state(hass: HomeAssistant) -> str:
    state = hass.states.get("sensor.front_door_managed_access_codes")
    assert state is not None
    rows = {row["access_code_id"]: row for row in state.attributes["access_codes"]}
    return str(rows[CODE_GUEST_NOW]["state"])


@pytest.mark.parametrize(("hours", "wrong"), [(720, "expired"), (-720, "scheduled")])
async def test_states_follow_clock_that_is_set(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    poll: Poll,
    monkeypatch: pytest.MonkeyPatch,
    hours: int,
    wrong: str,
) -> None:
    """Nothing changes at Seam, but states depend on the time."""
    loop: Any = asyncio.get_running_loop()
    steady_time = loop.time
    error = timedelta()
    monkeypatch.setattr(loop, "time", lambda: steady_time() - error.total_seconds())
    assert _code_state(hass) == "active"
    for jump, expected in ((timedelta(hours=hours), wrong), (timedelta(), "active")):
        freezer.tick(jump - error)
        error = jump
        await poll()
        assert _code_state(hass) == expected
