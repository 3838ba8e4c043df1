"""Saving and loading the state."""

import dataclasses
from datetime import datetime
from pathlib import Path
import types
from typing import Any, Union, get_args, get_origin, get_type_hints

import orjson

from .state import State

_VERSION = 1
# Rebuilt from the codes.
_DERIVED = "_codes_by_device"


def dump(state: State) -> bytes:
    """Return the state as JSON."""
    fields = {
        f.name: getattr(state, f.name)
        for f in dataclasses.fields(state)
        if f.name != _DERIVED
    }
    return orjson.dumps(fields)


def save(path: Path, content: bytes, now: datetime) -> None:
    """Write the state to a file atomically."""
    head = orjson.dumps({"version": _VERSION, "saved_at": now})
    temporary = path.with_name(f"{path.name}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    # The file holds PINs.
    temporary.touch(mode=0o600)
    temporary.write_bytes(head + b"\n" + content)
    temporary.replace(path)


def load(path: Path) -> tuple[State, datetime]:
    """Return the state in a file, and when it was saved."""
    head, _, content = path.read_bytes().partition(b"\n")
    meta = orjson.loads(head)
    if meta["version"] != _VERSION:
        raise ValueError(f"{path} has another version. Delete it")
    data = orjson.loads(content)
    hints = get_type_hints(State)
    state = State(**{key: _decode(hints[key], value) for key, value in data.items()})
    for code in state.access_codes.values():
        state.add_code(code)
    return state, datetime.fromisoformat(meta["saved_at"])


def _decode(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _decode(next(a for a in get_args(hint) if a is not type(None)), value)
    if origin is list:
        return [_decode(get_args(hint)[0], item) for item in value]
    if origin is dict:
        of = get_args(hint)[1]
        return {key: _decode(of, item) for key, item in value.items()}
    if hint is datetime:
        return datetime.fromisoformat(value)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        return hint(**{k: _decode(hints[k], v) for k, v in value.items()})
    return hint(value) if isinstance(hint, type) and issubclass(hint, str) else value
