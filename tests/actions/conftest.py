"""Fixtures for tests of actions."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
import pytest

from custom_components.seam.actions import waiting
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.manufacturers import IGLOOHOME
from tests.conftest import Poll

from .support import Actions


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up only the targets of actions."""
    return [Platform.LOCK]


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
