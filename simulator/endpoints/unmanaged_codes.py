"""Converting and deleting unmanaged codes."""

from ..attempts import render_attempt
from ..constraints import check_pin
from ..errors import invalid_input
from ..render import render_code
from ..routing import Context, endpoint
from ..state import AccessCode, Json, UnmanagedCodes
from ..validation import BOOLEAN, REQUIRED, Param
from .codes import allows_external_modification

_CONVERSION = {
    "access_code_id": REQUIRED,
    "is_external_modification_allowed": BOOLEAN,
    "allow_external_modification": BOOLEAN,
    "force": BOOLEAN,
}


def _convert(context: Context, params: Json) -> Json:
    backend = context.backend
    code = backend.code(
        context.workspace.workspace_id, params["access_code_id"], managed=False
    )
    device = backend.state.devices[code.device_id]
    if not device.converts_codes:
        raise invalid_input(
            "Access codes of this device cannot be converted to managed",
            "access_code_id",
        )
    if code.cannot_be_managed:
        raise invalid_input("This access code cannot be managed", "access_code_id")
    if code.is_managed_elsewhere and not params.get("force"):
        raise invalid_input(
            "Another workspace manages this access code; pass force to take it over",
            "force",
        )
    if not code.is_converting:
        backend.conversion.convert(
            code, external_modification=allows_external_modification(params)
        )
    if not backend.settings.conversion_returns_attempt:
        return {}
    attempt = backend.attempts.start(device, "UPDATE_ACCESS_CODE")
    code.attempt_ids.append(attempt.action_attempt_id)
    return {"action_attempt": render_attempt(attempt)}


@endpoint(
    "/access_codes/unmanaged/convert_to_managed",
    {**_CONVERSION, "sync": BOOLEAN},
    method="PATCH",
)
def convert_to_managed(context: Context, params: Json) -> Json:
    """Start converting an unmanaged code."""
    return _convert(context, params)


@endpoint(
    "/access_codes/unmanaged/update",
    {**_CONVERSION, "is_managed": Param("boolean", required=True)},
    method="PATCH",
)
def update(context: Context, params: Json) -> Json:
    """Start converting an unmanaged code; nothing else of it can be changed."""
    if not params["is_managed"]:
        raise invalid_input("is_managed must be true", "is_managed")
    return _convert(context, params)


@endpoint(
    "/access_codes/unmanaged/delete",
    {"access_code_id": REQUIRED, "sync": BOOLEAN},
    method="DELETE",
)
def delete(context: Context, params: Json) -> Json:
    """Delete an unmanaged code, which is removed from the device later."""
    backend = context.backend
    code = backend.code(
        context.workspace.workspace_id, params["access_code_id"], managed=False
    )
    if code.cannot_delete_unmanaged_access_code:
        raise invalid_input("This access code cannot be deleted", "access_code_id")
    backend.limits.count(code.device_id, "delete", backend.timeline.now())
    return {"action_attempt": render_attempt(backend.codes.delete(code))}


@endpoint(
    "/access_codes/simulate/create_unmanaged_access_code",
    {
        "device_id": REQUIRED,
        "name": REQUIRED,
        "code": Param(required=True, pattern=r"\d+", minimum=4, maximum=8),
    },
    only_sandbox=True,
)
def simulate(context: Context, params: Json) -> Json:
    """Add an unmanaged code as if it was set at the lock."""
    backend = context.backend
    device = backend.device(context.workspace.workspace_id, params["device_id"])
    if device.unmanaged_codes is UnmanagedCodes.NONE:
        raise invalid_input("Device does not report unmanaged codes", "device_id")
    check_pin(backend.state, device, params["code"])
    has_pin = device.unmanaged_codes is UnmanagedCodes.FULL
    code = AccessCode(
        backend.ids.new(),
        device.device_id,
        device.workspace_id,
        params["name"],
        params["code"] if has_pin else None,
        backend.timeline.now(),
        is_managed=False,
        cannot_be_managed=not device.converts_codes,
    )
    backend.codes.add_unmanaged(code)
    return {"access_code": render_code(backend.state, code, backend.timeline.now())}
