"""Tests for the settings of locks: auto-lock, its delay, and the backup pool."""

import asyncio
from datetime import timedelta
from typing import Any, NamedTuple

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.number import (
    ATTR_VALUE,
    DOMAIN as NUMBER_DOMAIN,
    SERVICE_SET_VALUE,
)
from homeassistant.components.switch import DOMAIN as SWITCH_DOMAIN
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import (
    ATTR_ENTITY_ID,
    SERVICE_TURN_OFF,
    SERVICE_TURN_ON,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.manufacturers import AUGUST, SALTO
from simulator.render import render_device
from simulator.seed import (
    APARTMENT_2,
    BIKE_ROOM_KEYPAD,
    BOAT_SHED,
    CODE_GUEST_NOW,
    FRONT_DOOR,
)

from .clock import async_step, wait_until
from .conftest import CheckPlatform, Poll
from .states import state_of

AUTO_LOCK = "switch.front_door_auto_lock"
DELAY = "number.front_door_auto_lock_delay"
POOL = "switch.front_door_backup_access_code_pool"

CONFIGURE = "/locks/configure_auto_lock"
UPDATE = "/devices/update"


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the settings, and the locks to which they belong."""
    return [Platform.LOCK, Platform.NUMBER, Platform.SWITCH]


class Setting(NamedTuple):
    """A change of a setting."""

    entity_id: str
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def path(self) -> str:
        """The endpoint that changes it."""
        return UPDATE if self.entity_id == POOL else CONFIGURE


OFF = {"auto_lock_enabled": False}
SETTINGS = {
    "auto_lock_on": Setting(AUTO_LOCK, OFF, {"auto_lock_enabled": True}),
    "auto_lock_off": Setting(AUTO_LOCK, {"auto_lock_enabled": True}, OFF),
    "auto_lock_delay": Setting(
        DELAY,
        {"auto_lock_enabled": True, "auto_lock_delay_seconds": 30},
        {"auto_lock_enabled": True, "auto_lock_delay_seconds": 45},
    ),
    "pool_on": Setting(
        POOL,
        {"backup_access_code_pool_enabled": False},
        {"backup_access_code_pool_enabled": True},
    ),
    "pool_off": Setting(
        POOL,
        {"backup_access_code_pool_enabled": True},
        {"backup_access_code_pool_enabled": False},
    ),
}
EACH = pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
WITH_ATTEMPT = pytest.mark.parametrize(
    "setting",
    [setting for setting in SETTINGS.values() if setting.path == CONFIGURE],
    ids=[name for name, setting in SETTINGS.items() if setting.path == CONFIGURE],
)


def _properties(simulator: Simulator) -> dict[str, Any]:
    return simulator.state.devices[FRONT_DOOR].properties


def _sent(simulator: Simulator) -> list[dict[str, Any]]:
    """Return what was sent to change settings."""
    return [
        {key: value for key, value in request.body.items() if key != "device_id"}
        for request in simulator.requests
        if request.path in (CONFIGURE, UPDATE)
    ]


async def _turn(hass: HomeAssistant, entity_id: str, *, on: bool) -> None:
    await hass.services.async_call(
        SWITCH_DOMAIN,
        SERVICE_TURN_ON if on else SERVICE_TURN_OFF,
        {ATTR_ENTITY_ID: entity_id},
        blocking=True,
    )


async def _set_delay(hass: HomeAssistant, seconds: float) -> None:
    await hass.services.async_call(
        NUMBER_DOMAIN,
        SERVICE_SET_VALUE,
        {ATTR_ENTITY_ID: DELAY, ATTR_VALUE: seconds},
        blocking=True,
    )


def _value(properties: dict[str, Any]) -> Any:
    return [*properties.values()][-1]


async def _change(hass: HomeAssistant, setting: Setting) -> None:
    """Change a setting."""
    if setting.entity_id == DELAY:
        await _set_delay(hass, _value(setting.after))
    else:
        await _turn(hass, setting.entity_id, on=_value(setting.after))


def _shown(properties: dict[str, Any]) -> str:
    """Return the state of the entity for its properties."""
    value = _value(properties)
    if isinstance(value, bool):
        return STATE_ON if value else STATE_OFF
    return str(value)


@pytest.mark.parametrize("platform", [Platform.NUMBER, Platform.SWITCH])
@pytest.mark.usefixtures("frozen_clock")
async def test_settings(platform: Platform, check_platform: CheckPlatform) -> None:
    """Match the snapshots of all settings."""
    await check_platform(platform)


@EACH
async def test_setting_is_changed_once(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll, setting: Setting
) -> None:
    """The lock has the new setting when the action ends, and the state shows it."""
    simulator.control.set_device(FRONT_DOOR, properties=setting.before)
    await reconcile()
    assert state_of(hass, setting.entity_id) == _shown(setting.before)
    await _change(hass, setting)
    assert _properties(simulator).items() >= setting.after.items()
    assert state_of(hass, setting.entity_id) == _shown(setting.after)
    assert len(_sent(simulator)) == 1


@EACH
async def test_setting_stays_while_lists_lag_behind(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll, setting: Setting
) -> None:
    """Operating the lock does not bring the old setting back either."""
    simulator.control.set_device(FRONT_DOOR, properties=setting.before)
    await reconcile()
    row = render_device(simulator.state, simulator.state.devices[FRONT_DOOR])
    simulator.control.override_row(FRONT_DOOR, {"properties": row["properties"]})
    await _change(hass, setting)
    assert state_of(hass, setting.entity_id) == _shown(setting.after)
    simulator.control.turn_lock(FRONT_DOOR, locked=False)
    await reconcile()
    assert state_of(hass, setting.entity_id) == _shown(setting.after)


@pytest.mark.usefixtures("frozen_clock")
async def test_setting_that_seam_never_lists_ends(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Somebody else may have changed it back, which no event says."""
    row = render_device(simulator.state, simulator.state.devices[FRONT_DOOR])
    simulator.control.override_row(FRONT_DOOR, {"properties": row["properties"]})
    await _turn(hass, POOL, on=False)
    for _ in range(2):
        assert state_of(hass, POOL) == STATE_OFF
        await async_step(hass, freezer, simulator, timedelta(minutes=1))
    assert state_of(hass, POOL) == STATE_ON
    simulator.requests.clear()
    await async_step(hass, freezer, simulator, timedelta(minutes=1))
    assert "/devices/list" not in [request.path for request in simulator.requests]


@EACH
async def test_cancelled_setting(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    poll: Poll,
    setting: Setting,
) -> None:
    """The request may have been processed, and the next poll fetches the lock."""
    simulator.control.set_device(FRONT_DOOR, properties=setting.before)
    await reconcile()
    held = simulator.faults.add(
        "hang", path=setting.path, count=1, after_processing=True
    )
    change = asyncio.create_task(_change(hass, setting))
    await wait_until(lambda: held.hits > 0)
    change.cancel()
    with pytest.raises(asyncio.CancelledError):
        await change
    simulator.faults.clear()
    simulator.control.advance(5)
    await poll()
    assert state_of(hass, setting.entity_id) == _shown(setting.after)
    assert len(_sent(simulator)) == 1


@WITH_ATTEMPT
async def test_auto_lock_does_not_wait_for_codes(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll, setting: Setting
) -> None:
    """It has nothing to do with them, and turning it off needs no other setting."""
    simulator.control.set_device(FRONT_DOOR, properties=setting.before)
    await reconcile()
    simulator.requests.clear()
    await _change(hass, setting)
    paths = [request.path for request in simulator.requests]
    assert not [path for path in paths if path.startswith("/access_codes")]
    reads_first = setting.after != OFF
    assert paths[: paths.index(CONFIGURE)] == ["/devices/list"] * reads_first


@pytest.mark.parametrize("name", ["auto_lock_on", "auto_lock_delay"])
async def test_unreadable_setting_is_not_overwritten(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll, name: str
) -> None:
    """Without the other setting, nothing is sent."""
    setting = SETTINGS[name]
    simulator.control.set_device(FRONT_DOOR, properties=setting.before)
    await reconcile()
    simulator.control.set_device(FRONT_DOOR, properties=OFF)
    simulator.faults.add("outage", path="/devices/list")
    with pytest.raises(HomeAssistantError) as caught:
        await _change(hass, setting)
    assert caught.value.translation_key == "cannot_connect"
    assert _sent(simulator) == []


async def test_delay_relies_on_what_seam_has(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """An earlier action may have turned on auto-lock, and somebody else turned it off."""
    row = render_device(simulator.state, simulator.state.devices[FRONT_DOOR])
    simulator.control.override_row(FRONT_DOOR, {"properties": row["properties"] | OFF})
    await _turn(hass, AUTO_LOCK, on=True)
    assert state_of(hass, AUTO_LOCK) == STATE_ON
    simulator.requests.clear()
    with pytest.raises(ServiceValidationError) as caught:
        await _set_delay(hass, 45)
    assert caught.value.translation_key == "auto_lock_off"
    assert _sent(simulator) == []


@EACH
async def test_refused_setting(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll, setting: Setting
) -> None:
    """The error contains Seam's message."""
    simulator.control.set_device(FRONT_DOOR, properties=setting.before)
    await reconcile()
    simulator.faults.add(
        "status",
        path=setting.path,
        status=400,
        error_type="invalid_input",
        message="Not on this lock.",
    )
    with pytest.raises(HomeAssistantError, match=r"Not on this lock\.") as caught:
        await _change(hass, setting)
    assert caught.value.translation_key == "refused"
    assert state_of(hass, setting.entity_id) == _shown(setting.before)
    assert len(_sent(simulator)) == 1


@EACH
async def test_unconfirmed_setting(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    poll: Poll,
    setting: Setting,
) -> None:
    """A request whose response is lost is not repeated, but the poll shows its effect."""
    simulator.control.set_device(FRONT_DOOR, properties=setting.before)
    await reconcile()
    simulator.faults.add("outage", path=setting.path, count=1, after_processing=True)
    with pytest.raises(HomeAssistantError) as caught:
        await _change(hass, setting)
    assert caught.value.translation_key == "change_uncertain"
    if setting.path == UPDATE:
        assert state_of(hass, setting.entity_id) == _shown(setting.after)
    simulator.control.advance(5)
    await poll()
    assert state_of(hass, setting.entity_id) == _shown(setting.after)
    assert len(_sent(simulator)) == 1


@EACH
async def test_setting_key_revoked(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll, setting: Setting
) -> None:
    """Reauthentication starts."""
    simulator.control.set_device(FRONT_DOOR, properties=setting.before)
    await reconcile()
    simulator.control.revoke_key()
    with pytest.raises(HomeAssistantError) as caught:
        await _change(hass, setting)
    assert caught.value.translation_key == "invalid_auth"
    await hass.async_block_till_done()
    [flow] = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == SOURCE_REAUTH


@WITH_ATTEMPT
async def test_failed_attempt_to_configure(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll, setting: Setting
) -> None:
    """The error contains the message, and the old setting shows."""
    simulator.control.set_device(FRONT_DOOR, properties=setting.before)
    await reconcile()
    simulator.control.fail_next_action("The lock is asleep.")
    with pytest.raises(HomeAssistantError, match="The lock is asleep") as caught:
        await _change(hass, setting)
    assert caught.value.translation_key == "action_attempt_failed"
    assert state_of(hass, setting.entity_id) == _shown(setting.before)


@WITH_ATTEMPT
async def test_pending_attempt_to_configure(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    poll: Poll,
    setting: Setting,
) -> None:
    """An attempt that takes too long is an error, but the poll shows its effect."""
    simulator.control.set_device(FRONT_DOOR, properties=setting.before)
    await reconcile()
    simulator.control.hang_next_action()
    with pytest.raises(HomeAssistantError) as caught:
        await _change(hass, setting)
    assert caught.value.translation_key == "action_attempt_pending"
    assert state_of(hass, setting.entity_id) == _shown(setting.before)
    simulator.control.set_device(FRONT_DOOR, properties=setting.after)
    await poll()
    assert state_of(hass, setting.entity_id) == _shown(setting.after)
    assert len(_sent(simulator)) == 1


@pytest.mark.parametrize(
    ("reported", "sent"),
    [(12, 12), (None, 30), (180, 60), (2.5, 2), (0, 30), (-5, 30), (0.5, 30)],
)
async def test_auto_lock_keeps_its_delay(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    reported: float | None,
    sent: int,
) -> None:
    """Seam requires the delay, which may have changed since the last poll."""
    simulator.control.set_device(
        FRONT_DOOR, properties={"auto_lock_delay_seconds": reported}
    )
    await reconcile()
    if sent == 30:
        assert state_of(hass, DELAY) == STATE_UNKNOWN
    await _turn(hass, AUTO_LOCK, on=True)
    assert _sent(simulator) == [
        {"auto_lock_enabled": True, "auto_lock_delay_seconds": sent}
    ]
    assert state_of(hass, DELAY) == str(sent)


@pytest.mark.parametrize("enabled", [False, None])
async def test_delay_does_not_turn_on_auto_lock(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll, enabled: bool | None
) -> None:
    """Seam sets both together, so the delay of an auto-lock that is off is refused."""
    simulator.control.set_device(FRONT_DOOR, properties={"auto_lock_enabled": True})
    await reconcile()
    # Without an event, so that the state still shows that it is on.
    simulator.control.set_device(FRONT_DOOR, properties={"auto_lock_enabled": enabled})
    with pytest.raises(ServiceValidationError) as caught:
        await _set_delay(hass, 45)
    assert caught.value.translation_key == "auto_lock_off"
    assert caught.value.translation_placeholders == {"lock": "Front Door"}
    assert _sent(simulator) == []
    assert state_of(hass, AUTO_LOCK) == (
        STATE_UNKNOWN if enabled is None else STATE_OFF
    )
    assert state_of(hass, DELAY) == "30"


async def test_delay_waits_until_auto_lock_is_off(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """It would turn on the auto-lock that is just being turned off."""
    simulator.control.set_device(FRONT_DOOR, properties={"auto_lock_enabled": True})
    await reconcile()
    outcomes = await asyncio.gather(
        _turn(hass, AUTO_LOCK, on=False), _set_delay(hass, 45), return_exceptions=True
    )
    assert [type(outcome) for outcome in outcomes] == [
        type(None),
        ServiceValidationError,
    ]
    assert _sent(simulator) == [{"auto_lock_enabled": False}]
    assert state_of(hass, AUTO_LOCK) == STATE_OFF


@pytest.mark.parametrize("seconds", [0, 61])
@pytest.mark.usefixtures("coordinator")
async def test_delay_out_of_range(
    hass: HomeAssistant, simulator: Simulator, seconds: float
) -> None:
    """It is refused without a request."""
    with pytest.raises(ServiceValidationError):
        await _set_delay(hass, seconds)
    assert _sent(simulator) == []


async def test_auto_lock_availability(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """It is available while the lock is online and can be configured."""
    entities = (AUTO_LOCK, DELAY)
    assert [state_of(hass, entity_id) for entity_id in entities] == [STATE_OFF, "30"]
    unavailable = [STATE_UNAVAILABLE] * 2
    simulator.control.set_device(FRONT_DOOR, flags={"can_configure_auto_lock": False})
    await reconcile()
    assert [state_of(hass, entity_id) for entity_id in entities] == unavailable
    simulator.control.set_device(FRONT_DOOR, flags={"can_configure_auto_lock": True})
    simulator.control.lock_offline(FRONT_DOOR)
    await reconcile()
    assert [state_of(hass, entity_id) for entity_id in entities] == unavailable
    simulator.control.lock_online(FRONT_DOOR)
    await reconcile()
    assert [state_of(hass, entity_id) for entity_id in entities] == [STATE_OFF, "30"]


async def test_settings_exist_where_seam_has_them(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """A lock gets them when Seam reports that it has them."""
    assert hass.states.get("switch.apartment_2_auto_lock") is None
    assert hass.states.get("number.apartment_2_auto_lock_delay") is None
    simulator.control.set_device(APARTMENT_2, flags={"can_configure_auto_lock": False})
    simulator.control.add_lock("Lobby", SALTO)
    simulator.control.add_lock("Cellar", AUGUST)
    await reconcile()
    assert state_of(hass, "switch.apartment_2_auto_lock") == STATE_UNAVAILABLE
    assert state_of(hass, "number.apartment_2_auto_lock_delay") == STATE_UNAVAILABLE
    assert hass.states.get("switch.lobby_auto_lock") is None
    assert hass.states.get("switch.lobby_backup_access_code_pool") is None
    assert state_of(hass, "switch.cellar_auto_lock") == STATE_OFF
    assert state_of(hass, "switch.cellar_backup_access_code_pool") == STATE_OFF


async def test_backup_pool_turned_off_has_no_codes(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """The codes of the lock show that there is no backup code any more."""

    def has_backup() -> bool | None:
        code = coordinator.data.locks[FRONT_DOOR].code(CODE_GUEST_NOW)
        assert code is not None
        return code.is_backup_access_code_available

    assert state_of(hass, POOL) == STATE_ON
    assert has_backup()
    await _turn(hass, POOL, on=False)
    assert not has_backup()
    assert _sent(simulator) == [{"backup_access_code_pool_enabled": False}]


async def test_backup_pool_of_offline_lock(
    hass: HomeAssistant, simulator: Simulator, coordinator: SeamCoordinator
) -> None:
    """Seam keeps the pool, so it can be set while the lock is offline."""
    assert coordinator.data.locks[BOAT_SHED].device.properties.online is False
    entity_id = "switch.boat_shed_backup_access_code_pool"
    assert state_of(hass, entity_id) == STATE_OFF
    await _turn(hass, entity_id, on=True)
    assert state_of(hass, entity_id) == STATE_ON
    await _turn(hass, entity_id, on=False)
    assert state_of(hass, entity_id) == STATE_OFF


async def test_backup_pool_that_seam_does_not_report(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """It is off until a code of the lock shows that there are backup codes."""
    entity_id = "switch.bike_room_keypad_backup_access_code_pool"
    keypad = simulator.state.devices[BIKE_ROOM_KEYPAD]
    assert "backup_access_code_pool_enabled" not in keypad.properties
    assert state_of(hass, entity_id) == STATE_OFF
    simulator.control.set_device(BIKE_ROOM_KEYPAD, backup_codes=2)
    await reconcile()
    assert "backup_access_code_pool_enabled" not in keypad.properties
    assert state_of(hass, entity_id) == STATE_ON


async def test_settings_are_unavailable_without_seam(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """All settings are unavailable while Seam is unreachable."""
    simulator.faults.add("outage")
    await poll()
    for entity_id in (AUTO_LOCK, DELAY, POOL):
        assert state_of(hass, entity_id) == STATE_UNAVAILABLE


async def test_older_request_does_not_overwrite_newer_one(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    reconcile: Poll,
) -> None:
    """Seam may answer the first of two requests last."""
    fault = simulator.faults.add(
        "latency", path=UPDATE, seconds=0.5, count=1, after_processing=True
    )
    older = asyncio.create_task(_turn(hass, POOL, on=True))
    await wait_until(lambda: fault.hits > 0)
    await _turn(hass, POOL, on=False)
    await older
    await reconcile()
    assert _properties(simulator)["backup_access_code_pool_enabled"] is False
    assert state_of(hass, POOL) == STATE_OFF
