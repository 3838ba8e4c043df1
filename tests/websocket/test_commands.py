"""The websocket commands that change or reveal codes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.const import EVENT_CALL_SERVICE
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.seam.api.redact import MASK
from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.errors import ActionError
from custom_components.seam.websocket.fields import _FIELDS, field_of
from simulator import Simulator
from simulator.seed import (
    CODE_APARTMENT_1_EXPIRED,
    CODE_CLEANER,
    CODE_GUEST_NOW,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
)
from tests.conftest import Poll
from tests.test_repository import load_json
from tests.test_translations import raised_exceptions

from .conftest import Connect, Panel

pytestmark = pytest.mark.filterwarnings(
    "ignore::aiohttp.web_exceptions.NotAppKeyWarning"
)

FRONT: Final = "lock.front_door"
FLAT_1: Final = "lock.apartment_1"
FLAT_2: Final = "lock.apartment_2"
PIN: Final = "736914"
STAY: Final = {
    "starts_at": "2031-07-03T15:00:00.000Z",
    "ends_at": "2031-07-10T11:00:00.000Z",
}

COMMANDS: Final[Mapping[str, dict[str, Any]]] = {
    "seam/code/create": {"entity_ids": [FRONT], "name": "Baker", "ongoing": True},
    "seam/code/update": {"access_code_id": CODE_OWNER, "new_name": "Landlord"},
    "seam/code/end": {"access_code_id": CODE_GUEST_NOW},
    "seam/code/delete": {"access_code_id": CODE_OWNER},
    "seam/code/convert": {"access_code_id": UNMANAGED_NEIGHBOUR},
    "seam/code/release": {"access_code_id": CODE_OWNER},
    "seam/code/reveal": {"access_code_id": CODE_OWNER},
    "seam/code/pull_backup": {"access_code_id": CODE_GUEST_NOW},
    "seam/code/generate": {"entity_ids": [FRONT]},
    "seam/lock/refresh": {},
    "seam/preview": {"kind": "convert", "entity_ids": [FRONT]},
}


def _data(command: str) -> dict[str, Any]:
    data = COMMANDS[command]
    return data if "entity_ids" in data else {"entity_id": FRONT, **data}


@pytest.mark.parametrize("command", COMMANDS)
async def test_administrator_may_use_command(
    simulator: Simulator, panel: Panel, command: str
) -> None:
    """Each command does something on the lock."""
    rows = await panel.results(command, **_data(command))
    assert list(rows) == [FRONT]
    assert "error" not in rows[FRONT]


@pytest.mark.parametrize("command", COMMANDS)
async def test_only_administrators_may_use_command(
    hass: HomeAssistant,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    connect: Connect,
    command: str,
) -> None:
    """Other users get a sentence, and Seam no request."""
    user = await hass.auth.async_create_user("Tenant", group_ids=[GROUP_ID_USER])
    panel = await connect(user)
    before = len(simulator.requests)
    error = await panel.refused(command, **_data(command))
    assert error["code"] == "only_admin"
    assert error["message"] == "Only administrators can use this action"
    assert len(simulator.requests) == before


async def test_create_on_two_locks(simulator: Simulator, panel: Panel) -> None:
    """The PIN is answered at once, and the subscription shows the progress."""
    rows = await panel.results(
        "seam/code/create", entity_ids=[FRONT, FLAT_1], name="Summer guest", **STAY
    )
    assert rows.keys() == {FRONT, FLAT_1}
    made = {row["access_code_id"] for row in rows.values()}
    codes = simulator.state.access_codes
    assert {row["code"] for row in rows.values()} == {
        codes[next(iter(made))].code,
    }
    assert {row["outcome"] for row in rows.values()} <= {"pending", "success"}

    def all_scheduled() -> bool:
        shown = [panel.code(code_id) for code_id in made]
        return all(code and code["state"] == "scheduled" for code in shown)

    await panel.wait_for(all_scheduled)
    assert {codes[code_id].ends_at for code_id in made} == {
        datetime(2031, 7, 10, 11, tzinfo=UTC)
    }


async def test_create_shows_each_step(simulator: Simulator, panel: Panel) -> None:
    """A code that takes a while is shown as being set, and then as active."""
    rows = await panel.results(
        "seam/code/create", entity_ids=[FRONT], name="Baker", ongoing=True
    )
    code_id = rows[FRONT]["access_code_id"]
    assert rows[FRONT]["outcome"] == "pending"
    await panel.wait_for(lambda: (panel.code(code_id) or {}).get("state") == "active")
    assert any(
        code["access_code_id"] == code_id and code["state"] == "setting"
        for event in panel.events
        for lock in event["locks"]
        for code in lock["codes"]
    )


async def test_own_pin_on_one_lock(simulator: Simulator, panel: Panel) -> None:
    """A PIN can be chosen."""
    rows = await panel.results(
        "seam/code/create", entity_ids=[FRONT], name="Baker", code=PIN, ongoing=True
    )
    assert rows[FRONT]["code"] == PIN
    assert simulator.state.access_codes[rows[FRONT]["access_code_id"]].code == PIN


async def test_duplicate_pin_names_field(simulator: Simulator, panel: Panel) -> None:
    """An error of one lock says to which field of the form it belongs."""
    simulator.state.access_codes[CODE_OWNER].code = taken = "482751"
    rows = await panel.results(
        "seam/code/create", entity_ids=[FRONT], name="Baker", code=taken, ongoing=True
    )
    assert rows[FRONT]["error_key"] == "duplicate_access_code_named"
    assert rows[FRONT]["field"] == "code"
    assert rows[FRONT]["is_uncertain"] is False
    assert "“Owner”" in rows[FRONT]["error"]
    assert taken not in rows[FRONT]["error"]


async def test_errors_in_forms_have_no_request_id(
    simulator: Simulator, panel: Panel
) -> None:
    """A form shows Seam's message. The id of the request is for logs and support."""
    simulator.control.lock_offline("Front Door")
    rows = await panel.results(
        "seam/code/update",
        entity_id=FRONT,
        access_code_id=CODE_OWNER,
        code=PIN,
        attempt_for_offline_device=False,
    )
    assert rows[FRONT]["error_key"] == "refused"
    assert simulator.requests[-1].request_id
    assert "(request" not in rows[FRONT]["error"]


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        ({"code": "12"}, "code_not_digits", "code"),
        ({"code": [PIN]}, "code_not_digits", "code"),
        ({"code": "736914736914"}, "code_length", "code"),
        ({"name": ""}, "invalid_text", "name"),
        ({"name": f"Guest {PIN}", "code": PIN}, "name_contains_code", "name"),
        ({"name": "Owner"}, "name_taken", "name"),
        ({"ongoing": False}, "no_times", "starts_at"),
        ({"ongoing": False, "starts_at": "soon"}, "invalid_time", "starts_at"),
        (
            {"ongoing": False, "starts_at": "2031-07-03", "ends_at": "2031-07-02"},
            "end_before_start",
            "ends_at",
        ),
        ({"entity_ids": []}, "no_locks", "entity_ids"),
        ({"entity_ids": 7}, "invalid_target", "entity_ids"),
        ({"entity_ids": ["light.kitchen"]}, "not_a_seam_lock", "entity_ids"),
        ({PIN: True}, "field_unknown", MASK),
        (
            {"code": "", "is_offline_access_code": True},
            "no_offline_access_codes",
            "is_offline_access_code",
        ),
    ],
)
async def test_refused_command(
    simulator: Simulator,
    panel: Panel,
    caplog: pytest.LogCaptureFixture,
    data: dict[str, Any],
    code: str,
    field: str,
) -> None:
    """What is refused names its field, quotes no PIN, and is not sent to Seam."""
    before = len(simulator.requests)
    error = await panel.refused(
        "seam/code/create",
        **{"entity_ids": [FRONT], "name": "Baker", "ongoing": True, "code": PIN} | data,
    )
    assert error["code"] == code, error
    assert PIN not in str(error)
    assert error["message"] != code
    assert error["translation_placeholders"]["field"] == field
    assert len(simulator.requests) == before
    assert PIN not in caplog.text


@pytest.mark.parametrize(
    ("command", "data"),
    [
        ("create", {"entity_ids": [FRONT], "name": "Baker", "ongoing": True}),
        ("create", {"entity_ids": [FRONT, FLAT_1], "name": "Baker", "ongoing": True}),
        ("update", {"entity_id": FRONT, "access_code_id": CODE_OWNER, "code": PIN}),
        ("delete", {"entity_id": FRONT, "access_code_id": CODE_OWNER}),
    ],
)
async def test_unconfirmed_change_is_uncertain(
    simulator: Simulator, panel: Panel, command: str, data: dict[str, Any]
) -> None:
    """The panel must not offer to repeat what may have been done."""
    simulator.faults.add("status", path=f"/access_codes/{command}", status=500)
    simulator.faults.add("status", path="/access_codes/create_multiple", status=500)
    rows = await panel.results(f"seam/code/{command}", **data)
    assert [row["is_uncertain"] for row in rows.values()] == [True] * len(rows)


async def test_update(simulator: Simulator, panel: Panel) -> None:
    """Name, PIN and times can be changed."""
    rows = await panel.results(
        "seam/code/update",
        entity_id=FRONT,
        access_code_id=CODE_OWNER,
        new_name="Landlord",
        code=PIN,
    )
    assert rows[FRONT].items() >= {"name": "Landlord", "code": PIN}.items()
    code = simulator.state.access_codes[CODE_OWNER]
    assert (code.name, code.code) == ("Landlord", PIN)


async def test_end(simulator: Simulator, panel: Panel) -> None:
    """A code ends two minutes from now, whatever the clock of the browser says."""
    before = dt_util.utcnow().replace(microsecond=0)
    rows = await panel.results(
        "seam/code/end",
        entity_id=FRONT,
        access_code_id=CODE_GUEST_NOW,
        ends_at="2031-07-10T11:00:00Z",
    )
    assert "error" not in rows[FRONT]
    ends_at = simulator.state.access_codes[CODE_GUEST_NOW].ends_at
    assert ends_at
    assert before <= ends_at - timedelta(minutes=2) <= dt_util.utcnow()


@pytest.mark.parametrize("seconds", [30, 119, 600])
async def test_end_never_extends(
    simulator: Simulator, panel: Panel, reconcile: Poll, seconds: int
) -> None:
    """A code that is about to end anyway stays as it is."""
    code = simulator.state.access_codes[CODE_GUEST_NOW]
    now = dt_util.utcnow().replace(microsecond=0)
    code.ends_at = before = now + timedelta(seconds=seconds)
    await reconcile()
    rows = await panel.results(
        "seam/code/end", entity_id=FRONT, access_code_id=CODE_GUEST_NOW
    )
    assert "error" not in rows[FRONT]
    assert (code.ends_at == before) is (seconds < 120)
    assert code.ends_at <= before


@pytest.mark.parametrize("known", [30, 600])
@pytest.mark.parametrize("current", [-5, 30, 600])
async def test_end_goes_by_current_end(
    simulator: Simulator, panel: Panel, reconcile: Poll, known: int, current: int
) -> None:
    """Somebody else may have extended or ended the code since it was last listed."""
    code = simulator.state.access_codes[CODE_GUEST_NOW]
    now = dt_util.utcnow().replace(microsecond=0)
    code.ends_at = now + timedelta(seconds=known)
    await reconcile()
    code.ends_at = before = now + timedelta(seconds=current)
    answer = await panel.send(
        "seam/code/end", entity_id=FRONT, access_code_id=CODE_GUEST_NOW
    )
    assert answer["success"] is (current > 0)
    assert (code.ends_at == before) is (current < 120)
    assert code.ends_at <= before


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("ended", "has_expired"),
        ("ended_elsewhere", "has_expired"),
        ("gone", "not_found"),
        ("unreachable", "cannot_connect"),
    ],
)
async def test_end_that_is_not_possible(
    simulator: Simulator, panel: Panel, reconcile: Poll, kind: str, key: str
) -> None:
    """The error is about the code, not about an end that nobody has entered."""
    code = simulator.state.access_codes[CODE_GUEST_NOW]
    if kind.startswith("ended"):
        code.ends_at = dt_util.utcnow() - timedelta(seconds=5)
    if kind == "ended":
        await reconcile()
    if kind == "gone":
        simulator.control.vanish_code(CODE_GUEST_NOW)
    if kind == "unreachable":
        simulator.faults.add("outage", path="/access_codes/get")
    await panel.send("seam/code/end", entity_id=FRONT, access_code_id=CODE_GUEST_NOW)
    if kind == "gone":
        row = panel.raw["result"]["results"][FRONT]
        assert row["error"]["translation_key"] == f"exceptions.{key}.message"
        assert "field" not in row
    else:
        error = panel.raw["error"]
        assert error["translation_key"] == key
        assert "field" not in error["translation_placeholders"]
    paths = {record.path for record in simulator.requests}
    assert "/access_codes/update" not in paths


async def test_reveal(simulator: Simulator, panel: Panel) -> None:
    """The PIN is in the answer only."""
    rows = await panel.results(
        "seam/code/reveal", entity_id=FRONT, access_code_id=CODE_OWNER
    )
    pin = simulator.state.access_codes[CODE_OWNER].code
    assert rows[FRONT]["code"] == pin
    assert str(pin) not in str(panel.events)


async def test_reveal_pin_that_seam_assigns(
    simulator: Simulator, panel: Panel, reconcile: Poll
) -> None:
    """A PIN can be revealed as soon as Seam has it, but not if nobody ever will."""
    simulator.control.add_lock("Cellar", "salto_lock")
    unknown = simulator.control.add_unmanaged_code("Front Door", "Guest", None)
    for _ in range(2):
        await reconcile()
    await panel.received()
    rows = await panel.results(
        "seam/code/create", entity_ids=["lock.cellar"], name="Baker", ongoing=True
    )
    code = simulator.state.access_codes[rows["lock.cellar"]["access_code_id"]]
    await panel.received()
    shown = {
        code_id: panel.code(code_id)
        for code_id in (code.access_code_id, unknown.access_code_id)
    }
    can = [row["can"]["reveal"] is True for row in shown.values() if row]
    assert can == [True, False]
    code.code, code.is_waiting_for_code_assignment = "531864", False
    rows = await panel.results(
        "seam/code/reveal", entity_id="lock.cellar", access_code_id=code.access_code_id
    )
    assert rows["lock.cellar"]["code"] == "531864"


async def test_delete(simulator: Simulator, panel: Panel) -> None:
    """The code leaves the subscription, too."""
    rows = await panel.results(
        "seam/code/delete", entity_id=FRONT, access_code_id=CODE_CLEANER
    )
    assert rows[FRONT]["outcome"] in ("deleted", "pending")
    await panel.wait_for(lambda: panel.code(CODE_CLEANER) is None)
    # Its menu may still be open elsewhere.
    rows = await panel.results(
        "seam/code/delete", entity_id=FRONT, access_code_id=CODE_CLEANER
    )
    assert rows[FRONT]["error_key"] == "unknown_code"


async def test_convert_and_release(simulator: Simulator, panel: Panel) -> None:
    """A converted code is managed, and can be released again."""
    rows = await panel.results(
        "seam/code/convert", entity_id=FRONT, access_code_id=UNMANAGED_NEIGHBOUR
    )
    assert rows[FRONT]["access_codes"][0]["outcome"] == "converted"

    def code() -> dict[str, Any] | None:
        return next(
            (c for c in panel.locks[FRONT_DOOR]["codes"] if c["name"] == "Neighbour"),
            None,
        )

    await panel.wait_for(lambda: bool((shown := code()) and shown["is_managed"]))
    shown = code()
    assert shown
    rows = await panel.results(
        "seam/code/release", entity_id=FRONT, access_code_id=shown["access_code_id"]
    )
    assert rows[FRONT]["outcome"] == "released"
    await panel.wait_for(lambda: bool((now := code()) and not now["is_managed"]))


async def test_generate_creates_nothing(simulator: Simulator, panel: Panel) -> None:
    """A PIN is suggested for each lock."""
    before = len(simulator.state.access_codes)
    rows = await panel.results("seam/code/generate", entity_ids=[FRONT, FLAT_1])
    assert rows.keys() == {FRONT, FLAT_1}
    assert all(row["code"].isdecimal() for row in rows.values())
    assert len(simulator.state.access_codes) == before


async def test_refresh_shows_what_changed_at_seam(
    simulator: Simulator, panel: Panel
) -> None:
    """A lock can be fetched without waiting for the next poll."""
    simulator.state.access_codes[CODE_OWNER].name = "Landlord"
    await panel.results("seam/lock/refresh", entity_id=FRONT)
    await panel.received()
    code = panel.code(CODE_OWNER)
    assert code
    assert code["name"] == "Landlord"


async def test_refresh_says_which_locks_are_online(
    simulator: Simulator, panel: Panel
) -> None:
    """The answer knows of a lock that went offline since the last poll."""
    simulator.control.set_device("Front Door", online=False)
    rows = await panel.results("seam/lock/refresh", entity_ids=[FRONT, FLAT_1])
    assert rows == {FRONT: {"online": False}, FLAT_1: {"online": True}}


async def test_refresh_of_hidden_lock_fails(simulator: Simulator, panel: Panel) -> None:
    """An error of Seam is an error of the lock."""
    simulator.faults.add("status", path="/devices", status=503)
    rows = await panel.results("seam/lock/refresh", entity_id=FRONT)
    assert rows[FRONT]["error_key"] == "cannot_connect"


async def test_previews_change_nothing(simulator: Simulator, panel: Panel) -> None:
    """A preview answers as the dry run of its action."""
    codes = simulator.state.access_codes
    before = {key: (code.is_managed, code.name) for key, code in codes.items()}
    rows = await panel.results("seam/preview", kind="convert", entity_ids=[FRONT])
    outcomes = {c["outcome"] for c in rows[FRONT]["access_codes"]}
    assert outcomes == {"would_convert", "not_convertible"}
    rows = await panel.results(
        "seam/preview",
        kind="convert",
        entity_ids=[FRONT],
        access_code_id=UNMANAGED_NEIGHBOUR,
    )
    [row] = rows[FRONT]["access_codes"]
    assert row["access_code_id"] == UNMANAGED_NEIGHBOUR
    rows = await panel.results(
        "seam/preview", kind="delete_expired", entity_ids=[FLAT_1], dry_run=False
    )
    assert rows[FLAT_1]["access_codes"] == [
        rows[FLAT_1]["access_codes"][0]
        | {"access_code_id": CODE_APARTMENT_1_EXPIRED, "outcome": "would_delete"}
    ]
    assert before == {key: (code.is_managed, code.name) for key, code in codes.items()}
    error = await panel.refused("seam/preview", kind="delete", entity_ids=[FRONT])
    assert error["translation_placeholders"]["field"] == "kind"


async def test_disabled_items_give_the_reason_of_the_action(
    simulator: Simulator, panel: Panel
) -> None:
    """What the menu of a code says is what the command would answer."""
    commands: dict[str, tuple[str, dict[str, Any]]] = {
        "reveal": ("seam/code/reveal", {}),
        "update": ("seam/code/update", {"new_name": "Other"}),
        "delete": ("seam/code/delete", {}),
        "release": ("seam/code/release", {}),
        "pull_backup": ("seam/code/pull_backup", {}),
        "convert": ("seam/code/convert", {}),
    }
    refused: set[str] = set()
    for lock in list(panel.locks.values()):
        entity_id = lock["entity_id"]
        for code in lock["codes"]:
            for key, (command, data) in commands.items():
                # The action says which code it is by its ID.
                if code["can"][key] is True or (
                    key == "convert" and code["is_managed"]
                ):
                    continue
                rows = await panel.results(
                    command,
                    entity_id=entity_id,
                    access_code_id=code["access_code_id"],
                    **data,
                )
                assert rows[entity_id]["error"] == code["can"][key]
                refused.add(key)
    assert {"update", "release", "pull_backup", "convert"} <= refused


async def test_command_for_entry_that_is_not_loaded(
    hass: HomeAssistant, panel: Panel, entry: MockConfigEntry
) -> None:
    """A lock of a workspace that is not loaded says so."""
    await hass.config_entries.async_unload(entry.entry_id)
    error = await panel.refused("seam/code/generate", entity_id=FRONT)
    assert error["code"] == "not_loaded"


async def test_commands_are_not_recorded(
    hass: HomeAssistant, panel: Panel, caplog: pytest.LogCaptureFixture
) -> None:
    """No event that the recorder sees carries the PIN, and neither does the log."""
    caplog.set_level(logging.DEBUG, "custom_components.seam")
    events = async_capture_events(hass, EVENT_CALL_SERVICE)
    await panel.results(
        "seam/code/create", entity_ids=[FRONT], name="Baker", code=PIN, ongoing=True
    )
    await panel.results(
        "seam/code/update", entity_id=FRONT, access_code_id=CODE_OWNER, code="815263"
    )
    assert not events
    for pin in (PIN, "815263"):
        assert not [r for r in caplog.records if pin in r.getMessage()]


async def test_reasons_are_sent_to_be_translated(
    simulator: Simulator, panel: Panel, reconcile: Poll
) -> None:
    """Actions return them in English."""
    taken = simulator.state.access_codes[UNMANAGED_NEIGHBOUR].code
    simulator.state.access_codes[CODE_OWNER].code = taken
    simulator.control.lock_offline("Front Door")
    await reconcile()
    await panel.results("seam/preview", kind="convert", entity_ids=[FRONT])
    rows = panel.raw["result"]["results"][FRONT]["access_codes"]
    keys = {row["reason"]["translation_key"] for row in rows if "reason" in row}
    assert {
        "exceptions.would_duplicate.message",
        "exceptions.not_convertible.message",
    } <= keys
    await panel.results("seam/code/delete", entity_id=FRONT, access_code_id=CODE_OWNER)
    assert panel.raw["result"]["results"][FRONT]["reason"] == {
        "translation_key": "exceptions.pending_offline.message",
        "translation_placeholders": {"lock": "Front Door"},
    }


async def test_commands_on_one_code_run_in_turn(
    simulator: Simulator, panel: Panel
) -> None:
    """A double submit makes one code."""
    names = [
        await panel.send("seam/code/create", entity_ids=[FRONT], name="Twin", **STAY)
        for _ in range(2)
    ]
    assert [answer["success"] for answer in names] == [True, False]
    assert names[1]["error"]["code"] == "name_taken"


def test_fields_of_refusals() -> None:
    """Whatever is wrong with input is shown at its field."""
    texts = load_json("translations/en.json")["exceptions"]
    assert _FIELDS.keys() <= texts.keys()
    refused = {
        key: placeholders or set()
        for where, key, placeholders in raised_exceptions()
        if where.startswith("validation.py:")
    }
    for key, known in refused.items():
        assert "field" in known or field_of(ActionError(key)), key
    constraints = [key for key in texts if key.startswith("code_constraint_")]
    assert constraints
    assert {field_of(ActionError(key)) for key in constraints} == {"code"}
