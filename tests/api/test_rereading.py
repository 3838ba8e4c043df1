"""Tests of reading code lists that come again as they were."""

from datetime import UTC, datetime

import pytest

from custom_components.seam.api import SeamClient
from simulator import Simulator
from simulator.seed import CODE_OWNER, FRONT_DOOR
from tests.api.conftest import Log, Stub
from tests.api.garbage import CODE


async def test_an_unchanged_list_is_read_once(
    client: SeamClient, simulator: Simulator
) -> None:
    """The same answer brings the same objects, another one what it says."""
    first = await client.list_access_codes(FRONT_DOOR)
    again = await client.list_access_codes(FRONT_DOOR)
    assert [id(code) for code in again] == [id(code) for code in first]
    assert again.is_complete
    assert await client.list_unmanaged_access_codes(FRONT_DOOR) != first

    simulator.world.access_codes[CODE_OWNER].name = "Landlady"
    changed = await client.list_access_codes(FRONT_DOOR)
    names = {code.access_code_id: code.name for code in changed}
    assert names[CODE_OWNER] == "Landlady"
    assert len(names) == len(first)


async def test_what_a_caller_does_with_a_list_is_its_own(client: SeamClient) -> None:
    """The next one gets all that Seam has sent."""
    codes = list(await client.list_access_codes(FRONT_DOOR))
    assert codes
    for _ in range(2):
        rows = await client.list_access_codes(FRONT_DOOR)
        assert rows == codes
        rows.clear()


async def test_a_broken_list_is_read_again(
    stub: Stub, stubbed: SeamClient, log: Log
) -> None:
    """A row that cannot be read is looked at each time."""
    stub.answer({"access_codes": [CODE | {"created_at": "never"}]})
    for _ in range(2):
        rows = await stubbed.list_access_codes("lock")
        assert rows == []
        assert rows.may_lack(CODE["access_code_id"])
        assert "created_at is not valid" in log.lines[-1]


async def test_a_broken_row_is_warned_of_once(
    stub: Stub, stubbed: SeamClient, log: Log
) -> None:
    """Until it is right again, wherever else rows are broken in the same way."""

    def lists(*rows: object) -> None:
        stub.forget()
        stub.answer({"access_codes": [*rows]})

    async def warned(device_id: str = "lock") -> int:
        log.lines.clear()
        await stubbed.list_access_codes(device_id)
        left_out = [line for line in log.lines if "Skipped" in line]
        assert len(left_out) == 1
        return len(log.warnings)

    broken = CODE | {"created_at": "never"}
    for row in (broken, None, {"access_code_id": [5]}):
        lists(CODE | {"access_code_id": "another"}, row)
        assert await warned() == 1
        assert await warned() == 0
        assert await warned("gate") == 1
        assert await warned() == await warned("gate") == 0
        # What is not in an answer is neither right nor wrong.
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


async def test_not_all_broken_rows_are_remembered(
    stub: Stub, stubbed: SeamClient, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of events are new ones each time: the oldest are forgotten."""
    monkeypatch.setattr(stubbed._reader._broken, "_max_size", 2)
    for event_id, warnings in (("a", 1), ("b", 2), ("a", 2), ("c", 3), ("a", 4)):
        stub.forget()
        stub.answer({"events": [{"event_id": event_id}]})
        await stubbed.list_events(datetime(2031, 1, 1, tzinfo=UTC))
        assert len(log.warnings) == warnings
