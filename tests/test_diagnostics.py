"""Tests of the diagnostics that people send to strangers."""

from collections.abc import Iterator
import json
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
    get_diagnostics_for_device,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.seam.const import CONF_CODE_SENSORS, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.push.registration import CONF_REGISTERED
from simulator import Simulator
from simulator.seed import (
    CODE_CLEANER,
    CODE_HANDYMAN,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_OLD_GUEST,
    WORKSPACE,
)

from .clock import START
from .conftest import Poll

SECRET = "whsec_c2VjcmV0IG9mIHRoZSB3ZWJob29r"

pytestmark = pytest.mark.usefixtures("frozen_clock")


def _texts(value: Any) -> Iterator[str]:
    """Return all keys and texts in there."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _codes(diagnosed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    locks = diagnosed["locks"] if "locks" in diagnosed else [diagnosed["lock"]]
    return {
        code["access_code_id"]: code
        for lock in locks
        for code in lock["managed"] + lock["unmanaged"]
    }


class Diagnosis:
    """Downloads diagnostics."""

    def __init__(
        self,
        hass: HomeAssistant,
        client: ClientSessionGenerator,
        entry: MockConfigEntry,
    ) -> None:
        """Download those of this entry."""
        self._hass, self._client, self._entry = hass, client, entry

    async def entry(self) -> Any:
        """Return those of the whole workspace."""
        return await get_diagnostics_for_config_entry(
            self._hass, self._client, self._entry
        )

    async def device(self, seam_id: str = FRONT_DOOR) -> Any:
        """Return those of a lock, or of the workspace's own device."""
        device = dr.async_get(self._hass).async_get_device_by_identifier(
            (DOMAIN, seam_id), self._entry.entry_id
        )
        assert device is not None
        return await get_diagnostics_for_device(
            self._hass, self._client, self._entry, device
        )


@pytest.fixture
def diagnosis(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    coordinator: SeamCoordinator,
    hass_client: ClientSessionGenerator,
) -> Diagnosis:
    """Return somebody who downloads diagnostics."""
    return Diagnosis(hass, hass_client, entry)


@pytest.mark.parametrize("kind", ["entry", "device"])
async def test_nothing_private(
    hass: HomeAssistant,
    simulator: Simulator,
    entry: MockConfigEntry,
    reconcile: Poll,
    diagnosis: Diagnosis,
    kind: str,
) -> None:
    """No key, PIN, name, serial number or secret, and no text that anybody wrote."""
    world = simulator.world
    pin = world.access_codes[CODE_OWNER].code
    simulator.control.use_code(CODE_CLEANER)
    simulator.control.code_error(CODE_OWNER, "provider_issue", f"Ms Malone, {pin}.")
    simulator.control.device_error(FRONT_DOOR, "hub_disconnected", "Ms Malone's hub.")
    world.access_codes[CODE_OWNER].common_code_key = "Booking of Ms Malone"
    registered = {"webhook_id": "1", "url": "https://x.example/a", "secret": SECRET}
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_REGISTERED: registered}
    )
    await reconcile()
    diagnosed = await (diagnosis.entry() if kind == "entry" else diagnosis.device())
    found = "\n".join(_texts(diagnosed))
    private = {
        simulator.key,
        SECRET,
        "x.example",
        "Malone",
        entry.title,
        *(device.serial_number for device in world.devices.values()),
        *(device.display_name for device in world.devices.values()),
        *(code.name for code in world.access_codes.values() if code.name),
    }
    assert not [text for text in private if text in found]
    pins = {code.code for code in world.access_codes.values() if code.code}
    assert pins.isdisjoint(re.findall(r"\d{4,}", json.dumps(diagnosed)))
    assert len(_codes(diagnosed)) == (8 if kind == "device" else 26)


async def test_texts_that_nobody_knows_are_private(
    simulator: Simulator, reconcile: Poll, diagnosis: Diagnosis
) -> None:
    """A field counts as private until somebody has thought about it.

    Here each text of a lock, its codes and their errors says where it comes from.
    """
    world = simulator.world
    marks = {}
    for row in (world.devices[FRONT_DOOR], world.access_codes[CODE_OWNER]):
        for name in ("nickname", "display_name", "name", "serial_number", "model"):
            if hasattr(row, name):
                marks[name] = f"mark of {name}"
                setattr(row, name, marks[name])
    await reconcile()
    lock = (await diagnosis.device())["lock"]
    assert lock.pop("product") == "mark of model"
    assert not [text for text in _texts(lock) if text.startswith("mark of")]


async def test_equal_pins_can_be_told_to_be_equal(diagnosis: Diagnosis) -> None:
    """Within a download, and in no other: nobody can try out all PINs."""
    first = await diagnosis.entry()
    second = await diagnosis.entry()
    device = await diagnosis.device()
    tokens = []
    for diagnosed in (first, second, device):
        codes = _codes(diagnosed)
        token = codes[CODE_HANDYMAN]["code"]
        assert re.fullmatch(r"[0-9a-f]{8}", token)
        assert codes[UNMANAGED_OLD_GUEST]["code"] == token
        assert codes[CODE_OWNER]["code"] != token
        tokens.append(token)
    assert len(set(tokens)) == 3


async def test_a_pin_that_is_not_known_is_none(diagnosis: Diagnosis) -> None:
    """SmartThings tells none; a token would say that there is one."""
    codes = _codes(await diagnosis.entry()).values()
    assert sum(code["code"] is None for code in codes) == 2


async def test_what_is_wrong_is_counted(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    poll: Poll,
    diagnosis: Diagnosis,
) -> None:
    """Errors and warnings by their code, also those that nobody knows."""
    diagnosed = await diagnosis.entry()
    assert diagnosed["devices"] == {
        "online": {"True": 5, "False": 1},
        "errors": {"device_offline": 1},
        "warnings": {},
    }
    simulator.control.code_error(CODE_OWNER, "gremlins")
    simulator.control.code_warning(CODE_CLEANER, "gremlins_ahead")
    simulator.control.device_warning("Front Door", "privacy_mode")
    await poll()
    diagnosed = await diagnosis.device()
    assert diagnosed["devices"] == {
        "online": {"True": 1},
        "errors": {},
        "warnings": {"privacy_mode": 1},
    }
    codes = (await diagnosis.device())["codes"]
    assert codes["managed"] == 5
    assert codes["unmanaged"] == 3
    assert codes["errors"] == {"duplicate_code_on_device": 1, "gremlins": 1}
    assert codes["warnings"] == {"gremlins_ahead": 1}
    assert sum(codes["by_status"].values()) == 8
    codes = (await diagnosis.entry())["codes"]
    assert codes["errors"]["device_offline"] == 3
    assert codes["warnings"]["delay_in_setting_on_device"] == 1


async def test_how_the_sync_is_doing(
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    poll: Poll,
    diagnosis: Diagnosis,
) -> None:
    """When it last knew all, how far it has read, and what failed since."""
    diagnosed = await diagnosis.entry()
    assert diagnosed["endpoint"] == simulator.url
    assert diagnosed["workspace"] == {"is_sandbox": True, "is_suspended": False}
    connection, sync = diagnosed["connection"], diagnosed["sync"]
    assert connection["last_update_success"] is True
    assert connection["last_failure"] is None
    assert connection["last_request_id"] == simulator.requests[-1].request_id
    assert connection["poll_seconds"] >= 60
    assert sync["reconciled_at"] == START.isoformat()
    assert sync["reconcile_at"] > sync["reconciled_at"]
    assert sync["failed_polls"] == 0
    # The plumber's, the handyman's and the sailing school's codes are not settled.
    assert sync["rechecks"] == 3
    simulator.clock.advance(30)
    freezer.tick(30)
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    simulator.faults.add("outage")
    await poll()
    await poll()
    diagnosed = await diagnosis.entry()
    connection, sync = diagnosed["connection"], diagnosed["sync"]
    assert sync["events_cursor"] == simulator.clock.now().isoformat()
    assert sync["failed_polls"] == 2
    assert connection["last_update_success"] is False
    assert connection["last_failure"] == "SeamUnreachableError"
    simulator.faults.clear()
    await poll()
    sync = (await diagnosis.entry())["sync"]
    assert sync["failed_polls"] == 0
    assert coordinator.sync_state.reconciled_at == simulator.clock.now()


async def test_being_asked_to_wait(
    simulator: Simulator, reconcile: Poll, diagnosis: Diagnosis
) -> None:
    """Old data without an error has this reason."""
    assert (await diagnosis.entry())["connection"]["is_asked_to_wait"] is False
    simulator.faults.add("rate_limit", retry_after=300, count=1)
    await reconcile()
    connection = (await diagnosis.entry())["connection"]
    assert connection["is_asked_to_wait"] is True
    assert connection["last_update_success"] is True
    assert connection["poll_seconds"] == 300
    await reconcile()
    assert (await diagnosis.entry())["connection"]["is_asked_to_wait"] is False


async def test_what_could_not_be_fetched_is_counted(
    simulator: Simulator, reconcile: Poll, diagnosis: Diagnosis
) -> None:
    """One lock that cannot be asked leaves a question open."""
    simulator.faults.add(
        "status", path="/access_codes/list", device_id=FRONT_DOOR, status=400
    )
    await reconcile()
    diagnosed = await diagnosis.entry()
    assert diagnosed["sync"]["postponed"] == 1
    assert diagnosed["sync"]["failed_polls"] == 0
    assert [lock["has_codes"] for lock in diagnosed["locks"]].count(False) == 1


async def test_options_are_shown(
    hass: HomeAssistant, entry: MockConfigEntry, diagnosis: Diagnosis
) -> None:
    """What was chosen is half of most faults."""
    hass.config_entries.async_update_entry(entry, options={CONF_CODE_SENSORS: True})
    assert (await diagnosis.entry())["options"] == {CONF_CODE_SENSORS: True}


async def test_a_device_without_a_lock(
    simulator: Simulator, diagnosis: Diagnosis
) -> None:
    """The workspace's own device has no lock to tell of."""
    diagnosed = await diagnosis.device(WORKSPACE)
    assert diagnosed["lock"] is None
    assert diagnosed["sync"]["failed_polls"] == 0
