"""Tests of the problems of codes, of connections and of doors."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, cast

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.automation import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.const import (
    EVENT_STATE_CHANGED,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_mock_service,
)

from custom_components.seam.advice import KNOWN_CODES, advice_key
from custom_components.seam.api import ConnectedAccount, SeamProblem
from custom_components.seam.const import DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.sync.snapshot import UNREACHABLE_ERRORS
from simulator import Simulator
from simulator.manufacturers import AUGUST
from simulator.seed import (
    APARTMENT_1,
    APARTMENT_2,
    CODE_APARTMENT_1_FAILED,
    CODE_APARTMENT_2_CLEANER,
    CODE_CLEANER,
    CODE_HANDYMAN,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
)

from .advice_table import WARNINGS_OF_ACCOUNTS
from .clock import wait_until
from .conftest import CheckPlatform, Poll
from .documentation import examples
from .states import state_of

PROBLEM = "binary_sensor.{}_access_code_problem"
WORKSPACE_PROBLEM = PROBLEM.format("harbour_street_rentals")
ACCOUNT_PROBLEM = "binary_sensor.harbour_street_rentals_account_problem"
CONNECTIVITY = "binary_sensor.front_door_connectivity"

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the entities that the tests look at."""
    return [Platform.BINARY_SENSOR, Platform.EVENT, Platform.LOCK, Platform.SENSOR]


def _attributes(hass: HomeAssistant, entity_id: str) -> Any:
    state = hass.states.get(entity_id)
    assert state is not None
    return state.attributes


async def test_binary_sensors(check_platform: CheckPlatform) -> None:
    """All binary sensors of the rental match the snapshot."""
    await check_platform(Platform.BINARY_SENSOR)


async def test_access_code_problem_counts_own_errors_only(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Warnings and errors of the lock or its account do not count."""
    entity_id = PROBLEM.format("apartment_2")
    assert state_of(hass, entity_id) == STATE_OFF
    simulator.control.device_error(APARTMENT_2, "device_offline")
    simulator.control.account_error(APARTMENT_2)
    simulator.control.code_warning("Cleaner", "schlage_detected_duplicate")
    await reconcile()
    assert state_of(hass, entity_id) == STATE_OFF
    simulator.control.code_error("Cleaner", "provider_issue", device=APARTMENT_2)
    await reconcile()
    assert state_of(hass, entity_id) == STATE_ON
    simulator.control.clear_code_problems("Cleaner", device=APARTMENT_2)
    await reconcile()
    assert state_of(hass, entity_id) == STATE_OFF


async def test_access_code_problem_of_unmanaged_code(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Unmanaged codes count, too."""
    entity_id = PROBLEM.format("front_door")
    simulator.control.clear_code_problems("Handyman")
    await reconcile()
    assert state_of(hass, entity_id) == STATE_OFF
    simulator.control.code_error("Neighbour", "an_error_of_next_year")
    await reconcile()
    assert state_of(hass, entity_id) == STATE_ON


async def test_connectivity_of_offline_lock(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """Connectivity turns off and stays available, the door becomes unknown."""
    assert state_of(hass, "binary_sensor.front_door_connectivity") == STATE_ON
    assert state_of(hass, "binary_sensor.front_door_door") == STATE_OFF
    simulator.control.lock_offline("Front Door")
    await reconcile()
    assert state_of(hass, "binary_sensor.front_door_connectivity") == STATE_OFF
    assert state_of(hass, "binary_sensor.front_door_door") == STATE_UNKNOWN
    assert state_of(hass, PROBLEM.format("front_door")) == STATE_ON
    simulator.control.lock_online("Front Door")
    simulator.control.move_door("Front Door", is_open=True)
    await reconcile()
    assert state_of(hass, "binary_sensor.front_door_connectivity") == STATE_ON
    assert state_of(hass, "binary_sensor.front_door_door") == STATE_ON


async def test_door_is_added_when_lock_reports_it(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """A door sensor that is reported later is added once."""
    assert hass.states.get("binary_sensor.apartment_1_door") is None
    simulator.control.set_device(APARTMENT_1, door_open=True)
    await reconcile()
    assert state_of(hass, "binary_sensor.apartment_1_door") == STATE_ON
    simulator.control.set_device(APARTMENT_1, door_open=False)
    await reconcile()
    assert state_of(hass, "binary_sensor.apartment_1_door") == STATE_OFF


async def test_lock_without_access_codes_has_no_access_code_problem(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """A lock that cannot have codes has no entities for them."""
    lock = simulator.control.add_lock("Shutter", AUGUST)
    for flag in (
        "can_program_online_access_codes",
        "can_unlock_with_code",
    ):
        del lock.flags[flag]
    lock.capabilities_supported.remove("access_code")
    await reconcile()
    assert state_of(hass, "lock.shutter") != STATE_UNAVAILABLE
    assert hass.states.get(PROBLEM.format("shutter")) is None
    assert hass.states.get("sensor.shutter_managed_access_codes") is None


async def test_access_code_problem_is_unavailable_while_codes_are_unknown(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    reconcile: Poll,
) -> None:
    """Codes that cannot be fetched do not count as codes without errors."""
    simulator.faults.add(
        "status", path="/access_codes", device_id=APARTMENT_1, status=400
    )
    await reconcile()
    assert coordinator.last_update_success
    assert state_of(hass, PROBLEM.format("apartment_1")) == STATE_UNAVAILABLE
    assert state_of(hass, "binary_sensor.apartment_1_connectivity") == STATE_ON
    simulator.faults.clear()
    simulator.control.code_error(CODE_CLEANER, "provider_issue")
    await reconcile()
    assert state_of(hass, PROBLEM.format("apartment_1")) == STATE_ON


@pytest.mark.parametrize("path", ["/access_codes/list", "/access_codes/unmanaged/list"])
async def test_access_code_problem_after_start_without_some_codes(
    hass: HomeAssistant,
    simulator: Simulator,
    entry: MockConfigEntry,
    coordinator: SeamCoordinator,
    reconcile: Poll,
    path: str,
) -> None:
    """An unmanaged code might have an error."""
    for code in simulator.state.access_codes.values():
        code.errors.clear()
    simulator.control.code_error(UNMANAGED_NEIGHBOUR, "provider_issue")
    simulator.faults.add("status", path=path, device_id=FRONT_DOOR, status=400)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert state_of(hass, PROBLEM.format("front_door")) == STATE_UNAVAILABLE
    assert state_of(hass, WORKSPACE_PROBLEM) == STATE_UNKNOWN
    if "unmanaged" in path:
        simulator.control.code_error(CODE_OWNER, "provider_issue")
        await entry.runtime_data.async_reconcile()
        assert state_of(hass, PROBLEM.format("front_door")) == STATE_ON
        errors = _attributes(hass, PROBLEM.format("front_door"))["errors"]
        assert [error["access_code_id"] for error in errors] == [CODE_OWNER]


async def test_access_code_problem_errors_attribute(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """It lists the own errors of managed and unmanaged codes."""
    simulator.control.code_error(UNMANAGED_NEIGHBOUR, "provider_issue", "It is odd.")
    simulator.control.device_error("Front Door", "hub_disconnected")
    await reconcile()
    errors = _attributes(hass, PROBLEM.format("front_door"))["errors"]
    assert [error["access_code_id"] for error in errors] == [
        CODE_HANDYMAN,
        UNMANAGED_NEIGHBOUR,
    ]
    assert errors[1].pop("created_at")
    assert errors[1] == {
        "access_code_id": UNMANAGED_NEIGHBOUR,
        "name": "Neighbour",
        "error_code": "provider_issue",
        "message": "It is odd.",
        "advice": "Seam does not manage this code. Change or delete it in the manufacturer's app.",
        "scope": "access_code",
    }
    simulator.control.clear_code_problems(CODE_HANDYMAN)
    simulator.control.clear_code_problems(UNMANAGED_NEIGHBOUR)
    await reconcile()
    assert _attributes(hass, PROBLEM.format("front_door"))["errors"] == []


async def test_connectivity_errors_and_warnings_attributes(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """Problems of the lock and its account have advice and no PIN."""
    pin = simulator.state.access_codes[CODE_OWNER].code
    assert _attributes(hass, CONNECTIVITY)["errors"] == []
    simulator.control.device_error("Front Door", "hub_disconnected", f"No hub, {pin}.")
    simulator.control.account_error("Front Door")
    simulator.control.device_warning("Front Door", "accessory_keypad_low_battery")
    simulator.control.device_warning("Front Door", "a_warning_of_next_year", str(pin))
    simulator.control.account_warning("Front Door", "scheduled_maintenance_window")
    await poll()
    attributes = _attributes(hass, CONNECTIVITY)
    assert attributes["errors"][0].pop("created_at")
    assert attributes["errors"][0] == {
        "error_code": "hub_disconnected",
        "message": "No hub, ••••.",
        "advice": (
            "Check the lock's power supply, Wi-Fi connection, and hub. Codes that are "
            "already on the lock keep working."
        ),
        "scope": "device",
    }
    assert attributes["errors"][1]["error_code"] == "account_disconnected"
    low, new, maintenance = attributes["warnings"]
    assert low["warning_code"] == "accessory_keypad_low_battery"
    assert low["advice"].startswith("Replace the keypad's batteries")
    assert new["message"] == "••••"
    assert new["advice"].endswith("in the manufacturer's app.")
    assert maintenance["warning_code"] == "scheduled_maintenance_window"
    # Lost connections must not hide why.
    simulator.control.lock_offline("Front Door")
    await poll()
    assert state_of(hass, CONNECTIVITY) == STATE_OFF
    codes = [error["error_code"] for error in _attributes(hass, CONNECTIVITY)["errors"]]
    assert codes == ["hub_disconnected", "device_offline", "account_disconnected"]
    simulator.control.lock_online("Front Door")
    simulator.control.clear_device_problems("Front Door")
    simulator.control.clear_account_problems("Front Door")
    await poll()
    attributes = _attributes(hass, CONNECTIVITY)
    assert (attributes["errors"], attributes["warnings"]) == ([], [])


@pytest.mark.parametrize("where", ["device_error", "account_error"])
async def test_connectivity_is_off_while_seam_cannot_reach_lock(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    subtests: pytest.Subtests,
    where: str,
) -> None:
    """Seam may report a lock as online although an error says otherwise."""
    others = (
        "empty_backup_access_code_pool",
        "salto_ks_subscription_limit_exceeded",
        "subscription_required",
        "an_error_of_next_year",
    )
    for error_code in (*sorted(UNREACHABLE_ERRORS), *others):
        with subtests.test(error_code=error_code):
            getattr(simulator.control, where)("Front Door", error_code)
            await reconcile()
            expected = STATE_ON if error_code in others else STATE_OFF
            assert state_of(hass, CONNECTIVITY) == expected
            simulator.control.clear_device_problems("Front Door")
            simulator.control.clear_account_problems("Front Door")
            await reconcile()
            assert state_of(hass, CONNECTIVITY) == STATE_ON


def test_every_error_about_lost_connections_turns_off_connectivity() -> None:
    """Errors whose advice is to connect something again are all among them."""
    assert UNREACHABLE_ERRORS <= KNOWN_CODES
    reconnect = {
        "add_again",
        "bring_online",
        "bring_site_back",
        "connect_bridge",
        "reconnect_account",
    }
    lost = {
        code for code in KNOWN_CODES if advice_key(SeamProblem(code=code)) in reconnect
    }
    # These are warnings only.
    lost -= {
        "account_reauthorization_requested",
        "hub_required_for_additional_capabilities",
    }
    assert lost <= UNREACHABLE_ERRORS


async def test_advice_names_account(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    poll: Poll,
) -> None:
    """The advice is the same wherever it is shown, and follows a new name."""
    device = simulator.state.devices[APARTMENT_2]
    account = simulator.state.accounts[device.connected_account_id]
    entities = [
        "binary_sensor.apartment_2_connectivity",
        "sensor.apartment_2_managed_access_codes",
    ]

    def is_shown(name: str) -> bool:
        return name in str(_attributes(hass, ACCOUNT_PROBLEM)["accounts"])

    for name in ("Anna", "Bert"):
        account.display_name = name
        simulator.control.clear_account_problems("Apartment 2")
        simulator.control.account_error("Apartment 2")
        # Of events in a burst, most are left to the next poll.
        freezer.tick(60)
        await poll()
        await wait_until(partial(is_shown, name))
        rows = [_attributes(hass, entity_id)["errors"][0] for entity_id in entities]
        rows += _attributes(hass, ACCOUNT_PROBLEM)["accounts"][0]["errors"]
        answer = await hass.services.async_call(
            DOMAIN,
            "get_access_codes",
            {"entity_id": "lock.apartment_2"},
            blocking=True,
            return_response=True,
        )
        rows += cast("Any", answer)["lock.apartment_2"]["managed"][0]["errors"]
        assert {row["advice"] for row in rows} == {
            f"Reconnect the Kwikset ({name}) account in the Seam console."
        }


async def test_advice_for_error_of_code_names_account(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """Every place names it but the activity, as its state is recorded."""
    device = simulator.state.devices[APARTMENT_2]
    simulator.state.accounts[device.connected_account_id].display_name = "Anna"
    simulator.control.account_warning("Apartment 2")
    simulator.control.code_error(CODE_APARTMENT_2_CLEANER, "august_lock_not_authorized")
    await poll()
    advice = {
        entity_id: _attributes(hass, entity_id)["errors"][-1]["advice"]
        for entity_id in (
            "sensor.apartment_2_managed_access_codes",
            "binary_sensor.apartment_2_access_code_problem",
            "event.apartment_2_access_code_activity",
        )
    }
    recorded = advice.pop("event.apartment_2_access_code_activity")
    [shown] = set(advice.values())
    assert shown == recorded.replace("Kwikset", "Kwikset (Anna)") != recorded


async def test_no_state_changes_while_problems_stay(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll, poll: Poll
) -> None:
    """Polls and reconciles without changes write no state."""
    simulator.control.device_error("Front Door", "hub_disconnected")
    simulator.control.account_error("Front Door")
    await reconcile()
    changes = async_capture_events(hass, EVENT_STATE_CHANGED)
    await poll()
    await reconcile()
    assert not changes


async def test_change_of_one_lock_writes_no_state_of_another(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A full sync reads the accounts again, which does not count as a change."""

    def reported() -> list[datetime]:
        states = [hass.states.get(f"binary_sensor.{one}_connectivity") for one in locks]
        return [state.last_reported for state in states if state]

    locks = ("front_door", "apartment_1")
    front_door, apartment_1 = reported()
    freezer.tick(60)
    simulator.control.device_warning("Front Door", "privacy_mode")
    await reconcile()
    assert reported()[0] > front_door
    assert reported()[1] == apartment_1
    freezer.tick(60)
    simulator.control.account_error(
        "Apartment 1", "salto_ks_subscription_limit_exceeded"
    )
    await reconcile()
    assert reported()[1] > apartment_1


async def test_connectivity_of_lock_without_online_status(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """It is added as soon as the lock has a problem to show."""
    entity_id = "binary_sensor.shutter_connectivity"
    simulator.control.add_lock("Shutter", AUGUST)
    simulator.control.set_device("Shutter", online=None)
    await reconcile()
    assert hass.states.get("lock.shutter") is not None
    assert hass.states.get(entity_id) is None
    simulator.control.device_warning("Shutter", "privacy_mode")
    await reconcile()
    assert state_of(hass, entity_id) == STATE_UNKNOWN
    [warning] = _attributes(hass, entity_id)["warnings"]
    assert warning["warning_code"] == "privacy_mode"
    simulator.control.clear_device_problems("Shutter")
    await reconcile()
    assert _attributes(hass, entity_id)["warnings"] == []


async def test_account_problem(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """An account error is listed once, with all its locks, and is of no code."""
    for code_id in (CODE_HANDYMAN, CODE_APARTMENT_1_FAILED):
        simulator.control.clear_code_problems(code_id)
    simulator.control.add_lock("Side Door", AUGUST)
    await reconcile()
    assert state_of(hass, ACCOUNT_PROBLEM) == STATE_OFF
    assert _attributes(hass, ACCOUNT_PROBLEM)["accounts"] == []
    simulator.control.account_error("Side Door")
    simulator.control.device_error("Side Door", "hub_disconnected")
    await reconcile()
    assert state_of(hass, WORKSPACE_PROBLEM) == STATE_OFF
    assert state_of(hass, ACCOUNT_PROBLEM) == STATE_ON
    [account] = _attributes(hass, ACCOUNT_PROBLEM)["accounts"]
    assert account["name"] == "August"
    assert account["warnings"] == []
    [error] = account["errors"]
    assert error["error_code"] == "account_disconnected"
    assert error["scope"] == "connected_account"
    assert error["advice"] == "Reconnect the August account in the Seam console."
    world = simulator.state
    [side_door] = [
        one for one in world.devices.values() if one.display_name == "Side Door"
    ]
    assert account["locks"] == sorted(
        one.display_name
        for one in world.devices.values()
        if one.connected_account_id == side_door.connected_account_id
    )
    assert len(account["locks"]) > 1
    simulator.control.clear_account_problems("Side Door")
    await reconcile()
    assert state_of(hass, ACCOUNT_PROBLEM) == STATE_OFF


async def test_account_problem_of_warning(
    hass: HomeAssistant, coordinator: SeamCoordinator
) -> None:
    """Warnings are known from the accounts only, and several have the same provider."""
    warnings = [{"warning_code": "setup_required", "message": "Go on."}]
    row = {"account_type_display_name": "August", "display_name": "jane"}
    accounts = {
        "one": ConnectedAccount.read(
            row | {"connected_account_id": "one", "warnings": warnings}
        ),
        "two": ConnectedAccount.read(row | {"connected_account_id": "two"}),
    }
    coordinator.async_set_updated_data(replace(coordinator.data, accounts=accounts))
    assert state_of(hass, ACCOUNT_PROBLEM) == STATE_ON
    [account] = _attributes(hass, ACCOUNT_PROBLEM)["accounts"]
    assert account["name"] == "August (jane)"
    assert account["errors"] == []
    [warning] = account["warnings"]
    assert warning["warning_code"] == "setup_required"
    assert warning["advice"].startswith("Finish setting up")


async def test_account_problem_is_unknown_without_accounts(
    hass: HomeAssistant, simulator: Simulator, entry: MockConfigEntry
) -> None:
    """Seam refuses them, so that nobody knows of their warnings."""
    simulator.faults.add("status", path="/connected_accounts/list", status=403)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, ACCOUNT_PROBLEM) == STATE_UNKNOWN
    simulator.faults.clear()
    await entry.runtime_data.async_reconcile()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, ACCOUNT_PROBLEM) == STATE_OFF
    simulator.faults.add("status", path="/connected_accounts/list", status=403)
    await entry.runtime_data.async_reconcile()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, ACCOUNT_PROBLEM) == STATE_UNKNOWN


async def test_account_problem_makes_data_outdated(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    subtests: pytest.Subtests,
) -> None:
    """Where codes are shown, it is shown that Seam might no longer know them."""
    lock = {"entity_id": "lock.front_door"}

    async def shown() -> list[bool]:
        answer = await hass.services.async_call(
            DOMAIN, "get_access_codes", {}, True, None, lock, return_response=True
        )
        assert answer is not None
        answers = cast("dict[str, Any]", answer)
        rows = [
            answers["lock.front_door"],
            _attributes(hass, "sensor.front_door_managed_access_codes"),
            _attributes(hass, "sensor.front_door_unmanaged_access_codes"),
            *_attributes(hass, ACCOUNT_PROBLEM)["accounts"],
        ]
        return [row["may_be_outdated"] for row in rows]

    for kind, problem_code, is_outdated in (
        ("error", "account_disconnected", True),
        ("error", "bridge_disconnected", True),
        ("error", "dormakaba_sites_disconnected", True),
        ("error", "insufficient_permissions", True),
        ("error", "invalid_credentials", True),
        ("error", "an_error_of_next_year", True),
        ("error", "salto_ks_subscription_limit_exceeded", False),
        ("warning", "provider_service_unavailable", True),
        *(
            ("warning", code, False)
            for code in sorted(WARNINGS_OF_ACCOUNTS - {"provider_service_unavailable"})
        ),
        ("warning", "a_warning_of_next_year", False),
    ):
        with subtests.test(kind=kind, problem_code=problem_code):
            assert await shown() == [False] * 3
            if kind == "error":
                simulator.control.account_error("Front Door", problem_code)
            else:
                simulator.control.account_warning("Front Door", problem_code)
            await reconcile()
            assert await shown() == [is_outdated] * 4
            simulator.control.clear_account_problems("Front Door")
            await reconcile()
            assert await shown() == [False] * 3


async def test_workspace_access_code_problem(
    hass: HomeAssistant, simulator: Simulator, reconcile: Poll
) -> None:
    """It lists the locks, and is unknown while the codes of a lock are unknown."""
    assert state_of(hass, WORKSPACE_PROBLEM) == STATE_ON
    locks = ["Apartment 1", "Front Door"]
    assert _attributes(hass, WORKSPACE_PROBLEM)["locks"] == locks
    simulator.control.clear_code_problems(CODE_HANDYMAN)
    simulator.faults.add(
        "status", path="/access_codes", device_id=APARTMENT_1, status=400
    )
    await reconcile()
    assert state_of(hass, PROBLEM.format("apartment_1")) == STATE_UNAVAILABLE
    assert state_of(hass, WORKSPACE_PROBLEM) == STATE_UNKNOWN
    assert _attributes(hass, WORKSPACE_PROBLEM)["locks"] == []
    simulator.faults.clear()
    simulator.control.clear_code_problems(CODE_APARTMENT_1_FAILED)
    await reconcile()
    assert state_of(hass, WORKSPACE_PROBLEM) == STATE_OFF


async def test_docs_automation_example_runs(
    hass: HomeAssistant, simulator: Simulator, poll: Poll
) -> None:
    """The example notifies once, about the codes with a problem only."""
    [example] = examples("entities", "_access_code_problem")
    simulator.control.clear_code_problems(CODE_HANDYMAN)
    await poll()
    told = async_mock_service(hass, "notify", "notify")
    assert await async_setup_component(
        hass, AUTOMATION_DOMAIN, {AUTOMATION_DOMAIN: [parse_yaml(example)]}
    )
    await hass.async_block_till_done()
    simulator.control.device_error("Front Door", "hub_disconnected", "No hub.")
    await poll()
    assert not told
    simulator.control.code_error(CODE_OWNER, "code_constraints_violated", "Too short.")
    simulator.control.code_error(UNMANAGED_NEIGHBOUR, "provider_issue", "It is odd.")
    await poll()
    simulator.faults.add("outage")
    await poll()
    simulator.faults.clear()
    await poll()
    [call] = told
    lines = map(str.strip, call.data["message"].splitlines())
    assert [line for line in lines if line] == [
        (
            "Owner: Too short. The code is on the lock, but the last change to it might "
            "not be. The error is from an earlier attempt to set or change the code. "
            "If the lock still has the old PIN or schedule, update the code again."
        ),
        (
            "Neighbour: It is odd. Seam does not manage this code. Change or delete it "
            "in the manufacturer's app."
        ),
    ]
