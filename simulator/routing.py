"""Registration of endpoints, and pagination."""

import base64
import binascii
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from .backend import Backend
from .errors import invalid_input
from .state import Json, Workspace
from .validation import LIMIT, Param, Params

PAGING: Params = {"limit": LIMIT, "page_cursor": Param(nullable=True)}
ENDLESS_CURSOR = "endless-"
"""Prefix of cursors that lead to the first page again."""


@dataclass(frozen=True, slots=True)
class Context:
    """The backend and the workspace of a request."""

    backend: Backend
    workspace: Workspace
    base_url: str
    path: str


type Handler = Callable[[Context, Json], Json]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The handler of a path."""

    path: str
    handler: Handler
    params: Params
    methods: frozenset[str]
    only_sandbox: bool


ENDPOINTS: dict[str, Endpoint] = {}


def endpoint(
    path: str,
    params: Params | None = None,
    *,
    method: str = "POST",
    only_sandbox: bool = False,
) -> Callable[[Handler], Handler]:
    """Register the handler of a path, for POST and the given method."""

    def register(handler: Handler) -> Handler:
        updates = {"PATCH", "PUT"}
        methods = frozenset({"POST", *(updates if method in updates else {method})})
        ENDPOINTS[path] = Endpoint(path, handler, params or {}, methods, only_sandbox)
        return handler

    return register


def paginate[T](
    context: Context,
    params: Json,
    items: Iterable[T],
    *,
    default_limit: int,
    key: str,
    render: Callable[[T], Json],
) -> Json:
    """Return a page of a list."""
    filters = {
        k: v for k, v in sorted(params.items()) if k not in ("limit", "page_cursor")
    }
    start = _read_cursor(params.get("page_cursor"), filters)
    limit = int(params.get("limit", default_limit))
    page = list(islice(items, start, start + limit + 1))
    has_next_page = len(page) > limit
    cursor = _write_cursor(start + limit, filters) if has_next_page else None
    url = f"{context.base_url}{context.path}?page_cursor={cursor}" if cursor else None
    return {
        key: [render(item) for item in page[:limit]],
        "pagination": {
            "has_next_page": has_next_page,
            "next_page_cursor": cursor,
            "next_page_url": url,
        },
    }


def _write_cursor(offset: int, filters: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([offset, filters])).decode()


def _read_cursor(cursor: str | None, filters: dict[str, Any]) -> int:
    if not cursor or cursor.startswith(ENDLESS_CURSOR):
        return 0
    try:
        offset, wanted = orjson.loads(base64.urlsafe_b64decode(cursor))
    except binascii.Error, ValueError, TypeError:
        raise invalid_input("Invalid page cursor", "page_cursor") from None
    if wanted != filters:
        raise invalid_input(
            "The page cursor belongs to a list with other parameters", "page_cursor"
        )
    return int(offset)
