"""Actions that change something else than the times of a scheduled code.

Seam removes the times of a code if a change lacks them, so that it never expires.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

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


async def test_code_with_unknown_start_is_not_renamed(
    actions: Actions, reconcile: Poll
) -> None:
    """Without its start, the end cannot be sent either."""
    actions.simulator.control.override_row(CODE_GARDEN_GUEST, {"starts_at": None})
    await reconcile()
    await actions.refused(
        "start_missing",
        UPDATE,
        GARDEN,
        access_code_id=CODE_GARDEN_GUEST,
        new_name="Band",
    )
