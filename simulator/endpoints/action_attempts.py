"""`/action_attempts/…`."""

from ..attempts import render_attempt
from ..errors import ApiError
from ..routing import PAGING, Context, endpoint, paginate
from ..state import Json
from ..validation import REQUIRED, STRING, STRINGS


@endpoint("/action_attempts/get", {"action_attempt_id": REQUIRED}, method="GET")
def get(context: Context, params: Json) -> Json:
    """Return an action attempt."""
    attempt = context.backend.state.action_attempts.get(params["action_attempt_id"])
    if attempt is None or attempt.workspace_id != context.workspace.workspace_id:
        raise ApiError(
            404, "action_attempt_not_found", "Could not find the action attempt"
        )
    return {"action_attempt": render_attempt(attempt)}


@endpoint(
    "/action_attempts/list",
    {"action_attempt_ids": STRINGS, "device_id": STRING, **PAGING},
    method="GET",
)
def list_(context: Context, params: Json) -> Json:
    """Return action attempts of the workspace."""
    wanted = params.get("action_attempt_ids")
    device_id = params.get("device_id")
    attempts = (
        a
        for a in context.backend.state.action_attempts.values()
        if a.workspace_id == context.workspace.workspace_id
        and (wanted is None or a.action_attempt_id in wanted)
        and (device_id is None or a.device_id == device_id)
    )
    return paginate(
        context,
        params,
        attempts,
        default_limit=500,
        key="action_attempts",
        render=render_attempt,
    )
