"""Tests of the cards of the development dashboard and of the README."""

from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.helpers.template import Template
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.seam.issues import as_placeholders
from scripts.dev.dashboard import CODES_TEMPLATE, build

from .test_issues import HOSTILE

ENTITIES_PAGE = Path(__file__).parents[1] / "docs" / "entities.md"


@pytest.mark.usefixtures("coordinator")
async def test_dashboard_shows_tiles_of_lock(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    """Every entity that a lock has is a tile, also those without a name of ours."""
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client()
    lists = []
    for kind in ("entity", "device"):
        await client.send_json_auto_id({"type": f"config/{kind}_registry/list"})
        lists.append((await client.receive_json())["result"])
    [view] = build(*lists)["views"]
    tiles = {
        section["cards"][0]["heading"]: [
            (card.get("name"), card["entity"])
            for card in section["cards"]
            if card["type"] == "tile"
        ]
        for section in view["sections"]
    }
    assert tiles["Front Door"] == [
        (None, "lock.front_door"),
        ("Managed", "sensor.front_door_managed_access_codes"),
        ("Unmanaged", "sensor.front_door_unmanaged_access_codes"),
        ("Codes", "binary_sensor.front_door_access_code_problem"),
        ("Connectivity", "binary_sensor.front_door_connectivity"),
        ("Door", "binary_sensor.front_door_door"),
        ("Battery", "sensor.front_door_battery"),
        ("Activity", "event.front_door_access_code_activity"),
    ]
    assert "Door" not in dict(tiles["Apartment 1"])
    assert "Connectivity" in dict(tiles["Apartment 1"])


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "template", [CODES_TEMPLATE, ENTITIES_PAGE.read_text()], ids=["dashboard", "docs"]
)
async def test_markdown_in_names_is_escaped(
    hass: HomeAssistant, template: str, text: str
) -> None:
    """Both macros escape text as Repairs does."""
    start = "macro plain(text)"
    body, _, _ = template.partition(start)[2].partition("endmacro")
    macro = f"{{%- {start}{body}endmacro -%}}"
    shown = Template(f"{macro}{{{{ plain(text) }}}}", hass).async_render(
        {"text": text}, parse_result=False
    )
    assert shown == as_placeholders(text=text)["text"]


async def test_dashboard_escapes_texts_of_codes(hass: HomeAssistant) -> None:
    """Names, messages and advice go through the macro; states are words of ours."""
    name, escaped = "**x** <b>", r"\*\*x\*\* \<b\>"
    code = {
        "name": name,
        "state": "at_risk",
        "starts_at": None,
    }
    problem = {
        "name": name,
        "message": name,
        "advice": name,
        "scope": "access_code",
    }
    hass.states.async_set(
        "sensor.codes",
        "1",
        {
            "access_codes": [code],
            "errors": [
                problem | {"error_code": name},
                # Repeated by each code, and shown once.
                problem | {"error_code": "offline", "scope": "device"},
                problem | {"error_code": "offline", "scope": "device", "name": "y"},
            ],
            "warnings": [problem | {"warning_code": name}],
        },
    )
    shown = Template(
        "{% set sensors = [('Managed', 'sensor.codes')] %}" + CODES_TEMPLATE, hass
    ).async_render(parse_result=False)
    assert "**At risk**" in shown
    assert shown.count(escaped) == 1 + 3 * 2 + 2
    assert name not in shown
