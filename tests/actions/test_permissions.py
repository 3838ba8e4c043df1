"""Permissions of users, checked over the websocket API."""

from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.auth.models import User
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized, UnknownUser
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import CLIENT_ID
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.seam.actions import ACTIONS
from custom_components.seam.const import DOMAIN

from .support import FLAT_1, FRONT, Actions

# Home Assistant's web server uses keys of a type that aiohttp warns about.
pytestmark = pytest.mark.filterwarnings(
    "ignore::aiohttp.web_exceptions.NotAppKeyWarning"
)

ADMIN_ACTIONS: dict[str, dict[str, Any]] = {
    "schedule_access_code": {"name": "Baker", "ongoing": True},
    "convert_access_code": {"all": True},
    "delete_access_code": {"name": "Cleaner"},
    "reveal_access_code": {"name": "Cleaner"},
    "ensure_access_code": {"name": "Baker", "ongoing": True},
    "update_access_code": {"name": "Cleaner", "new_name": "Butler"},
    "delete_expired_access_codes": {},
    "pull_backup_access_code": {"name": "Cleaner"},
    "generate_code": {},
    "release_access_code": {"name": "Cleaner"},
    "report_device_constraints": {"supported_code_lengths": [4]},
    "simulate_unmanaged_access_code": {"name": "Found", "code": "4815"},
}
OPEN_ACTIONS = ("get_access", "get_access_codes", "get_lock_capabilities")

type Call = Callable[..., Awaitable[dict[str, Any]]]


def test_who_may_use_an_action_is_tested() -> None:
    """A new action must be in one of the two tables, on purpose."""
    assert {name for name, action in ACTIONS.items() if action.is_admin} == {
        *ADMIN_ACTIONS
    }
    assert {name for name, action in ACTIONS.items() if not action.is_admin} == {
        *OPEN_ACTIONS
    }


@pytest.fixture
async def as_user(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> Callable[[User], Awaitable[Call]]:
    """Return a function that connects as a user and returns a caller of actions."""
    assert await async_setup_component(hass, "websocket_api", {})

    async def connect(user: User) -> Call:
        token = await hass.auth.async_create_refresh_token(user, CLIENT_ID)
        client = await hass_ws_client(hass, hass.auth.async_create_access_token(token))

        async def call(action: str, entity_id: str, **data: Any) -> dict[str, Any]:
            await client.send_json_auto_id(
                {
                    "type": "call_service",
                    "domain": DOMAIN,
                    "service": action,
                    "service_data": data,
                    "target": {"entity_id": entity_id},
                    "return_response": True,
                }
            )
            answer: dict[str, Any] = await client.receive_json()
            return answer

        return call

    return connect


async def test_user_without_admin_rights(
    hass: HomeAssistant,
    actions: Actions,
    as_user: Callable[[User], Awaitable[Call]],
) -> None:
    """Users who are not administrators can only list codes."""
    user = await hass.auth.async_create_user("Tenant", group_ids=[GROUP_ID_USER])
    call = await as_user(user)
    before = len(actions.simulator.requests)
    for action, data in ADMIN_ACTIONS.items():
        answer = await call(action, FRONT, **data)
        assert not answer["success"], action
        assert answer["error"]["message"] == "Only administrators can use this action"
        assert "result" not in answer

    answer = await call("get_access_codes", FRONT)
    assert answer["success"]
    assert answer["result"]["response"][FRONT]["managed"]
    answer = await call("get_lock_capabilities", FRONT)
    assert answer["result"]["response"][FRONT]["code_slots_max"]
    assert len(actions.simulator.requests) == before


async def test_read_only_user(
    hass: HomeAssistant,
    actions: Actions,
    hass_read_only_user: User,
    as_user: Callable[[User], Awaitable[Call]],
) -> None:
    """Users who cannot control locks cannot list codes."""
    call = await as_user(hass_read_only_user)
    for entity_id in (FRONT, "all"):
        answer = await call("get_access_codes", entity_id)
        assert not answer["success"]
        assert (
            "You do not have permission to control lock." in answer["error"]["message"]
        )


async def test_admin(
    hass: HomeAssistant,
    actions: Actions,
    hass_admin_user: User,
    as_user: Callable[[User], Awaitable[Call]],
) -> None:
    """Administrators can call all actions."""
    call = await as_user(hass_admin_user)
    answer = await call("reveal_access_code", FRONT, name="Owner")
    assert answer["result"]["response"][FRONT]["code"] == "061947"
    answer = await call("delete_access_code", FRONT, name="Nobody")
    assert answer["error"]["code"] == "service_validation_error"
    assert answer["error"]["translation_key"] == "unknown_code"


async def test_user_of_some_locks(
    hass: HomeAssistant, actions: Actions, hass_read_only_user: Any
) -> None:
    """Users can list the codes of the locks that they control."""
    hass_read_only_user.mock_policy({"entities": {"entity_ids": {FRONT: True}}})
    context = Context(user_id=hass_read_only_user.id)

    async def get(entity_id: str | list[str]) -> Any:
        return await hass.services.async_call(
            DOMAIN,
            "get_access_codes",
            {"entity_id": entity_id},
            blocking=True,
            return_response=True,
            context=context,
        )

    assert set(await get(FRONT)) == {FRONT}
    # As in Home Assistant's own actions.
    assert set(await get("all")) == {FRONT}
    for entity_id in (FLAT_1, [FRONT, FLAT_1]):
        with pytest.raises(Unauthorized):
            await get(entity_id)


@pytest.mark.parametrize("action", [*OPEN_ACTIONS, *ADMIN_ACTIONS])
async def test_unknown_user(hass: HomeAssistant, actions: Actions, action: str) -> None:
    """Deleted users can call no action."""
    before = len(actions.simulator.requests)
    with pytest.raises(UnknownUser):
        await hass.services.async_call(
            DOMAIN,
            action,
            {"entity_id": FRONT, **ADMIN_ACTIONS.get(action, {})},
            blocking=True,
            return_response=True,
            context=Context(user_id="gone"),
        )
    assert len(actions.simulator.requests) == before
