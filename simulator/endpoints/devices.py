"""`/devices/…`, `/locks/list` and `/locks/get`."""

from collections.abc import Callable, Iterator

from ..errors import device_not_found, invalid_input
from ..render import render_device
from ..routing import PAGING, Context, endpoint, paginate
from ..state import Device, Json
from ..validation import BOOLEAN, REQUIRED, STRING, STRINGS, Param, parse_time

_LIST = {
    "device_ids": STRINGS,
    "device_type": STRING,
    "device_types": STRINGS,
    "manufacturer": STRING,
    "connected_account_id": STRING,
    "connected_account_ids": STRINGS,
    "created_before": STRING,
    "search": STRING,
    **PAGING,
}
_LIST_MANAGED = {**_LIST, "custom_metadata_has": Param("object")}
_GET = {"device_id": STRING, "name": STRING}


def _is_lock(device: Device) -> bool:
    return not {"lock", "access_code"}.isdisjoint(device.capabilities_supported)


def _matching(context: Context, params: Json, *, managed: bool) -> Iterator[Device]:
    created_before = parse_time(params, "created_before")
    search = params.get("search", "").casefold()
    metadata = params.get("custom_metadata_has", {})
    values: dict[str, Callable[[Device], str]] = {
        "device_id": lambda d: d.device_id,
        "device_type": lambda d: d.device_type,
        "connected_account_id": lambda d: d.connected_account_id,
        "manufacturer": lambda d: d.manufacturer,
    }
    for device in context.backend.state.devices_of(context.workspace.workspace_id):
        if (
            device.is_managed == managed
            and all(
                params.get(name, value(device)) == value(device)
                and value(device) in params.get(f"{name}s", [value(device)])
                for name, value in values.items()
            )
            and (created_before is None or device.created_at < created_before)
            and search in (device.nickname or device.display_name).casefold()
            and metadata.items() <= device.custom_metadata.items()
        ):
            yield device


def _list(context: Context, params: Json, *, managed: bool) -> Json:
    return paginate(
        context,
        params,
        _matching(context, params, managed=managed),
        default_limit=500,
        key="devices",
        render=lambda device: render_device(context.backend.state, device),
    )


def _find(context: Context, params: Json, *, managed: bool) -> Device:
    workspace_id = context.workspace.workspace_id
    if "device_id" in params:
        device = context.backend.device(
            workspace_id, params["device_id"], managed=managed
        )
        if device.is_managed != managed:
            raise device_not_found(device.device_id)
        return device
    if "name" not in params:
        raise invalid_input("Required", "device_id")
    for device in _matching(context, {}, managed=managed):
        if params["name"] in (device.nickname, device.display_name):
            return device
    raise device_not_found(params["name"])


@endpoint("/devices/list", _LIST_MANAGED, method="GET")
def list_devices(context: Context, params: Json) -> Json:
    """Return the managed devices."""
    return _list(context, params, managed=True)


@endpoint("/devices/get", _GET, method="GET")
def get_device(context: Context, params: Json) -> Json:
    """Return a managed device."""
    device = _find(context, params, managed=True)
    return {"device": render_device(context.backend.state, device)}


@endpoint("/devices/unmanaged/list", _LIST, method="GET")
def list_unmanaged(context: Context, params: Json) -> Json:
    """Return the unmanaged devices."""
    return _list(context, params, managed=False)


@endpoint("/devices/unmanaged/get", _GET, method="GET")
def get_unmanaged(context: Context, params: Json) -> Json:
    """Return an unmanaged device."""
    device = _find(context, params, managed=False)
    return {"device": render_device(context.backend.state, device)}


@endpoint("/locks/list", _LIST, method="GET")
def list_locks(context: Context, params: Json) -> Json:
    """Return the managed locks, as `locks` and as `devices`."""
    state = context.backend.state
    answer = paginate(
        context,
        params,
        (d for d in _matching(context, params, managed=True) if _is_lock(d)),
        default_limit=500,
        key="locks",
        render=lambda device: render_device(state, device),
    )
    return answer | {"devices": answer["locks"]}


@endpoint("/locks/get", _GET, method="GET")
def get_lock(context: Context, params: Json) -> Json:
    """Return a managed lock, as `lock` and as `device`."""
    row = render_device(context.backend.state, _find(context, params, managed=True))
    return {"lock": row, "device": row}


@endpoint(
    "/devices/update",
    {
        "device_id": REQUIRED,
        "name": Param(nullable=True),
        "properties": Param("object"),
        "is_managed": BOOLEAN,
        "custom_metadata": Param("object"),
        "backup_access_code_pool_enabled": BOOLEAN,
    },
    method="PATCH",
)
def update(context: Context, params: Json) -> Json:
    """Change a managed device, or make it unmanaged."""
    backend = context.backend
    device = backend.device(context.workspace.workspace_id, params["device_id"])
    properties = params.get("properties", {})
    if "name" in params or "name" in properties:
        device.nickname = params.get("name", properties.get("name"))
        name = device.nickname or device.display_name
        backend.events.device("name_changed", device, device_name=name)
    if "custom_metadata" in params:
        merged = device.custom_metadata | params["custom_metadata"]
        device.custom_metadata = {k: v for k, v in merged.items() if v is not None}
    if (enabled := params.get("backup_access_code_pool_enabled")) is not None:
        if not device.properties.get("supports_backup_access_code_pool"):
            raise invalid_input(
                "Device does not support backup access codes",
                "backup_access_code_pool_enabled",
            )
        if enabled:
            backend.backup_pool.switch_on(device)
        else:
            backend.backup_pool.switch_off(device)
    if params.get("is_managed") is False:
        device.is_managed = False
        backend.events.device("converted_to_unmanaged", device)
    return {}


@endpoint(
    "/devices/unmanaged/update",
    {"device_id": REQUIRED, "is_managed": BOOLEAN},
    method="PATCH",
)
def update_unmanaged(context: Context, params: Json) -> Json:
    """Make a device managed."""
    backend = context.backend
    device = backend.device(
        context.workspace.workspace_id, params["device_id"], managed=False
    )
    if params.get("is_managed") and not device.is_managed:
        device.is_managed = True
        backend.events.device("unmanaged.converted_to_managed", device)
    return {}


@endpoint("/devices/simulate/connect", {"device_id": REQUIRED}, only_sandbox=True)
def connect(context: Context, params: Json) -> Json:
    """Reconnect a device."""
    backend = context.backend
    backend.locks.come_online(
        backend.device(context.workspace.workspace_id, params["device_id"])
    )
    return {}


@endpoint("/devices/simulate/disconnect", {"device_id": REQUIRED}, only_sandbox=True)
def disconnect(context: Context, params: Json) -> Json:
    """Disconnect a device."""
    backend = context.backend
    backend.locks.go_offline(
        backend.device(context.workspace.workspace_id, params["device_id"])
    )
    return {}


@endpoint("/devices/simulate/remove", {"device_id": REQUIRED}, only_sandbox=True)
def remove(context: Context, params: Json) -> Json:
    """Remove a device from its account."""
    backend = context.backend
    backend.locks.remove(
        backend.device(context.workspace.workspace_id, params["device_id"])
    )
    return {}
