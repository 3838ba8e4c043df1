"""The small rental, set up, and a caller of actions."""

from homeassistant.const import CONF_API_KEY
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.seam.actions import waiting as attempts
from custom_components.seam.const import CONF_ENDPOINT, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import KEY_TWO, WORKSPACE_TWO, WORKSPACE_TWO_NAME

from .support import Actions


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask often, as the simulator's time runs fast."""
    monkeypatch.setattr(attempts, "WAIT_STEPS", (0.02,) * 40)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up waiting soon."""
    monkeypatch.setattr(attempts, "WAIT_STEPS", (0.01,) * 4)


@pytest.fixture
def actions(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> Actions:
    """Return a caller of actions on the small rental."""
    return Actions(hass, simulator)


@pytest.fixture
async def second_entry(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> MockConfigEntry:
    """Set up the second workspace, too."""
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
