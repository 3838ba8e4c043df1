"""The control commands over HTTP: `/_simulator/…`."""

from collections.abc import Awaitable, Callable
import dataclasses
import inspect
from ipaddress import ip_address
import json
from typing import Any

from aiohttp import web
import orjson

from ..api import Api
from ..backend import Backend
from ..clock import to_iso
from ..faults import Fault
from .base import ControlBase

_PREFIX = "/_simulator"

type _Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ControlRoutes:
    """Calls the methods of `Control` and `Faults` by name."""

    def __init__(self, backend: Backend, api: Api, control: ControlBase) -> None:
        """Initialize the routes."""
        self._backend = backend
        self._api = api
        self._control = control

    def register(self, router: web.UrlDispatcher) -> None:
        """Add the routes."""
        for method, path, handler in (
            ("GET", "", self._list),
            ("GET", "/state", self._show_state),
            ("GET", "/requests", self._requests),
            ("GET", "/faults", self._faults),
            ("POST", "/faults", self._add_fault),
            ("POST", "/faults/clear", self._clear_faults),
            ("POST", "/{name}", self._call),
        ):
            router.add_route(method, _PREFIX + path, _only_loopback(handler))

    async def _list(self, _: web.Request) -> web.Response:
        """List the commands and their parameters."""
        methods = {
            name: {"what": inspect.getdoc(method), "parameters": _parameters(method)}
            for name, method in inspect.getmembers(self._control, inspect.ismethod)
            if not name.startswith("_")
        }
        return _json(methods)

    async def _show_state(self, _: web.Request) -> web.Response:
        self._backend.run_due()
        state = self._backend.state
        names = [
            f.name for f in dataclasses.fields(state) if not f.name.startswith("_")
        ]
        content = {name: getattr(state, name) for name in names}
        return _json({"now": to_iso(self._backend.clock.now()), **content})

    async def _requests(self, _: web.Request) -> web.Response:
        return _json([_record(r) for r in self._api.requests])

    async def _faults(self, _: web.Request) -> web.Response:
        return _json(list(self._api.faults))

    async def _add_fault(self, request: web.Request) -> web.Response:
        return await _invoke(request, self._api.faults.add)

    async def _clear_faults(self, request: web.Request) -> web.Response:
        return await _invoke(request, self._api.faults.clear)

    async def _call(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        method = getattr(self._control, name, None)
        if name.startswith("_") or not inspect.ismethod(method):
            return _json({"error": f"There is no {name}; see GET {_PREFIX}"}, 404)
        self._backend.run_due()
        return await _invoke(request, method)


def _only_loopback(handler: _Handler) -> _Handler:
    """Reject requests from other machines, as no key is required here."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        if request.remote is None or not ip_address(request.remote).is_loopback:
            return _json({"error": "Only from this machine"}, 403)
        return await handler(request)

    return guarded


async def _invoke(request: web.Request, method: Any) -> web.Response:
    try:
        # orjson rejects half surrogates.
        body = json.loads(await request.read() or b"{}")
        arguments = inspect.signature(method).bind(**body)
        result = method(*arguments.args, **arguments.kwargs)
    except (LookupError, TypeError, ValueError) as error:
        return _json({"error": str(error)}, 400)
    return _json({"ok": True} if result is None else {"ok": True, "result": result})


def _parameters(method: Any) -> dict[str, str]:
    return {
        name: "required" if p.default is p.empty else repr(p.default)
        for name, p in inspect.signature(method).parameters.items()
        if p.kind is not p.VAR_KEYWORD
    }


def _record(record: Any) -> dict[str, Any]:
    keys = ("method", "path", "body", "status", "request_id")
    return {key: getattr(record, key) for key in keys}


def _json(data: Any, status: int = 200) -> web.Response:
    return web.Response(
        status=status,
        body=orjson.dumps(data, default=_default, option=orjson.OPT_INDENT_2),
        content_type="application/json",
    )


def _default(value: Any) -> Any:
    if isinstance(value, Fault):
        return dataclasses.asdict(value)
    return str(value)
