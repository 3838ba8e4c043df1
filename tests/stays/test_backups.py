"""Tests of backup codes from when they are activated until they are deleted."""

from datetime import timedelta
from typing import Any

from homeassistant.core import callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util
import pytest

from custom_components.seam.const import DOMAIN
from custom_components.seam.stays.events import SIGNAL_STAY_EVENT, StayEvent
from custom_components.seam.stays.settings import CONF_LOCKS
from simulator.seed import APARTMENT_1, FRONT_DOOR
from simulator.state import AccessCode
from tests.actions.support import FRONT
from tests.clock import wait_until

from .conftest import Stays
from .test_arrivals import HOUR, come_online, go_offline, offer_backups, set_up_with

pytestmark = pytest.mark.usefixtures("frozen_clock", "no_waits")

PULL = "/access_codes/pull_backup_access_code"
DELETE = "/access_codes/delete"


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


def deleted(stays: Stays) -> list[str]:
    """Return the codes whose deletion Seam was asked for."""
    requests = [one for one in stays.simulator.requests if one.path == DELETE]
    return [one.body["access_code_id"] for one in requests]


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


@pytest.mark.parametrize(
    "way",
    [
        *("cancelled", "shortened", "over", "postponed", "deselected", "replaced"),
        *("ended by hand", "rounded"),
    ],
)
async def test_backup_is_deleted_with_its_stay(
    stays: Stays, told: list[str], way: str
) -> None:
    """It would let the guest in although the stay is over, or belongs to nobody."""
    begins_now = way in ("shortened", "over", "ended by hand")
    backup_id = await book_with_backup(stays, start=-HOUR if begins_now else 2)
    told.clear()
    match way:
        case "cancelled":
            stays.calendar.cancel("Ada")
        case "rounded":
            [backup] = backups(stays)
            assert backup.ends_at
            backup.ends_at += timedelta(minutes=30)
            stays.calendar.cancel("Ada")
        case "shortened":
            stays.book("Ada", start=-HOUR, end=HOUR)
        case "over":
            stays.book("Ada", start=-HOUR, end=0)
        case "postponed":
            stays.book("Ada", start=5, end=6)
        case "ended by hand":
            # Seam then deletes the code itself.
            ends_at = dt_util.utcnow() + timedelta(minutes=2)
            code = original(stays)
            await run_action(stays, "update_access_code", code, ends_at=ends_at)
            await stays.wait(1)
            config_entries = stays.hass.config_entries
            await config_entries.async_unload(stays.entry.entry_id)
            await stays.wait(15)
            assert stays.codes == backups(stays)
            await config_entries.async_setup(stays.entry.entry_id)
        case "deselected":
            await set_up_with(stays, **{CONF_LOCKS: [APARTMENT_1]})
        case _:
            # The guest of a code that was deleted by hand extends the stay.
            await run_action(stays, "delete_access_code", original(stays))
            stays.simulator.requests.clear()
            stays.book("Ada", start=2, end=5)
            for _ in range(3):
                await stays.wait(15)
            assert original(stays)
            assert backups(stays)
            stays.calendar.cancel("Ada")
    for _ in range(2):
        await stays.wait(15)
    if way == "shortened":
        # Until then, the guest may need it.
        assert backups(stays)
    for _ in range(3):
        await stays.wait(15)
    assert not backups(stays)
    assert deleted(stays).count(backup_id) == 1
    # A booking goes on although its guest has left.
    assert told.count("ended") == (way in ("shortened", "over"))


@pytest.mark.parametrize("way", ["by hand", "release", "original"])
async def test_backup_that_somebody_has_changed_is_kept(stays: Stays, way: str) -> None:
    """Nobody else knows what for. Without its code, the guest uses it."""
    backup_id = await book_with_backup(stays)
    [backup] = backups(stays)
    assert backup.ends_at
    if way == "by hand":
        ends_at = backup.ends_at + timedelta(hours=2)
        await run_action(stays, "update_access_code", backup, ends_at=ends_at)
    elif way == "release":
        await run_action(stays, "release_access_code", backup)
    else:
        await run_action(stays, "delete_access_code", original(stays))
    if way != "original":
        stays.calendar.cancel("Ada")
    for _ in range(6):
        await stays.wait(15)
    assert [code.access_code_id for code in stays.codes] == [backup_id]
    assert backup_id not in deleted(stays)


@pytest.mark.parametrize("minutes", [20, 60, 90])
async def test_later_end_of_backup_counts(stays: Stays, minutes: int) -> None:
    """The guest who uses it may leave later."""
    backup_id = await book_with_backup(stays, start=-HOUR, end=2 * HOUR)
    [backup] = backups(stays)
    old = backup.ends_at
    assert old
    ends_at = old + timedelta(minutes=minutes)
    await run_action(stays, "update_access_code", backup, ends_at=ends_at)
    while dt_util.utcnow() < old + timedelta(minutes=8):
        await stays.wait(5)
    assert backup_id not in deleted(stays)
    assert backups(stays)


async def test_backup_with_later_end_is_kept_although_its_code_is_ended(
    stays: Stays,
) -> None:
    """The host has ended a code that does not work, and extended its backup."""
    await book_with_backup(stays, start=-HOUR, end=2 * HOUR)
    [backup] = backups(stays)
    assert backup.ends_at
    ends_at = backup.ends_at + timedelta(minutes=30)
    await run_action(stays, "update_access_code", backup, ends_at=ends_at)
    soon = dt_util.utcnow() + timedelta(minutes=2)
    await run_action(stays, "update_access_code", original(stays), ends_at=soon)
    for _ in range(4):
        await stays.wait(10)
    assert backups(stays)


async def test_later_end_of_backup_does_not_count_for_a_shorter_stay(
    stays: Stays,
) -> None:
    """The guest has left days before, and Seam may also have rounded the end."""
    await book_with_backup(stays, start=-HOUR, end=4)
    [backup] = backups(stays)
    assert backup.ends_at
    ends_at = backup.ends_at + timedelta(minutes=20)
    await run_action(stays, "update_access_code", backup, ends_at=ends_at)
    stays.book("Ada", start=-HOUR, end=HOUR)
    for _ in range(6):
        await stays.wait(15)
    assert not backups(stays)


@pytest.mark.parametrize("restarts", [False, True])
async def test_deletion_of_backup_is_tried_again(
    stays: Stays, told: list[str], restarts: bool
) -> None:
    """Until then, the stay has not ended, and whoever uses the backup is reported."""
    backup_id = await book_with_backup(stays, start=-HOUR)
    stays.simulator.faults.add("status", path=DELETE, status=400)
    stays.book("Ada", start=-HOUR, end=HOUR)
    for _ in range(8):
        await stays.wait(10)
        # Also when something else of the lock changes.
        stays.simulator.control.battery("Front Door", 0.5 + 0.01 * len(deleted(stays)))
    # After one, two, four, and eight minutes.
    assert 1 <= deleted(stays).count(backup_id) <= 5
    stays.simulator.control.use_code(backup_id)
    await stays.wait()
    assert told[-1] == "used_after_end"
    if restarts:
        await stays.restart()
    else:
        assert "ended" not in told
    stays.simulator.faults.clear()
    for _ in range(16):
        await stays.wait()
    assert not backups(stays)
    assert ("ended" in told) is not restarts


async def test_backup_is_deleted_as_soon_as_codes_are_known(stays: Stays) -> None:
    """Nothing is tried before, so that nothing waits for another attempt."""
    backup_id = await book_with_backup(stays, start=-HOUR)
    stays.book("Ada", start=-HOUR, end=HOUR)
    await stays.wait()
    stays.simulator.faults.add("status", path="/access_codes/list", status=500)
    stays.simulator.control.code_error("Ada", "provider_issue")
    for _ in range(8):
        await stays.wait(10)
    assert not stays.entry.runtime_data.data.locks[FRONT_DOOR].has_codes
    assert backup_id not in deleted(stays)
    stays.simulator.faults.clear()
    await stays.wait(2)
    assert deleted(stays).count(backup_id) == 1


async def test_use_of_deleted_backup_is_reported(stays: Stays, told: list[str]) -> None:
    """It may still be on an offline lock."""
    backup_id = await book_with_backup(stays, start=-HOUR)
    stays.book("Ada", start=-HOUR, end=HOUR)
    for _ in range(6):
        await stays.wait(15)
    assert not backups(stays)
    told.clear()
    stays.simulator.backend.events.lock(
        "access_denied",
        stays.simulator.state.devices[FRONT_DOOR],
        access_code_id=backup_id,
    )
    await stays.wait()
    assert told == ["used_after_end"]


async def test_use_of_backup_without_code_is_reported(
    stays: Stays, told: list[str]
) -> None:
    """The stay is over, and the code is deleted, but Seam refuses the backup."""
    backup_id = await book_with_backup(stays, start=-HOUR)
    stays.simulator.faults.add("status", path=DELETE, device_id=backup_id, status=400)
    stays.book("Ada", start=-HOUR, end=0)
    for _ in range(3):
        await stays.wait(5)
    assert stays.codes == backups(stays)
    told.clear()
    stays.simulator.control.use_code(backup_id)
    await stays.wait()
    assert told == ["used_after_end"]


async def test_postponed_stay_gets_another_backup(
    stays: Stays, told: list[str]
) -> None:
    """The one before was deleted, as the guest would have got in too early."""
    stays.simulator.state.devices[FRONT_DOOR].schedules_natively = False
    await offer_backups(stays)
    await go_offline(stays)
    stays.book("Ada", start=0.2 * HOUR, end=3 * HOUR)
    for _ in range(3):
        await stays.wait()
    [first] = backups(stays)
    await come_online(stays)
    stays.book("Ada", start=4 * HOUR, end=6 * HOUR)
    for _ in range(3):
        await stays.wait()
    assert not backups(stays)
    await go_offline(stays)
    for _ in range(24):
        await stays.wait(10)
    [second] = backups(stays)
    assert second.access_code_id != first.access_code_id
    assert told.count("backup_pulled") == 2


async def test_backup_ends_with_code_that_was_extended_by_hand(stays: Stays) -> None:
    """The host gives the guest another hour after the booking was shortened."""
    await book_with_backup(stays, start=-HOUR)
    stays.book("Ada", start=-HOUR, end=HOUR)
    for _ in range(2):
        await stays.wait()
    ends_at = original(stays).ends_at
    assert ends_at
    await run_action(
        stays,
        "update_access_code",
        original(stays),
        ends_at=ends_at + timedelta(hours=1),
    )
    for _ in range(6):
        await stays.wait(15)
    assert backups(stays)
    for _ in range(4):
        await stays.wait(15)
    assert not backups(stays)


async def test_backup_is_deleted_although_its_code_was_not_created_again(
    stays: Stays,
) -> None:
    """The host deletes the code, and Seam refuses a new one before the cancellation."""
    backup_id = await book_with_backup(stays, start=2)
    await run_action(stays, "delete_access_code", original(stays))
    stays.simulator.faults.add(
        "status", path="/access_codes/create", status=400, count=1
    )
    stays.book("Ada", start=2, end=5)
    for _ in range(3):
        await stays.wait(15)
    assert original(stays)
    assert backups(stays)
    stays.calendar.cancel("Ada")
    stays.book("Bob", start=8, end=9)
    for _ in range(6):
        await stays.wait(15)
    assert backup_id in deleted(stays)
    assert not backups(stays)


async def test_backup_does_not_count_for_another_guest(
    stays: Stays, told: list[str]
) -> None:
    """Neither of them has a code, as Seam answers no request for one."""
    await book_with_backup(stays, start=-HOUR)
    await run_action(stays, "delete_access_code", original(stays))
    stays.simulator.faults.add("status", path="/access_codes/create", status=500)
    stays.book("Ada", start=-HOUR, end=5)
    stays.book("Bob", start=-HOUR, end=HOUR)
    await stays.wait()
    assert backups(stays)
    assert "ended" not in told
    for _ in range(4):
        await stays.wait(20)
    assert told.count("ended") == 1


async def test_backup_of_which_nobody_knows_is_deleted_while_another_try_waits(
    stays: Stays, caplog: pytest.LogCaptureFixture
) -> None:
    """The answer to its activation was lost. The timer does no harm later."""
    await offer_backups(stays)
    await go_offline(stays)
    stays.simulator.faults.add("status", path=PULL, status=500, after_processing=True)
    stays.book("Ada", start=0.2 * HOUR, end=3 * HOUR)
    for _ in range(2):
        await stays.wait(0.2)
    assert backups(stays)
    await come_online(stays)
    stays.book("Ada", start=6 * HOUR, end=8 * HOUR)
    for _ in range(20):
        await stays.wait(0.2)
    assert not backups(stays)
    assert not [one for one in caplog.records if one.levelname == "ERROR"]


async def test_stay_that_is_moved_back_gets_a_backup_again(stays: Stays) -> None:
    """The one before was deleted because the stay was postponed."""
    await offer_backups(stays)
    await go_offline(stays)
    stays.book("Ada", start=HOUR, end=3 * HOUR)
    for _ in range(4):
        await stays.wait(15)
    assert backups(stays)
    await come_online(stays)
    stays.book("Ada", start=6 * HOUR, end=8 * HOUR)
    for _ in range(3):
        await stays.wait()
    assert not backups(stays)
    await go_offline(stays)
    stays.book("Ada", start=HOUR, end=3 * HOUR)
    for _ in range(4):
        await stays.wait(5)
    assert backups(stays)
