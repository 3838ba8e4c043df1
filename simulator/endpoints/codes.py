"""Changing managed codes: `/access_codes/create`, `/access_codes/update` and others."""

from datetime import datetime

from ..attempts import render_attempt
from ..constraints import check_name, check_pin, check_start, generate_pin
from ..errors import ApiError, invalid_input
from ..offline_codes import offline_time_frame
from ..render import render_code
from ..routing import Context, endpoint
from ..state import AccessCode, Device, Json
from ..validation import BOOLEAN, PIN, REQUIRED, STRING, Param, Params, parse_time

NEW: Params = {
    "name": STRING,
    "code": PIN,
    "starts_at": STRING,
    "ends_at": STRING,
    "preferred_code_length": Param("number"),
    "prefer_native_scheduling": BOOLEAN,
    "use_backup_access_code_pool": BOOLEAN,
    "is_external_modification_allowed": BOOLEAN,
    "allow_external_modification": BOOLEAN,
    "attempt_for_offline_device": BOOLEAN,
}
_LENGTH = Param("integer", minimum=4, maximum=20)


def render(context: Context, code: AccessCode) -> Json:
    """Return a code as the API does."""
    return render_code(context.backend.state, code, context.backend.timeline.now())


def allows_external_modification(params: Json) -> bool:
    """Return the flag under its current or former name."""
    old = params.get("allow_external_modification", False)
    return bool(params.get("is_external_modification_allowed", old))


def read_times(
    context: Context, params: Json
) -> tuple[datetime | None, datetime | None]:
    """Return the start and end; raise if they are invalid."""
    starts_at, ends_at = parse_time(params, "starts_at"), parse_time(params, "ends_at")
    if (starts_at is None) != (ends_at is None):
        missing = "starts_at" if starts_at is None else "ends_at"
        raise invalid_input("Both starts_at and ends_at must be provided", missing)
    if starts_at is not None and ends_at is not None:
        if ends_at <= starts_at:
            raise invalid_input("ends_at must be after starts_at", "ends_at")
        if ends_at <= context.backend.timeline.now():
            raise invalid_input("ends_at must be in the future", "ends_at")
    return starts_at, ends_at


def check_device(device: Device, params: Json, *, offline: bool) -> None:
    """Raise if the device does not support such a code."""
    flag = (
        "can_program_offline_access_codes"
        if offline
        else "can_program_online_access_codes"
    )
    if not device.flags.get(flag):
        kind = "offline" if offline else "online"
        raise invalid_input(f"Device does not support {kind} access codes", "device_id")
    if not offline:
        check_online(device, params)


def check_online(device: Device, params: Json) -> None:
    """Raise if the device is offline and must not be."""
    if not device.online and params.get("attempt_for_offline_device") is False:
        raise ApiError(400, "device_offline", "The device is offline")


def new_code(
    context: Context, device: Device, params: Json, pin: str | None, *, offline: bool
) -> AccessCode:
    """Return the requested code; raise if it is invalid."""
    backend = context.backend
    is_one_time_use = bool(params.get("is_one_time_use"))
    if is_one_time_use and "ends_at" not in params:
        starts_at, ends_at = parse_time(params, "starts_at"), None
    else:
        starts_at, ends_at = read_times(context, params)
    check_start(device, starts_at, backend.timeline.now())
    name = params.get("name")
    if name is not None:
        check_name(backend.state, device, name)
    uses_pool = bool(params.get("use_backup_access_code_pool"))
    if uses_pool and ends_at is None:
        raise _not_time_bound("use_backup_access_code_pool needs a time-bound code")
    if uses_pool and not device.properties.get("supports_backup_access_code_pool"):
        raise invalid_input(
            "Device does not support backup access codes", "use_backup_access_code_pool"
        )
    if offline:
        starts_at, ends_at = offline_time_frame(
            device,
            starts_at,
            ends_at,
            is_one_time_use=is_one_time_use,
            rounding=params.get("max_time_rounding", "1h"),
        )
    return AccessCode(
        backend.ids.new(),
        device.device_id,
        device.workspace_id,
        name,
        None if device.assigns_codes else pin,
        backend.timeline.now(),
        is_waiting_for_code_assignment=device.assigns_codes,
        starts_at=starts_at,
        ends_at=ends_at,
        is_external_modification_allowed=allows_external_modification(params),
        is_offline_access_code=offline,
        is_one_time_use=is_one_time_use,
        use_backup_access_code_pool=uses_pool,
        common_code_key=params.get("common_code_key"),
        prefers_native_scheduling=params.get("prefer_native_scheduling", True),
    )


def pin_for(context: Context, devices: list[Device], params: Json) -> str | None:
    """Return the requested PIN, or a new one that all devices accept."""
    backend = context.backend
    if "code" in params:
        for device in devices:
            check_pin(backend.state, device, params["code"])
        return str(params["code"])
    preferred = params.get("preferred_code_length")
    return generate_pin(backend.state, devices, backend.ids, preferred_length=preferred)


def _not_time_bound(message: str) -> ApiError:
    return ApiError(400, "access_code_not_time_bound", message)


@endpoint(
    "/access_codes/create",
    {
        "device_id": REQUIRED,
        **NEW,
        "common_code_key": Param(minimum=1),
        "is_offline_access_code": BOOLEAN,
        "use_offline_access_code": BOOLEAN,
        "is_one_time_use": BOOLEAN,
        "max_time_rounding": Param(choices=("1hour", "1day", "1h", "1d")),
        "sync": BOOLEAN,
    },
)
def create(context: Context, params: Json) -> Json:
    """Create a code, which is set on the device later."""
    backend = context.backend
    device = backend.device(context.workspace.workspace_id, params["device_id"])
    offline = bool(
        params.get("is_offline_access_code", params.get("use_offline_access_code"))
    )
    if params.get("is_one_time_use") and not offline:
        raise invalid_input(
            "Only offline access codes can be for one-time use", "is_one_time_use"
        )
    check_device(device, params, offline=offline)
    if offline and "code" in params:
        raise invalid_input("Offline access codes cannot have a custom code", "code")
    key = params.get("common_code_key")
    if key is not None and "code" not in params:
        for sibling in backend.state.access_codes.values():
            if sibling.common_code_key == key and sibling.code is not None:
                params = {**params, "code": sibling.code}
                break
    pin = backend.ids.digits(9) if offline else pin_for(context, [device], params)
    if pin is None:
        raise ApiError(400, "invalid_input", "Could not find a free code")
    backend.limits.count(device.device_id, "create", backend.timeline.now())
    code = new_code(context, device, params, pin, offline=offline)
    attempt = backend.codes.create(code)
    if code.use_backup_access_code_pool:
        backend.backup_pool.switch_on(device)
    return {
        "access_code": render(context, code),
        "action_attempt": render_attempt(attempt),
    }


@endpoint(
    "/access_codes/update",
    {
        "access_code_id": REQUIRED,
        "device_id": STRING,
        "name": STRING,
        "code": PIN,
        "starts_at": Param(nullable=True),
        "ends_at": Param(nullable=True),
        "type": Param(choices=("ongoing", "time_bound")),
        "is_managed": BOOLEAN,
        "is_external_modification_allowed": BOOLEAN,
        "allow_external_modification": BOOLEAN,
        "attempt_for_offline_device": BOOLEAN,
        "sync": BOOLEAN,
    },
    method="PATCH",
)
def update(context: Context, params: Json) -> Json:
    """Change a code, which is updated on the device later."""
    backend = context.backend
    workspace_id = context.workspace.workspace_id
    code = backend.code(workspace_id, params["access_code_id"], managed=True)
    device = backend.device(workspace_id, code.device_id)
    if code.is_offline_access_code:
        raise invalid_input("Offline access codes cannot be updated", "access_code_id")
    if code.is_being_deleted:
        raise invalid_input("The access code is being deleted", "access_code_id")
    check_online(device, params)
    changes: Json = {k: params[k] for k in ("name", "code") if k in params}
    if "name" in changes:
        check_name(backend.state, device, changes["name"], exclude=code)
    if "code" in changes:
        check_pin(backend.state, device, changes["code"], exclude=code)
    changes |= time_changes(context, code, params)
    backend.limits.count(device.device_id, "update", backend.timeline.now())
    attempt = backend.attempts.start(device, "UPDATE_ACCESS_CODE")
    flags = {"is_external_modification_allowed", "allow_external_modification"}
    if flags & params.keys():
        code.is_external_modification_allowed = allows_external_modification(params)
    backend.codes.update(code, changes, attempt=attempt)
    if params.get("is_managed") is False:
        backend.codes.release(code)
    return {"action_attempt": render_attempt(attempt)}


def time_changes(context: Context, code: AccessCode, params: Json) -> Json:
    """Return the new time frame. A code for which no times are sent becomes ongoing."""
    if params.get("type") == "ongoing":
        return {"starts_at": None, "ends_at": None}
    starts_at, ends_at = read_times(context, params)
    if ends_at is None and params.get("type") == "time_bound":
        raise invalid_input("A time-bound code needs starts_at and ends_at", "ends_at")
    if starts_at != code.starts_at:
        device = context.backend.state.devices[code.device_id]
        check_start(device, starts_at, context.backend.timeline.now())
    return {"starts_at": starts_at, "ends_at": ends_at}


@endpoint(
    "/access_codes/delete",
    {"access_code_id": REQUIRED, "device_id": STRING, "sync": BOOLEAN},
    method="DELETE",
)
def delete(context: Context, params: Json) -> Json:
    """Delete a managed code, which is removed from the device later."""
    backend = context.backend
    code = backend.code(
        context.workspace.workspace_id, params["access_code_id"], managed=True
    )
    if code.is_offline_access_code:
        raise invalid_input("Offline access codes cannot be deleted", "access_code_id")
    backend.limits.count(code.device_id, "delete", backend.timeline.now())
    return {"action_attempt": render_attempt(backend.codes.delete(code))}


@endpoint("/access_codes/pull_backup_access_code", {"access_code_id": REQUIRED})
def pull_backup_access_code(context: Context, params: Json) -> Json:
    """Return the backup of a time-bound code, which is the same each time."""
    backend = context.backend
    code = backend.code(
        context.workspace.workspace_id, params["access_code_id"], managed=True
    )
    if code.ends_at is None:
        raise _not_time_bound("Only time-bound access codes have a backup")
    device = backend.state.devices[code.device_id]
    if code.pulled_backup_access_code_id is None and not device.backup_codes:
        raise invalid_input("The device has no backup access code", "access_code_id")
    backup = backend.backup_pool.pull(code)
    return {
        "access_code": render(context, code),
        "backup_access_code": render(context, backup),
    }


@endpoint(
    "/access_codes/report_device_constraints",
    {
        "device_id": REQUIRED,
        "supported_code_lengths": Param("list", items="integer", minimum=4, maximum=20),
        "min_code_length": _LENGTH,
        "max_code_length": _LENGTH,
    },
)
def report_device_constraints(context: Context, params: Json) -> Json:
    """Set the PIN lengths that a device supports."""
    device = context.backend.device(context.workspace.workspace_id, params["device_id"])
    supported = params.get("supported_code_lengths")
    low, high = params.get("min_code_length"), params.get("max_code_length")
    if supported is not None and (low is not None or high is not None):
        raise invalid_input(
            "Pass either supported_code_lengths or a minimum and a maximum",
            "supported_code_lengths",
        )
    if supported is None:
        if low is None or high is None or low > high:
            raise invalid_input(
                "Pass both min_code_length and max_code_length", "min_code_length"
            )
        supported = list(range(low, high + 1))
    if not supported:
        raise invalid_input(
            "Array must contain at least 1 element(s)", "supported_code_lengths"
        )
    device.properties["supported_code_lengths"] = sorted(set(supported))
    return {}
