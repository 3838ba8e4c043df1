"""State of the sync and of the webhook."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SyncState:
    """State of the sync for diagnostics and system health."""

    events_cursor: datetime | None
    reconciled_at: datetime | None
    reconcile_at: datetime | None
    failed_polls: int
    """How many polls in a row have failed."""
    events_error: str | None
    """Why events cannot be fetched although Seam is not down, None if they can."""
    rechecks: int
    """How many locks have codes that are not settled."""
    postponed: int
    """How many fetches the next poll repeats."""


@dataclass(kw_only=True)
class WebhookStatus:
    """What the webhook has received."""

    accepted: int = 0
    refused: int = 0
    ignored: int = 0
    last_accepted: datetime | None = None
    is_trusted: bool = False
    """Whether events arrive, and no poll has found one that did not."""
