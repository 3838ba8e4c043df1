"""The tables of docs/coverage.md and docs/advice.md match the code."""

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
import re
from typing import Final

from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.seam.api import AccessCode, Event, client
from custom_components.seam.event import (
    ACCESS_CODE_ACTIVITY,
    LOCK_ACTIVITY,
    SeamEventDescription,
)
from simulator.routing import ENDPOINTS

from .advice_table import ADVICE_PAGE, advice_page

ROOT: Final = Path(__file__).resolve().parents[1]
INTEGRATION: Final = ROOT / "custom_components" / "seam"
PAGE: Final = (ROOT / "docs" / "coverage.md").read_text()


def _rows(title: str, which: int = 0) -> list[list[str]]:
    """Return the rows of a table under a heading, without its header."""
    section = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    tables = [part for part in section.split("\n\n") if part.lstrip().startswith("|")]
    lines = tables[which].strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _name(cell: str) -> str:
    """Return the name that a cell contains in backticks."""
    match = re.fullmatch(r"`([^`]+)`", cell)
    assert match, cell
    return match[1]


def _client_methods() -> Iterator[tuple[str, str]]:
    """Yield the endpoint and the name of each client method."""
    for node in ast.walk(ast.parse(Path(client.__file__).read_text())):
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    if re.fullmatch(r"(/\w+)+", part.value):
                        yield part.value, node.name


def _called_methods() -> set[str]:
    """Return the client methods that the integration calls."""
    return {
        node.attr
        for path in INTEGRATION.rglob("*.py")
        if path.parent.name != "api"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value).endswith("client")
    }


def test_endpoints_are_listed() -> None:
    """The table lists exactly the client methods, in order."""
    listed = [(_name(path), _name(method)) for path, method, _ in _rows("Endpoints")]
    assert listed == sorted(_client_methods())


def test_endpoints_exist() -> None:
    """The simulator has every listed endpoint."""
    listed = {_name(path) for path, _, _ in _rows("Endpoints")}
    assert listed <= ENDPOINTS.keys()


def test_unused_endpoints_are_marked() -> None:
    """Exactly the methods that nothing calls are marked as not used."""
    called = _called_methods()
    for path, method, shown in _rows("Endpoints"):
        assert shown.startswith("Not used") is (_name(method) not in called), path


def test_actions_exist() -> None:
    """The page names exactly the actions of the integration."""
    actions = load_yaml_dict(str(INTEGRATION / "services.yaml"))
    assert set(re.findall(r"`seam\.(\w+)`", PAGE)) == set(actions)


def test_access_code_properties_are_listed() -> None:
    """The table lists exactly the fields of an access code, in order."""
    listed = [_name(name) for name, _ in _rows("Access code properties")]
    # Derived from other properties, and never shown.
    ours = {"true_name", "true_key", "other_pins"}
    assert listed == [f.name for f in fields(AccessCode) if f.name not in ours]
    for name in re.findall(r"`(\w+)` \(", PAGE.split("does not use")[1]):
        assert name not in listed


@pytest.mark.parametrize("description", [LOCK_ACTIVITY, ACCESS_CODE_ACTIVITY])
def test_event_types_are_listed(description: SeamEventDescription) -> None:
    """The table lists exactly the event types, with the matching event in Seam."""
    listed = []
    for event_cell, kind_cell in _rows("Events"):
        event, kind = _name(event_cell), _name(kind_cell)
        if event.startswith(description.prefixes):
            assert event.partition(".")[2].replace(".", "_") == kind
            listed.append(kind)
    assert listed == sorted(listed)
    assert set(listed) == {*(description.event_types or ())} - {"other"}


def test_event_properties_are_listed() -> None:
    """The table lists the fields of an event and the attributes of the entities."""
    rows = _rows("Events", 1)
    read = [field.name for field in fields(Event)]
    # Derived from properties with other names.
    ours = {
        "reason_code": "reason",
        "reason_message": "reason",
        "former_name": "from",
        "other_pins": "code",
    }
    expected = list(dict.fromkeys(ours.get(name, name) for name in read))
    assert [_name(name) for name, _ in rows] == expected
    shown = {
        name
        for node in ast.walk(ast.parse((INTEGRATION / "event.py").read_text()))
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(name := key.value, str)
    }
    told = " ".join(where for _, where in rows)
    for name in shown - {"errors", "warnings"}:
        assert f"`{name}`" in told


def test_advice_page_is_current() -> None:
    """The page is the output of `python -m tests.advice_table`."""
    assert ADVICE_PAGE.read_text() == advice_page()
