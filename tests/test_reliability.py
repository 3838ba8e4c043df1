"""The table of faults names tests that exist."""

import ast
from pathlib import Path
import re

import pytest

TESTS = Path(__file__).parent
TABLE = TESTS.parent / "docs/reliability.md"

_NAME = re.compile(r"`((?:\w+/)?test_\w+)::(test_\w+)`")


def _rows() -> list[str]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [
        line
        for line in lines
        if line.startswith("| ") and not line.startswith(("| fault |", "| --- |"))
    ]


def test_every_fault_has_a_test() -> None:
    """None is only claimed."""
    rows = _rows()
    assert len(rows) > 50
    for row in rows:
        assert row.count(" | ") == 3, row
        assert _NAME.search(row), row


@pytest.mark.parametrize(
    ("module", "name"), sorted(set(_NAME.findall(TABLE.read_text(encoding="utf-8"))))
)
def test_every_named_test_exists(module: str, name: str) -> None:
    """Whoever renames one has to tell the table."""
    tree = ast.parse((TESTS / f"{module}.py").read_text(encoding="utf-8"))
    names = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert name in names
