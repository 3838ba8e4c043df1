"""Texts that depend on the language of the user."""

from typing import Any

import pytest

from custom_components.seam.const import DOMAIN
from simulator import Simulator
from simulator.seed import CODE_OWNER

from .conftest import Panel, is_text

pytestmark = [
    pytest.mark.filterwarnings("ignore::aiohttp.web_exceptions.NotAppKeyWarning"),
    pytest.mark.usefixtures("frozen_clock"),
]

FRONT = "lock.front_door"


def _values_of(key: str, value: Any) -> list[Any]:
    """Return all values of a key, at any depth."""
    if isinstance(value, list):
        return [found for item in value for found in _values_of(key, item)]
    if not isinstance(value, dict):
        return []
    own = [value[key]] if key in value else []
    return own + [found for item in value.values() for found in _values_of(key, item)]


async def test_advice_and_reasons_are_sent_by_key(panel: Panel) -> None:
    """The panel translates them, as the server does not know the user's language."""
    event = panel.raw["event"]
    assert event["type"] == "all"
    advice = _values_of("advice", event)
    assert advice
    assert all(map(is_text, advice))
    reasons = [
        reason
        for key in ("can", "constraints")
        for possible in _values_of(key, event)
        for reason in possible.values()
        if reason is not True
    ]
    assert len(reasons) > 10
    assert all(map(is_text, reasons))


async def test_errors_are_sent_by_key(simulator: Simulator, panel: Panel) -> None:
    """The error of one lock, and that of a whole command, have a key."""
    simulator.state.access_codes[CODE_OWNER].code = taken = "482751"
    data = {"entity_ids": [FRONT], "name": "Guest", "ongoing": True, "code": taken}
    await panel.results("seam/code/create", **data)
    assert panel.raw["result"]["results"][FRONT]["error"] == {
        "translation_key": "exceptions.duplicate_access_code_named.message",
        "translation_placeholders": {"lock": "Front Door", "name": "Owner"},
    }
    error = await panel.refused("seam/code/create", **{**data, "code": "1"})
    assert error["translation_key"] == "code_not_digits"
    assert error["translation_domain"] == DOMAIN
