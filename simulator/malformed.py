"""Answers that differ from what the API documents."""

from functools import cache
from itertools import count, cycle, islice
from typing import Any
import zlib

from .faults import Fault
from .routing import ENDLESS_CURSOR
from .state import Json

_CHUNK = b" " * 1_000_000
_cursors = count(1)


def malformed(fault: Fault, answer: Json) -> Json:
    """Return the answer with what the fault does to it."""
    match fault.kind:
        case "wrong_shape":
            return {"ok": True, "data": []}
        case "wrong_types":
            return {k: v if k == "ok" else _other_types(v) for k, v in answer.items()}
        case "odd_rows":
            return {k: _odd_rows(v) for k, v in answer.items()}
        case "huge_list":
            return {k: _repeated(v, fault.size) for k, v in answer.items()}
    is_cut = fault.kind == "cut_pages"
    cursor = None if is_cut else f"{ENDLESS_CURSOR}{next(_cursors)}"
    pagination = {"has_next_page": True, "next_page_cursor": cursor}
    return {**answer, "pagination": {**pagination, "next_page_url": None}}


@cache
def gzip_bomb(size: int) -> bytes:
    """Return a small body that decompresses to JSON of at least that many bytes."""
    compressor = zlib.compressobj(wbits=31)
    body = [compressor.compress(b'{"ok": true')]
    body += [compressor.compress(_CHUNK) for _ in range(size // len(_CHUNK) + 1)]
    body += [compressor.compress(b"}"), compressor.flush()]
    return b"".join(body)


def with_overrides(answer: Json, overrides: dict[str, Json | None]) -> Json:
    """Return the answer with the given fields in the rows of devices and codes."""
    return {
        key: [_overridden(row, overrides) for row in value]
        if isinstance(value, list)
        else _overridden(value, overrides)
        for key, value in answer.items()
    }


def legacy_shape(answer: Any) -> Any:
    """Return the answer as older versions of the API gave it."""
    if isinstance(answer, list):
        return [legacy_shape(item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    return {
        key: _by_code(value) if key in ("errors", "warnings") else legacy_shape(value)
        for key, value in answer.items()
        if key not in ("pagination", "display_status")
    }


def _overridden(row: Any, overrides: dict[str, Json | None]) -> Any:
    if not isinstance(row, dict) or "event_id" in row or "action_type" in row:
        return row
    row_id = row.get("access_code_id") or row.get("device_id")
    if row_id not in overrides:
        return row
    fields = overrides[row_id]
    return None if fields is None else row | fields


def _odd_rows(value: Any) -> Any:
    """Return rows in which only the IDs are as documented."""
    if not isinstance(value, list):
        return value
    return [
        {
            key: item if key.endswith("_id") else _other_type(item)
            for key, item in row.items()
        }
        for row in value
        if isinstance(row, dict)
    ]


def _repeated(value: Any, size: int) -> Any:
    is_list = isinstance(value, list) and value
    return list(islice(cycle(value), size)) if is_list else value


def _other_types(value: Any) -> Any:
    # A parser should get as far as the rows.
    if isinstance(value, list):
        return [_other_types(item) for item in value]
    if isinstance(value, dict):
        return {key: _other_type(item) for key, item in value.items()}
    return _other_type(value)


def _other_type(value: Any) -> Any:
    match value:
        case bool():
            return "maybe"
        case int() | float():
            return str(value)
        case str():
            return {"value": value}
        case list():
            return "not a list"
        case dict():
            return ["not an object"]
        case _:
            return 0


def _by_code(problems: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        problem.get("error_code") or problem["warning_code"]: {
            key: problem[key] for key in ("message", "created_at") if key in problem
        }
        for problem in problems
    }
