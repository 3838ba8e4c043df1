"""Fixtures for all tests: Home Assistant, and a simulated Seam over loopback."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
import gc
import logging
from pathlib import Path

from homeassistant import setup
from homeassistant.const import CONF_API_KEY, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util, executor
from hypothesis import settings
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    snapshot_platform,
)
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion
from syrupy.filters import props

from custom_components.seam import PLATFORMS
from custom_components.seam.actions import waiting
from custom_components.seam.api import transport
from custom_components.seam.const import CONF_ENDPOINT, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import (
    CODE_CLEANER,
    FRONT_DOOR,
    KEY_TWO,
    WORKSPACE,
    WORKSPACE_NAME,
    WORKSPACE_TWO,
    WORKSPACE_TWO_NAME,
)
from simulator.state import AccessCode, Device

from . import deprecations
from .clock import START

# How long an example takes says more about the machine than about the code.
settings.register_profile("seam", deadline=None)
settings.load_profile("seam")
# Each test drops a whole Home Assistant, so that frequent collections find little more.
gc.set_threshold(50_000, 20, 20)
# They log each entity of the small rental, each statement, and each component.
for logger in (er.__name__, setup.__name__, "sqlalchemy.engine"):
    logging.getLogger(logger).setLevel(logging.WARNING)
# On a busy machine, idle threads may need a while to end. Home Assistant interrupts
# those that are late, which may keep the next one waiting forever.
executor.EXECUTOR_SHUTDOWN_TIMEOUT = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the longest test first. Meanwhile, other processes run the others."""
    items.sort(key=lambda item: item.path.name != "test_soak.py")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Collect garbage once, as pytest does it five times at the end of each process."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _loopback(socket_enabled: None) -> None:
    """Allow connections to 127.0.0.1."""


@pytest.fixture(autouse=True)
def enable_event_loop_debug() -> None:
    """Leave asyncio's debug mode, which the harness turns on, off: it is slow."""


@pytest.fixture(autouse=True)
def _no_deprecated_use() -> Iterator[None]:
    """Fail if the integration uses what Home Assistant has deprecated."""
    yield
    reported = deprecations.found.copy()
    deprecations.found.clear()
    assert not reported


@pytest.fixture(autouse=True)
def _custom_integration(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load the integration, in tests that have a Home Assistant."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture
def mock_recorder_before_hass(request: pytest.FixtureRequest) -> None:
    """Set up the recorder before Home Assistant, in tests that have a recorder."""
    if "recorder_mock" in request.fixturenames:
        request.getfixturevalue("async_test_recorder")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return the path of the database, for tests that keep it in a file."""
    return tmp_path / "home-assistant_v2.db"


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Serialize Home Assistant's objects without what differs from run to run."""
    # The registry has this field since 2026.11.
    return snapshot.use_extension(HomeAssistantSnapshotExtension).with_defaults(
        exclude=props("compat_name")
    )


@pytest.fixture(autouse=True)
def _retry_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeat reads without a delay."""
    monkeypatch.setattr(transport, "_RETRY_DELAYS", (0, 0))


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll often while an action waits for a lock, as the simulator runs fast."""
    monkeypatch.setattr(waiting, "WAIT_STEPS", (0.02,) * 40)


@pytest.fixture(autouse=True)
def _awaited_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `async_block_till_done` wait for the codes, which setup does not."""

    def fetch_codes(coordinator: SeamCoordinator) -> None:
        coordinator.config_entry.async_create_task(
            coordinator.hass, coordinator._async_fetch_due()
        )

    monkeypatch.setattr(SeamCoordinator, "async_fetch_codes", fetch_codes)


@pytest.fixture
def manual_clock() -> None:
    """Let time pass in the simulator only when a test moves its clock."""


@pytest.fixture
def frozen_clock(request: pytest.FixtureRequest, manual_clock: None) -> None:
    """Stop time in Home Assistant, too: IDs and times never vary, and timeouts never end.

    Tests that do not use the `simulator` fixture keep the real time.
    """
    if "simulator" in request.fixturenames:
        request.getfixturevalue("freezer").move_to(START)


@pytest.fixture
async def simulator(request: pytest.FixtureRequest) -> AsyncIterator[Simulator]:
    """Run the small rental, sixty times as fast as real time unless its clock is manual."""
    if "manual_clock" in request.fixturenames:
        running = Simulator(manual_clock=True, start_at=dt_util.utcnow())
    else:
        running = Simulator(speed=60)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
def entry(simulator: Simulator) -> MockConfigEntry:
    """Return a config entry for the simulator's first workspace."""
    return MockConfigEntry(
        domain=DOMAIN,
        title=WORKSPACE_NAME,
        unique_id=WORKSPACE,
        data={CONF_API_KEY: simulator.key, CONF_ENDPOINT: simulator.url},
    )


@pytest.fixture
def platforms() -> list[Platform]:
    """Return the platforms that are set up.

    The entities of all take half of the time of many tests. Folders and modules that do
    not look at them set up fewer, and mark the tests that need more.
    """
    return PLATFORMS


@pytest.fixture(autouse=True)
def _platforms(
    request: pytest.FixtureRequest,
    platforms: list[Platform],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Set up these platforms with each entry."""
    marked = [marker.args for marker in request.node.iter_markers("platforms")]
    chosen = set(platforms).union(*marked)
    monkeypatch.setattr("custom_components.seam.PLATFORMS", sorted(chosen))


@pytest.fixture
async def coordinator(hass: HomeAssistant, entry: MockConfigEntry) -> SeamCoordinator:
    """Set up the entry and return its coordinator."""
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    loaded: SeamCoordinator = entry.runtime_data
    return loaded


type Poll = Callable[[], Awaitable[None]]
type CheckPlatform = Callable[[Platform], Awaitable[None]]


@pytest.fixture
def poll(hass: HomeAssistant, coordinator: SeamCoordinator) -> Poll:
    """Return a function that polls once."""

    async def run() -> None:
        await coordinator.async_refresh()
        await hass.async_block_till_done()

    return run


@pytest.fixture
def reconcile(
    hass: HomeAssistant, entry: MockConfigEntry, coordinator: SeamCoordinator
) -> Poll:
    """Return a function that fetches everything again, after a reload as well."""

    async def run() -> None:
        await entry.runtime_data.async_reconcile()
        await hass.async_block_till_done()

    return run


@pytest.fixture
def check_platform(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    monkeypatch: pytest.MonkeyPatch,
    snapshot: SnapshotAssertion,
) -> CheckPlatform:
    """Return a function that sets up one platform, and compares it with the snapshot."""

    async def check(platform: Platform) -> None:
        monkeypatch.setattr("custom_components.seam.PLATFORMS", [platform])
        entry.add_to_hass(hass)
        assert await hass.config_entries.async_setup(entry.entry_id)
        await hass.async_block_till_done()
        await snapshot_platform(hass, entity_registry, snapshot, entry.entry_id)

    return check


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


@pytest.fixture
def front_door(simulator: Simulator) -> Device:
    """Return the lock on which events happen."""
    return simulator.state.devices[FRONT_DOOR]


@pytest.fixture
def settled(simulator: Simulator) -> None:
    """Leave no codes that have to be fetched again soon."""
    remove_unsettled(simulator)


def remove_unsettled(simulator: Simulator) -> None:
    """Remove the codes that have to be fetched again soon."""
    for code in list(simulator.state.access_codes.values()):
        if code.errors or code.status not in ("set", "unset"):
            simulator.state.remove_code(code)


@pytest.fixture
def cleaner(simulator: Simulator) -> AccessCode:
    """Return the code to which events happen."""
    return simulator.state.access_codes[CODE_CLEANER]
