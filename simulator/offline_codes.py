"""Offline codes: calculated by the manufacturer, not programmed on the lock."""

from datetime import datetime, timedelta

from .errors import invalid_input
from .state import AccessCode, Device, Json, State

_ONE_TIME_VALIDITY = timedelta(hours=24)
# How many codes igloohome can calculate for the same start.
_CODES_PER_START = 3
_ONE_TIME_CODES_PER_START = 5


def offline_time_frame(
    device: Device,
    starts_at: datetime | None,
    ends_at: datetime | None,
    *,
    is_one_time_use: bool,
    rounding: str,
) -> tuple[datetime | None, datetime | None]:
    """Return the time frame of an offline code, widened to whole hours or days."""
    if is_one_time_use and starts_at is not None and ends_at is None:
        ends_at = starts_at + _ONE_TIME_VALIDITY
    if starts_at is None and ends_at is None and _allows_permanent_codes(device):
        return None, None
    if starts_at is None or ends_at is None:
        missing = "starts_at" if starts_at is None else "ends_at"
        raise invalid_input("Offline access codes need a time frame", missing)
    start = starts_at.replace(minute=0, second=0, microsecond=0)
    step = timedelta(hours=1)
    if rounding in ("1d", "1day"):
        start, step = start.replace(hour=0), timedelta(days=1)
    return start, start + -((start - ends_at) // step) * step


def offline_code_error(state: State, code: AccessCode) -> Json | None:
    """Return the error if the manufacturer has no code left for that start."""
    if state.devices[code.device_id].provider != "igloohome":
        return None
    most = _ONE_TIME_CODES_PER_START if code.is_one_time_use else _CODES_PER_START
    same_start = sum(
        other.is_offline_access_code
        and other.code is not None
        and other.is_one_time_use == code.is_one_time_use
        and other.starts_at == code.starts_at
        for other in state.codes_of(code.device_id)
        if other is not code
    )
    if same_start < most:
        return None
    return {
        "error_code": "no_space_for_access_code_on_device",
        "message": f"igloohome offers no more than {most} of these access codes for the same start.",
    }


def _allows_permanent_codes(device: Device) -> bool:
    """Return whether the device offers a time frame without any limits."""
    options = device.properties.get("offline_time_frame_options", [])
    return any(option.keys() <= {"display_name"} for option in options)
