"""The API: authentication, validation, faults and the log of requests."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any

from aiohttp import web
import orjson

from . import endpoints as _endpoints  # noqa: F401  Importing them registers them.
from .backend import Backend
from .errors import ApiError
from .faults import MALFORMING, Fault, Faults
from .malformed import gzip_bomb, legacy_shape, malformed, with_overrides
from .render import dump_json, render_workspace
from .routing import ENDPOINTS, Context, Endpoint
from .state import Json, Workspace
from .validation import check, from_query

_WORKSPACE_LIST = "/workspaces/list"
_MAX_RECORDS = 10_000


@dataclass(slots=True)
class RequestRecord:
    """A request and its answer."""

    method: str
    path: str
    body: Any = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    request_id: str
    status: int | None = None
    """None if the request was not answered."""
    answer: Any = field(default=None, repr=False)


class Api:
    """Authenticates, validates and answers requests to the API."""

    def __init__(self, backend: Backend) -> None:
        """Initialize the API."""
        self._backend = backend
        self.faults = Faults()
        self.requests: deque[RequestRecord] = deque(maxlen=_MAX_RECORDS)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request."""
        answer = await self._handled(request)
        clock = self._backend.clock
        if clock.manual and not answer.prepared:
            # Otherwise, it is that of the machine.
            answer.headers["Date"] = format_datetime(clock.now(), usegmt=True)
        return answer

    async def _handled(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        self._backend.run_due()
        record = RequestRecord(
            request.method,
            path,
            None,
            {k: v for k, v in request.headers.items() if k.lower() != "authorization"},
            self._backend.ids.new(),
        )
        self.requests.append(record)
        raw = await request.read()
        record.body = _parse(request, raw)
        faults = self.faults.hit(path, self._named(record.body))
        for fault in faults:
            if not fault.after_processing:
                answer = await self._apply(fault, request, record)
                if answer is not None:
                    return answer
        answer = self._answer(request, record)
        for fault in faults:
            if fault.after_processing or fault.kind in MALFORMING:
                faulty = await self._apply(fault, request, record, answered=True)
                answer = faulty or answer
        record.status = answer.status
        return answer

    def _answer(self, request: web.Request, record: RequestRecord) -> web.Response:
        if record.path not in ENDPOINTS and record.path != _WORKSPACE_LIST:
            return web.Response(
                status=404,
                text=f"Cannot {request.method} {record.path}",
                headers={"seam-request-id": record.request_id},
            )
        try:
            result = self._result(request, record)
        except ApiError as error:
            record.answer = error.body(record.request_id)
            return _json(record, error.status, record.answer, error.headers)
        if self._backend.settings.old_shapes:
            result = legacy_shape(result)
        if self._backend.settings.row_overrides:
            result = with_overrides(result, self._backend.settings.row_overrides)
        record.answer = {**result, "ok": True}
        return _json(record, 200, record.answer)

    def _result(self, request: web.Request, record: RequestRecord) -> Json:
        path = record.path
        endpoint = ENDPOINTS.get(path)
        methods = endpoint.methods if endpoint else {"GET", "POST"}
        if request.method not in methods:
            allowed = ", ".join(sorted(methods))
            raise ApiError(
                405,
                "method_not_allowed",
                f"Method {request.method} is not allowed for {path}",
                headers={"Allow": allowed},
            )
        if endpoint is None:
            workspaces = self._workspaces(request)
            return {"workspaces": [render_workspace(w) for w in workspaces]}
        workspace = self._workspace(request)
        if workspace.is_suspended and path != "/workspaces/get":
            raise ApiError(403, "workspace_suspended", "This workspace is suspended")
        if endpoint.only_sandbox and not workspace.is_sandbox:
            raise ApiError(
                400, "invalid_input", "This is only possible in a sandbox workspace"
            )
        params = self._params(request, record, endpoint)
        base_url = f"{request.scheme}://{request.host}"
        return endpoint.handler(
            Context(self._backend, workspace, base_url, path), params
        )

    def _params(
        self, request: web.Request, record: RequestRecord, endpoint: Endpoint
    ) -> Json:
        body = record.body
        if request.method != "POST" and request.query:
            body = from_query(request.query, endpoint.params)
        elif body is None:
            body = {}
        elif body is _UNREADABLE:
            record.body = None
            raise ApiError(400, "invalid_input", "The body is not valid JSON")
        record.body = body
        return check(body, endpoint.params)

    def _workspaces(self, request: web.Request) -> list[Workspace]:
        state = self._backend.state
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        key = state.keys.get(token)
        if scheme != "Bearer" or key is None or key.is_revoked:
            raise ApiError(401, "unauthorized", "Unauthorized")
        if key.workspace_id is None:
            return list(state.workspaces.values())
        return [state.workspaces[key.workspace_id]]

    def _workspace(self, request: web.Request) -> Workspace:
        workspaces = self._workspaces(request)
        wanted = request.headers.get("seam-workspace")
        if wanted is None:
            if len(workspaces) == 1:
                return workspaces[0]
            raise ApiError(
                400, "missing_workspace_id", "Missing the seam-workspace header"
            )
        for workspace in workspaces:
            if workspace.workspace_id == wanted:
                return workspace
        raise ApiError(401, "unauthorized", "Unauthorized")

    def _named(self, body: Any) -> set[str]:
        """Return the IDs in a body, and the devices of the codes among them."""
        if not isinstance(body, dict):
            return set()
        named: set[str] = set()
        for value in body.values():
            if isinstance(value, str):
                named.add(value)
            elif isinstance(value, list):
                named.update(item for item in value if isinstance(item, str))
        codes = self._backend.state.access_codes
        return named | {codes[name].device_id for name in named if name in codes}

    async def _apply(
        self,
        fault: Fault,
        request: web.Request,
        record: RequestRecord,
        *,
        answered: bool = False,
    ) -> web.StreamResponse | None:
        headers = {"seam-request-id": record.request_id}
        response: web.StreamResponse
        match fault.kind:
            case "latency":
                await asyncio.sleep(fault.seconds)
                return None
            case "hang":
                await fault.hold()
                return None
            case "outage":
                if request.transport is not None:
                    request.transport.abort()
                record.status = None
                return web.Response(status=500)
            case "html":
                text = f"<html><body><h1>{fault.status} Bad Gateway</h1></body></html>"
                response = web.Response(
                    status=fault.status, text=text, content_type="text/html"
                )
            case "empty":
                response = web.Response(status=fault.status, headers=headers)
            case "broken_json":
                response = web.Response(
                    text='{"ok": true, "devices": [{"device_id": "',
                    content_type="application/json",
                    headers=headers,
                )
            case "cut":
                stream = web.StreamResponse(
                    headers={**headers, "Content-Length": "1000"}
                )
                await stream.prepare(request)
                await stream.write(b'{"ok": true, ')
                if request.transport is not None:
                    request.transport.close()
                record.status = None
                return stream
            case "nested":
                response = web.Response(
                    body=b"[" * 100_000 + b"]" * 100_000,
                    content_type="application/json",
                    headers=headers,
                )
            case "gzip_bomb":
                response = web.Response(
                    body=gzip_bomb(fault.size),
                    content_type="application/json",
                    headers={**headers, "Content-Encoding": "gzip"},
                )
            case (
                "wrong_shape"
                | "wrong_types"
                | "odd_rows"
                | "huge_list"
                | "endless_pages"
                | "cut_pages"
            ):
                if not answered:
                    return None
                record.answer = malformed(fault, record.answer)
                return _json(record, 200, record.answer)
            case "status" | "rate_limit":
                error = ApiError(fault.status, fault.error_type, fault.message)
                if fault.retry_after is not None:
                    headers["Retry-After"] = fault.retry_after
                body = error.body(record.request_id)
                response = _json(record, fault.status, body, headers)
        record.status = response.status
        return response


_UNREADABLE: Any = object()


def _parse(request: web.Request, raw: bytes) -> Any:
    if not raw:
        return dict(request.query) or None
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return _UNREADABLE


def _json(
    record: RequestRecord, status: int, body: Any, headers: dict[str, str] | None = None
) -> web.Response:
    return web.Response(
        status=status,
        body=dump_json(body),
        content_type="application/json",
        headers={**(headers or {}), "seam-request-id": record.request_id},
    )
