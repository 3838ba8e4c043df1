"""`/connected_accounts/…`."""

from ..errors import ApiError, invalid_input
from ..render import render_account
from ..routing import PAGING, Context, endpoint, paginate
from ..state import Account, Json
from ..validation import REQUIRED, STRING, Param


def _account(context: Context, account_id: str) -> Account:
    account = context.backend.state.accounts.get(account_id)
    if account is None or account.workspace_id != context.workspace.workspace_id:
        raise ApiError(
            404, "connected_account_not_found", "Could not find the connected account"
        )
    return account


@endpoint(
    "/connected_accounts/get",
    {"connected_account_id": STRING, "email": STRING},
    method="GET",
)
def get(context: Context, params: Json) -> Json:
    """Return an account; none of them has an email address."""
    if "connected_account_id" not in params:
        if "email" in params:
            raise ApiError(
                404,
                "connected_account_not_found",
                "Could not find the connected account",
            )
        raise invalid_input("Required", "connected_account_id")
    account = _account(context, params["connected_account_id"])
    return {"connected_account": render_account(account)}


@endpoint(
    "/connected_accounts/list",
    {"search": STRING, "custom_metadata_has": Param("object"), **PAGING},
    method="GET",
)
def list_(context: Context, params: Json) -> Json:
    """Return the accounts of the workspace."""
    search = params.get("search", "").casefold()
    accounts = (
        a
        for a in context.backend.state.accounts.values()
        if a.workspace_id == context.workspace.workspace_id
        and search in a.display_name.casefold()
        and not params.get("custom_metadata_has")
    )
    return paginate(
        context,
        params,
        accounts,
        default_limit=500,
        key="connected_accounts",
        render=render_account,
    )


@endpoint("/connected_accounts/sync", {"connected_account_id": REQUIRED})
def sync(context: Context, params: Json) -> Json:
    """Read the account again, and find codes that are new to Seam."""
    backend = context.backend
    account = _account(context, params["connected_account_id"])
    account.synced_at = backend.timeline.now()
    for code in list(backend.settings.codes_found_by_sync):
        if backend.state.account_of(backend.state.devices[code.device_id]) is account:
            backend.settings.codes_found_by_sync.remove(code)
            backend.codes.add_unmanaged(code)
    return {}
