"""Validation of request parameters."""

from dataclasses import dataclass
from datetime import UTC, datetime
import re
from typing import Any, Literal

from multidict import MultiMapping

from .errors import ApiError, invalid_input
from .state import Json

type Kind = Literal["string", "boolean", "number", "integer", "list", "object"]


@dataclass(frozen=True, slots=True)
class Param:
    """The rules of a parameter."""

    kind: Kind = "string"
    required: bool = False
    nullable: bool = False
    items: Kind = "string"
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None

    def problem(self, value: Any) -> str | None:
        """Return what is wrong with a value, None if it is valid."""
        if value is None:
            return None if self.nullable else f"Expected {self._type()}, received null"
        if not _is(self.kind, value):
            return f"Expected {self._type()}, received {_type_of(value)}"
        if self.kind == "list":
            for item in value:
                if not _is(self.items, item):
                    return f"Expected {self.items}, received {_type_of(item)}"
                if problem := self._out_of_range(item):
                    return problem
            return None
        if self.choices and value not in self.choices:
            expected = " | ".join(f"'{choice}'" for choice in self.choices)
            return f"Invalid enum value. Expected {expected}, received '{value}'"
        if problem := self._out_of_range(value):
            return problem
        if self.pattern is not None and not re.fullmatch(self.pattern, value):
            return "Invalid"
        return None

    def from_query(self, values: list[str]) -> Any:
        """Return the value that a query string stands for."""
        if self.kind == "list":
            if values == [""]:
                return []
            return [_from_text(self.items, value) for value in values]
        return _from_text(self.kind, values[-1])

    def _type(self) -> str:
        return "array" if self.kind == "list" else self.kind

    def _out_of_range(self, value: Any) -> str | None:
        if isinstance(value, str):
            if self.minimum is not None and len(value) < self.minimum:
                return f"String must contain at least {self.minimum} character(s)"
            if self.maximum is not None and len(value) > self.maximum:
                return f"String must contain at most {self.maximum} character(s)"
        elif isinstance(value, int | float):
            if self.minimum is not None and value < self.minimum:
                return f"Number must be greater than or equal to {self.minimum}"
            if self.maximum is not None and value > self.maximum:
                return f"Number must be less than or equal to {self.maximum}"
        return None


STRING = Param()
REQUIRED = Param(required=True)
BOOLEAN = Param("boolean")
STRINGS = Param("list")
LIMIT = Param("integer", minimum=1)
PIN = Param(pattern=r"\d+", minimum=4, maximum=12)

type Params = dict[str, Param]


def check(body: Any, params: Params) -> Json:
    """Return the parameters of a request; raise if any is invalid or unknown."""
    if not isinstance(body, dict):
        raise ApiError(400, "invalid_input", "Expected object", validation_errors={})
    problems: dict[str, list[str]] = {}
    for name, param in params.items():
        if name not in body:
            if param.required:
                problems[name] = ["Required"]
        elif problem := param.problem(body[name]):
            problems[name] = [problem]
    if problems:
        name, messages = next(iter(problems.items()))
        raise ApiError(
            400,
            "invalid_input",
            f'{messages[0]} for "{name}"',
            validation_errors=problems,
        )
    # Seam has more parameters. Ignoring a filter would hide mistakes.
    if unknown := sorted(body.keys() - params.keys()):
        names = ", ".join(unknown)
        raise ApiError(
            400,
            "invalid_input",
            f"The simulator does not implement these parameters: {names}",
            validation_errors={key: ["Not implemented"] for key in unknown},
        )
    return {name: body[name] for name in params if name in body}


def from_query(query: MultiMapping[str], params: Params) -> Json:
    """Return the body that a query string stands for."""
    body: Json = {}
    for key in query:
        name, _, nested = key.partition(".")
        # Seam's SDK adds it to every query.
        if name == "_strict":
            continue
        if (param := params.get(name)) is None:
            body[name] = query[key]
        elif nested:
            body.setdefault(name, {})[nested] = query[key]
        else:
            body[name] = param.from_query(query.getall(key))
    return body


def parse_time(params: Json, name: str) -> datetime | None:
    """Return the value of a date parameter."""
    value = params.get(name)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise invalid_input(f'Invalid date for "{name}"', name) from None
    return (
        moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    )


def _is(kind: Kind, value: Any) -> bool:
    match kind:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "integer":
            whole = isinstance(value, int) or (
                isinstance(value, float) and value.is_integer()
            )
            return whole and not isinstance(value, bool)
        case "list":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)


def _type_of(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _from_text(kind: Kind, text: str) -> Any:
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind in ("number", "integer"):
        try:
            return int(text) if kind == "integer" else float(text)
        except ValueError:
            return text
    return text
