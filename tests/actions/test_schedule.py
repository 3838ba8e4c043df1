"""The action `schedule_access_code`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import logging
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.template import Template
from homeassistant.util import dt as dt_util
import pytest

from custom_components.seam.const import DOMAIN
from simulator import Simulator
from simulator.manufacturers import SALTO
from simulator.routing import ENDPOINTS, Context
from simulator.seed import APARTMENT_1, FRONT_DOOR
from simulator.state import Json
from tests.conftest import Poll

from .support import FLAT_1, FRONT, GARDEN, KEYPAD, SHED, WITH_PIN, Actions

PATH = "/access_codes/create"


@pytest.mark.platforms(Platform.SENSOR)
async def test_schedule_ongoing_code(actions: Actions) -> None:
    """Without times, the code never expires, and Seam chooses the PIN."""
    answer = await actions.answer("schedule_access_code", FRONT, name="Baker")

    made = actions.code(answer["access_code_id"])
    assert (made.name, made.device_id, made.is_managed) == ("Baker", FRONT_DOOR, True)
    assert (made.starts_at, made.ends_at) == (None, None)
    assert made.is_on_device
    assert answer == {
        "outcome": "success",
        "access_code_id": made.access_code_id,
        "name": "Baker",
        "code": made.code,
        "state": "active",
        "status": "set",
        "type": "ongoing",
        "starts_at": None,
        "ends_at": None,
        "common_code_key": None,
    }
    assert actions.sent("/access_codes/create")[0].body == {
        "device_id": FRONT_DOOR,
        "name": "Baker",
    }
    assert actions.listed(FRONT)[made.access_code_id]["status"] == "set"


async def test_schedule_local_times(hass: HomeAssistant, actions: Actions) -> None:
    """Times without an offset are local, in summer and in winter."""
    await hass.config.async_set_time_zone("Europe/Copenhagen")
    year = dt_util.utcnow().year + 1

    answer = await actions.answer(
        "schedule_access_code",
        FRONT,
        name="Easter",
        starts_at=f"{year}-01-10 15:00:00",
        ends_at=f"{year}-07-11T10:00",
    )

    made = actions.code(answer["access_code_id"])
    assert made.starts_at == datetime(year, 1, 10, 14, tzinfo=UTC)
    assert made.ends_at == datetime(year, 7, 11, 8, tzinfo=UTC)
    assert answer["type"] == "time_bound"
    assert answer["status"] == "unset"
    assert answer["starts_at"] == f"{year}-01-10T15:00:00+01:00"
    assert answer["ends_at"] == f"{year}-07-11T10:00:00+02:00"


async def test_schedule_times_with_offset(
    hass: HomeAssistant, actions: Actions
) -> None:
    """The offset of a time is respected."""
    await hass.config.async_set_time_zone("Pacific/Auckland")
    year = dt_util.utcnow().year + 1

    answer = await actions.answer(
        "schedule_access_code",
        FRONT,
        name="Guest",
        starts_at=f"{year}-02-01T15:00:00-05:00",
        ends_at=datetime(year, 2, 2, 9, 30, tzinfo=UTC),
    )

    made = actions.code(answer["access_code_id"])
    assert made.starts_at == datetime(year, 2, 1, 20, tzinfo=UTC)
    assert made.ends_at == datetime(year, 2, 2, 9, 30, tzinfo=UTC)


async def test_schedule_start_in_past(actions: Actions) -> None:
    """The start may be in the past."""
    now = dt_util.utcnow()
    answer = await actions.answer(
        "schedule_access_code",
        FRONT,
        name="Early guest",
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1),
    )
    assert answer["status"] == "set"
    assert actions.code(answer["access_code_id"]).is_on_device


async def test_schedule_pin_with_leading_zero(actions: Actions) -> None:
    """A PIN keeps its leading zeros."""
    for name, pin in (("Baker", "0042"), ("Butcher", "000000"), ("Smith", "123456")):
        answer = await actions.answer(
            "schedule_access_code", FRONT, name=name, code=pin
        )
        assert answer["code"] == pin
        assert actions.code(answer["access_code_id"]).code == pin


async def test_schedule_pin_from_template(
    hass: HomeAssistant, actions: Actions
) -> None:
    """An integer from a template is accepted as a PIN."""
    rendered = Template("{{ '48' ~ '15' }}", hass).async_render()
    assert isinstance(rendered, int)

    answer = await actions.answer(
        "schedule_access_code", FRONT, name="Baker", code=rendered
    )
    assert answer["code"] == "4815"


@pytest.mark.parametrize("empty", ["", None])
async def test_schedule_empty_pin(actions: Actions, empty: str | None) -> None:
    """Seam chooses the PIN if the field is empty."""
    answer = await actions.answer(
        "schedule_access_code", FRONT, name="Baker", code=empty
    )
    assert "code" not in actions.sent("/access_codes/create")[0].body
    assert answer["code"] == actions.code(answer["access_code_id"]).code


async def test_schedule_strips_name(actions: Actions) -> None:
    """Spaces around the name are removed."""
    answer = await actions.answer("schedule_access_code", FRONT, name="  Ba ker\n")
    assert actions.code(answer["access_code_id"]).name == "Ba ker"


async def test_schedule_passes_options_to_seam(actions: Actions) -> None:
    """Options are passed to Seam by its names."""
    now = dt_util.utcnow().replace(microsecond=0)
    times = {"starts_at": now + timedelta(hours=1), "ends_at": now + timedelta(days=2)}
    answer = await actions.answer(
        "schedule_access_code",
        FRONT,
        name="Baker",
        **times,
        preferred_code_length="6",
        allow_external_modification=True,
        prefer_native_scheduling=False,
        use_backup_access_code_pool=True,
        attempt_for_offline_device=False,
        max_time_rounding="1day",
    )

    assert actions.sent("/access_codes/create")[0].body == {
        "device_id": FRONT_DOOR,
        "name": "Baker",
        "starts_at": times["starts_at"].isoformat(),
        "ends_at": times["ends_at"].isoformat(),
        "preferred_code_length": 6,
        "is_external_modification_allowed": True,
        "prefer_native_scheduling": False,
        "use_backup_access_code_pool": True,
        "attempt_for_offline_device": False,
        "max_time_rounding": "1day",
    }
    made = actions.code(answer["access_code_id"])
    assert made.is_external_modification_allowed
    assert made.use_backup_access_code_pool
    assert not made.prefers_native_scheduling
    assert len(answer["code"]) == 6


async def test_schedule_one_time_offline_code(actions: Actions, cellar: str) -> None:
    """The manufacturer calculates the PIN of an offline code."""
    now = dt_util.utcnow()
    answer = await actions.answer(
        "schedule_access_code",
        cellar,
        name="Meter reader",
        starts_at=now,
        ends_at=now + timedelta(hours=3),
        is_offline_access_code=True,
        is_one_time_use=True,
        max_time_rounding="1hour",
    )
    made = actions.code(answer["access_code_id"])
    assert made.is_offline_access_code
    assert made.is_one_time_use
    assert answer["code"] == made.code
    assert answer["outcome"] == "success"


async def test_schedule_given_pin_on_several_locks(actions: Actions) -> None:
    """Codes with a given PIN are linked by a key."""
    answers = await actions.answers(
        "schedule_access_code", [FRONT, FLAT_1, KEYPAD], name="Baker", code="904617"
    )

    assert set(answers) == {FRONT, FLAT_1, KEYPAD}
    made = [actions.code(answer["access_code_id"]) for answer in answers.values()]
    assert {code.code for code in made} == {"904617"}
    assert len({code.device_id for code in made}) == 3
    (key,) = {code.common_code_key for code in made}
    assert key
    assert {answer["common_code_key"] for answer in answers.values()} == {key}
    assert len(actions.sent("/access_codes/create")) == 3


async def test_schedule_key_differs_between_calls(actions: Actions) -> None:
    """Codes of two calls have different keys."""
    keys = set()
    for name, pin in (("Baker", "904617"), ("Butcher", "714409")):
        answers = await actions.answers(
            "schedule_access_code", [FRONT, KEYPAD], name=name, code=pin
        )
        keys |= {answer["common_code_key"] for answer in answers.values()}
    assert len(keys) == 2


@pytest.mark.platforms(Platform.SENSOR)
async def test_schedule_shared_code(actions: Actions) -> None:
    """One request creates linked codes with a PIN that all locks accept."""
    answers = await actions.answers(
        "schedule_access_code",
        [FRONT, FLAT_1],
        name="Baker",
        preferred_code_length=5,
        prefer_native_scheduling=True,
    )

    made = [actions.code(answer["access_code_id"]) for answer in answers.values()]
    assert {code.device_id for code in made} == {FRONT_DOOR, APARTMENT_1}
    (pin,) = {code.code for code in made}
    assert {answer["code"] for answer in answers.values()} == {pin}
    assert pin is not None
    assert len(pin) == 5
    assert len({code.common_code_key for code in made} - {None}) == 1
    (request,) = actions.sent("/access_codes/create_multiple")
    assert request.body == {
        "device_ids": [APARTMENT_1, FRONT_DOOR],
        "behavior_when_code_cannot_be_shared": "throw",
        "name": "Baker",
        "preferred_code_length": 5,
        "prefer_native_scheduling": True,
    }
    for entity_id, answer in answers.items():
        assert set(answer) == WITH_PIN | {"outcome"}
        assert answer["access_code_id"] in actions.listed(entity_id)


async def test_schedule_no_common_length(
    simulator: Simulator, actions: Actions, reconcile: Poll
) -> None:
    """Nothing is created if the locks have no PIN length in common."""
    simulator.control.set_device(FRONT_DOOR, properties={"supported_code_lengths": [4]})
    simulator.control.set_device(
        APARTMENT_1, properties={"supported_code_lengths": [8]}
    )
    await reconcile()
    before = set(simulator.state.access_codes)

    message = await actions.refused(
        "no_common_length", "schedule_access_code", [FRONT, FLAT_1], name="Baker"
    )

    assert "Front Door: 4; Apartment 1: 8" in message or (
        "Apartment 1: 8; Front Door: 4" in message
    )
    assert set(simulator.state.access_codes) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"is_offline_access_code": False},
        {"is_one_time_use": False},
        {"is_offline_access_code": False, "is_one_time_use": False},
    ],
)
async def test_schedule_shared_code_with_options_off(
    actions: Actions, fields: dict[str, Any]
) -> None:
    """Options for a single lock may be off on several."""
    answers = await actions.answers(
        "schedule_access_code", [FRONT, FLAT_1], name="Baker", **fields
    )
    assert {answer["outcome"] for answer in answers.values()} == {"success"}


@pytest.mark.platforms(Platform.SENSOR)
async def test_schedule_on_offline_lock(hass: HomeAssistant, actions: Actions) -> None:
    """The code of an offline lock is pending."""
    state = hass.states.get(SHED)
    assert state is not None
    assert state.state == "unavailable"

    answer = await actions.answer("schedule_access_code", SHED, name="Fisherman")

    assert answer["outcome"] == "pending"
    assert answer["status"] == "setting"
    assert "Boat Shed is offline" in answer["reason"]
    assert len(actions.sent("/action_attempts/get")) == 1
    assert not actions.code(answer["access_code_id"]).is_on_device
    assert answer["access_code_id"] in actions.listed(SHED)


async def test_schedule_pending_without_response_is_logged(
    actions: Actions, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a response, the log says what is pending."""
    await actions.run("schedule_access_code", SHED, name="Fisherman")
    (warning,) = (
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("custom_components.seam")
        and record.levelno == logging.WARNING
    )
    assert SHED in warning
    assert "Boat Shed is offline" in warning


async def test_schedule_future_code_on_offline_lock(actions: Actions) -> None:
    """A future code is a success, as the lock need not have it yet."""
    now = dt_util.utcnow()
    answer = await actions.answer(
        "schedule_access_code",
        SHED,
        name="Fisherman",
        starts_at=now + timedelta(days=30),
        ends_at=now + timedelta(days=31),
    )
    assert answer["outcome"] == "success"
    assert answer["status"] == "unset"


async def test_schedule_offline_lock_not_attempted(actions: Actions) -> None:
    """Seam refuses offline locks if the option is off."""
    before = actions.world
    message = await actions.fails(
        "refused",
        "schedule_access_code",
        SHED,
        name="Fisherman",
        attempt_for_offline_device=False,
    )
    assert "offline" in message
    assert actions.world == before


async def test_schedule_without_attempt(
    simulator: Simulator, actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code itself is read if Seam returns no attempt."""
    create = ENDPOINTS[PATH]

    def without(context: Context, params: Json) -> Json:
        return {"access_code": create.handler(context, params)["access_code"]}

    monkeypatch.setitem(ENDPOINTS, PATH, replace(create, handler=without))
    answer = await actions.answer("schedule_access_code", FRONT, name="Baker")
    assert (answer["outcome"], answer["status"]) == ("success", "set")

    simulator.control.fail_next_programming(message="The keypad is asleep.")
    message = await actions.fails(
        "code_not_set", "schedule_access_code", FRONT, name="Butcher"
    )
    assert "The keypad is asleep." in message


async def test_schedule_without_response(actions: Actions) -> None:
    """The response is optional."""
    await actions.run("schedule_access_code", [FRONT, GARDEN], name="Baker")
    names = [code.name for code in actions.simulator.state.access_codes.values()]
    assert names.count("Baker") == 2


async def test_schedule_across_workspaces(
    hass: HomeAssistant, simulator: Simulator, actions: Actions, second_entry: None
) -> None:
    """Workspaces can share a given PIN only."""
    office = "lock.office_door"
    await actions.refused(
        "several_workspaces", "schedule_access_code", [FRONT, office], name="Baker"
    )
    answers = await actions.answers(
        "schedule_access_code", [FRONT, office], name="Baker", code="904617"
    )
    made = [actions.code(answer["access_code_id"]) for answer in answers.values()]
    assert {code.code for code in made} == {"904617"}
    assert len({code.workspace_id for code in made}) == 2
    assert hass.services.has_service(DOMAIN, "schedule_access_code")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("action", ["schedule_access_code", "ensure_access_code"])
async def test_code_waits_for_pin(
    simulator: Simulator, actions: Actions, reconcile: Poll, action: str
) -> None:
    """A code without a PIN is pending until the manufacturer assigns one."""
    simulator.control.add_lock("Office", SALTO)
    await reconcile()
    simulator.clock.speed = 0.001
    now = dt_util.utcnow()
    answer = await actions.answer(
        action,
        "lock.office",
        name="Baker",
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=2),
    )
    assert answer["code"] is None
    assert "has not assigned a PIN for Office yet" in answer["reason"]
    if action == "schedule_access_code":
        assert answer["outcome"] == "pending"


async def test_schedule_answer_is_from_wait(
    actions: Actions, reconcile: Poll, simulator: Simulator
) -> None:
    """An answer with success has the PIN, even if the list fails afterwards."""
    office = simulator.control.add_lock("Office", SALTO)
    await reconcile()
    simulator.faults.add(
        "outage", path="/access_codes/list", device_id=office.device_id
    )
    answer = await actions.answer("schedule_access_code", "lock.office", name="Anna")
    [code] = simulator.state.codes_of(office.device_id)
    assert (answer["outcome"], answer["state"]) == ("success", "active")
    assert answer["code"] == code.code
