"""Actions that change something else than the times of a scheduled code.

Seam removes the times of a code if a change lacks them, so that it never expires.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest

from simulator.seed import CODE_APARTMENT_1_EXPIRED, CODE_GARDEN_GUEST, CODE_GUEST_NOW
from simulator.state import AccessCode
from tests.conftest import Poll

from .support import FLAT_1, FRONT, GARDEN, Actions

ENSURE = "ensure_access_code"
RELEASE = "release_access_code"
UPDATE = "update_access_code"
GET_PATH = "/access_codes/get"
PATH = "/access_codes/update"
MULTIPLE_PATH = "/access_codes/update_multiple"
DAY = timedelta(days=1)

type _Times = tuple[datetime | None, datetime | None]


def _times(code: AccessCode) -> _Times:
    return code.starts_at, code.ends_at


async def _ensure_pin(actions: Actions) -> None:
    code = actions.code(CODE_GUEST_NOW)
    await actions.answer(
        ENSURE,
        FRONT,
        name=code.name,
        starts_at=code.starts_at,
        ends_at=code.ends_at,
        code="739251",
    )


def _with(action: str, **data: Any) -> Callable[[Actions], Awaitable[Any]]:
    """Return a call of an action on the code of the current guest."""
    return lambda actions: actions.answer(
        action, FRONT, access_code_id=CODE_GUEST_NOW, **data
    )


@pytest.mark.parametrize(
    "change",
    [
        _with(UPDATE, new_name="Band"),
        _with(UPDATE, code="739251"),
        _with(UPDATE, allow_external_modification=True),
        _with(RELEASE),
        _ensure_pin,
    ],
    ids=["name", "pin", "modification", "release", "ensure"],
)
async def test_other_changes_keep_times(
    actions: Actions, change: Callable[[Actions], Awaitable[Any]]
) -> None:
    """A code that expires still expires at the same time after any other change."""
    before = _times(actions.code(CODE_GUEST_NOW))
    assert None not in before
    await change(actions)
    assert _times(actions.code(CODE_GUEST_NOW)) == before
    assert actions.writes == [PATH]


async def _async_link(actions: Actions) -> list[AccessCode]:
    """Create linked codes for two days; return them."""
    start = dt_util.utcnow().replace(microsecond=0)
    answers = await actions.answers(
        "schedule_access_code",
        [FRONT, GARDEN],
        name="Band",
        starts_at=start,
        ends_at=start + 2 * DAY,
    )
    return [actions.code(answers[lock]["access_code_id"]) for lock in (FRONT, GARDEN)]


@pytest.mark.parametrize("days", [0, 1], ids=["same", "different"])
@pytest.mark.parametrize("is_known", [False, True])
async def test_new_name_of_linked_codes_keeps_times(
    actions: Actions, reconcile: Poll, days: int, is_known: bool
) -> None:
    """Each is read once, and renamed by a request of its own."""
    codes = await _async_link(actions)
    codes[1].ends_at = codes[1].ends_at and codes[1].ends_at + days * DAY
    if is_known:
        await reconcile()
    before = [_times(code) for code in codes]
    sent = len(actions.simulator.requests)
    answers = await actions.answers(
        UPDATE, FRONT, name="Band", new_name="Trio", linked=True
    )
    assert {key: row["outcome"] for key, row in answers.items()} == {FRONT: "success"}
    assert [code.name for code in codes] == ["Trio", "Trio"]
    assert [_times(code) for code in codes] == before
    for code in codes:
        paths = [
            record.path
            for record in list(actions.simulator.requests)[sent:]
            if record.body.get("access_code_id") == code.access_code_id
        ]
        assert paths[: paths.index(PATH) + 1] == [GET_PATH, PATH]
        assert paths.count(PATH) == 1
    assert not actions.sent(MULTIPLE_PATH)


_END = dt_util.utcnow().replace(microsecond=0) + 7 * DAY
LINKED_CHANGES: dict[str, dict[str, Any]] = {
    "name": {"new_name": "Trio"},
    "end": {"ends_at": _END},
    "name_and_end": {"new_name": "Trio", "ends_at": _END},
    "times": {"starts_at": _END - DAY, "ends_at": _END},
}


def _break(actions: Actions, code: AccessCode, kind: str) -> None:
    """Make a code unreadable."""
    if kind == "gone":
        actions.simulator.control.vanish_code(code.access_code_id)
    else:
        actions.simulator.control.override_row(code.access_code_id, {"ends_at": "soon"})


@pytest.mark.parametrize("kind", ["gone", "invalid"])
@pytest.mark.parametrize("broken", [0, 1], ids=["first", "other"])
@pytest.mark.parametrize("change", LINKED_CHANGES.values(), ids=LINKED_CHANGES)
async def test_linked_code_that_cannot_be_read_does_not_block_others(
    actions: Actions,
    reconcile: Poll,
    impatient: None,
    change: dict[str, Any],
    broken: int,
    kind: str,
) -> None:
    """A guest's stay is extended on all other locks, and its lock says what is wrong."""
    codes = await _async_link(actions)
    starts_at, ends_at = _times(codes[0])
    _break(actions, codes[broken], kind)
    answers = await actions.answers(
        UPDATE, [FRONT, GARDEN], name="Band", linked=True, **change
    )
    rows = [answers[FRONT], answers[GARDEN]]
    assert "error_key" not in rows[1 - broken]
    assert "error_key" in rows[broken] or "reason" in rows[broken]
    other = codes[1 - broken]
    assert other.name == change.get("new_name", "Band")
    assert _times(other) == (
        change.get("starts_at", starts_at),
        change.get("ends_at", ends_at),
    )


@pytest.mark.parametrize(
    ("fault", "reads"),
    [
        ({"kind": "outage"}, 1),
        ({"kind": "rate_limit", "retry_after": "600"}, 1),
        ({"kind": "status", "status": 404}, 2),
    ],
    ids=["unreachable", "limited", "gone"],
)
async def test_linked_codes_are_not_changed_if_none_can_be_read(
    actions: Actions, fault: dict[str, Any], reads: int
) -> None:
    """If Seam does not answer, it is not asked for each of them."""
    await _async_link(actions)
    writes = actions.writes
    actions.simulator.faults.add(path=GET_PATH, **fault)
    actions.simulator.requests.clear()
    with pytest.raises(HomeAssistantError):
        await actions.answers(UPDATE, FRONT, name="Band", linked=True, ends_at=_END)
    read = {record.body["access_code_id"] for record in actions.sent(GET_PATH)}
    assert len(read) == reads
    assert not actions.writes, writes


@pytest.mark.parametrize(
    ("action", "data"),
    [
        (UPDATE, {"new_name": "Over"}),
        (UPDATE, {"code": "739251"}),
        (UPDATE, {"allow_external_modification": True}),
        (UPDATE, {"new_name": "Over", "linked": True}),
        (RELEASE, {}),
    ],
)
async def test_expired_code_is_not_changed_without_new_end(
    actions: Actions, reconcile: Poll, action: str, data: dict[str, Any]
) -> None:
    """Seam refuses times that have passed, and without them the code would work again."""
    actions.code(CODE_APARTMENT_1_EXPIRED).common_code_key = "old"
    await reconcile()
    message = await actions.refused(
        "has_expired", action, FLAT_1, access_code_id=CODE_APARTMENT_1_EXPIRED, **data
    )
    assert "Apartment 1" in message


@pytest.mark.parametrize(
    "times",
    [{"starts_at": None}, {"ends_at": None, "type": "ongoing"}],
    ids=["end", "start"],
)
@pytest.mark.parametrize(
    ("action", "data"), [(UPDATE, {"new_name": "Band"}), (RELEASE, {})]
)
async def test_incomplete_times_are_not_sent(
    actions: Actions,
    reconcile: Poll,
    times: dict[str, Any],
    action: str,
    data: dict[str, Any],
) -> None:
    """Seam could make the code ongoing, so the user has to enter both."""
    actions.simulator.control.override_row(CODE_GARDEN_GUEST, times)
    await reconcile()
    message = await actions.refused(
        "times_needed", action, GARDEN, access_code_id=CODE_GARDEN_GUEST, **data
    )
    assert "Enter both a start and an end" in message


CHANGES: dict[str, Callable[[Actions], Awaitable[Any]]] = {
    "name": _with(UPDATE, new_name="Band"),
    "pin": _with(UPDATE, code="739251"),
    "modification": _with(UPDATE, allow_external_modification=True),
    "linked": _with(UPDATE, new_name="Band", linked=True),
    "release": _with(RELEASE),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("was_ongoing", [False, True], ids=["moved", "ended"])
async def test_times_changed_at_seam_are_not_undone(
    actions: Actions,
    reconcile: Poll,
    change: Callable[[Actions], Awaitable[Any]],
    was_ongoing: bool,
) -> None:
    """A code that somebody else has ended, or extended, does not become as it was."""
    code = actions.code(CODE_GUEST_NOW)
    code.common_code_key = "guests"
    _, ends_at = before = _times(code)
    assert ends_at
    if was_ongoing:
        code.starts_at = code.ends_at = None
    await reconcile()
    # Without an event, and no list has it yet.
    code.starts_at, code.ends_at = now = before[0], ends_at + DAY
    await change(actions)
    assert _times(code) == now
    assert len(actions.writes) == 1


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_nothing_is_changed_if_current_times_are_unknown(
    actions: Actions, reconcile: Poll, change: Callable[[Actions], Awaitable[Any]]
) -> None:
    """The error does not say that something may have changed."""
    actions.code(CODE_GUEST_NOW).common_code_key = "guests"
    await reconcile()
    actions.simulator.faults.add("status", path=GET_PATH)
    with pytest.raises(HomeAssistantError) as caught:
        await change(actions)
    assert caught.value.translation_key == "cannot_connect"
    assert not actions.writes


async def test_code_that_has_ended_at_seam_is_not_changed(actions: Actions) -> None:
    """Without its end, it would work again."""
    code = actions.code(CODE_GUEST_NOW)
    code.ends_at = dt_util.utcnow() - DAY
    for change in (CHANGES["name"], CHANGES["release"]):
        with pytest.raises(HomeAssistantError) as caught:
            await change(actions)
        assert caught.value.translation_key == "has_expired"
    assert not actions.writes


async def test_new_end_keeps_start_that_was_changed_at_seam(actions: Actions) -> None:
    """The time that is not changed is as it is now. What is so already is not sent."""
    code = actions.code(CODE_GUEST_NOW)
    starts_at, ends_at = _times(code)
    assert starts_at
    assert ends_at
    code.starts_at = starts_at + timedelta(hours=1)
    await _with(UPDATE, ends_at=ends_at + DAY)(actions)
    assert _times(code) == (starts_at + timedelta(hours=1), ends_at + DAY)
    assert actions.writes == [PATH]
    code.ends_at = ends_at + 2 * DAY
    answer = await _with(UPDATE, ends_at=code.ends_at)(actions)
    assert answer["outcome"] == "unchanged"
    assert actions.writes == [PATH]


async def test_own_change_that_seam_does_not_return_yet_is_kept(
    actions: Actions, impatient: None
) -> None:
    """A code that was just extended, and then renamed, stays extended."""
    code = actions.code(CODE_GUEST_NOW)
    starts_at, ends_at = _times(code)
    assert starts_at
    assert ends_at
    actions.simulator.control.override_row(
        CODE_GUEST_NOW, {"ends_at": ends_at.isoformat()}
    )
    times = {"starts_at": starts_at, "ends_at": ends_at + DAY}
    answer = await _with(UPDATE, **times)(actions)
    assert answer["outcome"] == "pending"
    await _with(UPDATE, new_name="Band")(actions)
    assert _times(code) == (starts_at, ends_at + DAY)
