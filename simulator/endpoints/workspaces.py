"""`/workspaces/get`; the list, which no single workspace answers, is in `app`."""

from ..render import render_workspace
from ..routing import Context, endpoint
from ..state import Json


@endpoint("/workspaces/get", method="GET")
def get(context: Context, _: Json) -> Json:
    """Answer the workspace of the key."""
    return {"workspace": render_workspace(context.workspace)}
