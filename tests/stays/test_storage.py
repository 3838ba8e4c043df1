"""Tests of the file that lists which codes were made for which stays."""

from pathlib import Path
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE, Platform
import pytest

from custom_components.seam.const import DOMAIN
from tests.states import state_of

from .conftest import Stays

pytestmark = pytest.mark.usefixtures("frozen_clock", "no_waits")

NEXT_ARRIVAL = "sensor.bookings_next_arrival"


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up an entity of the stays."""
    return [Platform.LOCK]


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Let Home Assistant write its files."""
    (Path(hass_tmp_config_dir) / ".storage").mkdir()
    return hass_tmp_config_dir


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Store nothing in memory instead."""
    return {}


def damage(file: Path, text: str | None) -> str:
    """Replace a file, without a text by a folder; return what it contained."""
    good = file.read_text(encoding="utf-8")
    if text is None:
        file.unlink()
        file.mkdir()
    else:
        file.write_text(text, encoding="utf-8")
    return good


def clean_up(file: Path) -> None:
    """Remove what is left of a damaged file."""
    if file.is_dir():
        file.rmdir()
    for copy in file.parent.glob(f"{file.name}.corrupt.*"):
        copy.unlink()


def restore(file: Path, text: str) -> None:
    """Write a file as it was."""
    file.write_text(text, encoding="utf-8")


@pytest.mark.platforms(Platform.SENSOR)
@pytest.mark.parametrize("text", ["", '{"version": 1, "minor_version": 1, "dat', None])
@pytest.mark.parametrize("is_restored", [False, True])
async def test_damaged_file_starts_no_stays(
    stays: Stays, caplog: pytest.LogCaptureFixture, text: str | None, is_restored: bool
) -> None:
    """No code is created twice until the user has decided, also after the next start."""
    stays.book("Ada")
    await stays.wait()
    key = f"{DOMAIN}.stays.{stays.entry.entry_id}"
    file = Path(stays.hass.config.path(".storage", key))
    assert await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    good = damage(file, text)
    await stays.hass.config_entries.async_setup(stays.entry.entry_id)
    for _ in range(2):
        for _ in range(2):
            await stays.wait(15)
        assert len(stays.codes) == 1
        assert stays.entry.state is ConfigEntryState.LOADED
        assert state_of(stays.hass, NEXT_ARRIVAL) == STATE_UNAVAILABLE
        [log] = [r for r in caplog.records if "Could not set up stays" in r.message]
        assert str(file) in log.message
        caplog.clear()
        await stays.restart()
    if not is_restored or text is None:
        clean_up(file)
    if is_restored:
        # A copy of the damaged file does not matter any more.
        restore(file, good)
    for _ in range(2):
        await stays.restart()
        await stays.wait()
    assert state_of(stays.hass, NEXT_ARRIVAL) != STATE_UNAVAILABLE
    assert len(stays.codes) == 2 - is_restored
