"""Test the repair issues."""

from dataclasses import replace
from datetime import timedelta
import json
from pathlib import Path
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, Platform
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.seam import issues
from custom_components.seam.api import ConnectedAccount
from custom_components.seam.const import CONF_PANEL, CONSOLE_URL, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.clock import to_iso
from simulator.manufacturers import AUGUST
from simulator.seed import (
    APARTMENT_1,
    BOAT_SHED,
    CODE_APARTMENT_1_FAILED,
    CODE_CLEANER,
    CODE_HANDYMAN,
    CODE_OWNER,
    FRONT_DOOR,
    OFFICE_DOOR,
    UNMANAGED_INSTALLER,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
)

from .clock import START, async_step
from .conftest import Poll
from .pins import count_pins

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

DUPLICATE = f"code.{FRONT_DOOR}.{CODE_HANDYMAN}.duplicate_code_on_device"
FAILED = f"code.{APARTMENT_1}.{CODE_APARTMENT_1_FAILED}.failed_to_set_on_device"
OFFLINE = f"device.{BOAT_SHED}.device_offline"
SEEDED = {DUPLICATE, FAILED, OFFLINE}

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up only locks, whose issues the tests look at."""
    return [Platform.LOCK]


class Issues:
    """Read the issues of an entry."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """Initialize the reader."""
        self._hass = hass
        self._prefix = f"{entry.entry_id}."
        path = Path(issues.__file__).parent / "translations" / "en.json"
        self._texts = json.loads(path.read_text())["issues"]

    @property
    def all(self) -> dict[str, ir.IssueEntry]:
        """Return the active issues, after checking their texts."""
        found = {
            issue_id.removeprefix(self._prefix): issue
            for (domain, issue_id), issue in ir.async_get(self._hass).issues.items()
            if domain == DOMAIN and issue_id.startswith(self._prefix) and issue.active
        }
        for issue in found.values():
            self._check(issue)
        return found

    @property
    def new(self) -> set[str]:
        """Return the ids of issues that are not part of the small rental."""
        return self.all.keys() - SEEDED

    def text(self, issue_id: str) -> str:
        """Return the text of an issue as it is shown."""
        issue = self.all[issue_id]
        assert issue.translation_placeholders is not None
        texts = self._texts[issue.translation_key]
        text = "\n".join(texts.values()).format_map(issue.translation_placeholders)
        # Markdown does not show the backslashes.
        return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)

    def _check(self, issue: ir.IssueEntry) -> None:
        texts = self._texts[issue.translation_key]
        assert issue.is_fixable == ("fix_flow" in texts)
        assert issue.is_fixable == ("description" not in texts)
        asked = set(re.findall(r"\{(\w+)\}", json.dumps(texts))) - {"reason"}
        assert issue.translation_placeholders is not None
        assert asked <= issue.translation_placeholders.keys()
        assert not issue.is_persistent


@pytest.fixture
def shown(
    hass: HomeAssistant, entry: MockConfigEntry, coordinator: SeamCoordinator
) -> Issues:
    """Return the issues of the small rental."""
    return Issues(hass, entry)


def _code_issue(code_id: str, error_code: str, device_id: str = FRONT_DOOR) -> str:
    return f"code.{device_id}.{code_id}.{error_code}"


async def test_old_errors_create_issues_at_setup(shown: Issues) -> None:
    """Test that errors that are hours old create one issue each."""
    assert shown.all.keys() == SEEDED
    text = shown.text(FAILED)
    for words in (
        "Plumber",
        "Apartment 1",
        "Schlage did not accept",
        "failed_to_set_on_device",
        "keeps trying",
    ):
        assert words in text
    assert shown.all[FAILED].severity is ir.IssueSeverity.ERROR
    assert shown.all[OFFLINE].severity is ir.IssueSeverity.WARNING
    assert "Boat Shed" in shown.text(OFFLINE)
    duplicate = shown.all[DUPLICATE]
    assert duplicate.is_fixable
    assert duplicate.translation_placeholders is not None
    assert duplicate.translation_placeholders["other"] == "Summer guest"


HOSTILE = (
    "[x](https://evil.example)",
    "![](https://evil.example/p.png)",
    "<img src=x onerror=alert(1)>",
    "<ha-alert>",
    "**bold**",
    "`code` ```",
    "one\n\n# two\n    three",
    "{placeholder}",
    "a\\b & \\<b>",
    "www.evil.example",
)


@pytest.mark.parametrize("text", HOSTILE)
async def test_placeholders_are_escaped(
    simulator: Simulator, reconcile: Poll, shown: Issues, text: str
) -> None:
    """Test that names and messages cannot contain markdown or HTML."""
    world = simulator.state
    world.access_codes[CODE_APARTMENT_1_FAILED].name = text
    [error] = world.access_codes[CODE_APARTMENT_1_FAILED].errors
    error["message"] = text
    world.devices[BOAT_SHED].display_name = text
    world.access_codes[UNMANAGED_OLD_GUEST].name = text
    await reconcile()
    assert shown.all.keys() == SEEDED
    one_line = " ".join(text.split())
    for issue_id, keys in (
        (FAILED, ("name", "message")),
        (OFFLINE, ("lock", "locks")),
        (DUPLICATE, ("other",)),
    ):
        placeholders = shown.all[issue_id].translation_placeholders
        assert placeholders is not None
        for key in keys:
            # All ASCII punctuation follows a backslash.
            assert not re.search(
                r"[!-/:-@\[-`{-~\n]", re.sub(r"\\.", "", placeholders[key])
            )
            assert re.sub(r"\\(.)", r"\1", placeholders[key]) == one_line
            # It is on one line.
            assert placeholders[f"plain_{key}"] == text.replace("\n", " ")


def test_plain_placeholders_are_used_in_titles_and_menus_only() -> None:
    """Test that markdown uses escaped placeholders and other texts the plain ones."""
    path = Path(issues.__file__).parent / "translations" / "en.json"

    def check(texts: dict[str, Any], *, is_plain: bool = False) -> None:
        for key, text in texts.items():
            plain = is_plain or key in {
                "title",
                "submit",
                "menu_options",
                "menu_option_descriptions",
            }
            if isinstance(text, dict):
                check(text, is_plain=plain)
                continue
            assert "`" not in text  # Code would show the backslashes.
            for name in re.findall(r"\{(\w+)\}", text):
                assert name.startswith("plain_") == plain, text

    check(json.loads(path.read_text())["issues"])


async def test_error_creates_issue_after_grace_period(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Test that a timer creates the issue, without a poll."""
    simulator.control.code_error(CODE_OWNER, "failed_to_update", "It will not go.")
    await poll()
    assert not shown.new
    await async_step(hass, freezer, simulator, issues.GRACE - SECOND)
    assert not shown.new
    asked = len(simulator.requests)
    await async_step(hass, freezer, simulator, SECOND)
    assert len(simulator.requests) == asked
    assert shown.new == {issue_id := _code_issue(CODE_OWNER, "failed_to_update")}
    # The code that is on the lock still works.
    assert shown.all[issue_id].severity is ir.IssueSeverity.WARNING


async def test_grace_period_of_error_without_date(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Test that the grace period starts when an undated error is first seen."""
    simulator.control.code_error(
        CODE_OWNER, "provider_issue", fields={"created_at": None}
    )
    await async_step(hass, freezer, simulator, 30 * MINUTE)
    assert not shown.new
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert shown.new == {_code_issue(CODE_OWNER, "provider_issue")}


async def test_grace_period_of_error_with_changing_date(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Test that the grace period starts with the first failure of several."""
    simulator.control.code_error(CODE_OWNER, "failed_to_issue")
    for _ in range(3):
        await poll()
        assert not shown.new
        await async_step(hass, freezer, simulator, 4 * MINUTE)
        [error] = simulator.state.access_codes[CODE_OWNER].errors
        error["created_at"] = to_iso(simulator.clock.now())
        simulator.control.code_warning(CODE_OWNER, "delay_in_setting_on_device")
    await poll()
    assert shown.new == {_code_issue(CODE_OWNER, "failed_to_issue")}


async def test_grace_period_of_error_with_future_date(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Test that a date in the future does not extend the grace period."""
    later = to_iso(START + timedelta(days=3))
    simulator.control.code_error(
        CODE_OWNER, "provider_issue", fields={"created_at": later}
    )
    await poll()
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert len(shown.new) == 1


async def test_recurring_error_has_new_grace_period(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Test that the grace period starts again for an error that had ended."""
    for _ in range(2):
        simulator.control.code_error(CODE_OWNER, "provider_issue")
        await poll()
        await async_step(hass, freezer, simulator, 6 * MINUTE)
        assert not shown.new
        simulator.control.clear_code_problems(CODE_OWNER)
        await poll()
    await async_step(hass, freezer, simulator, 2 * issues.GRACE)
    assert not shown.new


async def test_issue_is_deleted_with_error(
    simulator: Simulator, poll: Poll, shown: Issues
) -> None:
    """Test that an issue is deleted when its error ends."""
    simulator.control.clear_code_problems(CODE_APARTMENT_1_FAILED)
    simulator.control.lock_online("Boat Shed")
    await poll()
    assert shown.all.keys() == {DUPLICATE}


async def test_issue_is_deleted_with_code(
    simulator: Simulator, reconcile: Poll, shown: Issues
) -> None:
    """Test that an issue is deleted when its code is missing from two answers."""
    simulator.control.vanish_code(CODE_APARTMENT_1_FAILED)
    await reconcile()
    assert FAILED in shown.all
    await reconcile()
    assert shown.all.keys() == SEEDED - {FAILED}


async def test_issues_are_deleted_with_lock(
    simulator: Simulator, poll: Poll, shown: Issues
) -> None:
    """Test that all issues of a lock are deleted with it."""
    simulator.control.remove_lock("Boat Shed")
    simulator.control.remove_lock("Front Door")
    await poll()
    assert shown.all.keys() == {FAILED}


async def test_device_error_creates_one_issue(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Test that each error of a lock creates one issue, although its codes repeat it."""
    for error_code in ("hub_disconnected", "subscription_required"):
        simulator.control.device_error("Front Door", error_code, "Alas.")
    await poll()
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert shown.new == {
        f"device.{FRONT_DOOR}.hub_disconnected",
        f"device.{FRONT_DOOR}.subscription_required",
    }
    simulator.control.clear_device_problems("Front Door")
    await poll()
    assert not shown.new


async def test_account_error_creates_one_issue_for_all_locks(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Test that an error of an account creates one issue that names its locks."""
    simulator.control.add_lock("Side Door", AUGUST)
    simulator.control.account_error("Front Door")
    simulator.control.account_error(
        "Front Door", "salto_ks_subscription_limit_exceeded"
    )
    await poll()
    assert not shown.new
    await async_step(hass, freezer, simulator, issues.GRACE)
    account_id = simulator.state.devices[FRONT_DOOR].connected_account_id
    lost = f"account.{account_id}.account_disconnected"
    limit = f"account.{account_id}.salto_ks_subscription_limit_exceeded"
    assert shown.new == {lost, limit}
    for issue_id in (lost, limit):
        assert "Front Door, Side Door" in shown.text(issue_id)
        assert shown.all[issue_id].learn_more_url == CONSOLE_URL
    assert "August" in shown.text(lost)
    assert "reconnect it" in shown.text(lost)
    assert "reconnect it" not in shown.text(limit)
    simulator.control.remove_lock("Side Door")
    await poll()
    assert "Side Door" not in shown.text(lost)
    simulator.control.clear_account_problems("Front Door")
    # Nothing waits for the accounts, which come a little later.
    for _ in range(2):
        await async_step(hass, freezer, simulator, MINUTE)
    assert not shown.new


async def test_account_error_names_account(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    coordinator: SeamCoordinator,
    simulator: Simulator,
    shown: Issues,
) -> None:
    """Test that an issue tells accounts of one manufacturer apart."""
    account_id = simulator.state.devices[FRONT_DOOR].connected_account_id
    row = {
        "connected_account_id": account_id,
        "account_type_display_name": "August",
        "display_name": "jane",
        "errors": [{"error_code": "account_disconnected", "message": "Gone."}],
    }
    coordinator.async_set_updated_data(
        replace(coordinator.data, accounts={account_id: ConnectedAccount.read(row)})
    )
    freezer.tick(issues.GRACE)
    coordinator.async_update_listeners()
    [issue_id] = shown.new
    assert issue_id == f"account.{account_id}.account_disconnected"
    assert "August (jane) is disconnected from Seam" in shown.text(issue_id)


async def test_bridge_error_creates_one_issue(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    reconcile: Poll,
    shown: Issues,
) -> None:
    """Test that an error of a bridge creates one issue for its account."""
    account = simulator.state.account_of(simulator.state.devices[FRONT_DOOR])
    account.errors.append(
        {
            "error_code": "bridge_disconnected",
            "message": "The bridge is off.",
            "created_at": to_iso(START),
            "is_bridge_error": True,
        }
    )
    await reconcile()
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert shown.new == {f"account.{account.connected_account_id}.bridge_disconnected"}


async def test_warnings_and_thermostat_errors_create_no_issue(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Test that warnings and errors that are not about locks create no issue."""
    simulator.control.device_error("Front Door", "auxiliary_heat_running")
    simulator.control.device_warning("Front Door", "third_party_integration_detected")
    simulator.control.code_warning(CODE_OWNER, "delay_in_setting_on_device")
    await poll()
    await async_step(hass, freezer, simulator, 2 * issues.GRACE)
    assert not shown.new


async def test_unknown_errors_create_issues(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Test that unknown errors show Seam's message and general advice."""
    code, device, account = "gremlins_in_code", "gremlins_in_lock", "gremlins_at_maker"
    simulator.control.code_error(CODE_OWNER, code, "Gremlins!")
    simulator.control.device_error("Front Door", device, "")
    simulator.control.account_error("Front Door", account, "Gremlins!")
    await poll()
    await async_step(hass, freezer, simulator, issues.GRACE)
    account_id = simulator.state.devices[FRONT_DOOR].connected_account_id
    expected = {
        _code_issue(CODE_OWNER, code): "delete the code and create it again",
        f"device.{FRONT_DOOR}.{device}": "Check the lock's battery",
        f"account.{account_id}.{account}": "account in the Seam console",
    }
    assert shown.new == expected.keys()
    for issue_id, advice in expected.items():
        assert advice in shown.text(issue_id)
        assert issue_id.rsplit(".", 1)[1] in shown.text(issue_id)


@pytest.mark.parametrize(
    ("error_code", "title"),
    [
        (
            "failed_to_set_on_device",
            "Access code Guest next week could not be set on Front Door",
        ),
        (
            "provider_issue",
            "Access code Guest next week could not be set on Front Door",
        ),
        (
            "failed_to_remove_from_device",
            "Access code Guest next week could not be removed from Front Door",
        ),
        (
            "conflicting_external_modification",
            "Access code Guest next week on Front Door was changed outside Seam",
        ),
        (
            "access_code_inactive",
            "Access code Guest next week is disabled on Front Door",
        ),
        ("device_offline", "Front Door is offline"),
        ("device_removed", "Front Door is no longer in the manufacturer's account"),
        ("subscription_required", "Problem with Front Door: Pay first"),
    ],
)
async def test_title_says_what_is_wrong(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
    error_code: str,
    title: str,
) -> None:
    """Test that titles name the problem, and that issues link to the lock."""
    if "Guest" in title:
        simulator.control.code_error("Guest next week", error_code)
    else:
        simulator.control.device_error("Front Door", error_code, "Pay first.")
    await poll()
    await async_step(hass, freezer, simulator, issues.GRACE)
    [issue_id] = shown.new
    assert shown.text(issue_id).startswith(f"{title}\n")
    assert (
        shown.all[issue_id].learn_more_url == f"homeassistant://seam/lock/{FRONT_DOOR}"
    )
    # Without the panel, the device page is the best there is.
    hass.config_entries.async_update_entry(entry, options={CONF_PANEL: False})
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await async_step(hass, freezer, simulator, issues.GRACE)
    [device] = device_registry.async_get_devices(identifiers={(DOMAIN, FRONT_DOOR)})
    link = f"homeassistant://config/devices/device/{device.id}"
    assert shown.all[issue_id].learn_more_url == link


@pytest.mark.parametrize(
    ("message", "problem"), [("Gone.", "Gone"), ("", "some new error")]
)
async def test_title_of_account_error(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
    message: str,
    problem: str,
) -> None:
    """Test that the title contains the message, or the code if there is none."""
    simulator.control.account_error("Front Door", "some_new_error", message)
    await poll()
    await async_step(hass, freezer, simulator, issues.GRACE)
    [issue_id] = shown.new
    assert shown.text(issue_id).startswith(
        f"Problem with the August account: {problem}\n"
    )


async def test_no_issues_during_startup(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Test that issues are created once Home Assistant has started."""
    hass.set_state(CoreState.starting)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    shown = Issues(hass, entry)
    assert not shown.all
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    assert shown.all.keys() == SEEDED


async def test_unload_during_startup(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Test that no issue is created for an entry that was unloaded during startup."""
    hass.set_state(CoreState.starting)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    assert not Issues(hass, entry).all


async def test_issues_stay_during_outage(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Test that issues change with the first update after an outage."""
    simulator.control.code_error(CODE_OWNER, "provider_issue")
    await poll()
    simulator.faults.add("outage")
    simulator.control.clear_code_problems(CODE_APARTMENT_1_FAILED)
    await async_step(hass, freezer, simulator, 2 * MINUTE)
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert shown.all.keys() == SEEDED
    simulator.faults.clear()
    await poll()
    assert shown.all.keys() == {
        DUPLICATE,
        OFFLINE,
        _code_issue(CODE_OWNER, "provider_issue"),
    }


async def test_issues_stay_while_codes_are_unknown(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    reconcile: Poll,
    shown: Issues,
) -> None:
    """Test that issues stay for a lock whose codes cannot be fetched, and not for others."""
    simulator.control.code_error(CODE_OWNER, "provider_issue")
    await reconcile()
    fault = simulator.faults.add(
        "status", path="/access_codes/list", device_id=FRONT_DOOR, status=400
    )
    simulator.control.clear_code_problems(CODE_HANDYMAN)
    simulator.control.clear_code_problems(CODE_APARTMENT_1_FAILED)
    await reconcile()
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert shown.all.keys() == {DUPLICATE, OFFLINE}
    simulator.faults.clear(fault_id=fault.fault_id)
    await reconcile()
    assert shown.all.keys() == {OFFLINE, _code_issue(CODE_OWNER, "provider_issue")}


async def test_duplicate_is_found_by_pin(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Test that a duplicate can be repaired where Seam does not name the other code."""
    simulator.control.code_error(CODE_CLEANER, "duplicate_code_attempt_prevented")
    simulator.control.code_error(CODE_OWNER, "duplicate_code_on_device")
    world = simulator.state.access_codes
    world[UNMANAGED_NEIGHBOUR].code = world[CODE_CLEANER].code
    await poll()
    await async_step(hass, freezer, simulator, issues.GRACE)
    found = shown.all[_code_issue(CODE_CLEANER, "duplicate_code_attempt_prevented")]
    assert found.is_fixable
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["other"] == "Neighbour"
    # The other code is unknown, so there is nothing to repair.
    assert not shown.all[_code_issue(CODE_OWNER, "duplicate_code_on_device")].is_fixable


async def test_duplicate_without_repair_options_is_not_fixable(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Test that codes that cannot be converted or deleted cannot be repaired."""
    simulator.control.code_error(
        CODE_OWNER,
        "duplicate_code_on_device",
        fields={"unmanaged_access_code_id": UNMANAGED_INSTALLER},
    )
    simulator.control.code_error(
        CODE_CLEANER,
        "duplicate_code_on_device",
        fields={"managed_access_code_id": CODE_OWNER},
    )
    simulator.control.code_error(
        UNMANAGED_NEIGHBOUR,
        "duplicate_code_on_device",
        fields={"managed_access_code_id": CODE_OWNER},
    )
    await poll()
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert len(shown.new) == 3
    for issue_id in shown.new:
        assert not shown.all[issue_id].is_fixable
        advice = (
            "in the manufacturer's app"
            if UNMANAGED_NEIGHBOUR in issue_id
            else "same PIN or name"
        )
        assert advice in shown.text(issue_id)


async def test_issues_contain_no_pin(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    reconcile: Poll,
    shown: Issues,
) -> None:
    """Test that messages and names in issues contain no PIN."""
    codes = simulator.state.access_codes
    pin = codes[CODE_OWNER].code
    simulator.control.code_error(CODE_OWNER, "provider_issue", f"Cannot set {pin}.")
    simulator.control.device_error("Front Door", "hub_disconnected", f"At {pin}.")
    simulator.control.account_error("Front Door", "some_error", f"For {pin}.")
    codes[CODE_OWNER].name = f"Owner {pin}"
    codes[UNMANAGED_OLD_GUEST].name = f"Guest {codes[UNMANAGED_OLD_GUEST].code}"
    await reconcile()
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert len(shown.new) == 3
    everything = repr(shown.all)
    assert count_pins(everything, simulator.state) == 0
    assert "••••" in everything


async def test_polls_without_changes_update_no_issue(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    reconcile: Poll,
    shown: Issues,
) -> None:
    """Test that the issue registry is not updated without a change."""
    changes = async_capture_events(hass, ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED)
    await reconcile()
    simulator.control.battery("Front Door", 0.4)
    await async_step(hass, freezer, simulator, 2 * MINUTE)
    assert not changes
    assert shown.all.keys() == SEEDED


async def test_reload_and_unload(
    hass: HomeAssistant, entry: MockConfigEntry, shown: Issues
) -> None:
    """Test that issues are deleted at unload and return after a reload."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert shown.all.keys() == SEEDED
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert not shown.all


async def test_ignored_issue_stays_ignored_until_error_ends(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    entry: MockConfigEntry,
    poll: Poll,
    shown: Issues,
) -> None:
    """Test that an ignored issue survives polls and reloads."""
    ir.async_ignore_issue(hass, DOMAIN, f"{entry.entry_id}.{FAILED}", True)
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert shown.all[FAILED].dismissed_version
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert shown.all[FAILED].dismissed_version
    assert not shown.all[DUPLICATE].dismissed_version
    simulator.control.clear_code_problems(CODE_APARTMENT_1_FAILED)
    coordinator: SeamCoordinator = entry.runtime_data
    await coordinator.async_refresh()
    assert FAILED not in shown.all
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert not shown.all


async def test_removal_deletes_ignored_issues(
    hass: HomeAssistant, entry: MockConfigEntry, shown: Issues
) -> None:
    """Test that removing the entry deletes ignored issues too."""
    ir.async_ignore_issue(hass, DOMAIN, f"{entry.entry_id}.{FAILED}", True)
    assert await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert not [issue for issue in ir.async_get(hass).issues if issue[0] == DOMAIN]


def _store_ignored_issues(
    hass_storage: dict[str, Any], entry: MockConfigEntry, *issue_ids: str
) -> None:
    """Store issues that were ignored before a restart."""
    hass_storage[ir.STORAGE_KEY] = {
        "version": ir.STORAGE_VERSION_MAJOR,
        "minor_version": ir.STORAGE_VERSION_MINOR,
        "key": ir.STORAGE_KEY,
        "data": {
            "issues": [
                {
                    "config_entry_id": None,
                    "created": START.isoformat(),
                    "dismissed_version": "2026.10.0",
                    "domain": DOMAIN,
                    "is_persistent": False,
                    "issue_id": f"{entry.entry_id}.{issue_id}",
                }
                for issue_id in issue_ids
            ]
        },
    }


async def test_stored_ignored_issue_stays_while_codes_are_unknown(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    simulator: Simulator,
) -> None:
    """Test that an ignored issue stays until the codes of its lock can be fetched."""
    _store_ignored_issues(hass_storage, entry, DUPLICATE)
    await ir.async_load(hass)
    simulator.faults.add(
        "status", path="/access_codes", device_id=FRONT_DOOR, status=400
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    shown = Issues(hass, entry)
    assert shown.all.keys() == {FAILED, OFFLINE}
    simulator.faults.clear()
    coordinator: SeamCoordinator = entry.runtime_data
    await coordinator.async_reconcile()
    assert shown.all[DUPLICATE].dismissed_version


async def test_ignored_issue_stays_while_its_unmanaged_code_is_unknown(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    entry: MockConfigEntry,
    reconcile: Poll,
    shown: Issues,
) -> None:
    """Test that the issues of managed codes do not stay as well."""
    ignored = _code_issue(UNMANAGED_NEIGHBOUR, "provider_issue")
    simulator.control.code_error(UNMANAGED_NEIGHBOUR, "provider_issue")
    await reconcile()
    await async_step(hass, freezer, simulator, issues.GRACE)
    ir.async_ignore_issue(hass, DOMAIN, f"{entry.entry_id}.{ignored}", ignore=True)
    simulator.faults.add(
        "status", path="/access_codes/unmanaged", device_id=FRONT_DOOR, status=400
    )
    simulator.control.clear_code_problems(CODE_HANDYMAN)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert shown.all[ignored].dismissed_version
    assert DUPLICATE not in shown.all
    simulator.faults.clear()
    await entry.runtime_data.async_reconcile()
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert shown.all[ignored].dismissed_version


async def test_issue_of_deleted_managed_code_ends_without_unmanaged_ones(
    simulator: Simulator, reconcile: Poll, shown: Issues
) -> None:
    """Test that it does not stay as if its code could be an unmanaged one."""
    assert DUPLICATE in shown.all
    simulator.faults.add(
        "status", path="/access_codes/unmanaged", device_id=FRONT_DOOR, status=400
    )
    await reconcile()
    simulator.control.vanish_code(CODE_HANDYMAN)
    for _ in range(3):
        assert DUPLICATE in shown.all
        await reconcile()
        if DUPLICATE not in shown.all:
            break
    assert DUPLICATE not in shown.all


async def test_error_after_repair_has_new_grace_period(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    entry: MockConfigEntry,
    shown: Issues,
) -> None:
    """Test that the grace period starts again after a repair."""
    ir.async_delete_issue(hass, DOMAIN, f"{entry.entry_id}.{DUPLICATE}")
    coordinator.async_update_listeners()
    await async_step(hass, freezer, simulator, issues.GRACE - SECOND)
    assert DUPLICATE not in shown.all
    await async_step(hass, freezer, simulator, SECOND)
    assert DUPLICATE in shown.all


async def test_ignored_issues_are_restored(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    simulator: Simulator,
) -> None:
    """Test that issues that were ignored before a restart stay ignored."""
    simulator.control.code_error(
        CODE_OWNER, "provider_issue", fields={"created_at": None}
    )
    undated = _code_issue(CODE_OWNER, "provider_issue")
    gone = _code_issue("gone", "provider_issue")
    _store_ignored_issues(hass_storage, entry, FAILED, undated, gone)
    await ir.async_load(hass)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    shown = Issues(hass, entry)
    assert shown.all.keys() == SEEDED
    assert shown.all[FAILED].dismissed_version
    assert not shown.all[OFFLINE].dismissed_version
    registry = ir.async_get(hass)
    assert registry.async_get_issue(DOMAIN, f"{entry.entry_id}.{gone}") is None
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert shown.all[undated].dismissed_version


async def test_issues_of_workspaces_are_independent(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    second_entry: MockConfigEntry,
    shown: Issues,
) -> None:
    """Test that an entry does not change the issues of another."""
    simulator.control.lock_offline("Office Door")
    await async_step(hass, freezer, simulator, 2 * MINUTE)
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert Issues(hass, second_entry).all.keys() == {
        f"device.{OFFICE_DOOR}.device_offline"
    }
    assert shown.all.keys() == SEEDED
    assert await hass.config_entries.async_unload(second_entry.entry_id)
    assert not Issues(hass, second_entry).all
    assert shown.all.keys() == SEEDED
