"""State of the sync for diagnostics and system health."""

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
    events_refusal: str | None
    """Why events cannot be fetched although Seam answers, None if they can."""
    rechecks: int
    """How many locks have codes that are not settled."""
    postponed: int
    """How many fetches the next poll repeats."""
