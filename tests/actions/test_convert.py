"""Unmanaged codes become managed, and the answer says what became of each."""

from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.seam.const import DOMAIN
from simulator import Simulator
from simulator.attempts import render_attempt
from simulator.routing import ENDPOINTS, Context
from simulator.seed import (
    CODE_CLEANER,
    FRONT_DOOR,
    UNMANAGED_APARTMENT_1_TENANT,
    UNMANAGED_BIKE_COURIER,
    UNMANAGED_GARDEN_1,
    UNMANAGED_GARDEN_2,
    UNMANAGED_INSTALLER,
    UNMANAGED_NEIGHBOUR,
    UNMANAGED_OLD_GUEST,
)
from simulator.world import Json
from tests.conftest import Poll

from .support import FLAT_1, FLAT_2, FRONT, GARDEN, KEYPAD, Actions

CONVERT = "convert_access_code"
CONVERT_PATH = "/access_codes/unmanaged/convert_to_managed"


@pytest.mark.parametrize(
    "pick", [{"name": "Neighbour"}, {"access_code_id": UNMANAGED_NEIGHBOUR}]
)
async def test_one_code(actions: Actions, pick: dict[str, str]) -> None:
    """A code moves from one sensor to the other, and stays what it was."""
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


async def test_fields_reach_seam(actions: Actions) -> None:
    """What was chosen is passed on."""
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


async def test_new_id(simulator: Simulator, actions: Actions) -> None:
    """A code that gets another id is recognised, and listed once."""
    simulator.control.convert_with_new_id()
    pin = actions.code(UNMANAGED_NEIGHBOUR).code

    answer = await actions.answer(CONVERT, FRONT, name="Neighbour")

    assert answer["access_codes"][0]["outcome"] == "converted"
    assert UNMANAGED_NEIGHBOUR not in simulator.world.access_codes
    (new,) = [
        code
        for code in simulator.world.codes_of(FRONT_DOOR, managed=True)
        if code.code == pin
    ]
    assert new.access_code_id in actions.listed(FRONT)
    assert UNMANAGED_NEIGHBOUR not in actions.listed(FRONT, "unmanaged")
    names = [code["name"] for code in actions.listed(FRONT).values()]
    assert names.count("Neighbour") == 1


async def test_all_codes(simulator: Simulator, actions: Actions) -> None:
    """Each code of a lock has its own outcome, with the reason where it is not good."""
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


async def test_all_codes_of_several_locks(actions: Actions) -> None:
    """Each lock has its own answer; one without such codes has an empty one."""
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


async def test_all_without_an_answer_tells_failures(
    simulator: Simulator, actions: Actions
) -> None:
    """Where nobody takes the answer, a failure is an error; the others are done."""
    simulator.control.fail_next_conversion()
    with pytest.raises(HomeAssistantError, match="Neighbour") as caught:
        await actions.run(CONVERT, FRONT, all=True)
    assert caught.value.translation_key == "conversions_failed"
    assert actions.code(UNMANAGED_OLD_GUEST).is_managed


async def test_all_without_an_answer_where_none_can_be(actions: Actions) -> None:
    """Whoever asks for all and gets none hears of it, and why."""
    before = actions.world
    for entity_ids in (GARDEN, [FLAT_2, GARDEN]):
        with pytest.raises(ServiceValidationError) as caught:
            await actions.run(CONVERT, entity_ids, all=True)
        assert caught.value.translation_key == "none_convertible"
        assert "Slot 4, Slot 7" in str(caught.value)
    assert actions.world == before
    assert not actions.writes


async def test_all_without_an_answer_where_there_are_none(actions: Actions) -> None:
    """Where no codes are unmanaged all is as it should be."""
    await actions.run(CONVERT, FLAT_2, all=True)
    assert not actions.writes


async def test_all_without_an_answer_where_some_can_be(actions: Actions) -> None:
    """Codes that never can be managed do not make an error of all the others."""
    await actions.run(CONVERT, [FRONT, GARDEN], all=True)
    assert actions.code(UNMANAGED_NEIGHBOUR).is_managed
    assert actions.code(UNMANAGED_OLD_GUEST).is_managed
    assert not actions.code(UNMANAGED_INSTALLER).is_managed


async def test_dry_run(actions: Actions) -> None:
    """A dry run says what would be done, and does not speak to Seam."""
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


async def test_maker_without_conversion(actions: Actions) -> None:
    """Where a maker has no conversion, none is tried."""
    before = len(actions.simulator.requests)
    answer = await actions.answer(CONVERT, GARDEN, all=True)
    assert {r["access_code_id"]: r["outcome"] for r in answer["access_codes"]} == {
        UNMANAGED_GARDEN_1: "not_convertible",
        UNMANAGED_GARDEN_2: "not_convertible",
    }
    assert len(actions.simulator.requests) == before
    await actions.refused("not_convertible", CONVERT, GARDEN, name="Slot 4")


async def test_maker_without_conversion_though_the_code_says_nothing(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """The maker decides, where Seam has no flag on the code."""
    simulator.control.add_unmanaged_code("Garden House", "Slot 9", None)
    await poll()
    await actions.refused("not_convertible", CONVERT, GARDEN, name="Slot 9")


async def test_code_that_cannot_be_managed(actions: Actions) -> None:
    """A code that Seam cannot manage is refused at once."""
    message = await actions.refused(
        "not_convertible", CONVERT, FRONT, access_code_id=UNMANAGED_INSTALLER
    )
    assert "Installer" in message


async def test_code_that_is_managed_already(actions: Actions) -> None:
    """A managed code is not one to convert, by its id nor by its name."""
    await actions.refused(
        "code_of_other_kind", CONVERT, FRONT, access_code_id=CODE_CLEANER
    )
    message = await actions.refused("unknown_code", CONVERT, FRONT, name="Cleaner")
    assert UNMANAGED_NEIGHBOUR in message
    assert CODE_CLEANER not in message


async def test_all_or_one(actions: Actions) -> None:
    """Everything and one of it is a contradiction."""
    await actions.refused("all_or_one", CONVERT, FRONT, name="Neighbour", all=True)
    await actions.refused(
        "all_or_one", CONVERT, FRONT, access_code_id=UNMANAGED_NEIGHBOUR, all=True
    )
    await actions.refused("id_or_name", CONVERT, FRONT, all=False)


async def test_failing_conversion(simulator: Simulator, actions: Actions) -> None:
    """Seam tells of a failure by an event only."""
    simulator.control.fail_next_conversion()
    message = await actions.fails(
        "conversions_failed", CONVERT, FRONT, name="Neighbour"
    )
    assert "Neighbour" in message
    assert not actions.code(UNMANAGED_NEIGHBOUR).is_managed
    assert UNMANAGED_NEIGHBOUR in actions.listed(FRONT, "unmanaged")


async def test_old_failure_is_not_this_one(
    simulator: Simulator, actions: Actions
) -> None:
    """A second try does not mistake the first one's event for its own."""
    simulator.control.fail_next_conversion()
    await actions.fails("conversions_failed", CONVERT, FRONT, name="Neighbour")

    answer = await actions.answer(CONVERT, FRONT, name="Neighbour")
    assert answer["access_codes"][0]["outcome"] == "converted"


async def test_never_finishing_conversion(
    simulator: Simulator, actions: Actions, impatient: None
) -> None:
    """A conversion that takes too long is pending, and the code stays where it was."""
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


async def test_never_finishing_conversion_without_an_answer(
    simulator: Simulator,
    actions: Actions,
    impatient: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What is only begun stands in the log, if nobody takes the answer."""
    simulator.clock.speed = 0.001
    await actions.run(CONVERT, FRONT, all=True)
    for name in ("Neighbour", "Summer guest"):
        assert f"{CONVERT} of {FRONT}: {name}: Front Door has not confirmed" in (
            caplog.text
        )
    assert "Installer" not in caplog.text


async def test_offline_lock(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """A lock that is offline is looked at once and not waited for."""
    simulator.clock.speed = 0.001
    simulator.control.lock_offline("Front Door")
    await reconcile()
    before = len(actions.sent("/access_codes/list"))
    answer = await actions.answer(CONVERT, FRONT, name="Neighbour")
    (row,) = answer["access_codes"]
    assert row["outcome"] == "pending"
    assert "Front Door is offline" in row["reason"]
    # Once to watch, once for the picture.
    assert len(actions.sent("/access_codes/list")) - before == 2


async def test_seam_refuses_one_of_all(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """A refusal of one code does not keep the others from being converted."""
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
async def test_one_refusal_is_enough_for_all(
    simulator: Simulator, actions: Actions, kind: Any, more: dict[str, Any]
) -> None:
    """After a refused key, or too many requests, the others are not asked for."""
    simulator.faults.add(kind, path=CONVERT_PATH, **more)
    answer = await actions.answer(CONVERT, FRONT, all=True)
    outcomes = [row["outcome"] for row in answer["access_codes"]]
    assert sorted(outcomes) == ["failed", "failed", "not_convertible"]
    assert len(actions.sent(CONVERT_PATH)) == 1


async def test_key_that_is_refused_while_watching(
    hass: HomeAssistant, simulator: Simulator, actions: Actions
) -> None:
    """The code is pending at once, and a new key is asked for."""
    simulator.faults.add("status", path="/access_codes/list", status=401)
    answer = await actions.answer(CONVERT, FRONT, name="Neighbour")
    assert answer["access_codes"][0]["outcome"] == "pending"
    await hass.async_block_till_done()
    assert hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    # Once to watch, once for the picture.
    assert len(actions.sent("/access_codes/list")) <= 8


async def test_trouble_while_watching(simulator: Simulator, actions: Actions) -> None:
    """What Seam does goes on while it cannot be watched."""
    simulator.faults.add("status", path="/access_codes/list", status=500, count=4)
    answer = await actions.answer(CONVERT, FRONT, name="Neighbour")
    assert answer["access_codes"][0]["outcome"] == "converted"


async def test_seam_refuses_the_only_one(
    simulator: Simulator, actions: Actions
) -> None:
    """Seam's own words reach whoever asked."""
    simulator.faults.add(
        "status", path=CONVERT_PATH, status=400, message="Belongs to somebody else."
    )
    message = await actions.fails("refused", CONVERT, FRONT, name="Neighbour")
    assert "Belongs to somebody else." in message
    assert actions.sent(CONVERT_PATH)[-1].request_id in message
    assert len(actions.sent(CONVERT_PATH)) == 1


@pytest.mark.parametrize("message", ["{pin} is taken.", ""])
async def test_attempt_that_fails(
    simulator: Simulator,
    actions: Actions,
    monkeypatch: pytest.MonkeyPatch,
    message: str,
) -> None:
    """Where Seam answers with an attempt, its failure is told, without the PIN."""
    pin = actions.code(UNMANAGED_NEIGHBOUR).code
    assert pin is not None

    def convert(context: Context, params: Json) -> Json:
        device = context.core.world.devices[FRONT_DOOR]
        attempt = context.core.attempts.start(device, "CONVERT_ACCESS_CODE")
        context.core.attempts.fail(attempt, "failed", message.format(pin=pin))
        return {"action_attempt": render_attempt(attempt)}

    endpoint = replace(ENDPOINTS[CONVERT_PATH], handler=convert)
    monkeypatch.setitem(ENDPOINTS, CONVERT_PATH, endpoint)

    shown = await actions.fails("conversions_failed", CONVERT, FRONT, name="Neighbour")

    assert "could not complete the request" in shown
    assert ("is taken." in shown) is bool(message)
    assert pin not in shown
    assert not actions.code(UNMANAGED_NEIGHBOUR).is_managed
