"""Tests of what people create, change and delete in the calendar of a lock."""

from datetime import date, datetime, timedelta
from typing import Any

from homeassistant.auth.const import GROUP_ID_ADMIN, GROUP_ID_USER
from homeassistant.auth.models import User
from homeassistant.components.calendar import CalendarEntityFeature
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import CLIENT_ID
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.seam.coordinator import SeamCoordinator
from simulator import Simulator
from simulator.seed import CODE_GUEST_NEXT, CODE_GUEST_NOW, CODE_OWNER, FRONT_DOOR
from simulator.state import AccessCode

from .conftest import Poll

CALENDAR = "calendar.front_door_access_codes"
STAY = {
    "summary": "July guest",
    "dtstart": "2031-07-03T15:00:00",
    "dtend": "2031-07-10T11:00:00",
}

# Home Assistant's web server uses keys of a type that aiohttp warns about.
pytestmark = pytest.mark.filterwarnings(
    "ignore::aiohttp.web_exceptions.NotAppKeyWarning"
)


@pytest.fixture
def platforms() -> list[Platform]:
    """Set up the entities that the tests look at."""
    return [Platform.CALENDAR, Platform.LOCK]


class Dialog:
    """Home Assistant's calendar dialog."""

    def __init__(
        self, hass: HomeAssistant, hass_ws_client: WebSocketGenerator, user: User
    ) -> None:
        """Initialize the dialog of a user."""
        self._hass = hass
        self._connect = hass_ws_client
        self.user = user

    async def send(self, command: str, **data: Any) -> dict[str, Any]:
        """Send a command, and return the answer."""
        auth = self._hass.auth
        token = await auth.async_create_refresh_token(self.user, CLIENT_ID)
        access_token = auth.async_create_access_token(token)
        client = await self._connect(self._hass, access_token)
        await client.send_json_auto_id(
            {"type": f"calendar/event/{command}", "entity_id": CALENDAR, **data}
        )
        answer: dict[str, Any] = await client.receive_json()
        await client.close()
        await self._hass.async_block_till_done()
        return answer

    async def done(self, command: str, **data: Any) -> None:
        """Send a command that succeeds."""
        answer = await self.send(command, **data)
        assert answer["success"], answer

    async def refused(self, command: str, **data: Any) -> str:
        """Return why a command fails."""
        answer = await self.send(command, **data)
        assert not answer["success"]
        assert answer["error"]["code"] == "failed"
        return str(answer["error"]["message"])


@pytest.fixture
async def dialog(
    hass: HomeAssistant,
    coordinator: SeamCoordinator,
    hass_ws_client: WebSocketGenerator,
) -> Dialog:
    """Return the dialog of an administrator."""
    assert await async_setup_component(hass, "websocket_api", {})
    user = await hass.auth.async_create_user("Host", group_ids=[GROUP_ID_ADMIN])
    return Dialog(hass, hass_ws_client, user)


def _named(simulator: Simulator, name: str) -> AccessCode:
    [code] = [c for c in simulator.state.access_codes.values() if c.name == name]
    return code


async def _events(hass: HomeAssistant) -> list[dict[str, Any]]:
    answer = await hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": CALENDAR,
            "start_date_time": "2020-01-01T00:00:00",
            "end_date_time": "2040-01-01T00:00:00",
        },
        blocking=True,
        return_response=True,
    )
    assert answer
    events: Any = answer[CALENDAR]
    return list(events["events"])


def _sent(moment: datetime) -> str:
    return dt_util.as_local(moment).replace(tzinfo=None).isoformat()


def _shown(code: AccessCode) -> dict[str, Any]:
    """Return an event as the dialog has it when it opens."""
    assert code.starts_at
    assert code.ends_at
    return {
        "summary": code.name,
        "dtstart": _sent(code.starts_at),
        "dtend": _sent(code.ends_at),
        "description": "",
        "location": "Front Door",
    }


async def test_calendar_can_be_written(
    hass: HomeAssistant, coordinator: SeamCoordinator
) -> None:
    """The dialog offers to create, change and delete events."""
    state = hass.states.get(CALENDAR)
    assert state
    assert state.attributes["supported_features"] == (
        CalendarEntityFeature.CREATE_EVENT
        | CalendarEntityFeature.DELETE_EVENT
        | CalendarEntityFeature.UPDATE_EVENT
    )


async def test_created_event_is_code(
    hass: HomeAssistant, simulator: Simulator, dialog: Dialog
) -> None:
    """A new event is a new code, for which Seam chooses the PIN."""
    await dialog.done("create", event=STAY)
    code = _named(simulator, "July guest")
    assert code.device_id == FRONT_DOOR
    assert code.is_managed
    assert code.code
    zone = dt_util.get_default_time_zone()
    assert code.starts_at == datetime(2031, 7, 3, 15, tzinfo=zone)
    assert code.ends_at == datetime(2031, 7, 10, 11, tzinfo=zone)
    [event] = [e for e in await _events(hass) if e["summary"] == "July guest"]
    assert event["location"] == "Front Door"
    assert code.code not in str(event)


async def test_event_of_whole_days(simulator: Simulator, dialog: Dialog) -> None:
    """An all-day event lasts from midnight to midnight."""
    await dialog.done(
        "create",
        event={"summary": "Fair", "dtstart": "2031-07-03", "dtend": "2031-07-05"},
    )
    code = _named(simulator, "Fair")
    assert code.starts_at == dt_util.start_of_local_day(date(2031, 7, 3))
    assert code.ends_at == dt_util.start_of_local_day(date(2031, 7, 5))


async def test_changed_event(simulator: Simulator, dialog: Dialog) -> None:
    """Name and times are changed, the PIN stays."""
    code = simulator.state.access_codes[CODE_GUEST_NEXT]
    event, pin, starts_at = _shown(code), code.code, code.starts_at
    assert code.ends_at
    later = code.ends_at + timedelta(days=1)
    await dialog.done(
        "update",
        uid=CODE_GUEST_NEXT,
        event=event | {"summary": "Guest family", "dtend": _sent(later)},
    )
    assert (code.name, code.code) == ("Guest family", pin)
    assert (code.starts_at, code.ends_at) == (starts_at, later.replace(microsecond=0))


async def test_event_saved_without_change(
    hass: HomeAssistant, simulator: Simulator, dialog: Dialog
) -> None:
    """Nothing is sent, also if the name is shown masked."""
    code = simulator.state.access_codes[CODE_GUEST_NEXT]
    before = len(simulator.requests)
    await dialog.done("update", uid=CODE_GUEST_NEXT, event=_shown(code))
    assert len(simulator.requests) == before


async def test_event_with_masked_name(
    hass: HomeAssistant, simulator: Simulator, dialog: Dialog, reconcile: Poll
) -> None:
    """Moving an event does not replace its name by the masked one."""
    code = simulator.state.access_codes[CODE_GUEST_NEXT]
    code.name = f"Guest {code.code}"
    await reconcile()
    [shown] = [e for e in await _events(hass) if e["summary"].startswith("Guest •")]
    assert code.ends_at
    later = code.ends_at + timedelta(days=1)
    event = _shown(code) | {"summary": shown["summary"], "dtend": _sent(later)}
    await dialog.done("update", uid=CODE_GUEST_NEXT, event=event)
    assert code.name == f"Guest {code.code}"
    assert code.ends_at == later.replace(microsecond=0)


async def test_deleted_event(
    hass: HomeAssistant, simulator: Simulator, dialog: Dialog
) -> None:
    """The code is deleted."""
    await dialog.done("delete", uid=CODE_GUEST_NEXT)
    assert "Guest next week" not in [e["summary"] for e in await _events(hass)]
    code = simulator.state.access_codes.get(CODE_GUEST_NEXT)
    assert code is None or code.is_being_deleted


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"rrule": "FREQ=WEEKLY"}, "do not support recurring events"),
        ({"description": "4 people"}, "do not support descriptions"),
        ({"location": "Apartment 1"}, "access codes on Front Door"),
        ({"summary": "Owner"}, "already has an access code named “Owner”"),
        ({"dtstart": "2021-07-03T15:00:00", "dtend": "2021-07-04T15:00:00"}, "past"),
    ],
)
async def test_refused_event(
    simulator: Simulator, dialog: Dialog, change: dict[str, Any], reason: str
) -> None:
    """The dialog says what a code cannot have, and Seam gets no request."""
    before = len(simulator.requests)
    assert reason in await dialog.refused("create", event=STAY | change)
    if "summary" not in change:
        assert reason in await dialog.refused(
            "update", uid=CODE_GUEST_NEXT, event=STAY | change
        )
    assert len(simulator.requests) == before


async def test_change_of_unmanaged_code(
    simulator: Simulator, dialog: Dialog, reconcile: Poll
) -> None:
    """An unmanaged code has to be converted first."""
    code = simulator.state.access_codes[CODE_GUEST_NEXT]
    code.is_managed = False
    await reconcile()
    event = _shown(code) | {"summary": "Other"}
    assert "Convert it first" in await dialog.refused(
        "update", uid=CODE_GUEST_NEXT, event=event
    )


async def test_event_of_code_that_is_gone(simulator: Simulator, dialog: Dialog) -> None:
    """The dialog may be open while the code is deleted elsewhere."""
    assert "has no access code" in await dialog.refused("delete", uid="gone")


async def test_only_administrators_write(
    hass: HomeAssistant, simulator: Simulator, dialog: Dialog
) -> None:
    """Creating codes takes the same rights here as in the action."""
    dialog.user = await hass.auth.async_create_user("Tenant", group_ids=[GROUP_ID_USER])
    before = len(simulator.requests)
    for command, data in (
        ("create", {"event": STAY}),
        ("update", {"uid": CODE_GUEST_NOW, "event": STAY}),
        ("delete", {"uid": CODE_GUEST_NOW}),
    ):
        message = await dialog.refused(command, **data)
        assert message == "Only administrators can use this action"
    assert len(simulator.requests) == before


async def test_action_to_create_event(
    hass: HomeAssistant, simulator: Simulator, dialog: Dialog
) -> None:
    """Automations and administrators may use the action of the calendar, others not."""
    tenant = await hass.auth.async_create_user("Tenant", group_ids=[GROUP_ID_USER])
    owner = await hass.auth.async_create_user("Owner", group_ids=[GROUP_ID_ADMIN])

    async def create(name: str, context: Context) -> None:
        await hass.services.async_call(
            "calendar",
            "create_event",
            {
                "entity_id": CALENDAR,
                "summary": name,
                "start_date_time": STAY["dtstart"],
                "end_date_time": STAY["dtend"],
            },
            blocking=True,
            context=context,
        )

    await create("By automation", Context())
    await create("By owner", Context(user_id=owner.id))
    assert _named(simulator, "By automation")
    assert _named(simulator, "By owner")
    with pytest.raises(HomeAssistantError, match="Only administrators"):
        await create("By tenant", Context(user_id=tenant.id))
    # The dialog is not taken for the last caller of the action.
    await dialog.done("create", event=STAY)


async def test_backups_are_hidden(
    hass: HomeAssistant, simulator: Simulator, dialog: Dialog, reconcile: Poll
) -> None:
    """Backups have the same times as the codes for which they stand in."""
    code = simulator.state.access_codes[CODE_GUEST_NEXT]
    code.is_backup = True
    await reconcile()
    names = [event["summary"] for event in await _events(hass)]
    assert "Guest this week" in names
    assert "Guest next week" not in names


async def test_code_on_two_locks(
    hass: HomeAssistant, simulator: Simulator, dialog: Dialog
) -> None:
    """Each lock has its own event, and says which lock it is."""
    assert simulator.state.access_codes[CODE_OWNER].ends_at is None
    await hass.services.async_call(
        "seam",
        "schedule_access_code",
        {
            "entity_id": ["lock.front_door", "lock.apartment_1"],
            "name": "Family",
            "starts_at": STAY["dtstart"],
            "ends_at": STAY["dtend"],
        },
        blocking=True,
    )
    await hass.async_block_till_done()
    answer = await hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": [CALENDAR, "calendar.apartment_1_access_codes"],
            "start_date_time": "2031-07-04T00:00:00",
            "end_date_time": "2031-07-05T00:00:00",
        },
        blocking=True,
        return_response=True,
    )
    assert answer
    shown: Any = answer
    assert {
        (event["summary"], event["location"])
        for calendar in shown.values()
        for event in calendar["events"]
    } == {("Family", "Front Door"), ("Family", "Apartment 1")}
