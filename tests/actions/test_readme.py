"""The examples in the documentation work when pasted into an automation."""

from datetime import timedelta
import re
from typing import Any

from homeassistant.components.script.config import SCRIPT_ENTITY_SCHEMA
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import Script, async_validate_actions_config
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import load_yaml_dict, parse_yaml
import pytest

from custom_components.seam.const import DOMAIN
from tests.documentation import PAGES, examples
from tests.test_repository import INTEGRATION
from tests.test_translations import flat_fields

from .support import FLAT_1, FRONT, Actions

EXAMPLES = [
    pytest.param(example, id=f"{page}-{re.findall('action: .*', example)[0]}")
    for page in ("README", "actions")
    for example in examples(page, "action: seam.")
    # It needs a calendar.
    if "preview_stays" not in example
]


FLAGS = re.DOTALL | re.MULTILINE


async def test_every_action_has_an_example(
    hass: HomeAssistant, actions: Actions
) -> None:
    """Each action has a section with an example, and there are no others."""
    sections = re.findall(
        r"^## `seam\.(\w+)`\n.*?^(?:  - )?action: seam\.\1$",
        PAGES["actions"],
        FLAGS,
    )
    assert len(sections) == len(set(sections))
    assert set(sections) == set(hass.services.async_services_for_domain(DOMAIN))


def test_table_has_every_action() -> None:
    """The first table of the page names each action that has a section, in any order."""
    sections = re.findall(r"^## `seam\.(\w+)`$", PAGES["actions"], re.MULTILINE)
    rows = re.findall(r"^\| \[`(\w+)`\]", PAGES["actions"], re.MULTILINE)
    assert sorted(rows) == sorted(sections)


def _documented(action: str) -> str:
    """Return the section of an action, with the one that it refers to."""
    sections = dict(
        re.findall(r"^## `seam\.(\w+)`\n(.*?)(?=^## |\Z)", PAGES["actions"], FLAGS)
    )
    section: str = sections[action]
    other = "schedule_access_code"
    return section + sections[other] if f"as for `{other}`" in section else section


def test_every_field_is_documented() -> None:
    """The section of an action, or the text above all of them, names each field."""
    above = PAGES["actions"].partition("\n## ")[0]
    for action, content in load_yaml_dict(str(INTEGRATION / "services.yaml")).items():
        text = above + _documented(action)
        fields = flat_fields((content or {}).get("fields", {}))
        missing = [field for field in fields if f"`{field}`" not in text]
        assert not missing, f"add to docs/actions.md: {action}: {missing}"


@pytest.mark.parametrize("text", EXAMPLES)
async def test_example_runs(hass: HomeAssistant, actions: Actions, text: str) -> None:
    """Each example runs without an error on any lock."""
    now = dt_util.utcnow()
    # The dates of the examples will pass.
    example: Any = parse_yaml(re.sub(r'"20\d\d-', f'"{now.year + 1}-', text))
    # A PIN in the response would be in the trace, so these examples are whole scripts.
    if "sequence" in example:
        SCRIPT_ENTITY_SCHEMA(example)
        [example] = example["sequence"]
    action = example["action"].removeprefix(f"{DOMAIN}.")
    if action == "report_device_constraints":
        # The simulator knows the lengths of all locks.
        example["data"]["force"] = True
    if action != "schedule_access_code":
        await actions.run(
            "schedule_access_code",
            FRONT,
            name="Guest",
            starts_at=now,
            ends_at=now + timedelta(days=5),
            use_backup_access_code_pool=True,
        )
    example.setdefault("response_variable", "response")
    sequence = await async_validate_actions_config(hass, cv.SCRIPT_SCHEMA([example]))
    script = Script(hass, sequence, "Example", "test")

    result = await script.async_run(context=Context())

    assert result is not None
    answers = result.variables[example["response_variable"]]
    assert not any("error" in answer for answer in answers.values())
    documented = _documented(action)
    for answer in answers.values():
        for key in {*answer}.union(*answer.get("access_codes", ())):
            assert f"`{key}`" in documented, key
    if action == "update_access_code":
        (end,) = (
            code.ends_at
            for code in actions.simulator.state.access_codes.values()
            if code.name == "Guest" and code.ends_at is not None
        )
        assert end > now + timedelta(days=30)
    if action == "ensure_access_code":
        assert {answers[FRONT]["code"]} == {answers[FLAT_1]["code"]}
