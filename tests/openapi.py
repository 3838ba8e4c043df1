"""Validation of requests and responses against Seam's schema.

The schema is not part of the project. It is expected beside the repository, or where
the environment variable SEAM_OPENAPI points to.
"""

from functools import cache
import json
import os
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

_DEFAULT = Path(__file__).parents[2] / "shared" / "seam-openapi.json"
SCHEMA_PATH = Path(os.environ.get("SEAM_OPENAPI", _DEFAULT))
SCHEMA_AVAILABLE = SCHEMA_PATH.is_file()

_ROOT = "urn:seam"
# The schema has the wrong response here.
_CORRECTIONS: dict[str, dict[str, Any]] = {
    "/access_codes/generate_code": {
        "type": "object",
        "required": ["generated_code", "ok"],
        "properties": {
            "generated_code": {
                "type": "object",
                "required": ["device_id", "code"],
                "properties": {
                    "device_id": {"type": "string", "format": "uuid"},
                    "code": {"type": "string", "pattern": r"^\d+$"},
                },
            },
            "ok": {"type": "boolean"},
        },
    },
}
_ERROR: dict[str, Any] = {
    "type": "object",
    "required": ["error", "ok"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["type", "message"],
            "properties": {
                "type": {"type": "string"},
                "message": {"type": "string"},
                "request_id": {"type": "string"},
                "data": {"type": "object"},
                "validation_errors": {"type": "object"},
            },
        },
        "ok": {"type": "boolean", "enum": [False]},
    },
}


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(SCHEMA_PATH.read_text())
    _prepare(schema)
    return schema


@cache
def _registry() -> Registry[Any]:
    resource = Resource.from_contents(_schema(), default_specification=DRAFT4)
    registry: Registry[Any] = Registry().with_resource(_ROOT, resource)
    return registry


def _prepare(node: Any) -> None:
    """Make references absolute and drop discriminators, as variants have no names."""
    if isinstance(node, dict):
        node.pop("discriminator", None)
        if isinstance(reference := node.get("$ref"), str) and reference[0] == "#":
            node["$ref"] = _ROOT + reference
        for value in node.values():
            _prepare(value)
    elif isinstance(node, list):
        for value in node:
            _prepare(value)


def paths() -> list[str]:
    """Return all paths of the schema."""
    return list(_schema()["paths"])


def problem_codes() -> dict[str, set[str]]:
    """Return the codes of errors and warnings by kind of resource."""
    found = {}
    for name, schema in _schema()["components"]["schemas"].items():
        properties = schema.get("properties", {})
        codes = {
            code
            for kind in ("error", "warning")
            for variant in _variants(properties.get(f"{kind}s", {}).get("items", {}))
            for code in variant["properties"].get(f"{kind}_code", {}).get("enum", ())
        }
        if codes:
            found[name] = codes
    return found


def _variants(items: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the schemas that the items of a list can have."""
    variants: list[dict[str, Any]] = items.get("oneOf") or items.get("anyOf") or [items]
    return [variant for variant in variants if "properties" in variant]


def validate_request(path: str, body: Any) -> None:
    """Fail if a request is not valid or has unknown parameters."""
    schema = _request_schema(path)
    _validate(body, schema, f"request to {path}")
    if unknown := set(body) - request_parameters(path):
        raise AssertionError(f"request to {path}: unknown parameters {sorted(unknown)}")


def request_parameters(path: str) -> set[str]:
    """Return the names of the parameters of a path."""
    schema = _request_schema(path)
    known = set(schema.get("properties", {}))
    for variant in schema.get("oneOf", []):
        known |= set(variant.get("properties", {}))
    return known


def _request_schema(path: str) -> dict[str, Any]:
    content = _operation(path).get("requestBody", {}).get("content", {})
    schema: dict[str, Any] = content.get("application/json", {}).get(
        "schema", {"type": "object"}
    )
    return schema


def validate_response(path: str, status: int, body: Any) -> None:
    """Fail if a response is not valid."""
    if status != 200:
        _validate(body, _ERROR, f"response {status} of {path}")
        return
    response = _operation(path)["responses"]["200"]
    schema = response["content"]["application/json"]["schema"]
    _validate(body, _CORRECTIONS.get(path, schema), f"response of {path}")


def _operation(path: str) -> dict[str, Any]:
    try:
        operation: dict[str, Any] = _schema()["paths"][path]["post"]
    except KeyError:
        raise AssertionError(f"the schema has no {path}") from None
    return operation


@cache
def _validator(schema: str) -> OAS30Validator:
    return OAS30Validator(
        json.loads(schema), registry=_registry(), format_checker=oas30_format_checker
    )


def _validate(instance: Any, schema: dict[str, Any], what: str) -> None:
    errors = list(_validator(json.dumps(schema)).iter_errors(instance))
    if errors:
        # Without the instance, which may hold PINs.
        found = [
            f"{'/'.join(map(str, e.absolute_path))}: {e.validator} {_why(e)}"
            for e in errors
        ]
        raise AssertionError(f"{what}: " + "; ".join(found[:5]))


def _why(error: Any) -> str:
    if error.validator == "required":
        return str(error.message)
    best = min(error.context or [], key=lambda e: -len(e.absolute_path), default=None)
    if best is None:
        return str(error.validator_value)[:120]
    return f"({'/'.join(map(str, best.absolute_path))}: {best.validator} {str(best.validator_value)[:120]})"
