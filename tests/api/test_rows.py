"""Tests of reading rows, valid and invalid ones."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
import re
from typing import Any

from hypothesis import HealthCheck, example, given, settings
import pytest

from custom_components.seam.api import (
    AccessCode,
    ActionAttemptStatus,
    CodeStatus,
    Device,
    Event,
    Scope,
    SeamClient,
)
from custom_components.seam.api.devices import Battery
from custom_components.seam.api.problems import read_problems
from tests.api.conftest import Log, Stub
from tests.api.garbage import CODE, DEVICE, EVENT, JSON, PIN, mutated

FAR_WEST = timezone(timedelta(hours=-14))
SINCE = datetime(2031, 1, 1, tzinfo=UTC)
# The tests clear the fixtures themselves.
GARBAGE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def renamed(row: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return two valid rows of the kind."""
    return [row | {key: "first"}, row | {key: "last"}]


def harmless(log: Log, row: Any, key: str) -> None:
    """Check that warnings about a row hold its id at most."""
    row_id = row.get(key) if isinstance(row, dict) else None
    for line in log.warnings:
        assert line.startswith(f"WARNING Skipped the row with {key} ")
        if not (isinstance(row_id, str) and PIN in row_id):
            assert PIN not in line
    log.lines.clear()


@GARBAGE
@given(row=mutated(CODE) | JSON)
@example(row=CODE)
async def test_any_code_row_leaves_others_alone(
    stub: Stub, stubbed: SeamClient, log: Log, row: Any
) -> None:
    """Anything in a code's row leaves the other codes alone."""
    stub.clear()
    first, last = renamed(CODE, "access_code_id")
    stub.respond({"access_codes": [first, row, last]})
    codes = await stubbed.list_access_codes("lock")
    assert [codes[0].access_code_id, codes[-1].access_code_id] == ["first", "last"]
    assert len(codes) <= 3
    for code in codes:
        assert code.status_at(SINCE) in set(CodeStatus)
        assert all(isinstance(e.message, str) for e in code.errors + code.warnings)
        assert code.code is None or isinstance(code.code, str)
        for moment in (code.starts_at, code.ends_at, code.created_at):
            assert moment is None or moment.astimezone(FAR_WEST)
    harmless(log, row, "access_code_id")


@GARBAGE
@given(row=mutated(DEVICE) | JSON)
@example(row=DEVICE)
async def test_any_device_row_leaves_others_alone(
    stub: Stub, stubbed: SeamClient, log: Log, row: Any
) -> None:
    """Anything in a device's row leaves the other devices alone."""
    stub.clear()
    first, last = renamed(DEVICE, "device_id")
    stub.respond({"devices": [first, row, last]})
    devices = await stubbed.list_devices()
    assert [devices[0].device_id, devices[-1].device_id] == ["first", "last"]
    assert len(devices) <= 3
    for device in devices:
        assert isinstance(device.name, str)
        assert isinstance(device.model, str)
        assert isinstance(device.manufacturer, str | None)
        assert isinstance(device.is_lock, bool)
        assert isinstance(device.can_convert_codes, bool)
        assert isinstance(device.battery_level, float | None)
        assert isinstance(device.keypad_battery_level, float | None)
    harmless(log, row, "device_id")


@GARBAGE
@given(row=mutated(EVENT) | JSON)
@example(row=EVENT)
async def test_any_event_row_leaves_others_alone(
    stub: Stub, stubbed: SeamClient, log: Log, row: Any
) -> None:
    """Anything in an event's row leaves the other events alone, in their order."""
    stub.clear()
    first, last = renamed(EVENT, "event_id")
    stub.respond(
        {"events": [last | {"created_at": "2031-06-01T00:00:00Z"}, row, first]}
    )
    events = await stubbed.list_events(SINCE)
    assert {"first", "last"} <= {event.event_id for event in events}
    times = [event.created_at for event in events]
    assert times == sorted(times)
    assert all(moment.astimezone(FAR_WEST) for moment in times)
    assert PIN not in repr([event for event in events if row == EVENT])
    harmless(log, row, "event_id")


@pytest.mark.parametrize("odd", [None, 5, "x", [], ["x"], {}, {"code": 5}, [{}], True])
@pytest.mark.parametrize(
    "key",
    [
        *("from", "to", "reason", "change_reason", "changed_properties"),
        *("requested_mutations", "is_via_nfc", "user_identity_id"),
    ],
)
def test_event_with_invalid_detail(key: str, odd: Any) -> None:
    """The event is kept without the detail."""
    sound = Event.read(EVENT)
    assert set(sound.other_pins) == {"1111", PIN}
    event = Event.read(EVENT | {key: odd})
    assert (event.event_id, event.method) == (sound.event_id, sound.method)
    assert event.backup_access_code_id == "backup"
    assert all(isinstance(pin, str) for pin in event.other_pins)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"is_managed": PIN}, "access_code_id broken .*: is_managed is not valid"),
        ({"device_id": {"x": PIN}}, "broken .*: device_id is not valid"),
        ({"name": [PIN]}, "broken .*: name is not valid"),
        ({"access_code_id": None}, "None .*: access_code_id is missing"),
        ({"access_code_id": ""}, "None .*: access_code_id is missing"),
        ({"access_code_id": {"x": PIN}}, "None .*: access_code_id is not valid"),
    ],
)
async def test_invalid_row_is_skipped(
    stub: Stub, stubbed: SeamClient, log: Log, row: dict[str, Any], said: str
) -> None:
    """The row is skipped with one warning that has its id and field, but no value."""
    broken = CODE | {"access_code_id": "broken"} | row
    first, last = renamed(CODE, "access_code_id")
    stub.respond({"access_codes": [first, broken, last]})
    codes = await stubbed.list_access_codes("lock")
    assert [code.access_code_id for code in codes] == ["first", "last"]
    (line,) = log.warnings
    assert re.search(said, line)
    assert PIN not in log.text


@pytest.mark.parametrize("key", ["starts_at", "ends_at"])
@pytest.mark.parametrize("value", ["soon", "", 5, {}, [], True, "2031-99-01"])
async def test_code_with_invalid_time_is_skipped(
    stub: Stub, stubbed: SeamClient, log: Log, key: str, value: Any
) -> None:
    """A code whose start or end cannot be read must not look permanent."""
    stub.respond({"access_codes": [CODE | {key: value}]})
    codes = await stubbed.list_access_codes("lock")
    assert codes == []
    assert codes.may_lack(CODE["access_code_id"])
    assert f"{key} is not valid" in log.warnings[0]


@pytest.mark.parametrize(
    ("fields", "is_readable"),
    [
        ({"ends_at": None}, False),
        ({"ends_at": None, "starts_at": None}, False),
        ({"ends_at": None, "is_one_time_use": "yes"}, False),
        ({"ends_at": None, "is_offline_access_code": True}, False),
        ({"ends_at": None, "is_offline_access_code": True, "type": "ongoing"}, True),
        ({"ends_at": None, "is_one_time_use": True}, True),
        ({"ends_at": None, "is_managed": False}, True),
        ({"ends_at": None, "type": "ongoing"}, True),
        ({"ends_at": None, "type": None}, True),
        ({"starts_at": None}, True),
    ],
)
def test_end_of_time_bound_code_is_required(
    fields: dict[str, Any], is_readable: bool
) -> None:
    """Only codes for one use and codes that Seam does not manage may lack it."""
    if is_readable:
        AccessCode.read(CODE | fields)
    else:
        with pytest.raises(LookupError, match="ends_at"):
            AccessCode.read(CODE | fields)


@pytest.mark.parametrize("value", ["", None, 0, False, [], {}, {"a": 1}, True])
def test_type_of_code_follows_from_end(value: Any) -> None:
    """A type that is empty or unreadable is that of the times."""
    assert AccessCode.read(CODE | {"type": value}).type == "time_bound"
    without_end = CODE | {"type": value, "ends_at": None}
    assert AccessCode.read(without_end).type == "ongoing"


@pytest.mark.parametrize("device_id", ["", 0, None])
async def test_created_code_with_empty_device_id(
    stub: Stub, stubbed: SeamClient, device_id: Any
) -> None:
    """The code is on the lock that it was created for."""
    stub.respond({"access_code": CODE | {"device_id": device_id}})
    code, _ = await stubbed.create_access_code("lock")
    assert code.device_id == "lock"


@pytest.mark.parametrize(
    "fields",
    [
        {"code": {"pin": PIN}},
        {"created_at": PIN},
        {"errors": 5, "warnings": "none"},
        {"pending_mutations": PIN},
        {"is_one_time_use": "no", "name": [], "type": {}},
    ],
)
async def test_invalid_optional_fields_of_code(
    stub: Stub, stubbed: SeamClient, log: Log, fields: dict[str, Any]
) -> None:
    """An optional field that is not valid has its default, and the others stay."""
    stub.respond({"access_codes": [CODE | fields]})
    (code,) = await stubbed.list_access_codes("lock")
    expected = {key: value for key, value in CODE.items() if key not in fields}
    assert replace(code, other_pins=()) == replace(
        AccessCode.read(expected), other_pins=()
    )
    assert log.warnings == []


async def test_invalid_optional_fields_of_device(
    stub: Stub, stubbed: SeamClient, log: Log
) -> None:
    """Only the innermost optional field is left out, or the list that it is in."""
    properties = DEVICE["properties"] | {
        "battery": {"level": "0.8"},
        "max_active_codes_supported": 1e308,
        "supported_code_lengths": "4 to 8",
        "code_constraints": [{"constraint_type": "name_length"}, {"min_length": 4}],
        "model": {"display_name": ["M"], "manufacturer_display_name": "August"},
        "online": "yes",
    }
    row = DEVICE | {"properties": properties, "nickname": {}, "is_managed": None}
    stub.respond({"devices": [row]})
    (device,) = await stubbed.list_devices()
    assert device.properties.battery == Battery()
    assert device.properties.max_active_codes_supported is None
    assert device.properties.supported_code_lengths == ()
    assert device.properties.code_constraints == ()
    assert device.properties.online is None
    assert device.properties.locked is False
    assert (device.manufacturer, device.model) == ("August", "august_lock")
    assert device.keypad_battery_level == 1
    assert device.nickname is None
    assert log.warnings == []


@pytest.mark.parametrize("row", [None, 5, PIN, [PIN], True])
async def test_row_that_is_not_an_object(
    stub: Stub, stubbed: SeamClient, log: Log, row: Any
) -> None:
    """The row is skipped and not quoted."""
    stub.respond({"access_codes": [row, CODE]})
    assert len(await stubbed.list_access_codes("lock")) == 1
    (line,) = log.warnings
    assert line.endswith("not an object")
    assert PIN not in log.text


async def test_null_is_read_as_missing(
    stub: Stub, stubbed: SeamClient, log: Log
) -> None:
    """All but the required fields may be null."""
    for model, base, keys in (
        (AccessCode, CODE, ("access_code_id", "device_id", "is_managed")),
        (Device, DEVICE, ("device_id", "properties")),
    ):
        least = {key: base[key] for key in keys}
        nulls = dict.fromkeys(base) | least
        assert model.read(nulls) == model.read(least)
    stub.respond({"devices": [{"device_id": "a", "properties": {"locked": None}}]})
    (device,) = await stubbed.list_devices()
    assert not device.is_lock
    assert device.name == device.model == "unknown"
    assert log.warnings == []


async def test_code_without_is_managed(stub: Stub, stubbed: SeamClient) -> None:
    """The endpoint decides whether a code is managed if the row does not say."""
    row = {"access_code_id": "a", "device_id": "lock"}
    stub.respond({"access_code": row, "access_codes": [row]})
    code, _ = await stubbed.create_access_code("lock")
    assert code.is_managed
    assert (await stubbed.get_access_code("a")).is_managed
    assert [
        c.is_managed for c in await stubbed.create_multiple_access_codes(["x"])
    ] == [True]
    assert (await stubbed.get_unmanaged_access_code("a")).is_managed is False
    assert "is_managed" not in stub.requests[-1].body


@pytest.mark.parametrize("status", ["pending", "cancelled", None, 5, ["x"]])
async def test_action_attempt_with_unknown_status(
    stub: Stub, stubbed: SeamClient, status: Any
) -> None:
    """An attempt with an unknown status is pending."""
    attempt = {"action_attempt_id": "a", "status": status}
    stub.respond({"action_attempt": attempt})
    assert (await stubbed.lock_door("x")).status is ActionAttemptStatus.PENDING


def test_numbers_are_read_as_text() -> None:
    """Ids and PINs may be numbers, and unknown fields and values pass."""
    code = AccessCode.read(CODE | {"code": 4711, "name": 5, "type": "new_type"})
    assert (code.code, code.name, code.type) == ("4711", "5", "new_type")
    device = Device.read(DEVICE | {"device_type": "brand_new", "future": {"a": 1}})
    assert device.is_lock
    assert device.device_type == "brand_new"


@pytest.mark.parametrize("value", [None, "not a list", 5])
async def test_device_without_description_is_unreadable(
    stub: Stub, stubbed: SeamClient, value: Any
) -> None:
    """It does not look like a device that is no lock."""
    row = dict.fromkeys(DEVICE, value) | {"device_id": "a", "device_type": "lock"}
    described = {"device_id": "b", "capabilities_supported": []}
    stub.respond({"devices": [row, described]})
    devices = await stubbed.list_devices()
    assert [device.device_id for device in devices] == ["b"]
    assert devices.may_lack("a")


@pytest.mark.parametrize(
    ("flags", "is_lock", "has_codes"),
    [
        ({"properties": {}}, False, False),
        ({"can_remotely_lock": False}, True, False),
        ({"can_remotely_unlock": True}, True, False),
        ({"can_configure_auto_lock": False}, True, False),
        ({"capabilities_supported": ["lock"]}, True, False),
        ({"capabilities_supported": ["thermostat"]}, False, False),
        ({"properties": {"locked": False}}, True, False),
        ({"properties": {"locked": None}}, False, False),
        ({"capabilities_supported": ["access_code"]}, True, True),
        ({"can_program_online_access_codes": False}, True, True),
        ({"can_program_offline_access_codes": True}, True, True),
        ({"can_unlock_with_code": False}, True, True),
    ],
)
def test_device_is_lock(flags: dict[str, Any], is_lock: bool, has_codes: bool) -> None:
    """A device with any of the flags is a lock, whatever its type."""
    device = Device.read({"device_id": "a", "device_type": "lock", **flags})
    assert (device.is_lock, device.has_access_codes) == (is_lock, has_codes)


@pytest.mark.parametrize(
    ("properties", "battery", "keypad"),
    [
        ({}, None, None),
        ({"battery": {"level": 0}, "battery_level": 0.9}, 0, None),
        ({"battery": {"status": "low"}, "battery_level": 0.9}, 0.9, None),
        ({"battery_level": 1}, 1, None),
        ({"battery_level": 1e308}, None, None),
        ({"battery": {"level": -0.1}, "battery_level": 0.9}, 0.9, None),
        ({"keypad_battery": {"level": 1e400}}, None, None),
        ({"keypad_battery": {"level": 0.3}}, None, 0.3),
        ({"accessory_keypad": {"is_connected": False}}, None, None),
        ({"accessory_keypad": {"battery": {"level": 0.4}}}, None, 0.4),
    ],
)
def test_battery_levels(
    properties: dict[str, Any], battery: float | None, keypad: float | None
) -> None:
    """The newer field comes before the older one, and 0 is a level."""
    device = Device.read({"device_id": "a", "properties": properties})
    assert (device.battery_level, device.keypad_battery_level) == (battery, keypad)


@pytest.mark.parametrize("kind", ["error", "warning"])
def test_problems_as_list_and_dict(kind: str) -> None:
    """The list and the older dict give the same problems."""
    fields = {"message": "Seam says so.", "created_at": "2031-04-01T10:00:00.000Z"}
    as_list = read_problems([{f"{kind}_code": "a_code", **fields}])
    assert as_list == read_problems({"a_code": fields})
    (problem,) = as_list
    assert (problem.code, problem.message) == ("a_code", "Seam says so.")
    assert problem.created_at == datetime(2031, 4, 1, 10, tzinfo=UTC)
    assert read_problems({"a_code": "Only words."})[0].message == "Only words."


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"error_code": None, "message": None, "created_at": None},
        {"error_code": 5, "message": 5, "created_at": 5},
        {"error_code": "", "message": [], "created_at": "soon"},
        {"error_code": {}, "unmanaged_access_code_id": 5},
    ],
)
def test_problem_with_invalid_fields(fields: dict[str, Any]) -> None:
    """A problem is kept without its invalid fields."""
    (problem,) = read_problems([fields])
    assert (problem.code, problem.message) == ("unknown", "")
    assert problem.created_at is None
    assert problem.other_access_code_id is None


@pytest.mark.parametrize("value", [None, [], {}, "", 0, False, [None, 5, "x", []]])
def test_empty_problems(value: Any) -> None:
    """Empty and invalid values are no problems."""
    assert read_problems(value) == ()


def test_endless_problems_are_cut() -> None:
    """Each is read, shown, and reported as a repair."""
    many = [{"error_code": f"code_{number}"} for number in range(5000)]
    assert len(read_problems(many)) == 20
    assert len(read_problems({row["error_code"]: {} for row in many})) == 20


@pytest.mark.parametrize(
    ("name", "flags", "scope"),
    [
        ("device_offline", {}, Scope.DEVICE),
        ("hub_disconnected", {}, Scope.DEVICE),
        ("subscription_required", {}, Scope.DEVICE),
        ("account_disconnected", {}, Scope.ACCOUNT),
        ("invalid_credentials", {}, Scope.ACCOUNT),
        ("insufficient_permissions", {}, Scope.ACCOUNT),
        ("dormakaba_sites_disconnected", {}, Scope.ACCOUNT),
        ("bridge_disconnected", {}, Scope.BRIDGE),
        ("failed_to_set_on_device", {}, Scope.CODE),
        ("invented_later", {}, Scope.CODE),
        # The flag comes before the table.
        ("device_offline", {"is_access_code_error": True}, Scope.CODE),
        ("invented_later", {"is_device_error": True}, Scope.DEVICE),
        ("invented_later", {"is_bridge_error": True}, Scope.BRIDGE),
        (
            "invented_later",
            {"is_connected_account_error": True, "is_device_error": False},
            Scope.ACCOUNT,
        ),
        ("device_offline", {"is_access_code_error": False}, Scope.DEVICE),
    ],
)
def test_problem_scope(name: str, flags: dict[str, Any], scope: Scope) -> None:
    """The flag decides about the scope, else the code of the error."""
    (problem,) = read_problems([{"error_code": name, **flags}])
    assert problem.scope is scope
    (problem,) = read_problems({name: flags})
    assert problem.scope is scope


@pytest.mark.parametrize("key", ["unmanaged_access_code_id", "managed_access_code_id"])
def test_problem_names_other_code(key: str) -> None:
    """The id of the other code is kept, managed or not."""
    (problem,) = read_problems([{"error_code": "duplicate_code_on_device", key: "x"}])
    assert problem.other_access_code_id == "x"


@pytest.mark.parametrize(
    ("time", "limited"),
    [
        ("0001-01-01T00:00:00+23:59", "2000-01-01T00:00:00+00:00"),
        ("1970-01-01T00:00:00Z", "2000-01-01T00:00:00+00:00"),
        ("9999-12-31T23:59:59-23:59", "9000-01-01T00:00:00+00:00"),
    ],
)
async def test_times_out_of_range(
    stub: Stub, stubbed: SeamClient, log: Log, time: str, limited: str
) -> None:
    """Start and end of a code are moved into range, and an event is skipped."""
    stub.respond(
        {
            "access_codes": [CODE | {"starts_at": time, "ends_at": time}],
            "events": [EVENT | {"created_at": time}, EVENT | {"event_id": "valid"}],
        }
    )
    (code,) = await stubbed.list_access_codes("lock")
    assert code.starts_at == code.ends_at == datetime.fromisoformat(limited)
    assert log.warnings == []
    (event,) = await stubbed.list_events(SINCE)
    assert event.event_id == "valid"
    assert re.search(
        "Skipped the row with event_id event .*: created_at is not valid", log.text
    )
    (problem,) = read_problems([{"error_code": "x", "created_at": time}])
    assert problem.created_at is None
    for moment in (datetime.fromisoformat(limited), event.created_at):
        assert moment.astimezone(FAR_WEST)
