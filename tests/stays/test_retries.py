"""Tests of when refused changes of codes are tried again."""

from typing import Any

import pytest

from simulator.faults import FaultKind
from tests.clock import START

from .conftest import DAY, Stays

pytestmark = pytest.mark.usefixtures("frozen_clock", "no_waits")

CREATE = "/access_codes/create"
UPDATE = "/access_codes/update"
DELETE = "/access_codes/delete"
MINUTE = 1 / 24 / 60


async def minutes_until_code(stays: Stays, end: float) -> int:
    """Return after how many minutes there is a code that ends then."""
    for minutes in range(1, 40):
        await stays.wait()
        if any(code.ends_at == START + end * DAY for code in stays.codes):
            return minutes
    raise AssertionError


@pytest.mark.parametrize("is_extended", [False, True])
@pytest.mark.parametrize(
    ("fault", "options", "minutes"),
    [
        ("rate_limit", {"retry_after": 5}, 3),
        ("rate_limit", {"retry_after": 400}, 8),
        # The code might have been created.
        ("outage", {}, 8),
        ("status", {"status": 500}, 8),
        ("status", {"status": 503}, 8),
    ],
)
async def test_change_is_tried_again(
    stays: Stays,
    fault: FaultKind,
    options: dict[str, Any],
    minutes: int,
    is_extended: bool,
) -> None:
    """A guest who arrives or leaves soon does not wait until the next quarter."""
    if is_extended:
        stays.book("Ada", start=-1, end=17 * MINUTE)
        await stays.wait()
        await stays.wait()
    path = UPDATE if is_extended else CREATE
    stays.simulator.faults.add(fault, path=path, count=1, **options)
    stays.book("Ada", start=-1 if is_extended else 10 * MINUTE, end=2)
    assert await minutes_until_code(stays, end=2) <= minutes


async def test_locks_that_could_not_be_read_are_read_again(stays: Stays) -> None:
    """Nothing is changed on a lock whose codes may have changed."""
    stays.simulator.faults.add("status", path="/access_codes/list", status=503)
    stays.book("Ada", start=10 * MINUTE, end=1)
    await stays.wait()
    stays.simulator.faults.clear()
    assert await minutes_until_code(stays, end=1) <= 2


@pytest.mark.parametrize(("start", "limit"), [(10 * MINUTE, 16), (3.0, 4)])
async def test_outage_is_not_made_worse(stays: Stays, start: float, limit: int) -> None:
    """Later stays have time."""
    stays.book("Ada", start=start, end=5)
    stays.simulator.faults.add("rate_limit", path=CREATE, retry_after=300)
    for _ in range(15):
        await stays.wait()
    requests = [r for r in stays.simulator.requests if r.path == CREATE]
    assert 2 <= len(requests) <= limit


async def test_permanent_refusal_is_not_repeated_before_next_quarter(
    stays: Stays,
) -> None:
    """Only what passes by itself is tried again."""
    fault = stays.simulator.faults.add("status", path=CREATE, status=400)
    stays.book("Ada", start=10 * MINUTE, end=5)
    for _ in range(10):
        await stays.wait()
    assert fault.hits == 1


async def test_repeated_refusal_is_logged_once(
    stays: Stays, caplog: pytest.LogCaptureFixture
) -> None:
    """Until Seam gives another reason, although each response has another request ID."""
    refuse = stays.simulator.faults.add
    refuse("status", path=CREATE, status=400)
    stays.book("Ada", start=2)
    for _ in range(4):
        await stays.wait(15)
    assert caplog.text.count("Could not create the access code") == 1
    stays.simulator.faults.clear()
    refuse("rate_limit", path=CREATE)
    for _ in range(4):
        await stays.wait(15)
    assert caplog.text.count("Could not create the access code") == 2
