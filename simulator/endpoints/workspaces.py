"""`/workspaces/get`; `/workspaces/list` is not about a single one, so it is in `api`."""

from ..render import render_workspace
from ..routing import Context, endpoint
from ..state import Json


@endpoint("/workspaces/get", method="GET")
def get(context: Context, _: Json) -> Json:
    """Return the workspace of the key."""
    return {"workspace": render_workspace(context.workspace)}
