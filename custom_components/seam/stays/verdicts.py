"""Which verdicts on arrivals were reported, in a form that can be stored."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from .arrivals import Arrival, Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportedVerdict:
    """The last known verdict on a stay. Events were fired for those that matter."""

    identity: str
    """Of the arrival."""
    ends_at: datetime
    verdict: Verdict

    def dump(self) -> dict[str, Any]:
        """Return the verdict as it is stored."""
        return asdict(self)

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """Return a stored verdict."""
        return cls(
            identity=data["identity"],
            ends_at=datetime.fromisoformat(data["ends_at"]),
            verdict=Verdict(data["verdict"]),
        )


def new_verdicts(
    arrivals: Iterable[Arrival], reported: Iterable[ReportedVerdict], now: datetime
) -> tuple[list[Arrival], tuple[ReportedVerdict, ...]]:
    """Return the arrivals whose verdict is news, and what is reported with these."""
    # A stay may be missing from one answer of the calendar.
    known = {one.identity: one for one in reported if one.ends_at > now}
    news: list[Arrival] = []
    for arrival in arrivals:
        # Codes may have to be fetched first after a start.
        if arrival.verdict is Verdict.UNKNOWN:
            continue
        if arrival.is_settled:
            known.pop(arrival.identity, None)
        if not arrival.is_soon(now):
            continue
        before = known.get(arrival.identity)
        if before is None or before.verdict is not arrival.verdict:
            news.append(arrival)
        known[arrival.identity] = ReportedVerdict(
            identity=arrival.identity,
            ends_at=arrival.span.ends_at,
            verdict=arrival.verdict,
        )
    return news, tuple(known.values())
