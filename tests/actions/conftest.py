"""Fixtures for tests of actions."""

from homeassistant.const import CONF_API_KEY
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam.actions import waiting
from custom_components.seam.const import CONF_ENDPOINT, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.manufacturers import IGLOOHOME
from simulator.seed import KEY_TWO, WORKSPACE_TWO, WORKSPACE_TWO_NAME
from tests.conftest import Poll

from .support import Actions


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up soon."""
    monkeypatch.setattr(waiting, "WAIT_STEPS", (0.01,) * 4)


@pytest.fixture
def actions(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> Actions:
    """Return a caller of actions."""
    return Actions(hass, simulator)


@pytest.fixture
async def gate(simulator: Simulator, reconcile: Poll) -> str:
    """Add a lock without access codes."""
    device = simulator.control.add_lock("Gate")
    device.flags = {"can_remotely_lock": False, "can_remotely_unlock": True}
    device.capabilities_supported = ["lock"]
    device.properties = {}
    await reconcile()
    return "lock.gate"


@pytest.fixture
async def cellar(simulator: Simulator, reconcile: Poll) -> str:
    """Add a lock with offline codes."""
    simulator.control.add_lock("Cellar", IGLOOHOME)
    await reconcile()
    return "lock.cellar"


@pytest.fixture
async def second_entry(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> MockConfigEntry:
    """Set up the second workspace."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=WORKSPACE_TWO_NAME,
        unique_id=WORKSPACE_TWO,
        data={CONF_API_KEY: KEY_TWO, CONF_ENDPOINT: simulator.url},
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry
