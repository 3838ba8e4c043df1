"""Who can enter when, from the times of access codes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ..api import AccessCode

_MIN: Final = datetime.min.replace(tzinfo=UTC)
_MAX: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """A period, the end of which does not belong to it."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: Span) -> bool:
        """Return whether the two have any time in common."""
        return self.starts_at < other.ends_at and self.ends_at > other.starts_at


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Who can enter a lock in a period, and how that fits together."""

    codes: tuple[AccessCode, ...]
    """Those that work in the period, the ones without an end last."""
    overlaps: tuple[Span, ...]
    """When two or more codes with an end work."""
    gaps: tuple[Span, ...]
    """The times between two codes with an end."""


def span_of(code: AccessCode) -> Span:
    """Return when a code works, as far as its times say."""
    return Span(code.starts_at or _MIN, code.ends_at or _MAX)


def occupancy(codes: Iterable[AccessCode], period: Span) -> Occupancy:
    """Return who can enter in a period, with the overlaps and gaps that it touches.

    Codes without an end belong to people who may always enter, so they neither overlap
    with a stay nor fill the time between two. Backups replace other codes.
    """
    codes = [code for code in codes if not code.is_backup]
    overlaps, gaps = _between(
        sorted(
            (span_of(code) for code in codes if code.ends_at is not None),
            key=lambda span: span.starts_at,
        )
    )
    return Occupancy(
        codes=tuple(
            sorted(
                (code for code in codes if span_of(code).overlaps(period)),
                key=lambda code: (
                    code.ends_at is None,
                    span_of(code).starts_at,
                    (code.name or code.access_code_id).casefold(),
                ),
            )
        ),
        overlaps=tuple(span for span in overlaps if span.overlaps(period)),
        gaps=tuple(span for span in gaps if span.overlaps(period)),
    )


def _between(stays: Sequence[Span]) -> tuple[list[Span], list[Span]]:
    """Return when several of the stays, sorted by start, overlap, and when none is."""
    overlaps: list[Span] = []
    gaps: list[Span] = []
    last = _MIN
    for stay in stays:
        if _MIN < last < stay.starts_at:
            gaps.append(Span(last, stay.starts_at))
        shared = Span(stay.starts_at, min(last, stay.ends_at))
        if shared.starts_at < shared.ends_at:
            if overlaps and overlaps[-1].ends_at >= shared.starts_at:
                before = overlaps.pop()
                shared = Span(before.starts_at, max(before.ends_at, shared.ends_at))
            overlaps.append(shared)
        last = max(last, stay.ends_at)
    return overlaps, gaps
