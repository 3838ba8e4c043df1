"""Errors of Seam, the network and locks during actions."""

import asyncio
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.seam.actions import unconfirmed, waiting
from custom_components.seam.actions.targets import Target
from custom_components.seam.api import SeamUnreachableError, transport
from custom_components.seam.const import DOMAIN
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.endpoints import codes, linked_codes, unmanaged_codes
from simulator.endpoints.codes import render
from simulator.routing import Context
from simulator.seed import (
    CODE_APARTMENT_1_CLEANER,
    CODE_APARTMENT_1_EXPIRED,
    CODE_CLEANER,
    CODE_GUEST_NOW,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
)
from simulator.state import AccessCode, Json
from tests.conftest import Poll

from .support import FLAT_1, FLAT_2, FRONT, KEYPAD, Actions, texts

SCHEDULE = "schedule_access_code"
DELETE = "delete_access_code"
CONVERT = "convert_access_code"
CREATE_PATH = "/access_codes/create"
MULTIPLE_PATH = "/access_codes/create_multiple"
DELETE_PATH = "/access_codes/delete"
CONVERT_PATH = "/access_codes/unmanaged/convert_to_managed"

CHANGES = pytest.mark.parametrize(
    ("action", "entity_id", "data", "path"),
    [
        (SCHEDULE, FRONT, {"name": "Baker"}, CREATE_PATH),
        (SCHEDULE, [FRONT, KEYPAD], {"name": "Baker"}, MULTIPLE_PATH),
        (DELETE, FRONT, {"name": "Cleaner"}, DELETE_PATH),
        (CONVERT, FRONT, {"name": "Neighbour"}, CONVERT_PATH),
    ],
    ids=["schedule", "schedule_shared", "delete", "convert"],
)


def _uncertain(action: str, entity_id: Any, key: str = "create_uncertain") -> str:
    """Return the translation key for an unconfirmed change."""
    if action != SCHEDULE:
        return "change_uncertain"
    return key if entity_id == FRONT else "all_locks_failed"


@pytest.mark.parametrize("other", [CODE_CLEANER, UNMANAGED_NEIGHBOUR])
@pytest.mark.parametrize(
    ("action", "entity_id", "name"),
    [
        (SCHEDULE, [FLAT_1, FRONT], "Baker"),
        ("ensure_access_code", [FLAT_1, FRONT], "Baker"),
        ("ensure_access_code", [FLAT_1, FRONT], "Owner"),
        ("update_access_code", FRONT, "Owner"),
    ],
)
async def test_pin_of_other_code_is_refused_for_all_locks(
    actions: Actions, action: str, entity_id: Any, name: str, other: str
) -> None:
    """The error names the code that has the PIN, also if it is unmanaged."""
    pin = actions.code(other).code
    message = await actions.refused(
        "duplicate_access_code_named",
        action,
        entity_id,
        may_read=action == "ensure_access_code",
        name=name,
        code=pin,
    )
    assert f"“{actions.code(other).name}”" in message
    # To convert it would not free the PIN, and a managed code cannot be converted.
    assert "convert" not in message


@pytest.mark.parametrize(
    ("action", "name", "path"),
    [
        (SCHEDULE, "Baker", CREATE_PATH),
        ("update_access_code", "Owner", "/access_codes/update"),
    ],
)
async def test_error_names_code_that_has_got_the_pin_since(
    actions: Actions, action: str, name: str, path: str
) -> None:
    """If Home Assistant did not know the PIN yet, Seam's refusal names its code."""
    actions.code(CODE_CLEANER).code = pin = "739159"
    message = await actions.fails(
        "duplicate_access_code_named", action, FRONT, name=name, code=pin
    )
    assert "“Cleaner”" in message
    assert len(actions.sent(path)) == 1


async def test_pin_of_expired_code_is_left_to_seam(actions: Actions) -> None:
    """Only Seam knows whether a lock still has the PIN of an expired code."""
    pin = actions.code(CODE_APARTMENT_1_EXPIRED).code
    await actions.fails(
        "duplicate_access_code_named", SCHEDULE, FLAT_1, name="Baker", code=pin
    )
    assert actions.writes == [CREATE_PATH]


@CHANGES
async def test_rate_limit(
    simulator: Simulator,
    actions: Actions,
    subtests: pytest.Subtests,
    action: str,
    entity_id: Any,
    data: dict[str, Any],
    path: str,
) -> None:
    """The error says how long to wait, and nothing is retried."""
    before = dict(simulator.state.access_codes)
    for number, (retry_after, seconds) in enumerate((("17", 17), (None, 60)), 1):
        with subtests.test(retry_after=retry_after):
            simulator.faults.add("rate_limit", path=path, retry_after=retry_after)
            message = await actions.fails("rate_limited", action, entity_id, **data)
            simulator.faults.clear()

            assert f"{seconds} seconds" in message
            assert len(actions.sent(path)) == number
            assert simulator.state.access_codes == before


async def test_rate_limit_of_codes_per_minute(
    simulator: Simulator, actions: Actions
) -> None:
    """Ten codes a minute can be created on a lock."""
    simulator.control.limit_rates()
    now = simulator.backend.timeline.now()
    for _ in range(10):
        simulator.backend.limits.count(FRONT_DOOR, "create", now)
    await actions.fails("rate_limited", SCHEDULE, FRONT, name="Baker")
    assert (await actions.answer(SCHEDULE, KEYPAD, name="Baker"))["code"]


@CHANGES
async def test_server_error_is_uncertain(
    simulator: Simulator,
    actions: Actions,
    action: str,
    entity_id: Any,
    data: dict[str, Any],
    path: str,
) -> None:
    """A change may have been made before a server error."""
    simulator.faults.add("status", path=path, status=500, message="Ouch.")
    key = _uncertain(action, entity_id)
    message = await actions.fails(key, action, entity_id, **data)
    assert "did not confirm" in message
    assert "Ouch." in message
    assert actions.sent(path)[0].request_id in message
    assert len(actions.sent(path)) == 1


@CHANGES
async def test_refused_by_seam(
    simulator: Simulator,
    actions: Actions,
    action: str,
    entity_id: Any,
    data: dict[str, Any],
    path: str,
) -> None:
    """The error contains Seam's message and the request id."""
    simulator.faults.add("status", path=path, status=400, message="Not today.")
    message = await actions.fails("refused", action, entity_id, **data)
    assert "Not today." in message
    assert actions.sent(path)[0].request_id in message


@pytest.mark.platforms(Platform.SENSOR)
@CHANGES
async def test_timeout_is_uncertain(
    simulator: Simulator,
    actions: Actions,
    poll: Poll,
    subtests: pytest.Subtests,
    action: str,
    entity_id: Any,
    data: dict[str, Any],
    path: str,
) -> None:
    """A change without an answer is uncertain and not retried."""
    before = dict(simulator.state.access_codes)
    kinds: list[Any] = ["outage", "html", "empty", "broken_json"]
    for number, kind in enumerate(kinds, 1):
        with subtests.test(kind=kind):
            # For some minutes, the code would not be requested again.
            actions.hass.data.pop(unconfirmed._REQUESTED, None)
            simulator.faults.add(kind, path=path)
            key = _uncertain(action, entity_id)
            message = await actions.fails(key, action, entity_id, **data)
            simulator.faults.clear()

            assert "did not confirm" in message
            assert "not retried" in message
            assert len(actions.sent(path)) == number
            await poll()
            assert simulator.state.access_codes == before
            assert not actions.code(UNMANAGED_NEIGHBOUR).is_managed
            assert CODE_CLEANER in actions.listed(FRONT)


@pytest.mark.platforms(Platform.SENSOR)
@CHANGES
@pytest.mark.parametrize("kind", ["outage", "html", "status", "wrong_shape"])
async def test_lost_answer_is_uncertain(
    simulator: Simulator,
    actions: Actions,
    poll: Poll,
    action: str,
    entity_id: Any,
    data: dict[str, Any],
    path: str,
    kind: Any,
) -> None:
    """A change whose answer is lost is made once, and soon shown."""
    # The other answers contain nothing that is needed.
    is_readable = kind == "wrong_shape" and action != SCHEDULE
    simulator.faults.add(kind, path=path, after_processing=True)
    known = set(simulator.state.access_codes)

    if is_readable:
        await actions.answer(action, entity_id, **data)
    else:
        key = _uncertain(action, entity_id, "create_uncertain_found")
        message = await actions.fails(key, action, entity_id, **data)
        assert "not retried" in message

    assert len(actions.sent(path)) == 1
    await poll()
    new = {
        code.access_code_id: code.device_id
        for code in simulator.state.access_codes.values()
        if code.access_code_id not in known
    }
    shown = {**actions.listed(FRONT), **actions.listed(KEYPAD)}
    assert set(new) <= set(shown)
    if action == SCHEDULE:
        assert len(new) == (2 if path == MULTIPLE_PATH else 1)
        assert all(code_id in message for code_id in new)
        assert [code["name"] for code in shown.values()].count("Baker") == len(new)
    elif action == DELETE:
        left = simulator.state.access_codes.get(CODE_CLEANER)
        assert left is None or left.is_being_deleted
    else:
        code = actions.code(UNMANAGED_NEIGHBOUR)
        assert code.is_converting or code.is_managed


@pytest.mark.platforms(Platform.SENSOR)
async def test_failed_attempt(simulator: Simulator, actions: Actions) -> None:
    """The error contains the message of the attempt, and the code is listed."""
    simulator.control.fail_next_programming(message="The keypad is asleep.")

    message = await actions.fails(
        "code_not_set", SCHEDULE, FRONT, name="Baker", code="481516"
    )

    assert "The keypad is asleep." in message
    assert "failed_to_set_on_device" in message
    assert "Front Door" in message
    (made,) = [
        code for code in simulator.state.access_codes.values() if code.name == "Baker"
    ]
    assert made.access_code_id in message
    shown = actions.listed(FRONT)[made.access_code_id]
    assert shown["errors"][0]["error_code"] == "failed_to_set_on_device"
    assert len(actions.sent(CREATE_PATH)) == 1


@pytest.mark.parametrize("own", [True, False])
async def test_failed_attempt_masks_new_pin(
    simulator: Simulator, actions: Actions, own: bool
) -> None:
    """The PIN of a new code is masked."""
    seams = "".join(map(str, range(4, 10)))
    pin = "481516" if own else seams
    simulator.backend.ids.digits = lambda length: seams  # type: ignore[method-assign]  # The PIN must be known before it is made.
    simulator.control.fail_next_programming(message=f"PIN {pin} is no good.")

    with pytest.raises(HomeAssistantError) as caught:
        await actions.answer(
            SCHEDULE,
            FRONT,
            name="Baker",
            **({"code": pin} if own else {"preferred_code_length": 6}),
        )

    assert caught.value.translation_key == "code_not_set"
    assert "is no good." in str(caught.value)
    assert any(code.code == pin for code in simulator.state.access_codes.values())
    assert not any(pin in text for text in texts(caught.value))


async def test_failed_deletion_masks_pin(
    simulator: Simulator, actions: Actions
) -> None:
    """The PIN of a code that is being deleted is masked."""
    pin = actions.code(CODE_CLEANER).code
    assert pin is not None
    simulator.faults.add(
        "status", path=DELETE_PATH, status=400, message=f"{pin} does not go."
    )
    with pytest.raises(HomeAssistantError, match="does not go") as caught:
        await actions.answer(DELETE, FRONT, name="Cleaner")
    assert not any(pin in text for text in texts(caught.value))


@pytest.mark.platforms(Platform.SENSOR)
async def test_attempt_pending(
    simulator: Simulator, actions: Actions, impatient: None
) -> None:
    """A code whose attempt takes too long is pending."""
    simulator.control.hang_next_action()
    answer = await actions.answer(SCHEDULE, FRONT, name="Baker")
    assert answer["outcome"] == "pending"
    assert answer["access_code_id"] in actions.listed(FRONT)
    asked = len(actions.sent("/action_attempts/get"))
    assert asked == 4


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("outage", {}),
        ("status", {"status": 500}),
        ("rate_limit", {"retry_after": 30}),
        ("wrong_types", {}),
    ],
)
async def test_attempt_unreadable_is_pending(
    simulator: Simulator,
    actions: Actions,
    impatient: None,
    kind: Any,
    more: dict[str, Any],
) -> None:
    """A code whose attempt cannot be read is pending."""
    simulator.faults.add(kind, path="/action_attempts/get", **more)
    answer = await actions.answer(SCHEDULE, FRONT, name="Baker")
    assert answer["outcome"] == "pending"
    assert answer["code"] == actions.code(answer["access_code_id"]).code
    assert len(actions.sent(CREATE_PATH)) == 1


@pytest.mark.parametrize("action", [SCHEDULE, DELETE])
async def test_attempt_key_refused(
    hass: HomeAssistant, simulator: Simulator, actions: Actions, action: str
) -> None:
    """Reauthentication starts if the key is refused while waiting."""
    simulator.clock.speed = 0.001
    for path in ("/action_attempts/get", "/workspaces/get"):
        simulator.faults.add("status", path=path, status=401)
    name = "Baker" if action == SCHEDULE else "Cleaner"
    answer = await actions.answer(action, FRONT, name=name)
    assert answer["outcome"] == "pending"
    if action == SCHEDULE:
        assert answer["code"] == actions.code(answer["access_code_id"]).code
    assert len(actions.sent("/action_attempts/get")) == 1
    await hass.async_block_till_done()
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert [flow["context"]["source"] for flow in flows] == [SOURCE_REAUTH]


@pytest.mark.parametrize(
    ("action", "data"),
    [
        (SCHEDULE, {"name": "Baker"}),
        ("update_access_code", {"name": "Cleaner", "new_name": "Butler"}),
        ("release_access_code", {"name": "Cleaner"}),
        (DELETE, {"name": "Cleaner"}),
        (DELETE, {"name": "Neighbour"}),
        (CONVERT, {"name": "Neighbour"}),
    ],
)
@pytest.mark.parametrize("attempt", [{}, {"action_attempt_id": None}, ["odd"], 1])
async def test_change_with_unreadable_attempt(
    simulator: Simulator,
    actions: Actions,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    data: dict[str, Any],
    attempt: Any,
) -> None:
    """Seam has accepted it, and the code says whether the lock has it."""
    simulator.control.answer_conversions_with_attempt()
    for module in (codes, unmanaged_codes):
        monkeypatch.setattr(module, "render_attempt", lambda _: attempt)
    before = actions.world
    answer = await actions.answer(action, FRONT, **data)
    assert "error" not in answer
    assert actions.world != before
    if action == SCHEDULE:
        assert answer["outcome"] == "success"
        assert answer["access_code_id"] in simulator.state.access_codes


async def test_attempt_short_outage(simulator: Simulator, actions: Actions) -> None:
    """The wait goes on after a short outage."""
    simulator.faults.add("status", path="/action_attempts/get", status=500, count=4)
    answer = await actions.answer(SCHEDULE, FRONT, name="Baker")
    assert answer["outcome"] == "success"


async def test_timeout_of_read_is_not_uncertain(
    simulator: Simulator, actions: Actions
) -> None:
    """A read without an answer is not uncertain."""
    simulator.faults.add("outage", path="/events/list")
    await actions.fails("cannot_connect", CONVERT, FRONT, name="Neighbour")
    assert not actions.writes


@CHANGES
async def test_key_revoked(
    hass: HomeAssistant,
    simulator: Simulator,
    actions: Actions,
    action: str,
    entity_id: Any,
    data: dict[str, Any],
    path: str,
) -> None:
    """Reauthentication starts if the key is refused."""
    simulator.control.revoke_key()
    await actions.fails("invalid_auth", action, entity_id, **data)
    await hass.async_block_till_done()
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert [flow["context"]["source"] for flow in flows] == [SOURCE_REAUTH]


@CHANGES
async def test_workspace_suspended(
    simulator: Simulator,
    actions: Actions,
    action: str,
    entity_id: Any,
    data: dict[str, Any],
    path: str,
) -> None:
    """The error says where to look, and nothing is done."""
    before = actions.world
    simulator.control.suspend_workspace()
    message = await actions.fails("workspace_suspended", action, entity_id, **data)
    assert "Seam console" in message
    assert actions.world == before
    simulator.control.resume_workspace()
    await actions.answers(action, entity_id, **data)
    assert actions.world != before


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("ensure_access_code", {"name": "Baker"}),
        ("update_access_code", {"name": "Cleaner", "new_name": "Butler"}),
        ("delete_expired_access_codes", {}),
        ("pull_backup_access_code", {"access_code_id": CODE_GUEST_NOW}),
        ("generate_code", {}),
        ("report_device_constraints", {"supported_code_lengths": [6], "force": True}),
        ("simulate_unmanaged_access_code", {"name": "Found", "code": "481516"}),
    ],
)
async def test_workspace_suspended_for_all_actions(
    simulator: Simulator, actions: Actions, action: str, data: dict[str, Any]
) -> None:
    """All actions report a suspended workspace."""
    before = actions.world
    simulator.control.suspend_workspace()
    await actions.fails("workspace_suspended", action, FRONT, **data)
    assert actions.world == before


async def test_uncertain_creation_ignores_existing_code(
    simulator: Simulator, actions: Actions
) -> None:
    """An existing code of the name is not taken for the new one."""
    name = actions.code(CODE_APARTMENT_1_EXPIRED).name
    simulator.faults.add("outage", path=CREATE_PATH)
    message = await actions.fails("create_uncertain", SCHEDULE, FLAT_1, name=name)
    assert CODE_APARTMENT_1_EXPIRED not in message
    actions.hass.data.pop(unconfirmed._REQUESTED)
    simulator.faults.clear()
    simulator.faults.add("outage", path=CREATE_PATH, after_processing=True)
    message = await actions.fails("create_uncertain_found", SCHEDULE, FLAT_1, name=name)
    assert CODE_APARTMENT_1_EXPIRED not in message
    assert len(actions.sent(CREATE_PATH)) == 2


async def test_uncertain_creation_on_one_of_several_locks(
    simulator: Simulator, actions: Actions
) -> None:
    """The answer contains the id of the code found on the lock."""
    simulator.faults.add(
        "outage", path=CREATE_PATH, device_id=FRONT_DOOR, after_processing=True
    )
    answers = await actions.answers(
        SCHEDULE, [FRONT, KEYPAD], name="Baker", code="904617"
    )
    (made,) = (
        code for code in simulator.state.codes_of(FRONT_DOOR) if code.name == "Baker"
    )
    assert answers[FRONT]["error_key"] == "create_uncertain_found"
    assert made.access_code_id in answers[FRONT]["error"]
    assert "904617" not in answers[FRONT]["error"]
    assert answers[KEYPAD]["outcome"] == "success"
    assert len(actions.sent(CREATE_PATH)) == 2


async def test_uncertain_creation_refresh_fails(
    simulator: Simulator, actions: Actions
) -> None:
    """The error says that the codes could not be checked."""
    simulator.faults.add("outage", after_processing=True)
    message = await actions.fails(
        "create_uncertain_unseen", SCHEDULE, FRONT, name="Baker"
    )
    assert "could not be checked" in message
    assert "no new access code" not in message
    assert len(actions.sent(CREATE_PATH)) == 1
    answers = await actions.fails(
        "all_locks_failed", SCHEDULE, [FRONT, KEYPAD], name="Band"
    )
    assert answers.count("could not be checked") == 2


@pytest.mark.parametrize(
    "fault", [{"kind": "status"}, {"kind": "wrong_types"}, {"kind": "odd_rows"}]
)
async def test_uncertain_creation_on_lock_whose_codes_cannot_be_listed(
    simulator: Simulator, actions: Actions, fault: dict[str, Any]
) -> None:
    """Nobody has seen that the code is not there, while other locks are looked at."""
    simulator.faults.add("outage", path=CREATE_PATH, count=2)
    simulator.faults.add(**fault, path="/access_codes/list", device_id=FRONT_DOOR)
    answers = await actions.fails(
        "all_locks_failed", SCHEDULE, [FRONT, KEYPAD], name="Baker"
    )
    assert answers.count("could not be checked") == 1
    assert answers.count("no new access code") == 1


@pytest.mark.parametrize(
    ("action", "data", "path"),
    [
        (SCHEDULE, {"name": "Baker"}, "/action_attempts/get"),
        (DELETE, {"name": "Cleaner"}, "/action_attempts/get"),
        (CONVERT, {"name": "Neighbour"}, "/access_codes/list"),
    ],
)
async def test_wait_ends_if_seam_is_slow(
    simulator: Simulator,
    actions: Actions,
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    data: dict[str, Any],
    path: str,
) -> None:
    """The wait ends although Seam does not answer."""
    monkeypatch.setattr(waiting, "_MAX_WAIT", 0.3)
    simulator.clock.speed = 0.001
    simulator.faults.add("hang", path=path, count=1)
    before = len(actions.sent(path))
    answer = await actions.answer(action, FRONT, **data)
    row = answer["access_codes"][0] if action == CONVERT else answer
    assert row["outcome"] == "pending"
    # One request to wait, and the lists to refresh.
    assert len(actions.sent(path)) - before == (2 if action == CONVERT else 1)
    simulator.faults.clear()


@pytest.mark.platforms(Platform.SENSOR)
async def test_one_of_several_locks_fails(
    simulator: Simulator, actions: Actions
) -> None:
    """The answers contain the error and the other results."""
    simulator.faults.add(
        "status", path=CREATE_PATH, device_id=FRONT_DOOR, status=400, message="No room."
    )

    answers = await actions.answers(
        SCHEDULE, [FRONT, FLAT_1, KEYPAD], name="Baker", code="904617"
    )

    assert set(answers[FRONT]) == {"error", "error_key"}
    assert answers[FRONT]["error_key"] == "refused"
    assert "No room." in answers[FRONT]["error"]
    for entity_id in (FLAT_1, KEYPAD):
        assert answers[entity_id]["outcome"] == "success"
        assert answers[entity_id]["access_code_id"] in actions.listed(entity_id)


async def test_one_of_several_locks_fails_without_response(
    simulator: Simulator, actions: Actions
) -> None:
    """The error names failed and successful locks."""
    simulator.faults.add(
        "status", path=CREATE_PATH, device_id=FRONT_DOOR, status=400, message="No room."
    )

    with pytest.raises(HomeAssistantError) as caught:
        await actions.run(
            SCHEDULE, [FRONT, FLAT_1, KEYPAD], name="Baker", code="904617"
        )

    assert caught.value.translation_key == "some_locks_failed"
    shown = str(caught.value)
    assert shown.startswith(
        "The action failed on some locks. Front Door: Seam rejected the request"
    )
    assert "No room." in shown
    assert shown.endswith(
        ". It succeeded on the following locks: Apartment 1, Bike Room Keypad"
    )
    assert not any("904617" in text for text in texts(caught.value))
    names = [code.name for code in simulator.state.access_codes.values()]
    assert names.count("Baker") == 2


async def test_all_locks_fail(simulator: Simulator, actions: Actions) -> None:
    """An error is raised if all locks fail."""
    message = await actions.fails(
        "all_locks_failed", DELETE, [FRONT, FLAT_1], name="Nobody"
    )
    assert message.startswith("The action failed on all locks. Apartment 1 has no")
    assert ". Front Door has no" in message
    assert message.endswith(".")
    assert "lock." not in message
    assert not actions.writes


async def test_delete_code_of_one_of_several_locks(actions: Actions) -> None:
    """Locks without the code are errors."""
    answers = await actions.answers(DELETE, [FRONT, FLAT_2], name="Owner")
    assert answers[FRONT]["outcome"] == "deleted"
    assert answers[FLAT_2]["error_key"] == "unknown_code"
    assert CODE_APARTMENT_1_CLEANER in actions.simulator.state.access_codes


async def test_shared_code_missing_in_answer(
    simulator: Simulator, actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that is missing in Seam's answer is uncertain."""

    def broken(context: Context, code: AccessCode) -> Json:
        row = render(context, code)
        return {"device_id": FRONT_DOOR} if code.device_id == FRONT_DOOR else row

    monkeypatch.setattr(linked_codes, "render", broken)
    answers = await actions.answers(SCHEDULE, [FRONT, KEYPAD], name="Baker")
    assert answers[FRONT]["error_key"] == "create_uncertain_found"
    [made] = [
        code
        for code in simulator.state.codes_of(FRONT_DOOR)
        if code.name == "Baker" and code.is_managed
    ]
    assert made.access_code_id in answers[FRONT]["error"]
    assert "Details: The new access code could not be read" in answers[FRONT]["error"]
    assert answers[KEYPAD]["outcome"] == "success"


async def test_rate_limit_while_waiting(
    simulator: Simulator, actions: Actions, subtests: pytest.Subtests
) -> None:
    """Seam is not asked again too early, and the change is pending."""
    watched = {
        SCHEDULE: ("/action_attempts/get", {"name": "Baker"}),
        CONVERT: ("/access_codes/list", {"name": "Neighbour"}),
        DELETE: ("/action_attempts/get", {"name": "Cleaner"}),
    }
    simulator.clock.speed = 0.001
    for action, (path, data) in watched.items():
        with subtests.test(action=action):
            before = len(actions.sent(path))
            simulator.faults.add("rate_limit", path=path, retry_after=60, count=5)
            answer = await actions.answer(action, FRONT, **data)
            simulator.faults.clear()
            row = answer["access_codes"][0] if action == CONVERT else answer
            assert row["outcome"] == "pending"
            assert row["reason"]
            # The refresh reads the lists once more.
            count = len(actions.sent(path)) - before
            assert count == (2 if action == CONVERT else 1)


async def test_short_rate_limit_while_waiting(
    simulator: Simulator, actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wait goes on after a short rate limit."""
    monkeypatch.setattr(transport, "_MAX_WAIT", 0)
    monkeypatch.setattr(waiting, "WAIT_STEPS", (0.01,) * 2 + (10,))
    simulator.faults.add(
        "rate_limit", path="/action_attempts/get", retry_after=1, count=1
    )
    answer = await actions.answer(SCHEDULE, FRONT, name="Baker")
    assert answer["outcome"] == "success"
    # Without the wait, the code would not be set yet.
    assert len(actions.sent("/action_attempts/get")) == 2


@CHANGES
async def test_no_connection(
    simulator: Simulator,
    actions: Actions,
    poll: Poll,
    action: str,
    entity_id: Any,
    data: dict[str, Any],
    path: str,
) -> None:
    """A request that was not sent is not uncertain."""
    before = actions.world
    await simulator.stop()
    # Connections that were kept open are closed.
    await poll()
    # Converting fetches the events first.
    key = "cannot_connect" if action == CONVERT else "not_sent"
    message = await actions.fails(key, action, entity_id, **data)
    assert "Failed to connect to Seam" in message
    assert "did not confirm" not in message
    assert actions.world == before


@pytest.mark.platforms(Platform.SENSOR)
async def test_code_shown_after_failed_refresh(
    simulator: Simulator, actions: Actions, poll: Poll
) -> None:
    """A code is returned although the refresh fails, and shown later."""
    simulator.faults.add("status", path="/access_codes/list", status=500)
    answer = await actions.answer(SCHEDULE, FRONT, name="Baker")
    assert answer["outcome"] == "success"
    assert answer["code"]
    simulator.faults.clear()
    await poll()
    assert answer["access_code_id"] in actions.listed(FRONT)


async def test_wait_ends_even_if_a_request_takes_its_end_for_its_own(
    coordinator: SeamCoordinator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Aiohttp makes an error of a cancellation when its own time is over, too."""
    monkeypatch.setattr(waiting, "_MAX_WAIT", 0.05)
    calls = 0

    async def is_done() -> bool:
        nonlocal calls
        calls += 1
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError as err:
            raise SeamUnreachableError("Seam did not respond in time") from err
        return False

    lock = coordinator.data.locks[FRONT_DOOR]
    await waiting.async_poll(Target(FRONT, coordinator, lock), is_done)
    assert calls == 1


@pytest.mark.parametrize("kind", ["status", "outage"])
@pytest.mark.parametrize(
    "last_poll",
    [
        None,
        {"kind": "outage"},
        {"kind": "status", "status": 401},
        {"kind": "rate_limit", "path": "/events/list", "retry_after": 900},
    ],
    ids=["succeeded", "outage", "key", "rate_limit"],
)
async def test_outdated_codes_are_not_taken_for_current_ones(
    coordinator: SeamCoordinator,
    actions: Actions,
    poll: Poll,
    kind: Any,
    last_poll: dict[str, Any] | None,
) -> None:
    """Whatever the last poll was like, a code may have been created or extended since."""
    faults = actions.simulator.faults
    if last_poll:
        faults.add(**last_poll)
        await poll()
        faults.clear()
    faults.add(kind, path="/access_codes/list")
    errors = await coordinator.async_refresh_locks([FRONT_DOOR])
    # As actions, stays and the panel check it.
    assert errors or not coordinator.data.locks[FRONT_DOOR].has_codes
    for action, entity_id, data in (
        ("ensure_access_code", FRONT, {"name": "Baker"}),
        ("delete_expired_access_codes", FLAT_1, {}),
    ):
        with pytest.raises(HomeAssistantError):
            await actions.answer(action, entity_id, **data)
    assert not actions.writes


async def test_rate_limit_does_not_look_like_outage(
    coordinator: SeamCoordinator, actions: Actions, poll: Poll
) -> None:
    """Entities stay available, so they must not show codes that could not be listed."""
    faults = actions.simulator.faults
    faults.add("rate_limit", path="/events/list", retry_after=900)
    await poll()
    assert coordinator.last_update_success
    faults.add("status", path="/access_codes/list")
    await coordinator.async_refresh_locks([FRONT_DOOR])
    await actions.refused("codes_unknown", "get_access_codes", FRONT)
