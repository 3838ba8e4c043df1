"""Tests of what our own actions show before Seam's lists say so."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant

from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator


async def test_what_an_action_does_shows_while_it_still_waits_for_the_lock(
    hass: HomeAssistant, coordinator: SeamCoordinator, simulator: Simulator
) -> None:
    """A lock may take a minute; what was asked of it is seen at once."""

    def shown() -> dict[str, str]:
        state = hass.states.get("sensor.front_door_managed_access_codes")
        assert state is not None
        return {
            code["name"]: code["status"] for code in state.attributes["access_codes"]
        }

    async def begin(action: str, **data: str) -> asyncio.Task[Any]:
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
        while not any(fault.hits for fault in slow):  # noqa: ASYNC110  nothing announces it
            await asyncio.sleep(0)
        return calling

    for action, data, expected in (
        ("schedule_access_code", {"name": "Baker"}, {"Baker"}),
        ("update_access_code", {"name": "Baker", "new_name": "Butcher"}, {"Butcher"}),
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
