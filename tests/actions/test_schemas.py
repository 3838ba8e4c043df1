"""Calls that break the schema of an action."""

import math
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.seam.actions.fields import (
    BOOLEAN,
    NAME,
    PIN as PIN_FIELD,
    TEXT,
    ActionSchema,
)
from custom_components.seam.const import DOMAIN

from .support import FRONT, Actions, texts
from .test_refusals import CALLS, EACH

# Home Assistant's web server uses keys of a type that aiohttp warns about.
pytestmark = pytest.mark.filterwarnings(
    "ignore::aiohttp.web_exceptions.NotAppKeyWarning"
)

PIN = "481516"
SPELLINGS = [
    PIN,
    f"Guest {PIN}",
    f"guest{PIN}x",
    "48-15-16",
    "4 8 1 5 1 6",
    "48    15 -- 16",
    "4\u200b8\u200b1\u200b5\u200b1\u200b6",
    "4\n8\n1516",
    "\uff14\uff18\uff11\uff15\uff11\uff16",
]
TEXTS = (TEXT, NAME)
TARGET = {"entity_id": FRONT}
# What is wrong with a call, and the key of the error.
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("no_target", {}),
    ("invalid_target", {"entity_id": f"{PIN}"}),
    ("invalid_target", {"area_id": {"code": PIN}}),
    ("field_unknown", {**TARGET, "cod": PIN}),
    ("field_unknown", {**TARGET, f"code {PIN}": True}),
]


def _schema(hass: HomeAssistant, action: str) -> ActionSchema:
    schema: Any = hass.services.async_services_for_domain(DOMAIN)[action].schema
    assert isinstance(schema, ActionSchema)
    return schema


def _digits(text: str) -> str:
    return "".join(str(int(sign)) for sign in text if sign.isdecimal())


@EACH
async def test_schema_errors_quote_no_values(
    hass: HomeAssistant,
    actions: Actions,
    hass_ws_client: WebSocketGenerator,
    caplog: pytest.LogCaptureFixture,
    action: str,
) -> None:
    """The PIN is not in errors, on the screen, or in the log."""
    assert await async_setup_component(hass, "websocket_api", {})
    client = await hass_ws_client(hass)
    before = len(actions.simulator.requests)
    code = {"code": PIN} if "code" in CALLS[action] else {}
    for key, wrong in WRONG:
        data = {**CALLS[action], **code, **wrong}
        with pytest.raises(ServiceValidationError) as caught:
            await hass.services.async_call(
                DOMAIN, action, data, blocking=True, return_response=True
            )
        assert caught.value.translation_key == key
        assert not any(PIN in text for text in texts(caught.value))

        caplog.clear()
        step = {"action": f"{DOMAIN}.{action}", "data": data, "response_variable": "r"}
        await client.send_json_auto_id({"type": "execute_script", "sequence": [step]})
        answer = await client.receive_json()
        # Home Assistant itself checks the target of a step.
        if key != "invalid_target":
            assert answer["error"]["translation_key"] == key
            assert PIN not in str(answer)
            assert not [
                record
                for record in caplog.records
                if PIN in record.getMessage() and record.levelname != "DEBUG"
            ]
    assert len(actions.simulator.requests) == before


@EACH
async def test_errors_mask_numbers_in_texts_of_call(
    hass: HomeAssistant,
    actions: Actions,
    caplog: pytest.LogCaptureFixture,
    action: str,
) -> None:
    """Any number in a text may be a PIN, even if no lock is known to have it."""
    for path in ("/access_codes/create", "/access_codes/simulate"):
        actions.simulator.faults.add("outage", path=path)
    schema = _schema(hass, action)
    valid = CALLS[action]
    calls = [{**TARGET, **valid, "entity_id": f"lock.{PIN}"}]
    for field in [key for key, rule in schema.validators.items() if rule in TEXTS]:
        # A code is selected by its name or its ID.
        picks = (
            {"name", "access_code_id"} if field in ("name", "access_code_id") else ()
        )
        others = {key: valid[key] for key in valid if key not in picks}
        calls += [{**TARGET, **others, field: text} for text in SPELLINGS]
    if {"starts_at", "ongoing"} <= schema.validators.keys() and "new_name" not in valid:
        calls = [call | {"ongoing": True} for call in calls]
    caplog.clear()
    for call in calls:
        # The second call may find what the first one has left.
        for _ in range(2):
            error: HomeAssistantError | None = None
            try:
                await hass.services.async_call(
                    DOMAIN, action, call, blocking=True, return_response=True
                )
            except HomeAssistantError as err:
                error = err
            assert not any(PIN in _digits(text) for text in texts(error)), str(error)
    assert not [
        record
        for record in caplog.records
        if PIN in _digits(record.getMessage()) and record.levelname != "DEBUG"
    ]


UNUSUAL: list[Any] = [
    *([], ["a"], [[1]], {}, {"a": 1}, True, math.nan, math.inf, -math.inf),
    *(1e308, -1e308, 10**400, 10**5000, -(10**5000), {"a": 10**5000}, [10**5000]),
]


@EACH
async def test_unusual_values_are_refused(
    hass: HomeAssistant, actions: Actions, action: str
) -> None:
    """No value fails otherwise, or is taken for something else."""
    schema = _schema(hass, action)
    valid = {**TARGET, **CALLS[action]}
    rules = dict.fromkeys(["entity_id", "device_id", "area_id"]) | schema.validators
    for field, rule in rules.items():
        for value in UNUSUAL:
            data = {**valid, field: value}
            try:
                read = schema(data)[field]
            except ServiceValidationError as err:
                message = str(err)
            else:
                message = f"“{field}”"
                if rule is PIN_FIELD:
                    await actions.fails(
                        "code_number"
                        if type(value) in (int, float)
                        else "code_not_digits",
                        action,
                        FRONT,
                        **CALLS[action] | {field: value},
                    )
                elif rule is BOOLEAN:
                    assert value is True
                elif rule in TEXTS:
                    assert read == str(value)
                    assert read not in ("True", "nan", "inf", "-inf")
                else:
                    # A rule that is not from `actions/fields` may accept anything.
                    assert rule is None, f"use a validator of actions/fields: {field}"
            assert f"“{field}”" in message, (
                f"use a validator of actions/fields: {field}"
            )
    with pytest.raises(ServiceValidationError):
        schema({**valid, 10**5000: 1})
    assert not actions.writes


@pytest.mark.parametrize(
    ("key", "field", "value", "rule"),
    [
        ("invalid_value", "ongoing", "perhaps", "true, false"),
        ("invalid_value", "preferred_code_length", PIN, "4–12"),
        ("invalid_value", "max_time_rounding", PIN, "1hour, 1day"),
        ("invalid_text", "name", {"code": PIN}, "text"),
        ("invalid_time", "starts_at", PIN, "2027-07-03 15:00:00"),
        ("field_missing", "name", None, "required"),
    ],
)
async def test_schema_errors_name_field_and_rule(
    actions: Actions, key: str, field: str, value: Any, rule: str
) -> None:
    """Wrong types are refused by name, without quoting them."""
    data = {"name": "Baker", field: value}
    if value is None:
        del data[field]
    message = await actions.refused(key, "schedule_access_code", FRONT, **data)
    assert field in message
    assert rule in message
    assert PIN not in message


@pytest.mark.parametrize("duration", [f"{PIN}x", {"days": 10**9}, 10**15])
async def test_invalid_duration(actions: Actions, duration: Any) -> None:
    """A duration is refused by name, without quoting it."""
    message = await actions.refused(
        "invalid_duration", "delete_expired_access_codes", FRONT, older_than=duration
    )
    assert "older_than" in message
    assert PIN not in message


@pytest.mark.parametrize(
    ("action", "more"),
    [
        ("schedule_access_code", {}),
        ("ensure_access_code", {}),
        ("update_access_code", {"name": "Cleaner"}),
    ],
)
@pytest.mark.parametrize("field", ["starts_at", "ends_at"])
async def test_time_that_not_every_time_zone_has(
    actions: Actions, action: str, more: dict[str, Any], field: str
) -> None:
    """Times at the beginning and at the end of time are refused."""
    for time in ("9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00"):
        times = {"starts_at": "2027-01-01", "ends_at": "2028-01-01", field: time}
        message = await actions.refused(
            "invalid_time", action, FRONT, **{"name": "Baker", **more, **times}
        )
        assert field in message


async def test_pin_is_not_logged_with_call_in_background(
    hass: HomeAssistant, actions: Actions, caplog: pytest.LogCaptureFixture
) -> None:
    """Home Assistant logs the fields of a call that nobody waits for, if it fails."""
    data = {**TARGET, "name": f"Flat {PIN}", "code": PIN, "ongoing": True}
    caplog.clear()
    await hass.services.async_call(
        DOMAIN,
        "schedule_access_code",
        {**data, "name": "Baker", "starts_at": "2027-01-01"},
    )
    await hass.async_block_till_done()
    assert "Error executing service" in caplog.text
    assert not [
        record
        for record in caplog.records
        if PIN in record.getMessage() and record.levelname != "DEBUG"
    ]
