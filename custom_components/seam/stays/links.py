"""Which codes were made for which stays, in a form that can be stored."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Self

from ..api import AccessCode
from ..sync.snapshot import LockData
from .bookings import Stay, digest


@dataclass(frozen=True, kw_only=True, slots=True)
class Fingerprint:
    """Name and times of a code, without the name."""

    name: str
    starts_at: datetime | None
    ends_at: datetime | None

    @classmethod
    def of_stay(cls, stay: Stay, name: str) -> Self:
        """Return the fingerprint of the code that is wanted for a stay."""
        return cls(
            name=digest(name), starts_at=stay.span.starts_at, ends_at=stay.span.ends_at
        )

    @classmethod
    def of_code(cls, code: AccessCode, expected: Self | None = None) -> Self:
        """Return the fingerprint of a code, which is nearly always the expected one."""
        starts_at, ends_at = code.starts_at, code.ends_at
        if (
            expected
            and (starts_at, ends_at) == (expected.starts_at, expected.ends_at)
            and digest(code.unmasked_name or "") == expected.name
        ):
            return expected
        return cls(
            name=digest(code.unmasked_name or ""),
            starts_at=starts_at and starts_at.replace(microsecond=0),
            ends_at=ends_at and ends_at.replace(microsecond=0),
        )

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """Return a stored fingerprint."""
        times = {key: data[key] for key in ("starts_at", "ends_at")}
        return cls(
            name=data["name"],
            **{
                key: time and datetime.fromisoformat(time)
                for key, time in times.items()
            },
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Backup:
    """A backup that was activated for a code, and reported."""

    code_id: str
    ends_at: datetime | None
    """When it ended then. Somebody who changes this decides when it is deleted."""

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """Return a stored backup."""
        ends_at = data["ends_at"]
        return cls(
            code_id=data["code_id"],
            ends_at=ends_at and datetime.fromisoformat(ends_at),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A code that was made for a stay, or is being made."""

    key: str
    """Of the stay."""
    details: str = ""
    """Of the stay, to recognize it if its key changes."""
    device_id: str
    code_id: str | None = None
    """None until Seam has confirmed the code."""
    asked: Fingerprint
    """What Seam was last asked for."""
    asked_at: datetime
    newest: datetime | None = None
    """When Seam created the newest code that the lock had before, by Seam's clock."""
    is_pending: bool = False
    """Whether Seam has not confirmed yet what it was asked for."""
    seen: Fingerprint | None = None
    """What Seam made of it, as it may round times."""
    is_deleting: bool = False
    """Whether Seam was asked to delete it."""
    missed_at: datetime | None = None
    """When the calendar first answered without the booking."""
    used_for: datetime | None = None
    """When the event of the last stay starts for which somebody has used the code."""
    begins_at: datetime | None = None
    """When the event starts that the code was last asked for."""
    booking: str | None = None
    """The event that the code was last asked for. Neither is known of older links."""
    pin_reason: str | None = None
    """The key of the reason why the PIN is not the one that was wanted."""
    edited_until: datetime | None = None
    """The end that somebody has given the code by hand."""
    backup: Backup | None = None
    """The last one, also of a code that this one replaces."""

    @property
    def is_used(self) -> bool:
        """Whether somebody has used the code for its current stay."""
        starts = (self.begins_at, self.asked.starts_at)
        return self.used_for is not None and self.used_for in starts

    def has_ended(self, now: datetime) -> bool:
        """Return whether the code has ended, as it was when Seam last confirmed it."""
        ends_at = self.seen.ends_at if self.seen else None
        return ends_at is not None and ends_at <= now

    def asked_for(self, stay: Stay, wanted: Fingerprint) -> Self:
        """Return the link of a code that is asked for a stay."""
        return replace(
            self, asked=wanted, begins_at=stay.begins_at, booking=stay.booking
        )

    def is_of(self, stay: Stay) -> bool:
        """Return whether the code was last asked for a stay, which may have moved."""
        return (
            self.booking == stay.booking or self.asked.starts_at == stay.span.starts_at
        )

    def is_edited(self, code: AccessCode) -> bool:
        """Return whether somebody has changed the code by hand."""
        current = Fingerprint.of_code(code, self.asked)
        return not code.is_managed or current not in (self.asked, self.seen)

    def confirmed(self, code: AccessCode) -> Self:
        """Return the link with the code that Seam has made, or changed as asked."""
        return replace(
            self,
            code_id=code.access_code_id,
            seen=Fingerprint.of_code(code),
            is_pending=False,
            is_deleting=False,
        )

    def may_have_made(self, code: AccessCode) -> bool:
        """Return whether a code may be the one whose creation was not confirmed.

        Its times say nothing, as Seam may round them. No other code of the lock had its
        name when it was asked for.
        """
        return (
            code.ends_at is not None
            and not code.is_backup
            and (
                self.newest is None
                or (code.created_at is not None and code.created_at >= self.newest)
            )
            and digest(code.unmasked_name or "") == self.asked.name
        )

    def checked(self, code: AccessCode) -> Self:
        """Return the link with what Seam made of a change that was not confirmed."""
        found = Fingerprint.of_code(code)
        if (
            not self.is_pending
            or found.name != self.asked.name
            or found in (self.asked, self.seen)
        ):
            return self
        return replace(self, seen=found, is_pending=False)

    def dump(self) -> dict[str, Any]:
        """Return the link as it is stored."""
        return asdict(self)

    @classmethod
    def load(cls, data: Mapping[str, Any]) -> Self:
        """Return a stored link."""
        seen, missed_at, used_for = data["seen"], data["missed_at"], data["used_for"]
        newest, begins_at = data["newest"], data.get("begins_at")
        edited_until = data.get("edited_until")
        backup = data.get("backup")
        return cls(
            key=data["key"],
            details=data["details"],
            device_id=data["device_id"],
            code_id=data["code_id"],
            asked=Fingerprint.load(data["asked"]),
            asked_at=datetime.fromisoformat(data["asked_at"]),
            newest=newest and datetime.fromisoformat(newest),
            is_pending=data["is_pending"],
            is_deleting=data["is_deleting"],
            seen=seen and Fingerprint.load(seen),
            missed_at=missed_at and datetime.fromisoformat(missed_at),
            used_for=used_for and datetime.fromisoformat(used_for),
            begins_at=begins_at and datetime.fromisoformat(begins_at),
            booking=data.get("booking"),
            pin_reason=data.get("pin_reason"),
            edited_until=edited_until and datetime.fromisoformat(edited_until),
            backup=backup and Backup.load(backup),
        )


def differ(
    links: Iterable[Link],
    before: Mapping[str, LockData],
    after: Mapping[str, LockData],
) -> bool:
    """Return whether codes of locks have become known, or linked codes differ."""
    changed = {
        device_id
        for device_id, lock in after.items()
        if lock.has_codes and lock is not before.get(device_id)
    }
    if not changed:
        return False
    known = {device_id for device_id, lock in before.items() if lock.has_codes}
    return not changed <= known or any(
        _traits(before[link.device_id].code(link.code_id))
        != _traits(after[link.device_id].code(link.code_id))
        for link in links
        if link.code_id and link.device_id in changed and not link.is_deleting
    )


def _traits(code: AccessCode | None) -> tuple[object, ...]:
    """Return what the stays know a code by."""
    if code is None:
        return ()
    return code.unmasked_name, code.starts_at, code.ends_at, code.is_managed
