"""Reading codes: `/access_codes/get`, `/access_codes/list` and their unmanaged variants."""

from collections.abc import Iterable

from ..constraints import generate_pin
from ..errors import ApiError, access_code_not_found, invalid_input
from ..render import render_code
from ..routing import PAGING, Context, endpoint, paginate
from ..state import AccessCode, Json, UnmanagedCodes
from ..validation import REQUIRED, STRING, STRINGS

_GET = {"access_code_id": STRING, "device_id": STRING, "code": STRING}


def _get(context: Context, params: Json, *, managed: bool) -> Json:
    backend = context.backend
    workspace_id = context.workspace.workspace_id
    if "access_code_id" in params:
        code = backend.code(workspace_id, params["access_code_id"], managed=managed)
    elif "device_id" in params and "code" in params:
        device = backend.device(workspace_id, params["device_id"])
        for code in backend.state.codes_of(device.device_id, managed=managed):
            if code.code == params["code"]:
                break
        else:
            raise access_code_not_found()
    else:
        raise invalid_input("Required", "access_code_id")
    return {"access_code": render_code(backend.state, code, backend.timeline.now())}


def _list(
    context: Context, params: Json, codes: Iterable[AccessCode], default_limit: int
) -> Json:
    backend = context.backend
    now = backend.timeline.now()
    dropped = backend.settings.dropped_codes
    delay = backend.settings.listed_after
    search = params.get("search", "").casefold()
    rows = [
        code
        for code in codes
        if search in (code.name or "").casefold()
        and not _is_dropped(code, dropped)
        and not (delay and (now - code.created_at).total_seconds() < delay)
    ]
    return paginate(
        context,
        params,
        rows,
        default_limit=default_limit,
        key="access_codes",
        render=lambda code: render_code(backend.state, code, now),
    )


def _is_dropped(code: AccessCode, dropped: dict[str, int]) -> bool:
    left = dropped.get(code.access_code_id, 0)
    if left == 1:
        del dropped[code.access_code_id]
    elif left > 1:
        dropped[code.access_code_id] = left - 1
    return left > 0


@endpoint("/access_codes/get", _GET, method="GET")
def get(context: Context, params: Json) -> Json:
    """Return a managed code."""
    return _get(context, params, managed=True)


@endpoint(
    "/access_codes/list",
    {"device_id": STRING, "access_code_ids": STRINGS, "search": STRING, **PAGING},
    method="GET",
)
def list_(context: Context, params: Json) -> Json:
    """Return the managed codes of a device, or those with the given IDs."""
    backend = context.backend
    workspace_id = context.workspace.workspace_id
    codes: list[AccessCode]
    if "device_id" in params:
        device = backend.device(workspace_id, params["device_id"])
        codes = backend.state.codes_of(device.device_id, managed=True)
        if (wanted := params.get("access_code_ids")) is not None:
            codes = [c for c in codes if c.access_code_id in wanted]
    elif "access_code_ids" in params:
        known = map(backend.state.access_codes.get, params["access_code_ids"])
        codes = [
            c
            for c in known
            if c is not None and c.is_managed and c.workspace_id == workspace_id
        ]
    else:
        raise invalid_input(
            "Must specify at least one of device_id or access_code_ids",
            "device_id",
            "access_code_ids",
        )
    return _list(context, params, codes, 55000)


@endpoint("/access_codes/generate_code", {"device_id": REQUIRED}, method="GET")
def generate_code(context: Context, params: Json) -> Json:
    """Return a PIN that the device accepts."""
    backend = context.backend
    device = backend.device(context.workspace.workspace_id, params["device_id"])
    pin = generate_pin(backend.state, [device], backend.ids)
    if pin is None:
        raise ApiError(400, "invalid_input", "Could not find a free code")
    return {"generated_code": {"device_id": device.device_id, "code": pin}}


@endpoint("/access_codes/unmanaged/get", _GET, method="GET")
def get_unmanaged(context: Context, params: Json) -> Json:
    """Return an unmanaged code."""
    return _get(context, params, managed=False)


@endpoint(
    "/access_codes/unmanaged/list",
    {"device_id": REQUIRED, "search": STRING, **PAGING},
    method="GET",
)
def list_unmanaged(context: Context, params: Json) -> Json:
    """Return the unmanaged codes of a device."""
    device = context.backend.device(context.workspace.workspace_id, params["device_id"])
    codes = (
        []
        if device.unmanaged_codes is UnmanagedCodes.NONE
        else context.backend.state.codes_of(device.device_id, managed=False)
    )
    return _list(context, params, codes, 300000)
