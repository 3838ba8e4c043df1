"""The action `get_access_codes`."""

from typing import Any

from homeassistant.const import Platform
import pytest

from .support import FLAT_2, FRONT, Actions


@pytest.mark.platforms(Platform.SENSOR)
@pytest.mark.parametrize(
    ("include", "kinds"),
    [
        (None, {"managed", "unmanaged"}),
        ("managed", {"managed"}),
        (["unmanaged"], {"unmanaged"}),
        (["unmanaged", "managed"], {"managed", "unmanaged"}),
    ],
)
async def test_get(actions: Actions, include: Any, kinds: set[str]) -> None:
    """The codes match the attributes, without a request."""
    before = len(actions.simulator.requests)
    data = {} if include is None else {"include": include}

    answer = await actions.answer("get_access_codes", FRONT, **data)

    assert answer.pop("may_be_outdated") is False
    assert set(answer) == kinds
    for kind in kinds:
        rows = {row["access_code_id"]: row for row in answer[kind]}
        assert rows == actions.listed(FRONT, kind)
        assert rows
    assert len(actions.simulator.requests) == before


@pytest.mark.platforms(Platform.SENSOR)
async def test_get_on_several_locks(actions: Actions) -> None:
    """Each lock has its own list."""
    answers = await actions.answers("get_access_codes", [FRONT, FLAT_2])
    assert answers[FLAT_2]["unmanaged"] == []
    assert {row["access_code_id"] for row in answers[FRONT]["managed"]} == set(
        actions.listed(FRONT)
    )


@pytest.mark.parametrize("include", [[], ["both"], "all"])
async def test_get_refuses_unknown_kind(actions: Actions, include: Any) -> None:
    """At least one of the two kinds is required."""
    with pytest.raises(Exception, match="include"):
        await actions.answers("get_access_codes", FRONT, include=include)
