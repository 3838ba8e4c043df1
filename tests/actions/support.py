"""Helpers to call actions and to inspect the simulator."""

from collections.abc import Iterator
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.seam.const import DOMAIN
from simulator import Simulator
from simulator.api import RequestRecord
from simulator.state import AccessCode

FRONT = "lock.front_door"
FLAT_1 = "lock.apartment_1"
FLAT_2 = "lock.apartment_2"
GARDEN = "lock.garden_house"
KEYPAD = "lock.bike_room_keypad"
SHED = "lock.boat_shed"
ALL_LOCKS = [FLAT_1, FLAT_2, KEYPAD, SHED, FRONT, GARDEN]

READS = {
    "/access_codes/get",
    "/access_codes/list",
    "/access_codes/unmanaged/get",
    "/access_codes/unmanaged/list",
    "/action_attempts/get",
    "/connected_accounts/list",
    "/devices/list",
    "/events/list",
}

# The keys of an answer with a PIN.
WITH_PIN = {
    "access_code_id",
    "name",
    "code",
    "state",
    "status",
    "type",
    "starts_at",
    "ends_at",
    "common_code_key",
}


def texts(err: BaseException | None) -> Iterator[str]:
    """Return all texts of an error and its causes."""
    seen: set[int] = set()
    waiting = [err]
    while waiting:
        if (one := waiting.pop()) is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield from (str(one), repr(one), repr(one.args), repr(vars(one)))
        waiting += [one.__cause__, one.__context__]


def shown_anywhere(hass: HomeAssistant, pin: str) -> bool:
    """Return whether any state contains a PIN."""
    return any(
        pin in f"{state.state} {state.attributes}" for state in hass.states.async_all()
    )


def with_times(action: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return the data of a call; a new code without times is ongoing."""
    if action in {"schedule_access_code", "ensure_access_code"}:
        return {"ongoing": not {"starts_at", "ends_at"} & data.keys()} | data
    return data


class Actions:
    """A caller of actions."""

    def __init__(self, hass: HomeAssistant, simulator: Simulator) -> None:
        """Initialize the caller."""
        self.hass = hass
        self.simulator = simulator

    async def answers(
        self, action: str, entity_id: str | list[str], **data: Any
    ) -> dict[str, Any]:
        """Return the response of an action."""
        answer = await self.hass.services.async_call(
            DOMAIN,
            action,
            {"entity_id": entity_id, **with_times(action, data)},
            blocking=True,
            return_response=True,
        )
        assert answer is not None
        return dict(answer)

    async def answer(self, action: str, entity_id: str, **data: Any) -> Any:
        """Return the answer of an action for one lock."""
        answers = await self.answers(action, entity_id, **data)
        assert list(answers) == [entity_id]
        return answers[entity_id]

    async def run(self, action: str, entity_id: str | list[str], **data: Any) -> None:
        """Call an action without a response, like automations."""
        await self.hass.services.async_call(
            DOMAIN,
            action,
            {"entity_id": entity_id, **with_times(action, data)},
            blocking=True,
        )

    async def fails(
        self, key: str, action: str, entity_id: str | list[str], **data: Any
    ) -> str:
        """Return the error message of an action that fails with this translation key."""
        with pytest.raises(HomeAssistantError) as caught:
            await self.answers(action, entity_id, **data)
        return self._message(caught.value, key, data)

    async def refused(
        self,
        key: str,
        action: str,
        entity_id: str | list[str],
        *,
        may_read: bool = False,
        **data: Any,
    ) -> str:
        """Return the error message of an action that is refused before any request."""
        before = len(self.simulator.requests)
        world = self.world
        with pytest.raises(ServiceValidationError) as caught:
            await self.answers(action, entity_id, **data)
        since = [record.path for record in list(self.simulator.requests)[before:]]
        if may_read:
            assert READS.issuperset(since)
        else:
            assert not since
        assert self.world == world
        return self._message(caught.value, key, data)

    def _message(self, err: HomeAssistantError, key: str, data: dict[str, Any]) -> str:
        message = str(err)
        assert err.translation_key == key, message
        assert message != key
        assert "{" not in message
        pin = data.get("code")
        if isinstance(pin, str) and len(pin) >= 4:
            assert not any(pin in text for text in texts(err))
        return message

    def sent(self, path: str) -> list[RequestRecord]:
        """Return the requests to an endpoint."""
        return [record for record in self.simulator.requests if record.path == path]

    @property
    def writes(self) -> list[str]:
        """The paths of all requests that change anything."""
        reads = READS | {"/workspaces/get"}
        return [r.path for r in self.simulator.requests if r.path not in reads]

    @property
    def world(self) -> dict[str, Any]:
        """The current values in the simulator that actions can change."""
        world = self.simulator.state
        codes = {
            code.access_code_id: (
                code.name,
                code.code,
                code.starts_at,
                code.ends_at,
                code.is_managed,
                code.is_converting,
                code.is_being_deleted,
                code.is_external_modification_allowed,
                code.pulled_backup_access_code_id,
            )
            for code in world.access_codes.values()
        }
        lengths = {
            device.device_id: device.properties.get("supported_code_lengths")
            for device in world.devices.values()
        }
        return {**codes, **lengths}

    def code(self, access_code_id: str) -> AccessCode:
        """Return a code of the simulator."""
        return self.simulator.state.access_codes[access_code_id]

    def listed(self, entity_id: str, kind: str = "managed") -> dict[str, Any]:
        """Return the codes in the attributes of a sensor, by id."""
        name = entity_id.removeprefix("lock.")
        state = self.hass.states.get(f"sensor.{name}_{kind}_access_codes")
        assert state is not None
        codes = state.attributes["access_codes"]
        assert int(state.state) == len(codes)
        return {code["access_code_id"]: code for code in codes}
