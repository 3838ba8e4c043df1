"""Tests of backup codes that are activated for stays."""

from typing import Any

from homeassistant.core import callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
import pytest

from custom_components.seam.const import DOMAIN
from custom_components.seam.stays.events import SIGNAL_STAY_EVENT, StayEvent
from simulator.state import AccessCode
from tests.actions.support import FRONT
from tests.clock import wait_until

from .conftest import Stays
from .test_arrivals import HOUR, go_offline, offer_backups

pytestmark = pytest.mark.usefixtures("frozen_clock", "no_waits")

PULL = "/access_codes/pull_backup_access_code"


@pytest.fixture
async def told(stays: Stays) -> list[str]:
    """Record the types of events, also of those that follow at once."""
    types: list[str] = []

    @callback
    def record(event: StayEvent) -> None:
        types.append(event.event_type)

    async_dispatcher_connect(stays.hass, SIGNAL_STAY_EVENT, record)
    return types


def backups(stays: Stays) -> list[AccessCode]:
    """Return the activated backups."""
    return [code for code in stays.codes if code.is_backup]


def original(stays: Stays) -> AccessCode:
    """Return the only code that was made for a stay."""
    [code] = [code for code in stays.codes if not code.is_backup]
    return code


async def run_action(stays: Stays, action: str, code: AccessCode, **data: Any) -> None:
    """Do something about a code by hand."""
    await stays.hass.services.async_call(
        DOMAIN,
        action,
        {"entity_id": FRONT, "access_code_id": code.access_code_id, **data},
        blocking=True,
        return_response=True,
    )
    await stays.settle()


async def book_with_backup(stays: Stays, start: float = 2, end: float = 4) -> str:
    """Book, and activate the backup by hand; return its ID."""
    await offer_backups(stays)
    stays.book("Ada", start=start, end=end)
    await stays.wait()
    await run_action(stays, "pull_backup_access_code", original(stays))
    await stays.wait()
    [backup] = backups(stays)
    return backup.access_code_id


@pytest.mark.parametrize("way", ["answer", "status", "cut", "restart", "off", "action"])
async def test_activated_backup_is_reported_once(
    stays: Stays, told: list[str], way: str
) -> None:
    """Its PIN has to be sent, even if nobody knows that Seam has activated it."""
    if way == "action":
        await book_with_backup(stays)
    else:
        await offer_backups(stays, is_allowed=way != "off")
        await go_offline(stays)
        if way == "status":
            stays.simulator.faults.add(
                "status", path=PULL, count=1, after_processing=True
            )
        if way == "cut":
            stays.simulator.faults.add("cut", path=PULL, count=1, after_processing=True)
        if way == "restart":
            hang = stays.simulator.faults.add("hang", path=PULL, after_processing=True)
        stays.book("Ada", start=0.2 * HOUR)
        if way == "restart":
            await wait_until(lambda: bool(hang.hits))
            stays.simulator.faults.clear()
        else:
            await stays.wait()
        if way in ("restart", "off"):
            await stays.hass.config_entries.async_unload(stays.entry.entry_id)
            assert "backup_pulled" not in told
            stays.simulator.backend.backup_pool.pull(original(stays))
            await stays.hass.config_entries.async_setup(stays.entry.entry_id)
    for _ in range(4):
        await stays.wait()
    await stays.restart()
    for _ in range(4):
        await stays.wait()
    assert len(backups(stays)) == 1
    assert told.count("backup_pulled") == 1
    assert "code_ready" not in told or told[-2:] == ["backup_pulled", "code_ready"]


async def test_backup_is_not_reported_after_the_stay(
    stays: Stays, told: list[str]
) -> None:
    """Home Assistant was off in the meantime."""
    await offer_backups(stays)
    stays.book("Ada", start=HOUR, end=2 * HOUR)
    await stays.wait()
    await stays.hass.config_entries.async_unload(stays.entry.entry_id)
    codes = original(stays), stays.simulator.backend.backup_pool.pull(original(stays))
    for _ in range(3):
        await stays.wait(60)
    # Seam may list what has expired.
    for code in codes:
        stays.simulator.state.add_code(code)
    await stays.hass.config_entries.async_setup(stays.entry.entry_id)
    await stays.wait()
    assert "backup_pulled" not in told
