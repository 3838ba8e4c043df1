"""Who can enter when, from the times of access codes."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from ..api import AccessCode

ALWAYS: Final = datetime.min.replace(tzinfo=UTC)
"""The start of codes that have none, which no time zone can show."""
_MAX: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """A period, the end of which does not belong to it."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: Span) -> bool:
        """Return whether the two have any time in common."""
        return self.starts_at < other.ends_at and self.ends_at > other.starts_at

    def shared_with(self, other: Span) -> Span:
        """Return the time that two overlapping periods have in common."""
        return Span(
            max(self.starts_at, other.starts_at), min(self.ends_at, other.ends_at)
        )


@dataclass(frozen=True, slots=True)
class Overlap:
    """A period in which the same two or more codes work."""

    span: Span
    codes: tuple[AccessCode, ...]


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Who can enter a lock in a period, and how that fits together."""

    codes: tuple[AccessCode, ...]
    """Those that work in the period, the ones without an end last."""
    overlaps: tuple[Overlap, ...]
    """When which codes with an end work together."""
    gaps: tuple[Span, ...]
    """The times between two codes with an end."""


def span_of(code: AccessCode) -> Span:
    """Return when a code works, as far as its times say."""
    return Span(code.starts_at or ALWAYS, code.ends_at or _MAX)


def is_of_guest(code: AccessCode) -> bool:
    """Return whether a code can overlap with others.

    Codes without an end belong to people who may always enter, so they neither overlap
    with a stay nor fill the time between two. Backups replace other codes.
    """
    return code.ends_at is not None and not code.is_backup


def occupancy(codes: Iterable[AccessCode], period: Span) -> Occupancy:
    """Return who can enter in a period, with the overlaps and gaps that it touches."""
    codes = [code for code in codes if not code.is_backup]
    stays = sorted(filter(is_of_guest, codes), key=lambda code: span_of(code).starts_at)
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
        overlaps=tuple(
            overlap for overlap in _overlaps(stays) if overlap.span.overlaps(period)
        ),
        gaps=tuple(gap for gap in _gaps(stays) if gap.overlaps(period)),
    )


def _overlaps(stays: Sequence[AccessCode]) -> Iterable[Overlap]:
    """Return when which of the stays, sorted by start, overlap."""
    spans = [span_of(code) for code in stays]
    times = {time for span in spans for time in (span.starts_at, span.ends_at)}
    coming = deque(stays)
    present: list[AccessCode] = []
    for start, end in pairwise(sorted(times)):
        while coming and span_of(coming[0]).starts_at <= start:
            present.append(coming.popleft())
        present = [code for code in present if span_of(code).ends_at > start]
        if len(present) > 1:
            yield Overlap(Span(start, end), tuple(present))


def _gaps(stays: Sequence[AccessCode]) -> Iterable[Span]:
    """Return the times between the stays, sorted by start."""
    last = ALWAYS
    for stay in map(span_of, stays):
        if ALWAYS < last < stay.starts_at:
            yield Span(last, stay.starts_at)
        last = max(last, stay.ends_at)
