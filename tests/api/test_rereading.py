"""Tests of reading code lists again."""

from datetime import UTC, datetime

import pytest

from custom_components.seam.api import SeamClient
from simulator import Simulator
from simulator.seed import CODE_OWNER, FRONT_DOOR
from tests.api.conftest import Log, Stub
from tests.api.garbage import CODE


async def test_unchanged_code_list_is_not_parsed_again(
    client: SeamClient, simulator: Simulator
) -> None:
    """The same response brings the same objects, a changed one new ones."""
    first = await client.list_access_codes(FRONT_DOOR)
    again = await client.list_access_codes(FRONT_DOOR)
    assert [id(code) for code in again] == [id(code) for code in first]
    assert again.is_complete
    assert await client.list_unmanaged_access_codes(FRONT_DOOR) != first

    simulator.state.access_codes[CODE_OWNER].name = "Landlady"
    changed = await client.list_access_codes(FRONT_DOOR)
    names = {code.access_code_id: code.name for code in changed}
    assert names[CODE_OWNER] == "Landlady"
    assert len(names) == len(first)


async def test_unchanged_device_list_is_not_parsed_again(
    client: SeamClient, simulator: Simulator
) -> None:
    """The same response brings the same objects, a changed one new ones."""
    first = await client.list_devices()
    again = await client.list_devices()
    assert first
    assert [id(device) for device in again] == [id(device) for device in first]
    again.clear()
    assert await client.list_devices([FRONT_DOOR]) == [
        device for device in first if device.device_id == FRONT_DOOR
    ]
    assert await client.list_devices() == first

    simulator.state.devices[FRONT_DOOR].display_name = "Back door"
    changed = {device.device_id: device for device in await client.list_devices()}
    assert changed[FRONT_DOOR].display_name == "Back door"
    assert len(changed) == len(first)


async def test_returned_code_list_is_a_copy(client: SeamClient) -> None:
    """Changing a returned list does not change the next one."""
    codes = list(await client.list_access_codes(FRONT_DOOR))
    assert codes
    for _ in range(2):
        rows = await client.list_access_codes(FRONT_DOOR)
        assert rows == codes
        rows.clear()


async def test_code_list_with_invalid_row_is_parsed_again(
    stub: Stub, stubbed: SeamClient, log: Log
) -> None:
    """A list with an invalid row is parsed every time."""
    stub.respond({"access_codes": [CODE | {"is_managed": "never"}]})
    for _ in range(2):
        rows = await stubbed.list_access_codes("lock")
        assert rows == []
        assert rows.may_lack(CODE["access_code_id"])
        assert "is_managed is not valid" in log.lines[-1]


async def test_invalid_row_is_warned_about_once(
    stub: Stub, stubbed: SeamClient, log: Log
) -> None:
    """There is one warning per list until the row is valid again."""

    def lists(*rows: object) -> None:
        stub.clear()
        stub.respond({"access_codes": [*rows]})

    async def warned(device_id: str = "lock") -> int:
        log.lines.clear()
        await stubbed.list_access_codes(device_id)
        left_out = [line for line in log.lines if "Skipped" in line]
        assert len(left_out) == 1
        return len(log.warnings)

    broken = CODE | {"is_managed": "never"}
    for row in (broken, None, {"access_code_id": [5]}):
        lists(CODE | {"access_code_id": "another"}, row)
        assert await warned() == 1
        assert await warned() == 0
        assert await warned("gate") == 1
        assert await warned() == await warned("gate") == 0
        # A row that is missing is neither valid nor invalid.
        lists(CODE | {"access_code_id": "another"})
        await stubbed.list_access_codes("lock")
        lists(CODE | {"access_code_id": "another"}, row)
        assert await warned() == 0
        lists(CODE | {"access_code_id": "another"}, CODE)
        await stubbed.list_access_codes("lock")
        lists(CODE | {"access_code_id": "another"}, row)
        assert await warned() == 1
        assert await warned("gate") == 0
        lists(CODE | {"access_code_id": "another"}, CODE)
        await stubbed.list_access_codes("lock")
        await stubbed.list_access_codes("gate")


async def test_oldest_invalid_rows_are_forgotten(
    stub: Stub, stubbed: SeamClient, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The memory of invalid rows is limited, as those of events never come again."""
    monkeypatch.setattr(stubbed._reader._broken, "_max_size", 2)
    for event_id, warnings in (("a", 1), ("b", 2), ("a", 2), ("c", 3), ("a", 4)):
        stub.clear()
        stub.respond({"events": [{"event_id": event_id}]})
        await stubbed.list_events(datetime(2031, 1, 1, tzinfo=UTC))
        assert len(log.warnings) == warnings
