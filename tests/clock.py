"""A simulator whose clock is stopped, and functions that move its clock or wait."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from simulator import Simulator

START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@asynccontextmanager
async def frozen_simulator() -> AsyncIterator[Simulator]:
    """Run the small rental at START, so that ids and times never vary."""
    simulator = Simulator(manual_clock=True, start_at=START)
    await simulator.start()
    try:
        yield simulator
    finally:
        await simulator.stop()


async def async_step(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    step: timedelta,
) -> None:
    """Move the clock of Home Assistant and the simulator, and run what is due."""
    simulator.clock.advance(step.total_seconds())
    freezer.tick(step)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for a condition that nothing announces."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  # There is no event to wait for.
            await asyncio.sleep(0)
