"""The action `delete_expired_access_codes`."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from homeassistant.const import Platform
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest

from simulator import Simulator
from simulator.seed import APARTMENT_1, CODE_APARTMENT_1_EXPIRED
from simulator.state import AccessCode
from tests.clock import wait_until
from tests.conftest import Poll

from .support import FLAT_1, FRONT, Actions, texts

CLEAN = "delete_expired_access_codes"
PATH = "/access_codes/delete"
UNMANAGED_PATH = "/access_codes/unmanaged/delete"


def _expired(
    simulator: Simulator, name: str, *, days: float, **more: Any
) -> AccessCode:
    """Add a code to Apartment 1, which keeps expired codes."""
    now = simulator.backend.timeline.now().replace(microsecond=0)
    count = len(simulator.state.access_codes)
    code = AccessCode(
        f"{name}-{count}",
        APARTMENT_1,
        simulator.state.devices[APARTMENT_1].workspace_id,
        name,
        f"{500000 + 10 * count}",
        now - timedelta(days=30),
        starts_at=now - timedelta(days=days + 3),
        ends_at=now - timedelta(days=days),
        status="unset",
    )
    for key, value in more.items():
        setattr(code, key, value)
    return simulator.state.add_code(code)


def _end(code: AccessCode) -> datetime:
    assert code.ends_at is not None
    return code.ends_at


@pytest.mark.platforms(Platform.SENSOR)
async def test_delete_expired(simulator: Simulator, actions: Actions) -> None:
    """All expired managed codes are deleted and listed, and no others."""
    weekend = _expired(simulator, "Weekend", days=0.01)
    unmanaged = _expired(simulator, "Found", days=3, is_managed=False)
    before = set(simulator.state.access_codes)
    old = actions.code(CODE_APARTMENT_1_EXPIRED)

    answer = await actions.answer(CLEAN, FLAT_1)

    assert answer == {
        "access_codes": [
            {
                "access_code_id": code.access_code_id,
                "name": code.name,
                "ends_at": dt_util.as_local(_end(code)).isoformat(),
                "outcome": "deleted",
            }
            for code in sorted((weekend, old), key=lambda code: code.name or "")
        ]
    }
    gone = {weekend.access_code_id, old.access_code_id}
    assert set(simulator.state.access_codes) == before - gone
    assert unmanaged.access_code_id in actions.listed(FLAT_1, "unmanaged")
    assert not gone & set(actions.listed(FLAT_1))
    assert actions.writes == [PATH, PATH]

    again = await actions.answer(CLEAN, FLAT_1)
    assert again == {"access_codes": []}
    assert actions.writes == [PATH, PATH]


@pytest.mark.platforms(Platform.SENSOR)
@pytest.mark.parametrize(
    "older_than", [{"days": 5}, "120:00:00", 5 * 24 * 3600, timedelta(days=5)]
)
async def test_delete_expired_older_than(
    simulator: Simulator, actions: Actions, older_than: Any
) -> None:
    """Codes that expired more recently are kept."""
    recent = _expired(simulator, "Recent", days=4.9)
    older = _expired(simulator, "Older", days=5.1)
    answer = await actions.answer(CLEAN, FLAT_1, older_than=older_than)
    assert {row["access_code_id"] for row in answer["access_codes"]} == {
        older.access_code_id,
        CODE_APARTMENT_1_EXPIRED,
    }
    assert recent.access_code_id in actions.listed(FLAT_1)


async def test_delete_expired_dry_run(simulator: Simulator, actions: Actions) -> None:
    """A dry run returns what would be deleted."""
    before = set(simulator.state.access_codes)
    answer = await actions.answer(CLEAN, FLAT_1, dry_run=True)
    (row,) = answer["access_codes"]
    assert row["access_code_id"] == CODE_APARTMENT_1_EXPIRED
    assert row["outcome"] == "would_delete"
    assert not actions.writes
    assert set(simulator.state.access_codes) == before


@pytest.mark.platforms(Platform.SENSOR)
async def test_delete_expired_include_unmanaged(
    simulator: Simulator, actions: Actions
) -> None:
    """Unmanaged codes are deleted as well, except for those that Seam cannot delete."""
    found = _expired(simulator, "Found", days=3, is_managed=False)
    fixed = _expired(
        simulator,
        "Fixed",
        days=3,
        is_managed=False,
        cannot_delete_unmanaged_access_code=True,
    )
    offline = _expired(simulator, "Offline", days=3, is_offline_access_code=True)

    answer = await actions.answer(CLEAN, FLAT_1, include_unmanaged=True)

    rows = {row["access_code_id"]: row for row in answer["access_codes"]}
    assert {key: row["outcome"] for key, row in rows.items()} == {
        CODE_APARTMENT_1_EXPIRED: "deleted",
        found.access_code_id: "deleted",
        fixed.access_code_id: "not_deletable",
        offline.access_code_id: "not_deletable",
    }
    assert "Fixed" in rows[fixed.access_code_id]["reason"]
    assert "Offline" in rows[offline.access_code_id]["reason"]
    assert sorted(actions.writes) == [PATH, UNMANAGED_PATH]
    assert set(actions.listed(FLAT_1, "unmanaged")) >= {fixed.access_code_id}


async def test_delete_expired_keeps_prolonged_code(
    simulator: Simulator, actions: Actions
) -> None:
    """Codes are fetched first, as their end may have changed."""
    old = actions.code(CODE_APARTMENT_1_EXPIRED)
    old.ends_at = dt_util.utcnow() + timedelta(days=1)
    assert await actions.answer(CLEAN, FLAT_1) == {"access_codes": []}
    assert CODE_APARTMENT_1_EXPIRED in simulator.state.access_codes
    assert not actions.writes


async def test_delete_expired_returns_codes_with_another_end_meanwhile(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A code is deleted if its end has still passed, and unchanged otherwise."""
    moved = _expired(simulator, "X moved", days=2)
    extended = _expired(simulator, "Y extended", days=2)
    recent = _expired(simulator, "Z recent", days=2)
    fault = simulator.faults.add("hang", path=PATH, count=1)
    cleaning = asyncio.create_task(
        actions.answer(CLEAN, FLAT_1, older_than={"days": 1})
    )
    await wait_until(lambda: fault.hits > 0)
    now = dt_util.utcnow().replace(microsecond=0)
    moved.ends_at = _end(moved) + timedelta(hours=1)
    extended.ends_at = now + timedelta(days=1)
    recent.ends_at = now - timedelta(hours=1)
    await reconcile()
    simulator.faults.clear()
    rows = {row["name"]: row for row in (await cleaning)["access_codes"]}
    assert [row["outcome"] for row in rows.values()] == [
        "deleted",
        "deleted",
        "unchanged",
        "unchanged",
    ]
    for code in (extended, recent):
        assert datetime.fromisoformat(rows[code.name]["ends_at"]) == code.ends_at
    assert len(actions.sent(PATH)) == 2


async def test_delete_expired_skips_code_being_removed(
    simulator: Simulator, actions: Actions, caplog: pytest.LogCaptureFixture
) -> None:
    """A code that is being removed is pending and not deleted again."""
    going = _expired(
        simulator, "Going", days=0.01, status="removing", is_on_device=True
    )
    answer = await actions.answer(CLEAN, FLAT_1)
    outcomes = {row["access_code_id"]: row["outcome"] for row in answer["access_codes"]}
    assert outcomes == {
        going.access_code_id: "pending",
        CODE_APARTMENT_1_EXPIRED: "deleted",
    }
    assert len(actions.sent(PATH)) == 1
    assert CLEAN not in caplog.text

    # Without a response, the log says what is pending.
    await actions.run(CLEAN, FLAT_1)
    assert (
        f"The {CLEAN} action is still pending for {FLAT_1}: "
        "Going: Apartment 1 has not confirmed"
    ) in caplog.text


@pytest.mark.platforms(Platform.SENSOR)
async def test_delete_expired_on_offline_lock(
    simulator: Simulator, actions: Actions
) -> None:
    """Codes of an offline lock are pending."""
    code = _expired(simulator, "Weekend", days=1, is_on_device=True)
    simulator.control.lock_offline("Apartment 1")
    answer = await actions.answer(CLEAN, FLAT_1, older_than=timedelta(hours=12))
    rows = {row["access_code_id"]: row for row in answer["access_codes"]}
    assert rows[code.access_code_id]["outcome"] == "pending"
    assert "Apartment 1 is offline" in rows[code.access_code_id]["reason"]
    assert len(actions.sent("/action_attempts/get")) <= 2
    assert actions.listed(FLAT_1)[code.access_code_id]["status"] == "removing"


async def test_delete_expired_on_several_locks(
    simulator: Simulator, actions: Actions
) -> None:
    """Each lock has its own list, which may be empty."""
    answers = await actions.answers(CLEAN, [FRONT, FLAT_1])
    assert answers[FRONT] == {"access_codes": []}
    assert len(answers[FLAT_1]["access_codes"]) == 1


async def test_delete_expired_with_one_refused(
    simulator: Simulator, actions: Actions
) -> None:
    """Other codes are deleted if Seam refuses one."""
    codes = [_expired(simulator, f"Guest {n}", days=n) for n in (1, 2, 3)]
    simulator.faults.add("status", path=PATH, status=400, message="No.", count=1)
    answer = await actions.answer(CLEAN, FLAT_1)
    outcomes = [row["outcome"] for row in answer["access_codes"]]
    assert sorted(outcomes) == ["deleted"] * 3 + ["failed"]
    (failed,) = (row for row in answer["access_codes"] if row["outcome"] == "failed")
    assert "No." in failed["reason"]
    left = set(simulator.state.access_codes)
    assert left & {*(c.access_code_id for c in codes), CODE_APARTMENT_1_EXPIRED} == {
        failed["access_code_id"]
    }


async def test_delete_expired_without_response_raises_failures(
    simulator: Simulator, actions: Actions
) -> None:
    """Without a response, an error names the code and the reason."""
    code = _expired(simulator, "Weekend", days=1)
    pin = code.code or ""
    simulator.faults.add(
        "status",
        path=PATH,
        status=400,
        message=f"{pin} does not go.",
        count=1,
        device_id=APARTMENT_1,
    )
    with pytest.raises(HomeAssistantError) as caught:
        await actions.run(CLEAN, FLAT_1)
    assert caught.value.translation_key == "deletions_failed"
    assert "does not go." in str(caught.value)
    assert "Apartment 1" in str(caught.value)
    assert not any(pin in text for text in texts(caught.value))
    await actions.run(CLEAN, FLAT_1)
    assert code.access_code_id not in simulator.state.access_codes
    assert CODE_APARTMENT_1_EXPIRED not in simulator.state.access_codes


async def test_delete_expired_stops_at_rate_limit(
    simulator: Simulator, actions: Actions
) -> None:
    """No more codes are sent after a rate limit."""
    simulator.control.limit_rates()
    now = simulator.backend.timeline.now()
    for _ in range(18):
        simulator.backend.limits.count(APARTMENT_1, "delete", now)
    for number in range(4):
        _expired(simulator, f"Guest {number}", days=1)
    answer = await actions.answer(CLEAN, FLAT_1)
    outcomes = [row["outcome"] for row in answer["access_codes"]]
    assert outcomes == ["deleted"] * 2 + ["failed"] * 3
    for row in answer["access_codes"][2:]:
        assert " seconds" in row["reason"]
        assert row["access_code_id"] in simulator.state.access_codes
    # The third one was refused, and the others were not sent.
    assert len(actions.sent(PATH)) == 3


@pytest.mark.platforms(Platform.SENSOR)
@pytest.mark.parametrize("path", ["/access_codes/get", PATH])
async def test_delete_expired_code_not_found(
    simulator: Simulator, actions: Actions, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """A code that is already gone counts as deleted."""
    find = simulator.backend.code

    def vanish(workspace_id: str, access_code_id: str, **kwargs: Any) -> AccessCode:
        if actions.sent(path):
            simulator.control.vanish_code(access_code_id)
        return find(workspace_id, access_code_id, **kwargs)

    monkeypatch.setattr(simulator.backend, "code", vanish)
    answer = await actions.answer(CLEAN, FLAT_1)
    assert [row["outcome"] for row in answer["access_codes"]] == ["deleted"]
    assert actions.sent(path)[0].status == 404
    assert CODE_APARTMENT_1_EXPIRED not in actions.listed(FLAT_1)


async def test_delete_expired_failed_attempt(
    simulator: Simulator, actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deletion that fails on the lock has the outcome `failed`."""
    code = _expired(simulator, "Weekend", days=1)
    original = simulator.backend.codes.delete

    def delete(doomed: AccessCode) -> Any:
        if doomed is not code:
            return original(doomed)
        attempt = simulator.backend.attempts.start(
            simulator.state.devices[APARTMENT_1], "DELETE_ACCESS_CODE"
        )
        simulator.backend.attempts.fail(attempt, "failed", "The keypad is asleep.")
        return attempt

    monkeypatch.setattr(simulator.backend.codes, "delete", delete)
    answer = await actions.answer(CLEAN, FLAT_1)
    rows = {row["access_code_id"]: row for row in answer["access_codes"]}
    assert rows[CODE_APARTMENT_1_EXPIRED]["outcome"] == "deleted"
    assert rows[code.access_code_id]["outcome"] == "failed"
    assert "The keypad is asleep." in rows[code.access_code_id]["reason"]


async def test_delete_expired_codes_unknown(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Nothing is deleted while the codes of a lock are unknown."""
    simulator.faults.add("status", path="/access_codes/list", device_id=APARTMENT_1)
    await actions.refused("codes_unknown", CLEAN, FLAT_1, may_read=True)
    assert not actions.writes


@pytest.mark.parametrize("path", ["/access_codes/list", "/devices/list"])
async def test_delete_expired_refresh_fails(
    simulator: Simulator, actions: Actions, path: str
) -> None:
    """Nothing is deleted if the codes cannot be fetched first."""
    simulator.faults.add("rate_limit", path=path, retry_after=17)
    message = await actions.fails("all_locks_failed", CLEAN, [FRONT, FLAT_1])
    assert "17 seconds" in message
    assert not actions.writes


async def test_delete_expired_lock_removed_meanwhile(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A lock that is gone after the refresh is refused."""
    simulator.control.lose_events(10)
    simulator.control.remove_lock("Apartment 1")
    await reconcile()
    await actions.refused("lock_gone", CLEAN, FLAT_1, may_read=True)
    assert not actions.writes


async def test_delete_expired_key_revoked(
    simulator: Simulator, actions: Actions
) -> None:
    """No more codes are sent after a refused key."""
    _expired(simulator, "Weekend", days=1)
    for path in (PATH, "/workspaces/get"):
        simulator.faults.add("status", path=path, status=401)
    answer = await actions.answer(CLEAN, FLAT_1)
    assert [row["outcome"] for row in answer["access_codes"]] == ["failed"] * 2
    assert len(actions.sent(PATH)) == 1


async def test_delete_expired_with_wrong_clock(
    simulator: Simulator, actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Codes that still work by Seam's clock are kept if the own one is ahead."""
    ahead = dt_util.utcnow() + timedelta(days=20)
    before = set(simulator.state.access_codes)
    ended = {
        code.access_code_id
        for code in simulator.state.access_codes.values()
        if code.ends_at is not None and code.ends_at < simulator.clock.now()
    }
    monkeypatch.setattr(
        "custom_components.seam.actions.delete_expired.dt_util.utcnow", lambda: ahead
    )
    await actions.answers("delete_expired_access_codes", [FRONT, FLAT_1])
    assert before - set(simulator.state.access_codes) <= ended
