"""Tests of the cards of the development dashboard and of the README."""

from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.template import Template
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.seam.coordinator import SeamCoordinator
from custom_components.seam.issues import as_placeholders
from scripts.dev.dashboard import CODES_TEMPLATE, build
from simulator import Simulator
from simulator.seed import APARTMENT_1

from .conftest import Poll
from .documentation import PAGES
from .test_issues import HOSTILE

type Cards = dict[str, list[dict[str, Any]]]


@pytest.fixture
async def cards(
    hass: HomeAssistant,
    coordinator: SeamCoordinator,
    hass_ws_client: WebSocketGenerator,
) -> Callable[[], Awaitable[Cards]]:
    """Return a function that returns the cards of the dashboard by lock."""
    assert await async_setup_component(hass, "config", {})
    client = await hass_ws_client()

    async def read() -> Cards:
        lists = []
        for kind in ("entity", "device"):
            await client.send_json_auto_id({"type": f"config/{kind}_registry/list"})
            lists.append((await client.receive_json())["result"])
        [view] = build(*lists)["views"]
        return {
            section["cards"][0]["heading"]: section["cards"]
            for section in view["sections"]
        }

    return read


async def test_dashboard_shows_tiles_of_lock(
    cards: Callable[[], Awaitable[Cards]],
) -> None:
    """Every entity that a lock has is a tile, also those without a name of ours."""
    tiles = {
        lock: [
            (card.get("name"), card["entity"])
            for card in of_lock
            if card["type"] == "tile"
        ]
        for lock, of_lock in (await cards()).items()
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


async def test_dashboard_has_no_empty_card(
    hass: HomeAssistant,
    simulator: Simulator,
    reconcile: Poll,
    cards: Callable[[], Awaitable[Cards]],
) -> None:
    """The card of the codes says why it lists none."""
    control = simulator.control
    control.add_lock("New Door")
    gate = control.add_lock("Gate")
    gate.flags, gate.properties = {"can_remotely_unlock": True}, {}
    gate.capabilities_supported = ["lock"]
    simulator.faults.add("status", path="/access_codes", device_id=APARTMENT_1)
    await reconcile()
    shown = {
        lock: Template(card["content"], hass).async_render(parse_result=False)
        for lock, of_lock in (await cards()).items()
        for card in of_lock
        if card["type"] == "markdown"
    }
    assert "Gate" not in shown
    assert shown["New Door"] == "The lock has no access codes."
    assert shown["Apartment 1"] == (
        "The access codes are currently unknown because they could not be fetched "
        "from Seam."
    )
    others = [text for lock, text in shown.items() if lock.startswith(("Front", "B"))]
    assert others
    assert not any("unknown because" in text for text in others)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "template", [CODES_TEMPLATE, PAGES["entities"]], ids=["dashboard", "docs"]
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
