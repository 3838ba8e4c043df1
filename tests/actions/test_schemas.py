"""Calls that break the schema of an action."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.seam.const import DOMAIN

from .support import FRONT, Actions, texts
from .test_refusals import CALLS, EACH

# Home Assistant's web server uses keys of a type that aiohttp warns about.
pytestmark = pytest.mark.filterwarnings(
    "ignore::aiohttp.web_exceptions.NotAppKeyWarning"
)

PIN = "481516"
TARGET = {"entity_id": FRONT}
# What is wrong with a call, and the key of the error.
WRONG: list[tuple[str, dict[str, Any]]] = [
    ("no_target", {}),
    ("invalid_target", {"entity_id": f"{PIN}"}),
    ("invalid_target", {"area_id": {"code": PIN}}),
    ("field_unknown", {**TARGET, "cod": PIN}),
    ("field_unknown", {**TARGET, f"code {PIN}": True}),
]


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
