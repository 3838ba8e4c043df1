"""What could not be had in a round, and what that says of the whole. Pure."""

from typing import Final

from ..api import SeamAuthError, SeamError, SeamRateLimitError, SeamUnreachableError
from .schedule import Fetch, FetchCodes

# So many failures in a row are not the fault of single locks.
_HOPELESS: Final = 3


class Failures:
    """Keeps the failures of one round."""

    def __init__(self) -> None:
        """Start with none."""
        self._failures: list[tuple[Fetch, SeamError]] = []
        self._in_a_row = 0

    def answered(self) -> None:
        """Note that Seam has answered something."""
        self._in_a_row = 0

    def note(self, fetch: Fetch, error: SeamError) -> None:
        """Note that something could not be had."""
        self._failures.append((fetch, error))
        # A refusal is an answer, and says nothing about other locks.
        if isinstance(error, SeamUnreachableError):
            self._in_a_row += 1

    @property
    def fatal_error(self) -> SeamError | None:
        """Why the rest of the round need not be tried, if so."""
        if not self._failures:
            return None
        error = self._failures[-1][1]
        is_general = isinstance(error, SeamAuthError | SeamRateLimitError)
        return error if is_general or self._in_a_row >= _HOPELESS else None

    def whole(self, *, is_reconcile: bool) -> SeamError | None:
        """Return why the round failed as a whole; single locks may fail without that."""
        for _, error in self._failures:
            if isinstance(error, SeamAuthError | SeamRateLimitError):
                return error
        for fetch, error in self._failures:
            if not isinstance(fetch, FetchCodes):
                return error
        # Where Seam answers other questions, it is the locks that are troubled.
        if is_reconcile and self._in_a_row >= _HOPELESS:
            return self._failures[-1][1]
        return None

    @property
    def of_locks(self) -> dict[str, SeamError]:
        """Why the codes of single locks could not be had, by device id."""
        return {
            fetch.device_id: error
            for fetch, error in self._failures
            if isinstance(fetch, FetchCodes)
        }
