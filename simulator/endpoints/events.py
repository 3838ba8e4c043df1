"""`/events/…`."""

from bisect import bisect_right
from datetime import UTC, datetime

from ..errors import ApiError, invalid_input
from ..events import render_event
from ..routing import Context, endpoint
from ..state import Event, Json
from ..validation import LIMIT, STRING, STRINGS, Param, parse_time


@endpoint(
    "/events/get",
    {"event_id": STRING, "event_type": STRING, "device_id": STRING},
    method="GET",
)
def get(context: Context, params: Json) -> Json:
    """Return the event with an ID, or the newest one that matches."""
    if not params:
        raise invalid_input("Required", "event_id")
    for event in reversed(context.backend.state.events):
        if (
            event.workspace_id == context.workspace.workspace_id
            and event.event_id == params.get("event_id", event.event_id)
            and event.event_type == params.get("event_type", event.event_type)
            and event.device_id == params.get("device_id", event.device_id)
        ):
            return {"event": render_event(event)}
    raise ApiError(404, "event_not_found", "Could not find the event")


@endpoint(
    "/events/list",
    {
        "since": STRING,
        "between": Param("list"),
        "limit": LIMIT,
        "unstable_offset": Param("integer", minimum=0),
        "device_id": STRING,
        "device_ids": STRINGS,
        "access_code_id": STRING,
        "access_code_ids": STRINGS,
        "connected_account_id": STRING,
        "event_type": STRING,
        "event_types": STRINGS,
        "event_ids": STRINGS,
    },
    method="GET",
)
def list_(context: Context, params: Json) -> Json:
    """Return the events since a time, or between two."""
    state = context.backend.state
    start, end = _window(params)
    first = bisect_right(state.events, start, key=lambda e: e.created_at)
    events = [
        event
        for event in state.events[first:]
        if event.workspace_id == context.workspace.workspace_id
        and (end is None or event.created_at < end)
        and _is_wanted(event, params)
    ]
    order = context.backend.events.delivery.order
    if order == "descending":
        events.reverse()
    elif order == "shuffled":
        context.backend.ids.shuffle(events)
    offset = int(params.get("unstable_offset", 0))
    limit = int(params.get("limit", 500))
    return {"events": [render_event(e) for e in events[offset : offset + limit]]}


def _window(params: Json) -> tuple[datetime, datetime | None]:
    if "since" in params and "between" in params:
        raise invalid_input("Pass either since or between", "since", "between")
    if "between" in params:
        if len(params["between"]) != 2:
            raise invalid_input("Array must contain exactly 2 elements", "between")
        bounds = dict(zip(("start", "end"), params["between"], strict=True))
        start, end = parse_time(bounds, "start"), parse_time(bounds, "end")
        if start is None or end is None:
            raise invalid_input("Invalid date", "between")
        return start, end
    if (since := parse_time(params, "since")) is not None:
        return since, None
    if not {"event_ids", "device_id", "device_ids", "access_code_id"} & params.keys():
        raise invalid_input("Must specify one of since or between", "since")
    return datetime.min.replace(tzinfo=UTC), None


def _is_wanted(event: Event, params: Json) -> bool:
    fields = {"event_type": event.event_type, "event_id": event.event_id}
    fields |= event.fields
    for name in (
        "device_id",
        "access_code_id",
        "connected_account_id",
        "event_type",
        "event_id",
    ):
        value = fields.get(name)
        if name in params and value != params[name]:
            return False
        if f"{name}s" in params and value not in params[f"{name}s"]:
            return False
    return True
