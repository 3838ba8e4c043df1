"""The examples in the README do what they say, as they are."""

from datetime import timedelta
from pathlib import Path
import re
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import Script, async_validate_actions_config
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import parse_yaml
import pytest

from custom_components.seam.const import DOMAIN

from .support import FLAT_1, FRONT, Actions

README = (Path(__file__).parents[2] / "README.md").read_text()
EXAMPLES = {
    block.splitlines()[0].removeprefix("action: seam."): block
    for block in re.findall(
        r"^```yaml\n(action: seam\..*?)^```$", README, re.DOTALL | re.MULTILINE
    )
}


async def test_every_action_has_an_example(
    hass: HomeAssistant, actions: Actions
) -> None:
    """None is forgotten, and none is of an action that does not exist."""
    assert set(EXAMPLES) == set(hass.services.async_services_for_domain(DOMAIN))
    for action in EXAMPLES:
        assert f"### `seam.{action}` (" in README


@pytest.mark.parametrize("action", EXAMPLES)
async def test_examples(hass: HomeAssistant, actions: Actions, action: str) -> None:
    """Pasted into an automation, each example runs."""
    now = dt_util.utcnow()
    if action != "schedule_access_code":
        await actions.run(
            "schedule_access_code",
            FRONT,
            name="Guest",
            starts_at=now,
            ends_at=now + timedelta(days=5),
            use_backup_access_code_pool=True,
        )
    # Some day the dates in the README will be over.
    text = re.sub(r'"20\d\d-', f'"{now.year + 1}-', EXAMPLES[action])
    example: Any = parse_yaml(text)
    sequence = await async_validate_actions_config(hass, cv.SCRIPT_SCHEMA([example]))
    script = Script(hass, sequence, "Example", "test")

    result = await script.async_run(context=Context())

    assert result is not None
    if (variable := example.get("response_variable")) is not None:
        answers = result.variables[variable]
        assert set(answers) >= {FRONT}
        assert not any("error" in answer for answer in answers.values())
    if action == "update_access_code":
        (end,) = (
            code.ends_at
            for code in actions.simulator.state.access_codes.values()
            if code.name == "Guest" and code.ends_at is not None
        )
        assert end > now + timedelta(days=30)
    if action == "ensure_access_code":
        assert {answers[FRONT]["code"]} == {answers[FLAT_1]["code"]}
