"""Lock actions: `/locks/…`."""

from ..attempts import render_attempt
from ..errors import invalid_input
from ..routing import Context, endpoint
from ..state import Device, Json
from ..validation import BOOLEAN, REQUIRED, Param

_DOOR = {"device_id": REQUIRED, "sync": BOOLEAN}


def _device(context: Context, params: Json) -> Device:
    return context.backend.device(context.workspace.workspace_id, params["device_id"])


def _move(context: Context, params: Json, action: str) -> Json:
    backend = context.backend
    device = _device(context, params)
    if not device.flags.get(f"can_remotely_{action}"):
        raise invalid_input(f"This device cannot {action} remotely", "device_id")
    backend.limits.count(device.device_id, action, backend.timeline.now())
    attempt = backend.locks.request(device, f"{action.upper()}_DOOR")
    return {"action_attempt": render_attempt(attempt)}


@endpoint("/locks/lock_door", _DOOR)
def lock(context: Context, params: Json) -> Json:
    """Lock a door."""
    return _move(context, params, "lock")


@endpoint("/locks/unlock_door", _DOOR)
def unlock(context: Context, params: Json) -> Json:
    """Unlock a door."""
    return _move(context, params, "unlock")


@endpoint(
    "/locks/configure_auto_lock",
    {
        "device_id": REQUIRED,
        "auto_lock_enabled": Param("boolean", required=True),
        "auto_lock_delay_seconds": Param("number", minimum=1, maximum=60),
    },
)
def configure_auto_lock(context: Context, params: Json) -> Json:
    """Configure auto lock."""
    device = _device(context, params)
    if not device.flags.get("can_configure_auto_lock"):
        raise invalid_input("This device has no auto lock to configure", "device_id")
    if params["auto_lock_enabled"] and "auto_lock_delay_seconds" not in params:
        raise invalid_input("Required to enable auto lock", "auto_lock_delay_seconds")
    arguments = {k: v for k, v in params.items() if k != "device_id"}
    attempt = context.backend.locks.request(device, "CONFIGURE_AUTO_LOCK", **arguments)
    return {"action_attempt": render_attempt(attempt)}


@endpoint(
    "/locks/simulate/keypad_code_entry",
    {"device_id": REQUIRED, "code": REQUIRED},
    only_sandbox=True,
)
def keypad_code_entry(context: Context, params: Json) -> Json:
    """Enter a PIN at the keypad."""
    attempt = context.backend.locks.request(
        _device(context, params), "SIMULATE_KEYPAD_CODE_ENTRY", code=params["code"]
    )
    return {"action_attempt": render_attempt(attempt)}


@endpoint(
    "/locks/simulate/manual_lock_via_keypad", {"device_id": REQUIRED}, only_sandbox=True
)
def manual_lock_via_keypad(context: Context, params: Json) -> Json:
    """Lock at the keypad."""
    attempt = context.backend.locks.request(
        _device(context, params), "SIMULATE_MANUAL_LOCK_VIA_KEYPAD"
    )
    return {"action_attempt": render_attempt(attempt)}
