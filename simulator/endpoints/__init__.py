"""The endpoints of the API, which are registered on import."""

from . import (
    accounts,
    action_attempts,
    code_lists,
    codes,
    devices,
    events,
    linked_codes,
    locks,
    unmanaged_codes,
    webhooks,
    workspaces,
)

__all__ = [
    "accounts",
    "action_attempts",
    "code_lists",
    "codes",
    "devices",
    "events",
    "linked_codes",
    "locks",
    "unmanaged_codes",
    "webhooks",
    "workspaces",
]
