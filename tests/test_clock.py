"""Tests of a clock that is wrong, and set right again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import CODE_GUEST_NOW, FRONT_DOOR

from .conftest import Poll

pytestmark = pytest.mark.usefixtures("frozen_clock")


def _code_state(hass: HomeAssistant) -> str:
    state = hass.states.get("sensor.front_door_managed_access_codes")
    assert state is not None
    rows = {row["access_code_id"]: row for row in state.attributes["access_codes"]}
    return str(rows[CODE_GUEST_NOW]["state"])


type SetClock = Callable[[timedelta], None]


@pytest.fixture
def set_clock(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, monkeypatch: pytest.MonkeyPatch
) -> SetClock:
    """Return a function that makes the clock wrong, while timers go on as before."""
    loop: Any = hass.loop
    steady_time = loop.time
    error = timedelta()
    monkeypatch.setattr(loop, "time", lambda: steady_time() - error.total_seconds())

    def set_error(new: timedelta) -> None:
        nonlocal error
        freezer.tick(new - error)
        error = new

    return set_error


@pytest.mark.parametrize(("hours", "wrong"), [(720, "expired"), (-720, "scheduled")])
@pytest.mark.parametrize("is_polled", [True, False], ids=["poll", "between_polls"])
async def test_states_follow_clock_that_is_set(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    poll: Poll,
    set_clock: SetClock,
    is_polled: bool,
    hours: int,
    wrong: str,
) -> None:
    """States depend on the time, whether they were written by a poll or between two."""
    assert _code_state(hass) == "active"
    set_clock(timedelta(hours=hours))
    if is_polled:
        await poll()
    else:
        simulator.state.access_codes[CODE_GUEST_NOW].name = "Somebody else"
        await coordinator.async_refresh_locks([FRONT_DOOR])
        await hass.async_block_till_done()
    assert _code_state(hass) == wrong
    set_clock(timedelta())
    await poll()
    assert _code_state(hass) == "active"
