"""What goes on when an entry is unloaded or removed ends without another request."""

import asyncio
from contextlib import suppress
from typing import Any, Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam.const import DOMAIN
from simulator import Simulator
from simulator.seed import (
    FRONT_DOOR,
    UNMANAGED_APARTMENT_1_TENANT,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
)
from tests.actions.support import READS
from tests.clock import wait_until

from .conftest import Panel

pytestmark = pytest.mark.filterwarnings(
    "ignore::aiohttp.web_exceptions.NotAppKeyWarning"
)

LOCKS: Final = ["lock.front_door", "lock.apartment_1", "lock.apartment_2"]
ACTIONS: Final[dict[str, dict[str, Any]]] = {
    "convert_access_code": {"all": True},
    "delete_access_code": {"name": "Cleaner"},
    "delete_expired_access_codes": {"include_unmanaged": True},
    "ensure_access_code": {"name": "Cleaner", "ongoing": True, "code": "5316"},
    "generate_code": {},
    "pull_backup_access_code": {"name": "Guest this week"},
    "release_access_code": {"name": "Cleaner"},
    "report_device_constraints": {"supported_code_lengths": [4], "force": True},
    "reveal_access_code": {"name": "Cleaner"},
    "schedule_access_code": {"name": "Baker", "ongoing": True},
    "simulate_unmanaged_access_code": {"name": "Found", "code": "4815"},
    "update_access_code": {"name": "Cleaner", "new_name": "Butler"},
}
WITHOUT_REQUEST: Final = {
    "get_access",
    "get_access_codes",
    "get_lock_capabilities",
    "preview_stays",
}
CHANGING_NOTHING: Final = {"generate_code", "reveal_access_code", "seam/lock/refresh"}
COMMANDS: Final[dict[str, dict[str, Any]]] = {
    "seam/code/create": {"name": "Baker", "ongoing": True},
    "seam/lock/refresh": {},
    "seam/conversion/start": {
        "access_code_ids": [
            UNMANAGED_NEIGHBOUR,
            UNMANAGED_OLD_GUEST,
            UNMANAGED_APARTMENT_1_TENANT,
        ]
    },
}
CALLS: Final = (
    *((DOMAIN, name, {"entity_id": LOCKS} | data) for name, data in ACTIONS.items()),
    (
        DOMAIN,
        "ensure_access_code",
        {"entity_id": LOCKS, "name": "Baker", "ongoing": True},
    ),
    ("lock", "unlock", {"entity_id": LOCKS}),
    ("button", "press", {"entity_id": "button.harbour_street_rentals_sync"}),
    *(("panel", name, {"entity_ids": LOCKS} | data) for name, data in COMMANDS.items()),
)


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the entities whose actions the tests call."""
    return [Platform.BUTTON, Platform.LOCK]


def test_all_actions_are_covered(panel: Panel, hass: HomeAssistant) -> None:
    """A new action is tried, too."""
    actions = set(hass.services.async_services_for_domain(DOMAIN))
    assert {*ACTIONS, *WITHOUT_REQUEST} == actions


@pytest.mark.parametrize("is_removed", [False, True], ids=["unload", "remove"])
@pytest.mark.parametrize(
    ("domain", "name", "data"), CALLS, ids=[call[1] for call in CALLS]
)
async def test_nothing_is_sent_after_unload(
    hass: HomeAssistant,
    simulator: Simulator,
    panel: Panel,
    entry: MockConfigEntry,
    domain: str,
    name: str,
    data: dict[str, Any],
    is_removed: bool,
) -> None:
    """Whatever an action has left to do is not done with the key of that entry.

    It is unloaded during the first request, or removed during the first change, if any.
    """
    simulator.control.drop_code("Cleaner", device=FRONT_DOOR)
    simulator.faults.add("latency", seconds=0.2)
    before = len(simulator.requests)

    async def act() -> None:
        with suppress(HomeAssistantError):
            if domain == "panel":
                await panel.send(name, **data)
            else:
                await hass.services.async_call(
                    domain,
                    name,
                    data,
                    blocking=True,
                    return_response=domain == DOMAIN,
                )

    def sent() -> list[str]:
        return [request.path for request in list(simulator.requests)[before:]]

    ignored = READS if is_removed and name not in CHANGING_NOTHING else set()
    acting = asyncio.create_task(act())
    await wait_until(lambda: bool(set(sent()) - ignored))
    # Those that are sent together with it arrive, too.
    await asyncio.sleep(0.05)
    async with asyncio.timeout(5):
        if is_removed:
            await hass.config_entries.async_remove(entry.entry_id)
        else:
            assert await hass.config_entries.async_unload(entry.entry_id)
    paths = sent()
    await asyncio.wait_for(acting, 10)
    # Enough for several more requests.
    await asyncio.sleep(0.5)
    assert sent() == paths
