"""The action `pull_backup_access_code`."""

from datetime import timedelta
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from simulator import Simulator
from simulator.seed import CODE_GUEST_NOW, CODE_OWNER, FRONT_DOOR, UNMANAGED_NEIGHBOUR
from tests.conftest import Poll

from .support import FRONT, WITH_PIN, Actions, shown_anywhere

BACKUP = "pull_backup_access_code"
BACKUP_PATH = "/access_codes/pull_backup_access_code"


@pytest.mark.platforms(Platform.SENSOR)
async def test_pull_backup(
    hass: HomeAssistant, simulator: Simulator, actions: Actions
) -> None:
    """The backup is returned with its PIN, listed, and returned again."""
    answer = await actions.answer(BACKUP, FRONT, access_code_id=CODE_GUEST_NOW)

    assert set(answer) == WITH_PIN | {"backup_of"}
    assert answer["backup_of"] == CODE_GUEST_NOW
    backup = actions.code(answer["access_code_id"])
    assert backup.is_backup
    assert answer["code"] == backup.code
    assert backup.ends_at == actions.code(CODE_GUEST_NOW).ends_at
    assert actions.listed(FRONT)[backup.access_code_id]["is_backup"]
    assert not shown_anywhere(hass, answer["code"])
    assert actions.writes == [BACKUP_PATH]

    again = await actions.answer(BACKUP, FRONT, access_code_id=CODE_GUEST_NOW)
    assert again == answer


@pytest.mark.parametrize(
    ("key", "pick"),
    [
        ("backup_of_ongoing", {"name": "Cleaner"}),
        ("unmanaged_code", {"access_code_id": UNMANAGED_NEIGHBOUR}),
        ("unknown_code", {"name": "Nobody"}),
        ("no_code_selected", {}),
        ("id_or_name", {"name": "Owner", "access_code_id": CODE_OWNER}),
    ],
)
async def test_pull_backup_refuses_code_without_backup(
    actions: Actions, key: str, pick: dict[str, Any]
) -> None:
    """A code without a backup is refused."""
    await actions.refused(key, BACKUP, FRONT, **pick)
    assert not actions.sent(BACKUP_PATH)


async def test_pull_backup_of_lock_that_seam_has_filled(
    simulator: Simulator, actions: Actions
) -> None:
    """Seam is asked, as only it knows whether the lock has a backup code now."""
    now = dt_util.utcnow()
    times = {"starts_at": now, "ends_at": now + timedelta(days=1)}
    device = simulator.state.devices[FRONT_DOOR]
    device.backup_codes = 0
    await actions.answer("schedule_access_code", FRONT, name="Guest", **times)
    await actions.fails("refused", BACKUP, FRONT, name="Guest")
    device.backup_codes = 1
    answer = await actions.answer(BACKUP, FRONT, name="Guest")
    assert answer["code"]


async def test_pull_backup_of_lock_without_pool(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A lock that has no backup codes is refused by name."""
    properties = {"supports_backup_access_code_pool": False}
    simulator.control.set_device(FRONT_DOOR, properties=properties)
    await reconcile()
    message = await actions.refused(
        "no_backup_codes", BACKUP, FRONT, access_code_id=CODE_GUEST_NOW
    )
    assert "Front Door" in message


async def test_pull_backup_timeout_is_uncertain(
    simulator: Simulator, actions: Actions
) -> None:
    """A lost answer is uncertain, and the backup can be pulled again."""
    simulator.faults.add("outage", path=BACKUP_PATH, after_processing=True, count=1)
    await actions.fails(
        "change_uncertain", BACKUP, FRONT, access_code_id=CODE_GUEST_NOW
    )
    answer = await actions.answer(BACKUP, FRONT, access_code_id=CODE_GUEST_NOW)
    backups = [c for c in simulator.state.access_codes.values() if c.is_backup]
    assert [code.access_code_id for code in backups] == [answer["access_code_id"]]
