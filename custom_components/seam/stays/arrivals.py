"""Whether guests will get in."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ..api import AccessCode, CodeStatus
from ..sync.code_state import CodeState, code_state
from ..sync.occupancy import Span, span_of
from ..sync.snapshot import LockData
from .bookings import Stay, Stays, digest
from .links import Link
from .plan import CHANGES, IMPOSSIBLE, Kind, Plan, Reason, Step
from .run import Report

# Verdicts are given from SOON before a stay, issues created from REPAIR_BEFORE, and
# backup codes pulled from BACKUP_BEFORE.
SOON: Final = timedelta(hours=24)
REPAIR_BEFORE: Final = timedelta(hours=3)
BACKUP_BEFORE: Final = timedelta(minutes=15)
# By then, a lock that can be reached has been set.
_SET_WITHIN: Final = timedelta(minutes=5)
CODE_REASONS: Final = "code_"
"""What the keys of reasons start with that are states of a code."""
# Seam rounds times by at most this much.
ROUNDED_BY: Final = timedelta(hours=1)


class Verdict(StrEnum):
    """Whether a guest will get in, the best first."""

    READY = "ready"
    SETTING = "setting"
    UNKNOWN = "unknown"
    AT_RISK = "at_risk"


_VERDICTS: Final = {
    CodeState.ACTIVE: Verdict.READY,
    CodeState.SCHEDULED: Verdict.READY,
    CodeState.SETTING: Verdict.SETTING,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Whether a guest can open a lock."""

    device_id: str
    verdict: Verdict
    code_id: str | None = None
    reason: str | None = None
    """The key of a reason, if the code is at risk."""
    error: Exception | None = None
    """Why the last change failed."""
    ends_early: bool = False
    """Whether the code ends before the stay, as it cannot be changed."""
    pin_reason: str | None = None
    """The key of the reason why the PIN is not the one that the guest may expect."""
    late_at: datetime | None = None
    """From when a code that is being set is at risk."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A stay, and whether its guest will get in."""

    identity: str
    """The same even if the key of the stay changes, and without its name."""
    name: str
    booking: str
    """Identifies the event."""
    span: Span
    places: tuple[Place, ...]
    has_arrived: bool = False

    @property
    def verdict(self) -> Verdict:
        """The verdict about the lock that is most likely to stay closed."""
        order = tuple(Verdict)
        return max((place.verdict for place in self.places), key=order.index)

    @property
    def is_settled(self) -> bool:
        """Whether the guest has arrived, and gets in until the end of the stay."""
        return self.has_arrived and not any(place.ends_early for place in self.places)

    def is_soon(self, now: datetime) -> bool:
        """Return whether the guest is about to arrive, or may not get in any more."""
        return not self.is_settled and self.span.starts_at - SOON <= now

    def moments(self) -> tuple[datetime, ...]:
        """Return when something has to be said or done, even if nothing changes."""
        start = self.span.starts_at
        return (
            *(start - before for before in (SOON, REPAIR_BEFORE, BACKUP_BEFORE)),
            start,
            self.span.ends_at,
            *(place.late_at for place in self.places if place.late_at),
        )


def find_arrivals(
    stays: Sequence[Stay],
    device_ids: tuple[str, ...],
    report: Report,
    links: Iterable[Link],
    locks: Mapping[str, LockData],
    now: datetime,
    *,
    is_only_soon: bool = True,
) -> tuple[Arrival, ...]:
    """Return the stays that matter now, the soonest first.

    Without `is_only_soon`, these are all stays that have not ended and have or need a
    code. With it, they are those that start within a day, and the next one.
    """
    by_place = {(link.key, link.device_id): link for link in links}
    steps = {(step.key, step.device_id): step for step in report.plan.steps}
    errors = {
        (step.key, step.device_id): error for step, error in report.errors.items()
    }
    impossible = {
        step.key: step.reason for step in report.plan.steps if step.reason in IMPOSSIBLE
    }
    found: list[Arrival] = []
    alike: Counter[str] = Counter()
    for stay in stays:
        ids = [(stay.key, device_id) for device_id in device_ids]
        if is_only_soon and found and found[-1].span.starts_at > now + SOON:
            break
        why_impossible = impossible.get(stay.key)
        if stay.span.ends_at <= now or not (
            why_impossible or any(place in by_place or place in steps for place in ids)
        ):
            continue
        has_arrived = any(
            link.is_used and link.is_of(stay)
            for place in ids
            if (link := by_place.get(place))
        )
        # The calendar does not have it any more, which may mean nothing.
        is_dropped = any(
            step.reason is Reason.STARTED for step in filter(None, map(steps.get, ids))
        )
        places = tuple(
            _at_risk(place[1], why_impossible)
            if why_impossible
            else _place(
                stay,
                place[1],
                locks.get(place[1]),
                by_place.get(place),
                steps.get(place),
                errors.get(place),
                now,
                has_arrived=has_arrived,
            )
            for place in ids
            if not (
                is_dropped
                and _is_ended_by_hand(locks.get(place[1]), by_place.get(place), now)
            )
        )
        names = (
            code.name
            for place in places
            if (lock := locks.get(place.device_id))
            and (code := lock.code(place.code_id))
        )
        identity = digest(f"{stay.name}|{stay.span.starts_at.isoformat()}")
        alike[identity] += 1
        if places:
            found.append(
                Arrival(
                    identity=f"{identity}.{alike[identity]}",
                    name=next(filter(None, names), stay.name),
                    booking=stay.booking,
                    span=stay.span,
                    places=places,
                    has_arrived=has_arrived,
                )
            )
    return tuple(found)


def stays_to_watch(
    found: Stays, plan: Plan, before: Iterable[Stay], now: datetime
) -> tuple[Stay, ...]:
    """Return the stays that have not ended, the soonest first.

    Those before are kept if the calendar has dropped them after they have started, as
    long as they have codes.
    """
    kept = {step.key for step in plan.steps if step.kind in (Kind.LEAVE, Kind.EDITED)}
    dropped = {
        stay.key: stay
        for stay in before
        if stay.key in kept
        and not found.has(stay)
        and stay.begins_at <= now < stay.span.ends_at
    }
    stays = {**found.impossible, **found.coming, **dropped}
    return tuple(sorted(stays.values(), key=lambda stay: stay.span.starts_at))


def _is_ended_by_hand(lock: LockData | None, link: Link | None, now: datetime) -> bool:
    """Return whether somebody has ended or deleted the code of a stay."""
    if lock is None or not lock.has_codes:
        return False
    if link is None or link.code_id is None or link.is_pending:
        return False
    code = lock.code(link.code_id)
    return (
        code is None
        or (code.is_expired(now) and link.is_edited(code))
        or code.status_at(now) is CodeStatus.REMOVING
    )


def backup_of(lock: LockData, code: AccessCode) -> AccessCode | None:
    """Return the backup that stands in for a code."""
    if code.pulled_backup_access_code_id is None:
        return None
    return lock.code(code.pulled_backup_access_code_id)


def _place(
    stay: Stay,
    device_id: str,
    lock: LockData | None,
    link: Link | None,
    step: Step | None,
    error: Exception | None,
    now: datetime,
    *,
    has_arrived: bool,
) -> Place:
    """Return whether the guest of a stay can open a lock."""
    if lock is None:
        return _at_risk(device_id, Reason.LOCK_GONE)
    code = lock.code(link.code_id) if link else None
    place = _last_known_place(
        stay, lock, link, code, step, error, now, has_arrived=has_arrived
    )
    is_unknown = code is None and step and step.reason is Reason.CODES_UNKNOWN
    # After a start, that says nothing yet.
    is_being_fetched = not (lock.has_codes or lock.has_failed)
    if (lock.has_codes and not is_unknown) or place.verdict is Verdict.AT_RISK:
        return place
    is_soon = stay.span.starts_at - REPAIR_BEFORE <= now
    if is_soon and not is_being_fetched and _may_lack_code(stay, link, code, now):
        # Nothing is created or changed while the codes are unknown.
        ends_early = code is not None and _is_short(code, stay)
        return _at_risk(device_id, Reason.CODES_UNKNOWN, ends_early=ends_early)
    return replace(place, verdict=Verdict.UNKNOWN)


def _may_lack_code(
    stay: Stay, link: Link | None, code: AccessCode | None, now: datetime
) -> bool:
    """Return whether Seam may never have made the code that a stay needs."""
    if link is None or link.is_deleting:
        return True
    asked = (link.asked.starts_at, link.asked.ends_at)
    is_made = not link.is_pending and asked == (stay.span.starts_at, stay.span.ends_at)
    return not is_made and (
        code is None or not _works_at_arrival(code, stay, now) or _is_short(code, stay)
    )


def _last_known_place(
    stay: Stay,
    lock: LockData,
    link: Link | None,
    code: AccessCode | None,
    step: Step | None,
    error: Exception | None,
    now: datetime,
    *,
    has_arrived: bool,
) -> Place:
    """Return whether a guest can open a lock that has the codes last known."""
    device_id = lock.device_id
    is_blocked = step is not None and step.reason is Reason.CODES_UNKNOWN
    is_change = step is not None and step.kind in CHANGES
    if link is None or code is None:
        if step and step.kind in (Kind.BLOCKED, Kind.EDITED) and not is_blocked:
            return _at_risk(device_id, step.reason or Reason.CHANGED_BY_HAND)
        if error:
            return _at_risk(device_id, Reason.REFUSED, error=error)
        return Place(device_id=device_id, verdict=Verdict.SETTING)
    code_id = code.access_code_id
    works_at_arrival = _works_at_arrival(code, stay, now)
    ends_early = _is_short(code, stay)
    # Nothing is planned for a code that was right, and is not known now.
    is_edited = (
        step.kind is Kind.EDITED
        if step
        else not lock.has_codes and link.is_edited(code)
    )
    if (error or is_edited) and (ends_early or not works_at_arrival):
        reason = Reason.REFUSED if error else Reason.CHANGED_BY_HAND
        return _at_risk(device_id, reason, code_id, error, ends_early=ends_early)
    # The code may be that of another visit, which is not known to be cancelled.
    is_late = step is not None and step.reason in (Reason.STARTED, Reason.MISSING_ONCE)
    if (is_change or is_late or is_blocked) and not works_at_arrival:
        return Place(device_id=device_id, verdict=Verdict.SETTING, code_id=code_id)
    backup = backup_of(lock, code)
    is_short = backup is not None and _is_short(backup, stay)
    usable = [code] if backup is None or is_short else [code, backup]
    states = [_state(lock, one, now) for one in usable]
    verdicts = [_VERDICTS.get(state, Verdict.AT_RISK) for state in states]
    verdict = min(verdicts, key=tuple(Verdict).index)
    late_at: datetime | None = None
    if verdict is Verdict.SETTING:
        late_at = _late_at(stay, link, code)
        if late_at <= now:
            verdict, states[0] = Verdict.AT_RISK, CodeState.AT_RISK
    if verdict is Verdict.AT_RISK:
        # A guest who is in has a code that works, but the lock may not know its new end.
        ends_early = is_short or (has_arrived and _is_moving(code))
        return _at_risk(
            device_id, f"{CODE_REASONS}{states[0]}", code_id, ends_early=ends_early
        )
    return Place(
        device_id=device_id,
        verdict=verdict,
        code_id=code_id,
        pin_reason=_pin_reason(stay, link, code),
        late_at=late_at,
    )


def _works_at_arrival(code: AccessCode, stay: Stay, now: datetime) -> bool:
    # Somebody who should have arrived may stand at the door now.
    arrival = max(now, stay.span.starts_at)
    return span_of(code).overlaps(Span(arrival, arrival + timedelta(seconds=1)))


def _state(lock: LockData, code: AccessCode, now: datetime) -> CodeState:
    """Return the state of a code, which may be what was last known."""
    if code.starts_at and not lock.has_codes:
        # Seam may have set it at its start, which nobody can see.
        now = min(now, code.starts_at - timedelta.resolution)
    return code_state(lock, code, now)


def _is_short(code: AccessCode, stay: Stay) -> bool:
    """Return whether a code ends before a stay, as far as its times say."""
    return span_of(code).ends_at < stay.span.ends_at - ROUNDED_BY


def _is_moving(code: AccessCode) -> bool:
    """Return whether the lock may still have the old times of a code."""
    return any(
        mutation.mutation_code == "updating_time_frame"
        for mutation in code.pending_mutations or ()
    )


def _pin_reason(stay: Stay, link: Link, code: AccessCode) -> str | None:
    """Return why the PIN of a code is not the one that the guest may expect."""
    # Whoever has used the code knows it.
    if link.used_for or (stay.pin and stay.pin == code.code):
        return None
    if stay.pin is None or link.pin_reason == Reason.OTHER_PIN:
        return link.pin_reason
    # A code keeps its PIN if the number in the event changes. Some locks do not report
    # PINs, but one that was created without a number has none from it.
    return Reason.TELEPHONE_DIFFERS if code.code or link.pin_reason else None


def _late_at(stay: Stay, link: Link, code: AccessCode) -> datetime:
    """Return from when a code that is being set may not work on arrival."""
    # Seam may set it at its start only.
    begun = (m.scheduled_at or m.created_at for m in code.pending_mutations or ())
    set_by = max((link.asked_at, *filter(None, begun))) + _SET_WITHIN
    return max(set_by, stay.span.starts_at - BACKUP_BEFORE)


def _at_risk(
    device_id: str,
    reason: str,
    code_id: str | None = None,
    error: Exception | None = None,
    *,
    ends_early: bool = False,
) -> Place:
    return Place(
        device_id=device_id,
        verdict=Verdict.AT_RISK,
        code_id=code_id,
        reason=reason,
        error=error,
        ends_early=ends_early,
    )
