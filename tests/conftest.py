"""Parts that all tests use: a real hass, and the simulator over loopback."""

from collections.abc import AsyncIterator, Awaitable, Callable

from homeassistant.const import CONF_API_KEY
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

from custom_components.seam.const import CONF_ENDPOINT, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import WORKSPACE, WORKSPACE_NAME


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None) -> None:
    """Let tests reach 127.0.0.1."""


@pytest.fixture(autouse=True)
def _custom_integration(enable_custom_integrations: None) -> None:
    """Let Home Assistant find the integration."""


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Write Home Assistant's objects without what differs from run to run."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    """Return the small rental, in which time runs sixty times as fast."""
    running = Simulator(speed=60)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
def entry(simulator: Simulator) -> MockConfigEntry:
    """Return an entry for the simulator's first workspace."""
    return MockConfigEntry(
        domain=DOMAIN,
        title=WORKSPACE_NAME,
        unique_id=WORKSPACE,
        data={CONF_API_KEY: simulator.key, CONF_ENDPOINT: simulator.url},
    )


@pytest.fixture
async def coordinator(hass: HomeAssistant, entry: MockConfigEntry) -> SeamCoordinator:
    """Set the entry up and return its coordinator."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    loaded: SeamCoordinator = entry.runtime_data
    return loaded


type Poll = Callable[[], Awaitable[None]]


@pytest.fixture
def poll(hass: HomeAssistant, coordinator: SeamCoordinator) -> Poll:
    """Return a function that lets a poll happen."""

    async def run() -> None:
        await coordinator.async_refresh()
        await hass.async_block_till_done()

    return run


@pytest.fixture
def reconcile(hass: HomeAssistant, coordinator: SeamCoordinator) -> Poll:
    """Return a function that has everything fetched anew."""

    async def run() -> None:
        await coordinator.async_reconcile()
        await hass.async_block_till_done()

    return run
