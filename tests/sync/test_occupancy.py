"""Tests of who can enter when, with the cases that the panel is tested with."""

from dataclasses import replace
from datetime import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from custom_components.seam.sync.occupancy import Span, occupancy

from .support import make_code

TABLE: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "occupancy.json").read_text()
)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _spans(rows: list[dict[str, str]]) -> tuple[Span, ...]:
    return tuple(
        Span(*map(datetime.fromisoformat, (row["starts_at"], row["ends_at"])))
        for row in rows
    )


[PERIOD] = _spans([TABLE["period"]])


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["title"])
def test_occupancy(case: dict[str, Any]) -> None:
    """The cases hold for codes in any order, and backup codes do not count."""
    codes = [
        make_code(
            row["name"],
            name=row["name"],
            starts_at=_time(row["starts_at"]),
            ends_at=_time(row["ends_at"]),
        )
        for row in case["codes"]
    ]
    backups = [replace(code, is_backup=True) for code in codes]
    for order in (codes, codes[::-1], codes + backups):
        found = occupancy(order, PERIOD)
        assert [code.name for code in found.codes] == case["shown"]
        overlaps = found.overlaps
        assert tuple(overlap.span for overlap in overlaps) == _spans(case["overlaps"])
        assert [{code.name for code in overlap.codes} for overlap in overlaps] == [
            set(row["codes"]) for row in case["overlaps"]
        ]
        assert found.gaps == _spans(case["gaps"])
