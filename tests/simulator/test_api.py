"""Tests of authentication, validation, pagination and rate limits."""

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from simulator import Simulator
from simulator.clock import to_iso
from simulator.ids import stable_id
from simulator.manufacturers import SMARTTHINGS
from simulator.routing import ENDPOINTS
from simulator.seed import (
    APARTMENT_1,
    APARTMENT_2,
    BIKE_ROOM_KEYPAD,
    BOAT_SHED,
    CODE_CLEANER,
    FRONT_DOOR,
    GARDEN_HOUSE,
    KEY_TWO,
    LOCKS,
    OFFICE_DOOR,
    PERSONAL_ACCESS_TOKEN,
    UNMANAGED_INSTALLER,
    WORKSPACE,
    WORKSPACE_TWO,
)
from tests import openapi

from .conftest import Client

CREATE = "/access_codes/create"
GARAGE = stable_id("garage")


async def test_keys(client: Client) -> None:
    """Each key gives access to its workspace."""
    assert (await client.ok("/workspaces/get"))["workspace"][
        "workspace_id"
    ] == WORKSPACE
    assert client.response_headers["seam-request-id"]
    client.key = KEY_TWO
    (device,) = (await client.ok("/devices/list"))["devices"]
    assert device["device_id"] == OFFICE_DOOR
    assert len(await client.codes(OFFICE_DOOR)) == 2
    assert await client.refused("/devices/get", device_id=FRONT_DOOR) == (
        404,
        "device_not_found",
    )
    for key in ("seam_test_wrong", "seam_cst_x", ""):
        client.key = key
        assert await client.refused("/workspaces/get") == (401, "unauthorized")


async def test_personal_access_token(client: Client) -> None:
    """A personal access token gives access to the workspace that is named."""
    client.key = PERSONAL_ACCESS_TOKEN
    workspaces = (await client.ok("/workspaces/list"))["workspaces"]
    assert [w["workspace_id"] for w in workspaces] == [WORKSPACE, WORKSPACE_TWO]
    assert await client.refused("/devices/list") == (400, "missing_workspace_id")
    client.headers = {"seam-workspace": WORKSPACE_TWO}
    assert len((await client.ok("/devices/list"))["devices"]) == 1
    client.headers = {"seam-workspace": "elsewhere"}
    assert await client.refused("/devices/list") == (401, "unauthorized")


async def test_unknown_route_and_method(
    client: Client, session: aiohttp.ClientSession
) -> None:
    """Unknown routes are answered in plain text."""
    url = client.simulator.url
    headers = {"Authorization": f"Bearer {client.key}"}
    async with session.post(f"{url}/locks/dance", headers=headers) as response:
        assert response.status == 404
        assert response.content_type == "text/plain"
    async with session.put(f"{url}/devices/list", headers=headers) as response:
        assert response.status == 405
        assert (await response.json())["error"]["type"] == "method_not_allowed"
    async with session.post(
        f"{url}/devices/list", headers=headers, data=b"{"
    ) as response:
        assert response.status == 400


async def test_suspended_workspace(sim: Simulator, client: Client) -> None:
    """A suspended workspace is reported, and other requests are refused."""
    sim.control.suspend_workspace()
    answer = await client.ok("/workspaces/get")
    assert answer["workspace"]["is_suspended"]
    assert (await client.refused("/devices/list"))[0] == 403


async def test_validation_errors(client: Client) -> None:
    """The response names each invalid parameter."""
    status, answer = await client.post(CREATE, name=5, code="12a4")
    assert status == 400
    assert answer["ok"] is False
    assert answer["error"]["type"] == "invalid_input"
    errors = answer["error"]["validation_errors"]
    assert errors == {
        "_errors": [],
        "device_id": {"_errors": ["Required"]},
        "name": {"_errors": ["Expected string, received number"]},
        "code": {"_errors": ["Invalid"]},
    }


@pytest.mark.parametrize(
    ("device_id", "more"),
    [
        (FRONT_DOOR, {"code": "123"}),
        (FRONT_DOOR, {"code": "1234567"}),
        (FRONT_DOOR, {"code": "1234567890123"}),
        (FRONT_DOOR, {"code": None}),
        (FRONT_DOOR, {"starts_at": "2090-01-01T00:00:00Z"}),
        (FRONT_DOOR, {"ends_at": "2090-01-01T00:00:00Z"}),
        (FRONT_DOOR, {"starts_at": "soon", "ends_at": "later"}),
        (
            FRONT_DOOR,
            {"starts_at": "2090-01-02T00:00:00Z", "ends_at": "2090-01-01T00:00:00Z"},
        ),
        (
            FRONT_DOOR,
            {"starts_at": "2020-01-01T00:00:00Z", "ends_at": "2020-01-02T00:00:00Z"},
        ),
        (FRONT_DOOR, {"is_one_time_use": True}),
        (FRONT_DOOR, {"is_offline_access_code": True}),
        (FRONT_DOOR, {"max_time_rounding": "2h"}),
        (APARTMENT_1, {"code": "746399"}),
        (APARTMENT_1, {"name": "A name that is far too long"}),
        (APARTMENT_2, {"code": "7777"}),
        (APARTMENT_2, {"code": "7272"}),
        (APARTMENT_2, {"code": "34567"}),
        (BIKE_ROOM_KEYPAD, {"code": "7777"}),
        (BOAT_SHED, {"code": "305678"}),
        (BOAT_SHED, {"code": "125678"}),
        (BOAT_SHED, {"code": "35678"}),
        (BOAT_SHED, {"attempt_for_offline_device": False}),
    ],
)
async def test_refused_codes(
    client: Client, device_id: str, more: dict[str, Any]
) -> None:
    """Codes that Seam or the lock does not accept are refused."""
    status, _ = await client.refused(CREATE, device_id=device_id, **more)
    assert status == 400


async def test_duplicates(client: Client) -> None:
    """A PIN cannot exist twice on a device."""
    for pin in ("739158", "614783"):
        assert await client.refused(CREATE, device_id=FRONT_DOOR, code=pin) == (
            409,
            "duplicate_access_code",
        )
        await client.ok(CREATE, device_id=GARDEN_HOUSE, code=pin)


async def test_unknown_ids(client: Client) -> None:
    """Unknown IDs are not found."""
    for path, body, error_type in (
        (CREATE, {"device_id": "x"}, "device_not_found"),
        ("/access_codes/delete", {"access_code_id": "x"}, "access_code_not_found"),
        (
            "/access_codes/get",
            {"access_code_id": UNMANAGED_INSTALLER},
            "access_code_not_found",
        ),
        (
            "/access_codes/unmanaged/get",
            {"access_code_id": CODE_CLEANER},
            "access_code_not_found",
        ),
        (
            "/action_attempts/get",
            {"action_attempt_id": "x"},
            "action_attempt_not_found",
        ),
    ):
        assert await client.refused(path, **body) == (404, error_type)


async def test_limits(sim: Simulator, client: Client) -> None:
    """No more than ten codes per device and minute can be created."""
    for _ in range(10):
        await client.ok(CREATE, device_id=FRONT_DOOR)
    status, _ = await client.refused(CREATE, device_id=FRONT_DOOR)
    assert status == 429
    assert int(client.response_headers["Retry-After"]) == 60
    await client.ok(CREATE, device_id=GARDEN_HOUSE)
    sim.clock.advance(60)
    await client.ok(CREATE, device_id=FRONT_DOOR)


async def test_paging(client: Client) -> None:
    """Cursors lead to the next page of the same list."""
    found = []
    page = await client.ok("/devices/list", limit=4)
    found += page["devices"]
    cursor = page["pagination"]["next_page_cursor"]
    assert page["pagination"]["has_next_page"]
    assert page["pagination"]["next_page_url"].startswith(client.simulator.url)
    page = await client.ok("/devices/list", limit=4, page_cursor=cursor)
    found += page["devices"]
    assert page["pagination"] == {
        "has_next_page": False,
        "next_page_cursor": None,
        "next_page_url": None,
    }
    assert [device["device_id"] for device in found] == list(LOCKS)
    assert await client.refused("/locks/list", search="x", page_cursor=cursor) == (
        400,
        "invalid_input",
    )
    for path, body in (
        ("/access_codes/list", {"device_id": FRONT_DOOR}),
        ("/access_codes/unmanaged/list", {"device_id": FRONT_DOOR}),
    ):
        page = await client.ok(path, limit=1, **body)
        assert len(page["access_codes"]) == 1
        assert page["pagination"]["has_next_page"]


@pytest.mark.parametrize("cursor", [None, ""])
async def test_empty_cursor_means_first_page(
    client: Client, cursor: str | None
) -> None:
    """An empty cursor is accepted."""
    answer = await client.ok("/devices/list", page_cursor=cursor)
    assert len(answer["devices"]) == len(LOCKS)


async def test_unknown_parameters_are_refused(
    client: Client, session: aiohttp.ClientSession
) -> None:
    """Filters that are not implemented are refused."""
    for more in ({"customer_key": "a"}, {"device_id": FRONT_DOOR, "spaces": []}):
        status, answer = await client.post("/devices/list", **more)
        assert status == 400
        assert "does not implement" in answer["error"]["message"]
    async with session.get(
        f"{client.simulator.url}/devices/list",
        params={"customer_key": "a"},
        headers={"Authorization": f"Bearer {client.key}"},
    ) as response:
        assert response.status == 400


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/devices/list", None),
        ("PATCH", "/access_codes/update", {"access_code_id": CODE_CLEANER}),
        ("PUT", "/access_codes/update", {"access_code_id": CODE_CLEANER}),
        ("DELETE", "/access_codes/delete", {"access_code_id": CODE_CLEANER}),
        ("PUT", "/access_codes/create_multiple", {"device_ids": [FRONT_DOOR]}),
        ("PATCH", "/devices/update", {"device_id": FRONT_DOOR}),
    ],
)
async def test_methods(
    client: Client,
    session: aiohttp.ClientSession,
    method: str,
    path: str,
    body: dict[str, Any] | None,
) -> None:
    """Other methods than POST are accepted where they describe the request."""
    async with session.request(
        method,
        client.simulator.url + path,
        json=body,
        headers={"Authorization": f"Bearer {client.key}"},
    ) as response:
        assert response.status == 200


async def test_filters(client: Client) -> None:
    """Lists can be filtered."""
    answer = await client.ok("/devices/list", device_ids=[FRONT_DOOR, BOAT_SHED])
    assert [d["device_id"] for d in answer["devices"]] == [FRONT_DOOR, BOAT_SHED]
    answer = await client.ok("/devices/list", manufacturer="schlage")
    assert [d["device_id"] for d in answer["devices"]] == [APARTMENT_1]
    answer = await client.ok("/access_codes/list", access_code_ids=[CODE_CLEANER])
    assert [c["access_code_id"] for c in answer["access_codes"]] == [CODE_CLEANER]
    assert (await client.refused("/access_codes/list"))[0] == 400


async def test_codes_by_pin_and_device_constraints(client: Client) -> None:
    """A code is found by its PIN, and PIN lengths are reported in two ways."""
    answer = await client.ok("/access_codes/get", device_id=FRONT_DOOR, code="061947")
    assert answer["access_code"]["name"] == "Owner"
    answer = await client.ok(
        "/access_codes/unmanaged/get", device_id=FRONT_DOOR, code="614783"
    )
    assert answer["access_code"]["is_managed"] is False
    get, report = "/access_codes/get", "/access_codes/report_device_constraints"
    status, _ = await client.refused(get, device_id=FRONT_DOOR, code="614783")
    assert status == 404
    assert (await client.refused(get, device_id=FRONT_DOOR))[0] == 400
    await client.ok(
        report, device_id=GARDEN_HOUSE, min_code_length=5, max_code_length=7
    )
    device = (await client.ok("/devices/get", device_id=GARDEN_HOUSE))["device"]
    assert device["properties"]["supported_code_lengths"] == [5, 6, 7]
    refused: tuple[dict[str, Any], ...] = (
        {},
        {"min_code_length": 5},
        {"min_code_length": 7, "max_code_length": 5},
        {"supported_code_lengths": []},
        {"supported_code_lengths": [3]},
        {"supported_code_lengths": [6], "min_code_length": 5},
    )
    for more in refused:
        assert (await client.refused(report, device_id=GARDEN_HOUSE, **more))[0] == 400


async def test_codes_shared_by_locks(sim: Simulator, client: Client) -> None:
    """Locks without a common PIN length get random codes on request."""
    sim.control.set_device(APARTMENT_1, properties={"supported_code_lengths": [8]})
    body = {"device_ids": [FRONT_DOOR, APARTMENT_1], "name": "Both"}
    path = "/access_codes/create_multiple"
    assert (await client.refused(path, **body))[0] == 400
    answer = await client.ok(
        path, **body, behavior_when_code_cannot_be_shared="create_random_code"
    )
    first, second = answer["access_codes"]
    assert (len(first["code"]), len(second["code"])) == (4, 8)
    first = await client.ok(CREATE, device_id=FRONT_DOOR, common_code_key="both")
    second = await client.ok(CREATE, device_id=GARDEN_HOUSE, common_code_key="both")
    assert first["access_code"]["code"] == second["access_code"]["code"]
    assert (await client.refused(path, device_ids=[]))[0] == 400


async def test_sandbox(sim: Simulator, client: Client) -> None:
    """Simulations are possible in a sandbox only."""
    path = "/access_codes/simulate/create_unmanaged_access_code"
    body = {"name": "Found", "code": "4141"}
    answer = await client.ok(path, device_id=GARDEN_HOUSE, **body)
    assert answer["access_code"]["code"] is None
    assert answer["access_code"]["cannot_be_managed"]
    assert (await client.refused(path, device_id=APARTMENT_2, **body))[0] == 400
    sim.control.set_sandbox(False)
    assert (await client.refused(path, device_id=FRONT_DOOR, **body))[0] == 400


@pytest.mark.parametrize(
    ("constraint", "bad", "good"),
    [
        ("no_zeros", "1024", "1324"),
        ("cannot_start_with_12", "1235", "2135"),
        ("no_triple_consecutive_ints", "912345", "912391"),
        ("no_triple_consecutive_ints", "977771", "977711"),
        ("no_ascending_or_descending_sequence", "6543", "6542"),
        ("at_least_three_unique_digits", "1212", "1213"),
        ("cannot_contain_089", "1384", "1374"),
        ("cannot_contain_0789", "1374", "1364"),
        ("no_all_same_digits", "5555", "5556"),
        ("unique_first_four_digits", "131456", "134256"),
        ("pin_code_matches_existing_set", "1398", "6049"),
        ("cannot_specify_pin_code", "1398", None),
        ("something_new", None, "1398"),
    ],
)
async def test_constraints(
    sim: Simulator, client: Client, constraint: str, bad: str | None, good: str | None
) -> None:
    """Each constraint refuses what it names, and generated PINs satisfy it."""
    constraints = [{"constraint_type": constraint}]
    sim.control.set_device(
        GARDEN_HOUSE,
        properties={"code_constraints": constraints, "supported_code_lengths": [4, 6]},
    )
    sim.control.add_lock("Garage", SMARTTHINGS, device_id=GARAGE)
    sim.control.add_unmanaged_code(GARAGE, "Family", "6049")
    if bad is not None:
        status, _ = await client.refused(CREATE, device_id=GARDEN_HOUSE, code=bad)
        assert status == 400
    if good is not None:
        await client.ok(CREATE, device_id=GARDEN_HOUSE, code=good)
    await client.ok(CREATE, device_id=GARDEN_HOUSE)


async def test_start_in_the_future(sim: Simulator, client: Client) -> None:
    """Some locks accept no time-bound code that has already started."""
    constraints = [{"constraint_type": "start_date_in_future"}]
    sim.control.set_device(GARDEN_HOUSE, properties={"code_constraints": constraints})
    now = sim.clock.now()
    past = to_iso(now - timedelta(minutes=1))
    soon, later = (to_iso(now + timedelta(hours=hours)) for hours in (1, 2))
    body = {"device_id": GARDEN_HOUSE, "ends_at": later}
    assert (await client.refused(CREATE, starts_at=past, **body))[0] == 400
    answer = await client.ok(CREATE, starts_at=soon, **body)
    code_id = answer["access_code"]["access_code_id"]
    update = "/access_codes/update"
    status, _ = await client.refused(
        update, access_code_id=code_id, starts_at=past, ends_at=later
    )
    assert status == 400
    sim.clock.advance(minutes=90)
    later = to_iso(now + timedelta(hours=3))
    await client.ok(update, access_code_id=code_id, starts_at=soon, ends_at=later)
    await client.ok(CREATE, device_id=GARDEN_HOUSE)


async def test_events(sim: Simulator, client: Client) -> None:
    """Events are listed since a time or between two, but not both."""
    sim.control.turn_lock(FRONT_DOOR, locked=False)
    middle = "2000-01-01T00:00:00Z"
    assert (await client.refused("/events/list"))[0] == 400
    assert (
        await client.refused("/events/list", since=middle, between=[middle, middle])
    )[0] == 400
    (event,) = (await client.ok("/events/list", since=middle))["events"]
    answer = await client.ok(
        "/events/list", between=[middle, event["created_at"]], limit=5
    )
    assert answer["events"] == []
    end = to_iso(sim.clock.now() + timedelta(milliseconds=1))
    answer = await client.ok("/events/list", between=[middle, end], limit=5)
    assert answer["events"] == [event]
    answer = await client.ok("/events/list", since=event["created_at"])
    assert answer["events"] == []
    answer = await client.ok("/events/get", event_id=event["event_id"])
    assert answer["event"] == event


async def test_requests_are_recorded_without_the_key(
    sim: Simulator, client: Client
) -> None:
    """Recorded requests do not contain the key."""
    await client.ok("/devices/list", limit=1)
    record = sim.requests[-1]
    assert (record.path, record.body, record.status) == (
        "/devices/list",
        {"limit": 1},
        200,
    )
    assert record.request_id == client.response_headers["seam-request-id"]
    assert client.key not in repr(record) + repr(record.headers)


@pytest.mark.skipif(not openapi.SCHEMA_AVAILABLE, reason="the schema is not here")
def test_parameters_are_in_the_schema() -> None:
    """Every parameter is in Seam's schema."""
    # The SDK has parameters that are not in this part of the schema.
    elsewhere = {"/devices/unmanaged/get", "/devices/unmanaged/update", "/locks/list"}
    for path in ENDPOINTS.keys() - elsewhere:
        assert ENDPOINTS[path].params.keys() <= openapi.request_parameters(path), path
