"""Answers that are not what they should be."""

from typing import Any, Literal


def malformed(kind: Literal["wrong_shape", "wrong_types"], answer: Any) -> Any:
    """Return the answer without its content, or with every value of another type."""
    if kind == "wrong_shape":
        return {"ok": True, "data": []}
    return {
        key: value if key == "ok" else _inside(value) for key, value in answer.items()
    }


def _inside(value: Any) -> Any:
    """Keep the outermost list or object: a parser should get as far as its rows."""
    if isinstance(value, list):
        return [_inside(item) for item in value]
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


def legacy_shape(answer: Any) -> Any:
    """Return the answer as Seam used to give it."""
    if isinstance(answer, list):
        return [legacy_shape(item) for item in answer]
    if not isinstance(answer, dict):
        return answer
    return {
        key: _by_code(value) if key in ("errors", "warnings") else legacy_shape(value)
        for key, value in answer.items()
        if key not in ("pagination", "display_status")
    }


def _by_code(problems: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        problem.get("error_code") or problem["warning_code"]: {
            key: problem[key] for key in ("message", "created_at") if key in problem
        }
        for problem in problems
    }
