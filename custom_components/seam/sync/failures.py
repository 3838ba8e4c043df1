"""Failures of a refresh."""

from typing import Final

from ..api import SeamAuthError, SeamError, SeamRateLimitError, SeamUnreachableError
from .schedule import Fetch, FetchCodes

# After so many in a row Seam itself is unreachable, not a single lock.
_MAX_UNREACHABLE: Final = 3


class Failures:
    """Failures of one refresh, and whether they make it fail."""

    def __init__(self) -> None:
        """Initialize without failures."""
        self._failures: list[tuple[Fetch, SeamError]] = []
        self._unreachable_in_a_row = 0

    def add_success(self) -> None:
        """Note that Seam has answered."""
        self._unreachable_in_a_row = 0

    def add(self, fetch: Fetch, error: SeamError) -> None:
        """Note that a fetch has failed."""
        self._failures.append((fetch, error))
        # Any other error is an answer about this lock, which says nothing of others.
        if isinstance(error, SeamUnreachableError):
            self._unreachable_in_a_row += 1

    @property
    def fatal_error(self) -> SeamError | None:
        """The error after which fetching more is pointless."""
        if not self._failures:
            return None
        error = self._failures[-1][1]
        is_general = isinstance(error, SeamAuthError | SeamRateLimitError)
        is_down = self._unreachable_in_a_row >= _MAX_UNREACHABLE
        return error if is_general or is_down else None

    def overall_error(self, *, is_reconcile: bool) -> SeamError | None:
        """Return the error of the refresh, which single locks do not make fail."""
        for _, error in self._failures:
            if isinstance(error, SeamAuthError | SeamRateLimitError):
                return error
        for fetch, error in self._failures:
            if not isinstance(fetch, FetchCodes):
                return error
        if is_reconcile and self._unreachable_in_a_row >= _MAX_UNREACHABLE:
            return self._failures[-1][1]
        return None

    @property
    def by_lock(self) -> dict[str, SeamError]:
        """Why the codes of locks could not be fetched, by device ID."""
        return {
            fetch.device_id: error
            for fetch, error in self._failures
            if isinstance(fetch, FetchCodes)
        }
