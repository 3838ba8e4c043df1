"""Tests of reading code lists that come again as they were."""

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
    assert await client.list_access_codes(FRONT_DOOR) is first
    assert await client.list_unmanaged_access_codes(FRONT_DOOR) is not first

    simulator.world.access_codes[CODE_OWNER].name = "Landlady"
    changed = await client.list_access_codes(FRONT_DOOR)
    names = {code.access_code_id: code.name for code in changed}
    assert names[CODE_OWNER] == "Landlady"
    assert len(names) == len(first)


async def test_a_broken_list_is_read_again(
    stub: Stub, stubbed: SeamClient, log: Log
) -> None:
    """A row that cannot be read is warned of each time."""
    stub.answer({"access_codes": [CODE | {"created_at": "never"}]})
    for _ in range(2):
        rows = await stubbed.list_access_codes("lock")
        assert rows == []
        assert rows.may_lack(CODE["access_code_id"])
        assert "created_at is not valid" in log.warnings[-1]
    assert len(log.warnings) == 2
