"""Linked codes: `/access_codes/create_multiple` and `/access_codes/update_multiple`."""

from ..errors import ApiError, invalid_input
from ..routing import Context, endpoint
from ..state import Json
from ..validation import REQUIRED, STRING, Param
from .codes import NEW, check_device, new_code, pin_for, render, time_changes


@endpoint(
    "/access_codes/create_multiple",
    {
        "device_ids": Param("list", required=True),
        "behavior_when_code_cannot_be_shared": Param(
            choices=("throw", "create_random_code")
        ),
        **NEW,
    },
    method="PUT",
)
def create_multiple(context: Context, params: Json) -> Json:
    """Create a code on several devices; they are linked unless the PIN is given."""
    backend = context.backend
    device_ids = list(dict.fromkeys(params["device_ids"]))
    if not device_ids:
        raise invalid_input("Array must contain at least 1 element(s)", "device_ids")
    devices = [backend.device(context.workspace.workspace_id, i) for i in device_ids]
    for device in devices:
        check_device(device, params, offline=False)
    key = None if "code" in params else backend.ids.new()
    shared = pin_for(context, devices, params)
    if (
        shared is None
        and params.get("behavior_when_code_cannot_be_shared") != "create_random_code"
    ):
        raise invalid_input("These devices cannot share a code", "device_ids")
    codes = []
    for device in devices:
        pin = shared or pin_for(context, [device], params)
        if pin is None:
            raise ApiError(400, "invalid_input", "Could not find a free code")
        code = new_code(context, device, params, pin, offline=False)
        code.common_code_key = key if shared else None
        codes.append(code)
    now = backend.timeline.now()
    for device in devices:
        backend.limits.count(device.device_id, "create", now)
    for code in codes:
        backend.codes.create(code)
        if code.use_backup_access_code_pool:
            backend.backup_pool.switch_on(backend.state.devices[code.device_id])
    return {"access_codes": [render(context, code) for code in codes]}


@endpoint(
    "/access_codes/update_multiple",
    {
        "common_code_key": REQUIRED,
        "name": STRING,
        "starts_at": Param(nullable=True),
        "ends_at": Param(nullable=True),
    },
    method="PATCH",
)
def update_multiple(context: Context, params: Json) -> Json:
    """Change all codes with a common key."""
    backend = context.backend
    codes = [
        c
        for c in backend.state.access_codes.values()
        if c.common_code_key == params["common_code_key"]
        and c.workspace_id == context.workspace.workspace_id
    ]
    if not codes:
        raise ApiError(
            404, "access_code_not_found", "Could not find access codes with that key"
        )
    changes = [
        ({"name": params["name"]} if "name" in params else {})
        | time_changes(context, code, params)
        for code in codes
    ]
    for code in codes:
        backend.limits.count(code.device_id, "update", backend.timeline.now())
    for code, change in zip(codes, changes, strict=True):
        backend.codes.update(code, change)
    return {}
