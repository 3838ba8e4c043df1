"""What to fetch next, and how answers change the picture of the workspace.

Pure: no I/O, no Home Assistant, no clock of its own. The coordinator asks what is
due, fetches it, hands in the answers or failures, and reads the picture.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
import re
from types import MappingProxyType

from .api import (
    AccessCode,
    CodeStatus,
    Device,
    SeamAuthError,
    SeamError,
    SeamProblem,
    SeamRateLimitError,
)
from .api.redact import MASK, secret_pattern


@dataclass(frozen=True, kw_only=True, slots=True)
class Lock:
    """A lock with its codes, as last heard of."""

    device: Device
    managed: tuple[AccessCode, ...] = ()
    unmanaged: tuple[AccessCode, ...] = ()
    has_codes: bool = False
    """Whether the codes are known: not before, nor while, Seam cannot tell them."""
    missing: frozenset[str] = frozenset()
    """The codes that the last answer did not hold, and which it may have forgotten."""

    @property
    def device_id(self) -> str:
        """Seam's id of the device."""
        return self.device.device_id

    @property
    def codes(self) -> tuple[AccessCode, ...]:
        """All codes, the managed ones first."""
        return self.managed + self.unmanaged

    @property
    def pins(self) -> set[str]:
        """The PINs of all codes."""
        return {code.code for code in self.codes if code.code}


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """All locks by device id. Never changed, only replaced."""

    locks: Mapping[str, Lock] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class FetchDevices:
    """Ask for the devices with these ids, or for all."""

    device_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class FetchCodes:
    """Ask for the managed and the unmanaged codes of a device."""

    device_id: str


type Fetch = FetchDevices | FetchCodes


class Sync:
    """Keeps the picture."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self.picture = Picture()
        self._locks: dict[str, Lock] = {}
        self._due: dict[Fetch, None] = {}
        self._expected_gone: set[str] = set()
        self._failures: list[SeamError] = []
        self._got_codes = False

    def request_all(self) -> None:
        """Have everything fetched."""
        self._due[FetchDevices()] = None

    def request_locks(self, device_ids: Iterable[str]) -> None:
        """Have these locks and their codes fetched, after something changed them."""
        if known := frozenset(device_ids).intersection(self._locks):
            self._due[FetchDevices(known)] = None

    def expect_gone(self, access_code_ids: Iterable[str]) -> None:
        """Take the absence of these codes from the next answer for what it is."""
        self._expected_gone.update(access_code_ids)

    def take_due(self) -> tuple[Fetch, ...]:
        """Return what to fetch now. Answers may make more due."""
        due = tuple(self._due)
        self._due.clear()
        return due

    def receive_devices(self, fetch: FetchDevices, devices: Iterable[Device]) -> None:
        """Take in devices; those that are no locks are left aside."""
        locks = {} if fetch.device_ids is None else self._locks
        for device in devices:
            if not device.is_lock:
                continue
            if known := self._locks.get(device.device_id):
                lock = replace(known, device=device)
            else:
                lock = Lock(device=device)
            if device.has_access_codes:
                self._due[FetchCodes(device.device_id)] = None
            else:
                # What nobody can ask for any more must not stay for ever.
                lock = Lock(device=device)
            locks[device.device_id] = _redacted(lock)
        self._locks = locks

    def receive_codes(
        self,
        fetch: FetchCodes,
        managed: Iterable[AccessCode],
        unmanaged: Iterable[AccessCode],
        now: datetime,
    ) -> None:
        """Take in all codes of a lock.

        One that is missing is kept until the next answer misses it too, as Seam has
        been seen to drop a code from one answer; unless its end was to be expected.
        """
        self._got_codes = True
        if (known := self._locks.get(fetch.device_id)) is None:
            # Meanwhile another answer had it that the lock is gone.
            return
        codes = {code.access_code_id: code for code in chain(unmanaged, managed)}
        old = {code.access_code_id for code in known.managed}
        new_pins = {
            code.code
            for code in codes.values()
            if code.is_managed and code.code and code.access_code_id not in old
        }
        missing = set()
        for code in known.codes:
            code_id = code.access_code_id
            if code_id in codes:
                continue
            if (
                code_id not in known.missing
                and code_id not in self._expected_gone
                and code.status_at(now) is not CodeStatus.REMOVING
                and not code.is_expired(now)
                # Seam may manage it now, under another id.
                and (code.is_managed or code.code not in new_pins)
            ):
                codes[code_id] = code
                missing.add(code_id)
            else:
                self._expected_gone.discard(code_id)
        ordered = sorted(codes.values(), key=_by_name)
        self._locks[fetch.device_id] = _redacted(
            replace(
                known,
                managed=tuple(code for code in ordered if code.is_managed),
                unmanaged=tuple(code for code in ordered if not code.is_managed),
                has_codes=True,
                missing=frozenset(missing),
            )
        )

    def receive_failure(self, fetch: Fetch, error: SeamError) -> None:
        """Note that something could not be had; the rest of the round goes on.

        Too many requests leave a lock's codes as they are: they are only a bit older.
        """
        self._failures.append(error)
        if (
            isinstance(fetch, FetchCodes)
            and not isinstance(error, SeamRateLimitError)
            and (known := self._locks.get(fetch.device_id))
        ):
            self._locks[fetch.device_id] = replace(known, has_codes=False)

    def finish(self) -> SeamError | None:
        """End a round: renew the picture, or return why nothing came of it.

        A refused key and too many requests concern the whole workspace; anything else
        only if it happened to every lock.
        """
        failures, got_codes = self._failures, self._got_codes
        self._failures, self._got_codes = [], False
        self.picture = Picture(locks=MappingProxyType(dict(self._locks)))
        for error in failures:
            if isinstance(error, SeamAuthError | SeamRateLimitError):
                return error
        return failures[0] if failures and not got_codes else None

    def next_moment(self, now: datetime) -> tuple[datetime, frozenset[str]] | None:
        """Return when the next code starts or ends, and on which locks."""
        moments: dict[datetime, set[str]] = {}
        for lock in self._locks.values():
            for code in lock.codes:
                for moment in (code.starts_at, code.ends_at):
                    if moment is not None and moment > now:
                        moments.setdefault(moment, set()).add(lock.device_id)
        if not moments:
            return None
        first = min(moments)
        return first, frozenset(moments[first])


def _by_name(code: AccessCode) -> tuple[str, str]:
    return (code.name or "").casefold(), code.access_code_id


def _redacted(lock: Lock) -> Lock:
    """Return the lock without any of its PINs in the texts that people are shown.

    Seam, makers and guests write these texts: nobody promises that no PIN is in them.
    """
    pattern = secret_pattern(lock.pins)
    if pattern is None:
        return lock
    return replace(
        lock,
        device=_redacted_device(lock.device, pattern),
        managed=tuple(redacted_code(code, pattern) for code in lock.managed),
        unmanaged=tuple(redacted_code(code, pattern) for code in lock.unmanaged),
    )


def _redacted_device(device: Device, pattern: re.Pattern[str]) -> Device:
    if not _holds(pattern, *_texts(device.errors), *_texts(device.warnings)):
        return device
    return replace(
        device,
        errors=_redacted_problems(device.errors, pattern),
        warnings=_redacted_problems(device.warnings, pattern),
    )


def redacted_code(code: AccessCode, pattern: re.Pattern[str]) -> AccessCode:
    """Return the code with whatever the pattern finds masked in its texts."""
    if not _holds(
        pattern,
        code.name,
        code.display_status,
        *_texts(code.errors),
        *_texts(code.warnings),
    ):
        return code
    return replace(
        code,
        name=code.name and pattern.sub(MASK, code.name),
        display_status=code.display_status and pattern.sub(MASK, code.display_status),
        errors=_redacted_problems(code.errors, pattern),
        warnings=_redacted_problems(code.warnings, pattern),
    )


def _texts(problems: Iterable[SeamProblem]) -> Iterable[str]:
    return (problem.message for problem in problems)


def _holds(pattern: re.Pattern[str], *texts: str | None) -> bool:
    return any(text and pattern.search(text) for text in texts)


def _redacted_problems(
    problems: tuple[SeamProblem, ...], pattern: re.Pattern[str]
) -> tuple[SeamProblem, ...]:
    return tuple(
        replace(problem, message=pattern.sub(MASK, problem.message))
        for problem in problems
    )
