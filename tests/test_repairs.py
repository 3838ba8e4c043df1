"""Tests for the repairs platform, over HTTP like the frontend."""

import asyncio
from datetime import timedelta
from http import HTTPStatus
import json
from pathlib import Path
import re
from typing import Any

from aiohttp.test_utils import TestClient
from homeassistant.components.repairs import DOMAIN as REPAIRS_DOMAIN
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.seam import issues, repairs
from custom_components.seam.actions import waiting
from custom_components.seam.actions.convert import async_convert
from custom_components.seam.actions.outcomes import CodeResults
from custom_components.seam.const import DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import (
    CODE_HANDYMAN,
    FRONT_DOOR,
    UNMANAGED_INSTALLER,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
)

from .clock import wait_until
from .conftest import Poll

ALL_CHOICES = ["convert", "delete", "leave"]


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up only locks, whose issues the tests look at."""
    return [Platform.LOCK]


class Repair:
    """The repair dialog of the frontend."""

    def __init__(self, client: TestClient, entry: MockConfigEntry) -> None:
        """Initialize the dialog with a connection of the frontend."""
        self._client = client
        self.issue_id = (
            f"{entry.entry_id}.code.{FRONT_DOOR}.{CODE_HANDYMAN}"
            ".duplicate_code_on_device"
        )
        path = Path(repairs.__file__).parent / "translations" / "en.json"
        self._texts = json.loads(path.read_text())["issues"]["duplicate_code"]
        self.shown: list[str] = []
        """All texts that were sent to the dialog."""

    async def open(self) -> dict[str, Any]:
        """Open the dialog."""
        return await self._post("", {"handler": DOMAIN, "issue_id": self.issue_id})

    async def choose(self, flow: dict[str, Any], choice: str) -> dict[str, Any]:
        """Choose from the menu, and confirm if needed."""
        flow = await self.pick(flow, choice)
        return await self.confirm(flow) if flow["type"] == "form" else flow

    async def pick(self, flow: dict[str, Any], choice: str) -> dict[str, Any]:
        """Choose from the menu."""
        return await self._post(f"/{flow['flow_id']}", {"next_step_id": choice})

    async def confirm(self, flow: dict[str, Any]) -> dict[str, Any]:
        """Confirm."""
        return await self._post(f"/{flow['flow_id']}", {})

    async def _post(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        response = await self._client.post(f"/api/repairs/issues/fix{path}", json=body)
        self.shown.append(await response.text())
        assert response.status == HTTPStatus.OK, self.shown[-1]
        answer: dict[str, Any] = json.loads(self.shown[-1])
        self._check(answer)
        return answer

    def _check(self, answer: dict[str, Any]) -> None:
        """Check that everything shown has a text."""
        texts = self._texts["fix_flow"]
        match answer["type"]:
            case "abort":
                shown = texts["abort"][answer["reason"]]
            case "create_entry":
                shown = texts["create_entry"][answer["description"]]
            case _:
                shown = texts["step"][answer["step_id"]]
        if answer["type"] == "menu":
            assert set(answer["menu_options"]) <= set(shown["menu_options"])
            assert shown["menu_option_descriptions"].keys() == (
                shown["menu_options"].keys()
            )
        asked = set(re.findall(r"\{(\w+)\}", json.dumps(shown)))
        assert asked <= answer["description_placeholders"].keys()


@pytest.fixture
async def repair(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    entry: MockConfigEntry,
    coordinator: SeamCoordinator,
) -> Repair:
    """Return the repair dialog of the handyman's code."""
    assert await async_setup_component(hass, REPAIRS_DOMAIN, {})
    return Repair(await hass_client(), entry)


def _issue(hass: HomeAssistant, repair: Repair) -> ir.IssueEntry | None:
    return ir.async_get(hass).async_get_issue(DOMAIN, repair.issue_id)


def _writes(simulator: Simulator, path: str = "/access_codes/unmanaged/") -> list[str]:
    return [
        request.path
        for request in simulator.requests
        if request.path.startswith(path) and not request.path.endswith("/list")
    ]


async def test_repair_shows_both_codes(simulator: Simulator, repair: Repair) -> None:
    """Opening the dialog changes nothing."""
    flow = await repair.open()
    assert flow["type"] == "menu"
    assert flow["step_id"] == "init"
    assert flow["menu_options"] == ALL_CHOICES
    placeholders = flow["description_placeholders"]
    assert placeholders["lock"] == "Front Door"
    assert placeholders["name"] == "Handyman"
    assert placeholders["other"] == "Summer guest"
    assert not _writes(simulator)


async def test_repair_delete_needs_confirmation(
    hass: HomeAssistant, simulator: Simulator, repair: Repair
) -> None:
    """Nothing is deleted before the confirmation."""
    flow = await repair.pick(await repair.open(), "delete")
    assert (flow["type"], flow["step_id"]) == ("form", "delete")
    placeholders = flow["description_placeholders"]
    assert placeholders["other"] == "Summer guest"
    assert placeholders["lock"] == "Front Door"
    assert not _writes(simulator)
    assert _issue(hass, repair)


async def test_repair_delete(
    hass: HomeAssistant, simulator: Simulator, repair: Repair, poll: Poll
) -> None:
    """The unmanaged code is deleted, the issue is solved, and the managed code is set."""
    done = await repair.choose(await repair.open(), "delete")
    assert (done["type"], done["description"]) == ("create_entry", "deleted")
    assert UNMANAGED_OLD_GUEST not in simulator.state.access_codes
    assert _issue(hass, repair) is None
    await poll()
    assert _issue(hass, repair) is None


@pytest.mark.parametrize("new_id", [False, True])
async def test_repair_convert(
    hass: HomeAssistant,
    simulator: Simulator,
    repair: Repair,
    poll: Poll,
    monkeypatch: pytest.MonkeyPatch,
    new_id: bool,
) -> None:
    """The code is managed, and the next poll does not create the issue again.

    Seam's error stays until one of the codes gets another PIN, so that an issue that is
    not fixable follows after the grace period.
    """
    simulator.control.convert_with_new_id(new_id)
    done = await repair.choose(await repair.open(), "convert")
    assert (done["type"], done["description"]) == ("create_entry", "converted")
    [converted] = [
        code
        for code in simulator.state.access_codes.values()
        if code.name == "Summer guest"
    ]
    assert converted.is_managed
    assert _issue(hass, repair) is None
    await poll()
    assert simulator.state.access_codes[CODE_HANDYMAN].errors
    assert _issue(hass, repair) is None
    due = dt_util.utcnow() + issues.GRACE
    monkeypatch.setattr(issues, "GRACE", timedelta(0))
    async_fire_time_changed(hass, due)
    issue = _issue(hass, repair)
    assert issue
    assert not issue.is_fixable


async def test_repair_waits_for_action_on_same_code(
    simulator: Simulator,
    repair: Repair,
    hass: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A code that an action has converted in the meantime is not converted again."""
    path = "/access_codes/unmanaged/convert_to_managed"
    started = asyncio.Event()

    async def convert(*args: Any) -> CodeResults:
        started.set()
        return await async_convert(*args)

    monkeypatch.setattr(repairs, "async_convert", convert)
    flow = await repair.open()
    held = simulator.faults.add("hang", path=path)
    action = asyncio.create_task(
        hass.services.async_call(
            DOMAIN,
            "convert_access_code",
            {"entity_id": "lock.front_door", "access_code_id": UNMANAGED_OLD_GUEST},
            blocking=True,
        )
    )
    await wait_until(lambda: held.hits > 0)
    choosing = asyncio.create_task(repair.choose(flow, "convert"))
    await started.wait()
    simulator.faults.clear()
    await action
    done = await choosing
    assert (done["type"], done["reason"]) == ("abort", "managed_now")
    assert _writes(simulator, path) == [path]


async def test_repair_leave(
    hass: HomeAssistant,
    simulator: Simulator,
    entry: MockConfigEntry,
    repair: Repair,
    poll: Poll,
) -> None:
    """The issue is ignored, and nothing changes."""
    done = await repair.choose(await repair.open(), "leave")
    assert (done["type"], done["reason"]) == ("abort", "left")
    await poll()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    issue = _issue(hass, repair)
    assert issue
    assert issue.active
    assert issue.dismissed_version
    assert not _writes(simulator)


@pytest.mark.parametrize("choice", ["convert", "delete"])
async def test_repair_refused_by_seam(
    hass: HomeAssistant, simulator: Simulator, repair: Repair, choice: str
) -> None:
    """Seam's reason is shown without PINs, and the choices again."""
    pin = simulator.state.access_codes[UNMANAGED_OLD_GUEST].code
    simulator.faults.add(
        "status",
        path="/access_codes/unmanaged/" + ("convert" if choice == "convert" else "del"),
        status=400,
        error_type="invalid_input",
        message=f"The moon is wrong for {pin}.",
        count=1,
    )
    flow = await repair.choose(await repair.open(), choice)
    assert (flow["type"], flow["step_id"]) == ("menu", "failed")
    assert flow["menu_options"] == ALL_CHOICES
    reason = flow["description_placeholders"]["reason"]
    assert r"The moon is wrong for ••••\." in reason
    assert _issue(hass, repair)
    assert (await repair.choose(flow, choice))["type"] == "create_entry"
    assert not any(str(pin) in text for text in repair.shown)


async def test_repair_refused_but_solved(simulator: Simulator, repair: Repair) -> None:
    """The flow ends if the conflict is solved by then."""
    flow = await repair.open()
    simulator.faults.add("status", path="/access_codes/unmanaged/delete", status=400)
    simulator.control.clear_code_problems(CODE_HANDYMAN)
    done = await repair.choose(flow, "delete")
    assert (done["type"], done["reason"]) == ("abort", "solved")


async def test_repair_conversion_fails(simulator: Simulator, repair: Repair) -> None:
    """The reason of a failed conversion is shown."""
    simulator.control.fail_next_conversion()
    flow = await repair.choose(await repair.open(), "convert")
    assert (flow["type"], flow["step_id"]) == ("menu", "failed")
    assert flow["description_placeholders"]["reason"]
    assert not simulator.state.access_codes[UNMANAGED_OLD_GUEST].is_managed


async def test_repair_deletion_fails(simulator: Simulator, repair: Repair) -> None:
    """The reason of a failed deletion is shown."""
    simulator.faults.add(
        "status",
        path="/access_codes/unmanaged/delete",
        status=503,
        message="Seam is tired.",
        count=1,
    )
    flow = await repair.choose(await repair.open(), "delete")
    assert flow["step_id"] == "failed"
    assert r"Seam is tired\." in flow["description_placeholders"]["reason"]


async def test_repair_rate_limit(simulator: Simulator, repair: Repair) -> None:
    """The reason says how long to wait."""
    simulator.faults.add(
        "rate_limit", path="/access_codes/unmanaged/delete", retry_after=17, count=1
    )
    flow = await repair.choose(await repair.open(), "delete")
    assert "17 seconds" in flow["description_placeholders"]["reason"]
    done = await repair.choose(flow, "delete")
    assert done["type"] == "create_entry"


async def test_repair_pending(
    hass: HomeAssistant,
    simulator: Simulator,
    repair: Repair,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The issue stays until the lock has made the change."""
    monkeypatch.setattr(waiting, "WAIT_STEPS", (0.01,) * 2)
    simulator.control.lock_offline("Front Door")
    done = await repair.choose(await repair.open(), "delete")
    assert (done["type"], done["reason"]) == ("abort", "under_way")
    assert _issue(hass, repair)


@pytest.mark.parametrize("choice", ["convert", "delete"])
async def test_repair_code_not_found(
    simulator: Simulator, repair: Repair, choice: str
) -> None:
    """The flow ends if Seam does not know the code."""
    flow = await repair.open()
    simulator.control.vanish_code(UNMANAGED_OLD_GUEST)
    done = await repair.choose(flow, choice)
    assert (done["type"], done["reason"]) == ("abort", "other_gone")


@pytest.mark.parametrize("choice", ["convert", "delete", "leave"])
@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ("other code", "other_gone"),
        ("other managed", "managed_now"),
        ("code", "code_gone"),
        ("lock", "lock_gone"),
        ("error", "solved"),
        ("entry", "not_loaded"),
        ("another collision", "solved"),
    ],
)
async def test_repair_conflict_gone(
    hass: HomeAssistant,
    simulator: Simulator,
    entry: MockConfigEntry,
    repair: Repair,
    reconcile: Poll,
    trouble: str,
    reason: str,
    choice: str,
) -> None:
    """The flow ends, and nothing else changes."""
    flow = await repair.open()
    if trouble == "entry":
        assert await hass.config_entries.async_unload(entry.entry_id)
    else:
        _make_trouble(simulator, trouble)
        await reconcile()
        await reconcile()
    done = await repair.choose(flow, choice)
    assert (done["type"], done["reason"]) == ("abort", reason)
    assert not _writes(simulator)
    issue = _issue(hass, repair)
    assert issue is None or not issue.dismissed_version


def _make_trouble(simulator: Simulator, trouble: str) -> None:
    world, control = simulator.state, simulator.control
    match trouble:
        case "other code":
            control.delete_code_in_app(UNMANAGED_OLD_GUEST)
        case "other managed":
            world.access_codes[UNMANAGED_OLD_GUEST].is_managed = True
        case "code":
            control.vanish_code(CODE_HANDYMAN)
        case "lock":
            control.remove_lock(FRONT_DOOR)
        case "error":
            control.clear_code_problems(CODE_HANDYMAN)
        case "another collision":
            [error] = world.access_codes[CODE_HANDYMAN].errors
            error["unmanaged_access_code_id"] = UNMANAGED_NEIGHBOUR


async def test_repair_conflict_gone_before_confirmation(
    simulator: Simulator, repair: Repair, reconcile: Poll
) -> None:
    """The flow ends if the code is gone before the confirmation."""
    flow = await repair.pick(await repair.open(), "delete")
    simulator.control.clear_code_problems(CODE_HANDYMAN)
    await reconcile()
    done = await repair.confirm(flow)
    assert (done["type"], done["reason"]) == ("abort", "solved")
    assert not _writes(simulator)


async def test_repair_leave_closed_issue(
    hass: HomeAssistant, simulator: Simulator, repair: Repair
) -> None:
    """An issue that is closed cannot be ignored."""
    flow = await repair.open()
    ir.async_delete_issue(hass, DOMAIN, repair.issue_id)
    done = await repair.choose(flow, "leave")
    assert (done["type"], done["reason"]) == ("abort", "solved")
    assert _issue(hass, repair) is None


async def test_repair_escapes_names(
    hass: HomeAssistant, simulator: Simulator, repair: Repair, reconcile: Poll
) -> None:
    """Names are neither markdown nor HTML."""
    name = "[x](https://evil.example) <img src=x>"
    shown = r"\[x\]\(https\:\/\/evil\.example\) \<img src\=x\>"
    simulator.state.access_codes[UNMANAGED_OLD_GUEST].name = name
    await reconcile()
    simulator.faults.add(
        "status", path="/access_codes/unmanaged/", status=400, message=name, count=1
    )
    menu = await repair.open()
    form = await repair.pick(menu, "delete")
    failed = await repair.confirm(form)
    assert failed["step_id"] == "failed"
    assert shown in failed["description_placeholders"]["reason"]
    done = await repair.choose(failed, "convert")
    for answer in (menu, form, failed, done):
        assert answer["description_placeholders"]["other"] == shown
        assert answer["description_placeholders"]["plain_other"] == name


async def test_repair_offers_possible_choices(
    simulator: Simulator, repair: Repair, reconcile: Poll
) -> None:
    """Only possible choices are offered."""
    other = simulator.state.access_codes[UNMANAGED_OLD_GUEST]
    other.cannot_be_managed = True
    await reconcile()
    assert (await repair.open())["menu_options"] == ["delete", "leave"]
    other.cannot_be_managed = False
    other.cannot_delete_unmanaged_access_code = True
    await reconcile()
    assert (await repair.open())["menu_options"] == ["convert", "leave"]


async def test_repair_not_fixable(
    hass: HomeAssistant, simulator: Simulator, repair: Repair, reconcile: Poll
) -> None:
    """An issue without choices is not fixable."""
    [error] = simulator.state.access_codes[CODE_HANDYMAN].errors
    error["unmanaged_access_code_id"] = UNMANAGED_INSTALLER
    await reconcile()
    issue = _issue(hass, repair)
    assert issue
    assert not issue.is_fixable
    response = await repair._client.post(
        "/api/repairs/issues/fix",
        json={"handler": DOMAIN, "issue_id": repair.issue_id},
    )
    assert response.status == HTTPStatus.BAD_REQUEST


async def test_repair_requires_admin(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    hass_read_only_access_token: str,
    simulator: Simulator,
    repair: Repair,
) -> None:
    """Other users cannot open the dialog."""
    client = await hass_client(hass_read_only_access_token)
    response = await client.post(
        "/api/repairs/issues/fix",
        json={"handler": DOMAIN, "issue_id": repair.issue_id},
    )
    assert response.status == HTTPStatus.UNAUTHORIZED
    assert not _writes(simulator)
