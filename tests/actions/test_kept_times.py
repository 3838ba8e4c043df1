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


async def test_new_name_of_linked_codes_keeps_times(actions: Actions) -> None:
    """One request renames them, and contains their times."""
    codes = await _async_link(actions)
    before = [_times(code) for code in codes]
    await actions.answers(UPDATE, FRONT, name="Band", new_name="Trio", linked=True)
    assert [code.name for code in codes] == ["Trio", "Trio"]
    assert [_times(code) for code in codes] == before
    assert len(actions.sent(MULTIPLE_PATH)) == 1


async def test_new_name_of_linked_codes_keeps_times_that_differ(
    actions: Actions, reconcile: Poll
) -> None:
    """Each is renamed by a request of its own; one that has the name stays as it is."""
    codes = await _async_link(actions)
    codes[1].ends_at = codes[1].ends_at and codes[1].ends_at + DAY
    await reconcile()
    before = [_times(code) for code in codes]
    answers = await actions.answers(
        UPDATE, FRONT, name="Band", new_name="Trio", linked=True
    )
    assert {key: row["outcome"] for key, row in answers.items()} == {FRONT: "success"}
    assert [code.name for code in codes] == ["Trio", "Trio"]
    assert [_times(code) for code in codes] == before
    assert not actions.sent(MULTIPLE_PATH)


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
    actions.simulator.faults.add("status", path="/access_codes/get")
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
