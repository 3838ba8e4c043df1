"""The action `convert_access_code`."""

from dataclasses import replace
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.seam.const import DOMAIN
from simulator import Simulator
from simulator.attempts import render_attempt
from simulator.routing import ENDPOINTS, Context
from simulator.seed import (
    CODE_CLEANER,
    CODE_HANDYMAN,
    FRONT_DOOR,
    UNMANAGED_APARTMENT_1_TENANT,
    UNMANAGED_BIKE_COURIER,
    UNMANAGED_GARDEN_1,
    UNMANAGED_GARDEN_2,
    UNMANAGED_INSTALLER,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
)
from simulator.state import Json
from tests.conftest import Poll

from .support import FLAT_1, FLAT_2, FRONT, GARDEN, KEYPAD, Actions

CONVERT = "convert_access_code"
CONVERT_PATH = "/access_codes/unmanaged/convert_to_managed"


@pytest.mark.platforms(Platform.SENSOR)
@pytest.mark.parametrize(
    "pick", [{"name": "Neighbour"}, {"access_code_id": UNMANAGED_NEIGHBOUR}]
)
async def test_convert_one_code(actions: Actions, pick: dict[str, str]) -> None:
    """A converted code moves to the other sensor and keeps its values."""
    before = actions.code(UNMANAGED_NEIGHBOUR).code

    answer = await actions.answer(CONVERT, FRONT, **pick)

    assert answer == {
        "access_codes": [
            {
                "access_code_id": UNMANAGED_NEIGHBOUR,
                "name": "Neighbour",
                "outcome": "converted",
            }
        ]
    }
    made = actions.code(UNMANAGED_NEIGHBOUR)
    assert made.is_managed
    assert made.code == before
    assert UNMANAGED_NEIGHBOUR in actions.listed(FRONT)
    assert UNMANAGED_NEIGHBOUR not in actions.listed(FRONT, "unmanaged")
    (request,) = actions.sent(CONVERT_PATH)
    assert request.body == {"access_code_id": UNMANAGED_NEIGHBOUR}


async def test_convert_passes_fields_to_seam(actions: Actions) -> None:
    """Optional fields are passed to Seam."""
    await actions.answer(
        CONVERT, FRONT, name="Neighbour", force=True, allow_external_modification=True
    )
    (request,) = actions.sent(CONVERT_PATH)
    assert request.body == {
        "access_code_id": UNMANAGED_NEIGHBOUR,
        "force": True,
        "is_external_modification_allowed": True,
    }
    assert actions.code(UNMANAGED_NEIGHBOUR).is_external_modification_allowed


@pytest.mark.platforms(Platform.SENSOR)
async def test_convert_recognizes_code_with_new_id(
    simulator: Simulator, actions: Actions
) -> None:
    """A code that gets a new id counts as converted and is listed once."""
    simulator.control.convert_with_new_id()
    pin = actions.code(UNMANAGED_NEIGHBOUR).code

    answer = await actions.answer(CONVERT, FRONT, name="Neighbour")

    assert answer["access_codes"][0]["outcome"] == "converted"
    assert UNMANAGED_NEIGHBOUR not in simulator.state.access_codes
    (new,) = [
        code
        for code in simulator.state.codes_of(FRONT_DOOR, managed=True)
        if code.code == pin
    ]
    assert new.access_code_id in actions.listed(FRONT)
    assert UNMANAGED_NEIGHBOUR not in actions.listed(FRONT, "unmanaged")
    names = [code["name"] for code in actions.listed(FRONT).values()]
    assert names.count("Neighbour") == 1


async def test_convert_all(simulator: Simulator, actions: Actions) -> None:
    """Each code of a lock has its own outcome and reason."""
    simulator.control.fail_next_conversion()

    answer = await actions.answer(CONVERT, FRONT, all=True)

    rows = {row["access_code_id"]: row for row in answer["access_codes"]}
    assert set(rows) == {UNMANAGED_NEIGHBOUR, UNMANAGED_OLD_GUEST, UNMANAGED_INSTALLER}
    assert rows[UNMANAGED_NEIGHBOUR]["outcome"] == "failed"
    assert rows[UNMANAGED_NEIGHBOUR]["reason"]
    assert rows[UNMANAGED_OLD_GUEST]["outcome"] == "converted"
    assert "reason" not in rows[UNMANAGED_OLD_GUEST]
    assert rows[UNMANAGED_INSTALLER]["outcome"] == "not_convertible"
    assert "Installer" in rows[UNMANAGED_INSTALLER]["reason"]
    assert not actions.code(UNMANAGED_NEIGHBOUR).is_managed
    assert actions.code(UNMANAGED_OLD_GUEST).is_managed
    assert {r.body["access_code_id"] for r in actions.sent(CONVERT_PATH)} == {
        UNMANAGED_NEIGHBOUR,
        UNMANAGED_OLD_GUEST,
    }


async def test_convert_all_on_several_locks(actions: Actions) -> None:
    """Each lock has its own answer, which may be empty."""
    answers = await actions.answers(CONVERT, [FLAT_1, FLAT_2, KEYPAD], all=True)

    outcomes = {
        entity_id: {row["access_code_id"]: row["outcome"] for row in a["access_codes"]}
        for entity_id, a in answers.items()
    }
    assert outcomes == {
        FLAT_1: {UNMANAGED_APARTMENT_1_TENANT: "converted"},
        FLAT_2: {},
        KEYPAD: {UNMANAGED_BIKE_COURIER: "converted"},
    }


async def test_convert_all_without_response_raises_failures(
    simulator: Simulator, actions: Actions
) -> None:
    """Without a response, failures raise an error, and the other codes are converted."""
    simulator.control.fail_next_conversion()
    with pytest.raises(HomeAssistantError, match="Neighbour") as caught:
        await actions.run(CONVERT, FRONT, all=True)
    assert caught.value.translation_key == "conversions_failed"
    assert actions.code(UNMANAGED_OLD_GUEST).is_managed


async def test_convert_all_without_response_raises_if_none_is_convertible(
    actions: Actions,
) -> None:
    """Without a response, an error says why no code was converted."""
    before = actions.world
    for entity_ids in (GARDEN, [FLAT_2, GARDEN]):
        with pytest.raises(ServiceValidationError) as caught:
            await actions.run(CONVERT, entity_ids, all=True)
        assert caught.value.translation_key == "none_convertible"
        assert "Slot 4, Slot 7" in str(caught.value)
    assert actions.world == before
    assert not actions.writes


async def test_convert_all_without_unmanaged_codes(actions: Actions) -> None:
    """A lock without unmanaged codes is no error."""
    await actions.run(CONVERT, FLAT_2, all=True)
    assert not actions.writes


async def test_convert_all_without_response_ignores_single_not_convertible(
    actions: Actions,
) -> None:
    """Codes that cannot be converted are no error if others are converted."""
    await actions.run(CONVERT, [FRONT, GARDEN], all=True)
    assert actions.code(UNMANAGED_NEIGHBOUR).is_managed
    assert actions.code(UNMANAGED_OLD_GUEST).is_managed
    assert not actions.code(UNMANAGED_INSTALLER).is_managed


async def test_convert_dry_run(actions: Actions) -> None:
    """A dry run returns what would be done, without any request."""
    before = len(actions.simulator.requests)

    answer = await actions.answer(CONVERT, FRONT, all=True, dry_run=True)
    one = await actions.answer(CONVERT, FRONT, name="Installer", dry_run=True)

    outcomes = {r["access_code_id"]: r["outcome"] for r in answer["access_codes"]}
    assert outcomes == {
        UNMANAGED_NEIGHBOUR: "would_convert",
        UNMANAGED_OLD_GUEST: "would_convert",
        UNMANAGED_INSTALLER: "not_convertible",
    }
    assert [row["outcome"] for row in one["access_codes"]] == ["not_convertible"]
    assert len(actions.simulator.requests) == before


async def test_convert_dry_run_names_managed_code_with_same_pin(
    actions: Actions,
) -> None:
    """The conversion works, but leaves a conflict."""
    answer = await actions.answer(CONVERT, FRONT, all=True, dry_run=True)
    reasons = {row["name"]: row.get("reason") for row in answer["access_codes"]}
    assert reasons["Neighbour"] is None
    assert reasons["Summer guest"] == (
        "“Handyman”, which Seam already manages, has the same PIN. After the "
        "conversion, change or delete one of the two access codes"
    )


@pytest.mark.platforms(Platform.SENSOR)
@pytest.mark.parametrize("has_new_id", [False, True])
async def test_advice_names_duplicate_before_and_after_its_conversion(
    actions: Actions, reconcile: Poll, has_new_id: bool
) -> None:
    """The code with the error still says which code it collides with."""

    def advice() -> str:
        [error] = actions.listed(FRONT)[CODE_HANDYMAN]["errors"]
        assert error["other_access_code_name"] == "Summer guest"
        return str(error["advice"])

    assert advice() == (
        "“Summer guest” has the same PIN or name. Convert or delete it, or change "
        "this code."
    )
    actions.simulator.control.convert_with_new_id(has_new_id)
    await actions.answer(CONVERT, FRONT, name="Summer guest")
    await reconcile()
    assert advice() == (
        "“Summer guest”, which Seam also manages, has the same PIN or name. Change or "
        "delete one of the two codes."
    )


async def test_convert_not_supported_by_manufacturer(actions: Actions) -> None:
    """Codes of locks that do not support conversion are refused."""
    before = len(actions.simulator.requests)
    answer = await actions.answer(CONVERT, GARDEN, all=True)
    assert {r["access_code_id"]: r["outcome"] for r in answer["access_codes"]} == {
        UNMANAGED_GARDEN_1: "not_convertible",
        UNMANAGED_GARDEN_2: "not_convertible",
    }
    assert len(actions.simulator.requests) == before
    await actions.refused("not_convertible", CONVERT, GARDEN, name="Slot 4")


async def test_convert_not_supported_by_lock_without_flag_on_code(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """The lock decides if the code has no flag."""
    simulator.control.add_unmanaged_code("Garden House", "Slot 9", None)
    await poll()
    await actions.refused("not_convertible", CONVERT, GARDEN, name="Slot 9")


async def test_convert_code_that_cannot_be_managed(actions: Actions) -> None:
    """A code that Seam cannot manage is refused."""
    message = await actions.refused(
        "not_convertible", CONVERT, FRONT, access_code_id=UNMANAGED_INSTALLER
    )
    assert "Installer" in message


async def test_convert_managed_code(actions: Actions) -> None:
    """A managed code is not found, neither by id nor by name."""
    await actions.refused(
        "already_managed", CONVERT, FRONT, access_code_id=CODE_CLEANER
    )
    message = await actions.refused("already_managed", CONVERT, FRONT, name="Cleaner")
    assert "“Cleaner” on Front Door is already managed" in message


async def test_convert_refuses_all_with_one_code(actions: Actions) -> None:
    """`all` cannot be combined with a code."""
    await actions.refused("all_or_one", CONVERT, FRONT, name="Neighbour", all=True)
    await actions.refused(
        "all_or_one", CONVERT, FRONT, access_code_id=UNMANAGED_NEIGHBOUR, all=True
    )
    await actions.refused("no_code_or_all", CONVERT, FRONT, all=False)


@pytest.mark.platforms(Platform.SENSOR)
async def test_convert_failure_event(simulator: Simulator, actions: Actions) -> None:
    """Seam reports a failure by an event, and its reason in the list of codes."""
    simulator.control.fail_next_conversion()
    message = await actions.fails(
        "conversions_failed", CONVERT, FRONT, name="Neighbour"
    )
    assert "Neighbour: Seam could not convert the access code: The" in message
    assert not actions.code(UNMANAGED_NEIGHBOUR).is_managed
    assert UNMANAGED_NEIGHBOUR in actions.listed(FRONT, "unmanaged")


async def test_convert_failure_has_reason_of_seam(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """The error and the answer contain it, without PINs."""
    pin = actions.code(UNMANAGED_NEIGHBOUR).code
    simulator.control.code_error(UNMANAGED_NEIGHBOUR, "old_error", "Something else.")
    await poll()
    for _ in range(5):
        simulator.control.fail_next_conversion(
            error_code="provider_issue", message=f"The keypad knows {pin} already"
        )
    reason = "convert the access code: The keypad knows •••• already (provider_issue)."
    message = await actions.fails(
        "conversions_failed", CONVERT, FRONT, name="Neighbour"
    )
    assert reason in message
    for _ in range(2):
        answer = await actions.answer(CONVERT, FRONT, all=True)
        [row] = [r for r in answer["access_codes"] if r["name"] == "Neighbour"]
        assert row["outcome"] == "failed"
        assert reason in row["reason"]


@pytest.mark.parametrize(
    ("has_attempt", "reason"),
    [(False, "The reason is unknown"), (True, "The access code could not be conv")],
)
async def test_convert_failure_while_codes_cannot_be_fetched(
    simulator: Simulator, actions: Actions, has_attempt: bool, reason: str
) -> None:
    """The reason is in the attempt, or unknown."""
    simulator.control.answer_conversions_with_attempt(has_attempt)
    simulator.control.fail_next_conversion()
    simulator.faults.add("status", path="/access_codes/unmanaged/list")
    message = await actions.fails(
        "conversions_failed", CONVERT, FRONT, name="Neighbour"
    )
    assert reason in message


@pytest.mark.parametrize("status", [404, 500])
async def test_convert_outcomes_if_attempts_cannot_be_read(
    simulator: Simulator, actions: Actions, status: int
) -> None:
    """What Seam reports about a code in another way counts."""
    simulator.control.answer_conversions_with_attempt()
    simulator.control.fail_next_conversion()
    simulator.faults.add("status", path="/action_attempts/get", status=status)

    answer = await actions.answer(CONVERT, FRONT, all=True)

    outcomes = {row["name"]: row["outcome"] for row in answer["access_codes"]}
    assert outcomes == {
        "Neighbour": "failed",
        "Summer guest": "converted",
        "Installer": "not_convertible",
    }


async def test_convert_ignores_earlier_failure_event(
    simulator: Simulator, actions: Actions
) -> None:
    """The failure event of an earlier attempt is ignored."""
    simulator.control.fail_next_conversion()
    await actions.fails("conversions_failed", CONVERT, FRONT, name="Neighbour")

    answer = await actions.answer(CONVERT, FRONT, name="Neighbour")
    assert answer["access_codes"][0]["outcome"] == "converted"


@pytest.mark.platforms(Platform.SENSOR)
async def test_convert_pending(
    simulator: Simulator, actions: Actions, impatient: None
) -> None:
    """A conversion that takes too long is pending, and the code stays unmanaged."""
    simulator.clock.speed = 0.001

    answer = await actions.answer(CONVERT, FRONT, name="Neighbour")

    (row,) = answer["access_codes"]
    assert [row] == [
        {
            "access_code_id": UNMANAGED_NEIGHBOUR,
            "name": "Neighbour",
            "outcome": "pending",
            "reason": row["reason"],
        }
    ]
    assert "Front Door has not confirmed the change" in row["reason"]
    assert UNMANAGED_NEIGHBOUR in actions.listed(FRONT, "unmanaged")


async def test_convert_pending_without_response_is_logged(
    simulator: Simulator,
    actions: Actions,
    impatient: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Without a response, the log says what is pending."""
    simulator.clock.speed = 0.001
    await actions.run(CONVERT, FRONT, all=True)
    for name in ("Neighbour", "Summer guest"):
        assert (
            f"The {CONVERT} action is still pending for {FRONT}: "
            f"{name}: Front Door has not confirmed"
        ) in caplog.text
    assert "Installer" not in caplog.text


async def test_convert_on_offline_lock(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """An offline lock is checked once and not waited for."""
    simulator.clock.speed = 0.001
    simulator.control.lock_offline("Front Door")
    await reconcile()
    before = len(actions.sent("/access_codes/list"))
    answer = await actions.answer(CONVERT, FRONT, name="Neighbour")
    (row,) = answer["access_codes"]
    assert row["outcome"] == "pending"
    assert "Front Door is offline" in row["reason"]
    # Once to wait, once to refresh.
    assert len(actions.sent("/access_codes/list")) - before == 2


async def test_convert_all_with_one_refused(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """Other codes are converted if Seam refuses one."""
    simulator.control.add_unmanaged_code("Front Door", "Angler", "718204")
    await poll()
    simulator.faults.add(
        "status", path=CONVERT_PATH, status=400, count=1, message="Not this one."
    )

    answer = await actions.answer(CONVERT, FRONT, all=True)

    rows = {row["name"]: row for row in answer["access_codes"]}
    assert {name: row["outcome"] for name, row in rows.items()} == {
        "Angler": "failed",
        "Neighbour": "converted",
        "Summer guest": "converted",
        "Installer": "not_convertible",
    }
    assert "Not this one." in rows["Angler"]["reason"]
    assert len(actions.sent(CONVERT_PATH)) == 3


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("status", {"status": 401}),
        ("rate_limit", {"retry_after": 30}),
        ("status", {"status": 403, "error_type": "workspace_suspended"}),
    ],
)
async def test_convert_all_stops_when_workspace_is_refused(
    simulator: Simulator, actions: Actions, kind: Any, more: dict[str, Any]
) -> None:
    """No more codes are sent after a refused key or a rate limit."""
    for path in (CONVERT_PATH, "/workspaces/get"):
        simulator.faults.add(kind, path=path, **more)
    answer = await actions.answer(CONVERT, FRONT, all=True)
    outcomes = [row["outcome"] for row in answer["access_codes"]]
    assert sorted(outcomes) == ["failed", "failed", "not_convertible"]
    assert len(actions.sent(CONVERT_PATH)) == 1


async def test_convert_all_checks_no_more_attempts_after_rate_limit(
    simulator: Simulator, actions: Actions, impatient: None
) -> None:
    """The next check waits as long as Seam asks."""
    simulator.clock.speed = 0.001
    simulator.control.answer_conversions_with_attempt()
    path = "/action_attempts/get"
    simulator.faults.add("rate_limit", path=path, retry_after=50)
    answer = await actions.answer(CONVERT, FRONT, all=True)
    outcomes = [row["outcome"] for row in answer["access_codes"]]
    assert outcomes.count("pending") > 1
    assert len(actions.sent(path)) == 1


async def test_convert_key_refused_while_waiting(
    hass: HomeAssistant, simulator: Simulator, actions: Actions
) -> None:
    """The code is pending, and reauthentication starts."""
    for path in ("/access_codes/list", "/workspaces/get"):
        simulator.faults.add("status", path=path, status=401)
    answer = await actions.answer(CONVERT, FRONT, name="Neighbour")
    assert answer["access_codes"][0]["outcome"] == "pending"
    await hass.async_block_till_done()
    assert hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    # Once to wait, once to refresh.
    assert len(actions.sent("/access_codes/list")) <= 8


async def test_convert_server_error_while_waiting(
    simulator: Simulator, actions: Actions
) -> None:
    """The wait goes on after an error of Seam."""
    simulator.faults.add("status", path="/access_codes/list", status=500, count=4)
    answer = await actions.answer(CONVERT, FRONT, name="Neighbour")
    assert answer["access_codes"][0]["outcome"] == "converted"


async def test_convert_refused_by_seam(simulator: Simulator, actions: Actions) -> None:
    """The error contains Seam's message."""
    simulator.faults.add(
        "status", path=CONVERT_PATH, status=400, message="Belongs to somebody else."
    )
    message = await actions.fails("refused", CONVERT, FRONT, name="Neighbour")
    assert "Belongs to somebody else." in message
    assert actions.sent(CONVERT_PATH)[-1].request_id in message
    assert len(actions.sent(CONVERT_PATH)) == 1


@pytest.mark.parametrize("message", ["{pin} is taken.", ""])
async def test_convert_failed_attempt(
    simulator: Simulator,
    actions: Actions,
    monkeypatch: pytest.MonkeyPatch,
    message: str,
) -> None:
    """The error contains the message of the action attempt without the PIN."""
    pin = actions.code(UNMANAGED_NEIGHBOUR).code
    assert pin is not None

    def convert(context: Context, params: Json) -> Json:
        device = context.backend.state.devices[FRONT_DOOR]
        attempt = context.backend.attempts.start(device, "CONVERT_ACCESS_CODE")
        context.backend.attempts.fail(attempt, "failed", message.format(pin=pin))
        return {"action_attempt": render_attempt(attempt)}

    endpoint = replace(ENDPOINTS[CONVERT_PATH], handler=convert)
    monkeypatch.setitem(ENDPOINTS, CONVERT_PATH, endpoint)

    shown = await actions.fails("conversions_failed", CONVERT, FRONT, name="Neighbour")

    assert "could not complete the request" in shown
    assert ("is taken." in shown) is bool(message)
    assert pin not in shown
    assert not actions.code(UNMANAGED_NEIGHBOUR).is_managed


@pytest.mark.parametrize("kind", ["status", "wrong_shape", "outage"])
@pytest.mark.parametrize("all_codes", [False, True])
async def test_convert_although_event_queries_fail(
    simulator: Simulator,
    actions: Actions,
    poll: Poll,
    kind: Any,
    all_codes: bool,
) -> None:
    """The list of codes says what is converted."""
    simulator.faults.add(kind, path="/events/list", status=403)
    if kind == "outage":
        # It may be an outage of Seam as a whole until a poll finds out.
        await actions.fails("cannot_connect", CONVERT, FRONT, name="Neighbour")
        assert not actions.writes
    await poll()
    data = {"all": True} if all_codes else {"name": "Neighbour"}
    answer = await actions.answer(CONVERT, FRONT, **data)
    outcomes = {row["name"]: row["outcome"] for row in answer["access_codes"]}
    assert outcomes["Neighbour"] == "converted"


@pytest.mark.parametrize("with_attempt", [False, True])
async def test_event_queries_fail_while_code_is_converted(
    simulator: Simulator,
    actions: Actions,
    monkeypatch: pytest.MonkeyPatch,
    with_attempt: bool,
) -> None:
    """What the list of codes or the attempt says counts."""
    simulator.control.answer_conversions_with_attempt(with_attempt)
    endpoint = ENDPOINTS[CONVERT_PATH]

    def convert(context: Context, params: Json) -> Json:
        simulator.faults.add("status", path="/events/list", status=500)
        return endpoint.handler(context, params)

    monkeypatch.setitem(ENDPOINTS, CONVERT_PATH, replace(endpoint, handler=convert))
    if with_attempt:
        simulator.control.fail_next_conversion("No room.")
        with pytest.raises(HomeAssistantError, match="No room"):
            await actions.answer(CONVERT, FRONT, name="Neighbour")
    else:
        answer = await actions.answer(CONVERT, FRONT, name="Neighbour")
        assert answer["access_codes"][0]["outcome"] == "converted"
