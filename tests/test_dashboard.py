"""Tests of the cards of the development dashboard and of the README."""

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
    assert "**At risk**" in shown
    assert shown.count(escaped) == 1 + 3 * 2
    assert name not in shown
