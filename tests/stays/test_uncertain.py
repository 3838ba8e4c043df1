"""Tests of what came of changes whose answers were lost."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.seam.stays.links import Fingerprint, Link
from custom_components.seam.stays.plan import Kind, Step
from custom_components.seam.stays.run import Outcome, Refused, Uncertain
from custom_components.seam.stays.uncertain import UncertainSteps
from custom_components.seam.sync.snapshot import LockData
from tests.sync.support import make_code, make_device

from .support import DAY, NOW

OLD = make_code("ada", name="Ada", starts_at=NOW + DAY, ends_at=NOW + 2 * DAY)
NEW = replace(OLD, ends_at=NOW + 3 * DAY)
KNOWN = Link(
    key="ada",
    device_id="door",
    code_id="ada",
    asked=Fingerprint.of_code(OLD),
    asked_at=NOW - DAY,
    seen=Fingerprint.of_code(OLD),
)
ASKED = replace(KNOWN, asked=Fingerprint.of_code(NEW), asked_at=NOW, is_pending=True)
CREATED = replace(ASKED, code_id=None, seen=None)
DELETING = replace(KNOWN, is_deleting=True)
CREATE = Step(kind=Kind.CREATE, key="ada", device_id="door", link=CREATED)
MOVE = Step(kind=Kind.MOVE, key="ada", device_id="door", code_id="ada", link=ASKED)
DELETE = replace(MOVE, kind=Kind.DELETE, link=DELETING)
LOCK = LockData(device=make_device(), has_codes=True, has_all_codes=True)
HAS_OLD, HAS_NEW = replace(LOCK, managed=(OLD,)), replace(LOCK, managed=(NEW,))


async def take(steps: UncertainSteps, step: Step, outcome: Outcome) -> None:
    """Take a step with this outcome."""

    async def answer(_step: Step) -> Outcome:
        return outcome

    assert await steps.async_take(step, answer) is outcome


def found(
    steps: UncertainSteps, link: Link | None, lock: LockData | None
) -> list[Kind]:
    """Return what was made, as it is known now."""
    locks: Mapping[str, LockData] = {"door": lock} if lock else {}
    other = replace(KNOWN, key="other", device_id="other")
    made = steps.take_made([other, link] if link else [other], locks)
    assert all(code in (None, NEW) for _, code in made)
    return [step.kind for step, _ in made]


@pytest.mark.parametrize(
    ("step", "link", "lock", "is_made"),
    [
        (CREATE, CREATED.confirmed(NEW), HAS_NEW, True),
        # Its booking has another UID now.
        (CREATE, replace(CREATED.confirmed(NEW), key="new"), HAS_NEW, True),
        (CREATE, None, LOCK, False),
        # It was asked for again.
        (
            CREATE,
            replace(CREATED.confirmed(NEW), asked_at=NOW + timedelta(minutes=7)),
            HAS_NEW,
            False,
        ),
        (MOVE, ASKED.confirmed(NEW), HAS_NEW, True),
        # The booking has its old times again, which the code always had.
        (MOVE, KNOWN, HAS_OLD, False),
        (MOVE, None, LOCK, False),
        (DELETE, DELETING, LOCK, True),
        (DELETE, None, LOCK, True),
        # The booking is back.
        (DELETE, KNOWN, HAS_OLD, False),
    ],
)
async def test_change_is_found_once(
    step: Step, link: Link | None, lock: LockData, is_made: bool
) -> None:
    """Nothing is found before it can be seen, nor afterwards."""
    steps = UncertainSteps()
    await take(steps, step, Uncertain(error=None))
    assert step.link
    unknown = None if step.kind is Kind.CREATE else HAS_OLD
    for unseen in (unknown, replace(unknown or LOCK, has_codes=False), None):
        assert found(steps, step.link, unseen) == []
    unreadable = replace(LOCK, is_complete=False)
    assert found(steps, step.link, unreadable) == []
    assert found(steps, link, lock) == [step.kind] * is_made
    assert found(steps, ASKED.confirmed(NEW), HAS_NEW) == []
    assert found(steps, DELETING, LOCK) == []


@pytest.mark.parametrize("is_refused", [False, True])
async def test_next_step_says_what_became_of_the_code(is_refused: bool) -> None:
    """Unless it is refused, or takes so long that the earlier one is seen."""
    steps = UncertainSteps()
    await take(steps, MOVE, Uncertain(error=None))

    async def answer(_step: Step) -> Outcome:
        assert found(steps, ASKED.confirmed(NEW), HAS_NEW) == []
        return Refused(error=Exception()) if is_refused else NEW

    await steps.async_take(MOVE, answer)
    assert found(steps, ASKED.confirmed(NEW), HAS_NEW) == [Kind.MOVE] * is_refused
    # Nothing is remembered of steps that were never uncertain.
    await take(steps, MOVE, Refused(error=Exception()))
    assert found(steps, ASKED.confirmed(NEW), HAS_NEW) == []
