"""The action `ensure_access_code` while it is not known whether a code exists."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from homeassistant.util import dt as dt_util
import pytest

from custom_components.seam.actions import unconfirmed
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.routing import ENDPOINTS, Context
from simulator.seed import CODE_GUEST_NOW, FRONT_DOOR
from simulator.state import AccessCode, Json
from tests.conftest import Poll

from .support import FRONT, Actions

ENSURE = "ensure_access_code"
CREATE_PATH = "/access_codes/create"
LIST_PATH = "/access_codes/list"
_HOUR = timedelta(hours=1)


def _codes(simulator: Simulator, name: str) -> list[AccessCode]:
    return [c for c in simulator.state.codes_of(FRONT_DOOR) if c.name == name]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("is_offline", [False, True])
async def test_ensure_code_that_seam_lists_late(
    simulator: Simulator,
    actions: Actions,
    coordinator: SeamCoordinator,
    reconcile: Poll,
    monkeypatch: pytest.MonkeyPatch,
    is_offline: bool,
) -> None:
    """A code that Seam has created but does not know yet is not created again."""
    if is_offline:
        simulator.control.lock_offline("Front Door")
        await reconcile()
    create, late = ENDPOINTS[CREATE_PATH], []

    def create_late(context: Context, params: Json) -> Json:
        answer = create.handler(context, params)
        [code] = _codes(simulator, "Guest")
        late.append(code)
        simulator.control.vanish_code(code.access_code_id)
        return answer

    monkeypatch.setitem(ENDPOINTS, CREATE_PATH, replace(create, handler=create_late))
    answer = await actions.answer(ENSURE, FRONT, name="Guest")
    assert answer["outcome"] == "created"
    assert "reason" in answer
    again = await actions.answer(ENSURE, FRONT, name="Guest")
    assert again["access_code_id"] == answer["access_code_id"]
    # The sync keeps codes that lists lack only for a while.
    coordinator.async_apply(
        coordinator.engine.codes_not_found, [answer["access_code_id"]]
    )
    await reconcile()
    message = await actions.refused(
        "create_unconfirmed", ENSURE, FRONT, may_read=True, name="Guest"
    )
    assert "“Guest” on Front Door" in message

    simulator.state.add_code(late[0])
    again = await actions.answer(ENSURE, FRONT, name="Guest")
    assert again["access_code_id"] == answer["access_code_id"]
    assert len(actions.sent(CREATE_PATH)) == 1


@pytest.mark.parametrize(
    ("create", "again"),
    [
        (ENSURE, ENSURE),
        ("schedule_access_code", ENSURE),
        ("schedule_access_code", "schedule_access_code"),
    ],
)
async def test_new_code_that_seam_does_not_find_is_not_created_again(
    simulator: Simulator,
    actions: Actions,
    reconcile: Poll,
    monkeypatch: pytest.MonkeyPatch,
    create: str,
    again: str,
) -> None:
    """Seam may answer from a copy of its data that does not have the code yet."""
    code_id = (await actions.answer(create, FRONT, name="Guest"))["access_code_id"]
    [code] = _codes(simulator, "Guest")
    simulator.control.vanish_code(code_id)
    if again == ENSURE:
        message = await actions.refused(
            "create_unconfirmed", ENSURE, FRONT, may_read=True, name="Guest"
        )
        assert "“Guest” on Front Door" in message
    else:
        # The sync drops a code that two lists lack.
        await reconcile()
        await reconcile()
        await actions.refused("create_unconfirmed", again, FRONT, name="Guest")
    assert len(actions.sent(CREATE_PATH)) == 1

    simulator.state.add_code(code)
    answer = await actions.answer(ENSURE, FRONT, name="Guest")
    assert (answer["access_code_id"], answer["outcome"]) == (code_id, "unchanged")

    simulator.control.vanish_code(code_id)
    monkeypatch.setattr(unconfirmed, "_LISTED_WITHIN", 0)
    answer = await actions.answer(ENSURE, FRONT, name="Guest")
    assert answer["outcome"] == "created"


@pytest.mark.parametrize("is_deleted", [False, True])
async def test_new_code_that_was_renamed_does_not_block_its_old_name(
    actions: Actions, is_deleted: bool
) -> None:
    """It is known what came of the code."""
    answer = await actions.answer(ENSURE, FRONT, name="Guest")
    pick = {"access_code_id": answer["access_code_id"]}
    await actions.answer("update_access_code", FRONT, **pick, new_name="Friend")
    if is_deleted:
        await actions.answer("delete_access_code", FRONT, **pick)
    answer = await actions.answer(ENSURE, FRONT, name="Guest")
    assert answer["outcome"] == "created"


async def test_new_code_that_has_expired_does_not_block_its_name(
    simulator: Simulator, actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seam removes codes after their end, which may be soon."""
    end = dt_util.utcnow() + _HOUR
    answer = await actions.answer(
        ENSURE, FRONT, name="Guest", starts_at=end - 2 * _HOUR, ends_at=end
    )
    simulator.control.vanish_code(answer["access_code_id"])
    utcnow = dt_util.utcnow
    monkeypatch.setattr(dt_util, "utcnow", lambda: utcnow() + 2 * _HOUR)
    answer = await actions.answer(ENSURE, FRONT, name="Guest")
    assert answer["outcome"] == "created"


async def test_ensure_after_uncertain_creation(
    simulator: Simulator, actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seam may still create a code after its answer was lost, but not for long."""
    simulator.faults.add("outage", path=CREATE_PATH, count=1)
    await actions.fails("create_uncertain", ENSURE, FRONT, name="Guest")
    for name in ("Guest", "guest"):
        await actions.refused(
            "create_unconfirmed", ENSURE, FRONT, may_read=True, name=name
        )
    monkeypatch.setattr(unconfirmed, "_LISTED_WITHIN", 0)
    answer = await actions.answer(ENSURE, FRONT, name="Guest")
    assert answer["outcome"] == "created"
    assert len(_codes(simulator, "Guest")) == 1


async def test_clock_change_does_not_allow_second_creation(
    simulator: Simulator, actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock of a machine without a battery may be set by hours after it starts."""
    simulator.control.list_new_codes_after(10**6)
    simulator.faults.add("status", path=CREATE_PATH, count=1, after_processing=True)
    await actions.fails("create_uncertain", ENSURE, FRONT, name="Guest")
    utcnow = dt_util.utcnow
    for hours in (-1, 1):
        monkeypatch.setattr(
            dt_util, "utcnow", lambda hours=hours: utcnow() + hours * _HOUR
        )
        await actions.refused(
            "create_unconfirmed", ENSURE, FRONT, may_read=True, name="Guest"
        )
    assert len(_codes(simulator, "Guest")) == 1


@pytest.mark.parametrize("kind", ["unmanaged", "expired", "unmanaged_later"])
@pytest.mark.parametrize("action", ["delete_access_code", None])
async def test_other_code_of_same_name_does_not_allow_second_creation(
    simulator: Simulator,
    actions: Actions,
    reconcile: Poll,
    kind: str,
    action: str | None,
) -> None:
    """Only a managed code that is new can be the one that was requested."""

    async def add() -> AccessCode:
        if kind == "expired":
            code = next(
                code
                for code in simulator.state.codes_of(FRONT_DOOR)
                if code.access_code_id == CODE_GUEST_NOW
            )
            code.name = "Guest"
            now = simulator.clock.now()
            code.starts_at, code.ends_at = now - 2 * _HOUR, now - _HOUR
        else:
            code = simulator.control.add_unmanaged_code(FRONT_DOOR, "Guest", "482617")
        code.created_at -= 2 * _HOUR
        await reconcile()
        return code

    other = None if kind == "unmanaged_later" else await add()
    simulator.control.list_new_codes_after(3600)
    simulator.faults.add("status", path=CREATE_PATH, count=1, after_processing=True)
    await actions.fails("create_uncertain", ENSURE, FRONT, name="Guest")
    other = other or await add()
    if action:
        await actions.answer(action, FRONT, access_code_id=other.access_code_id)
    await actions.refused(
        "create_unconfirmed", ENSURE, FRONT, may_read=True, name="Guest"
    )
    assert len(actions.sent(CREATE_PATH)) == 1


async def test_ensure_after_refused_creation(
    simulator: Simulator, actions: Actions
) -> None:
    """Seam has created nothing if it refused that."""
    simulator.faults.add("status", path=CREATE_PATH, status=400, count=1)
    await actions.fails("refused", ENSURE, FRONT, name="Guest")
    answer = await actions.answer(ENSURE, FRONT, name="Guest")
    assert answer["outcome"] == "created"


async def test_ensure_after_deletion(actions: Actions) -> None:
    """A code that was deleted can be created again at once."""
    for _ in range(2):
        answer = await actions.answer(ENSURE, FRONT, name="Guest")
        assert answer["outcome"] == "created"
        await actions.answer("delete_access_code", FRONT, name="Guest")


def _break_row(answer: Json) -> None:
    answer["access_codes"][0]["access_code_id"] = None


def _break_field(answer: Json) -> None:
    answer["access_codes"][0]["is_managed"] = "yes"


def _break_flag(answer: Json) -> None:
    answer["access_codes"][0]["is_managed"] = False


def _break_name(answer: Json) -> None:
    answer["access_codes"][0]["name"] = ["Guest"]


def _break_pages(answer: Json) -> None:
    answer["pagination"] = {"has_next_page": True, "next_page_cursor": None}


@pytest.mark.parametrize(
    "break_list", [_break_row, _break_field, _break_flag, _break_name, _break_pages]
)
async def test_ensure_with_incomplete_list(
    actions: Actions,
    monkeypatch: pytest.MonkeyPatch,
    break_list: Callable[[Json], None],
) -> None:
    """A code that an incomplete list lacks may exist all the same."""
    endpoint = ENDPOINTS[LIST_PATH]

    def incomplete(context: Context, params: Json) -> Json:
        answer = endpoint.handler(context, params)
        break_list(answer)
        return answer

    with monkeypatch.context() as patch:
        patch.setitem(ENDPOINTS, LIST_PATH, replace(endpoint, handler=incomplete))
        await actions.refused(
            "codes_incomplete", ENSURE, FRONT, may_read=True, name="Guest"
        )
    answer = await actions.answer(ENSURE, FRONT, name="Guest")
    assert answer["outcome"] == "created"
