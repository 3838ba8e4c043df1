"""`/webhooks/…`."""

from urllib.parse import urlsplit

from ..errors import ApiError, invalid_input
from ..render import render_webhook
from ..routing import Context, endpoint
from ..state import Json, Webhook
from ..validation import REQUIRED, STRINGS, Param


def _webhook(context: Context, webhook_id: str) -> Webhook:
    webhook = context.backend.state.webhooks.get(webhook_id)
    if webhook is None or webhook.workspace_id != context.workspace.workspace_id:
        raise ApiError(404, "webhook_not_found", "Could not find the webhook")
    return webhook


@endpoint("/webhooks/create", {"url": REQUIRED, "event_types": STRINGS})
def create(context: Context, params: Json) -> Json:
    """Register a webhook; no other endpoint returns its secret."""
    url = urlsplit(params["url"])
    if url.scheme not in ("http", "https") or not url.hostname:
        raise invalid_input("Invalid url", "url")
    backend = context.backend
    webhook = Webhook(
        backend.ids.new(),
        context.workspace.workspace_id,
        params["url"],
        params.get("event_types", ["*"]),
        backend.ids.secret(),
    )
    backend.state.webhooks[webhook.webhook_id] = webhook
    return {"webhook": render_webhook(webhook, with_secret=True)}


@endpoint("/webhooks/list", method="GET")
def list_(context: Context, _: Json) -> Json:
    """Return the webhooks of the workspace."""
    return {
        "webhooks": [
            render_webhook(webhook, with_secret=False)
            for webhook in context.backend.state.webhooks.values()
            if webhook.workspace_id == context.workspace.workspace_id
        ]
    }


@endpoint("/webhooks/get", {"webhook_id": REQUIRED}, method="GET")
def get(context: Context, params: Json) -> Json:
    """Return a webhook."""
    webhook = _webhook(context, params["webhook_id"])
    return {"webhook": render_webhook(webhook, with_secret=False)}


@endpoint(
    "/webhooks/update",
    {"webhook_id": REQUIRED, "event_types": Param("list", required=True)},
    method="PUT",
)
def update(context: Context, params: Json) -> Json:
    """Change the event types of a webhook."""
    _webhook(context, params["webhook_id"]).event_types = params["event_types"]
    return {}


@endpoint("/webhooks/delete", {"webhook_id": REQUIRED}, method="DELETE")
def delete(context: Context, params: Json) -> Json:
    """Delete a webhook."""
    webhook = _webhook(context, params["webhook_id"])
    del context.backend.state.webhooks[webhook.webhook_id]
    return {}
