"""Tests of the client methods about access codes, against the simulator.

Requests and responses are validated against Seam's schema. A test has the name of
the method.
"""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from custom_components.seam.api import (
    AccessCode,
    ActionAttemptStatus,
    CodeStatus,
    SeamClient,
    SeamDuplicateCodeError,
    SeamInvalidInputError,
    SeamNotFoundError,
)
from simulator import Simulator
from simulator.seed import (
    APARTMENT_2,
    CODE_CLEANER,
    CODE_GUEST_NOW,
    CODE_HANDYMAN,
    CODE_OWNER,
    FRONT_DOOR,
    UNMANAGED_INSTALLER,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
)
from tests import openapi
from tests.api.conftest import API_KEY, NOWHERE, Stub, fetched_device, finished

pytestmark = pytest.mark.usefixtures("schema")
SUCCESS = ActionAttemptStatus.SUCCESS


async def test_create_access_code(client: SeamClient, simulator: Simulator) -> None:
    """Seam generates the PIN if none is given; leading zeros and times are kept."""
    code, attempt = await client.create_access_code(FRONT_DOOR)
    assert simulator.requests[-1].body == {"device_id": FRONT_DOOR}
    assert code.is_managed
    assert code.type == "ongoing"
    assert code.code is not None
    assert code.code.isdigit()
    assert (await finished(client, simulator, attempt)).status is SUCCESS
    now = simulator.clock.now()
    assert (await client.get_access_code(code.access_code_id)).status_at(
        now
    ) is CodeStatus.SET

    start, end = now + timedelta(days=1), now + timedelta(days=2)
    code, _ = await client.create_access_code(
        FRONT_DOOR, name="Zero", code="0042", starts_at=start, ends_at=end
    )
    assert (code.name, code.code, code.type) == ("Zero", "0042", "time_bound")
    assert (code.starts_at, code.ends_at) == (start, end)


async def test_create_access_code_with_duplicate_pin(client: SeamClient) -> None:
    """A PIN that the lock already has raises an error of its own."""
    await client.create_access_code(FRONT_DOOR, code="5512")
    with pytest.raises(SeamDuplicateCodeError) as refused:
        await client.create_access_code(FRONT_DOOR, code="5512")
    assert refused.value.error_type == "duplicate_access_code"


async def test_create_multiple_access_codes(
    client: SeamClient, simulator: Simulator
) -> None:
    """The codes are linked, unless a PIN is given."""
    now = simulator.clock.now()
    codes = await client.create_multiple_access_codes(
        (FRONT_DOOR, APARTMENT_2),
        behavior_when_code_cannot_be_shared="throw",
        name="Cleaning firm",
        starts_at=now,
        ends_at=now + timedelta(hours=3),
        preferred_code_length=6,
        prefer_native_scheduling=False,
        attempt_for_offline_device=True,
        is_external_modification_allowed=False,
        use_backup_access_code_pool=False,
    )
    assert {code.device_id for code in codes} == {FRONT_DOOR, APARTMENT_2}
    assert len({(code.code, code.common_code_key) for code in codes}) == 1
    assert codes[0].common_code_key
    own = await client.create_multiple_access_codes([FRONT_DOOR], code="6120")
    assert [(code.code, code.common_code_key) for code in own] == [("6120", None)]


async def test_update_access_code(client: SeamClient, simulator: Simulator) -> None:
    """Name, PIN and times can be changed, and the code be made unmanaged."""
    start = simulator.clock.now() + timedelta(hours=1)
    attempt = await client.update_access_code(
        CODE_CLEANER,
        name="Cleaner two",
        code="004711",
        type="time_bound",
        starts_at=start,
        ends_at=start + timedelta(hours=1),
        is_external_modification_allowed=True,
    )
    await finished(client, simulator, attempt)
    code = await client.get_access_code(CODE_CLEANER)
    assert (code.name, code.code) == ("Cleaner two", "004711")
    assert (code.type, code.starts_at) == ("time_bound", start)
    assert code.is_external_modification_allowed

    await client.update_access_code(CODE_CLEANER, type="ongoing")
    assert simulator.requests[-1].body == {
        "access_code_id": CODE_CLEANER,
        "type": "ongoing",
    }
    code = await client.get_access_code(CODE_CLEANER)
    assert (code.type, code.starts_at, code.ends_at) == ("ongoing", None, None)

    await client.update_access_code(CODE_OWNER, is_managed=False)
    assert (await client.get_unmanaged_access_code(CODE_OWNER)).is_managed is False


async def test_update_multiple_access_codes(
    client: SeamClient, simulator: Simulator
) -> None:
    """All linked codes are changed."""
    codes = await client.create_multiple_access_codes([FRONT_DOOR, APARTMENT_2])
    key = codes[0].common_code_key
    assert key is not None
    start = simulator.clock.now()
    await client.update_multiple_access_codes(
        key, name="Both", starts_at=start, ends_at=start + timedelta(days=1)
    )
    simulator.control.advance(120)
    for code in codes:
        renewed = await client.get_access_code(code.access_code_id)
        assert (renewed.name, renewed.type) == ("Both", "time_bound")


async def test_delete_access_code(client: SeamClient, simulator: Simulator) -> None:
    """The code is being removed, then it is gone."""
    attempt = await client.delete_access_code(CODE_CLEANER)
    code = await client.get_access_code(CODE_CLEANER)
    assert code.status_at(simulator.clock.now()) is CodeStatus.REMOVING
    assert (await finished(client, simulator, attempt)).status is SUCCESS
    with pytest.raises(SeamNotFoundError) as refused:
        await client.get_access_code(CODE_CLEANER)
    assert refused.value.error_type == "access_code_not_found"


async def test_get_access_code(client: SeamClient) -> None:
    """A managed code is returned with the code that it conflicts with."""
    code = await client.get_access_code(CODE_HANDYMAN)
    assert (code.device_id, code.is_managed) == (FRONT_DOOR, True)
    (error,) = code.own_errors
    assert error.code == "duplicate_code_on_device"
    assert error.other_access_code_id == UNMANAGED_OLD_GUEST
    with pytest.raises(SeamNotFoundError):
        await client.get_access_code(UNMANAGED_OLD_GUEST)


def names(codes: list[AccessCode]) -> set[str | None]:
    """Return the names of the codes."""
    return {code.name for code in codes}


async def test_list_access_codes(client: SeamClient) -> None:
    """Only the managed codes of the lock are returned."""
    codes = await client.list_access_codes(FRONT_DOOR)
    assert {"Cleaner", "Owner", "Handyman"} < names(codes)
    assert all(code.is_managed and code.device_id == FRONT_DOOR for code in codes)
    with pytest.raises(SeamNotFoundError):
        await client.list_access_codes(NOWHERE)


async def test_generate_code(client: SeamClient) -> None:
    """The PIN fits the lock, and nothing is created."""
    before = await client.list_access_codes(FRONT_DOOR)
    pin = await client.generate_code(FRONT_DOOR)
    assert pin.isdigit()
    assert len(pin) in (4, 5, 6)
    assert await client.list_access_codes(FRONT_DOOR) == before


async def test_pull_backup_access_code(client: SeamClient) -> None:
    """The backup is returned, not the code itself, and the same each time."""
    backup = await client.pull_backup_access_code(CODE_GUEST_NOW)
    assert backup.is_backup
    assert backup.access_code_id != CODE_GUEST_NOW
    assert await client.pull_backup_access_code(CODE_GUEST_NOW) == backup
    with pytest.raises(SeamInvalidInputError) as refused:
        await client.pull_backup_access_code(CODE_OWNER)
    assert refused.value.error_type == "access_code_not_time_bound"


async def test_report_device_constraints(client: SeamClient) -> None:
    """Lengths are reported one by one or as shortest and longest."""
    await client.report_device_constraints(FRONT_DOOR, supported_code_lengths={4, 7})
    device = await fetched_device(client, FRONT_DOOR)
    assert device.properties.supported_code_lengths == (4, 7)
    await client.report_device_constraints(
        FRONT_DOOR, min_code_length=5, max_code_length=7
    )
    device = await fetched_device(client, FRONT_DOOR)
    assert device.properties.supported_code_lengths == (5, 6, 7)
    with pytest.raises(SeamInvalidInputError) as refused:
        await client.report_device_constraints(
            FRONT_DOOR, min_code_length=7, max_code_length=5
        )
    assert "min_code_length" in refused.value.fields


async def test_list_unmanaged_access_codes(client: SeamClient) -> None:
    """Only the unmanaged codes are returned, with what cannot be done to them."""
    codes = await client.list_unmanaged_access_codes(FRONT_DOOR)
    assert names(codes) == {"Neighbour", "Summer guest", "Installer"}
    stuck = {
        code.access_code_id
        for code in codes
        if code.cannot_be_managed and code.cannot_delete_unmanaged_access_code
    }
    assert stuck == {UNMANAGED_INSTALLER}
    assert not any(code.is_managed for code in codes)


async def test_get_unmanaged_access_code(client: SeamClient) -> None:
    """Only an unmanaged code is returned."""
    code = await client.get_unmanaged_access_code(UNMANAGED_NEIGHBOUR)
    assert (code.name, code.is_managed) == ("Neighbour", False)
    with pytest.raises(SeamNotFoundError):
        await client.get_unmanaged_access_code(CODE_OWNER)


async def test_convert_to_managed(client: SeamClient, simulator: Simulator) -> None:
    """The code is managed a little later; one that cannot be is refused."""
    await client.convert_to_managed(
        UNMANAGED_NEIGHBOUR, is_external_modification_allowed=True, force=False
    )
    simulator.control.advance(120)
    codes = await client.list_access_codes(FRONT_DOOR)
    (code,) = [code for code in codes if code.name == "Neighbour"]
    assert code.is_external_modification_allowed
    with pytest.raises(SeamInvalidInputError):
        await client.convert_to_managed(UNMANAGED_INSTALLER)


async def test_delete_unmanaged_access_code(
    client: SeamClient, simulator: Simulator
) -> None:
    """The code is gone a little later; one that cannot be deleted is refused."""
    await client.delete_unmanaged_access_code(UNMANAGED_OLD_GUEST)
    simulator.control.advance(120)
    with pytest.raises(SeamNotFoundError):
        await client.get_unmanaged_access_code(UNMANAGED_OLD_GUEST)
    with pytest.raises(SeamInvalidInputError):
        await client.delete_unmanaged_access_code(UNMANAGED_INSTALLER)


async def test_simulate_unmanaged_access_code(client: SeamClient) -> None:
    """An unmanaged code is created on the lock."""
    code = await client.simulate_unmanaged_access_code(
        FRONT_DOOR, name="Painter", code="0815"
    )
    assert (code.name, code.code, code.is_managed) == ("Painter", "0815", False)
    assert "Painter" in names(await client.list_unmanaged_access_codes(FRONT_DOOR))


async def test_create_access_code_sends_every_parameter(
    stub: Stub, stubbed: SeamClient
) -> None:
    """Every parameter is sent under Seam's name, times with their offset."""
    row = {"access_code_id": "1", "device_id": FRONT_DOOR, "is_managed": True}
    stub.respond({"access_code": row, "ok": True})
    zone = timezone(timedelta(hours=2))
    wanted: dict[str, Any] = {
        "name": "Guest",
        "code": "0042",
        "preferred_code_length": 5,
        "starts_at": datetime(2031, 5, 1, 15, tzinfo=zone),
        "ends_at": datetime(2031, 5, 8, 10, tzinfo=UTC),
        "is_external_modification_allowed": False,
        "prefer_native_scheduling": False,
        "attempt_for_offline_device": False,
        "use_backup_access_code_pool": True,
        "is_offline_access_code": False,
        "is_one_time_use": False,
        "max_time_rounding": "1hour",
        "common_code_key": "key",
    }
    _, attempt = await stubbed.create_access_code(FRONT_DOOR, **wanted)
    assert attempt is None
    (request,) = stub.requests
    assert request.body == wanted | {
        "device_id": FRONT_DOOR,
        "starts_at": "2031-05-01T15:00:00+02:00",
        "ends_at": "2031-05-08T10:00:00+00:00",
    }
    assert request.headers["Authorization"] == f"Bearer {API_KEY}"
    assert request.headers["Content-Type"] == "application/json"
    if openapi.SCHEMA_AVAILABLE:
        openapi.validate_request(request.path, request.body)


async def test_access_code_times_are_aware(client: SeamClient) -> None:
    """Every time of a code has a time zone."""
    for code in await client.list_access_codes(FRONT_DOOR):
        for moment in (code.created_at, code.starts_at, code.ends_at):
            assert moment is None or moment < datetime.max.replace(tzinfo=UTC)
