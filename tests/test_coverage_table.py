"""The tables of docs/coverage.md and docs/advice.md say what the code does."""

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
    """Return the rows of a table under a title, without its head."""
    section = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    tables = [part for part in section.split("\n\n") if part.lstrip().startswith("|")]
    lines = tables[which].strip().splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def _name(cell: str) -> str:
    """Return what a cell quotes."""
    match = re.fullmatch(r"`([^`]+)`", cell)
    assert match, cell
    return match[1]


def _client_methods() -> Iterator[tuple[str, str]]:
    """Yield the endpoint of each method of the client, and the method."""
    for node in ast.walk(ast.parse(Path(client.__file__).read_text())):
        if isinstance(node, ast.AsyncFunctionDef) and not node.name.startswith("_"):
            for part in ast.walk(node):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    if re.fullmatch(r"(/\w+)+", part.value):
                        yield part.value, node.name


def _called_methods() -> set[str]:
    """Return what the integration calls of the client, the client itself aside."""
    return {
        node.attr
        for path in INTEGRATION.rglob("*.py")
        if path.parent.name != "api"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value).endswith("client")
    }


def test_endpoints() -> None:
    """Each method of the client is in the table, in order, and nothing else is."""
    listed = [(_name(path), _name(method)) for path, method, _ in _rows("Endpoints")]
    assert listed == sorted(_client_methods())


def test_endpoints_exist() -> None:
    """What is called is something that Seam, as simulated, has."""
    listed = {_name(path) for path, _, _ in _rows("Endpoints")}
    assert listed <= ENDPOINTS.keys()


def test_what_is_said_not_to_be_used_is_not() -> None:
    """And the other way round."""
    called = _called_methods()
    for path, method, shown in _rows("Endpoints"):
        assert shown.startswith("not used") is (_name(method) not in called), path


def test_actions_exist() -> None:
    """The table names all actions and no others."""
    actions = load_yaml_dict(str(INTEGRATION / "services.yaml"))
    assert set(re.findall(r"`seam\.(\w+)`", PAGE)) == set(actions)


def test_properties() -> None:
    """Each field that is read of a code is in the table, in order."""
    listed = [_name(name) for name, _ in _rows("Properties of access codes")]
    # These two are worked out of others of Seam's, and never shown.
    ours = {"true_name", "other_pins"}
    assert listed == [f.name for f in fields(AccessCode) if f.name not in ours]
    for name in re.findall(r"`(\w+)` \(", PAGE.split("Not read:")[1]):
        assert name not in listed


@pytest.mark.parametrize("description", [LOCK_ACTIVITY, ACCESS_CODE_ACTIVITY])
def test_events(description: SeamEventDescription) -> None:
    """Each type of an event entity is in the table, and comes from what stands there."""
    listed = []
    for event_cell, kind_cell in _rows("Events"):
        event, kind = _name(event_cell), _name(kind_cell)
        if event.startswith(description.prefix):
            assert event.removeprefix(description.prefix).replace(".", "_") == kind
            listed.append(kind)
    assert listed == sorted(listed)
    assert set(listed) == {*(description.event_types or ())} - {"other"}


def test_properties_of_events() -> None:
    """Each field that is read of an event is in the table, and so is each attribute."""
    rows = _rows("Events", 1)
    read = [field.name for field in fields(Event)]
    # Worked out of properties with other names.
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
    for name in shown - {"errors"}:
        assert f"`{name}`" in told


def test_advice() -> None:
    """The page of advice is as the code has it: `python -m tests.advice_table`."""
    assert ADVICE_PAGE.read_text() == advice_page()
