"""Tests that cards show what others write as text, as Repairs does."""

from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.helpers.template import Template
import pytest

from custom_components.seam.issues import as_placeholders
from scripts.dev.dashboard import CODES_TEMPLATE

from .test_issues import HOSTILE

ENTITIES_PAGE = Path(__file__).parents[1] / "docs" / "entities.md"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "template", [CODES_TEMPLATE, ENTITIES_PAGE.read_text()], ids=["dashboard", "docs"]
)
async def test_names_are_text(hass: HomeAssistant, template: str, text: str) -> None:
    """The macro of the dashboard, and that of the docs, which people copy."""
    start = "macro plain(text)"
    body, _, _ = template.partition(start)[2].partition("endmacro")
    macro = f"{{%- {start}{body}endmacro -%}}"
    shown = Template(f"{macro}{{{{ plain(text) }}}}", hass).async_render(
        {"text": text}, parse_result=False
    )
    assert shown == as_placeholders(text=text)["text"]


async def test_the_dashboard_uses_it(hass: HomeAssistant) -> None:
    """Whatever comes from Seam goes through the macro."""
    name, escaped = "**x** <b>", r"\*\*x\*\* \<b\>"
    code = {
        "name": name,
        "status": name,
        "display_status": name,
        "starts_at": None,
        "pending": [name],
    }
    problem = {"name": name, "message": name, "advice": name}
    hass.states.async_set(
        "sensor.codes",
        "1",
        {
            "access_codes": [code],
            "errors": [problem | {"error_code": name}],
            "warnings": [problem | {"warning_code": name}],
        },
    )
    shown = Template(
        "{% set sensors = [('Managed', 'sensor.codes')] %}" + CODES_TEMPLATE, hass
    ).async_render(parse_result=False)
    assert shown.count(escaped) == 3 + 3 * 2
    assert name not in shown
