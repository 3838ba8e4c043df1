"""Which codes the bookings of a calendar ask for."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
import re
from typing import Final

from ..api.readable import is_blank, readable
from ..api.redact import mask_numbers
from ..sync.occupancy import Span
from .telephone import telephone_pin

_FIELD: Final = re.compile(r"\{(summary|guest|uid)\}")
_GUEST: Final = re.compile(
    r"^[^\S\n]*(?:guest(?: name)?|gast)[^\S\n]*:[^\S\n]*(\S.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_STATUS: Final = re.compile(
    r"^(?:reserved|booked|booking|reservation)\s*[-–:]\s*", re.IGNORECASE
)
_FALLBACK_NAME: Final = "Booking"

# A calendar that is edited or loaded may change several times within seconds.
_BETWEEN_ANSWERS: Final = timedelta(seconds=20)

# Calendars give events without a known start or end the first or last date they know.
# Those cannot be converted to all time zones, and actions accept 2000 to 9000 in UTC.
_FIRST_YEAR: Final = 2001
_LAST_YEAR: Final = 8999


class PinRule(StrEnum):
    """Who chooses the PIN of a new code."""

    SEAM = "seam"
    TELEPHONE = "telephone"
    SAME = "same"


@dataclass(frozen=True, kw_only=True, slots=True)
class Booking:
    """An event of a calendar, or one occurrence of an event that repeats.

    An event that lasts whole days has dates, and its end is the day after the last.
    """

    uid: str | None
    recurrence_id: str | None = None
    start: date | datetime
    end: date | datetime
    summary: str = ""
    description: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """All events of a calendar for a long period, and when they were read."""

    bookings: Sequence[Booking]
    read_at: datetime
    updated_at: datetime | None = None
    """When the calendar was last updated on request. It may keep an answer for long."""

    def follows(self, moment: datetime | None) -> bool:
        """Return whether the calendar was updated after it was read at this time."""
        return (
            moment is not None
            and self.updated_at is not None
            and moment + _BETWEEN_ANSWERS <= self.updated_at <= self.read_at
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """How bookings become codes."""

    device_ids: tuple[str, ...]
    time_zone: tzinfo
    contains: tuple[str, ...] = ()
    """Texts of which a summary has to contain one."""
    excludes: tuple[str, ...] = ()
    check_in: time | None = None
    """None for the start of the event."""
    check_out: time | None = None
    before: timedelta = timedelta()
    after: timedelta = timedelta()
    name_template: str = "{summary}"
    pin_rule: PinRule = PinRule.SEAM
    horizon: timedelta = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stay:
    """A code that is wanted on all locks of the rules."""

    key: str
    name: str
    span: Span
    begins_at: datetime
    """When the event starts, which may be before the check-in time."""
    booking: str
    """Identifies the event. The key of a stay that moves is that of the person."""
    details: str = ""
    """The digest of name and description."""
    pin: str | None = field(default=None, repr=False)
    """The PIN that the rule suggests."""
    is_moving: bool = False
    """Whether its code is used again for the next time."""

    @property
    def is_too_far_ahead(self) -> bool:
        """Whether the event of a stay that is impossible has no end that can be used."""
        return self.span.ends_at.year >= _LAST_YEAR


@dataclass(frozen=True, kw_only=True, slots=True)
class Stays:
    """What a calendar asks for."""

    coming: Mapping[str, Stay]
    """Those that have not ended, by key, soonest first."""
    over: frozenset[str]
    """Keys of those that have ended."""
    visits: Mapping[str, Sequence[Stay]]
    """All listed stays of each person whose code moves, by key."""
    ended: Mapping[str, datetime]
    """When those have ended, by event. Visits without a gap have that of the first."""
    impossible: Mapping[str, Stay]
    """Those that would end before they start, or are too far in the future, by key.

    They have the times of their events.
    """

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all listed stays."""
        return self.over | self.coming.keys() | self.impossible.keys()

    def has(self, stay: Stay) -> bool:
        """Return whether the calendar lists a stay of before."""
        if (visits := self.visits.get(stay.key)) is not None:
            return any(visit.booking == stay.booking for visit in visits)
        return stay.key in self.keys


@lru_cache(maxsize=20_000)
def digest(text: str) -> str:
    """Return a text in a form that can be stored and compared, but not read."""
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def stays_of(answer: Answer, rules: Rules, now: datetime) -> Stays:
    """Return the stays that the bookings ask for."""
    stays: list[Stay] = []
    impossible: list[Stay] = []
    zone = rules.time_zone
    counting = [booking for booking in answer.bookings if counts(booking, rules)]
    repeated = Counter(map(_identity, counting))
    for booking in counting:
        title = title_of(booking, rules)
        is_moving = rules.pin_rule is PinRule.SAME
        if repeated[identity := _identity(booking)] > 1:
            # Some calendars give all events the same UID.
            identity += f"|{_fallback(booking)}|{digest(booking.description)}"
        # Keys are stored, and a UID may be an e-mail address.
        key = digest(_person(booking, title) if is_moving else identity)
        begins_at = min(_moments(_possible(booking.start), None, zone))
        ends_at = max(_moments(_possible(booking.end), None, zone))
        span = span_of(booking, rules)
        (stays if span else impossible).append(
            Stay(
                key=key,
                name=code_name(title),
                span=span or Span(begins_at, ends_at),
                begins_at=begins_at,
                booking=digest(identity),
                details=digest(f"{title}\n{booking.description}"),
                pin=telephone_pin(booking.description)
                if rules.pin_rule is PinRule.TELEPHONE
                else None,
                is_moving=is_moving,
            )
        )
    stays.sort(key=lambda stay: (stay.span.starts_at, stay.key, stay.name))
    visits: dict[str, list[Stay]] = {}
    for stay in stays:
        if stay.is_moving:
            visits.setdefault(stay.key, []).append(stay)
    # The next one of a person counts.
    impossible.sort(key=lambda stay: (stay.span.ends_at <= now, stay.span.starts_at))
    coming: dict[str, Stay] = {}
    ended: dict[str, datetime] = {}
    for stay in _merged(stays):
        if stay.span.ends_at > now:
            # Only one code of a person is on a lock, for the current or the next time.
            coming.setdefault(stay.key, stay)
        else:
            ended[stay.booking] = stay.span.ends_at
    return Stays(
        coming=dict(sorted(coming.items(), key=lambda item: item[1].span.starts_at)),
        over=frozenset(stay.key for stay in stays) - coming.keys(),
        visits=visits,
        ended=ended,
        impossible={
            stay.key: stay for stay in reversed(impossible) if stay.key not in coming
        },
    )


def counts(booking: Booking, rules: Rules) -> bool:
    """Return whether codes are wanted for a booking."""
    return booking.end.year >= _FIRST_YEAR and has_wanted_title(booking, rules)


def has_wanted_title(booking: Booking, rules: Rules) -> bool:
    """Return whether a booking counts if only its title matters."""
    summary = booking.summary.casefold()
    return (
        not rules.contains or any(text.casefold() in summary for text in rules.contains)
    ) and not any(text.casefold() in summary for text in rules.excludes)


def span_of(booking: Booking, rules: Rules) -> Span | None:
    """Return when the guest may enter, None if that is impossible or too far ahead."""
    start = _possible(booking.start)
    if max(start.year, booking.end.year) > _LAST_YEAR:
        return None
    # In the hours that a clock change repeats or skips, nobody is locked out.
    starts_at = min(_moments(start, rules.check_in, rules.time_zone))
    ends_at = max(_moments(booking.end, rules.check_out, rules.time_zone))
    starts_at = (starts_at - rules.before).replace(microsecond=0)
    ends_at = (ends_at + rules.after).replace(microsecond=0)
    return Span(starts_at, ends_at) if starts_at < ends_at else None


def _possible[T: date](when: T) -> T:
    """Return a time that all time zones can show."""
    if when.year < _FIRST_YEAR:
        return when.replace(year=_FIRST_YEAR, month=1, day=1)
    if when.year > _LAST_YEAR:
        return when.replace(year=_LAST_YEAR, month=12, day=31)
    return when


def _moments(
    when: date | datetime, at: time | None, zone: tzinfo
) -> Sequence[datetime]:
    """Return the moments that a date, or a time on it, can mean."""
    if isinstance(when, datetime):
        if at is None:
            return (when.astimezone(UTC),)
        when = when.astimezone(zone).date()
    local = datetime.combine(when, at or time(), zone)
    return [local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]


def title_of(booking: Booking, rules: Rules) -> str:
    """Return what a booking is called, which may contain numbers."""
    summary = booking.summary
    guest = (
        _GUEST.search(booking.description) if "{guest}" in rules.name_template else None
    )
    values = {
        "summary": summary,
        "guest": guest[1] if guest else _STATUS.sub("", summary),
        "uid": booking.uid or "",
    }
    # In one pass, as a guest may be called “{uid}”.
    title = _FIELD.sub(lambda match: values[match[1]], rules.name_template)
    return " ".join(readable(title).split())


def code_name(title: str) -> str:
    """Return the name of a code for a booking with this title."""
    # Masking only PINs would tell whoever writes the calendar which numbers are PINs.
    name = " ".join(mask_numbers(title, "").split())
    return _FALLBACK_NAME if is_blank(name) else name


def _identity(booking: Booking) -> str:
    if booking.uid is None:
        return _fallback(booking)
    return f"{booking.uid}|{booking.recurrence_id or ''}"


def _fallback(booking: Booking) -> str:
    """Return what identifies a booking without a UID."""
    return f"{booking.start.isoformat()}|{digest(booking.summary)}"


def _person(booking: Booking, name: str) -> str:
    """Return what all bookings for the same person have in common."""
    if booking.uid is not None and booking.recurrence_id is not None:
        return f"{booking.uid}|*"
    return f"*|{digest(name)}"


def _merged(stays: Iterable[Stay]) -> Iterable[Stay]:
    """Join the times of a person that follow each other without a gap."""
    joined: dict[str, Stay] = {}
    for number, stay in enumerate(stays):
        key = stay.key if stay.is_moving else str(number)
        last = joined.get(key)
        if last is None:
            joined[key] = stay
        elif stay.span.starts_at <= last.span.ends_at:
            end = max(last.span.ends_at, stay.span.ends_at)
            joined[key] = replace(last, span=Span(last.span.starts_at, end))
        else:
            yield last
            joined[key] = stay
    yield from joined.values()
