"""Tests that the panel and the integration use the same words and rules."""

import json
from pathlib import Path
from typing import Any, Final

from custom_components.seam.actions.validation import PIN_CONSTRAINTS
from custom_components.seam.websocket.types import Remedy

ROOT: Final = Path(__file__).resolve().parents[1]
FRONTEND: Final = ROOT / "frontend" / "src"


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_states_have_names_of_sensor() -> None:
    """The state of a code has the same name in the panel and as a sensor."""
    texts = _json(FRONTEND / "language" / "en.json")
    translations = _json(ROOT / "custom_components/seam/translations/en.json")
    states = translations["entity"]["sensor"]["access_code"]["state"]
    assert {
        key.removeprefix("state_"): text
        for key, text in texts.items()
        if key.startswith("state_")
    } == states


def test_panel_knows_all_remedies() -> None:
    """The panel has a text for every remedy that it may be sent."""
    texts = _json(FRONTEND / "language" / "en.json")
    assert {
        key.removeprefix("remedy_") for key in texts if key.startswith("remedy_")
    } == set(Remedy.__value__.__args__)


def test_panel_checks_same_rules_for_pins() -> None:
    """The panel checks each rule for PINs that the integration checks."""
    source = (FRONTEND / "logic" / "pin.ts").read_text(encoding="utf-8")
    assert [rule for rule in PIN_CONSTRAINTS if rule not in source] == []
