"""Changes that Seam accepts, but then cannot make on the lock."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.seam.actions import ACTIONS, async_run_on_lock
from custom_components.seam.api import CodeStatus
from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import (
    APARTMENT_1,
    CODE_APARTMENT_1_EXPIRED,
    CODE_CLEANER,
    CODE_GUEST_NOW,
    FRONT_DOOR,
    UNMANAGED_NEIGHBOUR,
)
from simulator.state import AccessCode, ActionAttempt, Json
from tests.conftest import Poll

from .support import FLAT_1, FRONT, KEYPAD, Actions

# Home Assistant's web server uses keys of a type that aiohttp warns about.
pytestmark = pytest.mark.filterwarnings(
    "ignore::aiohttp.web_exceptions.NotAppKeyWarning"
)

DELETE = "delete_access_code"
UPDATE = "update_access_code"
ENSURE = "ensure_access_code"
NEXT_WEEK: dict[str, Any] = {
    "starts_at": dt_util.utcnow().replace(microsecond=0) + timedelta(days=7),
    "ends_at": dt_util.utcnow().replace(microsecond=0) + timedelta(days=8),
}
CLEANER = {"access_code_id": CODE_CLEANER}

type Change = Callable[[], Awaitable[Any]]


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the calendar, too, in which codes can be changed."""
    return [Platform.CALENDAR, Platform.LOCK, Platform.SENSOR]


class Locks:
    """Locks that reject all changes while told so."""

    def __init__(self, simulator: Simulator) -> None:
        """Initialize locks that accept all changes."""
        self.are_rejecting = False
        self._control, self._attempts = simulator.control, simulator.backend.attempts
        self._devices = simulator.state.devices
        codes = simulator.backend.codes
        self._real = codes.update, codes.delete, codes.release
        codes.update, codes.delete, codes.release = (  # type: ignore[method-assign]  # No lock of the simulator rejects these.
            self._update,
            self._delete,
            self._release,
        )

    def _update(
        self, code: AccessCode, changes: Json, *, attempt: ActionAttempt | None = None
    ) -> None:
        if not self.are_rejecting:
            self._real[0](code, changes, attempt=attempt)
        elif attempt:
            self._attempts.fail(attempt, "failed", "The lock is jammed.")
        else:
            self._control.code_error(code.access_code_id, "failed_to_update")

    def _delete(self, code: AccessCode) -> ActionAttempt:
        if not self.are_rejecting:
            return self._real[1](code)
        device = self._devices[code.device_id]
        attempt = self._attempts.start(device, "DELETE_ACCESS_CODE")
        self._attempts.fail(attempt, "failed", "The lock is jammed.")
        return attempt

    def _release(self, code: AccessCode) -> None:
        if not self.are_rejecting:
            self._real[2](code)


@pytest.fixture
def locks(simulator: Simulator) -> Locks:
    """Return locks that can reject changes."""
    return Locks(simulator)


def _shown(coordinator: SeamCoordinator, device_id: str) -> dict[str, Any]:
    """Return the codes of a lock as the integration knows them."""
    lock = coordinator.data.locks[device_id]
    assert lock.has_codes
    return {
        code.access_code_id: (
            code.unmasked_name,
            code.code,
            code.starts_at and code.starts_at.replace(microsecond=0),
            code.ends_at and code.ends_at.replace(microsecond=0),
            code.is_managed,
            code.status is CodeStatus.REMOVING,
        )
        for code in lock.codes
    }


def _at_seam(simulator: Simulator, device_id: str) -> dict[str, Any]:
    """Return the codes of a lock as Seam lists them."""
    return {
        code.access_code_id: (
            code.name,
            code.code,
            code.starts_at and code.starts_at.replace(microsecond=0),
            code.ends_at and code.ends_at.replace(microsecond=0),
            code.is_managed,
            code.status == "removing",
        )
        for code in simulator.state.codes_of(device_id)
    }


def _action(action: str, entity_id: str = FRONT, **data: Any) -> Any:
    """Return a function that prepares the call of an action."""

    async def prepare(actions: Actions, _: WebSocketGenerator) -> Change:
        return lambda: actions.answer(action, entity_id, **data)

    return prepare


def _without_response(action: str, entity_id: str, **data: Any) -> Any:
    async def prepare(actions: Actions, _: WebSocketGenerator) -> Change:
        return lambda: actions.run(action, entity_id, **data)

    return prepare


def _like_stays(action: str, **data: Any) -> Any:
    async def prepare(actions: Actions, _: WebSocketGenerator) -> Change:
        return lambda: async_run_on_lock(
            actions.hass, ACTIONS[action], FRONT_DOOR, data, Context()
        )

    return prepare


def _panel(command: str, **data: Any) -> Any:
    """Return a function that prepares a command of the panel."""

    async def prepare(actions: Actions, connect: WebSocketGenerator) -> Change:
        client = await connect(actions.hass)

        async def run() -> None:
            await client.send_json_auto_id(
                {"type": command, "entity_ids": [FRONT], **data}
            )
            row = (await client.receive_json())["result"]["results"][FRONT]
            if "error" in row:
                raise HomeAssistantError(str(row["error"]))

        return run

    return prepare


def _calendar(command: str, **data: Any) -> Any:
    """Return a function that prepares a command of the calendar's dialog."""

    async def prepare(actions: Actions, connect: WebSocketGenerator) -> Change:
        assert await async_setup_component(actions.hass, "calendar", {})
        client = await connect(actions.hass)

        async def run() -> None:
            await client.send_json_auto_id(
                {
                    "type": f"calendar/event/{command}",
                    "entity_id": "calendar.front_door_access_codes",
                    "uid": CODE_GUEST_NOW,
                    **data,
                }
            )
            answer = await client.receive_json()
            if not answer["success"]:
                raise HomeAssistantError(answer["error"]["message"])

        return run

    return prepare


async def _linked(actions: Actions, _: WebSocketGenerator) -> Change:
    """Prepare a change of linked codes."""
    await actions.answers("schedule_access_code", [FRONT, FLAT_1, KEYPAD], name="Band")
    return lambda: actions.answer(
        UPDATE, FRONT, name="Band", linked=True, new_name="Trio", **NEXT_WEEK
    )


async def _converted(actions: Actions, _: WebSocketGenerator) -> Change:
    """Prepare a conversion, the first of which fails."""
    actions.simulator.control.fail_next_conversion()
    return lambda: actions.answer("convert_access_code", FRONT, name="Neighbour")


CHANGES: dict[str, Any] = {
    "delete": _action(DELETE, **CLEANER),
    "delete_unmanaged": _action(DELETE, access_code_id=UNMANAGED_NEIGHBOUR),
    "delete_expired": _without_response("delete_expired_access_codes", FLAT_1),
    "rename": _action(UPDATE, **CLEANER, new_name="Butler"),
    "new_pin": _action(UPDATE, **CLEANER, code="481516"),
    "new_times": _action(UPDATE, **CLEANER, **NEXT_WEEK),
    "ongoing": _action(UPDATE, access_code_id=CODE_GUEST_NOW, ongoing=True),
    "ensure": _action(ENSURE, name="Cleaner", **NEXT_WEEK),
    "linked": _linked,
    "release": _action("release_access_code", **CLEANER),
    "convert": _converted,
    "panel_update": _panel("seam/code/update", **CLEANER, new_name="Butler"),
    "panel_delete": _panel("seam/code/delete", **CLEANER),
    "panel_release": _panel("seam/code/release", **CLEANER),
    "calendar_update": _calendar(
        "update",
        event={
            "summary": "Guest",
            "dtstart": NEXT_WEEK["starts_at"].isoformat(),
            "dtend": NEXT_WEEK["ends_at"].isoformat(),
        },
    ),
    "calendar_delete": _calendar("delete"),
    "stays_move": _like_stays(UPDATE, **CLEANER, **NEXT_WEEK),
    "stays_delete": _like_stays(DELETE, **CLEANER),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
async def test_codes_are_as_seam_lists_them_after_failed_change(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    simulator: Simulator,
    coordinator: SeamCoordinator,
    actions: Actions,
    locks: Locks,
    change: Any,
) -> None:
    """The same action does the work when it is repeated."""
    assert await async_setup_component(hass, "websocket_api", {})
    run = await change(actions, hass_ws_client)
    before = actions.world
    locks.are_rejecting = True
    with pytest.raises(HomeAssistantError):
        await run()
    assert actions.world == before
    for device_id in (FRONT_DOOR, APARTMENT_1):
        assert _shown(coordinator, device_id) == _at_seam(simulator, device_id)

    locks.are_rejecting = False
    await run()
    assert actions.world != before


@pytest.mark.parametrize(
    ("name", "data"),
    [(DELETE, {}), (UPDATE, {"new_name": "Butler"}), (UPDATE, NEXT_WEEK)],
)
async def test_failed_change_is_undone_although_list_cannot_be_fetched(
    simulator: Simulator,
    coordinator: SeamCoordinator,
    actions: Actions,
    locks: Locks,
    name: str,
    data: dict[str, Any],
) -> None:
    """Codes stay known during a short rate limit."""
    locks.are_rejecting = True
    limit = simulator.faults.add(
        "rate_limit", path="/access_codes/list", retry_after=30
    )
    with pytest.raises(HomeAssistantError):
        await actions.answer(name, FRONT, **CLEANER, **data)
    assert limit.hits
    assert _shown(coordinator, FRONT_DOOR) == _at_seam(simulator, FRONT_DOOR)


async def test_failed_deletion_undoes_no_earlier_change(
    simulator: Simulator,
    coordinator: SeamCoordinator,
    actions: Actions,
    locks: Locks,
    monkeypatch: pytest.MonkeyPatch,
    impatient: None,
) -> None:
    """A list that lags behind does not show the new name yet."""
    succeed = simulator.backend.attempts.succeed
    monkeypatch.setattr(
        simulator.backend.codes,
        "update",
        lambda _code, _changes, *, attempt: succeed(attempt),
    )
    await actions.answer(UPDATE, FRONT, **CLEANER, new_name="Butler")
    before = _shown(coordinator, FRONT_DOOR)
    assert before[CODE_CLEANER][0] == "Butler"
    locks.are_rejecting = True
    with pytest.raises(HomeAssistantError):
        await actions.answer(DELETE, FRONT, **CLEANER)
    assert _shown(coordinator, FRONT_DOOR) == before


async def test_code_that_could_not_be_deleted_is_not_created_again(
    actions: Actions, locks: Locks
) -> None:
    """Neither its name nor its PIN is free."""
    pin = actions.code(CODE_CLEANER).code
    locks.are_rejecting = True
    await actions.fails("action_attempt_failed", DELETE, FRONT, name="Cleaner")
    await actions.refused(
        "name_taken", "schedule_access_code", FRONT, name="Cleaner", ongoing=True
    )
    await actions.refused(
        "duplicate_access_code_named",
        "schedule_access_code",
        FRONT,
        name="Baker",
        code=pin,
    )
    answer = await actions.answer(ENSURE, FRONT, name="Cleaner")
    assert answer["access_code_id"] == CODE_CLEANER
    assert answer["outcome"] == "unchanged"


async def test_new_code_that_could_not_be_deleted_is_not_created_again(
    simulator: Simulator, actions: Actions, locks: Locks, reconcile: Poll
) -> None:
    """Seam may not list it yet."""
    made = await actions.answer("schedule_access_code", FRONT, name="Baker")
    locks.are_rejecting = True
    await actions.fails("action_attempt_failed", DELETE, FRONT, name="Baker")
    simulator.control.drop_code(made["access_code_id"], count=10)
    simulator.faults.add("status", path="/access_codes/get", status=404)
    for _ in range(3):
        await reconcile()
    await actions.fails("create_unconfirmed", ENSURE, FRONT, name="Baker")


async def test_code_that_could_not_be_deleted_stays_if_a_list_lacks_it(
    simulator: Simulator,
    coordinator: SeamCoordinator,
    actions: Actions,
    locks: Locks,
    reconcile: Poll,
) -> None:
    """Its removal is not expected any more."""
    locks.are_rejecting = True
    await actions.fails("action_attempt_failed", DELETE, FRONT, name="Cleaner")
    # A list that has it ends the change, which would keep it, too.
    await reconcile()
    simulator.control.drop_code(CODE_CLEANER)
    await reconcile()
    assert CODE_CLEANER in _shown(coordinator, FRONT_DOOR)


async def test_gone_code_is_dropped_after_failed_change(
    simulator: Simulator,
    coordinator: SeamCoordinator,
    actions: Actions,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A code that Seam does not know any more is not shown as it was."""

    def vanish(code: AccessCode, _: Json, *, attempt: ActionAttempt) -> None:
        simulator.backend.attempts.succeed(attempt)
        simulator.control.vanish_code(code.access_code_id)

    monkeypatch.setattr(simulator.backend.codes, "update", vanish)
    await actions.fails("not_found", UPDATE, FRONT, **CLEANER, new_name="Butler")
    assert CODE_CLEANER not in _shown(coordinator, FRONT_DOOR)


async def test_failed_repetition_of_deletion_is_undone(
    coordinator: SeamCoordinator, simulator: Simulator, actions: Actions, locks: Locks
) -> None:
    """Also of an expired code, which one may delete again."""
    locks.are_rejecting = True
    for _ in range(2):
        await actions.fails(
            "action_attempt_failed",
            DELETE,
            FLAT_1,
            access_code_id=CODE_APARTMENT_1_EXPIRED,
        )
        shown = _shown(coordinator, APARTMENT_1)
        assert shown == _at_seam(simulator, APARTMENT_1)
