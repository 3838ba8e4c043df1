"""The endpoints of the API; importing a module registers those in it."""

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
