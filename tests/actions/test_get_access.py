"""The action `get_access`."""

from datetime import datetime, timedelta
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from simulator import Simulator
from simulator.seed import (
    CODE_CLEANER,
    CODE_GUEST_NEXT,
    CODE_GUEST_NOW,
    CODE_HANDYMAN,
    CODE_OWNER,
    UNMANAGED_INSTALLER,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
)
from tests.conftest import Poll

from .support import FLAT_2, FRONT, Actions

WITHOUT_END = {
    CODE_CLEANER,
    CODE_HANDYMAN,
    CODE_OWNER,
    UNMANAGED_INSTALLER,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
}

pytestmark = pytest.mark.usefixtures("frozen_clock")


def _in(**delta: float) -> str:
    return (dt_util.utcnow() + timedelta(**delta)).isoformat()


def _ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["access_code_id"] for row in rows]


@pytest.mark.platforms(Platform.SENSOR)
async def test_who_can_enter_in_period(actions: Actions) -> None:
    """Codes, gaps and codes without an end come without PINs and without a request."""
    before = len(actions.simulator.requests)
    answer = await actions.answer(
        "get_access", FRONT, **{"from": _in(), "until": _in(days=30)}
    )
    assert len(actions.simulator.requests) == before
    assert set(answer) == {
        "access_codes",
        "gaps",
        "may_be_outdated",
        "overlaps",
        "without_end",
    }
    now, later, *others = answer["access_codes"]
    listed = actions.listed(FRONT)
    for row, code_id in ((now, CODE_GUEST_NOW), (later, CODE_GUEST_NEXT)):
        assert row == {
            key: listed[code_id][key]
            for key in ("access_code_id", "name", "state", "starts_at", "ends_at")
        } | {"is_managed": True}
    assert (now["state"], later["state"]) == ("active", "scheduled")
    assert set(_ids(others)) == WITHOUT_END
    assert answer["without_end"] == [
        {key: row[key] for key in ("access_code_id", "name")} for row in others
    ]
    assert answer["overlaps"] == []
    assert answer["gaps"] == [
        {"starts_at": now["ends_at"], "ends_at": later["starts_at"]}
    ]
    assert answer["may_be_outdated"] is False
    pins = {c.code for c in actions.simulator.state.access_codes.values() if c.code}
    assert not any(pin in repr(answer) for pin in pins)


async def test_who_can_enter_at_a_time(actions: Actions) -> None:
    """The start of a code belongs to it, and its end does not."""
    code = actions.code(CODE_GUEST_NOW)
    assert code.starts_at
    assert code.ends_at
    for at, can_enter in (
        (code.starts_at - timedelta(seconds=1), False),
        (code.starts_at, True),
        (code.ends_at - timedelta(seconds=1), True),
        (code.ends_at, False),
    ):
        answer = await actions.answer("get_access", FRONT, at=at.isoformat())
        assert (CODE_GUEST_NOW in _ids(answer["access_codes"])) is can_enter


async def test_overlap_names_codes(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """An overlap has its full length and the codes of it."""
    now, later = actions.code(CODE_GUEST_NOW), actions.code(CODE_GUEST_NEXT)
    assert now.ends_at
    later.starts_at = now.ends_at - timedelta(hours=1)
    await reconcile()
    at = now.ends_at - timedelta(minutes=1)
    answer = await actions.answer("get_access", FRONT, at=at.isoformat())
    [overlap] = answer["overlaps"]
    assert _ids(overlap["access_codes"]) == [CODE_GUEST_NOW, CODE_GUEST_NEXT]
    assert datetime.fromisoformat(overlap["starts_at"]) == later.starts_at
    assert datetime.fromisoformat(overlap["ends_at"]) == now.ends_at
    assert answer["gaps"] == []


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
async def test_overlap_of_codes_without_start(
    hass: HomeAssistant,
    simulator: Simulator,
    actions: Actions,
    reconcile: Poll,
    zone: str,
) -> None:
    """Codes that have always worked have always overlapped, in any time zone."""
    await hass.config.async_set_time_zone(zone)
    for code_id in (CODE_GUEST_NOW, CODE_GUEST_NEXT):
        actions.code(code_id).starts_at = None
    await reconcile()
    answer = await actions.answer("get_access", FRONT, at=_in())
    [overlap] = answer["overlaps"]
    assert overlap["starts_at"] is None
    ends_at = actions.code(CODE_GUEST_NOW).ends_at
    assert datetime.fromisoformat(overlap["ends_at"]) == ends_at
    assert set(_ids(overlap["access_codes"])) == {CODE_GUEST_NOW, CODE_GUEST_NEXT}


async def test_several_locks(actions: Actions) -> None:
    """Each lock has its own answer, and local times need no offset."""
    answers = await actions.answers(
        "get_access", [FRONT, FLAT_2], at="2026-11-20 12:00"
    )
    assert set(answers) == {FRONT, FLAT_2}
    assert CODE_OWNER not in _ids(answers[FLAT_2]["access_codes"])


@pytest.mark.parametrize(
    ("key", "data"),
    [
        ("at_or_period", {}),
        ("at_or_period", {"from": "2027-01-01"}),
        ("at_or_period", {"until": "2027-01-01"}),
        ("at_or_period", {"at": "2027-01-01", "until": "2027-01-02"}),
        (
            "at_or_period",
            {"at": "2027-01-01", "from": "2027-01-01", "until": "2027-01-02"},
        ),
        ("end_before_start", {"from": "2027-01-02", "until": "2027-01-02"}),
        ("end_before_start", {"from": "2027-01-02", "until": "2027-01-01"}),
        ("invalid_time", {"at": "tomorrow"}),
        ("invalid_time", {"at": "1999-01-01"}),
        ("field_unknown", {"at": "2027-01-01", "name": "Owner"}),
    ],
)
async def test_refuses_unclear_period(
    actions: Actions, key: str, data: dict[str, Any]
) -> None:
    """Either a time or a period is required."""
    await actions.refused(key, "get_access", FRONT, **data)
