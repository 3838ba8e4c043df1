"""Tests of what people are told under Repairs, and when."""

from datetime import timedelta
import json
from pathlib import Path
import re
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_API_KEY, EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.seam import issues
from custom_components.seam.const import CONF_ENDPOINT, CONSOLE_URL, DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.clock import to_iso
from simulator.makers import AUGUST
from simulator.seed import (
    APARTMENT_1,
    BOAT_SHED,
    CODE_APARTMENT_1_FAILED,
    CODE_CLEANER,
    CODE_HANDYMAN,
    CODE_OWNER,
    FRONT_DOOR,
    KEY_TWO,
    OFFICE_DOOR,
    UNMANAGED_INSTALLER,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
    WORKSPACE_TWO,
)

from .clock import START, async_step
from .conftest import Poll

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

DUPLICATE = f"code.{FRONT_DOOR}.{CODE_HANDYMAN}.duplicate_code_on_device"
FAILED = f"code.{APARTMENT_1}.{CODE_APARTMENT_1_FAILED}.failed_to_set_on_device"
OFFLINE = f"device.{BOAT_SHED}.device_offline"
SEEDED = {DUPLICATE, FAILED, OFFLINE}

pytestmark = pytest.mark.usefixtures("frozen_clock")


class Issues:
    """The issues of an entry, read as people would."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """Read those of this entry."""
        self._hass = hass
        self._prefix = f"{entry.entry_id}."
        path = Path(issues.__file__).parent / "translations" / "en.json"
        self._texts = json.loads(path.read_text())["issues"]

    @property
    def all(self) -> dict[str, ir.IssueEntry]:
        """Return those that are active, after a look at their texts."""
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
        """Return the ids of those that were not there from the beginning."""
        return self.all.keys() - SEEDED

    def text(self, issue_id: str) -> str:
        """Return what people read of an issue."""
        issue = self.all[issue_id]
        assert issue.translation_placeholders is not None
        texts = self._texts[issue.translation_key]
        text = "\n".join(texts.values()).format_map(issue.translation_placeholders)
        # As markdown shows it.
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


async def test_what_was_wrong_for_long_is_told_at_once(shown: Issues) -> None:
    """The seeded errors are hours old: each is told once, and nothing else is."""
    assert shown.all.keys() == SEEDED
    text = shown.text(FAILED)
    for words in (
        "Plumber",
        "Apartment 1",
        "Schlage did not accept",
        "failed_to_set_on_device",
        "Seam keeps trying",
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
async def test_names_and_messages_are_text(
    simulator: Simulator, reconcile: Poll, shown: Issues, text: str
) -> None:
    """Nothing that others write means anything to markdown or HTML."""
    world = simulator.world
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
            # Of ASCII's punctuation, only what a backslash precedes is left.
            assert not re.search(
                r"[!-/:-@\[-`{-~\n]", re.sub(r"\\.", "", placeholders[key])
            )
            assert re.sub(r"\\(.)", r"\1", placeholders[key]) == one_line
            # All of it on one line.
            assert placeholders[f"plain_{key}"] == text.replace("\n", " ")


def test_only_titles_and_menus_are_plain() -> None:
    """What is shown as markdown takes the escaped texts, the rest the plain ones."""
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
            assert "`" not in text  # There, backslashes would be shown.
            for name in re.findall(r"\{(\w+)\}", text):
                assert name.startswith("plain_") == plain, text

    check(json.loads(path.read_text())["issues"])


async def test_an_error_is_told_after_the_grace_time_and_not_before(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """To the second, by a timer: no poll and no news are needed."""
    simulator.control.code_error(CODE_OWNER, "failed_to_update", "It will not go.")
    await poll()
    assert not shown.new
    await async_step(hass, freezer, simulator, issues.GRACE - SECOND)
    assert not shown.new
    asked = len(simulator.requests)
    await async_step(hass, freezer, simulator, SECOND)
    assert len(simulator.requests) == asked
    assert shown.new == {issue_id := _code_issue(CODE_OWNER, "failed_to_update")}
    # The old code is still on the lock and opens it.
    assert shown.all[issue_id].severity is ir.IssueSeverity.WARNING


async def test_without_a_date_it_counts_from_when_it_was_seen(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Seam need not say since when."""
    simulator.control.code_error(
        CODE_OWNER, "provider_issue", fields={"created_at": None}
    )
    await async_step(hass, freezer, simulator, 30 * MINUTE)
    assert not shown.new
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert shown.new == {_code_issue(CODE_OWNER, "provider_issue")}


async def test_an_error_that_is_dated_anew_at_each_try_is_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Seam tries again and again; the time since the first failure counts."""
    simulator.control.code_error(CODE_OWNER, "failed_to_issue")
    for _ in range(3):
        await poll()
        assert not shown.new
        await async_step(hass, freezer, simulator, 4 * MINUTE)
        [error] = simulator.world.access_codes[CODE_OWNER].errors
        error["created_at"] = to_iso(simulator.clock.now())
        simulator.control.code_warning(CODE_OWNER, "delay_in_setting_on_device")
    await poll()
    assert shown.new == {_code_issue(CODE_OWNER, "failed_to_issue")}


async def test_a_date_in_the_future_does_not_hide_it(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Clocks differ."""
    later = to_iso(START + timedelta(days=3))
    simulator.control.code_error(
        CODE_OWNER, "provider_issue", fields={"created_at": later}
    )
    await poll()
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert len(shown.new) == 1


async def test_an_error_that_comes_again_has_its_time_again(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """What was over in between is not the same trouble."""
    for _ in range(2):
        simulator.control.code_error(CODE_OWNER, "provider_issue")
        await poll()
        await async_step(hass, freezer, simulator, 6 * MINUTE)
        assert not shown.new
        simulator.control.clear_code_problems(CODE_OWNER)
        await poll()
    await async_step(hass, freezer, simulator, 2 * issues.GRACE)
    assert not shown.new


async def test_it_closes_with_the_error(
    simulator: Simulator, poll: Poll, shown: Issues
) -> None:
    """Nobody has to click away what is over."""
    simulator.control.clear_code_problems(CODE_APARTMENT_1_FAILED)
    simulator.control.lock_online("Boat Shed")
    await poll()
    assert shown.all.keys() == {DUPLICATE}


async def test_it_closes_with_the_code(
    simulator: Simulator, reconcile: Poll, shown: Issues
) -> None:
    """A code that one answer leaves out is not gone yet."""
    simulator.control.vanish_code(CODE_APARTMENT_1_FAILED)
    await reconcile()
    assert FAILED in shown.all
    await reconcile()
    assert shown.all.keys() == SEEDED - {FAILED}


async def test_it_closes_with_the_lock(
    simulator: Simulator, poll: Poll, shown: Issues
) -> None:
    """A lock takes all its issues with it."""
    simulator.control.remove_lock("Boat Shed")
    simulator.control.remove_lock("Front Door")
    await poll()
    assert shown.all.keys() == {FAILED}


async def test_an_error_of_a_device_is_told_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Each of its codes repeats it; another error of it is another issue."""
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


async def test_an_error_of_an_account_is_told_once_with_its_locks(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """One account, one issue, all its locks; and where to connect it again."""
    simulator.control.add_lock("Side Door", AUGUST)
    simulator.control.account_error("Front Door")
    simulator.control.account_error(
        "Front Door", "salto_ks_subscription_limit_exceeded"
    )
    await poll()
    assert not shown.new
    await async_step(hass, freezer, simulator, issues.GRACE)
    account_id = simulator.world.devices[FRONT_DOOR].connected_account_id
    lost = f"account.{account_id}.account_disconnected"
    limit = f"account.{account_id}.salto_ks_subscription_limit_exceeded"
    assert shown.new == {lost, limit}
    for issue_id in (lost, limit):
        assert "Front Door, Side Door" in shown.text(issue_id)
        assert shown.all[issue_id].learn_more_url == CONSOLE_URL
    assert "August" in shown.text(lost)
    assert "connect it again" in shown.text(lost)
    assert "connect it again" not in shown.text(limit)
    simulator.control.remove_lock("Side Door")
    await poll()
    assert "Side Door" not in shown.text(lost)
    simulator.control.clear_account_problems("Front Door")
    await poll()
    assert not shown.new


async def test_an_error_of_a_bridge_is_told_once(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    reconcile: Poll,
    shown: Issues,
) -> None:
    """A bridge stands for the account behind it."""
    account = simulator.world.account_of(simulator.world.devices[FRONT_DOOR])
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


async def test_trouble_of_thermostats_is_none(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Seam tells of heating where there is only a lock."""
    simulator.control.device_error("Front Door", "auxiliary_heat_running")
    simulator.control.device_warning("Front Door", "third_party_integration_detected")
    simulator.control.code_warning(CODE_OWNER, "delay_in_setting_on_device")
    await poll()
    await async_step(hass, freezer, simulator, 2 * issues.GRACE)
    assert not shown.new


async def test_errors_that_nobody_knows_are_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Seam adds codes: its words stand, with advice by what the error is about."""
    code, device, account = "gremlins_in_code", "gremlins_in_lock", "gremlins_at_maker"
    simulator.control.code_error(CODE_OWNER, code, "Gremlins!")
    simulator.control.device_error("Front Door", device, "")
    simulator.control.account_error("Front Door", account, "Gremlins!")
    await poll()
    await async_step(hass, freezer, simulator, issues.GRACE)
    account_id = simulator.world.devices[FRONT_DOOR].connected_account_id
    expected = {
        _code_issue(CODE_OWNER, code): "delete the code and create it anew",
        f"device.{FRONT_DOOR}.{device}": "look at the lock in the maker's app",
        f"account.{account_id}.{account}": "account in the Seam console",
    }
    assert shown.new == expected.keys()
    for issue_id, advice in expected.items():
        assert advice in shown.text(issue_id)
        assert issue_id.rsplit(".", 1)[1] in shown.text(issue_id)


async def test_nothing_is_told_while_home_assistant_starts(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """What it runs itself may be what is missing."""
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


async def test_unloaded_before_home_assistant_has_started(
    hass: HomeAssistant, entry: MockConfigEntry, simulator: Simulator
) -> None:
    """Nothing is left that would start later."""
    hass.set_state(CoreState.starting)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    assert not Issues(hass, entry).all


async def test_while_seam_is_silent_everything_stays(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """No news is neither good nor bad; with the first answer it goes on."""
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


async def test_while_the_codes_of_a_lock_are_unknown_their_issues_stay(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    reconcile: Poll,
    shown: Issues,
) -> None:
    """Other locks go on; what Seam cannot tell of is left alone."""
    simulator.control.code_error(CODE_OWNER, "provider_issue")
    await reconcile()
    fault = simulator.faults.add(
        "status", path="/access_codes/unmanaged", device_id=FRONT_DOOR, status=400
    )
    simulator.control.clear_code_problems(CODE_HANDYMAN)
    simulator.control.clear_code_problems(CODE_APARTMENT_1_FAILED)
    await reconcile()
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert shown.all.keys() == {DUPLICATE, OFFLINE}
    simulator.faults.clear(fault_id=fault.fault_id)
    await reconcile()
    assert shown.all.keys() == {OFFLINE, _code_issue(CODE_OWNER, "provider_issue")}


async def test_a_duplicate_is_known_by_its_pin_too(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """Older answers do not name the other code."""
    simulator.control.code_error(CODE_CLEANER, "duplicate_code_attempt_prevented")
    simulator.control.code_error(CODE_OWNER, "duplicate_code_on_device")
    world = simulator.world.access_codes
    world[UNMANAGED_NEIGHBOUR].code = world[CODE_CLEANER].code
    await poll()
    await async_step(hass, freezer, simulator, issues.GRACE)
    found = shown.all[_code_issue(CODE_CLEANER, "duplicate_code_attempt_prevented")]
    assert found.is_fixable
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["other"] == "Neighbour"
    # Nothing can be offered where the other code is not known.
    assert not shown.all[_code_issue(CODE_OWNER, "duplicate_code_on_device")].is_fixable


async def test_a_duplicate_that_nobody_can_touch_cannot_be_repaired(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    poll: Poll,
    shown: Issues,
) -> None:
    """The installer's code can be neither converted nor deleted, nor can managed ones."""
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
        assert "Find the other code" in shown.text(issue_id)


async def test_no_pin_is_told(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    reconcile: Poll,
    shown: Issues,
) -> None:
    """Neither in Seam's words nor in the names of codes, nor in the data of repairs."""
    codes = simulator.world.access_codes
    pin = codes[CODE_OWNER].code
    simulator.control.code_error(CODE_OWNER, "provider_issue", f"Cannot set {pin}.")
    simulator.control.device_error("Front Door", "hub_disconnected", f"At {pin}.")
    simulator.control.account_error("Front Door", "some_error", f"For {pin}.")
    codes[CODE_OWNER].name = f"Owner {pin}"
    codes[UNMANAGED_OLD_GUEST].name = f"Guest {codes[UNMANAGED_OLD_GUEST].code}"
    await reconcile()
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert len(shown.new) == 3
    pins = {code.code for code in codes.values() if code.code}
    everything = repr(shown.all)
    assert pins.isdisjoint(re.findall(r"\d{4,}", everything))
    assert "••••" in everything


async def test_quiet_polls_change_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    reconcile: Poll,
    shown: Issues,
) -> None:
    """Whoever watches the issues hears only of changes."""
    changes = async_capture_events(hass, ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED)
    await reconcile()
    simulator.control.battery("Front Door", 0.4)
    await async_step(hass, freezer, simulator, 2 * MINUTE)
    assert not changes
    assert shown.all.keys() == SEEDED


async def test_reload_and_unload(
    hass: HomeAssistant, entry: MockConfigEntry, shown: Issues
) -> None:
    """Unloaded, nothing is told; loaded again, the same is told again."""
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert shown.all.keys() == SEEDED
    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.NOT_LOADED
    assert not shown.all


async def test_what_is_ignored_stays_ignored(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    entry: MockConfigEntry,
    poll: Poll,
    shown: Issues,
) -> None:
    """Over polls and reloads, until the error is gone: then it is another time."""
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


async def test_removing_the_entry_forgets_what_was_ignored(
    hass: HomeAssistant, entry: MockConfigEntry, shown: Issues
) -> None:
    """Nobody could bring it back."""
    ir.async_ignore_issue(hass, DOMAIN, f"{entry.entry_id}.{FAILED}", True)
    assert await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert not [issue for issue in ir.async_get(hass).issues if issue[0] == DOMAIN]


def _remember_as_ignored(
    hass_storage: dict[str, Any], entry: MockConfigEntry, *issue_ids: str
) -> None:
    """Have these issues ignored before Home Assistant was restarted."""
    hass_storage[ir.STORAGE_KEY] = {
        "version": ir.STORAGE_VERSION_MAJOR,
        "minor_version": ir.STORAGE_VERSION_MINOR,
        "key": ir.STORAGE_KEY,
        "data": {
            "issues": [
                {
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


async def test_what_was_ignored_of_a_lock_whose_codes_are_unknown(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    entry: MockConfigEntry,
    simulator: Simulator,
) -> None:
    """It is not forgotten before Seam could tell whether it is over."""
    _remember_as_ignored(hass_storage, entry, DUPLICATE)
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


async def test_an_error_that_outlasts_its_repair_comes_back(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    entry: MockConfigEntry,
    shown: Issues,
) -> None:
    """Not at once: Seam and the lock get the same time as for a new error."""
    ir.async_delete_issue(hass, DOMAIN, f"{entry.entry_id}.{DUPLICATE}")
    coordinator.async_update_listeners()
    await async_step(hass, freezer, simulator, issues.GRACE - SECOND)
    assert DUPLICATE not in shown.all
    await async_step(hass, freezer, simulator, SECOND)
    assert DUPLICATE in shown.all


async def test_what_was_ignored_before_a_restart(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    simulator: Simulator,
) -> None:
    """Home Assistant remembers only that; also for an error without a date."""
    simulator.control.code_error(
        CODE_OWNER, "provider_issue", fields={"created_at": None}
    )
    undated = _code_issue(CODE_OWNER, "provider_issue")
    gone = _code_issue("gone", "provider_issue")
    _remember_as_ignored(hass_storage, entry, FAILED, undated, gone)
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


async def test_workspaces_do_not_touch_each_other(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    simulator: Simulator,
    entry: MockConfigEntry,
    shown: Issues,
) -> None:
    """Each keeps the issues of its own entry."""
    other = MockConfigEntry(
        domain=DOMAIN,
        unique_id=WORKSPACE_TWO,
        data={CONF_API_KEY: KEY_TWO, CONF_ENDPOINT: simulator.url},
    )
    other.add_to_hass(hass)
    assert await hass.config_entries.async_setup(other.entry_id)
    simulator.control.lock_offline("Office Door")
    await async_step(hass, freezer, simulator, 2 * MINUTE)
    await async_step(hass, freezer, simulator, issues.GRACE)
    assert Issues(hass, other).all.keys() == {f"device.{OFFICE_DOOR}.device_offline"}
    assert shown.all.keys() == SEEDED
    assert await hass.config_entries.async_unload(other.entry_id)
    assert not Issues(hass, other).all
    assert shown.all.keys() == SEEDED
