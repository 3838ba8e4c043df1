"""What has to be done so that locks have the codes that a calendar asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from ..api import AccessCode, CodeStatus
from ..sync.occupancy import Span
from ..sync.snapshot import LockData
from .bookings import Answer, Rules, Stay, stays_of
from .links import Fingerprint, Link
from .matching import renamed_stays
from .naming import choose_names
from .overlaps import is_full
from .pins import PinChooser
from .plan import Kind, Pins, PinTest, Plan, Reason, Step

# After this time, Seam has created and listed a code, or never will. The actions refuse
# to create it again for a little less.
LISTED_WITHIN: Final = timedelta(minutes=6)
# The PIN of a guest who has left is not used again on that day.
_FORGET_AFTER: Final = timedelta(days=1)


def compare(
    answer: Answer | None,
    rules: Rules,
    links: Iterable[Link],
    locks: Mapping[str, LockData],
    now: datetime,
    *,
    accepts: PinTest,
    pins: Pins,
    taken: Iterable[str | None] = (),
    is_empty_confirmed: bool = False,
    seam_time: datetime | None = None,
) -> Plan:
    """Return what has to be done. The answer is None if the calendar failed.

    An empty answer looks like one of a broken feed, so it deletes nothing until
    somebody confirms that the calendar is empty. `seam_time` is the time by Seam's
    clock, in case ours is behind.
    """
    links = tuple(links)
    if answer is None or not (answer.bookings or is_empty_confirmed):
        reason = Reason.CALENDAR_EMPTY if answer else Reason.CALENDAR_FAILED
        steps = tuple(Step.about(Kind.LEAVE, link, reason) for link in links)
        return Plan(steps=steps, links=links, is_answered=False)
    latest = max(now, seam_time or now)
    return _Comparison(
        answer, rules, links, locks, now, latest, accepts, pins, taken
    ).plan()


class _Comparison:
    """Compares the stays with the codes that were made for them."""

    def __init__(
        self,
        answer: Answer,
        rules: Rules,
        links: Sequence[Link],
        locks: Mapping[str, LockData],
        now: datetime,
        latest: datetime,
        accepts: PinTest,
        pins: Pins,
        taken: Iterable[str | None],
    ) -> None:
        self._answer = answer
        self._rules = rules
        self._locks = locks
        self._now = now
        self._latest = latest
        self._stays = stays_of(answer, rules, now)
        self._steps: list[Step] = []
        self._kept: list[Link] = []
        self._codes = {
            device_id: {code.access_code_id: code for code in locks[device_id].codes}
            for device_id in {*rules.device_ids, *(link.device_id for link in links)}
            if device_id in locks
        }
        self._linked = {*taken, *(link.code_id for link in links)}
        self._renamed = renamed_stays(links, self._stays)
        self._links = {
            (link.key, link.device_id): link
            for link in map(self._with_code, map(self._with_key, links))
        }
        # Another lock may have got its code before the calendar has changed the key.
        renamed_pins = {
            (self._renamed.get(key, key), device_id): pin
            for (key, device_id), pin in pins.items()
        }
        self._pins = PinChooser(rules, self._links, locks, accepts, renamed_pins)
        self._names = choose_names(
            self._stays.coming,
            self._links.values(),
            [locks[device_id] for device_id in rules.device_ids if device_id in locks],
            now,
            rules.time_zone,
        )
        self._planned: dict[str, list[Span]] = {}
        self._newest = cache(lambda device_id: _newest(locks[device_id]))

    def plan(self) -> Plan:
        """Return what has to be done."""
        stays, selected = self._stays, set(self._rules.device_ids)
        for link in self._links.values():
            if link.key not in stays.coming or link.device_id not in selected:
                self._look_at_unwanted(link, is_selected=link.device_id in selected)
        for stay in stays.coming.values():
            name = self._names[stay.key]
            wanted = Fingerprint.of_stay(stay, name)
            for device_id in self._rules.device_ids:
                self._look_at(stay, name, wanted, device_id)
        self._steps += map(Step.impossible, stays.impossible.values())
        order = {kind: number for number, kind in enumerate(Kind)}
        return Plan(
            steps=tuple(sorted(self._steps, key=lambda step: order[step.kind])),
            links=tuple(self._kept),
            renamed=self._renamed,
        )

    def _with_key(self, link: Link) -> Link:
        # A code on another lock may differ because somebody has changed it.
        key = self._renamed.get(link.key)
        return link if key is None else replace(link, key=key)

    def _with_code(self, link: Link) -> Link:
        """Return a link with what came of a request whose answer was lost."""
        if not link.is_pending or link.device_id not in self._locks:
            return link
        if link.code_id is not None:
            known = self._codes[link.device_id].get(link.code_id)
            return link.checked(known) if known else link
        for code in self._locks[link.device_id].managed:
            if code.access_code_id not in self._linked and link.may_have_made(code):
                self._linked.add(code.access_code_id)
                return link.confirmed(code)
        return link

    def _look_at(
        self, stay: Stay, name: str, wanted: Fingerprint, device_id: str
    ) -> None:
        """Find out what has to be done so that a lock has the code for a stay."""
        link = self._links.get((stay.key, device_id))
        if link and self._is_listed(link):
            link = replace(link, missed_at=None, details=stay.details)
            if link.asked == wanted:
                link = link.asked_for(stay, wanted)
        lock = self._locks.get(device_id)
        if lock is None or not lock.has_codes:
            if link:
                self._kept.append(link)
            if link is None or link.asked != wanted or link.is_pending:
                self._add(
                    Kind.BLOCKED,
                    stay,
                    name,
                    device_id,
                    reason=Reason.CODES_UNKNOWN if lock else Reason.LOCK_GONE,
                )
            return
        if link is None:
            self._create(stay, name, wanted, lock)
            return
        code = self._codes[device_id].get(link.code_id or "")
        if code is None:
            self._look_at_missing(stay, name, wanted, lock, link)
            return
        self._look_at_code(stay, name, wanted, link, code)

    def _look_at_missing(
        self, stay: Stay, name: str, wanted: Fingerprint, lock: LockData, link: Link
    ) -> None:
        """Find out what becomes of a stay whose code is not on the lock."""
        self._kept.append(link)
        kind: Kind = Kind.LEAVE
        reason: Reason | None = Reason.UNCONFIRMED
        # A code that has ended lets nobody in, even if its row is one that is missing.
        is_over = link.has_ended(self._now) and not link.is_pending
        if not (lock.is_complete or is_over):
            kind, reason = Kind.BLOCKED, Reason.CODES_UNKNOWN
        elif link.is_pending or link.is_deleting or link.asked != wanted:
            # A change that was not made may have been one of its end.
            if not self._is_new(link):
                self._create(stay, name, wanted, lock, before=link)
                return
        elif link.edited_until and link.edited_until <= self._now:
            # Seam deletes codes that have ended.
            kind, reason = Kind.EDITED, None
        elif not self._is_new(link):
            kind, reason = Kind.EDITED, Reason.DELETED_BY_HAND
        self._add(kind, stay, name, lock.device_id, reason=reason)

    def _is_new(self, link: Link) -> bool:
        """Return whether Seam may list the code later."""
        return abs(self._now - link.asked_at) < LISTED_WITHIN

    def _look_at_code(
        self, stay: Stay, name: str, wanted: Fingerprint, link: Link, code: AccessCode
    ) -> None:
        """Find out what has to be changed of the code for a stay."""
        now, device_id = self._now, link.device_id
        edited_until = code.ends_at if link.is_edited(code) else None
        link = replace(link, edited_until=edited_until)
        current = Fingerprint.of_code(code, link.asked)
        if current == wanted and code.is_managed:
            is_new = link.asked != wanted or link.is_pending
            is_kept = CodeStatus.REMOVING not in (code.status, code.status_at(now))
            # It may be gone, as Seam was asked for.
            is_kept &= code.access_code_id not in self._locks[device_id].missing
            if is_kept and (is_new or link.is_deleting):
                link = link.asked_for(stay, wanted).confirmed(code)
            self._kept.append(link)
            return
        is_ended = code.is_expired(now)
        # What somebody did to the last time of a person does not count for the next.
        is_next = stay.is_moving and is_ended and link.asked != wanted
        if link.is_edited(code) and not (is_next and code.is_managed):
            self._kept.append(link)
            self._add(Kind.EDITED, stay, name, device_id, code_id=link.code_id)
            return
        if not is_ended and not self._is_listed(link):
            link, reason = self._without_booking(link, code)
            if reason is not Reason.CANCELLED:
                self._keep(link, reason)
                return
        self._kept.append(link)
        if link.asked == wanted and not link.is_pending:
            return
        if code.status_at(now) is CodeStatus.REMOVING and not is_ended:
            kind = Kind.LEAVE if link.is_deleting else Kind.EDITED
            self._add(kind, stay, name, device_id, reason=Reason.BEING_DELETED)
            return
        is_moved = (current.starts_at, current.ends_at) != (
            wanted.starts_at,
            wanted.ends_at,
        )
        self._add(
            Kind.MOVE if is_moved else Kind.RENAME,
            stay,
            name,
            device_id,
            code_id=link.code_id,
            before=link,
            link=replace(
                link.asked_for(stay, wanted),
                asked_at=now,
                is_pending=True,
                is_deleting=False,
                seen=current,
                edited_until=None,
            ),
        )

    def _create(
        self,
        stay: Stay,
        name: str,
        wanted: Fingerprint,
        lock: LockData,
        *,
        before: Link | None = None,
    ) -> None:
        """Plan a new code, unless it is too early or there is no room for it."""
        if stay.span.starts_at > self._now + self._rules.horizon:
            return
        planned = self._planned.setdefault(lock.device_id, [])
        if is_full(lock, stay.span, planned):
            self._add(Kind.BLOCKED, stay, name, lock.device_id, reason=Reason.LOCK_FULL)
            return
        planned.append(stay.span)
        pin, reason = self._pins.choose(stay, name, lock)
        self._add(
            Kind.CREATE,
            stay,
            name,
            lock.device_id,
            reason=reason,
            pin=pin,
            before=before,
            link=Link(
                key=stay.key,
                details=stay.details,
                device_id=lock.device_id,
                asked=wanted,
                asked_at=self._now,
                newest=self._newest(lock.device_id),
                is_pending=True,
                begins_at=stay.begins_at,
                booking=stay.booking,
                pin_reason=reason,
                backup=before.backup if before else None,
            ),
        )

    def _look_at_unwanted(self, link: Link, *, is_selected: bool) -> None:
        """Find out what becomes of a code that is not wanted."""
        lock = self._locks.get(link.device_id)
        code = self._codes.get(link.device_id, {}).get(link.code_id or "")
        ends_at = link.asked.ends_at
        if lock is None or not lock.has_codes:
            self._keep(link, Reason.CODES_UNKNOWN if lock else Reason.LOCK_GONE)
        elif code is None:
            # A guest who has left is remembered for a day because of the PIN.
            has_left = ends_at is not None and abs(self._now - ends_at) < _FORGET_AFTER
            # Its backup has to be deleted, too.
            has_backup = link.backup and lock.code(link.backup.code_id)
            if not lock.is_complete or self._is_new(link) or has_left or has_backup:
                self._kept.append(link)
        elif (
            code.is_expired(self._now)
            or code.status_at(self._now) is CodeStatus.REMOVING
        ):
            self._kept.append(link)
        elif link.is_edited(code):
            self._keep(link, None, Kind.EDITED)
        elif not is_selected:
            self._keep(link, Reason.LOCK_NOT_SELECTED, Kind.DELETE)
        elif link.key in self._stays.impossible:
            self._kept.append(link)
        elif link.key in self._stays.over and self._is_listed(link):
            self._keep(link, Reason.ENDED, Kind.DELETE)
        else:
            link, reason = self._without_booking(link, code)
            is_deleted = reason is Reason.CANCELLED
            self._keep(link, reason, Kind.DELETE if is_deleted else Kind.LEAVE)

    def _is_listed(self, link: Link) -> bool:
        """Return whether the calendar has the visit of a person that a code is for.

        The keys of all others are those of their bookings.
        """
        visits = self._stays.visits.get(link.key)
        return visits is None or any(map(link.is_of, visits))

    def _without_booking(self, link: Link, code: AccessCode) -> tuple[Link, Reason]:
        """Return what becomes of a code whose booking the calendar does not have."""
        is_empty = not self._answer.bookings
        # Some calendars leave out a booking as soon as its event has started, which may
        # be long before check-in. Somebody who confirms that all were cancelled knows.
        starts = (code.starts_at, None if is_empty else link.begins_at)
        # A guest may have arrived although our clock is behind.
        if any(at is not None and at <= self._latest for at in starts):
            return link, Reason.STARTED
        if is_empty or self._answer.follows(link.missed_at):
            return link, Reason.CANCELLED
        read_at = self._answer.read_at
        # The clock may have been set.
        missed_at = min(link.missed_at or read_at, read_at)
        return replace(link, missed_at=missed_at), Reason.MISSING_ONCE

    def _keep(self, link: Link, reason: Reason | None, kind: Kind = Kind.LEAVE) -> None:
        self._kept.append(link)
        before = link
        if kind is Kind.DELETE:
            link = replace(link, is_deleting=True)
        code = self._codes.get(link.device_id, {}).get(link.code_id or "")
        name = code.name if code else None
        self._steps.append(
            replace(Step.about(kind, link, reason), name=name, link=link, before=before)
        )

    def _add(
        self,
        kind: Kind,
        stay: Stay,
        name: str,
        device_id: str,
        *,
        code_id: str | None = None,
        reason: Reason | None = None,
        pin: str | None = None,
        link: Link | None = None,
        before: Link | None = None,
    ) -> None:
        self._steps.append(
            Step(
                kind=kind,
                key=stay.key,
                device_id=device_id,
                code_id=code_id,
                name=name,
                span=stay.span,
                reason=reason,
                pin=pin,
                link=link,
                before=before,
            )
        )


def _newest(lock: LockData) -> datetime | None:
    """Return when Seam created the newest code of a lock."""
    return max(
        (code.created_at for code in lock.managed if code.created_at), default=None
    )
