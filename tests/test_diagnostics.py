"""Test the diagnostics."""

from collections.abc import Iterator
import json
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.diagnostics import REDACTED
from homeassistant.const import Platform
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
from .pins import count_pins

SECRET = "whsec_c2VjcmV0IG9mIHRoZSB3ZWJob29r"

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up locks, and an entity for the device of the workspace."""
    return [Platform.BINARY_SENSOR, Platform.LOCK]


def _texts(value: Any) -> Iterator[str]:
    """Yield all keys and texts."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _codes(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    locks = data["locks"] if "locks" in data else [data["lock"]]
    return {
        code["access_code_id"]: code
        for lock in locks
        for code in lock["managed"] + lock["unmanaged"]
    }


class Diagnostics:
    """Download the diagnostics of an entry."""

    def __init__(
        self,
        hass: HomeAssistant,
        client: ClientSessionGenerator,
        entry: MockConfigEntry,
    ) -> None:
        """Initialize the download."""
        self._hass, self._client, self._entry = hass, client, entry

    async def entry(self) -> Any:
        """Return the diagnostics of the entry."""
        return await get_diagnostics_for_config_entry(
            self._hass, self._client, self._entry
        )

    async def device(self, seam_id: str = FRONT_DOOR) -> Any:
        """Return the diagnostics of a device."""
        device = dr.async_get(self._hass).async_get_device_by_identifier(
            (DOMAIN, seam_id), self._entry.entry_id
        )
        assert device is not None
        return await get_diagnostics_for_device(
            self._hass, self._client, self._entry, device
        )


@pytest.fixture
def diagnostics(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    coordinator: SeamCoordinator,
    hass_client: ClientSessionGenerator,
) -> Diagnostics:
    """Return a way to download the diagnostics."""
    return Diagnostics(hass, hass_client, entry)


@pytest.mark.parametrize("kind", ["entry", "device"])
async def test_no_private_data(
    hass: HomeAssistant,
    simulator: Simulator,
    entry: MockConfigEntry,
    reconcile: Poll,
    diagnostics: Diagnostics,
    kind: str,
) -> None:
    """Test that no key, PIN, name, serial number, secret or message is included."""
    world = simulator.state
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
    data = await (diagnostics.entry() if kind == "entry" else diagnostics.device())
    found = "\n".join(_texts(data))
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
    assert count_pins(json.dumps(data), world) == 0
    assert len(_codes(data)) == (8 if kind == "device" else 26)


async def test_unknown_texts_are_redacted(
    simulator: Simulator, reconcile: Poll, diagnostics: Diagnostics
) -> None:
    """Test that the text of any field that is not listed as public is redacted."""
    world = simulator.state
    marks = {}
    for row in (world.devices[FRONT_DOOR], world.access_codes[CODE_OWNER]):
        for name in ("nickname", "display_name", "name", "serial_number", "model"):
            if hasattr(row, name):
                marks[name] = f"mark of {name}"
                setattr(row, name, marks[name])
    await reconcile()
    lock = (await diagnostics.device())["lock"]
    assert lock.pop("product") == "mark of model"
    assert not [text for text in _texts(lock) if text.startswith("mark of")]


async def test_equal_pins_have_equal_tokens(diagnostics: Diagnostics) -> None:
    """Test that tokens compare PINs within one download only."""
    first = await diagnostics.entry()
    second = await diagnostics.entry()
    device = await diagnostics.device()
    tokens = []
    for data in (first, second, device):
        codes = _codes(data)
        token = codes[CODE_HANDYMAN]["code"]
        assert re.fullmatch(r"pin-[0-9a-f]{8}", token)
        assert codes[UNMANAGED_OLD_GUEST]["code"] == token
        assert codes[CODE_OWNER]["code"] != token
        tokens.append(token)
    assert len(set(tokens)) == 3


async def test_unknown_pin_has_no_token(diagnostics: Diagnostics) -> None:
    """Test that a code without a known PIN has no token."""
    codes = _codes(await diagnostics.entry()).values()
    assert sum(code["code"] is None for code in codes) == 2


async def test_errors_and_warnings_are_counted(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    simulator: Simulator,
    poll: Poll,
    diagnostics: Diagnostics,
) -> None:
    """Test that errors and warnings are counted by code, including unknown ones."""
    data = await diagnostics.entry()
    assert data["devices"] == {
        "online": {"True": 5, "False": 1},
        "errors": {"device_offline": 1},
        "warnings": {},
    }
    simulator.control.code_error(CODE_OWNER, "gremlins")
    simulator.control.code_warning(CODE_CLEANER, "gremlins_ahead")
    simulator.control.device_warning("Front Door", "privacy_mode")
    await poll()
    data = await diagnostics.device()
    assert data["devices"] == {
        "online": {"True": 1},
        "errors": {},
        "warnings": {"privacy_mode": 1},
    }
    codes = (await diagnostics.device())["codes"]
    assert codes["managed"] == 5
    assert codes["unmanaged"] == 3
    assert codes["errors"] == {"duplicate_code_on_device": 1, "gremlins": 1}
    assert codes["warnings"] == {"gremlins_ahead": 1}
    assert sum(codes["by_status"].values()) == 8
    codes = (await diagnostics.entry())["codes"]
    assert codes["errors"]["device_offline"] == 3
    assert codes["warnings"]["delay_in_setting_on_device"] == 1


async def test_sync_and_connection_state(
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    poll: Poll,
    diagnostics: Diagnostics,
) -> None:
    """Test that times, cursor and failures of the sync are included."""
    data = await diagnostics.entry()
    assert data["endpoint"] == simulator.url
    assert data["workspace"] == {"is_sandbox": True, "is_suspended": False}
    connection, sync = data["connection"], data["sync"]
    assert connection["last_update_success"] is True
    assert connection["last_failure"] is None
    assert connection["last_request_id"] == simulator.requests[-1].request_id
    assert connection["poll_seconds"] >= 60
    assert sync["reconciled_at"] == START.isoformat()
    assert sync["reconcile_at"] > sync["reconciled_at"]
    assert sync["failed_polls"] == 0
    # The codes of the plumber, the handyman and the sailing school are unsettled.
    assert sync["rechecks"] == 3
    simulator.clock.advance(30)
    freezer.tick(30)
    simulator.control.use_code(CODE_CLEANER)
    await poll()
    simulator.faults.add("outage")
    await poll()
    await poll()
    data = await diagnostics.entry()
    connection, sync = data["connection"], data["sync"]
    assert sync["events_cursor"] == simulator.clock.now().isoformat()
    assert sync["failed_polls"] == 2
    assert connection["last_update_success"] is False
    assert connection["last_failure"] == "SeamUnreachableError"
    simulator.faults.clear()
    await poll()
    sync = (await diagnostics.entry())["sync"]
    assert sync["failed_polls"] == 0
    assert coordinator.engine.state.reconciled_at == simulator.clock.now()


async def test_rejected_event_query_is_shown_without_its_text(
    simulator: Simulator, poll: Poll, diagnostics: Diagnostics
) -> None:
    """Test that the message from Seam, which may contain names, is redacted."""
    assert "Jane Doe" not in str(await diagnostics.entry())
    simulator.faults.add(
        "status", path="/events/list", status=403, message="Ask Jane Doe"
    )
    await poll()
    data = await diagnostics.entry()
    assert "Jane Doe" not in str(data)
    assert data["sync"]["events_error"] == REDACTED


async def test_rate_limit(
    simulator: Simulator, reconcile: Poll, diagnostics: Diagnostics
) -> None:
    """Test that waiting for a rate limit is shown."""
    assert (await diagnostics.entry())["connection"]["is_asked_to_wait"] is False
    simulator.faults.add("rate_limit", path="/devices/list", retry_after=300, count=1)
    await reconcile()
    connection = (await diagnostics.entry())["connection"]
    assert connection["is_asked_to_wait"] is True
    assert connection["last_update_success"] is True
    assert connection["poll_seconds"] == 300
    await reconcile()
    assert (await diagnostics.entry())["connection"]["is_asked_to_wait"] is False


async def test_failed_fetch_is_counted(
    simulator: Simulator, reconcile: Poll, diagnostics: Diagnostics
) -> None:
    """Test that a lock whose codes could not be fetched is counted."""
    simulator.faults.add(
        "status", path="/access_codes/list", device_id=FRONT_DOOR, status=400
    )
    await reconcile()
    data = await diagnostics.entry()
    assert data["sync"]["postponed"] == 1
    assert data["sync"]["failed_polls"] == 0
    assert [lock["has_codes"] for lock in data["locks"]].count(False) == 1


async def test_options_are_included(
    hass: HomeAssistant, entry: MockConfigEntry, diagnostics: Diagnostics
) -> None:
    """Test that the options are included."""
    hass.config_entries.async_update_entry(entry, options={CONF_CODE_SENSORS: True})
    assert (await diagnostics.entry())["options"] == {CONF_CODE_SENSORS: True}


async def test_workspace_device(simulator: Simulator, diagnostics: Diagnostics) -> None:
    """Test that the device of the workspace has diagnostics without a lock."""
    data = await diagnostics.device(WORKSPACE)
    assert data["lock"] is None
    assert not {"codes", "devices"} & data.keys()
    assert data["sync"]["failed_polls"] == 0


async def test_size_is_limited(
    simulator: Simulator, diagnostics: Diagnostics, reconcile: Poll
) -> None:
    """Test that long lists and texts are cut, and that the rest is counted."""
    error = {"error_code": "e", "message": "m", "is_access_code_error": True}
    for code_id in simulator.state.access_codes:
        simulator.backend.settings.row_overrides[code_id] = {
            "type": "t" * 10_000,
            "errors": [
                {**error, "error_code": f"{code_id}_{number}"} for number in range(500)
            ],
        }
    for number in range(300):
        simulator.control.add_unmanaged_code(FRONT_DOOR, f"Guest {number}", None)
    await reconcile()
    for data in (await diagnostics.entry(), await diagnostics.device()):
        [lock] = [
            lock
            for lock in data.get("locks", [data.get("lock")])
            if lock["device"]["device_id"] == FRONT_DOOR
        ]
        assert len(lock["unmanaged"]) == 101
        assert lock["unmanaged"][-1]["rows_left_out"] > 200
        [code] = [c for c in lock["managed"] if c["access_code_id"] == CODE_OWNER]
        assert len(code["type"]) <= 255
        assert len(code["errors"]) == 20
        assert len(data["codes"]["errors"]) == 100
        assert len(json.dumps(data)) < 1_000_000


async def test_number_of_locks_is_limited(
    simulator: Simulator, diagnostics: Diagnostics, reconcile: Poll
) -> None:
    """Test that further locks are only counted."""
    for number in range(110):
        simulator.control.add_lock(f"Lock {number}", "august_lock")
    await reconcile()
    data = await diagnostics.entry()
    assert len(data["locks"]) == 101
    assert data["locks"][-1]["rows_left_out"] > 10
    assert sum(data["devices"]["online"].values()) > 110
